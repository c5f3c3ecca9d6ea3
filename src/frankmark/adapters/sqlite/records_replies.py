"""Deliveries of messaging platforms and sealed answers to them, in SQLite."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import apsw

from frankmark.adapters.sqlite.shape import Cell, Shape, Tables, changed
from frankmark.ports.replies import Reply

if TYPE_CHECKING:
    from frankmark.ports.replies import ReplyStore

__all__ = ["SqliteReplies"]

REPLIES = Shape(Reply, "replies", ["digest"])


class SqliteReplies(Tables):
    """`ReplyStore` on one database."""

    async def taken(self, digest: str) -> bool:
        """See `ReplyStore.taken`."""
        return bool(self._db.read("SELECT 1 FROM deliveries WHERE digest = ?", (digest,)))

    async def take(self, digest: str, seen_ms: int, reply: Reply | None) -> bool:
        """See `ReplyStore.take`."""

        def job(connection: apsw.Connection) -> bool:
            connection.execute("INSERT OR IGNORE INTO deliveries (digest, seen_ms) VALUES (?, ?)", (digest, seen_ms))
            if not changed(connection):
                return False
            if reply is not None:
                connection.execute(*REPLIES.insertion(reply))
            return True

        return await self._db.write(job)

    async def waiting(self, limit: int) -> Sequence[Reply]:
        """See `ReplyStore.waiting`."""
        return REPLIES.rows(
            self._db.read(REPLIES.select("claimed = 0", "ORDER BY due_ms, digest LIMIT ?"), (limit,)),
        )

    async def claim(self, digest: str) -> bool:
        """See `ReplyStore.claim`."""
        return await self._changed("UPDATE replies SET claimed = 1 WHERE digest = ? AND claimed = 0", digest) > 0

    async def postpone(self, digest: str, due_ms: int) -> None:
        """See `ReplyStore.postpone`."""
        statement = "UPDATE replies SET claimed = 0, tries = tries + 1, due_ms = ? WHERE digest = ? AND claimed = 1"
        await self._changed(statement, due_ms, digest)

    async def drop(self, digest: str) -> None:
        """See `ReplyStore.drop`."""
        await self._changed("DELETE FROM replies WHERE digest = ?", digest)

    async def forget_claimed(self) -> int:
        """See `ReplyStore.forget_claimed`."""
        return await self._changed("DELETE FROM replies WHERE claimed = 1")

    async def forget_taken(self, before_ms: int) -> int:
        """See `ReplyStore.forget_taken`."""
        answered = "NOT EXISTS (SELECT 1 FROM replies WHERE replies.digest = deliveries.digest)"
        return await self._changed(f"DELETE FROM deliveries WHERE seen_ms < ? AND {answered}", before_ms)  # noqa: S608  # our own words

    async def _changed(self, statement: str, *bound: Cell) -> int:
        def job(connection: apsw.Connection) -> int:
            connection.execute(statement, bound)
            return connection.changes()

        return await self._db.write(job)


if TYPE_CHECKING:

    def _keeps_every_promise(replies: SqliteReplies) -> ReplyStore:
        return replies
