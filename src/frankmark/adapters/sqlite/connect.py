"""One database file, one writer.

`Database` holds the data folder, runs every write on one thread, and lets jobs that arrive while a commit is being
synced share the next one (group commit). Reads run where they are called, on a connection of their own, and see what
is committed and synced, never less and never more.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar

import apsw

from frankmark.adapters.sqlite.failures import raise_translated, translated
from frankmark.adapters.sqlite.holding import LOCK, Holding
from frankmark.adapters.sqlite.mark import MarkFile
from frankmark.adapters.sqlite.migrate import migrate
from frankmark.adapters.sqlite.opening import connection_to, copy, create, finish, recover
from frankmark.adapters.sqlite.pages import PAGE
from frankmark.adapters.sqlite.private import withhold
from frankmark.adapters.sqlite.writing import Task, Writer
from frankmark.foundation.errors import Error, Unavailable
from frankmark.ports.durability import Damaged, StoreReason

__all__ = ["Cell", "Database"]

FILE = "frankmark.db"
BEFORE = "backup-before-"
PAGES_A_STEP = 4_096
CHANGES = "PRAGMA data_version"

T = TypeVar("T")
Cell = None | int | float | str | bytes
"""What one column of one row may hold."""


class Database:
    """The database file of one data folder, held by this process alone.

    Law: a write that has returned is on the disk. A job that raises leaves no trace and does not disturb the jobs that
    share its commit. After damage has been seen, every call raises `STORE_DAMAGED`.

    Use `open`; the constructor takes what `open` has prepared.
    """

    def __init__(self, folder: Path, holding: Holding, writer: Writer, reader: apsw.Connection) -> None:
        self._folder = folder
        self._holding = holding
        self._writer = writer
        self._reader = reader
        self._closed = False
        self._thread = Thread(target=writer.serve, name="frankmark-writer", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, folder: Path, *, vfs: str = "") -> Self:
        """Hold the folder, mend what a crash left, verify every page, migrate.

        Args:
            folder: The data folder; it exists.
            vfs: The name of a registered SQLite VFS; the system's own unless given.

        Returns:
            The database, ready for reads and writes.

        Raises:
            Unavailable: `STORE_LOCKED` if another process holds the folder, `STORE_UNREACHABLE`, `STORE_FULL`.
            Damaged: `STORE_DAMAGED` if a page or the log is not what was written.
            Refused: `STORE_SCHEMA_NEWER` if a newer release wrote the database.
        """
        holding = Holding(folder)
        try:
            path = folder / FILE
            withhold(folder / LOCK, *folder.glob(f"{FILE}*"), *folder.glob(f"{BEFORE}*"))
            if not path.exists():
                create(path, vfs)
            mark = MarkFile.open(path, page=PAGE, vfs=vfs)
            connection, pages = recover(path, mark, vfs)
            writer = Writer(connection, pages, mark)
            migrate(connection, lambda number: copy(path, folder / f"{BEFORE}{number:04}", vfs))
            reader = connection_to(path, vfs, flags=apsw.SQLITE_OPEN_READONLY)
        except (apsw.Error, OSError, Error) as problem:
            holding.release()
            raise_translated(problem)
        return cls(folder, holding, writer, reader)

    async def write(self, job: Callable[[apsw.Connection], T], *, vouch: bool = True) -> T:
        """Run a job on the writer's connection and come back when its effects are on the disk.

        Args:
            job: Called in the writing thread inside a savepoint; it may read and write, and must not begin or end a
                transaction. It sees the effects of every job queued before it.
            vouch: Whether the store must notice by itself, at its next opening, that these effects were lost; costs a
                second sync a group. Not for what another store remembers.

        Returns:
            What the job returned.

        Raises:
            Unavailable: `STORE_FULL`, `STORE_LOCKED` or `STORE_CLOSED`; nothing was kept.
            Damaged: `STORE_DAMAGED`.
            BaseException: Whatever else the job raised; nothing of it was kept.
        """
        self._sound()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.tasks.put(Task(job, future, loop, vouch))
        return await future

    def read(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one reading statement here and now.

        Args:
            sql: One statement.
            params: Its values: cells, or whole columns of them (`apsw.carray`).

        Returns:
            All rows, as tuples of cells.

        Raises:
            Unavailable: `STORE_CLOSED`, or what `write` raises.
            Damaged: `STORE_DAMAGED`.
        """
        self._sound()
        try:
            return self._reader.execute(sql, params).fetchall()
        except apsw.Error as problem:
            error = translated(problem)
            if isinstance(error, Damaged):
                self._writer.broken = error
            raise_translated(problem)

    def version(self) -> int:
        """See `frankmark.ports.changes.Changes`: SQLite's count of what other connections committed."""
        return int(self.read(CHANGES)[0][0])

    def report(self, damaged: Damaged) -> None:
        """Take note of damage that was found in what a read brought; every later call raises it."""
        self._writer.broken = damaged

    async def verify(self) -> None:
        """Compare every page of the file with its seal, in steps between which writes go on.

        Raises:
            Damaged: `STORE_DAMAGED` with the number of the page; every later call raises it too.
        """
        first, after = 0, 1
        while first != after:
            first = after
            after = await self.write(self._verification(first))

    def _verification(self, first: int) -> Callable[[apsw.Connection], int]:
        # In the writing thread, the only one that changes the file.
        return lambda _: self._writer.pages.verify(first, PAGES_A_STEP)

    async def empty_log(self) -> None:
        """Bring everything out of the write-ahead log soon, so that what was erased is gone from there too."""
        await self.write(self._writer.empty_log)

    def snapshot(self, target: Path) -> None:
        """Copy the database as of now into one file while reads and writes go on; call it in a thread of its own.

        Args:
            target: The file to write; replaced at once, or not at all.

        Raises:
            Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
        """
        try:
            copy(self._folder / FILE, target)
        except (apsw.Error, OSError) as problem:
            raise_translated(problem)

    def close(self) -> None:
        """Finish what is queued, empty the log, let the folder go."""
        if self._closed:
            return
        self._closed = True
        self._writer.tasks.put(None)
        self._thread.join()
        self._reader.close()
        writer = self._writer
        finish(writer.connection, writer.pages, writer.mark, writer.frames, sound=writer.broken is None)
        self._holding.release()

    def _sound(self) -> None:
        if self._closed:
            raise Unavailable(StoreReason.STORE_CLOSED, "the store is closed")
        if self._writer.broken is not None:
            raise self._writer.broken
