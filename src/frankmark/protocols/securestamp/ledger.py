"""What is written to the ledger: entries of ids and hashes, and the assets that they commit to.

An *entry* ``{v,type,channel,stampId,assetHash,timestamp,issuer}`` is public for ever and holds nothing personal. Its
*asset* stands beside it in each node's world state and can be erased without breaking the log::

    txHash    = SHA-256(JCS(entry))                       64 lower hex
    assetHash = SHA-256(salt16 ‖ JCS(asset))              64 lower hex
    entrySig  = ES256("frankmark-entry-v1" ‖ 0x00 ‖ JCS(entry))   base64url of R ‖ S, outside the leaf

The page for implementers is ``specs/ledger-entry.md``.
"""

import re
from dataclasses import dataclass
from typing import Final

from frankmark.foundation import canonical, digest, encoding
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.identifiers import is_uuid4
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.protocols.securestamp.assets import (
    LATEST_MS,
    Asset,
    AssetType,
    LogSuccession,
    ScoreChange,
    StampIssuance,
    StampRevocation,
    asset_json,
    parse_asset,
)
from frankmark.protocols.securestamp.reasons import Reason

__all__ = [
    "CHANNEL",
    "SIGNATURE_LABEL",
    "VERSION",
    "Asset",
    "AssetType",
    "Entry",
    "LogSuccession",
    "ScoreChange",
    "StampIssuance",
    "StampRevocation",
    "asset_hash",
    "asset_json",
    "check_commitment",
    "entry_bytes",
    "entry_for",
    "entry_json",
    "parse_asset",
    "parse_entry",
    "sign_entry",
    "tx_hash",
    "verify_entry",
]

