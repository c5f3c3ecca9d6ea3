"""Any octets: a tile path, a tile and an entry bundle in their one spelling, or a refusal with a code."""

from frankmark.foundation.errors import Error
from frankmark.foundation.tiles import (
    TILE_WIDTH,
    TilePath,
    expand,
    node_in_tile,
    parse_bundle,
    render_bundle,
    tile_width,
)


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        path = TilePath.parse(text)
        if str(path) != text or not 1 <= path.width <= TILE_WIDTH:
            raise AssertionError("a tile path is spelt in one way")
        tile_width(max(path.level, 0), path.index, len(data) << 8)
    except Error:
        pass
    try:
        if render_bundle(parse_bundle(data)) != data:
            raise AssertionError("a bundle is spelt in one way")
    except Error:
        pass
    try:
        expanded = expand(data)
        width = len(data) // 32
        if b"".join(node_in_tile(expanded, width, 0, index) for index in range(width)) != data:
            raise AssertionError("a tile's own hashes are its first nodes")
    except Error:
        pass
