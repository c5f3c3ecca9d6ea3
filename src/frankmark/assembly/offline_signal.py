"""Verifying the things of Signal by themselves: receipts, tree heads, perimeters, statements and openings.

As in `frankmark.assembly.offline`, nobody is asked and nothing is believed because the thing carries it. A brand's key
is in no trust file: what its TXT record says is brought along by whoever looked it up. A key that has ended proves no
time; a proof that a log held the thing before, brought along or beside it, does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from frankmark.assembly.offline import Finding, Kind, OfflineReason, Thing, not_pinned
from frankmark.assembly.pins import Issuer, Pins
from frankmark.assembly.tables import shipped_suffixes
from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.jws import Jws
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.timestamps import rfc3339, rfc3339_s
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal import receipt as receipts
from frankmark.protocols.signal import receipt_check, signed, statement
from frankmark.protocols.signal.abuse import detail_json, parse_opening, verify_opening
from frankmark.protocols.signal.key_time import LogTrust, TimeProof
from frankmark.protocols.signal.logs import read_head, verify_head
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["Brought", "evidence_of", "judge_signal"]

LONGEST = 2 * 1_048_576
MOST_EVIDENCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a verifier brings along.

    Attributes:
        pins: Whom it believes.
        now_ms: The time, milliseconds since the epoch.
        jkts: Thumbprints that the TXT records of brands publish.
        time_proofs: That logs held something, for keys that have ended.
    """

    pins: Pins
    now_ms: int
    jkts: tuple[str, ...] = ()
    time_proofs: tuple[TlogProof, ...] = field(default=())


def judge_signal(thing: Thing, brought: Brought) -> Finding:
    """Verify a thing of Signal.

    Args:
        thing: The thing, of a kind in `OF_SIGNAL`.
        brought: What the verifier brings along.

    Returns:
        The finding; whatever is wrong with the thing is in it and not raised.
    """
    judging = _Judging(brought)
    steps: Mapping[Kind, Callable[[bytes], None]] = {
        Kind.RECEIPT: judging.receipt,
        Kind.SIGNAL_HEAD: judging.head,
        Kind.PERIMETER: judging.perimeter,
        Kind.STATEMENT: judging.statement,
        Kind.OPENING: judging.opening,
    }
    error: Error | None = None
    try:
        steps[thing.kind](thing.data)
    except Error as wrong:
        error = wrong
    return Finding(kind=thing.kind, error=error, issuer=judging.issuer, facts=judging.facts, checks=judging.checks)


def evidence_of(thing: Thing) -> tuple[bytes, tuple[bytes, ...]]:
    """What is attached to a receipt: ``{"receipt":…,"evidence":[…]}``.

    Args:
        thing: A receipt.

    Returns:
        The receipt's own octets, and the canonical octets of each object that is attached.

    Raises:
        Malformed: `RECEIPT_MALFORMED` for more than 100 pieces, or pieces that are no objects.
    """
    members = _served(thing.data)
    attached = members.get("evidence", [])
    if not isinstance(attached, list) or len(attached) > MOST_EVIDENCE:
        raise _malformed(f"evidence is an array of at most {MOST_EVIDENCE} proofs")
    if not all(isinstance(one, dict) for one in attached):
        raise _malformed("evidence is an array of objects")
    return _ascii(str(members["receipt"])), tuple(canonical.dump(one) for one in attached)


