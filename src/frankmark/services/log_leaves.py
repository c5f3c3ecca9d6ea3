"""What goes into a log and what comes back: leaves, places and heads."""

from dataclasses import dataclass

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.tiles import MAX_ENTRY
from frankmark.ports.log import NewRow
from frankmark.services.log_reasons import LogReason

__all__ = ["MAX_ATTACHMENT", "Appended", "NewLeaf", "SignedHead", "key_digest", "new_row"]

MAX_ATTACHMENT = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLeaf:
    """A leaf to append.

    Attributes:
        data: What the log commits to, at most 65,535 octets.
        key: The idempotency key; empty for none.
        attachment: Octets beside the tree, at most 1 MiB, which may be replaced later.
    """

    data: bytes
    key: str = ""
    attachment: bytes = b""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where a leaf stands.

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


def new_row(leaf: NewLeaf) -> NewRow:
    """The row to store for a leaf.

    Raises:
        Refused: `LEAF_TOO_LARGE`.
    """
    data = leaf.data
    if len(data) > MAX_ENTRY or len(leaf.attachment) > MAX_ATTACHMENT:
        raise Refused(LogReason.LEAF_TOO_LARGE, f"a leaf has at most {MAX_ENTRY} octets, {MAX_ATTACHMENT} beside it")
    key = key_digest(leaf.key) if leaf.key else b""
    return NewRow(data=data, digest=sha256(data), leaf=leaf_hash(data), key=key, attachment=leaf.attachment)
