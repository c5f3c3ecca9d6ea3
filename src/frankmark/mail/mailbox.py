"""The author of a message: the one address of the one From field (RFC 5322 §3.4 and §3.6.2, RFC 6532, RFC 9989 §5.3).

Everything that is said about a message is said about the domain of its From field, so this reader accepts less than
RFC 5322 writes: exactly one field, exactly one mailbox, no group, no route, no comment or white space inside the
address, no obsolete form. A message that different programs would show with different authors is refused; the reason
tells a person what was found.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import Address
from frankmark.mail.message import Message
from frankmark.mail.structured import CONTROL_CHARACTER, Cursor, unquote

__all__ = ["FromReason", "FromTrait", "Mailbox", "author", "parse_mailbox"]

MOST_OCTETS = 4_096
"""A From field longer than this hides something; the longest address has 254 octets (RFC 5321 §4.5.3.1.3)."""

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a0-\U0010ffff]+")
_ADDR_SPEC = re.compile(
    r"""("(?:[^"\\]|\\.)*"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-.\u00a0-\U0010ffff]+)"""
    r"""@(\[[^\[\]\\]*\]|[A-Za-z0-9\-._\u00a0-\U0010ffff]+)"""
)
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[^?\s]+\?[^?\s]*\?=")


class FromReason(StrEnum):
    """Why a message has no author that everyone agrees on."""

    FROM_ABSENT = "FROM_ABSENT"
    FROM_REPEATED = "FROM_REPEATED"
    FROM_TOO_LONG = "FROM_TOO_LONG"
    FROM_NOT_UTF8 = "FROM_NOT_UTF8"
    FROM_CONTROL_CHARACTER = "FROM_CONTROL_CHARACTER"
    FROM_EMPTY = "FROM_EMPTY"
    FROM_GROUP = "FROM_GROUP"
    FROM_SEVERAL = "FROM_SEVERAL"
    FROM_SYNTAX = "FROM_SYNTAX"
    FROM_ENCODED_ADDRESS = "FROM_ENCODED_ADDRESS"
    FROM_DOMAIN_LITERAL = "FROM_DOMAIN_LITERAL"
    FROM_ADDRESS = "FROM_ADDRESS"


class FromTrait(StrEnum):
    """What is lawful in a From field and still worth a second look."""

    COMMENT = "comment"
    ENCODED_NAME = "encoded_name"
    QUOTED_LOCAL_PART = "quoted_local_part"
    NON_ASCII = "non_ascii"
    NAME_LOOKS_LIKE_ADDRESS = "name_looks_like_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One mailbox.

    Attributes:
        name: The display name as it was written, quoted-strings opened, encoded words (RFC 2047) left as they are.
        address: The address, its domain in canonical form.
        traits: What is unusual about it.
    """

    name: str
    address: Address
    traits: frozenset[FromTrait]


def author(message: Message) -> Mailbox:
    """The one mailbox of the one From field.

    Args:
        message: The message.

    Returns:
        The mailbox.

    Raises:
        Malformed: With a `FromReason` if there is not exactly one.
    """
    fields = message.named(b"from")
    if not fields:
        raise Malformed(FromReason.FROM_ABSENT, "the message has no From field")
    if len(fields) > 1:
        raise Malformed(FromReason.FROM_REPEATED, f"the message has {len(fields)} From fields; it may have one")
    return parse_mailbox(fields[0].unfolded)


@lru_cache(maxsize=512)  # the same author writes again; the limit of a field bounds what is kept
def parse_mailbox(value: bytes) -> Mailbox:
    """Read the one mailbox of an unfolded From field.

    Args:
        value: The unfolded value.

    Returns:
        The mailbox.

    Raises:
        Malformed: With a `FromReason`.
    """
    cursor = Cursor(_text(value))
    cursor.skip()
    spec = _addr_spec(cursor)
    name = ""
    if spec is None:
        name = _phrase(cursor)
        spec = _angle(cursor, name)
    cursor.skip()
    if not cursor.ended:
        raise _after_mailbox(cursor)
    return _mailbox(name, spec, cursor)


def _text(value: bytes) -> str:
    if len(value) > MOST_OCTETS:
        raise Malformed(FromReason.FROM_TOO_LONG, f"a From field of {len(value)} octets; {MOST_OCTETS} are read")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(FromReason.FROM_NOT_UTF8, "the From field is neither ASCII nor UTF-8") from error
    if CONTROL_CHARACTER.search(text):
        raise Malformed(FromReason.FROM_CONTROL_CHARACTER, "the From field has a control character")
    return text


def _addr_spec(cursor: Cursor) -> re.Match[str] | None:
    found = _ADDR_SPEC.match(cursor.text, cursor.at)
    if found:
        cursor.at = found.end()
    return found


def _phrase(cursor: Cursor) -> str:
    # obs-phrase (RFC 5322 §4.1) lets a full stop stand bare: half of all initials are written so.
    words: list[str] = []
    while True:
        if cursor.skip() and words:
            words.append(" ")
        quoted = cursor.quoted_string()
        word = unquote(quoted) if quoted else cursor.take(_ATOM) or cursor.literal(".")
        if not (quoted or word):
            return "".join(words).strip()
        words.append(word)


def _angle(cursor: Cursor, name: str) -> re.Match[str]:
    if not cursor.literal("<"):
        raise _no_angle(cursor, name)
    cursor.skip()
    if cursor.literal(">"):
        raise Malformed(FromReason.FROM_EMPTY, "the From field has an empty address")
    spec = _addr_spec(cursor)
    cursor.skip()
    if spec is None or not cursor.literal(">"):
        raise Malformed(FromReason.FROM_SYNTAX, "no address of the form local@domain stands between < and >")
    return spec


def _no_angle(cursor: Cursor, name: str) -> Malformed:
    if cursor.peek == ":":
        return Malformed(FromReason.FROM_GROUP, "the From field names a group; a person has one address")
    if cursor.ended and _ENCODED_WORD.search(name):
        return Malformed(FromReason.FROM_ENCODED_ADDRESS, "an encoded word stands where the address belongs")
    if cursor.ended and not name:
        return Malformed(FromReason.FROM_EMPTY, "the From field is empty")
    return Malformed(FromReason.FROM_SYNTAX, "the From field has no address of the form local@domain")


def _after_mailbox(cursor: Cursor) -> Malformed:
    if cursor.peek == ",":
        return Malformed(FromReason.FROM_SEVERAL, "the From field has more than one address")
    return Malformed(FromReason.FROM_SYNTAX, "something stands after the address")


def _mailbox(name: str, spec: re.Match[str], cursor: Cursor) -> Mailbox:
    text, local, domain = spec[0], spec[1], spec[2]
    if _ENCODED_WORD.search(text):
        raise Malformed(FromReason.FROM_ENCODED_ADDRESS, "an encoded word stands inside the address")
    if domain.startswith("["):
        raise Malformed(FromReason.FROM_DOMAIN_LITERAL, "the address has an IP address where its domain belongs")
    try:
        address = Address.parse(text)
    except Malformed as error:
        raise Malformed(FromReason.FROM_ADDRESS, error.detail) from error
    found = {
        FromTrait.COMMENT: bool(cursor.comments),
        FromTrait.ENCODED_NAME: bool(_ENCODED_WORD.search(name)),
        FromTrait.QUOTED_LOCAL_PART: local.startswith('"'),
        FromTrait.NON_ASCII: not cursor.text.isascii(),
        FromTrait.NAME_LOOKS_LIKE_ADDRESS: "@" in name,
    }
    return Mailbox(name=name, address=address, traits=frozenset(trait for trait, there in found.items() if there))
