"""The frame of the command: its verbs, help, completion, manual page, phrases, and what a start costs."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from frankmark import __version__
from frankmark.assembly.tables import data_file, shipped_phrases
from frankmark.launch import LAUNCHERS, VERBS
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.main import program
from frankmark.surfaces.cli.manual import manual

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "frankmark.1"
SOURCE = ROOT / "src" / "frankmark" / "surfaces" / "cli"
SCHEMAS = ROOT / "docs" / "reference" / "schema"


def tree(command: click.Command, name: str) -> dict[str, click.Command]:
    """Every verb by its whole name."""
    if not isinstance(command, click.Group):
        return {name: command}
    with click.Context(command) as context:
        members = {one: command.get_command(context, one) for one in command.list_commands(context)}
    return {key: leaf for one, inner in members.items() for key, leaf in tree(inner, f"{name} {one}".strip()).items()}


@pytest.fixture(scope="module")
def verbs() -> dict[str, click.Command]:
    return tree(program(Desk(environ={}, launchers=LAUNCHERS)), "")


def test_every_verb_of_the_contract_is_there(verbs) -> None:
    wanted = """up check score batch registry status login logout register publish renew revoke report verify
        config-check config-show admin-link trust-add trust-list trust-remove backup restore migrate doctor
        key-create key-rotate key-revoke key-list ledger-head ledger-entry ledger-proof ledger-audit completion"""
    assert {name.replace(" ", "-") for name in verbs} >= set(wanted.split())


def test_every_verb_prints_json_in_a_published_form(verbs) -> None:
    speaking = {name for name, verb in verbs.items() if any("--json" in one.opts for one in verb.params)}
    assert verbs.keys() == speaking
    assert {name.replace(" ", "-") for name in speaking} == {file.stem for file in SCHEMAS.glob("*.json")}


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.stem)
def test_a_published_form_is_a_schema(file: Path) -> None:
    schema = json.loads(file.read_text())
    Draft202012Validator.check_schema(schema)
    assert not Draft202012Validator(schema).is_valid({"anything": "else"})


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_help_needs_nothing_and_ends_with_0(shell, verb: str) -> None:
    done = shell(verb, "--help", FRANKMARK_NONSENSE="1")
    assert done.status == 0
    assert done.out.startswith(f"Usage: frankmark {verb}")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("check", "--nonsense"), ("key",), ("check", "--fail-on")])
def test_what_is_no_command_is_a_usage_error(shell, arguments: tuple[str, ...]) -> None:
    done = shell(*arguments)
    assert done.status == 2
    assert "frankmark" in done.err or "Error:" in done.err
    assert done.out == ""


def test_the_version_is_the_release(shell) -> None:
    assert shell("--version").out == f"frankmark {__version__}\n"
    assert shell.program("--version").out == f"frankmark {__version__}\n"


def test_the_manual_page_is_the_command(verbs) -> None:
    page = PAGE.read_text(encoding="ascii")
    assert page == manual(program(Desk(environ={}, launchers=LAUNCHERS)), __version__), "run scripts/render_manual.py"
    assert all(f'.SS "frankmark {name}'.replace("-", r"\-") in page for name in verbs)


def test_the_manual_page_renders_without_a_warning() -> None:
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("man or groff is not installed")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(PAGE)],
        env={"LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_completion_script_asks_this_very_program(shell, name: str) -> None:
    done = shell("completion", name)
    assert done.status == 0
    assert "_FRANKMARK_COMPLETE" in done.out
    assert shell("completion", name, "--json").object["shell"] == name
    if shutil.which(name):
        checked = subprocess.run([name, "-n"], input=done.out.encode(), capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, b"")


def test_a_shell_is_offered_verbs_and_options(shell) -> None:
    asked = {"_FRANKMARK_COMPLETE": "bash_complete", "COMP_WORDS": "frankmark le", "COMP_CWORD": "1"}
    assert shell.program(**asked).out == "plain,ledger\n"
    asked |= {"COMP_WORDS": "frankmark ledger ", "COMP_CWORD": "2"}
    offered = ["plain,audit", "plain,entry", "plain,head", "plain,monitor", "plain,proof"]
    assert shell.program(**asked).out.split() == offered
    asked |= {"COMP_WORDS": "frankmark check --fail-on ", "COMP_CWORD": "3"}
    assert shell.program(**asked).out.split() == ["plain,caution", "plain,blocked"]


def test_every_phrase_that_is_said_is_there() -> None:
    phrases = shipped_phrases()
    said = re.compile(r'\b(?:say|phrase|_fine|_note|_wrong)\(\s*(?:"\w+",\s*)?"([a-z]+\.[a-z_.-]+)"')
    for file in SOURCE.glob("*.py"):
        for key in said.findall(file.read_text(encoding="utf-8")):
            assert phrases.has(key), f"{file.name} says {key}"


def test_no_phrase_of_ours_is_left_over() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in SOURCE.glob("*.py"))
    built = ("advice.", "why.", "check.spf_source.", "thing.kind.", "thing.valid", "thing.invalid", "thing.undecided")
    own = json.loads((data_file("locales") / "en" / "cli.json").read_bytes())
    assert [key for key in own if f'"{key}"' not in text and not key.startswith(built)] == []


def test_the_languages_do_not_say_the_same_words() -> None:
    own = {
        lang: json.loads((data_file("locales") / lang / "cli.json").read_bytes()) for lang in ("en", "es", "fr", "ja")
    }
    for lang in ("es", "fr", "ja"):
        same = [
            key for key, phrase in own[lang].items() if phrase == own["en"][key] and re.search("[a-z]{4} [a-z]", phrase)
        ]
        assert same == []


def test_a_check_starts_without_what_it_does_not_use(shell, mint) -> None:
    """What is loaded decides what a start costs; the time itself is measured in bench/."""
    (shell.home / "m.eml").write_text("From: a@b.example\n\nx\n")
    script = "import sys; from frankmark.launch import LAUNCHERS; from frankmark.surfaces.cli.main import run; "
    script += "run(sys.argv[1:], LAUNCHERS); print('\\n'.join(sys.modules), file=sys.stderr)"
    for arguments in (["check", "example.com"], ["check", "m.eml"], ["verify", mint.token()]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            env=shell.environ,
            cwd=shell.home,
            capture_output=True,
            text=True,
            check=False,
        )
        loaded = set(done.stderr.split())
        assert "frankmark.surfaces.cli.check" in loaded or "frankmark.surfaces.cli.verify" in loaded
        assert not loaded & {"frankmark.surfaces.cli.wrapping", "frankmark.adapters.system.keyfile"}, arguments
        heavy = {"starlette", "granian", "httpx2", "httpcore2", "h2", "apsw", "jinja2", "rich", "structlog", "uvloop"}
        assert not loaded & heavy, arguments
        asks_nobody = {"http.client", "ssl", "email.parser", "dns", "frankmark.mail.confusables"}
        assert arguments[0] != "verify" or not loaded & asks_nobody
        assert ("frankmark.services.mailcheck" in loaded) is (arguments == ["check", "m.eml"])
