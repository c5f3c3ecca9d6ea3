"""Wycheproof: every case of every group that is about something we do, with the counts on both sides."""

import json
from collections import Counter
from pathlib import Path

import pytest

from frankmark.foundation import jws
from frankmark.foundation.aead import hkdf, seal, unseal
from frankmark.foundation.digest import hmac_sha256, verify_hmac_sha256
from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.keys import Ed25519PublicKey, P256PublicKey, X25519PrivateKey, X25519PublicKey
from frankmark.foundation.reasons import FoundationReason

FOLDER = Path(__file__).parents[2] / "vectors" / "third-party" / "wycheproof"
# Cases in each file, as the files themselves say, too.
COUNTS = {
    "chacha20_poly1305": 325,
    "ecdsa_secp256r1_sha256_p1363": 262,
    "ed25519": 151,
    "hkdf_sha256": 86,
    "hkdf_sha512": 83,
    "hmac_sha256": 174,
    "json_web_key": 26,
    "json_web_signature": 401,
    "x25519": 518,
    "x25519_jwk": 531,
}


def groups(name: str) -> list[dict]:
    whole = json.loads((FOLDER / f"{name}_test.json").read_text(encoding="utf-8"))
    assert whole["numberOfTests"] == sum(len(group["tests"]) for group in whole["testGroups"]) == COUNTS[name]
    return whole["testGroups"]


def cases(name: str) -> list[tuple[dict, dict]]:
    return [(group, test) for group in groups(name) for test in group["tests"]]


def octets(test: dict, *names: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(test[name]) for name in names)


def test_the_files_are_those_that_are_run() -> None:
    assert {path.name.removesuffix("_test.json") for path in FOLDER.glob("*.json")} == set(COUNTS)


def test_ecdsa_p256_with_fixed_width_signatures() -> None:
    seen: Counter[str] = Counter()
    for group, test in cases("ecdsa_secp256r1_sha256_p1363"):
        key = P256PublicKey.from_point(bytes.fromhex(group["publicKey"]["uncompressed"]))
        assert key == P256PublicKey.from_spki(bytes.fromhex(group["publicKeyDer"]))
        if "publicKeyJwk" in group:
            assert key == P256PublicKey.from_jwk(group["publicKeyJwk"])
        message, signature = octets(test, "msg", "sig")
        if test["result"] == "valid":
            key.verify(signature, message)
        else:
            expected = Unverified if len(signature) == 64 else Malformed
            with pytest.raises(expected):
                key.verify(signature, message)
        seen[test["result"]] += 1
    assert seen == {"valid": 173, "invalid": 89}


def test_ed25519() -> None:
    seen: Counter[str] = Counter()
    for group, test in cases("ed25519"):
        key = Ed25519PublicKey.from_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        message, signature = octets(test, "msg", "sig")
        if test["result"] == "valid":
            key.verify(signature, message)
        else:
            expected = Unverified if len(signature) == 64 else Malformed
            with pytest.raises(expected):
                key.verify(signature, message)
        seen[test["result"]] += 1
    assert seen == {"valid": 88, "invalid": 63}


def test_x25519() -> None:
    seen: Counter[str] = Counter()
    for _, test in cases("x25519"):
        private, public, shared = octets(test, "private", "public", "shared")
        ended = _exchange(private, public, shared)
        # "acceptable" are non-canonical and twist points, which RFC 7748 demands to take, and zero secrets.
        assert ended == ("zero" if "ZeroSharedSecret" in test["flags"] else "agreed")
        seen[f"{test['result']} {ended}"] += 1
    assert seen == {"valid agreed": 264, "acceptable agreed": 223, "acceptable zero": 31}


def test_x25519_out_of_jwk_coordinates() -> None:
    seen: Counter[str] = Counter()
    for _, test in cases("x25519_jwk"):
        if test["result"] == "invalid":
            # Excluded: these are about reading JSON Web Keys of type OKP, which nothing of ours reads.
            assert test["flags"] == ["InvalidPublic"]
            seen["excluded"] += 1
            continue
        private, public = b64url_decode(test["private"]["d"]), b64url_decode(test["public"]["x"])
        assert X25519PrivateKey.from_bytes(private).public.to_bytes() == b64url_decode(test["private"]["x"])
        ended = _exchange(private, public, bytes.fromhex(test["shared"]))
        seen[f"{test['result']} {ended}"] += 1
    assert seen == {"valid agreed": 264, "acceptable agreed": 223, "acceptable zero": 31, "excluded": 13}


def _exchange(private: bytes, public: bytes, shared: bytes) -> str:
    mine, theirs = X25519PrivateKey.from_bytes(private), X25519PublicKey.from_bytes(public)
    if shared == bytes(32):
        with pytest.raises(Unverified) as refused:
            mine.exchange(theirs)
        assert refused.value.code is FoundationReason.SHARED_SECRET_ZERO
        return "zero"
    assert mine.exchange(theirs) == shared
    return "agreed"


# The groups that verify with ES256; the others are about RSA, HMAC and P-521, which no JWS of ours uses.
OUR_JWS_GROUPS = {"es256": 15, "SpecialCaseEs256": 24, "ec_key_for_encryption": 2}
OTHER_JWS_GROUPS = {
    "hs256": 17,
    "rs256": 231,
    "rs384": 4,
    "rs512": 4,
    "ps256": 48,
    "ps384": 5,
    "ps512": 20,
    "rfc7520": 5,
    "rfc7520WithKeyOps": 3,
    "rsa_encryption": 2,
    "base64": 21,
}


