"""What a command prints: one JSON object a line, or words for people; nothing else ever goes to standard output.

Colour appears only on a terminal and without `NO_COLOR`; every state has its own sign and word as well. Progress goes
to standard error.
"""

import json
import sys
from collections.abc import Mapping
from typing import TextIO

from frankmark.foundation.canonical import JsonLike
from frankmark.foundation.errors import Error
from frankmark.foundation.phrases import Phrases

__all__ = ["SIGNS", "Output"]

SIGNS = {"trusted": "✓", "caution": "!", "blocked": "✕", "unknown": "–"}
COLOURS = {"trusted": "32", "caution": "33", "blocked": "31", "unknown": "90", "quiet": "2", "strong": "1"}
# C0 but for tab and line feed, DEL, C1, and the marks that turn the direction of text: none may reach a terminal.
CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


class Output:
    """Where words and objects go.

    Args:
        as_json: Objects instead of words.
        language: The language of words.
        phrases: The words.
        environ: For `NO_COLOR` and `TERM`.
        stdout: Standard output.
        stderr: Standard error.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        language: str,
        phrases: Phrases,
        environ: Mapping[str, str],
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.as_json = as_json
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

    def object(self, value: JsonLike) -> None:
        """Print one JSON object on one line, if objects were asked for."""
        if self.as_json:
            self._out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._out.flush()

    def line(self, text: str = "", tone: str = "") -> None:
        """Print a line for people, unless objects were asked for; control characters are left out."""
        if not self.as_json:
            self._out.write(self.toned(text, tone) + "\n")
            self._out.flush()

    def toned(self, text: str, tone: str) -> str:
        """Text in the colour of a tone, where colour is allowed."""
        clean = text.translate(CONTROLS)
        return f"\x1b[{COLOURS[tone]}m{clean}\x1b[0m" if tone and self._colour else clean

    def state(self, display: str, text: str) -> None:
        """Print a line that begins with the sign and the word of a display state."""
        word = self.say(f"display.{display}")
        self.line(f"{SIGNS[display]} {word}  {text}", display)

    def progress(self, text: str) -> None:
        """Print a line to standard error, unless objects were asked for."""
        if not self.as_json:
            self._err.write(text.translate(CONTROLS) + "\n")
            self._err.flush()

    def problem(self, error: Error, *, target: str = "") -> None:
        """Say what went wrong: an object on standard output, or words on standard error."""
        if self.as_json:
            named: dict[str, JsonLike] = {"target": target} if target else {}
            code = error.code.value
            self.object({**named, "error": {"code": code, "detail": error.detail, "fault": error.fault.value,
                                            "retryable": error.retryable}})  # fmt: skip
            return
        where = f"{target}: " if target else ""
        self._err.write(f"frankmark: {where}{error}\n".translate(CONTROLS))
        advice = f"advice.{error.code.value}"
        if self.has(advice):
            self._err.write(f"  {self.say(advice)}\n")
        self._err.flush()
