"""How often one caller may ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Allowance", "Rate", "RateLimiter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One window.

    Attributes:
        name: The policy's name in the `RateLimit-Policy` field.
        amount: Requests in one window.
        window_s: The window's length in seconds.
    """

    name: str
    amount: int
    window_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Where a caller stands in one window.

    Attributes:
        rate: The window.
        permitted: Whether this request is within it.
        remaining: Requests left now.
        reset_s: Whole seconds until at least one more request is possible, or the window is free again; at least 1.
    """

    rate: Rate
    permitted: bool
    remaining: int
    reset_s: int


class RateLimiter(Protocol):
    """Counts requests.

    Law: in any stretch of `window_s` seconds at most `amount` requests of one caller are permitted; a refused request
    uses nothing up. Callers are told apart by an opaque key; addresses are never kept.
    """

    async def take(self, rates: Sequence[Rate], caller: str, units: int = 1) -> tuple[Allowance, ...]:
        """Count `units` requests of `caller` against every rate, unless one of them has too few left.

        Args:
            rates: The windows that apply; the first is the one reported when none is used up.
            caller: An opaque key, from `caller_at` or made of an API key's id.
            units: How many requests this one stands for.

        Returns:
            One allowance per rate, in the same order; the request is refused if any is not `permitted`.
        """
        ...

    def caller_at(self, address: str) -> str:
        """The key for an IP address: a keyed hash that changes every day, of the /64 for version 6."""
        ...
