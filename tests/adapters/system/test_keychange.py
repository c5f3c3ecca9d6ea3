"""All key files replaced at once: whatever cuts it off, one passphrase opens all of them and the other none."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keychange import COUNTED, commit, draft_of, settle
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource, find_passphrase
from frankmark.adapters.system.private_files import write_private
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.ports.durability import StoreReason

LIGHT = Hardness(memory_kib=8, passes=1)
SECRETS = {name: name.encode() * 3 for name in ("es256-0001", "es256-0002", "log", "node", "witness")}
KILLS = 40
STEPS = ("mkdir", "rename", "unlink", "unlinkat", "rmdir")  # what changes names in a folder; SIGKILL loses no octets


def named(text: str) -> Passphrase:
    """A passphrase by its text; the one called unlock lies in the folder."""
    source = PassphraseSource.UNLOCK if text == "unlock" else PassphraseSource.FILE
    return Passphrase(octets=text.encode(), source=source)


def vault(folder: Path, text: str) -> KeyFolder:
    return KeyFolder(folder, named(text), SystemEntropy(), hardness=LIGHT)


def filled(folder: Path, text: str) -> Path:
    """A key folder as a node leaves it."""
    made = vault(folder, text)
    for name, secret in SECRETS.items():
        made.write(name, secret)
    if text == "unlock":
        write_private(folder / "unlock", b"unlock\n")
    return folder


def opening(folder: Path, *texts: str) -> list[str]:
    """Which of these passphrases open every file, after whatever a crash left is settled."""
    settle(folder)
    found = []
    for text in texts:
        mine = vault(folder, text)
        try:
            opened = {name: mine.read(name) for name in mine.names()}
        except Unverified:
            continue
        assert opened == SECRETS
        found.append(text)
    return found


def require_whole(folder: Path, old: str, new: str) -> str:
    """One of the two opens everything, `unlock` is there exactly if it is that one, and nothing else is left."""
    (opens,) = opening(folder, old, new)
    wanted = {f"{name}.key" for name in SECRETS} | ({"unlock"} if opens == "unlock" else set())
    assert {file.name for file in folder.iterdir() if not file.name.endswith(".draft")} == wanted
    if opens == "unlock":
        found = find_passphrase(folder, {}, SystemEntropy(), may_make_one=False)
        assert (found.octets, found.source) == (b"unlock", PassphraseSource.UNLOCK)
    return opens


@pytest.mark.parametrize(("old", "new"), [("unlock", "typed"), ("typed", "unlock"), ("typed", "other")])
def test_every_secret_opens_with_the_new_passphrase_only(tmp_path: Path, old: str, new: str) -> None:
    folder = filled(tmp_path / "keys", old)
    before = {file.name: file.read_bytes() for file in folder.glob("*.key")}
    vault(folder, old).reseal(named(new))
    assert require_whole(folder, old, new) == new
    after = {file.name: file.read_bytes() for file in folder.glob("*.key")}
    headers = {content.split(b" salt=")[1][:22] for content in (*before.values(), *after.values())}
    assert len(headers) == 2, "one salt before, another one after"
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in folder.iterdir())
    assert b"typed" not in b"".join(after.values())


def test_a_wrong_passphrase_changes_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path / "keys", "typed")
    with pytest.raises(Unverified) as raised:
        vault(folder, "guessed").reseal(named("other"))
    assert raised.value.code is SystemReason.PASSPHRASE_WRONG
    assert require_whole(folder, "typed", "other") == "typed"


def test_a_file_that_was_changed_stops_it_before_anything_is_written(tmp_path: Path) -> None:
    folder = filled(tmp_path / "keys", "typed")
    file = folder / "node.key"
    line, body = file.read_text().splitlines()
    file.write_text(f"{line}\n{'A' if body[0] != 'A' else 'B'}{body[1:]}\n")
    with pytest.raises(Unverified) as raised:
        vault(folder, "typed").reseal(named("other"))
    assert raised.value.code is SystemReason.KEY_FILE_TAMPERED
    assert not any(entry.is_dir() for entry in folder.iterdir())
    assert vault(folder, "typed").read("log") == SECRETS["log"]


def test_a_folder_without_keys_has_nothing_to_seal(tmp_path: Path) -> None:
    with pytest.raises(Refused) as raised:
        vault(tmp_path / "keys", "typed").reseal(named("other"))
    assert raised.value.code is SystemReason.KEY_MISSING


def test_a_replacement_that_never_counted_is_forgotten(tmp_path: Path) -> None:
    folder = filled(tmp_path / "keys", "typed")
    left = vault(draft_of(folder), "other")
    left.write("log", b"half")
    assert require_whole(folder, "typed", "other") == "typed"
    assert list(draft_of(folder).iterdir()) == [], "the next one begins with an empty folder"


def test_a_replacement_that_counts_is_finished_by_whoever_opens_the_folder(tmp_path: Path) -> None:
    folder = filled(tmp_path / "keys", "unlock")
    new = vault(draft_of(folder), "other")
    for name, secret in SECRETS.items():
        new.write(name, secret)
    (folder / f".{COUNTED}").rename(folder / COUNTED)
    (folder / "log.key").unlink()  # what a crash in the middle of copying may look like
    with pytest.raises(Refused) as raised:
        find_passphrase(folder, {}, SystemEntropy())
    assert raised.value.code is SystemReason.PASSPHRASE_MISSING, "the old unlock counts no longer"
    assert require_whole(folder, "unlock", "other") == "other"


def test_a_folder_that_is_not_there_is_settled(tmp_path: Path) -> None:
    settle(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_what_cannot_be_made_to_count_changes_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path / "keys", "typed")
    with pytest.raises(Unavailable) as raised:
        commit(folder)  # there is no draft
    assert raised.value.code is StoreReason.STORE_UNREACHABLE
    assert require_whole(folder, "typed", "other") == "typed"


WORKER = """
import sys
from pathlib import Path
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
folder, old, new = Path(sys.argv[1]), *(
    Passphrase(octets=text.encode(), source=PassphraseSource.UNLOCK if text == "unlock" else PassphraseSource.FILE)
    for text in sys.argv[2:]
)
mine = KeyFolder(folder, old, SystemEntropy(), hardness=Hardness(memory_kib=8, passes=1))
print("begun", flush=True)
mine.reseal(new)
print("done", flush=True)
"""
OTHER = {"typed": "unlock", "unlock": "typed"}


def worker(folder: Path, new: str, *before: str) -> subprocess.Popen:
    """A process that changes the passphrase to one of the two from the other one."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", WORKER, str(folder), OTHER[new], new],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_kill_at_any_time_leaves_one_passphrase_that_opens_everything(tmp_path: Path) -> None:
    """Random kills; what the process said before is kept here: after `done` it must be the new one."""
    chance = random.Random(20)
    holds, new, seen = "unlock", "typed", set()
    folder = filled(tmp_path / "keys", holds)
    with worker(folder, new) as process:
        process.stdout.readline()
        begun = time.monotonic()
        assert process.stdout.readline() == "done\n", process.stderr.read()
        lasts = time.monotonic() - begun
    holds, new = new, holds
    for _ in range(KILLS):
        with worker(folder, new) as process:
            assert process.stdout.readline() == "begun\n", process.stderr.read()
            time.sleep(chance.random() * 2 * lasts)
            process.send_signal(signal.SIGKILL)
            said = process.stdout.read()
        opens = require_whole(folder, holds, new)
        assert opens == new or said == ""
        seen.add(opens == new)
        lasts *= 0.9 if opens == new else 1.1  # the machine may be slower or faster by now
        holds, new = (opens, OTHER[opens])
    assert seen == {False, True}, "kills before and after the moment at which the new files count"


