"""`key … --time`: the keys of a node's time authority, through the command and a real node."""

import pytest


@pytest.fixture
def machine(shell):
    """A person on a machine whose node does not run; the store is opened in the command's own process."""
    assert (
        shell("key", "create", "--role", "admin", "--name", "first", "--json", FRANKMARK_LISTEN="127.0.0.1:0").status
        == 0
    )
    return shell


def test_a_key_takes_over_is_listed_and_may_be_marked(machine) -> None:
    (first,) = machine("key", "list", "--time", "--json").objects
    assert first["kid"].endswith("#ta-0001")
    rotated = machine("key", "rotate", "--time", "--json")
    assert (rotated.status, rotated.object["kid"]) == (0, first["kid"].replace("0001", "0002"))
    old, new = machine("key", "list", "--time", "--json").objects
    assert (old["notAfter"] is not None, new["notAfter"]) == (True, None)
    assert machine("key", "retire", old["kid"], "--yes").status == 2  # a time key is relieved, not retired
    marked = machine("key", "retire", old["kid"], "--compromised", "--yes", "--json")
    assert (marked.status, marked.object["compromisedAt"] is not None) == (0, True)
    assert new["kid"] in machine("key", "list", "--time").out
    assert "attests times" in machine("key", "rotate", "--time").out
    assert "believed no more" in machine("key", "retire", new["kid"], "--compromised", "--yes").out
    assert machine("key", "list", "--signing").status == 0


@pytest.mark.parametrize("words", [("--time", "--signing"), ("K", "--time"), ()])
def test_one_key_is_named_at_a_time(shell, words) -> None:
    assert shell("key", "rotate", *words).status == 2
