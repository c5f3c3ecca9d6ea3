"""Trust Receipts: one for every verification, signed by the node, re-verifiable by anyone without asking it.

::

    {"iss":…,"jti":"SSF-EV-<ulid>","iat":…,"nonce"?:…,"ssct":"1","artifact":{…}|null,"brand":{"id","name","domain"}|null,
     "fact":…,"signalLevel":…,"attribution":…,"signals":[…],
     "perimeter":{"seq","sha256","leafIndex","auditPath":[…]}|null,"counterStamp":{"id","state","version"}|null,
     "sth":{"log":"official","size","root","jws"},"req":<64 hex>,"disclaimer":"SSCT-D1"}

A receipt states a fact as of ``iat``; it does not end, and ``iat`` is no proof of time. ``perimeter.sha256`` is the
perimeter's leaf hash, so that its proof against ``sth`` holds without the perimeter at hand. Hashes are lower hex.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from frankmark.foundation import canonical, digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.identifiers import is_ulid
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.members import Members
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.logs import MOST_PATH, LogName, SignedHead, audit_path, read_head
from frankmark.protocols.signal.model import (
    Artifact,
    ArtifactType,
    Attribution,
    Fact,
    ObservedSignal,
    SignalLevel,
    State,
)
from frankmark.protocols.signal.perimeter import is_brand_id
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.signed import ObjectType
from frankmark.protocols.signal.verdict import LEVELS

__all__ = [
    "DISCLAIMER",
    "LONGEST",
    "BrandRef",
    "CaseRef",
    "Claims",
    "PerimeterRef",
    "Receipt",
    "about_unknown_brand",
    "claims_json",
    "is_nonce",
    "issue",
    "read",
    "receipt_id",
    "request_hash",
]

DISCLAIMER: Final = "SSCT-D1"
VERSION: Final = "1"
LONGEST: Final = 24_576
PREFIX: Final = "SSF-EV-"
_LARGEST: Final = (1 << 53) - 1
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NONCE: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
_ISSUER: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,253}", re.ASCII)
_CODE: Final = SignalReason.RECEIPT_MALFORMED
_INSIDE_OR_OUT: Final = frozenset({Fact.PERTENECE, Fact.NO_PERTENECE})
_BY_STATE: Final = {State.CONFIRMED: Fact.COUNTERSTAMP, State.DISPUTED: Fact.DISPUTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRef:
    """The brand that a fact is about; its name is never shown without its anchor.

    Attributes:
        id: ``br_`` and a ULID.
        name: Its name.
        domain: Its anchor.
    """

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PerimeterRef:
    """The perimeter that was looked at, and where the official log holds it.

    Attributes:
        seq: Its number.
        leaf: Its leaf hash, 32 octets.
        leaf_index: Its leaf, from 0.
        audit_path: The inclusion proof, from the leaf's sibling up.
    """

    seq: int
    leaf: bytes
    leaf_index: int
    audit_path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRef:
    """The counter-stamp that decided.

    Attributes:
        id: ``cs_`` and a ULID.
        state: confirmed or disputed.
        version: Its version.
    """

    id: str
    state: State
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a receipt says.

    Attributes:
        iss: Base URL of the node.
        jti: The receipt's id.
        iat: When, seconds since the epoch.
        nonce: What the asker gave along, or None.
        artifact: The channel, or None when there was none.
        brand: The brand, or None.
        fact: The fact.
        attribution: What ties the channel to the message's author.
        signals: What can be seen, each once, in the order of the list.
        perimeter: The brand's perimeter, or None when it has none.
        case: The counter-stamp that decided, exactly for COUNTERSTAMP and DISPUTED.
        head: Head of the official log.
        req: Hash of the question (`request_hash`).
    """

    iss: str
    jti: str
    iat: int
    nonce: str | None = None
    artifact: Artifact | None
    brand: BrandRef | None
    fact: Fact
    attribution: Attribution
    signals: tuple[ObservedSignal, ...] = ()
    perimeter: PerimeterRef | None = None
    case: CaseRef | None = None
    head: SignedHead
    req: str

    @property
    def level(self) -> SignalLevel:
        """The fact's level."""
        return LEVELS[self.fact].level


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt that has the form; `frankmark.protocols.signal.receipt_check.verify` says whether it holds.

    Attributes:
        text: The compact serialisation, whose SHA-256 is the leaf of the receipts log.
        claims: What it says.
        parts: Its signed parts.
    """

    text: str
    claims: Claims
    parts: Jws


def receipt_id(ulid: str) -> str:
    """Name a receipt: ``SSF-EV-`` and a ULID."""
    return PREFIX + ulid


def is_nonce(text: str) -> bool:
    """Whether a text may be given along: 1 to 128 visible ASCII characters."""
    return _NONCE.fullmatch(text) is not None


@lru_cache(maxsize=256)  # whoever issues a receipt asks twice
def request_hash(brand: str | None, artifact: Artifact | None, nonce: str | None) -> str:
    """Bind a receipt to the question: SHA-256 of JCS {brand, artifact, nonce}.

    Args:
        brand: The id of the brand that was asked about, what was written if nobody knows it, or None if none was named.
        artifact: The channel that the receipt is about, or None.
        nonce: What the asker gave along, or None.

    Returns:
        64 lower-case hexadecimal digits.
    """
    question: dict[str, Json] = {
        "brand": brand,
        "artifact": None if artifact is None else artifact.json(),
        "nonce": nonce,
    }
    return digest.sha256(canonical.dump(question)).hex()


def about_unknown_brand(claims: Claims) -> bool:
    """Whether it was asked about a brand that the node did not know: then only whoever asked can compute `req`."""
    alone = request_hash(None, claims.artifact, claims.nonce)
    return claims.fact is Fact.UNKNOWN and claims.brand is None and claims.req != alone


def claims_json(claims: Claims) -> dict[str, Json]:
    """Render the claims as a JSON object."""
    given: dict[str, Json] = {} if claims.nonce is None else {"nonce": claims.nonce}
    head = claims.head.head
    return given | {
        "iss": claims.iss,
        "jti": claims.jti,
        "iat": claims.iat,
        "ssct": VERSION,
        "artifact": None if claims.artifact is None else claims.artifact.json(),
        "brand": _brand_json(claims.brand),
        "fact": claims.fact.value,
        "signalLevel": claims.level.value,
        "attribution": claims.attribution.value,
        "signals": [signal.value for signal in claims.signals],
        "perimeter": _perimeter_json(claims.perimeter),
        "counterStamp": _case_json(claims.case),
        "sth": {"log": head.log.value, "size": head.size, "root": head.root.hex(), "jws": claims.head.text},
        "req": claims.req,
        "disclaimer": DISCLAIMER,
    }


def issue(claims: Claims, key: P256PrivateKey, kid: str) -> str:
    """Issue a receipt.

    Args:
        claims: What it says.
        key: The node's signing key, the same that signs stamp tokens.
        kid: Its id, ``<node_id>#<thumbprint>``.

    Returns:
        The compact serialisation.

    Raises:
        Malformed: RECEIPT_MALFORMED for claims that no reader would accept.
        Misuse: `JWS_TOO_LARGE`.
    """
    _demand_consistent(claims)
    return signed.sign_as_node(claims_json(claims), ObjectType.RECEIPT, key, kid, most=LONGEST)


def read(text: str) -> Receipt:
    """Read a receipt, believing nothing.

    Args:
        text: The compact serialisation, at most 24,576 characters.

    Returns:
        The receipt.

    Raises:
        Malformed: TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, RECEIPT_MALFORMED, TREE_HEAD_MALFORMED.
        Unverified: TREE_HEAD_MISMATCH when sth says something else than its own signed text.
    """
    parts = signed.by_node(text, ObjectType.RECEIPT, most=LONGEST)
    members = Members(signed.payload_of(parts, _CODE), what="a receipt", code=_CODE)
    claims = _claims(members)
    _demand_consistent(claims)
    if canonical.dump(claims_json(claims)) != parts.payload:
        raise members.fault(f"has ssct {VERSION}, the level of its fact and disclaimer {DISCLAIMER}, and nothing else")
    return Receipt(text=text, claims=claims, parts=parts)


def _claims(members: Members) -> Claims:
    """Read the claims; what follows from the others is left to the comparison of the whole."""
    for derived in ("ssct", "signalLevel", "disclaimer"):
        members.text(derived)
    claims = Claims(
        iss=members.text("iss"),
        jti=members.text("jti"),
        iat=members.number("iat"),
        nonce=members.text("nonce") if members.has("nonce") else None,
        artifact=_artifact(_part(members, "artifact")),
        brand=_brand(_part(members, "brand")),
        fact=members.word("fact", Fact),
        attribution=members.word("attribution", Attribution),
        signals=_signals(members),
        perimeter=_perimeter(_part(members, "perimeter")),
        case=_case(_part(members, "counterStamp")),
        head=_head(members.object("sth")),
        req=members.text("req"),
    )
    members.end()
    return claims


def _part(members: Members, name: str) -> Members | None:
    """A member that is an object or null."""
    value = members.take(name)
    return None if value is None else Members(value, what=f"{name} of a receipt", code=_CODE)


def _artifact(members: Members | None) -> Artifact | None:
    if members is None:
        return None
    artifact = Artifact(type=members.word("type", ArtifactType), value=members.text("value"))
    members.end()
    return artifact


def _brand(members: Members | None) -> BrandRef | None:
    if members is None:
        return None
    brand = BrandRef(id=members.text("id"), name=members.text("name"), domain=members.text("domain"))
    members.end()
    if not is_brand_id(brand.id):
        raise members.fault("has id br_<ulid>")
    return brand


def _signals(members: Members) -> tuple[ObservedSignal, ...]:
    words = members.list("signals", len(ObservedSignal))
    signals = tuple(signal for signal in ObservedSignal if signal.value in words)
    if [signal.value for signal in signals] != words:
        raise members.fault("has signals out of the closed list, each once and in its order")
    return signals


def _perimeter(members: Members | None) -> PerimeterRef | None:
    if members is None:
        return None
    seq, leaf, index = members.number("seq"), members.text("sha256"), members.number("leafIndex")
    path = audit_path(members.list("auditPath", MOST_PATH), _CODE)
    members.end()
    if not (1 <= seq <= _LARGEST and 0 <= index <= _LARGEST and _HEX64.fullmatch(leaf)):
        raise members.fault("has seq, sha256 as 64 lower-case hexadecimal digits and leafIndex")
    return PerimeterRef(seq=seq, leaf=bytes.fromhex(leaf), leaf_index=index, audit_path=path)


def _case(members: Members | None) -> CaseRef | None:
    if members is None:
        return None
    case = CaseRef(id=members.text("id"), state=members.word("state", State), version=members.number("version"))
    members.end()
    if not (case.id.startswith("cs_") and is_ulid(case.id[3:]) and 1 <= case.version <= _LARGEST):
        raise members.fault("has id cs_<ulid> and a version from 1 on")
    return case


def _head(members: Members) -> SignedHead:
    stated = members.word("log", LogName), members.number("size"), members.text("root")
    document = read_head(members.text("jws"))
    members.end()
    head = document.head
    if stated != (head.log, head.size, head.root.hex()) or head.log is not LogName.OFFICIAL:
        raise Unverified(SignalReason.TREE_HEAD_MISMATCH, "sth says what its own signed text says, of the official log")
    return document


def _demand_consistent(claims: Claims) -> None:
    """Refuse claims of which one cannot hold beside the others."""
    if not (_ISSUER.fullmatch(claims.iss) and claims.jti.startswith(PREFIX) and is_ulid(claims.jti[len(PREFIX) :])):
        raise _malformed("iss is the base URL of a node, jti SSF-EV-<ulid>")
    if not 0 <= claims.iat <= _LATEST_S or not (claims.nonce is None or is_nonce(claims.nonce)):
        raise _malformed("iat is in seconds since the epoch, nonce 1 to 128 visible ASCII characters")
    if (claims.fact if claims.case is None else _BY_STATE.get(claims.case.state)) is not claims.fact:
        raise _malformed("counterStamp is the confirmed or disputed one that the fact rests on")
    if claims.case is None and claims.fact in _BY_STATE.values():
        raise _malformed("COUNTERSTAMP and DISPUTED name their counter-stamp")
    whole = claims.artifact is not None and claims.brand is not None and claims.perimeter is not None
    if claims.fact in _INSIDE_OR_OUT and not whole:
        raise _malformed("PERTENECE and NO_PERTENECE name artifact, brand and perimeter")
    asked = (None,) if claims.brand is None else (claims.brand.id, None)
    bound = any(claims.req == request_hash(brand, claims.artifact, claims.nonce) for brand in asked)
    if not bound and not (about_unknown_brand(claims) and _HEX64.fullmatch(claims.req)):
        raise _malformed("req is the hash of the question that artifact, brand and nonce make")


def _brand_json(brand: BrandRef | None) -> Json:
    return None if brand is None else {"id": brand.id, "name": brand.name, "domain": brand.domain}


def _perimeter_json(perimeter: PerimeterRef | None) -> Json:
    if perimeter is None:
        return None
    return {
        "seq": perimeter.seq,
        "sha256": perimeter.leaf.hex(),
        "leafIndex": perimeter.leaf_index,
        "auditPath": [one.hex() for one in perimeter.audit_path],
    }


def _case_json(case: CaseRef | None) -> Json:
    return None if case is None else {"id": case.id, "state": case.state.value, "version": case.version}


def _malformed(detail: str) -> Malformed:
    return Malformed(_CODE, f"a receipt: {detail}")
