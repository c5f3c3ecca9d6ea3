"""Whose is a channel: one fact out of what brands declared and signed, and a receipt for every answer.

Asked about a brand, only its own perimeter counts; asked without one, only what nobody else could have declared: a
domain, or a channel whose control was shown. A message is looked through for channels and then dropped: nothing of it
is kept, logged or answered, and nothing that it names is fetched.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed, Refused
from frankmark.ports.clock import Clock
from frankmark.ports.signal import ChannelRow, Control
from frankmark.protocols.signal.attribution import MOST_ARTIFACTS, Extraction, Platform
from frankmark.protocols.signal.counterstamp import CounterStamp, state_at
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.logs import LogName, SignedHead
from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Fact, Subject
from frankmark.protocols.signal.observation import Eyes, observed
from frankmark.protocols.signal.perimeter import Perimeter
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.receipt import (
    BrandRef,
    Claims,
    PerimeterRef,
    about_unknown_brand,
    is_nonce,
    request_hash,
)
from frankmark.protocols.signal.subject import recognised, subject
from frankmark.protocols.signal.telegram import from_telegram
from frankmark.protocols.signal.verdict import Finding, Holder, decide, decide_without_brand, overall
from frankmark.protocols.signal.whatsapp import from_whatsapp
from frankmark.services.badges import Stated
from frankmark.services.brands import Brands, Held
from frankmark.services.domain_ages import DomainAges
from frankmark.services.reasons import ServiceReason
from frankmark.services.receipts import Draft, Examined, Issued, Receipts
from frankmark.services.signal_logs import SignalLogs

__all__ = ["Answer", "Asked", "CaseBook", "ChannelParts", "Channels", "Question", "Result"]

READERS: Final[dict[Platform, Callable[[Json, Tables], tuple[Extraction, ...]]]] = {
    Platform.TELEGRAM: from_telegram,
    Platform.WHATSAPP: from_whatsapp,
}


class CaseBook(Protocol):
    """Knows counter-stamps."""

    async def on(self, readings: Iterable[Artifact], brand: str | None = None) -> tuple[CounterStamp, ...]:
        """Counter-stamps on any reading of a channel that may decide; only those of `brand` where it is given."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks.

    Attributes:
        brand: A brand's id or anchor; empty for none.
        kind: A type of artifact, or ``url``; empty where a message is given, or where its form is to say what it is.
        value: The channel as it was written.
        platform: Where the message comes from; None where a channel is given.
        payload: The platform's own object.
        nonce: What the receipt shall carry; None for nothing.
    """

    brand: str = ""
    kind: str = ""
    value: str = ""
    platform: Platform | None = None
    payload: Json = field(default=None, repr=False)
    nonce: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One channel that is asked about; None when a message holds none."""

    subject: Subject | None
    attribution: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found about one channel.

    Attributes:
        finding: The fact.
        brand: The brand that it is about.
        attribution: What ties the channel to the message's author.
        issued: The receipt.
    """

    finding: Finding
    brand: BrandRef | None
    attribution: Attribution
    issued: Issued


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The results, one a channel, in the order in which the channels were found; at least one."""

    results: tuple[Result, ...]

    @property
    def overall(self) -> str:
        """The lowest level."""
        return overall(result.finding for result in self.results).value


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelParts:
    """What the work is done with."""

    brands: Brands
    cases: CaseBook
    receipts: Receipts
    logs: SignalLogs
    ages: DomainAges
    tables: Tables
    eyes: Eyes
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """The brand that is asked about: none, one that nobody knows, or one that is held."""

    text: str = ""
    held: Held | None = None

    @property
    def asked(self) -> str | None:
        """What a receipt binds itself to: the brand's id, or what was written where nobody knows such a brand."""
        return self.held.ref.id if self.held else self.text or None


