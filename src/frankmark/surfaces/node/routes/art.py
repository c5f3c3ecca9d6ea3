"""Pictures: a stamp's artwork, by its id or by its domain, and the badge of a registration. None speaks of safety."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Refused, Unavailable
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.clock import Clock
from frankmark.ports.stamps import Stamp, StampStatus
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
        return _picture(_artwork(row), "max-age=31536000, immutable")

    @operation(
        "GET",
        "/badge/{domain}.svg",
        "The artwork of the domain's stamp that counts",
        returns={200: None},
        media={200: SVG},
        problems=("INVALID_DOMAIN",),
    )
    async def badge(self, call: Call, _: None) -> Reply:
        """The newest active stamp's artwork, else the newest one's; without any, a grey badge of the name alone."""
        entry = await self._registry.lookup(call.path["domain"])
        active = (row for row in entry.stamps if row.status is StampStatus.ACTIVE and row.expires_ms > entry.asked_ms)
        row = next(active, next(iter(entry.stamps), None))
        drawn = render_badge(entry.domain, BadgeState.NO_STAMP, None) if row is None else _artwork(row)
        return _picture(drawn, "max-age=60")

    @operation(
        "GET",
        "/badge/{domain}/registration.svg",
        "Whether a domain is registered, and when that was looked up",
        returns={200: None},
        media={200: SVG},
        problems=("INVALID_DOMAIN",),
    )
    async def registration(self, call: Call, _: None) -> Reply:
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
        return _picture(render_badge(domain, state, self._clock.now_ms(), verify_url=link), "max-age=60")


def _artwork(row: Stamp) -> bytes:
    year = int(rfc3339(row.first_issued_ms)[:4])
    return render_stamp(row.domain, row.stamp_id, year, COLLECTION, design=row.design)


def _picture(drawn: bytes, kept: str) -> Reply:
    headers = {"Cache-Control": f"public, {kept}", "Content-Security-Policy": DRAWING}
    return Reply(content=drawn, media=SVG, headers=headers)
