"""The twin of the store of counter-stamps: `CaseStore` in memory, with switches that break it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing, Trail
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal_cases import CaseCount, CaseMove, CaseRow

if TYPE_CHECKING:
    from frankmark.ports.signal_cases import CaseStore

__all__ = ["MemoryCases"]

CASES = Listing(CaseRow, "cases", "case_id")
OPEN_CASES = Listing(CaseRow, "open-cases", "case_id")
LASTING = (
    *("case_id", "brand", "org_id", "artifact_type", "artifact", "reason_code", "opened_s", "expires_s"),
    *("opener_role", "opener", "opener_org"),
)


class MemoryCases(Trail):
    """Counter-stamps in memory. Nothing outlives the process, so *durable* means as long as that."""

    def __init__(self) -> None:
        self.case_rows: dict[str, CaseRow] = {}
        self.move_rows: dict[tuple[str, int], CaseMove] = {}
        self._version = 0
        super().__init__()

    def version(self) -> int:
        """See `CaseStore.version`."""
        return self._version

    @breakable
    async def add_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """See `CaseStore.add_case`."""
        if self._open_on(case.brand, case.artifact_type, case.artifact) is not None:
            return False
        self.case_rows[case.case_id] = case
        self.move_rows[move.case_id, move.version] = move
        self._version += 1
        return self.note(act)

    @breakable
    async def move_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """See `CaseStore.move_case`."""
        found = self.case_rows.get(case.case_id)
        spent = {each.spent for each in self.move_rows.values()} - {""}
        if found is None or found.version != case.version - 1 or move.spent in spent:
            return False
        self.case_rows[case.case_id] = replace(case, **{name: getattr(found, name) for name in LASTING})
        self.move_rows[move.case_id, move.version] = move
        self._version += 1
        return self.note(act)

    @breakable
    async def case(self, case_id: str) -> CaseRow | None:
        """See `CaseStore.case`."""
        return self.case_rows.get(case_id)

    @breakable
    async def cases(self, page: Page, *, org_id: str | None = None, state: str | None = None) -> Slice[CaseRow]:
        """See `CaseStore.cases`."""
        found = (row for row in self.case_rows.values() if org_id in {None, row.org_id} and state in {None, row.state})
        return CASES.part(found, page)

    @breakable
    async def open_case(self, brand: str, artifact_type: str, artifact: str) -> CaseRow | None:
        """See `CaseStore.open_case`."""
        return self._open_on(brand, artifact_type, artifact)

    @breakable
    async def open_cases(self, page: Page, *, brand: str | None = None) -> Slice[CaseRow]:
        """See `CaseStore.open_cases`."""
        found = (row for row in self.case_rows.values() if row.due_s is not None and brand in {None, row.brand})
        return OPEN_CASES.part(found, page)

    @breakable
    async def decisive_cases(
        self, artifact_type: str, artifact: str, limit: int, *, brand: str | None = None
    ) -> Sequence[CaseRow]:
        """See `CaseStore.decisive_cases`."""
        found = (
            row
            for row in self.case_rows.values()
            if (row.artifact_type, row.artifact) == (artifact_type, artifact)
            and row.state in {"confirmed", "disputed"}
            and brand in {None, row.brand}
        )
        return tuple(sorted(found, key=lambda row: (row.state == "confirmed", row.case_id))[:limit])

    @breakable
    async def cases_due(self, now_s: int, limit: int) -> Sequence[CaseRow]:
        """See `CaseStore.cases_due`."""
        due = [(row.due_s, row.case_id, row) for row in self.case_rows.values() if row.due_s is not None]
        return tuple(row[-1] for row in sorted(due, key=lambda row: row[:2]) if row[0] <= now_s)[:limit]

    @breakable
    async def moves(self, case_id: str) -> Sequence[CaseMove]:
        """See `CaseStore.moves`."""
        own = [move for move in self.move_rows.values() if move.case_id == case_id]
        return tuple(sorted(own, key=lambda move: move.version))

    @breakable
    async def moves_unlogged(self, limit: int) -> Sequence[CaseMove]:
        """See `CaseStore.moves_unlogged`."""
        return tuple(move for move in self.move_rows.values() if move.leaf_index is None)[:limit]

    @breakable
    async def move_logged(self, case_id: str, version: int, leaf_index: int) -> None:
        """See `CaseStore.move_logged`."""
        move = self.move_rows.get((case_id, version))
        if move is not None and move.leaf_index is None:
            self.move_rows[case_id, version] = replace(move, leaf_index=leaf_index)

    @breakable
    async def case_counts(self, now_s: int) -> Sequence[CaseCount]:
        """See `CaseStore.case_counts`."""
        counted = Counter(
            (_month(row.opened_s), row.artifact_type, "expired" if _is_due(row, now_s) else row.state)
            for row in self.case_rows.values()
        )
        return tuple(
            CaseCount(month=month, artifact_type=kind, state=state, count=count)
            for (month, kind, state), count in sorted(counted.items())
        )

    @breakable
    async def erase_cases(self, org_id: str) -> int:
        """See `CaseStore.erase_cases`."""
        own = {row.case_id for row in self.case_rows.values() if row.org_id == org_id}
        self.case_rows = {case_id: row for case_id, row in self.case_rows.items() if case_id not in own}
        self.move_rows = {place: move for place, move in self.move_rows.items() if move.case_id not in own}
        self._version += 1
        return len(own)

    def _open_on(self, brand: str, artifact_type: str, artifact: str) -> CaseRow | None:
        wanted = (brand, artifact_type, artifact)
        rows = (row for row in self.case_rows.values() if row.due_s is not None)
        return next((row for row in rows if (row.brand, row.artifact_type, row.artifact) == wanted), None)


def _is_due(row: CaseRow, now_s: int) -> bool:
    return row.due_s is not None and row.due_s <= now_s


def _month(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m")


if TYPE_CHECKING:

    def _keeps_every_promise(cases: MemoryCases) -> CaseStore:
        return cases
