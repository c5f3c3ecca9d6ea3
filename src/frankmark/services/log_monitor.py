"""Watching a log from outside: is what it shows today the continuation of what it showed before (RFC 9162 §8.1.1)?

A log that shows two histories to two people is caught by whoever has seen both. Two signed heads alone show it where
they are of one size. Where they are not, the newer tree's own hashes show how it began: if that is another beginning
than the older head says, the two heads and those hashes are a proof that nobody needs to be believed for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from frankmark.foundation.errors import Error, Unverified
from frankmark.foundation.merkle import EMPTY_ROOT, node_hash, prefix_path, prefix_roots, root, verify_consistency
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = ["Comparison", "Continuation", "LogSource", "SeenHead", "compare", "verify_split"]

MOST_LEAVES = 1 << 20  # that are fetched to show how a tree began; 32 MiB


class Continuation(StrEnum):
    """What a head is to the one that is known."""

    FIRST = "first"  # none was known
    SAME = "same"
    GROWN = "grown"  # the known one is its beginning
    OLDER = "older"  # it is the beginning of the known one: somebody serves an old copy
    SPLIT = "split"  # it has another history, and this is proven
    UNPROVEN = "unproven"  # the server does not show that it continues the known one
    GONE = "gone"  # the log was there before, and the node names it no more


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHead:
    """A head whose signature holds.

    Attributes:
        log: The log's name: ``<node_id>/…``.
        size: The number of leaves.
        root: The root of the tree, 32 octets.
        text: The signed text itself, a checkpoint or a tree head as JWS.
    """

    log: str
    size: int
    root: bytes
    text: str


class LogSource(Protocol):
    """What the server of one log answers; none of it is believed."""

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the tree of `old` leaves is the beginning of the one of `new`.

        Raises:
            Error: The server gives none.
        """
        ...

    def leaf_hashes(self, size: int) -> Sequence[bytes]:
        """The hashes of the first leaves.

        Raises:
            Error: The server does not show them.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of comparing two heads.

    Attributes:
        continuation: What the served head is to the known one.
        path: Of a proven split between sizes, how the larger tree began (`prefix_path`); else empty.
    """

    continuation: Continuation
    path: tuple[bytes, ...] = ()


def compare(known: SeenHead | None, served: SeenHead, source: LogSource) -> Comparison:
    """Find out whether a head continues the one that is known.

    Args:
        known: The newest head that was seen before; None for none.
        served: The head that is served now, of the same log.
        source: The server.

    Returns:
        What it is.
    """
    if known is None:
        return Comparison(continuation=Continuation.FIRST)
    if known.size == served.size:
        same = known.root == served.root
        return Comparison(continuation=Continuation.SAME if same else Continuation.SPLIT)
    older, newer = sorted((known, served), key=lambda head: head.size)
    if not older.size:
        shown = older.root == EMPTY_ROOT
    else:
        path = _path(older, newer, source)
        shown = path is not None and _joins(older, newer, path)
        proof = None if shown else _split(older, newer, path, source)
        if proof is not None:
            return Comparison(continuation=Continuation.SPLIT, path=proof)
    if not shown:
        split = not older.size
        return Comparison(continuation=Continuation.SPLIT if split else Continuation.UNPROVEN)
    return Comparison(continuation=Continuation.GROWN if newer is served else Continuation.OLDER)


def verify_split(one: SeenHead, other: SeenHead, path: Sequence[bytes]) -> None:
    """Verify that two heads of one log belong to two histories.

    Args:
        one: A head whose signature holds.
        other: Another one.
        path: How the larger tree began (`prefix_path`); empty where that is not needed.

    Raises:
        Unverified: `CONSISTENCY_ROOT_MISMATCH`, this does not show two histories; `CHECKPOINT_ORIGIN` for heads of two
            logs; what `prefix_roots` raises.
    """
    if one.log != other.log:
        raise Unverified(TlogReason.CHECKPOINT_ORIGIN, f"{one.log} and {other.log} are two logs")
    older, newer = sorted((one, other), key=lambda head: head.size)
    if older.size == newer.size:
        two = older.root != newer.root
    elif not older.size:
        two = older.root != EMPTY_ROOT
    else:
        first, second = prefix_roots(older.size, newer.size, path)
        two = second == newer.root and first != older.root
    if not two:
        raise Unverified(TlogReason.CONSISTENCY_ROOT_MISMATCH, "the two heads are not shown to belong to two histories")


def _path(older: SeenHead, newer: SeenHead, source: LogSource) -> Sequence[bytes] | None:
    try:
        return source.consistency(older.size, newer.size)
    except Error:
        return None


def _joins(older: SeenHead, newer: SeenHead, path: Sequence[bytes]) -> bool:
    try:
        verify_consistency(older.size, newer.size, path, older.root, newer.root)
    except Unverified:
        return False
    return True


def _split(
    older: SeenHead, newer: SeenHead, path: Sequence[bytes] | None, source: LogSource
) -> tuple[bytes, ...] | None:
    """How the newer tree began, where that is shown and is another beginning than the older head's."""
    if path and _shows_split(older, newer, path):
        return tuple(path)
    if newer.size > MOST_LEAVES:
        return None
    try:
        leaves = source.leaf_hashes(newer.size)
    except Error:
        return None
    if len(leaves) != newer.size or root(leaves) != newer.root:
        return None
    began = tuple(prefix_path(older.size, newer.size, _Nodes(leaves)))
    return began if _shows_split(older, newer, began) else None


def _shows_split(older: SeenHead, newer: SeenHead, path: Sequence[bytes]) -> bool:
    try:
        verify_split(older, newer, path)
    except Unverified:
        return False
    return True


class _Nodes:
    """The perfect subtrees over a list of leaf hashes."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]

    def __call__(self, height: int, index: int) -> bytes:
        while len(self._levels) <= height:
            below = self._levels[-1]
            self._levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
        return self._levels[height][index]
