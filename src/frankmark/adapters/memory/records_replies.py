"""The twin of the reply store: `ReplyStore` in memory, with switches that break it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from frankmark.adapters.memory.switches import Switches, breakable
from frankmark.ports.replies import Reply

if TYPE_CHECKING:
    from frankmark.ports.replies import ReplyStore

__all__ = ["MemoryReplies"]


class MemoryReplies:
    """Deliveries and answers that end with the process."""

    def __init__(self) -> None:
        self.switches = Switches()
        self.deliveries: dict[str, int] = {}
        self.replies: dict[str, Reply] = {}
        self.claimed: set[str] = set()

    @breakable
    async def taken(self, digest: str) -> bool:
        """See `ReplyStore.taken`."""
        return digest in self.deliveries

    @breakable
    async def take(self, digest: str, seen_ms: int, reply: Reply | None) -> bool:
        """See `ReplyStore.take`."""
        if digest in self.deliveries:
            return False
        self.deliveries[digest] = seen_ms
        if reply is not None:
            self.replies[digest] = reply
        return True

    @breakable
    async def waiting(self, limit: int) -> Sequence[Reply]:
        """See `ReplyStore.waiting`."""
        free = (reply for digest, reply in self.replies.items() if digest not in self.claimed)
        return sorted(free, key=lambda reply: (reply.due_ms, reply.digest))[:limit]

    @breakable
    async def claim(self, digest: str) -> bool:
        """See `ReplyStore.claim`."""
        free = digest in self.replies and digest not in self.claimed
        if free:
            self.claimed.add(digest)
        return free

    @breakable
    async def postpone(self, digest: str, due_ms: int) -> None:
        """See `ReplyStore.postpone`."""
        if digest in self.claimed:
            self.claimed.discard(digest)
            found = self.replies[digest]
            self.replies[digest] = replace(found, due_ms=due_ms, tries=found.tries + 1)

    @breakable
    async def drop(self, digest: str) -> None:
        """See `ReplyStore.drop`."""
        self.replies.pop(digest, None)
        self.claimed.discard(digest)

    @breakable
    async def forget_claimed(self) -> int:
        """See `ReplyStore.forget_claimed`."""
        gone = len(self.claimed)
        for digest in list(self.claimed):
            await self.drop(digest)
        return gone

    @breakable
    async def forget_taken(self, before_ms: int) -> int:
        """See `ReplyStore.forget_taken`."""
        old = [digest for digest, ms in self.deliveries.items() if ms < before_ms and digest not in self.replies]
        for digest in old:
            del self.deliveries[digest]
        return len(old)


if TYPE_CHECKING:

    def _keeps_every_promise(replies: MemoryReplies) -> ReplyStore:
        return replies
