"""Canonicalisation of headers and bodies (RFC 6376 §3.4), and the choice of signed header fields (§5.4.2)."""

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum

from frankmark.mail.message import Field, Message

__all__ = ["BodyHashes", "Canonicalization", "body", "field", "fields", "signed_fields"]

_WSP_RUN = re.compile(rb"[ \t]+")
_EMPTY_LINES_BACKWARDS = re.compile(rb"(?:\n\r)*")


class Canonicalization(StrEnum):
    """The two ways to even out what servers change on the way."""

    SIMPLE = "simple"
    RELAXED = "relaxed"


def field(raw: Field, way: Canonicalization) -> bytes:
    """The canonical form of one header field.

    Args:
        raw: The field.
        way: Which form.

    Returns:
        The octets that are hashed, final CRLF included.
    """
    if way is Canonicalization.SIMPLE:
        return raw.raw
    value = raw.value
    if b"\x0b" in value or b"\x0c" in value:  # white space to bytes.split, not to RFC 6376
        text = _WSP_RUN.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    else:
        text = b" ".join(value.split())
    return raw.name.lower() + b":" + text + b"\r\n"


def fields(chosen: Sequence[Field], way: Canonicalization) -> list[bytes]:
    """The canonical forms of header fields, as `field` makes each."""
    if way is Canonicalization.SIMPLE:
        return [each.raw for each in chosen]
    values = b"".join([value for _, _, value in chosen])
    if b"\x0b" in values or b"\x0c" in values:
        return [field(each, way) for each in chosen]
    return [b"%b:%b\r\n" % (name.lower(), b" ".join(value.split())) for _, name, value in chosen]


def body(octets: bytes, way: Canonicalization) -> bytes:
    """The canonical form of a body.

    Args:
        octets: The body with CRLF line endings.
        way: Which form.

    Returns:
        The octets that are hashed.
    """
    if octets and not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    if way is Canonicalization.RELAXED:
        octets = _even_white_space(octets)
    if octets.endswith(b"\r\n\r\n"):
        octets = _without_empty_lines(octets)
    if octets in {b"", b"\r\n"}:
        # §3.4.3: a missing body is one CRLF; §3.4.4: relaxed leaves nothing of it.
        return b"\r\n" if way is Canonicalization.SIMPLE else b""
    return octets


def _even_white_space(octets: bytes) -> bytes:
    # Each pass halves the longest run; for the runs of real mail this is several times faster than a pattern. CPython
    # finds a short needle three times faster from the right, which matters where there is none.
    octets = octets.replace(b"\t", b" ")
    while octets.rfind(b"  ") >= 0:
        octets = octets.replace(b"  ", b" ")
    return octets.replace(b" \r\n", b"\r\n") if octets.rfind(b" \r\n") >= 0 else octets


def _without_empty_lines(octets: bytes) -> bytes:
    kept = octets.rstrip(b"\r\n")
    tail = octets[len(kept) :]
    # The tail may hold a CR of its own, which is no line ending: only whole pairs go, counted from the end.
    pairs = _EMPTY_LINES_BACKWARDS.match(tail[::-1])
    cut = pairs.end() if pairs else 0
    return octets[: len(octets) - cut] + b"\r\n"


class BodyHashes:
    """The SHA-256 hashes of one body, each computed once however many signatures ask for it.

    Args:
        octets: The body with CRLF line endings.
    """

    __slots__ = ("_canonical", "_digests", "_octets")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._canonical: dict[Canonicalization, bytes] = {}
        self._digests: dict[tuple[Canonicalization, int | None], bytes] = {}

    def _form(self, way: Canonicalization) -> bytes:
        if way not in self._canonical:
            self._canonical[way] = body(self._octets, way)
        return self._canonical[way]

    def unsigned(self, way: Canonicalization, length: int) -> int:
        """How many octets of the canonical body lie beyond the first `length`; less than 0 if it is shorter."""
        return len(self._form(way)) - length

    def sha256(self, way: Canonicalization, length: int | None = None) -> bytes:
        """The hash of the canonical body, or of its first `length` octets."""
        if (way, length) not in self._digests:
            self._digests[way, length] = hashlib.sha256(self._form(way)[:length]).digest()
        return self._digests[way, length]


def signed_fields(message: Message, names: Sequence[bytes]) -> list[Field]:
    """The fields that a list of names signs: of each name the lowest first, and nothing for a name too many.

    Args:
        message: The message.
        names: Field names in lower case, in the order of h=.

    Returns:
        The fields in the order in which they are hashed.
    """
    chosen = []
    used: dict[bytes, int] = {}
    for name in names:
        rows = message.positions.get(name, ())
        taken = used.get(name, 0)
        if taken < len(rows):
            chosen.append(message.fields[rows[-1 - taken]])
            used[name] = taken + 1
    return chosen
