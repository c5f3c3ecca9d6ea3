"""An assessment: score, state, level, what each part contributed and which rules fired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from frankmark.protocols.securestamp.evidence import Evidence, Signal
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName, scales_of

__all__ = [
    "SUSPICIOUS_FROM",
    "TRUSTED_FROM",
    "Assessment",
    "Dimension",
    "Fired",
    "Level",
    "Rule",
    "State",
    "Weighed",
    "coverage_of",
    "dimension",
    "level_of",
    "points",
    "state_of",
    "weigh",
]

TRUSTED_FROM: Final = 70
SUSPICIOUS_FROM: Final = 30
LIKELY_FROM: Final = 50
FULL: Final = 1000


class State(StrEnum):
    """What a score means; its wire words stand in `frankmark.protocols.securestamp.wire`."""

    TRUSTED = "trusted"  # 70 to 100
    SUSPICIOUS = "suspicious"  # 30 to 69
    BLOCKED = "blocked"  # 0 to 29


class Level(StrEnum):
    """The scale of five; technical signals alone reach the fourth."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"


class Rule(StrEnum):
    """The hard rules, in the order in which they are applied."""

    M = "M"  # the device's number never lifts a state
    C69 = "C69"  # at most 69
    K = "K"  # a look-alike: at most 69, or at most 29
    C29 = "C29"  # at most 29
    Z = "Z"  # 0
    O = "O"  # a reviewer's score for this sender replaces the result  # noqa: E741  (the rule's own letter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A rule whose condition holds, and why; whether or not it lowered the score."""

    rule: Rule
    reason: Reason


class Weighed(NamedTuple):
    """A signal in the balance. A plain tuple, because twelve are made for every message.

    Attributes:
        signal: What was observed.
        weight: Points that it can bring.
        contribution: What it brings, in thousandths of a point: weight times 0 to 1000.
    """

    signal: Signal
    weight: int
    contribution: int


class Dimension(NamedTuple):
    """A group of signals. A plain tuple, because five are made for every message.

    Attributes:
        name: Which.
        weight: Points that it can bring.
        contribution: What it brings, in thousandths of a point.
        score: The same as 0 to 100; None when nothing of it was given.
    """

    name: str
    weight: int
    contribution: int
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What an algorithm makes of evidence.

    Attributes:
        evidence: What it rests on, the algorithm's name within.
        score: 0 to 100.
        state: What the score means.
        level: The same on the scale of five.
        raw: The weighted sum before any rule, 0 to 100.
        dimensions: The groups of signals, in the algorithm's order.
        signals: Each signal in the balance, in the algorithm's order.
        ml: The device's number in the balance; None when there was none.
        fired: The rules whose conditions hold, in the order of `Rule`.
        coverage: Points of the signals that are present; the device's number does not count.
    """

    evidence: Evidence
    score: int
    state: State
    level: Level
    raw: int
    dimensions: tuple[Dimension, ...]
    signals: tuple[Weighed, ...]
    ml: Weighed | None
    fired: tuple[Fired, ...]
    coverage: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that fired, each once, in their order."""
        return tuple(rule for rule in Rule if any(fired.rule is rule for fired in self.fired))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why they fired, each reason once, in the order of the rules; never empty below trust."""
        if not self.fired and self.state is not State.TRUSTED:
            return (Reason.SCORE_LOW,)
        return tuple(dict.fromkeys(fired.reason for fired in self.fired))


def state_of(score: int) -> State:
    """What a score of 0 to 100 means."""
    if score >= TRUSTED_FROM:
        return State.TRUSTED
    return State.SUSPICIOUS if score >= SUSPICIOUS_FROM else State.BLOCKED


def level_of(score: int, *, certified: bool) -> Level:
    """Place a score on the scale of five.

    Args:
        score: 0 to 100.
        certified: Whether a notarial record was matched and the owner's business identity is approved.

    Returns:
        The level.
    """
    state = state_of(score)
    if state is State.TRUSTED:
        return Level.L5 if certified else Level.L4
    if state is State.SUSPICIOUS:
        return Level.L3 if score >= LIKELY_FROM else Level.L2
    return Level.L1


def weigh(
    signals: Sequence[Signal], evidence: Evidence, weights: Mapping[SignalName, int], missing: Mapping[SignalName, int]
) -> tuple[Weighed, ...]:
    """Put signals in the balance.

    Args:
        signals: The signals.
        evidence: Where they are from.
        weights: Points by signal.
        missing: What an unavailable signal is worth, 0 unless named.

    Returns:
        The same signals, weighed, in the same order.
    """
    scales, weighed = scales_of(evidence.mode), []
    for signal in signals:
        weight, worth = weights[signal.name], scales[signal.name].worth(signal.value, missing.get(signal.name, 0))
        weighed.append(Weighed(signal, weight, weight * worth))
    return tuple(weighed)


def coverage_of(weighed: Sequence[Weighed]) -> int:
    """Points of the signals that are present."""
    return sum([weight for signal, weight, _ in weighed if signal.value != UNAVAILABLE])


def dimension(name: str, weights: Mapping[SignalName, int], weighed: Mapping[SignalName, Weighed]) -> Dimension:
    """Sum up one group of signals.

    Args:
        name: The group's name.
        weights: Its signals.
        weighed: All signals in the balance, by name.

    Returns:
        The group.
    """
    own = [weighed[each] for each in weights if each in weighed]
    contribution = sum([each.contribution for each in own])
    score = _rounded(contribution, sum([each.weight for each in own])) if own else None
    return Dimension(name, sum(weights.values()), contribution, score)


def points(weighed: Sequence[Weighed]) -> int:
    """Sum up as 0 to 100, rounding a half up, in integers alone.

    Args:
        weighed: At least one signal.

    Returns:
        ⌊(200·Σ contribution + den) / (2·den)⌋ with den = 1000·Σ weight.
    """
    return _rounded(sum([each.contribution for each in weighed]), sum([each.weight for each in weighed]))


def _rounded(contribution: int, weight: int) -> int:
    total = FULL * weight
    return (200 * contribution + total) // (2 * total)
