"""The form of an API key: ``ss_live_`` or ``ss_test_`` and 43 characters of base 62.

The last six of them are the CRC-32 (IEEE 802.3) of everything before, in base 62 with leading zeros: a key that was
cut off or mistyped is recognised without asking the store, and secret scanners recognise keys in public places.
"""

import zlib
from dataclasses import dataclass, field

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import base62_decode, base62_encode
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.services.reasons import ServiceReason

__all__ = ["ENTROPY", "LIVE", "PREFIX_LENGTH", "TEST", "KeyText", "make_key", "parse_key"]

LIVE = "ss_live_"
TEST = "ss_test_"
ENTROPY = 32  # octets that `make_key` is told
SECRET = 37  # characters of base 62: 220 bits
CHECK = 6
LENGTH = len(LIVE) + SECRET + CHECK
PREFIX_LENGTH = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyText:
    """A key in full; its text form shows the prefix only."""

    text: str = field(repr=False)

    @property
    def prefix(self) -> str:
        """The first 14 characters, for people to recognise it."""
        return self.text[:PREFIX_LENGTH]

    @property
    def digest(self) -> str:
        """SHA-256 of the key in lower hex: all that is stored of it besides the prefix."""
        return sha256(self.text.encode()).hex()


def make_key(*, live: bool, entropy: bytes) -> KeyText:
    """Make a key.

    Args:
        live: Whether it is for real use; a demo's keys begin ``ss_test_``.
        entropy: 32 unpredictable octets; 220 bits of them are kept.

    Returns:
        The key, to be shown once.
    """
    secret = base62_encode(int.from_bytes(entropy, "big") % 62**SECRET, SECRET)
    body = (LIVE if live else TEST) + secret
    return KeyText(text=body + _check(body))


def parse_key(text: str) -> KeyText:
    """Read a key.

    Args:
        text: What somebody presented.

    Returns:
        The key; whether it is anybody's is for the store to say.

    Raises:
        Unverified: `INVALID_API_KEY`.
    """
    body, check = text[:-CHECK], text[-CHECK:]
    if len(text) != LENGTH or not text.isascii() or not body.startswith((LIVE, TEST)) or check != _check(body):
        raise Unverified(ServiceReason.INVALID_API_KEY, "Invalid API key format")
    try:
        base62_decode(body[len(LIVE) :])
    except Malformed:
        raise Unverified(ServiceReason.INVALID_API_KEY, "Invalid API key format") from None
    return KeyText(text=text)


def _check(body: str) -> str:
    return base62_encode(zlib.crc32(body.encode()), CHECK)
