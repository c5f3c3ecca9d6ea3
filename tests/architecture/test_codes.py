"""`docs/reference/codes.md` is the one table of codes: nothing is missing there, nothing there is invented."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pytest

import frankmark
from frankmark.foundation import errors
from frankmark.foundation.errors import Error
from frankmark.surfaces.cli import exits
from frankmark.surfaces.node import problems

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "frankmark"
PAGE = ROOT / "docs" / "reference" / "codes.md"
MEND = "run scripts/codes.py and write the meaning"
BRANCHES = {
    "Malformed": errors.Malformed,
    "Unverified": errors.Unverified,
    "Refused": errors.Refused,
    "Unavailable": errors.Unavailable,
    "Misuse": errors.Misuse,
    "Error": errors.Error,
}
COLUMNS = 9


class Row(NamedTuple):
    """One line of the table."""

    code: str
    room: str
    kind: str
    status: str
    leaves: str
    fault: str
    again: str
    used: str
    meaning: str


def read() -> list[Row]:
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.removeprefix("| ").removesuffix(" |").split(" | ")]
            assert len(cells) == COLUMNS, f"{line}: {MEND}"
            rows.append(Row(cells[0].strip("`"), cells[1].strip("`"), *cells[2:]))
    return rows


def imported() -> list[object]:
    found = pkgutil.walk_packages(frankmark.__path__, "frankmark.")
    return [importlib.import_module(each.name) for each in found if each.name != "frankmark.__main__"]


MODULES = imported()
ROWS = read()
CLASSES = {value for module in MODULES for value in vars(module).values() if isinstance(value, type)}
LISTS = {each for each in CLASSES if issubclass(each, StrEnum) and each.__name__.endswith(("Reason", "Problem"))}
KINDS = {each.__name__: each for each in CLASSES if issubclass(each, Error)}


def room_of(kind: type) -> str:
    return kind.__module__.removeprefix("frankmark.").replace(".", "/")


def test_table_and_lists_hold_the_same_codes() -> None:
    stated = Counter((row.code, row.room) for row in ROWS)
    real = Counter((member.value, room_of(each)) for each in LISTS for member in each.__members__.values())
    assert len(ROWS) > 300, "the table was not read"
    assert not real - stated, f"not in the table: {sorted(real - stated)}; {MEND}"
    assert not stated - real, f"in the table, and nowhere else: {sorted(stated - real)}; {MEND}"


def test_every_code_is_upper_snake() -> None:
    assert [row.code for row in ROWS if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", row.code)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}@{row.room}")
def test_status_and_exit_are_those_of_the_surfaces(row: Row) -> None:
    assert len(row.meaning) > 5, f"{row.code} has no meaning: {MEND}"
    assert row.meaning.endswith((".", ")")), f"{row.code}: a meaning is sentences"
    if row.kind == "word":
        assert {row.status, row.leaves, row.fault, row.again} == {"–"}
        return
    member = next(each(row.code) for each in LISTS if room_of(each) == row.room and row.code in set(each))
    raised = [BRANCHES[name](member) for name in row.kind.split(" or ")]
    assert row.status == " or ".join(dict.fromkeys(str(problems.status_of(each)) for each in raised)), MEND
    assert row.leaves == " or ".join(dict.fromkeys(str(int(exits.exit_of(each))) for each in raised)), MEND
    assert set(row.again.split(" or ")) <= {"yes", "no"}
    assert set(row.fault.split(" or ")) <= {fault.value for fault in errors.Fault}


def raised_in_source() -> dict[str, set[str]]:
    """By `List.MEMBER`, the branches of the errors that are made with it in one line."""
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Attribute(value=ast.Name()) as code, *_]) if (
                    name in KINDS
                ):
                    branch = next(word for word, kind in BRANCHES.items() if issubclass(KINDS[name], kind))
                    found.setdefault(ast.unparse(code), set()).add(branch)
                case _:
                    pass
    return found


def test_every_code_that_is_raised_stands_in_a_list_and_in_the_table_as_what_it_is_raised_as() -> None:
    stated = {(row.room, row.code): set(row.kind.split(" or ")) for row in ROWS}
    raised = raised_in_source()
    lists = {each.__name__: each for each in LISTS}
    assert len(raised) > 200, "the source was not read"
    for code, branches in raised.items():
        name, member = code.rsplit(".", 1)
        if name in {"self", "error", "wrong", "fault"}:  # an error made again with the code of another
            continue
        assert name in lists, f"{code} is raised, and {name} is no list of codes: its name ends in Reason or Problem"
        row = stated[room_of(lists[name]), lists[name][member].value]
        assert branches <= row, f"{code} is raised as {sorted(branches)}, the table says {sorted(row)}; {MEND}"


def test_the_tables_of_the_surfaces_name_no_code_that_does_not_exist() -> None:
    real = {member.value for each in LISTS for member in each.__members__.values()}
    coming = {"RECEIPT_NOT_FOUND", "METHOD_UNAVAILABLE", "KEY_NOT_PINNED", "KEY_TIME_UNPROVEN"}
    assert set(problems.STATUS) - real - coming == set()
    assert set(exits.BY_CODE) - real - coming == set()


def test_no_code_is_defined_that_nothing_uses() -> None:
    """Words that only a reader of the wire meets are named by value, not by member."""
    wire = {"RevocationReason", "ScoreChangeReason"}
    used = {
        ast.unparse(node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    defined = {f"{each.__name__}.{name}" for each in LISTS if each.__name__ not in wire for name in each.__members__}
    assert defined - used == set()
