"""Merkle trees as RFC 9162 §2.1 (the same as RFC 6962 §2.1) hashes and proves them: plain functions on octets.

A *node* is the root of a perfect subtree: ``node(height, index)`` covers the leaves ``index·2^height`` up to, without,
``(index+1)·2^height``. Proofs are made from any function that knows nodes, so that tiles, a list of leaves or a
database can all answer. What hangs over the last perfect subtree is the tree's *right edge*; it changes with every
size and is computed once for each.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from frankmark.foundation.errors import Misuse, Unverified
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "Node",
    "consistency_path",
    "inclusion_path",
    "leaf_hash",
    "node_hash",
    "prefix_path",
    "prefix_roots",
    "right_edge",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""The hash of the perfect subtree ``(height, index)``."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that holds `data`: SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two subtrees: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over `leaves`.

    Args:
        leaves: Leaf hashes, 32 octets each.

    Returns:
        32 octets; SHA-256 of nothing for no leaves.
    """
    level = list(leaves)
    while len(level) > 1:
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else EMPTY_ROOT


def right_edge(size: int, node: Node) -> tuple[bytes, ...]:
    """The roots of the rightmost subtrees of a tree, from the last leaf (height 0) up to the root of the whole.

    Args:
        size: The number of leaves.
        node: Knows the tree's perfect subtrees.

    Returns:
        One hash for each height; the last is the tree's root. Empty for the empty tree.
    """
    if not size:
        return ()
    last = size - 1
    height = 0
    edge = [node(0, last)]
    while last:
        edge.append(node_hash(node(height, last - 1), edge[-1]) if last & 1 else edge[-1])
        last >>= 1
        height += 1
    return tuple(edge)


def inclusion_path(index: int, size: int, node: Node, edge: Sequence[bytes] = ()) -> list[bytes]:
    """The inclusion proof of one leaf (RFC 9162 §2.1.3.1).

    Args:
        index: The leaf, from 0.
        size: The number of leaves of the tree.
        node: Knows the tree's perfect subtrees.
        edge: `right_edge` of this size, if at hand.

    Returns:
        The hashes from the leaf's sibling up.

    Raises:
        Misuse: `TREE_RANGE` if the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise Misuse(TlogReason.TREE_RANGE, f"a tree of {size} leaves has no leaf {index}")
    edge = edge or right_edge(size, node)
    path = []
    last = size - 1
    height = 0
    while last:
        sibling = index ^ 1
        if sibling < last:
            path.append(node(height, sibling))
        elif sibling == last:
            path.append(edge[height])
        index >>= 1
        last >>= 1
        height += 1
    return path


def consistency_path(old: int, new: int, node: Node, edge: Sequence[bytes] = ()) -> list[bytes]:
    """The proof that a tree of `old` leaves is the beginning of one of `new` leaves (RFC 9162 §2.1.4.1).

    Args:
        old: The number of leaves of the older tree; the proof from 0 is empty.
        new: The number of leaves of the newer tree.
        node: Knows the newer tree's perfect subtrees.
        edge: `right_edge` of the newer size, if at hand.

    Returns:
        The hashes in the RFC's order.

    Raises:
        Misuse: `TREE_RANGE` if the older tree is the larger one.
    """
    if not 0 <= old <= new:
        raise Misuse(TlogReason.TREE_RANGE, f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in {0, new}:
        return []
    edge = edge or right_edge(new, node)
    at, last, height = old - 1, new - 1, 0
    while at & 1:
        at, last, height = at >> 1, last >> 1, height + 1
    path = [node(height, at)] if at else []
    while last:
        if at & 1:
            path.append(node(height, at - 1))
        elif at + 1 < last:
            path.append(node(height, at + 1))
        elif at + 1 == last:
            path.append(edge[height])
        at, last, height = at >> 1, last >> 1, height + 1
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> None:
    """Verify that a leaf lies in a tree (RFC 9162 §2.1.3.2).

    Args:
        leaf: The leaf's hash, 32 octets.
        index: Where it is said to lie, from 0.
        size: The number of leaves of the tree.
        path: The hashes of the proof, 32 octets each.
        expected: The root of the tree.

    Raises:
        Unverified: `TREE_RANGE` if the tree has no such leaf, `INCLUSION_PATH_LENGTH` if the proof is not as long as
            this place in this tree asks for, `INCLUSION_ROOT_MISMATCH` if it leads to another root, `HASH_LENGTH`.
    """
    if not 0 <= index < size:
        raise Unverified(TlogReason.TREE_RANGE, f"a tree of {size} leaves has no leaf {index}")
    _demand_hashes(leaf, expected, *path)
    last = size - 1
    inner = (index ^ last).bit_length()
    if len(path) != inner + (index >> inner).bit_count():
        raise Unverified(TlogReason.INCLUSION_PATH_LENGTH, f"{len(path)} hashes cannot place leaf {index} of {size}")
    computed = leaf
    for sibling in path[:inner]:
        data = b"\x01" + sibling + computed if index & 1 else b"\x01" + computed + sibling
        computed = sha256(data).digest()
        index >>= 1
    for sibling in path[inner:]:
        computed = sha256(b"\x01" + sibling + computed).digest()
    if computed != expected:
        raise Unverified(TlogReason.INCLUSION_ROOT_MISMATCH, "the proof leads to another root")


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Verify that one tree is the beginning of another (RFC 9162 §2.1.4.2).

    Args:
        old: The number of leaves of the older tree, at least 1: from the empty tree there is nothing to prove.
        new: The number of leaves of the newer tree.
        path: The hashes of the proof, 32 octets each.
        old_root: The root of the older tree.
        new_root: The root of the newer tree.

    Raises:
        Unverified: `TREE_RANGE` if the older tree is empty or the larger one, `CONSISTENCY_PATH_LENGTH` if the proof is
            not as long as these sizes ask for, `CONSISTENCY_ROOT_MISMATCH` if it leads to other roots, `HASH_LENGTH`.
    """
    if not 0 < old <= new:
        raise Unverified(TlogReason.TREE_RANGE, f"a tree of {old} leaves is not the beginning of one of {new}")
    if old == new:
        _verify_the_same(path, old_root, new_root)
        return
    _demand_hashes(old_root, new_root, *path)
    # A perfect older tree is itself where the proof begins, and the RFC leaves it out.
    seeded = path if old & (old - 1) else (old_root, *path)
    if prefix_roots(old, new, seeded) != (old_root, new_root):
        raise Unverified(TlogReason.CONSISTENCY_ROOT_MISMATCH, "the proof leads to other roots")


