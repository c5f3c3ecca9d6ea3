"""Sealed bytes: ChaCha20-Poly1305 (RFC 8439), HKDF (RFC 5869) and Argon2id (RFC 9106).

Nonces and salts are handed in: who seals decides how they never repeat.
"""

from collections.abc import Mapping
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.reasons import FoundationReason

__all__ = ["argon2id", "hkdf", "seal", "unseal"]

KEY: Final = 32
NONCE: Final = 12
TAG: Final = 16
_LEAST_SALT: Final = 8
_DIGESTS: Final[Mapping[str, HashAlgorithm]] = {"sha256": SHA256(), "sha512": SHA512()}


def seal(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
    """Encrypt and authenticate.

    Args:
        key: 32 octets.
        nonce: 12 octets that this key has never sealed with before.
        plaintext: Any octets.
        associated: What is authenticated without being encrypted.

    Returns:
        The ciphertext followed by the tag of 16 octets.

    Raises:
        Misuse: `PARAMETER_RANGE` if key or nonce have another length.
    """
    _demand_lengths(key, nonce)
    return ChaCha20Poly1305(key).encrypt(nonce, plaintext, associated)


def unseal(key: bytes, nonce: bytes, sealed: bytes, associated: bytes = b"") -> bytes:
    """Decrypt what `seal` made; nothing is given out unless all of it is authentic.

    Args:
        key: 32 octets.
        nonce: 12 octets.
        sealed: Ciphertext and tag.
        associated: What was authenticated with it.

    Returns:
        The plaintext.

    Raises:
        Malformed: `SEAL_TOO_SHORT` if there is no room for a tag.
        Unverified: `SEAL_BROKEN` if key, nonce, associated octets or the sealed octets are not those of the sealing.
        Misuse: `PARAMETER_RANGE` if key or nonce have another length.
    """
    _demand_lengths(key, nonce)
    if len(sealed) < TAG:
        raise Malformed(FoundationReason.SEAL_TOO_SHORT, f"at least the tag of {TAG} octets")
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise Unverified(FoundationReason.SEAL_BROKEN, "another key, or octets that were changed") from None


def hkdf(digest: Literal["sha256", "sha512"], secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """Extract and expand (RFC 5869 §2).

    Args:
        digest: The hash function.
        secret: Input keying material.
        salt: May be empty.
        info: What the key is for; one purpose, one text.
        length: Octets wanted, at most 255 times the hash length.

    Returns:
        The key.

    Raises:
        Misuse: `PARAMETER_RANGE` if the length is out of range.
    """
    algorithm = _DIGESTS[digest]
    if not 1 <= length <= 255 * algorithm.digest_size:
        raise Misuse(FoundationReason.PARAMETER_RANGE, "between 1 octet and 255 times the hash length")
    return HKDF(algorithm, length, salt, info).derive(secret)


def argon2id(passphrase: bytes, salt: bytes, *, memory_kib: int, passes: int, lanes: int) -> bytes:
    """Make a key out of a passphrase (RFC 9106 §3), slowly and with much memory.

    Args:
        passphrase: Any octets.
        salt: At least 8 octets, a new one for each passphrase.
        memory_kib: Memory in KiB, between 8 for each lane and 4 GiB.
        passes: How often the memory is gone through, 1 to 64.
        lanes: Degree of parallelism, 1 to 16.

    Returns:
        32 octets.

    Raises:
        Misuse: `PARAMETER_RANGE` if a parameter is out of range.
    """
    if (
        len(salt) < _LEAST_SALT
        or not 1 <= lanes <= 16  # noqa: PLR2004  (the range of the line above this function)
        or not 1 <= passes <= 64  # noqa: PLR2004  (as above)
        or not 8 * lanes <= memory_kib <= 4_194_304  # noqa: PLR2004  (as above)
    ):
        raise Misuse(FoundationReason.PARAMETER_RANGE, "salt, memory, passes and lanes within their ranges")
    return Argon2id(salt=salt, length=KEY, iterations=passes, lanes=lanes, memory_cost=memory_kib).derive(passphrase)


def _demand_lengths(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY or len(nonce) != NONCE:
        raise Misuse(FoundationReason.PARAMETER_RANGE, f"a key of {KEY} and a nonce of {NONCE} octets")
