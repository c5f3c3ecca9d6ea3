"""Where the trees of transparency logs are kept, and where what was signed last is kept.

The two are different stores on purpose: a tree may be restored from a backup, the memory of what was signed may not.
A head is signed only after the signer's store has moved from the head before, so that no restored tree, no second
process and no crash leads to two signed heads of which neither is the beginning of the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

__all__ = ["Batch", "LogState", "LogStoreReason", "NewRow", "Row", "SignerStore", "Swap", "TreeHead", "TreeStore"]


class LogStoreReason(StrEnum):
    """Why a store of trees or of signed heads did not take a change."""

    HEAD_MOVED = "HEAD_MOVED"  # the tree is not where the batch begins
    SIGNER_MOVED = "SIGNER_MOVED"  # another head was signed last


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """A tree's size and root (32 octets)."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """What a store knows of one log.

    Attributes:
        published: The head that is served; None before the first.
        number: How many heads were published.
        note: The signed checkpoint of `published`; empty before the first.
        pending: The head whose leaves are stored and which is not published.
    """

    published: TreeHead | None = None
    number: int = 0
    note: bytes = b""
    pending: TreeHead | None = None


@dataclass(slots=True)
class NewRow:
    """A leaf to store.

    Attributes:
        data: What is hashed into the tree; at most 65,535 octets.
        digest: SHA-256 of `data`, or the leaf hash: by which the leaf is found.
        leaf: The leaf hash.
        key: SHA-256 of the idempotency key; empty for a leaf without.
        attachment: Octets beside the tree that may be replaced; empty for none.
    """

    data: bytes
    digest: bytes
    leaf: bytes
    key: bytes = b""
    attachment: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One step of one log.

    Attributes:
        origin: The log.
        before: Where the tree must be: the published head, or the empty tree's before the first.
        after: Where it will be.
        rows: The leaves between the two.
        hashes: For each tile level the hashes that the step adds; those of level 0 are the rows' own.
        by_leaf: Whether the log's leaves are found by their leaf hash; the same for every batch of a log.
    """

    origin: str
    before: TreeHead
    after: TreeHead
    rows: Sequence[NewRow]
    hashes: Sequence[Sequence[bytes]]
    by_leaf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A leaf as it is stored."""

    index: int
    data: bytes
    leaf: bytes
    attachment: bytes


class TreeStore(Protocol):
    """The trees of any number of logs, each known by its origin.

    Laws:

    - `stage` stores leaves, tile hashes, both indexes and the pending head in one step that is durable when it
      returns; it takes a batch only if nothing is pending and the tree is at `before`. Else `Refused` (`HEAD_MOVED`).
    - `publish` makes the pending head the published one, durable when it returns. Else `Refused` (`HEAD_MOVED`).
    - Leaves and tile hashes never change. Reads answer what was staged too; whoever serves them stops at the
      published size.
    - Of several leaves under one digest the first is found. A key that is stored is found for ever.
    - A full, locked or damaged store raises `Unavailable`; nothing half-written is ever seen.
    """

    async def origins(self) -> Sequence[str]:
        """The logs with a published head, in the order in which they were begun."""
        ...

    async def state(self, origin: str) -> LogState:
        """What is stored of a log; the default of `LogState` for an unknown one."""
        ...

    async def stage(self, batch: Batch) -> None:
        """Store a batch with its pending head."""
        ...

    async def publish(self, origin: str, head: TreeHead, note: bytes) -> int:
        """Publish a head and its signed checkpoint; the head is the pending one, or the published one again.

        Returns:
            How many heads were published.
        """
        ...

    async def tile(self, origin: str, level: int, index: int) -> bytes:
        """The hashes of a tile, as many as there are; empty if there is none."""
        ...

    async def rows(self, origin: str, start: int, stop: int) -> Sequence[Row]:
        """The leaves from `start` up to, without, `stop`, as far as there are."""
        ...

    async def find(self, origin: str, digest: bytes) -> int | None:
        """The index of the first leaf with this digest."""
        ...

    async def find_keys(self, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, int]:
        """The indexes of those keys that are stored."""
        ...

    async def replace_attachment(self, origin: str, index: int, octets: bytes) -> bool:
        """Replace a leaf's attachment and leave nothing of the old one behind. False if the leaf has none."""
        ...

    async def drop_attachments(self, origin: str, start: int, stop: int) -> None:
        """Delete the attachments of the leaves from `start` up to, without, `stop`, and leave nothing behind."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One signer's step on one log.

    Attributes:
        signer: The name of the key.
        origin: The log.
        expected: What it signed last; None if it never did.
        head: What it is about to sign.
    """

    signer: str
    origin: str
    expected: TreeHead | None
    head: TreeHead


class SignerStore(Protocol):
    """What each key signed last on each log.

    Laws: `swap` takes all steps or none, and is durable when it returns; if any key signed last what was not expected
    it raises `Refused` (`SIGNER_MOVED`) and changes nothing. What is stored here is in no backup.
    """

    async def last(self, signer: str, origin: str) -> TreeHead | None:
        """What the key signed last on the log."""
        ...

    async def swap(self, swaps: Sequence[Swap]) -> None:
        """Take the steps."""
        ...
