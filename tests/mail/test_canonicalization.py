"""Canonical forms: laws, dkimpy as a second reading, and time that grows with the length alone."""

import hashlib
import time

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.mail import canonicalization
from frankmark.mail.canonicalization import BodyHashes, Canonicalization, signed_fields
from frankmark.mail.message import parse

PIECES = st.sampled_from([b"\r\n", b"\r\n\r\n", b" ", b"  ", b"\t", b"a", b"b\r", b"\x0b", b"\x0c", b"\xc3\xa9"])
BODIES = st.lists(PIECES, max_size=30).map(b"".join)
SIMPLE, RELAXED = Canonicalization.SIMPLE, Canonicalization.RELAXED


def bare_line_feeds(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"").replace(b"\r", b"")


@given(BODIES)
@settings(max_examples=500)
def test_bodies_are_those_of_dkimpy(octets: bytes) -> None:
    assert canonicalization.body(octets, SIMPLE) == Simple.canonicalize_body(octets)
    whole = octets if octets.endswith(b"\r\n") else octets + b"\r\n"  # it evens the last line only if that has an end
    assert canonicalization.body(octets, RELAXED) == Relaxed.canonicalize_body(whole if octets else octets)


@given(BODIES)
def test_laws_of_bodies(octets: bytes) -> None:
    for way in Canonicalization:
        form = canonicalization.body(octets, way)
        assert canonicalization.body(form, way) == form
        assert canonicalization.body(octets + b"\r\n\r\n", way) == canonicalization.body(octets + b"\r\n", way)
        assert form in {b"", b"\r\n"} or (form.endswith(b"\r\n") and not form.endswith(b"\r\n\r\n"))
    even = canonicalization.body(octets, RELAXED)
    assert b"  " not in even
    assert b"\t" not in even
    assert b" \r\n" not in even
    assert bare_line_feeds(even).replace(b" ", b"") == bare_line_feeds(octets).replace(b" ", b"").replace(b"\t", b"")


def test_a_body_that_ends_in_white_space_without_a_line_end() -> None:
    assert canonicalization.body(b"Joe. \t", RELAXED) == b"Joe.\r\n"
    assert canonicalization.body(b"Joe. \t", SIMPLE) == b"Joe. \t\r\n"
    assert canonicalization.body(b" ", RELAXED) == b""


@pytest.mark.parametrize("octets", [b"a\r\r\n", b"a\r\n\r\r\n\r\n", b"\r\r\n", b"a\r\n\r"])
def test_a_carriage_return_of_its_own_is_no_empty_line(octets: bytes) -> None:
    form = canonicalization.body(octets, SIMPLE)
    assert form.count(b"\r") - form.count(b"\r\n") == octets.count(b"\r") - octets.count(b"\r\n")
    assert form == Simple.canonicalize_body(octets)


@given(
    st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"a", b"b:", b"\x0b", b"\x0c", b"\xe9"]), max_size=20).map(
        b"".join
    )
)
def test_fields_are_those_of_dkimpy(value: bytes) -> None:
    field = parse(b"X-Name \t:" + value + b"\r\n\r\n").fields[0]
    [(name, theirs)] = Relaxed.canonicalize_headers([(field.name, field.value + b"\r\n")])
    ours = canonicalization.field(field, RELAXED)
    # dkimpy strips what Python calls white space from the ends; RFC 6376 §3.4.2 takes spaces and tabs only.
    assert ours.strip(b"\x0b\x0c\r\n ").replace(b":\x0b", b":").replace(b":\x0c", b":").split(b":", 1)[0] == name
    if not {b"\x0b", b"\x0c"} & {bytes([octet]) for octet in value}:
        assert ours == name + b":" + theirs
    assert canonicalization.field(field, SIMPLE) == field.raw
    again = parse(ours + b"\r\n").fields[0]
    assert canonicalization.field(again, RELAXED) == ours


def test_white_space_is_space_and_tab_and_nothing_else() -> None:
    field = parse(b"A:\x0b b \x0c\tc \x0b\r\n\r\n").fields[0]
    assert canonicalization.field(field, RELAXED) == b"a:\x0b b \x0c c \x0b\r\n"


@pytest.mark.parametrize("odd", [b"", b"C:\x0b c \x0c\td\r\n"])
@pytest.mark.parametrize("way", [SIMPLE, RELAXED])
def test_fields_together_are_those_one_by_one(odd: bytes, way: Canonicalization) -> None:
    chosen = parse(b"A: a \t b\r\n\tc \r\n" + odd + b"B :\r\n\r\n").fields
    assert canonicalization.fields(chosen, way) == [canonicalization.field(each, way) for each in chosen]


@given(BODIES, st.integers(min_value=0, max_value=40))
def test_a_body_is_hashed_once_for_each_way_and_length(octets: bytes, length: int) -> None:
    hashes = BodyHashes(octets)
    for way in Canonicalization:
        form = canonicalization.body(octets, way)
        assert hashes.sha256(way) is hashes.sha256(way)
        assert hashes.sha256(way) == hashlib.sha256(form).digest()
        assert hashes.sha256(way, length) == hashlib.sha256(form[:length]).digest()
        assert hashes.unsigned(way, length) == len(form) - length


@given(
    st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=8), st.lists(st.sampled_from([b"a", b"b", b"d"]), max_size=8)
)
def test_fields_are_chosen_from_the_bottom_up(header: list[bytes], names: list[bytes]) -> None:
    message = parse(b"".join(b"%s: %d\r\n" % (name, row) for row, name in enumerate(header)) + b"\r\n")
    left = {name: [row for row, each in enumerate(header) if each == name] for name in names}
    wanted = [left[name].pop() for name in names if left[name]]
    assert [int(field.value) for field in signed_fields(message, names)] == wanted


@pytest.mark.parametrize(
    "octets",
    [b" " * 10_000_000, b"\t " * 5_000_000, b"\r\n" * 5_000_000, b"\r\n" * 5_000_000 + b"\r", b" \r\n" * 3_000_000],
    ids=["spaces", "tabs", "line-ends", "line-ends-and-a-carriage-return", "white-lines"],
)
def test_hostile_bodies_cost_no_more_than_their_length(octets: bytes) -> None:
    started = time.process_time()
    for way in Canonicalization:
        canonicalization.body(octets, way)
    assert time.process_time() - started < 4
