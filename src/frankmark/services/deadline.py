"""One deadline for many look-ups: what is asked after it, or not answered by then, timed out."""

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

    @override
    async def resolve(self, question: Question) -> Answer:
        left_ms = self._end_ms - self._clock.steady_ms()
        if left_ms <= 0:
            return Answer(status=Status.TIMEOUT)
        try:
            async with asyncio.timeout(left_ms / 1000):
                return await self._inner.resolve(question)
        except TimeoutError:
            return Answer(status=Status.TIMEOUT)
