"""The trust check: gather the evidence for a domain or an address, assess it, remember what may be remembered.

What the world shows (DNS, registry, web server) is kept as long as its answers may be. What the node's own registry
knows is asked for every question, so that an issued or revoked stamp counts at once. An assessment is computed again
only when one of the two or a key has changed, or when an instant has passed at which a stamp or token ends.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.kept import Kept
from frankmark.mail.address import Address, canonical_domain
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports import rows
from frankmark.ports.clock import Clock
from frankmark.protocols.securestamp.assessment import Assessment
from frankmark.protocols.securestamp.channels import (
    ChannelOutcome,
    Verifier,
    judge_registry,
)
from frankmark.protocols.securestamp.evidence import ALGORITHM, BlockList, Evidence, Lists, signal_names
from frankmark.protocols.securestamp.lookalike import Candidate
from frankmark.protocols.securestamp.model import Stamp, StampStatus, in_conflict
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import Mode, SignalName
from frankmark.services.collectors import Collectors, Observation
from frankmark.services.facts import Facts, Registrar, TrustRoots, behavior_signals, counting_stamp, registry_signals
from frankmark.services.lookalikes import Lookalikes, confirmed, strongest
from frankmark.services.places import Share
from frankmark.services.senders import SenderTally
from frankmark.services.tokens import UNASKED, ChannelJudge, claims_of, next_edge_s
from frankmark.services.verified import VerifiedTokens

__all__ = [
    "FAILED_MS",
    "Target",
    "TrustAnswer",
    "TrustParts",
    "TrustQuery",
    "TrustReason",
    "TrustService",
    "keeping_ms",
    "parents",
    "parse_target",
]

LONGEST_TARGET = 320
CAPACITY = 8_192  # domains; what is kept of one is some ten kilobytes
LATE_MS = 1_000  # until what missed the deadline is asked for again
FAILED_MS = 10_000  # until a failing name server is asked again
LONGEST_MS = 300_000
ASSESSED_MS = 60_000  # ages and ends move by the day; a minute is exact enough
_BLOCKS = {rows.BlockList.ADMIN: BlockList.ADMIN, rows.BlockList.COMPLIANCE: BlockList.COMPLIANCE}


class TrustReason(StrEnum):
    """Why a question is not answered."""

    INVALID_TARGET = "INVALID_TARGET"  # neither a domain that somebody registered nor an address there


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a question is about.

    Attributes:
        text: The target in canonical form: the domain, or the address.
        domain: A-labels.
        address: The address; None for a domain.
    """

    text: str
    domain: str
    address: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustQuery:
    """The question of `POST /api/trust/check`.

    Attributes:
        target: A domain or an address, in any spelling.
        token: A token that a message brought; None without.
        stamp_id: A stamp id that a message brought; None without.
        stranger: Whether somebody without a credential asks; strangers share few places for what nobody asked before.
    """

    target: str
    token: str | None = None
    stamp_id: str | None = None
    stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnswer:
    """The answer.

    Attributes:
        target: Whom it is about.
        assessment: Score, state, level and what they rest on.
        stamp: The active stamp that counts; None without.
        exchangers: Whether the domain has MX records; None if nobody knows.
        checked_ms: When the question was asked, milliseconds since the epoch.
        fresh_ms: How long the answer may be kept by whoever asked, in milliseconds.
    """

    target: Target
    assessment: Assessment
    stamp: Stamp | None
    exchangers: bool | None
    checked_ms: int
    fresh_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustParts:
    """What the service is made of; without a `tally` nobody counts questions about addresses.

    Attributes:
        failed_ms: Until a failing name server is asked again, at the latest.
    """

    collectors: Collectors
    registrar: Registrar
    lookalikes: Lookalikes
    roots: TrustRoots
    suffixes: PublicSuffixes
    clock: Clock
    tally: SenderTally | None = None
    failed_ms: int = FAILED_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the world shows of a domain, and what the domain resembles."""

    observation: Observation
    resembling: tuple[Candidate, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An assessment and what it was computed from; it holds as long as that is the same.

    Attributes:
        from_ms: When it was computed; a clock that went back trusts no memory.
        until_ms: When a stamp or a token that it rests on comes to stand otherwise by itself.
    """

    seen: _Seen
    facts: Facts
    keys: dict[str, JwkSet]
    from_ms: int
    until_ms: int
    assessment: Assessment
    stamp: Stamp | None

    def holds(self, seen: _Seen, facts: Facts, keys: dict[str, JwkSet], now_ms: int) -> bool:
        """Whether the same would be computed now."""
        return (
            self.seen is seen
            and self.from_ms <= now_ms < self.until_ms
            and self.keys == keys
            and (self.facts is facts or self.facts == facts)
        )


