"""Which node a command asks, and with which key."""

import json
import os
from pathlib import Path

import pytest

from frankmark.assembly.asking import base_of_own_node, login_file, node_api, running_node, stored_login
from frankmark.foundation.errors import Malformed
from frankmark.settings import Settings

KEY = "ss_test_" + "a" * 43
NOBODY = 2**22 + 1  # larger than any process id of the kernel


def wrote(file: Path, value: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return file


def test_the_environment_wins_over_our_file_and_our_file_over_the_original_command_s(tmp_path) -> None:
    environ = {"HOME": str(tmp_path)}
    wrote(tmp_path / ".securestamp" / "config.json", {"apiBase": "https://old.example", "apiKey": KEY + "1"})
    old = stored_login(environ, tmp_path)
    assert (old.base, old.key) == ("https://old.example", KEY + "1")
    wrote(login_file(tmp_path), {"base": "https://new.example", "key": KEY})
    new = stored_login(environ, tmp_path)
    assert (new.base, new.key) == ("https://new.example", KEY)
    named = stored_login({**environ, "FRANKMARK_API_BASE": "https://env.example", "SS_API_KEY": KEY + "2"}, tmp_path)
    assert (named.base, named.key) == ("https://env.example", KEY + "2")


def test_the_key_of_one_file_never_goes_to_the_base_of_another(tmp_path) -> None:
    wrote(tmp_path / ".securestamp" / "config.json", {"apiBase": "https://old.example", "apiKey": KEY})
    wrote(login_file(tmp_path), {"base": "https://new.example"})
    assert stored_login({"HOME": str(tmp_path)}, tmp_path).key == ""


@pytest.mark.parametrize("text", ["{", "[]", '"x"', b"\xff"])
def test_a_file_that_is_no_login_is_named(tmp_path, text) -> None:
    login_file(tmp_path).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Malformed, match="LOGIN_INVALID"):
        stored_login({}, tmp_path)


def test_a_key_of_another_prefix_is_refused(tmp_path) -> None:
    with pytest.raises(Malformed, match="Invalid API key format"):
        stored_login({"FRANKMARK_API_KEY": "sk_live_x"}, tmp_path)


def test_a_running_node_is_found_by_what_it_wrote_and_a_dead_one_is_not(tmp_path) -> None:
    settings = Settings()
    assert running_node(settings, tmp_path) is None
    file = wrote(tmp_path / "run" / "node.json", {"base": "http://127.0.0.1:9", "pid": os.getpid()})
    assert running_node(settings, tmp_path) is None, "without its token"
    wrote(tmp_path / "run" / "admin.token", "secret\n")
    assert running_node(settings, tmp_path) is not None
    assert base_of_own_node(settings, tmp_path) == "http://127.0.0.1:9"
    here = os.getpid()
    for gone in ({"base": "http://127.0.0.1:9", "pid": NOBODY}, {"base": "x"}, [], "{", {"base": 5, "pid": here}):
        wrote(file, gone)
        assert running_node(settings, tmp_path) is None
    wrote(file, {"base": "http://127.0.0.1:9", "pid": NOBODY})
    assert base_of_own_node(settings, tmp_path) == "http://127.0.0.1:8480"


def test_a_command_asks_the_login_s_node_else_this_machine_s(tmp_path) -> None:
    assert node_api({"FRANKMARK_API_BASE": "https://far.example"}, Settings(), config=tmp_path, data=tmp_path)
    assert node_api({}, Settings(), config=tmp_path, data=tmp_path)


def test_a_stored_key_goes_to_the_node_that_it_was_stored_for_and_to_no_other(tmp_path: Path) -> None:
    login_file(tmp_path).write_text('{"base": "https://mine.example", "key": "' + KEY + '"}', encoding="utf-8")
    environ = {"HOME": str(tmp_path)}
    assert stored_login(environ, tmp_path).key == KEY
    assert stored_login({**environ, "FRANKMARK_API_BASE": "https://mine.example"}, tmp_path).key == KEY
    assert stored_login({**environ, "FRANKMARK_API_BASE": "https://other.example"}, tmp_path).key == ""
