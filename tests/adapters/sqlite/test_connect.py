"""One writer, group commit, one process a folder, migrations forward with a backup, snapshots while it runs."""

import asyncio
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from frankmark.adapters.sqlite import migrate
from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.opening import connection_to
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.adapters.sqlite.writing import CHECKPOINT_FRAMES
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.durability import StoreReason

TABLE = "CREATE TABLE kept (id INTEGER PRIMARY KEY, body)"


def insert(number: int, body: object = None):
    return lambda c: c.execute("INSERT INTO kept VALUES (?, ?)", (number, body))


def names(folder: Path, start: str) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(start)]


@pytest.fixture
async def database(tmp_path: Path):
    opened = Database.open(tmp_path)
    await opened.write(lambda c: c.execute(TABLE))
    yield opened
    opened.close()


async def test_a_write_is_seen_by_every_read_after_it_and_by_the_next_life(database: Database, tmp_path: Path) -> None:
    assert await database.write(lambda c: insert(1, "x")(c) and "the job's own answer") == "the job's own answer"
    assert database.read("SELECT id, body FROM kept WHERE id = ?", (1,)) == [(1, "x")]
    database.close()
    database.close()
    again = Database.open(tmp_path)
    assert again.read("SELECT id, body FROM kept") == [(1, "x")]
    again.close()


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def opened_to_others(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)


async def test_every_file_is_its_owners_alone_whatever_the_folder_was_and_held(tmp_path: Path) -> None:
    for _ in range(2):
        opened_to_others(tmp_path)
        database, signer = Database.open(tmp_path), SqliteSigner.open(tmp_path)
        await database.write(lambda _: None)
        await asyncio.to_thread(database.snapshot, tmp_path / "backup-before-0099")
        found = modes(tmp_path)
        assert {FILE, f"{FILE}-wal", f"{FILE}-shm", "signer.db", "lock", "backup-before-0099"} <= found.keys()
        assert set(found.values()) == {0o600}, found
        signer.close()
        database.close()


async def test_a_job_that_fails_leaves_no_trace_and_disturbs_nobody(database: Database) -> None:
    await database.write(insert(0))

    def half(connection: apsw.Connection) -> None:
        insert(50)(connection)
        raise ZeroDivisionError

    jobs = [database.write(insert(number)) for number in range(1, 20)]
    jobs.insert(7, database.write(half))
    jobs.insert(3, database.write(insert(0)))
    done = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(done[3], apsw.ConstraintError)
    assert isinstance(done[8], ZeroDivisionError)
    assert database.read("SELECT id FROM kept ORDER BY id") == [(number,) for number in range(20)]


async def test_jobs_see_what_was_queued_before_them(database: Database) -> None:
    def count(connection: apsw.Connection) -> int:
        return len(connection.execute("SELECT 1 FROM kept").fetchall())

    answers = await asyncio.gather(
        *(part for n in range(30) for part in (database.write(insert(n)), database.write(count)))
    )
    assert answers[1::2] == list(range(1, 31))


async def test_callers_at_once_share_commits(database: Database) -> None:
    commits: list[int] = []

    def counted() -> bool:
        commits.append(1)
        return False

    await database.write(lambda c: c.set_commit_hook(counted))
    commits.clear()
    await asyncio.gather(*(database.write(insert(number)) for number in range(1_000)))
    assert len(commits) < 250
    assert database.read("SELECT count(*) FROM kept") == [(1_000,)]


async def test_a_caller_that_goes_away_has_written_all_the_same(database: Database) -> None:
    task = asyncio.create_task(database.write(insert(1)))
    await asyncio.sleep(0)
    task.cancel()
    await database.write(insert(2))
    assert database.read("SELECT id FROM kept") == [(1,), (2,)]
    assert task.cancelled()


def test_a_loop_that_ended_does_not_stop_the_writer(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    asyncio.run(database.write(lambda c: c.execute(TABLE)))
    started = threading.Event()

    async def leave() -> None:
        def job(connection: apsw.Connection) -> None:
            started.wait(5)
            insert(1)(connection)

        task = asyncio.create_task(database.write(job))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    started.set()
    asyncio.run(database.write(insert(2)))
    assert database.read("SELECT id FROM kept") == [(1,), (2,)]
    database.close()


async def test_a_commit_that_fails_in_a_way_of_its_own_fails_its_jobs_and_no_more(database: Database) -> None:
    def hook() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(lambda c: c.set_commit_hook(hook) or insert(1)(c))
    with pytest.raises(ZeroDivisionError):
        await database.write(insert(2))
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda c: c.set_commit_hook(None) or (insert(3)(c) and 1 / 0))
    await database.write(insert(4))
    assert database.read("SELECT id FROM kept") == [(4,)]


