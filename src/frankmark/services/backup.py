"""Backup and restore: one file, made while the node runs, put back where there is none.

A backup holds a snapshot of the store and the sealed keys. It never holds the signer's memory of what was signed last,
since a restored memory could sign a second history, nor the file that opens the keys.
"""

from collections.abc import Callable
from dataclasses import dataclass

from frankmark.foundation import canonical
from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.backup import BackupContents, BackupFiles, BackupReason
from frankmark.ports.clock import Clock
from frankmark.ports.keys import KeyVault
from frankmark.services.principals import Principal, require

__all__ = ["BackupFacts", "Backups", "Restored"]

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """What a backup says of itself.

    Attributes:
        node_id: Whose it is.
        release: Which release wrote it.
        created_at: When, RFC 3339.
        unlock_needed: Whether the keys open with the file ``keys/unlock`` of that node only: keep that file apart.
        keys: The names of the sealed keys.
        store_octets: The size of the snapshot.
    """

    node_id: str
    release: str
    created_at: str
    unlock_needed: bool
    keys: tuple[str, ...]
    store_octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back.

    Attributes:
        facts: What the backup said of itself.
        needs_new_origin: The folder does not remember what was signed last: start the node with ``--new-origin``.
    """

    facts: BackupFacts
    needs_new_origin: bool


class Backups:
    """Makes backups of a running node, and looks into any.

    Args:
        files: Writes and reads them.
        clock: Tells the time.
        release: The release that writes.
    """

    def __init__(self, files: BackupFiles, clock: Clock, release: str) -> None:
        self._files = files
        self._clock = clock
        self._release = release

    async def make(  # the parts of a node
        self,
        by: Principal | None,
        target: str,
        *,
        node_id: str,
        vault: KeyVault,
        snapshot: Callable[[str], None],
        unlock_needed: bool,
    ) -> BackupFacts:
        """Write a backup of the running node.

        Args:
            by: An administrator.
            target: The file to make; never an existing one.
            node_id: Whose it is.
            vault: The keys; their sealed form is copied.
            snapshot: Writes a snapshot of the store to a path.
            unlock_needed: Whether the passphrase lies in ``keys/unlock``, which is not copied.

        Returns:
            What the file says, read back from it and compared.

        Raises:
            Refused: `FORBIDDEN`, `BACKUP_EXISTS`.
            Unavailable: The disk is full or cannot be written.
        """
        require(by)
        about = canonical.dump(
            {
                "v": VERSION,
                "nodeId": node_id,
                "release": self._release,
                "createdAt": rfc3339(self._clock.now_ms()),
                "unlockNeeded": unlock_needed,
            }
        )
        keys = {name: vault.read_sealed(name) for name in vault.names()}
        await self._files.write(target, about, keys, snapshot)
        return await self.examine(target)

    async def examine(self, source: str) -> BackupFacts:
        """Read a backup to its end and compare everything, changing nothing: ``restore --dry-run``.

        Raises:
            Refused: `BACKUP_DAMAGED`, `BACKUP_NEWER`.
            Unavailable: `BACKUP_UNREADABLE`.
        """
        return _facts(await self._files.read(source))

    async def restore(self, source: str, folder: str) -> Restored:
        """Put a backup back into a data folder without a node; the node that runs on it is the same one.

        Raises:
            Refused: `BACKUP_DAMAGED`, `BACKUP_NEWER`, `RESTORE_NOT_EMPTY`.
            Unavailable: `BACKUP_UNREADABLE`, or the disk is full or cannot be written.
        """
        facts = await self.examine(source)
        remembers = await self._files.restore(source, folder)
        return Restored(facts=facts, needs_new_origin=not remembers)


def _facts(contents: BackupContents) -> BackupFacts:
    try:
        about = canonical.load(contents.about)
    except Error as wrong:
        raise _damaged() from wrong
    if not isinstance(about, dict) or type(version := about.get("v")) is not int:
        raise _damaged()
    if version > VERSION:
        raise Refused(BackupReason.BACKUP_NEWER, "A newer release wrote this backup; restore it with that one.")
    texts = [about.get(name) for name in ("nodeId", "release", "createdAt")]
    node_id, release, created_at = (text if isinstance(text, str) else "" for text in texts)
    if not (node_id and release and created_at):
        raise _damaged()
    return BackupFacts(
        node_id=node_id,
        release=release,
        created_at=created_at,
        unlock_needed=about.get("unlockNeeded") is not False,
        keys=contents.keys,
        store_octets=contents.store_octets,
    )


def _damaged() -> Refused:
    return Refused(BackupReason.BACKUP_DAMAGED, "This is not a backup of a node.")
