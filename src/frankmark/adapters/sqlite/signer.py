"""What each key signed last: `SignerStore` in `DATA/signer.db`, a file of its own that no backup holds."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import apsw

from frankmark.adapters.sqlite.failures import damage, raise_translated
from frankmark.adapters.sqlite.opening import connection_to
from frankmark.adapters.sqlite.private import make_private, withhold
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused
from frankmark.ports.log import LogStoreReason, Swap, TreeHead

if TYPE_CHECKING:
    from frankmark.ports.log import SignerStore

__all__ = ["SqliteSigner"]

FILE = "signer.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS signed (
  signer TEXT NOT NULL, origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, seal BLOB NOT NULL,
  PRIMARY KEY (signer, origin)
) STRICT, WITHOUT ROWID"""
LAST = "SELECT size, root, seal FROM signed WHERE signer = ? AND origin = ?"

T = TypeVar("T")


class SqliteSigner:
    """The signer's store of one data folder, whose lock the caller holds.

    Use `open`.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="frankmark-signer")

    @classmethod
    def open(cls, folder: Path, *, vfs: str = "") -> Self:
        """Open or make the store.

        Args:
            folder: The data folder.
            vfs: The name of a registered SQLite VFS; the system's own unless given.

        Returns:
            The store.

        Raises:
            Damaged: `STORE_DAMAGED` if the file is not what was written.
            Unavailable: `STORE_UNREACHABLE`, `STORE_FULL` or `STORE_LOCKED`.
        """
        try:
            make_private(folder / FILE)
            withhold(*folder.glob(f"{FILE}-*"))
            connection = connection_to(folder / FILE, vfs)
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.wal_autocheckpoint(1_000)
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            connection.execute(SCHEMA)
            if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                raise damage(f"{FILE} is inconsistent")
            for signer, origin in connection.execute("SELECT signer, origin FROM signed").fetchall():
                _last(connection, str(signer), str(origin))
        except (apsw.Error, OSError) as problem:
            raise_translated(problem)
        return cls(connection)

    async def last(self, signer: str, origin: str) -> TreeHead | None:
        """What the key signed last on the log."""
        return await self._run(lambda: _last(self._connection, signer, origin))

    async def swap(self, swaps: Sequence[Swap]) -> None:
        """Take the steps."""
        await self._run(lambda: _swap(self._connection, swaps))

    def close(self) -> None:
        """Finish what runs and close the file."""
        self._thread.shutdown(wait=True)
        self._connection.close()

    async def _run(self, job: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        except apsw.Error as problem:
            raise_translated(problem)


def _seal(signer: str, origin: str, head: TreeHead) -> bytes:
    return sha256(f"{signer}\n{origin}\n{head.size}\n".encode(), head.root)


def _last(connection: apsw.Connection, signer: str, origin: str) -> TreeHead | None:
    rows: list[tuple[Any, ...]] = connection.execute(LAST, (signer, origin)).fetchall()
    for size, root, seal in rows:
        head = TreeHead(size=size, root=root)
        if seal != _seal(signer, origin, head):
            raise damage(f"{FILE}: what {signer} signed last changed on the disk")
        return head
    return None


def _swap(connection: apsw.Connection, swaps: Sequence[Swap]) -> None:
    with connection:
        for swap in swaps:
            if _last(connection, swap.signer, swap.origin) != swap.expected:
                raise Refused(LogStoreReason.SIGNER_MOVED, f"{swap.signer} signed another head of {swap.origin} last")
            seal = _seal(swap.signer, swap.origin, swap.head)
            row = (swap.signer, swap.origin, swap.head.size, swap.head.root, seal)
            connection.execute("INSERT OR REPLACE INTO signed VALUES (?, ?, ?, ?, ?)", row)


if TYPE_CHECKING:

    def _keeps_every_promise(signer: SqliteSigner) -> SignerStore:
        return signer
