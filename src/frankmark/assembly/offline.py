"""Verifying a thing by itself: what it carries, the trust file, and the time; no connection is ever opened.

Four things are judged here: a stamp token (alone, in a verify URL, a DNS record or a header), a ledger transaction, an
offline proof of one (c2sp.org/tlog-proof), and a signed tree head (c2sp.org/tlog-checkpoint). Those of Signal are told
apart here and judged in `frankmark.assembly.offline_signal`. Nothing is believed because the thing carries it: issuer,
keys, logs and witnesses come from the trust file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from frankmark.assembly.pins import Issuer, Pins
from frankmark.foundation import jws
from frankmark.foundation.canonical import Json
from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.jwks import Jwk, KeyStatus
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.timestamps import rfc3339
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.securestamp.channels import Verifier, issuer_of
from frankmark.protocols.securestamp.header import parse_header
from frankmark.protocols.securestamp.ledger import Entry, entry_bytes, entry_json, parse_entry, tx_hash, verify_entry
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import parse_record
from frankmark.protocols.securestamp.taglist import parse_verify_url
from frankmark.protocols.securestamp.token import StampToken, parse_token, verify_signature, verify_time
from frankmark.services.ledger_tx import parse_transaction

__all__ = ["OF_SIGNAL", "Finding", "Kind", "OfflineReason", "Thing", "judge", "not_pinned", "recognise"]

HEADER: Final = b"x-securestamp:"
PROOF: Final = b"c2sp.org/tlog-proof@"
TRANSACTION: Final = (b'"txHash"', b'"entry"', b'"entrySig"', b'"checkpoint"')
FEWEST: Final = 2  # of these names: some alone stand in other objects too
TOKEN_DOTS: Final = 2
OPENING: Final = (b'"detail"', b'"salt"', b'"auditPath"', b'"sth"')
MOST_OF_AN_OPENING: Final = 3
SERVED_RECEIPT: Final = re.compile(rb'"receipt"\s*:\s*"[A-Za-z0-9_-]+\.')
SPLIT_VIEW: Final = re.compile(rb'"kind"\s*:\s*"frankmark-split-view"')
LONGEST_SIGNED: Final = 524_288
TOKEN_LETTERS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


class OfflineReason(StrEnum):
    """Why a thing cannot be said to be valid."""

    THING_UNKNOWN = "THING_UNKNOWN"
    PROOF_WITHOUT_ENTRY = "PROOF_WITHOUT_ENTRY"
    ISSUER_NOT_PINNED = "ISSUER_NOT_PINNED"
    KEY_TIME_UNPROVEN = "KEY_TIME_UNPROVEN"
    KEY_NOT_PINNED = "KEY_NOT_PINNED"  # a brand's key of which no record at hand says whose it is


class Kind(StrEnum):
    """What a thing is."""

    TOKEN = "stamp-token"  # noqa: S105  (a kind of thing, no secret)
    TRANSACTION = "ledger-entry"
    PROOF = "inclusion-proof"
    HEAD = "tree-head"
    RECEIPT = "receipt"
    SIGNAL_HEAD = "signal-head"
    PERIMETER = "perimeter"
    STATEMENT = "counterstamp-statement"
    OPENING = "abuse-opening"
    SPLIT_VIEW = "split-view"


OF_SIGNAL: Final = frozenset({Kind.RECEIPT, Kind.SIGNAL_HEAD, Kind.PERIMETER, Kind.STATEMENT, Kind.OPENING})
SIGNED: Final = {
    "SSCT-receipt": Kind.RECEIPT,
    "SSCT-sth": Kind.SIGNAL_HEAD,
    "SSCT-perimeter": Kind.PERIMETER,
    "SSCT-counterstamp": Kind.STATEMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing whose kind is known, and nothing else about it."""

    kind: Kind
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of it.

    Attributes:
        kind: What was verified.
        error: The first thing that does not hold; None when it is valid.
        issuer: Whose it is, by the trust file; empty if nobody's in it.
        facts: What it says. It is proven only if there is no `error`.
        warnings: What a careful reader wants to know although it holds.
        checks: Of a receipt, whether each of its checks holds.
    """

    kind: Kind
    error: Error | None
    issuer: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    checks: Mapping[str, bool] = field(default_factory=dict)


def recognise(data: bytes) -> Thing:
    """Tell what a thing is, by its first octets.

    Args:
        data: The octets of a file, or of a text.

    Returns:
        The thing.

    Raises:
        Malformed: `THING_UNKNOWN`.
    """
    bare = data.strip()
    lower = bare[:16].lower()
    kinds = (
        (bare.startswith(PROOF), Kind.PROOF),
        *_of_json(bare),
        (b"\n\n\xe2\x80\x94 " in data, Kind.HEAD),
        (lower.startswith((b"https://", b"securestamp", b"v=", b"v ", HEADER)), Kind.TOKEN),
        (bare.count(b".") == TOKEN_DOTS and TOKEN_LETTERS.issuperset(bare), Kind.TOKEN),
    )
    for found, kind in kinds:
        if found:
            whole = data if kind in {Kind.PROOF, Kind.HEAD} else bare
            return Thing(kind=_of_signed(bare) if kind is Kind.TOKEN else kind, data=whole)
    known = "stamp token, verify URL, DNS record, header, ledger transaction, offline proof, tree head, receipt"
    raise Malformed(OfflineReason.THING_UNKNOWN, f"no {known}, perimeter, statement, opening or StampedSafe proof")


def _of_json(bare: bytes) -> Iterator[tuple[bool, Kind]]:
    """The kinds of JSON objects, each with whether this is one."""
    if bare.startswith(b"{"):
        yield SPLIT_VIEW.search(bare) is not None, Kind.SPLIT_VIEW
        yield SERVED_RECEIPT.search(bare) is not None, Kind.RECEIPT
        yield sum(name in bare for name in OPENING) >= MOST_OF_AN_OPENING, Kind.OPENING
        yield sum(name in bare for name in TRANSACTION) >= FEWEST, Kind.TRANSACTION


def _of_signed(bare: bytes) -> Kind:
    """The kind of a signed text, by the type that it states; a stamp token for any other."""
    try:
        stated = jws.stated_type(bare.decode("latin-1"), max_length=LONGEST_SIGNED)
    except Malformed:
        return Kind.TOKEN
    return SIGNED.get(stated or "", Kind.TOKEN)


def judge(thing: Thing, pins: Pins, now_ms: int) -> Finding:
    """Verify a thing.

    Args:
        thing: The thing.
        pins: Whom the verifier believes.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The finding; whatever is wrong with the thing is in it and not raised.
    """
    judging = _Judging(pins, now_ms)
    steps = {
        Kind.TOKEN: judging.token,
        Kind.TRANSACTION: judging.transaction,
        Kind.PROOF: judging.proof,
        Kind.HEAD: judging.head,
    }
    error: Error | None = None
    try:
        steps[thing.kind](thing.data)
    except Error as wrong:
        error = wrong
    return Finding(
        kind=thing.kind, error=error, issuer=judging.issuer, facts=judging.facts, warnings=tuple(judging.warnings)
    )


class _Judging:
    """Looks at one thing; what it found before something did not hold stays readable."""

    def __init__(self, pins: Pins, now_ms: int) -> None:
        self._pins = pins
        self._now_ms = now_ms
        self.issuer = ""
        self.facts: dict[str, Json] = {}
        self.warnings: list[str] = []

    def token(self, data: bytes) -> None:
        token, origin, stamp_id = _token_of(data, self.warnings)
        claims = token.claims
        self.facts = {
            "stampId": claims.stamp_id,
            "domain": claims.domain,
            "orgId": claims.org_id or None,
            "scoreAtIssuance": claims.score,
            "issuedAt": None if claims.iat is None else rfc3339(claims.iat * 1000),
            "expiresAt": rfc3339(claims.exp * 1000),
            "iss": claims.iss or None,
        }
        keys = {iss: issuer.keys for iss, issuer in self._pins.issuers.items()}
        iss = issuer_of(token, Verifier(issuers=keys, now_s=self._now_ms // 1000, stamps=None))
        if iss is None:
            raise not_pinned(claims.iss or "the token's issuer")
        self.issuer = iss
        key = verify_signature(token, keys[iss])
        self.facts["kid"] = key.kid
        if key.status is KeyStatus.COMPROMISED:
            raise Unverified(Reason.KEY_COMPROMISED, "the key that signed it is compromised")
        if key.status is KeyStatus.RETIRED:
            detail = "its key is retired, and a token proves no time: the stamp is to be renewed and published anew"
            raise Unverified(OfflineReason.KEY_TIME_UNPROVEN, detail)
        verify_time(claims, self._now_ms // 1000)
        if origin and origin not in keys:
            raise Unverified(Reason.UNTRUSTED_ISSUER, f"its URL is at {origin}, which is not in the trust file")
        if stamp_id not in {"", claims.stamp_id}:
            raise Unverified(Reason.STAMP_MISMATCH, "the record names another stamp than its token")

    def head(self, data: bytes) -> None:
        signed = SignedCheckpoint.parse(data)
        self._stated(signed.checkpoint)
        issuer, log_keys, witnesses = self._log(signed.checkpoint)
        self._cosigned(signed.verify(signed.checkpoint.origin, log_keys, witnesses, issuer.quorum), issuer)

    def proof(self, data: bytes) -> None:
        proof = TlogProof.parse(data)
        if proof.extra is None:
            detail = "the proof does not hold what it is about; fetch it anew, or verify the transaction itself"
            raise Malformed(OfflineReason.PROOF_WITHOUT_ENTRY, detail)
        self._entry(parse_entry(proof.extra))
        self._included(proof, proof.extra)

    def transaction(self, data: bytes) -> None:
        claim = parse_transaction(data)
        self._entry(claim.entry)
        issuer, times = self._included(claim.proof, entry_bytes(claim.entry))
        key = _entry_key(claim.entry, claim.entry_sig, issuer)
        self.facts["kid"] = key.kid
        ends = key.counts_until_ms
        # The witnesses' times are the proof that it existed; one alone could date it back for whoever has the key.
        if ends is not None and sum(0 < time_s * 1000 < ends for time_s in times) < max(1, issuer.quorum):
            detail = "its key has ended, and too few witnesses saw the entry before that"
            raise Unverified(OfflineReason.KEY_TIME_UNPROVEN, detail)

    def _entry(self, entry: Entry) -> None:
        self.facts = {"txHash": tx_hash(entry), **entry_json(entry)}

    def _included(self, proof: TlogProof, leaf: bytes) -> tuple[Issuer, Iterable[int]]:
        checkpoint = proof.signed.checkpoint
        self._stated(checkpoint)
        self.facts["leafIndex"] = proof.index
        issuer, log_keys, witnesses = self._log(checkpoint)
        cosigned = proof.verify(
            leaf_hash(leaf), origin=checkpoint.origin, log_keys=log_keys, witnesses=witnesses, quorum=issuer.quorum
        )
        self._cosigned(cosigned, issuer)
        return issuer, cosigned.values()

    def _stated(self, checkpoint: Checkpoint) -> None:
        self.facts |= {"origin": checkpoint.origin, "treeSize": checkpoint.size, "root": checkpoint.root.hex()}

    def _log(self, checkpoint: Checkpoint) -> tuple[Issuer, list[VerifierKey], list[VerifierKey]]:
        """The issuer whose log this is, by the name of a pinned key."""
        for issuer in self._pins.issuers.values():
            log_keys = [key for key in map(VerifierKey.parse, issuer.log_vkeys) if key.name == checkpoint.origin]
            if log_keys:
                self.issuer = issuer.iss
                return issuer, log_keys, [VerifierKey.parse(text) for text in issuer.witnesses]
        raise not_pinned(f"the log {checkpoint.origin}")

    def _cosigned(self, cosigned: Mapping[VerifierKey, int], issuer: Issuer) -> None:
        times = sorted(time_s for time_s in cosigned.values() if time_s)
        self.facts |= {
            "cosignatures": len(cosigned),
            "quorum": issuer.quorum,
            "cosignedAt": rfc3339(times[0] * 1000) if times else None,
        }


def not_pinned(what: str) -> Unverified:
    """The error for what nobody in the trust file vouches for."""
    return Unverified(OfflineReason.ISSUER_NOT_PINNED, f"{what} is not in the trust file: neither right nor wrong")


def _token_of(data: bytes, warnings: list[str]) -> tuple[StampToken, str, str]:
    """The token, the origin of the URL beside it, and the stamp id that a record names; empty where there is none."""
    lower = data[:16].lower()
    if lower.startswith(b"https://"):
        url = parse_verify_url(_ascii(data))
        return parse_token(url.token), url.origin, ""
    if lower.startswith(b"securestamp"):
        record = parse_record(data)
        if record is None:
            raise Malformed(OfflineReason.THING_UNKNOWN, "a DNS record begins securestamp=")
        return parse_token(record.url.token), record.url.origin, record.stamp_id
    if lower.startswith((b"v=", b"v ", HEADER)):
        header = parse_header(data[len(HEADER) :] if lower.startswith(HEADER) else data)
        warnings.extend(each.value for each in header.warnings)
        return parse_token(header.token), header.verify.origin if header.verify else "", ""
    return parse_token(_ascii(data)), "", ""


def _ascii(data: bytes) -> str:
    return data.decode("latin-1")


def _entry_key(entry: Entry, signature: str, issuer: Issuer) -> Jwk:
    """The key of the issuer that signed an entry, whatever its standing.

    The certificate that the entry names by its fingerprint is not in a trust file; its key is one of the issuer's.
    """
    data = entry_bytes(entry)
    for key in issuer.keys.keys:
        try:
            verify_entry(data, signature, key.key)
        except Unverified:
            continue
        return key
    raise Unverified(Reason.ENTRY_SIGNATURE, "the entry is signed with none of the issuer's keys")
