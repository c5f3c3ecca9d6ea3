"""The data folder: made if it is missing, and looked at by whom else it can be entered."""

import stat
from pathlib import Path

from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import StoreReason

__all__ = ["make_folder", "open_to_others"]

OTHERS = 0o077


def make_folder(data: Path) -> None:
    """Make the data folder, for its owner alone, if it is missing.

    Raises:
        Unavailable: `STORE_UNREACHABLE`.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise Unavailable(StoreReason.STORE_UNREACHABLE, f"{data}: {problem.strerror}") from problem


def open_to_others(data: Path) -> str:
    """The folder and its mode, if its mode lets others in. It is left as it is: somebody may have meant it so."""
    mode = stat.S_IMODE(data.stat().st_mode)
    return f"{data} ({mode:04o})" if mode & OTHERS else ""
