"""Where the passphrase comes from: the order, the modes, the file that we make ourselves."""

import stat
from pathlib import Path

import pytest

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource, find_passphrase
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Error, Refused


def put(file: Path, content: bytes, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)
    return file


def find(tmp_path: Path, environment: dict[str, str] | None = None, **options) -> Passphrase:
    return find_passphrase(tmp_path / "keys", environment or {}, SystemEntropy(), **options)


def refused(code: SystemReason, act) -> None:
    with pytest.raises(Error) as raised:
        act()
    assert raised.value.code is code
    assert isinstance(raised.value, Refused)


def answering(text: str):
    asked = []

    def prompt(new: bool) -> str:  # noqa: FBT001  (the shape of a prompt)
        asked.append(new)
        return text

    return prompt, asked


def test_the_order_of_the_sources(tmp_path: Path) -> None:
    put(tmp_path / "credentials" / "frankmark.passphrase", b"one\n")
    two = put(tmp_path / "two", b"two")
    prompt, asked = answering("three")
    everything = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials"), "FRANKMARK_PASSPHRASE_FILE": str(two)}
    first = find(tmp_path, everything, prompt=prompt)
    assert (first.octets, first.source) == (b"one", PassphraseSource.CREDENTIAL)
    second = find(tmp_path, {**everything, "CREDENTIALS_DIRECTORY": str(tmp_path)}, prompt=prompt)
    assert (second.octets, second.source) == (b"two", PassphraseSource.FILE)
    assert asked == []
    third = find(tmp_path, prompt=prompt)
    assert (third.octets, third.source) == (b"three", PassphraseSource.PROMPT)
    assert asked == [True]
    assert not any(found.protects_backups_only for found in (first, second, third))
    assert not (tmp_path / "keys").exists()


def test_without_a_source_we_make_a_file_and_keep_it(tmp_path: Path) -> None:
    made = find(tmp_path)
    assert made.source is PassphraseSource.UNLOCK
    assert made.protects_backups_only
    assert len(made.octets) == 43
    assert stat.S_IMODE((tmp_path / "keys" / "unlock").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert find(tmp_path) == made


def test_nobody_is_asked_where_the_file_is(tmp_path: Path) -> None:
    made = find(tmp_path)
    prompt, asked = answering("other")
    assert find(tmp_path, prompt=prompt) == made
    assert asked == []


def test_an_empty_answer_means_none(tmp_path: Path) -> None:
    prompt, asked = answering("")
    assert find(tmp_path, prompt=prompt).source is PassphraseSource.UNLOCK
    assert asked == [True]


def test_a_person_is_told_whether_the_passphrase_is_a_new_one(tmp_path: Path) -> None:
    put(tmp_path / "keys" / "node.key", b"x")
    prompt, asked = answering("known")
    assert find(tmp_path, prompt=prompt).octets == b"known"
    assert asked == [False]


def test_keys_without_a_source_are_not_opened_by_a_new_file(tmp_path: Path) -> None:
    put(tmp_path / "keys" / "node.key", b"x")
    refused(SystemReason.PASSPHRASE_MISSING, lambda: find(tmp_path))
    refused(SystemReason.PASSPHRASE_MISSING, lambda: find(tmp_path, prompt=answering("")[0]))
    assert not (tmp_path / "keys" / "unlock").exists()


def test_a_client_store_refuses_to_make_one(tmp_path: Path) -> None:
    refused(SystemReason.PASSPHRASE_MISSING, lambda: find(tmp_path, may_make_one=False))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = put(tmp_path / "p", b"two", mode)
    refused(SystemReason.KEY_FILE_MODE, lambda: find(tmp_path, {"FRANKMARK_PASSPHRASE_FILE": str(file)}))


def test_a_read_only_file_is_private_enough(tmp_path: Path) -> None:
    file = put(tmp_path / "p", b"two\r\n", 0o400)
    assert find(tmp_path, {"FRANKMARK_PASSPHRASE_FILE": str(file)}).octets == b"two"


def test_only_one_line_end_is_cut_off(tmp_path: Path) -> None:
    file = put(tmp_path / "p", b" two \n\n")
    assert find(tmp_path, {"FRANKMARK_PASSPHRASE_FILE": str(file)}).octets == b" two \n"


def test_a_named_file_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    refused(
        SystemReason.PASSPHRASE_UNUSABLE, lambda: find(tmp_path, {"FRANKMARK_PASSPHRASE_FILE": str(tmp_path / "no")})
    )
    file = put(tmp_path / "p", b"\n")
    refused(SystemReason.PASSPHRASE_UNUSABLE, lambda: find(tmp_path, {"FRANKMARK_PASSPHRASE_FILE": str(file)}))
