"""Counter-stamps and their moves in SQLite: `CaseStore`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import apsw

from frankmark.adapters.sqlite.shape import Cell, Shape, Tables, audit, changed
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal_cases import CaseCount, CaseMove, CaseRow

if TYPE_CHECKING:
    from frankmark.adapters.sqlite.connect import Database
    from frankmark.ports.signal_cases import CaseStore

__all__ = ["SqliteCases"]

CASES = Shape(CaseRow, "cases", ["case_id"])
MOVES = Shape(CaseMove, "case_moves", ["case_id", "version"])

OPEN = "due_s IS NOT NULL"
DECISIVE = "artifact_type = ?1 AND artifact = ?2 AND state IN ('confirmed', 'disputed') AND (?4 IS NULL OR brand = ?4)"
MOVED = (
    "UPDATE cases SET state = ?, version = ?, moved_s = ?, due_s = ?, disputed_s = ?, evidence = ?"
    " WHERE case_id = ? AND version = ?"
)
COUNTED = (
    "SELECT strftime('%Y-%m', opened_s, 'unixepoch') AS month, artifact_type,"
    " CASE WHEN due_s <= ? THEN 'expired' ELSE state END AS now, count(*)"
    " FROM cases GROUP BY month, artifact_type, now ORDER BY month, artifact_type, now"
)


class SqliteCases(Tables):
    """`CaseStore` on one database, which nobody else writes."""

    def __init__(self, database: "Database") -> None:
        super().__init__(database)
        self._version = 0

    def version(self) -> int:
        """See `CaseStore.version`."""
        return self._version

    async def add_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """See `CaseStore.add_case`."""
        added = await self._step(act, CASES.insertion(case, conflict="IGNORE"), MOVES.insertion(move))
        self._version += 1
        return added

    async def move_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """See `CaseStore.move_case`."""
        row = dict(zip(CASES.names, CASES.cells(case), strict=True))
        cells = tuple(row[name] for name in ("state", "version", "moved_s", "due_s", "disputed_s", "evidence"))

        def job(connection: apsw.Connection) -> bool:
            if move.spent and connection.execute("SELECT 1 FROM case_moves WHERE spent = ?", (move.spent,)).get:
                return False
            connection.execute(MOVED, (*cells, case.case_id, case.version - 1))
            if not changed(connection):
                return False
            connection.execute(*MOVES.insertion(move))
            audit(connection, act)
            return True

        moved = await self._db.write(job)
        self._version += 1
        return moved

    async def case(self, case_id: str) -> CaseRow | None:
        """See `CaseStore.case`."""
        return self._one(CASES, "case_id = ?", case_id)

    async def cases(self, page: Page, *, org_id: str | None = None, state: str | None = None) -> Slice[CaseRow]:
        """See `CaseStore.cases`."""
        return self._part(CASES, page, "cases", org_id=org_id, state=state)

    async def open_case(self, brand: str, artifact_type: str, artifact: str) -> CaseRow | None:
        """See `CaseStore.open_case`."""
        where = f"brand = ? AND artifact_type = ? AND artifact = ? AND {OPEN}"
        return self._one(CASES, where, brand, artifact_type, artifact)

    async def open_cases(self, page: Page, *, brand: str | None = None) -> Slice[CaseRow]:
        """See `CaseStore.open_cases`."""
        if brand is None:
            return self._narrowed(CASES, page, "open-cases", OPEN)
        return self._narrowed(CASES, page, "open-cases", f"brand = ? AND {OPEN}", brand)

    async def decisive_cases(
        self, artifact_type: str, artifact: str, limit: int, *, brand: str | None = None
    ) -> Sequence[CaseRow]:
        """See `CaseStore.decisive_cases`."""
        bound: tuple[Cell, ...] = (artifact_type, artifact, limit, brand)
        statement = CASES.select(DECISIVE, "ORDER BY state = 'confirmed', case_id LIMIT ?3")
        return CASES.rows(self._db.read(statement, bound))

    async def cases_due(self, now_s: int, limit: int) -> Sequence[CaseRow]:
        """See `CaseStore.cases_due`."""
        statement = CASES.select("due_s <= ?", "ORDER BY due_s, case_id LIMIT ?")
        return CASES.rows(self._db.read(statement, (now_s, limit)))

    async def moves(self, case_id: str) -> Sequence[CaseMove]:
        """See `CaseStore.moves`."""
        return MOVES.rows(self._db.read(MOVES.select("case_id = ?", "ORDER BY version"), (case_id,)))

    async def moves_unlogged(self, limit: int) -> Sequence[CaseMove]:
        """See `CaseStore.moves_unlogged`."""
        statement = MOVES.select("leaf_index IS NULL", "ORDER BY number LIMIT ?")
        return MOVES.rows(self._db.read(statement, (limit,)))

    async def move_logged(self, case_id: str, version: int, leaf_index: int) -> None:
        """See `CaseStore.move_logged`."""
        statement = "UPDATE case_moves SET leaf_index = ? WHERE case_id = ? AND version = ? AND leaf_index IS NULL"
        await self._run(statement, (leaf_index, case_id, version))

    async def case_counts(self, now_s: int) -> Sequence[CaseCount]:
        """See `CaseStore.case_counts`."""
        return tuple(
            CaseCount(month=str(month), artifact_type=str(kind), state=str(state), count=int(count))
            for month, kind, state, count in self._db.read(COUNTED, (now_s,))
        )

    async def erase_cases(self, org_id: str) -> int:
        """See `CaseStore.erase_cases`."""

        def job(connection: apsw.Connection) -> int:
            own = "SELECT case_id FROM cases WHERE org_id = ?"
            connection.execute(f"DELETE FROM case_moves WHERE case_id IN ({own})", (org_id,))  # noqa: S608  # our own words
            connection.execute("DELETE FROM cases WHERE org_id = ?", (org_id,))
            return connection.changes()

        erased = await self._db.write(job)
        self._version += 1
        return erased


if TYPE_CHECKING:

    def _keeps_every_promise(cases: SqliteCases) -> CaseStore:
        return cases
