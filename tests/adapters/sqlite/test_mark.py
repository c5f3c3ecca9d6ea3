"""What was acknowledged is marked: the end of the log is missed when it changed, and not when it was torn."""

import asyncio
import itertools
import shutil
from pathlib import Path

import apsw
import pytest

from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.mark import APART, END, SLOT_SIZE, Marked, MarkFile
from frankmark.adapters.sqlite.opening import connection_to
from frankmark.adapters.sqlite.pages import PAGE
from frankmark.adapters.sqlite.walfile import examine
from frankmark.ports.durability import Damaged, StoreReason

STRIDE = PAGE + 24
LOG, MARK = f"{FILE}-wal", f"{FILE}{END}"
BODIES = (40, 9_000, 60)  # octets of the rows: the last transaction has one frame only
PLACES = (*range(24), 24, 24 + 100, 24 + PAGE // 2, STRIDE - 9, STRIDE - 8, STRIDE - 1)


def insert(number: int, octets: int):
    return lambda c: c.execute("INSERT INTO kept VALUES (?, ?)", (number, bytes(octets)))


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        octet = file.read(1)[0]
        file.seek(at)
        file.write(bytes([octet ^ 0x41]))


def dead(folder: Path, name: str) -> Path:
    """A copy of the folder, as a node leaves it that dies now."""
    copy = folder.with_name(name)
    shutil.copytree(folder, copy)
    (copy / f"{FILE}-shm").unlink(missing_ok=True)
    return copy


def count(folder: Path) -> int:
    database = Database.open(folder)
    try:
        return int(str(database.read("SELECT count(*) FROM kept")[0][0]))
    finally:
        database.close()


def refused(folder: Path, says: str | None = None) -> None:
    with pytest.raises(Damaged, match=says) as caught:
        Database.open(folder)
    assert caught.value.code is StoreReason.STORE_DAMAGED


@pytest.fixture
async def states(tmp_path: Path) -> list[Path]:
    """The folder as it was after each of three acknowledged writes, none of which has reached the database file."""
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database.open(folder)
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)"))
    await database.empty_log()
    found = []
    for number, octets in enumerate(BODIES):
        await database.write(insert(number, octets))
        found.append(dead(folder, f"after {number}"))
    database.close()
    return found


def frames(folder: Path) -> int:
    return ((folder / LOG).stat().st_size - 32) // STRIDE


@pytest.mark.parametrize("last", range(len(BODIES)))
async def test_an_octet_flipped_in_any_frame_of_the_log_is_found_the_last_transaction_too(
    states: list[Path], last: int
) -> None:
    folder = states[last]
    places = [*range(32), *(32 + frame * STRIDE + place for frame in range(frames(folder)) for place in PLACES)]
    assert frames(folder) > last
    for at in places:
        flip(folder / LOG, at)
        refused(folder)
        flip(folder / LOG, at)
    assert count(folder) == last + 1


