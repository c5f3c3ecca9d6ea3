"""What a proof is made of, whom a verifier believes, and what a verification says (`specs/stampedsafe.md`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason

__all__ = [
    "ALGORITHM",
    "ALGORITHM_ALIAS",
    "MAX_BYTES",
    "MAX_INTEGER",
    "MAX_MESSAGE",
    "Attestation",
    "Authority",
    "Claims",
    "Content",
    "FileMeta",
    "Problem",
    "Proof",
    "Report",
    "SignatureInput",
    "TimeBinding",
    "Trust",
    "Version",
]

ALGORITHM: Final = "Ed25519+SHA256"
ALGORITHM_ALIAS: Final = "Ed25519-SHA256"
MAX_BYTES: Final = 65_536
MAX_MESSAGE: Final = 280
MAX_INTEGER: Final = 2**53 - 1


class Version(StrEnum):
    """The versions of the format."""

    V1_0 = "1.0"  # the maker's own clock
    V1_1 = "1.1"  # may carry a time attestation


class SignatureInput(StrEnum):
    """What the proof's signature is over."""

    DIGEST = "digest"  # the 32 octets of the digest
    DIGEST_HEX = "digest-hex"  # their 64 ASCII digits


class TimeBinding(StrEnum):
    """What a time attestation says about the content."""

    BOUND = "bound"  # this very content was attested
    NOT_BEFORE = "not-before"  # the proof was made at some time after the attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMeta:
    """What a proof says of a file; the file itself never leaves its owner.

    Attributes:
        name: Without a path.
        size: Octets.
        hash: SHA-256, 64 lower hex.
        type: Media type, ``type/subtype``.
    """

    name: str
    size: int
    hash: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is to be proven.

    Attributes:
        message: At most 280 UTF-16 code units; may be empty if there is a file.
        file: The file; None for a text alone.
    """

    message: str = ""
    file: FileMeta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a time authority answered.

    Attributes:
        ts: When, milliseconds since the epoch.
        iso: The same as text.
        exp: Until when it may be used to make a proof, milliseconds since the epoch.
        kid: The authority's name for its key.
        nonce: What it was asked to attest, 64 lower hex.
        pk: Its public key, 64 lower hex.
        sig: Its signature, 128 lower hex.
    """

    ts: int
    iso: str
    exp: int
    kid: str
    nonce: str
    pk: str
    sig: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A time authority's key that a verifier believes.

    Attributes:
        pk: The key, 64 lower hex.
        not_before_ms: The first time that it attests, milliseconds since the epoch; None for no bound.
        not_after_ms: The last.
        compromised_at_ms: From when on nothing is believed; None if it is not compromised.
    """

    pk: str
    not_before_ms: int | None = None
    not_after_ms: int | None = None
    compromised_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a verifier brings along.

    Attributes:
        authorities: Believed time authorities by `kid`.
        timezones: The names of the IANA time zone database.
    """

    authorities: Mapping[str, Authority] = field(default_factory=dict)
    timezones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        code: Which.
        path: Where, as ``payload.f.size``; empty for the whole text.
        message: One sentence for a person, in English.
    """

    code: StampedSafeReason
    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a valid proof says.

    Attributes:
        t: The time it names, milliseconds since the epoch: the maker's own word unless the time is bound.
        tz: The time zone it names.
        message: The text; empty for a file alone.
        file: The file.
        attested_ms: When a believed authority attested; None at level 1.
        kid: The key that its attestation names, believed or not; empty without one.
    """

    t: int
    tz: str
    message: str
    file: FileMeta | None
    attested_ms: int | None = None
    kid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof.

    Attributes:
        id: The first 6 octets of the digest, 12 lower hex.
        payload: The members that are hashed and signed.
        sig: 128 lower hex.
        level: What the maker says that it shows; a verifier computes its own.
    """

    id: str
    payload: Mapping[str, Json]
    sig: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification found.

    Attributes:
        valid: Whether the form and all five checks hold.
        level: 1 for the maker's own clock, 2 for an attested time; None unless valid.
        time_binding: What the attestation says about the content; None without one that holds.
        sig_input: What the signature is over; None if it does not hold.
        id: The first digits of the digest, as many as the proof's own id has; empty if there is no payload.
        digest: SHA-256 of the canonical payload, 64 lower hex; empty if there is no payload.
        errors: What is wrong; `TA_…` and `FILE_HASH_MISMATCH` do not make a proof invalid.
        warnings: What a careful reader wants to know, each once.
        file_matches: Whether the file at hand is the proof's; None if none was.
        claims: What it says; None unless valid.
    """

    valid: bool
    level: int | None
    time_binding: TimeBinding | None
    sig_input: SignatureInput | None
    id: str
    digest: str
    errors: tuple[Problem, ...]
    warnings: tuple[StampedSafeReason, ...]
    file_matches: bool | None
    claims: Claims | None
