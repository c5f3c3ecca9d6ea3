"""Time attestations: an authority signs what time it is and a hash that it was sent, and nothing else.

The authority learns 32 octets. Its signature is over the canonical form of the attestation without ``sig``; belief in
it comes from a list of keys that the verifier brings along, never from the key that the attestation carries.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.keys import Ed25519PrivateKey, Ed25519PublicKey
from frankmark.foundation.timestamps import rfc3339
from frankmark.protocols.stampedsafe.model import Attestation, Authority, Problem
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.wire import canonical_form, whole

__all__ = [
    "TA",
    "WINDOW_MS",
    "attest",
    "attestation_json",
    "faults_of",
    "form_faults",
    "parse_attestation",
    "verify_attestation",
]

TA: Final = "payload.ta"
WINDOW_MS: Final = 300_000
_HEX: Final = {"sig": 128, "pk": 64}
_TEXTS: Final = ("iso", "kid", "nonce")
_NUMBERS: Final = ("ts", "exp")
_MAX_TEXT: Final = 256
_COMMITMENT: Final = re.compile(r"[0-9a-f]{64}")
_LOWER_HEX: Final = re.compile(r"[0-9a-f]+")
_LAST_MS: Final = 253_402_300_799_999  # the end of the year 9999
_SECONDS: Final = len("2026-01-01T00:00:00")


def attest(nonce: str, *, now_ms: int, kid: str, key: Ed25519PrivateKey, window_ms: int = WINDOW_MS) -> Attestation:
    """Attest that a hash was shown at a time.

    Args:
        nonce: The hash, 64 lower hex.
        now_ms: The time, milliseconds since the epoch.
        kid: The name of the key.
        key: The authority's key, which signs nothing else.
        window_ms: For how long the answer may be used to make a proof; at most 300,000.

    Returns:
        The attestation.

    Raises:
        Malformed: `TA_FORMAT` unless the nonce is the hex of 32 octets.
    """
    if not _COMMITMENT.fullmatch(nonce):
        raise Malformed(StampedSafeReason.TA_FORMAT, "nonce is the SHA-256 of what is to be attested, 64 lower hex")
    members: dict[str, Json] = {
        "ts": now_ms,
        "iso": _iso(now_ms),
        "exp": now_ms + window_ms,
        "kid": kid,
        "nonce": nonce,
        "pk": key.public.to_bytes().hex(),
    }
    return parse_attestation({**members, "sig": key.sign(canonical_form(members)).hex()})


def attestation_json(attestation: Attestation) -> dict[str, Json]:
    """An attestation as its JSON object."""
    return asdict(attestation)


def parse_attestation(value: Json) -> Attestation:
    """Read an attestation, as an authority answers it or a proof carries it.

    Args:
        value: Loaded JSON; unknown members are left out.

    Returns:
        The attestation. Nothing about it is verified.

    Raises:
        Malformed: `TA_FORMAT`.
    """
    for fault in form_faults(value):
        raise Malformed(fault.code, fault.message)
    members = value if isinstance(value, dict) else {}
    iso, kid, nonce, pk, sig = (str(members[name]) for name in ("iso", "kid", "nonce", "pk", "sig"))
    ts, exp = (whole(members[name]) or 0 for name in _NUMBERS)
    return Attestation(ts=ts, iso=iso, exp=exp, kid=kid, nonce=nonce, pk=pk, sig=sig)


def verify_attestation(attestation: Attestation, authorities: Mapping[str, Authority]) -> None:
    """Verify an attestation by itself, as a maker does before he uses it.

    Args:
        attestation: The attestation.
        authorities: Believed keys by `kid`.

    Raises:
        Unverified: `TA_SIGNATURE_INVALID`, `TA_UNTRUSTED_KEY`, `TA_TIME_MISMATCH` or `TA_WINDOW_INVALID`.
    """
    for fault in faults_of(attestation_json(attestation), attestation.ts, authorities):
        raise Unverified(fault.code, fault.message)


def form_faults(value: Json) -> Iterator[Problem]:
    """What is wrong with the form of an attestation.

    Args:
        value: Loaded JSON.

    Yields:
        `TA_FORMAT`, once for each member.
    """
    if not isinstance(value, dict):
        yield Problem(code=StampedSafeReason.TA_FORMAT, path=TA, message="ta is an object, or absent")
        return
    for name in _NUMBERS:
        if whole(value.get(name)) is None:
            yield _misshapen(name, "an integer number of milliseconds")
    for name in _TEXTS:
        text = value.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= _MAX_TEXT:
            yield _misshapen(name, f"a text of 1 to {_MAX_TEXT} characters")
    for name, length in _HEX.items():
        text = value.get(name)
        if not isinstance(text, str) or len(text) != length or not _LOWER_HEX.fullmatch(text):
            yield _misshapen(name, f"{length} digits of lower-case hexadecimal")


def faults_of(ta: Mapping[str, Json], t: int | None, authorities: Mapping[str, Authority]) -> Iterator[Problem]:
    """Why an attestation that has its form shows no time.

    Args:
        ta: The attestation as received, members that nobody knows included: they are signed too.
        t: The time of the proof that carries it, milliseconds since the epoch; None if it has none.
        authorities: Believed keys by `kid`.

    Yields:
        `TA_SIGNATURE_INVALID`, `TA_UNTRUSTED_KEY`, `TA_TIME_MISMATCH`, `TA_WINDOW_INVALID`, each at most once.
    """
    found = parse_attestation(dict(ta))
    try:
        _verify_signature(ta, found)
    except Error:
        message = "the authority's signature does not belong to this attestation"
        yield Problem(code=StampedSafeReason.TA_SIGNATURE_INVALID, path=f"{TA}.sig", message=message)
    sentence = _distrust(found, authorities.get(found.kid))
    if sentence:
        yield Problem(code=StampedSafeReason.TA_UNTRUSTED_KEY, path=f"{TA}.kid", message=sentence)
    if (t is not None and t != found.ts) or not _same_time(found.iso, found.ts):
        message = "t, ta.ts and ta.iso name one time"
        yield Problem(code=StampedSafeReason.TA_TIME_MISMATCH, path=f"{TA}.ts", message=message)
    if found.ts >= found.exp:
        message = "exp is later than ts"
        yield Problem(code=StampedSafeReason.TA_WINDOW_INVALID, path=f"{TA}.exp", message=message)


def _misshapen(name: str, what: str) -> Problem:
    return Problem(code=StampedSafeReason.TA_FORMAT, path=f"{TA}.{name}", message=f"{name} is {what}")


def _verify_signature(ta: Mapping[str, Json], found: Attestation) -> None:
    """Over everything but ``sig``; an older way leaves ``pk`` out too, and the pinned list binds it all the same."""
    key, signature = bytes.fromhex(found.pk), bytes.fromhex(found.sig)
    signed = {name: value for name, value in ta.items() if name != "sig"}
    try:
        Ed25519PublicKey.verify_once(key, signature, canonical_form(signed))
    except Unverified:
        del signed["pk"]
        Ed25519PublicKey.verify_once(key, signature, canonical_form(signed))


def _distrust(found: Attestation, pinned: Authority | None) -> str:
    """Why the key is not believed for this time; empty if it is."""
    if pinned is None or pinned.pk != found.pk:
        return "the authority's key is not pinned"
    if pinned.compromised_at_ms is not None and found.ts >= pinned.compromised_at_ms:
        return "the authority's key was compromised by then"
    early = pinned.not_before_ms is not None and found.ts < pinned.not_before_ms
    late = pinned.not_after_ms is not None and found.ts > pinned.not_after_ms
    return "the authority's key is not pinned for this time" if early or late else ""


def _same_time(iso: str, ts: int) -> bool:
    """Whether a text is this very millisecond in UTC; final zeros of the fraction may be left out."""
    if ts > _LAST_MS or not iso.endswith("Z") or iso.endswith(".Z"):
        return False
    full, given = _iso(ts)[:-1], iso[:-1]
    return len(given) >= _SECONDS and full.startswith(given) and full[len(given) :].strip("0") in {"", "."}


def _iso(ms: int) -> str:
    """With all three digits of the fraction, as browsers write it."""
    text = rfc3339(ms)
    return text if "." in text else f"{text[:-1]}.000Z"
