"""The evidence of one assessment: the signals as they were observed, and what the lists and registries say.

It holds everything that a score depends on; evidence that exists is valid. Its form as a file, and its hash, stand in
`frankmark.protocols.securestamp.evidence_file`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, Value, scale_of

__all__ = [
    "ALGORITHM",
    "ALGORITHM_V1",
    "BlockList",
    "Confirmed",
    "Evidence",
    "Lists",
    "Lookalike",
    "Signal",
    "signal_names",
]

ALGORITHM: Final = "sstp-score/0.2.0"
ALGORITHM_V1: Final = "sstp-score/0.1.0"
HIGHEST_SCORE: Final = 100
CERTAIN: Final = 1000
# Spaces stand only in the quoted local part of an address (RFC 5321 §4.1.2).
_TARGET: Final = re.compile(r'(?=.{1,320}\Z)(?:[^\x00-\x20\x7f]+|"[^\x00-\x1f\x7f]+"@[^\x00-\x20\x7f"@]+)')
_SOURCE: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
_NAMES: Final[Mapping[str, tuple[SignalName, ...]]] = {
    ALGORITHM: (
        SignalName.SPF,
        SignalName.DKIM,
        SignalName.DMARC,
        SignalName.DOMAIN_AGE,
        SignalName.REGISTRATION,
        SignalName.SSL,
        SignalName.CT,
        SignalName.REGISTRY,
        SignalName.STAMP,
        SignalName.COMPLAINT,
        SignalName.BOUNCE,
        SignalName.ENGAGEMENT,
    ),
    ALGORITHM_V1: (
        SignalName.SPF,
        SignalName.DKIM,
        SignalName.DMARC,
        SignalName.DOMAIN_AGE,
        SignalName.MX,
        SignalName.BEHAVIOR,
    ),
}


class BlockList(StrEnum):
    """Whose list a domain or address stands on."""

    ADMIN = "admin"
    COMPLIANCE = "compliance"


class Confirmed(StrEnum):
    """Who confirmed that a domain imitates another: a reviewer of this node, or only some other node."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A registered domain that this one resembles.

    Attributes:
        target: The registered domain.
        confidence: How sure, in thousandths.
    """

    target: str
    confidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One observation.

    Attributes:
        name: Which signal.
        value: What was observed, out of the signal's scale.
        source: Who was asked: ``dns``, ``message``, ``rdap``, ``tls``, ``registry``, ``ledger``, ``receivers``, ….
        observed_ms: When, milliseconds since the epoch; None when nothing was.
        reason: Why nothing was, for an unavailable one.
    """

    name: SignalName
    value: Value
    source: str
    observed_ms: int | None
    reason: Reason | None = None

    @property
    def present(self) -> bool:
        """Whether a definite value was observed, "none" included."""
        return self.value != UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What is known beside the signals.

    Attributes:
        blocked: The block lists that the target stands on.
        channels: The outcomes of the channels, one each, in the order of `ChannelName`.
        lookalike: The registered domain that the target resembles most; None without a candidate.
        confirmed: Who confirmed that it imitates; None if nobody.
        campaign: Whether it belongs to an ACTIVE phishing campaign.
        conflict: Whether two organisations hold an active stamp for it.
        missing: Whether its domain does not exist (NXDOMAIN).
        revoked: Why the domain's newest stamp was revoked; None if it was not.
        override: The score that replaces the result for this sender's address; None without.
        notarised: Whether a notarial record of the envelope was matched.
        kyb: Whether the owner's business identity is approved.
    """

    blocked: tuple[BlockList, ...] = ()
    channels: tuple[ChannelOutcome, ...] = ()
    lookalike: Lookalike | None = None
    confirmed: Confirmed | None = None
    campaign: bool = False
    conflict: bool = False
    missing: bool = False
    revoked: RevocationReason | None = None
    override: int | None = None
    notarised: bool = False
    kyb: bool = False

    def __post_init__(self) -> None:
        _require(list(self.blocked) == sorted(set(self.blocked)), "blocked names each list once, in order")
        names = [outcome.channel for outcome in self.channels]
        _require(names == [name for name in ChannelName if name in names], "channels names each channel once, in order")
        _require(self.override is None or 0 <= self.override <= HIGHEST_SCORE, "override is a score")
        _require(
            self.lookalike is None or 0 <= self.lookalike.confidence <= CERTAIN,
            "the confidence of a look-alike is in thousandths",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that one assessment rests on.

    Attributes:
        algorithm: Name and version of the scoring algorithm.
        target: The domain or address that was asked about.
        mode: Whether a domain or a message is judged.
        signals: The algorithm's signals, all of them, in its order.
        ml: The device's phishing probability in thousandths, as a signal; never from a server.
        lists: What is known beside them.
    """

    algorithm: str = ALGORITHM
    target: str
    mode: Mode
    signals: tuple[Signal, ...]
    ml: Signal | None = None
    lists: Lists = field(default_factory=Lists)

    def __post_init__(self) -> None:
        _require(_TARGET.fullmatch(self.target), "target is a domain or an address")
        _require(
            tuple(signal.name for signal in self.signals) == signal_names(self.algorithm),
            "signals are all those of the algorithm, in its order",
        )
        _require(self.ml is None or (self.ml.name is SignalName.ML and self.ml.present), "ml is a number")
        for each in self.signals if self.ml is None else (*self.signals, self.ml):
            broken = _fault(each.name, self.mode, each.value, each.source, each.reason, each.observed_ms is not None)
            _require(not broken, broken)

    def value(self, name: SignalName) -> Value:
        """What was observed of a signal; `UNAVAILABLE` too if the algorithm does not know it."""
        for signal in self.signals:
            if signal.name is name:
                return signal.value
        return UNAVAILABLE

    def of_message(self, *observed: Signal, ml: Signal | None, channels: tuple[ChannelOutcome, ...]) -> "Evidence":
        """The same evidence of one message, as the device completes what a server answered about the domain.

        Args:
            observed: SPF, DKIM and DMARC of the message; SPF may be unavailable.
            ml: The device's number, or None.
            channels: The outcomes that replace those of the same channel.

        Returns:
            Evidence in message mode.

        Raises:
            Malformed: EVIDENCE_MALFORMED.
        """
        fresh = {signal.name: signal for signal in observed}
        kept = tuple(fresh.get(signal.name, signal) for signal in self.signals)
        latest = {outcome.channel: outcome for outcome in (*self.lists.channels, *channels)}
        return replace(
            self,
            mode=Mode.MESSAGE,
            signals=kept,
            ml=ml,
            lists=replace(self.lists, channels=tuple(latest[name] for name in ChannelName if name in latest)),
        )


