"""Any octets as the mark of what was acknowledged: damage, or a mark that is written and read again as it was."""

import tempfile
from pathlib import Path

from frankmark.adapters.sqlite.mark import END, MarkFile
from frankmark.foundation.errors import Error

FOLDER = Path(tempfile.mkdtemp())
FILE = FOLDER / "db"
(FOLDER / "db-wal").write_bytes(bytes(32 + 24 + 4_096))


def one_input(data: bytes) -> None:
    (FOLDER / f"db{END}").write_bytes(data)
    try:
        mark = MarkFile.open(FILE, page=4_096)
    except Error:
        return
    mark.vouch(1)
    told = mark.marked
    mark.close()
    again = MarkFile.open(FILE, page=4_096)
    again.close()
    if again.marked != told:
        raise AssertionError("another mark than was written")