class Channels:
    """The engine with everything that it needs."""

    def __init__(self, parts: ChannelParts) -> None:
        self._do = parts

    async def verify(self, question: Question) -> Answer:
        """Answer a question.

        Raises:
            Malformed: `VALIDATION_FAILED`, `MESSAGE_MALFORMED`, and the ``ARTIFACT_…`` codes.
            Refused: `ARTIFACTS_TOO_MANY`.
            Unavailable: Nothing can be read or logged now.
            Damaged: `STORE_DAMAGED`: a stored perimeter is not what its brand signed.
        """
        if question.nonce is not None and not is_nonce(question.nonce):
            raise Malformed(ServiceReason.VALIDATION_FAILED, "nonce: 1 to 128 visible ASCII characters")
        return await self.look_up(self._asked(question), question.brand, question.nonce)

    async def look_up(self, asked: Sequence[Asked], brand: str = "", nonce: str | None = None) -> Answer:
        """Look channels up, each with a receipt; see `verify`.

        Args:
            asked: At most 20 channels.
            brand: A brand's id or anchor; empty for none.
            nonce: What the receipts shall carry.
        """
        about = await self._about(brand)
        if len(asked) == 1:
            return Answer(results=(await self._result(asked[0], about, nonce),))
        results = await asyncio.gather(*(self._result(each, about, nonce) for each in asked))
        return Answer(results=tuple(results))

    async def state(self, found: Extraction, brand: str) -> Sequence[Stated]:
        """Look up what is in a message, for an answer in the chat."""
        answer = await self.look_up(_of_message((found,)), brand)
        return [
            Stated(
                artifact=result.finding.artifact,
                fact=result.finding.fact,
                brand=result.brand.name if result.brand else brand,
                domain=result.brand.domain if result.brand else "",
                signals=result.finding.signals,
                receipt=result.issued.id,
            )
            for result in answer.results
        ]

    async def examine(self, receipt: str) -> tuple[Examined, Fact | None]:
        """Examine a stored receipt, and ask the same question anew.

        Returns:
            What the checks found, and the fact as of now; None if the receipt does not say what was asked.

        Raises:
            Refused: `RECEIPT_NOT_FOUND`.
        """
        examined = await self._do.receipts.examine(receipt)
        if examined.receipt is None:
            return examined, None
        if about_unknown_brand(examined.receipt.claims):
            return examined, None
        return examined, (await self._again(examined.receipt.claims)).fact

    async def _again(self, claims: Claims) -> Finding:
        named = claims.brand is not None and claims.req == request_hash(claims.brand.id, claims.artifact, claims.nonce)
        about = _About()
        if named and claims.brand:
            about = _About(text=claims.brand.id, held=await self._do.brands.held(claims.brand.id))
        readings = Subject(readings=(claims.artifact,)) if claims.artifact else None
        finding, _ = await self._find(readings, about)
        return finding

    def _asked(self, question: Question) -> Sequence[Asked]:
        tables = self._do.tables
        if question.platform is None:
            found = (
                subject(question.kind, question.value, tables.suffixes, tables.shorteners)
                if question.kind
                else recognised(question.value, tables.suffixes, tables.shorteners)
            )
            return (Asked(subject=found, attribution=Attribution.DIRECT),)
        return _of_message(READERS[question.platform](question.payload, tables))

    async def _about(self, brand: str) -> _About:
        return _About(text=brand, held=await self._do.brands.named(brand) if brand else None)

    async def _result(self, asked: Asked, about: _About, nonce: str | None) -> Result:
        finding, held = await self._find(asked.subject, about)
        place, head = await self._place(held)
        draft = Draft(
            finding=finding,
            attribution=asked.attribution,
            asked=about.asked,
            brand=held.ref if held else None,
            perimeter=place,
            head=head,
            nonce=nonce,
        )
        issued = await self._do.receipts.issue(draft)
        return Result(finding=finding, brand=draft.brand, attribution=asked.attribution, issued=issued)

    async def _place(self, held: Held | None) -> tuple[PerimeterRef | None, SignedHead]:
        if held is None:
            return None, self._do.logs.head(LogName.OFFICIAL)
        return await self._do.brands.proven(held)

    async def _find(self, subject: Subject | None, about: _About) -> tuple[Finding, Held | None]:
        """The fact, and the brand that it is about."""
        readings = subject.readings if subject else ()
        rows = await self._do.brands.holders(readings)
        if about.text:
            return await self._of_brand(subject, about.held, rows), about.held
        return await self._of_anybody(subject, rows)

    async def _of_brand(self, subject: Subject | None, held: Held | None, rows: Sequence[ChannelRow]) -> Finding:
        now_ms = self._do.clock.now_ms()
        if held is None:
            return decide(subject, Holder(brand="", perimeter=None), now_s=now_ms // 1000)
        own = [row for row in rows if row.brand == held.brand.brand]
        holder = Holder(brand=held.brand.brand, perimeter=_kept(held.perimeter(now_ms), own))
        readings = subject.readings if subject else ()
        cases = await self._do.cases.on(readings, holder.brand)
        finding = decide(subject, holder, cases, now_s=now_ms // 1000)
        if subject is None or finding.fact is Fact.PERTENECE:
            return _dated(finding, now_ms)
        seen = observed(subject, holder.perimeter, self._do.eyes, age_days=await self._age(subject))
        return _dated(decide(subject, holder, cases, observed=seen, now_s=now_ms // 1000), now_ms)

    async def _of_anybody(self, subject: Subject | None, rows: Sequence[ChannelRow]) -> tuple[Finding, Held | None]:
        now_ms = self._do.clock.now_ms()
        helds: dict[str, Held] = {}
        holders: list[Holder] = []
        for brand in dict.fromkeys(row.brand for row in rows if row.control is Control.PROVEN):
            if held := await self._do.brands.held(brand):
                own = [row for row in rows if row.brand == brand]
                shown = frozenset(_artifact(row) for row in own if row.control is Control.PROVEN)
                helds[brand] = held
                holders.append(Holder(brand=brand, perimeter=_kept(held.perimeter(now_ms), own), proven=shown))
        cases = await self._do.cases.on(subject.readings if subject else ())
        finding = decide_without_brand(subject, holders, cases, now_s=now_ms // 1000)
        if subject is not None and finding.fact is not Fact.PERTENECE:
            seen = observed(subject, None, self._do.eyes, age_days=await self._age(subject))
            finding = decide_without_brand(subject, holders, cases, observed=seen, now_s=now_ms // 1000)
        about = finding.brand
        held = helds.get(about) or await self._do.brands.held(about) if about else None
        return _dated(finding, now_ms), held

    async def _age(self, subject: Subject) -> int | None:
        """Days since the domain of a channel was registered, if anybody says so in time."""
        named = (each.value for each in subject.readings if each.type is ArtifactType.DOMAIN)
        domain = next(named, None)
        return None if domain is None else await self._do.ages.days(domain)


def _of_message(found: Sequence[Extraction]) -> Sequence[Asked]:
    """The channels of a platform's object, at most 20; one question about nothing where there are none."""
    asked = [Asked(subject=each, attribution=message.attribution) for message in found for each in message.admitted()]
    if len(asked) > MOST_ARTIFACTS:
        raise Refused(SignalReason.ARTIFACTS_TOO_MANY, f"at most {MOST_ARTIFACTS} channels at once")
    first = found[0].attribution if found else Attribution.DIRECT
    return asked or [Asked(subject=None, attribution=first)]


def _artifact(row: ChannelRow) -> Artifact:
    return Artifact(type=ArtifactType(row.type), value=row.value)


def _kept(perimeter: Perimeter | None, rows: Sequence[ChannelRow]) -> Perimeter | None:
    """The perimeter without the channels that another brand has shown to be its own."""
    lost = {_artifact(row) for row in rows if row.control is Control.DISPLACED}
    if perimeter is None or not lost:
        return perimeter
    return replace(perimeter, channels=tuple(each for each in perimeter.channels if each.artifact not in lost))


def _dated(finding: Finding, now_ms: int) -> Finding:
    """The finding with its counter-stamp in the state that the time has brought it to."""
    if finding.case is None:
        return finding
    return replace(finding, case=replace(finding.case, state=state_at(finding.case, now_ms // 1000)))
