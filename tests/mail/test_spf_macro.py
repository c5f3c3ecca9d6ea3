"""Macro strings: what parses, and what expansion does to any value."""

from collections.abc import Callable
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.spf_macro import Expansion, MacroString, expand, expand_name, parse_domain_spec, parse_macro_string
from frankmark.mail.spf_reasons import SpfProblem

VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
MACROISH = st.lists(
    st.sampled_from(["%{", "}", "d", "R", "12", "%%", "%_", "%-", "%", ".", "-", "s", "com", "%{ir}", "%{l1r-}"])
).map("".join)


def tried(parse: Callable[[str], MacroString], text: str) -> MacroString | StrEnum:
    """What parsing gave, or the code it was refused with."""
    try:
        return parse(text)
    except Malformed as refused:
        return refused.code


def test_the_parts_of_a_macro() -> None:
    macro = parse_macro_string("a%%%{L12r+-}b%_%-")
    expansion = Expansion(letter="l", keep=12, reverse=True, delimiters="+-", escape=True)
    assert macro.parts == ("a", "%", expansion, "b", " ", "%20")
    assert macro.ends_in_macro


def test_a_number_of_parts_beyond_any_value_keeps_all() -> None:
    for digits in ("10000", "9" * 9_999, "0" * 9 + "127"):
        macro = parse_macro_string(f"%{{d{digits}}}")
        assert expand(macro, lambda _: "a.b.c") == "a.b.c"


@pytest.mark.parametrize("letter", ["c", "r", "t", "C"])
def test_three_letters_belong_to_explanations(letter: str) -> None:
    parse_macro_string(f"%{{{letter}}}", explanation=True)
    with pytest.raises(Malformed) as refused:
        parse_macro_string(f"%{{{letter}}}")
    assert refused.value.code is SpfProblem.MACRO_SYNTAX


@given(MACROISH | VISIBLE)
def test_a_string_parses_or_is_refused_and_literals_come_back(text: str) -> None:
    macro = tried(parse_macro_string, text)
    if macro is SpfProblem.MACRO_SYNTAX:
        assert "%" in text
    elif "%" not in text:
        assert expand(macro, lambda _: "never") == text
    else:
        assert isinstance(macro, MacroString)


@given(MACROISH | VISIBLE)
def test_a_domain_spec_is_a_macro_string_with_a_good_end(text: str) -> None:
    macro = tried(parse_domain_spec, text)
    if macro is not SpfProblem.DOMAIN_SPEC_SYNTAX:
        assert macro == tried(parse_macro_string, text)
    if isinstance(macro, MacroString):
        assert text.rstrip(".")[-1:].isalnum() or text.endswith(("}", "%%", "%_", "%-"))


@given(st.text(max_size=600), st.integers(1, 200), st.booleans())
def test_transformers_keep_parts_from_the_right(value: str, keep: int, reverse: bool) -> None:  # noqa: FBT001 (drawn)
    macro = parse_macro_string(f"%{{l{keep}{'r' if reverse else ''}-+}}")
    parts = value.replace("+", "-").split("-")
    expected = ".".join((parts[::-1] if reverse else parts)[-keep:])
    assert expand(macro, lambda _: value) == expected


@given(st.text(max_size=100))
def test_capitals_leave_only_unreserved_characters(value: str) -> None:
    escaped = expand(parse_macro_string("%{S}"), lambda _: value)
    assert escaped.isascii()
    assert all(c.isalnum() or c in "-._~%" for c in escaped)
    octets = bytearray()
    position = 0
    while position < len(escaped):
        width = 3 if escaped[position] == "%" else 1
        octets.append(int(escaped[position + 1 : position + 3], 16) if width > 1 else ord(escaped[position]))
        position += width
    assert octets.decode() == value


@given(st.lists(st.text("ab", min_size=1, max_size=70), min_size=1, max_size=60).map(".".join))
def test_a_name_is_cut_at_labels_from_the_left(value: str) -> None:
    name = expand_name(parse_macro_string("%{l}.example.com."), lambda _: value)
    whole = f"{value}.example.com"
    assert whole.endswith(name)
    assert len(name) <= 253
    if name != whole:
        left = whole[: -len(name)]
        assert left.endswith(".")
        assert len(name) + len(left.rstrip(".").rpartition(".")[2]) + 1 > 253


def test_one_label_without_a_dot_stays_too_long() -> None:
    assert expand_name(parse_macro_string("%{l}"), lambda _: "x" * 300) == "x" * 300
