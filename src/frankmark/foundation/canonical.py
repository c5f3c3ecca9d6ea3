"""Canonical JSON (RFC 8785) and the one strict way in for JSON that somebody signed (RFC 8259, RFC 7493).

`load` refuses what different readers would read differently: duplicate member names, NaN and Infinity, numbers beyond
a double, lone surrogates, octets that are not UTF-8, a byte order mark, and anything after the value. `dump` writes the
one canonical form. Integers beyond ±(2^53-1) can be loaded, so that a caller may say what is wrong with them, but never
dumped: RFC 8785 has no exact form for them.

Most documents hold ASCII names, no fractions and small integers. For those the order of names by UTF-8 octets equals
the order by UTF-16 code units and a fast encoder writes exactly the canonical form; every other document goes to the
full implementation.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
import rfc8785

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

__all__ = ["Json", "JsonLike", "dump", "load"]

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
"""What `load` returns."""

JsonLike: TypeAlias = bool | int | float | str | Sequence["JsonLike"] | Mapping[str, "JsonLike"] | None
"""What `dump` takes: a `Json`, or a list or dictionary of narrower members."""

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
_MAX_DIGITS: Final = 309  # the largest double has 309 digits; a longer integer is none

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SPACE: Final = " \t\n\r"
# The closing quote is optional so that an open string is consumed to its end: one pass, whatever the input.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS: Final = bytes(octet for octet in range(256) if octet not in b"[]{}")
_OPENERS: Final = frozenset(b"[{")
_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_EASY: Final = frozenset({bool, type(None)})
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def load(data: bytes, *, max_bytes: int = 1_048_576, max_depth: int = MAX_DEPTH) -> Json:
    """Parse one JSON text strictly.

    Args:
        data: The whole text in UTF-8; white space around the value is allowed.
        max_bytes: The longest text accepted, in octets.
        max_depth: How many arrays and objects may be open at once.

    Returns:
        The value. Numbers without fraction and exponent are integers of any size, all others floats.

    Raises:
        Malformed: One of the ``JSON_…`` codes.
    """
    if len(data) > max_bytes:
        raise Malformed(FoundationReason.JSON_TOO_LARGE, f"a JSON text of at most {max_bytes} octets")
    if data.startswith(_BYTE_ORDER_MARK):
        raise Malformed(FoundationReason.JSON_BYTE_ORDER_MARK, "a JSON text without a byte order mark")
    if data.count(b"[") + data.count(b"{") > max_depth:
        _refuse_depth(data, max_depth)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(FoundationReason.JSON_NOT_UTF8, "a JSON text in UTF-8") from None
    value: Json
    try:
        value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_SPACE)))
    except json.JSONDecodeError as fault:
        raise Malformed(FoundationReason.JSON_SYNTAX, f"{fault.msg} at character {fault.pos}") from None
    if text[end:].strip(_SPACE):
        raise Malformed(FoundationReason.JSON_TRAILING_BYTES, "nothing after the JSON value")
    if _SURROGATE_ESCAPE.search(data):  # the only way in: surrogates as octets are not UTF-8
        _examine(value, max_depth)
    return value


def dump(value: JsonLike) -> bytes:
    """The canonical form of a value (RFC 8785).

    Args:
        value: Made of `None`, booleans, integers within ±(2^53-1), finite floats, strings, lists and dictionaries with
            string keys, at most 64 lists and dictionaries open at once.

    Returns:
        UTF-8 octets, the same for equal values everywhere.

    Raises:
        Malformed: `JSON_INTEGER_RANGE`, `JSON_NUMBER_NOT_FINITE`, `JSON_LONE_SURROGATE` or `JSON_TOO_DEEP`.
        Misuse: `JSON_TYPE` if the value holds something that is not JSON.
    """
    try:
        if _is_easy(value, MAX_DEPTH):
            return _ENCODER.encode(value)
    except (TypeError, UnicodeEncodeError):
        pass  # the thorough way finds the member at fault
    _examine(value, MAX_DEPTH)
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError:
        raise Malformed(FoundationReason.JSON_INTEGER_RANGE, "an integer within ±(2^53-1)") from None
    except rfc8785.FloatDomainError:
        raise Malformed(FoundationReason.JSON_NUMBER_NOT_FINITE, "a finite number") from None


def _is_easy(value: object, room: int) -> bool:
    """Whether the fast encoder writes the canonical form of this list or dictionary; scalars take the thorough way."""
    if type(value) is dict:
        if not "".join(value).isascii():
            return False
        value = value.values()
    elif type(value) is not list:
        return False
    for member in value:
        kind = type(member)
        if kind is str or (kind is int and -MAX_INTEGER <= member <= MAX_INTEGER):
            continue
        if kind not in _EASY and (room == 1 or not _is_easy(member, room - 1)):
            return False
    return True


def _examine(value: object, room: int) -> None:
    """Refuse what is not JSON, lone surrogates, and what is nested too deep."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise Malformed(FoundationReason.JSON_LONE_SURROGATE, "text without lone surrogates")
    elif isinstance(value, list | dict):
        if room == 0:
            raise Malformed(FoundationReason.JSON_TOO_DEEP, f"at most {MAX_DEPTH} arrays and objects open at once")
        for member in _members(value):
            _examine(member, room - 1)
    elif not isinstance(value, bool | int | float | None):
        raise Misuse(FoundationReason.JSON_TYPE, f"{type(value).__name__} is not JSON")


def _members(value: list[object] | dict[object, object]) -> list[object]:
    """What a list or dictionary holds, member names included."""
    if isinstance(value, list):
        return value
    if not all(isinstance(name, str) for name in value):
        raise Misuse(FoundationReason.JSON_TYPE, "member names are strings")
    return [*value, *value.values()]


def _refuse_depth(data: bytes, max_depth: int) -> None:
    """Count open brackets outside strings before the parser recurses into them."""
    depth = 0
    for octet in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if octet in _OPENERS else -1
        if depth > max_depth:
            raise Malformed(FoundationReason.JSON_TOO_DEEP, f"at most {max_depth} arrays and objects open at once")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed(FoundationReason.JSON_DUPLICATE_KEY, "each member name once")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise Malformed(FoundationReason.JSON_INTEGER_RANGE, f"an integer of at most {_MAX_DIGITS} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Malformed(FoundationReason.JSON_NUMBER_NOT_FINITE, "a number that a double can hold")
    return number


def _constant(name: str) -> Json:
    raise Malformed(FoundationReason.JSON_NUMBER_NOT_FINITE, f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
