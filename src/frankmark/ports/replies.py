"""Which deliveries of messaging platforms were taken, and which answers are still to be sent.

Neither a chat nor a text lies here in the clear: a delivery is known by a keyed digest, an answer is sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Reply", "ReplyStore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is to be sent.

    Attributes:
        digest: The delivery that it answers.
        platform: ``telegram`` or ``whatsapp``.
        due_ms: Not before, milliseconds since the epoch.
        ends_ms: Not after: nobody waits any more.
        tries: How often it was tried.
        sealed: Chat and text, sealed.
    """

    digest: str
    platform: str
    due_ms: int
    ends_ms: int
    tries: int = 0
    sealed: bytes = field(repr=False)


class ReplyStore(Protocol):
    """Keeps deliveries and answers.

    Laws: what a method did is durable when it returns. A delivery is taken once. An answer is handed out by `claim`
    once, until `postpone` puts it back; one that was claimed when the process ended is gone with `forget_claimed`,
    since it may have been sent.
    """

    async def taken(self, digest: str) -> bool:
        """Whether a delivery was taken."""
        ...

    async def take(self, digest: str, seen_ms: int, reply: Reply | None) -> bool:
        """Take a delivery and keep its answer, in one step; False, and nothing is kept, if it was taken before."""
        ...

    async def waiting(self, limit: int) -> Sequence[Reply]:
        """The answers that nobody has claimed, the first due first."""
        ...

    async def claim(self, digest: str) -> bool:
        """Claim an answer for sending; False if it is gone or claimed."""
        ...

    async def postpone(self, digest: str, due_ms: int) -> None:
        """Put a claimed answer back, tried once more."""
        ...

    async def drop(self, digest: str) -> None:
        """Forget an answer, claimed or not; its delivery stays taken."""
        ...

    async def forget_claimed(self) -> int:
        """Forget the answers that are claimed; answers how many there were."""
        ...

    async def forget_taken(self, before_ms: int) -> int:
        """Forget deliveries that were taken before a time and have no answer waiting; answers how many."""
        ...
