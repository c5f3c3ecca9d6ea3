"""What is attached to a message: every part once, decoded, and nothing that a hostile message can do with parts."""

import contextlib
import hashlib
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.assembly.attached import attachments_of, is_message
from frankmark.foundation.errors import Malformed


def message(*parts: tuple[bytes, str]) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "a@example.com", "b@example.com"
    made.set_content("text")
    for data, name in parts:
        made.add_attachment(data, maintype="application", subtype="json", filename=name)
    return made


@given(
    data=st.binary(max_size=500), name=st.text("abcxyzäé ()=%'\"", min_size=1, max_size=30).map(str.strip).filter(bool)
)
def test_a_part_comes_back_as_it_was_put_in(data: bytes, name: str) -> None:
    first, second = attachments_of(message((data, name)).as_bytes())
    assert (first.media, first.data.strip()) == ("text/plain", b"text")
    assert (second.media, second.data, second.digest) == ("application/json", data, hashlib.sha256(data).hexdigest())


def test_a_message_inside_a_message_is_looked_through_too() -> None:
    outer = EmailMessage()
    outer["From"] = "c@example.com"
    outer.set_content("see below")
    outer.add_attachment(message((b"{}", "proof.json")))
    assert "proof.json" in {part.name for part in attachments_of(outer.as_bytes())}


def test_a_message_without_parts_is_one_part() -> None:
    (only,) = attachments_of(b"From: a@example.com\n\nHello\n")
    assert (only.name, only.data) == ("part-1", b"Hello\n")


def test_parts_within_parts_without_end_are_refused() -> None:
    lines = [b"From: a@example.com"]
    for depth in range(3000):
        lines += [b"Content-Type: multipart/mixed; boundary=b%d" % depth, b"", b"--b%d" % depth]
    with pytest.raises(Malformed) as refused:
        attachments_of(b"\n".join(lines))
    assert refused.value.code == "HEADER_SYNTAX"


def test_more_parts_than_anybody_sends_are_refused() -> None:
    lines = b"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1200 + b"--b--\n"
    with pytest.raises(Malformed) as refused:
        attachments_of(lines)
    assert refused.value.code == "MESSAGE_TOO_LARGE"


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"From: a@example.com\n\nHello", True),
        (b"From a@example.com Fri Nov 20\nFrom: a@example.com\n\nHello", True),
        (b"X-SecureStamp: v=1; token=a.b.c\n", False),
        (b'{"From": 1}\n\n', False),
        (b"To: b@example.com\n\nHello", False),
        (b"node-abcdefghij/log\n3\nroot\n\n", False),
        (b"", False),
    ],
)
def test_what_a_message_is(data: bytes, is_one: bool) -> None:  # noqa: FBT001  (a table)
    assert is_message(data) is is_one


@given(data=st.binary(max_size=300))
def test_any_octets_have_parts_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert all(part.name for part in attachments_of(data))
