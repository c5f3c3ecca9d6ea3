"""Verifying a proof offline: its form, five checks, and what its time attestation shows (`specs/stampedsafe.md`).

All errors are collected; a check runs wherever what it needs is there. Only the form and the five checks decide whether
a proof is valid. The attestation decides the level, and a file at hand is compared beside it.
"""

from frankmark.foundation.canonical import Json
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.keys import Ed25519PublicKey
from frankmark.protocols.stampedsafe.attestation import faults_of
from frankmark.protocols.stampedsafe.attestation import form_faults as attestation_faults
from frankmark.protocols.stampedsafe.form import form_faults, unknown_members
from frankmark.protocols.stampedsafe.model import (
    ALGORITHM,
    ALGORITHM_ALIAS,
    Claims,
    FileMeta,
    Problem,
    Report,
    SignatureInput,
    TimeBinding,
    Trust,
    Version,
)
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.wire import canonical_form, commitment, load_proof, whole

__all__ = ["verify"]

_VERSIONS = frozenset(Version)
_SELF_ATTESTED, _ATTESTED = 1, 2  # levels
_ID_LENGTHS = (12, 24)
_TRUNCATED_OCTETS = (6, 12)


def verify(data: bytes, trust: Trust, *, file_hash: bytes | None = None) -> Report:
    """Verify one proof.

    Args:
        data: The JSON text, at most 64 KiB.
        trust: Believed time authorities, and the names of time zones.
        file_hash: SHA-256 of the file at hand, 32 octets; None if there is none.

    Returns:
        The report. Whatever is wrong with the proof is in it; nothing is raised.
    """
    try:
        proof = load_proof(data)
    except Malformed as fault:
        return _unread(Problem(code=StampedSafeReason(fault.code), path="", message=fault.detail))
    if not isinstance(proof, dict):
        return _unread(Problem(code=StampedSafeReason.TYPE_INVALID, path="", message="a proof is an object"))
    return _Examination(proof, trust).report(file_hash)


def _unread(problem: Problem) -> Report:
    return Report(
        valid=False,
        level=None,
        time_binding=None,
        sig_input=None,
        id="",
        digest="",
        errors=(problem,),
        warnings=(),
        file_matches=None,
        claims=None,
    )


