"""What the world shows of a domain: SPF, DKIM and DMARC as published, registration, TLS, the stamp record, MX.

Each collector asks one source and answers with signals; a source that fails makes them *unavailable* with a reason,
never an exception and never a pass. All of them run at once under one deadline. What misses it is `COLLECTING`: its
question goes on in the background, its answer waits in the source's own cache, and the next assessment finds it.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from typing_extensions import override

from frankmark.foundation.dns import Answer, Lookup, Question, RRType, Status
from frankmark.mail import dmarc, spf
from frankmark.mail.dkim_domain import COMMON_SELECTORS
from frankmark.mail.dkim_key import FetchedKeys, KeyCache, fetch_keys
from frankmark.mail.dkim_reasons import DkimReason
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.mail.spf_reasons import SpfPolicy
from frankmark.ports.clock import Clock
from frankmark.ports.probe import Handshake, TlsFinding, TlsProbe
from frankmark.ports.registration import Registration, RegistrationData, RegistryAnswer
from frankmark.ports.resolver import Resolver
from frankmark.protocols.securestamp.evidence import Signal
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import Publication, Published, look_up_records
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName, Value
from frankmark.services.places import Places, Share

__all__ = [
    "Collectors",
    "NotedResolver",
    "Observation",
    "Sources",
    "dmarc_value",
    "drive",
    "unavailable",
]

Result = TypeVar("Result")

DAY_MS = 86_400_000
LONGEST_DAYS = 100_000  # what the scales know
MOST_SELECTORS = 16
_ASKED = {
    SignalName.SPF: "dns",
    SignalName.DKIM: "dns",
    SignalName.DMARC: "dns",
    SignalName.DOMAIN_AGE: "rdap",
    SignalName.REGISTRATION: "rdap",
    SignalName.SSL: "tls",
    SignalName.CT: "tls",
}


class Sources:
    """Where signals come from.

    Args:
        resolver: The DNS.
        registration: Registries.
        probe: Web servers' handshakes.
        suffixes: Which names are registrable.
        clock: For observation times.
    """

    def __init__(
        self,
        *,
        resolver: Resolver,
        registration: RegistrationData,
        probe: TlsProbe,
        suffixes: PublicSuffixes,
        clock: Clock,
    ) -> None:
        self.resolver = resolver
        self.registration = registration
        self.probe = probe
        self.suffixes = suffixes
        self.clock = clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the collectors brought.

    Attributes:
        signals: The seven signals by name.
        publication: The stamp records of the domain.
        missing: The domain does not exist.
        exchangers: Whether it has MX records; None if nobody knows.
        ttl_s: The shortest time that an answer of the DNS may be kept; 0 if a question failed.
        late: A collector missed the deadline and goes on.
        observed_ms: When collecting began, milliseconds since the epoch.
    """

    signals: Mapping[SignalName, Signal]
    publication: Publication
    missing: bool
    exchangers: bool | None
    ttl_s: int
    late: bool
    observed_ms: int


class NotedResolver(Resolver):
    """Passes questions on, each in its turn, and notes how long the answers may be kept.

    Args:
        resolver: Who answers.
        turn: Held as long as a question is under way.
    """

    def __init__(self, resolver: Resolver, turn: asyncio.Semaphore) -> None:
        self._resolver = resolver
        self._turn = turn
        self.ttl_s = 86_400

    @override
    async def resolve(self, question: Question) -> Answer:
        async with self._turn:
            answer = await self._resolver.resolve(question)
        self.ttl_s = 0 if answer.failed else min(self.ttl_s, answer.ttl)
        return answer


async def drive(evaluation: Lookup[Result], resolver: Resolver) -> Result:
    """Drive a pure evaluation to its end, asking the resolver whatever it asks.

    Args:
        evaluation: The evaluation, not started.
        resolver: Who answers.

    Returns:
        What the evaluation returns.
    """
    try:
        question = next(evaluation)
        while True:
            question = evaluation.send(await resolver.resolve(question))
    except StopIteration as ended:
        result: Result = ended.value
        return result


@dataclass(slots=True, kw_only=True)
class _Found:
    """What is there so far; each collector fills in its part."""

    signals: dict[SignalName, Signal] = field(default_factory=dict)
    publication: Publication | None = None
    missing: bool = False
    exchangers: bool | None = None


