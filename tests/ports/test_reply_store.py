"""The laws of `ReplyStore`, shown by SQLite and by its twin alike."""

from dataclasses import replace

import pytest

from frankmark.adapters.memory.records_replies import MemoryReplies
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.records_replies import SqliteReplies
from frankmark.ports.replies import Reply

REPLY = Reply(digest="d1", platform="telegram", due_ms=100, ends_ms=1_000, sealed=b"\x00sealed")


@pytest.fixture(params=["sqlite", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryReplies()
        return
    database = Database.open(tmp_path)
    yield SqliteReplies(database)
    database.close()


async def test_a_delivery_is_taken_once(store):
    assert not await store.taken("d1")
    assert await store.take("d1", 50, REPLY)
    assert await store.taken("d1")
    assert not await store.take("d1", 60, replace(REPLY, sealed=b"other"))
    assert list(await store.waiting(10)) == [REPLY]


async def test_a_delivery_may_have_no_answer(store):
    assert await store.take("d1", 50, None)
    assert await store.taken("d1")
    assert list(await store.waiting(10)) == []


async def test_what_waits_comes_in_the_order_of_its_time_and_in_parts(store):
    for digest, due in (("d3", 30), ("d1", 20), ("d2", 20)):
        await store.take(digest, 1, replace(REPLY, digest=digest, due_ms=due))
    assert [each.digest for each in await store.waiting(2)] == ["d1", "d2"]
    assert [each.digest for each in await store.waiting(9)] == ["d1", "d2", "d3"]


async def test_an_answer_is_claimed_once_until_it_is_put_back(store):
    await store.take("d1", 1, REPLY)
    assert await store.claim("d1")
    assert not await store.claim("d1")
    assert list(await store.waiting(10)) == []
    await store.postpone("d1", 500)
    assert list(await store.waiting(10)) == [replace(REPLY, due_ms=500, tries=1)]
    assert await store.claim("d1")


async def test_only_a_claimed_answer_is_put_back(store):
    await store.take("d1", 1, REPLY)
    await store.postpone("d1", 500)
    await store.postpone("nobody", 500)
    assert list(await store.waiting(10)) == [REPLY]


@pytest.mark.parametrize("claimed", [True, False])
async def test_a_dropped_answer_is_gone_and_its_delivery_stays_taken(store, claimed):
    await store.take("d1", 1, REPLY)
    if claimed:
        await store.claim("d1")
    await store.drop("d1")
    await store.drop("d1")
    assert not await store.claim("d1")
    assert list(await store.waiting(10)) == []
    assert await store.taken("d1")
    assert not await store.take("d1", 2, REPLY)


async def test_nobody_claims_what_is_not_there(store):
    assert not await store.claim("d1")


async def test_claimed_answers_are_forgotten_and_the_others_wait_on(store):
    for digest in ("d1", "d2", "d3"):
        await store.take(digest, 1, replace(REPLY, digest=digest))
    await store.claim("d1")
    await store.claim("d3")
    assert await store.forget_claimed() == 2
    assert [each.digest for each in await store.waiting(10)] == ["d2"]
    assert await store.forget_claimed() == 0
    assert await store.taken("d1")


async def test_old_deliveries_are_forgotten_unless_their_answer_waits(store):
    await store.take("d1", 10, None)
    await store.take("d2", 10, replace(REPLY, digest="d2"))
    await store.take("d3", 20, None)
    assert await store.forget_taken(20) == 1
    assert [await store.taken(each) for each in ("d1", "d2", "d3")] == [False, True, True]
    await store.drop("d2")
    assert await store.forget_taken(20) == 1


async def test_what_was_done_is_still_done_after_a_new_start(tmp_path):
    database = Database.open(tmp_path)
    await SqliteReplies(database).take("d1", 1, REPLY)
    await SqliteReplies(database).take("d2", 1, replace(REPLY, digest="d2"))
    await SqliteReplies(database).claim("d2")
    database.close()
    database = Database.open(tmp_path)
    again = SqliteReplies(database)
    assert list(await again.waiting(10)) == [REPLY]
    assert not await again.claim("d2")
    assert await again.forget_claimed() == 1
    database.close()
