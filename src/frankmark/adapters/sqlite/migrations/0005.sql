-- Counter-stamps and their moves. Times in _s are seconds since the Unix epoch; due_s is NULL for one that has ended.
CREATE TABLE cases (
  case_id TEXT PRIMARY KEY, brand TEXT NOT NULL, org_id TEXT NOT NULL, artifact_type TEXT NOT NULL,
  artifact TEXT NOT NULL, reason_code TEXT NOT NULL, opened_s INTEGER NOT NULL, expires_s INTEGER NOT NULL,
  state TEXT NOT NULL, version INTEGER NOT NULL, opener_role TEXT NOT NULL, opener TEXT NOT NULL,
  opener_org TEXT NOT NULL, moved_s INTEGER NOT NULL, due_s INTEGER, disputed_s INTEGER, evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cases_open ON cases (brand, artifact_type, artifact) WHERE due_s IS NOT NULL;
CREATE INDEX cases_decisive ON cases (artifact_type, artifact) WHERE state IN ('confirmed', 'disputed');
CREATE INDEX cases_due ON cases (due_s, case_id) WHERE due_s IS NOT NULL;
CREATE INDEX cases_by_org ON cases (org_id, case_id);
CREATE INDEX cases_by_state ON cases (state, case_id);
CREATE INDEX cases_by_month ON cases (opened_s, artifact_type, state, due_s);

CREATE TABLE case_moves (
  number INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (case_id), version INTEGER NOT NULL,
  came_from TEXT NOT NULL, gone_to TEXT NOT NULL, role TEXT NOT NULL, actor TEXT NOT NULL, actor_org TEXT NOT NULL,
  at_s INTEGER NOT NULL, reason TEXT NOT NULL, salt TEXT NOT NULL, spent TEXT NOT NULL, proof TEXT NOT NULL,
  leaf_index INTEGER, UNIQUE (case_id, version)
) STRICT;
CREATE UNIQUE INDEX case_moves_spent ON case_moves (spent) WHERE spent <> '';
CREATE INDEX case_moves_unlogged ON case_moves (number) WHERE leaf_index IS NULL;
