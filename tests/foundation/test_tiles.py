"""c2sp.org/tlog-tiles: widths, nodes inside tiles, entry bundles, and a tree that grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Error, Malformed, Misuse
from frankmark.foundation.merkle import HASH_SIZE, leaf_hash, root
from frankmark.foundation.tiles import (
    Frontier,
    TilePath,
    expand,
    node_in_tile,
    parse_bundle,
    render_bundle,
    tile_width,
)
from frankmark.foundation.tlog_reasons import TlogReason

LEAVES = [leaf_hash(n.to_bytes(4)) for n in range(700)]


def test_the_example_of_the_page() -> None:
    # "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one
    # full level 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1"
    assert [tile_width(0, n, 70_000) for n in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(1, n, 70_000) for n in (0, 1, 2)] == [256, 17, 0]
    assert [tile_width(2, n, 70_000) for n in (0, 1)] == [1, 0]
    assert tile_width(3, 0, 70_000) == 0
    assert (tile_width(0, 0, 256), tile_width(1, 0, 256)) == (256, 1)


@given(st.integers(-1, 63), st.integers(0, (1 << 63) - 1), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level: int, index: int, width: int) -> None:
    path = TilePath(level=level, index=index, width=width)
    assert TilePath.parse(str(path)) == path


@given(st.text())
def test_any_text_is_a_path_in_its_one_spelling_or_none(text: str) -> None:
    for candidate in (text, f"tile/{text}", f"tile/0/{text}", f"tile/0/000.p/{text}"):
        try:
            path = TilePath.parse(candidate)
        except Malformed:
            continue
        assert str(path) == candidate


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8, 100, 255, 256])
def test_the_nodes_inside_a_tile(width: int) -> None:
    leaves = LEAVES[:width]
    expanded = expand(b"".join(leaves))
    for height in range(9):
        for index in range(width >> height):
            covered = leaves[index << height : (index + 1) << height]
            assert node_in_tile(expanded, width, height, index) == root(covered)
        with pytest.raises(Misuse):
            node_in_tile(expanded, width, height, width >> height)
    with pytest.raises(Misuse):
        node_in_tile(expanded, width, 0, -1)


@pytest.mark.parametrize("octets", [b"", bytes(31), bytes(33), bytes(257 * 32)])
def test_what_is_no_tile(octets: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        expand(octets)
    assert caught.value.code is TlogReason.TILE_MALFORMED


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_as_it_was_written(entries: list[bytes]) -> None:
    assert parse_bundle(render_bundle(entries)) == tuple(entries)


@given(st.binary(max_size=2_000))
def test_any_octets_are_a_bundle_in_its_one_spelling_or_none(octets: bytes) -> None:
    try:
        entries = parse_bundle(octets)
    except Error:
        return
    assert render_bundle(entries) == octets


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\1", b"\0\2a", b"\0\1ab", b"\0\0" * 257])
def test_what_is_no_bundle(octets: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        parse_bundle(octets)
    assert caught.value.code is TlogReason.BUNDLE_MALFORMED


def test_the_longest_entry() -> None:
    assert parse_bundle(render_bundle([bytes(65_535)])) == (bytes(65_535),)
    with pytest.raises(Misuse) as caught:
        render_bundle([bytes(65_536)])
    assert caught.value.code is TlogReason.ENTRY_TOO_LARGE


@given(st.lists(st.integers(0, 300), max_size=5))
def test_a_tree_that_grows_in_steps_is_the_tree_at_once(steps: list[int]) -> None:
    frontier = Frontier()
    levels: dict[int, list[bytes]] = {}
    size = 0
    for wanted in steps:
        step = min(wanted, len(LEAVES) - size)
        before = frontier
        frontier, added = frontier.grow(LEAVES[size : size + step])
        assert before.size == size, "growing changes nothing that was"
        size += step
        for level, hashes in enumerate(added):
            levels.setdefault(level, []).extend(hashes)
        assert frontier.size == size
        assert frontier.root == root(LEAVES[:size])
        assert len(frontier.peaks) == size.bit_count()
    assert levels.get(0, []) == LEAVES[:size]
    assert levels.get(1, []) == [root(LEAVES[at : at + 256]) for at in range(0, size - size % 256, 256)]
    assert all(len(one) == HASH_SIZE for one in frontier.peaks)


def test_the_second_level_of_a_large_tree() -> None:
    leaves = LEAVES[:256] * 257
    frontier, added = Frontier().grow(leaves)
    tile = root(LEAVES[:256])
    assert added[1] == [tile] * 257
    assert added[2] == [root([tile] * 256)]
    assert frontier.root == root(leaves)
