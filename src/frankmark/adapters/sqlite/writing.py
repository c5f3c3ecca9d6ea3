"""The writing thread: jobs in groups, one synced commit a group, and the checkpoint between groups."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import apsw

from frankmark.adapters.sqlite.failures import translated
from frankmark.adapters.sqlite.mark import MarkFile
from frankmark.adapters.sqlite.opening import empty
from frankmark.adapters.sqlite.pages import Pages, checkpoint
from frankmark.ports.durability import Damaged

__all__ = ["Task", "Writer"]

GROUP_S = 0.005  # a group takes no further job after this long
CHECKPOINT_FRAMES = 4_096  # 16 MiB of log
AGAIN_S = 1.0  # between attempts to empty the log while somebody reads what is in it

T = TypeVar("T")


@dataclass(slots=True)
class Task(Generic[T]):
    """One job, and whoever waits for it.

    Attributes:
        vouch: Whether its commit is marked before whoever waits is answered.
    """

    job: Callable[[apsw.Connection], T]
    future: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop
    vouch: bool = True
    outcome: T | None = None
    problem: BaseException | None = None


class Writer:
    """What the writing thread works with.

    Attributes:
        tasks: The queue into the thread; None ends it.
        frames: How many frames of the write-ahead log hold committed pages.
        broken: The damage that was seen; nothing is written after it.
    """

    def __init__(self, connection: apsw.Connection, pages: Pages, mark: MarkFile) -> None:
        self.connection = connection
        self.pages = pages
        self.mark = mark
        self.tasks: SimpleQueue[Task[Any] | None] = SimpleQueue()
        self.frames = 0
        self.broken: Damaged | None = None
        self._due = CHECKPOINT_FRAMES
        self._emptying = False
        self._not_before = 0.0
        self._unmarked = False
        connection.set_wal_hook(self._committed)

    def serve(self) -> None:
        """Run jobs until None comes."""
        more = True
        while more:
            try:
                task = self.tasks.get(timeout=AGAIN_S if self._emptying else None)
            except Empty:
                self._tidy()
                continue
            if task is None:
                return
            group = [task]
            more = self._commit(group)
            _deliver(group)
            self._tidy()

    def empty_log(self, _: apsw.Connection) -> None:
        """A job after whose group the write-ahead log is emptied."""
        self._emptying = True
        self._not_before = 0.0

    def _committed(self, _connection: apsw.Connection, _name: str, frames: int) -> int:
        if frames < self.frames:  # the log has started over
            self._due = CHECKPOINT_FRAMES
        self.frames = frames
        self._unmarked = True
        return apsw.SQLITE_OK

    def _commit(self, group: list[Task[Any]]) -> bool:
        """Run the first job of the group and those that wait behind it in one transaction; False when None came."""
        if self.broken is not None:
            _spoil(group, self.broken)
            return True
        connection = self.connection
        more = True
        try:
            connection.execute("BEGIN IMMEDIATE")
            more = self._gather(group)
            if connection.in_transaction:
                connection.execute("COMMIT")
                self._vouch(group)
            else:  # SQLite has rolled everything back by itself, as it does when the disk is full
                _spoil(group, next(one.problem for one in group if one.problem is not None))
        except Exception as problem:  # noqa: BLE001  (the thread outlives whatever goes wrong)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            _spoil(group, problem)
        for one in group:
            if isinstance(one.problem, apsw.Error):
                one.problem = translated(one.problem) or one.problem
            if isinstance(one.problem, Damaged):
                self.broken = one.problem
        return more

    def _vouch(self, group: list[Task[Any]]) -> None:
        """Mark what was committed, unless nobody in the group relies on it or nothing was."""
        if self._unmarked and any(one.vouch and one.problem is None for one in group):
            self.mark.vouch(self.frames)
            self._unmarked = False

    def _gather(self, group: list[Task[Any]]) -> bool:
        end = time.monotonic() + GROUP_S
        self._attempt(group[0])
        while self.connection.in_transaction and time.monotonic() < end:
            try:
                task = self.tasks.get_nowait()
            except Empty:
                break
            if task is None:
                return False
            group.append(task)
            self._attempt(task)
        return True

    def _attempt(self, task: Task[Any]) -> None:
        connection = self.connection
        try:
            connection.execute("SAVEPOINT job")
            task.outcome = task.job(connection)
            connection.execute("RELEASE job")
        except BaseException as problem:  # noqa: BLE001  (whatever a job raises goes to whoever waits for it)
            task.problem = problem
            if connection.in_transaction:
                connection.execute("ROLLBACK TO job")
                connection.execute("RELEASE job")

    def _tidy(self) -> None:
        """Empty the log when it has grown; those who wait have their answers already."""
        emptying = self._emptying and time.monotonic() >= self._not_before
        if self.broken is not None or (self.frames < self._due and not emptying):
            return
        self._not_before = time.monotonic() + AGAIN_S
        try:
            if not self._emptying:
                checkpoint(self.connection, self.pages, self.frames)
            elif empty(self.connection, self.pages, self.mark, self.frames):
                self.frames = 0
                self._emptying = False
        except Exception as problem:  # noqa: BLE001  (the thread outlives whatever goes wrong)
            error = translated(problem) or problem
            if isinstance(error, Damaged):
                self.broken = error
        self._due = self.frames + CHECKPOINT_FRAMES


def _spoil(group: list[Task[Any]], problem: BaseException) -> None:
    for one in group:
        one.problem = one.problem or problem


def _deliver(group: list[Task[Any]]) -> None:
    for loop in {one.loop for one in group}:
        with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
            loop.call_soon_threadsafe(_settle, [one for one in group if one.loop is loop])


def _settle(group: list[Task[Any]]) -> None:
    for one in group:
        if one.future.done():
            continue
        if one.problem is not None:
            one.future.set_exception(one.problem)
        else:
            one.future.set_result(one.outcome)
