"""Scores of their own for single senders: set by reviewers, and read with notes and counts by administrators alone."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.timestamps import rfc3339
from frankmark.services.lists import Lists, Reputation
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import AnyAddress, AnyDomain, ListQuery, moment, page_of, sliced

__all__ = ["OverrideRoom"]

Note = Annotated[str, Meta(max_length=2000)]
PRIVATE = {"Cache-Control": "no-store"}


class OverrideBody(msgspec.Struct, frozen=True, kw_only=True):
    """A score that replaces the domain's for one address; null takes it away."""

    address: AnyAddress
    score: Annotated[int, Meta(ge=0, le=100)] | None
    note: Note = ""


class OverrideView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an override stands."""

    domain: str
    score: int | None


class SenderBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which address; it stands in no URL, so that no log of another's holds it."""

    address: AnyAddress


class ReputationView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An override with its note and counts; the address itself is not kept, `lookup` is a keyed hash of it.

    `seenCount` is how often the address was asked about, `complaintCount` how many complaints name its domain.
    """

    lookup: str
    domain: str
    score: int
    note: str
    actor: str
    set_at: str
    seen_count: int
    last_seen: str | None
    complaint_count: int


class ReputationListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the overrides."""

    items: list[ReputationView]
    next: str


class OverrideQuery(ListQuery, frozen=True, kw_only=True):
    """Which overrides."""

    domain: AnyDomain = ""


def _reputation(known: Reputation) -> ReputationView:
    row = known.override
    return ReputationView(
        lookup=row.lookup,
        domain=row.domain,
        score=row.score,
        note=row.note,
        actor=row.actor,
        set_at=rfc3339(row.set_ms),
        seen_count=known.seen,
        last_seen=moment(known.last_ms),
        complaint_count=known.complaints,
    )


class OverrideRoom:
    """Operations on overrides."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    @operation(
        "POST",
        "/api/overrides",
        "Set or remove the score of one address",
        access=Access.CREDENTIAL,
        body=OverrideBody,
        returns={200: OverrideView},
        problems=("INVALID_ADDRESS",),
    )
    async def override(self, call: Call, body: OverrideBody) -> Reply:
        """A score of its own for one address."""
        if body.score is None:
            await self._lists.drop_override(call.known, body.address)
            return Reply(content=OverrideView(domain="", score=None))
        made = await self._lists.set_override(call.known, body.address, body.score, body.note)
        return Reply(content=OverrideView(domain=made.domain, score=made.score))

    @operation(
        "GET",
        "/api/overrides",
        "Overrides, with their notes and counts",
        access=Access.CREDENTIAL,
        query=OverrideQuery,
        returns={200: ReputationListView},
        problems=("INVALID_DOMAIN",),
    )
    async def overrides(self, call: Call, query: OverrideQuery) -> Reply:
        """For administrators alone: everybody else is told no more than whether an override applied."""
        part = await self._lists.overrides(call.known, page_of(query), domain=query.domain)
        return Reply(content=sliced(part, _reputation), headers=PRIVATE)

    @operation(
        "POST",
        "/api/overrides/find",
        "The override of one address, with its note and counts",
        access=Access.CREDENTIAL,
        body=SenderBody,
        returns={200: ReputationView},
        problems=("INVALID_ADDRESS",),
    )
    async def find_override(self, call: Call, body: SenderBody) -> Reply:
        """For administrators alone."""
        return Reply(content=_reputation(await self._lists.override(call.known, body.address)), headers=PRIVATE)
