"""Time and entropy, so that nothing else asks the machine for them."""

from typing import Protocol

__all__ = ["Clock", "Entropy"]


class Clock(Protocol):
    """Wall-clock time, and a steady clock for time-outs.

    Law: `now_ms` is UTC milliseconds since 1970-01-01 without leap seconds and may step; `steady_ms` never goes back
    and has no meaning outside this process.
    """

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        ...

    def steady_ms(self) -> int:
        """Milliseconds of a clock that never goes back."""
        ...


class Entropy(Protocol):
    """Unpredictable octets.

    Law: every octet comes from the operating system's generator; two calls never share octets.
    """

    def octets(self, count: int) -> bytes:
        """`count` fresh octets, fit for keys, tokens and nonces."""
        ...
