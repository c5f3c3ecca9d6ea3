"""SHA-256 and SHA-512 (FIPS 180-4), HMAC (RFC 2104), and labels that keep hashed things of different kinds apart."""

import hashlib
import hmac

from frankmark.foundation.errors import Misuse, Unverified
from frankmark.foundation.reasons import FoundationReason

__all__ = ["hmac_sha256", "labelled", "sha256", "sha512", "verify_hmac_sha256"]


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after the other, with nothing between.

    Args:
        parts: Octets.

    Returns:
        32 octets.
    """
    return hashlib.sha256(b"".join(parts)).digest()


def sha512(*parts: bytes) -> bytes:
    """SHA-512 of the parts one after the other, with nothing between.

    Args:
        parts: Octets.

    Returns:
        64 octets.
    """
    return hashlib.sha512(b"".join(parts)).digest()


def labelled(label: str, data: bytes) -> bytes:
    """The octets ``label ‖ 0x00 ‖ data``, to be hashed or signed: one label, one meaning.

    Args:
        label: Printable ASCII, not empty; the terminating zero octet is what makes two labels unable to collide.
        data: Any octets.

    Returns:
        The octets to hash or sign.

    Raises:
        Misuse: `PARAMETER_RANGE` if the label is not printable ASCII.
    """
    if not label or not label.isascii() or not label.isprintable():
        raise Misuse(FoundationReason.PARAMETER_RANGE, "a label is printable ASCII and not empty")
    return label.encode("ascii") + b"\x00" + data


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """HMAC with SHA-256 (RFC 2104) over the parts one after the other.

    Args:
        key: At least one octet; 32 unpredictable octets give the full strength.
        parts: Octets.

    Returns:
        32 octets.

    Raises:
        Misuse: `PARAMETER_RANGE` if the key is empty.
    """
    if not key:
        raise Misuse(FoundationReason.PARAMETER_RANGE, "an HMAC key is not empty")
    return hmac.digest(key, b"".join(parts), "sha256")


def verify_hmac_sha256(tag: bytes, key: bytes, *parts: bytes) -> None:
    """Compare an HMAC in constant time.

    Args:
        tag: The 32 octets that came with the parts; a shortened tag does not count.
        key: The shared key.
        parts: Octets.

    Raises:
        Unverified: `SIGNATURE_INVALID` if the tag does not belong to key and parts.
        Misuse: `PARAMETER_RANGE` if the key is empty.
    """
    if not hmac.compare_digest(tag, hmac_sha256(key, *parts)):
        raise Unverified(FoundationReason.SIGNATURE_INVALID, "the HMAC does not belong to this key and text")
