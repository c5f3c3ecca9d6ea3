"""Reading a tree: proofs and tlog-tiles resources out of stored tiles."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.merkle import HASH_SIZE, Node, consistency_path, inclusion_path, right_edge
from frankmark.foundation.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Frontier,
    TilePath,
    expand,
    node_in_tile,
    render_bundle,
    tile_width,
)
from frankmark.foundation.tlog_reasons import TlogReason
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.log import Row, TreeStore

__all__ = ["TreeReader"]

TILES_KEPT = 4_096  # 16 KiB each once expanded
EDGES_KEPT = 64

Place = tuple[int, int]


class TreeReader:
    """Answers questions about one log's tree at any size that it has had.

    Args:
        store: Where the tree is.
        origin: Which tree.
    """

    def __init__(self, store: TreeStore, origin: str) -> None:
        self._store = store
        self._origin = origin
        self._tiles: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._edges: OrderedDict[int, tuple[bytes, ...]] = OrderedDict()

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """The inclusion proof of leaf `index` in the tree of `size` leaves."""
        node = await self._nodes(size, index)
        return inclusion_path(index, size, node, await self._edge(size, node))

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` leaves is the beginning of the one of `new`."""
        node = await self._nodes(new, max(old - 1, 0))
        return consistency_path(old, new, node, await self._edge(new, node) if new else ())

    async def frontier(self, size: int) -> Frontier:
        """The growing end of the tree at `size` leaves, out of its tiles."""
        node = await self._nodes(size, max(size - 1, 0))
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        return Frontier(size=size, peaks=tuple(node(height, (size >> height) - 1) for height in heights))

    async def resource(self, path: str, size: int) -> bytes | None:
        """The octets of a tile or an entry bundle in the tree of `size` leaves.

        Args:
            path: As c2sp.org/tlog-tiles names it, ``tile/…``.
            size: The published size.

        Returns:
            The octets; None if the path names nothing that this tree has.
        """
        try:
            wanted = TilePath.parse(path)
        except Malformed:
            return None
        if wanted.width > tile_width(max(wanted.level, 0), wanted.index, size):
            return None
        if wanted.level < 0:
            start = wanted.index * TILE_WIDTH
            return render_bundle([row.data for row in await self.rows(start, start + wanted.width)])
        return await self._octets(wanted.level, wanted.index, wanted.width)

    @staticmethod
    def paths(size: int) -> Iterator[str]:
        """The paths of all tiles and entry bundles of the tree of `size` leaves."""
        for level in range(-1, -(-size.bit_length() // TILE_HEIGHT)):
            hashes = size >> (TILE_HEIGHT * max(level, 0))
            for index in range(-(-hashes // TILE_WIDTH)):
                yield str(TilePath(level=level, index=index, width=min(TILE_WIDTH, hashes - index * TILE_WIDTH)))

    async def rows(self, start: int, stop: int) -> list[Row]:
        """Leaves as they are stored, all of them there.

        Raises:
            Damaged: `STORE_DAMAGED` if one is missing.
        """
        rows = list(await self._store.rows(self._origin, start, stop))
        if [row.index for row in rows] != list(range(start, stop)):
            raise Damaged(StoreReason.STORE_DAMAGED, f"{self._origin}: leaves {start} to {stop} are not all there")
        return rows

    async def _octets(self, level: int, index: int, width: int) -> bytes:
        octets = (await self._store.tile(self._origin, level, index))[: width * HASH_SIZE]
        if len(octets) != width * HASH_SIZE:
            raise Damaged(StoreReason.STORE_DAMAGED, f"{self._origin}: tile {level}/{index} is not all there")
        return octets

    async def _nodes(self, size: int, *positions: int) -> Node:
        """A function that knows all nodes in the tiles over some leaves and over the last one."""
        tiles: dict[Place, tuple[bytes, int]] = {}
        for place in _places(size, (*positions, size - 1)):
            width = tile_width(*place, size)
            if width and place not in tiles:
                tiles[place] = (await self._expanded(*place, width), width)

        def node(height: int, index: int) -> bytes:
            level, inner = divmod(height, TILE_HEIGHT)
            tile = index >> (TILE_HEIGHT - inner)
            found = tiles.get((level, tile))
            if found is None:  # the root of a full tile whose parent has no pair yet
                raise Misuse(TlogReason.TREE_RANGE, f"node {index} at height {height} was not asked for")
            return node_in_tile(*found, inner, index - (tile << (TILE_HEIGHT - inner)))

        return node

    async def _expanded(self, level: int, index: int, width: int) -> bytes:
        key = (level, index, width)
        known = self._tiles.get(key)
        if known is None:
            known = self._tiles[key] = expand(await self._octets(level, index, width))
            if len(self._tiles) > TILES_KEPT:
                self._tiles.popitem(last=False)
        else:
            self._tiles.move_to_end(key)
        return known

    async def _edge(self, size: int, node: Node) -> tuple[bytes, ...]:
        known = self._edges.get(size)
        if known is None:
            known = self._edges[size] = right_edge(size, node)
            if len(self._edges) > EDGES_KEPT:
                self._edges.popitem(last=False)
        return known


def _places(size: int, positions: Iterable[int]) -> Iterable[Place]:
    for position in positions:
        level = 0
        while size >> (TILE_HEIGHT * level) and position >= 0:
            yield level, position >> (TILE_HEIGHT * (level + 1))
            level += 1
