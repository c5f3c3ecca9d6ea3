"""A node under another name: tokens name their issuer, so those of the old name are signed anew and published anew."""

from frankmark.ports.paging import Page
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.ports.storage import StampStore
from frankmark.protocols.securestamp.token import parse_token

__all__ = ["named_otherwise"]

PART = 100


async def named_otherwise(store: StampStore, public_url: str, now_ms: int) -> tuple[Stamp, ...]:
    """The active stamps whose token names another issuer; nobody who pins this one believes them.

    Args:
        store: Where the stamps are.
        public_url: The issuer that the node is now.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The stamps, in the order of their serial numbers.
    """
    found, page = list[Stamp](), Page(limit=PART)
    while True:
        part = await store.stamps(page)
        active = [each for each in part.items if each.status is StampStatus.ACTIVE and each.expires_ms > now_ms]
        found += [each for each in active if each.token and parse_token(each.token).claims.iss != public_url]
        if not part.next:
            return tuple(found)
        page = Page(after=part.next, limit=PART)
