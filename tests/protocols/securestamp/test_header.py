"""The header field: whatever is written is read back, however it is folded on the way."""

import re
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.securestamp.parts import TOKEN, URL, code_of

from frankmark.foundation.errors import Misuse
from frankmark.protocols.securestamp.header import HEADER_NAME, one_header, parse_header, render_header
from frankmark.protocols.securestamp.reasons import Reason

segments = st.from_regex(r"\A[A-Za-z0-9_-]{1,300}\Z")
tokens = st.builds(lambda a, b, c: f"{a}.{b}.{c}", segments, segments, segments)


@given(tokens, st.sampled_from(["\r\n", "\n"]), st.sampled_from(["\r\n ", "\r\n\t", " ", ""]))
def test_what_is_written_is_read_back(token: str, newline: str, refolded: str) -> None:
    url = f"https://node.example.net/verify/{token}"
    value = render_header(token, url, newline)
    lines = f"{HEADER_NAME}: {value}".split(newline)
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    for spelling in (value, re.sub(r"\r?\n ", refolded, value)):
        header = parse_header(spelling.encode())
        assert (header.token, header.verify and header.verify.text, header.warnings) == (token, url, ())


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"v=1; token=a.b.c;" + tail))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    code = code_of(parse_header, data)
    assert code is None or isinstance(code, Reason)
    if code is None:
        header = parse_header(data)
        assert header.verify is None or header.verify.token == header.token


def test_another_mail_library_reads_the_field_and_leaves_it_whole() -> None:
    raw = f"From: a@example.com\r\n{HEADER_NAME}: {render_header(TOKEN, URL)}\r\n\r\nhello\r\n".encode()
    message = message_from_bytes(raw, policy=SMTP)
    header = one_header([message[HEADER_NAME].encode()], 1)
    assert header is not None
    assert header.token == TOKEN


def test_a_url_of_another_token_is_not_written() -> None:
    with pytest.raises(Misuse, match="TOKEN_MISMATCH"):
        render_header("a.b.c", URL)
