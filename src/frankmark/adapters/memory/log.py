"""The twins of `TreeStore` and `SignerStore`: trees and last signed heads in memory, with failure switches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from frankmark.adapters.memory.switches import Switches, breakable
from frankmark.foundation.errors import Refused
from frankmark.foundation.tiles import TILE_WIDTH
from frankmark.ports.log import Batch, LogState, LogStoreReason, NewRow, Row, Swap, TreeHead

if TYPE_CHECKING:
    from frankmark.ports.log import SignerStore, TreeStore

__all__ = ["MemorySigner", "MemoryTrees"]


@dataclass(slots=True)
class Log:
    """One tree."""

    state: LogState = field(default_factory=LogState)
    rows: list[NewRow] = field(default_factory=list)
    levels: list[list[bytes]] = field(default_factory=lambda: [[]])
    digests: dict[bytes, int] = field(default_factory=dict)
    keys: dict[bytes, int] = field(default_factory=dict)


class MemoryTrees:
    """Trees that end with the process."""

    def __init__(self) -> None:
        self.switches = Switches()
        self._logs: dict[str, Log] = {}

    @breakable
    async def origins(self) -> Sequence[str]:
        """The logs with a published head, the oldest first."""
        return [origin for origin, log in self._logs.items() if log.state.published]

    @breakable
    async def state(self, origin: str) -> LogState:
        """What is stored of a log."""
        return self._log(origin).state

    @breakable
    async def stage(self, batch: Batch) -> None:
        """Store a batch with its pending head."""
        log = self._log(batch.origin)
        published = log.state.published
        moved = batch.before != published if published else batch.before.size
        if log.state.pending is not None or moved:
            raise Refused(LogStoreReason.HEAD_MOVED, f"{batch.origin} is not at {batch.before.size}")
        for row in batch.rows:
            log.digests.setdefault(row.digest, len(log.rows))
            if row.key:
                log.keys[row.key] = len(log.rows)
            log.rows.append(replace(row))
        log.levels.extend([] for _ in range(len(log.levels), len(batch.hashes)))
        for level, hashes in zip(log.levels, batch.hashes, strict=False):
            level.extend(hashes)
        log.state = replace(log.state, pending=batch.after)

    @breakable
    async def publish(self, origin: str, head: TreeHead, note: bytes) -> int:
        """Publish a head and its signed checkpoint."""
        log = self._log(origin)
        if (log.state.pending or log.state.published or head) != head:
            raise Refused(LogStoreReason.HEAD_MOVED, f"{origin}: the pending head is another one")
        log.state = LogState(published=head, number=log.state.number + 1, note=note)
        return log.state.number

    @breakable
    async def tile(self, origin: str, level: int, index: int) -> bytes:
        """The hashes of a tile, as many as there are."""
        levels = self._log(origin).levels
        hashes = levels[level] if level < len(levels) else []
        return b"".join(hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH])

    @breakable
    async def rows(self, origin: str, start: int, stop: int) -> Sequence[Row]:
        """The leaves from `start` up to, without, `stop`."""
        found = self._log(origin).rows[start:stop]
        return [Row(index=at, data=r.data, leaf=r.leaf, attachment=r.attachment) for at, r in enumerate(found, start)]

    @breakable
    async def find(self, origin: str, digest: bytes) -> int | None:
        """The index of the first leaf with this SHA-256 of its data."""
        return self._log(origin).digests.get(digest)

    @breakable
    async def find_keys(self, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, int]:
        """The indexes of those keys that are stored."""
        stored = self._log(origin).keys
        return {key: stored[key] for key in keys if key in stored}

    @breakable
    async def replace_attachment(self, origin: str, index: int, octets: bytes) -> bool:
        """Replace a leaf's attachment."""
        rows = self._log(origin).rows
        if index >= len(rows) or not rows[index].attachment:
            return False
        rows[index].attachment = octets
        return True

    @breakable
    async def drop_attachments(self, origin: str, start: int, stop: int) -> None:
        """Delete the attachments of some leaves."""
        for row in self._log(origin).rows[start:stop]:
            row.attachment = b""

    def _log(self, origin: str) -> Log:
        return self._logs.setdefault(origin, Log())


class MemorySigner:
    """Last signed heads that end with the process."""

    def __init__(self) -> None:
        self.switches = Switches()
        self._signed: dict[tuple[str, str], TreeHead] = {}

    @breakable
    async def last(self, signer: str, origin: str) -> TreeHead | None:
        """What the key signed last on the log."""
        return self._signed.get((signer, origin))

    @breakable
    async def swap(self, swaps: Sequence[Swap]) -> None:
        """Take the steps."""
        for swap in swaps:
            if self._signed.get((swap.signer, swap.origin)) != swap.expected:
                raise Refused(LogStoreReason.SIGNER_MOVED, f"{swap.signer} signed another head of {swap.origin} last")
        self._signed.update({(swap.signer, swap.origin): swap.head for swap in swaps})


if TYPE_CHECKING:

    def _keep_every_promise(trees: MemoryTrees, signer: MemorySigner) -> tuple[TreeStore, SignerStore]:
        return trees, signer
