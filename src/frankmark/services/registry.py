"""Organisations and their domains: registration, proof of ownership, and looking again every 30 days."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.foundation.identifiers import ulid
from frankmark.mail.address import Address, canonical_domain
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import Challenge, DomainRecord, Organisation
from frankmark.ports.stamps import StampStatus
from frankmark.ports.storage import RegistryStore, StampStore
from frankmark.services.ownership import DomainPolicy, Instructions, Ownership, instructions
from frankmark.services.principals import NODE, Principal, require, require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.services.senders import sender_lookup

__all__ = ["Registration", "Registry", "lapsed"]

DAY_MS = 86_400_000
CHALLENGE_MS = DAY_MS
RECHECK_MS = 30 * DAY_MS
RETRY_MS = DAY_MS
FAILURES = 2  # so many re-checks in a row end what ownership allows
TOKEN = 16  # octets
LONGEST_NAME = 200
MOST_SELECTORS = 20


class RegistryRecords(RegistryStore, StampStore, Protocol):
    """What this room asks of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A domain that waits for its proof.

    Attributes:
        record: The registration.
        publish: What the owner is asked to publish, either of two ways.
        expires_ms: When the challenge ends; register again for a new one.
    """

    record: DomainRecord
    publish: Instructions
    expires_ms: int


class Registry:
    """Keeps organisations and domains.

    Args:
        store: Where they are kept.
        ownership: Looks whether answers are published.
        policy: Which names may be registered.
        clock: Tells the time.
        entropy: Makes tokens.
        secret: The node's secret, under which addresses are looked up.
    """

    def __init__(  # noqa: PLR0917  # one room, six things it is told
        self,
        store: RegistryRecords,
        ownership: Ownership,
        policy: DomainPolicy,
        clock: Clock,
        entropy: Entropy,
        secret: bytes,
    ) -> None:
        self._store = store
        self._ownership = ownership
        self._policy = policy
        self._clock = clock
        self._entropy = entropy
        self._secret = secret

    async def create_organisation(self, by: Principal | None, name: str) -> Organisation:
        """Make an organisation; only an administrator may.

        Raises:
            Refused: `FORBIDDEN`, `VALIDATION_FAILED`.
        """
        actor, now, plain = require(by), self._clock.now_ms(), name.strip()
        if not 0 < len(plain) <= LONGEST_NAME or not plain.isprintable():
            raise Refused(ServiceReason.VALIDATION_FAILED, "A name has 1 to 200 printable characters.")
        org_id = "org_" + ulid(now, self._entropy.octets(10)).lower()
        made = Organisation(org_id=org_id, name=plain, created_ms=now)
        await self._store.add_organisation(made, actor.act(now, "organisation.create", org_id, org_id=org_id))
        return made

    async def organisation(self, by: Principal | None, org_id: str) -> Organisation:
        """An organisation that is not erased, for itself and for administrators.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        require_organisation(by, org_id)
        return await self._living(org_id)

    async def organisations(self, by: Principal | None, page: Page) -> Slice[Organisation]:
        """All organisations, for administrators."""
        require(by)
        return await self._store.organisations(page)

    async def set_contact(self, by: Principal | None, org_id: str, address: str) -> Organisation:
        """Set where an organisation is told about alerts: an address that it has verified before.

        Raises:
            Malformed: `INVALID_ADDRESS`.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `CONTACT_NOT_VERIFIED`.
        """
        actor = require_organisation(by, org_id)
        try:
            contact = Address.parse(address)
        except Malformed as wrong:
            raise Malformed(ServiceReason.INVALID_ADDRESS, "This is not a mail address.") from wrong
        own = await self._store.addresses_by_lookup(sender_lookup(self._secret, contact))
        if all(row.org_id != org_id for row in own):
            raise Refused(ServiceReason.CONTACT_NOT_VERIFIED, "Register and verify this address first.")
        act = actor.act(self._clock.now_ms(), "organisation.contact", org_id, org_id=org_id)
        if not await self._store.set_contact(org_id, str(contact), act):
            raise _not_found("organisation")
        return await self._living(org_id)

    async def register_domain(
        self, by: Principal | None, org_id: str, domain: str, *, selectors: tuple[str, ...] = ()
    ) -> Registration:
        """Register a domain and ask for a proof of ownership; again for a new challenge.

        Args:
            by: A key of the organisation, or an administrator.
            org_id: The organisation.
            domain: The domain in any spelling.
            selectors: DKIM selectors that the owner uses.

        Returns:
            The registration, with what to publish.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `DOMAIN_PUBLIC_SUFFIX`, `DOMAIN_FREE_MAIL`, `VALIDATION_FAILED`.
        """
        actor, now = require_organisation(by, org_id), self._clock.now_ms()
        name, declared = self._policy.registrable(domain), _selectors(selectors)
        await self._living(org_id)
        token = self._entropy.octets(TOKEN).hex()
        challenge = Challenge(token=token, org_id=org_id, domain=name, created_ms=now, expires_ms=now + CHALLENGE_MS)
        record = DomainRecord(org_id=org_id, domain=name, created_ms=now, selectors=declared)
        await self._store.add_domain(record, challenge, actor.act(now, "domain.register", name, org_id=org_id))
        kept = await self._store.domain(org_id, name) or record
        publish = instructions(name, token, org_id)
        return Registration(record=kept, publish=publish, expires_ms=challenge.expires_ms)

    async def verify_domain(self, by: Principal | None, org_id: str, domain: str) -> DomainRecord:
        """Look for the answer to the open challenge and, if it is published, note who owns the domain.

        Looking may be repeated while the challenge is open; once it is answered it is used up.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `CHALLENGE_NOT_OPEN`, `CHALLENGE_NOT_ANSWERED`.
            Unavailable: `CHALLENGE_UNAVAILABLE`.
        """
        actor, name = require_organisation(by, org_id), self._policy.registrable(domain)
        record = await self._registered(org_id, name)
        asked = await self._store.challenge(org_id, name)
        if asked is None or asked.expires_ms <= self._clock.now_ms():
            raise _closed()
        method = await self._ownership.show(name, asked.token, org_id)
        now = self._clock.now_ms()
        verified = replace(
            record,
            verified_ms=now,
            method=method.value,
            proof_token=asked.token,
            next_check_ms=now + RECHECK_MS,
            failures=0,
        )
        if not await self._store.domain_verified(verified, actor.act(now, "domain.verify", name, org_id=org_id)):
            raise _closed()
        return verified

    async def set_selectors(
        self, by: Principal | None, org_id: str, domain: str, selectors: tuple[str, ...]
    ) -> DomainRecord:
        """Declare which DKIM selectors a domain uses.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`, `VALIDATION_FAILED`.
        """
        actor, name = require_organisation(by, org_id), self._policy.registrable(domain)
        record = replace(await self._registered(org_id, name), selectors=_selectors(selectors))
        act = actor.act(self._clock.now_ms(), "domain.selectors", name, org_id=org_id)
        if not await self._store.domain_checked(record, act):
            raise _not_found("registration")
        return record

    async def domain(self, by: Principal | None, org_id: str, domain: str) -> DomainRecord:
        """One registration, for its organisation and for administrators.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        require_organisation(by, org_id)
        return await self._registered(org_id, self._policy.registrable(domain))

    async def domains(self, by: Principal | None, page: Page, *, org_id: str = "") -> Slice[DomainRecord]:
        """Registrations of an organisation, or for an administrator all of them."""
        if org_id:
            require_organisation(by, org_id)
        else:
            require(by)
        return await self._store.domains(page, org_id=org_id)

    async def confirm(self, record: DomainRecord) -> DomainRecord:
        """Look whether a verified domain is still in the same hands, and note the outcome.

        A second failure in a row ends what ownership allows (`lapsed`). When the name servers do not answer, nothing
        is known: it counts neither way, and the next look is a day later.

        Returns:
            The registration afterwards.

        Raises:
            Refused: `CHALLENGE_NOT_ANSWERED`.
            Unavailable: `CHALLENGE_UNAVAILABLE`.
        """
        now = self._clock.now_ms()
        stamps = await self._store.stamps_of(record.domain)
        own = {s.stamp_id for s in stamps if s.org_id == record.org_id and s.status is StampStatus.ACTIVE}
        try:
            await self._ownership.show_again(record.domain, record.proof_token, record.org_id, own)
        except Unavailable:
            await self._checked(replace(record, next_check_ms=now + RETRY_MS), "unavailable", now)
            raise
        except Refused:
            missed = replace(record, failures=record.failures + 1, next_check_ms=now + RECHECK_MS)
            await self._checked(missed, "failed", now)
            raise
        return await self._checked(replace(record, failures=0, next_check_ms=now + RECHECK_MS), "passed", now)

    async def recheck_due(self, limit: int = 100) -> int:
        """Look again at the domains whose time has come; answers how many were looked at."""
        due = await self._store.domains_due(self._clock.now_ms(), limit)
        for record in due:
            with suppress(Refused, Unavailable):  # noted; nobody waits for the answer
                await self.confirm(record)
        return len(due)

    async def _checked(self, record: DomainRecord, outcome: str, now_ms: int) -> DomainRecord:
        act = NODE.act(now_ms, f"domain.recheck-{outcome}", record.domain, org_id=record.org_id)
        await self._store.domain_checked(record, act)
        return record

    async def holders(self, domain: str) -> tuple[DomainRecord, ...]:
        """Every registration of a domain, verified ones first: for the public answer, which names none of them.

        Raises:
            Malformed: `INVALID_DOMAIN`.
        """
        try:
            return tuple(await self._store.domain_holders(canonical_domain(domain)))
        except Malformed as wrong:
            raise Malformed(ServiceReason.INVALID_DOMAIN, f"This is not a domain name: {wrong.detail}") from wrong

    async def _living(self, org_id: str) -> Organisation:
        found = await self._store.organisation(org_id)
        if found is None or found.erased_ms is not None:
            raise _not_found("organisation")
        return found

    async def _registered(self, org_id: str, domain: str) -> DomainRecord:
        found = await self._store.domain(org_id, domain)
        if found is None:
            raise _not_found("registration")
        return found


def lapsed(record: DomainRecord) -> bool:
    """Whether so many re-checks failed that the domain's stamp is not renewed and no new one is issued."""
    return record.failures >= FAILURES


def _selectors(selectors: tuple[str, ...]) -> tuple[str, ...]:
    """Selectors in canonical form, each once, sorted; a selector is one label or more (RFC 6376 §3.1)."""
    if len(selectors) > MOST_SELECTORS:
        raise Refused(ServiceReason.VALIDATION_FAILED, f"A domain declares at most {MOST_SELECTORS} selectors.")
    try:
        return tuple(sorted({canonical_domain(selector, underscores=True) for selector in selectors}))
    except Malformed as wrong:
        raise Refused(ServiceReason.VALIDATION_FAILED, f"This is not a DKIM selector: {wrong.detail}") from wrong


def _not_found(what: str) -> Refused:
    return Refused(ServiceReason.NOT_FOUND, f"There is no such {what}.")


def _closed() -> Refused:
    return Refused(ServiceReason.CHALLENGE_NOT_OPEN, "No challenge is open for this domain; register it again.")
