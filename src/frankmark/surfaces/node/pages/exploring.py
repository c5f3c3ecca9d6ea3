"""What the log explorer shows: one log after another behind the same few questions.

Everything that a proof rests on is handed to the page as the very text that is hashed or signed, so that the page can
verify what its reader sees and nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from frankmark.foundation import canonical, jws
from frankmark.foundation.errors import Error
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.timestamps import rfc3339
from frankmark.protocols.securestamp.ledger import entry_bytes
from frankmark.protocols.signal.abuse import parse_abuse_leaf
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.perimeter import LONGEST
from frankmark.services.ledger import Ledger
from frankmark.services.ledger_tx import LedgerTx
from frankmark.services.public_registry import PublicRegistry
from frankmark.services.signal_logs import LoggedLeaf, SignalLogs
from frankmark.surfaces.node.pages.tree_drawing import Step, steps

__all__ = ["ExploredLog", "ExploredSignalLog", "Head", "Leaf", "LeafForm", "LedgerLog", "Place"]


LATEST_S = 253_402_300_799
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)  # a longer one is a hash
NAMING = ("stamp_id", "receipt_hash", "commitment", "tx_hash", "leaf")


class LeafForm(StrEnum):
    """How the text of a leaf is to be read."""

    TEXT = "text"  # it is the leaf
    HEX = "hex"  # it is the leaf in hexadecimal
    HASH = "hash"  # the leaf was erased; this is its hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head.

    Attributes:
        kind: checkpoint or sth.
        text: What was signed, with its signatures.
        size: The number of leaves.
        root: The root, lower hex.
    """

    kind: str
    text: str
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf in words.

    Attributes:
        index: Its place, as the address of its page names it.
        kind: The key of the phrase that says what it is.
        about: What it names, each with the key of a phrase; a time is RFC 3339.
    """

    index: int
    kind: str
    about: Mapping[str, str]

    @property
    def named(self) -> str:
        """The id or hash that a list shows of it."""
        return next((self.about[name] for name in NAMING if name in self.about), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A leaf with everything that shows where it is.

    Attributes:
        leaf: In words.
        form: How `text` is to be read.
        text: The leaf.
        index: Its place in its own tree.
        head: The tree.
        steps: From the leaf up.
        more: Addresses of the same thing in other forms, each with the key of a phrase.
    """

    leaf: Leaf
    form: LeafForm
    text: str
    index: int
    head: Head
    steps: Sequence[Step]
    more: Mapping[str, str]


class ExploredLog(Protocol):
    """One log as the explorer asks it."""

    @property
    def name(self) -> str:
        """The part of the address that names it."""
        ...

    @property
    def size(self) -> int:
        """The number of entries."""
        ...

    @property
    def root(self) -> str:
        """The newest root, lower hex."""
        ...

    def heads(self) -> Sequence[tuple[str, Head]]:
        """The newest head, with the origin; of a series, the newest of each log, the one that is written first."""
        ...

    async def leaves(self, start: int, stop: int) -> Sequence[Leaf]:
        """Entries from `start` up to, without, `stop`."""
        ...

    async def find(self, text: str) -> int | None:
        """The entry that a number or a hash names."""
        ...

    async def place(self, index: int) -> Place:
        """One entry with its proof.

        Raises:
            Refused: `LOG_RANGE`.
        """
        ...


class LedgerLog:
    """The ledger: all logs of its series, the oldest first.

    Args:
        ledger: Reads them.
        registry: Knows whose a stamp is.
    """

    name = "ledger"

    def __init__(self, ledger: Ledger, registry: PublicRegistry) -> None:
        self._ledger = ledger
        self._registry = registry

    @property
    def size(self) -> int:
        """The number of entries in all logs together."""
        return self._ledger.size

    @property
    def root(self) -> str:
        """The newest root of the log that is written."""
        return self._ledger.log.head.root.hex()

    def heads(self) -> Sequence[tuple[str, Head]]:
        """The newest head of each log."""
        return [
            (
                log.origin,
                Head(kind="checkpoint", text=log.head.note.decode(), size=log.head.size, root=log.head.root.hex()),
            )
            for log in reversed(self._ledger.series)
        ]

    async def leaves(self, start: int, stop: int) -> Sequence[Leaf]:
        """Entries in words."""
        return [_entry(index, await self._ledger.entry(index)) for index in range(start, stop)]

    async def find(self, text: str) -> int | None:
        """An entry by its place in the ledger, or by its txHash."""
        if NUMBER.fullmatch(text):
            return int(text) if int(text) < self.size else None
        found = await self._ledger.transaction(text)
        if found is None:
            return None
        origin = found.proof.signed.checkpoint.origin
        before = 0
        for log in self._ledger.series:
            if log.origin == origin:
                break
            before += log.head.size
        return before + found.proof.index

    async def place(self, index: int) -> Place:
        """One entry under the head of its own log."""
        found = await self._ledger.entry(index)
        signed = found.proof.signed
        octets = entry_bytes(found.entry)
        head = Head(
            kind="checkpoint",
            text=signed.note.render().decode(),
            size=signed.checkpoint.size,
            root=signed.checkpoint.root.hex(),
        )
        leaf = _entry(index, found)
        stamp = await self._registry.stamp_row(found.entry.stamp_id)
        history = {} if stamp is None else {"history": f"/registry?domain={stamp.domain}"}
        return Place(
            leaf=leaf,
            form=LeafForm.TEXT,
            text=octets.decode(),
            index=found.proof.index,
            head=head,
            steps=steps(leaf_hash(octets), found.proof.index, head.size, found.proof.path),
            more={
                "transaction": f"/v1/ledger/tx/{leaf.about['tx_hash']}",
                "proof": f"/v1/ledger/proof/{leaf.about['tx_hash']}",
                **history,
            },
        )


