"""What everybody may ask of the registry: a domain's stamp, a stamp by its id, a token from all sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.identifiers import is_uuid4
from frankmark.mail.address import canonical_domain
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.stamps import ScoreRecord
from frankmark.ports.stamps import Stamp as StampRow
from frankmark.ports.storage import RecordStore
from frankmark.protocols.securestamp.channels import Verifier
from frankmark.protocols.securestamp.examination import Examination, examine_token
from frankmark.protocols.securestamp.model import Stamp
from frankmark.protocols.securestamp.token import parse_token
from frankmark.protocols.securestamp.wire import authentication_labels
from frankmark.services.facts import Facts, Registrar, TrustRoots, counting_stamp
from frankmark.services.reasons import ServiceReason
from frankmark.services.trust import TrustQuery, TrustService, parents

__all__ = ["Lookup", "PublicRegistry", "RegistryView"]

SCORES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryView:
    """A domain as the registry sees it.

    Attributes:
        domain: A-labels; empty for a stamp id that nobody knows.
        stamp: The stamp that counts, or the newest there is.
        labels: How SPF, DKIM and DMARC stand.
        now_ms: When it was asked.
    """

    domain: str
    stamp: Stamp | None
    labels: Mapping[str, Json]
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A domain's entry in the public registry.

    Attributes:
        registered_ms: When it was first registered; None if it is not.
        verified: Whether somebody's ownership was shown.
        stamps: Its stamps, newest issuance first.
        scores: Its newest score changes, newest first.
        asked_ms: When it was looked up, milliseconds since the epoch.
    """

    domain: str
    registered_ms: int | None
    verified: bool
    stamps: Sequence[StampRow]
    scores: Sequence[ScoreRecord]
    asked_ms: int


class PublicRegistry:
    """Answers without a credential.

    Args:
        records: The record store.
        registrar: Reads facts.
        roots: Whom this node believes.
        trust: For the published authentication of a domain.
        clock: Tells the time.
    """

    def __init__(
        self, *, records: RecordStore, registrar: Registrar, roots: TrustRoots, trust: TrustService, clock: Clock
    ) -> None:
        self._records = records
        self._registrar = registrar
        self._roots = roots
        self._trust = trust
        self._clock = clock

    async def view(self, asked: str) -> RegistryView:
        """The view of a domain, or of a stamp by its id.

        Args:
            asked: A domain in any spelling, or a UUID of version 4.

        Raises:
            Malformed: `INVALID_DOMAIN`.
        """
        return await self._stamp(asked) if is_uuid4(asked) else await self._domain(_domain(asked))

    async def lookup(self, asked: str) -> Lookup:
        """The registry's entry of a domain.

        Raises:
            Malformed: `INVALID_DOMAIN`.
        """
        domain = _domain(asked)
        holders = await self._records.domain_holders(domain)
        return Lookup(
            domain=domain,
            registered_ms=min((holder.created_ms for holder in holders), default=None),
            verified=any(holder.verified_ms is not None for holder in holders),
            stamps=await self._records.stamps_of(domain),
            scores=(await self._records.scores(domain, Page(limit=SCORES))).items,
            asked_ms=self._clock.now_ms(),
        )

    async def stamp_row(self, stamp_id: str) -> StampRow | None:
        """A stamp's row, for its artwork."""
        return await self._records.stamp(stamp_id) if is_uuid4(stamp_id) else None

    async def examine(self, token: str, domain: str | None = None) -> Examination:
        """Look at a token from all sides, against keys, ledger and time."""
        now_ms = self._clock.now_ms()
        try:
            claims = parse_token(token).claims
        except Error:
            stamps: dict[str, Stamp] = {}
        else:
            facts = await self._facts(claims.domain, now_ms)
            stamps = {stamp.stamp_id: stamp for stamp in facts.stamps}
        verifier = Verifier(issuers=self._roots.keys(), now_s=now_ms // 1000, stamps=stamps)
        return examine_token(token, verifier, domain)

    async def _facts(self, domain: str, now_ms: int) -> Facts:
        return await self._registrar.facts(domain, parents(domain), None, now_ms)

    async def _domain(self, domain: str) -> RegistryView:
        now_ms = self._clock.now_ms()
        facts = await self._facts(domain, now_ms)
        stamp = counting_stamp(facts, now_ms)
        return await self._seen(domain, stamp, now_ms)

    async def _stamp(self, stamp_id: str) -> RegistryView:
        now_ms = self._clock.now_ms()
        row = await self._records.stamp(stamp_id)
        if row is None or not row.domain or row.subject:
            return RegistryView(domain=row.domain if row else "", stamp=None, labels={}, now_ms=now_ms)
        facts = await self._facts(row.domain, now_ms)
        stamp = next((one for one in facts.stamps if one.stamp_id == stamp_id), None)
        return await self._seen(row.domain, stamp, now_ms)

    async def _seen(self, domain: str, stamp: Stamp | None, now_ms: int) -> RegistryView:
        if stamp is None:
            return RegistryView(domain=domain, stamp=None, labels={}, now_ms=now_ms)
        answer = await self._trust.check(TrustQuery(target=domain))
        labels = authentication_labels(answer.assessment.evidence)
        return RegistryView(domain=domain, stamp=stamp, labels=labels, now_ms=now_ms)


def _domain(text: str) -> str:
    try:
        return canonical_domain(text)
    except Malformed as wrong:
        raise Malformed(ServiceReason.INVALID_DOMAIN, f"This is not a domain name: {wrong.detail}") from wrong
