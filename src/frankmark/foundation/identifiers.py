"""UUID version 4 (RFC 9562) and ULID, made of a given time and given entropy; nothing here asks a clock or a generator.

Both have exactly one accepted spelling: UUIDs in lower case with hyphens, ULIDs in upper case.
"""

import re

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

__all__ = ["is_ulid", "is_uuid4", "parse_ulid", "parse_uuid4", "ulid", "ulid_ms", "uuid4"]

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]  # two characters at once
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
_TIME_BITS = 48
_UUID_OCTETS = 16
_ULID_OCTETS = 10
_ULID_CHARACTERS = 26


def uuid4(entropy16: bytes) -> str:
    """A version 4 UUID.

    Args:
        entropy16: 16 unpredictable octets; 122 of their bits are kept.

    Returns:
        The UUID in lower case with hyphens.

    Raises:
        Misuse: `UUID_INVALID` if there are not 16 octets.
    """
    if len(entropy16) != _UUID_OCTETS:
        raise Misuse(FoundationReason.UUID_INVALID, "a UUID needs exactly 16 octets of entropy")
    number = int.from_bytes(entropy16, "big") & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_uuid4(text: str) -> bool:
    """Whether the text is a version 4 UUID in lower case with hyphens."""
    return _UUID4.fullmatch(text) is not None


def parse_uuid4(text: str) -> str:
    """The same text, if it is a version 4 UUID in lower case with hyphens.

    Args:
        text: What came from outside.

    Returns:
        The text.

    Raises:
        Malformed: `UUID_INVALID`.
    """
    if not is_uuid4(text):
        raise Malformed(FoundationReason.UUID_INVALID, "a version 4 UUID in lower case with hyphens")
    return text


def ulid(now_ms: int, entropy10: bytes) -> str:
    """A ULID: 48 bits of time, 80 bits of entropy; texts sort as their times do.

    Args:
        now_ms: Milliseconds since the Unix epoch, below 2 to the power of 48.
        entropy10: 10 unpredictable octets.

    Returns:
        26 characters of Crockford's base 32 in upper case.

    Raises:
        Misuse: `ULID_INVALID` if the time or the entropy does not fit.
    """
    if not 0 <= now_ms < 1 << _TIME_BITS or len(entropy10) != _ULID_OCTETS:
        raise Misuse(FoundationReason.ULID_INVALID, "a ULID needs a 48-bit time and exactly 10 octets of entropy")
    number = now_ms << 80 | int.from_bytes(entropy10, "big")
    return "".join([_PAIRS[number >> shift & 1_023] for shift in range(5 * (_ULID_CHARACTERS - 2), -1, -10)])


def is_ulid(text: str) -> bool:
    """Whether the text is a ULID in upper case."""
    return _ULID.fullmatch(text) is not None


def parse_ulid(text: str) -> str:
    """The same text, if it is a ULID in upper case.

    Args:
        text: What came from outside.

    Returns:
        The text.

    Raises:
        Malformed: `ULID_INVALID`.
    """
    if not is_ulid(text):
        raise Malformed(FoundationReason.ULID_INVALID, "26 characters of Crockford's base 32 in upper case")
    return text


def ulid_ms(text: str) -> int:
    """The time inside a ULID.

    Args:
        text: A ULID in upper case.

    Returns:
        Milliseconds since the Unix epoch.

    Raises:
        Malformed: `ULID_INVALID`.
    """
    number = 0
    for character in parse_ulid(text)[:10]:
        number = number << 5 | _CROCKFORD.index(character)
    return number