async def test_the_log_does_not_grow_for_ever(database: Database, tmp_path: Path) -> None:
    await database.write(insert(0, b""))
    for number in range(8 * CHECKPOINT_FRAMES // 256):
        await database.write(lambda c, n=number: c.execute("UPDATE kept SET body = ?", (bytes([n % 251]) * 1_000_000,)))
    assert (tmp_path / f"{FILE}-wal").stat().st_size < 3 * CHECKPOINT_FRAMES * 4_120
    await database.verify()


async def test_everything_is_refused_after_the_end(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    database.close()
    with pytest.raises(Unavailable) as caught:
        database.read("SELECT 1")
    assert caught.value.code is StoreReason.STORE_CLOSED
    with pytest.raises(Unavailable) as caught:
        await database.write(insert(1))
    assert caught.value.code is StoreReason.STORE_CLOSED


@pytest.mark.usefixtures("database")
async def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from frankmark.adapters.sqlite.connect import Database\n"
        "try: Database.open(Path(sys.argv[1]))\n"
        "except Exception as problem: print(problem, end='')"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    holder = (tmp_path / "lock").read_text().strip()
    assert done.stdout == f"STORE_LOCKED: {tmp_path} is held by {holder}"
    assert holder.startswith("process ")


@pytest.mark.parametrize("wrong", ["missing", "file"])
def test_a_folder_that_is_none(tmp_path: Path, wrong: str) -> None:
    if wrong == "file":
        (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable) as caught:
        Database.open(tmp_path / wrong)
    assert caught.value.code is StoreReason.STORE_UNREACHABLE


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    for octets in (b"not a database", b"x" * 8_192):
        (tmp_path / FILE).write_bytes(octets)
        with pytest.raises(Unavailable) as caught:
            Database.open(tmp_path)
        assert caught.value.code is StoreReason.STORE_DAMAGED
        assert (tmp_path / FILE).read_bytes() == octets


def test_the_folder_is_let_go_after_a_failed_start(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"x" * 4_096)
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            Database.open(tmp_path)
        assert caught.value.code is StoreReason.STORE_DAMAGED


async def test_a_database_of_a_newer_release_is_refused_and_untouched(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    database = Database.open(tmp_path)
    await database.write(lambda c: c.pragma("user_version", 9_999))
    database.close()
    octets = (tmp_path / FILE).read_bytes()
    with pytest.raises(Refused) as caught:
        Database.open(tmp_path)
    assert caught.value.code is StoreReason.STORE_SCHEMA_NEWER
    assert (tmp_path / FILE).read_bytes() == octets


def rebuilt(number: int) -> Callable[[apsw.Connection], None]:
    """Make the database what the release with schema `number` wrote: its tables, nothing in them."""

    def job(connection: apsw.Connection) -> None:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f"DROP TABLE {table}")
        for text in (text for each, text in migrate._shipped() if each <= number):
            connection.execute(text).fetchall()
        connection.pragma("user_version", number)

    return job


def schema(database: Database) -> set[tuple[str, ...]]:
    return set(database.read("SELECT type, name, sql FROM sqlite_schema WHERE name <> 'kept'"))


@pytest.mark.parametrize("number", range(1, migrate._shipped()[-1][0]))
async def test_an_older_database_is_brought_forward_after_a_backup(tmp_path: Path, number: int) -> None:
    newest = migrate._shipped()[-1][0]
    database = Database.open(tmp_path)
    whole = schema(database)
    await database.write(rebuilt(number))
    await database.write(lambda c: c.execute(TABLE))
    await database.write(insert(7))
    database.close()
    assert names(tmp_path, "backup-") == []
    database = Database.open(tmp_path)
    assert database.read("PRAGMA user_version") == [(newest,)]
    assert schema(database) == whole
    database.close()
    backup = f"backup-before-{number + 1:04}"
    assert names(tmp_path, "backup-") == [backup]
    with apsw.Connection(str(tmp_path / backup)) as connection:
        assert connection.pragma("user_version") == number
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]


def test_every_migration_has_its_own_number_without_a_gap() -> None:
    numbers = [number for number, _ in migrate._shipped()]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_snapshot_of_a_running_database_is_a_database(database: Database, tmp_path: Path) -> None:
    await asyncio.gather(*(database.write(insert(number, bytes(3_000))) for number in range(300)))
    target = tmp_path / "copy" / FILE
    target.parent.mkdir()
    writing = [database.write(insert(number)) for number in range(300, 600)]
    copying = asyncio.to_thread(database.snapshot, target)
    await asyncio.gather(copying, *writing)
    copy = Database.open(target.parent)
    count = copy.read("SELECT count(*) FROM kept")[0][0]
    assert 300 <= count <= 600
    assert copy.read("SELECT max(id) FROM kept") == [(count - 1,)], "a moment, not a mixture"
    copy.close()
    with pytest.raises(Unavailable) as caught:
        database.snapshot(tmp_path / "no such folder" / FILE)
    assert caught.value.code is StoreReason.STORE_UNREACHABLE


async def test_an_interrupted_first_start_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / f"{FILE}.new").write_bytes(b"half of a page")
    (tmp_path / f"{FILE}.new-wal").write_bytes(b"something")
    Database.open(tmp_path).close()
    assert names(tmp_path, f"{FILE}.new") == []


async def test_another_program_that_holds_the_file_is_named_as_such(database: Database, tmp_path: Path) -> None:
    other = connection_to(tmp_path / FILE)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as caught:
        await database.write(insert(1))
    assert caught.value.code is StoreReason.STORE_LOCKED
    other.execute("ROLLBACK")
    other.close()
    await database.write(insert(1))


async def test_a_statement_that_is_wrong_is_our_own_error(database: Database) -> None:
    with pytest.raises(apsw.SQLError):
        database.read("SELECT nonsense FROM nowhere")
    with pytest.raises(apsw.SQLError):
        await database.write(lambda c: c.execute("nonsense"))
    await database.write(insert(1))
