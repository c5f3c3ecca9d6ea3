"""Backups: one file with a snapshot of the store and the sealed keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

__all__ = ["BackupContents", "BackupFiles", "BackupReason"]


class BackupReason(StrEnum):
    """Why a backup is not written, read or put back."""

    BACKUP_EXISTS = "BACKUP_EXISTS"  # nothing is overwritten
    BACKUP_DAMAGED = "BACKUP_DAMAGED"  # not a backup, a part is missing, or octets were changed
    BACKUP_NEWER = "BACKUP_NEWER"  # a newer release wrote it
    BACKUP_UNREADABLE = "BACKUP_UNREADABLE"  # the file cannot be opened
    RESTORE_NOT_EMPTY = "RESTORE_NOT_EMPTY"  # there is a node in that folder already


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupContents:
    """What a backup holds, all of it compared with its digests.

    Attributes:
        about: What the writer said of it.
        keys: The names of the sealed keys.
        store_octets: The size of the snapshot.
    """

    about: bytes
    keys: tuple[str, ...]
    store_octets: int


class BackupFiles(Protocol):
    """Writes and reads backups.

    Laws: a backup is there whole or not at all, and nothing is overwritten. What `read` answers and what `restore`
    puts in place was compared with its digests before. What lies in a backup of the key folder's other files, of the
    passphrase and of what was signed last, is nothing.
    """

    async def write(
        self, target: str, about: bytes, keys: Mapping[str, bytes], snapshot: Callable[[str], None]
    ) -> None:
        """Write a backup.

        Args:
            target: The file to make.
            about: What `read` is to answer.
            keys: Sealed keys by name.
            snapshot: Writes a snapshot of the store to a path.

        Raises:
            Refused: `BACKUP_EXISTS`.
            Unavailable: The disk is full or cannot be written.
        """
        ...

    async def read(self, source: str) -> BackupContents:
        """Read a backup to its end and compare everything.

        Raises:
            Refused: `BACKUP_DAMAGED`.
            Unavailable: `BACKUP_UNREADABLE`.
        """
        ...

    async def restore(self, source: str, folder: str) -> bool:
        """Put a backup's parts in place in a data folder without a node.

        Returns:
            Whether the folder remembers what was signed last; if not, the log continues under a new origin only.

        Raises:
            Refused: `BACKUP_DAMAGED`, `RESTORE_NOT_EMPTY`.
            Unavailable: `BACKUP_UNREADABLE`, or the disk is full or cannot be written.
        """
        ...
