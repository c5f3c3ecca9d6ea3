"""SIGKILL at any moment: what was acknowledged is there, and all signed heads are one history.

`FRANKMARK_CRASH_KILLS` sets how many random kills are dealt; 200 unless it is set.
"""

import asyncio
import itertools
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import leaf_hash, verify_consistency, verify_inclusion
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.services.log_audit import audit_log
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import TransparencyLog

WRITER = Path(__file__).with_name("writer.py")
ORIGIN = "node.example.net/securestamp-main"
KILLS = int(os.environ.get("FRANKMARK_CRASH_KILLS", "200"))
KEY = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(b"\1" * 32))
WITNESS = NoteSigner("node.example.net/witness", Ed25519PrivateKey.from_seed(b"\2" * 32), KeyType.COSIGNATURE)


class Clock:
    def now_ms(self) -> int:
        return 1_768_471_200_000

    def steady_ms(self) -> int:
        return 0


@dataclass
class Collector:
    """Keeps every acknowledgement and every signed head that ever left the log's process."""

    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)

    def take(self, said: bytes) -> int:
        """Take the lines of one life of the process; the last one may be cut off. Answers how many were whole."""
        lines = said.split(b"\n")[:-1]
        for line in lines:
            told = json.loads(line)
            self.head(told["note"])
            if "name" in told:
                assert told["index"] < told["size"], "acknowledged before it was in a head"
                assert self.acknowledged.setdefault(told["name"], (told["index"], told["leaf"])) == (
                    told["index"],
                    told["leaf"],
                )
        return len(lines)

    def head(self, note: str) -> None:
        signed = SignedCheckpoint.parse(note.encode())
        assert signed.verify(ORIGIN, [KEY.verifier], [WITNESS.verifier], 1)
        root = signed.checkpoint.root.hex()
        assert self.heads.setdefault(signed.checkpoint.size, root) == root, "a fork: two roots of one size were signed"

    async def compare(self, folder: Path, *, audit: bool) -> int:
        """Open the log as a start would and compare it with all that was collected; answers its size."""
        database, signer = Database.open(folder), SqliteSigner.open(folder)
        trees = SqliteTrees(database)
        log = TransparencyLog(
            trees, HeadSigner(origin=ORIGIN, key=KEY, witnesses=(WITNESS,), store=signer, clock=Clock())
        )
        await log.open()
        assert log.refusal is None
        self.head(log.head.note.decode())
        head = log.head
        sizes = sorted(self.heads)
        assert sizes[-1] == head.size, "a head was signed that the log has lost"
        for old, new in itertools.pairwise(sizes[1:]):
            path = await log.consistency(old, new)
            verify_consistency(old, new, path, bytes.fromhex(self.heads[old]), bytes.fromhex(self.heads[new]))
        newest = list(self.acknowledged.items())[0 if audit else -500 :]
        for name, (index, leaf) in newest:
            assert await log.find_key(name) == index
            row = await log.row(index)
            assert (row.data, row.attachment) == (name.encode() * 8, b"beside " + name.encode())
            assert leaf_hash(row.data).hex() == leaf
            verify_inclusion(bytes.fromhex(leaf), index, head.size, await log.inclusion(index, head.size), head.root)
        if audit:
            assert (await audit_log(log, trees)).findings == ()
        await log.close()
        signer.close()
        database.close()
        return head.size


def lives(folder: Path, run: int, after: float, *, step: str = "", started: bool = False) -> bytes:
    """One life of the writer; what it said.

    It ends `after` seconds from its start, or from its first word if it shall have `started`; or by itself at a step.
    """
    command = [sys.executable, str(WRITER), str(folder), str(run), *([step] if step else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    first = process.stdout.readline() if started else b""
    try:
        said, complained = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        said, complained = process.communicate()
    assert process.returncode == -signal.SIGKILL, complained.decode()
    return first + said


@pytest.mark.row("L16")
def test_random_kills_lose_nothing_and_fork_nothing(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")  # noqa: T201  (shown if the test fails)
    luck = random.Random(seed)
    folder = tmp_path / "data"
    folder.mkdir()
    collector = Collector()
    productive = 0
    for run in range(KILLS):
        working = luck.random() < 0.8  # the others strike within the start
        said = lives(folder, run, luck.uniform(0.0, 0.4), started=working)
        productive += collector.take(said) > 1
        if run % 10 == 9:
            asyncio.run(collector.compare(folder, audit=False))
    size = asyncio.run(collector.compare(folder, audit=True))
    assert productive > KILLS // 3, "hardly a kill struck within the work: the test shows nothing"
    assert size >= len(collector.acknowledged) > 100


@pytest.mark.parametrize("step", ["stage", "swap", "publish"])
@pytest.mark.row("L16")
def test_a_kill_right_after_each_step_is_mended_at_the_next_start(tmp_path: Path, step: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    collector = Collector()
    for run in range(3):
        acknowledged = len(collector.acknowledged)
        collector.take(lives(folder, run, 60, step=step))
        # The dying batch was staged, so it is in the log after the start, and nobody was told so.
        before = max(index for index, _ in collector.acknowledged.values())
        size = asyncio.run(collector.compare(folder, audit=True))
        assert len(collector.acknowledged) > acknowledged or step == "publish"
        assert size > before + 1
