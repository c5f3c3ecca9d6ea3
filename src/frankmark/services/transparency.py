"""One log code for every log: append, integrate, sign the head, prove.

A batch of leaves becomes part of the log in three steps, each durable before the next begins::

    1  stage     leaves, tiles, indexes and the pending head, in one transaction
    2  move      the signer's store, from the last signed head to the pending one (compare and swap)
    3  publish   the signed checkpoint, in a second transaction; only then are the callers answered

A crash between any two steps is mended at the next start: a pending head that continues what was signed last is signed
and published. If more was signed than is stored, the store was restored from a backup: the log then still answers, and
signs nothing until a successor under a new origin is begun.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.foundation.merkle import EMPTY_ROOT
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tiles import Frontier
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.log import Batch, LogState, NewRow, Row, TreeHead, TreeStore
from frankmark.services.log_leaves import Appended, NewLeaf, SignedHead, is_sound, key_digest, new_row
from frankmark.services.log_reading import TreeReader
from frankmark.services.log_reasons import LogReason
from frankmark.services.log_signing import HeadSigner

__all__ = ["Appended", "NewLeaf", "SignedHead", "TransparencyLog"]

BATCH = 8_192  # leaves that become one head at most
WAITING = 131_072  # leaves that may wait
STREAM_STEP = 256
EMPTY = TreeHead(size=0, root=EMPTY_ROOT)


@dataclass(slots=True, kw_only=True)
class _Request:
    rows: list[NewRow]
    answer: "asyncio.Future[Sequence[Appended]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which rows are new, and for each request the places of its rows and whether they were there already."""

    fresh: list[NewRow]
    places: list[list[tuple[int, bool]]]


