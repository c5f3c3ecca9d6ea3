"""All files of a key folder replaced at once: after a crash it holds the old ones or the new ones, never some of each.

The new files are made in ``.resealed``, a folder that counts for nothing. Renaming it to ``resealed`` is the moment at
which they count: from then on whoever opens the key folder first copies them into place, without any passphrase, and
puts that folder away when all of them are there.
"""

import shutil
from pathlib import Path
from typing import Final

from frankmark.adapters.system.private_files import (
    make_private_folder,
    on_disk,
    read_private,
    sync_folder,
    write_private,
)

__all__ = ["COUNTED", "UNLOCK", "commit", "draft_of", "settle"]

UNLOCK: Final = "unlock"
COUNTED: Final = "resealed"
_DRAFT: Final = f".{COUNTED}"
_LARGEST: Final = 24_576


def draft_of(folder: Path) -> Path:
    """An empty folder for the new files; what an earlier attempt left there is gone.

    Raises:
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """
    draft = folder / _DRAFT
    with on_disk():
        if draft.exists():
            shutil.rmtree(draft)
    make_private_folder(draft)
    return draft


def commit(folder: Path) -> None:
    """Let the files of `draft_of` replace all others; one that holds no ``unlock`` takes that file away.

    Args:
        folder: The key folder. Nobody else has it open.

    Raises:
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """
    with on_disk():
        sync_folder(folder / _DRAFT)
        (folder / _DRAFT).rename(folder / COUNTED)
        sync_folder(folder)
    settle(folder)


def settle(folder: Path) -> None:
    """Finish a replacement that counts already, and forget one that never did.

    Args:
        folder: The key folder, which may not exist. Nobody else has it open.

    Raises:
        Refused: `KEY_FILE_MODE` if one of the files is open to others.
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`; the next call goes on.
    """
    counted, draft = folder / COUNTED, folder / _DRAFT
    with on_disk():
        if counted.exists():
            files = sorted(file for file in counted.iterdir() if not file.name.startswith("."))
            for file in files:
                write_private(folder / file.name, read_private(file, _LARGEST))
            if not (counted / UNLOCK).exists():
                (folder / UNLOCK).unlink(missing_ok=True)
            if draft.exists():
                shutil.rmtree(draft)
            sync_folder(folder)
            counted.rename(draft)
            sync_folder(folder)
        if draft.exists():
            shutil.rmtree(draft)
