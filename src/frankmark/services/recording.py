"""The one way into the ledger: sign an entry, append it, project it.

The log is written first and is the truth; the stamps table follows it, entry by entry, with a cursor. A crash between
the two is mended by the next projection, which at the latest is the one at start: what was acknowledged is there, and
what is not in the log is nowhere.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from frankmark.foundation import canonical
from frankmark.foundation.errors import Error
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.log import Row
from frankmark.ports.rows import NewAudit
from frankmark.ports.stamps import Issued, Projected, Revoked, Scored, ScoreRecord, Skipped, Stamp, StampEntry
from frankmark.ports.storage import StampStore
from frankmark.protocols.securestamp.ledger import (
    Asset,
    AssetType,
    Entry,
    ScoreChange,
    StampIssuance,
    StampRevocation,
    asset_json,
    entry_bytes,
    entry_for,
    parse_asset,
    parse_entry,
    sign_entry,
    tx_hash,
)
from frankmark.services.attachments import Attachment, NodeRecord
from frankmark.services.keyring import Keyring
from frankmark.services.log_leaves import NewLeaf
from frankmark.services.transparency import TransparencyLog

__all__ = ["Recorded", "Recorder", "project_entry"]

SALT = 16
BATCH = 1_000  # entries projected in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry that is in the log and projected."""

    index: int
    tx_hash: str


class Recorder:
    """Writes assets to the ledger.

    Args:
        log: The node's own log; `succeeds` names those that it succeeded.
        store: The projection.
        keyring: Signs entries.
        clock: Tells the time.
        entropy: Makes salts.
        host: The host of the node's public URL, as in its certificate.
    """

    def __init__(  # noqa: PLR0917  # one room, six things it is told
        self, log: TransparencyLog, store: StampStore, keyring: Keyring, clock: Clock, entropy: Entropy, host: str
    ) -> None:
        self._log = log
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._entropy = entropy
        self._host = host
        self._projecting = asyncio.Lock()
        self._predecessors: tuple[TransparencyLog, ...] = ()

    def succeeds(self, predecessors: Sequence[TransparencyLog]) -> None:
        """Name the logs that the node's own succeeded, the newest first: they are projected and erased from too."""
        self._predecessors = tuple(predecessors)

    def issuer(self) -> str:
        """The fingerprint that entries name as issuer now."""
        return self._keyring.certificate(self._host).fingerprint

    async def record(self, asset: Asset, stamp_id: str, node: NodeRecord, *, key: str) -> Recorded:
        """Write an asset to the ledger and project it.

        Args:
            asset: The asset; what it names as issuer is `issuer()`.
            stamp_id: The stamp that it is about.
            node: What the node remembers beside it.
            key: Names this very act: the same key never leads to a second entry.

        Returns:
            Where it stands. When the key was used before, where the first one stands.

        Raises:
            Unavailable: The log or the store cannot be written; whether the entry is in the log is settled by the next
                projection, or by the same call again.
        """
        salt = self._entropy.octets(SALT)
        entry = entry_for(asset, salt, stamp_id=stamp_id, issuer=self.issuer())
        signature = sign_entry(entry, self._keyring.signing.private)
        attachment = Attachment(entry_sig=signature, asset=asset_json(asset), salt=salt, node=node)
        leaf = NewLeaf(data=entry_bytes(entry), key=key, attachment=attachment.render())
        (appended,) = await self._log.append([leaf])
        await self.project(at_least=appended.index + 1)
        if appended.replayed:
            entry = parse_entry((await self._log.row(appended.index)).data)
        return Recorded(index=appended.index, tx_hash=tx_hash(entry))

    async def project(self, *, at_least: int = 0) -> int:
        """Bring the projection up to the log; at start, and after each entry.

        Args:
            at_least: Do nothing if the projection has come so far already; 0 for the whole log.

        Returns:
            How many entries are projected now.
        """
        async with self._projecting:
            if not at_least:
                for log in reversed(self._predecessors):
                    await self._follow(log, log.head.size)
            return await self._follow(self._log, at_least or self._log.head.size)

    async def _follow(self, log: TransparencyLog, size: int) -> int:
        position = await self._store.cursor(log.origin)
        while position < size:
            rows = await log.rows(position, min(log.head.size, position + BATCH))
            position = await self._store.project(log.origin, position, [*map(project_entry, rows)])
        return position

    async def erase(self, place: StampEntry) -> str:
        """Delete asset and salt beside an entry; answers its hash.

        The asset of a revocation holds nothing of its owner and stays.
        """
        log = next(log for log in (self._log, *self._predecessors) if log.origin == place.log)
        logged = await log.row(place.entry_index)
        entry = parse_entry(logged.data)
        if entry.type is not AssetType.STAMP_REVOCATION:
            attachment = Attachment.parse(logged.attachment).erased()
            await log.replace_attachment(place.entry_index, attachment.render())
        return tx_hash(entry)