class Collectors:
    """Asks every source at once.

    Args:
        sources: Where signals come from.
        deadline_ms: The budget of all together, waiting for a place included.
        places: How many domains are collected at once.
    """

    def __init__(self, sources: Sources, *, deadline_ms: int = 3_000, places: Places | None = None) -> None:
        self._sources = sources
        self._places = places or Places()
        self._deadline_s = deadline_ms / 1000
        self._keys = KeyCache()
        self._behind: set[asyncio.Task[None]] = set()

    async def observe(self, domain: str, selectors: Sequence[str] = (), share: Share = Share.KNOWN) -> Observation:
        """Collect everything about a domain, at the latest until the deadline.

        Args:
            domain: A-labels.
            selectors: The DKIM selectors that the owner declared; the common ones are tried if there are none.
            share: Whose places it takes; without a place in time nothing is asked.

        Returns:
            What was found; a signal that missed the deadline is unavailable with `COLLECTING`.
        """
        now, tell = self._sources.clock.now_ms(), asyncio.get_running_loop().time
        until = tell() + self._deadline_s
        found, noted = _Found(), NotedResolver(self._sources.resolver, self._places.turn(share))
        visit = _Visit(self._sources, noted, found, domain, now)
        entered = await self._places.enter(share, self._deadline_s)
        tasks: list[asyncio.Task[None]] = []
        if entered:
            plan = visit.plan(tuple(selectors)[:MOST_SELECTORS] or COMMON_SELECTORS, self._keys)
            tasks = [asyncio.create_task(work) for work in plan]
            self._places.leave_after(share, tasks)
        pending = await self._ended(tasks, until - tell())
        late = {name: unavailable(name, source, Reason.COLLECTING) for name, source in _ASKED.items()}
        return Observation(
            signals=late | found.signals,
            publication=found.publication or Publication(result=Published.TEMPERROR, reason=Reason.COLLECTING),
            missing=found.missing,
            exchangers=found.exchangers,
            ttl_s=noted.ttl_s,
            late=pending or not entered,
            observed_ms=now,
        )

    async def _ended(self, tasks: Sequence[asyncio.Task[None]], within_s: float) -> bool:
        """Wait for the tasks; answers whether some go on."""
        if not tasks:
            return False
        done, pending = await asyncio.wait(tasks, timeout=max(0, within_s))
        for task in done:
            task.result()  # a collector raises only for a defect of ours
        for task in pending:
            self._behind.add(task)
            task.add_done_callback(self._behind.discard)
        return bool(pending)

    async def close(self) -> None:
        """Give up on what goes on in the background."""
        tasks = list(self._behind)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def unavailable(name: SignalName, source: str, reason: Reason) -> Signal:
    """A signal that nobody could observe."""
    return Signal(name=name, value=UNAVAILABLE, source=source, observed_ms=None, reason=reason)


