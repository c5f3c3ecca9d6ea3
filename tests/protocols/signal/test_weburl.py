"""URLs as browsers read them: any text is taken apart or refused, and a path stays as it is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.weburl import parse_url, query_values

pieces = st.sampled_from(
    ["https:", "http://", "//", "/", "\\", "@", ":", "acme.example", "%2e", "..", ".", "?", "#", "x y", "\u00e9", "443"]
)


@given(st.text(max_size=60) | st.lists(pieces, max_size=10).map("".join))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    with contextlib.suppress(Malformed):
        url = parse_url(text)
        assert url.host
        assert url.path.startswith("/")
        assert url.path.isascii()
        assert not {".", ".."} & set(url.path.split("/"))


@given(st.lists(pieces | st.text(max_size=4), max_size=8).map("".join))
def test_a_path_that_was_read_stays_as_it_is(rest: str) -> None:
    with contextlib.suppress(Malformed):
        path = parse_url(f"https://acme.example/{rest}").path
        assert parse_url(f"https://acme.example{path}").path == path


@pytest.mark.parametrize("text", ["https://acme.example/\ud800", "https://\udfff/", "\ud800"])
def test_lone_surrogates_are_no_text(text: str) -> None:
    with pytest.raises(Malformed, match="ARTIFACT_URL"):
        parse_url(text)


def test_values_of_a_parameter() -> None:
    assert query_values("a=1&b=2&a=%20+&c", "a") == ["1", "  "]
    assert query_values("a", "a") == [""]
    assert query_values(None, "a") == []
