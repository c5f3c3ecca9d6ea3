"""Block lists, reports, overrides, look-alikes and domains met, in SQLite."""

from collections.abc import Sequence

import apsw

from frankmark.adapters.sqlite.records_stamps import STAMPED
from frankmark.adapters.sqlite.shape import Cell, Shape, Tables, audit, changed
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

__all__ = ["ReviewTables"]

BLOCKS = Shape(Block, "blocks", ["domain", "listed_on"])
REPORTS = Shape(AbuseReport, "reports", ["report_id"])
OVERRIDES = Shape(SenderOverride, "overrides", ["lookup"])
CANDIDATES = Shape(Candidate, "candidates", ["suspect", "target"])
SENDERS = Shape(SenderCount, "senders", ["lookup"])
OBSERVED = Shape(ObservedDomain, "observed", ["domain"])

OWED = f"INSERT OR REPLACE INTO owed (domain, number) SELECT domain, ?2 FROM ({STAMPED})"  # noqa: S608  # our own words


class ReviewTables(Tables):
    """`ReviewStore` on one database."""

    async def add_block(self, block: Block, act: NewAudit) -> bool:
        """See `ReviewStore.add_block`."""
        return await self._decide(block.domain, act, BLOCKS.insertion(block, conflict="IGNORE"))

    async def drop_block(self, listed_on: BlockList, domain: str, act: NewAudit) -> bool:
        """See `ReviewStore.drop_block`."""
        statement = "DELETE FROM blocks WHERE listed_on = ? AND domain = ?"
        return await self._decide(domain, act, (statement, (listed_on.value, domain)))

    async def blocks_of(self, domain: str) -> Sequence[Block]:
        """See `ReviewStore.blocks_of`."""
        return BLOCKS.rows(self._db.read(BLOCKS.select("domain = ?", "ORDER BY listed_on"), (domain,)))

    async def blocks(self, listed_on: BlockList, page: Page) -> Slice[Block]:
        """See `ReviewStore.blocks`."""
        return self._part(BLOCKS, page, "blocks", listed_on=listed_on.value)

    async def add_report(self, report: AbuseReport) -> None:
        """See `ReviewStore.add_report`."""
        await self._run(*REPORTS.insertion(report))

    async def reports_from(self, report_id: str) -> int:
        """See `ReviewStore.reports_from`."""
        ((found,),) = self._db.read("SELECT count(*) FROM reports WHERE report_id >= ?", (report_id,))
        return int(found)

    async def report(self, report_id: str) -> AbuseReport | None:
        """See `ReviewStore.report`."""
        return self._one(REPORTS, "report_id = ?", report_id)

    async def reports(self, page: Page, *, status: ReportStatus | None = None) -> Slice[AbuseReport]:
        """See `ReviewStore.reports`."""
        return self._part(REPORTS, page, "reports", status=status.value if status else None)

    async def decide_report(self, report: AbuseReport, act: NewAudit) -> bool:
        """See `ReviewStore.decide_report`."""
        statement = (
            "UPDATE reports SET status = ?, decided_by = ?, decided_ms = ?, decision = ?"
            " WHERE report_id = ? AND status = 'OPEN'"
        )
        decided = (report.status.value, report.decided_by, report.decided_ms, report.decision)
        return await self._step(act, (statement, (*decided, report.report_id)))

    async def set_override(self, override: SenderOverride, act: NewAudit) -> None:
        """See `ReviewStore.set_override`."""
        await self._add(OVERRIDES, override, act, conflict="REPLACE")

    async def drop_override(self, lookup: str, act: NewAudit) -> bool:
        """See `ReviewStore.drop_override`."""
        counted = ("DELETE FROM senders WHERE lookup = ?", (lookup,))
        return await self._step(act, ("DELETE FROM overrides WHERE lookup = ?", (lookup,)), counted)

    async def override(self, lookup: str) -> SenderOverride | None:
        """See `ReviewStore.override`."""
        return self._one(OVERRIDES, "lookup = ?", lookup)

    async def overrides(self, page: Page, *, domain: str = "") -> Slice[SenderOverride]:
        """See `ReviewStore.overrides`."""
        return self._part(OVERRIDES, page, "overrides", domain=domain or None)

    async def add_sender_count(self, count: SenderCount) -> None:
        """See `ReviewStore.add_sender_count`."""
        statement, cells = SENDERS.insertion(count)
        added = "seen = seen + excluded.seen, last_ms = max(last_ms, excluded.last_ms)"
        await self._run(f"{statement} ON CONFLICT (lookup) DO UPDATE SET {added}", cells)

    async def sender_count(self, lookup: str) -> SenderCount | None:
        """See `ReviewStore.sender_count`."""
        return self._one(SENDERS, "lookup = ?", lookup)

    async def reports_about(self, domain: str) -> int:
        """See `ReviewStore.reports_about`."""
        ((found,),) = self._db.read("SELECT count(*) FROM reports WHERE domain = ? AND domain <> ''", (domain,))
        return int(found)

    async def note_candidate(self, candidate: Candidate) -> None:
        """See `ReviewStore.note_candidate`."""
        statement, cells = CANDIDATES.insertion(candidate)
        figures = "distance = excluded.distance, confidence = excluded.confidence"
        statement += f" ON CONFLICT (suspect, target) DO UPDATE SET {figures}"
        await self._run(statement, cells)

    async def candidates_of(self, suspect: str) -> Sequence[Candidate]:
        """See `ReviewStore.candidates_of`."""
        statement = CANDIDATES.select("suspect = ?", "ORDER BY confidence DESC, target")
        return CANDIDATES.rows(self._db.read(statement, (suspect,)))

    async def candidates(self, page: Page, *, status: CandidateStatus | None = None) -> Slice[Candidate]:
        """See `ReviewStore.candidates`."""
        return self._part(CANDIDATES, page, "candidates", status=status.value if status else None)

    async def decide_candidate(self, candidate: Candidate, act: NewAudit) -> bool:
        """See `ReviewStore.decide_candidate`."""
        statement = "UPDATE candidates SET status = ?, decided_by = ?, decided_ms = ? WHERE suspect = ? AND target = ?"
        decided = (candidate.status.value, candidate.decided_by, candidate.decided_ms)
        return await self._decide(candidate.suspect, act, (statement, (*decided, candidate.suspect, candidate.target)))

    async def _decide(self, domain: str, act: NewAudit, statement: tuple[str, tuple[Cell, ...]]) -> bool:
        """Run a statement, write the act and owe scores, all in one step, if the statement changed a row."""

        def job(connection: apsw.Connection) -> bool:
            connection.execute(*statement)
            if not changed(connection):
                return False
            connection.execute(OWED, (domain, audit(connection, act)))
            return True

        return await self._db.write(job)

    async def observe(self, domain: str, now_ms: int) -> ObservedDomain:
        """See `ReviewStore.observe`."""
        statement, cells = OBSERVED.insertion(ObservedDomain(domain=domain, first_ms=now_ms, last_ms=now_ms))
        statement += (
            " ON CONFLICT (domain) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms),"
            f" first_ms = min(first_ms, excluded.first_ms) RETURNING {OBSERVED.columns}"
        )

        def job(connection: apsw.Connection) -> ObservedDomain:
            return OBSERVED.rows(connection.execute(statement, cells))[0]

        return await self._db.write(job)

    async def observed(self, page: Page) -> Slice[ObservedDomain]:
        """See `ReviewStore.observed`."""
        return self._part(OBSERVED, page, "observed")
