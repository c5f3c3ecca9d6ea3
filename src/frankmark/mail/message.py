"""Messages as a header list that keeps order and raw octets, and a body (RFC 5322 §2).

Nothing is decoded and nothing is repaired here. What is not of the form of RFC 5322 §2.2 is refused, because two
programs that disagree about where a field or the body begins can be told two different stories by one message.

**Line endings.** The octets that DKIM and ARC sign have CRLF line endings; files on disk often have bare LF. `parse`
turns every LF that no CR precedes into CRLF, in the header and in the body, and says in `Message.line_endings` what it
found. A CR that no LF follows is an ordinary octet of the body; in the header it is refused. A first line that begins
``From `` and is no field (the mbox envelope line) is set aside.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from frankmark.foundation.errors import Malformed

__all__ = ["DEFAULT_LIMITS", "Field", "LineEndings", "Message", "MessageLimits", "MessageReason", "parse"]

_NO_LINE_END = bytes(set(range(256)) - set(b"\r\n"))
_MBOX_LINE = re.compile(rb"From (?![ \t]*:)[^\n]*\n")
# RFC 5322 §2.2 (ftext), §4.5.8 (white space before the colon), §2.2.3 (folding).
# Where every line ends with CRLF, a dot finds the end of a line three times faster than [^\r\n].
_FIELD = re.compile(rb"^(([!-9;-~]++)[ \t]*+:(.*(?:\n[ \t].*)*)\r\n)", re.MULTILINE)


class MessageReason(StrEnum):
    """Why octets are not a message that we read."""

    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    HEADER_TOO_LARGE = "HEADER_TOO_LARGE"
    HEADER_TOO_MANY_FIELDS = "HEADER_TOO_MANY_FIELDS"
    HEADER_LINE_TOO_LONG = "HEADER_LINE_TOO_LONG"
    HEADER_SYNTAX = "HEADER_SYNTAX"
    HEADER_CONTROL_CHARACTER = "HEADER_CONTROL_CHARACTER"


class LineEndings(StrEnum):
    """Which line endings the octets had before they were made CRLF."""

    CRLF = "crlf"
    LF = "lf"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLimits:
    """How much is read.

    Attributes:
        message_bytes: The whole message. 25 MiB is the largest that the big receivers take.
        header_bytes: The header section. Postfix stops at 100 KiB (`header_size_limit`), Exim at 1 MiB.
        fields: Header fields.
        line_bytes: One line of the header. RFC 5322 §2.1.1 says 998; lists of recipients and long signatures exceed it
            in practice. Lines of the body are not limited: nothing here reads them as lines.
    """

    message_bytes: int = 26_214_400
    header_bytes: int = 524_288
    fields: int = 1_000
    line_bytes: int = 32_768


DEFAULT_LIMITS = MessageLimits()


class Field(NamedTuple):
    """One header field. A plain tuple, because one is made for every field of every message.

    Attributes:
        raw: The field as it was sent, folding and final CRLF included.
        name: The name as it was written.
        value: What follows the colon, without the final CRLF; folding and white space are kept.
    """

    raw: bytes
    name: bytes
    value: bytes

    @property
    def unfolded(self) -> bytes:
        """The value on one line, without white space at its ends (RFC 5322 §2.2.3)."""
        return self.value.replace(b"\r\n", b"").strip(b" \t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose header was read and whose body was not.

    Attributes:
        fields: The header from top to bottom.
        body: The octets after the empty line, with CRLF line endings.
        line_endings: What the octets had before.
        positions: For each field name in lower case the indices of its fields, from top to bottom.
    """

    fields: tuple[Field, ...]
    body: bytes
    line_endings: LineEndings
    positions: Mapping[bytes, list[int]]

    def named(self, name: bytes) -> tuple[Field, ...]:
        """The fields of one name, from top to bottom.

        Args:
            name: The name in lower case.

        Returns:
            The fields; none if there is none.
        """
        return tuple(self.fields[index] for index in self.positions.get(name, ()))

    @property
    def octets(self) -> bytes:
        """The whole message with CRLF line endings."""
        return b"".join(field.raw for field in self.fields) + b"\r\n" + self.body

    def with_field(self, raw: bytes) -> "Message":
        """The message with one more field at the top, as a server that handles it adds one.

        Args:
            raw: The whole field, final CRLF included.

        Returns:
            Another message.

        Raises:
            Malformed: If `raw` is not exactly one field.
        """
        fields = _fields(raw)
        if len(fields) != 1:
            raise Malformed(MessageReason.HEADER_SYNTAX, "exactly one field is added at a time")
        return _message(fields + self.fields, self.body, self.line_endings)


