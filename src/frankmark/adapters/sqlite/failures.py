"""What SQLite and the system say, in the words of `frankmark.ports.durability`."""

import errno
from typing import NoReturn

import apsw

from frankmark.foundation.errors import Error, Unavailable
from frankmark.ports.durability import Damaged, StoreReason

__all__ = ["damage", "raise_translated", "translated"]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def damage(detail: str) -> Damaged:
    """The error for octets that changed under us."""
    return Damaged(StoreReason.STORE_DAMAGED, detail)


def translated(problem: BaseException) -> Error | None:
    """The error of ours for one of SQLite's or the system's; None if it says nothing about the store itself."""
    if isinstance(problem, apsw.FullError) or (isinstance(problem, OSError) and problem.errno in NO_ROOM):
        return Unavailable(StoreReason.STORE_FULL, "no room on the disk: nothing of this write was kept")
    if isinstance(problem, apsw.BusyError | apsw.LockedError):
        return Unavailable(StoreReason.STORE_LOCKED, "another process uses the database file")
    if isinstance(problem, apsw.CorruptError | apsw.NotADBError | apsw.IOError):
        return damage(f"the database file is not what was written: {problem}")
    if isinstance(problem, apsw.CantOpenError | apsw.ReadOnlyError | apsw.PermissionsError | OSError):
        return Unavailable(StoreReason.STORE_UNREACHABLE, f"the data folder cannot be used: {problem}")
    return None


def raise_translated(problem: BaseException) -> NoReturn:
    """Raise our error for this one, or this one itself."""
    raise (translated(problem) or problem) from None
