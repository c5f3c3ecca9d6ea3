"""Who can be trusted: the check of a sender, the registry's view of a domain, and a token looked at from all sides."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.protocols.securestamp.wire import check_body, trust_body
from frankmark.services.public_registry import Lookup, PublicRegistry
from frankmark.services.trust import TrustAnswer, TrustQuery, TrustService
from frankmark.surfaces.node.endpoint import Call, Reply, operation
from frankmark.surfaces.node.problems import problem
from frankmark.surfaces.node.routes.shapes import moment

__all__ = ["TrustRoom"]

MOST_TARGETS = 100
Target = Annotated[str, Meta(min_length=1, max_length=320)]


class CheckBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The question: a domain or a mail address, and the token or stamp id that a message brought."""

    target: Target
    token: Annotated[str, Meta(max_length=4096)] | None = None
    stamp_id: Annotated[str, Meta(max_length=64)] | None = None


class BatchBody(msgspec.Struct, frozen=True, kw_only=True):
    """At most a hundred questions."""

    targets: Annotated[list[CheckBody], Meta(min_length=1, max_length=MOST_TARGETS)]


class CheckView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer: state, score and what they rest on."""

    target: str
    domain: str
    trust_state: str
    score: int
    signals: dict[str, str | bool]
    stamp: dict[str, str] | None
    checked_at: str
    state_en: str
    color: str
    level: str
    display: str
    reasons: list[str]
    channels: list[dict[str, str | None]]
    assessment: dict[str, msgspec.Raw]


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One answer or problem a question, in order."""

    results: list[msgspec.Raw]


class TrustView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The registry's view of a domain; `stamp` is null where there is none."""

    domain: str | None
    stamp: dict[str, msgspec.Raw] | None
    verified_at: str
    ledger_ref: str | msgspec.UnsetType = msgspec.UNSET


class DomainQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which domain."""

    domain: Annotated[str, Meta(min_length=1, max_length=255)]


class LookupView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A domain's public entry."""

    domain: str
    registered: bool
    registered_at: str | None
    verified: bool
    score: int | None
    stamp_status: str | None
    stamps: list[dict[str, msgspec.Raw]]
    score_history: list[dict[str, msgspec.Raw]]
    checked_at: str


class TrustRoom:
    """Operations that need no credential.

    Args:
        trust: Assesses.
        registry: Looks up.
        public_url: The node's public URL.
    """

    def __init__(self, trust: TrustService, registry: PublicRegistry, public_url: str) -> None:
        self._trust = trust
        self._registry = registry
        self._public_url = public_url

    @operation(
        "POST",
        "/api/trust/check",
        "Check a sender",
        body=CheckBody,
        returns={200: CheckView},
        problems=("INVALID_TARGET",),
    )
    async def check(self, _: Call, body: CheckBody) -> Reply:
        """Score, state, level and what they rest on."""
        answer = await self._trust.check(_query(body))
        return Reply(content=self._body(answer), headers=_freshness(answer.fresh_ms))

    @operation(
        "POST",
        "/api/trust/check/batch",
        "Check up to a hundred senders",
        body=BatchBody,
        returns={200: BatchView},
    )
    async def batch(self, _: Call, body: BatchBody) -> Reply:
        """One answer or problem a question, in order."""
        return Reply(content={"results": await asyncio.gather(*map(self._one, body.targets))})

    @operation("GET", "/v1/trust/{asked}", "The registry's view of a domain or stamp", returns={200: TrustView})
    async def view(self, call: Call, _: None) -> Reply:
        """Active, expired, revoked, or none: always 200."""
        seen = await self._registry.view(call.path["asked"])
        body = trust_body(seen.domain, seen.stamp, seen.labels, self._public_url, seen.now_ms)
        return Reply(content=body if seen.domain else {**body, "domain": None})

    @operation(
        "GET",
        "/api/registry/lookup",
        "A domain's public entry: when registered, its stamps, its scores",
        query=DomainQuery,
        returns={200: LookupView},
    )
    async def lookup(self, _: Call, query: DomainQuery) -> Reply:
        """The registry's entry, without anything that an organisation told us."""
        seen = await self._trust.check(TrustQuery(target=(await self._registry.lookup(query.domain)).domain))
        return Reply(content=self._entry(await self._registry.lookup(query.domain), seen))

    async def _one(self, body: CheckBody) -> dict[str, object]:
        try:
            return self._body(await self._trust.check(_query(body)))
        except Error as fault:
            return {"target": body.target, "problem": problem(fault).body}

    def _body(self, answer: TrustAnswer) -> dict[str, object]:
        return dict(
            check_body(answer.assessment, answer.target.domain, answer.stamp, self._public_url, answer.checked_ms)
        )

    def _entry(self, entry: Lookup, seen: TrustAnswer) -> dict[str, object]:
        now_ms = seen.checked_ms
        stamps = [self._stamp(row, now_ms) for row in entry.stamps]
        return {
            "domain": entry.domain,
            "registered": entry.registered_ms is not None,
            "registeredAt": moment(entry.registered_ms),
            "verified": entry.verified,
            "score": seen.assessment.score if entry.registered_ms is not None else None,
            "stampStatus": stamps[0]["status"] if stamps else None,
            "stamps": stamps,
            "scoreHistory": [
                {"at": rfc3339(one.at_ms), "old": one.old, "new": one.new, "reason": one.reason, "txHash": one.tx_hash}
                for one in entry.scores
            ],
            "checkedAt": rfc3339(now_ms),
        }

    def _stamp(self, row: Stamp, now_ms: int) -> dict[str, object]:
        expired = row.expires_ms <= now_ms and row.status is StampStatus.ACTIVE
        return {
            "stampId": row.stamp_id,
            "serial": row.serial,
            "status": "expired" if expired else row.status.value,
            "issuedAt": rfc3339(row.issued_ms),
            "expiresAt": rfc3339(row.expires_ms),
            "revokedAt": moment(row.revoked_ms),
            "revocationReason": row.revocation_reason or None,
            "ledgerRef": f"{self._public_url}/v1/ledger/tx/{row.tx_hash}",
            "artworkUrl": f"{self._public_url}/api/stamps/embed?id={row.stamp_id}",
        }


def _query(body: CheckBody) -> TrustQuery:
    return TrustQuery(target=body.target, token=body.token, stamp_id=body.stamp_id)


def _freshness(fresh_ms: int) -> dict[str, str]:
    return {"Cache-Control": f"max-age={fresh_ms // 1000}"}
