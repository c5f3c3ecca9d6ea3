"""`up` and `key passphrase` with a real node: what it says when it starts, and whom its keys open for."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from frankmark.assembly.tables import shipped_phrases
from frankmark.surfaces.node import starting

WORDS = {"en": "data", "es": "datos", "fr": "données", "ja": "データ"}
PROGRAM = Path(sys.executable).with_name("frankmark")
LAST = {"en": "stop", "es": "terminar", "fr": "arrêter", "ja": "終了"}


@contextmanager
def started(shell, *arguments: str, **environ: str) -> Iterator[subprocess.Popen]:
    """`up` as a program of its own, ended with the signal of a service manager."""
    process = shell.start("up", "--listen", "127.0.0.1:0", *arguments, **environ)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.stdout.close()


def objects(shell, process: subprocess.Popen, last: str) -> list[dict]:
    """What it says in JSON, until the object of this code or event; each of the published form."""
    said, form = [], shell.form("up", "--json")
    for line in process.stdout:
        said.append(json.loads(line))
        form.validate(said[-1])
        if last in {said[-1].get("code"), said[-1]["event"]}:
            return said
    raise AssertionError(said)


def lines(process: subprocess.Popen, last: str) -> list[str]:
    """What it says to people, until the line that begins so."""
    said = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if said[-1].strip().startswith(last):
            return said
    raise AssertionError(said)


def secret(file: Path, text: str) -> str:
    """A passphrase in a private file."""
    file.write_text(text + "\n")
    file.chmod(0o600)
    return str(file)


def kid_of(shell, **environ: str) -> str:
    """The signing key that the node of this shell opens, or the code of why it does not."""
    done = shell.program("key", "list", "--signing", "--json", **environ)
    return done.object.get("kid") or done.object["error"]["code"]


def test_a_program_learns_where_a_node_answers_and_what_its_operator_should_know(shell) -> None:
    with started(shell, "--json", LC_ALL="ja_JP.UTF-8") as process:
        first, *warnings = objects(shell, process, "NOT_PUBLIC")
        assert first["data"] == str(shell.data)
        assert first["base"] == f"http://{first['listen']}"
        assert httpx2.get(f"{first['base']}/readyz").json()["ready"] is True
        (key,) = httpx2.get(f"{first['base']}/.well-known/jwks.json").json()["keys"]
        assert (first["kid"], first["kid"].partition("#")[0]) == (key["kid"], first["nodeId"])
        assert [one["code"] for one in warnings] == ["KEYS_PROTECT_BACKUPS_ONLY", "NOT_PUBLIC"]
        assert first["publicUrl"] in warnings[1]["detail"]
        assert all(one["detail"].isascii() for one in warnings), "JSON stays English"


def test_a_data_folder_that_others_may_enter_is_said_so_and_left_as_it_is(shell) -> None:
    shell.data.mkdir(parents=True)
    shell.data.chmod(0o755)
    with started(shell, "--json") as process:
        warning = objects(shell, process, "DATA_OPEN_TO_OTHERS")[-1]
        assert f"{shell.data} (0755)" in warning["detail"]
    assert shell.data.stat().st_mode & 0o777 == 0o755
    assert {file.stat().st_mode & 0o077 for file in shell.data.rglob("*")} == {0}
    with started(shell, LC_ALL="C.UTF-8") as process:
        assert any(f"{shell.data} (0755)" in line for line in lines(process, LAST["en"]))


def test_a_node_with_everything_in_place_warns_of_nothing(shell) -> None:
    file = secret(shell.home / "passphrase", "correct horse")
    settings = {"FRANKMARK_PASSPHRASE_FILE": file, "FRANKMARK_PUBLIC_URL": "https://mark.example"}
    with started(shell, "--json", "--print-admin-link", **settings) as process:
        first, link = objects(shell, process, "admin-link")
        assert first["publicUrl"] == "https://mark.example"
        assert link["url"].startswith(f"{first['base']}/welcome#")


def test_a_demonstration_says_the_same_and_nothing_else(shell) -> None:
    with started(shell, "--demo", "--json") as process:
        first, *_ = objects(shell, process, "OUTBOUND_ALLOWED")
        assert first["demo"] is True
        assert httpx2.get(f"{first['base']}/healthz").status_code == 200


def test_whoever_starts_a_node_is_told_of_a_clock_that_lies_and_of_a_ledger_that_does_not_sign(shell) -> None:
    clock = shell.home / "clock"
    clock.write_text("0")
    with started(shell, "--json") as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
    assert shell("backup", "node.tar").status == 0
    unlock = (shell.data / "keys" / "unlock").read_text().strip()
    again = shell.home / "again"
    assert shell("--data", str(again), "restore", "node.tar").status == 0
    secret(again / "keys" / "unlock", unlock)
    with started(shell, "--data", str(again), "--json", FRANKMARK_TEST_CLOCK=str(clock)) as process:
        said = objects(shell, process, "NOT_SIGNING")
    assert said[0]["kid"] == kid
    assert [one.get("code") for one in said[1:]] == [
        "KEYS_PROTECT_BACKUPS_ONLY",
        "TEST_CLOCK",
        "NOT_PUBLIC",
        "NOT_SIGNING",
    ]
    assert "LOG_ROLLED_BACK" in said[-1]["detail"]


def test_the_published_form_names_every_warning(shell) -> None:
    warning = shell.form("up", "--json").schema["anyOf"][1]["properties"]
    assert set(warning["code"]["enum"]) == set(starting.Warned)


def test_every_phrase_of_the_start_is_said() -> None:
    source = Path(starting.__file__).read_text(encoding="utf-8")
    keys = {key for key in shipped_phrases().by_language["en"] if key.startswith("start.")}
    said = set(re.findall(r"""["'](start\.[a-z_]+)["']""", source))
    assert keys == said | {f"start.{one.value}" for one in starting.Warned}


def test_a_node_that_does_not_start_says_why_in_the_same_form(shell) -> None:
    done = shell("up", "--json", "--listen", "nowhere:1")
    assert (done.status, done.object["error"]["code"]) == (2, "SETTINGS_INVALID")
    assert shell("up", "--demo", "--walk", "--json").status == 2


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_person_reads_the_start_in_four_languages(shell, language: str) -> None:
    with started(shell, "--print-admin-link", LC_ALL=f"{language}.UTF-8") as process:
        said = lines(process, LAST[language])
    assert "http://127.0.0.1:" in said[0]
    assert said[1].split() == [WORDS[language], str(shell.data)]
    whole = "\n".join(said)
    assert whole.count("\n  ! ") == 2
    assert "/welcome#" in whole
    assert ("protects backups only" in whole) is (language == "en")


def test_a_passphrase_of_ones_own_takes_the_place_of_the_one_beside_the_keys(shell) -> None:
    file = secret(shell.home / "passphrase", "correct horse battery")
    with started(shell, "--json") as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
        held = shell("key", "passphrase", "--new-file", file, "--json")
        assert (held.status, held.object["error"]["code"]) == (69, "STORE_LOCKED"), "not under a running node"
    unlock = (shell.data / "keys" / "unlock").read_text().strip()
    assert shell("backup", "before.tar").status == 0

    done = shell("key", "passphrase", "--new-file", file)
    assert done.status == 0
    assert "correct horse" not in done.out + done.err
    assert unlock not in done.out + done.err
    assert not (shell.data / "keys" / "unlock").exists()
    assert kid_of(shell) == "PASSPHRASE_MISSING"
    assert kid_of(shell, FRANKMARK_PASSPHRASE_FILE=file) == kid
    wrong = secret(shell.home / "wrong", "correct mule battery")
    assert kid_of(shell, FRANKMARK_PASSPHRASE_FILE=wrong) == "PASSPHRASE_WRONG"
    assert shell("backup", "after.tar", FRANKMARK_PASSPHRASE_FILE=file).status == 0

    # A backup opens with the passphrase of its time, and says whether it needs the file.
    old, new = shell.home / "old", shell.home / "new"
    told = shell("--data", str(old), "restore", "before.tar", "--json").object
    assert told["unlockNeeded"] is True
    secret(old / "keys" / "unlock", unlock)
    assert shell("--data", str(old), "key", "list", "--signing", "--json").object["kid"] == kid
    told = shell("--data", str(new), "restore", "after.tar", "--json").object
    assert told["unlockNeeded"] is False
    opened = shell("--data", str(new), "key", "list", "--signing", "--json", FRANKMARK_PASSPHRASE_FILE=file)
    assert opened.object["kid"] == kid


def test_a_source_that_is_set_already_is_the_new_passphrase_where_the_old_one_lies_beside_the_keys(shell) -> None:
    with started(shell, "--json") as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
    credentials = shell.home / "credentials"
    credentials.mkdir()
    secret(credentials / "frankmark.passphrase", "handed over")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    done = shell("key", "passphrase", "--json", **environ).object
    assert (done["source"], done["unlockRemoved"]) == ("credential", True)
    assert kid_of(shell, **environ) == kid
    # … and from then on it is the old one, so that another one must be named.
    again = shell("key", "passphrase", "--json", **environ).object
    assert again["error"]["code"] == "PASSPHRASE_MISSING"


def test_a_new_passphrase_may_lie_beside_the_keys(shell) -> None:
    file = secret(shell.home / "passphrase", "one")
    with started(shell, "--json", FRANKMARK_PASSPHRASE_FILE=file) as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
    done = shell("key", "passphrase", "--unlock", "--json", FRANKMARK_PASSPHRASE_FILE=file).object
    assert (done["source"], done["unlockRemoved"]) == ("unlock", False)
    first = (shell.data / "keys" / "unlock").read_bytes()
    assert kid_of(shell) == kid
    assert shell("key", "passphrase", "--unlock").status == 0, "a new one in its place"
    assert (shell.data / "keys" / "unlock").read_bytes() != first
    assert kid_of(shell) == kid


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [("same", 0o600, "PASSPHRASE_UNUSABLE"), ("", 0o600, "PASSPHRASE_UNUSABLE"), ("open", 0o644, "KEY_FILE_MODE")],
)
def test_a_new_passphrase_that_cannot_be_one_changes_nothing(shell, content: str, mode: int, code: str) -> None:
    old = secret(shell.home / "old", "same")
    with started(shell, "--json", FRANKMARK_PASSPHRASE_FILE=old) as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
    new = Path(secret(shell.home / "new", content))
    new.chmod(mode)
    done = shell("key", "passphrase", "--new-file", str(new), "--json", FRANKMARK_PASSPHRASE_FILE=old)
    assert (done.status, done.object["error"]["code"]) == (1, code)
    assert kid_of(shell, FRANKMARK_PASSPHRASE_FILE=old) == kid


