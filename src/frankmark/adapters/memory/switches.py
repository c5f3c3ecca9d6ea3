"""Switches that break a twin on purpose.

Two kinds of failure matter to whoever uses a store: a write that never happened, and a write that happened although
the answer was lost. A twin is told which one to show, for which method and how often.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from frankmark.foundation.errors import Error

__all__ = ["Switches", "breakable"]

Params = ParamSpec("Params")
Result = TypeVar("Result")


class Switches:
    """Which methods fail next, and how."""

    def __init__(self) -> None:
        self._before: dict[str, list[Error]] = {}
        self._after: dict[str, list[Error]] = {}

    def refuse(self, method: str, error: Error, *, times: int = 1) -> None:
        """Let the next calls of `method` raise `error` and do nothing."""
        self._before.setdefault(method, []).extend([error] * times)

    def lose_answer(self, method: str, error: Error, *, times: int = 1) -> None:
        """Let the next calls of `method` do their work and then raise `error`."""
        self._after.setdefault(method, []).extend([error] * times)

    def heal(self) -> None:
        """Let everything work again."""
        self._before.clear()
        self._after.clear()

    def before(self, method: str) -> None:
        """Raise what is due before the work of `method`."""
        if due := self._before.get(method):
            raise due.pop(0)

    def after(self, method: str) -> None:
        """Raise what is due after the work of `method`."""
        if due := self._after.get(method):
            raise due.pop(0)


class Switched(Protocol):
    """A twin with switches."""

    @property
    def switches(self) -> Switches:
        """What fails next."""
        ...


Twin = TypeVar("Twin", bound=Switched)


def breakable(
    method: Callable[Concatenate[Twin, Params], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Twin, Params], Coroutine[Any, Any, Result]]:
    """Put a method of a twin under its switches, by its own name."""

    @wraps(method)
    async def guarded(twin: Twin, /, *args: Params.args, **kwargs: Params.kwargs) -> Result:
        twin.switches.before(method.__name__)
        result = await method(twin, *args, **kwargs)
        twin.switches.after(method.__name__)
        return result

    return guarded
