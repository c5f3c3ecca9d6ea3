"""The signals of the trust score: their names, the values they can have, and what each value is worth.

A value is a word out of a closed list or an integer; what it is worth is an integer from 0 to 1000. ``unavailable`` is
the one value that every signal can have: nobody knows, and the signal is then not *present*. SPF and DKIM are judged
either of one message or of what a domain publishes, and have other words in the two modes. The table for implementers
is in ``specs/trust-score.md``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

__all__ = ["UNAVAILABLE", "Mode", "Scale", "SignalName", "Value", "scale_of", "scales_of"]

UNAVAILABLE: Final = "unavailable"
FULL: Final = 1000
Value: TypeAlias = str | int


class Mode(StrEnum):
    """What is judged: what a domain publishes, or one message that claims to come from it."""

    DOMAIN = "domain"
    MESSAGE = "message"


class SignalName(StrEnum):
    """The twelve signals, the device's number, and two that only the older algorithm knows."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    DOMAIN_AGE = "domain_age"
    REGISTRATION = "registration"
    SSL = "ssl"
    CT = "ct"
    REGISTRY = "registry"
    STAMP = "stamp"
    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    ENGAGEMENT = "engagement"
    ML = "ml"
    MX = "mx"
    BEHAVIOR = "behavior"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What the values of one signal are worth.

    Attributes:
        words: Worth by word.
        numbers: Worth of an integer; None when the signal has words only.
        least: The smallest integer it can have.
        most: The largest.
    """

    words: Mapping[str, int] = field(default_factory=dict)
    numbers: Callable[[int], int] | None = None
    least: int = 0
    most: int = 0

    def knows(self, value: Value) -> bool:
        """Whether the signal can have this value."""
        if isinstance(value, str):
            return value == UNAVAILABLE or value in self.words
        return self.numbers is not None and self.least <= value <= self.most

    def worth(self, value: Value, missing: int) -> int:
        """What a value is worth.

        Args:
            value: A value that the scale knows.
            missing: What `UNAVAILABLE` is worth.

        Returns:
            0 to 1000.
        """
        if isinstance(value, str):
            return self.words.get(value, missing)
        return missing if self.numbers is None else self.numbers(value)


def _age(days: int) -> int:
    steps = ((730, 1000), (365, 850), (90, 700), (30, 400), (7, 150))
    return next((worth for least, worth in steps if days >= least), 0)


def _registration(days_left: int) -> int:
    return FULL if days_left > 30 else 500  # noqa: PLR2004  (the table's own numbers)


def _ssl(days_left: int) -> int:
    return FULL if days_left > 7 else 700  # noqa: PLR2004  (the table's own numbers)


def _ct(logs: int) -> int:
    return (0, 600, FULL)[min(logs, 2)]


def _falling(best: int, worst: int) -> Callable[[int], int]:
    """A straight line from 1000 at `best` down to 0 at `worst`, rounded down."""
    return lambda value: FULL * (worst - min(max(value, best), worst)) // (worst - best)


def _engagement(kept: int) -> int:
    return FULL * (min(max(kept, 10), 200) - 10) // 190


_DMARC: Final[Mapping[str, int]] = {"reject": 1000, "quarantine": 800, "none+rua": 400, "none": 300, "absent": 0}
_RATE: Final = 1000
_DAYS: Final = 100_000

_DOMAIN: Final[Mapping[SignalName, Scale]] = {
    SignalName.SPF: Scale(words={"-all": 1000, "~all": 800, "?all": 300, "+all": 0, "permerror": 0, "none": 0}),
    SignalName.DKIM: Scale(words={"valid": 1000, "revoked": 0, "invalid": 0, "none": 0}),
    SignalName.DMARC: Scale(words=_DMARC),
    SignalName.DOMAIN_AGE: Scale(numbers=_age, most=_DAYS),
    SignalName.REGISTRATION: Scale(
        words={"no_expiry": 1000, "withdrawn": 0, "not_found": 0}, numbers=_registration, least=-_DAYS, most=_DAYS
    ),
    SignalName.SSL: Scale(words={"invalid": 0, "none": 0}, numbers=_ssl, most=_DAYS),
    SignalName.CT: Scale(numbers=_ct, most=100),
    SignalName.REGISTRY: Scale(words={"verified": 1000, "registered": 400, "none": 0}),
    SignalName.STAMP: Scale(
        words={"active": 1000, "expiring": 900, "expired": 200, "unproven": 0, "revoked": 0, "none": 0}
    ),
    SignalName.COMPLAINT: Scale(numbers=_falling(10, 30), most=10_000),
    SignalName.BOUNCE: Scale(numbers=_falling(20, 100), most=_RATE),
    SignalName.ENGAGEMENT: Scale(numbers=_engagement, most=_RATE),
    SignalName.ML: Scale(numbers=lambda fraud: FULL - fraud, most=_RATE),
    SignalName.MX: Scale(words={"present": 1000, "none": 0}),
    SignalName.BEHAVIOR: Scale(numbers=lambda worth: worth, most=_RATE),
}
_MESSAGE: Final[Mapping[SignalName, Scale]] = {
    **_DOMAIN,
    SignalName.SPF: Scale(
        words={
            "pass": 1000,
            "pass_unaligned": 0,
            "softfail": 300,
            "neutral": 300,
            "none": 200,
            "fail": 0,
            "permerror": 0,
        }
    ),
    SignalName.DKIM: Scale(
        words={"pass": 1000, "pass_unaligned": 0, "fail": 0, "policy": 0, "neutral": 0, "permerror": 0, "none": 0}
    ),
    SignalName.DMARC: Scale(words={**_DMARC, "fail:reject": 0, "fail:quarantine": 0, "fail:none": 0}),
}


def scale_of(name: SignalName, mode: Mode) -> Scale:
    """The scale of a signal.

    Args:
        name: The signal.
        mode: What is judged.

    Returns:
        Its scale.
    """
    return scales_of(mode)[name]


def scales_of(mode: Mode) -> Mapping[SignalName, Scale]:
    """The scales of all signals.

    Args:
        mode: What is judged.
    """
    return _MESSAGE if mode is Mode.MESSAGE else _DOMAIN
