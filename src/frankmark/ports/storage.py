"""Where organisations, keys, domains, addresses, stamps and decisions are kept.

Laws that hold for every method:

- A write is durable when it returns, and is seen by every read that starts afterwards.
- A write that answers a boolean is a test and a change in one step: among any number of concurrent callers exactly
  one is answered ``True``.
- A write happens whole or not at all, also when the process or the machine ends meanwhile.
- A method that takes an `act` writes it into the audit trail in the same step, and only if it changed something.
- A list is walked by `Page`: the parts joined are the whole list, each row once and in the named order, as long as
  nothing is written meanwhile; rows written meanwhile never make another row appear twice.
- A full, locked or damaged store raises `Unavailable`; a read never answers rows of a damaged page.
- A cursor that this list did not give, or a limit out of range, raises `Refused` (`PageReason`).
"""

from collections.abc import Sequence
from typing import Protocol

from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import (
    AbuseReport,
    Address,
    ApiKey,
    AuditRecord,
    Block,
    BlockList,
    Candidate,
    CandidateStatus,
    Challenge,
    DomainRecord,
    Link,
    NewAudit,
    ObservedDomain,
    Organisation,
    ReportStatus,
    SenderCount,
    SenderOverride,
    Session,
)
from frankmark.ports.stamps import OwedScore, Projected, ScoreRecord, Stamp, StampEntry

__all__ = [
    "PENDING_MS",
    "SENDER_MS",
    "AccessStore",
    "AuditStore",
    "RecordStore",
    "RegistryStore",
    "ReviewStore",
    "StampStore",
]

PENDING_MS = 90 * 86_400_000  # how long a look-alike waits for a reviewer
SENDER_MS = 90 * 86_400_000  # how long what was counted of one address is kept


class AuditStore(Protocol):
    """The audit trail. Law: append-only; numbers rise by one without a gap."""

    async def add_audit(self, act: NewAudit) -> int:
        """Append an act; answers its number."""
        ...

    async def audit_trail(self, page: Page, *, org_id: str = "", target: str = "") -> Slice[AuditRecord]:
        """Acts, newest first; only those of `org_id` or on `target` where one is given."""
        ...


class AccessStore(Protocol):
    """API keys, sessions and one-time links."""

    async def add_api_key(
        self, key: ApiKey, act: NewAudit, *, max_active: int, replaces: str = "", until_ms: int = 0
    ) -> bool:
        """Keep a new key and, in the same step, let the active key `replaces` end at `until_ms` if not before.

        Law: False, and nothing changes, if `max_active` keys of the organisation and role are active at the new one's
        creation (0: no limit), or if `replaces` names no active key of the same organisation and role.
        """
        ...

    async def api_key_by_digest(self, digest: str) -> ApiKey | None:
        """The key with this SHA-256, ended ones too."""
        ...

    async def api_key(self, key_id: str) -> ApiKey | None:
        """The key with this id, ended ones too."""
        ...

    async def api_keys(self, page: Page, *, org_id: str | None = None) -> Slice[ApiKey]:
        """Keys by key id; only those of `org_id` where it is given (empty: the node's own)."""
        ...

    async def revoke_api_key(self, key_id: str, act: NewAudit) -> bool:
        """Revoke a key for ever, at `act.at_ms`. False if it is unknown or revoked already."""
        ...

    async def add_session(self, session: Session, act: NewAudit) -> None:
        """Keep a new session."""
        ...

    async def session(self, digest: str) -> Session | None:
        """The session with this SHA-256, expired ones too until they are swept."""
        ...

    async def drop_session(self, digest: str) -> None:
        """Forget a session; nothing happens if there is none."""
        ...

    async def add_link(self, link: Link) -> None:
        """Keep a new one-time link; every earlier link is forgotten."""
        ...

    async def take_link(self, digest: str, now_ms: int) -> Link | None:
        """Use up the link with this SHA-256. Law: exactly one caller gets it, and none after it expired."""
        ...

    async def sweep(self, before_ms: int) -> int:
        """Forget sessions, links, challenges and codes that ended before `before_ms`.

        So are look-alikes that nobody decided about, and counts of senders that nobody asked about, in the 90 days
        (`PENDING_MS`, `SENDER_MS`) before that.

        Returns:
            How many rows were removed.
        """
        ...


