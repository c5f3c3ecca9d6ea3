"""The ledger for everybody: transactions, proofs, heads, and the tiles that any tlog-tiles client reads."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.canonical import JsonLike
from frankmark.foundation.errors import Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.clock import Clock
from frankmark.services.ledger import Ledger
from frankmark.services.transparency import TransparencyLog
from frankmark.surfaces.node.endpoint import Call, Reply, operation
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["LedgerRoom"]

IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-cache"}
MOST_ENTRIES = 256
Hash = Annotated[str, Meta(max_length=66)]


class EntryView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry, the very members that are hashed and signed."""

    v: int
    type: str
    channel: str
    stamp_id: str
    asset_hash: str
    timestamp: int
    issuer: str


class FinalityView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a head has come: `k` of `n` witnesses cosigned it."""

    state: str
    k: int
    n: int


class PlaceView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry's place under a head."""

    leaf_index: int
    tree_size: int
    audit_path: list[str]
    root: str


class TransactionView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One entry with everything that shows it; `asset` and `salt` are null once erased, `chain` without a chain."""

    tx_hash: str
    type: str
    stamp_id: str | None
    entry: EntryView
    entry_sig: str
    asset: dict[str, str | int] | None
    salt: str | None
    finality: FinalityView
    block_number: int
    block_hash: str
    proof: PlaceView
    checkpoint: str
    committed_seals: list[str]
    chain: dict[str, str | int] | None


class HeadView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The newest head."""

    origin: str
    size: int
    root: str
    number: int
    finality: FinalityView
    checkpoint: str
    refusal: str | None


class LogView(HeadView, frozen=True, kw_only=True, rename="camel"):
    """A log of the ledger's series: its newest head, and the path below which its tiles are."""

    resources: str


class LogsView(msgspec.Struct, frozen=True, kw_only=True):
    """The logs of the ledger, the oldest first; the last one is written."""

    items: list[LogView]


class InclusionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which leaf of which tree."""

    index: Annotated[int, Meta(ge=0)]
    size: Annotated[int, Meta(ge=1)]


class ConsistencyQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Between which two trees."""

    old: Annotated[int, Meta(ge=0)]
    new: Annotated[int, Meta(ge=0)]


class PathView(msgspec.Struct, frozen=True, kw_only=True):
    """Hashes of a proof, lower hex."""

    path: list[str]


class EntriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries: from `start`, at most 256; counted through all logs, the oldest first."""

    start: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_ENTRIES)] = 50


class EntriesView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the ledger; `next` is null at its end."""

    items: list[TransactionView]
    next: int | None