class _Judging:
    """Looks at one thing; what it found before something did not hold stays readable."""

    def __init__(self, brought: Brought) -> None:
        self._brought = brought
        self._pins = brought.pins
        self.issuer = ""
        self.facts: dict[str, Json] = {}
        self.checks: dict[str, bool] = {}

    def receipt(self, data: bytes) -> None:
        members = _served(data)
        text = str(members["receipt"])
        found = receipts.read(text)
        claims = found.claims
        self.facts = _receipt_facts(found)
        issuer = self._believed(self._pins.issuer(claims.iss), claims.iss)
        beside = members.get("proof")
        carried = (TlogProof.parse(_ascii(beside)),) if isinstance(beside, str) else ()
        self._at_some_time(issuer, carried, lambda time: self._examined(text, issuer.keys, time))

    def head(self, data: bytes) -> None:
        found = read_head(_text(data))
        head = found.head
        self.facts = {
            "log": head.log.value,
            "treeSize": head.size,
            "root": head.root.hex(),
            "statedAt": rfc3339(head.ts_ms),
            "kid": found.parts.header.kid,
        }
        issuer = self._owner(found.parts)
        key = verify_head(found, issuer.keys)
        if key.counts_until_ms is not None:
            detail = "its key has ended, and a head by itself proves no time"
            raise Unverified(OfflineReason.KEY_TIME_UNPROVEN, detail)

    def perimeter(self, data: bytes) -> None:
        found = perimeters.read(_text(data), shipped_suffixes())
        stated = found.perimeter
        self.facts = {
            "brand": {"id": stated.brand, "name": stated.name, "domain": stated.domain},
            "seq": stated.seq,
            "prev": stated.prev,
            "statedAt": rfc3339_s(stated.iat),
            "endsAt": rfc3339_s(stated.exp),
            "channels": [channel.json() for channel in stated.channels],
            "jkt": found.jkt,
            "digest": found.digest,
        }
        signed.verify_by_brand(found.parts, found.key)
        self._demand_published(found.jkt)
        perimeters.verify_time(stated, self._brought.now_ms // 1000)

    def statement(self, data: bytes) -> None:
        found = statement.read(_text(data))
        stated = found.statement
        self.facts = {
            "core": stated.core,
            "version": stated.version,
            "log": stated.log,
            "statedAt": rfc3339_s(stated.iat),
            "jkt": found.key.thumbprint(),
        }
        signed.verify_by_brand(found.parts, found.key)
        self._demand_published(found.key.thumbprint())

    def opening(self, data: bytes) -> None:
        value = canonical.load(data, max_bytes=LONGEST)
        inner = value.get("opening") if isinstance(value, dict) else None
        found = parse_opening(inner if isinstance(inner, dict) else value)
        told = detail_json(found.detail)
        self.facts = {
            "counterStamp": told["cs"],
            "from": told["from"],
            "to": told["to"],
            "version": told["version"],
            "actorRole": told["actorRole"],
            "brandId": told["brand"],
            "artifact": told["artifact"],
            "reasonCode": told["reasonCode"],
            "statedAt": rfc3339_s(found.detail.at_s),
            "leafIndex": found.leaf_index,
            "treeSize": found.head.head.size,
            "kid": found.head.parts.header.kid,
        }
        issuer = self._owner(found.head.parts)
        self._at_some_time(issuer, (), lambda time: verify_opening(found, issuer.keys, time))

    def _examined(self, text: str, keys: JwkSet, time: TimeProof | None) -> None:
        checks = receipt_check.examine(text, keys, time).checks
        self.checks = {check.value: holds for check, holds in checks.items()}
        receipt_check.verify(text, keys, time)

    def _at_some_time(
        self, issuer: Issuer, carried: tuple[TlogProof, ...], check: Callable[[TimeProof | None], None]
    ) -> None:
        """Hold a check with each proof of time in turn, and without any; the last one says what is wrong."""
        for time in self._times(issuer, carried):
            try:
                check(time)
            except Error:
                continue
            return
        check(None)

    def _times(self, issuer: Issuer, carried: tuple[TlogProof, ...]) -> Iterator[TimeProof]:
        for proof in (*carried, *self._brought.time_proofs):
            origin = proof.signed.checkpoint.origin
            keys = tuple(key for key in map(VerifierKey.parse, issuer.log_vkeys) if key.name == origin)
            witnesses = tuple(VerifierKey.parse(text) for text in issuer.witnesses)
            trust = LogTrust(origin=origin, log_keys=keys, witnesses=witnesses, quorum=issuer.quorum)
            yield TimeProof(proof=proof, trust=trust)

    def _demand_published(self, jkt: str) -> None:
        if not self._brought.jkts:
            detail = "only the TXT record of the brand's domain says whether this is its key: neither right nor wrong"
            raise Unverified(OfflineReason.KEY_NOT_PINNED, detail)
        if jkt not in self._brought.jkts:
            detail = "the record at hand publishes another key than the one in the header"
            raise Unverified(SignalReason.BRAND_KEY_MISMATCH, detail)

    def _owner(self, parts: Jws) -> Issuer:
        kid = parts.header.kid or ""
        return self._believed(self._pins.owner_of(kid), f"the key {kid}")

    def _believed(self, issuer: Issuer | None, what: str) -> Issuer:
        if issuer is None:
            raise not_pinned(what)
        self.issuer = issuer.iss
        return issuer


def _receipt_facts(found: receipts.Receipt) -> dict[str, Json]:
    claims, told = found.claims, receipts.claims_json(found.claims)
    same = ("iss", "fact", "signalLevel", "artifact", "brand", "attribution", "signals", "counterStamp")
    return {
        "id": claims.jti,
        "statedAt": rfc3339_s(claims.iat),
        **{name: told[name] for name in same},
        "perimeterSeq": None if claims.perimeter is None else claims.perimeter.seq,
        "nonce": claims.nonce,
        "treeSize": claims.head.head.size,
        "root": claims.head.head.root.hex(),
        "kid": found.parts.header.kid,
    }


def _served(data: bytes) -> dict[str, Json]:
    """A receipt as a node serves it, or its bare text as such."""
    if not data.startswith(b"{"):
        return {"receipt": _text(data)}
    value = canonical.load(data, max_bytes=LONGEST)
    if not isinstance(value, dict) or not isinstance(value.get("receipt"), str):
        raise _malformed("a node serves a receipt in the member receipt")
    return value


def _malformed(detail: str) -> Malformed:
    return Malformed(SignalReason.RECEIPT_MALFORMED, detail)


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _ascii(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