class RegistryStore(Protocol):
    """Organisations, their domains and addresses."""

    async def add_organisation(self, organisation: Organisation, act: NewAudit) -> None:
        """Keep a new organisation."""
        ...

    async def organisation(self, org_id: str) -> Organisation | None:
        """The organisation with this id, erased ones too."""
        ...

    async def organisations(self, page: Page) -> Slice[Organisation]:
        """All organisations by id."""
        ...

    async def set_contact(self, org_id: str, contact: str, act: NewAudit) -> bool:
        """Set the verified contact of an organisation that is not erased."""
        ...

    async def add_domain(self, record: DomainRecord, challenge: Challenge, act: NewAudit) -> None:
        """Register a domain (nothing changes if it is) and replace the open challenges of (organisation, domain)."""
        ...

    async def challenge(self, org_id: str, domain: str) -> Challenge | None:
        """The newest challenge of (organisation, domain) that is not used."""
        ...

    async def domain_verified(self, record: DomainRecord, act: NewAudit) -> bool:
        """Use up the challenge whose token is `record.proof_token` and store `record`, in one step.

        Law: False, and nothing changes, if the challenge is used, replaced, expired at `record.verified_ms` or not of
        this organisation and domain. Other organisations that hold the domain are due for a re-check at once.
        """
        ...

    async def domain(self, org_id: str, domain: str) -> DomainRecord | None:
        """The registration of (organisation, domain)."""
        ...

    async def domain_holders(self, domain: str) -> Sequence[DomainRecord]:
        """All registrations of a domain, the earliest verified first, those not verified last."""
        ...

    async def domains(self, page: Page, *, org_id: str = "") -> Slice[DomainRecord]:
        """Registrations by (domain, organisation); only those of `org_id` where it is given."""
        ...

    async def registered_domains(self) -> Sequence[str]:
        """Every domain with a verified registration, sorted: what look-alikes are compared with."""
        ...

    async def domain_checked(self, record: DomainRecord, act: NewAudit) -> bool:
        """Store the outcome of a re-check or a change of selectors. False if the registration is gone."""
        ...

    async def domains_due(self, now_ms: int, limit: int) -> Sequence[DomainRecord]:
        """Verified registrations whose `next_check_ms` has come, the longest due first."""
        ...

    async def add_address(self, address: Address, act: NewAudit) -> None:
        """Keep a registration; an earlier one of the same organisation and address that is not verified goes."""
        ...

    async def address(self, address_id: str) -> Address | None:
        """The registration with this id."""
        ...

    async def addresses(self, page: Page, *, org_id: str = "") -> Slice[Address]:
        """Registrations by id; only those of `org_id` where it is given."""
        ...

    async def addresses_by_lookup(self, lookup: str) -> Sequence[Address]:
        """The verified registrations of one address, the earliest first."""
        ...

    async def try_address_code(self, address_id: str, code_digest: str, act: NewAudit) -> Address | None:
        """Count a try and, if the digest is the right one, mark the address verified and use up the code.

        Law: comparison and counting are one step. Answers the row after the try, or None if there is no open code
        (unknown, used up, expired at `act.at_ms`, no tries left before this one). `act` is written
        when the address becomes verified.
        """
        ...

    async def erase_organisation(self, org_id: str, act: NewAudit, *, keep: Sequence[str] = ()) -> bool:
        """Delete what an organisation told us and mark it erased. False if it is unknown or already erased.

        Law: gone are name, contact, keys, sessions, domains, challenges, addresses with their salts, and of its stamps
        tokens, signals, subjects and the domain, score history and owed scores included; stamp ids, times, states and
        hashes stay, for they are in the ledger. The domains in `keep` stay on stamps and scores: a rule still needs to
        find them.
        """
        ...


class StampStore(Protocol):
    """Stamps and scores: a projection of the ledger, entry by entry."""

    async def cursor(self, log: str) -> int:
        """The index of the first entry of `log` that is not projected yet."""
        ...

    async def project(self, log: str, start: int, entries: Sequence[Projected]) -> int:
        """Apply log entries `start`, `start` + 1, … and move the cursor, in one step.

        Law: an entry is applied exactly once, whatever is repeated: those before the cursor are passed over. A
        `start` behind the cursor's gap (greater than the cursor) is `Misuse`. An issuance of a known stamp id renews
        that row and keeps its serial, design and first time; a revoked stamp stays revoked.

        Returns:
            The cursor afterwards.
        """
        ...

    async def replace_token(self, stamp_id: str, act: NewAudit, *, kid: str, token: str) -> bool:
        """Put another token of the same stamp and the same end in place. False unless the stamp is active."""
        ...

    async def stamp(self, stamp_id: str) -> Stamp | None:
        """The stamp with this id."""
        ...

    async def stamps_of(self, domain: str) -> Sequence[Stamp]:
        """At most the 100 newest stamps of a domain itself (not of its addresses), newest issuance first."""
        ...

    async def stamped_domains(self, under: str = "") -> Sequence[str]:
        """Every domain that has or had a stamp of its own, sorted; only `under` and those below where it is given."""
        ...

    async def address_stamps(self, lookup: str) -> Sequence[Stamp]:
        """At most the 100 newest stamps of one address, newest issuance first."""
        ...

    async def stamps(self, page: Page, *, org_id: str = "") -> Slice[Stamp]:
        """Stamps by serial; only those of `org_id` where it is given."""
        ...

    async def stamps_expiring(self, page: Page, *, after_ms: int, before_ms: int) -> Slice[Stamp]:
        """Active stamps whose end lies after `after_ms` and before `before_ms`, by end."""
        ...

    async def stamps_by_kid(self, kid: str, page: Page) -> Slice[Stamp]:
        """Active stamps whose token `kid` signed, by serial."""
        ...

    async def entries_of(self, stamp_id: str, page: Page) -> Slice[StampEntry]:
        """The log entries about a stamp, in the order of projection."""
        ...

    async def scores(self, domain: str, page: Page) -> Slice[ScoreRecord]:
        """Score changes of a domain, newest first."""
        ...

    async def owed_score(self, domain: str) -> OwedScore | None:
        """The newest decision of a person that the domain's recorded score may not show yet."""
        ...

    async def settle_score(self, owed: OwedScore) -> None:
        """The recorded score shows this decision. Law: a later decision about the same domain stays owed."""
        ...


