"""Waiting for something that blocks without holding up the end of the process.

A pool's threads are joined when a process ends: whoever interrupts a command would wait for a node that never answers.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import ParamSpec, TypeVar

__all__ = ["aside"]

Params = ParamSpec("Params")
Result = TypeVar("Result")


async def aside(work: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """Run work in a thread of its own that ends with the process at the latest.

    Args:
        work: What blocks.
        args: Its arguments, by place.
        kwargs: Its arguments, by name.

    Returns:
        What it returned.

    Raises:
        BaseException: Whatever it raised.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def finish(result: Result) -> None:
        if not done.done():
            done.set_result(result)

    def fail(fault: BaseException) -> None:
        if not done.done():
            done.set_exception(fault)

    def run() -> None:
        try:
            result = work(*args, **kwargs)
        except BaseException as fault:  # noqa: BLE001  (it is the caller's, whatever it is)
            _tell(loop, fail, fault)
        else:
            _tell(loop, finish, result)

    Thread(target=run, name="frankmark-aside", daemon=True).start()
    return await done


Told = TypeVar("Told")


def _tell(loop: asyncio.AbstractEventLoop, say: Callable[[Told], None], what: Told) -> None:
    with suppress(RuntimeError):  # nobody waits any more: the loop is closed
        loop.call_soon_threadsafe(say, what)