class ExploredSignalLog:
    """One of the three logs of Signal.

    Args:
        logs: Reads them.
        log: Which one.
    """

    def __init__(self, logs: SignalLogs, log: LogName) -> None:
        self._logs = logs
        self._log = log
        self.name = log.value

    @property
    def size(self) -> int:
        """The number of published leaves."""
        return self._logs.log(self._log).head.size

    @property
    def root(self) -> str:
        """The newest published root."""
        return self._logs.log(self._log).head.root.hex()

    def heads(self) -> Sequence[tuple[str, Head]]:
        """The newest signed tree head."""
        return [(self._logs.log(self._log).origin, self._head())]

    async def leaves(self, start: int, stop: int) -> Sequence[Leaf]:
        """Leaves in words."""
        found: list[Leaf] = []
        while start + len(found) < stop:
            found += [self._leaf(one) for one in await self._logs.entries(self._log, start + len(found), stop)]
        return found

    async def find(self, text: str) -> int | None:
        """A leaf by its place, or by its leaf hash."""
        if NUMBER.fullmatch(text):
            return int(text) if int(text) < self.size else None
        try:
            return await self._logs.place(self._log, bytes.fromhex(text))
        except ValueError:
            return None

    async def place(self, index: int) -> Place:
        """One leaf under the newest head."""
        head = self._head()
        logged = await self._logs.leaf(self._log, index)
        path = await self._logs.inclusion(self._log, index, head.size)
        form, text = self._text(logged)
        return Place(
            leaf=self._leaf(logged),
            form=form,
            text=text,
            index=index,
            head=head,
            steps=steps(logged.leaf, index, head.size, path),
            more={"json": f"/api/signal/logs/{self.name}/proof?index={index}&treeSize={head.size}"},
        )

    def _head(self) -> Head:
        signed = self._logs.head(self._log)
        return Head(kind="sth", text=signed.text, size=signed.head.size, root=signed.head.root.hex())

    def _text(self, logged: LoggedLeaf) -> tuple[LeafForm, str]:
        if logged.data is None:
            return LeafForm.HASH, logged.leaf.hex()
        if self._log is LogName.RECEIPTS:
            return LeafForm.HEX, logged.data.hex()
        return LeafForm.TEXT, logged.data.decode()

    def _leaf(self, logged: LoggedLeaf) -> Leaf:
        if logged.data is None:
            return Leaf(index=logged.index, kind="erased", about={"leaf": logged.leaf.hex()})
        if self._log is LogName.RECEIPTS:
            return Leaf(index=logged.index, kind="receipt", about={"receipt_hash": logged.data.hex()})
        if self._log is LogName.ABUSE:
            return Leaf(index=logged.index, kind="move", about=_commitment(logged.data))
        return Leaf(index=logged.index, kind="perimeter", about=_perimeter(logged.data))


def _entry(index: int, found: LedgerTx) -> Leaf:
    entry = found.entry
    members = found.json()
    about = {
        "at": rfc3339(entry.timestamp),
        "stamp_id": entry.stamp_id,
        "tx_hash": str(members["txHash"]),
    }
    return Leaf(index=index, kind=entry.type.value, about={name: value for name, value in about.items() if value})


def _commitment(octets: bytes) -> Mapping[str, str]:
    try:
        leaf = parse_abuse_leaf(octets)
    except Error:
        return {}
    return {"day": leaf.day, "commitment": leaf.c}


def _perimeter(octets: bytes) -> Mapping[str, str]:
    """What a perimeter says; it was verified when it was logged, and is not again."""
    try:
        said = canonical.load(jws.parse_with_jwk(octets.decode("ascii", "replace"), max_length=LONGEST)[0].payload)
    except Error:
        return {}
    members = said if isinstance(said, dict) else {}
    issued, channels = members.get("iat"), members.get("channels")
    about = {
        "at": rfc3339(issued * 1000) if type(issued) is int and 0 <= issued <= LATEST_S else "",
        "brand": f"{members.get('name', '')} ({members.get('domain', '')})",
        "brand_id": str(members.get("brand", "")),
        "seq": str(members.get("seq", "")),
        "channels": str(len(channels)) if isinstance(channels, list) else "",
    }
    return {name: value for name, value in about.items() if value}
