"""Keys at rest: sealed, private, whole; each way of being wrong has its code."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
from frankmark.adapters.system.private_files import make_private_folder, read_private, write_private
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable, Unverified
from frankmark.ports.durability import StoreReason

LIGHT = Hardness(memory_kib=64, passes=1)
SECRET = bytes(range(32))


def passphrase(text: str = "correct horse") -> Passphrase:
    return Passphrase(octets=text.encode(), source=PassphraseSource.PROMPT)


def folder(path: Path, text: str = "correct horse", hardness: Hardness = LIGHT) -> KeyFolder:
    return KeyFolder(path / "keys", passphrase(text), SystemEntropy(), hardness=hardness)


def refused(code: SystemReason | StoreReason, act, kind: type[Error]) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


def listed(path: Path) -> list[str]:
    return [file.name for file in path.iterdir()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_comes_back_in_another_process(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write("node", SECRET)
    mine.write("log.note-1", b"")
    again = folder(tmp_path)
    assert again.names() == ("log.note-1", "node")
    assert (again.read("node"), again.read("log.note-1")) == (SECRET, b"")
    again.write("node", b"new")
    assert folder(tmp_path).read("node") == b"new"


def test_files_and_folder_are_ours_alone(tmp_path: Path) -> None:
    folder(tmp_path).write("node", SECRET)
    assert mode(tmp_path / "keys") == 0o700
    assert mode(tmp_path / "keys" / "node.key") == 0o600
    assert listed(tmp_path / "keys") == ["node.key"]


def test_the_default_costs_what_the_operators_page_says(tmp_path: Path) -> None:
    heavy = KeyFolder(tmp_path / "keys", passphrase(), SystemEntropy())
    heavy.write("node", SECRET)
    line, body = (tmp_path / "keys" / "node.key").read_text().splitlines()
    assert re.fullmatch(
        r"frankmark-key/1 argon2id m=65536 t=3 p=1 salt=[\w-]{22} check=[\w-]{22} nonce=[\w-]{16}", line
    )
    assert re.fullmatch(r"[\w-]{64}", body)
    assert KeyFolder(tmp_path / "keys", passphrase(), SystemEntropy()).read("node") == SECRET


def test_all_files_share_one_salt_and_no_nonce(tmp_path: Path) -> None:
    folder(tmp_path).write("a", SECRET)
    folder(tmp_path, hardness=Hardness(memory_kib=128, passes=2)).write("b", SECRET)
    one, other = ((tmp_path / "keys" / f"{name}.key").read_text() for name in "ab")
    assert one.split(" check=")[0] == other.split(" check=")[0]
    assert one.split(" nonce=")[1] != other.split(" nonce=")[1]


def test_the_secret_is_not_in_the_file(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write("node", b"plain secret text")
    assert b"plain" not in mine.read_sealed("node")
    assert "horse" not in repr(passphrase())


def test_a_wrong_passphrase_neither_reads_nor_writes(tmp_path: Path) -> None:
    folder(tmp_path).write("node", SECRET)
    wrong = folder(tmp_path, "incorrect horse")
    refused(SystemReason.PASSPHRASE_WRONG, lambda: wrong.read("node"), Unverified)
    refused(SystemReason.PASSPHRASE_WRONG, lambda: wrong.write("other", b"x"), Unverified)
    assert wrong.names() == ("node",)


def test_a_missing_key_has_a_code(tmp_path: Path) -> None:
    refused(SystemReason.KEY_MISSING, lambda: folder(tmp_path).read("node"), Refused)


@pytest.mark.parametrize("name", ["", "../node", "a/b", ".hidden", "Node", "a" * 65, "a\n", "é", "-a"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    mine = folder(tmp_path)
    for act in (lambda: mine.read(name), lambda: mine.write(name, b"x"), lambda: mine.write_sealed(name, b"x")):
        refused(SystemReason.KEY_NAME_INVALID, act, Refused)


def test_a_secret_is_bounded(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write("node", bytes(16_384))
    assert mine.read("node") == bytes(16_384)
    refused(SystemReason.KEY_FILE_MALFORMED, lambda: mine.write("node", bytes(16_385)), Refused)
    (tmp_path / "keys" / "node.key").write_bytes(bytes(30_000))
    refused(SystemReason.KEY_FILE_MALFORMED, lambda: mine.read("node"), Refused)


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, bits: int) -> None:
    mine = folder(tmp_path)
    mine.write("node", SECRET)
    (tmp_path / "keys" / "node.key").chmod(bits)
    refused(SystemReason.KEY_FILE_MODE, lambda: mine.read("node"), Refused)


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "keys").chmod(0o750)
    refused(SystemReason.KEY_FILE_MODE, lambda: folder(tmp_path), Refused)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    os.mkfifo(tmp_path / "keys" / "pipe.key", 0o600)
    (tmp_path / "keys" / "folder.key").mkdir(0o700)
    for name in ("pipe", "folder"):
        refused(SystemReason.KEY_FILE_MODE, lambda named=name: mine.read(named), Refused)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"m=64", b"m=72", SystemReason.PASSPHRASE_WRONG),
        (b"t=1", b"t=2", SystemReason.PASSPHRASE_WRONG),
        (b"p=1", b"p=2", SystemReason.PASSPHRASE_WRONG),
    ],
)
def test_changed_parameters_do_not_open(tmp_path: Path, old: bytes, new: bytes, code: SystemReason) -> None:
    mine = folder(tmp_path)
    mine.write("node", SECRET)
    changed = mine.read_sealed("node").replace(old, new, 1)
    refused(code, lambda: mine.write_sealed("node", changed), Unverified)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"frankmark-key/1", b"frankmark-key/2"),
        (b"argon2id", b"argon2i"),
        (b"m=64", b"m=1048577"),
        (b"m=64", b"m=7"),
        (b"m=64", b"m=064"),
        (b"t=1", b"t=17"),
        (b"t=1", b"t=0"),
        (b" p=1", b" p=10"),
        (b" p=1", b""),
        (b" nonce=", b"  nonce="),
        (b"\n", b"\r\n"),
        (b"\n", b"\n\n"),
        (b"\n", b""),
        (b"salt=", b"salt=\xc3\xa9"),
    ],
)
def test_headers_of_another_form_are_malformed(tmp_path: Path, old: bytes, new: bytes) -> None:
    mine = folder(tmp_path)
    mine.write("node", SECRET)
    changed = mine.read_sealed("node").replace(old, new, 1)
    refused(SystemReason.KEY_FILE_MALFORMED, lambda: mine.write_sealed("node", changed), Malformed)


@given(st.data())
def test_a_file_with_any_octet_changed_does_not_open(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    mine = folder(tmp_path_factory.mktemp("keys"))
    mine.write("node", SECRET)
    content = mine.read_sealed("node")
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :]
    with pytest.raises((Malformed, Unverified)) as raised:
        mine.write_sealed("node", changed)
    assert raised.value.code in SystemReason
    assert mine.read("node") == SECRET


def test_a_changed_body_is_told_from_a_wrong_passphrase(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write("node", SECRET)
    line, body = mine.read_sealed("node").splitlines()
    for other in (body[:-4], body.swapcase(), b"AAAA"):
        refused(
            SystemReason.KEY_FILE_TAMPERED,
            lambda b=other: mine.write_sealed("node", line + b"\n" + b + b"\n"),
            Unverified,
        )


def test_no_file_takes_anothers_place(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write("retired", b"old key")
    mine.write("current", b"new key")
    refused(
        SystemReason.KEY_FILE_TAMPERED, lambda: mine.write_sealed("current", mine.read_sealed("retired")), Unverified
    )
    assert mine.read("current") == b"new key"


def test_a_backup_opens_in_another_folder(tmp_path: Path) -> None:
    mine = folder(tmp_path / "one")
    for name in ("a", "b"):
        mine.write(name, name.encode())
    other = folder(tmp_path / "two")
    for name in mine.names():
        other.write_sealed(name, mine.read_sealed(name))
    other.write("c", b"c")
    assert [folder(tmp_path / "two").read(name) for name in "abc"] == [b"a", b"b", b"c"]


def test_a_draft_left_by_a_killed_process_is_no_key_and_is_overwritten(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    (tmp_path / "keys" / ".node.key.draft").write_bytes(b"half")
    assert mine.names() == ()
    mine.write("node", SECRET)
    assert listed(tmp_path / "keys") == ["node.key"]


def test_a_folder_that_cannot_be_made_or_read_has_a_code(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    refused(StoreReason.STORE_UNREACHABLE, lambda: make_private_folder(tmp_path / "file" / "keys"), Unavailable)
    refused(StoreReason.STORE_UNREACHABLE, lambda: read_private(tmp_path / "file" / "x", 1), Unavailable)
    refused(StoreReason.STORE_UNREACHABLE, lambda: write_private(tmp_path / "none" / "x", b""), Unavailable)
    with pytest.raises(FileNotFoundError):
        read_private(tmp_path / "none", 1)


FULL = """
import resource, signal, sys
from pathlib import Path
from frankmark.adapters.system.private_files import write_private
from frankmark.foundation.errors import Unavailable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_private(Path(sys.argv[1]), bytes(5000))
except Unavailable as refused:
    print(refused.code)
"""


def test_a_write_that_does_not_fit_leaves_the_old_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "node.key"
    write_private(file, b"old")
    done = subprocess.run([sys.executable, "-c", FULL, file], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == StoreReason.STORE_FULL
    assert file.read_bytes() == b"old"
    assert listed(tmp_path) == ["node.key"]
