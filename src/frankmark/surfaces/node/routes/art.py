"""Pictures: a stamp's artwork and a domain's badge. Neither says anything about safety."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Refused, Unavailable
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.clock import Clock
from frankmark.protocols.securestamp.artwork import render_stamp
from frankmark.protocols.securestamp.badge import BadgeState, render_badge
from frankmark.services.public_registry import PublicRegistry
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Call, Reply, operation

__all__ = ["ArtRoom"]

SVG = "image/svg+xml"
COLLECTION = "Classic"
# A drawing needs its own style sheet and nothing else, wherever it is opened.
DRAWING = "default-src 'none'; style-src 'unsafe-inline'"


class StampQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which stamp."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]


class ArtRoom:
    """Operations that draw."""

    def __init__(self, registry: PublicRegistry, public_url: str, clock: Clock) -> None:
        self._registry = registry
        self._public_url = public_url
        self._clock = clock

    @operation(
        "GET",
        "/api/stamps/embed",
        "A stamp's artwork",
        query=StampQuery,
        returns={200: None},
        media={200: SVG},
    )
    async def artwork(self, _: Call, query: StampQuery) -> Reply:
        """The same bytes for ever, whatever became of the stamp."""
        row = await self._registry.stamp_row(query.id)
        if row is None or not row.domain:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such stamp.")
        year = int(rfc3339(row.first_issued_ms)[:4])
        drawn = render_stamp(row.domain, row.stamp_id, year, COLLECTION, design=row.design)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": DRAWING}
        return Reply(content=drawn, media=SVG, headers=headers)

    @operation(
        "GET",
        "/badge/{domain}.svg",
        "A domain's badge: whether it is registered, and when that was looked up",
        returns={200: None},
        media={200: SVG},
        problems=("INVALID_DOMAIN",),
    )
    async def badge(self, call: Call, _: None) -> Reply:
        """A badge for any domain; what is not known is grey."""
        domain, state = call.path["domain"], BadgeState.UNKNOWN
        try:
            entry = await self._registry.lookup(domain)
        except Unavailable:
            pass
        else:
            domain = entry.domain
            state = BadgeState.REGISTERED if entry.verified else BadgeState.NOT_REGISTERED
        link = f"{self._public_url}/registry?domain={domain}"
        drawn = render_badge(domain, state, self._clock.now_ms(), verify_url=link)
        headers = {"Cache-Control": "public, max-age=60", "Content-Security-Policy": DRAWING}
        return Reply(content=drawn, media=SVG, headers=headers)
