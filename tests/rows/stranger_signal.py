"""A stranger's Signal: signs for brands and walks the logs with `rfc8785`, `hashlib` and `cryptography` alone."""

import base64
import hashlib
import json
import time
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

DAY_S = 86_400
CURVE = ec.ECDSA(SHA256())


def b64u(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def un64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class BrandKey:
    """A brand's key, and what it signs."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        x, y = (b64u(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.jkt = b64u(hashlib.sha256(rfc8785.dumps(self.jwk)).digest())

    def sign(self, typ: str, payload: dict[str, Any]) -> str:
        header = {"alg": "ES256", "typ": typ, "kid": self.jkt, "jwk": self.jwk}
        signed = f"{b64u(rfc8785.dumps(header))}.{b64u(rfc8785.dumps(payload))}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), CURVE))
        return f"{signed}.{b64u(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def perimeter(
    brand: str, domain: str, channels: list[dict[str, str]], *, seq: int = 1, prev: str | None = None, ahead: int = 0
) -> dict[str, Any]:
    """A perimeter's payload; `ahead` is how many seconds the node's clock is."""
    now = int(time.time()) + ahead
    return {
        "v": 1,
        "brand": brand,
        "name": "Row Brand",
        "domain": domain,
        "seq": seq,
        "prev": prev,
        "iat": now,
        "exp": now + 390 * DAY_S,
        "channels": [{"match": "exact", **channel} for channel in channels],
    }


def digest_of(payload: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()


def statement(case: dict[str, Any], *, ahead: int = 0, **changes: Any) -> dict[str, Any]:
    """What a brand signs to confirm a counter-stamp as the node shows it."""
    core = {name: case[name] for name in ("id", "brand", "artifact", "reasonCode", "opened_at", "expires_at")}
    what = {"core": digest_of(core), "to": "confirmed", "version": case["version"], "log": case["log"]}
    return {**what, "iat": int(time.time()) + ahead, **changes}


# RFC 6962, section 2.


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an audit path leads to (RFC 9162, section 2.1.3.2)."""
    node, last, walk = leaf, size - 1, list(path)
    while last:
        if index % 2 or index == last:
            node = hashlib.sha256(b"\x01" + walk.pop(0) + node).digest()
            while not index % 2:
                index, last = index // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + walk.pop(0)).digest()
        index, last = index // 2, last // 2
    assert not walk, "the path is longer than the tree is high"
    return node


def tree_root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of leaves (RFC 6962, section 2.1)."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


def signed_head(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """The payload of a signed tree head, its signature checked with the node's published keys."""
    head, payload, signature = token.split(".")
    header = json.loads(un64u(head))
    assert (header["alg"], header["typ"]) == ("ES256", "SSCT-sth")
    (key,) = (key for key in jwks["keys"] if key["kid"] == header["kid"])
    x, y = (int.from_bytes(un64u(key[name]), "big") for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    octets = un64u(signature)
    r, s = int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")
    public.verify(encode_dss_signature(r, s), f"{head}.{payload}".encode(), CURVE)
    return json.loads(un64u(payload))


def commitment(opening: dict[str, Any]) -> bytes:
    """The leaf that an opening commits to."""
    data = bytes.fromhex(opening["salt"]) + rfc8785.dumps(opening["detail"])
    c = hashlib.sha256(b"SSCT-ATL-1\x00" + data).hexdigest()
    at = time.gmtime(opening["detail"]["at"])
    return rfc8785.dumps({"v": 1, "c": c, "day": time.strftime("%Y-%m-%d", at)})


def opens(opening: dict[str, Any], jwks: dict[str, Any]) -> bool:
    """Whether an opening leads to the root of its signed head."""
    head = signed_head(opening["sth"], jwks)
    assert (head["log"], head["size"]) == ("abuse", opening["treeSize"])
    path = [bytes.fromhex(each) for each in opening["auditPath"]]
    leaf = leaf_hash(commitment(opening))
    return root_of(leaf, opening["leafIndex"], opening["treeSize"], path).hex() == head["root"]
