-- Deliveries of messaging platforms that were taken, by a keyed digest, and answers that are still to be sent, sealed.
CREATE TABLE deliveries (
  digest TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_age ON deliveries (seen_ms);

CREATE TABLE replies (
  digest TEXT PRIMARY KEY REFERENCES deliveries (digest), platform TEXT NOT NULL, due_ms INTEGER NOT NULL,
  ends_ms INTEGER NOT NULL, tries INTEGER NOT NULL, sealed BLOB NOT NULL, claimed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX replies_by_time ON replies (due_ms, digest) WHERE claimed = 0;
