-- What a person decided and the ledger does not say yet: the act in the audit trail, by the domain that it concerns.
CREATE TABLE owed (
  domain TEXT PRIMARY KEY, number INTEGER NOT NULL REFERENCES audit (number)
) STRICT, WITHOUT ROWID;

-- How often a sender with a score of its own was asked about.
CREATE TABLE senders (
  lookup TEXT PRIMARY KEY, seen INTEGER NOT NULL, last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_domain ON reports (domain) WHERE domain <> '';

-- Answers under idempotency keys, which nothing ever wrote.
DROP TABLE remembered;
