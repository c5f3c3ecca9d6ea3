"""Keys: published vectors, one encoding each, no unsound key, no secret in a text."""

import contextlib
import subprocess
from pathlib import Path

import joserfc.jwk
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.keys import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
    P256PrivateKey,
    P256PublicKey,
    RsaPrivateKey,
    RsaPublicKey,
    X25519PrivateKey,
    X25519PublicKey,
)
from frankmark.foundation.reasons import FoundationReason

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# RFC 6979 A.2.5
SCALAR = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
POINT_X = bytes.fromhex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
POINT_Y = bytes.fromhex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")
DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
scalars = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


def refused(code: FoundationReason, act, kind: type[Error] = Malformed) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


# --- P-256


@pytest.mark.parametrize(
    ("message", "r", "s"),
    [
        (
            b"sample",
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        ),
        (
            b"test",
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
            "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
        ),
    ],
)
def test_signatures_of_rfc_6979(message: bytes, r: str, s: str) -> None:
    key = P256PrivateKey.from_scalar(SCALAR)
    assert key.public.point() == b"\x04" + POINT_X + POINT_Y
    assert key.sign(message) == bytes.fromhex(r + s)
    key.public.verify(bytes.fromhex(r + s), message)


@given(scalars, st.binary(max_size=100))
def test_a_p256_key_comes_back_in_every_form(scalar: bytes, message: bytes) -> None:
    key = P256PrivateKey.from_scalar(scalar)
    assert key.to_scalar() == scalar
    public = key.public
    for again in (
        P256PublicKey.from_point(public.point()),
        P256PublicKey.from_spki(public.to_spki()),
        P256PublicKey.from_jwk(public.jwk()),
    ):
        assert again == public
        assert hash(again) == hash(public)
        again.verify(key.sign(message), message)
    assert public.thumbprint() == joserfc.jwk.ECKey.import_key(public.jwk()).thumbprint()


def test_the_other_s_verifies_too_as_the_standard_has_it() -> None:
    key = P256PrivateKey.from_scalar(SCALAR)
    signature = key.sign(b"m")
    other = signature[:32] + (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert other != signature
    key.public.verify(other, b"m")


def test_a_wrong_p256_signature_is_refused() -> None:
    key = P256PrivateKey.from_scalar(SCALAR)
    signature = key.sign(b"m")
    refused(FoundationReason.SIGNATURE_INVALID, lambda: key.public.verify(signature, b"n"), Unverified)
    refused(FoundationReason.SIGNATURE_INVALID, lambda: key.public.verify(bytes(64), b"m"), Unverified)
    refused(FoundationReason.SIGNATURE_INVALID, lambda: key.public.verify(b"\xff" * 64, b"m"), Unverified)
    for length in (0, 63, 65, 70):
        refused(FoundationReason.SIGNATURE_LENGTH, lambda n=length: key.public.verify(bytes(n), b"m"))


@pytest.mark.parametrize(
    "scalar", [b"", bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\x01" * 31, b"\x01" * 33]
)
def test_scalars_out_of_range_are_refused(scalar: bytes) -> None:
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PrivateKey.from_scalar(scalar))


@pytest.mark.parametrize(
    "point",
    [
        b"",
        b"\x00",
        b"\x04" + POINT_X,
        POINT_X + POINT_Y,
        b"\x04" + POINT_X + POINT_X,
        b"\x03" + POINT_X,
        b"\x06" + POINT_X + POINT_Y,
        b"\x07" + POINT_X + POINT_Y,
        b"\x04" + POINT_X + POINT_Y + b"\x00",
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
    ],
)
def test_what_is_no_uncompressed_point_is_refused(point: bytes) -> None:
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PublicKey.from_point(point))


