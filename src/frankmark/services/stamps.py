"""Stamps: issue, renew, revoke, issue a token anew, and record the score.

A renewal is a new StampIssuance of the same stamp id: artwork, record name and history stay, the token and the end
change. Under another key than the one that signed a token, the token is issued anew with the same end, which the
ledger need not know. A stamp's state is the ledger's; two calls that would write the same thing at the same time are
settled before the log by what is under way here, and after it by the entry's idempotency key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.identifiers import uuid4
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import Address, DomainRecord
from frankmark.ports.stamps import ScoreRecord, Stamp, StampStatus
from frankmark.ports.storage import RegistryStore, StampStore
from frankmark.protocols.securestamp.ledger import ScoreChange, StampIssuance, StampRevocation
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason, ScoreChangeReason
from frankmark.protocols.securestamp.token import LIFETIME_S, Claims, issue_token
from frankmark.services.attachments import NodeRecord
from frankmark.services.keyring import Keyring
from frankmark.services.principals import NODE, Principal, Role, require, require_organisation
from frankmark.services.publication import Publication, publication
from frankmark.services.reasons import ServiceReason
from frankmark.services.recording import Recorder
from frankmark.services.registry import Registry, lapsed

__all__ = ["Appraisal", "Appraiser", "Issuing", "Stamps"]

DAY_MS = 86_400_000
RENEW_MS = 30 * DAY_MS
HOUR_MS = 3_600_000
ENTROPY = 16
"""Octets of a stamp id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What a domain is worth at issuance.

    Attributes:
        score: 0 to 100, as it will be once the stamp is active.
        signals: Text of the JSON object that the asset carries.
    """

    score: int
    signals: str


class Appraiser(Protocol):
    """Assesses a domain for a stamp."""

    async def appraise(self, domain: str) -> Appraisal:
        """Assess a domain as if it had an active stamp already: the rule that caps those without is not meant here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """What a node says of itself in what it issues.

    Attributes:
        public_url: https, without a path; the token's ``iss``.
        demo: Whether a name that nobody can pin is good enough.
    """

    public_url: str
    demo: bool = False


class StampRecords(RegistryStore, StampStore, Protocol):
    """What this room asks of the store."""


