"""Evaluations side by side: what is kept is answered at once, what is not is asked for together."""

import asyncio

import pytest

from frankmark.foundation.dns import Answer, Lookup, Question, RRType, Status
from frankmark.foundation.errors import Malformed
from frankmark.ports.resolver import Resolver
from frankmark.services.driving import Driven, Recall, asked, finish
from frankmark.services.reasons import ServiceReason

FOUND = Answer(status=Status.OK, texts=((b"x",),))


def question(name: str) -> Question:
    return Question(name=name, rrtype=RRType.TXT)


class Meeting(Resolver):
    """Keeps some answers; answers the rest once so many are asked for at the same time."""

    def __init__(self, *kept: str, together: int = 1) -> None:
        self._kept = {question(name) for name in kept}
        self._barrier = asyncio.Barrier(together)
        self.asked: list[str] = []

    async def resolve(self, asked_for: Question) -> Answer:
        self.asked.append(asked_for.name)
        async with asyncio.timeout(5):
            await self._barrier.wait()
        return FOUND

    def kept(self, asked_for: Question) -> Answer | None:
        return FOUND if asked_for in self._kept else None


def evaluation(*names: str) -> Lookup[list[bytes]]:
    found = []
    for name in names:
        answer = yield question(name)
        found.extend(answer.joined)
    return found


async def test_what_is_kept_needs_nobody_and_is_done_before_anything_is_awaited():
    resolver = Meeting("a.test", "b.test")
    driven = Driven(evaluation("a.test", "b.test"), resolver)
    assert not driven.waiting
    assert driven.result == [b"x", b"x"]
    await finish(driven)
    assert resolver.asked == []


async def test_an_evaluation_that_asks_nothing_has_its_result():
    assert Driven(evaluation(), Meeting()).result == []


async def test_what_is_not_kept_is_asked_side_by_side():
    resolver = Meeting("a.test", together=3)
    driven = [Driven(evaluation("a.test", f"{number}.test"), resolver) for number in range(3)]
    assert all(each.waiting for each in driven)
    await finish(*driven)
    assert sorted(resolver.asked) == ["0.test", "1.test", "2.test"]
    assert [each.result for each in driven] == [[b"x", b"x"]] * 3


async def test_after_an_answer_that_was_awaited_the_kept_ones_go_on_at_once():
    resolver = Meeting("b.test", "c.test")
    driven = Driven(evaluation("a.test", "b.test", "c.test"), resolver)
    await finish(driven)
    assert (resolver.asked, driven.result) == (["a.test"], [b"x"] * 3)


async def test_a_question_asked_beforehand_brings_its_answer():
    driven = Driven(asked(question("a.test")), Meeting())
    await finish(driven)
    assert driven.result == FOUND


async def test_what_an_evaluation_raises_is_raised():
    def broken() -> Lookup[None]:
        yield question("a.test")
        raise Malformed(ServiceReason.NOT_FOUND, "broken")

    with pytest.raises(Malformed):
        Driven(broken(), Meeting("a.test"))
    with pytest.raises(Malformed):
        await finish(Driven(broken(), Meeting()))


async def test_a_resolver_that_keeps_nothing_says_so():
    class Plain(Resolver):
        async def resolve(self, _question: Question) -> Answer:
            return FOUND

    assert Plain().kept(question("a.test")) is None
    driven = Driven(evaluation("a.test", "b.test"), Plain())
    await finish(driven)
    assert driven.result == [b"x", b"x"]


class Keeping(Resolver):
    """Keeps the answers that it is given."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = {question(f"{name}.test"): answer for name, answer in answers.items()}

    async def resolve(self, asked_for: Question) -> Answer:
        return self.answers[asked_for]

    def kept(self, asked_for: Question) -> Answer | None:
        return self.answers.get(asked_for)


def other() -> Answer:
    return Answer(status=Status.OK, texts=((b"y",),))


def test_an_evaluation_is_driven_once_for_the_same_answers():
    recall, resolver = Recall(), Keeping(a=FOUND, b=FOUND)
    first = recall.driven("key", lambda: evaluation("a.test", "b.test"), resolver)
    assert recall.driven("key", lambda: evaluation("never asked"), resolver) is first
    assert recall.driven("another key", lambda: evaluation("a.test"), resolver).result == [b"x"]


@pytest.mark.parametrize("changed", ["a", "b"])
def test_another_answer_is_another_evaluation(changed):
    recall, resolver = Recall(), Keeping(a=FOUND, b=FOUND)
    recall.driven("key", lambda: evaluation("a.test", "b.test"), resolver)
    resolver.answers[question(f"{changed}.test")] = other()
    again = recall.driven("key", lambda: evaluation("a.test", "b.test"), resolver)
    assert sorted(again.result) == [b"x", b"y"]


async def test_an_answer_that_is_kept_no_longer_is_asked_for_again():
    recall, resolver = Recall(), Keeping(a=FOUND)
    recall.driven("key", lambda: evaluation("a.test"), resolver)
    resolver.answers.clear()
    again = recall.driven("key", lambda: evaluation("a.test"), resolver)
    assert again.waiting
    resolver.answers[question("a.test")] = other()
    await finish(again)
    assert again.result == [b"y"]


def test_an_evaluation_under_way_is_nobody_elses():
    recall, resolver = Recall(), Meeting()
    first = recall.driven("key", lambda: evaluation("a.test"), resolver)
    assert first.waiting
    assert recall.driven("key", lambda: evaluation("a.test"), resolver) is not first


async def test_what_was_asked_for_counts_as_met_too():
    recall, resolver = Recall(), Keeping()
    first = recall.driven("key", lambda: evaluation("a.test"), resolver)
    resolver.answers[question("a.test")] = FOUND
    await finish(first)
    assert recall.driven("key", lambda: evaluation("a.test"), resolver) is first
    resolver.answers[question("a.test")] = other()
    assert recall.driven("key", lambda: evaluation("a.test"), resolver).result == [b"y"]


def test_the_least_recently_used_is_forgotten_first():
    recall, resolver = Recall(capacity=1), Keeping(a=FOUND)
    first = recall.driven("key", lambda: evaluation("a.test"), resolver)
    recall.driven("another", lambda: evaluation("a.test"), resolver)
    assert recall.driven("key", lambda: evaluation("a.test"), resolver) is not first
