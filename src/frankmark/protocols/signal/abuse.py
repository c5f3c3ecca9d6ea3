"""The Abuse Transparency Log: what is public about a move of a counter-stamp, and how the rest is opened.

::

    leaf   JCS {"v":1,"c":<64 hex>,"day":"YYYY-MM-DD"}                                        public, TLP:CLEAR
    c      SHA-256("SSCT-ATL-1" ‖ 0x00 ‖ salt32 ‖ JCS(detail))
    detail {"cs":…,"from":…,"to":…,"version":…,"actorRole":…,"brand":…,"artifact":…,"reasonCode":…,"at":<seconds>}

An opening, with detail, salt and inclusion proof, is for the brand, the channel's owner and reviewers alone: TLP:AMBER.
The salt keeps anyone from finding a phone number by trying all of them.
"""

import re
from dataclasses import dataclass
from typing import Final

from frankmark.foundation import canonical, digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Misuse
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.members import Members
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.timestamps import parse_rfc3339_s, rfc3339_s
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.key_time import TimeProof, verify_key_time
from frankmark.protocols.signal.logs import (
    MOST_PATH,
    LogName,
    SignedHead,
    audit_path,
    read_head,
    verify_head,
    verify_included,
)
from frankmark.protocols.signal.model import Artifact, ArtifactType, Role, State
from frankmark.protocols.signal.reasons import SignalReason

__all__ = [
    "COMMITMENT_LABEL",
    "SALT_OCTETS",
    "AbuseLeaf",
    "Detail",
    "Opening",
    "abuse_leaf",
    "commitment",
    "day_of",
    "detail_json",
    "opening_json",
    "parse_abuse_leaf",
    "parse_opening",
    "verify_opening",
]

COMMITMENT_LABEL: Final = "SSCT-ATL-1"
SALT_OCTETS: Final = 32
LARGEST_LEAF: Final = 256
_LARGEST: Final = (1 << 53) - 1
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One move of a counter-stamp, as only those concerned may see it.

    Attributes:
        cs: Id of the counter-stamp.
        came_from: The state before; None for the opening.
        to: The state after.
        version: The version after.
        actor_role: As what somebody moved it.
        brand: The brand.
        artifact: The channel.
        reason_code: What the brand claims.
        at_s: When, seconds since the epoch.
    """

    cs: str
    came_from: State | None
    to: State
    version: int
    actor_role: Role
    brand: str
    artifact: Artifact
    reason_code: ReasonCode
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbuseLeaf:
    """What is public about one move.

    Attributes:
        c: The commitment, lower hex.
        day: The day of the move in UTC, ``YYYY-MM-DD``.
    """

    c: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything that shows one move to one who may see it.

    Attributes:
        detail: The move.
        salt: 32 octets, of this record alone.
        leaf_index: Its leaf, from 0.
        audit_path: The inclusion proof, from the leaf's sibling up.
        head: The head of the abuse log that it is proven against.
    """

    detail: Detail
    salt: bytes
    leaf_index: int
    audit_path: tuple[bytes, ...]
    head: SignedHead


def commitment(salt: bytes, detail: Detail) -> str:
    """Commit to a move without showing it.

    Args:
        salt: 32 unpredictable octets, of this record alone.
        detail: The move.

    Returns:
        64 lower-case hexadecimal digits.

    Raises:
        Misuse: OPENING_MALFORMED when the salt is not 32 octets.
    """
    if len(salt) != SALT_OCTETS:
        raise Misuse(SignalReason.OPENING_MALFORMED, f"a salt of {SALT_OCTETS} octets")
    data = salt + canonical.dump(detail_json(detail))
    return digest.sha256(digest.labelled(COMMITMENT_LABEL, data)).hex()


def day_of(at_s: int) -> str:
    """The day of a time in UTC, ``YYYY-MM-DD``."""
    return rfc3339_s(at_s)[:10]


def abuse_leaf(salt: bytes, detail: Detail) -> bytes:
    """The leaf of a move: canonical JSON of its commitment and its day."""
    return _leaf_octets(AbuseLeaf(c=commitment(salt, detail), day=day_of(detail.at_s)))


