"""Backups: any octets are a whole backup or damage, and nothing is unpacked outside the folder."""

import asyncio
import tempfile
from pathlib import Path

from frankmark.adapters.system.backup_file import BackupTar
from frankmark.foundation.errors import Error


def one_input(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        source, folder = Path(place) / "in" / "backup", Path(place) / "out" / "data"
        source.parent.mkdir()
        source.write_bytes(data)
        try:
            asyncio.run(BackupTar().restore(str(source), str(folder)))
        except Error:
            if folder.exists():
                raise AssertionError("something was unpacked of what is no backup") from None
        if {path.name for path in Path(place).iterdir()} - {"in", "out"}:
            raise AssertionError("something was unpacked outside the folder")
