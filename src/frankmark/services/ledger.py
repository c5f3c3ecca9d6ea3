"""The ledger as others read it: transactions, proofs, the explorer's stream, finality, and one audit of everything.

The log ``securestamp-main`` holds the entries; what stands beside each (signature, asset, salt) is an attachment. This
room only reads: entries come in through `frankmark.services.recording`.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.keys import P256PublicKey
from frankmark.foundation.note import VerifierKey
from frankmark.ports.log import Row, TreeStore
from frankmark.protocols.securestamp.ledger import check_commitment, parse_asset, parse_entry, verify_entry
from frankmark.services.attachments import Attachment
from frankmark.services.ledger_tx import Finality, LedgerTx
from frankmark.services.log_audit import Finding, FindingKind, LedgerReport, audit_log
from frankmark.services.log_leaves import SignedHead
from frankmark.services.log_reasons import LogReason
from frankmark.services.transparency import TransparencyLog

__all__ = ["Ledger", "LedgerHealth"]

HASH = re.compile(r"(0[xX])?([0-9a-fA-F]{64})", re.ASCII)

Issuers = Callable[[str], P256PublicKey | None]
"""The key of the certificate with a SHA-256 fingerprint (64 lower hex), if it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHealth:
    """How the ledger does.

    Attributes:
        origin: The log that is written.
        size: Its number of entries.
        number: Its checkpoint's sequence number.
        finality: Of the newest head.
        refusal: Why nothing is signed; empty while the log goes on.
    """

    origin: str
    size: int
    number: int
    finality: Finality
    refusal: str


