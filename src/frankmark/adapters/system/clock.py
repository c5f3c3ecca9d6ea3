"""The machine's clocks behind `frankmark.ports.clock.Clock`, and the one way to shift time for a test."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Unavailable

__all__ = ["TEST_CLOCK", "SystemClock"]

TEST_CLOCK: Final = "FRANKMARK_TEST_CLOCK"
_OFFSET: Final = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)
_LONGEST: Final = 64


class SystemClock:
    """The wall clock, shifted by a file if a test asks for it, and the monotonic clock, which nothing shifts.

    The variable ``FRANKMARK_TEST_CLOCK`` names a file with a signed number of seconds; it is read again at each call.
    It counts only if whoever assembles the process allows it, which demands that every listener is on loopback.

    Args:
        environment: The process's environment.
        allow_test_clock: Whether the variable is honoured at all.
    """

    __slots__ = ("_file",)

    def __init__(self, environment: Mapping[str, str], *, allow_test_clock: bool = False) -> None:
        named = environment.get(TEST_CLOCK, "") if allow_test_clock else ""
        self._file = Path(named) if named else None

    @property
    def test_clock(self) -> Path | None:
        """The file that shifts the time, so that health, version and pages can say so; None on the true clock."""
        return self._file

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch.

        Raises:
            Unavailable: `TEST_CLOCK_UNREADABLE`; the true time would be a wrong answer then.
        """
        now_ms = time.time_ns() // 1_000_000
        return now_ms if self._file is None else now_ms + 1000 * _offset_s(self._file)

    def steady_ms(self) -> int:
        """Milliseconds of a clock that never goes back."""
        return time.monotonic_ns() // 1_000_000


def _offset_s(file: Path) -> int:
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST).decode("ascii", "replace").strip()
    except OSError:
        text = ""
    if not _OFFSET.fullmatch(text):
        raise Unavailable(SystemReason.TEST_CLOCK_UNREADABLE, f"{TEST_CLOCK} names a file with signed whole seconds")
    return int(text)
