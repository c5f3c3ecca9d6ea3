"""Stamps and scores as the ledger's entries leave them: rows, and what one log entry does to them.

Times are UTC milliseconds since the Unix epoch; hashes are lower hex. What an entry does may carry the act that is to
stand in the audit trail.
"""

from dataclasses import dataclass
from enum import StrEnum

from frankmark.ports.rows import NewAudit

__all__ = [
    "Issued",
    "OwedScore",
    "Projected",
    "Revoked",
    "ScoreRecord",
    "Scored",
    "Skipped",
    "Stamp",
    "StampEntry",
    "StampReason",
    "StampStatus",
]


class StampReason(StrEnum):
    """Which law of the projection our own code broke."""

    PROJECTION_GAP = "PROJECTION_GAP"


class StampStatus(StrEnum):
    """What is stored of a stamp's state; whether it is expired is a question of the time it is asked."""

    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A stamp as the ledger's entries leave it.

    Attributes:
        subject: Empty for a stamp of the domain, else the `Address.lookup` that alone it counts for.
        score: The score at issuance, 0 to 100.
        live_score: The `new` of the newest score change, else `score`.
        signals: JSON text of the signals at issuance.
        issued_ms: Of the newest issuance entry; a renewal moves it.
        first_issued_ms: Of the first one.
        expires_ms: When its token ends.
        token: The stamp token; empty for an address and after erasure.
        kid: The key id that signed the token.
        issued_by: SHA-256 fingerprint of the issuing node's certificate.
        tx_hash: Of the newest issuance entry. `entry_index` is its place in the log.
        serial: Running number of the stamp on this node, from 1, in the log's order. 0 asks the store to give one.
        design: Index of the artwork's design.
    """

    stamp_id: str
    org_id: str
    domain: str
    subject: str
    score: int
    live_score: int
    signals: str
    issued_ms: int
    first_issued_ms: int
    expires_ms: int
    token: str
    kid: str
    issued_by: str
    tx_hash: str
    entry_index: int
    serial: int = 0
    design: int = 0
    status: StampStatus = StampStatus.ACTIVE
    revoked_ms: int | None = None
    revocation_reason: str = ""
    revoked_by: str = ""
    revocation_tx: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """One change of a domain's integer score; `evidence` is the JSON text of the ledger's asset."""

    domain: str
    stamp_id: str
    at_ms: int
    old: int
    new: int
    reason: str
    evidence: str
    tx_hash: str
    entry_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedScore:
    """A person's decision that a domain's recorded score may not show yet.

    Attributes:
        number: The decision's number in the audit trail.
        actor: Who decided, as the audit trail names them. `org_id` is whom they acted for.
    """

    domain: str
    number: int
    actor: str
    org_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StampEntry:
    """One log entry about a stamp.

    Attributes:
        number: Running number over all logs, from 1, in the order of projection.
        log: The log's origin. `entry_index` is the entry's place there.
    """

    number: int
    stamp_id: str
    log: str
    entry_index: int
    tx_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A log entry that issues or renews: the row it leaves."""

    stamp: Stamp
    act: NewAudit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A log entry that revokes."""

    stamp_id: str
    at_ms: int
    reason: str
    revoked_by: str
    tx_hash: str
    act: NewAudit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A log entry that changes a score."""

    record: ScoreRecord
    act: NewAudit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A log entry that leaves no row: another kind, or erased before it was projected."""


Projected = Issued | Revoked | Scored | Skipped
"""What one log entry does to the records."""
