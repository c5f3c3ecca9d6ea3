"""Who can be trusted: the check of a sender, the registry's view of a domain, and a token looked at from all sides."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import msgspec

from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.protocols.securestamp.assessment import Assessment
from frankmark.protocols.securestamp.model import Stamp as LedgerStamp
from frankmark.protocols.securestamp.wire import check_body, trust_body
from frankmark.services.public_registry import Lookup, PublicRegistry
from frankmark.services.trust import TrustAnswer, TrustQuery, TrustService
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.problems import problem
from frankmark.surfaces.node.routes.shapes import moment
from frankmark.surfaces.node.routes.trust_views import (
    BatchBody,
    BatchView,
    CheckBody,
    CheckView,
    DomainQuery,
    LookupView,
    TrustView,
)

__all__ = ["TrustRoom"]


RENDERED = 1_024  # assessments; each holds some kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rendered:
    """An answer's octets around the time, and what they were rendered from: they hold as long as those two objects."""

    assessment: Assessment
    stamp: LedgerStamp | None
    before: bytes
    after: bytes


class TrustRoom:
    """Operations that need no credential, but for the batch.

    Args:
        trust: Assesses.
        registry: Looks up.
        public_url: The node's public URL.
    """

    def __init__(self, trust: TrustService, registry: PublicRegistry, public_url: str) -> None:
        self._trust = trust
        self._registry = registry
        self._public_url = public_url
        self._rendered: OrderedDict[int, _Rendered] = OrderedDict()

    @operation(
        "POST",
        "/api/trust/check",
        "Check a sender",
        body=CheckBody,
        repeats=True,
        returns={200: CheckView},
        problems=("INVALID_TARGET",),
    )
    async def check(self, call: Call, body: CheckBody) -> Reply:
        """Score, state, level and what they rest on."""
        answer = await self._trust.check(_query(call, body))
        return Reply(content=self._body(answer), headers=_freshness(answer.fresh_ms))

    @operation(
        "POST",
        "/api/trust/check/batch",
        "Check up to a hundred senders",
        access=Access.CREDENTIAL,
        body=BatchBody,
        returns={200: BatchView},
    )
    async def batch(self, call: Call, body: BatchBody) -> Reply:
        """One answer or problem a question, in order; each question counts as a request."""
        await call.spend(len(body.targets) - 1)
        return Reply(content={"results": await asyncio.gather(*(self._one(call, each) for each in body.targets))})

    @operation(
        "GET",
        "/v1/trust/{asked}",
        "The registry's view of a domain or stamp",
        returns={200: TrustView},
        problems=("INVALID_DOMAIN",),
    )
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
        problems=("INVALID_DOMAIN",),
    )
    async def lookup(self, call: Call, query: DomainQuery) -> Reply:
        """The registry's entry, without anything that an organisation told us."""
        entry = await self._registry.lookup(query.domain)
        asked = TrustQuery(target=entry.domain, stranger=call.principal is None)
        seen = None if entry.registered_ms is None else await self._trust.check(asked)
        return Reply(content=self._entry(entry, seen))

    async def _one(self, call: Call, body: CheckBody) -> object:
        try:
            return msgspec.Raw(self._body(await self._trust.check(_query(call, body))))
        except Error as fault:
            return {"target": body.target, "problem": problem(fault).body}

    def _body(self, answer: TrustAnswer) -> bytes:
        """The body of an answer; the same assessment is rendered once, since most answers come from memory."""
        key = id(answer.assessment)
        known = self._rendered.get(key)
        if known is None or known.assessment is not answer.assessment or known.stamp is not answer.stamp:
            known = self._render(answer)
            self._rendered[key] = known
            if len(self._rendered) > RENDERED:
                self._rendered.popitem(last=False)
        return b"".join((known.before, rfc3339(answer.checked_ms).encode(), known.after))

    def _render(self, answer: TrustAnswer) -> "_Rendered":
        body = check_body(answer.assessment, answer.target.domain, answer.stamp, self._public_url, answer.checked_ms)
        names = list(body)
        at = names.index("checkedAt")
        before = msgspec.json.encode({name: body[name] for name in names[:at]})
        after = msgspec.json.encode({name: body[name] for name in names[at + 1 :]})
        return _Rendered(
            assessment=answer.assessment,
            stamp=answer.stamp,
            before=before[:-1] + b',"checkedAt":"',
            after=b'",' + after[1:],
        )

    def _entry(self, entry: Lookup, seen: TrustAnswer | None) -> dict[str, object]:
        now_ms = entry.asked_ms
        stamps = [self._stamp(row, now_ms) for row in entry.stamps]
        return {
            "domain": entry.domain,
            "registered": entry.registered_ms is not None,
            "registeredAt": moment(entry.registered_ms),
            "verified": entry.verified,
            "score": None if seen is None else seen.assessment.score,
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


def _query(call: Call, body: CheckBody) -> TrustQuery:
    return TrustQuery(target=body.target, token=body.token, stamp_id=body.stamp_id, stranger=call.principal is None)


def _freshness(fresh_ms: int) -> dict[str, str]:
    return {"Cache-Control": f"max-age={fresh_ms // 1000}"}
