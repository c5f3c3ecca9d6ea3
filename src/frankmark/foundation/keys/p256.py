"""P-256 keys and ECDSA with SHA-256 (FIPS 186-5, SEC 1, RFC 7518 §3.4).

Signing is deterministic (RFC 6979): it asks for no entropy, so a weak generator cannot leak the key.
ECDSA is malleable: besides (r, s) the pair (r, n-s) verifies too, as the standard has it. Never take a signature's
octets for the identity of what is signed; caches and replay lists go by what was signed.
"""

from collections.abc import Mapping
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from frankmark.foundation.canonical import Json, dump
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys.public import PublicKey, demand_signature_length, forged, unsound
from frankmark.foundation.reasons import FoundationReason

__all__ = ["P256PrivateKey", "P256PublicKey"]

_ECDSA: Final = ec.ECDSA(SHA256())
_ECDSA_DETERMINISTIC: Final = ec.ECDSA(SHA256(), deterministic_signing=True)
_P256: Final = ec.SECP256R1()
_SCALAR: Final = 32


class P256PublicKey(PublicKey):
    """A P-256 public key."""

    __slots__ = ("_key",)

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        super().__init__(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @classmethod
    def from_point(cls, point: bytes) -> Self:
        """Take the 65 octets ``04 ‖ x ‖ y`` (SEC 1 §2.3.3).

        Raises:
            Malformed: `KEY_MALFORMED` if they are not an uncompressed point of the curve.
        """
        try:
            key = cls(ec.EllipticCurvePublicKey.from_encoded_point(_P256, point))
        except ValueError:
            raise unsound("an uncompressed point of P-256, 65 octets") from None
        if key.point() != point:
            raise unsound("an uncompressed point of P-256, 65 octets")
        return key

    @classmethod
    def from_spki(cls, der: bytes) -> Self:
        """Take a DER SubjectPublicKeyInfo (RFC 5480) with the named curve and an uncompressed point.

        Raises:
            Malformed: `KEY_TYPE` for another kind of key, `KEY_MALFORMED` for anything but the one DER encoding.
        """
        try:
            key = load_der_public_key(der)
        except (ValueError, UnsupportedAlgorithm):
            raise unsound("a public key in DER") from None
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Malformed(FoundationReason.KEY_TYPE, "a P-256 key")
        if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != der:
            raise unsound("DER with the named curve and an uncompressed point, and nothing after it")
        return cls(key)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Json]) -> Self:
        """Take a public JSON Web Key (RFC 7517, RFC 7518 §6.2); members that are not known are ignored.

        Raises:
            Malformed: `KEY_TYPE` unless kty, crv (and alg, if there) are EC, P-256 and ES256; `KEY_NOT_PUBLIC` if
                private members are there; `KEY_USE` if use or key_ops exclude verifying; `BASE64URL_INVALID` or
                `KEY_MALFORMED` if x and y are not 32 octets in base64url or no point of the curve.
        """
        if (jwk.get("kty"), jwk.get("crv"), jwk.get("alg", "ES256")) != ("EC", "P-256", "ES256"):
            raise Malformed(FoundationReason.KEY_TYPE, "kty EC, crv P-256 and, if present, alg ES256")
        if "d" in jwk or "k" in jwk:
            raise Malformed(FoundationReason.KEY_NOT_PUBLIC, "a public key without private members")
        operations = jwk.get("key_ops", ["verify"])
        if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
            raise Malformed(FoundationReason.KEY_USE, "a key for verifying")
        x, y = jwk.get("x"), jwk.get("y")
        if not isinstance(x, str) or not isinstance(y, str):
            raise unsound("x and y as base64url")
        coordinates = b64url_decode(x), b64url_decode(y)
        if [len(coordinate) for coordinate in coordinates] != [_SCALAR, _SCALAR]:
            raise unsound("x and y of 32 octets each")
        return cls.from_point(b"\x04" + b"".join(coordinates))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check an ES256 signature (RFC 7518 §3.4).

        Args:
            signature: 64 octets R ‖ S, big-endian.
            message: The octets that were signed; they are hashed here.

        Raises:
            Malformed: `SIGNATURE_LENGTH` unless there are 64 octets.
            Unverified: `SIGNATURE_INVALID`.
        """
        demand_signature_length(signature)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            self._key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            raise forged() from None

    def jwk(self) -> dict[str, str]:
        """The members kty, crv, x, y."""
        x, y = b64url_encode(self._octets[1:33]), b64url_encode(self._octets[33:])
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    def thumbprint(self) -> str:
        """The SHA-256 thumbprint of RFC 7638 in base64url."""
        return b64url_encode(sha256(dump(self.jwk())))

    def point(self) -> bytes:
        """The 65 octets ``04 ‖ x ‖ y``."""
        return self._octets

    def to_spki(self) -> bytes:
        """DER SubjectPublicKeyInfo."""
        return self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class P256PrivateKey:
    """A P-256 private key. Its text form shows the public key only."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = P256PublicKey(key.public_key())

    @classmethod
    def generate(cls) -> Self:
        """Make a new key out of the operating system's generator."""
        return cls(ec.generate_private_key(_P256))

    @classmethod
    def from_scalar(cls, scalar: bytes) -> Self:
        """Take the 32 octets of the private number, big-endian.

        Raises:
            Malformed: `KEY_MALFORMED` unless 32 octets between 1 and the order less 1.
        """
        if len(scalar) != _SCALAR:
            raise unsound("a scalar of 32 octets")
        try:
            return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), _P256))
        except ValueError:
            raise unsound("a scalar between 1 and the order of P-256 less 1") from None

    def to_scalar(self) -> bytes:
        """The 32 octets of the private number: a secret."""
        return self._key.private_numbers().private_value.to_bytes(32, "big")

    def to_pem(self) -> bytes:
        """PKCS #8 in PEM, not encrypted: a secret, for TLS servers that read files."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, message: bytes) -> bytes:
        """Sign with ES256, deterministically (RFC 6979).

        Args:
            message: Any octets; they are hashed here.

        Returns:
            64 octets R ‖ S, big-endian.
        """
        r, s = decode_dss_signature(self._key.sign(message, _ECDSA_DETERMINISTIC))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
