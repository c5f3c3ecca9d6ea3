"""Offline proofs (c2sp.org/tlog-proof@v1): everything that shows, without a network, that a log holds a leaf."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from frankmark.foundation.checkpoint import SignedCheckpoint, parse_decimal
from frankmark.foundation.encoding import b64_decode, b64_encode
from frankmark.foundation.errors import Malformed
from frankmark.foundation.merkle import HASH_SIZE, verify_inclusion
from frankmark.foundation.note import MAX_NOTE, VerifierKey
from frankmark.foundation.tlog_reasons import TlogReason

__all__ = ["MAX_PROOF", "TlogProof"]

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_EXTRA = 262_144  # octets; entry, signature and asset of our own logs need far fewer
MAX_PATH = 63  # a tree has fewer than 2^63 leaves
MAX_PROOF = MAX_NOTE + MAX_EXTRA // 3 * 4 + 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A leaf's place in a signed tree.

    Attributes:
        index: The leaf, from 0.
        path: The inclusion proof, 32 octets each, from the leaf's sibling up.
        signed: The checkpoint of the tree.
        extra: Octets for the application, vouched for by nobody; None if the line is absent.
    """

    index: int
    path: tuple[bytes, ...]
    signed: SignedCheckpoint
    extra: bytes | None = None

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read a ``.tlog-proof`` file.

        Args:
            octets: The file.

        Returns:
            The proof, in the one spelling that `render` writes.

        Raises:
            Malformed: `PROOF_TOO_LARGE`, `PROOF_MALFORMED`, `BASE64_INVALID`, or what the checkpoint raises.
        """
        if len(octets) > MAX_PROOF:
            raise Malformed(TlogReason.PROOF_TOO_LARGE, f"a proof has at most {MAX_PROOF} octets")
        head, empty, rest = octets.partition(b"\n\n")
        if not empty or not head.isascii():
            raise _malformed("lines of ASCII, an empty line, and a checkpoint")
        first, *lines = head.decode("ascii").split("\n")
        if first != FIRST_LINE:
            raise _malformed(f"the first line is {FIRST_LINE}")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index ") or len(lines) > 1 + MAX_PATH:
            raise _malformed(f"an index line and at most {MAX_PATH} hashes")
        path = tuple(b64_decode(line) for line in lines[1:])
        if any(len(one) != HASH_SIZE for one in path):
            raise _malformed(f"a hash has {HASH_SIZE} octets")
        index = parse_decimal(lines[0].removeprefix("index "))
        return cls(index=index, path=path, signed=SignedCheckpoint.parse(rest), extra=extra)

    def render(self) -> bytes:
        """The file's octets."""
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {b64_encode(self.extra)}")
        lines += [f"index {self.index}", *(b64_encode(one) for one in self.path), "", ""]
        return "\n".join(lines).encode("ascii") + self.signed.note.render()

    def verify(
        self,
        leaf: bytes,
        *,
        origin: str,
        log_keys: Collection[VerifierKey],
        witnesses: Collection[VerifierKey] = (),
        quorum: int = 0,
    ) -> dict[VerifierKey, int]:
        """Verify that the log holds the leaf, and that enough witnesses saw the tree.

        Args:
            leaf: The leaf's hash, computed by the caller from what the proof is about.
            origin: The log that is meant.
            log_keys: Keys of that log.
            witnesses: Cosignature keys that count.
            quorum: How many different witnesses are asked for.

        Returns:
            The witnesses that cosigned, each with its time in seconds since the epoch.

        Raises:
            Unverified: What `SignedCheckpoint.verify` and `verify_inclusion` raise.
        """
        cosigned = self.signed.verify(origin, log_keys, witnesses, quorum)
        stated = self.signed.checkpoint
        verify_inclusion(leaf, self.index, stated.size, self.path, stated.root)
        return cosigned


def _extra(line: str) -> bytes:
    extra = b64_decode(line.removeprefix("extra "))
    if len(extra) > MAX_EXTRA:
        raise Malformed(TlogReason.PROOF_TOO_LARGE, f"extra data has at most {MAX_EXTRA} octets")
    return extra


def _malformed(detail: str) -> Malformed:
    return Malformed(TlogReason.PROOF_MALFORMED, detail)
