"""What the twins of the record store share: switches, an audit trail and lists in parts."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Generic, TypeVar, get_type_hints

from frankmark.adapters.memory.switches import Switches
from frankmark.ports.paging import Page, Slice, opened, sliced
from frankmark.ports.rows import AuditRecord, NewAudit

__all__ = ["Listing", "Trail"]

Row = TypeVar("Row")


class Trail:
    """The switches and the audit trail of a twin."""

    def __init__(self) -> None:
        self.switches = Switches()
        self.acts: list[AuditRecord] = []
        super().__init__()

    def note(self, act: NewAudit | None) -> bool:
        """Append an act if there is one; always True, so that it can close a change."""
        if act is not None:
            self.acts.append(AuditRecord(**asdict(act), number=len(self.acts) + 1))
        return True


class Listing(Generic[Row]):
    """How one list is sorted.

    Args:
        row: The dataclass of its rows.
        name: The name that its cursors carry.
        order: The fields of the sort key; unique together.
        descending: Whether the list runs from the largest key.
    """

    def __init__(self, row: type[Row], name: str, *order: str, descending: bool = False) -> None:
        hints = get_type_hints(row)
        self.name = name
        self.order = order
        self.kinds = tuple(int if hints[field] is int else str for field in order)
        self.descending = descending

    def key(self, row: Row) -> tuple[int | str, ...]:
        """The sort key of a row."""
        return tuple(getattr(row, field) for field in self.order)

    def part(self, rows: Iterable[Row], page: Page) -> Slice[Row]:
        """One part of the list."""
        after = opened(page, self.name, *self.kinds)
        ordered = sorted(rows, key=self.key, reverse=self.descending)
        if after is not None:
            ordered = [row for row in ordered if (self.key(row) < after) == self.descending and self.key(row) != after]
        return sliced(ordered[: page.limit + 1], page, self.name, self.key)
