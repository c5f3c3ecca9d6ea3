"""The shape of the house: what a machine keeps so that nobody has to remember it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "frankmark"
MODULES = sorted(SOURCE.rglob("*.py"))
DRAWERS = {"utils", "helpers", "common", "misc", "tools", "core", "base", "manager"}
LONGEST = 400
SKIP_LIST = ROOT / "tests" / "SKIPS.md"


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked(*suffixes: str) -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if name and path.suffix in suffixes and path.is_file():
            yield path


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST, f"{named(path)} is over {LONGEST} lines: is there a second room inside?"
    assert ast.get_docstring(ast.parse(text)), f"{named(path)} has no module docstring"
    assert path.stem not in DRAWERS, f"{named(path)} is a drawer, not a room"


def exported(path: Path) -> set[str] | None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def defined(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
            case _:
                pass
    return names


@pytest.mark.parametrize("path", [p for p in MODULES if p.name not in {"__init__.py", "__main__.py"}], ids=named)
def test_what_a_module_exports_is_written_down_and_nothing_else_is_taken(path: Path) -> None:
    listed = exported(path)
    assert listed is not None, f"{named(path)} has no __all__"
    assert listed <= defined(path), f"{named(path)} exports what it does not have: {sorted(listed - defined(path))}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("frankmark."):
            continue
        source = SOURCE.joinpath(*str(node.module).split(".")[1:]).with_suffix(".py")
        if source.is_file():
            taken = {alias.name for alias in node.names} - (exported(source) or set())
            assert not taken, f"{named(path)} takes {sorted(taken)} from {named(source)}, which does not export it"


@pytest.mark.parametrize("floor", ["foundation", "mail", "protocols"])
def test_verification_in_the_pure_rooms_raises_and_returns_no_boolean(floor: str) -> None:
    for path in sorted((SOURCE / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("verify"):
                returned = ast.unparse(node.returns) if node.returns else ""
                assert returned != "bool", f"{named(path)}: {node.name} returns a boolean; it must raise"


def test_nothing_is_muted() -> None:
    forbidden = re.compile(
        r"pragma:\s*no cover|#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)|NotImplementedError|MagicMock|mock\.patch"
    )
    for path in [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not forbidden.search(line), f"{named(path)}:{number} mutes a check: {line.strip()}"


def test_no_test_replaces_a_module_of_ours() -> None:
    patched = re.compile(r"monkeypatch\.(setattr|setitem|delattr)\([^)]*frankmark")
    for path in sorted((ROOT / "tests").rglob("*.py")):
        assert not patched.search(path.read_text(encoding="utf-8")), f"{named(path)} patches our own module"


def test_every_skip_is_listed_with_its_reason() -> None:
    marks = re.compile(r"pytest\.(skip|xfail|importorskip)\b|mark\.(skip|skipif|xfail)\b")
    listed = SKIP_LIST.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path == Path(__file__):
            continue
        if marks.search(path.read_text(encoding="utf-8")):
            assert f"`{named(path)}`" in listed, f"{named(path)} skips and does not stand in tests/SKIPS.md"


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_project_speaks_of_itself_alone() -> None:
    homes = re.compile("/" + "work/|/" + "root/|/tmp/" + "bash_jobs|" + "far" + "m/")
    hosts = re.compile(
        "registry[.]npm" + "js|py" + "pi[.]org/|python" + "hosted[.]|proxy[.]go" + "lang|repo1?[.]mav"
        "en|deb[.]deb" + "ian[.]|static[.]cra" + "tes"
    )
    suffixes = (".py", ".md", ".toml", ".lock", ".txt", ".sh", ".json", ".html", ".css", ".js", ".yml", ".cfg", "")
    for path in tracked(*suffixes):
        if "third-party" in path.parts or path.suffix == ".dat":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not hosts.search(text), f"{named(path)} names a package index"
        assert not homes.search(text), f"{named(path)} names a path of one machine"