def spki(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(DER, SPKI)


def compressed() -> bytes:
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    return head + b"\x03" + POINT_X


def test_other_spki_is_refused() -> None:
    good = P256PrivateKey.from_scalar(SCALAR).public.to_spki()
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PublicKey.from_spki(b""))
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PublicKey.from_spki(good + b"\x00"))
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PublicKey.from_spki(good[:-1]))
    refused(FoundationReason.KEY_MALFORMED, lambda: P256PublicKey.from_spki(compressed()))
    p384 = ec.generate_private_key(ec.SECP384R1()).public_key()
    refused(FoundationReason.KEY_TYPE, lambda: P256PublicKey.from_spki(spki(p384)))
    refused(FoundationReason.KEY_TYPE, lambda: P256PublicKey.from_spki(SMALL.public.to_spki()))


JWK = {"kty": "EC", "crv": "P-256", "x": b64url_encode(POINT_X), "y": b64url_encode(POINT_Y)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kty": "RSA"}, FoundationReason.KEY_TYPE),
        ({"kty": None}, FoundationReason.KEY_TYPE),
        ({"crv": "P-384"}, FoundationReason.KEY_TYPE),
        ({"crv": "p-256"}, FoundationReason.KEY_TYPE),
        ({"alg": "ES384"}, FoundationReason.KEY_TYPE),
        ({"alg": ["ES256"]}, FoundationReason.KEY_TYPE),
        ({"d": "AA"}, FoundationReason.KEY_NOT_PUBLIC),
        ({"k": "AA"}, FoundationReason.KEY_NOT_PUBLIC),
        ({"use": "enc"}, FoundationReason.KEY_USE),
        ({"key_ops": ["sign"]}, FoundationReason.KEY_USE),
        ({"key_ops": "verify"}, FoundationReason.KEY_USE),
        ({"x": 1}, FoundationReason.KEY_MALFORMED),
        ({"y": None}, FoundationReason.KEY_MALFORMED),
        ({"x": JWK["x"] + "="}, FoundationReason.BASE64URL_INVALID),
        ({"x": b64url_encode(b"\x00" + POINT_X)}, FoundationReason.KEY_MALFORMED),
        (
            {"x": b64url_encode(POINT_X[:31]), "y": b64url_encode(POINT_X[31:] + POINT_Y)},
            FoundationReason.KEY_MALFORMED,
        ),
        ({"y": b64url_encode(POINT_X)}, FoundationReason.KEY_MALFORMED),
    ],
)
def test_other_jwk_is_refused(change: dict, code: FoundationReason) -> None:
    assert (
        P256PublicKey.from_jwk({**JWK, "alg": "ES256", "use": "sig", "key_ops": ["verify"], "kid": "any"}).jwk() == JWK
    )
    refused(code, lambda: P256PublicKey.from_jwk({**JWK, **change}))


def test_the_key_of_rfc_7517_is_for_encryption() -> None:
    # RFC 7517 A.1
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "use": "enc",
        "kid": "1",
    }
    refused(FoundationReason.KEY_USE, lambda: P256PublicKey.from_jwk(key))
    assert P256PublicKey.from_jwk({**key, "use": "sig"}).jwk()["x"] == key["x"]


def test_a_p256_key_is_read_by_openssl(tmp_path: Path) -> None:
    key = P256PrivateKey.from_scalar(SCALAR)
    (tmp_path / "key.pem").write_bytes(key.to_pem())
    done = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key.pem", "-pubout", "-outform", "DER"], capture_output=True, check=True
    )
    assert P256PublicKey.from_spki(done.stdout) == key.public


