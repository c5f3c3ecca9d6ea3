"""Signal's three logs on the one log code: what was declared, what was verified, what was moved.

========== ==================================== =======================================================
log        leaf                                 kept beside it
========== ==================================== =======================================================
official   the signed perimeter                 the leaf itself, so that it can be erased down to its hash
receipts   SHA-256 of the signed receipt        the receipt, for 400 days
abuse      a commitment                         nothing
========== ==================================== =======================================================

Each log has its checkpoint, as every log of the node; the signed tree head (JWS) is a second rendering of the same size
and root, made before an append is answered. A head is kept every hour, and before a signing key ends, so that it can be
shown later that a receipt was there before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error
from frankmark.foundation.jws import parse
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.ports.clock import Clock
from frankmark.ports.log import Row
from frankmark.ports.signal import KeptHead, SignalStore
from frankmark.protocols.signal.key_time import LogTrust, TimeProof
from frankmark.protocols.signal.logs import (
    LogName,
    SignedHead,
    TreeHead,
    official_leaf,
    read_head,
    receipts_leaf,
    sign_head,
)
from frankmark.protocols.signal.receipt import LONGEST
from frankmark.services.keyring import Keyring
from frankmark.services.log_leaves import Appended, NewLeaf
from frankmark.services.transparency import TransparencyLog

__all__ = ["ORIGINS", "HeldReceipt", "LoggedLeaf", "SignalLogs"]

ORIGINS: Final[Mapping[LogName, str]] = {
    LogName.OFFICIAL: "signal-official",
    LogName.ABUSE: "signal-abuse",
    LogName.RECEIPTS: "signal-receipts",
}
"""The last part of each log's origin, after the node's id."""

MOST_ENTRIES: Final = 256
MOST_OCTETS: Final = 1_048_576  # of leaves in one answer, the first one apart
STEP: Final = 16
HOUR_MS: Final = 3_600_000
PATHS_KEPT: Final = 1_024
END_OF_TIME_S: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedLeaf:
    """A leaf as everybody may see it.

    Attributes:
        index: Its place, from 0.
        leaf: Its leaf hash, 32 octets.
        data: Its octets; None once they were erased.
    """

    index: int
    leaf: bytes
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReceipt:
    """A receipt as it is stored.

    Attributes:
        index: Its place in the receipts log.
        text: The signed text, whatever is stored there.
        logged: Whether it is the text whose hash was logged.
    """

    index: int
    text: str
    logged: bool


class SignalLogs:
    """The logs.

    Args:
        logs: One log of each name; official, abuse and receipts are found by their leaf hash.
        store: Keeps heads.
        keyring: Signs tree heads.
        clock: Tells the time.
    """

    def __init__(
        self, logs: Mapping[LogName, TransparencyLog], store: SignalStore, keyring: Keyring, clock: Clock
    ) -> None:
        self._logs = dict(logs)
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._heads: dict[LogName, SignedHead] = {}
        self._paths: dict[tuple[LogName, int, int], tuple[bytes, ...]] = {}

    def log(self, name: LogName) -> TransparencyLog:
        """The log itself."""
        return self._logs[name]

    def head(self, name: LogName) -> SignedHead:
        """The signed head of the newest tree; the same until the log grows, a key changes or an hour ends.

        Raises:
            Refused: `LOG_ROLLED_BACK`: this log signs nothing.
        """
        log, key, now_ms = self._logs[name], self._keyring.signing, self._clock.now_ms()
        if log.refusal is not None:
            raise log.refusal
        known = self._heads.get(name)
        if known is not None and (known.head.size, known.parts.header.kid) == (log.head.size, key.jwk.kid):
            fresh = known.head.ts_ms <= now_ms < known.head.ts_ms + HOUR_MS
            if fresh:
                return known
        head = TreeHead(log=name, size=log.head.size, root=log.head.root, ts_ms=now_ms)
        made = self._heads[name] = read_head(sign_head(head, key.private, key.jwk.kid))
        return made

    async def append_perimeter(self, jws: str) -> Appended:
        """Append an accepted perimeter; the same text is never appended twice.

        Returns:
            Its place, under a head that is signed.
        """
        leaf = official_leaf(jws)
        return await self._append(LogName.OFFICIAL, NewLeaf(key=_perimeter_key(leaf), attachment=leaf, beside=True))

    async def append_receipt(self, receipt_id: str, jws: str) -> Appended:
        """Append a receipt, and keep it under its id.

        Returns:
            Its place, under a head that is signed.

        Raises:
            Unavailable: `STORE_FULL`, `LOG_BUSY`, or what the stores raise.
            Refused: `LOG_ROLLED_BACK`.
        """
        leaf = NewLeaf(data=receipts_leaf(jws), key=receipt_id, attachment=jws.encode("ascii"))
        return await self._append(LogName.RECEIPTS, leaf)

    async def append_case(self, leaf: bytes, *, key: str) -> Appended:
        """Append a commitment to a move of a counter-stamp.

        Args:
            leaf: The leaf of the abuse log.
            key: Names the move: the same key never leads to a second leaf.

        Returns:
            Its place, under a head that is signed.
        """
        return await self._append(LogName.ABUSE, NewLeaf(data=leaf, key=key))

    async def inclusion(self, name: LogName, index: int, size: int) -> tuple[bytes, ...]:
        """The inclusion proof of a leaf in the tree of `size` leaves, from the leaf's sibling up.

        Raises:
            Refused: `LOG_RANGE`.
        """
        key = (name, index, size)
        known = self._paths.get(key)
        if known is None:
            known = tuple(await self._logs[name].inclusion(index, size))
            if len(self._paths) >= PATHS_KEPT:
                self._paths.clear()
            self._paths[key] = known
        return known

    async def consistency(self, name: LogName, first: int, second: int) -> tuple[bytes, ...]:
        """The proof that the tree of `first` leaves is the beginning of the one of `second`.

        Raises:
            Refused: `LOG_RANGE`.
        """
        return tuple(await self._logs[name].consistency(first, second))

    async def place(self, name: LogName, leaf: bytes) -> int | None:
        """The index of the published leaf with a leaf hash."""
        return await self._logs[name].find(leaf)

    async def leaf(self, name: LogName, index: int) -> LoggedLeaf:
        """One leaf.

        Raises:
            Refused: `LOG_RANGE`.
        """
        return _shown(name, await self._logs[name].row(index))

    async def entries(self, name: LogName, start: int, stop: int) -> Sequence[LoggedLeaf]:
        """Leaves from `start` up to, without, `stop`, as many as one answer holds.

        Returns:
            At most 256, and about 1 MiB; at least one, if there is one.

        Raises:
            Refused: `LOG_RANGE` if there is no leaf `start`.
        """
        log = self._logs[name]
        stop = min(stop, start + MOST_ENTRIES, log.head.size)
        found: list[LoggedLeaf] = []
        octets = 0
        for first in range(start, stop, STEP) or (start,):
            for row in await log.rows(first, max(first, min(first + STEP, stop))):
                leaf = _shown(name, row)
                octets += len(leaf.data or b"")
                if found and octets > MOST_OCTETS:
                    return found
                found.append(leaf)
        return found

    async def receipt(self, receipt_id: str) -> HeldReceipt | None:
        """The receipt with an id; None if there is none, or none any more."""
        log = self._logs[LogName.RECEIPTS]
        index = await log.find_key(receipt_id)
        row = None if index is None else await log.row(index)
        if row is None or not row.attachment:
            return None
        text = row.attachment.decode("ascii", errors="replace")
        return HeldReceipt(index=row.index, text=text, logged=sha256(row.attachment) == row.data)

    async def time_proof(self, name: LogName, index: int, before_ms: int) -> TimeProof | None:
        """The proof that a log held a leaf before a time, under a head that was kept; None if no such head was.

        The node's own witness is the one whom it believes here; others pin whom they like.
        """
        log = self._logs[name]
        kept = await self._store.head_covering(log.origin, index, before_ms)
        if kept is None:
            return None
        path = await self.inclusion(name, index, kept.size)
        log_key, witnesses = log.keys
        return TimeProof(
            proof=TlogProof(index=index, path=path, signed=SignedCheckpoint.parse(kept.note)),
            trust=LogTrust(origin=log.origin, log_keys=(log_key,), witnesses=witnesses),
        )

    async def keep_heads(self) -> None:
        """Keep the newest head of every log; every hour, and before a signing key ends."""
        for name, log in self._logs.items():
            if log.refusal is None:
                sth, head = self.head(name), log.head
                kept = KeptHead(
                    log=log.origin, size=head.size, at_ms=self._clock.now_ms(), sth=sth.text, note=head.note
                )
                await self._store.keep_head(kept)

    async def erase_perimeters(self, indexes: Sequence[int]) -> None:
        """Delete leaves of the official log; their hashes stay."""
        for index in indexes:
            await self._logs[LogName.OFFICIAL].replace_attachment(index, b"")

    async def forget_receipts(self, before_s: int) -> None:
        """Delete receipts that were issued before a time; their leaves stay.

        Receipts lie in the order in which they were logged, which is that of their times but for some seconds.
        """
        log = self._logs[LogName.RECEIPTS]
        low, high = 0, log.head.size
        while low < high:
            middle = (low + high) // 2
            old = await self._issued_s(middle, high) < before_s
            low, high = (middle + 1, high) if old else (low, middle)
        if low and (await log.row(low - 1)).attachment:
            await log.drop_attachments(0, low)

    async def succeed(self, name: LogName, closed: TransparencyLog) -> None:
        """Begin a log with everything that the one before it still has, so that every leaf keeps its place."""
        log = self._logs[name]
        for start in range(log.head.size, closed.head.size, MOST_ENTRIES):
            rows = await closed.rows(start, min(closed.head.size, start + MOST_ENTRIES))
            await log.adopt(rows, [_key(name, row) for row in rows])

    async def close(self) -> None:
        """Finish what waits."""
        for log in self._logs.values():
            await log.close()

    async def _issued_s(self, start: int, stop: int) -> int:
        """When the receipt at a place was issued; one that nobody can read is as old as the next one.

        Returns:
            Seconds since the epoch; 0 for one that is gone, the end of time where none follows.
        """
        for index in range(start, stop):
            attachment = (await self._logs[LogName.RECEIPTS].row(index)).attachment
            issued_s = _claims(attachment).get("iat") if attachment else 0
            if isinstance(issued_s, int):
                return issued_s
        return END_OF_TIME_S

    async def _append(self, name: LogName, leaf: NewLeaf) -> Appended:
        (appended,) = await self._logs[name].append([leaf])
        self.head(name)  # a tree head that covers it is signed before anybody is answered
        return appended


def _shown(name: LogName, row: Row) -> LoggedLeaf:
    if name is LogName.OFFICIAL:
        return LoggedLeaf(index=row.index, leaf=row.leaf, data=row.attachment or None)
    return LoggedLeaf(index=row.index, leaf=leaf_hash(row.data), data=row.data)


def _perimeter_key(leaf: bytes) -> str:
    return f"perimeter:{sha256(leaf).hex()}"


def _key(name: LogName, row: Row) -> str:
    """The idempotency key of a leaf as far as it can be told from what is stored; empty otherwise."""
    if name is LogName.OFFICIAL and row.attachment:
        return _perimeter_key(row.attachment)
    found = _claims(row.attachment).get("jti") if name is LogName.RECEIPTS else None
    return found if isinstance(found, str) else ""


def _claims(octets: bytes) -> Mapping[str, Json]:
    try:
        claims = canonical.load(parse(octets.decode("ascii", errors="replace"), max_length=LONGEST).payload)
    except Error:
        return {}
    return claims if isinstance(claims, dict) else {}
