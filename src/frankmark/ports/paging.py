"""Lists in parts: every list that can grow is asked for by cursor.

A cursor is opaque to whoever carries it: base64url of the list's name and the sort key of the last row, so that a
cursor of one list is refused by another, and so that rows written meanwhile shift nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed, Refused

__all__ = ["MAX_LIMIT", "Page", "PageReason", "Slice", "opened", "sliced"]

MAX_LIMIT = 500
MAX_CURSOR = 1_024  # characters; two domain names of 253 and their frame stay below
SEPARATOR = "\x1f"  # the unit separator occurs in no id and in no domain

Row = TypeVar("Row")


class PageReason(StrEnum):
    """Why a part of a list is not answered."""

    CURSOR_INVALID = "CURSOR_INVALID"
    LIMIT_INVALID = "LIMIT_INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list to answer.

    Attributes:
        after: The `Slice.next` of the part before; empty for the first part.
        limit: At most so many rows, 1 to `MAX_LIMIT`.
    """

    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[Row]):
    """One part of a list.

    Attributes:
        items: The rows, in the list's order.
        next: The cursor of the part after this one; empty when this is the last.
    """

    items: tuple[Row, ...]
    next: str = ""


def opened(page: Page, name: str, *kinds: type[int] | type[str]) -> tuple[int | str, ...] | None:
    """The sort key after which the asked part begins.

    Args:
        page: What was asked for.
        name: The name of the list.
        kinds: The types of the sort key's members, in order.

    Returns:
        The members, or None for the first part.

    Raises:
        Refused: The cursor is not one of this list, or the limit is out of range (`PageReason`).
    """
    if not 1 <= page.limit <= MAX_LIMIT:
        raise Refused(PageReason.LIMIT_INVALID, f"A list is answered in parts of 1 to {MAX_LIMIT} rows.")
    if not page.after:
        return None
    try:
        found, *key = b64url_decode(page.after[:MAX_CURSOR]).decode().split(SEPARATOR)
        if found == name:
            members = tuple(kind(member) for kind, member in zip(kinds, key, strict=True))
            if all(isinstance(member, str) or -(2**63) <= member < 2**63 for member in members):
                return members
    except (ValueError, Malformed):
        pass
    raise Refused(PageReason.CURSOR_INVALID, "This cursor was not given by this list; start without one.")


def sliced(rows: Sequence[Row], page: Page, name: str, key: Callable[[Row], tuple[str | int, ...]]) -> Slice[Row]:
    """Make the part out of the rows that follow the cursor.

    Args:
        rows: The rows after the cursor, in order: one more than `page.limit` where there are more.
        page: What was asked for.
        name: The name of the list.
        key: The sort key of a row, its last member unique together with the others.

    Returns:
        At most `page.limit` rows, with the cursor of the next part if rows were left over.
    """
    items = tuple(rows[: page.limit])
    if len(rows) <= page.limit:
        return Slice(items=items)
    text = SEPARATOR.join([name, *map(str, key(items[-1]))])
    return Slice(items=items, next=b64url_encode(text.encode()))
