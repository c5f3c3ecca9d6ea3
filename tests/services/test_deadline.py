"""One deadline for many look-ups."""

import asyncio

from typing_extensions import override

from frankmark.adapters.system.clock import SystemClock
from frankmark.foundation.dns import Answer, Question, RRType, Status
from frankmark.ports.resolver import Resolver
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


class Failing(Resolver):
    """Fails once, then answers."""

    def __init__(self) -> None:
        self.answers = [FOUND, Answer(status=Status.SERVFAIL)]

    @override
    async def resolve(self, question: Question) -> Answer:
        return self.answers.pop()


async def test_within_the_budget_answers_come_through() -> None:
    assert await BoundedResolver(Slow(0), SystemClock({}), 3_000).resolve(ASKED) == FOUND


async def test_questions_one_after_the_other_share_one_budget() -> None:
    inner = Slow(0.04)
    bounded = BoundedResolver(inner, SystemClock({}), 100)
    answers = [await bounded.resolve(Question(name=f"{one}.test", rrtype=RRType.TXT)) for one in range(6)]
    assert answers[0] == FOUND
    assert {answer.status for answer in answers[3:]} == {Status.TIMEOUT}
    assert inner.asked < 6


async def test_what_was_answered_once_is_answered_after_the_deadline_too() -> None:
    inner = Slow(0)
    bounded = BoundedResolver(inner, SystemClock({}), 50)
    assert await bounded.resolve(ASKED) == FOUND
    await asyncio.sleep(0.06)
    assert await bounded.resolve(ASKED) == bounded.kept(ASKED) == FOUND
    assert (await bounded.resolve(Question(name="else.test", rrtype=RRType.TXT))).status is Status.TIMEOUT
    assert inner.asked == 1


async def test_a_failure_is_asked_again() -> None:
    inner = Failing()
    bounded = BoundedResolver(inner, SystemClock({}), 3_000)
    assert [(await bounded.resolve(ASKED)).status for _ in range(2)] == [Status.SERVFAIL, Status.OK]
