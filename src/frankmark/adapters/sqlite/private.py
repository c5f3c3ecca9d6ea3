"""Files that are their owner's alone, whatever the folder around them was."""

import os
from pathlib import Path

__all__ = ["make_private", "withhold"]

OWNER_ONLY = 0o600
OTHERS = 0o077


def make_private(path: Path) -> None:
    """Make a file that is missing, for its owner alone; SQLite gives the logs beside it the same mode."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY))
    withhold(path)


def withhold(*paths: Path) -> None:
    """Take files that others may read away from them."""
    for path in paths:
        if path.stat().st_mode & OTHERS:
            path.chmod(OWNER_ONLY)
