"""Which 32 octets are a sound point of edwards25519 (RFC 8032 §5.1.3, RFC 7748 §4.1).

Public points only; nothing here touches a secret.
"""

from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.foundation.reasons import FoundationReason

__all__ = ["demand_sound_encoding", "demand_sound_point"]

_OCTETS: Final = 32
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ORDER_EIGHT: Final = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)
# The eight points whose order divides the cofactor, by their y; either sign of x.
_SMALL_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_EIGHT, _P - _ORDER_EIGHT})


def demand_sound_encoding(octets: bytes) -> None:
    """Refuse encodings that are not canonical and points of small order; whether a point is meant stays open.

    Args:
        octets: An encoded point.

    Raises:
        Malformed: `KEY_MALFORMED`, or `KEY_WEAK` for the points of small order.
    """
    _sound_y(octets)


def demand_sound_point(octets: bytes) -> None:
    """Refuse encodings that are not canonical, points of small order and what is no point of the curve.

    With a key of small order one signature fits many texts; with two encodings of one point one key has two names.

    Args:
        octets: An encoded point.

    Raises:
        Malformed: `KEY_MALFORMED`, or `KEY_WEAK` for the points of small order.
    """
    y = _sound_y(octets)
    # x² = (y²-1) / (dy²+1) has a root exactly if the product of the two is a square (Euler's criterion).
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        raise Malformed(FoundationReason.KEY_MALFORMED, "a point of edwards25519")


def _sound_y(octets: bytes) -> int:
    y = int.from_bytes(octets, "little") & (1 << 255) - 1
    if len(octets) != _OCTETS or y >= _P:
        raise Malformed(FoundationReason.KEY_MALFORMED, "32 octets, the canonical encoding of a point of edwards25519")
    if y in _SMALL_ORDER_Y:
        raise Malformed(FoundationReason.KEY_WEAK, "a point whose order is not small")
    return y
