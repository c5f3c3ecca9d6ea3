"""Any octets as a write-ahead log: what counts in it, without a crash, and never more frames than there are."""

import tempfile
from pathlib import Path

from frankmark.adapters.sqlite.walfile import examine

FILE = Path(tempfile.mkdtemp()) / "log"


def one_input(data: bytes) -> None:
    FILE.write_bytes(data)
    found = examine(FILE)
    if found.frames * (24 + 512) > len(data):
        raise AssertionError("more frames than octets")
