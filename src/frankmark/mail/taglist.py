"""Tag=value lists (RFC 6376 §3.2), as DKIM-Signature, ARC fields and key records are written.

Text beyond ASCII is UTF-8 (RFC 8616 §2, RFC 6376 §2.10 for notes); which tags may hold it is for their readers to say.
"""

import binascii
import re
from enum import StrEnum
from functools import lru_cache

from frankmark.foundation.errors import Malformed

__all__ = ["MOST_TAGS", "TagListReason", "emptied", "octets", "parse"]

MOST_TAGS = 64
"""DKIM knows 14 tags; a list longer than this is no signature."""

_SPACE = " \t\r\n"
_NOT_VALUE = re.compile("[^\t\r\n\x20-\x7e\xa0-\U0010ffff]")
_BASE64 = re.compile(rb"([A-Za-z0-9+/]*)(={0,2})")
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_USUAL = frozenset({"v", "a", "b", "bh", "c", "d", "h", "i", "k", "l", "p", "q", "s", "t", "x", "z"})


class TagListReason(StrEnum):
    """Why octets are no tag=value list."""

    TAG_LIST_SYNTAX = "TAG_LIST_SYNTAX"
    TAG_LIST_TOO_LONG = "TAG_LIST_TOO_LONG"
    TAG_REPEATED = "TAG_REPEATED"


def parse(value: bytes) -> dict[str, str]:
    """Read a tag=value list.

    Args:
        value: The list; white space and folding may stand around names and values.

    Returns:
        The values by name, in the order of the list, without the white space around them; names keep their case,
        for it matters.

    Raises:
        Malformed: With a `TagListReason`.
    """
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(TagListReason.TAG_LIST_SYNTAX, "the list is neither ASCII nor UTF-8") from error
    if _NOT_VALUE.search(text):
        raise Malformed(TagListReason.TAG_LIST_SYNTAX, "the list has a control character")
    specs = text.split(";")
    if not specs[-1].strip(_SPACE):
        del specs[-1]
    if not 0 < len(specs) <= MOST_TAGS:
        raise Malformed(TagListReason.TAG_LIST_TOO_LONG, f"a list has 1 to {MOST_TAGS} tags")
    tags: dict[str, str] = {}
    for spec in specs:
        name, equals, content = spec.partition("=")
        name = name.strip(_SPACE)
        if not equals or not (name in _USUAL or _TAG_NAME.fullmatch(name)):
            raise Malformed(TagListReason.TAG_LIST_SYNTAX, "between two semicolons stands no name=value")
        if name in tags:
            raise Malformed(TagListReason.TAG_REPEATED, "a tag stands twice, which voids the whole list")
        tags[name] = content.strip(_SPACE)
    return tags


def octets(content: str) -> bytes:
    """Decode a base64string, inside which white space may stand and at whose end `=` may be missing.

    Args:
        content: The value of a tag.

    Returns:
        The octets.

    Raises:
        Malformed: `TAG_LIST_SYNTAX` if it is no base64.
    """
    found = _BASE64.fullmatch(b"".join(content.encode().split()))
    if found is None or (found[2] and (len(found[1]) + len(found[2])) % 4):
        raise Malformed(TagListReason.TAG_LIST_SYNTAX, "a value is not base64")
    try:
        return binascii.a2b_base64(found[1] + b"=" * (-len(found[1]) % 4))
    except ValueError as error:
        raise Malformed(TagListReason.TAG_LIST_SYNTAX, "a value is not base64: it ends amid an octet") from error


@lru_cache(maxsize=16)
def _value_of(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb";[ \t\r\n]*" + re.escape(name) + rb"[ \t\r\n]*=([^;]*)")


def emptied(value: bytes, name: bytes) -> bytes:
    """The list as a signer hashed it: the value of one tag and the white space around it taken out (RFC 6376 §3.7).

    Args:
        value: A well-formed list.
        name: The name of the tag.

    Returns:
        The list, everything else as it was written.
    """
    listed = b";" + value  # one octet that the pattern begins with is found faster than one of two
    found = _value_of(name).search(listed)
    return value if found is None else listed[1 : found.start(1)] + listed[found.end(1) :]
