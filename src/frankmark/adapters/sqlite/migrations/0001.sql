-- Transparency logs. A row of log_bundles holds consecutive leaves of one commit and never crosses a tile of 256; its
-- id is the log's number times 2^44 plus the first leaf's index. Columns that are read alone stand before `entries`.

CREATE TABLE logs (
  log INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE,
  size INTEGER, root BLOB, number INTEGER NOT NULL DEFAULT 0, note BLOB NOT NULL DEFAULT x'',
  pending_size INTEGER, pending_root BLOB
) STRICT;

CREATE TABLE log_bundles (
  id INTEGER PRIMARY KEY, width INTEGER NOT NULL, hashes BLOB NOT NULL, keys BLOB NOT NULL, entries BLOB NOT NULL
) STRICT;

-- Tiles above level 0; level 0 is the hashes of the bundles.
CREATE TABLE log_tiles (
  log INTEGER NOT NULL, level INTEGER NOT NULL, tile INTEGER NOT NULL, hashes BLOB NOT NULL,
  PRIMARY KEY (log, level, tile)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_attachments (id INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;

-- A name is one octet of kind, 15 of a SHA-256, and 6 of the leaf's index.
CREATE TABLE log_names (log INTEGER NOT NULL, name BLOB NOT NULL, PRIMARY KEY (log, name)) STRICT, WITHOUT ROWID;

-- Names of leaves from `upto` on whose digest begins with `bucket` are not in log_names yet.
CREATE TABLE log_swept (
  log INTEGER NOT NULL, bucket INTEGER NOT NULL, upto INTEGER NOT NULL, PRIMARY KEY (log, bucket)
) STRICT, WITHOUT ROWID;
