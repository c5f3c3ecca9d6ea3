"""A log's resources as files: a folder that any static web server can serve as c2sp.org/tlog-tiles asks."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import StoreReason

__all__ = ["TileFolder"]


class TileFolder:
    """Writes resources of one log below a folder.

    Law: a file is there whole or not at all. Tiles and bundles never change, so one that is there is left alone; the
    checkpoint is replaced, and only after everything that it speaks of was synced.

    Args:
        folder: The folder; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, path: str, octets: bytes) -> None:
        """Write one resource and sync it.

        Args:
            path: ``checkpoint`` or a tile path, which is all digits, dots and slashes below ``tile/``.
            octets: The resource.

        Raises:
            Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
        """
        target = self._folder / path
        if path != "checkpoint" and target.exists():
            return
        new = target.with_name(f"{target.name}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            new.rename(target)
            _sync(target.parent)
        except OSError as problem:
            with suppress(OSError):
                new.unlink()
            full = problem.errno in {errno.ENOSPC, errno.EDQUOT}
            reason = StoreReason.STORE_FULL if full else StoreReason.STORE_UNREACHABLE
            raise Unavailable(reason, f"{target}: {problem.strerror}") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
