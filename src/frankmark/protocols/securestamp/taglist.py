"""The tag list that the DNS record and the header share, and the verify URL inside both.

::

    ws       = *( SP / HTAB / CR / LF )
    tag-list = tag *( ws ";" ws tag ) ws [ ";" ] ws
    tag      = name ws "=" ws value
    name     = ALPHA *( ALPHA / DIGIT / "_" / "-" )     ; case-insensitive
    value    = 1*( %x21-3A / %x3C-7E )

Unknown tags are ignored, a name that stands twice is refused. The pages for implementers are ``specs/stamp-record.md``
and ``specs/stamp-header.md``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.reasons import Reason

__all__ = ["VerifyUrl", "parse_tag_list", "parse_verify_url", "require_tag", "require_version"]

LARGEST: Final = 8_192
MOST_TAGS: Final = 32
VERSION: Final = "1"
_WS: Final = " \t\r\n"
_WS_OCTETS: Final = _WS.encode("ascii")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_VALUE: Final = re.compile(r"[!-:<-~]+", re.ASCII)
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_URL: Final = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]://"
    r"(?P<authority>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?)"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,:@%-]++)*)"
    r"/(?P<token>[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyUrl:
    """A canonical verify URL, taken apart. It is never fetched, and it never selects whom to trust.

    Attributes:
        text: The URL as it was written.
        origin: ``https://`` and the authority in lower case, without the port if it is 443.
        token: The last path segment.
    """

    text: str
    origin: str
    token: str


def parse_tag_list(data: bytes, *, unwrapped: Collection[str] = (), unfolded: Collection[str] = ()) -> dict[str, str]:
    """Read a tag list.

    Args:
        data: At most 8,192 octets of ASCII.
        unwrapped: Names of the tags inside whose values white space goes where it abuts a line break.
        unfolded: Names of the tags inside whose values all white space goes: whoever unfolds a header field leaves
            the space of each fold behind (RFC 5322 §2.2.3).

    Returns:
        Values by lower-case name, in the order they stand in.

    Raises:
        Malformed: TAG_LIST_TOO_LARGE, TAG_LIST_MALFORMED, TAG_DUPLICATE.
    """
    if len(data) > LARGEST:
        raise Malformed(Reason.TAG_LIST_TOO_LARGE, f"a tag list of at most {LARGEST} octets")
    try:
        text = data.decode("ascii").strip(_WS)
    except UnicodeDecodeError as wrong:
        raise Malformed(Reason.TAG_LIST_MALFORMED, "a tag list is ASCII") from wrong
    parts = text.removesuffix(";").split(";")
    if len(parts) > MOST_TAGS:
        raise Malformed(Reason.TAG_LIST_TOO_LARGE, f"a tag list of at most {MOST_TAGS} tags")
    tags: dict[str, str] = {}
    for part in parts:
        name, separator, value = part.partition("=")
        name, value = name.strip(_WS).lower(), value.strip(_WS)
        if name in unwrapped:
            value = _SPACE.sub(_unwrapped, value)
        elif name in unfolded:
            value = value.encode("ascii").translate(None, _WS_OCTETS).decode("ascii")  # as octets: ten times faster
        _check_tag(name, separator, value)
        if name in tags:
            raise Malformed(Reason.TAG_DUPLICATE, f"one tag {name} only")
        tags[name] = value
    return tags


def _unwrapped(space: re.Match[str]) -> str:
    return "" if "\n" in space[0] or "\r" in space[0] else space[0]


def _check_tag(name: str, separator: str, value: str) -> None:
    if not (separator and _NAME.fullmatch(name) and _VALUE.fullmatch(value)):
        raise Malformed(Reason.TAG_LIST_MALFORMED, "each tag is name=value in visible ASCII")


def require_tag(tags: dict[str, str], name: str) -> str:
    """Take a tag that must be there.

    Args:
        tags: What `parse_tag_list` returned.
        name: Its lower-case name.

    Returns:
        Its value.

    Raises:
        Malformed: TAG_MISSING.
    """
    if name not in tags:
        raise Malformed(Reason.TAG_MISSING, f"the tag {name} is required")
    return tags[name]


def require_version(tags: dict[str, str], *, first: bool) -> None:
    """Check that ``v=1`` is there.

    Args:
        tags: What `parse_tag_list` returned.
        first: Whether it must be the first tag.

    Raises:
        Malformed: VERSION_UNSUPPORTED.
    """
    if tags.get("v") != VERSION or (first and next(iter(tags)) != "v"):
        raise Malformed(Reason.VERSION_UNSUPPORTED, "v=1" + (" stands first" if first else " is required"))


def parse_verify_url(text: str) -> VerifyUrl:
    """Take a verify URL apart.

    Args:
        text: ``https://<host>[:<port>]/…/<token>``, without user, query and fragment.

    Returns:
        Its origin and its token.

    Raises:
        Malformed: URL_MALFORMED.
    """
    match = _URL.fullmatch(text)
    if match is None:
        raise Malformed(Reason.URL_MALFORMED, "an https URL whose last path segment is a token")
    authority = match["authority"].lower().removesuffix(":443")
    return VerifyUrl(text=text, origin=f"https://{authority}", token=match["token"])
