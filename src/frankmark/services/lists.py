"""Block lists, sender overrides and look-alikes: what people decide, each decision audited."""

from dataclasses import dataclass, replace

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Refused
from frankmark.mail.address import Address, canonical_domain
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import AuditRecord, Block, BlockList, Candidate, CandidateStatus, SenderOverride
from frankmark.ports.storage import AuditStore, ReviewStore
from frankmark.services.principals import Principal, Role, require, require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.services.senders import sender_lookup

__all__ = ["Audit", "Lists", "Reputation"]

LONGEST_NOTE = 500
HIGHEST_SCORE = 100
KEEPERS = {BlockList.ADMIN: (), BlockList.COMPLIANCE: (Role.COMPLIANCE,)}
"""Who besides administrators may change a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reputation:
    """What is known of one address whose score a reviewer replaced.

    Attributes:
        override: The decision, with its note.
        seen: How often the address was asked about while the decision stood.
        last_ms: When last; None if never, or if that is longer ago than such counts are kept.
        complaints: Reports about the address's domain; a report names no address.
    """

    override: SenderOverride
    seen: int
    last_ms: int | None
    complaints: int


class Lists:
    """Keeps what people decided.

    Args:
        store: Where it is kept.
        clock: Tells the time.
        secret: The node's secret, under which addresses are looked up.
    """

    def __init__(self, store: ReviewStore, clock: Clock, secret: bytes) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret

    async def block(self, by: Principal | None, listed_on: BlockList, domain: str, note: str = "") -> Block:
        """Put a domain on a list: from now on it is BLOQUEADO with score 0. Again for another note is no change.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `VALIDATION_FAILED`.
        """
        actor, name = require(by, *KEEPERS[listed_on]), _domain(domain)
        now = self._clock.now_ms()
        block = Block(listed_on=listed_on, domain=name, note=_note(note), actor=actor.actor, created_ms=now)
        if await self._store.add_block(block, actor.act(now, f"list.{listed_on}.add", name)):
            return block
        return next(row for row in await self._store.blocks_of(name) if row.listed_on is listed_on)

    async def unblock(self, by: Principal | None, listed_on: BlockList, domain: str) -> None:
        """Take a domain from a list.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        actor, name = require(by, *KEEPERS[listed_on]), _domain(domain)
        act = actor.act(self._clock.now_ms(), f"list.{listed_on}.remove", name)
        if not await self._store.drop_block(listed_on, name, act):
            raise Refused(ServiceReason.NOT_FOUND, "The domain does not stand on this list.")

    async def blocks(self, by: Principal | None, listed_on: BlockList, page: Page) -> Slice[Block]:
        """A list, for those who keep it."""
        require(by, *KEEPERS[listed_on])
        return await self._store.blocks(listed_on, page)

    async def set_override(self, by: Principal | None, address: str, score: int, note: str = "") -> SenderOverride:
        """Let a score replace the domain's for one address; the address itself is not kept.

        Raises:
            Malformed: `INVALID_ADDRESS`.
            Refused: `FORBIDDEN`, `VALIDATION_FAILED`.
        """
        actor, mailbox, now = require(by, Role.REVIEWER), _address(address), self._clock.now_ms()
        if not 0 <= score <= HIGHEST_SCORE:
            raise Refused(ServiceReason.VALIDATION_FAILED, "A score is an integer from 0 to 100.")
        override = SenderOverride(
            lookup=sender_lookup(self._secret, mailbox),
            domain=mailbox.domain,
            score=score,
            note=_note(note),
            actor=actor.actor,
            set_ms=now,
        )
        detail = canonical.dump({"score": score}).decode()
        await self._store.set_override(override, actor.act(now, "override.set", override.lookup, detail=detail))
        return override

    async def drop_override(self, by: Principal | None, address: str) -> None:
        """Let the domain's score count for an address again.

        Raises:
            Malformed: `INVALID_ADDRESS`.
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        actor, lookup = require(by, Role.REVIEWER), sender_lookup(self._secret, _address(address))
        if not await self._store.drop_override(lookup, actor.act(self._clock.now_ms(), "override.remove", lookup)):
            raise Refused(ServiceReason.NOT_FOUND, "There is no override for this address.")

    async def override(self, by: Principal | None, address: str) -> Reputation:
        """The override of one address with its note and counts, for administrators and nobody else.

        Raises:
            Malformed: `INVALID_ADDRESS`.
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        require(by)
        found = await self._store.override(sender_lookup(self._secret, _address(address)))
        if found is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no override for this address.")
        return await self._reputation(found)

    async def overrides(self, by: Principal | None, page: Page, *, domain: str = "") -> Slice[Reputation]:
        """Overrides with their notes and counts, for administrators; those of one domain's addresses, or all.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`.
        """
        require(by)
        part = await self._store.overrides(page, domain=_domain(domain) if domain else "")
        return Slice(items=tuple([await self._reputation(row) for row in part.items]), next=part.next)

    async def _reputation(self, override: SenderOverride) -> Reputation:
        count = await self._store.sender_count(override.lookup)
        return Reputation(
            override=override,
            seen=0 if count is None else count.seen,
            last_ms=None if count is None else count.last_ms,
            complaints=await self._store.reports_about(override.domain),
        )

    async def candidates(
        self, by: Principal | None, page: Page, *, status: CandidateStatus | None = None
    ) -> Slice[Candidate]:
        """Look-alikes that were noticed, for reviewers."""
        require(by, Role.REVIEWER)
        return await self._store.candidates(page, status=status)

    async def decide_candidate(
        self, by: Principal | None, suspect: str, target: str, status: CandidateStatus
    ) -> Candidate:
        """Confirm or dismiss a look-alike; a decision may be changed, which is how an appeal ends.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        actor, name, imitated = require(by, Role.REVIEWER), _domain(suspect), _domain(target)
        found = [row for row in await self._store.candidates_of(name) if row.target == imitated]
        if not found:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such look-alike.")
        now = self._clock.now_ms()
        decided = replace(found[0], status=status, decided_by=actor.actor, decided_ms=now)
        detail = canonical.dump({"target": imitated, "status": status.value}).decode()
        await self._store.decide_candidate(decided, actor.act(now, "candidate.decide", name, detail=detail))
        return decided


class Audit:
    """Reads the audit trail."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def trail(
        self, by: Principal | None, page: Page, *, org_id: str = "", target: str = ""
    ) -> Slice[AuditRecord]:
        """Acts, newest first: an organisation's own for itself, all of them for administrators and compliance.

        Raises:
            Refused: `FORBIDDEN`.
        """
        actor = require(by, Role.COMPLIANCE, Role.ORG)
        if actor.role is Role.ORG:
            require_organisation(by, org_id)
        return await self._store.audit_trail(page, org_id=org_id, target=target)


def _domain(text: str) -> str:
    try:
        return canonical_domain(text)
    except Malformed as wrong:
        raise Malformed(ServiceReason.INVALID_DOMAIN, f"This is not a domain name: {wrong.detail}") from wrong


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except Malformed as wrong:
        raise Malformed(ServiceReason.INVALID_ADDRESS, f"This is not a mail address: {wrong.detail}") from wrong


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise Refused(ServiceReason.VALIDATION_FAILED, f"A note has at most {LONGEST_NOTE} characters.")
    return text
