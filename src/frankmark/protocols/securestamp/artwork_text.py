"""Lettering that fits: how wide a text is, how it is broken into lines, and SVG text of exactly that width.

A viewer's fonts are unknown, so widths are estimated from a table and every text states its width (`textLength`): a
wider font is drawn narrower and nothing ever runs out of the frame.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

__all__ = ["MONO", "SANS", "SERIF", "fitted_lines", "text", "text_width"]

SERIF: Final = "Georgia,'Times New Roman','Noto Serif','DejaVu Serif',serif"
SANS: Final = "Verdana,'DejaVu Sans','Noto Sans',Arial,sans-serif"
MONO: Final = "Menlo,Consolas,'DejaVu Sans Mono',monospace"

SMALLEST: Final = 30
_STEP: Final = 10
_EM: Final = 1_000
_IDEOGRAPHS: Final = 0x2E80
_CLASSES: Final = (
    (" ijl.,:;'|!I", 310),
    ("frt-()[]/1", 440),
    ("0123456789", 640),
    ("mw", 860),
    ("MW@%", 980),
    ("abcdeghknopqsuvxyz", 560),
)
_WIDTHS: Final = {letter: width for letters, width in _CLASSES for letter in letters}
_OTHER: Final = 680
_PIECE: Final = re.compile(r"[^.]*\.|[^.]+")


def text_width(line: str, size: int) -> int:
    """An estimate of a line's width.

    Args:
        line: The text.
        size: The font size.

    Returns:
        The width in the unit of `size`.
    """
    ems = sum(_EM if ord(letter) >= _IDEOGRAPHS else _WIDTHS.get(letter, _OTHER) for letter in line)
    return ems * size // _EM


def fitted_lines(line: str, width: int, height: int, largest: int) -> tuple[int, Sequence[str]]:
    """Break a domain name into lines that fill a box in the largest size that fits; nothing is left out.

    Args:
        line: The name, at most 253 characters.
        width: The width of the box.
        height: The height of the box.
        largest: The largest font size.

    Returns:
        The font size and the lines.
    """
    for size in range(largest, SMALLEST, -_STEP):
        lines = _broken(line, width, size)
        if len(lines) * size * 6 // 5 <= height and (len(lines) == 1 or size <= largest * 3 // 5):
            return size, lines
    return SMALLEST, _broken(line, width, SMALLEST)


def _broken(line: str, width: int, size: int) -> list[str]:
    """Greedy lines, broken behind dots where possible."""
    lines = [""]
    for piece in _PIECE.findall(line):
        if text_width(lines[-1] + piece, size) <= width:
            lines[-1] += piece
        elif text_width(piece, size) <= width:
            lines.append(piece)
        else:
            for letter in piece:
                if text_width(lines[-1] + letter, size) > width:
                    lines.append("")
                lines[-1] += letter
    return lines


def text(line: str, x: int, y: int, size: int, attributes: str, *, width: int = 0) -> str:
    """An SVG text element.

    Args:
        line: The text, not yet escaped.
        x: Where it is anchored.
        y: The base line.
        size: The font size.
        attributes: Further attributes, as markup.
        width: Its width; 0 stands for the estimate.

    Returns:
        The markup.
    """
    length = width or text_width(line, size)
    fit = f'textLength="{length}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x}" y="{y}" font-size="{size}" {fit} {attributes}>{escape(line)}</text>'
