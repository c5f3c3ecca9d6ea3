"""Files that only we may read: checked modes, bounded reads, writes that are whole or not there at all."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.durability import StoreReason

__all__ = ["make_private_folder", "on_disk", "read_private", "sync_folder", "write_private"]

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_OTHERS: Final = 0o077
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # the disk, our share of it, a limit on files


def make_private_folder(folder: Path) -> None:
    """Make the folder if it is missing, and demand that it is ours alone.

    Args:
        folder: Where keys lie; folders above it are made with the process's usual mode.

    Raises:
        Refused: `KEY_FILE_MODE` if group or others may enter.
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as fault:
        raise _unavailable(fault) from fault
    if stat.S_IMODE(mode) & _OTHERS:
        raise Refused(SystemReason.KEY_FILE_MODE, f"{folder.name} with mode 0700: chmod 700 it")


def read_private(file: Path, max_bytes: int) -> bytes:
    """Read a file that group and others may not touch.

    Args:
        file: A regular file.
        max_bytes: The longest content accepted.

    Returns:
        The content.

    Raises:
        FileNotFoundError: There is none; the caller knows what that means.
        Refused: `KEY_FILE_MODE` for another mode or for what is no regular file; `KEY_FILE_MALFORMED` if it is longer.
        Unavailable: `STORE_UNREACHABLE`.
    """
    try:
        # Not blocking: a named pipe put in the file's place must not hold the process.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            content = _read_checked(descriptor, file.name, max_bytes)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise _unavailable(fault) from fault
    if len(content) > max_bytes:
        raise Refused(SystemReason.KEY_FILE_MALFORMED, f"{file.name} of at most {max_bytes} octets")
    return content


def write_private(file: Path, content: bytes) -> None:
    """Put a file in place atomically and durably: after a crash there is the old content or the new, never a part.

    Args:
        file: In a folder made by `make_private_folder`.
        content: All of it.

    Raises:
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`; what was there before is untouched.
    """
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.unlink(missing_ok=True)
        try:
            _write_synced(draft, content)
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(file.parent)
    except OSError as fault:
        raise _unavailable(fault) from fault


def _read_checked(descriptor: int, name: str, max_bytes: int) -> bytes:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & _OTHERS:
        raise Refused(SystemReason.KEY_FILE_MODE, f"{name} as a regular file with mode 0600: chmod 600 it")
    with os.fdopen(descriptor, "rb", closefd=False) as stream:
        return stream.read(max_bytes + 1)


def _write_synced(draft: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, flags, FILE_MODE), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in a folder last.

    Raises:
        OSError: The disk fails.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def on_disk() -> Iterator[None]:
    """Say of what the disk refuses what every store says of it.

    Raises:
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """
    try:
        yield
    except OSError as fault:
        raise _unavailable(fault) from fault


def _unavailable(fault: OSError) -> Error:
    code = StoreReason.STORE_FULL if fault.errno in _FULL else StoreReason.STORE_UNREACHABLE
    return Unavailable(code, os.strerror(fault.errno or 0))
