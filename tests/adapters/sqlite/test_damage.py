"""One octet flipped in each page of the database: found, never believed, never a lost or an invented record."""

import shutil
from pathlib import Path

import apsw
import pytest

from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.pages import PAGE
from frankmark.ports.durability import Damaged, StoreReason

ROWS = 2_000


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def filled(folder: Path) -> None:
    database = Database.open(made(folder))
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB)"))
    for start in range(0, ROWS, 100):
        rows = [(n, f"name {n}", n.to_bytes(4) * (n % 700)) for n in range(start, start + 100)]
        await database.write(lambda c, rows=rows: c.executemany("INSERT INTO kept VALUES (?, ?, ?)", rows))
    await database.write(lambda c: c.execute("DELETE FROM kept WHERE id % 3 = 0"))
    database.close()


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        octet = file.read(1)[0]
        file.seek(at)
        file.write(bytes([octet ^ 0x41]))


async def test_one_octet_flipped_in_each_page_is_found_at_the_next_start(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    path = tmp_path / "data" / FILE
    pages = path.stat().st_size // PAGE
    assert pages > 300
    whole = path.read_bytes()
    for page in range(pages):
        at = page * PAGE + (page * 977) % PAGE  # another place in every page
        flip(path, at)
        with pytest.raises(Damaged) as caught:
            Database.open(tmp_path / "data")
        assert caught.value.code is StoreReason.STORE_DAMAGED
        flip(path, at)
    assert path.read_bytes() == whole
    database = Database.open(tmp_path / "data")
    assert database.read("SELECT count(*) FROM kept") == [(len([n for n in range(ROWS) if n % 3]),)]
    database.close()


@pytest.mark.parametrize("at", [0, 15, 16, 18, 19, 20, 24, 28, 40, 60, 96, 100, PAGE - 8, PAGE - 1])
async def test_each_field_of_the_file_header_is_guarded(tmp_path: Path, at: int) -> None:
    await filled(tmp_path / "data")
    flip(tmp_path / "data" / FILE, at)
    with pytest.raises(Damaged):
        Database.open(tmp_path / "data")


async def test_two_pages_that_change_places_are_found(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    path = tmp_path / "data" / FILE
    octets = bytearray(path.read_bytes())
    octets[20 * PAGE : 21 * PAGE], octets[30 * PAGE : 31 * PAGE] = (
        octets[30 * PAGE : 31 * PAGE],
        octets[20 * PAGE : 21 * PAGE],
    )
    path.write_bytes(octets)
    with pytest.raises(Damaged, match="page 21 "):
        Database.open(tmp_path / "data")


@pytest.mark.parametrize("lost", [1, PAGE - 1, PAGE, 3 * PAGE])
async def test_a_file_that_lost_its_end_is_found(tmp_path: Path, lost: int) -> None:
    await filled(tmp_path / "data")
    path = tmp_path / "data" / FILE
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(Damaged):
        Database.open(tmp_path / "data")


async def test_damage_under_a_running_node_stops_it(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    database = Database.open(tmp_path / "data")
    flip(tmp_path / "data" / FILE, 100 * PAGE + 50)
    with pytest.raises(Damaged, match="page 101 "):
        await database.verify()
    with pytest.raises(Damaged):
        database.read("SELECT 1")
    with pytest.raises(Damaged):
        await database.write(lambda c: c.execute("DELETE FROM kept"))
    database.close()
    with pytest.raises(Damaged):
        Database.open(tmp_path / "data")


async def test_a_transaction_built_on_a_damaged_page_never_makes_it_look_sound(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    database = Database.open(tmp_path / "data")
    with apsw.Connection(str(tmp_path / "data" / FILE), flags=apsw.SQLITE_OPEN_READONLY) as other:
        page = other.execute("SELECT pageno FROM dbstat WHERE name = 'kept' AND pagetype = 'leaf'").fetchall()[7][0]
    flip(tmp_path / "data" / FILE, (page - 1) * PAGE + 2_000)
    await database.write(lambda c: c.execute("UPDATE kept SET name = name || '!'"))
    await database.empty_log()
    with pytest.raises(Damaged, match=f"page {page} "):
        await database.write(lambda c: c.execute("SELECT 1").fetchall())
    database.close()


async def running(folder: Path) -> Path:
    """A copy of the folder of a node that died at once after three synced transactions."""
    database = Database.open(made(folder))
    await database.write(lambda c: c.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)"))
    await database.empty_log()
    for number in range(3):
        await database.write(lambda c, n=number: c.execute("INSERT INTO kept VALUES (?, ?)", (n, bytes(9_000))))
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    (copy / f"{FILE}-shm").unlink()
    database.close()
    return copy


async def test_what_a_crash_left_in_the_log_is_kept(tmp_path: Path) -> None:
    copy = await running(tmp_path / "data")
    database = Database.open(copy)
    assert database.read("SELECT count(*) FROM kept") == [(3,)]
    database.close()
    Database.open(copy).close()


async def test_an_octet_flipped_in_a_synced_transaction_of_the_log_is_found(tmp_path: Path) -> None:
    copy = await running(tmp_path / "data")
    log = copy / f"{FILE}-wal"
    frames = (log.stat().st_size - 32) // (PAGE + 24)
    assert frames >= 9
    for at in (3, 17, 40, 24 + 32 + 2_000):  # the log's header, a frame's header, a frame's page
        flip(log, at)
        with pytest.raises(Damaged):
            Database.open(copy)
        flip(log, at)
    database = Database.open(copy)
    assert database.read("SELECT count(*) FROM kept") == [(3,)]
    database.close()


async def test_a_page_torn_by_a_crash_within_a_checkpoint_is_mended_from_the_log(tmp_path: Path) -> None:
    copy = await running(tmp_path / "data")
    path, log = copy / FILE, (copy / f"{FILE}-wal").read_bytes()
    logged = {int.from_bytes(log[at : at + 4]) for at in range(32, len(log), PAGE + 24)}
    octets = bytearray(path.read_bytes())
    torn = [page for page in sorted(logged) if page * PAGE <= len(octets)]
    assert torn
    for page in torn:
        octets[(page - 1) * PAGE + 2_048 : page * PAGE] = bytes(2_048)
    path.write_bytes(octets)
    database = Database.open(copy)
    assert database.read("SELECT count(*) FROM kept") == [(3,)]
    database.close()
    Database.open(copy).close()
