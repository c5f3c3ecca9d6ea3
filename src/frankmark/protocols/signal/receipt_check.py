"""Whether a receipt holds: its signature, its key's time, and the proof of the perimeter that it rests on.

Nothing is asked of the node that issued it: the keys are pinned beforehand, and everything else is in the receipt or in
the proof that the receipts log held it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.key_time import TimeProof, verify_key_time
from frankmark.protocols.signal.logs import receipts_leaf, verify_head, verify_included
from frankmark.protocols.signal.receipt import Receipt, read

__all__ = ["Check", "Examination", "examine", "verify", "verify_included_perimeter", "verify_key", "verify_signature"]


class Check(StrEnum):
    """What is looked at, in this order."""

    SIGNATURE = "signature"
    KEY = "key"
    INCLUSION = "inclusion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What every check found.

    Attributes:
        checks: Whether each holds.
        reason: The code of the first that does not; None when all do.
        receipt: The receipt, if it has the form.
    """

    checks: Mapping[Check, bool]
    reason: str | None
    receipt: Receipt | None

    @property
    def valid(self) -> bool:
        """Whether all checks hold."""
        return self.reason is None


def verify(text: str, keys: JwkSet, time: TimeProof | None = None) -> Receipt:
    """Verify a receipt.

    Args:
        text: The compact serialisation.
        keys: All keys of the node that issued it, pinned by the verifier.
        time: That the receipts log held it before its key ended, where it has.

    Returns:
        The receipt, now verified.

    Raises:
        Malformed: As `frankmark.protocols.signal.receipt.read`.
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE, KEY_TIME_UNPROVEN, INCLUSION_FALSE, TREE_HEAD_MISMATCH.
    """
    receipt = read(text)
    for check in Check:
        _CHECKS[check](receipt, keys, time)
    return receipt


def examine(text: str, keys: JwkSet, time: TimeProof | None = None) -> Examination:
    """Say of each check whether it holds; else as `verify`."""
    try:
        receipt = read(text)
    except Error as wrong:
        return Examination(checks=dict.fromkeys(Check, False), reason=wrong.code.value, receipt=None)
    failed: dict[Check, str] = {}
    for check in Check:
        try:
            _CHECKS[check](receipt, keys, time)
        except Error as wrong:
            failed[check] = wrong.code.value
    return Examination(
        checks={check: check not in failed for check in Check},
        reason=next(iter(failed.values()), None),
        receipt=receipt,
    )


def verify_signature(receipt: Receipt, keys: JwkSet) -> None:
    """Check that a key of the node signed the receipt.

    Args:
        receipt: The receipt.
        keys: All keys of the node, pinned by the verifier.

    Raises:
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE.
    """
    signed.verify_by_node(receipt.parts, keys)


def verify_key(receipt: Receipt, keys: JwkSet, time: TimeProof | None = None) -> None:
    """Check that the receipt's key, and that of the head inside it, counted when they signed.

    Args:
        receipt: The receipt.
        keys: All keys of the node, pinned by the verifier.
        time: That the receipts log held it before.

    Raises:
        Unverified: KEY_UNKNOWN, KEY_TIME_UNPROVEN.
    """
    named = {document.header.kid or "" for document in (receipt.parts, receipt.claims.head.parts)}
    known = [key for key in keys.keys if key.kid in named]
    if len(known) != len(named):
        raise signed.unknown_key()
    verify_key_time(known, receipts_leaf(receipt.text), time)


def verify_included_perimeter(receipt: Receipt, keys: JwkSet) -> None:
    """Check that the node's official log holds the perimeter that the fact rests on.

    Args:
        receipt: The receipt.
        keys: All keys of the node, pinned by the verifier.

    Raises:
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE for the head; INCLUSION_FALSE.
    """
    claims = receipt.claims
    verify_head(claims.head, keys)
    if claims.perimeter is not None:
        verify_included(
            claims.perimeter.leaf, claims.perimeter.leaf_index, claims.perimeter.audit_path, claims.head.head
        )


_CHECKS: Final[Mapping[Check, Callable[[Receipt, JwkSet, TimeProof | None], None]]] = {
    Check.SIGNATURE: lambda receipt, keys, _time: verify_signature(receipt, keys),
    Check.KEY: verify_key,
    Check.INCLUSION: lambda receipt, keys, _time: verify_included_perimeter(receipt, keys),
}
