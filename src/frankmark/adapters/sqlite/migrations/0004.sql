-- Signal: brands, signed perimeters, channels, shown control, kept heads. Times in _ms are UTC milliseconds.

-- 1: leaves are found by their leaf hash, 0: by the SHA-256 of their data.
ALTER TABLE logs ADD COLUMN by_leaf INTEGER NOT NULL DEFAULT 0;

CREATE TABLE brands (
  brand TEXT PRIMARY KEY, org_id TEXT NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL, seq INTEGER NOT NULL,
  created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX brands_by_domain ON brands (domain, until_ms) WHERE domain <> '';
CREATE INDEX brands_by_org ON brands (org_id, brand);

CREATE TABLE perimeters (
  number INTEGER PRIMARY KEY, brand TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL, jkt TEXT NOT NULL,
  evidence TEXT NOT NULL, accepted_ms INTEGER NOT NULL, leaf_index INTEGER, erased_ms INTEGER, jws TEXT NOT NULL,
  UNIQUE (brand, seq)
) STRICT;
CREATE INDEX perimeters_unlogged ON perimeters (number) WHERE leaf_index IS NULL;

-- A key is a value so written that what lies below it begins with it.
CREATE TABLE channels (
  brand TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, match TEXT NOT NULL, key TEXT NOT NULL,
  below INTEGER NOT NULL, control TEXT NOT NULL, until_ms INTEGER NOT NULL,
  PRIMARY KEY (brand, type, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX channels_by_key ON channels (type, key);

CREATE TABLE controls (
  org_id TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, method TEXT NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (org_id, type, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE kept_heads (
  log TEXT NOT NULL, size INTEGER NOT NULL, at_ms INTEGER NOT NULL, sth TEXT NOT NULL, note BLOB NOT NULL,
  PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_heads_by_time ON kept_heads (log, at_ms);
