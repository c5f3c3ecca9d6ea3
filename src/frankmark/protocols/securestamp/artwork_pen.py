"""What artwork is drawn with: a seed that never runs dry, curves as SVG path data, and a mark of 5 by 5 cells.

Lengths are whole tenths of a pixel. A curve is a chain of quadratic pieces whose control points are the curve's own
points and whose ends are the middles between them: smooth, short, and made of integers.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from frankmark.foundation.digest import labelled, sha256
from frankmark.protocols.securestamp.artwork_sine import TURN, cosine, scaled, sine

__all__ = ["Point", "Seed", "closed_curve", "mark_cells", "open_curve", "polar", "relative"]

Point = tuple[int, int]

CELLS = 5
FEWEST_CELLS = 9
MOST_CELLS = 17


class Seed:
    """Numbers that follow from some octets: SHA-256 in counter mode.

    Args:
        label: What the numbers are for.
        data: The octets.
    """

    __slots__ = ("_block", "_count", "_key")

    def __init__(self, label: str, data: bytes) -> None:
        self._key = sha256(labelled(label, data))
        self._block = b""
        self._count = 0

    @property
    def hexadecimal(self) -> str:
        """The key that all numbers follow from, 64 digits."""
        return self._key.hex()

    def below(self, bound: int) -> int:
        """The next number from 0 to `bound` - 1; `bound` is far below 2^32, so the bias does not show."""
        if not self._block:
            self._block = sha256(self._key, self._count.to_bytes(4, "big"))
            self._count += 1
        number, self._block = int.from_bytes(self._block[:4], "big"), self._block[4:]
        return number % bound


def relative(letter: str, numbers: Iterable[int]) -> str:
    """A path command with as few separators as SVG allows."""
    text = letter
    for position, number in enumerate(numbers):
        text += f"{number}" if position == 0 or number < 0 else f" {number}"
    return text


def open_curve(points: Sequence[Point]) -> str:
    """Path data of a smooth curve from the first point to the last.

    Args:
        points: At least two.

    Returns:
        The value of a `d` attribute.
    """
    numbers: list[int] = []
    at = points[0]
    for control, after in pairwise(points[1:]):
        end = _middle(control, after)
        numbers += (control[0] - at[0], control[1] - at[1], end[0] - at[0], end[1] - at[1])
        at = end
    numbers += (points[-1][0] - at[0], points[-1][1] - at[1]) * 2
    return relative("M", points[0]) + relative("q", numbers)


def closed_curve(points: Sequence[Point]) -> str:
    """Path data of a smooth closed curve around all points.

    Args:
        points: At least three.

    Returns:
        The value of a `d` attribute.
    """
    start = at = _middle(points[-1], points[0])
    numbers: list[int] = []
    for control, after in zip(points, [*points[1:], points[0]], strict=True):
        end = _middle(control, after)
        numbers += (control[0] - at[0], control[1] - at[1], end[0] - at[0], end[1] - at[1])
        at = end
    return relative("M", start) + relative("q", numbers) + "z"


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) >> 1, (one[1] + other[1]) >> 1


def polar(centre: Point, radius: Callable[[int], int], count: int) -> list[Point]:
    """Points of a curve around a centre.

    Args:
        centre: The centre.
        radius: The radius at a step of 1/1 024 turn.
        count: How many points.

    Returns:
        The points, clockwise on the screen, from three o'clock.
    """
    steps = [number * TURN // count for number in range(count)]
    return [
        (centre[0] + scaled(radius(step), cosine(step)), centre[1] + scaled(radius(step), sine(step))) for step in steps
    ]


def mark_cells(domain: str) -> list[Point]:
    """A domain's mark: the cells that are set in 5 columns and rows, the left half mirrored on the right.

    The first pattern of the seed's that is neither sparse nor crowded and fills its height.

    Args:
        domain: As A-labels.

    Returns:
        Column and row of each cell, row by row.
    """
    seed = Seed("frankmark/mark/1", domain.encode("ascii"))
    while True:
        bits = seed.below(1 << 15)
        cells = [(x, y) for y in range(CELLS) for x in range(CELLS) if bits >> (3 * y + min(x, CELLS - 1 - x)) & 1]
        if FEWEST_CELLS <= len(cells) <= MOST_CELLS and {row for _, row in cells} >= {0, CELLS - 1}:
            return cells
