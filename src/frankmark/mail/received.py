"""Who handed a message over, out of the Received field of a receiver that the operator trusts (RFC 5321 §4.4).

RFC 5321 leaves open where a server writes the client's address, so the shapes of the servers in wide use are read:
Postfix, Sendmail and Gmail ``from HELO (rdns [IP])``, Exim ``from rdns ([IP] helo=HELO)`` and
``from [IP] (helo=HELO)``, Exchange ``from HELO (IP)``. Whatever is not exactly one of them gives no answer: a wrong
address would be an SPF verdict about somebody else.

Only the *topmost* field by a trusted host counts: what lies below it was there when the message came in, and anyone
may have written it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from frankmark.foundation.errors import Unverified
from frankmark.mail.message import Message
from frankmark.mail.structured import CONTROL_CHARACTER, Cursor

__all__ = ["Handover", "ReceivedReason", "handover"]

_WORD = re.compile(r"[^\s();<>\"\\]+")
_FROM = re.compile(r"from(?=[ \t])", re.IGNORECASE)
_BY = re.compile(r"by(?=[ \t])", re.IGNORECASE)
# The name is looked at and not consumed: after "by by mx.example.net" both words "by" have been tried.
_ANY_BY = re.compile(r"(?<![^\s();])by[ \t]+(?=([^\s();<>]+))", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\](?::[0-9]+)?", re.IGNORECASE)
_HOST_AND_ADDRESS = re.compile(
    r"(?:[^\s\[\]()]+[ \t]+)?\[(?:IPv6:)?([0-9A-Fa-f:.]+)\](?: \(may be forged\))?", re.IGNORECASE
)
_EXIM_ADDRESS = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?((?: (?:helo|ident|port)=[^\s()]+)*)")
_EXIM_FACTS = re.compile(r"(?:(?:helo|ident|port)=[^\s()]+)(?: (?:helo|ident|port)=[^\s()]+)*")
_EXIM_HELO = re.compile(r"(?:^| )helo=([^\s()]+)")
_BARE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+")
_ENVELOPE_FROM = re.compile(r"envelope-from[ \t]+<?([^<>\s()]*)>?")
_RETURN_PATH = re.compile(r"<([^<>\s]*)>")


class ReceivedReason(StrEnum):
    """Why nobody can say who handed a message over."""

    NO_TRUSTED_RECEIVED = "NO_TRUSTED_RECEIVED"
    RECEIVED_WITHOUT_CLIENT = "RECEIVED_WITHOUT_CLIENT"
    RECEIVED_UNREADABLE = "RECEIVED_UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """How a message came to a trusted receiver.

    Attributes:
        client_ip: The address of the client, in the text form of RFC 5952; that of IPv4 if it is IPv4-mapped.
        helo: What the client called itself, as the receiver wrote it down.
        by: The receiver, in lower case.
        mail_from: The reverse-path, empty for ``<>``; None if the receiver did not write it down.
    """

    client_ip: str
    helo: str
    by: str
    mail_from: str | None


def handover(message: Message, trusted_receivers: Collection[str]) -> Handover:
    """Read the topmost Received field by a trusted receiver.

    Args:
        message: The message.
        trusted_receivers: Host names as they write themselves after ``by``; case does not matter.

    Returns:
        How the message came to it. The reverse-path is that of the field itself, else of a Return-Path field above it.

    Raises:
        Unverified: With a `ReceivedReason` if there is no such field, or its shape is none of those known.
    """
    trusted = {name.lower().removesuffix(".") for name in trusted_receivers}
    for position in message.positions.get(b"received", ()):
        text = message.fields[position].unfolded.decode("latin-1")
        # A client that calls itself "x by y" must not hide the field from us, for a forged one may lie below it.
        if any(name.lower().removesuffix(".") in trusted for name in _ANY_BY.findall(text)):
            return _handover(message, position, text, trusted)
    raise Unverified(ReceivedReason.NO_TRUSTED_RECEIVED, "no trusted receiver says where the message came from")


def _unreadable() -> Unverified:
    return Unverified(
        ReceivedReason.RECEIVED_UNREADABLE, "the Received field of the trusted receiver has a shape that is not known"
    )


def _handover(message: Message, position: int, text: str, trusted: Collection[str]) -> Handover:
    cursor = Cursor(text)
    cursor.skip()
    if not cursor.take(_FROM):
        raise Unverified(ReceivedReason.RECEIVED_WITHOUT_CLIENT, "the trusted receiver names no client")
    cursor.skip()
    word = cursor.take(_WORD)
    before = len(cursor.comments)
    cursor.skip()
    comments = cursor.comments[before:]
    if CONTROL_CHARACTER.search(text) or not cursor.take(_BY):
        raise _unreadable()
    cursor.skip()
    by = cursor.take(_WORD).lower().removesuffix(".")
    if by not in trusted:
        raise _unreadable()
    while cursor.skip() or cursor.take(_WORD):
        pass
    after = cursor.comments[before + len(comments) :]
    address, helo = _client(word, comments, after)
    return Handover(client_ip=_canonical(address), helo=helo, by=by, mail_from=_mail_from(message, position, after))


def _canonical(address: str) -> str:
    try:
        client = ip_address(address)
    except ValueError as error:
        raise _unreadable() from error
    # RFC 7208 §5: a socket that takes both families writes an IPv4 client so.
    return str(getattr(client, "ipv4_mapped", None) or client)


def _client(word: str, comments: list[str], after: list[str]) -> tuple[str, str]:
    """The client's address and HELO. Two comments with an address are one too many: the client may have sent one."""
    found = [reading for comment in comments if (reading := _read_comment(word, comment))]
    if len(found) == 1:
        return found[0]
    bracketed = _BRACKETED.fullmatch(word)
    exim = any(_EXIM_FACTS.fullmatch(each) for each in comments) or any(each.startswith("Exim ") for each in after)
    if found or not bracketed or not exim:
        raise _unreadable()
    named = [helo[1] for each in comments if _EXIM_FACTS.fullmatch(each) and (helo := _EXIM_HELO.search(each))]
    return bracketed[1], named[0] if named else f"[{bracketed[1]}]"


def _read_comment(word: str, comment: str) -> tuple[str, str] | None:
    """An address and a HELO out of one comment between ``from`` and ``by``; None if it has no address."""
    if comment.lower().startswith("helo "):  # qmail, which writes the reverse name where others write HELO
        raise _unreadable()
    exim = _EXIM_ADDRESS.fullmatch(comment)
    if exim:
        helo = _EXIM_HELO.search(exim[2])
        return exim[1], helo[1] if helo else word
    shape = _HOST_AND_ADDRESS.fullmatch(comment)
    if shape:
        return shape[1], word
    if _BARE_ADDRESS.fullmatch(comment):
        return comment, word
    if "[" in comment:
        raise _unreadable()
    return None


def _mail_from(message: Message, position: int, after: list[str]) -> str | None:
    for comment in after:
        found = _ENVELOPE_FROM.fullmatch(comment)
        if found:
            return found[1]
    # Final delivery puts Return-Path on top (RFC 5321 §4.4); one below the trusted field came with the message.
    above = [row for row in message.positions.get(b"return-path", ()) if row < position]
    path = _RETURN_PATH.fullmatch(message.fields[above[0]].unfolded.decode("latin-1")) if above else None
    return path[1] if path else None
