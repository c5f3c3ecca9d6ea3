"""Ink for a drawing: OKLCH colours as sRGB, computed with integers alone.

OKLCH keeps lightness apart from hue, so every hue of one lightness has about the same contrast to the paper, and a
dark theme is the same hue at another lightness. The constants are those of the OKLab colour space (B. Ottosson, 2020)
in units of 1/10^10; the encoding is sRGB's power 12/5 (IEC 61966-2-1), compared as whole fifth and twelfth powers. Its
straight piece next to black is left out: no ink is that dark.
"""

from collections.abc import Mapping
from typing import Final

from frankmark.protocols.securestamp.artwork_sine import ONE, TURN, cosine, sine

__all__ = ["DEGREES", "ink", "style_sheet"]

DEGREES: Final = 360

_UNIT: Final = 10**10
_THOUSAND: Final = 1_000
_WHITE: Final = 255
_CONE: Final = ((3_963_377_774, 2_158_037_573), (-1_055_613_458, -638_541_728), (-894_841_775, -12_914_855_480))
_LINEAR: Final = (
    (40_767_416_621, -33_077_115_913, 2_309_699_292),
    (-12_684_380_046, 26_097_574_011, -3_413_193_965),
    (-41_960_863, -7_034_186_147, 17_076_147_010),
)


def ink(hue: int, lightness: int, chroma: int) -> str:
    """One colour as ``#rrggbb``; what sRGB cannot show is cut off channel by channel.

    Args:
        hue: In degrees.
        lightness: 0 (black) to 1 000 (white).
        chroma: 0 (grey) to about 300.

    Returns:
        The colour.
    """
    step = hue % DEGREES * TURN // DEGREES
    a = chroma * cosine(step) * _UNIT // (ONE * _THOUSAND)
    b = chroma * sine(step) * _UNIT // (ONE * _THOUSAND)
    light = lightness * _UNIT // _THOUSAND
    cones = [(light + (of_a * a + of_b * b) // _UNIT) ** 3 // _UNIT**2 for of_a, of_b in _CONE]
    channels = (sum(of * cone for of, cone in zip(row, cones, strict=True)) // _UNIT for row in _LINEAR)
    return "#" + "".join(f"{_encoded(channel):02x}" for channel in channels)


def _encoded(linear: int) -> int:
    """The greatest eight-bit value whose lower rounding bound is not above the linear value."""
    low, high = 0, _WHITE
    power = max(linear, 0) ** 5
    while low < high:
        middle = (low + high + 1) // 2
        if power * 269_025**12 >= (1_000 * middle + 13_525) ** 12 * _UNIT**5:
            low = middle
        else:
            high = middle - 1
    return low


def style_sheet(name: str, rules: Mapping[str, tuple[str, str]]) -> str:
    """The style element of a drawing, for both themes.

    Args:
        name: The class of the drawing's root.
        rules: The colour in the light and in the dark theme, by the beginning of a rule such as ``a{fill:``.

    Returns:
        The markup.
    """
    light, dark = ("".join(f".{name} .{rule}{pair[theme]}}}" for rule, pair in rules.items()) for theme in (0, 1))
    return f"<style>{light}@media(prefers-color-scheme:dark){{{dark}}}</style>"
