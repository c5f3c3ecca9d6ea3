"""Page seals: each page of the database file ends in its own number and a CRC-32 over itself.

SQLite leaves the last octets of every page to whoever asks for them (file format §1.3.4, "reserved bytes"); here they
are 8: the page number and the CRC-32, both big-endian, over the page's other 4,088 octets and the page number. A CRC-32
finds every change of up to 32 consecutive bits, so one changed octet is always seen, and a page in another's place too.

SQLite writes pages into the file only in a checkpoint, and this module owns the checkpoint: it copies pages out of the
write-ahead log, seals them, syncs, and only then may the log be overwritten. A crash between any two of these steps
finds all of those pages still in the log, and the next opening does it again.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import apsw

from frankmark.adapters.sqlite.failures import damage

__all__ = ["PAGE", "RESERVED", "Pages", "checkpoint"]

PAGE = 4_096
RESERVED = 8
BODY = PAGE - RESERVED
LOCK_PAGE = 0x4000_0000 // PAGE + 1  # SQLite locks octets here and never writes the page
CHUNK = 256  # pages read at once in a scan
SEAL = struct.Struct(">II")
FRAME = struct.Struct(">6I")
EMPTY = bytes(PAGE)


def _seal(number: int, body: bytes | memoryview) -> bytes:
    """The 8 octets that end page `number` (from 1) whose other octets are `body`."""
    return SEAL.pack(number, zlib.crc32(body, number))


class Pages:
    """The pages of one database file.

    The descriptor stays open until `close`: closing any descriptor of the file would drop the locks that SQLite holds
    on it in this process (POSIX advisory locks).

    Args:
        path: The database file.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def close(self) -> None:
        """Close the descriptor; after every connection of this process to the file."""
        os.close(self._file)

    def verify(self, first: int = 1, count: int | None = None) -> int:
        """Read pages and compare their seals. A page of zeros was allocated and never written: it holds nothing.

        Args:
            first: The number of the first page.
            count: How many pages; None for all that follow.

        Returns:
            The number of the page after the last one read; the same as `first` at the end of the file.

        Raises:
            Damaged: `STORE_DAMAGED` with the number of the page, or if the file does not end with a page.
        """
        pages, rest = divmod(os.fstat(self._file).st_size, PAGE)
        if rest:
            raise damage("the database file does not end with a page")
        last = pages if count is None else min(pages, first + count - 1)
        for start in range(first, last + 1, CHUNK):
            self._verify_chunk(start, min(CHUNK, last + 1 - start))
        return max(first, last + 1)

    def _verify_chunk(self, start: int, count: int) -> None:
        try:
            octets = memoryview(os.pread(self._file, count * PAGE, (start - 1) * PAGE))
        except OSError as problem:
            raise damage(f"the database file cannot be read: {problem.strerror}") from None
        for number, at in zip(range(start, start + count), range(0, len(octets), PAGE), strict=True):
            if octets[at + BODY : at + PAGE] != _seal(number, octets[at : at + BODY]):
                page = octets[at : at + PAGE]
                if page != EMPTY and number != LOCK_PAGE:
                    raise damage(f"page {number} of the database file changed on the disk")

    def reseal(self, numbers: Iterable[int]) -> None:
        """Seal pages anew and sync the file; for pages that a checkpoint has just written."""
        with mmap.mmap(self._file, 0) as octets:
            view = memoryview(octets)
            for number in numbers:
                at = (number - 1) * PAGE
                if at + PAGE <= len(view):  # the last transaction may have shortened the database
                    view[at + BODY : at + PAGE] = _seal(number, view[at : at + BODY])
            view.release()
        os.fsync(self._file)

    def verify_each(self, numbers: Iterable[int]) -> None:
        """Compare the seals of single pages before a checkpoint overwrites what a transaction was built on.

        Raises:
            Damaged: `STORE_DAMAGED` with the number of the page.
        """
        pages = os.fstat(self._file).st_size // PAGE
        with mmap.mmap(self._file, 0, access=mmap.ACCESS_READ) as octets:
            for number in numbers:
                page = octets[(number - 1) * PAGE : number * PAGE] if number <= pages else EMPTY
                if page[BODY:] != _seal(number, page[:BODY]) and page != EMPTY:
                    raise damage(f"page {number} of the database file changed on the disk")


def _in_the_log(path: Path, frames: int) -> set[int]:
    """The numbers of the pages that lie in the first `frames` frames of a write-ahead log (file format §4.1)."""
    if not frames:
        return set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
        stride = FRAME.size + PAGE
        return {FRAME.unpack_from(octets, 32 + stride * frame)[0] for frame in range(frames)}


def checkpoint(connection: apsw.Connection, pages: Pages, frames: int, *, trust: bool = False) -> bool:
    """Bring the first `frames` frames of the log into the file, sealed; afterwards the log may start over.

    Only the thread of the one writer may call this, between two transactions.

    Args:
        connection: The writer's connection.
        pages: The pages of the same database.
        frames: How many frames of the log hold committed pages.
        trust: Whether the pages in the file may be torn, as after a crash, since the log holds them whole.

    Returns:
        Whether the file now holds all that the log does; not, as long as somebody reads what was before it.

    Raises:
        Damaged: `STORE_DAMAGED` if a page that a transaction was built on has changed in the file.
    """
    numbers = _in_the_log(Path(connection.filename_wal), frames)
    if not trust:
        pages.verify_each(numbers)
    logged, copied = connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_PASSIVE)
    if numbers:
        pages.reseal(numbers)
    return logged == copied
