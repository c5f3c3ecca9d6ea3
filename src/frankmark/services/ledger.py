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
from frankmark.services.log_audit import AuditReport, Finding, FindingKind, audit_log
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

    async def entry(self, index: int) -> LedgerTx:
        """The transaction at a place of the log that is written.

        Raises:
            Refused: `LOG_RANGE`.
        """
        return await self._transaction(self.log, index)

    async def stream(self, start: int) -> AsyncIterator[LedgerTx]:
        """Transactions from place `start` on, the coming ones too, until the log is closed."""
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

    def health(self) -> LedgerHealth:
        """How the ledger does."""
        head, refusal = self.log.head, self.log.refusal
        return LedgerHealth(
            origin=self.log.origin,
            size=head.size,
            number=head.number,
            finality=self.finality(head),
            refusal="" if refusal is None else str(refusal),
        )

    async def audit(self, store: TreeStore) -> AuditReport:
        """Recompute the log that is written: hashes, tiles, root, head, signatures, and what assets commit to.

        Args:
            store: Where the tree is; read directly, so that nothing is believed.

        Returns:
            What was found, with the place of each damaged entry.
        """
        return await audit_log(self.log, store, self._inspect)

    def _inspect(self, row: Row) -> list[Finding]:
        findings: list[Finding] = []
        try:
            entry = parse_entry(row.data)
            attachment = Attachment.parse(row.attachment)
        except Error as problem:
            return [Finding(kind=FindingKind.ENTRY_MALFORMED, index=row.index, detail=str(problem))]
        key = self._issuers(entry.issuer)
        if key is None:
            detail = f"no certificate {entry.issuer} is known here"
            findings.append(Finding(kind=FindingKind.ISSUER_UNKNOWN, index=row.index, detail=detail))
        try:
            if key is not None:
                verify_entry(row.data, attachment.entry_sig, key)
        except Error as problem:
            findings.append(Finding(kind=FindingKind.ENTRY_SIGNATURE, index=row.index, detail=str(problem)))
        try:
            if attachment.asset is not None:
                check_commitment(entry, parse_asset(entry.type, attachment.asset), attachment.salt or b"")
        except Error as problem:
            findings.append(Finding(kind=FindingKind.ASSET_MISMATCH, index=row.index, detail=str(problem)))
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
