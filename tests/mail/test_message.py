"""Messages: what goes in comes out, limits hold, and the time to read grows with the length alone."""

import contextlib
import time
from email.parser import BytesHeaderParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.message import DEFAULT_LIMITS, LineEndings, Message, MessageLimits, MessageReason, parse

NAMES = st.text("ABCxyz-09!#", min_size=1, max_size=12)
VALUES = st.lists(st.text("abc XYZ\t:;<>@é", max_size=20), min_size=1, max_size=3).map(
    lambda lines: "\r\n ".join(line.strip("\t ") or "x" for line in lines).encode()
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=8)


def read(raw: bytes) -> Message | Malformed:
    try:
        return parse(raw)
    except Malformed as error:
        return error


@given(HEADERS, st.binary(max_size=200), st.integers(0, 1))
def test_the_octets_of_a_message_are_kept(header: list[tuple[str, bytes]], body: bytes, lf: int) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in header) + b"\r\n" + body
    message = parse(raw)
    assert [(f.name.decode(), f.value[1:]) for f in message.fields] == header
    assert b"".join(field.raw for field in message.fields) + b"\r\n" == raw[: len(raw) - len(body)]
    assert message.body.replace(b"\r\n", b"\n") == body.replace(b"\r\n", b"\n")
    assert parse(message.octets) == Message(
        fields=message.fields, body=message.body, line_endings=LineEndings.CRLF, positions=message.positions
    )
    if lf:
        again = parse(raw.replace(b"\r\n", b"\n"))
        assert again.fields == message.fields
        assert again.body.replace(b"\r", b"") == message.body.replace(b"\r", b"")


@given(HEADERS)
def test_the_header_is_the_one_that_the_standard_library_sees(header: list[tuple[str, bytes]]) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in header) + b"\r\n"
    theirs = [name for name, _ in BytesHeaderParser().parsebytes(raw).items()]
    assert [field.name.decode() for field in parse(raw).fields] == theirs


@given(st.binary(max_size=300))
def test_any_octets_are_a_message_or_are_refused_with_a_reason(raw: bytes) -> None:
    message = read(raw)
    if isinstance(message, Malformed):
        assert isinstance(message.code, MessageReason)
        return
    assert parse(message.octets).fields == message.fields
    assert parse(message.octets).body == message.body
    assert b"\n" not in message.body.replace(b"\r\n", b"")


def test_fields_are_found_by_name_from_top_to_bottom() -> None:
    message = parse(b"Received: 1\r\nTo: x\r\nRECEIVED: 2\r\n\r\n")
    assert [field.unfolded for field in message.named(b"received")] == [b"1", b"2"]
    assert message.named(b"cc") == ()


def test_a_field_is_put_on_top() -> None:
    message = parse(b"To: x\n\nHi.\n").with_field(b"X-SecureStamp: v=1;\r\n\tt=abc\r\n")
    assert message.octets == b"X-SecureStamp: v=1;\r\n\tt=abc\r\nTo: x\r\n\r\nHi.\r\n"
    assert message.named(b"x-securestamp")[0].unfolded == b"v=1;\tt=abc"
    assert message.line_endings is LineEndings.LF


@pytest.mark.parametrize("raw", [b"", b"no field\r\n", b"A: 1\r\nB: 2\r\n", b"A: 1", b"A: 1\r\n\r\nB: 2\r\n"])
def test_only_exactly_one_field_is_put_on_top(raw: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        parse(b"To: x\r\n\r\n").with_field(raw)
    assert caught.value.code is MessageReason.HEADER_SYNTAX


def test_a_long_field_of_short_lines_is_read() -> None:
    raw = b"References: " + b"<1@example.com>\r\n " * 3_000 + b"x\r\n\r\n"
    assert len(parse(raw).fields) == 1
    with pytest.raises(Malformed) as caught:
        parse(raw, MessageLimits(line_bytes=17))
    assert caught.value.code is MessageReason.HEADER_LINE_TOO_LONG


def test_limits_let_pass_what_just_fits() -> None:
    raw = b"A: 1\r\nB: 2\r\n\r\nHi."
    assert parse(raw, MessageLimits(message_bytes=len(raw), header_bytes=12, fields=2, line_bytes=6)).body == b"Hi."
    for short in ({"message_bytes": len(raw) - 1}, {"header_bytes": 11}, {"fields": 1}, {"line_bytes": 3}):
        with pytest.raises(Malformed):
            parse(raw, MessageLimits(**short))


@pytest.mark.parametrize(
    "raw",
    [
        b"A" * 20_000_000,
        b"A " * 10_000_000,
        b"A: 1\r\n\r\n" + b"\n" * 20_000_000,
        b"A: 1\r\n\r\n" + b"\r" * 20_000_000,
        b"A: 1\r\n\r\n" + b"\r\n" * 10_000_000,
        (b"A: " + b"x" * 500 + b"\r\n") * 1_000,
        b"A: 1\r\n" + b" \r\n" * 100_000,
        b"From " + b"x" * 20_000_000,
    ],
    ids=["no-colon", "spaces", "line-feeds", "carriage-returns", "line-ends", "fields", "folding", "mbox"],
)
def test_hostile_octets_cost_no_more_than_their_length(raw: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(Malformed):
        parse(raw)
    assert time.process_time() - started < 4
    assert len(raw) <= DEFAULT_LIMITS.message_bytes
