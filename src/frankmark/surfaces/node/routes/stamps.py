"""Stamps: issue, renew, revoke, publish; and what everybody may see of them."""

import msgspec

from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.protocols.securestamp.reasons import RevocationReason
from frankmark.services.stamps import Stamps
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import (
    AnyDomain,
    OrgId,
    OrgListQuery,
    moment,
    organisation_of,
    page_of,
    sliced,
)

__all__ = ["StampRoom"]


class StampBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stamp to issue."""

    domain: AnyDomain
    org_id: OrgId = ""


class RevocationBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stamp ends."""

    reason: RevocationReason


class PublicationView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the owner publishes: the record, whole and split into character-strings, and as a line of a zone file."""

    name: str
    text: str
    strings: list[str]
    zone: str
    url: str


class IssuedStampView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stamp as its owner sees it."""

    stamp_id: str
    org_id: str
    domain: str
    serial: int
    score: int
    status: str
    issued_at: str
    expires_at: str
    tx_hash: str
    ledger_ref: str
    artwork_url: str
    revoked_at: str | None
    revocation_reason: str | None
    publish: PublicationView | None = None


class IssuedStampList(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the stamps."""

    items: list[IssuedStampView]
    next: str


class TokenView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stamp's token, for whoever puts it into outgoing mail."""

    stamp_id: str
    token: str
    header: str
    expires_at: str


class StampRoom:
    """Operations on stamps.

    Args:
        stamps: The service.
        public_url: The node's public URL.
        header: Renders the header field of a token.
    """

    def __init__(self, stamps: Stamps, public_url: str) -> None:
        self._stamps = stamps
        self._public_url = public_url

    @operation(
        "POST",
        "/api/stamps",
        "Issue a stamp for a domain whose ownership was shown",
        access=Access.CREDENTIAL,
        body=StampBody,
        returns={201: IssuedStampView},
        problems=("DOMAIN_NOT_VERIFIED", "STAMP_ALREADY_ACTIVE", "PUBLIC_URL_INVALID"),
    )
    async def issue(self, call: Call, body: StampBody) -> Reply:
        """A new stamp, in the ledger when this answers."""
        org_id = organisation_of(call.known, body.org_id)
        made = await self._stamps.issue(call.known, org_id, body.domain)
        return Reply(content=await self._published(call, made), status=201)

    @operation(
        "GET",
        "/api/stamps",
        "List stamps",
        access=Access.CREDENTIAL,
        query=OrgListQuery,
        returns={200: IssuedStampList},
    )
    async def listed(self, call: Call, query: OrgListQuery) -> Reply:
        """Stamps of an organisation, or all for an administrator."""
        org_id = query.org_id or call.known.org_id
        return Reply(content=sliced(await self._stamps.stamps(call.known, page_of(query), org_id=org_id), self._view))

    @operation(
        "POST",
        "/api/stamps/{stamp_id}/renew",
        "Renew a stamp for another year",
        access=Access.CREDENTIAL,
        returns={200: IssuedStampView},
        problems=("STAMP_NOT_RENEWABLE", "OWNERSHIP_LAPSED", "CHALLENGE_NOT_ANSWERED"),
    )
    async def renew(self, call: Call, _: None) -> Reply:
        """The renewed stamp."""
        made = await self._stamps.renew(call.known, call.path["stamp_id"])
        return Reply(content=await self._published(call, made))

    @operation(
        "POST",
        "/api/stamps/{stamp_id}/revoke",
        "Revoke a stamp for ever",
        access=Access.CREDENTIAL,
        body=RevocationBody,
        returns={200: IssuedStampView},
        problems=("INVALID_TRANSITION",),
    )
    async def revoke(self, call: Call, body: RevocationBody) -> Reply:
        """The revoked stamp."""
        return Reply(content=self._view(await self._stamps.revoke(call.known, call.path["stamp_id"], body.reason)))

    @operation(
        "GET",
        "/api/stamps/{stamp_id}/publication",
        "What the owner publishes",
        access=Access.CREDENTIAL,
        returns={200: PublicationView},
    )
    async def publication(self, call: Call, _: None) -> Reply:
        """The DNS record of a stamp."""
        made = await self._stamps.publication(call.known, call.path["stamp_id"])
        return Reply(content=msgspec.convert(made, PublicationView, from_attributes=True))

    @operation(
        "GET",
        "/api/stamps/{stamp_id}/token",
        "The token to put into outgoing mail",
        access=Access.CREDENTIAL,
        returns={200: TokenView},
    )
    async def token(self, call: Call, _: None) -> Reply:
        """The token of a stamp and its header field."""
        stamp = await self._stamps.stamp(call.path["stamp_id"])
        made = await self._stamps.publication(call.known, stamp.stamp_id)
        value = f"v=1; token={stamp.token}; verify={made.url}"
        view = TokenView(stamp_id=stamp.stamp_id, token=stamp.token, header=value, expires_at=rfc3339(stamp.expires_ms))
        return Reply(content=view)

    async def _published(self, call: Call, stamp: Stamp) -> IssuedStampView:
        made = await self._stamps.publication(call.known, stamp.stamp_id)
        publish = msgspec.convert(made, PublicationView, from_attributes=True)
        return msgspec.structs.replace(self._view(stamp), publish=publish)

    def _view(self, stamp: Stamp) -> IssuedStampView:
        return IssuedStampView(
            stamp_id=stamp.stamp_id,
            org_id=stamp.org_id,
            domain=stamp.domain,
            serial=stamp.serial,
            score=0 if stamp.status is StampStatus.REVOKED else stamp.live_score,
            status=stamp.status.value,
            issued_at=rfc3339(stamp.issued_ms),
            expires_at=rfc3339(stamp.expires_ms),
            tx_hash=stamp.tx_hash,
            ledger_ref=f"{self._public_url}/v1/ledger/tx/{stamp.tx_hash}",
            artwork_url=f"{self._public_url}/api/stamps/embed?id={stamp.stamp_id}",
            revoked_at=moment(stamp.revoked_ms),
            revocation_reason=stamp.revocation_reason or None,
        )
