"""The records without a log beside them: killed, cut off, and changed on the disk. Nothing acknowledged goes silently.

`FRANKMARK_CRASH_KILLS` sets how many random kills are dealt; 200 unless it is set.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.mark import END, MarkFile
from frankmark.adapters.sqlite.pages import PAGE
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.adapters.sqlite.walfile import examine
from frankmark.foundation.errors import Error
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.rows import NewAudit, Organisation

WRITER = Path(__file__).with_name("registry_writer.py")
KILLS = int(os.environ.get("FRANKMARK_CRASH_KILLS", "200"))
STRIDE = PAGE + 24


def lives(folder: Path, run: int, after: float, *, started: bool) -> list[str]:
    """One life of the writer; the names that it said were kept."""
    command = [sys.executable, str(WRITER), str(folder), str(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    first = process.stdout.readline() if started else b""
    try:
        said, complained = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        said, complained = process.communicate()
    assert process.returncode == -signal.SIGKILL, complained.decode()
    return [line.decode() for line in (first + said).split(b"\n")[:-1] if line.startswith(b"org_")]


def kept(folder: Path) -> set[str]:
    """Open the folder as a start would; who is in it."""
    database = Database.open(folder)
    try:
        found = {str(row[0]) for row in database.read("SELECT org_id FROM organisations")}
        acts = {str(row[0]) for row in database.read("SELECT target FROM audit")}
    finally:
        database.close()
    assert found == acts, "a record without its act, or an act without its record"
    return found


def marked(folder: Path) -> int:
    """How many frames of the log were vouched for; 0 if the log has started over since."""
    mark = MarkFile.open(folder / FILE, page=PAGE)
    mark.close()
    return mark.marked.frame if mark.marked.salts == examine(folder / f"{FILE}-wal").salts else 0


def one_octet_changed(folder: Path, luck: random.Random) -> Path | None:
    """A copy of what a kill left, an octet changed in what the mark vouches for; None if all is in the file."""
    copy = folder.with_name("changed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    (copy / f"{FILE}-shm").unlink(missing_ok=True)
    log, frames = copy / f"{FILE}-wal", marked(copy)
    if not frames:
        return None
    octets = bytearray(log.read_bytes())
    last = luck.random() < 0.5
    at = 32 + luck.randrange((frames - 1) * STRIDE if last else 0, frames * STRIDE)
    octets[at] ^= 1 << luck.randrange(8)
    log.write_bytes(octets)
    return copy


@pytest.mark.row("L16")
def test_random_kills_lose_no_record_and_what_changes_afterwards_is_noticed(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")  # noqa: T201  (shown if the test fails)
    luck = random.Random(seed)
    folder = tmp_path / "data"
    folder.mkdir()
    acknowledged: set[str] = set()
    productive = changed = 0
    for run in range(KILLS):
        working = luck.random() < 0.8  # the others strike within the start
        said = lives(folder, run, luck.uniform(0.0, 0.3), started=working)
        productive += len(said) > 1
        acknowledged.update(said)
        copy = one_octet_changed(folder, luck) if (folder / f"{FILE}{END}").exists() else None
        if copy is not None:
            changed += 1
            with pytest.raises(Damaged) as caught:
                Database.open(copy)
            assert caught.value.code is StoreReason.STORE_DAMAGED
        if run % 10 == 9:
            assert acknowledged <= kept(folder)
    assert acknowledged <= kept(folder)
    assert productive > KILLS // 3, "hardly a kill struck within the work: the test shows nothing"
    assert changed > KILLS // 4
    assert len(acknowledged) > KILLS


async def work(folder: Path, vfs: str, acknowledged: set[str], run: str) -> None:
    """Start, add organisations, empty the log file in between, close."""
    database = Database.open(folder, vfs=vfs)
    records = SqliteRecords(database)
    try:
        for turn in range(8):
            name = f"org_{run}_{turn}"
            act = NewAudit(at_ms=turn, actor="admin", org_id=name, act="organisation.create", target=name)
            await records.add_organisation(Organisation(org_id=name, name=name * 99 * turn, created_ms=turn), act)
            acknowledged.add(name)
            if turn % 3 == 2:
                await database.empty_log()
    finally:
        database.close()


@pytest.mark.row("L16")
@pytest.mark.parametrize("torn", [None, random.Random(11)], ids=["dropped", "torn"])
async def test_a_power_cut_at_each_operation_loses_no_record_and_looks_like_no_damage(
    tmp_path: Path, new_disk: Callable[[], object], torn: random.Random | None
) -> None:
    whole, sound = new_disk(), new_disk()
    (tmp_path / "whole").mkdir()
    await work(tmp_path / "whole", whole.name, set(), "whole")
    assert whole.operations > 100
    assert kept(tmp_path / "whole") == {f"org_whole_{turn}" for turn in range(8)}
    for operation in range(1, whole.operations + 1):
        folder = tmp_path / str(operation)
        folder.mkdir()
        acknowledged: set[str] = set()
        disk = new_disk()
        disk.fails_at = operation
        with suppress(Error):
            await work(folder, disk.name, acknowledged, "first")
        disk.cut(torn)
        for leftover in folder.glob("*-shm"):  # shared memory ends with the power
            leftover.unlink()
        found = kept(folder)
        assert acknowledged <= found
        assert len(found) <= len(acknowledged) + 1
        await work(folder, sound.name, acknowledged, "second")
        assert kept(folder) == found | acknowledged
        shutil.rmtree(folder)
