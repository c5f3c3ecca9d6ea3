"""Authentication-Results (RFC 8601): parse, render, and believe only what our own server wrote.

Anyone can write this field. The only one that says anything is the topmost field whose authserv-id is one that the
operator configured; everybody else's, and our own further down, is text by strangers (RFC 8601 §7.1).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.errors import Malformed
from frankmark.mail.message import Message
from frankmark.mail.structured import CONTROL_CHARACTER, Cursor, quote, unquote

__all__ = ["AuthenticationResults", "AuthresReason", "MethodResult", "Property", "parse", "render", "trusted_results"]

MOST_RESULTS = 100
MOST_PROPERTIES = 100

_KEYWORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_DIGITS = re.compile(r"[0-9]{1,9}")
# RFC 2045 §5.1, with what RFC 8601 §2.2 adds for internationalised mail.
_TOKEN_TEXT = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~\u00a0-\U0010ffff]+"  # noqa: S105 (a token of RFC 2045)
_TOKEN = re.compile(_TOKEN_TEXT)
_LOCAL = r"""(?:"(?:[^"\\]|\\.)*"|[!#$%&'*+\-./=?0-9A-Z^_`a-z{|}~\u00a0-\U0010ffff]+)"""
_ADDRESS = re.compile(rf"{_LOCAL}?@[A-Za-z0-9.\-\u00a0-\U0010ffff]+")
_BARE_ADDRESS = re.compile(rf"(?:{_TOKEN_TEXT})?@[A-Za-z0-9.\-\u00a0-\U0010ffff]+")