class Ledger:
    """Reads the ledger of one node.

    Args:
        log: The log that is written.
        predecessors: Logs that it succeeded, the newest first; they are only read.
        policy: The witness keys of all nodes of the policy, this node's own included.
        issuers: Knows node certificates.
    """

    def __init__(
        self,
        log: TransparencyLog,
        *,
        policy: Sequence[VerifierKey],
        issuers: Issuers,
        predecessors: Sequence[TransparencyLog] = (),
    ) -> None:
        self.log = log
        self._logs = (log, *predecessors)
        self._policy = tuple(policy)
        self._issuers = issuers
        self._judged: tuple[bytes, Finality] = (b"", Finality(k=0, n=len(self._policy)))

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The key of each log, the newest first: what a verifier pins, so that older transactions verify too."""
        return tuple(log.keys[0] for log in self._logs)

    @property
    def series(self) -> tuple[TransparencyLog, ...]:
        """All logs of this ledger, the oldest first; the last one is written."""
        return self._logs[::-1]

    @property
    def size(self) -> int:
        """The number of entries in all logs together."""
        return sum(log.head.size for log in self._logs)

    async def transaction(self, text: str) -> LedgerTx | None:
        """The transaction with a hash.

        Args:
            text: A txHash (64 hexadecimal digits) or an EVM hash (``0x`` before them), in any case.

        Returns:
            The transaction; None if no entry has this hash. EVM hashes are known to a chain's journal only.

        Raises:
            Refused: `INVALID_HASH`.
            Damaged: `STORE_DAMAGED`.
        """
        found = await self._place(text)
        return None if found is None else await self._transaction(*found)

    async def entry(self, place: int) -> LedgerTx:
        """The transaction at a place of the whole ledger.

        Args:
            place: Counted from the first entry of the oldest log on, through all logs. A closed log grows no more, so
                an entry keeps its place.

        Raises:
            Refused: `LOG_RANGE`.
        """
        index = place
        for log in self.series:
            if index < log.head.size:
                return await self._transaction(log, index)
            index -= log.head.size
        raise Refused(LogReason.LOG_RANGE, f"the ledger has {self.size} entries")

    async def stream(self, start: int) -> AsyncIterator[LedgerTx]:
        """Transactions from place `start` of the whole ledger on, the coming ones too, until its log is closed."""
        for log in self.series[:-1]:
            for index in range(start, log.head.size):
                yield await self._transaction(log, index)
            start = max(0, start - log.head.size)
        async for row in self.log.stream(start):
            yield await self._transaction(self.log, row.index)

    async def offline_proof(self, text: str) -> bytes | None:
        """The ``.tlog-proof`` file of a transaction, with the entry itself as extra data; None if there is none.

        Raises:
            Refused: `INVALID_HASH`.
        """
        found = await self._place(text)
        if found is None:
            return None
        log, index = found
        return (await log.prove(index, (await log.row(index)).data)).render()

    def finality(self, head: SignedHead) -> Finality:
        """How many witnesses of the policy cosigned a head of ours."""
        note, finality = self._judged
        if note != head.note:
            signed = SignedCheckpoint.parse(head.note)
            origin = signed.checkpoint.origin
            log_key = next(log.keys[0] for log in self._logs if log.origin == origin)
            finality = Finality(k=len(signed.verify(origin, [log_key], self._policy)), n=len(self._policy))
            self._judged = (head.note, finality)
        return finality

    def health(self, log: TransparencyLog | None = None) -> LedgerHealth:
        """How the ledger does, or one log of its series."""
        log = log or self.log
        head, refusal = log.head, log.refusal
        return LedgerHealth(
            origin=log.origin,
            size=head.size,
            number=head.number,
            finality=self.finality(head),
            refusal="" if refusal is None else str(refusal),
        )

    async def audit(self, store: TreeStore) -> LedgerReport:
        """Recompute all logs: hashes, tiles, roots, heads, successions, signatures, and what assets commit to.

        Args:
            store: Where the tree is; read directly, so that nothing is believed.

        Returns:
            What was found, with the log and the place of each damaged entry.
        """
        successors = [*(log.origin for log in self.series[1:]), ""]
        pairs = zip(self.series, successors, strict=True)
        return LedgerReport(
            logs=tuple([await audit_log(log, store, self._inspect, successor=after) for log, after in pairs])
        )

    def _inspect(self, origin: str, row: Row) -> list[Finding]:
        findings: list[Finding] = []

        def found(kind: FindingKind, detail: str) -> None:
            findings.append(Finding(origin=origin, kind=kind, index=row.index, detail=detail))

        try:
            entry = parse_entry(row.data)
            attachment = Attachment.parse(row.attachment)
        except Error as problem:
            found(FindingKind.ENTRY_MALFORMED, str(problem))
            return findings
        key = self._issuers(entry.issuer)
        if key is None:
            found(FindingKind.ISSUER_UNKNOWN, f"no certificate {entry.issuer} is known here")
        try:
            if key is not None:
                verify_entry(row.data, attachment.entry_sig, key)
        except Error as problem:
            found(FindingKind.ENTRY_SIGNATURE, str(problem))
        try:
            if attachment.asset is not None:
                check_commitment(entry, parse_asset(entry.type, attachment.asset), attachment.salt or b"")
        except Error as problem:
            found(FindingKind.ASSET_MISMATCH, str(problem))
        return findings

    async def _place(self, text: str) -> tuple[TransparencyLog, int] | None:
        match = HASH.fullmatch(text)
        if match is None:
            raise Refused(LogReason.INVALID_HASH, "64 hexadecimal digits, or 0x and 64")
        if match[1]:
            return None
        digest = bytes.fromhex(match[2])
        for log in self._logs:
            index = await log.find(digest)
            if index is not None:
                return log, index
        return None

    async def _transaction(self, log: TransparencyLog, index: int) -> LedgerTx:
        row = await log.row(index)
        head = log.head
        attachment = Attachment.parse(row.attachment)
        return LedgerTx(
            entry=parse_entry(row.data),
            entry_sig=attachment.entry_sig,
            asset=attachment.asset,
            salt=attachment.salt,
            finality=self.finality(head),
            number=head.number,
            proof=await log.prove(index),
        )