def parse_abuse_leaf(data: bytes) -> AbuseLeaf:
    """Read the leaf of a move.

    Args:
        data: The leaf's octets.

    Returns:
        The leaf.

    Raises:
        Malformed: LEAF_MALFORMED.
    """
    try:
        value = canonical.load(data, max_bytes=LARGEST_LEAF, max_depth=1)
    except Error as wrong:
        raise Malformed(SignalReason.LEAF_MALFORMED, f"a leaf is JSON: {wrong.detail}") from wrong
    members = Members(value, what="a leaf", code=SignalReason.LEAF_MALFORMED)
    version, leaf = members.number("v"), AbuseLeaf(c=members.text("c"), day=members.text("day"))
    members.end()
    if version != 1 or not _HEX64.fullmatch(leaf.c) or not _is_day(leaf.day) or _leaf_octets(leaf) != data:
        raise members.fault("is the canonical octets of v 1, a commitment and a day")
    return leaf


def detail_json(detail: Detail) -> dict[str, Json]:
    """Render a move as a JSON object."""
    return {
        "cs": detail.cs,
        "from": None if detail.came_from is None else detail.came_from.value,
        "to": detail.to.value,
        "version": detail.version,
        "actorRole": detail.actor_role.value,
        "brand": detail.brand,
        "artifact": detail.artifact.json(),
        "reasonCode": detail.reason_code.value,
        "at": detail.at_s,
    }


def opening_json(opening: Opening) -> dict[str, Json]:
    """Render an opening as a JSON object."""
    return {
        "detail": detail_json(opening.detail),
        "salt": opening.salt.hex(),
        "leafIndex": opening.leaf_index,
        "treeSize": opening.head.head.size,
        "auditPath": [one.hex() for one in opening.audit_path],
        "sth": opening.head.text,
    }


def parse_opening(value: Json) -> Opening:
    """Read an opening, believing nothing.

    Args:
        value: A JSON object.

    Returns:
        The opening; `opening_json` of it is `value` again.

    Raises:
        Malformed: OPENING_MALFORMED, and what `read_head` raises.
    """
    members = Members(value, what="an opening", code=SignalReason.OPENING_MALFORMED)
    detail = _detail(members.object("detail"))
    salt, index, size = members.text("salt"), members.number("leafIndex"), members.number("treeSize")
    path = audit_path(members.list("auditPath", MOST_PATH), SignalReason.OPENING_MALFORMED)
    head = read_head(members.text("sth"))
    members.end()
    if not _HEX64.fullmatch(salt) or index < 0 or (head.head.log, head.head.size) != (LogName.ABUSE, size):
        raise members.fault("has a salt of 32 octets, and a head of the abuse log of its treeSize")
    return Opening(detail=detail, salt=bytes.fromhex(salt), leaf_index=index, audit_path=path, head=head)


def verify_opening(opening: Opening, keys: JwkSet, time: TimeProof | None = None) -> None:
    """Check that a move is the one that the abuse log committed to.

    Args:
        opening: The opening.
        keys: All keys of the node, pinned by the verifier.
        time: That the log held the leaf before the head's key ended, where it has.

    Raises:
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE, INCLUSION_FALSE, KEY_TIME_UNPROVEN.
    """
    key = verify_head(opening.head, keys)
    leaf = abuse_leaf(opening.salt, opening.detail)
    verify_included(leaf_hash(leaf), opening.leaf_index, opening.audit_path, opening.head.head)
    verify_key_time([key], leaf, time)


def _detail(members: Members) -> Detail:
    channel = members.object("artifact")
    detail = Detail(
        cs=members.text("cs"),
        came_from=members.word_or_none("from", State),
        to=members.word("to", State),
        version=members.number("version"),
        actor_role=members.word("actorRole", Role),
        brand=members.text("brand"),
        artifact=Artifact(type=channel.word("type", ArtifactType), value=channel.text("value")),
        reason_code=members.word("reasonCode", ReasonCode),
        at_s=members.number("at"),
    )
    channel.end()
    members.end()
    if not (0 <= detail.at_s <= _LATEST_S and 1 <= detail.version <= _LARGEST):
        raise members.fault("has at in seconds since the epoch and a version from 1 on")
    return detail


def _leaf_octets(leaf: AbuseLeaf) -> bytes:
    return canonical.dump({"v": 1, "c": leaf.c, "day": leaf.day})


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        parse_rfc3339_s(f"{text}T00:00:00Z")
    except Malformed:
        return False
    return True
