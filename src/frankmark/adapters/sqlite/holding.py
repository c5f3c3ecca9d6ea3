"""`DATA/lock`: one process at a time holds a data folder, and whoever comes second learns who does."""

import fcntl
import os
from pathlib import Path

from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import StoreReason

__all__ = ["LOCK", "Holding"]

LOCK = "lock"
LONGEST_NOTE = 200  # octets of the file that are shown to whoever comes second


class Holding:
    """The exclusive hold on one data folder, from construction to `release`.

    The kernel ends the hold with the process, however it dies; the file's text only names the holder.

    Args:
        folder: The data folder; it exists.

    Raises:
        Unavailable: `STORE_LOCKED` if another process holds the folder, `STORE_UNREACHABLE` if the file cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as problem:
            raise Unavailable(StoreReason.STORE_UNREACHABLE, f"{path}: {problem.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._file, LONGEST_NOTE, 0).decode("ascii", "replace").strip() or "another process"
            os.close(self._file)
            raise Unavailable(StoreReason.STORE_LOCKED, f"{folder} is held by {holder}") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let go; the file stays, empty."""
        os.ftruncate(self._file, 0)
        os.close(self._file)
