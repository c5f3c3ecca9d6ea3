"""What goes into a log and what comes back: leaves, places and heads."""

from dataclasses import dataclass

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.tiles import MAX_ENTRY
from frankmark.ports.log import NewRow, Row
from frankmark.services.log_reasons import LogReason

__all__ = ["MAX_ATTACHMENT", "Appended", "NewLeaf", "SignedHead", "is_sound", "key_digest", "new_row"]

MAX_ATTACHMENT = 1_048_576


# Leaves and their places are not frozen: one is made for every leaf, and freezing doubles what that costs.
@dataclass(slots=True, kw_only=True)
class NewLeaf:
    """A leaf to append; nobody changes it.

    Attributes:
        data: What the log commits to, at most 65,535 octets.
        key: The idempotency key; empty for none.
        attachment: Octets beside the tree, at most 1 MiB, which may be replaced later.
        beside: Whether `attachment` is what the log commits to, and `data` is left empty: the leaf itself can then be
            deleted one day, and its hash stays in its place.
    """

    data: bytes = b""
    key: str = ""
    attachment: bytes = b""
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A published head.

    Attributes:
        size: The number of leaves.
        root: The root, 32 octets.
        number: The checkpoint's sequence number.
        note: The signed checkpoint.
    """

    size: int
    root: bytes
    number: int
    note: bytes


@dataclass(slots=True, kw_only=True)
class Appended:
    """Where a leaf stands; nobody changes it.

    Attributes:
        index: Its place, from 0.
        leaf: Its leaf hash. Under a used key that of the leaf which stands there, not of the one that was asked for.
        head: A published head that covers it.
        replayed: Whether it stood there already, under the same key.
    """

    index: int
    leaf: bytes
    head: SignedHead
    replayed: bool


def key_digest(key: str) -> bytes:
    """The digest under which an idempotency key is stored."""
    return sha256(key.encode())


def new_row(leaf: NewLeaf, *, by_leaf: bool = False) -> NewRow:
    """The row to store for a leaf.

    Args:
        leaf: The leaf.
        by_leaf: Whether the log's leaves are found by their leaf hash.

    Raises:
        Refused: `LEAF_TOO_LARGE`.
    """
    data, attachment = leaf.data, leaf.attachment
    hashed = leaf_hash(attachment if leaf.beside else data)
    if leaf.beside:
        data = hashed
    if len(data) > MAX_ENTRY or len(attachment) > MAX_ATTACHMENT:
        raise Refused(LogReason.LEAF_TOO_LARGE, f"a leaf has at most {MAX_ENTRY} octets, {MAX_ATTACHMENT} beside it")
    key = key_digest(leaf.key) if leaf.key else b""
    return NewRow(data, hashed if by_leaf else sha256(data), hashed, key, attachment)


def is_sound(row: Row) -> bool:
    """Whether a stored leaf is what was logged; of one that was kept beside the tree and deleted, only its hash is."""
    if row.data != row.leaf:
        return leaf_hash(row.data) == row.leaf
    return not row.attachment or leaf_hash(row.attachment) == row.leaf
