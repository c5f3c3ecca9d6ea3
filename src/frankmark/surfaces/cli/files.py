"""Files and standard input, read with a limit; files of ours, written whole and never over another."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from frankmark.foundation.errors import Malformed, Refused
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["STDIN", "is_file", "lines_of", "read", "write_new"]

STDIN = "-"


def read(name: str, most: int) -> bytes:
    """The octets of a file, or of standard input for ``-``.

    Args:
        name: The file.
        most: The most octets that are read.

    Raises:
        Malformed: `FILE_UNREADABLE`, `FILE_TOO_LARGE`.
    """
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as source:
                data = source.read(most + 1)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "no such name"
        raise Malformed(CliReason.FILE_UNREADABLE, f"{name}: {reason}") from fault
    if len(data) > most:
        raise Malformed(CliReason.FILE_TOO_LARGE, f"{name}: more than {most} octets")
    return data


def is_file(name: str) -> bool:
    """Whether there is a file of that name."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long, or not a name at all
        return False


def lines_of(name: str, most: int) -> Iterator[str]:
    """The lines of a text file that say something: blank ones and those that begin with ``#`` are left out.

    Raises:
        Malformed: As `read`; `FILE_UNREADABLE` too if it is not UTF-8.
    """
    try:
        text = read(name, most).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Malformed(CliReason.FILE_UNREADABLE, f"{name}: not UTF-8 text") from fault
    return (line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def write_new(name: str, data: bytes, mode: int = 0o644) -> None:
    """Write a file that is not there yet.

    Raises:
        Refused: `FILE_EXISTS`.
        Malformed: `FILE_UNREADABLE`, the folder cannot be written.
    """
    try:
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as sink:
            sink.write(data)
    except FileExistsError as fault:
        raise Refused(CliReason.FILE_EXISTS, f"{name} is there already; nothing was overwritten") from fault
    except OSError as fault:
        raise Malformed(CliReason.FILE_UNREADABLE, f"{name}: {fault.strerror}") from fault