# --- Ed25519


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [
        # RFC 8032 §7.1, tests 1 to 3
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
                "4655141438e7a100b"
            ),
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
                "eb00d291612bb0c00"
            ),
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            (
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
                "dc027beceea1ec40a"
            ),
        ),
    ],
)
def test_signatures_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_seed(bytes.fromhex(seed))
    assert key.seed.hex() == seed
    assert key.public == Ed25519PublicKey.from_bytes(bytes.fromhex(public))
    assert key.public.to_bytes().hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    key.public.verify(bytes.fromhex(signature), bytes.fromhex(message))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_every_seed_makes_a_sound_ed25519_key(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_seed(seed)
    public = Ed25519PublicKey.from_bytes(key.public.to_bytes())
    public.verify(key.sign(message), message)
    refused(FoundationReason.SIGNATURE_INVALID, lambda: public.verify(key.sign(message), message + b"."), Unverified)
    refused(FoundationReason.SIGNATURE_LENGTH, lambda: public.verify(key.sign(message)[:63], message))


P = 2**255 - 19
EIGHT = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (bytes(32), FoundationReason.KEY_WEAK),
        (bytes(31) + b"\x80", FoundationReason.KEY_WEAK),
        (b"\x01" + bytes(31), FoundationReason.KEY_WEAK),
        (b"\x01" + bytes(30) + b"\x80", FoundationReason.KEY_WEAK),
        ((P - 1).to_bytes(32, "little"), FoundationReason.KEY_WEAK),
        (bytes.fromhex(EIGHT), FoundationReason.KEY_WEAK),
        (bytes.fromhex(EIGHT[:-2] + "85"), FoundationReason.KEY_WEAK),
        (bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), FoundationReason.KEY_WEAK),
        (bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"), FoundationReason.KEY_WEAK),
        (P.to_bytes(32, "little"), FoundationReason.KEY_MALFORMED),
        ((P + 3).to_bytes(32, "little"), FoundationReason.KEY_MALFORMED),
        (b"\xff" * 32, FoundationReason.KEY_MALFORMED),
        (b"\x02" + bytes(31), FoundationReason.KEY_MALFORMED),
        (b"", FoundationReason.KEY_MALFORMED),
        (b"\x09" * 31, FoundationReason.KEY_MALFORMED),
        (b"\x09" * 33, FoundationReason.KEY_MALFORMED),
    ],
)
def test_unsound_ed25519_keys_are_refused(octets: bytes, code: FoundationReason) -> None:
    refused(code, lambda: Ed25519PublicKey.from_bytes(octets))


def test_an_ed25519_seed_has_32_octets() -> None:
    refused(FoundationReason.KEY_MALFORMED, lambda: Ed25519PrivateKey.from_seed(bytes(31)))


# --- X25519


def test_the_agreement_of_rfc_7748() -> None:
    # RFC 7748 §6.1
    alice = X25519PrivateKey.from_bytes(
        bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    )
    bob = X25519PrivateKey.from_bytes(bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
    assert bob.public.to_bytes().hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    assert alice.public.to_bytes().hex() == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    assert alice.exchange(bob.public).hex() == bob.exchange(alice.public).hex() == shared


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_both_sides_agree(one: bytes, other: bytes) -> None:
    mine, theirs = X25519PrivateKey.from_bytes(one), X25519PrivateKey.from_bytes(other)
    assert mine.exchange(theirs.public) == theirs.exchange(mine.public)
    assert X25519PublicKey.from_bytes(mine.public.to_bytes()) == mine.public
    assert mine.to_bytes() == one


def test_unsound_x25519_keys_are_refused() -> None:
    mine = X25519PrivateKey.from_bytes(bytes(range(32)))
    refused(
        FoundationReason.SHARED_SECRET_ZERO, lambda: mine.exchange(X25519PublicKey.from_bytes(bytes(32))), Unverified
    )
    refused(FoundationReason.KEY_MALFORMED, lambda: X25519PublicKey.from_bytes(bytes(31)))
    refused(FoundationReason.KEY_MALFORMED, lambda: X25519PrivateKey.from_bytes(bytes(33)))


# --- RSA

SMALL = RsaPrivateKey.generate(1024)


def test_an_rsa_key_comes_back_in_every_form() -> None:
    public = SMALL.public
    assert public.bits == 1024
    assert RsaPublicKey.from_spki(public.to_spki()) == RsaPublicKey.from_pkcs1(public.to_pkcs1()) == public
    again = RsaPrivateKey.from_pem(SMALL.to_pem())
    public.verify_pkcs1(again.sign_pkcs1(b"m"), b"m")
    public.verify_pkcs1(SMALL.sign_pkcs1(b"m"), b"m", "sha256")
    assert again.sign_pkcs1(b"m") == SMALL.sign_pkcs1(b"m")


def test_a_wrong_rsa_signature_is_refused() -> None:
    signature = SMALL.sign_pkcs1(b"m")
    for wrong, text, digest in [
        (signature, b"n", "sha256"),
        (signature, b"m", "sha1"),
        (b"", b"m", "sha256"),
        (signature + b"\x00", b"m", "sha256"),
        (b"\xff" * 128, b"m", "sha256"),
    ]:
        refused(
            FoundationReason.SIGNATURE_INVALID,
            lambda w=wrong, t=text, d=digest: SMALL.public.verify_pkcs1(w, t, d),
            Unverified,
        )


def test_a_signature_with_sha1_verifies_for_the_policy_to_judge(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(SMALL.to_pem())
    (tmp_path / "text").write_bytes(b"old")
    command = ["openssl", "dgst", "-sha1", "-sign", tmp_path / "key.pem", tmp_path / "text"]
    signature = subprocess.run(command, capture_output=True, check=True).stdout
    SMALL.public.verify_pkcs1(signature, b"old", "sha1")


def rsa_spki(modulus: int, exponent: int) -> bytes:
    return spki(rsa.RSAPublicNumbers(exponent, modulus).public_key())


def test_other_rsa_keys_are_refused() -> None:
    public = SMALL.public
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_spki(public.to_pkcs1()))
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_pkcs1(public.to_spki()))
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_spki(b"\x30\x03\x02\x01\x01"))
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_spki(public.to_spki() + b"\x00"))
    refused(
        FoundationReason.KEY_TYPE, lambda: RsaPublicKey.from_spki(P256PrivateKey.from_scalar(SCALAR).public.to_spki())
    )
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_spki(rsa_spki(2**16385 + 1, 65537)))
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPublicKey.from_spki(rsa_spki(2**2047 + 1, 2**64 + 1)))


