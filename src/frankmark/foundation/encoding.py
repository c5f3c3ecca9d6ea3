"""One spelling each: base64url, base64 and base32 (RFC 4648), lower-case hexadecimal, and fixed-width base 62.

A decoder accepts exactly what its encoder writes. Wrong alphabets, missing or superfluous padding, white space and
trailing bits that are not zero (RFC 4648 §3.5) are refused, so that one value has one text and nobody can make a second
text that means the same.
"""

import base64
import binascii

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

__all__ = [
    "b64_decode",
    "b64_encode",
    "b64url_decode",
    "b64url_encode",
    "base32_decode",
    "base32_encode",
    "base62_decode",
    "base62_encode",
    "hex_decode",
    "hex_encode",
]

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE62_VALUE = {character: value for value, character in enumerate(_BASE62)}


def b64url_encode(octets: bytes) -> str:
    """Base64url without padding (RFC 4648 §5, RFC 7515 §2).

    Args:
        octets: Any octets.

    Returns:
        The text, without ``=``.
    """
    return binascii.b2a_base64(octets, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """Strict base64url: no padding, no other alphabet, trailing bits zero.

    Args:
        text: What `b64url_encode` wrote.

    Returns:
        The octets.

    Raises:
        Malformed: `BASE64URL_INVALID`.
    """
    try:
        encoded = text.encode("ascii")
        octets = binascii.a2b_base64(encoded.translate(_FROM_URL) + b"==")
    except ValueError:
        octets = None
    if octets is None or b64url_encode(octets) != text:
        raise Malformed(FoundationReason.BASE64URL_INVALID, "base64url without padding and with zero trailing bits")
    return octets


def b64_encode(octets: bytes) -> str:
    """Base64 with padding (RFC 4648 §4).

    Args:
        octets: Any octets.

    Returns:
        The text, its length a multiple of four.
    """
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def b64_decode(text: str) -> bytes:
    """Strict base64: padding demanded, no other alphabet, no white space, trailing bits zero.

    Args:
        text: What `b64_encode` wrote.

    Returns:
        The octets.

    Raises:
        Malformed: `BASE64_INVALID`.
    """
    try:
        octets = binascii.a2b_base64(text.encode("ascii"))
    except ValueError:
        octets = None
    if octets is None or b64_encode(octets) != text:
        raise Malformed(FoundationReason.BASE64_INVALID, "base64 with padding, without white space, zero trailing bits")
    return octets


def base32_encode(octets: bytes) -> str:
    """Base32 in lower case without padding (RFC 4648 §6), for names that people read aloud.

    Args:
        octets: Any octets.

    Returns:
        The text over ``a-z2-7``.
    """
    return base64.b32encode(octets).rstrip(b"=").decode("ascii").lower()


def base32_decode(text: str) -> bytes:
    """Strict base32: lower case, no padding, trailing bits zero.

    Args:
        text: What `base32_encode` wrote.

    Returns:
        The octets.

    Raises:
        Malformed: `BASE32_INVALID`.
    """
    try:
        octets = base64.b32decode(text.upper().encode("ascii") + b"=" * (-len(text) % 8))
    except ValueError:
        octets = None
    if octets is None or base32_encode(octets) != text:
        raise Malformed(FoundationReason.BASE32_INVALID, "lower-case base32 without padding, zero trailing bits")
    return octets


def hex_encode(octets: bytes) -> str:
    """Lower-case hexadecimal (RFC 4648 §8, in lower case).

    Args:
        octets: Any octets.

    Returns:
        Two digits an octet.
    """
    return octets.hex()


def hex_decode(text: str) -> bytes:
    """Strict lower-case hexadecimal, two digits an octet, nothing between.

    Args:
        text: What `hex_encode` wrote.

    Returns:
        The octets.

    Raises:
        Malformed: `HEX_INVALID`.
    """
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        octets = None
    if octets is None or octets.hex() != text:
        raise Malformed(FoundationReason.HEX_INVALID, "lower-case hexadecimal, two digits an octet")
    return octets


def base62_encode(number: int, width: int) -> str:
    """A number over ``0-9A-Za-z`` in a fixed width, most significant digit first.

    Args:
        number: At least 0, less than 62 to the power of `width`.
        width: Characters of the result.

    Returns:
        The text, padded with ``0`` on the left.

    Raises:
        Misuse: `BASE62_INVALID` if the number does not fit.
    """
    if not 0 <= number < 62**width:
        raise Misuse(FoundationReason.BASE62_INVALID, f"the number does not fit {width} base 62 digits")
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def base62_decode(text: str) -> int:
    """The number that a base 62 text of any fixed width stands for.

    Args:
        text: What `base62_encode` wrote.

    Returns:
        The number.

    Raises:
        Malformed: `BASE62_INVALID`.
    """
    number = 0
    for character in text:
        value = _BASE62_VALUE.get(character)
        if value is None:
            raise Malformed(FoundationReason.BASE62_INVALID, "digits, upper-case and lower-case ASCII letters only")
        number = number * 62 + value
    return number
