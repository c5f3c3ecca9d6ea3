"""A stamp as the ledger's entries leave it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.protocols.securestamp.reasons import RevocationReason

__all__ = ["EXPIRING_MS", "Revocation", "Stamp", "StampStatus", "in_conflict", "newest_active", "stamp_value"]

EXPIRING_MS: Final = 14 * 86_400_000


class StampStatus(StrEnum):
    """Where a stamp stands."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """When and why a stamp was revoked.

    Attributes:
        at_ms: Milliseconds since the epoch.
        reason: Why.
    """

    at_ms: int
    reason: RevocationReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A stamp.

    Attributes:
        stamp_id: UUID of version 4.
        org_id: Who owns the domain.
        domain: Lower-case A-labels.
        score: The live score of the domain, 0 to 100.
        issued_ms: When it was issued or last renewed, milliseconds since the epoch.
        expires_ms: When it ends.
        node_id: The node that issued it.
        issuer: That node's base URL, as in a token's ``iss``.
        tx_hash: The ledger entry that issued or last renewed it, 64 lower hex.
        final: Whether that entry has its quorum of cosignatures; only then others are bound by it.
        subject_hash: For a stamp of one mail address: its salted hash; empty for the whole domain's.
        revocation: When and why it was revoked; None if it was not. A logged revocation counts before it is final.
    """

    stamp_id: str
    org_id: str
    domain: str
    score: int
    issued_ms: int
    expires_ms: int
    node_id: str
    issuer: str
    tx_hash: str
    final: bool = True
    subject_hash: str = ""
    revocation: Revocation | None = None

    def status(self, now_ms: int) -> StampStatus:
        """Where it stands at a time, in milliseconds since the epoch."""
        if self.revocation is not None:
            return StampStatus.REVOKED
        return StampStatus.ACTIVE if now_ms < self.expires_ms else StampStatus.EXPIRED


def newest_active(stamps: Iterable[Stamp], now_ms: int) -> Stamp | None:
    """Choose the stamp that counts for a domain.

    Args:
        stamps: The domain's stamps; those of one address only and those not final are passed over.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The newest final active one; the stamp id settles a tie.
    """
    active = [
        stamp
        for stamp in stamps
        if stamp.final and not stamp.subject_hash and stamp.status(now_ms) is StampStatus.ACTIVE
    ]
    return max(active, key=lambda stamp: (stamp.issued_ms, stamp.stamp_id), default=None)


def in_conflict(stamps: Iterable[Stamp], now_ms: int) -> bool:
    """Whether two organisations hold an active stamp for one domain (``STAMP_CONFLICT``).

    Args:
        stamps: The domain's stamps.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        Whether they do.
    """
    owners = {stamp.org_id for stamp in stamps if not stamp.subject_hash and stamp.status(now_ms) is StampStatus.ACTIVE}
    return len(owners) > 1


def stamp_value(stamp: Stamp | None, now_ms: int, *, proven: bool) -> str:
    """Say what the signal ``stamp`` is worth a look at.

    Args:
        stamp: The stamp that counts, or the newest there is; None if there is none.
        now_ms: The time, milliseconds since the epoch.
        proven: Whether its token holds.

    Returns:
        A word of the signal's scale.
    """
    if stamp is None:
        return "none"
    status = stamp.status(now_ms)
    if status is not StampStatus.ACTIVE:
        return status.value
    if not proven:
        return "unproven"
    return "expiring" if stamp.expires_ms - now_ms < EXPIRING_MS else "active"
