"""Help, usage errors and what shells offer, in four languages, on terminals of any width."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.assembly.tables import data_file, shipped_help
from frankmark.launch import LAUNCHERS
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.helping import paragraphs, sentence
from frankmark.surfaces.cli.main import program
from frankmark.surfaces.cli.output import width_of
from frankmark.surfaces.cli.wrapping import NEVER_FIRST, columns, wrapped

SOURCE = Path(__file__).parents[3] / "src" / "frankmark" / "surfaces" / "cli"
OTHERS = ("es", "fr", "ja")
PLACES = re.compile(r"\{\d\}|`[^`]*`|--[a-z-]+|\b[A-Z][A-Z_]{2,}\b")
# Words of the frame that are said by code rather than by a verb or option.
FRAME = {"Usage:", "Options:", "Commands:", "Error:", "required", "default", "Missing command."}
NAMES = {"API", "SPF", "DKIM", "DMARC", "DNS", "JSON", "SVG", "URL", "RFC"}  # no placeholders


def commands(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command, list[click.Parameter]]]:
    """Every verb and group with its options."""
    with click.Context(command, help_option_names=["-h", "--help"]) as context:
        yield name, command, command.get_params(context)
        if isinstance(command, click.Group):
            for one in command.list_commands(context):
                yield from commands(command.get_command(context, one), f"{name} {one}".strip())


ALL = list(commands(program(Desk(environ={}, launchers=LAUNCHERS))))
EXPLAINED = {
    (name, text)
    for name, command, parameters in ALL
    for text in [
        *paragraphs(command.help or ""),
        *(one.help or "" for one in parameters if isinstance(one, click.Option)),
    ]
}


def test_every_verb_and_option_explains_itself() -> None:
    assert [name for name, command, _ in ALL if not command.help] == []
    assert [name for name, text in EXPLAINED if not text] == []
    assert len(ALL) > 40
    assert len(EXPLAINED) > 150


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_help_is_there_in_every_language_and_no_other(language: str) -> None:
    texts = shipped_help(language)
    wanted = {text for _, text in EXPLAINED}
    assert sorted(wanted - texts.keys()) == []
    rest = texts.keys() - wanted - FRAME
    said = {node.value for file in SOURCE.glob("*.py") for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    assert [text for text in rest if text not in said and "{0}" not in text] == [], "explains nothing that there is"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_none_of_the_english_and_keeps_what_is_typed(language: str) -> None:
    for english, text in shipped_help(language).items():
        assert text.strip() == text != ""
        if english != "Error:":
            assert text != english
        assert set(PLACES.findall(text)) | NAMES == set(PLACES.findall(english)) | NAMES, english


def test_english_has_no_file_because_it_stands_in_the_source() -> None:
    assert shipped_help("en") == {}
    assert not (data_file("locales") / "en" / "help.json").is_file()


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", [name for name, _, _ in ALL])
def test_no_help_is_half_in_english(shell, language: str, name: str) -> None:
    done = shell(*name.split(), "--help", LC_ALL=f"{language}.UTF-8", FRANKMARK_NONSENSE="1")
    assert (done.status, done.err) == (0, "")
    english = shell(*name.split(), "--help").out
    for title in ("Usage:", "Options:", "Commands:", "Show this message"):
        assert title not in done.out
    flat, flat_english = (re.sub(r"\s+", "", text) for text in (done.out, english))
    for where, text in EXPLAINED:
        bare, told = (re.sub(r"\s+", "", one) for one in (text, shipped_help(language)[text]))
        assert bare not in flat, text
        if where == name:
            assert bare in flat_english
            assert told in flat, text


def test_a_group_without_a_verb_shows_its_help_in_the_language_too(shell) -> None:
    done = shell("key", LC_ALL="fr_FR.UTF-8")
    assert (done.status, done.out) == (2, "")
    assert "Commandes :" in done.err
    assert "Commands:" not in done.err


WRONG = [
    ("nonsense",),
    ("trust", "lst"),
    ("check", "--nope", "x"),
    ("check", "--jso", "x"),
    ("check", "--fail-on", "x", "y"),
    ("check", "--json=3", "x"),
    ("check", "--trust"),
    ("check", "--trust", "nowhere", "x"),
    ("check", "--helo", "x", "y"),
    ("registry",),
    ("registry", "a", "b"),
    ("registry", "a", "b", "c"),
    ("key", "create"),
    ("key", "create", "--role", "admin"),
    ("key", "rotate"),
    ("key", "passphrase", "--unlock", "--new-file", "here"),
    ("register", "a.example", "--wait", "soon"),
    ("completion",),
    ("completion", "sh"),
    ("up", "--walk"),
    ("up", "--demo", "--walk", "--json"),
    ("--config", ".", "config", "check"),
    ("--data", "here", "config", "check"),
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_with_the_arguments_is_said_in_the_language(shell, arguments: tuple[str, ...]) -> None:
    (shell.home / "here").write_text("x")
    english = shell(*arguments)
    assert english.status == 2
    message = english.err.rpartition("Error: ")[2]
    for language in OTHERS:
        done = shell(*arguments, LC_ALL=f"{language}.UTF-8")
        assert (done.status, done.out) == (2, "")
        assert message.strip() not in done.err
        assert not re.search(r"\b(the|not|such|of|does|Try|Missing|Invalid)\b|Usage:", done.err), done.err


def test_a_shell_is_told_in_the_language_what_it_offers(shell) -> None:
    asked = {"_FRANKMARK_COMPLETE": "zsh_complete", "LC_ALL": "es_ES.UTF-8"}
    done = shell.program(**asked, COMP_WORDS="frankmark trust l", COMP_CWORD="2")
    assert done.out == "plain\nlist\nListar los emisores y autoridades de tiempo en los que se confía.\n"
    done = shell.program(**asked, COMP_WORDS="frankmark up --", COMP_CWORD="2")
    offered = done.out.splitlines()
    assert set(offered[1::3]) >= {"--demo", "--json", "--help"}
    assert set(offered[2::3]) <= set(shipped_help("es").values())
    english = shell.program(_FRANKMARK_COMPLETE="fish_complete", COMP_WORDS="frankmark lo", COMP_CWORD="lo")
    assert "plain,logout\tForget the stored API key." in english.out


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 200])
@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_help_fits_the_terminal(shell, language: str, width: int, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("", "check", "key create", "verify"):
        for line in shell(*name.split(), "--help", LC_ALL=f"{language}.UTF-8").out.splitlines():
            whole = len(line.split()) == 1 or line.lstrip().startswith(("-", "[", "frankmark"))
            assert width_of(line) <= max(30, min(width, 100)) or whole, line


@given(st.text(st.sampled_from("ab c、。「」『』漢字かなァー\n"), max_size=80), st.integers(2, 40))
def test_wrapping_keeps_every_character_and_the_rules_of_the_script(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.strip() for line in lines)
    for before, after in pairwise(lines):
        assert after[0] not in NEVER_FIRST or re.search(r"\s", text)
        assert before[-1] not in "「『" or re.search(r"\s", text)
    for line in lines:
        assert width_of(line) <= width or " " not in line


def test_japanese_is_broken_between_characters_and_never_before_a_full_stop() -> None:
    assert wrapped("漢字を使います。", 8) == ["漢字を使", "います。"]
    assert wrapped("漢字を使います。", 12) == ["漢字を使いま", "す。"]
    assert wrapped("漢字を使います。", 14) == ["漢字を使いま", "す。"]
    assert wrapped("see `--json` here", 9) == ["see", "`--json`", "here"]
    assert wrapped("", 9) == [""]


def test_terms_stand_beside_or_above_what_they_mean() -> None:
    assert list(columns([("a", "one two"), ("bb", "")], 60)) == ["a   one two", "bb"]
    assert list(columns([("--a-long-one", "one two")], 20)) == ["--a-long-one", "    one two"]
    assert list(columns([], 20)) == []


def test_the_first_sentence_ends_where_it_does() -> None:
    assert sentence("A .eml file. Another one.") == "A .eml file."
    assert sentence("これです。次です。") == "これです。"
    assert sentence("no end") == "no end"
    assert sentence("") == ""


def test_the_files_are_objects_of_strings_in_one_order() -> None:
    files = [json.loads((data_file("locales") / one / "help.json").read_bytes()) for one in OTHERS]
    assert list(files[0]) == list(files[1]) == list(files[2])
