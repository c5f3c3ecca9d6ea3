"""The engine: one fact about a channel, out of what the registry holds and of nothing else.

With a brand asked about, the first that applies::

    the brand has no active perimeter              UNKNOWN
    the channel lies in it                         PERTENECE
    a counter-stamp of the brand is disputed       DISPUTED
    a counter-stamp of the brand is confirmed      COUNTERSTAMP
    else                                           NO_PERTENECE

Without a brand, only a perimeter that holds the channel as a domain, or as a channel whose control is proven, says
PERTENECE; then a disputed or confirmed counter-stamp on it counts, of whichever brand; else it is UNKNOWN. What can be
seen of a channel never changes the fact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from frankmark.protocols.signal.counterstamp import CounterStamp, state_at
from frankmark.protocols.signal.model import Artifact, ArtifactType, Fact, ObservedSignal, SignalLevel, State, Subject
from frankmark.protocols.signal.perimeter import Channel, Perimeter, find, is_active

__all__ = ["LEVELS", "Colour", "Finding", "Holder", "Standing", "decide", "decide_without_brand", "overall"]


class Colour(StrEnum):
    """How a fact is shown."""

    RED = "red"
    AMBER = "amber"
    GREY = "grey"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands beside a fact wherever it is shown.

    Attributes:
        level: Its level.
        colour: Its colour.
    """

    level: SignalLevel
    colour: Colour


