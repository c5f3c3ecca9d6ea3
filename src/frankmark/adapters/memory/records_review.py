"""Block lists, reports, overrides, look-alikes and domains met, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from frankmark.adapters.memory.records_stamps import stamped
from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing, Trail
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import (
    AbuseReport,
    Block,
    BlockList,
    Candidate,
    CandidateStatus,
    NewAudit,
    ObservedDomain,
    ReportStatus,
    SenderCount,
    SenderOverride,
)
from frankmark.ports.stamps import OwedScore, Stamp

__all__ = ["ReviewTwin"]

BLOCKS = Listing(Block, "blocks", "domain", "listed_on")
REPORTS = Listing(AbuseReport, "reports", "report_id")
OVERRIDES = Listing(SenderOverride, "overrides", "lookup")
CANDIDATES = Listing(Candidate, "candidates", "suspect", "target")
OBSERVED = Listing(ObservedDomain, "observed", "domain")


class ReviewTwin(Trail):
    """`ReviewStore` in memory."""

    def __init__(self) -> None:
        self.block_rows: dict[tuple[str, str], Block] = {}
        self.report_rows: dict[str, AbuseReport] = {}
        self.override_rows: dict[str, SenderOverride] = {}
        self.candidate_rows: dict[tuple[str, str], Candidate] = {}
        self.sender_rows: dict[str, SenderCount] = {}
        self.observed_rows: dict[str, ObservedDomain] = {}
        self.stamp_rows: dict[str, Stamp] = {}
        self.owed_rows: dict[str, OwedScore] = {}
        super().__init__()

    @breakable
    async def add_block(self, block: Block, act: NewAudit) -> bool:
        """See `ReviewStore.add_block`."""
        if (block.domain, block.listed_on) in self.block_rows:
            return False
        self.block_rows[block.domain, block.listed_on] = block
        return self._decide(block.domain, act)

    @breakable
    async def drop_block(self, listed_on: BlockList, domain: str, act: NewAudit) -> bool:
        """See `ReviewStore.drop_block`."""
        return self.block_rows.pop((domain, listed_on), None) is not None and self._decide(domain, act)

    @breakable
    async def blocks_of(self, domain: str) -> Sequence[Block]:
        """See `ReviewStore.blocks_of`."""
        return tuple(sorted((b for b in self.block_rows.values() if b.domain == domain), key=lambda b: b.listed_on))

    @breakable
    async def blocks(self, listed_on: BlockList, page: Page) -> Slice[Block]:
        """See `ReviewStore.blocks`."""
        return BLOCKS.part((b for b in self.block_rows.values() if b.listed_on is listed_on), page)

    @breakable
    async def add_report(self, report: AbuseReport) -> None:
        """See `ReviewStore.add_report`."""
        self.report_rows[report.report_id] = report

    @breakable
    async def reports_from(self, report_id: str) -> int:
        """See `ReviewStore.reports_from`."""
        return sum(known >= report_id for known in self.report_rows)

    @breakable
    async def report(self, report_id: str) -> AbuseReport | None:
        """See `ReviewStore.report`."""
        return self.report_rows.get(report_id)

    @breakable
    async def reports(self, page: Page, *, status: ReportStatus | None = None) -> Slice[AbuseReport]:
        """See `ReviewStore.reports`."""
        return REPORTS.part((r for r in self.report_rows.values() if status in {None, r.status}), page)

    @breakable
    async def decide_report(self, report: AbuseReport, act: NewAudit) -> bool:
        """See `ReviewStore.decide_report`."""
        found = self.report_rows.get(report.report_id)
        if found is None or found.status is not ReportStatus.OPEN:
            return False
        self.report_rows[report.report_id] = replace(
            found,
            status=report.status,
            decided_by=report.decided_by,
            decided_ms=report.decided_ms,
            decision=report.decision,
        )
        return self.note(act)

    @breakable
    async def set_override(self, override: SenderOverride, act: NewAudit) -> None:
        """See `ReviewStore.set_override`."""
        self.override_rows[override.lookup] = override
        self.note(act)

    @breakable
    async def drop_override(self, lookup: str, act: NewAudit) -> bool:
        """See `ReviewStore.drop_override`."""
        if self.override_rows.pop(lookup, None) is None:
            return False
        self.sender_rows.pop(lookup, None)
        return self.note(act)

    @breakable
    async def override(self, lookup: str) -> SenderOverride | None:
        """See `ReviewStore.override`."""
        return self.override_rows.get(lookup)

    @breakable
    async def overrides(self, page: Page, *, domain: str = "") -> Slice[SenderOverride]:
        """See `ReviewStore.overrides`."""
        return OVERRIDES.part((row for row in self.override_rows.values() if domain in {"", row.domain}), page)

    @breakable
    async def add_sender_count(self, count: SenderCount) -> None:
        """See `ReviewStore.add_sender_count`."""
        known = self.sender_rows.get(count.lookup, replace(count, seen=0))
        last_ms = max(known.last_ms, count.last_ms)
        self.sender_rows[count.lookup] = replace(known, seen=known.seen + count.seen, last_ms=last_ms)

    @breakable
    async def sender_count(self, lookup: str) -> SenderCount | None:
        """See `ReviewStore.sender_count`."""
        return self.sender_rows.get(lookup)

    @breakable
    async def reports_about(self, domain: str) -> int:
        """See `ReviewStore.reports_about`."""
        return sum(row.domain == domain != "" for row in self.report_rows.values())

    @breakable
    async def note_candidate(self, candidate: Candidate) -> None:
        """See `ReviewStore.note_candidate`."""
        known = self.candidate_rows.get((candidate.suspect, candidate.target), candidate)
        self.candidate_rows[candidate.suspect, candidate.target] = replace(
            known, distance=candidate.distance, confidence=candidate.confidence
        )

    @breakable
    async def candidates_of(self, suspect: str) -> Sequence[Candidate]:
        """See `ReviewStore.candidates_of`."""
        found = (row for row in self.candidate_rows.values() if row.suspect == suspect)
        return tuple(sorted(found, key=lambda row: (-row.confidence, row.target)))

    @breakable
    async def candidates(self, page: Page, *, status: CandidateStatus | None = None) -> Slice[Candidate]:
        """See `ReviewStore.candidates`."""
        return CANDIDATES.part((row for row in self.candidate_rows.values() if status in {None, row.status}), page)

    @breakable
    async def decide_candidate(self, candidate: Candidate, act: NewAudit) -> bool:
        """See `ReviewStore.decide_candidate`."""
        known = self.candidate_rows.get((candidate.suspect, candidate.target))
        if known is None:
            return False
        self.candidate_rows[candidate.suspect, candidate.target] = replace(
            known, status=candidate.status, decided_by=candidate.decided_by, decided_ms=candidate.decided_ms
        )
        return self._decide(candidate.suspect, act)

    def _decide(self, domain: str, act: NewAudit) -> bool:
        """Write the act and owe scores; always True, so that it can close a change."""
        self.note(act)
        for name in stamped(self.stamp_rows.values(), domain):
            owed = OwedScore(domain=name, number=len(self.acts), actor=act.actor, org_id=act.org_id)
            self.owed_rows[name] = owed
        return True

    @breakable
    async def observe(self, domain: str, now_ms: int) -> ObservedDomain:
        """See `ReviewStore.observe`."""
        known = self.observed_rows.get(domain, ObservedDomain(domain=domain, first_ms=now_ms, last_ms=now_ms))
        seen = replace(known, first_ms=min(known.first_ms, now_ms), last_ms=max(known.last_ms, now_ms))
        self.observed_rows[domain] = seen
        return seen

    @breakable
    async def observed(self, page: Page) -> Slice[ObservedDomain]:
        """See `ReviewStore.observed`."""
        return OBSERVED.part(self.observed_rows.values(), page)
