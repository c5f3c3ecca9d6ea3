"""The logs of a node as anybody sees them over HTTP, for `frankmark.services.log_monitor`; nothing here is believed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Unavailable
from frankmark.foundation.merkle import HASH_SIZE, consistency_path
from frankmark.foundation.tiles import TILE_HEIGHT, TILE_WIDTH, TilePath, expand, node_in_tile, tile_width
from frankmark.ports.node_api import NodeAnswer, NodeApi
from frankmark.protocols.signal.logs import LogName
from frankmark.services.log_monitor import LogSource
from frankmark.services.log_reasons import LogReason

__all__ = ["WatchedLog", "watched_logs"]

MOST_LOGS: Final = 100
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RESOURCES: Final = re.compile(r"/v1/ledger/logs/[0-9]{1,4}/", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLog:
    """One log of a node.

    Attributes:
        head: The signed text that it serves as its newest head.
        second: The same head, signed in another form; empty if there is none.
        source: What else its server answers.
    """

    head: str
    source: LogSource
    second: str = ""


def watched_logs(node: NodeApi) -> Iterator[WatchedLog]:
    """All logs of a node: those of its ledger, the oldest first, then those of Signal that it has.

    Args:
        node: The node.

    Yields:
        Each log with its head.

    Raises:
        Unavailable: `LOG_UNREADABLE`, the node answers something else; what the node's client raises.
    """
    listed = _members(node.call("GET", "/v1/ledger/logs")).get("items")
    for item in listed[:MOST_LOGS] if isinstance(listed, list) else ():
        resources, head = (item.get("resources"), item.get("checkpoint")) if isinstance(item, dict) else (None, None)
        if not isinstance(resources, str) or not isinstance(head, str) or not _RESOURCES.fullmatch(resources):
            raise _unreadable("/v1/ledger/logs")
        yield WatchedLog(head=head, source=_Tiles(node, resources))
    for name in LogName:
        answer = node.call("GET", f"/api/signal/logs/{name}/sth")
        if answer.status != HTTPStatus.NOT_FOUND:  # a node of an older release has none
            told = _members(answer)
            head, second = told.get("sth"), told.get("checkpoint")
            if not isinstance(head, str) or not isinstance(second, str):
                raise _unreadable(f"/api/signal/logs/{name}/sth")
            yield WatchedLog(head=head, source=_Signal(node, name), second=second)


class _Tiles:
    """A log whose hashes are read from its tiles (c2sp.org/tlog-tiles)."""

    def __init__(self, node: NodeApi, resources: str) -> None:
        self._node = node
        self._resources = resources
        self._tiles: dict[TilePath, bytes] = {}

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        return consistency_path(old, new, partial(self._hash, new))

    def leaf_hashes(self, size: int) -> Sequence[bytes]:
        leaves: list[bytes] = []
        for index in range(-(-size // TILE_WIDTH)):
            octets = self._octets(TilePath(level=0, index=index, width=tile_width(0, index, size)))
            leaves += [octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)]
        return leaves

    def _hash(self, size: int, height: int, index: int) -> bytes:
        level, inner = divmod(height, TILE_HEIGHT)
        tile = index >> (TILE_HEIGHT - inner)
        width = tile_width(level, tile, size)
        path = TilePath(level=level, index=tile, width=width)
        if path not in self._tiles:
            self._tiles[path] = expand(self._octets(path))
        return node_in_tile(self._tiles[path], width, inner, index - (tile << (TILE_HEIGHT - inner)))

    def _octets(self, path: TilePath) -> bytes:
        answer = self._node.call("GET", f"{self._resources}{path}")
        if answer.status != HTTPStatus.OK or len(answer.data) != path.width * HASH_SIZE:
            raise _unreadable(f"{self._resources}{path}")
        return answer.data


class _Signal:
    """A log of Signal's, which has routes of its own."""

    def __init__(self, node: NodeApi, name: LogName) -> None:
        self._node = node
        self._base = f"/api/signal/logs/{name}"

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        where = f"{self._base}/consistency?first={old}&second={new}"
        path = _members(self._node.call("GET", where)).get("path")
        return [_hash(one, where) for one in path] if isinstance(path, list) else []

    def leaf_hashes(self, size: int) -> Sequence[bytes]:
        leaves: list[bytes] = []
        while len(leaves) < size:
            where = f"{self._base}/entries?start={len(leaves)}&end={size - 1}"
            items = _members(self._node.call("GET", where)).get("items")
            if not isinstance(items, list) or not items:
                raise _unreadable(where)
            leaves += [_hash(item.get("leafHash") if isinstance(item, dict) else None, where) for item in items]
        return leaves


def _hash(value: Json, where: str) -> bytes:
    if not isinstance(value, str) or not _HEX64.fullmatch(value):
        raise _unreadable(where)
    return bytes.fromhex(value)


def _members(answer: NodeAnswer) -> dict[str, Json]:
    if answer.status != HTTPStatus.OK or not isinstance(answer.body, dict):
        raise _unreadable("its logs")
    return answer.body


def _unreadable(what: str) -> Unavailable:
    return Unavailable(LogReason.LOG_UNREADABLE, f"the node does not answer {what} as a node does")
