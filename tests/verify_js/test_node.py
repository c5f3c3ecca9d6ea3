"""The suites of verify-js in Node: every vector, and types that say what the code does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.verify_js.staging import ROOT, needs

FOLDER = ROOT / "verify-js"
SUITES = 28


def test_every_suite_passes_in_node() -> None:
    files = sorted(map(str, (FOLDER / "test").glob("*.test.js")))
    done = subprocess.run(
        [needs("node"), "--test", "--test-reporter=tap", *files],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    told = {
        name: int(count)
        for name, count in re.findall(r"^# (tests|pass|fail|skipped) (\d+)$", done.stdout, re.MULTILINE)
    }
    assert told == {"tests": SUITES, "pass": SUITES, "fail": 0, "skipped": 0}, done.stdout


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TypeScript, by the lock file, beside a copy of the project's modules."""
    npm = needs("npm")
    folder = tmp_path_factory.mktemp("types")
    for name in ("package.json", "package-lock.json", "tsconfig.json", "tsconfig.page.json"):
        shutil.copy(FOLDER / name, folder / name)
    for name in ("src", "page"):
        shutil.copytree(FOLDER / name, folder / name)
    if (FOLDER / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    else:
        line = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            pytest.skip("TypeScript cannot be installed here")
    return folder


def test_types_are_those_that_the_compiler_writes(compiler: Path) -> None:
    tsc = str(compiler / "node_modules" / ".bin" / "tsc")
    for project in ("tsconfig.json", "tsconfig.page.json"):
        done = subprocess.run([tsc, "-p", project], cwd=compiler, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")
    written = {one.name: one.read_text(encoding="utf-8") for one in (compiler / "types").glob("*.d.ts")}
    kept = {one.name: one.read_text(encoding="utf-8") for one in (FOLDER / "types").glob("*.d.ts")}
    assert written == kept, "npm run types"
    assert {one.removesuffix(".d.ts") for one in kept} == {one.stem for one in (FOLDER / "src").glob("*.js")}


def test_nothing_is_depended_on() -> None:
    package = (FOLDER / "package.json").read_text(encoding="ascii")
    assert '"dependencies"' not in package
    assert "resolved" not in (FOLDER / "package-lock.json").read_text(encoding="ascii"), "the lock names a registry"
    for file in (FOLDER / "src").glob("*.js"):
        text = file.read_text(encoding="utf-8")
        assert all(
            name.startswith("./") for name in re.findall(r'^import .*?from "([^"]+)"', text, re.MULTILINE | re.DOTALL)
        )
        assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|eval|import)\(", text.replace('import("./', "")), (
            file
        )
        assert len(text.splitlines()) <= 400, file
