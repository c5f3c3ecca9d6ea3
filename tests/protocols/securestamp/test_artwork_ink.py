"""Integer OKLCH against the same formulas in floating point."""

import math

import pytest

from frankmark.protocols.securestamp.artwork_ink import ink, style_sheet


def reference(hue: float, lightness: float, chroma: float) -> tuple[int, ...]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    cones = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    linear = (min(max(sum(f * c for f, c in zip(row, cones, strict=True)), 0), 1) for row in rows)
    return tuple(round(255 * max(1.055 * c ** (1 / 2.4) - 0.055, 0)) for c in linear)


@pytest.mark.parametrize("lightness", [200, 255, 380, 450, 480, 790, 850, 962])
@pytest.mark.parametrize("chroma", [0, 18, 60, 115])
def test_every_hue_is_within_one_of_the_reference(lightness: int, chroma: int) -> None:
    for hue in range(-30, 400, 15):
        colour = ink(hue, lightness, chroma)
        channels = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        step = math.floor(hue % 360 * 1024 / 360) * 360 / 1024  # the table's nearest hue below
        expected = reference(step, lightness / 1000, chroma / 1000)
        assert all(abs(one - other) <= 1 for one, other in zip(channels, expected, strict=True)), (
            hue,
            colour,
            expected,
        )


def test_the_ends_of_grey() -> None:
    assert (ink(0, 0, 0), ink(123, 1000, 0)) == ("#000000", "#ffffff")


def test_a_style_sheet_names_both_themes_and_only_its_own_drawing() -> None:
    sheet = style_sheet("s1", {"a{fill:": ("#111111", "#222222"), "b{stroke:": ("#333333", "#444444")})
    light = ".s1 .a{fill:#111111}.s1 .b{stroke:#333333}"
    dark = ".s1 .a{fill:#222222}.s1 .b{stroke:#444444}"
    assert sheet == f"<style>{light}@media(prefers-color-scheme:dark){{{dark}}}</style>"
