-- Records: organisations, keys, domains, addresses, stamps, decisions. Times are UTC milliseconds.

CREATE TABLE organisations (
  org_id TEXT PRIMARY KEY, name TEXT NOT NULL, created_ms INTEGER NOT NULL, contact TEXT NOT NULL, erased_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  key_id TEXT PRIMARY KEY, org_id TEXT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL, expires_ms INTEGER, revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_org ON api_keys (org_id, role);

CREATE TABLE sessions (
  digest TEXT PRIMARY KEY, csrf_digest TEXT NOT NULL, actor TEXT NOT NULL, org_id TEXT NOT NULL, role TEXT NOT NULL,
  created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
  digest TEXT PRIMARY KEY, role TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE remembered (
  scope TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, answer BLOB NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE domains (
  org_id TEXT NOT NULL, domain TEXT NOT NULL, created_ms INTEGER NOT NULL, verified_ms INTEGER, method TEXT NOT NULL,
  proof_token TEXT NOT NULL, next_check_ms INTEGER, failures INTEGER NOT NULL, selectors TEXT NOT NULL,
  PRIMARY KEY (domain, org_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX domains_by_org ON domains (org_id, domain);
CREATE INDEX domains_due ON domains (next_check_ms) WHERE next_check_ms IS NOT NULL;

CREATE TABLE challenges (
  token TEXT PRIMARY KEY, org_id TEXT NOT NULL, domain TEXT NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, used_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_by_domain ON challenges (org_id, domain);

CREATE TABLE addresses (
  address_id TEXT PRIMARY KEY, org_id TEXT NOT NULL, domain TEXT NOT NULL, lookup TEXT NOT NULL, salt TEXT NOT NULL,
  subject_hash TEXT NOT NULL, created_ms INTEGER NOT NULL, code_digest TEXT NOT NULL, code_expires_ms INTEGER NOT NULL,
  tries_left INTEGER NOT NULL, verified_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_by_org ON addresses (org_id, address_id);
CREATE INDEX addresses_by_lookup ON addresses (lookup);

CREATE TABLE stamps (
  stamp_id TEXT PRIMARY KEY, org_id TEXT NOT NULL, domain TEXT NOT NULL, subject TEXT NOT NULL, score INTEGER NOT NULL,
  live_score INTEGER NOT NULL, signals TEXT NOT NULL, issued_ms INTEGER NOT NULL, first_issued_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, token TEXT NOT NULL, kid TEXT NOT NULL, issued_by TEXT NOT NULL, tx_hash TEXT NOT NULL,
  entry_index INTEGER NOT NULL, serial INTEGER NOT NULL UNIQUE, design INTEGER NOT NULL, status TEXT NOT NULL,
  revoked_ms INTEGER, revocation_reason TEXT NOT NULL, revoked_by TEXT NOT NULL, revocation_tx TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stamps_by_domain ON stamps (domain, subject, issued_ms);
CREATE INDEX stamps_by_subject ON stamps (subject, issued_ms) WHERE subject <> '';
CREATE INDEX stamps_by_org ON stamps (org_id, serial);
CREATE INDEX stamps_by_end ON stamps (expires_ms, stamp_id) WHERE status = 'active';
CREATE INDEX stamps_by_kid ON stamps (kid, serial) WHERE status = 'active';

CREATE TABLE scores (
  domain TEXT NOT NULL, stamp_id TEXT NOT NULL, at_ms INTEGER NOT NULL, old INTEGER NOT NULL, new INTEGER NOT NULL,
  reason TEXT NOT NULL, evidence TEXT NOT NULL, tx_hash TEXT NOT NULL, entry_index INTEGER NOT NULL,
  PRIMARY KEY (domain, at_ms, entry_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE stamp_entries (
  number INTEGER PRIMARY KEY, stamp_id TEXT NOT NULL, log TEXT NOT NULL, entry_index INTEGER NOT NULL,
  tx_hash TEXT NOT NULL, UNIQUE (log, entry_index)
) STRICT;
CREATE INDEX stamp_entries_by_stamp ON stamp_entries (stamp_id, number);

CREATE TABLE cursors (
  log TEXT PRIMARY KEY, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, org_id TEXT NOT NULL, act TEXT NOT NULL,
  target TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_org ON audit (org_id, number);
CREATE INDEX audit_by_target ON audit (target, number);
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

CREATE TABLE blocks (
  listed_on TEXT NOT NULL, domain TEXT NOT NULL, note TEXT NOT NULL, actor TEXT NOT NULL, created_ms INTEGER NOT NULL,
  PRIMARY KEY (domain, listed_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
  report_id TEXT PRIMARY KEY, domain TEXT NOT NULL, stamp_id TEXT NOT NULL, category TEXT NOT NULL, note TEXT NOT NULL,
  created_ms INTEGER NOT NULL, status TEXT NOT NULL, decided_by TEXT NOT NULL, decided_ms INTEGER, decision TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_status ON reports (status, report_id);

CREATE TABLE overrides (
  lookup TEXT PRIMARY KEY, domain TEXT NOT NULL, score INTEGER NOT NULL, note TEXT NOT NULL, actor TEXT NOT NULL,
  set_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE candidates (
  suspect TEXT NOT NULL, target TEXT NOT NULL, distance INTEGER NOT NULL, confidence INTEGER NOT NULL,
  detected_ms INTEGER NOT NULL, status TEXT NOT NULL, decided_by TEXT NOT NULL, decided_ms INTEGER,
  PRIMARY KEY (suspect, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE observed (
  domain TEXT PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
