"""Signal's logs for everybody: heads, leaves and proofs (RFC 9162), nothing that needs a credential."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Malformed, Refused
from frankmark.protocols.signal.logs import LogName
from frankmark.services.reasons import ServiceReason
from frankmark.services.signal_logs import LoggedLeaf, SignalLogs
from frankmark.surfaces.node.endpoint import Call, Reply, operation
from frankmark.surfaces.node.reasons import NodeReason
from frankmark.surfaces.node.routes.signal_views import CLEAR

__all__ = ["SignalLogRoom"]

FRESH = {"Cache-Control": "no-cache"}
LARGEST = (1 << 53) - 1
Size = Annotated[int, Meta(ge=0, le=LARGEST)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class SthView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest head: the signed tree head, and the checkpoint of the same size and root."""

    log: LogName
    origin: str
    size: int
    root: Hash
    ts: int
    sth: str
    checkpoint: str
    tlp: str


class LeavesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Leaves from `start` to `end`, both included."""

    start: Size = 0
    end: Size = LARGEST


class LeafView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A leaf: its octets as base64url, null once they were erased; the hash stays."""

    index: int
    leaf_hash: Hash
    leaf: str | None


class LeavesView(msgspec.Struct, frozen=True, kw_only=True):
    """Leaves, perhaps fewer than were asked for; `next` is where to go on, null at the end."""

    log: LogName
    items: list[LeafView]
    next: int | None
    tlp: str


class ProofQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which leaf, by its hash or its place, of which tree: the newest unless a size is given."""

    leaf_hash: Hash | None = None
    index: Size | None = None
    tree_size: Size | None = None


class ProofView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An inclusion proof, from the leaf's sibling up."""

    log: LogName
    leaf_index: int
    leaf_hash: Hash
    tree_size: int
    audit_path: list[str]
    tlp: str


class SizesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Between which two trees."""

    first: Size
    second: Size


class SizesView(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that one tree is the beginning of the other; empty from 0, and between equal ones."""

    log: LogName
    first: int
    second: int
    path: list[str]
    tlp: str


class SignalLogRoom:
    """Operations on the three logs."""

    def __init__(self, logs: SignalLogs) -> None:
        self._logs = logs

    @operation(
        "GET",
        "/api/signal/logs/{log}/sth",
        "The newest signed tree head of a log",
        returns={200: SthView},
        problems=("LOG_ROLLED_BACK",),
    )
    async def sth(self, call: Call, _: None) -> Reply:
        """Signed before any append is answered, and at least every hour."""
        name = _named(call)
        signed, log = self._logs.head(name), self._logs.log(name)
        head = signed.head
        content = SthView(
            log=name,
            origin=log.origin,
            size=head.size,
            root=head.root.hex(),
            ts=head.ts_ms,
            sth=signed.text,
            checkpoint=log.head.note.decode(),
            tlp=CLEAR,
        )
        return Reply(content=content, headers=FRESH)

    @operation(
        "GET",
        "/api/signal/logs/{log}/entries",
        "Leaves of a log",
        query=LeavesQuery,
        returns={200: LeavesView},
        problems=("LOG_RANGE",),
    )
    async def entries(self, call: Call, query: LeavesQuery) -> Reply:
        """At most 256 leaves, and about 1 MiB."""
        name = _named(call)
        if query.end < query.start:
            raise Malformed(ServiceReason.VALIDATION_FAILED, "end lies at or after start")
        size = self._logs.log(name).head.size
        found = await self._logs.entries(name, query.start, query.end + 1) if query.start < size else ()
        after = query.start + len(found)
        content = LeavesView(
            log=name,
            items=[_leaf(each) for each in found],
            next=after if after <= min(query.end, size - 1) else None,
            tlp=CLEAR,
        )
        return Reply(content=content, headers=FRESH)

    @operation(
        "GET",
        "/api/signal/logs/{log}/proof",
        "An inclusion proof (RFC 9162)",
        query=ProofQuery,
        returns={200: ProofView},
        problems=("LOG_RANGE", "LEAF_NOT_FOUND"),
    )
    async def proof(self, call: Call, query: ProofQuery) -> Reply:
        """The path of a leaf, found by its hash or by its place."""
        name = _named(call)
        index = await self._place(name, query)
        size = self._logs.log(name).head.size if query.tree_size is None else query.tree_size
        path = await self._logs.inclusion(name, index, size)
        content = ProofView(
            log=name,
            leaf_index=index,
            leaf_hash=(await self._logs.leaf(name, index)).leaf.hex(),
            tree_size=size,
            audit_path=[one.hex() for one in path],
            tlp=CLEAR,
        )
        return Reply(content=content, headers=FRESH)

    @operation(
        "GET",
        "/api/signal/logs/{log}/consistency",
        "A consistency proof (RFC 9162)",
        query=SizesQuery,
        returns={200: SizesView},
        problems=("LOG_RANGE",),
    )
    async def consistency(self, call: Call, query: SizesQuery) -> Reply:
        """That nothing was taken from the log, and nothing changed in it."""
        name = _named(call)
        path = await self._logs.consistency(name, query.first, query.second)
        content = SizesView(
            log=name, first=query.first, second=query.second, path=[one.hex() for one in path], tlp=CLEAR
        )
        return Reply(content=content, headers=FRESH)

    async def _place(self, name: LogName, query: ProofQuery) -> int:
        if (query.leaf_hash is None) == (query.index is None):
            raise Malformed(ServiceReason.VALIDATION_FAILED, "Give either leafHash or index.")
        if query.leaf_hash is None:
            return query.index or 0
        index = await self._logs.place(name, bytes.fromhex(query.leaf_hash))
        if index is None:
            raise Refused(NodeReason.LEAF_NOT_FOUND, "The log has no leaf of that hash.")
        return index


def _named(call: Call) -> LogName:
    """The log that the path names."""
    try:
        return LogName(call.path["log"])
    except ValueError as wrong:
        raise Refused(ServiceReason.NOT_FOUND, f"The logs are {', '.join(LogName)}.") from wrong


def _leaf(leaf: LoggedLeaf) -> LeafView:
    data = None if leaf.data is None else b64url_encode(leaf.data)
    return LeafView(index=leaf.index, leaf_hash=leaf.leaf.hex(), leaf=data)