def project_entry(logged: Row) -> Projected:
    """What one entry of the log does to the records.

    Args:
        logged: The entry with what stands beside it.

    Returns:
        The effect; `Skipped` for an entry that leaves no row, that was erased, or that is not of this release's form:
        an entry in the log is history, and history is not refused.
    """
    try:
        entry = parse_entry(logged.data)
        attachment = Attachment.parse(logged.attachment)
        if attachment.node is None:
            return Skipped()
        asset = parse_asset(entry.type, attachment.asset)
    except Error:
        return Skipped()
    match asset:
        case StampIssuance():
            return _issued(entry, asset, attachment.node, logged.index)
        case StampRevocation():
            return _revoked(entry, asset, attachment.node)
        case ScoreChange():
            return _scored(entry, asset, attachment.node, logged.index)
        case _:
            return Skipped()


def _issued(entry: Entry, asset: StampIssuance, node: NodeRecord, index: int) -> Issued:
    stamp = Stamp(
        stamp_id=asset.stamp_id,
        org_id=asset.org_id,
        domain=asset.domain,
        subject=node.subject,
        score=asset.score,
        live_score=asset.score,
        signals=asset.signals,
        issued_ms=asset.timestamp,
        first_issued_ms=asset.timestamp,
        expires_ms=node.expires_ms,
        token=node.token,
        kid=node.kid,
        issued_by=asset.issued_by,
        tx_hash=tx_hash(entry),
        entry_index=index,
        design=node.design,
    )
    return Issued(stamp=stamp, act=_act(entry, node, asset.stamp_id))


def _revoked(entry: Entry, asset: StampRevocation, node: NodeRecord) -> Revoked:
    return Revoked(
        stamp_id=asset.stamp_id,
        at_ms=asset.timestamp,
        reason=asset.reason.value,
        revoked_by=asset.revoked_by,
        tx_hash=tx_hash(entry),
        act=_act(entry, node, asset.stamp_id, reason=asset.reason.value),
    )


def _scored(entry: Entry, asset: ScoreChange, node: NodeRecord, index: int) -> Scored:
    record = ScoreRecord(
        domain=asset.domain,
        stamp_id=entry.stamp_id,
        at_ms=asset.timestamp,
        old=asset.old_score,
        new=asset.new_score,
        reason=asset.reason.value,
        evidence=asset.evidence,
        tx_hash=tx_hash(entry),
        entry_index=index,
    )
    return Scored(record=record, act=_act(entry, node, asset.domain, reason=asset.reason.value))


def _act(entry: Entry, node: NodeRecord, target: str, **detail: str) -> NewAudit:
    told = canonical.dump({"txHash": tx_hash(entry), **detail}).decode()
    return NewAudit(
        at_ms=entry.timestamp, actor=node.actor, org_id=node.org_id, act=node.act, target=target, detail=told
    )