class AuthresReason(StrEnum):
    """Why a field is no Authentication-Results field that says something."""

    AUTHRES_SYNTAX = "AUTHRES_SYNTAX"
    AUTHRES_VERSION = "AUTHRES_VERSION"
    AUTHRES_TOO_LONG = "AUTHRES_TOO_LONG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What a method looked at, such as ``smtp.mailfrom``.

    Attributes:
        ptype: Where it was found, in lower case.
        name: What it is, in lower case.
        value: Its value, without quoting.
    """

    ptype: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """What one method found.

    Attributes:
        method: The method in lower case, such as ``spf``.
        result: The result in lower case, such as ``pass``.
        reason: What the server added in words; None if nothing.
        properties: What the method looked at.
    """

    method: str
    result: str
    reason: str | None = None
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResults:
    """One field.

    Attributes:
        authserv_id: Who says so.
        results: What was found; none if nothing was checked.
    """

    authserv_id: str
    results: tuple[MethodResult, ...] = ()

    def of(self, method: str) -> tuple[MethodResult, ...]:
        """The results of one method, in their order."""
        return tuple(each for each in self.results if each.method == method)


def trusted_results(message: Message, authserv_ids: Collection[str]) -> AuthenticationResults | None:
    """What our own server found.

    Args:
        message: The message.
        authserv_ids: The names that the operator trusts; case does not matter.

    Returns:
        The topmost field by one of these names. None if there is none, or if a field above it cannot be read: it might
        be ours, and then the next one below is not.
    """
    ours = {name.lower() for name in authserv_ids}
    for field in message.named(b"authentication-results"):
        try:
            found = parse(field.unfolded)
        except Malformed:
            return None
        if found.authserv_id.lower() in ours:
            return found
    return None


def parse(value: bytes) -> AuthenticationResults:
    """Read the value of an Authentication-Results field.

    Args:
        value: The unfolded value.

    Returns:
        What the field says.

    Raises:
        Malformed: With an `AuthresReason`.
    """
    try:
        cursor = Cursor(value.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _syntax("it is neither ASCII nor UTF-8") from error
    if CONTROL_CHARACTER.search(cursor.text):
        raise _syntax("it has a control character")
    cursor.skip()
    authserv_id = _value(cursor)
    _version(cursor)
    if not cursor.literal(";"):
        raise _syntax("after the authserv-id stands a semicolon")
    results = _results(cursor)
    return AuthenticationResults(authserv_id=authserv_id, results=results)


def render(found: AuthenticationResults) -> bytes:
    """Write the value of an Authentication-Results field, one method a line.

    Args:
        found: What the field says.

    Returns:
        The value as it follows ``Authentication-Results:``, folded, without the final CRLF.

    Raises:
        Malformed: `AUTHRES_SYNTAX` if a part cannot be written in this field.
    """
    lines = [_rendered(each) for each in found.results] or [" none"]
    text = " " + ";\r\n\t".join([_written(found.authserv_id), *(line.strip(" ") for line in lines)])
    if parse(text.replace("\r\n", "").encode()) != found:
        raise _syntax("a name is no keyword, or is not in lower case")
    return text.encode()


def _syntax(sentence: str) -> Malformed:
    return Malformed(AuthresReason.AUTHRES_SYNTAX, f"Authentication-Results cannot be read: {sentence}")


def _value(cursor: Cursor) -> str:
    quoted = cursor.quoted_string()
    if quoted:
        return unquote(quoted)
    token = cursor.take(_TOKEN)
    if not token:
        raise _syntax("a token or a quoted-string is missing")
    return token


def _version(cursor: Cursor) -> None:
    cursor.skip()
    version = cursor.take(_DIGITS)
    if version and int(version) != 1:
        raise Malformed(AuthresReason.AUTHRES_VERSION, "only version 1 of Authentication-Results is known")
    cursor.skip()


def _keyword(cursor: Cursor) -> str:
    word = cursor.take(_KEYWORD)
    if not word:
        raise _syntax("a keyword is missing")
    return word.lower()


def _mark(cursor: Cursor, mark: str) -> None:
    cursor.skip()
    if not cursor.literal(mark):
        raise _syntax(f"{mark} is missing")
    cursor.skip()


def _results(cursor: Cursor) -> tuple[MethodResult, ...]:
    results: list[MethodResult] = []
    while len(results) < MOST_RESULTS:
        cursor.skip()
        method = _keyword(cursor)
        cursor.skip()
        if method == "none" and not results and cursor.ended:
            return ()
        results.append(_result(cursor, method))
        if cursor.ended:
            return tuple(results)
        if not cursor.literal(";"):
            raise _syntax("between two results stands a semicolon")
    raise Malformed(AuthresReason.AUTHRES_TOO_LONG, f"more than {MOST_RESULTS} results")


def _result(cursor: Cursor, method: str) -> MethodResult:
    if cursor.literal("/"):
        cursor.skip()
        if cursor.take(_DIGITS) != "1":
            raise Malformed(AuthresReason.AUTHRES_VERSION, "only version 1 of a method is known")
    _mark(cursor, "=")
    result = _keyword(cursor)
    reason: str | None = None
    properties: list[Property] = []
    while cursor.skip() and not cursor.ended and cursor.peek != ";":
        word = _keyword(cursor)
        if word == "reason" and reason is None and not properties:
            _mark(cursor, "=")
            reason = _value(cursor)
        else:
            properties.append(_property(cursor, word))
    if len(properties) > MOST_PROPERTIES:
        raise Malformed(AuthresReason.AUTHRES_TOO_LONG, f"more than {MOST_PROPERTIES} properties")
    return MethodResult(method=method, result=result, reason=reason, properties=tuple(properties))


def _property(cursor: Cursor, ptype: str) -> Property:
    _mark(cursor, ".")
    name = _keyword(cursor)
    _mark(cursor, "=")
    address = cursor.take(_ADDRESS)
    return Property(ptype=ptype, name=name, value=address or _value(cursor))


def _rendered(each: MethodResult) -> str:
    words = [f"{each.method}={each.result}"]
    if each.reason is not None:
        words.append(f"reason={_written(each.reason)}")
    for one in each.properties:
        value = one.value if _BARE_ADDRESS.fullmatch(one.value) else _written(one.value)
        words.append(f"{one.ptype}.{one.name}={value}")
    return " ".join(words)


def _written(value: str) -> str:
    return value if _TOKEN.fullmatch(value) else quote(value)
