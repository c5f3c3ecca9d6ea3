"""A log's resources as files."""

from pathlib import Path

import pytest

from frankmark.adapters.system.tiles import TileFolder
from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import StoreReason


def test_tiles_are_written_once_and_the_checkpoint_anew(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path / "export")
    folder.write("tile/0/x001/234.p/5", b"first")
    folder.write("tile/0/x001/234.p/5", b"second")
    folder.write("tile/0/x001/234", b"full")
    folder.write("checkpoint", b"first")
    folder.write("checkpoint", b"second")
    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        "export/tile/0/x001/234.p/5": b"first",
        "export/tile/0/x001/234": b"full",
        "export/checkpoint": b"second",
    }


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(b"a file")
    with pytest.raises(Unavailable) as caught:
        TileFolder(tmp_path / "export").write("checkpoint", b"")
    assert caught.value.code is StoreReason.STORE_UNREACHABLE
