"""Objects that are read strictly: each member once, by its type, and none left over."""

from enum import StrEnum

import pytest

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.foundation.members import Members
from frankmark.foundation.reasons import FoundationReason


class Colour(StrEnum):
    RED = "red"


CODE = FoundationReason.JSON_TYPE


def members(value: Json) -> Members:
    return Members(value, what="a thing", code=CODE)


def test_every_member_is_read_by_its_type_and_once() -> None:
    thing = members({"a": "x", "b": 1, "c": True, "d": "red", "e": None, "f": [1], "g": {"h": 2}})
    assert (thing.text("a"), thing.number("b"), thing.truth("c")) == ("x", 1, True)
    assert (thing.word("d", Colour), thing.word_or_none("e", Colour), thing.list("f", 1)) == (Colour.RED, None, [1])
    assert thing.has("g")
    inner = thing.object("g")
    assert not thing.has("g")
    assert inner.number("h") == 2
    inner.end()
    thing.end()


@pytest.mark.parametrize(
    "read",
    [
        lambda: members([]),
        lambda: members({}).take("a"),
        lambda: members({"a": 1}).text("a"),
        lambda: members({"a": True}).number("a"),
        lambda: members({"a": 1.0}).number("a"),
        lambda: members({"a": 1}).truth("a"),
        lambda: members({"a": "blue"}).word("a", Colour),
        lambda: members({"a": 1}).word_or_none("a", Colour),
        lambda: members({"a": {}}).list("a", 1),
        lambda: members({"a": [1, 2]}).list("a", 1),
        lambda: members({"a": []}).object("a"),
        lambda: members({"a": 1}).end(),
    ],
)
def test_anything_else_is_refused_with_the_callers_code(read: object) -> None:
    with pytest.raises(Malformed) as refused:
        read()
    assert refused.value.code is CODE
