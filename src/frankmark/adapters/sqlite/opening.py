"""Making, opening, copying and closing the database file."""

from contextlib import suppress
from pathlib import Path

import apsw

from frankmark.adapters.sqlite.failures import damage
from frankmark.adapters.sqlite.mark import END, MarkFile
from frankmark.adapters.sqlite.pages import PAGE, RESERVED, Pages, checkpoint
from frankmark.adapters.sqlite.private import make_private
from frankmark.adapters.sqlite.walfile import examine
from frankmark.ports.durability import Damaged

__all__ = ["connection_to", "copy", "create", "empty", "finish", "recover"]

CACHE_KIB = 65_536
BUSY_MS = 1_000


def connection_to(path: Path, vfs: str = "", *, flags: int | None = None) -> apsw.Connection:
    """Open a connection the way this product means SQLite: every commit synced, nothing trusted.

    Args:
        path: The database file.
        vfs: The name of a registered VFS; the system's own unless given.
        flags: Open flags of SQLite; read, write and create unless given.

    Returns:
        A connection that never checkpoints by itself.
    """
    wanted = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if flags is None else flags
    connection = apsw.Connection(str(path), flags=wanted, vfs=vfs or None)
    connection.set_busy_timeout(BUSY_MS)
    connection.wal_autocheckpoint(0)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    for name, value in (
        ("synchronous", "FULL"),
        ("cache_size", -CACHE_KIB),
        ("foreign_keys", "ON"),
        ("secure_delete", "ON"),  # what is erased is overwritten, not only forgotten
        ("cell_size_check", "ON"),
    ):
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
    return connection


def create(path: Path, vfs: str = "") -> None:
    """Make an empty database in one move: whoever finds the file finds it whole.

    Raises:
        Damaged: `STORE_DAMAGED` if there was a database here, as its log or its mark tells.
    """
    if any(path.with_name(f"{path.name}{end}").exists() for end in ("-wal", END)):
        raise damage(f"{path.name} is gone, and what belongs to it is still here")
    new = path.with_name(f"{path.name}.new")
    _remove(new)
    make_private(new)
    connection = connection_to(new, vfs)
    connection.execute(f"PRAGMA page_size = {PAGE}").fetchall()
    connection.reserve_bytes("main", RESERVED)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.close()
    _seal_file(new)
    _remove(new, itself=False)
    new.rename(path)


def recover(path: Path, mark: MarkFile, vfs: str = "") -> tuple[apsw.Connection, Pages]:
    """Open the file for writing: bring what a crash left in the log into it, then verify every page.

    Args:
        path: The database file.
        mark: What was vouched for.
        vfs: The name of a registered VFS; the system's own unless given.

    Returns:
        The writer's connection and the file's pages.

    Raises:
        Damaged: `STORE_DAMAGED` if a page, or a synced transaction in the log, is not what was written.
    """
    pages = Pages(path)
    try:
        log = examine(path.with_name(f"{path.name}-wal"))
        mark.demand(log)
        if not log.frames:
            pages.verify()
        connection = connection_to(path, vfs)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # opens the log
        checkpoint(connection, pages, log.frames, trust=True)
        pages.verify()
        _check(connection)
    except BaseException:
        pages.close()
        mark.close()
        raise
    return connection, pages


def copy(source: Path, target: Path, vfs: str = "") -> None:
    """Copy a database that may be in use into one sealed file, which appears whole or not at all."""
    new = target.with_name(f"{target.name}.new")
    _remove(new)
    reading = connection_to(source, vfs, flags=apsw.SQLITE_OPEN_READONLY)
    make_private(new)
    writing = connection_to(new)
    try:
        with writing.backup("main", reading, "main") as backup:
            while not backup.done:
                backup.step(1_024)
    finally:
        writing.close()
        reading.close()
    _seal_file(new)
    new.rename(target)


def empty(connection: apsw.Connection, pages: Pages, mark: MarkFile, frames: int) -> bool:
    """Bring the log into the file and cut it to nothing, unless somebody still reads from it.

    Returns:
        Whether it is empty.

    Raises:
        Damaged: `STORE_DAMAGED` if a page that a transaction was built on has changed in the file.
    """
    if not checkpoint(connection, pages, frames):
        return False  # SQLite would copy the rest by itself, without seals
    mark.clear()
    connection.set_busy_timeout(0)
    try:
        connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return False
    finally:
        connection.set_busy_timeout(BUSY_MS)
    return True


def finish(connection: apsw.Connection, pages: Pages, mark: MarkFile, frames: int, *, sound: bool) -> None:
    """Close the writer's side, the log emptied if the database is `sound`."""
    with suppress(apsw.Error, OSError, Damaged):  # what stays in the log is found there at the next opening
        if sound:
            empty(connection, pages, mark, frames)
    connection.close()
    pages.close()
    mark.close()


def _check(connection: apsw.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise damage("the database file is inconsistent")


def _seal_file(path: Path) -> None:
    pages = Pages(path)
    pages.reseal(range(1, path.stat().st_size // PAGE + 1))
    pages.close()


def _remove(path: Path, *, itself: bool = True) -> None:
    for end in ("-wal", "-shm", "-journal", *([""] if itself else [])):
        path.with_name(path.name + end).unlink(missing_ok=True)
