"""What public keys of all kinds share: equality by octets, and the words in which they refuse."""

from typing import Final

from typing_extensions import override

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.reasons import FoundationReason

__all__ = ["PublicKey", "demand_signature_length", "forged", "unsound"]

SIGNATURE: Final = 64


def unsound(sentence: str) -> Malformed:
    """The octets are no key of this kind; the sentence says what would be."""
    return Malformed(FoundationReason.KEY_MALFORMED, sentence)


def forged() -> Unverified:
    """The signature does not verify."""
    return Unverified(FoundationReason.SIGNATURE_INVALID, "the signature does not belong to this key and text")


def demand_signature_length(signature: bytes) -> None:
    """Refuse signatures that are not R ‖ S of 32 octets each.

    Raises:
        Malformed: `SIGNATURE_LENGTH`.
    """
    if len(signature) != SIGNATURE:
        raise Malformed(FoundationReason.SIGNATURE_LENGTH, "a signature of 64 octets R ‖ S")


class PublicKey:
    """A public key is equal to another of its kind with the same octets."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and type(other) is type(self) and other._octets == self._octets

    @override
    def __hash__(self) -> int:
        return hash(self._octets)

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._octets.hex()})"