def typed(shell, *answers: str, **environ: str) -> tuple[int, str]:
    """`key passphrase` on a terminal where these answers are typed, one after each question; status and questions."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [str(PROGRAM), "key", "passphrase"],
        env={**shell.environ, **environ},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    said = b""
    try:
        for answer in answers:
            while not said.endswith(b": "):
                octet = process.stderr.read(1)
                assert octet, said
                said += octet
            said += b"\n"
            os.write(ours, answer.encode() + b"\n")
        said += process.stderr.read()
        return process.wait(20), said.decode()
    finally:
        process.kill()
        process.stderr.close()
        os.close(ours)
        os.close(theirs)


def test_a_person_types_the_new_passphrase_twice_and_never_sees_it(shell) -> None:
    with started(shell, "--json") as process:
        kid = objects(shell, process, "NOT_PUBLIC")[0]["kid"]
    status, said = typed(shell, "my own words", "my own words", LC_ALL="fr_FR.UTF-8")
    assert (status, "my own words" in said) == (0, False)
    assert said.startswith("Nouvelle phrase secrète des clés")
    assert kid_of(shell, FRANKMARK_PASSPHRASE_FILE=secret(shell.home / "same", "my own words")) == kid
    status, said = typed(shell, "not mine")
    assert (status, "PASSPHRASE_WRONG" in said) == (20, True), "said before a new one is asked for"
    status, said = typed(shell, "my own words", "other words", "other words")
    assert status == 0, said
    assert kid_of(shell, FRANKMARK_PASSPHRASE_FILE=secret(shell.home / "other", "other words")) == kid


def test_a_backup_names_what_is_not_there(shell) -> None:
    done = shell("backup", "nowhere/node.tar")
    assert (done.status, done.err) == (2, f"frankmark: FILE_UNREADABLE: {shell.home / 'nowhere'}: no such folder\n")
    done = shell("restore", "nothing.tar")
    assert done.status == 69
    assert "nothing.tar: No such file or directory" in done.err


def test_there_must_be_keys(shell) -> None:
    done = shell("key", "passphrase", "--unlock", "--json")
    assert (done.status, done.object["error"]["code"]) == (1, "KEY_MISSING")
    assert not shell.data.exists()
    assert shell("key", "passphrase", "--unlock", "--new-file", secret(shell.home / "new", "x")).status == 2
