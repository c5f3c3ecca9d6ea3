"""Parts that the SecureStamp generators share: keys, tokens and evidence, made without the product's code.

Every key is the SHA-256 of a label, every signature is deterministic (RFC 6979), every time is fixed: the same files
come out everywhere.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

VECTORS = Path(__file__).parents[1]
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
OTHER_STAMP = "9b2c3d47-0e02-4a56-8c71-f47ac10b58cc"
ORG = "org_01hwx4zj7m3q9v2k5t8r6n0c1d"
NODE = "node-k3x7q2m5ab"
ISSUER = "https://node.example.net"
ISSUED_S = 1_716_480_000
EXPIRES_S = 1_748_016_000
NOW_S = 1_726_480_000
SEEN = "2026-06-02T18:00:00Z"


def b64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def canonical(value: object) -> bytes:
    """RFC 8785 for what these files hold: ASCII names, integers and strings that need no escape beyond JSON's own."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def private_key(label: str) -> ec.EllipticCurvePrivateKey:
    """The key of a label."""
    scalar = int.from_bytes(hashlib.sha256(f"frankmark vector key {label}".encode()).digest(), "big")
    return ec.derive_private_key(scalar, ec.SECP256R1())


def jwk(label: str, **standing: str) -> dict[str, str]:
    """The public key of a label as a node publishes it; `standing` adds or replaces members."""
    numbers = private_key(label).public_key().public_numbers()
    public = {
        "crv": "P-256",
        "kty": "EC",
        "x": b64url(numbers.x.to_bytes(32, "big")),
        "y": b64url(numbers.y.to_bytes(32, "big")),
    }
    kid = f"{NODE}#{b64url(hashlib.sha256(canonical(public)).digest())}"
    return public | {"kid": kid, "use": "sig", "alg": "ES256", "ss_status": "active"} | standing


def es256(label: str, message: bytes) -> bytes:
    """R ‖ S of a message under the key of a label."""
    der = private_key(label).sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jws(label: str, header: bytes, payload: bytes) -> str:
    """A compact JWS over any header and payload."""
    signed = f"{b64url(header)}.{b64url(payload)}"
    return f"{signed}.{b64url(es256(label, signed.encode('ascii')))}"


def header_of(label: str, **changes: object) -> bytes:
    """The header that a node writes; a change to None leaves the member out."""
    members = {"alg": "ES256", "kid": jwk(label)["kid"], "typ": "JWT"} | changes
    return canonical({name: value for name, value in members.items() if value is not None})


def payload_of(**changes: object) -> bytes:
    """The claims of the first stamp; a change to `...` leaves the claim out."""
    claims = {
        "stampId": STAMP,
        "domain": "example.com",
        "orgId": ORG,
        "score": 92,
        "iat": ISSUED_S,
        "exp": EXPIRES_S,
        "iss": ISSUER,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not ...}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def token(label: str = "active", **changes: object) -> str:
    """A token under the key of a label."""
    return jws(label, header_of(label), payload_of(**changes))


SOURCES = {
    "spf": "dns",
    "dkim": "dns",
    "dmarc": "dns",
    "domain_age": "rdap",
    "registration": "rdap",
    "ssl": "tls",
    "ct": "tls",
    "registry": "registry",
    "stamp": "ledger",
    "complaint": "receivers",
    "bounce": "receivers",
    "engagement": "receivers",
    "mx": "dns",
    "behavior": "receivers",
    "ml": "device",
}
UNAVAILABLE = "unavailable"
# "All pass": -all, p=reject, two years old, registered and stamped, nothing known of behaviour, no device.
FIRST = {
    "spf": "-all",
    "dkim": "valid",
    "dmarc": "reject",
    "domain_age": 730,
    "registration": 365,
    "ssl": 60,
    "ct": 2,
    "registry": "verified",
    "stamp": "active",
    "complaint": UNAVAILABLE,
    "bounce": UNAVAILABLE,
    "engagement": UNAVAILABLE,
}
NO_LISTS = {
    "blocked": [],
    "campaign": False,
    "channels": {},
    "confirmed": None,
    "conflict": False,
    "kyb": False,
    "lookalike": None,
    "missing": False,
    "notarised": False,
    "override": None,
    "revoked": None,
}
UNREGISTERED = {"registry": "none", "stamp": "none"}
BEHAVED = {"complaint": 0, "bounce": 0, "engagement": 500}
NO_AUTHENTICATION = {"spf": "none", "dkim": "none", "dmarc": "absent"}
MESSAGE = {"spf": "pass", "dkim": "pass", "dmarc": "reject"}


def signal(name: str, value: object) -> dict[str, object]:
    """One signal as an evidence file holds it."""
    return {
        "name": name,
        "value": value,
        "source": SOURCES[name],
        "observedAt": None if value == UNAVAILABLE else SEEN,
    }


def evidence(
    values: dict[str, object],
    *,
    lists: dict[str, object] | None = None,
    ml: int | None = None,
    mode: str = "domain",
    algorithm: str = "sstp-score/0.2.0",
    why: dict[str, str] | None = None,
) -> dict[str, object]:
    """An evidence file."""
    quiet = dict.fromkeys(("complaint", "bounce", "engagement", "behavior"), "INSUFFICIENT_DATA")
    unavailable = {
        name: (why or {}).get(name, quiet.get(name, "SOURCE_UNAVAILABLE"))
        for name, value in values.items()
        if value == UNAVAILABLE
    }
    body: dict[str, object] = {
        "algorithm": algorithm,
        "target": "example.com",
        "mode": mode,
        "signals": [signal(name, value) for name, value in values.items()],
        "lists": NO_LISTS | {"unavailable": unavailable} | (lists or {}),
    }
    return body if ml is None else body | {"ml": signal("ml", ml)}


def channel(result: str, reason: str | None = None, stamp: str | None = STAMP) -> dict[str, object]:
    """What one channel said."""
    return {"result": result, "reason": reason, "stampId": stamp}


def write(name: str, body: dict[str, object]) -> None:
    """Write a suite to its place, or to the path given on the command line."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS / name
    text = json.dumps(body, indent=1, ensure_ascii=True)
    path.write_text(text + "\n", encoding="ascii")
