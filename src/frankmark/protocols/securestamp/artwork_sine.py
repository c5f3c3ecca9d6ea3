"""A sine made of integers, so that a drawing has the same bytes wherever it is drawn.

The sine of a mathematics library may differ in the last bit from one machine to the next. Here a turn has 1 024 steps
and a value is a whole number of 1/16 384. The first quarter of the table is Taylor's series in 40 decimal digits of
fixed point, rounded once; the rest is symmetry.
"""

from typing import Final

__all__ = ["ONE", "TURN", "cosine", "scaled", "sine"]

TURN: Final = 1_024
ONE: Final = 16_384

_SHIFT: Final = 14
_LAST_ORDER: Final = 40
_UNIT: Final = 10**40
_PI: Final = 31_415_926_535_897_932_384_626_433_832_795_028_841_971


def _first_quarter() -> list[int]:
    values = []
    for step in range(TURN // 4 + 1):
        angle = 2 * _PI * step // TURN
        term = total = angle
        for order in range(2, _LAST_ORDER, 2):
            term = -term * angle // _UNIT * angle // _UNIT // (order * (order + 1))
            total += term
        values.append((2 * total * ONE + _UNIT) // (2 * _UNIT))
    return values


def _whole_turn() -> tuple[int, ...]:
    rising = _first_quarter()
    half = rising + rising[-2:0:-1]
    return tuple(half + [-value for value in half])


_SINE: Final = _whole_turn()


def sine(step: int) -> int:
    """The sine of `step` / 1 024 of a turn, in 1/16 384."""
    return _SINE[step % TURN]


def cosine(step: int) -> int:
    """The cosine of `step` / 1 024 of a turn, in 1/16 384."""
    return _SINE[(step + TURN // 4) % TURN]


def scaled(length: int, ratio: int) -> int:
    """`length` times `ratio` / 16 384, rounded half up."""
    return (length * ratio + ONE // 2) >> _SHIFT