def test_other_pem_is_refused() -> None:
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPrivateKey.from_pem(b""))
    refused(FoundationReason.KEY_TYPE, lambda: RsaPrivateKey.from_pem(P256PrivateKey.from_scalar(SCALAR).to_pem()))
    locked = serialization.load_pem_private_key(SMALL.to_pem(), None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    refused(FoundationReason.KEY_MALFORMED, lambda: RsaPrivateKey.from_pem(locked))


# --- all kinds


def test_new_keys_differ() -> None:
    assert P256PrivateKey.generate().public != P256PrivateKey.generate().public
    assert Ed25519PrivateKey.generate().public != Ed25519PrivateKey.generate().public
    assert X25519PrivateKey.generate().public != X25519PrivateKey.generate().public


def test_keys_of_different_kinds_are_different() -> None:
    seed = bytes(range(32))
    ed, x = (
        Ed25519PrivateKey.from_seed(seed).public,
        X25519PublicKey.from_bytes(Ed25519PrivateKey.from_seed(seed).public.to_bytes()),
    )
    assert ed != x
    assert x != ed.to_bytes()


def test_the_text_of_a_key_shows_no_secret() -> None:
    for private, secret in [
        (P256PrivateKey.from_scalar(SCALAR), SCALAR),
        (Ed25519PrivateKey.from_seed(SCALAR), SCALAR),
        (X25519PrivateKey.from_bytes(SCALAR), SCALAR),
    ]:
        for text in (repr(private), str(private)):
            assert secret.hex() not in text.lower()
            assert str(int.from_bytes(secret, "big")) not in text
    assert repr(X25519PublicKey.from_bytes(bytes(32))) == f"X25519PublicKey({'00' * 32})"


@settings(max_examples=200)
@given(st.binary(max_size=100))
def test_any_octets_are_a_key_or_are_refused_with_a_code(octets: bytes) -> None:
    makers = [
        P256PublicKey.from_point,
        P256PublicKey.from_spki,
        Ed25519PublicKey.from_bytes,
        X25519PublicKey.from_bytes,
        RsaPublicKey.from_spki,
        RsaPublicKey.from_pkcs1,
        RsaPrivateKey.from_pem,
    ]
    for make in makers:
        with contextlib.suppress(Malformed):
            make(octets)