class TransparencyLog:
    """One log.

    Law: what `append` has answered is in every later head, and any two heads that were ever signed are one history.

    Args:
        store: Where the tree is.
        signer: Signs this log's heads.
        by_leaf: Whether leaves are found by their leaf hash instead of by the SHA-256 of their data.
    """

    def __init__(self, store: TreeStore, signer: HeadSigner, *, by_leaf: bool = False) -> None:
        self.origin = signer.origin
        self._by_leaf = by_leaf
        self._store = store
        self._signer = signer
        self._reader = TreeReader(store, signer.origin)
        self._head = SignedHead(size=0, root=EMPTY_ROOT, number=0, note=b"")
        self._frontier: Frontier | None = None
        self._refusal: Refused | None = None
        self._requests: deque[_Request] = deque()
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._grown = asyncio.Event()
        self._closed = False

    @property
    def head(self) -> SignedHead:
        """The newest published head."""
        return self._head

    @property
    def refusal(self) -> Refused | None:
        """Why this log signs nothing; None while it does."""
        return self._refusal

    @property
    def keys(self) -> tuple[VerifierKey, tuple[VerifierKey, ...]]:
        """The log's key and the witness keys of this node."""
        return self._signer.key.verifier, tuple(witness.verifier for witness in self._signer.witnesses)

    async def last_signed(self) -> TreeHead | None:
        """The head that the log's key signed last, as the signer's store remembers it."""
        return await self._signer.remembered()

    async def open(self) -> None:
        """Mend what a crash left and take the log up; a new log is begun with the head of the empty tree.

        A log that was rolled back is taken up for reading: see `refusal`.

        Raises:
            Unavailable: What the stores raise.
            Damaged: `STORE_DAMAGED` if the stored tree is not the one that was signed.
        """
        state = await self._store.state(self.origin)
        if state.published is not None:
            self._head = _signed(state)
        try:
            await self._recover()
        except Refused as refusal:
            self._refusal = refusal

    async def append(self, leaves: Sequence[NewLeaf]) -> Sequence[Appended]:
        """Append leaves, next to each other unless some stand there already; durable when it returns.

        Args:
            leaves: At most 8,192.

        Returns:
            The place of each leaf.

        Raises:
            Refused: `LOG_ROLLED_BACK`, `TOO_MANY_LEAVES`, `LEAF_TOO_LARGE`, `LOG_CLOSED`.
            Unavailable: `LOG_BUSY`, or what the stores raise; asking again with the same key is safe.
        """
        return await self._enter([new_row(leaf, by_leaf=self._by_leaf) for leaf in leaves])

    async def adopt(self, rows: Sequence[Row], keys: Sequence[str]) -> None:
        """Append leaves of the log that this one succeeds, each as it is stored there, whatever is left of it.

        Args:
            rows: At most 8,192.
            keys: The idempotency key of each; empty for none.
        """
        await self._enter(
            [
                NewRow(
                    data=row.data,
                    digest=row.leaf if self._by_leaf else sha256(row.data),
                    leaf=row.leaf,
                    key=key_digest(key) if key else b"",
                    attachment=row.attachment,
                )
                for row, key in zip(rows, keys, strict=True)
            ]
        )

    async def _enter(self, rows: list[NewRow]) -> Sequence[Appended]:
        if self._refusal is not None:
            raise self._refusal
        if self._closed:
            raise Refused(LogReason.LOG_CLOSED, f"{self.origin} is closed")
        if len(rows) > BATCH:
            raise Refused(LogReason.TOO_MANY_LEAVES, f"at most {BATCH} leaves at once")
        if self._waiting + len(rows) > WAITING:
            raise Unavailable(LogReason.LOG_BUSY, f"{self._waiting} leaves wait already")
        request = _Request(rows=rows, answer=asyncio.get_running_loop().create_future())
        self._requests.append(request)
        self._waiting += len(rows)
        if self._task is None:
            self._task = asyncio.create_task(self._sequence())
        return await request.answer

    async def row(self, index: int) -> Row:
        """One leaf, its octets compared with its leaf hash.

        Raises:
            Refused: `LOG_RANGE` if the published head does not cover it.
            Damaged: `STORE_DAMAGED`.
        """
        return (await self.rows(index, index + 1))[0]

    async def rows(self, start: int, stop: int) -> list[Row]:
        """Leaves from `start` up to, without, `stop`; as `row`."""
        if not 0 <= start <= stop <= self._head.size:
            raise Refused(LogReason.LOG_RANGE, f"{self.origin} has {self._head.size} leaves")
        rows = await self._reader.rows(start, stop)
        for row in rows:
            if not is_sound(row):
                raise Damaged(StoreReason.STORE_DAMAGED, f"{self.origin}: leaf {row.index} is not what was logged")
        return rows

    async def find(self, digest: bytes) -> int | None:
        """The index of the first published leaf whose data has this SHA-256, or of the leaf with this leaf hash."""
        index = await self._store.find(self.origin, digest)
        return index if index is not None and index < self._head.size else None

    async def find_key(self, key: str) -> int | None:
        """The index of the published leaf that was appended under this idempotency key."""
        index = (await self._store.find_keys(self.origin, [key_digest(key)])).get(key_digest(key))
        return index if index is not None and index < self._head.size else None

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of `size` leaves.

        Raises:
            Refused: `LOG_RANGE`.
        """
        if not 0 <= index < size <= self._head.size:
            raise Refused(LogReason.LOG_RANGE, f"no leaf {index} in a tree of {size}; the head has {self._head.size}")
        return await self._reader.inclusion(index, size)

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` leaves is the beginning of the one of `new`; empty from 0.

        Raises:
            Refused: `LOG_RANGE`.
        """
        if not 0 <= old <= new <= self._head.size:
            raise Refused(LogReason.LOG_RANGE, f"no trees of {old} and {new}; the head has {self._head.size}")
        return await self._reader.consistency(old, new)

    async def prove(self, index: int, extra: bytes | None = None) -> TlogProof:
        """An offline proof of a leaf under the newest head, with octets for the application."""
        head = self._head
        path = await self.inclusion(index, head.size)
        return TlogProof(index=index, path=tuple(path), signed=SignedCheckpoint.parse(head.note), extra=extra)

    async def resource(self, path: str) -> bytes | None:
        """What c2sp.org/tlog-tiles serves below the log's prefix: ``checkpoint`` and ``tile/…``.

        Args:
            path: Without a leading slash.

        Returns:
            The octets; None if there is no such resource.
        """
        if path == "checkpoint":
            return self._head.note or None
        return await self._reader.resource(path, self._head.size)

    async def export(self) -> AsyncIterator[tuple[str, bytes]]:
        """Every resource of the newest head as path and octets: tiles and bundles first, the checkpoint last."""
        head = self._head
        for path in self._reader.paths(head.size):
            yield path, await self._reader.resource(path, head.size) or b""
        yield "checkpoint", head.note

    async def replace_attachment(self, index: int, octets: bytes) -> bool:
        """Replace a published leaf's attachment for ever; False if it has none."""
        if not 0 <= index < self._head.size:
            raise Refused(LogReason.LOG_RANGE, f"{self.origin} has {self._head.size} leaves")
        return await self._store.replace_attachment(self.origin, index, octets)

    async def drop_attachments(self, start: int, stop: int) -> None:
        """Delete what stands beside the published leaves from `start` up to, without, `stop` for ever."""
        if not 0 <= start <= stop <= self._head.size:
            raise Refused(LogReason.LOG_RANGE, f"{self.origin} has {self._head.size} leaves")
        await self._store.drop_attachments(self.origin, start, stop)

    async def stream(self, start: int) -> AsyncIterator[Row]:
        """Leaves from `start` on, the coming ones too, until the log is closed."""
        while not self._closed:
            grown, size = self._grown, self._head.size
            for first in range(start, size, STREAM_STEP):
                for row in await self.rows(first, min(size, first + STREAM_STEP)):
                    yield row
            start = max(start, size)
            if self._head.size == size:
                await grown.wait()

    async def close(self) -> None:
        """Finish what waits; nothing is taken after."""
        self._closed = True
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        self._grown.set()

    async def _sequence(self) -> None:
        """Make heads until nothing waits: one caller's leaves, or those of all who came meanwhile."""
        while self._requests:
            requests = self._take()
            try:
                answers = await self._integrate(requests)
            except Exception as problem:  # noqa: BLE001  (whatever went wrong is told to those who wait)
                # Which of the three steps were taken is known only to the stores: ask them before the next batch.
                self._frontier = None
                for request in requests:
                    if not request.answer.done():
                        request.answer.set_exception(problem)
            else:
                for request, answer in zip(requests, answers, strict=True):
                    if not request.answer.done():
                        request.answer.set_result(answer)
        self._task = None

    def _take(self) -> list[_Request]:
        taken: list[_Request] = []
        count = 0
        while self._requests and (not taken or count + len(self._requests[0].rows) <= BATCH):
            taken.append(self._requests.popleft())
            count += len(taken[-1].rows)
        self._waiting -= count
        return taken

    async def _integrate(self, requests: list[_Request]) -> list[list[Appended]]:
        frontier = self._frontier or await self._recover()
        before = TreeHead(size=frontier.size, root=frontier.root)
        plan = await self._plan(requests, before.size)
        if plan.fresh:
            grown, hashes = frontier.grow([row.leaf for row in plan.fresh])
            after = TreeHead(size=grown.size, root=grown.root)
            batch = Batch(
                origin=self.origin,
                before=before,
                after=after,
                rows=plan.fresh,
                hashes=hashes,
                by_leaf=self._by_leaf,
            )
            await self._store.stage(batch)
            await self._signer.move(after)
            await self._publish(after)
            self._frontier = grown
        return [await self._answer(places, plan.fresh, before.size) for places in plan.places]

    async def _plan(self, requests: list[_Request], size: int) -> _Plan:
        keys = [row.key for request in requests for row in request.rows if row.key]
        used = dict(await self._store.find_keys(self.origin, keys) if keys else {})
        fresh: list[NewRow] = []
        places = []
        for request in requests:
            if not keys:
                first = size + len(fresh)
                places.append([(place, False) for place in range(first, first + len(request.rows))])
                fresh += request.rows
                continue
            own = []
            for row in request.rows:
                place = used.get(row.key) if row.key else None
                if place is None:
                    own.append((size + len(fresh), False))
                    used[row.key] = size + len(fresh)
                    fresh.append(row)
                else:
                    own.append((place, True))
            places.append(own)
        return _Plan(fresh=fresh, places=places)

    async def _answer(self, places: list[tuple[int, bool]], fresh: list[NewRow], size: int) -> list[Appended]:
        head = self._head
        return [
            Appended(
                index=place,
                leaf=fresh[place - size].leaf if place >= size else (await self.row(place)).leaf,
                head=head,
                replayed=replayed,
            )
            for place, replayed in places
        ]

    async def _publish(self, head: TreeHead) -> None:
        note = self._signer.sign(head)
        number = await self._store.publish(self.origin, head, note)
        self._head = SignedHead(size=head.size, root=head.root, number=number, note=note)
        self._grown.set()
        self._grown = asyncio.Event()

    async def _recover(self) -> Frontier:
        """Bring the three steps to an end, wherever a crash or a failing store left them."""
        state = await self._store.state(self.origin)
        newest = state.pending or state.published or EMPTY
        last = await self._signer.last()
        await self._demand_one_history(state, newest, last)
        frontier = await self._reader.frontier(newest.size)
        if frontier.root != newest.root:
            raise Damaged(StoreReason.STORE_DAMAGED, f"{self.origin}: the stored tree has another root than its head")
        if last != newest or state.published is None:
            await self._signer.move(newest)
        if state.published != newest:
            await self._publish(newest)
        else:
            self._head = _signed(state)
        self._frontier = frontier
        return frontier

    async def _demand_one_history(self, state: LogState, newest: TreeHead, last: TreeHead | None) -> None:
        fresh = last is None and state.published is None and newest.size == 0
        if not fresh and last not in {newest, state.published}:
            detail = f"{self.origin}: stored are {newest.size} leaves, signed last was "
            detail += f"a head of {last.size}" if last else "nothing that is remembered"
            raise Refused(LogReason.LOG_ROLLED_BACK, f"{detail}; begin a successor with --new-origin")


def _signed(state: LogState) -> SignedHead:
    published = state.published or EMPTY
    return SignedHead(size=published.size, root=published.root, number=state.number, note=state.note)
