"""Which keys nobody knows."""

from typing import Annotated

import msgspec

from frankmark.foundation.vocabulary import Unknown, keys_of, nearest, structs_within, unknown_keys


class Inner(msgspec.Struct):
    depth: int = 0


class Outer(msgspec.Struct):
    name: str = ""
    inner: Inner = msgspec.field(default_factory=Inner)


class Many(msgspec.Struct):
    each: Annotated[list[Inner], msgspec.Meta(max_length=3)] = []
    words: list[str] = []


class Empty(msgspec.Struct):
    pass


def test_known_keys_are_dotted_paths() -> None:
    assert list(keys_of(Outer)) == ["name", "inner.depth"]


def test_every_unknown_key_is_named_with_its_nearest_known_neighbour() -> None:
    given = {"nmae": 1, "inner": {"deth": 2, "depth": 3}, "name": "x"}
    assert unknown_keys(given, Outer) == (
        Unknown(name="nmae", nearest="name"),
        Unknown(name="inner.deth", nearest="depth"),
    )


def test_a_section_that_is_no_object_is_left_to_the_decoder() -> None:
    assert unknown_keys({"inner": 3}, Outer) == ()


def test_a_place_without_keys_has_no_nearest() -> None:
    assert unknown_keys({"x": 1}, Empty) == (Unknown(name="x", nearest=""),)
    assert nearest("x", []) == ""


def test_unknown_keys_within_a_list_are_named_with_their_place() -> None:
    given = {"each": [{"depth": 1}, {"dept": 1}, 7], "words": [{"x": 1}]}
    assert unknown_keys(given, Many) == (Unknown(name="each.1.dept", nearest="depth"),)


def test_structs_within_are_those_of_fields_and_of_lists() -> None:
    assert structs_within(Outer) == (Inner,)
    assert structs_within(Many) == (Inner,)
    assert structs_within(Empty) == ()
