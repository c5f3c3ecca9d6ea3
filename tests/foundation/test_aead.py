"""Sealing, HKDF and Argon2id: published vectors, a peer, ranges."""

import nacl.pwhash.argon2id
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.aead import argon2id, hkdf, seal, unseal
from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.reasons import FoundationReason

KEY, NONCE = bytes(range(32)), bytes(range(12))


def refused(code: FoundationReason, act, kind: type[Error]) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


def test_the_example_of_rfc_8439() -> None:
    # RFC 8439 §2.8.2
    key = bytes.fromhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")
    nonce = bytes.fromhex("070000004041424344454647")
    associated = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
        b"be it."
    )
    sealed = seal(key, nonce, text, associated)
    assert sealed[:16].hex() == "d31a8d34648e60db7b86afbc53ef7ec2"
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"
    assert unseal(key, nonce, sealed, associated) == text


@given(st.binary(max_size=100), st.binary(max_size=30), st.data())
def test_nothing_that_was_changed_opens(text: bytes, associated: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, NONCE, text, associated)
    assert len(sealed) == len(text) + 16
    assert unseal(KEY, NONCE, sealed, associated) == text
    place = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:place] + bytes([sealed[place] ^ data.draw(st.integers(1, 255))]) + sealed[place + 1 :]
    for act in (
        lambda: unseal(KEY, NONCE, changed, associated),
        lambda: unseal(KEY, NONCE, sealed, associated + b"."),
        lambda: unseal(KEY, NONCE[::-1], sealed, associated),
        lambda: unseal(KEY[::-1], NONCE, sealed, associated),
    ):
        refused(FoundationReason.SEAL_BROKEN, act, Unverified)


def test_what_has_no_room_for_a_tag_is_malformed() -> None:
    refused(FoundationReason.SEAL_TOO_SHORT, lambda: unseal(KEY, NONCE, bytes(15)), Malformed)


@pytest.mark.parametrize(("key", "nonce"), [(b"", NONCE), (KEY[:31], NONCE), (KEY, b""), (KEY, bytes(24))])
def test_keys_and_nonces_of_another_length_are_misuse(key: bytes, nonce: bytes) -> None:
    refused(FoundationReason.PARAMETER_RANGE, lambda: seal(key, nonce, b""), Misuse)
    refused(FoundationReason.PARAMETER_RANGE, lambda: unseal(key, nonce, bytes(16)), Misuse)


def test_the_example_of_rfc_5869() -> None:
    # RFC 5869 A.1
    key = hkdf(
        "sha256",
        b"\x0b" * 22,
        salt=bytes(range(13)),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )
    assert key.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


@pytest.mark.parametrize(("digest", "length"), [("sha256", 0), ("sha256", 8161), ("sha512", 16321), ("sha512", -1)])
def test_an_hkdf_length_out_of_range_is_misuse(digest: str, length: int) -> None:
    refused(FoundationReason.PARAMETER_RANGE, lambda: hkdf(digest, b"s", salt=b"", info=b"", length=length), Misuse)


@pytest.mark.parametrize(("memory_kib", "passes"), [(8, 1), (64, 3), (1024, 2), (65_536, 3)])
@pytest.mark.parametrize("passphrase", [b"", b"correct horse", "contraseña".encode(), bytes(500)])
def test_argon2id_agrees_with_libsodium(passphrase: bytes, memory_kib: int, passes: int) -> None:
    salt = bytes(range(16))
    theirs = nacl.pwhash.argon2id.kdf(32, passphrase, salt, opslimit=passes, memlimit=memory_kib * 1024)
    assert argon2id(passphrase, salt, memory_kib=memory_kib, passes=passes, lanes=1) == theirs


def test_each_parameter_of_argon2id_counts() -> None:
    usual = {"memory_kib": 64, "passes": 1, "lanes": 1}
    keys = {
        argon2id(b"p", bytes(16), **{**usual, **change})
        for change in ({}, {"memory_kib": 72}, {"passes": 2}, {"lanes": 2})
    }
    keys |= {argon2id(b"q", bytes(16), **usual), argon2id(b"p", b"\x01" * 16, **usual)}
    assert len(keys) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"salt": bytes(7)},
        {"memory_kib": 7},
        {"memory_kib": 15, "lanes": 2},
        {"memory_kib": 4_194_305},
        {"passes": 0},
        {"passes": 65},
        {"lanes": 0},
        {"lanes": 17, "memory_kib": 1024},
    ],
)
def test_parameters_of_argon2id_out_of_range_are_misuse(change: dict) -> None:
    arguments = {"salt": bytes(16), "memory_kib": 64, "passes": 1, "lanes": 1, **change}
    refused(FoundationReason.PARAMETER_RANGE, lambda: argon2id(b"p", **arguments), Misuse)
