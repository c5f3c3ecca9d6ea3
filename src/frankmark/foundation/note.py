"""Signed notes (c2sp.org/signed-note) and their two Ed25519 signature types.

::

    text, one line or more
                                             an empty line
    — example.com/log base64(key id ‖ signature)

A note proves nothing by itself: only `verify` with a key that was known before says whose text it is. The key id is
SHA-256(name ‖ newline ‖ type ‖ key)[:4], a name for the key and no proof of it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from typing_extensions import override

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64_decode, b64_encode, hex_decode
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.keys import Ed25519PrivateKey, Ed25519PublicKey
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = ["MAX_NOTE", "MAX_SIGNATURES", "KeyType", "Note", "NoteSignature", "NoteSigner", "VerifierKey"]

MAX_NOTE = 524_288  # octets; 100 post-quantum signatures of nearly 5 kB fit
MAX_SIGNATURES = 100  # the page asks for 16 at least
MAX_NAME = 255  # octets of a key name: as long as the longest name that any signature type can hold
MAX_VKEY = 4_096  # characters; ML-DSA-44 keys need about 2,050
KEY_ID = 4
TIMESTAMP = 8
SIGNATURE = 64
DASH = "— "
CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


class KeyType(IntEnum):
    """Signature types that are verified here; notes may carry others, which are passed over."""

    ED25519 = 0x01  # over the text
    COSIGNATURE = 0x04  # c2sp.org/tlog-cosignature: over a time and the text


def _demand_name(name: str) -> str:
    """The name, if it may be a key's: not empty, no white space, no plus, no control character.

    Raises:
        Malformed: `NOTE_KEY_NAME`.
    """
    spoilt = any(one.isspace() or one < " " or one == "+" or "\ud800" <= one <= "\udfff" for one in name)
    if spoilt or not 0 < len(name.encode("utf-8", "replace")) <= MAX_NAME:
        raise Malformed(TlogReason.NOTE_KEY_NAME, "a key name is not empty and has no space, no plus, no control")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line.

    Attributes:
        name: The key's name.
        key_id: 4 octets.
        octets: What follows the key id: the signature in the form of its type.
    """

    name: str
    key_id: bytes
    octets: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line without its newline.

        Raises:
            Malformed: `NOTE_SIGNATURE_LINE`, `NOTE_KEY_NAME` or `BASE64_INVALID`.
        """
        name, space, encoded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not space:
            raise Malformed(TlogReason.NOTE_SIGNATURE_LINE, "— name base64(key id ‖ signature)")
        octets = b64_decode(encoded)
        if len(octets) <= KEY_ID:
            raise Malformed(TlogReason.NOTE_SIGNATURE_LINE, "a signature follows the key id")
        return cls(name=_demand_name(name), key_id=octets[:KEY_ID], octets=octets[KEY_ID:])

    @override
    def __str__(self) -> str:
        return f"{DASH}{self.name} {b64_encode(self.key_id + self.octets)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and the signatures below it, none of which is verified by being here.

    Attributes:
        text: The text with its final newline.
        signatures: The lines in their order.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read a note.

        Args:
            octets: The whole note.

        Returns:
            The note, in the one spelling that `render` writes.

        Raises:
            Malformed: `NOTE_TOO_LARGE`, `NOTE_NOT_TEXT` (not UTF-8, or a control character), `NOTE_MALFORMED` (no
                empty line, no signature), or what a signature line raises.
        """
        if len(octets) > MAX_NOTE:
            raise Malformed(TlogReason.NOTE_TOO_LARGE, f"a note has at most {MAX_NOTE} octets")
        try:
            whole = octets.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(TlogReason.NOTE_NOT_TEXT, "a note is UTF-8") from None
        if CONTROL.search(octets):
            raise Malformed(TlogReason.NOTE_NOT_TEXT, "a note has no control character but the newline")
        text, empty, lines = whole.rpartition("\n\n")
        if not empty or not lines.endswith("\n"):
            raise Malformed(TlogReason.NOTE_MALFORMED, "text, an empty line, and signature lines that end in newlines")
        found = lines[:-1].split("\n")
        if len(found) > MAX_SIGNATURES:
            raise Malformed(TlogReason.NOTE_TOO_LARGE, f"a note has at most {MAX_SIGNATURES} signatures")
        return cls(text=text + "\n", signatures=tuple(NoteSignature.parse(line) for line in found))

    def render(self) -> bytes:
        """The note's octets."""
        return "\n".join([self.text, *map(str, self.signatures), ""]).encode()

    def verify(self, keys: Iterable["VerifierKey"]) -> dict["VerifierKey", int]:
        """Verify the signatures of known keys; those of unknown ones are passed over, as the page demands.

        Args:
            keys: The keys that the caller trusts.

        Returns:
            The keys that signed, each with the time of its signature in seconds since the epoch (0 where the type has
            none).

        Raises:
            Unverified: `NOTE_SIGNATURE_INVALID` if any signature of a known key does not hold; `NOTE_UNSIGNED` if no
                known key signed.
        """
        known = {(key.name, key.key_id): key for key in keys}
        signed: dict[VerifierKey, int] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                signed[key] = key.verify(self.text, line)
        if not signed:
            raise Unverified(TlogReason.NOTE_UNSIGNED, "no key that is known here signed this note")
        return signed


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A key that notes are verified with, and its text form, the *vkey*.

    Attributes:
        name: The key's name.
        kind: The signature type; another type is another key.
        public: The key.
        key_id: Follows from the others.
    """

    name: str
    kind: KeyType
    public: Ed25519PublicKey
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        key = self.kind.to_bytes() + self.public.to_bytes()
        object.__setattr__(self, "key_id", sha256(_demand_name(self.name).encode(), b"\n", key)[:KEY_ID])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``name+hex(key id)+base64(type ‖ key)``.

        Raises:
            Malformed: `VKEY_MALFORMED`, `VKEY_TYPE` for a type that is not verified here, `VKEY_KEY_ID` if the id is
                another key's, or what the key itself raises.
        """
        name, plus, rest = text.partition("+")
        key_id, second_plus, encoded = rest.partition("+")
        if len(text) > MAX_VKEY or not plus or not second_plus:
            raise Malformed(TlogReason.VKEY_MALFORMED, "name+key id+base64(type ‖ key)")
        octets = b64_decode(encoded)
        if octets[:1] not in {kind.to_bytes() for kind in KeyType}:
            raise Malformed(TlogReason.VKEY_TYPE, "only Ed25519 keys (type 1) and cosignature keys (type 4)")
        found = cls(name=_demand_name(name), kind=KeyType(octets[0]), public=Ed25519PublicKey.from_bytes(octets[1:]))
        if found.key_id != hex_decode(key_id):
            raise Malformed(TlogReason.VKEY_KEY_ID, "the key id does not follow from name, type and key")
        return found

    @override
    def __str__(self) -> str:
        key = b64_encode(self.kind.to_bytes() + self.public.to_bytes())
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def verify(self, text: str, line: NoteSignature) -> int:
        """Verify one signature line of this key.

        Args:
            text: The note's text.
            line: A line with this key's name and id.

        Returns:
            The time of the signature in seconds since the epoch; 0 for a type without one.

        Raises:
            Unverified: `NOTE_SIGNATURE_INVALID`.
        """
        time_s = 0
        message, signature = text.encode(), line.octets
        if self.kind is KeyType.COSIGNATURE:
            time_s, signature = int.from_bytes(line.octets[:TIMESTAMP]), line.octets[TIMESTAMP:]
            message = _cosigned(text, time_s)
        try:
            self.public.verify(signature, message)
        except Error:
            raise Unverified(TlogReason.NOTE_SIGNATURE_INVALID, f"the signature of {self.name} does not hold") from None
        if time_s >> 63:
            raise Unverified(TlogReason.NOTE_SIGNATURE_INVALID, f"the time of {self.name} is out of range")
        return time_s


class NoteSigner:
    """Signs texts as one named key.

    Args:
        name: The key's name.
        key: The private key; one key serves one name and one type only.
        kind: The signature type.
    """

    def __init__(self, name: str, key: Ed25519PrivateKey, kind: KeyType = KeyType.ED25519) -> None:
        self._key = key
        self.verifier = VerifierKey(name=name, kind=kind, public=key.public)

    def sign(self, text: str, time_s: int = 0) -> NoteSignature:
        """Sign a text.

        Args:
            text: A note's text, its final newline included.
            time_s: For a cosignature the time that it states, in seconds since the epoch; else it is not used.

        Returns:
            The signature line.
        """
        if self.verifier.kind is KeyType.COSIGNATURE:
            octets = time_s.to_bytes(TIMESTAMP) + self._key.sign(_cosigned(text, time_s))
        else:
            octets = self._key.sign(text.encode())
        return NoteSignature(name=self.verifier.name, key_id=self.verifier.key_id, octets=octets)


def _cosigned(text: str, time_s: int) -> bytes:
    """The octets that a cosignature of type 4 signs."""
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
