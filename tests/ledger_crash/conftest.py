"""Disks that fail on purpose, as SQLite VFSes over the real file system."""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest


class Disk(apsw.VFS):
    """A disk whose power can be cut: what was written and not synced is then lost, or partly lost.

    Every operation that changes something is counted; from operation `fails_at` on the disk is gone. `quota` is the
    number of octets that files may have together.
    """

    def __init__(self) -> None:
        self.name = f"disk-{uuid.uuid4()}"
        super().__init__(self.name, "")
        self.unsynced: dict[str, list[tuple[int, bytes, bytes]]] = {}
        self.operations = 0
        self.fails_at: int | None = None
        self.quota: int | None = None
        self.sizes: dict[str, int] = {}

    def xOpen(self, name, flags):  # noqa: N802  (SQLite's word)
        return DiskFile(self, name, flags)

    def count(self) -> None:
        self.operations += 1
        if self.fails_at is not None and self.operations >= self.fails_at:
            raise apsw.IOError("the disk is gone")

    def room(self, path: str, end: int) -> None:
        size = max(self.sizes.get(path, 0), end)
        if self.quota is not None and size > self.sizes.get(path, 0):
            others = sum(octets for other, octets in self.sizes.items() if other != path)
            if others + size > self.quota:
                raise apsw.FullError("no room on this disk")
        self.sizes[path] = size

    def cut(self, luck: random.Random | None = None) -> None:
        """Undo what was not synced; with `luck`, let an arbitrary part of it have reached the disk all the same."""
        for path, writes in self.unsynced.items():
            if not Path(path).exists():
                continue
            with Path(path).open("r+b") as file:
                for at, old, new in reversed(writes):
                    file.seek(at)
                    file.write(old)
                    if len(old) < len(new):
                        file.truncate(at + len(old))
                for at, _, new in writes:
                    if luck is not None and luck.random() < 0.5:
                        torn = new[: luck.choice([len(new), len(new) // 2])]
                        file.seek(at)
                        file.write(torn)
        self.unsynced.clear()


class DiskFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: object, flags: list[int]) -> None:
        self.disk = disk
        self.path = os.fspath(name.filename() if isinstance(name, apsw.URIFilename) else name or "")
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.count()
        self.disk.room(self.path, offset + len(data))
        size = super().xFileSize()
        old = super().xRead(max(0, min(len(data), size - offset)), offset) if offset < size else b""
        # A write past the end leaves a gap; no file of ours is written so, but the record would still be right.
        self.disk.unsynced.setdefault(self.path, []).append((offset, old, bytes(data)))
        super().xWrite(data, offset)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self.disk.count()
        self.disk.unsynced.pop(self.path, None)  # this disk's power is cut by `cut` alone; the real one may be lazy

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.count()
        super().xTruncate(size)
        self.disk.sizes[self.path] = size
        self.disk.unsynced.pop(self.path, None)


@pytest.fixture
def new_disk() -> Iterator[Callable[[], Disk]]:
    disks = []

    def make() -> Disk:
        disks.append(Disk())
        return disks[-1]

    yield make
    for disk in disks:
        disk.unregister()
