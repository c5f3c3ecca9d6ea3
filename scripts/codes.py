"""Rewrite the table of `docs/reference/codes.md`: every code, where it comes from, its status and exit.

The columns are read out of the source and out of the two tables of the surfaces; the last column, what a code means and
what to do, is written by hand and kept. A new code gets an empty last column, and the tests fail until it is written.

    python scripts/codes.py            rewrite the table
    python scripts/codes.py --check    say what would change, and fail if anything would
"""

import ast
import importlib
import pkgutil
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import frankmark
from frankmark.foundation import errors
from frankmark.foundation.errors import Error
from frankmark.surfaces.cli.exits import exit_of
from frankmark.surfaces.node.problems import status_of

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "frankmark"
PAGE = ROOT / "docs" / "reference" / "codes.md"
HEAD = "| code | list | kind | HTTP | exit | fault | again | used in | meaning, and what to do |"
RULE = "|---|---|---|---|---|---|---|---|---|"
ENDINGS = ("Reason", "Problem")
NAMED = 3  # modules that are named in a row before "…"
WORD = "word"
ORDER = (errors.Malformed, errors.Unverified, errors.Refused, errors.Unavailable, errors.Misuse, errors.Error)

# Codes that reach an error through a variable, so that no reader of one line can see it.
CARRIED = {
    "BackupReason.BACKUP_UNREADABLE": errors.Unavailable,
    "Reason.ALGORITHM_REFUSED": errors.Malformed,
    "SignalReason.ARTIFACT_EMAIL": errors.Malformed,
    "SignalReason.OPENING_MALFORMED": errors.Malformed,
    "SignalReason.PERIMETER_MALFORMED": errors.Malformed,
    "SignalReason.RECEIPT_MALFORMED": errors.Malformed,
    "SignalReason.TREE_HEAD_MALFORMED": errors.Malformed,
    "TlogReason.SPLIT_VIEW_MALFORMED": errors.Malformed,
}


@dataclass(slots=True)
class Use:
    """What the source does with one member of one list."""

    kinds: set[type[Error]] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)


def imported() -> list[ModuleType]:
    """Every module of the package but the two that start it."""
    found = pkgutil.walk_packages(frankmark.__path__, "frankmark.")
    return [importlib.import_module(each.name) for each in found if each.name != "frankmark.__main__"]


def lists(modules: list[ModuleType]) -> list[type[StrEnum]]:
    """The closed lists of codes: every StrEnum whose name ends in Reason or Problem."""
    seen = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value.__name__.endswith(ENDINGS)
    }
    return sorted(seen, key=lambda each: (each.__module__, each.__name__))


def branch_of(kind: type[Error]) -> type[Error]:
    """The branch of the error tree that a class belongs to."""
    return next(branch for branch in ORDER if issubclass(kind, branch))


def uses(modules: list[ModuleType]) -> dict[str, Use]:
    """By `List.MEMBER`: the errors that it is raised as, and the modules that name it."""
    kinds = {
        value.__name__: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Error)
    }
    found: dict[str, Use] = defaultdict(Use)
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(SOURCE).with_suffix("").as_posix()
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=member):
                    found[f"{name}.{member}"].modules.add(place)
                case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in kinds:
                    found[ast.unparse(first)].kinds.add(kinds[name])
                case ast.ClassDef(name=name) if name in kinds:
                    for code in _inherited(node):
                        found[code].kinds.add(kinds[name])
                case _:
                    pass
    for code, kind in CARRIED.items():
        found[code].kinds.add(kind)
    return found


def _inherited(kind: ast.ClassDef) -> list[str]:
    """The codes that a class of errors hands to its parent."""
    calls = [node for node in ast.walk(kind) if isinstance(node, ast.Call)]
    return [ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "super().__init__" and call.args]


def row(member: StrEnum, use: Use, meaning: str) -> str:
    """One line of the table."""
    room = type(member).__module__.removeprefix("frankmark.").replace(".", "/")
    kinds = sorted(use.kinds, key=lambda kind: (ORDER.index(branch_of(kind)), kind.__name__))
    raised = [branch_of(kind)(member) for kind in kinds]
    branches = dict.fromkeys(branch_of(kind).__name__ for kind in kinds)
    status = " or ".join(dict.fromkeys(str(status_of(each)) for each in raised))
    leaves = " or ".join(dict.fromkeys(str(int(exit_of(each))) for each in raised))
    faults = " or ".join(dict.fromkeys(kind.fault.value for kind in kinds))
    again = " or ".join(dict.fromkeys("yes" if kind.retryable else "no" for kind in kinds))
    modules = sorted(use.modules - {room})
    places = " ".join(f"`{each}`" for each in modules[:NAMED]) + (" …" if len(modules) > NAMED else "")
    cells = [
        f"`{member.value}`",
        f"`{room}`",
        " or ".join(branches) or WORD,
        status or "–",
        leaves or "–",
        faults or "–",
        again or "–",
        places or "–",
        meaning,
    ]
    return "| " + " | ".join(cells) + " |"


def written(text: str) -> dict[tuple[str, str], str]:
    """The meanings that stand on the page, by code and list."""
    kept = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == HEAD.count(" | ") + 1:
            kept[cells[0].strip("`"), cells[1].strip("`")] = cells[-1]
    return kept


def table(text: str) -> str:
    """The table as it should stand, with the meanings of the page."""
    modules = imported()
    found, kept = uses(modules), written(text)
    rows = []
    for each in lists(modules):
        room = each.__module__.removeprefix("frankmark.").replace(".", "/")
        for name, member in each.__members__.items():
            use = found.get(f"{each.__name__}.{name}", Use())
            rows.append((member.value, room, row(member, use, kept.get((member.value, room), ""))))
    return "\n".join([HEAD, RULE, *(line for _, _, line in sorted(rows))]) + "\n"


def main(arguments: list[str]) -> int:
    """Rewrite the table, or check it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(HEAD)
    after = rest.partition("\n\n")[2]
    new = before + table(text) + (f"\n{after}" if after else "")
    if "--check" in arguments:
        old, lines = set(text.splitlines()), set(new.splitlines())
        print("\n".join([*(f"- {line}" for line in sorted(old - lines)), *(f"+ {x}" for x in sorted(lines - old))]))
        return int(new != text)
    PAGE.write_text(new, encoding="utf-8")
    bare = [code for (code, _), meaning in written(new).items() if not meaning]
    print(f"{PAGE.relative_to(ROOT)}: {len(written(new))} codes, {len(bare)} without a meaning", *bare)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