class HealthView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the node does."""

    status: str
    node_id: str
    height: int
    chaincode: str
    time: str


class LedgerRoom:
    """Operations on the ledger; none needs a credential."""

    def __init__(self, ledger: Ledger, *, node_id: str, clock: Clock) -> None:
        self._ledger = ledger
        self._node_id = node_id
        self._clock = clock

    @operation(
        "GET",
        "/v1/ledger/tx/{tx_hash}",
        "A transaction with its proof",
        returns={200: TransactionView},
        problems=("INVALID_HASH", "TX_NOT_FOUND"),
    )
    async def transaction(self, call: Call, _: None) -> Reply:
        """The transaction with a hash, in any case, with or without 0x."""
        found = await self._ledger.transaction(call.path["tx_hash"])
        if found is None:
            raise Refused(NodeReason.TX_NOT_FOUND, "No entry of this ledger has that hash.")
        return Reply(content=found.json(), headers=FRESH)

    @operation(
        "GET",
        "/v1/ledger/proof/{tx_hash}",
        "The offline proof of a transaction (c2sp.org/tlog-proof)",
        returns={200: None},
        media={200: "text/plain"},
        problems=("INVALID_HASH", "TX_NOT_FOUND"),
    )
    async def proof(self, call: Call, _: None) -> Reply:
        """A file that verifies without us."""
        found = await self._ledger.offline_proof(call.path["tx_hash"])
        if found is None:
            raise Refused(NodeReason.TX_NOT_FOUND, "No entry of this ledger has that hash.")
        return Reply(content=found, media="text/plain", headers=FRESH)

    @operation("GET", "/v1/ledger/head", "The newest head", returns={200: HeadView})
    async def head(self, _call: Call, _: None) -> Reply:
        """Size, root, checkpoint and how many witnesses cosigned it."""
        return Reply(content=self._head(self._ledger.log), headers=FRESH)

    @operation("GET", "/v1/ledger/logs", "All logs of the ledger, the oldest first", returns={200: LogsView})
    async def logs(self, _call: Call, _: None) -> Reply:
        """A log that had to be closed is followed by another one; the last is written."""
        items = [
            {**self._head(log), "resources": f"/v1/ledger/logs/{number}/"}
            for number, log in enumerate(self._ledger.series, 1)
        ]
        return Reply(content={"items": items}, headers=FRESH)

    @operation(
        "GET",
        "/v1/ledger/explore",
        "Transactions of all logs in order, for explorers and replays",
        query=EntriesQuery,
        returns={200: EntriesView},
    )
    async def explore(self, _: Call, query: EntriesQuery) -> Reply:
        """Part of the ledger: the oldest log from its first entry on, then the log that followed it, and so on."""
        size = self._ledger.size
        stop = min(size, query.start + query.limit)
        items = [(await self._ledger.entry(index)).json() for index in range(query.start, stop)]
        return Reply(content={"items": items, "next": stop if stop < size else None}, headers=FRESH)

    @operation(
        "GET",
        "/v1/ledger/inclusion",
        "An inclusion proof (RFC 9162)",
        query=InclusionQuery,
        returns={200: PathView},
        problems=("LOG_RANGE",),
    )
    async def inclusion(self, _: Call, query: InclusionQuery) -> Reply:
        """The path of a leaf in a tree."""
        path = await self._ledger.log.inclusion(query.index, query.size)
        return Reply(content=PathView(path=[one.hex() for one in path]))

    @operation(
        "GET",
        "/v1/ledger/consistency",
        "A consistency proof (RFC 9162)",
        query=ConsistencyQuery,
        returns={200: PathView},
        problems=("LOG_RANGE",),
    )
    async def consistency(self, _: Call, query: ConsistencyQuery) -> Reply:
        """The proof that one tree is the beginning of another."""
        path = await self._ledger.log.consistency(query.old, query.new)
        return Reply(content=PathView(path=[one.hex() for one in path]))

    @operation(
        "GET",
        "/v1/ledger/log/{resource:path}",
        "The log's tiles (c2sp.org/tlog-tiles)",
        returns={200: None},
        media={200: ("application/octet-stream", "text/plain")},
    )
    async def tiles(self, call: Call, _: None) -> Reply:
        """`checkpoint`, `tile/<L>/<N>` and `tile/entries/<N>`."""
        return await self._resource(self._ledger.log, call.path["resource"])

    @operation(
        "GET",
        "/v1/ledger/logs/{number}/{resource:path}",
        "The tiles of one log of the ledger, counted from 1, the oldest (c2sp.org/tlog-tiles)",
        returns={200: None},
        media={200: ("application/octet-stream", "text/plain")},
    )
    async def tiles_of_one(self, call: Call, _: None) -> Reply:
        """As the tiles of the newest log."""
        numbered = {str(number): log for number, log in enumerate(self._ledger.series, 1)}
        log = numbered.get(call.path["number"])
        if log is None:
            raise Refused(NodeReason.TILE_NOT_FOUND, "The ledger has no such log.")
        return await self._resource(log, call.path["resource"])

    @operation("GET", "/v1/health", "How the node does", returns={200: HealthView})
    async def health(self, _call: Call, _: None) -> Reply:
        """Answers within two seconds."""
        health = self._ledger.health()
        content = HealthView(
            status="ok" if not health.refusal else "degraded",
            node_id=self._node_id,
            height=health.size,
            chaincode="securestamp-core@0.1.0",
            time=rfc3339(self._clock.now_ms()),
        )
        return Reply(content=content, headers=FRESH)

    def _head(self, log: TransparencyLog) -> dict[str, JsonLike]:
        head, health = log.head, self._ledger.health(log)
        return {
            "origin": health.origin,
            "size": head.size,
            "root": head.root.hex(),
            "number": head.number,
            "finality": health.finality.json(),
            "checkpoint": head.note.decode(),
            "refusal": health.refusal or None,
        }

    @staticmethod
    async def _resource(log: TransparencyLog, resource: str) -> Reply:
        octets = await log.resource(resource)
        if octets is None:
            raise Refused(NodeReason.TILE_NOT_FOUND, "The log has no such resource.")
        if resource == "checkpoint":
            return Reply(content=octets, media="text/plain; charset=utf-8", headers=FRESH)
        return Reply(content=octets, media="application/octet-stream", headers=IMMUTABLE)
