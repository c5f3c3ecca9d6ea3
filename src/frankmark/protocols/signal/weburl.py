r"""URLs of http and https as a browser reads them (WHATWG URL Standard, basic URL parser for special schemes).

A reader that follows another grammar than the browser's can be shown one host while the person is taken to another.
So the forms that browsers forgive (``\`` for ``/``, missing or many slashes, tabs inside, userinfo before the host,
percent-encoded hosts) are read here as they are there. Only what Signal needs is kept; nothing is ever fetched.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_plus

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["WebUrl", "parse_url", "query_values"]

_ENDS: Final = "".join(map(chr, range(0x21)))  # C0 controls and space
_INSIDE: Final = str.maketrans("", "", "\t\n\r")
_SCHEME: Final = re.compile(r"(https?):[/\\]*", re.IGNORECASE | re.ASCII)
_AFTER_AUTHORITY: Final = re.compile(r"[/\\]")
_PORT: Final = re.compile(r"[0-9]{0,5}", re.ASCII)
_DISGUISED: Final = re.compile(r"%2[ef]|\\", re.IGNORECASE)
_DEFAULT_PORT: Final = {"http": 80, "https": 443}
_WEB_PORTS: Final = frozenset({None, 80, 443})
_HIGHEST_PORT: Final = 65_535
_SINGLE: Final = frozenset({".", "%2e"})
_DOUBLE: Final = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})
_PATH_KEPT: Final = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"#<>?^`{}')


@dataclass(frozen=True, slots=True, kw_only=True)
class WebUrl:
    r"""A URL taken apart.

    Attributes:
        host: The host, percent-decoded, otherwise as written.
        port: The port, or None when it is the scheme's own.
        path: The path, dot segments resolved, percent-encoded where it must be; begins with ``/``.
        query: What follows ``?``, as written; None when there is none.
        plain: Whether nothing in it asks to be read twice: no userinfo, no port but 80 and 443, and before the query
            neither ``\`` nor a percent-encoded dot or slash.
    """

    host: str
    port: int | None
    path: str
    query: str | None
    plain: bool


def parse_url(text: str) -> WebUrl:
    """Take a URL apart.

    Args:
        text: A URL of http or https.

    Returns:
        Its parts; the fragment is dropped. Whether the host is a domain name is not decided here.

    Raises:
        Malformed: ARTIFACT_URL.
    """
    cleaned = text.strip(_ENDS).translate(_INSIDE)
    start = _SCHEME.match(cleaned)
    if start is None or not _is_text(cleaned):
        raise _malformed("a URL begins http: or https:")
    before, _, _ = cleaned.partition("#")
    before, mark, query = before.partition("?")
    written = _AFTER_AUTHORITY.split(before[start.end() :], maxsplit=1)[0]
    place = written.rpartition("@")[2]
    host, port = _place(place, start[1].lower())
    return WebUrl(
        host=host,
        port=port,
        path=_path(before[start.end() + len(written) :]),
        query=query if mark else None,
        plain="@" not in written and port in _WEB_PORTS and not _DISGUISED.search(before),
    )


def query_values(query: str | None, name: str) -> list[str]:
    """Read the values of one parameter (application/x-www-form-urlencoded).

    Args:
        query: A query without its ``?``, or None.
        name: The parameter.

    Returns:
        Every value, in order.
    """
    pairs = (part.partition("=") for part in (query or "").split("&"))
    return [unquote_plus(value) for key, _, value in pairs if unquote_plus(key) == name]


def _place(written: str, scheme: str) -> tuple[str, int | None]:
    """Host and port of ``host[:port]``."""
    host, colon, digits = written.partition(":")
    if not host or written.startswith("["):
        raise _malformed("a URL names a host, and not by its address")
    if not _PORT.fullmatch(digits) or int(digits or 0) > _HIGHEST_PORT:
        raise _malformed("a port is a number up to 65535")
    port = int(digits) if colon and digits else None
    return unquote(host), None if port == _DEFAULT_PORT[scheme] else port


def _path(written: str) -> str:
    kept: list[str] = []
    segments = written.replace("\\", "/").removeprefix("/").split("/")
    for at, segment in enumerate(segments):
        last, lowered = at == len(segments) - 1, segment.lower()
        if lowered in _DOUBLE:
            del kept[-1:]
        if lowered not in _DOUBLE | _SINGLE:
            kept.append(_encoded(segment))
        elif last:
            kept.append("")
    return "/" + "/".join(kept)


def _encoded(segment: str) -> str:
    return "".join(
        character if character in _PATH_KEPT else "".join(f"%{octet:02X}" for octet in character.encode())
        for character in segment
    )


def _is_text(text: str) -> bool:
    """Whether a text has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _malformed(detail: str) -> Malformed:
    return Malformed(SignalReason.ARTIFACT_URL, detail)
