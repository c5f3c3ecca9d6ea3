"""Cursors of lists: what is accepted names a place in this very list, and is written the same again."""

from dataclasses import dataclass

from frankmark.foundation.errors import Refused
from frankmark.ports.paging import Page, opened, sliced


@dataclass(frozen=True)
class Row:
    """A row with a key of two members."""

    number: int
    text: str


def one_input(data: bytes) -> None:
    page = Page(after=data.decode("utf-8", "surrogateescape"), limit=1)
    try:
        key = opened(page, "rows", int, str)
    except Refused:
        return
    if key is None:
        return
    rows = [Row(int(key[0]), str(key[1]))] * 2
    again = sliced(rows, page, "rows", lambda row: (row.number, row.text))
    if opened(Page(after=again.next, limit=1), "rows", int, str) != key:
        raise AssertionError("a cursor is not read back as it was written")
