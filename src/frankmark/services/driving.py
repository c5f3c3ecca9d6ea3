"""Evaluations of one message driven side by side: what the resolver has kept is answered at once, the rest is awaited.

An evaluation whose answers are all at hand costs no task, no timer and no turn of the event loop: of a message whose
sender is known, these would be half the price. And an evaluation is pure: asked the same of the very same answers, it
comes to the same result, so that one which was driven to its end need not be driven again (`Recall`).
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from frankmark.foundation.dns import Answer, Lookup, Question
from frankmark.foundation.kept import Kept
from frankmark.ports.resolver import Resolver

__all__ = ["Driven", "Recall", "asked", "finish"]

CAPACITY = 4_096
_FOREVER_MS = 1 << 62

Result_co = TypeVar("Result_co", covariant=True)


class Driven(Generic[Result_co]):
    """An evaluation, driven as far as kept answers carry it.

    Args:
        evaluation: The evaluation, not started.
        resolver: Who answers.
    """

    __slots__ = ("_evaluation", "_met", "_question", "_resolver", "_result")

    _result: Result_co

    def __init__(self, evaluation: Lookup[Result_co], resolver: Resolver) -> None:
        self._evaluation = evaluation
        self._resolver = resolver
        self._question: Question | None = None
        self._met: list[tuple[Question, Answer]] = []
        self._advance(None)

    @property
    def waiting(self) -> bool:
        """Whether somebody has to be asked."""
        return self._question is not None

    @property
    def result(self) -> Result_co:
        """What the evaluation returned, once it is not waiting any more."""
        return self._result

    def holds(self, resolver: Resolver) -> bool:
        """Whether it came to its end, and a resolver keeps the very answers that brought it there."""
        if self._question is not None:
            return False
        return all(resolver.kept(question) is answer for question, answer in self._met)

    async def finish(self) -> None:
        """Ask whatever is not at hand, to the end."""
        while self._question is not None:
            answer = await self._resolver.resolve(self._question)
            self._met.append((self._question, answer))
            self._advance(answer)

    def _advance(self, answer: Answer | None) -> None:
        try:
            question = next(self._evaluation) if answer is None else self._evaluation.send(answer)
            while (kept := self._resolver.kept(question)) is not None:
                self._met.append((question, kept))
                question = self._evaluation.send(kept)
        except StopIteration as ended:
            self._question, self._result = None, ended.value
        else:
            self._question = question


class Recall:
    """Evaluations that were driven, until one of the answers that they met is kept no longer.

    Args:
        capacity: The most evaluations to keep.
    """

    __slots__ = ("_kept",)

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._kept: Kept[Hashable, Driven[object]] = Kept(capacity)

    def driven(
        self, key: Hashable, evaluation: Callable[[], Lookup[Result_co]], resolver: Resolver
    ) -> Driven[Result_co]:
        """Drive an evaluation, unless the same one was driven to its end by the same answers.

        Args:
            key: Which evaluation, and everything that it is told.
            evaluation: Starts it; it depends on nothing but what it is told and the answers.
            resolver: Who answers.

        Returns:
            The evaluation, driven as far as kept answers carry it.
        """
        known: Driven[Result_co] | None = self._kept.get(key, 0)  # type: ignore[assignment]  # the key says which
        if known is None or not known.holds(resolver):
            known = Driven(evaluation(), resolver)
            self._kept.put(key, known, _FOREVER_MS)
        return known


async def finish(*driven: Driven[object]) -> None:
    """Finish evaluations side by side."""
    waiting = [each for each in driven if each.waiting]
    if waiting:
        await asyncio.gather(*(each.finish() for each in waiting))


def asked(question: Question) -> Lookup[Answer]:
    """An evaluation that asks one question, so that its answer is kept when another one asks it."""
    return (yield question)
