"""Power cuts and full disks: a storage layer that drops every write that was not synced, cut at each operation in turn.

The disk's failing is told to SQLite as an I/O error and to us as whatever we make of it; then the power is off, what
was not synced is gone, and the log is started again on what is left.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.encoding import b64_decode
from frankmark.foundation.errors import Error, Unavailable
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.ports.durability import StoreReason
from frankmark.services.log_audit import audit_log
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import NewLeaf, TransparencyLog

ORIGIN = "node.example.net/securestamp-main"
KEY = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(b"\1" * 32))
WITNESS = NoteSigner("node.example.net/witness", Ed25519PrivateKey.from_seed(b"\2" * 32), KeyType.COSIGNATURE)


class Clock:
    def now_ms(self) -> int:
        return 1_768_471_200_000

    def steady_ms(self) -> int:
        return 0


class Signatures:
    """A log key that tells a collector what it signs, whether or not it is ever published."""

    def __init__(self, key: NoteSigner, heads: dict[int, str]) -> None:
        self._key = key
        self._heads = heads
        self.verifier = key.verifier

    def sign(self, text: str, time_s: int = 0) -> object:
        line = self._key.sign(text, time_s)
        size, root = text.split("\n")[1:3]
        assert self._heads.setdefault(int(size), root) == root, "a fork was signed"
        return line


class Life:
    """One life of a log on a disk."""

    def __init__(self, folder: Path, heads: dict[int, str], vfs: str) -> None:
        self.database = Database.open(folder, vfs=vfs)
        self.signer = None
        try:
            self.signer = SqliteSigner.open(folder, vfs=vfs)
            self.trees = SqliteTrees(self.database)
            key = Signatures(KEY, heads)
            signer = HeadSigner(origin=ORIGIN, key=key, witnesses=(WITNESS,), store=self.signer, clock=Clock())
            self.log = TransparencyLog(self.trees, signer)
        except Error:
            self.end()
            raise

    def end(self) -> None:
        if self.signer is not None:
            with suppress(Exception):
                self.signer.close()
        self.database.close()


async def work(folder: Path, vfs: str, heads: dict[int, str], acknowledged: dict[str, int], run: str) -> None:
    """Start, append in a few batches, empty the log file in between, close."""
    life = Life(folder, heads, vfs)
    try:
        await life.log.open()
        for batch in range(4):
            names = [f"{run}/{batch}/{number}" for number in range(3)]
            done = await life.log.append([NewLeaf(data=n.encode() * 40, key=n, attachment=n.encode()) for n in names])
            acknowledged.update({name: one.index for name, one in zip(names, done, strict=True)})
            if batch % 2:
                await life.database.empty_log()
                await life.database.write(lambda c: c.execute("SELECT 1").fetchall())
    finally:
        await life.log.close()
        life.end()


async def compare(folder: Path, vfs: str, heads: dict[int, str], acknowledged: dict[str, int]) -> int:
    life = Life(folder, heads, vfs)
    await life.log.open()
    assert life.log.refusal is None
    head = life.log.head
    assert max(heads) == head.size, "a signed head is lost"
    for name, index in acknowledged.items():
        row = await life.log.row(index)
        assert (row.data, row.attachment, row.leaf) == (
            name.encode() * 40,
            name.encode(),
            leaf_hash(name.encode() * 40),
        )
        assert await life.log.find_key(name) == index
    for size, root in heads.items():
        assert (await life.log._reader.frontier(size)).root == b64_decode(root), "a signed head is no part of the log"
    assert (await audit_log(life.log, life.trees)).findings == ()
    await life.log.close()
    life.end()
    return head.size


@pytest.mark.row("L16")
@pytest.mark.parametrize("torn", [None, random.Random(7)], ids=["dropped", "torn"])
async def test_a_power_cut_at_each_operation_loses_nothing_and_forks_nothing(
    tmp_path: Path, new_disk: Callable[[], object], torn: object
) -> None:
    whole, sound = new_disk(), new_disk()
    (tmp_path / "whole").mkdir()
    await work(tmp_path / "whole", whole.name, {}, {}, "whole")
    assert whole.operations > 100
    for operation in range(1, whole.operations, 3 if torn else 1):
        folder = tmp_path / str(operation)
        folder.mkdir()
        heads: dict[int, str] = {}
        acknowledged: dict[str, int] = {}
        disk = new_disk()
        disk.fails_at = operation
        with suppress(Error):
            await work(folder, disk.name, heads, acknowledged, "first")
        disk.cut(torn)
        for leftover in folder.glob("*-shm"):  # shared memory ends with the power
            leftover.unlink()
        before = dict(acknowledged)
        size = await compare(folder, sound.name, heads, acknowledged)
        assert size >= len(before)
        await work(folder, sound.name, heads, acknowledged, "second")
        assert await compare(folder, sound.name, heads, acknowledged) >= len(before) + 12


@pytest.mark.row("L18")
async def test_a_full_disk_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(
    tmp_path: Path, new_disk: Callable[[], object]
) -> None:
    disk = new_disk()
    heads: dict[int, str] = {}
    acknowledged: dict[str, int] = {}
    life = Life(tmp_path, heads, disk.name)
    await life.log.open()

    async def append(name: str) -> None:
        leaf = NewLeaf(data=name.encode() * 40, key=name, attachment=name.encode())
        acknowledged[name] = (await life.log.append([leaf]))[0].index

    await append("0")
    disk.quota = sum(disk.sizes.values()) + 300_000
    problems = []
    for number in range(1, 200):
        try:
            await append(str(number))
        except Unavailable as problem:
            problems.append((problem.code, problem.retryable))
            if len(problems) > 5:
                break
    assert problems == [(StoreReason.STORE_FULL, True)] * 6
    assert len(acknowledged) > 3
    for name, index in acknowledged.items():
        assert (await life.log.row(index)).data == name.encode() * 40
    disk.quota = None
    for number in range(1, 60):
        await append(str(number))
    assert sorted(acknowledged.values()) == list(range(len(acknowledged)))
    await life.log.close()
    life.end()
    assert await compare(tmp_path, disk.name, heads, acknowledged) == len(acknowledged)
