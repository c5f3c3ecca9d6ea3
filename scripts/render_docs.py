"""Rewrite what documents show of other files: figures of the benches, the interface, the table of codes.

    python scripts/render_docs.py            rewrite
    python scripts/render_docs.py --check    name the pages that are stale, and fail if there are any

A page keeps everything outside its two markers. A page's figures are those of `bench/results`, never typed.
"""

import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from codes import PAGE as CODES
from codes import main as rewrite_codes

from frankmark.surfaces.node import routes
from frankmark.surfaces.node.endpoint import CONVERTOR, Access

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
REFERENCE = ROOT / "docs" / "reference"
BEGIN = "<!-- rendered: {name} -->"
END = "<!-- end of rendered: {name} -->"

Figure = Mapping[str, Any]


def benchmarks() -> str:
    """A section for each result."""
    return "\n".join(_bench(json.loads(file.read_text(encoding="utf-8"))) for file in sorted(RESULTS.glob("*.json")))


def _bench(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    place = f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}"
    versions = ", ".join(f"{name} {version}" for name, version in sorted(result["versions"].items()))
    lines = [
        f"### {result['name']}",
        "",
        f"`{result['command']}` at {result['commit']} on {place}; against {versions or 'no peer'}.",
        "",
    ]
    figures: Mapping[str, Any] = result["figures"]
    against = {name: one for name, one in figures.items() if isinstance(one, dict) and "peer_per_cpu_s" in one}
    if against:
        lines += [
            "| figure | ours a CPU second | peer a CPU second | ratio | lowest to highest |",
            "|---|--:|--:|--:|---|",
        ]
        lines += [_against(name, one) for name, one in sorted(against.items())] + [""]
    rest = dict(_flat({name: one for name, one in figures.items() if name not in against}))
    if rest:
        columns = list(dict.fromkeys(key for one in rest.values() for key in one))
        lines += [f"| figure | {' | '.join(map(_words, columns))} |", "|---|" + "--:|" * len(columns)]
        lines += [
            f"| {_words(name)} | {' | '.join(_value(one.get(key, '')) for key in columns)} |"
            for name, one in sorted(rest.items(), key=lambda pair: _natural(pair[0]))
        ]
        lines.append("")
    if result.get("targets"):
        lines += ["| aimed at | must be | measured | |", "|---|--:|--:|---|"]
        lines += [_target(one) for one in result["targets"]] + [""]
    return "\n".join(lines)


def _target(one: Figure) -> str:
    bound = "at most" if one["most"] else "at least"
    name = _words(one["figure"].replace(".", " "))
    return (
        f"| {name} | {bound} {_value(one['must'])} | {_value(one['measured'])} | {'met' if one['met'] else 'missed'} |"
    )


def _against(name: str, one: Figure) -> str:
    return (
        f"| {_words(name)} | {one['ours_per_cpu_s']:,} | {one['peer_per_cpu_s']:,} | {one['ratio']:.2f} | "
        f"{one['ratio_low']:.2f} to {one['ratio_high']:.2f} |"
    )


def _flat(figures: Figure, prefix: str = "") -> Iterator[tuple[str, Figure]]:
    """Each figure with its plain values; what lies deeper becomes a figure of its own."""
    for name, one in figures.items():
        if not isinstance(one, dict):
            yield prefix + name, {"value": one}
            continue
        if any(isinstance(value, dict) for value in one.values()):
            yield from _flat(one, f"{prefix}{name}_")
        else:
            yield prefix + name, one


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts numbers within names by their value."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _value(one: object) -> str:
    if isinstance(one, list):
        return ", ".join(_value(value) for value in one)
    return f"{one:,}" if isinstance(one, int | float) and not isinstance(one, bool) else str(one)


def _words(name: str) -> str:
    return name.replace("_", " ")


def interface() -> str:
    """A line for each operation, by path."""
    lines = ["| | path | what | needs | codes of its own |", "|---|---|---|---|---|"]
    for row in sorted(operations(), key=lambda one: (one["path"], one["method"])):
        path = CONVERTOR.sub("", row["path"])
        needs = "a key or session" if row.get("access") is Access.CREDENTIAL else ""
        own = " ".join(f"`{code}`" for code in row.get("problems", ()))
        lines.append(f"| {row['method']} | `{path}` | {row['summary']} | {needs} | {own} |")
    return "\n".join(lines) + "\n"


def operations() -> Iterator[Mapping[str, Any]]:
    """What the rooms of the node mark as operations."""
    for module in pkgutil.iter_modules(routes.__path__, f"{routes.__name__}."):
        for room in vars(importlib.import_module(module.name)).values():
            if isinstance(room, type) and room.__module__ == module.name:
                yield from (one.operation for one in vars(room).values() if hasattr(one, "operation"))


PAGES: dict[str, Callable[[], str]] = {"benchmarks": benchmarks, "http": interface}


def page(name: str, text: str) -> str:
    """The page with what stands between its markers rendered anew."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise SystemExit(f"docs/reference/{name}.md lacks its markers {begin} and {end}")
    return f"{before}{begin}\n\n{PAGES[name]()}\n{end}{after}"


def stale() -> Iterator[tuple[Path, str]]:
    """Pages that differ from what they should be, with what they should be."""
    for name in PAGES:
        file = REFERENCE / f"{name}.md"
        old = file.read_text(encoding="utf-8")
        if (new := page(name, old)) != old:
            yield file, new


def main(arguments: list[str]) -> int:
    """Rewrite the pages, or check them."""
    if "--check" in arguments:
        names = [str(file.relative_to(ROOT)) for file, _ in stale()]
        print("\n".join(f"{name} is stale: run scripts/render_docs.py" for name in names))
        return int(bool(names)) | rewrite_codes(["--check"])
    for file, new in stale():
        file.write_text(new, encoding="utf-8")
        print(file.relative_to(ROOT))
    return rewrite_codes([]) if CODES.exists() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