class ReviewStore(Protocol):
    """What reviewers decide and what the node noticed.

    Law: a decision about a domain (a block that is added or dropped, a look-alike that is decided) leaves in the same
    step an owed score for the domain and for those below it that have or had a stamp of their own.
    """

    async def add_block(self, block: Block, act: NewAudit) -> bool:
        """Put a domain on a list. False if it stands there already."""
        ...

    async def drop_block(self, listed_on: BlockList, domain: str, act: NewAudit) -> bool:
        """Take a domain from a list. False if it does not stand there."""
        ...

    async def blocks_of(self, domain: str) -> Sequence[Block]:
        """The lists a domain stands on."""
        ...

    async def blocks(self, listed_on: BlockList, page: Page) -> Slice[Block]:
        """A list by domain."""
        ...

    async def add_report(self, report: AbuseReport) -> None:
        """Keep a new report."""
        ...

    async def reports_from(self, report_id: str) -> int:
        """How many reports have this id or a later one."""
        ...

    async def report(self, report_id: str) -> AbuseReport | None:
        """The report with this id."""
        ...

    async def reports(self, page: Page, *, status: ReportStatus | None = None) -> Slice[AbuseReport]:
        """Reports by id, which is by time; only those of `status` where it is given."""
        ...

    async def decide_report(self, report: AbuseReport, act: NewAudit) -> bool:
        """Store the decision in `report`. False if it is not open any more."""
        ...

    async def set_override(self, override: SenderOverride, act: NewAudit) -> None:
        """Set the override of one address."""
        ...

    async def drop_override(self, lookup: str, act: NewAudit) -> bool:
        """Remove an override and what was counted of its address. False if there is none."""
        ...

    async def override(self, lookup: str) -> SenderOverride | None:
        """The override of one address."""
        ...

    async def overrides(self, page: Page, *, domain: str = "") -> Slice[SenderOverride]:
        """Overrides by lookup; only those of addresses at `domain` where it is given."""
        ...

    async def add_sender_count(self, count: SenderCount) -> None:
        """Add to what was counted of an address. Law: nothing is lost among any number of concurrent callers."""
        ...

    async def sender_count(self, lookup: str) -> SenderCount | None:
        """How often an address was counted; None if never since the last sweep of it."""
        ...

    async def reports_about(self, domain: str) -> int:
        """How many reports name this domain, decided ones too."""
        ...

    async def note_candidate(self, candidate: Candidate) -> None:
        """Keep a look-alike; a known one keeps its time and decision and takes the new figures."""
        ...

    async def candidates_of(self, suspect: str) -> Sequence[Candidate]:
        """What a domain looks like, the most confident first."""
        ...

    async def candidates(self, page: Page, *, status: CandidateStatus | None = None) -> Slice[Candidate]:
        """Look-alikes by (suspect, target); only those of `status` where it is given."""
        ...

    async def decide_candidate(self, candidate: Candidate, act: NewAudit) -> bool:
        """Store the decision in `candidate`. False if it is unknown."""
        ...

    async def observe(self, domain: str, now_ms: int) -> ObservedDomain:
        """Note that a domain was met; answers when first and when last, `now_ms` included."""
        ...

    async def observed(self, page: Page) -> Slice[ObservedDomain]:
        """Domains met, by domain."""
        ...


class RecordStore(AccessStore, AuditStore, RegistryStore, ReviewStore, StampStore, Protocol):
    """All of it, in one place."""
