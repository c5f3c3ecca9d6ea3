"""Abuse reports: anybody may send one, and none changes anything until a reviewer decides."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.foundation.identifiers import is_uuid4, ulid
from frankmark.mail.address import canonical_domain
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import AbuseReport, ReportStatus
from frankmark.ports.storage import ReviewStore, StampStore
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.services.principals import Principal, Role, require
from frankmark.services.reasons import ServiceReason

__all__ = ["MOST_A_DAY", "Complaint", "ReportCategory", "Reports"]

LONGEST_NOTE = 2_000
DAY_MS = 86_400_000
MOST_A_DAY = 2_000  # reports that a node takes, from everybody together
EARLIEST = bytes(10)


class ReportCategory(StrEnum):
    """What a report is about."""

    PHISHING = "PHISHING"
    IMPERSONATION = "IMPERSONATION"
    SPAM = "SPAM"
    MALWARE = "MALWARE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What somebody reports.

    Attributes:
        domain: The sender's domain in any spelling; may be empty if a stamp is named.
        stamp_id: A stamp; may be empty.
        category: What it is about.
        note: At most 2,000 characters; read by reviewers only.
    """

    category: ReportCategory
    domain: str = ""
    stamp_id: str = ""
    note: str = ""


class ReportRecords(ReviewStore, StampStore, Protocol):
    """What this room asks of the store."""


class Reports:
    """Takes reports and decisions on them."""

    def __init__(self, store: ReportRecords, clock: Clock, entropy: Entropy) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy

    async def submit(self, complaint: Complaint) -> AbuseReport:
        """Keep a report; it changes no score and no stamp.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `VALIDATION_FAILED`, `NOT_FOUND` for a stamp that is nobody's.
            Unavailable: `REPORTS_FULL`, the node took as many as it takes in 24 hours.
        """
        if len(complaint.note) > LONGEST_NOTE:
            raise Refused(ServiceReason.VALIDATION_FAILED, f"A note has at most {LONGEST_NOTE} characters.")
        domain = await self._about(complaint)
        now = self._clock.now_ms()
        if await self._store.reports_from(_report_id(now - DAY_MS, EARLIEST)) >= MOST_A_DAY:
            raise Unavailable(
                ServiceReason.REPORTS_FULL, f"This node takes {MOST_A_DAY} reports in 24 hours; send it again later."
            )
        report = AbuseReport(
            report_id=_report_id(now, self._entropy.octets(10)),
            domain=domain,
            stamp_id=complaint.stamp_id,
            category=complaint.category,
            note=complaint.note,
            created_ms=now,
        )
        await self._store.add_report(report)
        return report

    async def reports(
        self, by: Principal | None, page: Page, *, status: ReportStatus | None = None
    ) -> Slice[AbuseReport]:
        """Reports by time, for reviewers."""
        require(by, Role.REVIEWER, Role.COMPLIANCE)
        return await self._store.reports(page, status=status)

    async def report(self, by: Principal | None, report_id: str) -> AbuseReport:
        """One report, for reviewers.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`.
        """
        require(by, Role.REVIEWER, Role.COMPLIANCE)
        found = await self._store.report(report_id)
        if found is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such report.")
        return found

    async def decide(self, by: Principal | None, report_id: str, *, upheld: bool, decision: str = "") -> AbuseReport:
        """Close a report. What follows (a revocation, a list) is an act of its own.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`, `INVALID_TRANSITION` for one that is closed, `VALIDATION_FAILED`.
        """
        actor, report = require(by, Role.REVIEWER), await self.report(by, report_id)
        if len(decision) > LONGEST_NOTE:
            raise Refused(ServiceReason.VALIDATION_FAILED, f"A decision has at most {LONGEST_NOTE} characters.")
        now, status = self._clock.now_ms(), ReportStatus.UPHELD if upheld else ReportStatus.DISMISSED
        closed = replace(report, status=status, decided_by=actor.actor, decided_ms=now, decision=decision)
        detail = canonical.dump({"status": status.value}).decode()
        if not await self._store.decide_report(closed, actor.act(now, "report.decide", report_id, detail=detail)):
            raise Refused(Reason.INVALID_TRANSITION, "This report is closed already.")
        return closed

    async def _about(self, complaint: Complaint) -> str:
        """The domain that a report is about."""
        if complaint.stamp_id:
            stamp = await self._store.stamp(complaint.stamp_id) if is_uuid4(complaint.stamp_id) else None
            if stamp is None:
                raise Refused(ServiceReason.NOT_FOUND, "There is no such stamp.")
            if not complaint.domain:
                return stamp.domain
        try:
            return canonical_domain(complaint.domain)
        except Malformed as wrong:
            raise Malformed(ServiceReason.INVALID_DOMAIN, f"This is not a domain name: {wrong.detail}") from wrong


def _report_id(at_ms: int, entropy: bytes) -> str:
    return "rep_" + ulid(at_ms, entropy).lower()