def test_json_web_signatures_with_es256() -> None:
    seen: Counter[str] = Counter()
    results: Counter[str] = Counter()
    for group, test in cases("json_web_signature"):
        seen[group["comment"]] += 1
        if group["comment"] not in OUR_JWS_GROUPS:
            _refused(group.get("public", group["private"]), test["jws"])
            continue
        results[test["result"]] += 1
        if test["result"] == "valid":
            jws.verify(jws.parse(test["jws"]), P256PublicKey.from_jwk(group["public"]))
        else:
            _refused(group["public"], test["jws"])
    assert seen == {**OUR_JWS_GROUPS, **OTHER_JWS_GROUPS}
    assert sum(OTHER_JWS_GROUPS.values()) == 360
    assert results == {"valid": 2, "invalid": 39}


def _refused(jwk: dict, token: object) -> None:
    """Whatever is not ours is refused as well, valid or not."""
    with pytest.raises(Error):
        jws.verify(jws.parse(str(token)), P256PublicKey.from_jwk(jwk))


# The key sets that hold a P-256 key or pretend to, each with the code that it ends with.
OUR_KEY_GROUPS = {
    "wrong_algorithm": FoundationReason.KEY_TYPE,
    "invalid_algorithm": FoundationReason.KEY_TYPE,
    "invalid_use": FoundationReason.KEY_USE,
    "invalid_point": FoundationReason.KEY_MALFORMED,
    "wrong_curve": FoundationReason.KEY_TYPE,
    "wrong_kty": FoundationReason.KEY_TYPE,
}
SECRET_KEY_GROUPS = {
    "jws_mixedSymmetryKeyset",
    "jws_keyset",
    "jws_duplicate_kid",
    "invalid_aes_gcm_key",
    "invalid_aes_kw_key",
}


def test_json_web_keys() -> None:
    seen: Counter[str] = Counter()
    for group, test in cases("json_web_key"):
        published = group.get("public", group.get("private"))
        name = group["comment"]
        if name in OUR_KEY_GROUPS:
            with pytest.raises(Malformed) as refused:
                P256PublicKey.from_jwk(published["keys"][0])
            assert refused.value.code is OUR_KEY_GROUPS[name]
            assert test["result"] == "invalid"
            seen["ours"] += 1
        elif name in SECRET_KEY_GROUPS or name.startswith("HS"):
            with pytest.raises(Malformed) as refused:
                JwkSet.from_json(published)
            assert refused.value.code is FoundationReason.KEY_NOT_PUBLIC
            seen["secret"] += 1
        else:
            # RSA keys: they are left out of a set, so no token of ours can be verified with them.
            assert JwkSet.from_json(published).keys == ()
            seen["rsa"] += 1
    assert seen == {"ours": 6, "secret": 15, "rsa": 5}


def test_chacha20_poly1305() -> None:
    seen: Counter[str] = Counter()
    for group, test in cases("chacha20_poly1305"):
        key, nonce, associated, message, text, tag = octets(test, "key", "iv", "aad", "msg", "ct", "tag")
        if group["ivSize"] != 96:
            with pytest.raises(Misuse):
                unseal(key, nonce, text + tag, associated)
            seen["nonce of another length"] += 1
        elif test["result"] == "valid":
            assert seal(key, nonce, message, associated) == text + tag
            assert unseal(key, nonce, text + tag, associated) == message
            seen["valid"] += 1
        else:
            with pytest.raises(Unverified):
                unseal(key, nonce, text + tag, associated)
            seen["forged"] += 1
    assert seen == {"valid": 256, "forged": 60, "nonce of another length": 9}


@pytest.mark.parametrize(("digest", "valid"), [("sha256", 83), ("sha512", 80)])
def test_hkdf(digest: str, valid: int) -> None:
    seen: Counter[str] = Counter()
    for _, test in cases(f"hkdf_{digest}"):
        secret, salt, info, key = octets(test, "ikm", "salt", "info", "okm")
        if test["result"] == "valid":
            assert hkdf(digest, secret, salt=salt, info=info, length=test["size"]) == key
        else:
            assert test["flags"] == ["SizeTooLarge"]
            with pytest.raises(Misuse):
                hkdf(digest, secret, salt=salt, info=info, length=test["size"])
        seen[test["result"]] += 1
    assert seen == {"valid": valid, "invalid": 3}


def test_hmac_sha256() -> None:
    seen: Counter[str] = Counter()
    for group, test in cases("hmac_sha256"):
        key, message, tag = octets(test, "key", "msg", "tag")
        if group["tagSize"] != 256:
            # A shortened tag is none of ours, right or wrong; its octets are the beginning of the whole one.
            assert (hmac_sha256(key, message)[:16] == tag) == (test["result"] == "valid")
            with pytest.raises(Unverified):
                verify_hmac_sha256(tag, key, message)
            seen["shortened"] += 1
        elif test["result"] == "valid":
            verify_hmac_sha256(tag, key, message)
            seen["valid"] += 1
        else:
            with pytest.raises(Unverified):
                verify_hmac_sha256(tag, key, message)
            seen["invalid"] += 1
    assert seen == {"valid": 33, "invalid": 54, "shortened": 87}
