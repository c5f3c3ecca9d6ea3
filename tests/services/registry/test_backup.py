"""Backup and restore on a real disk: one file, checked by common tools, put back where there is no node."""

import asyncio
import hashlib
import io
import subprocess
import tarfile
from functools import partial
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.adapters.system.backup_file import BackupTar
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.backup import BackupReason
from frankmark.services.backup import Backups
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.reasons import ServiceReason

LIGHT = Hardness(memory_kib=64, passes=1)
PASSPHRASE = Passphrase(octets=b"correct horse", source=PassphraseSource.FILE)


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


def vault(folder: Path) -> KeyFolder:
    return KeyFolder(folder / "keys", PASSPHRASE, SystemEntropy(), hardness=LIGHT)


class Running:
    """A node on a folder."""

    def __init__(self, house, reopened, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self._house, self._reopened = folder, house, reopened
        self.database = Database.open(folder)
        self.vault = vault(folder)

    async def start(self):
        store, trees = SqliteRecords(self.database), SqliteTrees(self.database)
        self.house = await self._reopened(self._house, store=store, trees=trees, vault=self.vault)
        return self.house

    async def stop(self) -> None:
        await self.house.log.close()
        self.database.close()

    async def backup(self, backups: Backups, target: Path):
        return await backups.make(
            LOCAL_ADMIN,
            str(target),
            node_id=self.house.keyring.node_id,
            vault=self.vault,
            snapshot=lambda path: self.database.snapshot(Path(path)),
            unlock_needed=True,
        )


@pytest.fixture
def backups(house) -> Backups:
    return Backups(BackupTar(), house.clock, "0.1.0")


@pytest.fixture
async def made(house, reopened, tmp_path, backups):
    """A node with a stamp, its backup, and the node still running."""
    node = Running(house, reopened, tmp_path / "data")
    running = await node.start()
    (tmp_path / "data" / "keys" / "unlock").write_text("the way in")
    by, stamp = await running.stamped()
    target = tmp_path / "node.backup"
    facts = await node.backup(backups, target)
    yield node, by, stamp, target, facts
    await node.stop()


async def test_a_backup_says_what_it_is_and_holds_what_it_should(made) -> None:
    node, _, _, target, facts = made
    assert facts.node_id == node.house.keyring.node_id
    assert facts.keys == ("es256-0001", "log", "node", "witness")
    assert (facts.release, facts.created_at, facts.unlock_needed) == ("0.1.0", "2026-01-15T10:00:00Z", True)
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as tar:
        names = tar.getnames()
    assert names == [
        "about.json",
        "frankmark.db",
        "keys/es256-0001.key",
        "keys/log.key",
        "keys/node.key",
        "keys/witness.key",
        "SHA256SUMS",
    ]
    assert b"the way in" not in target.read_bytes()
    assert sorted(path.name for path in target.parent.iterdir()) == ["data", "node.backup"]


async def test_common_tools_check_a_backup(made, tmp_path) -> None:
    _, _, _, target, _ = made
    place = tmp_path / "by-hand"
    place.mkdir()
    run = partial(asyncio.to_thread, subprocess.run, check=True, capture_output=True, text=True)
    await run(["tar", "xf", str(target), "-C", str(place)])
    done = await run(["sha256sum", "-c", "SHA256SUMS"], cwd=place)
    assert done.stdout.count(": OK") == 6


async def test_a_restored_node_is_the_same_node_and_needs_a_new_origin(
    made, house, reopened, tmp_path, backups
) -> None:
    node, by, stamp, target, facts = made
    place = tmp_path / "restored"
    restored = await backups.restore(str(target), str(place))
    assert (restored.facts, restored.needs_new_origin) == (facts, True)
    assert not (place / "keys" / "unlock").exists()
    assert (place / "keys").stat().st_mode & 0o777 == 0o700
    again = Running(house, reopened, place)
    running = await again.start()
    assert running.keyring.node_id == node.house.keyring.node_id
    assert await running.store.stamp(stamp.stamp_id) == stamp
    assert (await running.registry.domain(by, by.org_id, "acmecorp.test")).verified_ms
    await again.stop()


async def test_a_folder_that_remembers_what_was_signed_needs_no_new_origin(made, tmp_path, backups) -> None:
    _, _, _, target, _ = made
    place = tmp_path / "restored"
    place.mkdir()
    (place / "signer.db").write_bytes(b"")
    assert not (await backups.restore(str(target), str(place))).needs_new_origin


async def test_nothing_is_overwritten(made, tmp_path, backups) -> None:
    node, _, _, target, _ = made
    before = target.read_bytes()
    await refused(node.backup(backups, target), BackupReason.BACKUP_EXISTS)
    assert target.read_bytes() == before
    await refused(backups.restore(str(target), str(node.folder)), BackupReason.RESTORE_NOT_EMPTY)
    place = tmp_path / "half"
    (place / "keys").mkdir(parents=True)
    (place / "keys" / "node.key").write_bytes(b"")
    await refused(backups.restore(str(target), str(place)), BackupReason.RESTORE_NOT_EMPTY)


async def test_a_dry_run_changes_nothing(made, tmp_path, backups) -> None:
    _, _, _, target, facts = made
    before = sorted(tmp_path.rglob("*"))
    assert await backups.examine(str(target)) == facts
    assert sorted(tmp_path.rglob("*")) == before


async def test_only_an_administrator_makes_backups(made, tmp_path, backups) -> None:
    node, by, _, _, _ = made
    making = backups.make(
        by, str(tmp_path / "x"), node_id="n", vault=node.vault, snapshot=lambda _: None, unlock_needed=False
    )
    await refused(making, ServiceReason.FORBIDDEN)


async def test_a_changed_octet_of_any_member_is_noticed_before_anything_is_put_back(made, tmp_path, backups) -> None:
    _, _, _, target, _ = made
    whole = target.read_bytes()
    with tarfile.open(target) as tar:
        members = [(member.offset, member.offset_data, member.size) for member in tar]
    assert len(members) == 7
    for header, content, size in members:
        for at in (header, content, content + size // 2, content + size - 1):
            bad, place = tmp_path / "bad", tmp_path / "place"
            bad.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            await refused(backups.restore(str(bad), str(place)), BackupReason.BACKUP_DAMAGED)
            assert not place.exists()


@pytest.mark.parametrize("kept", [0, 1, 511, 2_000, 100_000])
async def test_a_backup_that_was_cut_off_is_damaged(made, tmp_path, backups, kept: int) -> None:
    _, _, _, target, _ = made
    bad = tmp_path / "bad"
    bad.write_bytes(target.read_bytes()[:kept])
    await refused(backups.examine(str(bad)), BackupReason.BACKUP_DAMAGED)


def packed(target: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    with tarfile.open(target, "w") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "keys/../../x.key", "keys/unlock", "signer.db", "keys/A.key"]
)
async def test_a_name_that_does_not_belong_in_a_backup_is_not_unpacked(tmp_path, backups, name: str) -> None:
    packed(tmp_path / "bad", (tarfile.TarInfo(name), b"x"))
    await refused(backups.restore(str(tmp_path / "bad"), str(tmp_path / "place")), BackupReason.BACKUP_DAMAGED)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
async def test_a_link_or_a_folder_is_not_unpacked(tmp_path, backups, kind: bytes) -> None:
    info = tarfile.TarInfo("frankmark.db")
    info.type, info.linkname = kind, "/etc/passwd"
    packed(tmp_path / "bad", (info, b""))
    await refused(backups.examine(str(tmp_path / "bad")), BackupReason.BACKUP_DAMAGED)


async def test_a_member_that_stands_twice_or_is_too_large_is_refused(tmp_path, backups) -> None:
    twice = [(tarfile.TarInfo("about.json"), b"{}")] * 2
    packed(tmp_path / "twice", *twice)
    packed(tmp_path / "large", (tarfile.TarInfo("about.json"), b"x" * 65_536))
    for name in ("twice", "large"):
        await refused(backups.examine(str(tmp_path / name)), BackupReason.BACKUP_DAMAGED)


def about(target: Path, text: bytes) -> None:
    """A backup whose sums are right, whatever it says of itself."""
    sums = f"{hashlib.sha256(text).hexdigest()}  about.json\n{hashlib.sha256(b'db').hexdigest()}  frankmark.db\n"
    members = {"about.json": text, "frankmark.db": b"db", "SHA256SUMS": sums.encode()}
    packed(target, *((tarfile.TarInfo(name), content) for name, content in members.items()))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"v":2}', BackupReason.BACKUP_NEWER),
        (b"{}", BackupReason.BACKUP_DAMAGED),
        (b"no json", BackupReason.BACKUP_DAMAGED),
        (b'{"v":1,"nodeId":"","release":"x","createdAt":"x"}', BackupReason.BACKUP_DAMAGED),
        (b'{"v":1,"nodeId":7,"release":"x","createdAt":"x"}', BackupReason.BACKUP_DAMAGED),
    ],
)
async def test_what_a_backup_says_of_itself_must_make_sense(tmp_path, backups, text: bytes, code) -> None:
    about(tmp_path / "file", text)
    await refused(backups.examine(str(tmp_path / "file")), code)


async def test_a_file_that_cannot_be_opened_is_told(tmp_path, backups) -> None:
    await refused(backups.examine(str(tmp_path / "nothing")), BackupReason.BACKUP_UNREADABLE, Unavailable)


async def test_a_snapshot_that_fails_leaves_no_file(made, tmp_path, backups) -> None:
    node, _, _, _, _ = made

    def failing(path: str) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    target = tmp_path / "second.backup"
    making = backups.make(
        LOCAL_ADMIN, str(target), node_id="n", vault=node.vault, snapshot=failing, unlock_needed=False
    )
    with pytest.raises(Unavailable) as raised:
        await making
    assert raised.value.code == "STORE_FULL"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "node.backup"]
