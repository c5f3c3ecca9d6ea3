"""RSA keys and PKCS #1 v1.5 signatures (RFC 8017), as DKIM uses them (RFC 6376, RFC 8301)."""

from collections.abc import Mapping
from typing import Final, Literal, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys.public import PublicKey, forged, unsound
from frankmark.foundation.reasons import FoundationReason

__all__ = ["RsaPrivateKey", "RsaPublicKey"]

_MOST_BITS: Final = 16384
_MOST_EXPONENT: Final = 2**64 - 1  # a longer exponent only makes verifying slow
_PKCS1_V15: Final = padding.PKCS1v15()
_DIGESTS: Final[Mapping[str, HashAlgorithm]] = {
    "sha256": SHA256(),
    "sha1": SHA1(),  # noqa: S303  (what old signatures name; whether that is enough is the verifier's policy)
}


class RsaPublicKey(PublicKey):
    """An RSA public key, for DKIM signatures of others. Whether its length is enough is the verifier's policy."""

    __slots__ = ("_key", "bits")

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key
        super().__init__(key.public_bytes(Encoding.DER, PublicFormat.PKCS1))
        self.bits = key.key_size

    @classmethod
    def from_spki(cls, der: bytes) -> Self:
        """Take a DER SubjectPublicKeyInfo (RFC 8017 App. A.1, RFC 6376 §3.6.1).

        Raises:
            Malformed: `KEY_TYPE` for another kind of key, `KEY_MALFORMED` for other bytes or an absurd key.
        """
        key = cls._sound(der)
        if key.to_pkcs1() == der:
            raise unsound("a SubjectPublicKeyInfo, not a bare RSAPublicKey")
        return key

    @classmethod
    def from_pkcs1(cls, der: bytes) -> Self:
        """Take a DER RSAPublicKey (RFC 8017 App. A.1.1).

        Raises:
            Malformed: `KEY_TYPE` for another kind of key, `KEY_MALFORMED` for other bytes or an absurd key.
        """
        key = cls._sound(der)
        if key.to_pkcs1() != der:
            raise unsound("a bare RSAPublicKey in DER")
        return key

    @classmethod
    def _sound(cls, der: bytes) -> Self:
        try:
            key = load_der_public_key(der)
        except (ValueError, UnsupportedAlgorithm):
            raise unsound("a public key in DER") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise Malformed(FoundationReason.KEY_TYPE, "an RSA key")
        if key.key_size > _MOST_BITS or key.public_numbers().e > _MOST_EXPONENT:
            raise unsound(f"a modulus of at most {_MOST_BITS} bits and an exponent of at most 64")
        return cls(key)

    def verify_pkcs1(self, signature: bytes, message: bytes, digest: Literal["sha256", "sha1"] = "sha256") -> None:
        """Check an RSASSA-PKCS1-v1_5 signature (RFC 8017 §8.2.2).

        Args:
            signature: As many octets as the modulus has.
            message: The octets that were signed; they are hashed here.
            digest: The hash function that the signature names.

        Raises:
            Unverified: `SIGNATURE_INVALID`.
        """
        try:
            self._key.verify(signature, message, _PKCS1_V15, _DIGESTS[digest])
        except InvalidSignature:
            raise forged() from None

    def to_pkcs1(self) -> bytes:
        """DER RSAPublicKey."""
        return self._octets

    def to_spki(self) -> bytes:
        """DER SubjectPublicKeyInfo."""
        return self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class RsaPrivateKey:
    """An RSA private key, for DKIM. Its text form shows nothing."""

    __slots__ = ("_key", "public")

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self.public = RsaPublicKey(key.public_key())

    @classmethod
    def generate(cls, bits: int) -> Self:
        """Make a new key of 1024 to 8192 bits out of the operating system's generator."""
        return cls(rsa.generate_private_key(65537, bits))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Take PKCS #8 or PKCS #1 in PEM, not encrypted.

        Raises:
            Malformed: `KEY_MALFORMED` or `KEY_TYPE`.
        """
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise unsound("a private key in PEM that is not encrypted") from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise Malformed(FoundationReason.KEY_TYPE, "an RSA key")
        return cls(key)

    def to_pem(self) -> bytes:
        """PKCS #8 in PEM, not encrypted: a secret."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign_pkcs1(self, message: bytes) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 and SHA-256."""
        return self._key.sign(message, _PKCS1_V15, _DIGESTS["sha256"])
