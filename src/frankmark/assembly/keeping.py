"""Looking into backups and putting them back, without a node."""

from collections.abc import Mapping
from pathlib import Path

from frankmark import __version__
from frankmark.adapters.system.backup_file import BackupTar
from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.embedded import NodeOptions, open_node
from frankmark.services.backup import BackupFacts, Backups, Restored
from frankmark.settings import Settings

__all__ = ["begin_successor", "examine", "restore"]


def _backups() -> Backups:
    return Backups(BackupTar(), SystemClock({}), __version__)


async def examine(file: str) -> BackupFacts:
    """Read a backup to its end and compare everything.

    Raises:
        Error: As `Backups.examine`.
    """
    return await _backups().examine(file)


async def restore(file: str, data: Path) -> Restored:
    """Put a backup into a data folder that holds no node.

    Raises:
        Error: As `Backups.restore`.
    """
    return await _backups().restore(file, str(data))


async def begin_successor(settings: Settings, data: Path, environ: Mapping[str, str]) -> str:
    """Begin a successor log for a store that does not remember what its log signed last.

    Returns:
        The origin of the log that is written from now on.

    Raises:
        Error: As `open_node`.
    """
    services = await open_node(settings, data, environ, NodeOptions(new_origin=True))
    try:
        return services.ledger.log.origin
    finally:
        await services.close()
