"""Lettering fits, and none of it is lost."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from frankmark.protocols.securestamp.artwork_text import fitted_lines, text, text_width

NAMES = st.text(st.sampled_from("abijlmw019-.\u4f8b\u00fc"), min_size=1, max_size=253)


@given(NAMES, st.integers(600, 3_000), st.integers(60, 400), st.integers(40, 300))
def test_lines_are_the_whole_name_and_no_line_is_too_wide(name: str, width: int, height: int, largest: int) -> None:
    size, lines = fitted_lines(name, width, height, largest)
    assert "".join(lines) == name
    assert 30 <= size <= max(largest, 30)
    assert all(text_width(line, size) <= width for line in lines)


@given(NAMES)
def test_a_name_that_fits_in_one_line_is_as_large_as_can_be(name: str) -> None:
    size, lines = fitted_lines(name, 2_380, 330, 270)
    if text_width(name, 270) <= 2_380:
        assert (size, list(lines)) == (270, [name])
    assert len(lines) * size * 6 // 5 <= 330 or size == 30


def test_lines_break_behind_dots_where_they_can() -> None:
    assert fitted_lines("mail.shop.example.org", 500, 200, 100) == (60, ["mail.shop.", "example.org"])
    assert fitted_lines("m" * 30, 500, 200, 100)[1] == ["m" * 11, "m" * 11, "m" * 8]


def test_text_is_escaped_and_states_its_width() -> None:
    markup = text("<&\">'", 1, 2, 100, 'class="c"')
    element = ET.fromstring(markup)  # noqa: S314 (our own markup)
    assert element.text == "<&\">'"
    assert element.attrib["textLength"] == str(text_width("<&\">'", 100))
    assert ET.fromstring(text("a", 1, 2, 100, "", width=77)).attrib["textLength"] == "77"  # noqa: S314 (our own markup)


def test_a_box_too_small_for_any_size_gets_the_smallest() -> None:
    size, lines = fitted_lines("m" * 253, 600, 60, 100)
    assert size == 30
    assert "".join(lines) == "m" * 253