async def test_the_end_of_the_log_cut_off_is_found(states: list[Path]) -> None:
    folder = states[-1]
    whole = (folder / LOG).read_bytes()
    for size in (*range(0, len(whole), STRIDE // 2), len(whole) - 1):
        (folder / LOG).write_bytes(whole[:size])
        refused(folder)
    (folder / LOG).unlink()
    refused(folder, "is gone")
    (folder / LOG).write_bytes(whole)
    assert count(folder) == len(BODIES)


async def test_the_database_file_gone_is_not_the_beginning_of_another(states: list[Path]) -> None:
    folder = states[-1]
    (folder / FILE).unlink()
    refused(folder, "is gone")
    (folder / LOG).unlink()
    refused(folder, "is gone")
    assert not (folder / FILE).exists()


async def test_a_transaction_that_nobody_was_told_of_may_be_torn_anywhere(states: list[Path]) -> None:
    """The power failed between the commit and its mark: the log's end may hold all of it, some of it or nothing."""
    folder = states[-1]
    (folder / MARK).write_bytes((states[-2] / MARK).read_bytes())
    whole = (folder / LOG).read_bytes()
    known = (states[-2] / LOG).stat().st_size
    for size in (known, known + 1, known + 24, len(whole) - PAGE // 2, len(whole) - 1):
        (folder / LOG).write_bytes(whole[:size])
        assert count(dead(folder, f"cut at {size}")) == len(BODIES) - 1
    for place in PLACES:
        (folder / LOG).write_bytes(whole)
        flip(folder / LOG, known + place)
        assert count(dead(folder, f"torn at {place}")) == len(BODIES) - 1
    (folder / LOG).write_bytes(whole)
    assert count(folder) == len(BODIES)


async def test_a_log_of_another_time_is_found(states: list[Path]) -> None:
    database = Database.open(states[-1])  # this brings the log into the file; the next write begins it anew
    await database.write(insert(7, 10))
    folder = dead(states[-1], "later")
    database.close()
    assert examine(folder / LOG).salts[0] == examine(states[0] / LOG).salts[0] + 1
    shutil.copy(states[0] / LOG, folder / LOG)
    refused(folder, "not the one")


async def test_a_log_that_started_over_needs_no_older_mark(states: list[Path]) -> None:
    folder = states[-1]
    before = (folder / MARK).read_bytes()
    database = Database.open(folder)
    await database.write(insert(7, 10), vouch=False)
    copy = dead(folder, "copy")
    database.close()
    assert (copy / MARK).read_bytes() == before
    assert count(copy) == len(BODIES) + 1
    log = copy / LOG
    log.write_bytes(log.read_bytes()[:100])  # begun, and torn before its first commit
    assert count(copy) == len(BODIES) + 1


async def test_after_an_orderly_end_the_log_may_be_anything_that_holds_nothing(states: list[Path]) -> None:
    folder = states[-1]
    Database.open(folder).close()
    assert (folder / LOG).stat().st_size == 0
    (folder / LOG).unlink()
    assert count(folder) == len(BODIES)


async def test_a_store_without_a_mark_gets_one(states: list[Path]) -> None:
    folder = states[-1]
    (folder / MARK).unlink()
    (folder / f"{MARK}.new").write_bytes(b"half of one")
    database = Database.open(folder)
    await database.write(insert(9, 10))
    copy = dead(folder, "copy")
    database.close()
    (copy / LOG).write_bytes((copy / LOG).read_bytes()[:32])
    refused(copy)


async def test_one_octet_flipped_in_the_mark_itself_loses_nothing(states: list[Path]) -> None:
    folder = states[-1]
    size = (folder / MARK).stat().st_size
    assert size == APART + SLOT_SIZE
    for at in (*range(SLOT_SIZE), 100, *range(APART, size)):
        copy = dead(folder, f"copy {at}")
        flip(copy / MARK, at)
        assert count(copy) == len(BODIES)
        shutil.rmtree(copy)


async def test_a_mark_that_holds_none_is_damage(states: list[Path]) -> None:
    for octets in (b"", bytes(APART + SLOT_SIZE), (states[0] / MARK).read_bytes()[1:]):
        (states[-1] / MARK).write_bytes(octets)
        refused(states[-1], "mark")


def test_a_mark_is_written_in_turn_and_remembered(tmp_path: Path, states: list[Path]) -> None:
    shutil.copy(states[-1] / LOG, tmp_path / f"{FILE}-wal")
    path = tmp_path / FILE
    seen = []
    for frame in (1, 2, 2, 1):
        mark = MarkFile.open(path, page=PAGE)
        mark.vouch(frame)
        told = mark.marked
        mark.close()
        again = MarkFile.open(path, page=PAGE)
        assert again.marked == told
        again.close()
        assert told.frame == frame
        seen.append((tmp_path / MARK).read_bytes())
    slots = [(octets[:SLOT_SIZE], octets[APART:]) for octets in seen]
    assert [a[0] == b[0] for a, b in itertools.pairwise(slots)] == [True, False, True]
    assert [a[1] == b[1] for a, b in itertools.pairwise(slots)] == [False, True, False]
    mark = MarkFile.open(path, page=PAGE)
    mark.clear()
    assert mark.marked == Marked()
    untouched = (tmp_path / MARK).read_bytes()
    mark.clear()
    assert (tmp_path / MARK).read_bytes() == untouched, "nothing is written that says nothing new"
    mark.close()


async def test_jobs_that_another_store_vouches_for_cost_no_second_sync(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)"))
    marked = (tmp_path / MARK).read_bytes()
    await database.write(insert(1, 10), vouch=False)
    await database.write(lambda c: c.execute("SELECT 1").fetchall(), vouch=False)
    assert (tmp_path / MARK).read_bytes() == marked
    await database.write(lambda c: c.execute("SELECT 1").fetchall())
    later = (tmp_path / MARK).read_bytes()
    assert later != marked, "whoever is answered may have seen what was not marked yet"
    await database.write(lambda c: c.execute("SELECT 1").fetchall())
    assert (tmp_path / MARK).read_bytes() == later
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 1 / 0)
    database.close()


async def test_a_reader_that_stays_never_lets_pages_into_the_file_unsealed(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)"))
    await database.write(insert(1, 9_000))
    other = connection_to(tmp_path / FILE, flags=apsw.SQLITE_OPEN_READONLY)
    other.execute("BEGIN")
    assert other.execute("SELECT count(*) FROM kept").get == 1
    await database.write(insert(2, 9_000))
    await database.empty_log()
    await asyncio.sleep(0.3)
    assert (tmp_path / LOG).stat().st_size > 32, "the log is emptied under a reader"
    other.execute("COMMIT")
    for _ in range(40):  # without a further write
        await asyncio.sleep(0.1)
        if not (tmp_path / LOG).stat().st_size:
            break
    assert (tmp_path / LOG).stat().st_size == 0
    await database.verify()
    other.close()
    database.close()
    assert count(tmp_path) == 2
