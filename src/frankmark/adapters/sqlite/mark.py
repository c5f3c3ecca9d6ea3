"""How far the write-ahead log has been vouched for: a mark of its last commit that somebody was told of.

After a crash SQLite keeps the longest valid prefix of its log. Whether the end was never synced, or was synced and has
changed since, cannot be seen from the log itself when it is the *last* transaction that is broken. So the last commit
before every answer is noted in a file of its own, ``frankmark.db-mark``, which is synced after the log and before
anybody is answered. At the next opening a log that does not hold the marked commit has lost something; one that holds
more was cut off between commit and answer.

The file has two slots of 48 octets, at 0 and 4,096, written in turn, so that a torn write spoils at most the newer: the
word ``FMMARK01``, a sequence number (64 bits), the commit's frame (32 bits, from 1; 0 for an empty log), the 24 octets
of that frame's header, and a CRC-32 over all of it. Numbers are big-endian.
"""

import os
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import apsw

from frankmark.adapters.sqlite.failures import damage
from frankmark.adapters.sqlite.private import make_private
from frankmark.adapters.sqlite.walfile import FRAME, HEADER, MASK, WalFile

__all__ = ["END", "MarkFile", "Marked"]

END = "-mark"
WORD = b"FMMARK01"
SLOT = struct.Struct(">8sQI24s")
SUM = struct.Struct(">I")
SLOT_SIZE = SLOT.size + SUM.size
APART = 4_096
HALF = 1 << 31
SYNC = apsw.SQLITE_SYNC_NORMAL | apsw.SQLITE_SYNC_DATAONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The commit that was vouched for last.

    Attributes:
        frame: The number of its last frame in the log, from 1; 0 if everything is in the database file.
        head: The header of that frame, which tells the log's generation and the sum of all before it.
    """

    frame: int = 0
    head: bytes = field(default=bytes(FRAME.size))

    @property
    def salts(self) -> tuple[int, int]:
        """The two numbers that tell one generation of the log from the others."""
        _, _, first, second, _, _ = FRAME.unpack(self.head)
        return first, second


class MarkFile:
    """The mark of one database, open for the life of its writer. Use `open`."""

    def __init__(self, file: apsw.VFSFile, log: Path, page: int) -> None:
        self._file = file
        self._log = log
        self._stride = FRAME.size + page
        self._octets: int | None = None
        self._sequence, self.marked = self._newest()

    @classmethod
    def open(cls, path: Path, *, page: int, vfs: str = "") -> Self:
        """Open the mark of a database, or make one that vouches for nothing.

        Args:
            path: The database file.
            page: The size of its pages, in octets.
            vfs: The name of a registered VFS; the system's own unless given.

        Returns:
            The open mark.

        Raises:
            Damaged: `STORE_DAMAGED` if the file holds no mark.
        """
        place = path.with_name(f"{path.name}{END}")
        if not place.exists():
            _make(place, vfs)
        return cls(_opened(place, vfs), path.with_name(f"{path.name}-wal"), page)

    def demand(self, log: WalFile) -> None:
        """Compare a log as it was found with what was vouched for.

        Args:
            log: What the log file holds.

        Raises:
            Damaged: `STORE_DAMAGED` if a synced transaction is broken, or if the marked commit is neither in the log
                nor, as far as anyone can know, in the database file.
        """
        if log.damaged:
            raise damage("the write-ahead log changed on the disk: synced transactions would be lost")
        if not self.marked.frame:
            return
        if log.salts is None:
            raise damage("the write-ahead log is gone, and with it writes that were acknowledged")
        if log.salts != self.marked.salts:
            # The log starts over only after all of it has reached the file, and counts its generations up.
            if not 0 < (log.salts[0] - self.marked.salts[0]) & MASK < HALF:
                raise damage("the write-ahead log is not the one that this database had last")
            return
        if log.frames < self.marked.frame or self._head(self.marked.frame) != self.marked.head:
            raise damage("the end of the write-ahead log changed on the disk: acknowledged writes would be lost")

    def vouch(self, frame: int) -> None:
        """Note a synced commit; on the disk when this returns.

        Args:
            frame: The number of the commit's last frame.
        """
        self._write(Marked(frame=frame, head=self._head(frame)))

    def clear(self) -> None:
        """Note that the database file holds everything; to be called before the log may be emptied."""
        if self.marked.frame:
            self._write(Marked())

    def close(self) -> None:
        """Close the files."""
        self._file.xClose()
        if self._octets is not None:
            os.close(self._octets)
            self._octets = None

    def _head(self, frame: int) -> bytes:
        # Nobody locks the log file itself, so its descriptors may come and go.
        if self._octets is None:
            self._octets = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._octets, FRAME.size, HEADER.size + (frame - 1) * self._stride)

    def _newest(self) -> tuple[int, Marked]:
        found = [slot for at in (0, APART) if (slot := self._slot(at)) is not None]
        if not found:
            self._file.xClose()
            raise damage("the mark of what was acknowledged changed on the disk")
        return max(found, key=lambda slot: slot[0])

    def _slot(self, at: int) -> tuple[int, Marked] | None:
        if self._file.xFileSize() < at + SLOT_SIZE:
            return None
        octets = self._file.xRead(SLOT_SIZE, at)
        word, sequence, frame, head = SLOT.unpack_from(octets)
        if word != WORD or SUM.unpack_from(octets, SLOT.size) != (zlib.crc32(octets[: SLOT.size]),):
            return None
        return sequence, Marked(frame=frame, head=head)

    def _write(self, marked: Marked) -> None:
        self._sequence += 1
        self._file.xWrite(_rendered(self._sequence, marked), self._sequence % 2 * APART)
        self._file.xSync(SYNC)
        self.marked = marked


def _rendered(sequence: int, marked: Marked) -> bytes:
    octets = SLOT.pack(WORD, sequence, marked.frame, marked.head)
    return octets + SUM.pack(zlib.crc32(octets))


def _opened(place: Path, vfs: str) -> apsw.VFSFile:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_SUPER_JOURNAL  # a file beside the database, of no page form
    return apsw.VFSFile(vfs, str(place), [flags, 0])


def _make(place: Path, vfs: str) -> None:
    """Make the file in one move: whoever finds it finds it whole."""
    new = place.with_name(f"{place.name}.new")
    new.unlink(missing_ok=True)
    make_private(new)
    file = _opened(new, vfs)
    for sequence in (0, 1):
        file.xWrite(_rendered(sequence, Marked()), sequence * APART)
    file.xSync(apsw.SQLITE_SYNC_NORMAL)
    file.xClose()
    new.rename(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