def signal_names(algorithm: str) -> tuple[SignalName, ...]:
    """The signals of an algorithm, in its order.

    Args:
        algorithm: Its name and version.

    Returns:
        Their names.

    Raises:
        Malformed: ALGORITHM_UNKNOWN.
    """
    if algorithm not in _NAMES:
        raise Malformed(Reason.ALGORITHM_UNKNOWN, f"the algorithm is one of {', '.join(_NAMES)}")
    return _NAMES[algorithm]


def _require(condition: object, what: str) -> None:
    if not condition:
        raise Malformed(Reason.EVIDENCE_MALFORMED, what)


@lru_cache(maxsize=1_024)  # the same few observations come again in all evidence
def _fault(  # noqa: PLR0917  (a signal's members, the time of day aside)
    name: SignalName,
    mode: Mode,
    value: Value,
    source: str,
    reason: Reason | None,
    observed: bool,  # noqa: FBT001
) -> str:
    """What is wrong with a signal; empty if nothing is."""
    broken = ""
    if not scale_of(name, mode).knows(value):
        broken = f"has no such value in {mode} mode"
    elif not _SOURCE.fullmatch(source):
        broken = "is from a source that is a lower-case word"
    elif value == UNAVAILABLE:
        broken = "" if reason is not None else "is unavailable for a reason"
    elif not observed:
        broken = "was observed at some time"
    elif reason:
        broken = "is not unavailable"
    return f"{name} {broken}" if broken else ""
