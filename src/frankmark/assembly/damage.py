"""A copy of a damaged store that opens: for the audit that says which entries the damage touched.

The page seals notice every changed octet and then nothing is read, which protects readers and does not help whoever has
to find out what was changed. In a copy that nobody else sees, the seals are made anew and the entries speak for
themselves.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frankmark.adapters.sqlite.pages import PAGE, Pages

__all__ = ["resealed_copy"]

STORE = "frankmark.db"
LEFT_OUT = ("run", "lock", "*.sock", "backup-before-*", "*.new", "*.db-mark")


@contextmanager
def resealed_copy(data: Path) -> Iterator[Path]:
    """Copy a data folder, its database sealed as it is now; the copy is gone when the context ends.

    Args:
        data: The data folder; it is only read.

    Yields:
        The copy.
    """
    with tempfile.TemporaryDirectory(prefix="frankmark-audit-") as name:
        folder = Path(name, "data")
        shutil.copytree(data, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        store = folder / STORE
        pages = Pages(store)
        try:
            pages.reseal(range(1, store.stat().st_size // PAGE + 1))
        finally:
            pages.close()
        yield folder
