"""Ed25519 keys and pure signatures (RFC 8032)."""

from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from frankmark.foundation.errors import Unverified
from frankmark.foundation.keys.edwards25519 import demand_sound_encoding, demand_sound_point
from frankmark.foundation.keys.public import PublicKey, demand_signature_length, forged, unsound

__all__ = ["Ed25519PrivateKey", "Ed25519PublicKey"]


class Ed25519PublicKey(PublicKey):
    """An Ed25519 public key that is no point of small order, in its one encoding."""

    __slots__ = ("_key",)

    def __init__(self, octets: bytes) -> None:
        super().__init__(octets)
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(octets)

    @classmethod
    def from_bytes(cls, octets: bytes) -> Self:
        """Take the 32 octets of RFC 8032 §5.1.2.

        Raises:
            Malformed: `KEY_MALFORMED` unless they are the canonical encoding of a point of the curve; `KEY_WEAK` if
                the point has small order.
        """
        demand_sound_point(octets)
        return cls(octets)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a pure Ed25519 signature (RFC 8032 §5.1.7, the equation without the cofactor, S below the order).

        Args:
            signature: 64 octets R ‖ S.
            message: The octets that were signed.

        Raises:
            Malformed: `SIGNATURE_LENGTH` unless there are 64 octets.
            Unverified: `SIGNATURE_INVALID`.
        """
        demand_signature_length(signature)
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise forged() from None

    @classmethod
    def verify_once(cls, octets: bytes, signature: bytes, message: bytes) -> None:
        """Check one signature under a key that is met this one time.

        The same as `from_bytes` and `verify`, at less than half the price: a signature that holds shows by itself that
        the octets are a point, so the curve equation is only computed when it does not.

        Args:
            octets: The 32 octets of the key.
            signature: 64 octets R ‖ S.
            message: The octets that were signed.

        Raises:
            Malformed: As `from_bytes` and `verify`.
            Unverified: `SIGNATURE_INVALID`, and the key is sound.
        """
        demand_sound_encoding(octets)
        try:
            cls(octets).verify(signature, message)
        except Unverified:
            demand_sound_point(octets)
            raise

    def to_bytes(self) -> bytes:
        """The 32 octets of the key."""
        return self._octets


class Ed25519PrivateKey:
    """An Ed25519 private key. Its text form shows nothing."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ed25519.Ed25519PrivateKey) -> None:
        self._key = key
        self.public = Ed25519PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """Make a new key out of the operating system's generator."""
        return cls(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Take the 32 octets of the private key (RFC 8032 §5.1.5).

        Raises:
            Malformed: `KEY_MALFORMED` unless there are 32.
        """
        try:
            return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError:
            raise unsound("a seed of 32 octets") from None

    @property
    def seed(self) -> bytes:
        """The 32 octets of the private key: a secret."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 octets R ‖ S."""
        return self._key.sign(message)
