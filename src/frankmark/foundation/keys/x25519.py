"""X25519 keys and key agreement (RFC 7748)."""

from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import x25519

from frankmark.foundation.errors import Unverified
from frankmark.foundation.keys.public import PublicKey, unsound
from frankmark.foundation.reasons import FoundationReason

__all__ = ["X25519PrivateKey", "X25519PublicKey"]

_SCALAR: Final = 32


class X25519PublicKey(PublicKey):
    """An X25519 public key."""

    __slots__ = ()

    @classmethod
    def from_bytes(cls, octets: bytes) -> Self:
        """Take the 32 octets of the u-coordinate (RFC 7748 §5); every one is accepted, as the standard demands.

        Raises:
            Malformed: `KEY_MALFORMED` unless there are 32.
        """
        if len(octets) != _SCALAR:
            raise unsound("a u-coordinate of 32 octets")
        return cls(octets)

    def to_bytes(self) -> bytes:
        """The 32 octets of the u-coordinate."""
        return self._octets


class X25519PrivateKey:
    """An X25519 private key. Its text form shows nothing."""

    __slots__ = ("_key", "public")

    def __init__(self, key: x25519.X25519PrivateKey) -> None:
        self._key = key
        self.public = X25519PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """Make a new key out of the operating system's generator."""
        return cls(x25519.X25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, octets: bytes) -> Self:
        """Take the 32 octets of the scalar, before clamping.

        Raises:
            Malformed: `KEY_MALFORMED` unless there are 32.
        """
        try:
            return cls(x25519.X25519PrivateKey.from_private_bytes(octets))
        except ValueError:
            raise unsound("a scalar of 32 octets") from None

    def to_bytes(self) -> bytes:
        """The 32 octets of the scalar: a secret."""
        return self._key.private_bytes_raw()

    def exchange(self, peer: X25519PublicKey) -> bytes:
        """Agree on a secret (RFC 7748 §6.1); derive keys from it, never use it as one.

        Returns:
            32 octets.

        Raises:
            Unverified: `SHARED_SECRET_ZERO` if the peer's point has small order.
        """
        try:
            return self._key.exchange(x25519.X25519PublicKey.from_public_bytes(peer.to_bytes()))
        except ValueError:
            raise Unverified(FoundationReason.SHARED_SECRET_ZERO, "the peer's point has small order") from None