# One to one. The axis is what the registry holds against the channel, not how likely anything is.
LEVELS: Final[Mapping[Fact, Standing]] = MappingProxyType(
    {
        Fact.COUNTERSTAMP: Standing(level=SignalLevel.L1, colour=Colour.RED),
        Fact.NO_PERTENECE: Standing(level=SignalLevel.L2, colour=Colour.AMBER),
        Fact.DISPUTED: Standing(level=SignalLevel.L3, colour=Colour.AMBER),
        Fact.UNKNOWN: Standing(level=SignalLevel.L4, colour=Colour.GREY),
        Fact.PERTENECE: Standing(level=SignalLevel.L5, colour=Colour.GREEN),
    }
)
# Inside the perimeter nothing is compared; only that a link's path was not looked at is still worth saying.
_SAID_INSIDE: Final = frozenset({ObservedSignal.SHORT_LINK})
_DECISIVE: Final = (State.DISPUTED, State.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A brand as the engine sees it.

    Attributes:
        brand: Its id.
        perimeter: Its newest perimeter, verified by the caller; None if it has none.
        proven: Declared channels whose control is proven, besides domains, which always are.
    """

    brand: str
    perimeter: Perimeter | None
    proven: frozenset[Artifact] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one channel.

    Attributes:
        artifact: The reading that decided, or the last one where none did; None when there was nothing to ask about.
        brand: The brand that the fact is about; None where no brand was asked about and none was found.
        fact: The fact.
        signals: What can be seen, each once, in the order of the list.
        channel: The declared channel that covers it, for PERTENECE.
        case: The counter-stamp that decided, for COUNTERSTAMP and DISPUTED.
    """

    artifact: Artifact | None
    brand: str | None
    fact: Fact
    signals: tuple[ObservedSignal, ...] = ()
    channel: Channel | None = None
    case: CounterStamp | None = None

    @property
    def level(self) -> SignalLevel:
        """The fact's level."""
        return LEVELS[self.fact].level

    @property
    def colour(self) -> Colour:
        """The fact's colour."""
        return LEVELS[self.fact].colour


def decide(
    subject: Subject | None,
    holder: Holder,
    cases: Iterable[CounterStamp] = (),
    *,
    observed: Iterable[ObservedSignal] = (),
    now_s: int,
) -> Finding:
    """Decide what holds between a channel and the brand that is asked about.

    Args:
        subject: The channel; None when a message held none.
        holder: The brand.
        cases: Counter-stamps on any reading of the channel; those of other brands are left out.
        observed: What can be seen of the channel beside its spelling (`frankmark.protocols.signal.observation`).
        now_s: The time, seconds since the epoch.

    Returns:
        One of the five facts.
    """
    readings = subject.readings if subject else ()
    last = readings[-1] if readings else None
    seen = _listed(subject, observed)
    if not readings or holder.perimeter is None or not is_active(holder.perimeter, now_s):
        return Finding(artifact=last, brand=holder.brand, fact=Fact.UNKNOWN, signals=seen)
    for artifact in readings:
        if channel := find(holder.perimeter, artifact):
            return _inside(artifact, holder.brand, channel, seen)
    own = [case for case in cases if case.core.brand == holder.brand]
    outside = Finding(artifact=last, brand=holder.brand, fact=Fact.NO_PERTENECE, signals=seen)
    return next(_against(readings, own, seen, now_s), outside)


def decide_without_brand(
    subject: Subject | None,
    holders: Iterable[Holder] = (),
    cases: Iterable[CounterStamp] = (),
    *,
    observed: Iterable[ObservedSignal] = (),
    now_s: int,
) -> Finding:
    """Decide what the registry says about a channel when no brand is named.

    Args:
        subject: The channel; None when a message held none.
        holders: Brands whose perimeter may hold a reading of it, the one that counts first.
        cases: Counter-stamps on any reading of the channel.
        observed: What can be seen of the channel beside its spelling.
        now_s: The time, seconds since the epoch.

    Returns:
        PERTENECE, DISPUTED, COUNTERSTAMP or UNKNOWN.
    """
    readings = subject.readings if subject else ()
    seen = _listed(subject, observed)
    active = [each for each in holders if each.perimeter is not None and is_active(each.perimeter, now_s)]
    for artifact in readings:
        for holder in active:
            if channel := _surely(holder, artifact):
                return _inside(artifact, holder.brand, channel, seen)
    unknown = Finding(artifact=readings[-1] if readings else None, brand=None, fact=Fact.UNKNOWN, signals=seen)
    return next(_against(readings, list(cases), seen, now_s), unknown)


def overall(findings: Iterable[Finding]) -> SignalLevel:
    """Give the level of an answer about several channels: the lowest; L4 when there is none."""
    return min((finding.level for finding in findings), default=LEVELS[Fact.UNKNOWN].level)


def _listed(subject: Subject | None, observed: Iterable[ObservedSignal]) -> tuple[ObservedSignal, ...]:
    present = {*observed, *(subject.signals if subject else ())}
    return tuple(signal for signal in ObservedSignal if signal in present)


def _inside(artifact: Artifact, brand: str, channel: Channel, seen: tuple[ObservedSignal, ...]) -> Finding:
    said = tuple(signal for signal in seen if signal in _SAID_INSIDE)
    return Finding(artifact=artifact, brand=brand, fact=Fact.PERTENECE, signals=said, channel=channel)


def _surely(holder: Holder, artifact: Artifact) -> Channel | None:
    """The channel that holds an artifact, if nobody else could have claimed it."""
    channel = find(holder.perimeter, artifact) if holder.perimeter else None
    if channel is None or (artifact.type is not ArtifactType.DOMAIN and channel.artifact not in holder.proven):
        return None
    return channel


def _against(
    readings: Sequence[Artifact], cases: Sequence[CounterStamp], seen: tuple[ObservedSignal, ...], now_s: int
) -> Iterator[Finding]:
    """What counter-stamps say: one that is disputed speaks before one that is confirmed."""
    standing = [(state_at(case, now_s), case) for case in cases]
    for decisive in _DECISIVE:
        for artifact in readings:
            for state, case in standing:
                if state is decisive and case.core.artifact == artifact:
                    fact = Fact.DISPUTED if state is State.DISPUTED else Fact.COUNTERSTAMP
                    yield Finding(artifact=artifact, brand=case.core.brand, fact=fact, signals=seen, case=case)
