"""The rows that a record store keeps: frozen dataclasses of primitives.

Times are UTC milliseconds since the Unix epoch and end in ``_ms``; a time that has not come is ``None``. Domains are
A-labels in lower case without the final dot. Digests are lower hex. No row holds a key, a code or a link that would
open something: only SHA-256 digests of them.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "AbuseReport",
    "Address",
    "ApiKey",
    "AuditRecord",
    "Block",
    "BlockList",
    "Candidate",
    "CandidateStatus",
    "Challenge",
    "DomainRecord",
    "Link",
    "NewAudit",
    "ObservedDomain",
    "Organisation",
    "ReportStatus",
    "SenderCount",
    "SenderOverride",
    "Session",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who registers domains.

    Attributes:
        org_id: ``org_`` and a ULID in lower case.
        contact: Mail address that this organisation has shown to be its own; empty until then and after erasure.
        erased_ms: When its data was deleted on demand; it can then no longer act.
    """

    org_id: str
    name: str
    created_ms: int
    contact: str = ""
    erased_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key, as far as anybody may remember it.

    Attributes:
        key_id: ``key_`` and a ULID; the actor id of the audit trail.
        org_id: The organisation it acts for; empty for a key of the node's own people.
        role: One of admin, compliance, reviewer, org, receiver, reader.
        prefix: The first 14 characters of the key, for people to recognise it.
        digest: SHA-256 of the whole key.
        expires_ms: When it ends by itself, set by a rotation.
        revoked_ms: When somebody ended it.
    """

    key_id: str
    org_id: str
    role: str
    name: str
    prefix: str
    digest: str
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser's session. `digest` and `csrf_digest` are SHA-256 of what the browser holds."""

    digest: str
    csrf_digest: str
    actor: str
    org_id: str
    role: str
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time sign-in link. `digest` is SHA-256 of its secret."""

    digest: str
    role: str
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecord:
    """A domain as one organisation registered it; the same domain may stand under several.

    Attributes:
        verified_ms: When ownership was shown; None until then.
        method: ``dns`` or ``https``, how it was shown; empty until then.
        proof_token: The token of the challenge that was answered, to look for the same answer again.
        next_check_ms: When ownership is looked at again; None while it is not verified.
        failures: Re-checks that failed one after the other.
        selectors: DKIM selectors that the owner declared.
    """

    org_id: str
    domain: str
    created_ms: int
    verified_ms: int | None = None
    method: str = ""
    proof_token: str = ""
    next_check_ms: int | None = None
    failures: int = 0
    selectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A proof of ownership that was asked for; `token` is 32 lower hex characters, public by nature."""

    token: str
    org_id: str
    domain: str
    created_ms: int
    expires_ms: int
    used_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A registered mail address, without the address.

    Attributes:
        address_id: ``adr_`` and a ULID.
        lookup: HMAC-SHA256 under the node's secret of the canonical address: how a From address is found.
        salt: 16 octets, lower hex, of `subject_hash`; empty after erasure.
        subject_hash: SHA-256(salt ‖ address), as in the ledger's asset.
        code_digest: SHA-256(address_id ‖ "." ‖ code) of the code in the mailbox; empty when there is none.
        tries_left: How many answers may still be given.
    """

    address_id: str
    org_id: str
    domain: str
    lookup: str
    salt: str
    subject_hash: str
    created_ms: int
    code_digest: str
    code_expires_ms: int
    tries_left: int
    verified_ms: int | None = None


class BlockList(StrEnum):
    """Whose list a blocked domain stands on."""

    ADMIN = "admin"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A domain on a block list."""

    listed_on: BlockList
    domain: str
    note: str
    actor: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAudit:
    """An act to be written into the audit trail.

    Attributes:
        actor: Key id, ``admin`` or ``node``; never a person's name, mail or IP address.
        act: ``noun.verb``, as ``stamp.revoke``.
        target: The id of what was acted on: a domain, a stamp, a key.
        detail: JSON text of what else is needed to understand it.
    """

    at_ms: int
    actor: str
    org_id: str
    act: str
    target: str
    detail: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord(NewAudit):
    """An act in the audit trail, with its running number from 1."""

    number: int


class ReportStatus(StrEnum):
    """What became of an abuse report."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbuseReport:
    """A complaint about a domain or a stamp; it changes nothing until a reviewer decides.

    Attributes:
        report_id: ``rep_`` and a ULID.
        category: One of the closed list of `frankmark.services.reports`.
        note: What the reporter wrote, at most 2,000 characters; never logged.
        decided_by: The reviewer's actor id. `decision` is what the reviewer wrote.
    """

    report_id: str
    domain: str
    stamp_id: str
    category: str
    note: str
    created_ms: int
    status: ReportStatus = ReportStatus.OPEN
    decided_by: str = ""
    decided_ms: int | None = None
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOverride:
    """A score that replaces the domain's for one address; `lookup` as in `Address`."""

    lookup: str
    domain: str
    score: int
    note: str
    actor: str
    set_ms: int


class CandidateStatus(StrEnum):
    """What is known of a look-alike."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    FALSE_POSITIVE = "FALSE_POSITIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A domain that looks like a registered one; `confidence` in thousandths."""

    suspect: str
    target: str
    distance: int
    confidence: int
    detected_ms: int
    status: CandidateStatus = CandidateStatus.PENDING
    decided_by: str = ""
    decided_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderCount:
    """How often one address was asked about, and when last; `lookup` is the name under which it is kept."""

    lookup: str
    seen: int
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedDomain:
    """When this node first and last met a domain."""

    domain: str
    first_ms: int
    last_ms: int
