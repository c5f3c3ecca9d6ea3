"""One log code for every log: append, integrate, sign, prove; and what happens when a store fails on the way."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.system.tiles import TileFolder
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.foundation.merkle import EMPTY_ROOT, leaf_hash, root, verify_consistency, verify_inclusion
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.log import LogStoreReason, TreeHead
from frankmark.services.log_reasons import LogReason
from frankmark.services.transparency import NewLeaf

FULL = Unavailable(StoreReason.STORE_FULL, "switched")


def leaf(number: int, key: str = "") -> NewLeaf:
    return NewLeaf(data=b"leaf %d" % number, key=key, attachment=b"beside" if key else b"")


def leaves(*numbers: int) -> list[NewLeaf]:
    return [leaf(number, f"key {number}") for number in numbers]


async def test_a_new_log_begins_with_the_signed_empty_tree(bench) -> None:
    log = await bench.opened()
    assert (log.head.size, log.head.root, log.head.number) == (0, EMPTY_ROOT, 1)
    signed = SignedCheckpoint.parse(log.head.note)
    key, witnesses = log.keys
    assert signed.verify(log.origin, [key], witnesses, 1) == {witnesses[0]: bench.clock.ms // 1000}
    again = await bench.opened()
    assert again.head == log.head, "nothing is signed twice"


async def test_what_append_answers_is_in_the_head(bench) -> None:
    log = await bench.opened()
    first = await log.append(leaves(0, 1, 2))
    assert [(one.index, one.replayed) for one in first] == [(0, False), (1, False), (2, False)]
    (last,) = await log.append(leaves(3))
    assert (last.index, last.head) == (3, log.head)
    assert log.head.root == root([leaf_hash(b"leaf %d" % number) for number in range(4)])
    assert await log.append([]) == []
    for number in range(4):
        row = await log.row(number)
        assert (row.data, row.attachment) == (b"leaf %d" % number, b"beside")
        assert await log.find_key(f"key {number}") == number
        proof = await log.prove(number, b"for the application")
        key, witnesses = log.keys
        parsed = TlogProof.parse(proof.render())
        assert parsed.verify(leaf_hash(row.data), origin=log.origin, log_keys=[key], witnesses=witnesses, quorum=1)
    assert await log.find_key("unknown") is None
    assert await log.find(bytes(32)) is None


async def test_a_key_leads_to_one_leaf_for_ever(bench) -> None:
    log = await bench.opened()
    once = await log.append(leaves(0, 1))
    same = await log.append([leaf(1, "key 1"), leaf(7, "key 0"), leaf(8, "key 8"), leaf(9, "key 8")])
    assert [(one.index, one.replayed) for one in same] == [(1, True), (0, True), (2, False), (2, True)]
    assert same[1].leaf == once[0].leaf, "the leaf that stands there, not the one that was asked for"
    assert log.head.size == 3
    number = log.head.number
    assert (await log.append(leaves(0)))[0].replayed
    assert log.head.number == number, "nothing new, no new head"


async def test_without_keys_the_same_leaf_is_appended_again(bench) -> None:
    log = await bench.opened()
    assert [one.index for one in await log.append([leaf(1), leaf(1)])] == [0, 1]


async def test_callers_at_once_share_heads_and_each_gets_its_own_places(bench) -> None:
    log = await bench.opened()

    async def call(caller: int) -> list[tuple[int, int]]:
        places = []
        for turn in range(5):
            numbers = [caller * 100 + turn * 10 + part for part in range(1 + caller % 3)]
            done = await log.append(leaves(*numbers))
            places += [(one.index, number) for one, number in zip(done, numbers, strict=True)]
        return places

    places = [place for own in await asyncio.gather(*(call(caller) for caller in range(60))) for place in own]
    assert sorted(index for index, _ in places) == list(range(len(places)))
    assert log.head.size == len(places)
    assert log.head.number < len(places) // 4, "many callers, few heads"
    for index, number in random.Random(1).sample(places, 50):
        assert (await log.row(index)).data == b"leaf %d" % number
        path = await log.inclusion(index, log.head.size)
        verify_inclusion(leaf_hash(b"leaf %d" % number), index, log.head.size, path, log.head.root)


async def test_the_same_key_from_callers_at_once_is_one_leaf(bench) -> None:
    log = await bench.opened()
    done = await asyncio.gather(*(log.append([leaf(number, "the key")]) for number in range(20)))
    assert {one.index for (one,) in done} == {0}
    assert [one.replayed for (one,) in done].count(False) == 1
    assert log.head.size == 1


async def test_a_caller_that_goes_away_disturbs_nobody(bench) -> None:
    log = await bench.opened()
    tasks = [asyncio.create_task(log.append(leaves(number))) for number in range(10)]
    await asyncio.sleep(0)
    tasks[4].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(done[4], asyncio.CancelledError)
    assert sum(isinstance(one, list) for one in done) == 9
    assert (await log.append(leaves(10)))[0].index == log.head.size - 1


async def test_limits(twins) -> None:
    log = await twins.opened()
    for wrong, code in (
        ([leaf(0)] * 8_193, LogReason.TOO_MANY_LEAVES),
        ([NewLeaf(data=bytes(65_536))], LogReason.LEAF_TOO_LARGE),
        ([NewLeaf(data=b"", attachment=bytes(1_048_577))], LogReason.LEAF_TOO_LARGE),
    ):
        with pytest.raises(Refused) as caught:
            await log.append(wrong)
        assert caught.value.code is code
    assert (await log.append([NewLeaf(data=bytes(65_535), attachment=bytes(1_048_576))]))[0].index == 0
    assert [one.index for one in await log.append([leaf(0)] * 8_192)] == list(range(1, 8_193))
    waiting = [asyncio.create_task(log.append([leaf(0)] * 8_192)) for _ in range(18)]
    done = await asyncio.gather(*waiting, return_exceptions=True)
    busy = [one for one in done if isinstance(one, Unavailable)]
    assert {one.code for one in busy} == {LogReason.LOG_BUSY}
    assert len(busy) == 2
    assert log.head.size == 8_193 + 16 * 8_192


async def test_questions_beyond_the_head(bench) -> None:
    log = await bench.opened()
    await log.append(leaves(0, 1, 2))
    for wrong in (
        log.row(3),
        log.row(-1),
        log.rows(2, 1),
        log.inclusion(3, 3),
        log.inclusion(0, 4),
        log.inclusion(-1, 2),
        log.consistency(2, 1),
        log.consistency(1, 4),
        log.consistency(-1, 2),
        log.replace_attachment(3, b""),
        log.prove(3),
    ):
        with pytest.raises(Refused) as caught:
            await wrong
        assert caught.value.code is LogReason.LOG_RANGE
    assert await log.consistency(0, 3) == []
    assert await log.consistency(0, 0) == []
    assert await log.rows(3, 3) == []


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
async def test_a_tlog_tiles_client_reads_the_whole_log(bench, tmp_path: Path, size: int) -> None:
    log = await bench.opened()
    roots = {0: EMPTY_ROOT}
    for start in range(0, size, 97):
        await log.append([leaf(number) for number in range(start, min(size, start + 97))])
        roots[log.head.size] = log.head.root
    folder = TileFolder(tmp_path / "export")
    for _ in range(2):  # a second export changes nothing
        async for path, octets in log.export():
            folder.write(path, octets)
            assert await log.resource(path) == octets
    reader = TilesReader(LocalBackend(tmp_path / "export"))
    checkpoint = reader.get_checkpoint()
    key, witnesses = log.keys
    for vkey in (key, *witnesses):
        checkpoint.verify(Vkey.from_string(str(vkey)))
    assert (checkpoint.size, checkpoint.root_hash) == (size, log.head.root)
    assert reader.calculate_root_hash() == log.head.root
    for index in {0, size // 2, size - 1}:
        assert reader.get_entry(index) == b"leaf %d" % index
        assert reader.get_inclusion_proof(index, size).node_hashes == await log.inclusion(index, size)
    del roots[0]
    for old, old_root in roots.items():
        path = await log.consistency(old, size)
        assert reader.get_consistency_proof(old, size).node_hashes == path
        verify_consistency(old, size, path, old_root, log.head.root)


async def test_resources_are_served_as_wide_as_the_head_and_no_wider(bench) -> None:
    log = await bench.opened()
    assert await log.resource("tile/0/000.p/1") is None
    await log.append([leaf(number) for number in range(300)])
    full = await log.resource("tile/0/000")
    assert full is not None
    assert len(full) == 8_192
    assert await log.resource("tile/0/000.p/10") == full[:320]
    assert len(await log.resource("tile/0/001.p/44") or b"") == 44 * 32
    assert len(await log.resource("tile/1/000.p/1") or b"") == 32
    for missing in (
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/2/000.p/1",
        "tile/63/000.p/1",
    ):
        assert await log.resource(missing) is None
    for missing in ("tile/entries/001", "tile/entries/002.p/1", "", "/checkpoint", "tile/0/0", "favicon.ico"):
        assert await log.resource(missing) is None
    assert await log.resource("tile/entries/001.p/1") == b"\0\x08leaf 256"
    assert await log.resource("checkpoint") == log.head.note


async def test_the_stream_brings_what_is_there_and_what_comes(bench) -> None:
    log = await bench.opened()
    await log.append([leaf(number) for number in range(600)])
    seen: list[int] = []
    stream = log.stream(5)
    while len(seen) < 595:
        row = await anext(stream)
        assert row.data == b"leaf %d" % row.index
        seen.append(row.index)
    coming = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    assert not coming.done()
    await log.append([leaf(600), leaf(601)])
    seen += [(await coming).index, (await anext(stream)).index]
    assert seen == list(range(5, 602))
    ending = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    await log.close()
    with pytest.raises(StopAsyncIteration):
        await ending
    with pytest.raises(Refused) as caught:
        await log.append(leaves(1))
    assert caught.value.code is LogReason.LOG_CLOSED


STEPS = [("trees", "stage"), ("signer", "swap"), ("trees", "publish")]
FAILURES = ["refuse", "lose_answer"]


@pytest.mark.parametrize(("store", "method"), STEPS, ids=[method for _, method in STEPS])
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("restart", ["goes-on", "restarts"])
async def test_a_store_that_fails_at_any_step_loses_nothing_and_forks_nothing(
    twins, store: str, method: str, failure: str, restart: str
) -> None:
    log = await twins.opened()
    await log.append(leaves(0, 1))
    before = log.head
    getattr(getattr(twins, store).switches, failure)(method, FULL)
    with pytest.raises(Unavailable) as caught:
        await log.append(leaves(2, 3))
    assert caught.value is FULL
    assert log.head == before or failure == "lose_answer"
    if restart == "restarts":
        log = await twins.opened()
        assert log.refusal is None
    done = await log.append(leaves(2, 3, 4))
    # Whether the failed ones had come in already or not: the same keys, the same places, each once.
    assert [one.index for one in done] == [2, 3, 4]
    assert (method, failure) == ("stage", "refuse") or [one.replayed for one in done] == [True, True, False]
    assert log.head.size == 5
    assert await log.last_signed() == TreeHead(size=5, root=log.head.root)
    verify_consistency(2, 5, await log.consistency(2, 5), before.root, log.head.root)


async def test_a_batch_that_was_staged_before_a_crash_is_signed_at_the_next_start(twins) -> None:
    log = await twins.opened()
    twins.signer.switches.refuse("swap", FULL)
    with pytest.raises(Unavailable):
        await log.append(leaves(0, 1))
    again = await twins.opened()
    assert again.head.size == 2
    assert await again.last_signed() == TreeHead(size=2, root=again.head.root)


async def test_everyone_who_waits_learns_of_the_failure_and_the_next_go_on(twins) -> None:
    log = await twins.opened()
    twins.trees.switches.refuse("stage", FULL)
    first = asyncio.create_task(log.append(leaves(0)))
    await asyncio.sleep(0)
    done = await asyncio.gather(first, *(log.append(leaves(number)) for number in range(1, 5)), return_exceptions=True)
    assert any(isinstance(one, Unavailable) for one in done)
    assert (await log.append(leaves(0, 1, 2, 3, 4)))[4].head.size == 5


async def test_a_failure_that_is_no_error_of_ours_is_told_too(twins) -> None:
    log = await twins.opened()
    twins.trees.switches.refuse("stage", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await log.append(leaves(0))
    assert (await log.append(leaves(0)))[0].index == 0


async def test_a_restored_backup_signs_nothing(make_bench: Callable) -> None:
    signer, trees, restored = MemorySigner(), MemoryTrees(), MemoryTrees()
    log, backup = await make_bench(trees, signer).opened(), await make_bench(restored, MemorySigner()).opened()
    await backup.append(leaves(0, 1))
    await log.append(leaves(0, 1))
    await log.append(leaves(2, 3, 4))
    rolled_back = await make_bench(restored, signer).opened()
    assert rolled_back.refusal is not None
    assert rolled_back.refusal.code is LogReason.LOG_ROLLED_BACK
    with pytest.raises(Refused) as caught:
        await rolled_back.append(leaves(9))
    assert caught.value.code is LogReason.LOG_ROLLED_BACK
    assert rolled_back.head == backup.head, "it still answers"
    assert (await rolled_back.row(1)).data == b"leaf 1"
    assert await rolled_back.last_signed() == TreeHead(size=5, root=log.head.root)


async def test_a_log_without_the_memory_of_what_was_signed_signs_nothing(make_bench: Callable) -> None:
    trees = MemoryTrees()
    await (await make_bench(trees, MemorySigner()).opened()).append(leaves(0))
    assert (await make_bench(trees, MemorySigner()).opened()).refusal is not None


async def test_a_memory_without_its_log_signs_nothing(make_bench: Callable) -> None:
    signer = MemorySigner()
    await (await make_bench(MemoryTrees(), signer).opened()).append(leaves(0))
    assert (await make_bench(MemoryTrees(), signer).opened()).refusal is not None


async def test_another_history_of_the_same_size_signs_nothing(make_bench: Callable) -> None:
    signer, fork = MemorySigner(), MemoryTrees()
    await (await make_bench(MemoryTrees(), signer).opened()).append(leaves(0, 1))
    await (await make_bench(fork, MemorySigner()).opened()).append(leaves(5, 6))
    assert (await make_bench(fork, signer).opened()).refusal is not None


async def test_a_log_whose_signer_was_moved_by_another_process_signs_nothing_more(twins) -> None:
    log, other = await twins.opened(), await twins.opened()
    await log.append(leaves(0))
    with pytest.raises(Refused) as caught:
        await other.append(leaves(1))
    assert caught.value.code is LogStoreReason.HEAD_MOVED


async def test_keys_that_remember_different_heads_sign_nothing(make_bench: Callable) -> None:
    signer, trees = MemorySigner(), MemoryTrees()
    log = await make_bench(trees, signer).opened()
    await log.append(leaves(0))
    signer._signed["4:witness.example.net/2", log.origin] = TreeHead(size=9, root=bytes(32))
    refusal = (await make_bench(trees, signer).opened()).refusal
    assert refusal is not None
    assert refusal.code is LogReason.LOG_ROLLED_BACK


async def test_a_new_witness_key_joins_and_the_log_goes_on(twins) -> None:
    await (await twins.opened()).append(leaves(0))
    log = await twins.opened(witnesses=(2, 3))
    assert log.refusal is None
    await log.append(leaves(1))
    key, witnesses = log.keys
    assert len(SignedCheckpoint.parse(log.head.note).verify(log.origin, [key], witnesses, 2)) == 2


async def test_a_new_log_key_is_bound_by_what_the_old_one_signed(twins) -> None:
    await (await twins.opened()).append(leaves(0))
    log = await twins.opened(seed=9)
    assert log.refusal is None
    assert (await log.append(leaves(1)))[0].index == 1


async def test_a_tree_that_is_not_the_signed_one_is_damage(twins) -> None:
    log = await twins.opened()
    await log.append(leaves(0, 1, 2))
    stored = twins.trees._logs[log.origin]
    stored.levels[0][1] = bytes(32)
    with pytest.raises(Damaged):
        await twins.opened()


async def test_leaves_and_tiles_that_changed_are_never_served(twins) -> None:
    log = await twins.opened()
    await log.append(leaves(0, 1, 2))
    stored = twins.trees._logs[log.origin]
    stored.rows[1].data = b"another"
    with pytest.raises(Damaged):
        await log.row(1)
    assert (await log.row(0)).data == b"leaf 0"
    del stored.rows[2]
    with pytest.raises(Damaged):
        await log.rows(0, 3)
    stored.levels[0].pop()
    with pytest.raises(Damaged):
        await log.resource("tile/0/000.p/3")


async def test_logs_of_one_store_know_nothing_of_each_other(bench) -> None:
    one, two = await bench.opened("a/one"), await bench.opened("a/two")
    await asyncio.gather(one.append(leaves(0, 1)), two.append(leaves(0)))
    assert (one.head.size, two.head.size) == (2, 1)
    assert await two.find_key("key 1") is None
    assert sorted(await bench.trees.origins()) == ["a/one", "a/two"]
