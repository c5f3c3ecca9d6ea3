"""Tiled logs as c2sp.org/tlog-tiles lays them out: paths, widths, tile octets, entry bundles, and growing a tree.

A full tile holds 256 consecutive hashes of one level. At level 0 they are leaf hashes, at level ``L`` each is the
root of a full tile of level ``L-1``, which is the node at height ``8·L``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from typing_extensions import override

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.merkle import EMPTY_ROOT, HASH_SIZE, node_hash
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = [
    "MAX_ENTRY",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "Frontier",
    "TilePath",
    "expand",
    "node_in_tile",
    "parse_bundle",
    "render_bundle",
    "tile_width",
]

TILE_HEIGHT = 8
TILE_WIDTH = 256
MAX_ENTRY = 65_535  # the length prefix has two octets
MAX_LEVEL = 63
MAX_INDEX = 1 << 63
INDEX_DIGITS = 3
LONGEST_PATH = 64  # octets; level, index below 2^63 and width need fewer


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes a tile holds in a tree of `size` leaves: 0 (there is no such tile) to 256 (full).

    Args:
        level: The tile's level; entry bundles are as wide as the tiles of level 0.
        index: The tile's index in its level.
        size: The number of leaves.

    Returns:
        The width.
    """
    hashes = size >> (TILE_HEIGHT * level)
    return max(0, min(TILE_WIDTH, hashes - index * TILE_WIDTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePath:
    """The name of a tile or of an entry bundle below a log's prefix.

    Attributes:
        level: 0 to 63; -1 for an entry bundle.
        index: The index within the level.
        width: 1 to 256; 256 is a full tile, which has no suffix.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``tile/<L>/<N>[.p/<W>]`` or ``tile/entries/<N>[.p/<W>]``, in the one spelling that the page allows.

        Args:
            text: The path without a leading slash.

        Returns:
            The path's parts.

        Raises:
            Malformed: `TILE_PATH_MALFORMED`.
        """
        if len(text) > LONGEST_PATH or not text.startswith("tile/"):
            raise _no_tile()
        level, _, rest = text.removeprefix("tile/").partition("/")
        name, partial, width = rest.partition(".p/")
        path = cls(
            level=-1 if level == "entries" else _decimal(level, MAX_LEVEL),
            index=_index(name),
            width=_decimal(width, TILE_WIDTH - 1) if partial else TILE_WIDTH,
        )
        if path.width == 0 or str(path) != text:
            raise _no_tile()
        return path

    @override
    def __str__(self) -> str:
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // INDEX_DIGITS) * INDEX_DIGITS)
        parts = [digits[at : at + INDEX_DIGITS] for at in range(0, len(digits), INDEX_DIGITS)]
        name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        level = "entries" if self.level < 0 else str(self.level)
        return f"tile/{level}/{name}" + ("" if self.width == TILE_WIDTH else f".p/{self.width}")


def _decimal(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and str(int(text)) == text and int(text) <= most):
        raise _no_tile()
    return int(text)


def _index(text: str) -> int:
    *heads, last = text.split("/")
    parts = [head.removeprefix("x") for head in heads] + [last]
    if not all(part.isascii() and part.isdigit() and len(part) == INDEX_DIGITS for part in parts):
        raise _no_tile()
    index = int("".join(parts))
    if index >= MAX_INDEX:
        raise _no_tile()
    return index


def _no_tile() -> Malformed:
    return Malformed(TlogReason.TILE_PATH_MALFORMED, "tile/<level>/<index>[.p/<width>], as in tile/0/x001/234.p/5")


def expand(hashes: bytes) -> bytes:
    """All nodes inside a tile, level by level from its hashes up, 32 octets each; input of `node_in_tile`.

    Args:
        hashes: The tile's octets: 1 to 256 hashes.

    Returns:
        The hashes, then each level of nodes over pairs of them; what has no pair yet is left out.

    Raises:
        Malformed: `TILE_MALFORMED` if these are not 1 to 256 hashes.
    """
    count, rest = divmod(len(hashes), HASH_SIZE)
    if rest or not 1 <= count <= TILE_WIDTH:
        raise Malformed(TlogReason.TILE_MALFORMED, "a tile has 1 to 256 hashes of 32 octets")
    level = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
    levels = [hashes]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        levels.append(b"".join(level))
    return b"".join(levels)


def node_in_tile(expanded: bytes, width: int, height: int, index: int) -> bytes:
    """One node inside a tile.

    Args:
        expanded: The octets that `expand` made.
        width: How many hashes the tile has.
        height: 0 for the tile's own hashes, up to 8 for the root of a full tile.
        index: The node's index at this height within the tile.

    Returns:
        32 octets.

    Raises:
        Misuse: `TREE_RANGE` if the tile does not hold that node.
    """
    if not 0 <= index < width >> height:
        raise Misuse(TlogReason.TREE_RANGE, f"a tile of {width} hashes has no node {index} at height {height}")
    before = 0
    for _ in range(height):
        before += width
        width >>= 1
    at = (before + index) * HASH_SIZE
    return expanded[at : at + HASH_SIZE]


def render_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry behind its length in two octets, big-endian.

    Args:
        entries: The entries, up to 65,535 octets each.

    Returns:
        The bundle's octets.

    Raises:
        Misuse: `ENTRY_TOO_LARGE`.
    """
    try:
        return b"".join([part for entry in entries for part in (len(entry).to_bytes(2), entry)])
    except OverflowError:
        raise Misuse(TlogReason.ENTRY_TOO_LARGE, f"an entry has at most {MAX_ENTRY} octets") from None


def parse_bundle(octets: bytes) -> tuple[bytes, ...]:
    """Read an entry bundle.

    Args:
        octets: The bundle: 1 to 256 entries.

    Returns:
        The entries.

    Raises:
        Malformed: `BUNDLE_MALFORMED` if a length leads past the end, or if there is no entry or more than 256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(octets) and len(entries) <= TILE_WIDTH:
        start = at + 2
        at = start + int.from_bytes(octets[at:start])
        entries.append(octets[start:at])
    if at != len(octets) or not 1 <= len(entries) <= TILE_WIDTH:
        raise Malformed(TlogReason.BUNDLE_MALFORMED, "a bundle is 1 to 256 entries, each behind its length")
    return tuple(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The growing end of a tree: all that has to be known to append to it.

    Attributes:
        size: The number of leaves.
        peaks: The roots of the perfect subtrees that `size` falls into, the widest first: one for each 1 bit.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = field(default=())

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *rest, computed = self.peaks
        for peak in reversed(rest):
            computed = node_hash(peak, computed)
        return computed

    def grow(self, leaves: Sequence[bytes]) -> tuple["Frontier", list[list[bytes]]]:
        """Append leaves; each costs one node hash on the average.

        Args:
            leaves: Leaf hashes.

        Returns:
            The new frontier, and for each tile level the hashes that this adds to it: at level 0 the leaves.
        """
        added: list[list[bytes]] = [list(leaves)]
        peaks = list(self.peaks)
        size = self.size
        for leaf in leaves:
            node, carry, height = leaf, size, 0
            while carry & 1:
                node = node_hash(peaks.pop(), node)
                carry >>= 1
                height += 1
                if not height % TILE_HEIGHT:
                    while len(added) <= height // TILE_HEIGHT:
                        added.append([])
                    added[height // TILE_HEIGHT].append(node)
            peaks.append(node)
            size += 1
        return Frontier(size=size, peaks=tuple(peaks)), added
