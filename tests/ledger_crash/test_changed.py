"""One octet changed in what a dead node left of its log: noticed wherever it lies, the last transaction included."""

import shutil
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.mark import END
from frankmark.adapters.sqlite.pages import PAGE
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.ports.durability import StoreReason
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import NewLeaf, TransparencyLog

ORIGIN = "node.example.net/securestamp-main"
KEY = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(b"\1" * 32))
WITNESS = NoteSigner("node.example.net/witness", Ed25519PrivateKey.from_seed(b"\2" * 32), KeyType.COSIGNATURE)
STRIDE = PAGE + 24
PLACES = (*range(24), 24, 24 + 1_000, STRIDE - 9, STRIDE - 1)
BATCHES = 4


class Clock:
    def now_ms(self) -> int:
        return 1_768_471_200_000

    def steady_ms(self) -> int:
        return 0


def opened(folder: Path) -> tuple[TransparencyLog, Database, SqliteSigner]:
    database = Database.open(folder)
    signer = SqliteSigner.open(folder)
    heads = HeadSigner(origin=ORIGIN, key=KEY, witnesses=(WITNESS,), store=signer, clock=Clock())
    return TransparencyLog(SqliteTrees(database), heads), database, signer


async def left_behind(folder: Path, copy: Path) -> bytes:
    """Append, and copy the folder as it was when the last append was answered; answers the head's root."""
    log, database, signer = opened(folder)
    await log.open()
    await database.empty_log()
    for number in range(BATCHES):
        await log.append([NewLeaf(data=b"%d" % number, key=f"key {number}", attachment=bytes(5_000))])
    shutil.copytree(folder, copy)
    root = log.head.root
    await log.close()
    signer.close()
    database.close()
    return root


async def outcome(folder: Path, root: bytes) -> str:
    """Start on a folder: `whole`, or the code that says what is wrong."""
    try:
        log, database, signer = opened(folder)
    except Error as problem:
        return problem.code
    try:
        await log.open()
        if log.refusal is not None:
            return log.refusal.code
        assert (log.head.size, log.head.root) == (BATCHES, root), "something acknowledged went without a word"
        assert [await log.find_key(f"key {number}") for number in range(BATCHES)] == list(range(BATCHES))
        return "whole"
    finally:
        await log.close()
        signer.close()
        database.close()


@pytest.mark.row("L16")
async def test_an_octet_changed_in_any_frame_of_the_log_is_damage_or_changes_nothing(tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    (tmp_path / "data").mkdir()
    root = await left_behind(tmp_path / "data", dead)
    for name in (f"{FILE}-shm", "signer.db-shm"):
        (dead / name).unlink()
    whole = (dead / f"{FILE}-wal").read_bytes()
    frames = (len(whole) - 32) // STRIDE
    assert frames >= 4 * BATCHES
    seen: dict[str, int] = {}
    for at in (*range(0, 32, 3), *(32 + frame * STRIDE + place for frame in range(frames) for place in PLACES)):
        trial = tmp_path / "trial"
        shutil.copytree(dead, trial)
        octets = bytearray(whole)
        octets[at] ^= 0x41
        (trial / f"{FILE}-wal").write_bytes(octets)
        found = await outcome(trial, root)
        seen[found] = seen.get(found, 0) + 1
        # The last transaction publishes a head that is signed already: the start publishes it again.
        assert found == StoreReason.STORE_DAMAGED or (found == "whole" and at > 32 + (frames - 4) * STRIDE), (at, found)
        shutil.rmtree(trial)
    assert seen[StoreReason.STORE_DAMAGED] > 200
    assert await outcome(dead, root) == "whole"


async def test_the_log_cut_anywhere_is_never_a_shorter_history(tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    (tmp_path / "data").mkdir()
    root = await left_behind(tmp_path / "data", dead)
    for name in (f"{FILE}-shm", "signer.db-shm"):
        (dead / name).unlink()
    whole = (dead / f"{FILE}-wal").read_bytes()
    assert (dead / f"{FILE}{END}").exists()
    for size in range(0, len(whole), STRIDE):
        trial = tmp_path / "trial"
        shutil.copytree(dead, trial)
        (trial / f"{FILE}-wal").write_bytes(whole[:size])
        assert await outcome(trial, root) in {"whole", StoreReason.STORE_DAMAGED, "LOG_ROLLED_BACK"}
        shutil.rmtree(trial)
