"""SPF records: parsing is total, pure and bounded."""

import time
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.spf_reasons import Mechanism, SpfProblem, SpfResult
from frankmark.mail.spf_record import Record, parse_record, select_record

WORDS = "v=spf1 a mx ptr include exists ip4 ip6 all redirect= exp= x= 24 64 128 192.0.2.1 2001:db8:: .com example.com"
PIECES = st.sampled_from([*WORDS.split(), *":/+-~?%{}", "//", "%{d}", "%{ir-}."])


def tried(data: bytes) -> Record | StrEnum:
    """The record, or the code it was refused with."""
    try:
        return parse_record(data)
    except Malformed as refused:
        return refused.code


def test_the_parts_of_a_record() -> None:
    record = parse_record(b"v=spf1 ?A:h.example.com/24//64 -IP4:192.0.2.0/25 redirect=r.example exp=e.example")
    first, second = record.directives
    assert (first.result, first.mechanism, first.prefix4, first.prefix6) == (SpfResult.NEUTRAL, Mechanism.A, 24, 64)
    assert first.target is not None
    assert first.target.text == "h.example.com"
    assert (second.result, second.network, second.prefix4) == (SpfResult.FAIL, 0xC0000200, 25)
    assert record.redirect is not None
    assert record.explanation is not None
    assert (record.redirect.text, record.explanation.text) == ("r.example", "e.example")


def test_equal_octets_give_equal_records() -> None:
    data = b"v=spf1 a mx:%{d} ip6:::1 ~all exp=%{d2}"
    assert parse_record(data) == parse_record(bytes(bytearray(data)))
    assert hash(parse_record(data)) == hash(parse_record(data))


@given(st.lists(PIECES | st.just(" "), max_size=30).map("".join))
def test_a_record_parses_whole_or_not_at_all(text: str) -> None:
    data = b"v=spf1 " + text.encode()
    record = tried(data)
    terms = [term for term in text.split(" ") if term]
    assert tried(b"V=SPF1 " + b"  ".join(term.encode() for term in terms) + b" ") == record
    if isinstance(record, Record):
        texts = [directive.text for directive in record.directives]
        assert texts == [term for term in terms if term in texts]
    else:
        assert isinstance(record, SpfProblem)


@given(st.binary(max_size=200))
def test_any_octets_are_parsed_or_refused(data: bytes) -> None:
    assert isinstance(tried(b"v=spf1 " + data), Record | SpfProblem)


@given(st.lists(st.binary(max_size=30)))
def test_only_a_version_with_a_space_or_nothing_behind_it_is_selected(texts: list[bytes]) -> None:
    texts = [text for text in texts if not text.lower().startswith(b"v=spf1")]
    assert select_record(texts) is None
    assert select_record([*texts, b"V=spf1"]) == b"V=spf1"
    with pytest.raises(Malformed) as refused:
        select_record([b"v=spf1 -all", *texts, b"v=spf1"])
    assert refused.value.code is SpfProblem.RECORD_MULTIPLE


@pytest.mark.parametrize(
    "term",
    ["/" * 16_000, "a" + "/1" * 8_000, "ip6:" + ":" * 16_000, "x=" + "%{d}" * 4_000, "a:" + "%" * 16_000, "a " * 8_000],
)
def test_no_record_takes_long(term: str) -> None:
    begun = time.perf_counter()
    assert isinstance(tried(b"v=spf1 " + term.encode()), Record | SpfProblem)
    assert time.perf_counter() - begun < 1
