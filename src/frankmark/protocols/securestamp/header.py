"""The header field ``X-SecureStamp``.

::

    X-SecureStamp: v=1; token=<token>; verify=https://…/verify/<token>

The field is about 900 characters long and written folded to 78, inside the token too; white space inside ``token`` and
``verify`` means nothing. A message has at most one such field and exactly one From address. The page for implementers
is ``specs/stamp-header.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.taglist import (
    VerifyUrl,
    parse_tag_list,
    parse_verify_url,
    require_tag,
    require_version,
)

__all__ = ["HEADER_NAME", "StampHeader", "one_header", "parse_header", "render_header"]

HEADER_NAME: Final = "X-SecureStamp"
LINE: Final = 78
_UNFOLDED: Final = frozenset({"token", "verify"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StampHeader:
    """One field.

    Attributes:
        token: The stamp token.
        verify: The verify URL, which ends in the same token; None in the old short form.
        warnings: `Reason.VERIFY_MISSING` in the old short form.
    """

    token: str
    verify: VerifyUrl | None
    warnings: tuple[Reason, ...] = ()


@lru_cache(maxsize=64)  # whoever judges a header reads it again for what the judgement rests on
def parse_header(value: bytes) -> StampHeader:
    """Read the body of one field.

    Args:
        value: What follows the colon, folded or not.

    Returns:
        The field; whether its token holds is another question.

    Raises:
        Malformed: The field does not have the form.
        Unverified: TOKEN_MISMATCH, the two tokens differ.
    """
    tags = parse_tag_list(value, unfolded=_UNFOLDED)
    require_version(tags, first=False)
    token = require_tag(tags, "token")
    if "verify" not in tags:
        return StampHeader(token=token, verify=None, warnings=(Reason.VERIFY_MISSING,))
    verify = parse_verify_url(tags["verify"])
    if verify.token != token:
        raise Unverified(Reason.TOKEN_MISMATCH, "verify must end in the token")
    return StampHeader(token=token, verify=verify)


def one_header(values: Sequence[bytes], from_addresses: int) -> StampHeader | None:
    """Read the one field of a message.

    Args:
        values: The bodies of all its fields of that name.
        from_addresses: How many addresses its From fields hold together.

    Returns:
        The field, or None when the message has none.

    Raises:
        Malformed: HEADERS_TOO_MANY, FROM_AMBIGUOUS, or as `parse_header`.
        Unverified: As `parse_header`.
    """
    if not values:
        return None
    if len(values) > 1:
        raise Malformed(Reason.HEADERS_TOO_MANY, f"one {HEADER_NAME} a message")
    if from_addresses != 1:
        raise Malformed(Reason.FROM_AMBIGUOUS, "a stamp speaks for exactly one From address")
    return parse_header(values[0])


def render_header(token: str, url: str, newline: str = "\r\n") -> str:
    """Write a field's body, folded.

    Args:
        token: The stamp token.
        url: The verify URL, ending in the token.
        newline: What ends a line.

    Returns:
        The body without the field's name; with ``X-SecureStamp: `` before it no line is longer than 78 characters.

    Raises:
        Misuse: TOKEN_MISMATCH, the URL does not end in the token.
    """
    if parse_verify_url(url).token != token:
        raise Misuse(Reason.TOKEN_MISMATCH, "the verify URL must end in the token")
    lines = [*_folded(f"token={token};"), *_folded(f"verify={url}")]
    return f"{newline} ".join(["v=1;", *lines])


def _folded(text: str) -> Iterator[str]:
    width = LINE - 1
    for start in range(0, len(text), width):
        yield text[start : start + width]
