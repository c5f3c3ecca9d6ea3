"""One question under way at a time: whoever asks the same meanwhile waits for the same answer."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Generic, TypeVar

__all__ = ["SharedFlight", "in_turn"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


async def in_turn(
    turn: asyncio.Semaphore, patience_ms: int, ask: Callable[[], Coroutine[None, None, Value]]
) -> Value | None:
    """Ask when a place is free; the time of waiting is not the asker's.

    Args:
        turn: The places.
        patience_ms: How long to wait for one.
        ask: Asks, with a budget of its own.

    Returns:
        The answer; None if no place became free, so that nothing was asked and nothing may be remembered.
    """
    try:
        async with asyncio.timeout(patience_ms / 1000):
            await turn.acquire()
    except TimeoutError:
        return None
    try:
        return await ask()
    finally:
        turn.release()


class SharedFlight(Generic[Key, Value]):
    """Runs at most one asker per key. An asker goes on when the one who first wanted its answer has given up."""

    __slots__ = ("_under_way",)

    def __init__(self) -> None:
        self._under_way: dict[Key, asyncio.Task[Value]] = {}

    async def answer(self, key: Key, ask: Callable[[], Coroutine[None, None, Value]]) -> Value:
        """The answer of the asker that is under way for `key`, or of `ask`, started now."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(ask())
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancel what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
