"""What reaches a terminal, and what a program reads."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.assembly.tables import shipped_phrases
from frankmark.foundation.errors import Refused
from frankmark.surfaces.cli.answers import NodeRefused
from frankmark.surfaces.cli.output import FORBIDDEN, Output, width_of
from frankmark.surfaces.cli.reasons import CliReason

DANGEROUS = ["\x1b[2J", "\x07", "\x9b31m", "\u202etxt.exe", "\u2066", "\u200f", "\u2028", "\U000e0041", "\r", "\x00"]


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, if it is told to."""

    def __init__(self, *, tty: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="surrogatepass", write_through=True)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def text(self) -> str:
        """What was written."""
        return self.buffer.getvalue().decode("utf-8", "surrogatepass")


def output(*, as_json: bool = False, tty: bool = False, language: str = "en", **environ: str):
    out, err = Terminal(tty=tty), Terminal(tty=tty)
    made = Output(
        as_json=as_json, language=language, phrases=shipped_phrases(), environ=environ, stdout=out, stderr=err
    )
    return made, out, err


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("way", ["line", "table", "progress", "state", "problem"])
def test_nothing_that_a_terminal_obeys_gets_out(way: str, text: str) -> None:
    made, out, err = output()
    text = f"before{text}after"
    {
        "line": lambda: made.line(text),
        "table": lambda: made.table([[text, text], ["a", "b"]]),
        "progress": lambda: made.progress(text),
        "state": lambda: made.state("caution", text),
        "problem": lambda: made.problem(Refused(CliReason.NO_STAMP, text), target=text),
    }[way]()
    written = out.text() + err.text()
    assert "before" in written
    assert not any(ord(letter) in FORBIDDEN and letter != "\n" for letter in written)


@given(st.text())
def test_json_says_the_same_and_holds_no_control(text: str) -> None:
    made, out, _ = output(as_json=True)
    made.object({"text": text})
    line = out.text()
    assert line.count("\n") == 1
    assert not any(ord(letter) in FORBIDDEN and letter != "\n" for letter in line)
    assert json.loads(line)["text"] == text


def test_one_line_stays_one_line_whatever_an_outsider_wrote() -> None:
    made, out, _ = output()
    made.line("caution\n✓ TRUSTED  forged.example")
    assert out.text() == "caution ✓ TRUSTED  forged.example\n"


@pytest.mark.parametrize(
    ("tty", "environ", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": ""}, True),
    ],
)
def test_colour_is_for_terminals_that_want_it(*, tty: bool, environ: dict[str, str], coloured: bool) -> None:
    made, out, _ = output(tty=tty, **environ)
    made.state("trusted", "acme.example")
    assert ("\x1b[32m" in out.text()) is coloured
    assert "✓ TRUSTED  acme.example" in out.text()


@pytest.mark.parametrize("display", ["trusted", "caution", "blocked", "unknown"])
@pytest.mark.parametrize("language", ["en", "es", "fr", "ja"])
def test_every_state_has_a_sign_and_a_word_in_every_language(display: str, language: str) -> None:
    made, out, _ = output(language=language)
    made.state(display, "x")
    sign, word, _ = out.text().split(maxsplit=2)
    assert sign in "✓!✕–"
    assert word


def test_columns_stand_below_each_other_in_wide_scripts_too() -> None:
    made, out, _ = output()
    made.table([["ヘッダ", "pass"], ["DNS", "none"]])
    first, second = out.text().splitlines()
    assert width_of(first[: first.index("pass")]) == width_of(second[: second.index("none")])


def test_a_stream_that_knows_no_unicode_still_gets_valid_json() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    made = Output(as_json=True, language="en", phrases=shipped_phrases(), environ={}, stdout=out, stderr=out)
    made.object({"text": "日本"})
    assert json.loads(out.buffer.getvalue()) == {"text": "日本"}


def test_a_problem_says_what_why_and_what_next() -> None:
    made, _, err = output(language="fr")
    made.problem(Refused(CliReason.NO_STAMP, "acme.example has none"), target="acme.example")
    assert err.text() == (
        "frankmark: acme.example: NO_STAMP: acme.example has none\n  Obtenez-en un : frankmark register DOMAIN\n"
    )


def test_a_problem_is_an_object_for_programs_with_the_code_of_the_node() -> None:
    made, out, err = output(as_json=True)
    made.problem(NodeRefused("KEY_LIMIT", "two are enough"))
    assert json.loads(out.text()) == {
        "error": {"code": "KEY_LIMIT", "detail": "two are enough", "fault": "caller", "retryable": False}
    }
    assert err.text() == ""
