"""The integer sine against the mathematics library."""

import math

from frankmark.protocols.securestamp.artwork_sine import ONE, TURN, cosine, scaled, sine


def test_every_value_is_the_sine_rounded_once() -> None:
    for step in range(TURN):
        exact = math.sin(2 * math.pi * step / TURN) * ONE
        assert abs(sine(step) - exact) <= 0.5 + 1e-9
        assert sine(step) == -sine(-step) == sine(step + 7 * TURN) == cosine(step - TURN // 4)


def test_the_corners_are_exact() -> None:
    assert [sine(step) for step in (0, 256, 512, 768)] == [0, ONE, 0, -ONE]


def test_scaling_rounds_half_up_on_both_sides_of_zero() -> None:
    assert [scaled(length, ONE // 2) for length in (3, 1, 0, -1, -3)] == [2, 1, 0, 0, -1]
    assert scaled(123_456, ONE) == 123_456