class _Examination:
    """Looks at one proof; what it found stays readable."""

    __slots__ = (
        "_digest",
        "_errors",
        "_malformed",
        "_payload",
        "_proof",
        "_sig_input",
        "_trust",
        "_warnings",
    )

    def __init__(self, proof: dict[str, Json], trust: Trust) -> None:
        self._proof = proof
        self._trust = trust
        self._errors = list(form_faults(proof))
        self._malformed = {fault.path for fault in self._errors}
        self._warnings: list[StampedSafeReason] = []
        self._sig_input: SignatureInput | None = None
        payload = proof.get("payload")
        self._payload = payload if isinstance(payload, dict) else None
        self._digest = b"" if self._payload is None else sha256(canonical_form(self._payload))

    def report(self, file_hash: bytes | None) -> Report:
        payload = self._payload
        if payload is not None:
            self._check_version(payload)
            self._check_algorithm(payload)
            self._check_message(payload)
            self._check_id()
            self._check_signature(payload)
        valid = not self._errors
        attested, binding = (None, None) if payload is None else self._attested(payload)
        shown = _SELF_ATTESTED if attested is None else _ATTESTED
        self._warn_of_the_rest(payload, claimed_too_much=valid and self._claims_more_than(shown))
        matches = None if file_hash is None else self._compare(payload, file_hash)
        digest = self._digest.hex()
        return Report(
            valid=valid,
            level=shown if valid else None,
            time_binding=binding if valid else None,
            sig_input=self._sig_input,
            id=digest[: self._id_length()],
            digest=digest,
            errors=tuple(self._errors),
            warnings=tuple(self._warnings),
            file_matches=matches,
            claims=_claims(payload, attested) if valid and payload is not None else None,
        )

    def _check_version(self, payload: dict[str, Json]) -> None:
        if self._has("payload.v") and payload["v"] not in _VERSIONS:
            self._wrong(StampedSafeReason.VERSION_UNSUPPORTED, "payload.v", "v is 1.0 or 1.1")

    def _check_algorithm(self, payload: dict[str, Json]) -> None:
        if not self._has("payload.alg") or payload["alg"] == ALGORITHM:
            return
        if payload["alg"] == ALGORITHM_ALIAS:
            self._warnings.append(StampedSafeReason.ALG_ALIAS)
        else:
            self._wrong(StampedSafeReason.ALG_UNSUPPORTED, "payload.alg", f"alg is {ALGORITHM}")

    def _check_message(self, payload: dict[str, Json]) -> None:
        message, digest = payload.get("m"), payload.get("h")
        if not isinstance(message, str) or not self._has("payload.h"):
            return
        if sha256(message.encode()).hex() != digest:
            self._wrong(StampedSafeReason.MESSAGE_HASH_MISMATCH, "payload.h", "h is the SHA-256 of m")

    def _check_id(self) -> None:
        if self._has("id") and self._proof["id"] != self._digest.hex()[: self._id_length()]:
            message = "id is the first octets of the SHA-256 of the canonical payload"
            self._wrong(StampedSafeReason.ID_MISMATCH, "id", message)

    def _check_signature(self, payload: dict[str, Json]) -> None:
        if not self._has("payload.pk"):
            return
        key, signature = bytes.fromhex(str(payload["pk"])), b""
        try:
            if not self._has("sig"):
                Ed25519PublicKey.from_bytes(key)
                return
            signature = bytes.fromhex(str(self._proof["sig"]))
            Ed25519PublicKey.verify_once(key, signature, self._digest)
        except Unverified:
            self._other_inputs(key, signature)
        except Malformed:
            message = "pk is the one encoding of a point of edwards25519 that is not of small order"
            self._wrong(StampedSafeReason.PUBLIC_KEY_INVALID, "payload.pk", message)
        else:
            self._sig_input = SignatureInput.DIGEST

    def _other_inputs(self, key: bytes, signature: bytes) -> None:
        """What else the signature may be over: the digits of the digest count, a part of it never does."""
        if _signs(key, signature, self._digest.hex().encode()):
            self._sig_input = SignatureInput.DIGEST_HEX
            self._warnings.append(StampedSafeReason.SIG_INPUT_HEX)
            return
        parts = [self._digest[:octets] for octets in _TRUNCATED_OCTETS]
        if any(_signs(key, signature, text) for part in parts for text in (part, part.hex().encode())):
            message = "sig is over the short id, which others can hit; it must be over the whole digest"
            self._wrong(StampedSafeReason.SIG_OVER_TRUNCATED_ID, "sig", message)
        else:
            message = "sig is no signature of this digest by this key"
            self._wrong(StampedSafeReason.SIGNATURE_INVALID, "sig", message)

    def _attested(self, payload: dict[str, Json]) -> tuple[int | None, TimeBinding | None]:
        """The time that a believed authority attested, and what that says of the content."""
        if "ta" in payload and payload.get("v") == Version.V1_0:
            self._warnings.append(StampedSafeReason.TA_IN_V10)
        if "ta" not in payload or payload.get("v") != Version.V1_1:
            return None, None
        ta = payload["ta"]
        faults = list(attestation_faults(ta))
        if not faults and isinstance(ta, dict):
            faults = list(faults_of(ta, whole(payload.get("t")), self._trust.authorities))
        self._errors.extend(faults)
        if faults or not isinstance(ta, dict):
            return None, None
        bound = ta["nonce"] == commitment(payload)
        return whole(ta["ts"]), TimeBinding.BOUND if bound else TimeBinding.NOT_BEFORE

    def _warn_of_the_rest(self, payload: dict[str, Json] | None, *, claimed_too_much: bool) -> None:
        tz = None if payload is None else payload.get("tz")
        if isinstance(tz, str) and tz not in self._trust.timezones:
            self._warnings.append(StampedSafeReason.TIMEZONE_INVALID)
        attested = payload is not None and payload.get("v") == Version.V1_1
        if unknown_members(self._proof, attested=attested):
            self._warnings.append(StampedSafeReason.UNKNOWN_FIELD)
        if claimed_too_much:
            self._warnings.append(StampedSafeReason.LEVEL_UNPROVEN)

    def _compare(self, payload: dict[str, Json] | None, file_hash: bytes) -> bool:
        f = None if payload is None else payload.get("f")
        named = f.get("hash") if isinstance(f, dict) else None
        if named == file_hash.hex():
            return True
        message = "the file at hand is not the one that the proof names"
        self._wrong(StampedSafeReason.FILE_HASH_MISMATCH, "payload.f.hash", message)
        return False

    def _claims_more_than(self, shown: int) -> bool:
        return (whole(self._proof.get("level")) or 0) > shown

    def _id_length(self) -> int:
        """As many digits as the proof's own id has, if that is a length that an id can have."""
        named = self._proof.get("id")
        return len(named) if isinstance(named, str) and len(named) in _ID_LENGTHS else _ID_LENGTHS[0]

    def _has(self, path: str) -> bool:
        """Whether a member is there and has its form."""
        return path not in self._malformed

    def _wrong(self, code: StampedSafeReason, path: str, message: str) -> None:
        self._errors.append(Problem(code=code, path=path, message=message))


def _signs(key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey(key).verify(signature, text)
    except Error:
        return False
    return True


def _claims(payload: dict[str, Json], attested: int | None) -> Claims:
    """What a valid proof says; its form has been examined."""
    f, ta = payload.get("f"), payload.get("ta")
    file = None
    if isinstance(f, dict):
        name, digest, kind = (str(f[member]) for member in ("name", "hash", "type"))
        file = FileMeta(name=name, size=whole(f["size"]) or 0, hash=digest, type=kind)
    return Claims(
        t=whole(payload["t"]) or 0,
        tz=str(payload["tz"]),
        message=str(payload["m"]),
        file=file,
        attested_ms=attested,
        kid=str(ta.get("kid", "")) if isinstance(ta, dict) and payload["v"] == Version.V1_1 else "",
    )
