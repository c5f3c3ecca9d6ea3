"""The laws of `TreeStore` and `SignerStore`, shown by SQLite and by the twins alike."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.sqlite import log_names
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.errors import Refused
from frankmark.foundation.merkle import EMPTY_ROOT, leaf_hash
from frankmark.foundation.tiles import Frontier
from frankmark.ports.log import Batch, LogState, LogStoreReason, NewRow, SignerStore, Swap, TreeHead, TreeStore

ORIGIN = "node.example.net/log"
OTHER = "node.example.net/log2"


def row(number: int, *, key: bytes = b"", attachment: bytes = b"") -> NewRow:
    data = f"leaf {number} ".encode() * (1 + number % 40)
    return NewRow(data=data, digest=sha256(data).digest(), leaf=leaf_hash(data), key=key, attachment=attachment)


def keyed(number: int) -> NewRow:
    return row(number, key=sha256(b"key %d" % number).digest(), attachment=b"beside %d" % number)


class Grower:
    """Stages and publishes rows on one log."""

    def __init__(self, store: TreeStore, origin: str = ORIGIN) -> None:
        self.store = store
        self.origin = origin
        self.frontier = Frontier()

    @property
    def head(self) -> TreeHead:
        return TreeHead(size=self.frontier.size, root=self.frontier.root)

    def batch(self, rows: list[NewRow]) -> tuple[Batch, Frontier]:
        grown, hashes = self.frontier.grow([one.leaf for one in rows])
        after = TreeHead(size=grown.size, root=grown.root)
        return Batch(origin=self.origin, before=self.head, after=after, rows=rows, hashes=hashes), grown

    async def stage(self, rows: list[NewRow]) -> None:
        batch, self.frontier = self.batch(rows)
        await self.store.stage(batch)

    async def add(self, rows: list[NewRow]) -> None:
        await self.stage(rows)
        await self.store.publish(self.origin, self.head, b"note %d" % self.head.size)


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TreeStore]:
    if request.param == "memory":
        yield MemoryTrees()
        return
    database = Database.open(tmp_path)
    yield SqliteTrees(database)
    database.close()


@pytest.fixture(params=["sqlite", "memory"])
async def signer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SignerStore]:
    if request.param == "memory":
        yield MemorySigner()
        return
    opened = SqliteSigner.open(tmp_path)
    yield opened
    opened.close()


async def test_a_log_that_nobody_began_has_the_default_state(store: TreeStore) -> None:
    assert await store.state(ORIGIN) == LogState()
    assert await store.origins() == []
    assert await store.rows(ORIGIN, 0, 10) == []
    assert await store.tile(ORIGIN, 0, 0) == b""
    assert await store.find(ORIGIN, bytes(32)) is None
    assert await store.find_keys(ORIGIN, []) == {}


async def test_what_is_staged_is_pending_until_it_is_published(store: TreeStore) -> None:
    grower = Grower(store)
    await grower.stage([row(0), row(1)])
    assert await store.state(ORIGIN) == LogState(pending=grower.head)
    assert await store.origins() == []
    assert await store.publish(ORIGIN, grower.head, b"note") == 1
    assert await store.state(ORIGIN) == LogState(published=grower.head, number=1, note=b"note")
    assert await store.origins() == [ORIGIN]
    assert await store.publish(ORIGIN, grower.head, b"a newer note") == 2
    assert (await store.state(ORIGIN)).note == b"a newer note"


async def test_a_batch_that_does_not_begin_where_the_tree_is_changes_nothing(store: TreeStore) -> None:
    grower = Grower(store)
    await grower.add([row(0)])
    stale, _ = Grower(store).batch([row(5)])
    elsewhere = Grower(store)
    elsewhere.frontier = Frontier(size=1, peaks=(bytes(32),))
    forked, _ = elsewhere.batch([row(5)])
    for wrong in (stale, forked):
        with pytest.raises(Refused) as caught:
            await store.stage(wrong)
        assert caught.value.code is LogStoreReason.HEAD_MOVED
    await grower.stage([row(1)])
    again, _ = grower.batch([row(2)])
    with pytest.raises(Refused):  # something is pending
        await store.stage(again)
    assert len(await store.rows(ORIGIN, 0, 10)) == 2
    assert await store.find(ORIGIN, row(5).digest) is None
    for wrong_head in (TreeHead(size=2, root=bytes(32)), TreeHead(size=3, root=grower.head.root)):
        with pytest.raises(Refused) as caught:
            await store.publish(ORIGIN, wrong_head, b"")
        assert caught.value.code is LogStoreReason.HEAD_MOVED
    assert (await store.state(ORIGIN)).pending == grower.head


async def test_of_two_that_stage_at_once_one_succeeds(store: TreeStore) -> None:
    await Grower(store).add([row(0)])
    grower = Grower(store)
    grower.frontier, _ = Frontier().grow([row(0).leaf])
    batches = [grower.batch([row(number)])[0] for number in range(1, 9)]
    outcomes = await asyncio.gather(*(store.stage(batch) for batch in batches), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert len(await store.rows(ORIGIN, 0, 10)) == 2


@pytest.mark.parametrize("steps", [[1] * 20, [255, 1, 1], [256, 256], [300, 700, 5], [3, 600, 600, 1]])
async def test_rows_tiles_and_names_of_a_growing_tree(store: TreeStore, steps: list[int]) -> None:
    grower, other = Grower(store), Grower(store, OTHER)
    rows: list[NewRow] = []
    for step in steps:
        more = [keyed(number) for number in range(len(rows), len(rows) + step)]
        rows += more
        await grower.add(more)
    await other.add([row(1_000_000)])
    size = len(rows)
    found = await store.rows(ORIGIN, 0, size + 10)
    assert [(one.index, one.data, one.leaf, one.attachment) for one in found] == [
        (index, one.data, one.leaf, one.attachment) for index, one in enumerate(rows)
    ]
    for start, stop in ((0, 0), (size - 1, size), (size // 3, size // 2), (min(255, size), min(258, size))):
        assert [one.index for one in await store.rows(ORIGIN, start, stop)] == list(range(start, stop))
    levels = Frontier().grow([one.leaf for one in rows])[1]
    for level, hashes in enumerate(levels):
        for tile in range(-(-len(hashes) // 256) + 1):
            assert await store.tile(ORIGIN, level, tile) == b"".join(hashes[tile * 256 : (tile + 1) * 256])
    for index in range(0, size, 17):
        assert await store.find(ORIGIN, rows[index].digest) == index
        assert await store.find(OTHER, rows[index].digest) is None
    wanted = [one.key for one in rows[::13]]
    assert await store.find_keys(ORIGIN, [*wanted, bytes(32)]) == {key: at * 13 for at, key in enumerate(wanted)}
    assert await store.find_keys(OTHER, wanted) == {}


async def test_of_leaves_with_the_same_data_the_first_is_found(store: TreeStore) -> None:
    grower = Grower(store)
    await grower.add([row(0), row(1), row(1)])
    await grower.add([row(1)])
    assert await store.find(ORIGIN, row(1).digest) == 1


async def test_an_attachment_is_replaced_and_nothing_else(store: TreeStore) -> None:
    grower = Grower(store)
    await grower.add([keyed(0), row(1)])
    assert await store.replace_attachment(ORIGIN, 0, b"erased")
    assert not await store.replace_attachment(ORIGIN, 1, b"erased")
    assert not await store.replace_attachment(ORIGIN, 9, b"erased")
    first, second = await store.rows(ORIGIN, 0, 2)
    assert (first.data, first.leaf, first.attachment) == (keyed(0).data, keyed(0).leaf, b"erased")
    assert second.attachment == b""


def files(folder: Path) -> list[tuple[str, bytes]]:
    found = [(path.name, path.read_bytes()) for path in folder.iterdir()]
    assert {"frankmark.db", "frankmark.db-wal"} <= {name for name, _ in found}
    return found


async def test_what_was_erased_is_in_no_file_any_more(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    store = SqliteTrees(database)
    secret = b"a secret that must go " * 400
    await Grower(store).add([row(0, attachment=secret), row(1, attachment=b"short secret, also to go")])
    assert await store.replace_attachment(ORIGIN, 0, b"gone")
    assert await store.replace_attachment(ORIGIN, 1, b"gone")
    await database.write(lambda c: c.execute("SELECT 1").fetchall())  # the log is emptied behind the answer
    await database.write(lambda c: c.execute("SELECT 1").fetchall())
    assert not [name for name, octets in files(tmp_path) if b"a secret that must go" in octets or b"to go" in octets]
    database.close()


async def test_names_that_wait_and_names_that_were_swept_are_found_alike(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    store = SqliteTrees(database)
    grower = Grower(store)
    count = log_names.WAITING // 2 + 6_000
    rows = [keyed(number) for number in range(count)]
    for start in range(0, count, 4_096):
        await grower.add(rows[start : start + 4_096])
    swept = database.read("SELECT count(*) FROM log_names")[0][0]
    assert swept + len(store._logs[ORIGIN].names.waiting) == 2 * count
    assert log_names.WAITING * 0.9 < len(store._logs[ORIGIN].names.waiting) < log_names.WAITING + 2 * 4_096
    sample = [*range(0, count, 499), count - 1]
    for _ in range(2):
        for index in sample:
            assert await store.find(ORIGIN, rows[index].digest) == index
        keys = [rows[index].key for index in sample]
        assert await store.find_keys(ORIGIN, keys) == dict(zip(keys, sample, strict=True))
        await grower.add([keyed(grower.head.size)])
        database.close()
        database = Database.open(tmp_path)
        store = SqliteTrees(database)
        grower.store = store
    database.close()


A, B, C = (TreeHead(size=size, root=sha256(b"%d" % size).digest()) for size in (0, 5, 9))


async def test_a_signer_moves_only_from_what_it_signed_last(signer: SignerStore) -> None:
    assert await signer.last("log", ORIGIN) is None
    await signer.swap([Swap(signer="log", origin=ORIGIN, expected=None, head=A)])
    assert await signer.last("log", ORIGIN) == A
    assert await signer.last("log", OTHER) is None
    assert await signer.last("witness", ORIGIN) is None
    for expected in (None, B):
        with pytest.raises(Refused) as caught:
            await signer.swap([Swap(signer="log", origin=ORIGIN, expected=expected, head=C)])
        assert caught.value.code is LogStoreReason.SIGNER_MOVED
    await signer.swap([Swap(signer="log", origin=ORIGIN, expected=A, head=B)])
    assert await signer.last("log", ORIGIN) == B


async def test_signers_move_together_or_not_at_all(signer: SignerStore) -> None:
    await signer.swap([Swap(signer=name, origin=ORIGIN, expected=None, head=A) for name in ("log", "witness")])
    with pytest.raises(Refused):
        await signer.swap(
            [
                Swap(signer="log", origin=ORIGIN, expected=A, head=B),
                Swap(signer="witness", origin=ORIGIN, expected=C, head=B),
            ]
        )
    assert await signer.last("log", ORIGIN) == A
    assert await signer.last("witness", ORIGIN) == A


async def test_of_two_signers_that_move_at_once_one_succeeds(signer: SignerStore) -> None:
    heads = [TreeHead(size=size, root=EMPTY_ROOT) for size in range(8)]
    swaps = [signer.swap([Swap(signer="log", origin=ORIGIN, expected=None, head=head)]) for head in heads]
    outcomes = await asyncio.gather(*swaps, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert await signer.last("log", ORIGIN) in heads
