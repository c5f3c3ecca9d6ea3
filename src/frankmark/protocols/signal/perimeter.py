"""A brand's perimeter: the channels that it declares to be its own, and the only ones, signed with its own key.

::

    payload   {"v":1,"brand":"br_<ulid>","name":…,"domain":<anchor>,"seq":n,"prev":<sha256 of the payload before|null>,
               "iat":…,"exp":…,"channels":[{"type":…,"value":…,"match":"exact|subtree|prefix"}]}        times in seconds
    signed    compact JWS of the type SSCT-perimeter, the brand's key in its header
    whose     TXT _securestamp-brand.<anchor>: ssbrand=v=1; jkt=<thumbprint of that key>

The signed text is the leaf of the Official Channel Log, octet for octet. The page for implementers is
``specs/signal.md``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation import canonical, digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Refused, Unverified
from frankmark.foundation.identifiers import is_ulid
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.members import Members
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.artifact import canonical as canonical_artifact
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.signed import ObjectType

__all__ = [
    "LONGEST",
    "LONGEST_LIFE_S",
    "MOST_CHANNELS",
    "SKEW_S",
    "Channel",
    "Match",
    "Perimeter",
    "SignedPerimeter",
    "contains",
    "domains_to_prove",
    "find",
    "is_active",
    "is_brand_id",
    "payload",
    "read",
    "sign",
    "verify",
    "verify_succession",
    "verify_time",
]

VERSION: Final = 1
MOST_CHANNELS: Final = 1_000
LONGEST_LIFE_S: Final = 400 * 86_400
SKEW_S: Final = 300
LONGEST: Final = 524_288  # characters of the signed text
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]{1,100}")


class Match(StrEnum):
    """What a declared channel covers."""

    EXACT = "exact"
    SUBTREE = "subtree"  # a domain and every name below it
    PREFIX = "prefix"  # every short link below a path that ends in "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One declared channel.

    Attributes:
        artifact: The channel.
        match: What it covers.
    """

    artifact: Artifact
    match: Match = Match.EXACT

    def covers(self, artifact: Artifact) -> bool:
        """Whether an artifact is this channel, or lies in what it covers."""
        if artifact.type is not self.artifact.type:
            return False
        if artifact.value == self.artifact.value:
            return True
        if self.match is Match.SUBTREE:
            return artifact.value.endswith(f".{self.artifact.value}")
        return self.match is Match.PREFIX and artifact.value.startswith(self.artifact.value)

    def json(self) -> dict[str, Json]:
        """The members type, value and match."""
        return {**self.artifact.json(), "match": self.match.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Perimeter:
    """What a brand declares.

    Attributes:
        brand: ``br_`` and a ULID.
        name: How the brand calls itself, 1 to 100 characters; never shown without `domain`.
        domain: The anchor: the domain that vouches for the brand's key.
        seq: 1 for the first, one more each time.
        prev: SHA-256 of the payload before, lower hex; None exactly for the first.
        iat: When it was made, seconds since the epoch.
        exp: When it ends, seconds since the epoch.
        channels: At most 1,000, none twice; none at all withdraws everything.
    """

    brand: str
    name: str
    domain: str
    seq: int
    prev: str | None
    iat: int
    exp: int
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPerimeter:
    """A perimeter that has the form; `verify` says whether it is the brand's.

    Attributes:
        text: The compact serialisation: the leaf of the log.
        perimeter: What it declares.
        digest: SHA-256 of its payload, lower hex: what the next one names as prev.
        key: The key in its header.
        parts: Its signed parts.
    """

    text: str
    perimeter: Perimeter
    digest: str
    key: P256PublicKey
    parts: Jws

    @property
    def jkt(self) -> str:
        """The RFC 7638 thumbprint of the key in its header."""
        return self.key.thumbprint()


def is_brand_id(text: str) -> bool:
    """Whether a text is ``br_`` and a ULID."""
    return text.startswith("br_") and is_ulid(text[3:])


def payload(perimeter: Perimeter) -> bytes:
    """Render a perimeter as its canonical octets (RFC 8785), which are what is signed."""
    return canonical.dump(_json(perimeter))


def sign(perimeter: Perimeter, key: P256PrivateKey) -> str:
    """Sign a perimeter.

    Args:
        perimeter: What the brand declares.
        key: The brand's key, whose thumbprint the anchor's TXT record publishes.

    Returns:
        The compact serialisation.

    Raises:
        Misuse: `JWS_TOO_LARGE`.
    """
    return signed.sign_as_brand(_json(perimeter), ObjectType.PERIMETER, key, most=LONGEST)


def read(text: str, suffixes: PublicSuffixes) -> SignedPerimeter:
    """Read a signed perimeter, believing nothing.

    Args:
        text: The compact serialisation, at most 524,288 characters.
        suffixes: The Public Suffix List.

    Returns:
        The perimeter.

    Raises:
        Malformed: TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, PERIMETER_MALFORMED, PERIMETER_CHANNEL, PERIMETER_TIME.
        Unverified: BRAND_KEY_MISMATCH when the kid is not the thumbprint of the key beside it.
    """
    parts, key = signed.by_brand(text, ObjectType.PERIMETER, most=LONGEST)
    perimeter = _perimeter(signed.payload_of(parts, SignalReason.PERIMETER_MALFORMED), suffixes)
    return SignedPerimeter(
        text=text, perimeter=perimeter, digest=digest.sha256(parts.payload).hex(), key=key, parts=parts
    )


def verify(document: SignedPerimeter, jkt: str) -> None:
    """Check that a perimeter is signed with the key that its anchor publishes.

    Args:
        document: The perimeter.
        jkt: The thumbprint from the anchor's TXT record, or the one kept as evidence from when it was accepted.

    Raises:
        Unverified: BRAND_KEY_MISMATCH, SIGNATURE_FALSE.
    """
    if document.jkt != jkt:
        raise Unverified(SignalReason.BRAND_KEY_MISMATCH, "the anchor publishes another key than the one in the header")
    signed.verify_by_brand(document.parts, document.key)


def verify_time(perimeter: Perimeter, now_s: int) -> None:
    """Check that a perimeter has begun and has not ended.

    Args:
        perimeter: The perimeter.
        now_s: The time, seconds since the epoch.

    Raises:
        Unverified: PERIMETER_TIME.
    """
    if not is_active(perimeter, now_s):
        raise Unverified(SignalReason.PERIMETER_TIME, "the perimeter has ended, or is dated in the future")


def verify_succession(document: SignedPerimeter, previous: SignedPerimeter | None) -> None:
    """Check that a perimeter is the next one of its brand.

    Args:
        document: The new perimeter.
        previous: The newest that was accepted, or None when there is none.

    Raises:
        Refused: PERIMETER_SUCCESSION.
    """
    new = document.perimeter
    if previous is None:
        right = (new.seq, new.prev) == (1, None)
    else:
        old = previous.perimeter
        right = (new.brand, new.domain) == (old.brand, old.domain)
        right = right and (new.seq, new.prev) == (old.seq + 1, previous.digest) and new.iat >= old.iat
    if not right:
        raise Refused(SignalReason.PERIMETER_SUCCESSION, "same brand and anchor, seq one more, prev of the newest one")


def is_active(perimeter: Perimeter, now_s: int) -> bool:
    """Whether a perimeter holds at a time and declares anything; one without channels withdraws the brand."""
    return bool(perimeter.channels) and perimeter.iat <= now_s + SKEW_S and now_s < perimeter.exp


def find(perimeter: Perimeter, artifact: Artifact) -> Channel | None:
    """Find the declared channel that covers an artifact.

    Args:
        perimeter: The perimeter.
        artifact: A canonical artifact.

    Returns:
        The channel, an exact one first, or None when the artifact lies outside.
    """
    covering = [channel for channel in perimeter.channels if channel.covers(artifact)]
    return min(covering, key=lambda channel: channel.artifact.value != artifact.value, default=None)


def contains(perimeter: Perimeter, artifact: Artifact) -> bool:
    """Whether an artifact lies inside a perimeter."""
    return find(perimeter, artifact) is not None


def domains_to_prove(perimeter: Perimeter) -> tuple[str, ...]:
    """Name the domains that must each publish the brand's key: the anchor, and every domain outside its tree.

    Args:
        perimeter: The perimeter.

    Returns:
        Canonical domains, the anchor first.
    """
    anchor = perimeter.domain
    declared = [each.artifact.value for each in perimeter.channels if each.artifact.type is ArtifactType.DOMAIN]
    others = (domain for domain in declared if domain != anchor and not domain.endswith(f".{anchor}"))
    return tuple(dict.fromkeys((anchor, *others)))


def _json(perimeter: Perimeter) -> dict[str, Json]:
    return {
        "v": VERSION,
        "brand": perimeter.brand,
        "name": perimeter.name,
        "domain": perimeter.domain,
        "seq": perimeter.seq,
        "prev": perimeter.prev,
        "iat": perimeter.iat,
        "exp": perimeter.exp,
        "channels": [channel.json() for channel in perimeter.channels],
    }


def _perimeter(value: Json, suffixes: PublicSuffixes) -> Perimeter:
    members = Members(value, what="a perimeter", code=SignalReason.PERIMETER_MALFORMED)
    if members.number("v") != VERSION:
        raise members.fault(f"has v {VERSION}")
    prev = members.take("prev")
    if prev is not None and not (isinstance(prev, str) and _HEX64.fullmatch(prev)):
        raise members.fault("has prev: 64 lower-case hexadecimal digits, or null")
    found = Perimeter(
        brand=members.text("brand"),
        name=members.text("name"),
        domain=members.text("domain"),
        seq=members.number("seq"),
        prev=prev,
        iat=members.number("iat"),
        exp=members.number("exp"),
        channels=_channels(members.list("channels", MOST_CHANNELS), suffixes),
    )
    members.end()
    if not is_brand_id(found.brand) or not _NAME.fullmatch(found.name) or found.name.strip() != found.name:
        raise members.fault("has brand br_<ulid> and a name of 1 to 100 visible characters")
    if found.seq < 1 or (found.seq == 1) != (found.prev is None):
        raise members.fault("has seq from 1 on, and prev null exactly for the first")
    if not 0 <= found.iat < found.exp <= min(found.iat + LONGEST_LIFE_S, _LATEST_S):
        raise Malformed(SignalReason.PERIMETER_TIME, "exp lies after iat, at most 400 days")
    _demand_canonical(Artifact(type=ArtifactType.DOMAIN, value=found.domain), suffixes)
    return found


def _channels(items: list[Json], suffixes: PublicSuffixes) -> tuple[Channel, ...]:
    channels = tuple(_channel(item, suffixes) for item in items)
    if len({channel.artifact for channel in channels}) != len(channels):
        raise Malformed(SignalReason.PERIMETER_CHANNEL, "each channel once")
    return channels


def _channel(item: Json, suffixes: PublicSuffixes) -> Channel:
    members = Members(item, what="a channel", code=SignalReason.PERIMETER_MALFORMED)
    artifact = Artifact(type=members.word("type", ArtifactType), value=members.text("value"))
    match = members.word("match", Match) if members.has("match") else Match.EXACT
    members.end()
    _demand_canonical(artifact, suffixes)
    fits = {
        Match.EXACT: True,
        Match.SUBTREE: artifact.type is ArtifactType.DOMAIN,
        Match.PREFIX: artifact.type is ArtifactType.SHORTLINK and artifact.value.endswith("/"),
    }
    if not fits[match]:
        raise Malformed(
            SignalReason.PERIMETER_CHANNEL, 'subtree is for domains, prefix for short links that end in "/"'
        )
    return Channel(artifact=artifact, match=match)


def _demand_canonical(artifact: Artifact, suffixes: PublicSuffixes) -> None:
    try:
        same = canonical_artifact(artifact.type, artifact.value, suffixes) == artifact
    except Error as wrong:
        raise Malformed(SignalReason.PERIMETER_CHANNEL, f"{artifact.type}: {wrong.detail}") from wrong
    if not same:
        raise Malformed(SignalReason.PERIMETER_CHANNEL, f"{artifact.type}: written in its canonical form")
