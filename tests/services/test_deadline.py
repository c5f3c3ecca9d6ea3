"""One deadline for many look-ups."""

import asyncio

from frankmark.adapters.system.clock import SystemClock
from frankmark.foundation.dns import Answer, Question, RRType, Status
from frankmark.services.deadline import BoundedResolver

ASKED = Question(name="example.com", rrtype=RRType.TXT)
FOUND = Answer(status=Status.OK, texts=((b"x",),))


class Slow:
    """Answers after a while."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = 0

    async def resolve(self, _question: Question) -> Answer:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        return FOUND


async def test_within_the_budget_answers_come_through() -> None:
    assert await BoundedResolver(Slow(0), SystemClock({}), 3_000).resolve(ASKED) == FOUND


async def test_questions_one_after_the_other_share_one_budget() -> None:
    inner = Slow(0.04)
    bounded = BoundedResolver(inner, SystemClock({}), 100)
    answers = [await bounded.resolve(ASKED) for _ in range(6)]
    assert answers[0] == FOUND
    assert {answer.status for answer in answers[3:]} == {Status.TIMEOUT}
    assert inner.asked < 6
