"""One deadline for many look-ups: what is asked after it, or not answered by then, timed out.

What was answered once is answered again, also after the deadline: whoever stalls one question cannot take back what
another one brought.
"""

import asyncio

from typing_extensions import override

from frankmark.foundation.dns import Answer, Question, Status
from frankmark.ports.clock import Clock
from frankmark.ports.resolver import Resolver

__all__ = ["BoundedResolver"]


class BoundedResolver(Resolver):
    """A resolver until its time is up.

    Args:
        inner: Asks.
        clock: Its steady side.
        budget_ms: From now on, for all questions together.
    """

    def __init__(self, inner: Resolver, clock: Clock, budget_ms: int) -> None:
        self._inner = inner
        self._clock = clock
        self._end_ms = clock.steady_ms() + budget_ms
        self._told: dict[Question, Answer] = {}

    @override
    def kept(self, question: Question) -> Answer | None:
        told = self._told.get(question) if self._told else None
        return self._inner.kept(question) if told is None else told

    @override
    async def resolve(self, question: Question) -> Answer:
        told = self._told.get(question)
        if told is not None:
            return told
        left_ms = self._end_ms - self._clock.steady_ms()
        if left_ms <= 0:
            return Answer(status=Status.TIMEOUT)
        try:
            async with asyncio.timeout(left_ms / 1000):
                answer = await self._inner.resolve(question)
        except TimeoutError:
            return Answer(status=Status.TIMEOUT)
        if not answer.failed:
            self._told[question] = answer
        return answer
