"""A ledger transaction as the node serves it, and how anybody checks one without asking the node again.

An entry is a *transaction* because it stands, with an inclusion proof, under a head that the log signed and witnesses
cosigned. Hashes are lower hexadecimal; ``blockNumber`` is the checkpoint's sequence number, ``blockHash`` the SHA-256
of its text, ``committedSeals`` the cosignature lines below it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.encoding import b64url_decode, b64url_encode, hex_decode
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.securestamp.ledger import (
    Entry,
    check_commitment,
    entry_bytes,
    entry_json,
    parse_asset,
    parse_entry,
    tx_hash,
)

__all__ = ["Finality", "FinalityState", "LedgerTx", "LedgerTxReason", "TransactionClaim", "parse_transaction"]

MAX_TRANSACTION = 1_048_576
MAX_PATH = 63
PROVEN = ("txHash", "entry", "entrySig", "asset", "salt", "proof", "checkpoint")

MemberJson = Mapping[str, Json]


class LedgerTxReason(StrEnum):
    """Why a ledger transaction is refused."""

    TX_MALFORMED = "TX_MALFORMED"
    TX_HASH_MISMATCH = "TX_HASH_MISMATCH"


class FinalityState(StrEnum):
    """How far a transaction has come; a chain that follows the log is not part of this."""

    LOGGED = "logged"  # in a head that the log signed
    COSIGNED = "cosigned"  # and enough witnesses cosigned it


@dataclass(frozen=True, slots=True, kw_only=True)
class Finality:
    """`k` of `n` witnesses cosigned the head; ⌈2n/3⌉ make it final."""

    k: int
    n: int

    @property
    def state(self) -> FinalityState:
        """Whether that is enough."""
        return FinalityState.COSIGNED if 3 * self.k >= 2 * self.n > 0 else FinalityState.LOGGED

    def json(self) -> dict[str, Json]:
        """The member as it is served."""
        return {"state": self.state.value, "k": self.k, "n": self.n}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTx:
    """One entry of the ledger with everything that shows it.

    Attributes:
        entry: The entry.
        entry_sig: Its signature, base64url; empty if none is stored.
        asset: What the entry commits to; None once erased.
        salt: 16 octets; None with the asset.
        finality: How far it has come.
        number: The checkpoint's sequence number.
        proof: The entry's place under the checkpoint.
    """

    entry: Entry
    entry_sig: str
    asset: Json
    salt: bytes | None
    finality: Finality
    number: int
    proof: TlogProof

    def json(self) -> dict[str, Json]:
        """The transaction as it is served."""
        signed = self.proof.signed
        return {
            "txHash": tx_hash(self.entry),
            "type": self.entry.type.value,
            "stampId": self.entry.stamp_id,
            "entry": entry_json(self.entry),
            "entrySig": self.entry_sig,
            "asset": self.asset,
            "salt": None if self.salt is None else b64url_encode(self.salt),
            "finality": self.finality.json(),
            "blockNumber": self.number,
            "blockHash": signed.checkpoint.digest().hex(),
            "proof": {
                "leafIndex": self.proof.index,
                "treeSize": signed.checkpoint.size,
                "auditPath": [one.hex() for one in self.proof.path],
                "root": signed.checkpoint.root.hex(),
            },
            "checkpoint": signed.note.render().decode(),
            "committedSeals": [str(line) for line in signed.note.signatures if line.name != signed.checkpoint.origin],
            "chain": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionClaim:
    """A transaction that somebody handed us: well-formed, and not verified before `verify` returns."""

    entry: Entry
    entry_sig: str
    proof: TlogProof

    @classmethod
    def of(cls, members: MemberJson) -> Self:
        """Take the members that prove something; the others say the same again."""
        entry = parse_entry(canonical.dump(members["entry"]))
        if members["txHash"] != tx_hash(entry):
            raise Unverified(LedgerTxReason.TX_HASH_MISMATCH, "txHash is not the hash of the entry")
        if members["asset"] is not None:
            salt = b64url_decode(_text(members["salt"]))
            check_commitment(entry, parse_asset(entry.type, members["asset"]), salt)
        return cls(entry=entry, entry_sig=_text(members["entrySig"]), proof=_proof(members))

    def verify(
        self,
        *,
        origin: str,
        log_keys: Collection[VerifierKey],
        witnesses: Collection[VerifierKey] = (),
        quorum: int = 0,
    ) -> dict[VerifierKey, int]:
        """Verify that the log holds the entry, and that enough witnesses saw it.

        Args:
            origin: The log that is meant.
            log_keys: Keys of that log.
            witnesses: Cosignature keys that count.
            quorum: How many different witnesses are asked for.

        Returns:
            The witnesses that cosigned, each with its time in seconds since the epoch.

        Raises:
            Unverified: What `TlogProof.verify` raises.
        """
        leaf = leaf_hash(entry_bytes(self.entry))
        return self.proof.verify(leaf, origin=origin, log_keys=log_keys, witnesses=witnesses, quorum=quorum)


def parse_transaction(octets: bytes) -> TransactionClaim:
    """Read a transaction as `LedgerTx.json` renders it.

    Args:
        octets: The JSON text.

    Returns:
        The claim, whose hashes agree with each other; whether a log holds it is for `verify`.

    Raises:
        Malformed: `TX_MALFORMED`, or what the entry, the asset or the checkpoint raises.
        Unverified: `TX_HASH_MISMATCH`, or `ASSET_MISMATCH` if the asset is not the one that the entry commits to.
    """
    members = canonical.load(octets, max_bytes=MAX_TRANSACTION)
    if not isinstance(members, dict) or any(name not in members for name in PROVEN):
        raise Malformed(LedgerTxReason.TX_MALFORMED, f"a transaction has the members {', '.join(PROVEN)}")
    return TransactionClaim.of(members)


def _proof(members: MemberJson) -> TlogProof:
    stated = members["proof"]
    path = stated.get("auditPath") if isinstance(stated, dict) else None
    index = stated.get("leafIndex") if isinstance(stated, dict) else None
    if not isinstance(path, list) or len(path) > MAX_PATH or type(index) is not int:
        raise Malformed(LedgerTxReason.TX_MALFORMED, "a proof has a leafIndex and an auditPath")
    hashes = tuple(hex_decode(_text(one)) for one in path)
    signed = SignedCheckpoint.parse(_text(members["checkpoint"]).encode("utf-8", "surrogatepass"))
    return TlogProof(index=index, path=hashes, signed=signed)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise Malformed(LedgerTxReason.TX_MALFORMED, "hashes, signatures and the checkpoint are strings")
    return value
