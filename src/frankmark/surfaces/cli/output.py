"""What a command prints: one JSON object a line, or words for people; nothing else ever goes to standard output.

Colour appears only on a terminal and without `NO_COLOR`; every state has its own sign and word as well. Progress goes
to standard error. Whatever an outsider wrote passes through here, so nothing that a terminal obeys gets out.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from frankmark.foundation.canonical import JsonLike
from frankmark.foundation.errors import Error
from frankmark.foundation.phrases import Phrases
from frankmark.surfaces.cli.answers import code_of

__all__ = ["SIGNS", "Output", "width_of"]

SIGNS = {"trusted": "✓", "caution": "!", "blocked": "✕", "unknown": "–"}
COLOURS = {"trusted": "32", "caution": "33", "blocked": "31", "unknown": "90", "quiet": "2", "strong": "1"}
# C0 but for tab, DEL, C1, line and paragraph separators, and every mark that turns the direction of text.
FORBIDDEN = (
    *range(9),
    *range(10, 32),
    *range(127, 160),
    0x061C,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
    *range(0xE0000, 0xE0080),
)
CONTROLS = dict.fromkeys(FORBIDDEN) | {10: " "}
ESCAPED = {
    point: f"\\u{point:04x}" if point < 0x10000 else f"\\udb40\\u{0xDC00 + point - 0xE0000:04x}"  # noqa: PLR2004  (UTF-16)
    for point in FORBIDDEN
}
GAP = 2


class Output:
    """Where words and objects go.

    Args:
        as_json: Objects instead of words.
        quiet: No progress.
        language: The language of words.
        phrases: The words.
        environ: For `NO_COLOR` and `TERM`.
        stdout: Standard output.
        stderr: Standard error.
    """

    def __init__(  # noqa: PLR0913  (what a surface is told once)
        self,
        *,
        as_json: bool,
        quiet: bool = False,
        language: str,
        phrases: Phrases,
        environ: Mapping[str, str],
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.language = language
        self._phrases = phrases
        self._out = stdout or sys.stdout
        self._err = stderr or sys.stderr
        plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
        self._colour = self._out.isatty() and not plain

    def say(self, key: str, **places: str | int) -> str:
        """A phrase in the reader's language."""
        return self._phrases.say(self.language, key, **places)

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return self._phrases.has(key)

    def reason(self, code: str) -> str:
        """A code in words of the reader's language; empty if there are none for it."""
        known = next((key for key in (f"reason.{code}", f"why.{code}") if self.has(key)), "")
        return self.say(known) if known else ""

    def object(self, value: JsonLike) -> None:
        """Print one JSON object on one line, if objects were asked for."""
        if self.as_json:
            self.record(value)

    def record(self, value: JsonLike) -> None:
        """Print one JSON object on one line, whatever was asked for: for verbs whose answer is always JSON."""
        whole = (self._out.encoding or "").replace("-", "").lower() == "utf8"
        text = json.dumps(value, ensure_ascii=not whole, separators=(",", ":")).translate(ESCAPED)
        self._out.write(text + "\n")
        self._out.flush()

    def line(self, text: str = "", tone: str = "") -> None:
        """Print a line for people, unless objects were asked for; control characters are left out."""
        if not self.as_json:
            self._out.write(self.toned(text, tone) + "\n")
            self._out.flush()

    def phrase(self, key: str, tone: str = "", **places: str | int) -> None:
        """Print a phrase in the reader's language as a line."""
        if not self.as_json:
            self.line(self.say(key, **places), tone)

    def table(self, rows: Sequence[Sequence[str]], indent: int = GAP) -> None:
        """Print rows as columns of equal width, the last one ragged."""
        if self.as_json or not rows:
            return
        cells = [[cell.translate(CONTROLS) for cell in row] for row in rows]
        widths = [max(width_of(row[column]) for row in cells if column < len(row)) for column in range(len(cells[0]))]
        for row in cells:
            padded = [cell + " " * (widths[at] - width_of(cell) + GAP) for at, cell in enumerate(row[:-1])]
            self.line(" " * indent + "".join([*padded, row[-1]]).rstrip())

    def toned(self, text: str, tone: str) -> str:
        """Text in the colour of a tone, where colour is allowed."""
        clean = text.translate(CONTROLS)
        return f"\x1b[{COLOURS[tone]}m{clean}\x1b[0m" if tone and self._colour else clean

    def state(self, display: str, text: str) -> None:
        """Print a line that begins with the sign and the word of a display state."""
        word = self.say(f"display.{display}").upper()
        self.line(f"{SIGNS[display]} {word}  {text}", display)

    def progress(self, text: str) -> None:
        """Print a line to standard error, unless quiet was asked for; programs read standard output alone."""
        if not self.quiet:
            self._err.write(text.translate(CONTROLS) + "\n")
            self._err.flush()

    def problem(self, error: Error, *, target: str = "", more: Mapping[str, JsonLike] | None = None) -> None:
        """Say what went wrong: an object on standard output, or words on standard error.

        Args:
            error: What went wrong.
            target: What it is about.
            more: Further members of the object.
        """
        code = code_of(error)
        if self.as_json:
            named: dict[str, JsonLike] = {"target": target} if target else {}
            fault: dict[str, JsonLike] = {
                "code": code,
                "detail": error.detail,
                "fault": error.fault.value,
                "retryable": error.retryable,
            }
            self.object({**named, **(more or {}), "error": fault})
            return
        where = f"{target}: " if target else ""
        what = f"{code}: {error.detail}" if error.detail else code
        self._err.write(f"frankmark: {where}{what}".translate(CONTROLS) + "\n")
        advice = f"advice.{code}"
        if self.has(advice):
            self._err.write(f"  {self.say(advice)}\n")
        self._err.flush()


def width_of(text: str) -> int:
    """Columns that a text takes on a terminal: East Asian characters take two."""
    return len(text) if text.isascii() else sum(2 if _wide(ord(letter)) else 1 for letter in text)


def _wide(point: int) -> bool:
    """Whether a character of the scripts that we print is drawn in two columns (UAX 11, W and F)."""
    blocks = (
        (0x1100, 0x115F),
        (0x2E80, 0x303E),
        (0x3041, 0xA4CF),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF),
        (0xFF00, 0xFF60),
    )
    return any(first <= point <= last for first, last in blocks)