class Stamps:
    """Issues and ends stamps.

    Args:
        store: Registry and projection.
        recorder: The way into the ledger.
        registry: Looks whether a domain is still in the same hands.
        keyring: Signs tokens.
        appraiser: Assesses domains.
        issuing: What the node says of itself.
        clock: Tells the time.
        entropy: Makes stamp ids.
    """

    def __init__(  # noqa: PLR0913  # one room, eight things it is told
        self,
        *,
        store: StampRecords,
        recorder: Recorder,
        registry: Registry,
        keyring: Keyring,
        appraiser: Appraiser,
        issuing: Issuing,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._registry = registry
        self._keyring = keyring
        self._appraiser = appraiser
        self._issuing = issuing
        self._clock = clock
        self._entropy = entropy
        self._under_way: set[tuple[str, ...]] = set()

    async def issue(self, by: Principal | None, org_id: str, domain: str) -> Stamp:
        """Issue a stamp for a domain whose ownership was shown.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `DOMAIN_NOT_VERIFIED`, `OWNERSHIP_LAPSED`, `PUBLIC_URL_INVALID`,
                `STAMP_ALREADY_ACTIVE` when the organisation has an active one for the domain.
            Unavailable: The ledger cannot be written now.
        """
        actor = require_organisation(by, org_id)
        self._require_name()
        record = _owned(await self._registry.domain(by, org_id, domain))
        with self._alone("issue", org_id, record.domain, ""):
            self._refuse_second(await self._store.stamps_of(record.domain), org_id)
            return await self._issue(actor, record.domain, org_id)

    async def issue_for_address(self, by: Principal, address: Address) -> Stamp:
        """Issue a stamp for one verified address: it counts for that very address, and carries no token.

        Raises:
            Refused: `PUBLIC_URL_INVALID`, `STAMP_ALREADY_ACTIVE`, `CODE_NOT_OPEN` for an address not verified.
            Unavailable: The ledger cannot be written now.
        """
        self._require_name()
        if address.verified_ms is None:
            raise Refused(ServiceReason.CODE_NOT_OPEN, "Verify the address first.")
        with self._alone("issue", address.org_id, address.domain, address.lookup):
            self._refuse_second(await self._store.address_stamps(address.lookup), address.org_id)
            return await self._issue(by, address.domain, address.org_id, address=address)

    async def renew(self, by: Principal | None, stamp_id: str) -> Stamp:
        """Renew a stamp for another year, if the domain is still in the same hands.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`, `STAMP_NOT_RENEWABLE` for one that is revoked, expired, erased or of an
                address; `CHALLENGE_NOT_ANSWERED`, `OWNERSHIP_LAPSED`, `DOMAIN_NOT_VERIFIED`, `PUBLIC_URL_INVALID`.
            Unavailable: `CHALLENGE_UNAVAILABLE`, or the ledger cannot be written now.
        """
        stamp = await self._found(stamp_id)
        actor = require_organisation(by, stamp.org_id)
        self._require_name()
        now = self._clock.now_ms()
        if stamp.status is not StampStatus.ACTIVE or stamp.expires_ms <= now or not stamp.token:
            raise Refused(
                ServiceReason.STAMP_NOT_RENEWABLE, "Only an active stamp of a domain is renewed; issue a new one."
            )
        with self._alone("issue", stamp.org_id, stamp.domain, ""):
            record = _owned(await self._registry.domain(by, stamp.org_id, stamp.domain))
            await self._registry.confirm(record)
            return await self._issue(actor, stamp.domain, stamp.org_id, renewed=stamp)

    async def renew_due(self) -> int:
        """Renew every stamp that ends within 30 days; answers how many were renewed.

        One whose ownership cannot be shown now is left alone: it is tried again at the next call, until it ends.
        """
        now, renewed, page = self._clock.now_ms(), 0, Page(limit=100)
        while True:
            part = await self._store.stamps_expiring(page, after_ms=now, before_ms=now + RENEW_MS)
            for stamp in part.items:
                renewed += await self._renewed(stamp)
            if not part.next:
                return renewed
            page = Page(after=part.next, limit=page.limit)

    async def revoke(self, by: Principal | None, stamp_id: str, reason: RevocationReason) -> Stamp:
        """Revoke a stamp for ever.

        Args:
            by: An administrator, reviewer or compliance officer for any reason; the organisation itself only for
                `ORG_REQUEST`.
            stamp_id: The stamp.
            reason: Why.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`, `INVALID_TRANSITION` for one that is revoked already.
            Unavailable: The ledger cannot be written now.
        """
        stamp = await self._found(stamp_id)
        if reason is RevocationReason.ORG_REQUEST:
            actor = require_organisation(by, stamp.org_id)
        else:
            actor = require(by, Role.REVIEWER, Role.COMPLIANCE)
        if stamp.status is StampStatus.REVOKED or ("revoke", stamp_id) in self._under_way:
            raise Refused(Reason.INVALID_TRANSITION, "This stamp is revoked already, and that cannot be changed.")
        asset = StampRevocation(
            stamp_id=stamp_id, reason=reason, revoked_by=self._recorder.issuer(), timestamp=self._clock.now_ms()
        )
        node = NodeRecord(actor=actor.actor, act="stamp.revoke", org_id=stamp.org_id)
        with self._alone("revoke", stamp_id):
            await self._recorder.record(asset, stamp_id, node, key=f"revoke:{stamp_id}")
        return await self._found(stamp_id)

    async def reissue(self, by: Principal | None, stamp_id: str) -> Stamp:
        """Sign a stamp's token anew with the newest key; stamp id and end stay.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`, `STAMP_NOT_RENEWABLE`.
        """
        stamp = await self._found(stamp_id)
        actor = require_organisation(by, stamp.org_id)
        now, signing = self._clock.now_ms(), self._keyring.signing
        if not stamp.token or stamp.expires_ms <= now:
            raise Refused(ServiceReason.STAMP_NOT_RENEWABLE, "Only an active stamp of a domain has a token.")
        token = self._token(
            stamp_id, stamp.domain, stamp.org_id, stamp.live_score, now // 1000, stamp.expires_ms // 1000
        )
        act = actor.act(now, "stamp.reissue", stamp_id, org_id=stamp.org_id)
        if not await self._store.replace_token(stamp_id, act, kid=signing.jwk.kid, token=token):
            raise Refused(ServiceReason.STAMP_NOT_RENEWABLE, "Only an active stamp of a domain has a token.")
        return await self._found(stamp_id)

    async def record_score(
        self, domain: str, score: int, reason: ScoreChangeReason, evidence: str, *, by: Principal = NODE
    ) -> ScoreRecord | None:
        """Record that the score of a domain that has or had a stamp is another one now.

        Args:
            domain: The canonical domain.
            score: The new score.
            reason: Why.
            evidence: Text of the JSON array of changed signals.
            by: Who caused it; the node itself unless a reviewer did.

        Returns:
            The record; None if nothing is to be recorded: no stamp ever, the same score, or a change less than an hour
            ago that no person made.
        """
        if ("score", domain) in self._under_way:
            return None
        with self._alone("score", domain):
            stamps, now = await self._store.stamps_of(domain), self._clock.now_ms()
            if not stamps or stamps[0].live_score == score or not await self._may_change(domain, by, now):
                return None
            asset = ScoreChange(
                domain=domain,
                old_score=stamps[0].live_score,
                new_score=score,
                reason=reason,
                evidence=evidence,
                timestamp=now,
            )
            node = NodeRecord(actor=by.actor, act="score.change", org_id=stamps[0].org_id)
            await self._recorder.record(asset, stamps[0].stamp_id, node, key=f"score:{domain}:{now}")
            return (await self._store.scores(domain, Page(limit=1))).items[0]

    async def _may_change(self, domain: str, by: Principal, now_ms: int) -> bool:
        last = (await self._store.scores(domain, Page(limit=1))).items
        pause = HOUR_MS if by == NODE else 1
        return not last or now_ms - last[0].at_ms >= pause

    async def stamp(self, stamp_id: str) -> Stamp:
        """A stamp by its id; stamps are public.

        Raises:
            Refused: `NOT_FOUND`.
        """
        return await self._found(stamp_id)

    async def stamps(self, by: Principal | None, page: Page, *, org_id: str = "") -> Slice[Stamp]:
        """Stamps of an organisation, or for an administrator all of them."""
        if org_id:
            require_organisation(by, org_id, Role.ORG, Role.READER)
        else:
            require(by)
        return await self._store.stamps(page, org_id=org_id)

    async def publication(self, by: Principal | None, stamp_id: str) -> Publication:
        """What the owner of a stamp publishes.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`; `STAMP_NOT_RENEWABLE` for one without a token.
        """
        stamp = await self._found(stamp_id)
        require_organisation(by, stamp.org_id, Role.ORG, Role.READER)
        if not stamp.token:
            raise Refused(ServiceReason.STAMP_NOT_RENEWABLE, "A stamp of one address has nothing to publish.")
        return publication(self._issuing.public_url, stamp.domain, stamp.stamp_id, stamp.token)

    async def _issue(
        self,
        actor: Principal,
        domain: str,
        org_id: str,
        *,
        renewed: Stamp | None = None,
        address: Address | None = None,
    ) -> Stamp:
        worth = await self._appraiser.appraise(domain)
        now = self._clock.now_ms()
        stamp_id = renewed.stamp_id if renewed else uuid4(self._entropy.octets(ENTROPY))
        starts, ends = now // 1000, now // 1000 + LIFETIME_S
        asset = StampIssuance(
            stamp_id=stamp_id,
            org_id=org_id,
            domain=domain,
            score=worth.score,
            signals=worth.signals,
            timestamp=now,
            issued_by=self._recorder.issuer(),
            subject_hash=address.subject_hash if address else "",
        )
        token = "" if address else self._token(stamp_id, domain, org_id, worth.score, starts, ends)
        node = NodeRecord(
            actor=actor.actor,
            act="stamp.renew" if renewed else "stamp.issue",
            org_id=org_id,
            subject=address.lookup if address else "",
            token=token,
            kid=self._keyring.signing.jwk.kid if token else "",
            expires_ms=ends * 1000,
        )
        key = f"renew:{stamp_id}:{now}" if renewed else f"issue:{stamp_id}"
        await self._recorder.record(asset, stamp_id, node, key=key)
        return await self._found(stamp_id)

    def _token(self, stamp_id: str, domain: str, org_id: str, score: int, starts: int, ends: int) -> str:  # noqa: PLR0917  # the claims
        claims = Claims(
            stamp_id=stamp_id,
            domain=domain,
            org_id=org_id,
            score=score,
            iat=starts,
            exp=ends,
            iss=self._issuing.public_url,
        )
        signing = self._keyring.signing
        return issue_token(claims, signing.private, signing.jwk.kid)

    async def _renewed(self, stamp: Stamp) -> bool:
        if not stamp.token:
            return False
        try:
            await self.renew(NODE, stamp.stamp_id)
        except Error:
            return False
        return True

    async def _found(self, stamp_id: str) -> Stamp:
        found = await self._store.stamp(stamp_id)
        if found is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such stamp.")
        return found

    def _require_name(self) -> None:
        host = urlsplit(self._issuing.public_url).hostname or ""
        if not host or (host.endswith(".invalid") and not self._issuing.demo):
            detail = "Set public_url to the https origin where others will reach this node, then issue stamps."
            raise Refused(ServiceReason.PUBLIC_URL_INVALID, detail)

    def _refuse_second(self, stamps: Sequence[Stamp], org_id: str) -> None:
        now = self._clock.now_ms()
        if any(s.org_id == org_id and s.status is StampStatus.ACTIVE and s.expires_ms > now for s in stamps):
            raise _already_active()

    @contextmanager
    def _alone(self, *what: str) -> Iterator[None]:
        if what in self._under_way:
            raise _already_active()
        self._under_way.add(what)
        try:
            yield
        finally:
            self._under_way.discard(what)


def _owned(record: DomainRecord) -> DomainRecord:
    """The registration, if ownership was shown and still stands."""
    if record.verified_ms is None:
        raise Refused(ServiceReason.DOMAIN_NOT_VERIFIED, "Show that the domain is yours first.")
    if lapsed(record):
        raise Refused(ServiceReason.OWNERSHIP_LAPSED, "Two looks at the domain failed; show that it is yours anew.")
    return record


def _already_active() -> Refused:
    return Refused(Reason.STAMP_ALREADY_ACTIVE, "There is an active stamp for this domain; revoke or renew it.")
