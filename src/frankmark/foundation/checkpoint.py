"""Checkpoints (c2sp.org/tlog-checkpoint): a log's name, its size and its root, as the text of a signed note."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64_decode, b64_encode
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.merkle import HASH_SIZE
from frankmark.foundation.note import Note, VerifierKey
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = ["MAX_SIZE", "Checkpoint", "SignedCheckpoint", "parse_decimal"]

MAX_SIZE = (1 << 63) - 1
LEAST_LINES = 3
DECIMAL_DIGITS = 19


def parse_decimal(text: str) -> int:
    """A number from 0 to 2^63-1 in ASCII digits without leading zeros.

    Raises:
        Malformed: `CHECKPOINT_MALFORMED`.
    """
    if text.isascii() and text.isdigit() and len(text) <= DECIMAL_DIGITS:
        number = int(text)
        if str(number) == text and number <= MAX_SIZE:
            return number
    raise Malformed(TlogReason.CHECKPOINT_MALFORMED, "a decimal number without leading zeros, below 2^63")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's state.

    Attributes:
        origin: The log's name.
        size: The number of leaves.
        root: The root of the tree, 32 octets.
        extensions: Further lines, none of them empty.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text as a checkpoint.

        Raises:
            Malformed: `CHECKPOINT_MALFORMED`, or `BASE64_INVALID` for the root.
        """
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < LEAST_LINES or not all(lines):
            raise Malformed(TlogReason.CHECKPOINT_MALFORMED, "origin, size and root: at least three lines, none empty")
        root = b64_decode(lines[2])
        if len(root) != HASH_SIZE:
            raise Malformed(TlogReason.CHECKPOINT_MALFORMED, f"a root has {HASH_SIZE} octets")
        return cls(origin=lines[0], size=parse_decimal(lines[1]), root=root, extensions=tuple(lines[3:]))

    def text(self) -> str:
        """The text to sign."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), b64_encode(self.root), *self.extensions))

    def digest(self) -> bytes:
        """SHA-256 of the text: the name of this state of this log."""
        return sha256(self.text().encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint in its note, verified or not: `verify` says who vouches for it.

    Attributes:
        checkpoint: What is stated.
        note: The statement with its signatures.
    """

    checkpoint: Checkpoint
    note: Note

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read a signed checkpoint.

        Raises:
            Malformed: What `Note.parse` and `Checkpoint.parse` raise.
        """
        note = Note.parse(octets)
        return cls(checkpoint=Checkpoint.parse(note.text), note=note)

    def verify(
        self, origin: str, log_keys: Collection[VerifierKey], witnesses: Collection[VerifierKey] = (), quorum: int = 0
    ) -> dict[VerifierKey, int]:
        """Verify that the log signed this, and that enough witnesses saw it.

        Args:
            origin: The log that is meant.
            log_keys: Keys of that log, any one of which may have signed.
            witnesses: Cosignature keys that count.
            quorum: How many different witnesses are asked for.

        Returns:
            The witnesses that cosigned, each with its time in seconds since the epoch.

        Raises:
            Unverified: `CHECKPOINT_ORIGIN` for another log, `NOTE_UNSIGNED` without a signature of the log,
                `NOTE_SIGNATURE_INVALID`, `COSIGNATURES_TOO_FEW`.
        """
        if self.checkpoint.origin != origin:
            raise Unverified(TlogReason.CHECKPOINT_ORIGIN, f"this is not the log {origin}")
        signed = self.note.verify([*log_keys, *witnesses])
        if not any(key in signed for key in log_keys):
            raise Unverified(TlogReason.NOTE_UNSIGNED, "the log did not sign this")
        # Two names for one key are one witness.
        cosigned = {key.public: key for key in witnesses if key in signed}
        if len(cosigned) < quorum:
            detail = f"{len(cosigned)} of {quorum} cosignatures that are asked for"
            raise Unverified(TlogReason.COSIGNATURES_TOO_FEW, detail)
        return {key: signed[key] for key in cosigned.values()}
