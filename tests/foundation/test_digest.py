"""Digests against published values, labels that cannot collide, and HMAC that refuses."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation import digest
from frankmark.foundation.errors import Misuse, Unverified
from frankmark.foundation.reasons import FoundationReason

labels = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=8)


def test_published_values() -> None:
    # FIPS 180-4, example of one block.
    assert digest.sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest.sha512(b"abc").hex()[:32] == "ddaf35a193617abacc417349ae204131"
    assert digest.sha256().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=20), max_size=4))
def test_parts_are_joined_with_nothing_between(parts: list[bytes]) -> None:
    assert digest.sha256(*parts) == hashlib.sha256(b"".join(parts)).digest()
    assert digest.sha512(*parts) == hashlib.sha512(b"".join(parts)).digest()
    assert digest.hmac_sha256(b"k", *parts) == hmac.new(b"k", b"".join(parts), "sha256").digest()


@given(labels, st.binary(max_size=8), labels, st.binary(max_size=8))
def test_two_labels_never_give_the_same_octets(one: str, first: bytes, other: str, second: bytes) -> None:
    same = digest.labelled(one, first) == digest.labelled(other, second)
    assert same == ((one, first) == (other, second))


def test_a_label_ends_with_a_zero_octet() -> None:
    assert digest.labelled("SSCT-ATL-1", b"x") == b"SSCT-ATL-1\x00x"


@pytest.mark.parametrize("label", ["", "a\x00b", "é", "a\n"])
def test_a_label_is_printable_ascii(label: str) -> None:
    with pytest.raises(Misuse) as raised:
        digest.labelled(label, b"")
    assert raised.value.code is FoundationReason.PARAMETER_RANGE


def test_an_hmac_holds_for_its_key_and_text_only() -> None:
    tag = digest.hmac_sha256(b"key", b"one", b"two")
    digest.verify_hmac_sha256(tag, b"key", b"onetwo")
    for wrong in [
        (tag, b"yek", b"onetwo"),
        (tag, b"key", b"onetwo."),
        (tag[:31], b"key", b"onetwo"),
        (b"", b"key", b""),
    ]:
        with pytest.raises(Unverified) as refused:
            digest.verify_hmac_sha256(*wrong)
        assert refused.value.code is FoundationReason.SIGNATURE_INVALID


def test_an_empty_hmac_key_is_misuse() -> None:
    with pytest.raises(Misuse):
        digest.hmac_sha256(b"", b"text")
    with pytest.raises(Misuse):
        digest.verify_hmac_sha256(b"", b"", b"text")
