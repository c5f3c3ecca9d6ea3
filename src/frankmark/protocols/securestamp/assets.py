"""The assets of chaincode ``securestamp-core``: what an entry of the ledger commits to.

An asset that exists is valid: each class checks its members when it is made. Members keep their wire names in
`asset_json`; times are milliseconds since the epoch. The page for implementers is ``specs/ledger-entry.md``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.identifiers import is_uuid4
from frankmark.foundation.members import Members
from frankmark.mail.address import canonical_domain
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason, ScoreChangeReason

__all__ = [
    "LATEST_MS",
    "Asset",
    "AssetType",
    "LogSuccession",
    "ScoreChange",
    "StampIssuance",
    "StampRevocation",
    "asset_json",
    "check_domain",
    "parse_asset",
    "world_state_key",
]

LATEST_MS: Final = 253_402_300_799_999  # the last millisecond of year 9999, where RFC 3339 ends
HIGHEST_SCORE: Final = 100
LARGEST_TEXT: Final = 16_384
_ORG: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ORIGIN: Final = re.compile(r"[!-~]{1,255}", re.ASCII)


class AssetType(StrEnum):
    """The types of asset."""

    STAMP_ISSUANCE = "StampIssuance"
    STAMP_REVOCATION = "StampRevocation"
    SCORE_CHANGE = "ScoreChange"
    LOG_SUCCESSION = "LogSuccession"


def check_domain(domain: str) -> None:
    """Check that a domain stands in its one form: lower-case A-labels, no final dot, no scheme.

    Args:
        domain: The text.

    Raises:
        Malformed: DOMAIN_NOT_NORMALISED.
    """
    try:
        normalised = canonical_domain(domain)
    except Error as wrong:
        raise Malformed(Reason.DOMAIN_NOT_NORMALISED, "not a domain name") from wrong
    if normalised != domain:
        raise Malformed(Reason.DOMAIN_NOT_NORMALISED, f"write {normalised}")


def _require(condition: object, what: str) -> None:
    if not condition:
        raise Malformed(Reason.ASSET_MALFORMED, what)


def _check_moment(timestamp: int) -> None:
    if not 0 <= timestamp <= LATEST_MS:
        raise Malformed(Reason.TIMESTAMP_OUT_OF_RANGE, "timestamp must be milliseconds since the epoch")


def _check_score(score: int) -> None:
    if not 0 <= score <= HIGHEST_SCORE:
        raise Malformed(Reason.SCORE_OUT_OF_RANGE, f"a score is an integer from 0 to {HIGHEST_SCORE}")


def _check_text(text: str, kind: type[dict[str, Json]] | type[list[Json]], name: str) -> None:
    """Check that a string member holds JSON of a kind, as the chaincode's assets carry it."""
    try:
        value = canonical.load(text.encode(), max_bytes=LARGEST_TEXT, max_depth=8)
    except (Error, UnicodeEncodeError) as wrong:
        raise Malformed(Reason.ASSET_MALFORMED, f"{name} must be the text of a JSON {kind.__name__}") from wrong
    _require(isinstance(value, kind), f"{name} must be the text of a JSON {kind.__name__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StampIssuance:
    """A stamp is issued, or renewed when the same stamp id is active already for the same owner and domain.

    Attributes:
        stamp_id: UUID of version 4, made by the issuing node.
        org_id: The organisation that owns the domain.
        domain: Normalised domain.
        score: Score at issuance, 0 to 100.
        signals: Text of a JSON object ``{"spf":…,"dkim":…,"dmarc":…,"mx":…,"rdns":…,…}``.
        timestamp: Milliseconds since the epoch.
        issued_by: SHA-256 fingerprint of the node's certificate.
        subject_hash: For one mail address only: SHA-256(its salt ‖ address), 64 lower hex; empty for a whole domain.
    """

    stamp_id: str
    org_id: str
    domain: str
    score: int
    signals: str
    timestamp: int
    issued_by: str
    subject_hash: str = ""
    type: AssetType = field(default=AssetType.STAMP_ISSUANCE, init=False)

    def __post_init__(self) -> None:
        _require(is_uuid4(self.stamp_id), "stampId must be a UUID of version 4")
        _require(_ORG.fullmatch(self.org_id), "orgId must be 1 to 64 letters, digits, _ or -")
        _require(_HEX64.fullmatch(self.issued_by), "issuedBy must be 64 lower-case hexadecimal digits")
        _require(
            not self.subject_hash or _HEX64.fullmatch(self.subject_hash),
            "subjectHash must be 64 lower-case hexadecimal digits",
        )
        check_domain(self.domain)
        _check_score(self.score)
        _check_moment(self.timestamp)
        _check_text(self.signals, dict, "signals")

    @property
    def key(self) -> str:
        """Its place in the world state."""
        return f"STAMP:{self.stamp_id}"

    def json(self) -> dict[str, Json]:
        """The object that is hashed and served."""
        body: dict[str, Json] = {
            "stampId": self.stamp_id,
            "orgId": self.org_id,
            "domain": self.domain,
            "score": self.score,
            "signals": self.signals,
            "timestamp": self.timestamp,
            "issuedBy": self.issued_by,
        }
        return body | ({"subjectHash": self.subject_hash} if self.subject_hash else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRevocation:
    """A stamp is revoked, for ever.

    Attributes:
        stamp_id: The stamp.
        reason: Why.
        revoked_by: SHA-256 fingerprint of the node's or the foundation's certificate.
        timestamp: Milliseconds since the epoch.
    """

    stamp_id: str
    reason: RevocationReason
    revoked_by: str
    timestamp: int
    type: AssetType = field(default=AssetType.STAMP_REVOCATION, init=False)

    def __post_init__(self) -> None:
        _require(is_uuid4(self.stamp_id), "stampId must be a UUID of version 4")
        _require(_HEX64.fullmatch(self.revoked_by), "revokedBy must be 64 lower-case hexadecimal digits")
        _check_moment(self.timestamp)

    @property
    def key(self) -> str:
        """Its place in the world state."""
        return f"REVOCATION:{self.stamp_id}"

    def json(self) -> dict[str, Json]:
        """The object that is hashed and served."""
        return {
            "stampId": self.stamp_id,
            "reason": self.reason.value,
            "revokedBy": self.revoked_by,
            "timestamp": self.timestamp,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """A domain's integer score changed.

    Attributes:
        domain: Normalised domain.
        old_score: 0 to 100.
        new_score: 0 to 100.
        reason: Why.
        evidence: Text of a JSON array of the changed signals, each ``{"signal","weight","old","new"}``.
        timestamp: Milliseconds since the epoch.
    """

    domain: str
    old_score: int
    new_score: int
    reason: ScoreChangeReason
    evidence: str
    timestamp: int
    type: AssetType = field(default=AssetType.SCORE_CHANGE, init=False)

    def __post_init__(self) -> None:
        check_domain(self.domain)
        _check_score(self.old_score)
        _check_score(self.new_score)
        _check_moment(self.timestamp)
        _check_text(self.evidence, list, "evidence")

    @property
    def key(self) -> str:
        """Its place in the world state."""
        return f"SCORE_HISTORY:{self.domain}:{self.timestamp}"

    def json(self) -> dict[str, Json]:
        """The object that is hashed and served."""
        return {
            "domain": self.domain,
            "oldScore": self.old_score,
            "newScore": self.new_score,
            "reason": self.reason.value,
            "evidence": self.evidence,
            "timestamp": self.timestamp,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSuccession:
    """A log follows a closed one; the predecessor's entries past the named size are void.

    Attributes:
        predecessor: Origin of the closed log.
        tree_size: Its last cosigned size.
        root_hash: The root at that size, 64 lower hex.
        timestamp: Milliseconds since the epoch.
    """

    predecessor: str
    tree_size: int
    root_hash: str
    timestamp: int
    type: AssetType = field(default=AssetType.LOG_SUCCESSION, init=False)

    def __post_init__(self) -> None:
        _require(_ORIGIN.fullmatch(self.predecessor), "predecessor must be the origin of a log")
        _require(0 <= self.tree_size < 1 << 53, "treeSize must be a count of entries")
        _require(_HEX64.fullmatch(self.root_hash), "rootHash must be 64 lower-case hexadecimal digits")
        _check_moment(self.timestamp)

    @property
    def key(self) -> str:
        """Its place in the world state."""
        return f"LOG_SUCCESSION:{self.predecessor}"

    def json(self) -> dict[str, Json]:
        """The object that is hashed and served."""
        return {
            "predecessor": self.predecessor,
            "treeSize": self.tree_size,
            "rootHash": self.root_hash,
            "timestamp": self.timestamp,
        }


Asset: TypeAlias = StampIssuance | StampRevocation | ScoreChange | LogSuccession


def asset_json(asset: Asset) -> dict[str, Json]:
    """Render an asset as the JSON object that is hashed and served."""
    return asset.json()


def _issuance(members: Members) -> Asset:
    return StampIssuance(
        stamp_id=members.text("stampId"),
        org_id=members.text("orgId"),
        domain=members.text("domain"),
        score=members.number("score"),
        signals=members.text("signals"),
        timestamp=members.number("timestamp"),
        issued_by=members.text("issuedBy"),
        subject_hash=members.text("subjectHash") if members.has("subjectHash") else "",
    )


def _revocation(members: Members) -> Asset:
    return StampRevocation(
        stamp_id=members.text("stampId"),
        reason=members.word("reason", RevocationReason),
        revoked_by=members.text("revokedBy"),
        timestamp=members.number("timestamp"),
    )


def _score_change(members: Members) -> Asset:
    return ScoreChange(
        domain=members.text("domain"),
        old_score=members.number("oldScore"),
        new_score=members.number("newScore"),
        reason=members.word("reason", ScoreChangeReason),
        evidence=members.text("evidence"),
        timestamp=members.number("timestamp"),
    )


def _succession(members: Members) -> Asset:
    return LogSuccession(
        predecessor=members.text("predecessor"),
        tree_size=members.number("treeSize"),
        root_hash=members.text("rootHash"),
        timestamp=members.number("timestamp"),
    )


_READERS: Final[Mapping[AssetType, Callable[[Members], Asset]]] = {
    AssetType.STAMP_ISSUANCE: _issuance,
    AssetType.STAMP_REVOCATION: _revocation,
    AssetType.SCORE_CHANGE: _score_change,
    AssetType.LOG_SUCCESSION: _succession,
}


def parse_asset(kind: AssetType, value: Json) -> Asset:
    """Read an asset's object.

    Args:
        kind: The type that its entry names.
        value: The object, as `canonical.load` gives it.

    Returns:
        The asset; `asset_json` of it equals `value`.

    Raises:
        Malformed: ASSET_MALFORMED, DOMAIN_NOT_NORMALISED, SCORE_OUT_OF_RANGE, TIMESTAMP_OUT_OF_RANGE.
    """
    members = Members(value, what=f"a {kind}", code=Reason.ASSET_MALFORMED)
    asset = _READERS[kind](members)
    members.end()
    if asset_json(asset) != value:
        raise members.fault("leaves subjectHash out when it is empty")
    return asset


def world_state_key(asset: Asset) -> str:
    """Name the place of an asset in the world state, as the chaincode does."""
    return asset.key
