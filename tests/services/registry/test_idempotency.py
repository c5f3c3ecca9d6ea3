"""A request that is sent again is answered once."""

import asyncio

import pytest

from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.services.idempotency import Idempotency
from frankmark.services.reasons import ServiceReason


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    async def __call__(self) -> bytes:
        await asyncio.sleep(0)
        self.done += 1
        return b"answer %d" % self.done


async def test_the_same_request_again_gets_the_same_answer(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()
    answers = [await room.once("key_1 POST /api/stamps", "k", b"{}", work) for _ in range(3)]
    assert answers == [b"answer 1"] * 3
    again = Idempotency(house.store, house.clock)
    assert await again.once("key_1 POST /api/stamps", "k", b"{}", work) == b"answer 1"
    assert work.done == 1


async def test_many_at_once_do_the_work_once(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()
    answers = await asyncio.gather(*(room.once("s", "k", b"{}", work) for _ in range(20)))
    assert set(answers) == {b"answer 1"}
    assert room._turns == {}


async def test_another_caller_may_use_the_same_key(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()
    assert await room.once("key_1", "k", b"{}", work) == b"answer 1"
    assert await room.once("key_2", "k", b"{}", work) == b"answer 2"


async def test_another_request_under_the_same_key_is_refused(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()
    await room.once("s", "k", b"{}", work)
    with pytest.raises(Refused) as raised:
        await room.once("s", "k", b'{"domain":"x"}', work)
    assert raised.value.code is ServiceReason.IDEMPOTENCY_CONFLICT
    assert work.done == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "é", "a\n"])
async def test_a_key_is_short_and_printable(house, key: str) -> None:
    with pytest.raises(Refused) as raised:
        await Idempotency(house.store, house.clock).once("s", key, b"", Work())
    assert raised.value.code is ServiceReason.VALIDATION_FAILED


async def test_work_that_fails_is_done_again(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()

    async def failing() -> bytes:
        raise Unavailable(StoreReason.STORE_FULL, "")

    with pytest.raises(Unavailable):
        await room.once("s", "k", b"{}", failing)
    assert await room.once("s", "k", b"{}", work) == b"answer 1"


async def test_an_answer_is_forgotten_with_the_rest(house) -> None:
    room, work = Idempotency(house.store, house.clock), Work()
    await room.once("s", "k", b"{}", work)
    await house.store.sweep(house.clock.now_ms() + 1)
    assert await room.once("s", "k", b"{}", work) == b"answer 2"
