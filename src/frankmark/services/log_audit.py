"""Auditing a log: everything that can be computed again is computed again and compared with what is stored."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error
from frankmark.foundation.merkle import HASH_SIZE, leaf_hash
from frankmark.foundation.tiles import TILE_WIDTH, Frontier, tile_width
from frankmark.ports.log import Row, TreeHead, TreeStore
from frankmark.services.succession import named_head
from frankmark.services.transparency import TransparencyLog

__all__ = ["AuditReport", "Finding", "FindingKind", "LedgerReport", "audit_log"]

MOST_FINDINGS = 1_000


class FindingKind(StrEnum):
    """What an audit can find wrong."""

    LEAF_MISSING = "LEAF_MISSING"
    LEAF_HASH_MISMATCH = "LEAF_HASH_MISMATCH"
    INDEX_MISMATCH = "INDEX_MISMATCH"  # the leaf is not found by its hash
    TILE_MISMATCH = "TILE_MISMATCH"
    ROOT_MISMATCH = "ROOT_MISMATCH"
    CHECKPOINT_INVALID = "CHECKPOINT_INVALID"
    SIGNED_HEAD_MISMATCH = "SIGNED_HEAD_MISMATCH"
    ENTRY_MALFORMED = "ENTRY_MALFORMED"
    ENTRY_SIGNATURE = "ENTRY_SIGNATURE"
    ISSUER_UNKNOWN = "ISSUER_UNKNOWN"
    ASSET_MISMATCH = "ASSET_MISMATCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        origin: The log.
        kind: What.
        index: The entry's place in this log; None if it is not about one.
        detail: One sentence.
    """

    origin: str
    kind: FindingKind
    index: int | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit of one log found.

    Attributes:
        origin: The log.
        size: How many leaves were recomputed.
        root: The recomputed root, 32 octets.
        findings: What is wrong, at most the first 1,000; empty for a sound log.
    """

    origin: str
    size: int
    root: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What an audit of a whole ledger found.

    Attributes:
        logs: One report for each log, the oldest first.
    """

    logs: tuple[AuditReport, ...]

    @property
    def size(self) -> int:
        """How many leaves were recomputed in all."""
        return sum(log.size for log in self.logs)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong in any of them; empty for a sound ledger."""
        return tuple(finding for log in self.logs for finding in log.findings)


Inspect = Callable[[str, Row], Sequence[Finding]]
"""What else is wrong with a leaf of the log with an origin."""


class _Audit:
    def __init__(self, log: TransparencyLog, store: TreeStore, successor: str) -> None:
        self._origin = log.origin
        self._successor = successor
        self._log = log
        self._head = log.head
        self._store = store
        self._levels: list[list[bytes]] = []
        self.frontier = Frontier()
        self.findings: list[Finding] = []

    def found(self, kind: FindingKind, index: int | None, detail: str) -> None:
        self.findings.append(Finding(origin=self._origin, kind=kind, index=index, detail=detail))

    async def leaves(self, inspect: Inspect) -> None:
        for start in range(0, self._head.size, TILE_WIDTH):
            stop = min(self._head.size, start + TILE_WIDTH)
            by_index = {row.index: row for row in await self._store.rows(self._origin, start, stop)}
            hashes = [await self._leaf(index, by_index.get(index), inspect) for index in range(start, stop)]
            self.frontier, added = self.frontier.grow(hashes)
            self._levels.extend([] for _ in range(len(self._levels), len(added)))
            for level, more in zip(self._levels[1:], added[1:], strict=False):
                level.extend(more)
            await asyncio.sleep(0)  # others are served meanwhile

    async def _leaf(self, index: int, row: Row | None, inspect: Inspect) -> bytes:
        if row is None:
            self.found(FindingKind.LEAF_MISSING, index, "the leaf is not stored")
            return bytes(HASH_SIZE)
        computed = leaf_hash(row.data)
        if computed != row.leaf:
            self.found(FindingKind.LEAF_HASH_MISMATCH, index, "the leaf's octets are not what was logged")
        place = await self._store.find(self._origin, sha256(row.data))
        if place is None or place > index:
            self.found(FindingKind.INDEX_MISMATCH, index, "the leaf is not found by its hash")
        self.findings.extend(inspect(self._origin, row))
        return computed

    async def tiles(self) -> None:
        for level, hashes in enumerate(self._levels[1:], 1):
            for tile in range(-(-len(hashes) // TILE_WIDTH)):
                width = tile_width(level, tile, self._head.size)
                stored = await self._store.tile(self._origin, level, tile)
                if stored[: width * HASH_SIZE] != b"".join(hashes[tile * TILE_WIDTH : tile * TILE_WIDTH + width]):
                    self.found(FindingKind.TILE_MISMATCH, None, f"tile {level}/{tile} is not what its leaves make")

    async def head(self) -> None:
        stated = TreeHead(size=self._head.size, root=self._head.root)
        if self.frontier.root != stated.root:
            self.found(FindingKind.ROOT_MISMATCH, None, "the leaves lead to another root than the head's")
        log_key, witnesses = self._log.keys
        try:
            signed = SignedCheckpoint.parse(self._head.note)
            signed.verify(self._origin, [log_key], witnesses, len(witnesses))
            if (signed.checkpoint.size, signed.checkpoint.root) != (stated.size, stated.root):
                self.found(FindingKind.CHECKPOINT_INVALID, None, "the signed checkpoint states another head")
        except Error as problem:
            self.found(FindingKind.CHECKPOINT_INVALID, None, str(problem))
        await self._last_signed(stated)

    async def _last_signed(self, stated: TreeHead) -> None:
        last = await self._log.last_signed()
        if not self._successor:
            if last != stated and self._log.head == self._head:
                self.found(FindingKind.SIGNED_HEAD_MISMATCH, None, "what was signed last is another head")
            return
        # More was signed than is stored, and the signer may have forgotten it: the successor says which head it was.
        named = await named_head(self._store, self._successor, self._origin)
        if named is None or named.size < stated.size or (named.size == stated.size and named != stated):
            detail = f"{self._successor} does not begin with a succession from this log's last head"
            self.found(FindingKind.SIGNED_HEAD_MISMATCH, None, detail)
        elif last not in {None, named}:
            detail = f"what was signed last is another head than the one that {self._successor} names"
            self.found(FindingKind.SIGNED_HEAD_MISMATCH, None, detail)


async def audit_log(
    log: TransparencyLog, store: TreeStore, inspect: Inspect = lambda _origin, _row: (), *, successor: str = ""
) -> AuditReport:
    """Recompute a log up to its newest head while it goes on.

    Args:
        log: The log, open.
        store: Where its tree is.
        inspect: What else to look at in each leaf.
        successor: The origin of the log that follows this one, whose first entry says what was signed last; empty for
            the log that is written.

    Returns:
        What was found.
    """
    audit = _Audit(log, store, successor)
    size = log.head.size
    await audit.leaves(inspect)
    await audit.tiles()
    await audit.head()
    findings = tuple(audit.findings[:MOST_FINDINGS])
    return AuditReport(origin=log.origin, size=size, root=audit.frontier.root, findings=findings)
