"""Signal for everybody: whose is a channel, the receipt of every answer, and what brands have declared.

Nothing here says what anybody means to do with a channel. A question needs no credential and leaves nothing behind but
the hash of its receipt in the log, and the receipt itself.
"""

import asyncio
from collections.abc import Mapping, Sequence

from frankmark.assembly.signal import SignalRooms
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.signal import BrandRow, PerimeterRow
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.perimeter import Channel, SignedPerimeter
from frankmark.services.brands import Held
from frankmark.services.channels import Question
from frankmark.services.principals import Role
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.signal_views import (
    CLEAR,
    AnswerView,
    BrandView,
    ChannelQuery,
    ChannelsView,
    HistoryQuery,
    HistoryView,
    PerimeterBody,
    ReceiptView,
    VerifyBody,
    answer_json,
    brand_json,
)

__all__ = ["SignalRoom"]

FRESH = {"Cache-Control": "no-cache"}
UNSTORED = {"Cache-Control": "no-store"}
LARGEST = 600_000  # octets: a perimeter, or a platform's object
MOST_PERIMETERS = 20  # in one answer, however many are asked for: each may have 512 KiB, and its signature is checked
ARTIFACT = (
    "ARTIFACT_TYPE",
    "ARTIFACT_LENGTH",
    "ARTIFACT_URL",
    "ARTIFACT_DOMAIN",
    "ARTIFACT_PUBLIC_SUFFIX",
    "ARTIFACT_SHORTLINK",
    "ARTIFACT_NUMBER",
    "ARTIFACT_HANDLE",
    "ARTIFACT_SENDER",
    "ARTIFACT_EMAIL",
)
PERIMETER = (
    "TYPE_MISMATCH",
    "SIGNED_OBJECT_MALFORMED",
    "SIGNATURE_FALSE",
    "BRAND_KEY_MISMATCH",
    "PERIMETER_MALFORMED",
    "PERIMETER_CHANNEL",
    "PERIMETER_TIME",
    "PERIMETER_SUCCESSION",
    "CHANNEL_CLAIMED",
    "CHALLENGE_UNAVAILABLE",
)


