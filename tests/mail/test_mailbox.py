"""The author: what is accepted is what every other reader sees too."""

from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.mailbox import FromReason, FromTrait, Mailbox, author, parse_mailbox
from frankmark.mail.message import parse
from frankmark.mail.structured import quote

LOCALS = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\.[a-z0-9]{1,8})?", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?\.(example|test)", fullmatch=True)


def read(octets: bytes) -> Mailbox | Malformed:
    try:
        return parse_mailbox(octets)
    except Malformed as error:
        return error


@given(LOCALS, DOMAINS, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_an_author_is_read_as_it_was_written(local: str, domain: str, name: str) -> None:
    written = f"{quote(name)} <{local}@{domain}>"
    found = parse_mailbox(written.encode())
    assert (found.address.local, found.address.domain, found.name) == (local, domain, name.strip())
    assert FromTrait.NON_ASCII not in found.traits
    assert parseaddr(written)[1] == f"{local}@{domain}"


@given(st.text('ab@.,;:<>()"\\ []=?é\t', max_size=24))
def test_any_text_names_one_author_or_is_refused_with_a_reason(text: str) -> None:
    found = read(text.encode())
    if isinstance(found, Malformed):
        assert isinstance(found.code, FromReason)
        return
    again = parse_mailbox(f"<{found.address}>".encode())
    assert again.address == found.address


@given(st.binary(max_size=40))
def test_any_octets_too(octets: bytes) -> None:
    found = read(octets)
    assert isinstance(found, Mailbox) or isinstance(found.code, FromReason)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"To: sue@example.net\r\n", FromReason.FROM_ABSENT),
        (b"From: joe@example.com\r\nFrom: joe@example.com\r\n", FromReason.FROM_REPEATED),
        (b"From: joe@example.com\r\nFROM : ceo@bank.example\r\n", FromReason.FROM_REPEATED),
    ],
)
def test_a_message_has_one_from_field(header: bytes, reason: FromReason) -> None:
    with pytest.raises(Malformed) as caught:
        author(parse(header + b"\r\n"))
    assert caught.value.code is reason


def test_a_folded_from_field_is_unfolded() -> None:
    assert author(parse(b"From: Joe\r\n SixPack\r\n\t<joe@example.com>\r\n\r\n")).name == "Joe SixPack"


def test_the_detail_of_an_error_holds_no_address() -> None:
    for value in (b"secret@", b"<secret@example..com>", b"secret@a.example, secret@b.example", b"Secret <secret>"):
        with pytest.raises(Malformed) as caught:
            parse_mailbox(value)
        assert "secret" not in caught.value.detail.lower()
