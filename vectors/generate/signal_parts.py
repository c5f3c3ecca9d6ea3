"""Parts that the Signal generators share: brands, perimeters, heads, small trees, without the product's code."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from stamp_parts import b64url, canonical, jwk, jws, private_key

STANDARD = "specs/signal.md"
# A Public Suffix List that holds all that the suites need.
SUFFIXES = """\
// ===BEGIN ICANN DOMAINS===
com
net
org
example
de
uk
co.uk
link
shop
ws
me
ly
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
pages.example
// ===END PRIVATE DOMAINS===
"""
SHORTENERS = ["sho.ly", "tiny.example"]
BRAND = "br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D"
OTHER_BRAND = "br_01HWX4ZJ7M3Q9V2K5T8R6N0C1E"
CASE = "cs_01HWX4ZJ7M3Q9V2K5T8R6N0C1F"
OTHER_CASE = "cs_01HWX4ZJ7M3Q9V2K5T8R6N0C1G"
ISSUER = "https://node.example.net"
LOG = "node.example.net/signal"
NOW = 1_768_471_200
DAY = 86_400
ZERO = "0" * 64


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def public_jwk(label: str) -> dict[str, str]:
    """The four public members of the key of a label."""
    return {name: jwk(label)[name] for name in ("crv", "kty", "x", "y")}


def private_jwk(label: str) -> dict[str, str]:
    """The key of a label with its private member."""
    number = private_key(label).private_numbers().private_value
    return public_jwk(label) | {"d": b64url(number.to_bytes(32, "big"))}


def thumbprint(label: str) -> str:
    """The RFC 7638 thumbprint of the key of a label."""
    return b64url(sha256(canonical(public_jwk(label))))


def brand_header(label: str, typ: str, /, **changes: object) -> bytes:
    """The header that a brand writes; a change to `...` leaves the member out."""
    members = {"alg": "ES256", "jwk": public_jwk(label), "kid": thumbprint(label), "typ": typ} | changes
    return canonical({name: value for name, value in members.items() if value is not ...})


def by_brand(label: str, typ: str, payload: object, /, **changes: object) -> str:
    """An object signed by a brand; a payload of octets is taken as it is."""
    octets = payload if isinstance(payload, bytes) else canonical(payload)
    return jws(label, brand_header(label, typ, **changes), octets)


def by_node(label: str, typ: str, payload: object, /, **changes: object) -> str:
    """An object signed by the node; a payload of octets is taken as it is."""
    octets = payload if isinstance(payload, bytes) else canonical(payload)
    members = {"alg": "ES256", "kid": jwk(label)["kid"], "typ": typ} | changes
    return jws(label, canonical({name: value for name, value in members.items() if value is not ...}), octets)


def channel(kind: str, value: str, match: str = "exact") -> dict[str, str]:
    """A declared channel."""
    return {"type": kind, "value": value, "match": match}


CHANNELS = [
    channel("domain", "acme.example", "subtree"),
    channel("domain", "acme-shop.example"),
    channel("whatsapp", "+14155550123"),
    channel("telegram", "@acme_support"),
    channel("telegram", "tgid:-1001234567890"),
    channel("shortlink", "https://acme.link/promo"),
    channel("shortlink", "https://go.acme.link/c/", "prefix"),
    channel("phone", "+14155550199"),
    channel("sms_sender", "ACME"),
    channel("email", "help@acme.example"),
]


def perimeter(**changes: object) -> dict[str, object]:
    """A perimeter; a change to `...` leaves the member out."""
    members = {
        "v": 1,
        "brand": BRAND,
        "name": "Acme",
        "domain": "acme.example",
        "seq": 1,
        "prev": None,
        "iat": NOW - DAY,
        "exp": NOW + 300 * DAY,
        "channels": CHANNELS,
    } | changes
    return {name: value for name, value in members.items() if value is not ...}


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162: the hash of a leaf."""
    return sha256(b"\0", data)


def root(leaves: list[bytes]) -> bytes:
    """RFC 9162: the root over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1", root(leaves[:split]), root(leaves[split:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1: the inclusion proof of a leaf."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*path(index, leaves[:split]), root(leaves[split:])]
    return [*path(index - split, leaves[split:]), root(leaves[:split])]


def head(log: str, leaves: list[bytes], label: str = "active", /, **changes: object) -> str:
    """A signed tree head over leaf hashes; a change to `...` leaves the member out."""
    members = {"log": log, "size": len(leaves), "root": root(leaves).hex(), "ts": NOW * 1000} | changes
    return by_node(label, "SSCT-sth", {name: value for name, value in members.items() if value is not ...})


def key_sets() -> dict[str, dict[str, object]]:
    """The node's keys as a verifier has pinned them, before and after something happened to one of them."""
    active, older = jwk("active"), jwk("older")
    return {
        "active": {"keys": [active, older]},
        "retired": {"keys": [active, jwk("older", ss_status="retired", ss_retired_at=RETIRED)]},
        "compromised": {"keys": [active, jwk("older", ss_status="compromised", ss_compromised_at=COMPROMISED)]},
        "other": {"keys": [jwk("stranger")]},
        "empty": {"keys": []},
    }


# One day after everything that these suites sign, and two hours before it.
RETIRED = "2026-01-16T10:00:00Z"
COMPROMISED = "2026-01-15T08:00:00Z"
WITNESSES = ("witness.example.net/one", "witness.example.net/two")
RECEIPTS_LOG = "node.example.net/signal-receipts"


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def note_key(number: int) -> Ed25519PrivateKey:
    """The Ed25519 key with the seed of 32 times one octet."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def _key_id(name: str, kind: int, number: int) -> bytes:
    public = note_key(number).public_key().public_bytes_raw()
    return sha256(name.encode(), b"\n", bytes([kind]), public)[:4]


def vkey(name: str, kind: int, number: int) -> str:
    """A verifier key of signed-note; kind 1 is a log's, 4 a witness's."""
    public = note_key(number).public_key().public_bytes_raw()
    return f"{name}+{_key_id(name, kind, number).hex()}+{_b64(bytes([kind]) + public)}"


def trust(origin: str, quorum: int = 1) -> dict[str, object]:
    """Whom a verifier believes about a log."""
    witnesses = [vkey(WITNESSES[0], 4, 2), vkey(WITNESSES[1], 4, 3)]
    return {"origin": origin, "logKeys": [vkey(origin, 1, 1)], "witnesses": witnesses, "quorum": quorum}


def cosigned_proof(origin: str, leaves: list[bytes], index: int, times: list[int]) -> str:
    """A proof (c2sp.org/tlog-proof@v1) that a log holds a leaf, cosigned by as many witnesses as there are times."""
    text = f"{origin}\n{len(leaves)}\n{_b64(root(leaves))}\n"
    lines = [_signature(origin, 1, 1, text.encode(), b"")]
    for number, time in enumerate(times):
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        lines.append(_signature(WITNESSES[number], 4, number + 2, message, time.to_bytes(8, "big")))
    hashes = "".join(f"{_b64(one)}\n" for one in path(index, leaves))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{text}\n{''.join(lines)}"


def _signature(name: str, kind: int, number: int, message: bytes, stamp: bytes) -> str:
    return f"\u2014 {name} {_b64(_key_id(name, kind, number) + stamp + note_key(number).sign(message))}\n"
