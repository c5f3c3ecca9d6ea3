"""Text in lines of so many columns, in scripts with spaces and in those without (UAX 14, JIS X 4051)."""

import re
from collections.abc import Iterator
from typing import Final

from frankmark.surfaces.cli.output import width_of

__all__ = ["columns", "wrapped"]

NEVER_FIRST: Final = "、。，．・：；？！）」』】〉》］｝ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々"  # noqa: RUF001  (wide marks, on purpose)
NEVER_LAST: Final = "（「『【〈《［｛"  # noqa: RUF001  (as above)
# What stays together: a wide character with the marks that may not begin or end a line beside it, or a word.
PIECE: Final = re.compile(
    rf"[{NEVER_LAST}]*(?:[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|[^\s\u1100-\u115f"
    rf"\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]+)[{NEVER_FIRST}]*|\s+"
)


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines.

    Args:
        text: Words; how much space is between them does not matter.
        width: The most columns of a line; a word that is longer stays whole.

    Returns:
        The lines, none of which begins or ends with a space; one empty line for no words.
    """
    lines, line, taken = [], "", 0
    for gap, piece in _pieces(text):
        wide = width_of(piece)
        if line and taken + len(gap) + wide > width:
            lines.append(line)
            line, taken = piece, wide
        else:
            line += (gap if line else "") + piece
            taken = width_of(line)
    return [*lines, line]


def columns(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Terms with what they mean: beside each other where there is room, below each other where there is not.

    Args:
        rows: Terms and meanings.
        width: The most columns of a line.
    """
    widest = max((width_of(term) for term, _ in rows), default=0)
    narrow = width < 50  # noqa: PLR2004  (columns; less would leave no room for two)
    beside = 4 if narrow else min(widest, width // 3) + 2
    for term, meaning in rows:
        told = wrapped(meaning, width - beside)
        if narrow or width_of(term) > beside - 2:
            yield term
        else:
            yield (term + " " * (beside - width_of(term)) + told.pop(0)).rstrip()
        yield from (" " * beside + line for line in told if line)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What stays together, each with the space before it."""
    gap = ""
    for piece in PIECE.findall(text.strip()):
        if piece.isspace():
            gap = " "
        else:
            yield gap, piece
            gap = ""
