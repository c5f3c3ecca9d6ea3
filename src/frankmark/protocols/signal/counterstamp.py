"""Counter-stamps: a brand's signed word that a channel is not its own.

The core never changes, and its hash is what the brand signs; evidence is only ever added. Which moves there are, and
who may make them, stands in `frankmark.protocols.signal.moves`. A counter-stamp that is due to expire counts as expired
before anybody has written that down.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation import canonical, digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.identifiers import is_ulid
from frankmark.foundation.members import Members
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.artifact import canonical as canonical_artifact
from frankmark.protocols.signal.model import Artifact, ArtifactType, Role, State
from frankmark.protocols.signal.perimeter import is_brand_id
from frankmark.protocols.signal.reasons import SignalReason

__all__ = [
    "DEFAULT_LIFE_S",
    "IDLE_S",
    "LONGEST_LIFE_S",
    "MOST_EVIDENCE",
    "TERMINAL",
    "Actor",
    "Core",
    "CounterStamp",
    "EvidenceDigest",
    "ReasonCode",
    "core_hash",
    "core_json",
    "due_at_s",
    "parse_core",
    "parse_evidence",
    "state_at",
]

DEFAULT_LIFE_S: Final = 90 * 86_400
LONGEST_LIFE_S: Final = 365 * 86_400
IDLE_S: Final = 30 * 86_400
MOST_EVIDENCE: Final = 100
TERMINAL: Final = frozenset({State.REVOKED, State.EXPIRED})
_IDLING: Final = frozenset({State.OBSERVED, State.UNDER_REVIEW})
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MIME: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII)


class ReasonCode(StrEnum):
    """What the brand claims; nothing about anybody's intent."""

    NOT_OURS = "NOT_OURS"
    NO_LONGER_OURS = "NO_LONGER_OURS"
    NAME_USED_WITHOUT_PERMISSION = "NAME_USED_WITHOUT_PERMISSION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and as what.

    Attributes:
        role: In what capacity.
        principal: Who, by an id of the node's; empty for a channel's owner and for the node itself.
        org: The organisation of the principal; empty where there is none.
    """

    role: Role
    principal: str = ""
    org: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDigest:
    """A piece of evidence, by its digest; the piece itself stays where it is.

    Attributes:
        sha256: 64 lower hex.
        mime: Its media type.
    """

    sha256: str
    mime: str

    def __post_init__(self) -> None:
        if not (_HEX64.fullmatch(self.sha256) and _MIME.fullmatch(self.mime)):
            raise _malformed("evidence has sha256, 64 lower-case hexadecimal digits, and a media type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What a counter-stamp says; it never changes, and its hash is what a brand signs.

    Attributes:
        id: ``cs_`` and a ULID.
        brand: The brand, ``br_`` and a ULID.
        artifact: The channel.
        reason_code: What the brand claims.
        opened_at_s: When it was opened, seconds since the epoch.
        expires_at_s: When it ends at the latest, seconds since the epoch.
    """

    id: str
    brand: str
    artifact: Artifact
    reason_code: ReasonCode
    opened_at_s: int
    expires_at_s: int

    def __post_init__(self) -> None:
        if not (self.id.startswith("cs_") and is_ulid(self.id[3:]) and is_brand_id(self.brand)):
            raise _malformed("id is cs_<ulid>, brand br_<ulid>")
        end = min(self.opened_at_s + LONGEST_LIFE_S, _LATEST_S)
        if not 0 <= self.opened_at_s < self.expires_at_s <= end:
            raise _malformed("expires_at lies after opened_at, at most 365 days")


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterStamp:
    """A counter-stamp as it stands.

    Attributes:
        core: What it says.
        state: Where it stands, as it was last written down; `state_at` knows what the time has done since.
        version: 1 when opened, one more with each move.
        opener: Who opened it.
        moved_at_s: When it last moved, seconds since the epoch.
        disputed_at_s: When it was last disputed, or None.
        evidence: Digests, in the order in which they came.
    """

    core: Core
    state: State
    version: int
    opener: Actor
    moved_at_s: int
    disputed_at_s: int | None = None
    evidence: tuple[EvidenceDigest, ...] = ()


def core_json(core: Core) -> dict[str, Json]:
    """Render a core as a JSON object."""
    return {
        "id": core.id,
        "brand": core.brand,
        "artifact": core.artifact.json(),
        "reasonCode": core.reason_code.value,
        "opened_at": core.opened_at_s,
        "expires_at": core.expires_at_s,
    }


def core_hash(core: Core) -> str:
    """Name a core: SHA-256 of its canonical octets (RFC 8785), 64 lower-case hexadecimal digits."""
    return digest.sha256(canonical.dump(core_json(core))).hex()


def parse_core(value: Json, suffixes: PublicSuffixes) -> Core:
    """Read a core.

    Args:
        value: A JSON object.
        suffixes: The Public Suffix List.

    Returns:
        The core; `core_json` of it is `value` again.

    Raises:
        Malformed: COUNTERSTAMP_MALFORMED.
    """
    members = Members(value, what="a counter-stamp", code=SignalReason.COUNTERSTAMP_MALFORMED)
    channel = members.object("artifact")
    core = Core(
        id=members.text("id"),
        brand=members.text("brand"),
        artifact=Artifact(type=channel.word("type", ArtifactType), value=channel.text("value")),
        reason_code=members.word("reasonCode", ReasonCode),
        opened_at_s=members.number("opened_at"),
        expires_at_s=members.number("expires_at"),
    )
    channel.end()
    members.end()
    try:
        same = canonical_artifact(core.artifact.type, core.artifact.value, suffixes) == core.artifact
    except Error as wrong:
        raise _malformed(wrong.detail) from wrong
    if not same:
        raise _malformed("its artifact is in its canonical form")
    return core


def due_at_s(case: CounterStamp) -> int | None:
    """When a counter-stamp expires if nothing moves it, seconds since the epoch; None once it has ended."""
    if case.state in TERMINAL:
        return None
    if case.state in _IDLING:
        return min(case.core.expires_at_s, case.moved_at_s + IDLE_S)
    return case.core.expires_at_s


def state_at(case: CounterStamp, now_s: int) -> State:
    """Where a counter-stamp stands at a time, whether or not its expiry has been written down.

    Args:
        case: The counter-stamp.
        now_s: The time, seconds since the epoch.

    Returns:
        Its state.
    """
    due = due_at_s(case)
    return case.state if due is None or now_s < due else State.EXPIRED


def parse_evidence(items: list[Json]) -> tuple[EvidenceDigest, ...]:
    """Read a list of evidence.

    Args:
        items: JSON objects with sha256 and mime.

    Returns:
        The digests, each once.

    Raises:
        Malformed: COUNTERSTAMP_MALFORMED.
    """
    found = []
    for item in items:
        members = Members(item, what="a piece of evidence", code=SignalReason.COUNTERSTAMP_MALFORMED)
        found.append(EvidenceDigest(sha256=members.text("sha256"), mime=members.text("mime")))
        members.end()
    return tuple(dict.fromkeys(found))


def _malformed(detail: str) -> Malformed:
    return Malformed(SignalReason.COUNTERSTAMP_MALFORMED, detail)