def prefix_path(old: int, new: int, node: Node) -> list[bytes]:
    """What shows how a tree began: its consistency proof, the hash that it begins with always among it.

    Args:
        old: The number of leaves of the beginning, at least 1 and fewer than `new`.
        new: The number of leaves of the tree.
        node: Knows the tree's perfect subtrees.

    Returns:
        The hashes, for `prefix_roots`.

    Raises:
        Misuse: `TREE_RANGE`.
    """
    if not 0 < old < new:
        raise Misuse(TlogReason.TREE_RANGE, f"a tree of {new} leaves did not begin with {old}")
    path = consistency_path(old, new, node)
    return path if old & (old - 1) else [node(old.bit_length() - 1, 0), *path]


def prefix_roots(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The root of a tree's beginning, and the root of the tree.

    Whoever has signed another root for the beginning of that size has signed two histories.

    Args:
        old: The number of leaves of the beginning, at least 1 and fewer than `new`.
        new: The number of leaves of the tree.
        path: What `prefix_path` makes.

    Returns:
        Both roots, as the hashes have them.

    Raises:
        Unverified: `TREE_RANGE`, `CONSISTENCY_PATH_LENGTH`, `HASH_LENGTH`.
    """
    if not 0 < old < new:
        raise Unverified(TlogReason.TREE_RANGE, f"a tree of {new} leaves did not begin with {old}")
    at, last = old - 1, new - 1
    shift = (~at & (at + 1)).bit_length() - 1  # the height of the last perfect subtree of the older tree
    at, last = at >> shift, last >> shift
    inner = (at ^ last).bit_length()
    if len(path) != 1 + inner + (at >> inner).bit_count():
        raise Unverified(TlogReason.CONSISTENCY_PATH_LENGTH, f"{len(path)} hashes cannot join {old} and {new} leaves")
    _demand_hashes(*path)
    first = second = path[0]
    for step, sibling in enumerate(path[1:]):
        if step >= inner or at >> step & 1:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    return first, second


def _verify_the_same(path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if path:
        raise Unverified(TlogReason.CONSISTENCY_PATH_LENGTH, "a tree is joined to itself by an empty proof")
    if old_root != new_root:
        raise Unverified(TlogReason.CONSISTENCY_ROOT_MISMATCH, "one size cannot have two roots")


def _demand_hashes(*hashes: bytes) -> None:
    if {*map(len, hashes)} != {HASH_SIZE}:
        raise Unverified(TlogReason.HASH_LENGTH, f"a hash has {HASH_SIZE} octets")
