"""Write vectors/jwks.json: key sets of nodes, each with the keys that count or the code that it is refused with.

Nothing here runs our code: names of keys are computed from the standard, expectations are written by hand.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

RETIRED = {"ss_status": "retired", "ss_retired_at": "2026-03-01T00:00:00Z"}
COMPROMISED = {"ss_status": "compromised", "ss_compromised_at": "2026-02-01T00:00:00Z"}


def b64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def bare(scalar: int) -> dict[str, str]:
    """The public members of the key with this private number."""
    numbers = ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers()
    x, y = (b64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def kid(scalar: int, node: str = "node-abcdefghij") -> str:
    """The name of a key, its thumbprint computed as RFC 7638 §3 says."""
    text = json.dumps(bare(scalar), separators=(",", ":"), sort_keys=True)
    return f"{node}#{b64url(hashlib.sha256(text.encode()).digest())}"


def key(scalar: int, node: str = "node-abcdefghij", **more: object) -> dict[str, object]:
    """A key as a node publishes it, with members changed or, if they are None, left out."""
    whole = {**bare(scalar), "kid": kid(scalar, node), "use": "sig", "alg": "ES256", "ss_status": "active", **more}
    return {name: value for name, value in whole.items() if value is not None}


def text(*keys: object) -> str:
    """A set of these keys as JSON."""
    return json.dumps({"keys": list(keys)})


def cases() -> dict[str, tuple[str, object]]:
    """Every case: its name, the set, the keys that count as [kid, status, counts until] or a code."""
    return {
        "no-keys": (text(), []),
        "one-active-key": (text(key(1)), [[kid(1), "active", None]]),
        "status-missing-is-active": (text(key(1, ss_status=None)), [[kid(1), "active", None]]),
        "use-and-alg-missing": (text(key(1, use=None, alg=None)), [[kid(1), "active", None]]),
        "unknown-members-are-ignored": (text(key(1, nbf=5, x5t="a")), [[kid(1), "active", None]]),
        "unknown-members-of-the-set-are-ignored": (json.dumps({"keys": [key(1)], "v": 2}), [[kid(1), "active", None]]),
        "rotation-old-and-new-both-active": (
            text(key(1), key(2)),
            [[kid(1), "active", None], [kid(2), "active", None]],
        ),
        "retired-key": (
            text(key(1, **RETIRED), key(2)),
            [[kid(1), "retired", 1772323200000], [kid(2), "active", None]],
        ),
        "compromised-key": (text(key(1, **COMPROMISED)), [[kid(1), "compromised", 1769904000000]]),
        "retired-then-compromised-earlier": (
            text(key(1, **{**RETIRED, **COMPROMISED})),
            [[kid(1), "compromised", 1769904000000]],
        ),
        "retired-then-compromised-later": (
            text(key(1, **{**RETIRED, **COMPROMISED, "ss_compromised_at": "2026-04-01T00:00:00Z"})),
            [[kid(1), "compromised", 1772323200000]],
        ),
        "union-of-two-nodes": (
            text(key(1, "node-abcdefghij"), key(2, "node_foundation_01")),
            [[kid(1), "active", None], [kid(2, "node_foundation_01"), "active", None]],
        ),
        "one-key-of-two-nodes": (
            text(key(1, "a"), key(1, "b")),
            [[kid(1, "a"), "active", None], [kid(1, "b"), "active", None]],
        ),
        "rsa-key-is-left-out": (
            text({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r"}, key(1)),
            [[kid(1), "active", None]],
        ),
        "other-curve-is-left-out": (text({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}), []),
        "ed25519-key-is-left-out": (text({"kty": "OKP", "crv": "Ed25519", "x": "AA"}), []),
        "not-json": ("keys", "JSON_SYNTAX"),
        "an-array": ("[]", "KEY_SET_MALFORMED"),
        "no-member-keys": ("{}", "KEY_SET_MALFORMED"),
        "keys-that-are-an-object": ('{"keys":{}}', "KEY_SET_MALFORMED"),
        "a-key-that-is-text": (text("a"), "KEY_SET_MALFORMED"),
        "duplicate-member": ('{"keys":[],"keys":[]}', "JSON_DUPLICATE_KEY"),
        "secret-p256-key": (text(key(1, d="AA")), "KEY_NOT_PUBLIC"),
        "secret-symmetric-key": (text(key(1), {"kty": "oct", "k": "AA"}), "KEY_NOT_PUBLIC"),
        "secret-rsa-key": (text({"kty": "RSA", "n": "AQAB", "e": "AQAB", "p": "AQ"}), "KEY_NOT_PUBLIC"),
        "kid-missing": (text(key(1, kid=None)), "KEY_ID_MALFORMED"),
        "kid-that-is-a-number": (text(key(1, kid=7)), "KEY_ID_MALFORMED"),
        "kid-with-a-space-in-the-node": (text(key(1, kid="a b" + kid(1)[15:])), "KEY_ID_MALFORMED"),
        "kid-without-node": (text(key(1, kid=kid(1)[15:])), "KEY_ID_MALFORMED"),
        "kid-without-thumbprint": (text(key(1, kid="node-abcdefghij")), "KEY_ID_MISMATCH"),
        "kid-of-another-key": (text(key(1, kid=kid(2))), "KEY_ID_MISMATCH"),
        "kid-twice": (text(key(1), key(1, **RETIRED)), "KEY_ID_DUPLICATE"),
        "status-unknown": (text(key(1, ss_status="revoked")), "KEY_STATUS"),
        "status-in-capitals": (text(key(1, ss_status="ACTIVE")), "KEY_STATUS"),
        "status-that-is-a-list": (text(key(1, ss_status=["active"])), "KEY_STATUS"),
        "active-with-time-of-retirement": (text(key(1, ss_retired_at="2026-03-01T00:00:00Z")), "KEY_STATUS"),
        "retired-without-time": (text(key(1, ss_status="retired")), "KEY_STATUS"),
        "retired-with-time-of-compromise": (
            text(key(1, **RETIRED, ss_compromised_at="2026-03-01T00:00:00Z")),
            "KEY_STATUS",
        ),
        "compromised-without-time": (text(key(1, ss_status="compromised")), "KEY_STATUS"),
        "time-in-seconds": (text(key(1, ss_status="retired", ss_retired_at=1772323200)), "TIMESTAMP_INVALID"),
        "time-that-does-not-exist": (
            text(key(1, ss_status="retired", ss_retired_at="2026-02-30T00:00:00Z")),
            "TIMESTAMP_INVALID",
        ),
        "use-for-encryption": (text(key(1, use="enc")), "KEY_USE"),
        "alg-of-another-curve": (text(key(1, alg="ES384")), "KEY_TYPE"),
        "point-off-the-curve": (text(key(1, y=bare(2)["y"])), "KEY_MALFORMED"),
        "coordinate-with-padding": (text(key(1, x=bare(1)["x"] + "=")), "BASE64URL_INVALID"),
    }


def main() -> None:
    """Write the file named on the command line."""
    lines = ",\n".join(json.dumps({"name": n, "set": s, "outcome": o}) for n, (s, o) in cases().items())
    head = '{"suite": "jwks", "standard": "RFC 7517, RFC 7638", "cases": [\n'
    Path(sys.argv[1]).write_text(f"{head}{lines}\n]}}\n", encoding="ascii")


if __name__ == "__main__":
    main()
