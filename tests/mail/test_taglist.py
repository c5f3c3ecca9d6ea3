"""Tag=value lists."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail import taglist
from frankmark.mail.taglist import MOST_TAGS, TagListReason

SPACE = st.sampled_from(["", " ", "\t", "\r\n ", " \r\n\t"])
TAGS = st.dictionaries(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True),
    st.from_regex(r"[!-:<-~]{0,12}", fullmatch=True),
    min_size=1,
)


def read(octets: bytes) -> dict[str, str] | Malformed:
    try:
        return taglist.parse(octets)
    except Malformed as error:
        return error


@given(TAGS, st.data())
def test_white_space_and_a_last_semicolon_change_nothing(tags: dict[str, str], data: st.DataObject) -> None:
    parts = []
    for name, value in tags.items():
        gaps = [data.draw(SPACE) for _ in range(4)]
        parts.append(f"{gaps[0]}{name}{gaps[1]}={gaps[2]}{value}{gaps[3]}")
    text = ";".join(parts) + data.draw(st.sampled_from(["", ";", "; \r\n "]))
    assert taglist.parse(text.encode()) == tags
    assert list(taglist.parse(text.encode())) == list(tags)


@given(TAGS)
def test_emptied_takes_out_one_value_and_nothing_else(tags: dict[str, str]) -> None:
    tags = {**tags, "b": "SIGNATURE", "bh": "HASH"}
    octets = "; ".join(f"{name}={value}" for name, value in tags.items()).encode()
    assert taglist.parse(taglist.emptied(octets, b"b")) == {**tags, "b": ""}
    assert taglist.emptied(octets, b"nothing") == octets


def test_emptied_takes_the_white_space_along() -> None:
    assert taglist.emptied(b" a=1;\r\n\tb = x\r\n y \r\n ;c=2", b"b") == b" a=1;\r\n\tb =;c=2"
    assert taglist.emptied(b"b=x", b"b") == b"b="
    assert taglist.emptied(b"bb=x; ab=y; b=z", b"b") == b"bb=x; ab=y; b="


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", TagListReason.TAG_LIST_TOO_LONG),
        (b" ", TagListReason.TAG_LIST_TOO_LONG),
        (b"; ".join(b"t%d=x" % n for n in range(MOST_TAGS + 1)), TagListReason.TAG_LIST_TOO_LONG),
        (b"a", TagListReason.TAG_LIST_SYNTAX),
        (b"=x", TagListReason.TAG_LIST_SYNTAX),
        (b"a=1;;b=2", TagListReason.TAG_LIST_SYNTAX),
        (b";a=1", TagListReason.TAG_LIST_SYNTAX),
        (b"a=1;;", TagListReason.TAG_LIST_SYNTAX),
        (b"a b=1", TagListReason.TAG_LIST_SYNTAX),
        (b"1a=1", TagListReason.TAG_LIST_SYNTAX),
        (b"a=\x00", TagListReason.TAG_LIST_SYNTAX),
        (b"a=\xff", TagListReason.TAG_LIST_SYNTAX),
        (b"a=1; a=1", TagListReason.TAG_REPEATED),
    ],
)
def test_what_is_no_list(octets: bytes, reason: TagListReason) -> None:
    with pytest.raises(Malformed) as caught:
        taglist.parse(octets)
    assert caught.value.code is reason


def test_names_keep_their_case() -> None:
    assert taglist.parse(b"a=1; A=2") == {"a": "1", "A": "2"}


@given(st.binary(max_size=60), st.integers(0, 1), st.integers(min_value=1, max_value=8))
def test_base64_is_read_with_and_without_padding_and_folding(octets: bytes, padded: int, width: int) -> None:
    text = base64.b64encode(octets).decode()
    text = text if padded else text.rstrip("=")
    folded = "\r\n\t".join(text[at : at + width] for at in range(0, len(text), width))
    assert taglist.octets(folded) == octets


@pytest.mark.parametrize("text", ["A", "AAAA=", "AA=A", "====", "AA-_", "AAA\u00a0", "AAAA\u3000AAAA", "AB==CD=="])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        taglist.octets(text)
    assert caught.value.code is TagListReason.TAG_LIST_SYNTAX


@given(st.binary(max_size=60))
def test_any_octets_are_a_list_or_are_refused_with_a_reason(octets: bytes) -> None:
    tags = read(octets)
    if isinstance(tags, Malformed):
        assert isinstance(tags.code, TagListReason)
        return
    assert taglist.parse("; ".join(f"{name}={value}" for name, value in tags.items()).encode()) == tags
