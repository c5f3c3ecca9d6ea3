"""Run everything that gates a landing: static checks, the tests in two halves side by side, each fuzz target briefly.

The pure floors (foundation, mail, protocols) run under branch coverage. The last lines say how many tests passed and
which suites were not run; with ``CI=true`` a suite that was not run fails.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PURE = ["tests/foundation", "tests/mail", "tests/protocols", "tests/vectors"]
CRASH = "tests/ledger_crash"  # long waits for disks: beside the rest, after the pure floors
STATIC = [
    [str(BIN / "ruff"), "check", "--quiet", "."],
    [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    [str(BIN / "mypy")],
]
PURE_FLOOR = 100
FUZZ_SECONDS = 2


def static() -> bool:
    """Whether ruff and mypy are content; what they say goes to the output."""
    kept = True
    for command in STATIC:
        print("·", " ".join([Path(command[0]).name, *command[1:]]), flush=True)
        kept &= subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    return kept


class Half:
    """One pytest process that writes its report beside us."""

    def __init__(self, name: str, arguments: list[str], folder: Path, *, covered: bool) -> None:
        self.name = name
        self.report = folder / f"{name}.xml"
        self.said = folder / f"{name}.txt"
        python = [sys.executable, "-m"]
        start = [*python, "coverage", "run", "--data-file", str(folder / "coverage"), "-m"] if covered else python
        command = [*start, "pytest", "-q", f"--junit-xml={self.report}", "-o", "junit_family=xunit2", *arguments]
        with self.said.open("wb") as sink:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)

    def finish(self) -> tuple[int, int, list[str]]:
        """Wait; returns passed, failed and the suites (files) in which something was skipped."""
        status = self.process.wait()
        print(f"── {self.name}", self.said.read_text(encoding="utf-8", errors="replace"), sep="\n", flush=True)
        if not self.report.exists():
            return 0, 1, []
        passed = failed = 0
        skipped: list[str] = []
        for case in ET.parse(self.report).getroot().iter("testcase"):  # noqa: S314  (our own report)
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif (skip := case.find("skipped")) is not None:
                skipped.append(f"{case.get('classname', '?')} ({skip.get('message', '')})")
            else:
                passed += 1
        return passed, max(failed, 1 if status not in {0, 5} else 0), sorted(set(skipped))


def coverage(folder: Path) -> bool:
    """Whether the pure floors are covered as far as we promise."""
    for data in [*folder.glob("coverage.*")]:
        subprocess.run([sys.executable, "-m", "coverage", "combine", "-q", "--append", "--data-file",
                        str(folder / "coverage"), str(data)], cwd=ROOT, check=True)  # fmt: skip
    include = ",".join(f"src/frankmark/{floor}/*" for floor in ("foundation", "mail", "protocols"))
    command = [sys.executable, "-m", "coverage", "report", "--data-file", str(folder / "coverage"), "--skip-covered"]
    command += ["--show-missing", f"--include={include}", f"--fail-under={PURE_FLOOR}"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def fuzz() -> bool:
    """Whether no fuzz target finds anything in a few seconds."""
    command = [sys.executable, "fuzz/run.py", "--seconds", str(FUZZ_SECONDS)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Run it all; 0 only if everything that ran passed and, in CI, everything ran."""
    begun = time.monotonic()
    problems = [] if static() else ["static checks"]
    if "--static" in sys.argv:
        return 1 if problems else 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pure = Half("pure", [*PURE, CRASH], folder, covered=True)
        rest = Half("rest", ["tests", *(f"--ignore={path}" for path in [*PURE, CRASH])], folder, covered=False)
        passed = failed = 0
        skipped: list[str] = []
        for half in (pure, rest):
            good, bad, missed = half.finish()
            passed, failed, skipped = passed + good, failed + bad, skipped + missed
        if not coverage(folder):
            problems.append("coverage of the pure floors")
    if not fuzz():
        problems.append("fuzz")
    if skipped and os.environ.get("CI"):
        problems.append("suites not run in CI")
    for problem in problems:
        print(f"not kept: {problem}")
    print(f"in {time.monotonic() - begun:.0f} s: passed {passed}, not run {len(skipped)} suites: {'; '.join(skipped)}")
    failed += len(problems)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
