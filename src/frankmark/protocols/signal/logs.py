"""The three logs of Signal: their leaves, and how their heads are signed.

::

    official   leaf = the signed perimeter, octet for octet
    receipts   leaf = SHA-256 of the signed receipt, 32 octets
    abuse      leaf = a commitment (`frankmark.protocols.signal.abuse`)
    head       JWS of the type SSCT-sth over {"log":…,"size":n,"root":<64 hex>,"ts":<milliseconds>}

Hashing is that of RFC 9162 §2.1.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation import digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.members import Members
from frankmark.foundation.merkle import verify_inclusion
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.signed import ObjectType

__all__ = [
    "MOST_PATH",
    "LogName",
    "SignedHead",
    "TreeHead",
    "audit_path",
    "official_leaf",
    "read_head",
    "receipts_leaf",
    "shown",
    "sign_head",
    "verify_head",
    "verify_included",
]

MOST_PATH: Final = 63  # a tree has fewer than 2^63 leaves
LONGEST_HEAD: Final = 2_048
LEAST_SHOWN: Final = 5
_LARGEST: Final = (1 << 53) - 1
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class LogName(StrEnum):
    """Which log."""

    OFFICIAL = "official"
    ABUSE = "abuse"
    RECEIPTS = "receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """A log's state.

    Attributes:
        log: Which log.
        size: The number of leaves.
        root: The root of the tree, 32 octets.
        ts_ms: The node's claim of when, milliseconds since the epoch.
    """

    log: LogName
    size: int
    root: bytes
    ts_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A tree head that has the form; `verify_head` says whether it holds.

    Attributes:
        text: The compact serialisation.
        head: What it states.
        parts: Its signed parts.
    """

    text: str
    head: TreeHead
    parts: Jws


def official_leaf(perimeter_jws: str) -> bytes:
    """The leaf of a perimeter: its signed text."""
    return perimeter_jws.encode("ascii")


def receipts_leaf(receipt_jws: str) -> bytes:
    """The leaf of a receipt: SHA-256 of its signed text, 32 octets."""
    return digest.sha256(receipt_jws.encode("ascii"))


def sign_head(head: TreeHead, key: P256PrivateKey, kid: str) -> str:
    """Sign a tree head.

    Args:
        head: The head.
        key: The node's signing key.
        kid: Its id, ``<node_id>#<thumbprint>``.

    Returns:
        The compact serialisation.
    """
    payload = {"log": head.log.value, "size": head.size, "root": head.root.hex(), "ts": head.ts_ms}
    return signed.sign_as_node(payload, ObjectType.TREE_HEAD, key, kid, most=LONGEST_HEAD)


def read_head(text: str) -> SignedHead:
    """Read a signed tree head, believing nothing.

    Args:
        text: The compact serialisation, at most 2,048 characters.

    Returns:
        The head.

    Raises:
        Malformed: TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, TREE_HEAD_MALFORMED.
    """
    parts = signed.by_node(text, ObjectType.TREE_HEAD, most=LONGEST_HEAD)
    code = SignalReason.TREE_HEAD_MALFORMED
    members = Members(signed.payload_of(parts, code), what="a tree head", code=code)
    log, size, root, ts = (
        members.word("log", LogName),
        members.number("size"),
        members.text("root"),
        members.number("ts"),
    )
    members.end()
    if not (0 <= size <= _LARGEST and _HEX64.fullmatch(root) and 0 <= ts // 1000 <= _LATEST_S):
        raise members.fault("has size, root as 64 lower-case hexadecimal digits, and ts in milliseconds")
    return SignedHead(text=text, head=TreeHead(log=log, size=size, root=bytes.fromhex(root), ts_ms=ts), parts=parts)


def verify_head(document: SignedHead, keys: JwkSet) -> Jwk:
    """Check a tree head's signature.

    Args:
        document: The head.
        keys: All keys of the node, pinned by the verifier.

    Returns:
        The key, whatever its status.

    Raises:
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE.
    """
    return signed.verify_by_node(document.parts, keys)


def verify_included(leaf: bytes, index: int, path: tuple[bytes, ...], head: TreeHead) -> None:
    """Check that a tree holds a leaf.

    Args:
        leaf: The leaf's hash, 32 octets.
        index: Where it is said to lie, from 0.
        path: The inclusion proof, from the leaf's sibling up.
        head: The tree.

    Raises:
        Unverified: INCLUSION_FALSE.
    """
    try:
        verify_inclusion(leaf, index, head.size, path, head.root)
    except Unverified as wrong:
        raise Unverified(SignalReason.INCLUSION_FALSE, wrong.detail) from wrong


def audit_path(items: list[Json], code: SignalReason) -> tuple[bytes, ...]:
    """Read an inclusion proof.

    Args:
        items: Hashes as lower-case hexadecimal text.
        code: The code of an error.

    Returns:
        32 octets each.

    Raises:
        Malformed: `code`.
    """
    if not all(isinstance(item, str) and _HEX64.fullmatch(item) for item in items):
        raise Malformed(code, "auditPath holds hashes of 64 lower-case hexadecimal digits")
    return tuple(bytes.fromhex(str(item)) for item in items)


def shown(count: int) -> int | str:
    """A count as the public may see it: below five only that it is."""
    return count if count >= LEAST_SHOWN else f"<{LEAST_SHOWN}"