def parse(raw: bytes, limits: MessageLimits = DEFAULT_LIMITS) -> Message:
    """Read the header of a message.

    Args:
        raw: The message as it came from a connection or a file.
        limits: How much is read.

    Returns:
        The message. Octets without a field are a message with an empty header.

    Raises:
        Malformed: With a `MessageReason` if a limit is exceeded or a line of the header is no field.
    """
    if len(raw) > limits.message_bytes:
        raise Malformed(MessageReason.MESSAGE_TOO_LARGE, f"{len(raw)} octets; {limits.message_bytes} are read")
    if raw.startswith(b"From ") and (mbox := _MBOX_LINE.match(raw)):
        raw = raw[mbox.end() :]
    raw, endings = _with_crlf(raw)
    header, body = _split(raw)
    if len(header) > limits.header_bytes:
        raise Malformed(MessageReason.HEADER_TOO_LARGE, f"{len(header)} octets; {limits.header_bytes} are read")
    fields = _fields(header)
    if len(fields) > limits.fields:
        raise Malformed(MessageReason.HEADER_TOO_MANY_FIELDS, f"{len(fields)} fields; {limits.fields} are read")
    if max([len(field.raw) for field in fields], default=0) > limits.line_bytes:
        _measure_lines(header, limits.line_bytes)
    return _message(fields, body, endings)


def _is_even(octets: bytes) -> bool:
    """Whether every CR and LF is part of a CRLF: what is left without all other octets shows it in one comparison."""
    marks = octets.translate(None, _NO_LINE_END)
    return marks == b"\r\n" * (len(marks) // 2)


def _with_crlf(raw: bytes) -> tuple[bytes, LineEndings]:
    if _is_even(raw):
        return raw, LineEndings.CRLF
    fixed = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if fixed == raw:  # only a CR of its own stood among them
        return raw, LineEndings.CRLF
    return fixed, LineEndings.MIXED if b"\r\n" in raw else LineEndings.LF


def _split(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith(b"\r\n"):
        return b"", raw[2:]
    end = raw.find(b"\r\n\r\n")
    if end >= 0:
        return raw[: end + 2], raw[end + 4 :]
    return (raw if raw.endswith(b"\r\n") or not raw else raw + b"\r\n"), b""


def _fields(header: bytes) -> tuple[Field, ...]:
    fields = tuple(map(Field._make, _FIELD.findall(header)))
    if sum([len(field.raw) for field in fields]) != len(header) or not _is_even(header):
        raise Malformed(MessageReason.HEADER_SYNTAX, "a line of the header is neither a field nor a folded line")
    if b"\0" in header:
        raise Malformed(MessageReason.HEADER_CONTROL_CHARACTER, "the header has a NUL")
    return fields


def _measure_lines(header: bytes, most: int) -> None:
    longest = max(map(len, header.split(b"\r\n")))
    if longest > most:
        raise Malformed(MessageReason.HEADER_LINE_TOO_LONG, f"a header line of {longest} octets; {most} are read")


def _message(fields: tuple[Field, ...], body: bytes, endings: LineEndings) -> Message:
    positions: dict[bytes, list[int]] = {}
    for index, field in enumerate(fields):
        positions.setdefault(field.name.lower(), []).append(index)
    return Message(fields=fields, body=body, line_endings=endings, positions=positions)
