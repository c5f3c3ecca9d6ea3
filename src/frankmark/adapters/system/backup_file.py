"""A backup as a tar archive (POSIX.1-2001 pax) that common tools read and check.

::

    about.json      what the writer said of it
    frankmark.db    the snapshot
    keys/NAME.key   sealed keys
    SHA256SUMS      a line for each of the above, as sha256sum(1) writes and checks them

Members come in this order and no others. Nothing is unpacked by the names in the archive: each name must be one of
these, and its octets go where that name belongs.
"""

import asyncio
import errno
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from frankmark.adapters.system.keychange import COUNTED
from frankmark.adapters.system.private_files import make_private_folder
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.backup import BackupContents, BackupReason
from frankmark.ports.durability import StoreReason

__all__ = ["BackupTar"]

ABOUT = "about.json"
STORE = "frankmark.db"
SUMS = "SHA256SUMS"
KEYS = "keys"
SIGNER = "signer.db"
KEY = re.compile(r"keys/([a-z0-9][a-z0-9_.-]{0,63})\.key", re.ASCII)
LARGEST_TEXT = 65_536  # octets of anything but the store
MOST_MEMBERS = 256
CHUNK = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One member of an archive."""

    name: str
    size: int
    content: IO[bytes]


class BackupTar:
    """Writes and reads backups on this machine's disk; see `BackupFiles`."""

    async def write(
        self, target: str, about: bytes, keys: Mapping[str, bytes], snapshot: Callable[[str], None]
    ) -> None:
        """See `BackupFiles.write`."""
        await asyncio.to_thread(_write, Path(target), about, keys, snapshot)

    async def read(self, source: str) -> BackupContents:
        """See `BackupFiles.read`."""
        return await asyncio.to_thread(_read, Path(source))

    async def restore(self, source: str, folder: str) -> bool:
        """See `BackupFiles.restore`."""
        return await asyncio.to_thread(_restore, Path(source), Path(folder))


def _write(target: Path, about: bytes, keys: Mapping[str, bytes], snapshot: Callable[[str], None]) -> None:
    if target.exists():
        raise Refused(BackupReason.BACKUP_EXISTS, f"{target} is there already; name another file.")
    draft, copy = (target.with_name(f".{target.name}.{part}") for part in ("draft", "snapshot"))
    with _on_disk(BackupReason.BACKUP_UNREADABLE):
        try:
            draft.unlink(missing_ok=True)  # one that was left behind would keep its mode
            snapshot(str(copy))
            _pack(draft, about, copy, keys)
            os.link(draft, target)  # unlike a rename it never replaces what came there meanwhile
            _sync(target.parent)
        except FileExistsError:
            raise Refused(BackupReason.BACKUP_EXISTS, f"{target} is there already; name another file.") from None
        finally:
            draft.unlink(missing_ok=True)
            copy.unlink(missing_ok=True)


def _pack(draft: Path, about: bytes, store: Path, keys: Mapping[str, bytes]) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    sums: list[str] = []
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:

        def add(name: str, content: IO[bytes], size: int) -> None:
            member = tarfile.TarInfo(name)
            member.size, member.mode = size, 0o600
            tar.addfile(member, content)
            content.seek(0)
            sums.append(f"{_digest(content)}  {name}\n")

        add(ABOUT, io.BytesIO(about), len(about))
        with store.open("rb") as content:
            add(STORE, content, os.fstat(content.fileno()).st_size)
        for name, sealed in sorted(keys.items()):
            add(f"{KEYS}/{name}.key", io.BytesIO(sealed), len(sealed))
        text = "".join(sums).encode()
        add(SUMS, io.BytesIO(text), len(text))
        tar.close()
        out.flush()
        os.fsync(out.fileno())


def _read(source: Path) -> BackupContents:
    """Compare every member with its sum."""
    about, keys, store, sums, told = b"", list[str](), -1, dict[str, str](), b""
    with _archive(source) as members:
        for member in members:
            if member.name == SUMS:
                told = member.content.read(LARGEST_TEXT)
                continue
            if member.name == ABOUT:
                about = member.content.read(LARGEST_TEXT)
                member.content.seek(0)
            sums[member.name] = _digest(member.content)
            if member.name == STORE:
                store = member.size
            elif key := KEY.fullmatch(member.name):
                keys.append(key[1])
    expected = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    if told != expected or store < 0 or ABOUT not in sums:
        raise _damaged(source)
    return BackupContents(about=about, keys=tuple(sorted(keys)), store_octets=store)


def _restore(source: Path, folder: Path) -> bool:
    _read(source)
    keys = folder / KEYS
    if any(folder.glob(f"{STORE}*")) or any(keys.glob("*.key")) or (keys / COUNTED).exists():
        raise Refused(BackupReason.RESTORE_NOT_EMPTY, f"{folder} holds a node already; name an empty folder.")
    with _on_disk(StoreReason.STORE_UNREACHABLE):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private_folder(keys)
        with _archive(source) as members:
            wanted = (member for member in members if member.name not in {ABOUT, SUMS})
            drafts = [(_unpacked(member, folder / member.name), folder / member.name) for member in wanted]
        # The store comes last: a folder where this was cut off holds no node that could start.
        for draft, place in sorted(drafts, key=lambda pair: pair[1].name == STORE):
            draft.replace(place)
            _sync(place.parent)
    return (folder / SIGNER).exists()


def _unpacked(member: Found, place: Path) -> Path:
    draft = place.with_name(f".{place.name}.restored")
    draft.unlink(missing_ok=True)  # one that was left behind would keep its mode
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while chunk := member.content.read(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return draft


@contextmanager
def _archive(source: Path) -> Iterator[Iterator[Found]]:
    """The members of an archive, open as long as the context is; what cannot be read inside it is damage."""
    with _on_disk(BackupReason.BACKUP_UNREADABLE), source.open("rb") as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r:") as tar:
                yield _members(source, tar)
        except (tarfile.TarError, EOFError, ValueError):
            raise _damaged(source) from None


def _members(source: Path, tar: tarfile.TarFile) -> Iterator[Found]:
    """The members, each of a known name and sort, none twice, and none too large."""
    seen: set[str] = set()
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        known = member.name in {ABOUT, STORE, SUMS} or KEY.fullmatch(member.name)
        small = member.name == STORE or member.size <= LARGEST_TEXT
        if content is None or not known or not small or member.name in seen or len(seen) >= MOST_MEMBERS:
            raise _damaged(source)
        seen.add(member.name)
        yield Found(name=member.name, size=member.size, content=content)


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _on_disk(code: BackupReason | StoreReason) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        full = fault.errno in {errno.ENOSPC, errno.EDQUOT}
        where = f"{fault.filename}: " if fault.filename else ""
        detail = f"{where}{os.strerror(fault.errno or 0)}"
        raise Unavailable(StoreReason.STORE_FULL if full else code, detail) from None


def _damaged(source: Path) -> Refused:
    return Refused(BackupReason.BACKUP_DAMAGED, f"{source} is not a backup, or it was changed.")