CHANNEL: Final = "securestamp-main"
VERSION: Final = 1
SIGNATURE_LABEL: Final = "frankmark-entry-v1"
SALT_OCTETS: Final = 16
LARGEST_ENTRY: Final = 1024
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS: Final = ("v", "type", "channel", "stampId", "assetHash", "timestamp", "issuer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ledger entry.

    Attributes:
        v: Version of the entry's form; 1.
        type: Which asset it commits to.
        channel: The ledger's channel.
        stamp_id: The stamp that it is about; empty only for a LogSuccession, which is about no stamp.
        asset_hash: 64 lower hex.
        timestamp: The issuer's claim of when, milliseconds since the epoch.
        issuer: SHA-256 fingerprint of the issuing node's certificate, 64 lower hex.
    """

    v: int = VERSION
    type: AssetType
    channel: str = CHANNEL
    stamp_id: str
    asset_hash: str
    timestamp: int
    issuer: str

    def __post_init__(self) -> None:
        if self.v != VERSION or self.channel != CHANNEL:
            raise Malformed(Reason.ENTRY_MALFORMED, f"an entry of version {VERSION} stands on channel {CHANNEL}")
        about_none = self.type is AssetType.LOG_SUCCESSION
        if self.stamp_id != "" if about_none else not is_uuid4(self.stamp_id):
            raise Malformed(Reason.ENTRY_MALFORMED, "stampId must be a UUID of version 4, and empty for LogSuccession")
        if not (_HEX64.fullmatch(self.asset_hash) and _HEX64.fullmatch(self.issuer)):
            raise Malformed(Reason.ENTRY_MALFORMED, "assetHash and issuer must be 64 lower-case hexadecimal digits")
        if not 0 <= self.timestamp <= LATEST_MS:
            raise Malformed(Reason.TIMESTAMP_OUT_OF_RANGE, "timestamp must be milliseconds since the epoch")


def asset_hash(salt: bytes, asset: Asset) -> str:
    """Commit to an asset: SHA-256(salt ‖ JCS(asset)).

    Args:
        salt: 16 random octets, of this asset alone.
        asset: The asset.

    Returns:
        64 lower-case hexadecimal digits.

    Raises:
        Malformed: ASSET_MALFORMED when the salt is not 16 octets.
    """
    if len(salt) != SALT_OCTETS:
        raise Malformed(Reason.ASSET_MALFORMED, f"a salt has {SALT_OCTETS} octets")
    return digest.sha256(salt, canonical.dump(asset_json(asset))).hex()


def entry_for(asset: Asset, salt: bytes, *, stamp_id: str, issuer: str) -> Entry:
    """Make the entry that commits to an asset.

    Args:
        asset: The asset.
        salt: 16 random octets.
        stamp_id: The asset's own stamp, the domain's newest stamp for a ScoreChange, empty for a LogSuccession.
        issuer: SHA-256 fingerprint of the issuing node's certificate.

    Returns:
        The entry; its timestamp is the asset's.

    Raises:
        Malformed: ASSET_MISMATCH when the asset names another stamp; as `Entry` and `asset_hash`.
    """
    own = getattr(asset, "stamp_id", stamp_id)
    if own != stamp_id:
        raise Malformed(Reason.ASSET_MISMATCH, "entry and asset must name the same stamp")
    return Entry(
        type=asset.type,
        stamp_id=stamp_id,
        asset_hash=asset_hash(salt, asset),
        timestamp=asset.timestamp,
        issuer=issuer,
    )


def check_commitment(entry: Entry, asset: Asset, salt: bytes) -> None:
    """Check that an asset is the one that an entry commits to.

    Args:
        entry: The entry.
        asset: The asset that stands beside it.
        salt: Its salt.

    Raises:
        Unverified: ASSET_MISMATCH.
        Malformed: As `asset_hash`.
    """
    if entry != entry_for(asset, salt, stamp_id=getattr(asset, "stamp_id", entry.stamp_id), issuer=entry.issuer):
        raise Unverified(Reason.ASSET_MISMATCH, "the asset is not the one that the entry commits to")


def entry_json(entry: Entry) -> dict[str, Json]:
    """Render an entry as a JSON object, members in the order of the specification."""
    return {
        "v": entry.v,
        "type": entry.type.value,
        "channel": entry.channel,
        "stampId": entry.stamp_id,
        "assetHash": entry.asset_hash,
        "timestamp": entry.timestamp,
        "issuer": entry.issuer,
    }


def entry_bytes(entry: Entry) -> bytes:
    """Render an entry as its canonical octets (RFC 8785): the log's leaf, and what is hashed and signed."""
    return canonical.dump(entry_json(entry))


def parse_entry(data: bytes) -> Entry:
    """Read the canonical octets of an entry.

    Args:
        data: At most 1,024 octets.

    Returns:
        The entry; `entry_bytes` of it is `data` again.

    Raises:
        Malformed: ENTRY_MALFORMED, TIMESTAMP_OUT_OF_RANGE.
    """
    try:
        value = canonical.load(data, max_bytes=LARGEST_ENTRY, max_depth=2)
    except Error as wrong:
        raise Malformed(Reason.ENTRY_MALFORMED, f"not JSON as an entry is: {wrong.detail}") from wrong
    if not isinstance(value, dict) or set(value) != set(_MEMBERS):
        raise Malformed(Reason.ENTRY_MALFORMED, f"an entry has exactly the members {', '.join(_MEMBERS)}")
    version, moment = value["v"], value["timestamp"]
    if type(version) is not int or type(moment) is not int:
        raise Malformed(Reason.ENTRY_MALFORMED, "v and timestamp must be integers")
    kind, channel, stamp_id, committed, issuer = (
        _text(value[name]) for name in ("type", "channel", "stampId", "assetHash", "issuer")
    )
    if kind not in set(AssetType):
        raise Malformed(Reason.ENTRY_MALFORMED, "no such type of asset")
    entry = Entry(
        v=version,
        type=AssetType(kind),
        channel=channel,
        stamp_id=stamp_id,
        asset_hash=committed,
        timestamp=moment,
        issuer=issuer,
    )
    if entry_bytes(entry) != data:
        raise Malformed(Reason.ENTRY_MALFORMED, "an entry is its canonical octets (RFC 8785), none other")
    return entry


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise Malformed(Reason.ENTRY_MALFORMED, "type, channel, stampId, assetHash and issuer must be strings")
    return value


def tx_hash(entry: Entry) -> str:
    """Name an entry: SHA-256 of its canonical octets, 64 lower-case hexadecimal digits without ``0x``."""
    return digest.sha256(entry_bytes(entry)).hex()


def sign_entry(entry: Entry, key: P256PrivateKey) -> str:
    """Sign an entry with the key of the certificate whose fingerprint is its issuer.

    Args:
        entry: The entry.
        key: The node certificate's key.

    Returns:
        base64url of the 64 octets R ‖ S.
    """
    return encoding.b64url_encode(key.sign(digest.labelled(SIGNATURE_LABEL, entry_bytes(entry))))


def verify_entry(entry: bytes, signature: str, public: P256PublicKey) -> None:
    """Verify an entry's signature.

    Args:
        entry: The entry's canonical octets.
        signature: base64url of R ‖ S, as served in ``entrySig``.
        public: The key of the certificate whose fingerprint the entry names; matching the two is the caller's part.

    Raises:
        Unverified: ENTRY_SIGNATURE.
    """
    try:
        public.verify(encoding.b64url_decode(signature), digest.labelled(SIGNATURE_LABEL, entry))
    except Error as wrong:
        raise Unverified(Reason.ENTRY_SIGNATURE, "the entry's signature does not hold") from wrong
