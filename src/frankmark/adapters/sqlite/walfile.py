"""The write-ahead log as a file (SQLite file format §4): how much of it counts, and whether more of it once did.

After a crash SQLite takes the longest valid prefix of the log and forgets the rest without a word. That is right for a
transaction that was never synced, and wrong for octets that changed in one that was. The two differ: each transaction
is synced before the next begins, so a broken frame with *another, later* transaction intact behind it is damage. What
the last transaction was, `frankmark.adapters.sqlite.mark` knows.
"""

import struct
from array import array
from dataclasses import dataclass
from pathlib import Path
from sys import byteorder

__all__ = ["FRAME", "HEADER", "MASK", "WalFile", "examine"]

HEADER = struct.Struct(">8I")
FRAME = struct.Struct(">6I")
BIG = 0x377F0683
LITTLE = 0x377F0682
VERSION = 3_007_000
MASK = 0xFFFF_FFFF
PAGE_SIZES = {512 << power for power in range(8)}

Sum = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalFile:
    """What a log file holds.

    Attributes:
        frames: How many frames count: all up to the last intact commit.
        damaged: Whether a whole later transaction lies behind a broken frame.
        salts: The two numbers that its header gives this generation of the log; None if it has no header.
    """

    frames: int
    damaged: bool
    salts: Sum | None = None


def _checksum(octets: bytes, seed: Sum, order: str) -> Sum:
    """The checksum of §4.2 over 32-bit words in byte order `order`, going on from `seed`."""
    words = array("I", octets)
    if order != byteorder:
        words.byteswap()
    first, second = seed
    pairs = iter(words)
    for even, odd in zip(pairs, pairs, strict=True):
        first = (first + even + second) & MASK
        second = (second + odd + first) & MASK
    return first, second


def examine(path: Path) -> WalFile:
    """Read a log file whole; a missing, empty or never synced one holds nothing.

    Args:
        path: The ``-wal`` file.

    Returns:
        What it holds.
    """
    octets = path.read_bytes() if path.exists() else b""
    if len(octets) < HEADER.size:
        return WalFile(frames=0, damaged=False)
    magic, version, size, _, salt1, salt2, first, second = HEADER.unpack_from(octets)
    if magic not in {BIG, LITTLE} or version != VERSION or size not in PAGE_SIZES:
        return WalFile(frames=0, damaged=len(octets) > HEADER.size)
    order = "big" if magic == BIG else "little"
    if _checksum(octets[:24], (0, 0), order) != (first, second):
        return WalFile(frames=0, damaged=len(octets) > HEADER.size)
    return _walk(octets, size, (salt1, salt2), (first, second), order)


def _walk(octets: bytes, size: int, salts: Sum, seed: Sum, order: str) -> WalFile:
    committed = behind = 0
    broken = ended = False
    seeds = {seed}
    stride = FRAME.size + size
    for index, at in enumerate(range(HEADER.size, len(octets) - stride + 1, stride)):
        _, pages, salt1, salt2, first, second = FRAME.unpack_from(octets, at)
        sums = {_sums(octets[at : at + stride], seed, order) for seed in seeds}
        whole = (salt1, salt2) == salts and (first, second) in sums
        if pages and not broken and whole:
            committed = index + 1
        elif pages and whole:
            behind += 1
        # A frame of this generation that says it ends a transaction: whatever follows was written after a sync.
        ended |= bool(pages) and not whole and (salt1 == salts[0] or salt2 == salts[1])
        # Behind the first broken frame the chain goes on from the sum that is there or from the one that should be.
        seeds = {(first, second)} if whole or broken else {(first, second), *sums}
        broken |= not whole
    # The first commit behind a broken frame may end the broken transaction itself, which perhaps was never synced,
    # unless the broken frame ends it.
    return WalFile(frames=committed, damaged=behind > (0 if ended else 1), salts=salts)


def _sums(frame: bytes, seed: Sum, order: str) -> Sum:
    return _checksum(frame[FRAME.size :], _checksum(frame[:8], seed, order), order)
