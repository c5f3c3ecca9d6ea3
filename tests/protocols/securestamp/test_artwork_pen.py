"""Seeds, curves and marks."""

import re

from hypothesis import given
from hypothesis import strategies as st

from frankmark.protocols.securestamp.artwork_pen import (
    Seed,
    closed_curve,
    mark_cells,
    open_curve,
    polar,
    relative,
)

POINTS = st.tuples(st.integers(-5_000, 5_000), st.integers(-5_000, 5_000))


def ends(data: str) -> list[tuple[int, int]]:
    """Where the pen is after the first command and after each quadratic piece."""
    start, rest = re.fullmatch(r"M([-\d ]+)q([-\d ]+)z?", data).groups()
    (at,) = [tuple(map(int, re.findall(r"-?\d+", start)))]
    found = [at]
    numbers = list(map(int, re.findall(r"-?\d+", rest)))
    for position in range(0, len(numbers), 4):
        at = (at[0] + numbers[position + 2], at[1] + numbers[position + 3])
        found.append(at)
    return found


@given(st.lists(POINTS, min_size=2, max_size=40))
def test_an_open_curve_runs_from_the_first_point_to_the_last(points: list[tuple[int, int]]) -> None:
    visited = ends(open_curve(points))
    assert (visited[0], visited[-1]) == (points[0], points[-1])
    assert len(visited) == len(points)


@given(st.lists(POINTS, min_size=3, max_size=40))
def test_a_closed_curve_ends_where_it_began(points: list[tuple[int, int]]) -> None:
    data = closed_curve(points)
    visited = ends(data)
    assert data.endswith("z")
    assert visited[0] == visited[-1]
    assert len(visited) == len(points) + 1


@given(st.lists(st.integers(-9_999, 9_999), min_size=1, max_size=20))
def test_numbers_survive_without_needless_separators(numbers: list[int]) -> None:
    text = relative("q", numbers)
    assert [int(number) for number in re.findall(r"-?\d+", text)] == numbers
    assert " -" not in text


def test_a_circle_is_round() -> None:
    for x, y in polar((100, 200), lambda _: 1_000, 60):
        assert abs((x - 100) ** 2 + (y - 200) ** 2 - 1_000**2) < 3_000


def test_a_seed_repeats_itself_and_no_other() -> None:
    one, again, other = Seed("a", b"x"), Seed("a", b"x"), Seed("b", b"x")
    numbers = [one.below(1 << 30) for _ in range(40)]
    assert numbers == [again.below(1 << 30) for _ in range(40)]
    assert numbers != [other.below(1 << 30) for _ in range(40)]
    assert len(set(numbers)) == 40
    assert one.hexadecimal == again.hexadecimal != other.hexadecimal


@given(st.from_regex(r"[a-z0-9]{1,12}\.example", fullmatch=True))
def test_a_mark_is_mirrored_and_neither_sparse_nor_crowded(domain: str) -> None:
    cells = mark_cells(domain)
    assert 9 <= len(cells) <= 17
    assert {(4 - x, y) for x, y in cells} == set(cells)
    assert {y for _, y in cells} >= {0, 4}
