"""What reviewers decide: block lists, look-alikes, abuse reports; and the audit trail."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.limits import Rate
from frankmark.ports.rows import AbuseReport, AuditRecord, Block, BlockList, Candidate, CandidateStatus, ReportStatus
from frankmark.services.lists import Audit, Lists
from frankmark.services.reasons import ServiceReason
from frankmark.services.reports import Complaint, ReportCategory, Reports
from frankmark.services.rescoring import Rescoring
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import (
    AnyDomain,
    ListQuery,
    OrgListQuery,
    moment,
    page_of,
    sliced,
)

__all__ = ["ReviewRoom"]

Note = Annotated[str, Meta(max_length=2000)]


class BlockBody(msgspec.Struct, frozen=True, kw_only=True):
    """A domain to block."""

    domain: AnyDomain
    note: Note = ""


class BlockView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A blocked domain."""

    domain: str
    listed_on: str
    note: str
    actor: str
    created_at: str


class BlockListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a block list."""

    items: list[BlockView]
    next: str


class ReportBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A complaint; it changes nothing until a reviewer decides."""

    category: ReportCategory
    domain: AnyDomain = ""
    stamp_id: Annotated[str, Meta(min_length=1, max_length=64)] = ""
    note: Note = ""


class ReportReceipt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """That a complaint was taken."""

    report_id: str
    status: str


class ReportView(ReportReceipt, frozen=True, kw_only=True, rename="camel"):
    """A complaint as reviewers see it."""

    category: str
    domain: str
    stamp_id: str
    note: str
    created_at: str
    decided_by: str
    decided_at: str | None
    decision: str


class ReportListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the complaints."""

    items: list[ReportView]
    next: str


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's decision."""

    upheld: bool
    decision: Note = ""


class CandidateBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer says of a look-alike."""

    suspect: AnyDomain
    target: AnyDomain
    status: CandidateStatus


class CandidateView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A look-alike that the node noticed; `confidence` in thousandths."""

    suspect: str
    target: str
    distance: int
    confidence: int
    status: str
    detected_at: str


class CandidateListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the look-alikes."""

    items: list[CandidateView]
    next: str


class AuditView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One act."""

    number: int
    at: str
    actor: str
    org_id: str
    act: str
    target: str


class AuditListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the audit trail, newest first."""

    items: list[AuditView]
    next: str


class AuditQuery(OrgListQuery, frozen=True, kw_only=True, rename="camel"):
    """Which acts."""

    target: Annotated[str, Meta(max_length=320)] = ""


def _block(row: Block) -> BlockView:
    return BlockView(
        domain=row.domain,
        listed_on=row.listed_on.value,
        note=row.note,
        actor=row.actor,
        created_at=rfc3339(row.created_ms),
    )


def _report(row: AbuseReport) -> ReportView:
    return ReportView(
        report_id=row.report_id,
        status=row.status.value,
        category=row.category,
        domain=row.domain,
        stamp_id=row.stamp_id,
        note=row.note,
        created_at=rfc3339(row.created_ms),
        decided_by=row.decided_by,
        decided_at=moment(row.decided_ms),
        decision=row.decision,
    )


def _candidate(row: Candidate) -> CandidateView:
    return CandidateView(
        suspect=row.suspect,
        target=row.target,
        distance=row.distance,
        confidence=row.confidence,
        status=row.status.value,
        detected_at=rfc3339(row.detected_ms),
    )


def _act(row: AuditRecord) -> AuditView:
    return AuditView(
        number=row.number, at=rfc3339(row.at_ms), actor=row.actor, org_id=row.org_id, act=row.act, target=row.target
    )


def _list_named(text: str) -> BlockList:
    if text not in {"admin", "compliance"}:
        raise Refused(ServiceReason.NOT_FOUND, "There are two lists: admin and compliance.")
    return BlockList(text)


class ReviewRoom:
    """Operations of reviewers.

    Args:
        lists: Block lists, overrides, look-alikes.
        reports: Complaints.
        audit: The trail of acts.
        rescoring: Assesses anew what was decided about.
        share: How many complaints one caller may send.
    """

    def __init__(self, lists: Lists, reports: Reports, audit: Audit, rescoring: Rescoring, share: Rate) -> None:
        self._share = share
        self._lists = lists
        self._reports = reports
        self._audit = audit
        self._rescoring = rescoring

    @operation(
        "GET",
        "/api/lists/{name}",
        "A block list",
        access=Access.CREDENTIAL,
        query=ListQuery,
        returns={200: BlockListView},
    )
    async def blocks(self, call: Call, query: ListQuery) -> Reply:
        """A block list by domain."""
        part = await self._lists.blocks(call.known, _list_named(call.path["name"]), page_of(query))
        return Reply(content=sliced(part, _block))

    @operation(
        "POST",
        "/api/lists/{name}",
        "Block a domain",
        access=Access.CREDENTIAL,
        body=BlockBody,
        returns={201: BlockView},
        problems=("INVALID_DOMAIN",),
    )
    async def block(self, call: Call, body: BlockBody) -> Reply:
        """Put a domain on a list; its score is 0 from now on."""
        made = await self._lists.block(call.known, _list_named(call.path["name"]), body.domain, body.note)
        await self._rescoring.decided(made.domain)
        return Reply(content=_block(made), status=201)

    @operation(
        "DELETE", "/api/lists/{name}/{domain}", "Unblock a domain", access=Access.CREDENTIAL, returns={204: None}
    )
    async def unblock(self, call: Call, _: None) -> Reply:
        """Take a domain from a list."""
        await self._lists.unblock(call.known, _list_named(call.path["name"]), call.path["domain"])
        await self._rescoring.decided(call.path["domain"])
        return Reply(status=204)

    @operation(
        "POST",
        "/api/reports",
        "Report abuse",
        body=ReportBody,
        returns={202: ReportReceipt},
        problems=("REPORTS_FULL",),
    )
    async def submit(self, call: Call, body: ReportBody) -> Reply:
        """Take a complaint."""
        if not body.domain and not body.stamp_id:
            raise Refused(ServiceReason.VALIDATION_FAILED, "Name a domain or a stampId.")
        await call.hold_to(self._share)
        complaint = Complaint(category=body.category, domain=body.domain, stamp_id=body.stamp_id, note=body.note)
        made = await self._reports.submit(complaint)
        return Reply(content=ReportReceipt(report_id=made.report_id, status=made.status.value), status=202)

    @operation(
        "GET",
        "/api/reports",
        "List complaints",
        access=Access.CREDENTIAL,
        query=ListQuery,
        returns={200: ReportListView},
    )
    async def reports(self, call: Call, query: ListQuery) -> Reply:
        """Open complaints."""
        part = await self._reports.reports(call.known, page_of(query), status=ReportStatus.OPEN)
        return Reply(content=sliced(part, _report))

    @operation(
        "POST",
        "/api/reports/{report_id}/decide",
        "Decide a complaint",
        access=Access.CREDENTIAL,
        body=DecisionBody,
        returns={200: ReportView},
    )
    async def decide(self, call: Call, body: DecisionBody) -> Reply:
        """A reviewer's decision."""
        made = await self._reports.decide(
            call.known, call.path["report_id"], upheld=body.upheld, decision=body.decision
        )
        return Reply(content=_report(made))

    @operation(
        "GET",
        "/api/candidates",
        "List look-alikes",
        access=Access.CREDENTIAL,
        query=ListQuery,
        returns={200: CandidateListView},
    )
    async def candidates(self, call: Call, query: ListQuery) -> Reply:
        """Look-alikes that the node noticed."""
        return Reply(content=sliced(await self._lists.candidates(call.known, page_of(query)), _candidate))

    @operation(
        "POST",
        "/api/candidates/decide",
        "Decide a look-alike",
        access=Access.CREDENTIAL,
        body=CandidateBody,
        returns={200: CandidateView},
        problems=("INVALID_DOMAIN",),
    )
    async def decide_candidate(self, call: Call, body: CandidateBody) -> Reply:
        """What a reviewer says of a look-alike."""
        made = await self._lists.decide_candidate(call.known, body.suspect, body.target, body.status)
        await self._rescoring.decided(made.suspect)
        return Reply(content=_candidate(made))

    @operation(
        "GET",
        "/api/audit",
        "The audit trail",
        access=Access.CREDENTIAL,
        query=AuditQuery,
        returns={200: AuditListView},
    )
    async def trail(self, call: Call, query: AuditQuery) -> Reply:
        """Acts, newest first."""
        part = await self._audit.trail(call.known, page_of(query), org_id=query.org_id, target=query.target)
        return Reply(content=sliced(part, _act))