def parse_target(text: str, suffixes: PublicSuffixes) -> Target:
    """Read a target: an address if it has an at sign, else a domain.

    Args:
        text: The target, in any spelling.
        suffixes: The public suffix list.

    Returns:
        It in canonical form.

    Raises:
        Malformed: `INVALID_TARGET`.
    """
    try:
        target = _address_target(text) if "@" in text else _domain_target(text)
    except Malformed as wrong:
        raise Malformed(
            TrustReason.INVALID_TARGET, f"A target is a domain or a mail address: {wrong.detail}"
        ) from wrong
    _refuse_suffix(target.domain, suffixes)
    return target


def _address_target(text: str) -> Target:
    address = Address.parse(text)
    return Target(text=str(address), domain=address.domain, address=address)


@lru_cache(maxsize=4_096)
def _domain_target(text: str) -> Target:
    domain = canonical_domain(text)
    return Target(text=domain, domain=domain, address=None)


def _refuse_suffix(domain: str, suffixes: PublicSuffixes) -> None:
    """A name right under which a registry lets anybody register (`com`, `co.uk`) is nobody's, so it is no sender.

    The list's PRIVATE section does not count: `wordpress.com` belongs to somebody, who sends mail.
    """
    if suffixes.is_public_suffix(domain, private=False):
        detail = f"A target is a domain or a mail address; {domain} is nobody's domain: others register names below it."
        raise Malformed(TrustReason.INVALID_TARGET, detail)


