"""Signed certificate timestamps inside a certificate (RFC 6962 §3.2, §3.3), verified against a table of log keys.

A log that saw a certificate before it was issued signs a promise to publish it. The promise is about the certificate as
it was without the promises, together with the issuer's key, so checking needs leaf and issuer.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.certificate_transparency import SignatureAlgorithm, SignedCertificateTimestamp

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import P256PublicKey, RsaPublicKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.x509.certificate import UNREADABLE, Certificate, load_der

__all__ = ["LogKey", "log_id", "log_table", "precertificate_entry", "signed_octets", "verified_logs"]

LogKey: TypeAlias = P256PublicKey | RsaPublicKey
"""Logs sign with P-256 or with RSA of at least 2048 bits (RFC 6962 §2.1.4)."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LEAST_RSA_BITS: Final = 2048
_MOST_SCTS: Final = 32


def log_id(key: LogKey) -> bytes:
    """The name of a log: SHA-256 of its SubjectPublicKeyInfo (RFC 6962 §3.2)."""
    return sha256(key.to_spki())


def log_table(spkis: Iterable[bytes]) -> dict[bytes, LogKey]:
    """The table that `verified_logs` asks for, out of DER keys as log lists carry them.

    Args:
        spkis: SubjectPublicKeyInfo of each log.

    Returns:
        Keys by log id.

    Raises:
        Malformed: `LOG_KEY_MALFORMED` unless each is a P-256 key or an RSA key of at least 2048 bits.
    """
    return {log_id(key): key for key in map(_log_key, spkis)}


def verified_logs(leaf: bytes, issuer: bytes, logs: Mapping[bytes, LogKey], now_ms: int) -> tuple[bytes, ...]:
    """Which of the known logs have promised to publish a certificate.

    Promises of unknown logs, with a wrong signature or from the future count for nothing; two promises of one log count
    once.

    Args:
        leaf: The certificate in DER.
        issuer: The certificate of its issuer in DER.
        logs: Keys by log id.
        now_ms: The time, milliseconds since the Unix epoch.

    Returns:
        The ids of the distinct logs, 32 octets each, in the order of the certificate; empty if it carries no promise.

    Raises:
        Malformed: `CERTIFICATE_TOO_LARGE`, `CERTIFICATE_MALFORMED`, or `SCT_LIST_MALFORMED`.
    """
    certificate = load_der(leaf)
    promises = _promises(certificate)
    if not promises:
        return ()
    entry = precertificate_entry(certificate.tbs_precertificate_bytes, Certificate.parse(issuer).spki)
    verified: dict[bytes, None] = {}
    for promise in promises:
        key = logs.get(promise.log_id)
        if key is not None and _holds(promise, entry, key, now_ms):
            verified[promise.log_id] = None
    return tuple(verified)


def precertificate_entry(tbs: bytes, issuer_spki: bytes) -> bytes:
    """The part of a promise's signed octets that says what is promised (RFC 6962 §3.2).

    Args:
        tbs: The TBSCertificate in DER without poison and without promises.
        issuer_spki: The SubjectPublicKeyInfo of the issuer in DER.

    Returns:
        ``entry_type ‖ issuer_key_hash ‖ tbs``.
    """
    return b"\x00\x01" + sha256(issuer_spki) + len(tbs).to_bytes(3, "big") + tbs


def signed_octets(timestamp_ms: int, entry: bytes, extensions: bytes) -> bytes:
    """The octets that a log signs (RFC 6962 §3.2).

    Args:
        timestamp_ms: When the log saw the certificate, milliseconds since the Unix epoch.
        entry: From `precertificate_entry`.
        extensions: The promise's extensions, mostly none.

    Returns:
        ``version ‖ signature_type ‖ timestamp ‖ entry ‖ extensions``.
    """
    head = b"\x00\x00" + timestamp_ms.to_bytes(8, "big")
    return head + entry + len(extensions).to_bytes(2, "big") + extensions


def _log_key(spki: bytes) -> LogKey:
    try:
        return P256PublicKey.from_spki(spki)
    except Malformed as fault:
        if fault.code is FoundationReason.KEY_TYPE:
            key = RsaPublicKey.from_spki(spki)
            if key.bits >= _LEAST_RSA_BITS:
                return key
    raise Malformed(FoundationReason.LOG_KEY_MALFORMED, "a P-256 key or an RSA key of at least 2048 bits in DER")


def _promises(certificate: x509.Certificate) -> list[SignedCertificateTimestamp]:
    try:
        wanted = x509.PrecertificateSignedCertificateTimestamps
        promises = list(certificate.extensions.get_extension_for_class(wanted).value)
    except x509.ExtensionNotFound:
        return []
    except UNREADABLE:
        raise Malformed(FoundationReason.SCT_LIST_MALFORMED, "a list of signed certificate timestamps") from None
    if len(promises) > _MOST_SCTS:
        raise Malformed(FoundationReason.SCT_LIST_MALFORMED, f"at most {_MOST_SCTS} timestamps")
    return promises


def _holds(promise: SignedCertificateTimestamp, entry: bytes, key: LogKey, now_ms: int) -> bool:
    """Whether a promise is from the past and signed by the log with SHA-256 and the log's kind of key."""
    algorithm = SignatureAlgorithm.RSA if isinstance(key, RsaPublicKey) else SignatureAlgorithm.ECDSA
    try:
        timestamp_ms = (promise.timestamp.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
        if promise.signature_algorithm is not algorithm or not isinstance(promise.signature_hash_algorithm, SHA256):
            return False
        signed = signed_octets(timestamp_ms, entry, promise.extension_bytes)
        if isinstance(key, RsaPublicKey):
            key.verify_pkcs1(promise.signature, signed)
        else:
            key.verify(_fixed_width(promise.signature), signed)
    except (*UNREADABLE, OverflowError, Malformed, Unverified):
        return False  # a year that the library cannot hold, numbers that are too long, or a wrong signature
    return timestamp_ms <= now_ms


def _fixed_width(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