class _Visit:
    """One domain, asked about once."""

    def __init__(self, sources: Sources, resolver: Resolver, found: _Found, domain: str, now_ms: int) -> None:
        self._sources = sources
        self._resolver = resolver
        self._found = found
        self._domain = domain
        self._now_ms = now_ms

    def plan(self, selectors: Sequence[str], cache: KeyCache) -> list[Coroutine[None, None, None]]:
        """Everything that there is to ask."""
        return [
            self.spf(),
            self.dkim(selectors, cache),
            self.dmarc(),
            self.registration(),
            self.tls(),
            self.record(),
            self.exchangers(),
        ]

    def _put(self, name: SignalName, source: str, value: Value | Reason, at_ms: int | None = None) -> None:
        if isinstance(value, Reason):
            self._found.signals[name] = unavailable(name, source, value)
        else:
            observed = self._now_ms if at_ms is None else at_ms
            self._found.signals[name] = Signal(name=name, value=value, source=source, observed_ms=observed)

    async def spf(self) -> None:
        published = await drive(spf.published_policy(self._domain), self._resolver)
        failed = published.policy is SpfPolicy.TEMPERROR
        self._put(SignalName.SPF, "dns", Reason.SOURCE_UNAVAILABLE if failed else published.policy.value)

    async def dkim(self, selectors: Sequence[str], cache: KeyCache) -> None:
        lookups = (drive(fetch_keys(selector, self._domain, cache), self._resolver) for selector in selectors)
        self._put(SignalName.DKIM, "dns", _keys_value(await asyncio.gather(*lookups)))

    async def dmarc(self) -> None:
        published = (await drive(dmarc.published_policy(self._domain), self._resolver)).publication
        self._put(SignalName.DMARC, "dns", dmarc_value(published))

    async def registration(self) -> None:
        registrable = self._sources.suffixes.registrable(self._domain)
        if registrable is None:
            found = Registration(answer=RegistryAnswer.UNSUPPORTED)
        else:
            found = await self._sources.registration.look_up(registrable)
        self._put(SignalName.DOMAIN_AGE, "rdap", _age_value(found, self._now_ms), found.observed_ms)
        self._put(SignalName.REGISTRATION, "rdap", _registration_value(found, self._now_ms), found.observed_ms)

    async def tls(self) -> None:
        finding = await self._sources.probe.probe(self._domain)
        self._put(SignalName.SSL, "tls", _ssl_value(finding), finding.observed_ms)
        logs = Reason.SOURCE_UNAVAILABLE if finding.handshake is Handshake.UNREACHABLE else len(finding.logs)
        self._put(SignalName.CT, "tls", logs, finding.observed_ms)

    async def record(self) -> None:
        self._found.publication = await drive(look_up_records(self._domain), self._resolver)

    async def exchangers(self) -> None:
        answer = await self._resolver.resolve(Question(name=self._domain, rrtype=RRType.MX))
        self._found.missing = answer.status is Status.NXDOMAIN
        self._found.exchangers = None if answer.failed else bool(answer.exchanges)


def _keys_value(fetched: Sequence[FetchedKeys]) -> Value | Reason:
    """One word for all selectors: a usable key is enough; then what says most about the domain."""
    reasons = {each.reason for each in fetched}
    if None in reasons:
        return "valid"
    if DkimReason.DKIM_KEY_REVOKED in reasons:
        return "revoked"
    if DkimReason.DKIM_KEY_UNAVAILABLE in reasons:
        return Reason.SOURCE_UNAVAILABLE
    return "none" if reasons <= {DkimReason.DKIM_KEY_ABSENT} else "invalid"


def dmarc_value(publication: dmarc.Publication) -> Value | Reason:
    """What a domain publishes, in the words of the signal; a record that cannot be read asks for nothing."""
    match publication:
        case dmarc.Publication.TEMPERROR:
            return Reason.SOURCE_UNAVAILABLE
        case dmarc.Publication.PERMERROR:
            return dmarc.Publication.ABSENT.value
        case _:
            return publication.value


_UNANSWERED = {
    RegistryAnswer.UNSUPPORTED: Reason.SOURCE_UNSUPPORTED,
    RegistryAnswer.UNREACHABLE: Reason.SOURCE_UNAVAILABLE,
}


def _days(milliseconds: int) -> int:
    return max(-LONGEST_DAYS, min(milliseconds // DAY_MS, LONGEST_DAYS))


def _age_value(found: Registration, now_ms: int) -> Value | Reason:
    if found.answer in _UNANSWERED:
        return _UNANSWERED[found.answer]
    if found.registered_ms is None:
        return Reason.SOURCE_UNSUPPORTED
    return max(0, _days(now_ms - found.registered_ms))


def _registration_value(found: Registration, now_ms: int) -> Value | Reason:
    if found.answer in _UNANSWERED:
        return _UNANSWERED[found.answer]
    if found.answer is RegistryAnswer.NOT_FOUND:
        return "not_found"
    if found.withdrawn:
        return "withdrawn"
    return "no_expiry" if found.expires_ms is None else _days(found.expires_ms - now_ms)


def _ssl_value(finding: TlsFinding) -> Value | Reason:
    match finding.handshake:
        case Handshake.VALID:
            return min(finding.days_left, LONGEST_DAYS)
        case Handshake.UNREACHABLE:
            return Reason.SOURCE_UNAVAILABLE
        case Handshake.INVALID | Handshake.NONE:
            return finding.handshake.value
