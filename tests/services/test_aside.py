"""Work in a thread of its own: its outcome is the caller's, and nobody who leaves is held back by it."""

import asyncio
import threading
import time

import pytest

from frankmark.services.aside import aside


async def test_what_the_work_returns_is_answered_and_the_loop_goes_on_meanwhile() -> None:
    go = threading.Event()
    waiting = asyncio.create_task(aside(lambda word, *, end: go.wait(5) and word + end, "a", end="b"))
    await asyncio.sleep(0)
    go.set()
    assert await waiting == "ab"


async def test_what_the_work_raises_is_raised() -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await aside(fail)


@pytest.mark.parametrize("fault", [None, LookupError()])
def test_whoever_leaves_is_not_held_back_and_what_comes_later_is_dropped(fault: Exception | None) -> None:
    go, ended = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(5)
        ended.set()
        if fault is not None:
            raise fault

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(aside(work), 0.01)
        if fault is None:
            go.set()  # while the loop still runs
            await asyncio.to_thread(ended.wait, 5)
            await asyncio.sleep(0.01)

    begun = time.monotonic()
    asyncio.run(leave())
    assert time.monotonic() - begun < 2
    go.set()  # after the loop has ended
    assert ended.wait(5)
