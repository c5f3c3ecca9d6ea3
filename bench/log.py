"""The transparency log: durable appends (both syncs, index, tiles, signed and cosigned head) and proofs at 1 M entries.

Peers in the same run: a bare SQLite table of the same rows with a unique index on their hash, synced as often and on the
same disk; for records without a log the same store without the mark of what was acknowledged; for proofs `tlog-scales`, which computes both over the same tiles.
"""

import asyncio
import functools
import hashlib
import os
import random
import tempfile
import time
from pathlib import Path

import apsw
from measure import at_least, percentiles, rate, write
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import leaf_hash, verify_consistency, verify_inclusion
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import NewLeaf, TransparencyLog

ENTRIES = int(os.environ.get("FRANKMARK_BENCH_ENTRIES", "1000000"))
ORIGIN = "bench.example/log"


class Clock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def data(number: int) -> bytes:
    return number.to_bytes(8) * 32


class Stack:
    """A log on a folder of the disk."""

    def __init__(self, folder: Path) -> None:
        self.database, self.signer = Database.open(folder), SqliteSigner.open(folder)
        key = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(b"\1" * 32))
        witness = NoteSigner("bench.example/witness", Ed25519PrivateKey.from_seed(b"\2" * 32), KeyType.COSIGNATURE)
        heads = HeadSigner(origin=ORIGIN, key=key, witnesses=(witness,), store=self.signer, clock=Clock())
        self.log = TransparencyLog(SqliteTrees(self.database), heads)

    def close(self) -> None:
        self.signer.close()
        self.database.close()


class Rates:
    """Operations a second of wall and of processor time."""

    def __enter__(self) -> "Rates":
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu

    def of(self, count: int) -> dict[str, object]:
        return {"count": count, "wall_per_s": round(count / self.wall), "per_cpu_s": round(count / self.cpu)}


async def batches(folder: Path, size: int, count: int, *, keyed: bool = False) -> dict[str, object]:
    stack = Stack(folder)
    await stack.log.open()
    with Rates() as rates:
        for start in range(0, count, size):
            numbers = range(start, start + size)
            await stack.log.append([NewLeaf(data=data(n), key=f"key {n}" if keyed else "") for n in numbers])
    assert stack.log.head.size >= count
    stack.close()
    return rates.of(count)


def bare(folder: Path, size: int, count: int) -> dict[str, object]:
    """The same rows in a plain table with a unique hash index, one synced commit a batch."""
    connection = apsw.Connection(str(folder / "bare.db"))
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, data BLOB)")
    with Rates() as rates:
        for start in range(0, count, size):
            rows = [(n, hashlib.sha256(data(n)).digest(), data(n)) for n in range(start, start + size)]
            with connection:
                connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    connection.close()
    return rates.of(count)


async def clients(folder: Path, callers: int, seconds: float) -> dict[str, object]:
    """Each caller appends one entry after the other."""
    stack = Stack(folder)
    await stack.log.open()
    end = time.perf_counter() + seconds
    waits: list[float] = []

    async def call(caller: int) -> None:
        turn = 0
        while (begun := time.perf_counter()) < end:
            await stack.log.append([NewLeaf(data=data(caller << 32 | turn))])
            waits.append((time.perf_counter() - begun) * 1_000)
            turn += 1

    with Rates() as rates:
        await asyncio.gather(*(call(caller) for caller in range(callers)))
    heads = stack.log.head.number
    stack.close()
    return rates.of(len(waits)) | percentiles(waits) | {"heads": heads}


async def records(folder: Path, callers: int, seconds: float, *, vouch: bool) -> dict[str, object]:
    """Each caller writes one row after the other, without a log: with the mark of what was acknowledged, or without."""
    database = Database.open(folder)
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, data BLOB)"))
    end = time.perf_counter() + seconds
    waits: list[float] = []

    async def call(caller: int) -> None:
        turn = 0
        while (begun := time.perf_counter()) < end:
            octets = data(caller << 32 | turn)
            row = (caller << 32 | turn, hashlib.sha256(octets).digest(), octets)
            await database.write(lambda c, row=row: c.execute("INSERT INTO kept VALUES (?, ?, ?)", row), vouch=vouch)
            waits.append((time.perf_counter() - begun) * 1_000)
            turn += 1

    with Rates() as rates:
        await asyncio.gather(*(call(caller) for caller in range(callers)))
    database.close()
    return rates.of(len(waits)) | percentiles(waits)