class TrustService:
    """Answers who can be trusted.

    Args:
        parts: What it is made of.
    """

    def __init__(self, parts: TrustParts) -> None:
        self._parts = parts
        self._seen: Kept[tuple[str, tuple[str, ...]], _Seen] = Kept(CAPACITY)
        self._judged: Kept[tuple[str, ChannelOutcome], _Judged] = Kept(CAPACITY)
        self._judge_channels = ChannelJudge()
        self._tokens = VerifiedTokens()
        self._looking: dict[tuple[str, tuple[str, ...], Share], asyncio.Task[_Seen]] = {}

    async def check(self, query: TrustQuery) -> TrustAnswer:
        """Assess a target.

        Args:
            query: The question.

        Returns:
            The answer, at the latest when the collectors' deadline has passed.

        Raises:
            Malformed: `INVALID_TARGET`.
        """
        parts = self._parts
        target = parse_target(query.target, parts.suffixes)
        now_ms = parts.clock.now_ms()
        above = parents(target.domain)
        facts = await parts.registrar.facts(target.domain, above, target.address, now_ms)
        if parts.tally is not None and target.address is not None and facts.override is not None:
            parts.tally.count(target.address)
        share = Share.STAMPED if facts.stamps else Share.STRANGER if query.stranger else Share.KNOWN
        seen, until = await self._look(target.domain, facts.selectors, share)
        fresh_ms = max(0, until - parts.clock.steady_ms())
        judged = self._judge(target, query, facts, seen, now_ms)
        return TrustAnswer(
            target=target,
            assessment=judged.assessment,
            stamp=judged.stamp,
            exchangers=seen.observation.exchangers,
            checked_ms=now_ms,
            fresh_ms=fresh_ms,
        )

    async def close(self) -> None:
        """Wait for what is to be noted and counted, and give up on what is still being collected."""
        await self._parts.lookalikes.close()
        if self._parts.tally is not None:
            await self._parts.tally.close()
        await self._parts.collectors.close()

    async def _look(self, domain: str, selectors: tuple[str, ...], share: Share) -> tuple[_Seen, int]:
        """What the world shows, from memory or newly collected; and until when that holds."""
        parts, key = self._parts, (domain, selectors)
        await parts.lookalikes.refresh()
        entry = self._seen.entry(key, parts.clock.steady_ms())
        if entry is not None and entry[1].version == parts.lookalikes.version:
            return entry[1], entry[0]
        if entry is not None:
            until, before = entry
            seen = await self._compared(domain, before.observation)
        else:
            seen = await self._collected(domain, selectors, share)
            until = parts.clock.steady_ms() + keeping_ms(seen.observation, parts.failed_ms)
        self._seen.put(key, seen, until)
        return seen, until

    async def _collected(self, domain: str, selectors: tuple[str, ...], share: Share) -> _Seen:
        key = (domain, selectors, share)
        task = self._looking.get(key)
        if task is None:
            task = asyncio.create_task(self._collect(domain, selectors, share))
            self._looking[key] = task
            task.add_done_callback(lambda _: self._looking.pop(key, None))
        return await asyncio.shield(task)

    async def _collect(self, domain: str, selectors: tuple[str, ...], share: Share) -> _Seen:
        seen = await self._compared(domain, await self._parts.collectors.observe(domain, selectors, share))
        if seen.observation.exchangers is not None and not seen.observation.missing:  # the DNS knows the name
            self._parts.lookalikes.note(seen.resembling)
        return seen

    async def _compared(self, domain: str, observation: Observation) -> _Seen:
        version = self._parts.lookalikes.version
        age = observation.signals[SignalName.DOMAIN_AGE].value
        resembling = await self._parts.lookalikes.resembling(domain, age if isinstance(age, int) else None)
        return _Seen(observation=observation, resembling=resembling, version=version)

    def _judge(self, target: Target, query: TrustQuery, facts: Facts, seen: _Seen, now_ms: int) -> _Judged:
        """The assessment, from memory if all that it rests on is the same.

        What a message brought counts by what came of it: the tokens of one stamp, each judged by itself, share one.
        """
        keys, steady = dict(self._parts.roots.keys()), self._parts.clock.steady_ms()
        header = UNASKED
        if query.token is not None or query.stamp_id is not None:
            verifier = self._verifier(facts, keys, now_ms)
            header = self._judge_channels.shown(query.token, query.stamp_id, target.domain, verifier)
        before = self._judged.get((target.text, header), steady)
        if before is not None and before.holds(seen, facts, keys, now_ms):
            return before
        verifier = self._verifier(facts, keys, now_ms)
        assessment = assess(self._evidence(target, header, facts, seen, verifier))
        counting = counting_stamp(facts, now_ms)
        active = counting is not None and counting.status(now_ms) is StampStatus.ACTIVE
        judged = _Judged(
            seen=seen,
            facts=facts,
            keys=keys,
            from_ms=now_ms,
            until_ms=_until_ms(facts, seen, counting, now_ms),
            assessment=assessment,
            stamp=counting if active else None,
        )
        self._judged.put((target.text, header), judged, steady + ASSESSED_MS)
        return judged

    def _verifier(self, facts: Facts, keys: dict[str, JwkSet], now_ms: int) -> Verifier:
        stamps = {stamp.stamp_id: stamp for stamp in facts.stamps} if facts.readable else None
        return Verifier(issuers=keys, now_s=now_ms // 1000, stamps=stamps, verify=self._tokens.verify)

    def _evidence(
        self, target: Target, header: ChannelOutcome, facts: Facts, seen: _Seen, verifier: Verifier
    ) -> Evidence:
        now_ms, judge = verifier.now_s * 1000, self._judge_channels
        signals = dict(seen.observation.signals)
        observed = (*registry_signals(facts, target.domain, verifier, judge), *behavior_signals(facts.behavior, now_ms))
        signals |= {signal.name: signal for signal in observed}
        newest = max(
            (stamp for stamp in facts.stamps if not stamp.subject_hash), key=lambda each: each.issued_ms, default=None
        )
        lists = Lists(
            blocked=tuple(sorted(_BLOCKS[each] for each in facts.blocked)),
            channels=(
                judge.publication(seen.observation.publication, target.domain, verifier),
                header,
                judge_registry(facts.stamps, target.domain, now_ms),
            ),
            lookalike=strongest(seen.resembling, facts.candidates),
            confirmed=confirmed(facts.candidates),
            conflict=in_conflict(facts.stamps, now_ms),
            missing=seen.observation.missing,
            revoked=newest.revocation.reason if newest is not None and newest.revocation is not None else None,
            override=facts.override,
        )
        names = signal_names(ALGORITHM)
        return Evidence(
            target=target.text, mode=Mode.DOMAIN, signals=tuple(signals[name] for name in names), lists=lists
        )


def _until_ms(facts: Facts, seen: _Seen, counting: Stamp | None, now_ms: int) -> int:
    """When the next stamp or token ends that an assessment rests on, at the latest in `ASSESSED_MS`."""
    texts = [record.url.token for record in seen.observation.publication.records]
    texts += [text for stamp_id, text in facts.tokens if counting is not None and stamp_id == counting.stamp_id]
    edge_s = next_edge_s(claims_of(texts), facts.stamps, now_ms // 1000)
    ends = [stamp.expires_ms for stamp in facts.stamps if stamp.expires_ms > now_ms]
    return min([now_ms + ASSESSED_MS, *ends, *([] if edge_s is None else [edge_s * 1000])])


@lru_cache(maxsize=4_096)
def parents(domain: str) -> tuple[str, ...]:
    """The names above a domain that a block list may hold, top-level domains left out."""
    labels = domain.split(".")
    return tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))


def keeping_ms(observation: Observation, failed_ms: int = FAILED_MS) -> int:
    """How long an observation may be kept."""
    if observation.late:
        return LATE_MS
    return failed_ms if observation.ttl_s == 0 else min(observation.ttl_s * 1000, LONGEST_MS)
