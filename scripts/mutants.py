"""Show that the row tests can fail: apply each kept patch to a copy of the product, and see its row's test notice.

    scripts/mutants.py [ROW…]       every patch of tests/mutants, or those of the rows named

A patch changes one thing inside the rule that its row guards, and is named after the row. In the copy the row's test
must fail and the other rows of the same file must pass, except those that the patch's head names as ``Also:``, because
they show the same rule. The last line says how many patches did what they must.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATCHES = ROOT / "tests" / "mutants"
ROWS = ROOT / "tests" / "rows"
COPIED = ("src", "specs", "vectors", "tests/rows", "pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md")
TEST = re.compile(r"(?:async )?def (test_([A-Z]+[0-9]+)_\w+)")
ALSO = re.compile(r"^Also: (.+)$", re.MULTILINE)
TIMEOUT_S = 600


@dataclass(frozen=True)
class Outcome:
    """What became of one patch."""

    row: str
    caught: bool
    others: tuple[str, ...]
    trouble: str = ""

    @property
    def good(self) -> bool:
        """Whether the row's own test failed, and nobody else's."""
        return self.caught and not self.others and not self.trouble

    def __str__(self) -> str:
        """One line of the table."""
        word = "passed" if self.good else "FAILED"
        told = "noticed" if self.caught else "not noticed"
        rest = f"; also failed: {', '.join(self.others)}" if self.others else ""
        return f"{word}  {self.row:<5} {told}{rest}{f'; {self.trouble}' if self.trouble else ''}"


def files_of_rows() -> dict[str, Path]:
    """The file that holds the test of each row."""
    return {
        found[2]: file for file in sorted(ROWS.glob("test_*.py")) for found in TEST.finditer(file.read_text("utf-8"))
    }


def copied(folder: Path) -> None:
    """A copy of what the rows need of the repository."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            leave = shutil.ignore_patterns("third-party", "__pycache__")
            shutil.copytree(source, folder / name, ignore=leave)
        elif source.exists():
            shutil.copy(source, folder / name)


def applied(patch: Path, folder: Path) -> str:
    """Apply a patch in a folder; answers what is wrong, nothing if it went well."""
    environ = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        ["git", "apply", str(patch)], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else f"does not apply: {done.stderr.strip()}"


def failed_rows(report: Path) -> Iterator[tuple[str, bool]]:
    """Each row of a report, and whether its test failed."""
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314  (our own report)
        found = TEST.match(f"def {case.get('name', '')}")
        if found is not None:
            yield found[2], case.find("failure") is not None or case.find("error") is not None


def judged(patch: Path, file: Path) -> Outcome:
    """Run the rows of one file against the product with one patch applied."""
    row = patch.stem
    allowed = {name for found in ALSO.finditer(patch.read_text("utf-8")) for name in found[1].split()}
    with tempfile.TemporaryDirectory(prefix=f"mutant-{row}-") as name:
        folder = Path(name)
        copied(folder)
        trouble = applied(patch, folder)
        if trouble:
            return Outcome(row, caught=False, others=(), trouble=trouble)
        report = folder / "report.xml"
        line = [sys.executable, "-m", "pytest", "-q", f"tests/rows/{file.name}", f"--junit-xml={report}", "--tb=no"]
        environ = {**os.environ, "PYTHONPATH": str(folder / "src")}
        try:
            done = subprocess.run(
                line, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            return Outcome(row, caught=False, others=(), trouble="took too long")
        if not report.exists():
            return Outcome(row, caught=False, others=(), trouble=f"no report: {done.stdout[-300:]}{done.stderr[-300:]}")
        failed = {one for one, broke in failed_rows(report) if broke}
    return Outcome(row, caught=row in failed, others=tuple(sorted(failed - allowed - {row})))


def main() -> int:
    """Judge the patches, two at a time; 0 only if every one did what it must."""
    parser = argparse.ArgumentParser(description="Show that the row tests can fail.")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    wanted = set(parser.parse_args().rows)
    patches = [file for file in sorted(PATCHES.glob("*.patch")) if not wanted or file.stem in wanted]
    files = files_of_rows()
    unknown = [patch.stem for patch in patches if patch.stem not in files]
    passed, failed = 0, len(unknown)
    for row in unknown:
        print(f"FAILED  {row:<5} no test has this row's name", flush=True)
    with ThreadPoolExecutor(2) as pool:
        known = [patch for patch in patches if patch.stem in files]
        for outcome in pool.map(lambda patch: judged(patch, files[patch.stem]), known):
            print(outcome, flush=True)
            passed, failed = passed + outcome.good, failed + (not outcome.good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
