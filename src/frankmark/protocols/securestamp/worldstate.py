"""The world state: what a replay of the ledger's entries leaves, and which entry may follow which.

Replaying a log from its first entry gives every stamp's standing and every domain's score, on any node and for any
third party. The rules are those of chaincode ``securestamp-core``: no second active stamp for one owner and domain, no
revocation of what is revoked, scores append only. An asset that was erased leaves its entry: the standing of its stamp
can still be told, its domain cannot.
"""

from dataclasses import dataclass, replace
from typing import Final

from frankmark.foundation.errors import Refused
from frankmark.protocols.securestamp.assets import (
    Asset,
    AssetType,
    ScoreChange,
    StampIssuance,
    StampRevocation,
)
from frankmark.protocols.securestamp.ledger import Entry
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.token import LIFETIME_S

__all__ = ["StampState", "WorldState"]

LIFETIME_MS: Final = LIFETIME_S * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StampState:
    """A stamp in the world state.

    Attributes:
        issuance: Its newest issuance; None once that asset is erased.
        issued_ms: When it was issued or last renewed, milliseconds since the epoch.
        revoked_ms: When it was revoked; None if it was not.
        revocation_reason: Why; None if it was not, or once that asset is erased.
    """

    issuance: StampIssuance | None
    issued_ms: int
    revoked_ms: int | None = None
    revocation_reason: RevocationReason | None = None

    def active(self, now_ms: int) -> bool:
        """Whether it is neither revoked nor past its year."""
        return self.revoked_ms is None and now_ms < self.issued_ms + LIFETIME_MS


class WorldState:
    """Stamps and scores, as the entries applied so far leave them."""

    __slots__ = ("_holders", "_scores", "stamps")

    def __init__(self) -> None:
        self.stamps: dict[str, StampState] = {}
        self._holders: dict[tuple[str, str, str], str] = {}
        self._scores: dict[str, dict[int, int]] = {}

    def score(self, domain: str) -> int | None:
        """The effective score of a domain: the ``newScore`` of the change with the highest timestamp."""
        history = self._scores.get(domain)
        return history[max(history)] if history else None

    def apply(self, entry: Entry, asset: Asset | None) -> None:
        """Apply one entry; a refused one changes nothing.

        Args:
            entry: The entry.
            asset: The asset that it commits to (`ledger.check_commitment` has been passed); None once it is erased.

        Raises:
            Refused: STAMP_ALREADY_ACTIVE; INVALID_TRANSITION.
        """
        if asset is None:
            self._apply_erased(entry)
        elif isinstance(asset, StampIssuance):
            self._issue(asset)
        elif isinstance(asset, StampRevocation):
            self._revoke(asset.stamp_id, asset.timestamp, asset.reason)
        elif isinstance(asset, ScoreChange):
            self._change(asset)

    def _issue(self, asset: StampIssuance) -> None:
        holder = (asset.org_id, asset.domain, asset.subject_hash)
        known = self.stamps.get(asset.stamp_id)
        if known is not None and not _renews(asset, known):
            raise Refused(
                Reason.INVALID_TRANSITION, "a stamp is renewed by its owner, for its domain, while not revoked"
            )
        other = self._holders.get(holder, asset.stamp_id)
        if other != asset.stamp_id and self.stamps[other].active(asset.timestamp):
            raise Refused(Reason.STAMP_ALREADY_ACTIVE, "revoke the active stamp first")
        self.stamps[asset.stamp_id] = StampState(issuance=asset, issued_ms=asset.timestamp)
        self._holders[holder] = asset.stamp_id

    def _revoke(self, stamp_id: str, at_ms: int, reason: RevocationReason | None) -> None:
        stamp = self.stamps.get(stamp_id)
        if stamp is None or stamp.revoked_ms is not None:
            raise Refused(Reason.INVALID_TRANSITION, "only an issued stamp that is not revoked can be revoked")
        self.stamps[stamp_id] = replace(stamp, revoked_ms=at_ms, revocation_reason=reason)

    def _change(self, asset: ScoreChange) -> None:
        history = self._scores.setdefault(asset.domain, {})
        if asset.timestamp in history:
            raise Refused(Reason.INVALID_TRANSITION, "one score change a domain and millisecond")
        history[asset.timestamp] = asset.new_score

    def _apply_erased(self, entry: Entry) -> None:
        if entry.type is AssetType.STAMP_REVOCATION:
            self._revoke(entry.stamp_id, entry.timestamp, None)
        elif entry.type is AssetType.STAMP_ISSUANCE:
            known = self.stamps.get(entry.stamp_id)
            if known is not None and known.revoked_ms is not None:
                raise Refused(Reason.INVALID_TRANSITION, "a revoked stamp stays revoked")
            self.stamps[entry.stamp_id] = StampState(issuance=None, issued_ms=entry.timestamp)


def _renews(asset: StampIssuance, known: StampState) -> bool:
    before = known.issuance
    if before is None:
        return known.revoked_ms is None
    same = (before.org_id, before.domain, before.subject_hash) == (asset.org_id, asset.domain, asset.subject_hash)
    return same and known.revoked_ms is None and asset.timestamp > known.issued_ms