async def proofs(folder: Path) -> dict[str, object]:
    """A log of `ENTRIES`: filling it, and proofs at random places, made and checked, ours and tlog-scales'."""
    stack = Stack(folder)
    log = stack.log
    await log.open()
    with Rates() as filling:
        for start in range(0, ENTRIES, 1_000):
            await log.append([NewLeaf(data=data(n)) for n in range(start, min(ENTRIES, start + 1_000))])
    size, root = log.head.size, log.head.root
    figures: dict[str, object] = {"fill_batches_of_1000": filling.of(size)}
    octets = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    figures["octets_per_entry"] = round(octets / size, 1)
    luck = random.Random(1)
    places = [luck.randrange(size) for _ in range(20_000)]
    with Rates() as cold:
        for place in places[:4_000]:
            await log.inclusion(place, size)
    figures["inclusion_make_cold"] = cold.of(4_000)
    with Rates() as warm:
        for place in places:
            await log.inclusion(place, size)
    figures["inclusion_make"] = warm.of(len(places))
    made = [(leaf_hash(data(place)), place, await log.inclusion(place, size)) for place in places]
    with Rates() as checking:
        for leaf, place, path in made:
            verify_inclusion(leaf, place, size, path, root)
    figures["inclusion_verify"] = checking.of(len(made))
    old = [1 + luck.randrange(size - 1) for _ in range(5_000)]
    with Rates() as consistency:
        paths = [await log.consistency(one, size) for one in old]
    figures["consistency_make"] = consistency.of(len(old))
    roots = [(await log._reader.frontier(one)).root for one in old]
    with Rates() as consistent:
        for one, path, old_root in zip(old, paths, roots, strict=True):
            verify_consistency(one, size, path, old_root, root)
    figures["consistency_verify"] = consistent.of(len(old))
    with Rates() as finding:
        for place in places:
            assert await log.find(hashlib.sha256(data(place)).digest()) == place
    figures["find_by_hash"] = finding.of(len(places))

    async for path, resource in log.export():
        if not path.startswith("tile/entries"):
            target = folder / "export" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(resource)
    reader = TilesReader(LocalBackend(folder / "export"))
    reader.get_checkpoint()
    reader.tile_cache.max_size = 8_192
    for _, place, path in made[:50]:
        assert reader.get_inclusion_proof(place, size).node_hashes == path
    sample = iter(made * 100)
    figures["tlog_scales_inclusion_make_per_cpu_s"] = round(
        rate(lambda: reader.get_inclusion_proof(next(sample)[1], size), seconds=1)
    )

    def check() -> None:
        leaf, place, path = next(sample)
        InclusionProof(place, size, path).check(leaf, root)

    figures["tlog_scales_inclusion_verify_per_cpu_s"] = round(rate(check, seconds=1))
    for one, path in list(zip(old, paths, strict=True))[:50]:
        assert reader.get_consistency_proof(one, size).node_hashes == path
    trees = iter(list(zip(old, paths, roots, strict=True)) * 100)
    figures["tlog_scales_consistency_make_per_cpu_s"] = round(
        rate(lambda: reader.get_consistency_proof(next(trees)[0], size), seconds=1)
    )

    def check_trees() -> None:
        one, path, old_root = next(trees)
        ConsistencyProof(one, size, path).check(old_root, root)

    figures["tlog_scales_consistency_verify_per_cpu_s"] = round(rate(check_trees, seconds=1))
    for name in ("inclusion_make", "inclusion_verify", "consistency_make", "consistency_verify"):
        ours, theirs = figures[name]["per_cpu_s"], figures[f"tlog_scales_{name}_per_cpu_s"]
        figures[f"{name}_vs_tlog_scales"] = round(ours / theirs, 2)
    stack.close()
    begun = time.perf_counter()
    again = Stack(folder)
    await again.log.open()
    figures["start_with_all_entries_ms"] = round((time.perf_counter() - begun) * 1_000)
    assert again.log.head.root == root
    again.close()
    return figures


def on_disk(job) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("FRANKMARK_BENCH_FOLDER", ".")) as folder:
        answer = job(Path(folder))
        return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer


def main() -> None:
    figures: dict[str, object] = {}
    for size, count in ((1, 1_000), (10, 10_000), (100, 50_000), (1_000, 200_000), (8_000, 400_000)):
        figures[f"append_batch_{size}"] = on_disk(lambda folder, s=size, c=count: batches(folder, s, c))
        figures[f"bare_sqlite_batch_{size}"] = on_disk(lambda folder, s=size, c=count: bare(folder, s, c))
    figures["append_batch_1000_keyed"] = on_disk(lambda folder: batches(folder, 1_000, 200_000, keyed=True))
    for callers in (1, 16, 64, 1_024):
        figures[f"clients_{callers}"] = on_disk(lambda folder, n=callers: clients(folder, n, 4))
        for vouch, name in ((True, "records"), (False, "records_unmarked")):
            job = functools.partial(records, callers=callers, seconds=4, vouch=vouch)
            figures[f"{name}_clients_{callers}"] = on_disk(job)
    figures["proofs"] = on_disk(proofs)
    targets = [
        at_least("row 13", "append_batch_8000.per_cpu_s", 130_000),
        at_least("row 13", "append_batch_8000.wall_per_s", 60_000),
        at_least("row 16", "proofs.inclusion_make.per_cpu_s", 20_000),
        at_least("row 16", "proofs.inclusion_verify.per_cpu_s", 80_000),
    ]
    write("log", figures, ["tlog-scales", "apsw"], musts=targets)


if __name__ == "__main__":
    main()
