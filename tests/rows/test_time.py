"""The time authority of a real node: what it signs, for whom, and what is believed once its keys have moved on."""

import base64
import hashlib
import json
import re
import tomllib

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PINS = ("trust", "add")
HASH = hashlib.sha256(b"what is attested is known to its maker alone").hexdigest()


@pytest.fixture
def desk(world, node):
    """A command whose person believes nobody yet."""
    folder = world.folder / "home" / "config"
    (folder / "trust.toml").unlink(missing_ok=True)
    yield lambda *words, text=b"": world.command(node, *words, text=text)
    (folder / "trust.toml").unlink(missing_ok=True)


def pin(world, node) -> None:
    """Believe the node, after comparing its fingerprint."""
    offered = world.command(node, *PINS, node.base)
    groups = re.search(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", offered.out)
    assert groups, offered.err
    added = world.command(node, *PINS, node.base, "--fingerprint", groups[0])
    assert added.status == 0, added.err


def signed(ta: dict) -> bytes:
    """What the authority signs, by somebody else's RFC 8785."""
    return rfc8785.dumps({name: value for name, value in ta.items() if name != "sig"})


def holds(ta: dict) -> bool:
    """Whether the signature of an attestation holds, by somebody else's Ed25519."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(ta["pk"])).verify(bytes.fromhex(ta["sig"]), signed(ta))
    except InvalidSignature:
        return False
    return True


@pytest.mark.row("F24")
def test_F24_the_authority_signs_a_hash_and_nothing_else_and_only_pinned_keys_are_believed(world, node, desk):
    ta = node.anyone.good("POST", "/api/time", {"nonce": HASH})
    assert set(ta) == {"ts", "iso", "exp", "kid", "nonce", "pk", "sig"}
    assert holds(ta)
    assert (ta["nonce"], ta["exp"] - ta["ts"]) == (HASH, 300_000)
    others = [
        HASH.upper(),
        HASH[:-1],
        HASH + "0",
        "",
        "A text of sixty-four characters is a text and never a hash......",
        1,
    ]
    refused = [node.anyone.post("/api/time", {"nonce": other}).status for other in others]
    assert refused == [422] * len(others)
    more = node.anyone.post("/api/time", {"nonce": HASH, "message": "What is proven"})
    assert (more.status, more.json["code"]) == (422, "UNKNOWN_MEMBER")
    published = node.anyone.good("GET", "/api/time/keys")["keys"]
    assert (published[-1]["kid"], published[-1]["pk"]) == (ta["kid"], ta["pk"])

    made = desk("prove", "Attested by a real node", "--level", "2", "--json")
    assert made.status == 10, made.err  # nobody has decided to believe this authority
    proof = made.json
    before = desk("verify", "-", "--json", text=made.out.encode())
    assert (before.json["valid"], before.json["level"], before.json["reason"]) == (True, 1, "TA_UNTRUSTED_KEY")
    pin(world, node)
    pinned = tomllib.loads((world.folder / "home/config/trust.toml").read_text())["time_authority"]
    assert pinned[ta["kid"]]["pk"] == ta["pk"]
    after = desk("verify", "-", "--min-level", "2", "--json", text=made.out.encode())
    assert (after.status, after.json["level"], after.json["timeBinding"]) == (0, 2, "bound")
    payload = {name: value for name, value in proof["payload"].items() if name not in {"t", "ta"}}
    assert proof["payload"]["ta"]["nonce"] == hashlib.sha256(rfc8785.dumps(payload)).hexdigest()


@pytest.mark.row("F13")
def test_F13_what_an_authority_attested_is_believed_when_its_key_has_moved_on(world, node, desk):
    pin(world, node)
    made = desk("prove", "Made before the key moved on", "--level", "2", "--json")
    assert made.status == 0, made.err
    old = made.json["payload"]["ta"]["kid"]
    with node.caller("org") as somebody:
        assert somebody.post("/api/time/keys/rotate", {}).status in {403, 422}
    assert node.anyone.ask("POST", "/api/time/keys/rotate").status == 401
    assert node.admin.ask("POST", "/api/time/keys/rotate").status == 201
    newer = node.anyone.good("POST", "/api/time", {"nonce": HASH})
    assert newer["kid"] != old
    kept = {one["kid"]: one for one in node.anyone.good("GET", "/api/time/keys")["keys"]}
    assert kept[old]["notAfter"]
    assert kept[newer["kid"]]["notAfter"] is None
    document = node.anyone.good("GET", "/.well-known/frankmark-trust.json")
    segment = document["signature"].split(".")[1]
    stated = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    assert set(stated["time_authority"]) == set(kept)
    assert stated == {name: member for name, member in document.items() if name != "signature"}

    after = desk("verify", "-", "--min-level", "2", "--json", text=made.out.encode())
    assert (after.status, after.json["level"]) == (0, 2)
    flipped = json.loads(made.out)
    flipped["payload"]["ta"]["sig"] = (
        f"{int(flipped['payload']['ta']['sig'][:2], 16) ^ 1:02x}" + flipped["payload"]["ta"]["sig"][2:]
    )
    broken = desk("verify", "-", "--json", text=json.dumps(flipped).encode()).json
    assert "TA_SIGNATURE_INVALID" in {error["code"] for error in broken["errors"]}
    late = desk("prove", "Made with a key that nobody has pinned yet", "--level", "2", "--json")
    assert late.status == 10
    pin(world, node)
    assert desk("verify", "-", "--min-level", "2", text=late.out.encode()).status == 0