@pytest.mark.parametrize("call", STEPS)
def test_a_kill_at_each_single_step_leaves_one_passphrase_that_opens_everything(tmp_path: Path, call: str) -> None:
    """A kill at the first, second, … such call within the folder, until one run comes to its end."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    pristine, folder = filled(tmp_path / "pristine", "unlock"), tmp_path / "keys"
    paths = [option for place in _touched(folder) for option in ("-P", str(place))]
    outcomes = []
    for step in range(1, 100):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(pristine, folder)
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={step}", *paths)
        with worker(folder, "typed", "strace", "-qq", "-o", str(tmp_path / "calls"), *inject) as process:
            process.wait(20)
        outcomes.append(require_whole(folder, "unlock", "typed"))
        if process.returncode == 0:
            break
    assert process.returncode == 0, "a run that is not killed comes to its end"
    assert outcomes == sorted(outcomes, reverse=True), "there is one moment at which the new ones count"
    assert outcomes[-1] == "typed"
    assert len(outcomes) > {"mkdir": 1, "rename": 12, "unlink": 1, "unlinkat": 5, "rmdir": 1}[call]


def _touched(folder: Path) -> list[Path]:
    """The files and folders whose system calls are steps."""
    names = [*(f"{name}.key" for name in SECRETS), "unlock"]
    places = [folder, folder / COUNTED, folder / f".{COUNTED}"]
    return [*places, *(place / form for place in places for name in names for form in (name, f".{name}.draft"))]
