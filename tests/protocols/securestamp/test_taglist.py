"""The tag list and the verify URL: what is written is read back, and anything else is refused with a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.securestamp.parts import code_of

from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.taglist import parse_tag_list, parse_verify_url, require_tag, require_version

names = st.from_regex(r"\A[a-z][a-z0-9_-]{0,10}\Z")
values = st.from_regex(r"\A[!-:<-~]{1,40}\Z")
tags = st.dictionaries(names, values, min_size=1, max_size=32)
spaces = st.text(" \t\r\n", max_size=3)


@given(tags, st.lists(spaces, min_size=5, max_size=5), st.booleans())
def test_what_is_written_is_read_back(written: dict[str, str], gaps: list[str], closed: bool) -> None:  # noqa: FBT001  (drawn)
    a, b, c, d, e = gaps
    text = ";".join(f"{a}{name}{b}={c}{value}{d}" for name, value in written.items()) + (";" if closed else "") + e
    assert parse_tag_list(text.encode()) == written


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    code = code_of(parse_tag_list, data)
    assert code is None or isinstance(code, Reason)
    if code is None:
        found = parse_tag_list(data)
        assert parse_tag_list("; ".join(f"{k}={v}" for k, v in found.items()).encode()) == found


def test_white_space_goes_where_it_abuts_a_line_break_and_nowhere_else() -> None:
    assert parse_tag_list(b"url=a \r\n\t b", unwrapped={"url"}) == {"url": "ab"}
    with pytest.raises(Malformed, match="TAG_LIST_MALFORMED"):
        parse_tag_list(b"url=a b", unwrapped={"url"})
    assert parse_tag_list(b"token=a b", unfolded={"token"}) == {"token": "ab"}


def test_a_required_tag_is_required() -> None:
    assert require_tag({"id": "1"}, "id") == "1"
    with pytest.raises(Malformed, match="TAG_MISSING"):
        require_tag({"id": "1"}, "url")


def test_the_version_is_one_and_stands_first_where_it_must() -> None:
    require_version({"id": "1", "v": "1"}, first=False)
    require_version({"v": "1", "id": "1"}, first=True)
    for found, first in (({"id": "1", "v": "1"}, True), ({"v": "2"}, False), ({}, False)):
        with pytest.raises(Malformed, match="VERSION_UNSUPPORTED"):
            require_version(found, first=first)


@given(st.text(max_size=80) | st.text(max_size=40).map(lambda tail: f"https://a.example/verify/{tail}"))
def test_any_text_is_a_url_with_a_token_or_none(text: str) -> None:
    code = code_of(parse_verify_url, text)
    assert code in {None, Reason.URL_MALFORMED}
    if code is None:
        url = parse_verify_url(text)
        assert url.text == text
        assert text.endswith(f"/{url.token}")
        assert url.origin.startswith("https://")


def test_long_white_space_costs_no_more_than_other_octets() -> None:
    spaced = b"url=a" + b" \t" * 4_000 + b"b"
    with pytest.raises(Malformed, match="TAG_LIST_MALFORMED"):
        parse_tag_list(spaced, unwrapped={"url"})
    assert parse_tag_list(spaced + b"\n" + b" " * 100, unwrapped={"x"}, unfolded={"url"}) == {"url": "ab"}
