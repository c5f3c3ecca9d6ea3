"""Rows of the ports as rows of tables: one dataclass, one table, columns named as the fields."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar, get_type_hints

import apsw

from frankmark.ports.paging import Page, Slice, opened, sliced
from frankmark.ports.rows import NewAudit

if TYPE_CHECKING:
    from frankmark.adapters.sqlite.connect import Database

__all__ = ["Cell", "Shape", "Tables", "audit", "changed"]

Cell = None | int | float | str | bytes
"""What one column of one row may hold."""

Row = TypeVar("Row")


class Shape(Generic[Row]):
    """How one dataclass lies in its table.

    Args:
        row: A dataclass of ints, booleans, strings, octets, string enums and tuples of strings.
        table: The table, with a column for each field.
        order: The columns of the list's sort key; unique together.
        descending: Whether lists run from the largest key.
    """

    def __init__(self, row: type[Row], table: str, order: Sequence[str], *, descending: bool = False) -> None:
        hints = get_type_hints(row)
        self.row = row
        self.table = table
        self.order = tuple(order)
        self.descending = descending
        self.names = tuple(field.name for field in fields(row))  # type: ignore[arg-type]  # a dataclass, as said
        self.columns = ", ".join(self.names)
        self.kinds = tuple(_key_kind(hints[name]) for name in self.order)
        self.decoders = tuple(_decoder(hints[name]) for name in self.names)

    def cells(self, row: Row) -> tuple[Cell, ...]:
        """The row as the values of its columns."""
        return tuple(_cell(getattr(row, name)) for name in self.names)

    def rows(self, found: Iterable[Sequence[Cell]]) -> tuple[Row, ...]:
        """The dataclasses of rows that were read with `columns`."""
        return tuple(
            self.row(**{n: d(v) for n, d, v in zip(self.names, self.decoders, cells, strict=True)}) for cells in found
        )

    def insertion(self, row: Row, *, conflict: str = "ABORT") -> tuple[str, tuple[Cell, ...]]:
        """The statement and the values that insert a row; with ``IGNORE`` or ``REPLACE`` a conflict is no error."""
        marks = ", ".join("?" * len(self.names))
        statement = f"INSERT OR {conflict} INTO {self.table} ({self.columns}) VALUES ({marks})"  # noqa: S608  # our own names
        return statement, self.cells(row)

    def select(self, where: str, tail: str = "") -> str:
        """The statement that reads rows of this shape."""
        return f"SELECT {self.columns} FROM {self.table} WHERE {where} {tail}"  # noqa: S608  # our own names

    def statement(self, page: Page, name: str, where: str, bound: Sequence[Cell]) -> tuple[str, tuple[Cell, ...]]:
        """The statement and the values that read one part of the list, and one row more."""
        key, columns = opened(page, name, *self.kinds), ", ".join(self.order)
        sign, direction = ("<", " DESC") if self.descending else (">", "")
        if key is not None:
            where = f"({where}) AND ({columns}) {sign} ({', '.join('?' * len(key))})"
        ordered = ", ".join(column + direction for column in self.order)
        return self.select(where, f"ORDER BY {ordered} LIMIT ?"), (*bound, *(key or ()), page.limit + 1)

    def part(self, found: Iterable[Sequence[Cell]], page: Page, name: str) -> Slice[Row]:
        """The part of the list that `statement` read."""
        return sliced(self.rows(found), page, name, lambda row: tuple(getattr(row, column) for column in self.order))


def _cell(value: object) -> Cell:
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, (int, str, bytes)):
        return value
    raise TypeError(type(value).__name__)


def _decoder(hint: object) -> Callable[[object], object]:
    if isinstance(hint, type) and issubclass(hint, (StrEnum, bool)):
        return hint
    if hint == tuple[str, ...]:
        return lambda text: tuple(str(text).split("\n")) if text else ()
    return lambda value: value


def _key_kind(hint: object) -> type[int] | type[str]:
    return int if hint is int else str


def changed(connection: apsw.Connection) -> bool:
    """Whether the statement just run changed a row."""
    return connection.changes() > 0


def audit(connection: apsw.Connection, act: NewAudit) -> int:
    """Append an act to the audit trail within the running transaction; answers its number."""
    connection.execute(
        "INSERT INTO audit (number, at_ms, actor, org_id, act, target, detail)"
        " SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM audit",
        (act.at_ms, act.actor, act.org_id, act.act, act.target, act.detail),
    )
    return connection.last_insert_rowid()


class Tables:
    """Reads and writes by shape on one database."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    def _one(self, shape: Shape[Row], where: str, *bound: Cell) -> Row | None:
        found = shape.rows(self._db.read(shape.select(where, "LIMIT 1"), bound))
        return found[0] if found else None

    def _part(self, shape: Shape[Row], page: Page, name: str, **equal: Cell) -> Slice[Row]:
        """One part of a list, narrowed to rows whose columns equal what is given and not None."""
        wanted = {column: value for column, value in equal.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in wanted) or "1"
        return self._narrowed(shape, page, name, where, *wanted.values())

    def _narrowed(self, shape: Shape[Row], page: Page, name: str, where: str, *bound: Cell) -> Slice[Row]:
        return shape.part(self._db.read(*shape.statement(page, name, where, bound)), page, name)

    async def _run(self, statement: str, bound: tuple[Cell, ...]) -> None:
        """Run one statement that nobody audits."""

        def job(connection: apsw.Connection) -> None:
            connection.execute(statement, bound)

        await self._db.write(job)

    async def _step(self, act: NewAudit, *statements: tuple[str, tuple[Cell, ...]]) -> bool:
        """Run statements and write the act, all in one step, if the first one changed a row."""

        def job(connection: apsw.Connection) -> bool:
            connection.execute(*statements[0])
            if not changed(connection):
                return False
            for statement in statements[1:]:
                connection.execute(*statement)
            audit(connection, act)
            return True

        return await self._db.write(job)

    async def _add(self, shape: Shape[Row], row: Row, act: NewAudit, *, conflict: str = "ABORT") -> bool:
        """Insert a row and write the act, in one step; says whether a row was written."""
        return await self._step(act, shape.insertion(row, conflict=conflict))
