"""What receivers report about the mail of a domain: sums, never addresses."""

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Behavior", "Sums"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums of the last 30 days over all receivers, none of whom counts for more than 30 in 100.

    Attributes:
        received: Messages.
        complained: Of these, complained about.
        bounced: Of these, bounced.
        kept: Of these, kept by their recipients.
    """

    received: int
    complained: int
    bounced: int
    kept: int


class Behavior(Protocol):
    """Knows what receivers reported."""

    async def sums(self, domain: str, now_ms: int) -> Sums | None:
        """The sums of a domain at a time in milliseconds since the epoch; None if nobody reported anything."""
        ...