class SignalRoom:
    """Operations of Signal, but for counter-stamps and logs."""

    def __init__(self, signal: SignalRooms, clock: Clock) -> None:
        self._channels = signal.channels
        self._perimeters = signal.perimeters
        self._brands = signal.brands
        self._store = signal.store
        self._logs = signal.logs
        self._clock = clock
        self._suffixes = signal.suffixes

    @operation(
        "POST",
        "/api/signal/verify",
        "Whose is a channel, or each channel in a message",
        body=VerifyBody,
        most=LARGEST,
        returns={200: AnswerView},
        problems=(*ARTIFACT, "ARTIFACTS_TOO_MANY", "MESSAGE_MALFORMED"),
    )
    async def verify(self, _: Call, body: VerifyBody) -> Reply:
        """One fact and one receipt a channel, out of what brands have declared and signed."""
        return Reply(content=answer_json(await self._channels.verify(_question(body))), headers=UNSTORED)

    @operation(
        "GET",
        "/api/signal/receipts/{receipt}",
        "A Trust Receipt, examined",
        returns={200: ReceiptView},
        problems=("RECEIPT_NOT_FOUND",),
    )
    async def receipt(self, call: Call, _: None) -> Reply:
        """Every check that anybody can make, and what the same question would be answered now."""
        found, now = await self._channels.examine(call.path["receipt"])
        content = {
            "id": found.id,
            "valid": not found.reason,
            **({"reason": found.reason} if found.reason else {}),
            "checks": {check.value: holds for check, holds in found.checks.items()},
            "receipt": found.held.text,
            "claims": found.claims,
            "currentFact": None if now is None else now.value,
            "tlp": CLEAR,
        }
        return Reply(content=content, headers=FRESH)

    @operation(
        "POST",
        "/api/signal/brands",
        "Publish a brand's signed perimeter",
        access=Access.CREDENTIAL,
        roles=frozenset({Role.ORG}),
        body=PerimeterBody,
        most=LARGEST,
        returns={200: BrandView, 201: BrandView},
        problems=PERIMETER,
    )
    async def publish(self, call: Call, body: PerimeterBody) -> Reply:
        """The first one makes the brand (201); each later one is the next of its row (200)."""
        published = await self._perimeters.publish(call.principal, body.perimeter)
        content = await self._brand(published.held)
        return Reply(content=content, status=201 if published.first else 200, headers=FRESH)

    @operation(
        "GET",
        "/api/signal/brands/{brand}",
        "A brand and its newest perimeter",
        returns={200: BrandView},
        problems=("NOT_FOUND",),
    )
    async def brand(self, call: Call, _: None) -> Reply:
        """By its id, or by its anchor."""
        row = await self._row(call)
        held = await self._brands.held(row.brand)
        if held is None:
            raise _unknown()
        return Reply(content=await self._brand(held), headers=FRESH)

    @operation(
        "GET",
        "/api/signal/brands/{brand}/history",
        "Every perimeter that a brand has published",
        query=HistoryQuery,
        returns={200: HistoryView},
        problems=("NOT_FOUND", "CURSOR_INVALID"),
    )
    async def history(self, call: Call, query: HistoryQuery) -> Reply:
        """The newest first, each with what it added and what it withdrew; at most 20."""
        row = await self._row(call)
        part = await self._store.perimeters(row.brand, Page(after=query.after, limit=min(query.limit, MOST_PERIMETERS)))
        before = await self._store.perimeter(row.brand, part.items[-1].seq - 1) if part.items else None
        earlier = [*part.items[1:], before]
        items = []
        for place, prior in zip(part.items, earlier, strict=False):
            items.append(await self._version(place, prior))
            await asyncio.sleep(0)  # a long perimeter takes a while to read, and others wait
        return Reply(content={"id": row.brand, "items": items, "next": part.next, "tlp": CLEAR}, headers=FRESH)

    @operation(
        "GET",
        "/api/signal/channels",
        "The brands that declare a channel",
        query=ChannelQuery,
        returns={200: ChannelsView},
        problems=ARTIFACT,
    )
    async def channels(self, _: Call, query: ChannelQuery) -> Reply:
        """Each with what it declares, and whether it has shown that the channel is in its hands."""
        artifact = canonical(query.type, query.value, self._suffixes)
        items = []
        for row in await self._brands.holders((artifact,)):
            held = await self._brands.held(row.brand)
            if held is not None:
                declared = {"type": row.type, "value": row.value, "match": row.match}
                items.append({"brand": brand_json(held.ref), "channel": declared, "control": row.control.value})
        return Reply(content={"artifact": artifact.json(), "items": items, "tlp": CLEAR}, headers=FRESH)

    async def _row(self, call: Call) -> BrandRow:
        """The brand that the path names, by its id or by its anchor."""
        try:
            row = await self._brands.find(call.path["brand"])
        except Malformed as wrong:
            raise _unknown() from wrong
        if row is None:
            raise _unknown()
        return row

    async def _brand(self, held: Held) -> dict[str, object]:
        signed = held.document.perimeter
        control = {(row.type, row.value): row.control for row in await self._store.channels_of(signed.brand)}
        active = held.perimeter(self._clock.now_ms()) is not None
        return {
            "id": signed.brand,
            "name": signed.name,
            "domain": signed.domain,
            "status": "active" if active else "ended" if signed.channels else "withdrawn",
            **await self._placed(held.place, held.document),
            "channels": [
                {**each.json(), "control": control.get((each.artifact.type.value, each.artifact.value), "claimed")}
                for each in signed.channels
            ],
            "tlp": CLEAR,
        }

    async def _version(self, place: PerimeterRow, prior: PerimeterRow | None) -> dict[str, object]:
        document = None if place.erased_ms is not None else self._brands.document(place)
        known = None if prior is None or prior.erased_ms is not None else self._brands.document(prior)
        now, then = _channels(document), _channels(known)
        return {
            **await self._placed(place, document),
            "added": [each.json() for each in now if each not in then],
            "removed": [each.json() for each in then if each not in now],
        }

    async def _placed(self, place: PerimeterRow, document: SignedPerimeter | None) -> Mapping[str, object]:
        signed = None if document is None else document.perimeter
        index = place.leaf_index or 0
        return {
            "seq": place.seq,
            "iat": None if signed is None else signed.iat,
            "exp": None if signed is None else signed.exp,
            "sha256": place.digest,
            "jkt": place.jkt,
            "acceptedAt": rfc3339(place.accepted_ms),
            "leafIndex": index,
            "leafHash": (await self._logs.leaf(LogName.OFFICIAL, index)).leaf.hex(),
            "perimeter": place.jws or None,
        }


def _question(body: VerifyBody) -> Question:
    brand = body.brand or ""
    if body.artifact is not None and body.message is None:
        return Question(brand=brand, kind=body.artifact.type, value=body.artifact.value, nonce=body.nonce)
    if body.message is not None and body.artifact is None:
        return Question(brand=brand, platform=body.message.platform, payload=body.message.payload, nonce=body.nonce)
    raise Malformed(ServiceReason.VALIDATION_FAILED, "Give either artifact or message.")


def _channels(document: SignedPerimeter | None) -> Sequence[Channel]:
    return () if document is None else document.perimeter.channels


def _unknown() -> Refused:
    return Refused(ServiceReason.NOT_FOUND, "No brand of that id or anchor has published a perimeter here.")
