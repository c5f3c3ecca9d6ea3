"""Encodings: each decoder accepts exactly what its encoder writes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation import encoding
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

PAIRS = [
    (encoding.b64url_encode, encoding.b64url_decode, FoundationReason.BASE64URL_INVALID),
    (encoding.b64_encode, encoding.b64_decode, FoundationReason.BASE64_INVALID),
    (encoding.base32_encode, encoding.base32_decode, FoundationReason.BASE32_INVALID),
    (encoding.hex_encode, encoding.hex_decode, FoundationReason.HEX_INVALID),
]
NAMES = ["base64url", "base64", "base32", "hex"]


@pytest.mark.parametrize(("encode", "decode"), [pair[:2] for pair in PAIRS], ids=NAMES)
@given(octets=st.binary(max_size=80))
def test_there_and_back(encode, decode, octets: bytes) -> None:
    assert decode(encode(octets)) == octets


@pytest.mark.parametrize(("encode", "decode", "code"), PAIRS, ids=NAMES)
@given(text=st.text(max_size=20) | st.text(alphabet="ABab01-_+/= \n", max_size=12))
def test_one_value_has_one_text(encode, decode, code, text: str) -> None:
    outcome: object
    try:
        outcome = encode(decode(text))
    except Malformed as fault:
        outcome = fault.code
    assert outcome in {text, code}


@given(st.binary(max_size=80))
def test_the_texts_are_those_of_rfc_4648(octets: bytes) -> None:
    assert encoding.b64url_encode(octets) == base64.urlsafe_b64encode(octets).decode().rstrip("=")
    assert encoding.b64_encode(octets) == base64.b64encode(octets).decode()
    assert encoding.base32_encode(octets) == base64.b32encode(octets).decode().rstrip("=").lower()


# RFC 4648 §10
@pytest.mark.parametrize(
    ("octets", "b64", "b32"),
    [
        (b"", "", ""),
        (b"f", "Zg==", "my"),
        (b"fo", "Zm8=", "mzxq"),
        (b"foo", "Zm9v", "mzxw6"),
        (b"foob", "Zm9vYg==", "mzxw6yq"),
        (b"fooba", "Zm9vYmE=", "mzxw6ytb"),
        (b"foobar", "Zm9vYmFy", "mzxw6ytboi"),
    ],
)
def test_the_examples_of_rfc_4648(octets: bytes, b64: str, b32: str) -> None:
    assert encoding.b64_encode(octets) == b64
    assert encoding.b64url_encode(octets) == b64.rstrip("=")
    assert encoding.base32_encode(octets) == b32
    assert encoding.b64_decode(b64) == encoding.base32_decode(b32) == octets


@pytest.mark.parametrize(
    "text",
    [
        "Zg==",
        "Zh",
        "Zg=",
        "Z",
        "Zm9",
        "Z+8",
        "Z/8",
        " Zg",
        "Zg\n",
        "Zg ",
        "Z g",
        "Z\uff47",
        "é",
        "Zg\x00",
        "Zm9v====",
        "=",
    ],
)
def test_other_base64url_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        encoding.b64url_decode(text)
    assert refused.value.code is FoundationReason.BASE64URL_INVALID


@pytest.mark.parametrize(
    "text", ["Zg", "Zg=", "Zh==", "Zg==\n", "Z-8=", "Zm9v=", "Zg==Zg==", "Zm8=Zm8=", "é===", "===="]
)
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        encoding.b64_decode(text)
    assert refused.value.code is FoundationReason.BASE64_INVALID


@pytest.mark.parametrize("text", ["MY", "mz", "my======", "m1", "my ", "ß", "m", "mzx"])
def test_other_base32_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        encoding.base32_decode(text)
    assert refused.value.code is FoundationReason.BASE32_INVALID


@pytest.mark.parametrize("text", ["A0", "a", "a0 ", "a0 b1", "0x", "٣٣", "a0\n"])
def test_other_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        encoding.hex_decode(text)
    assert refused.value.code is FoundationReason.HEX_INVALID


@given(st.integers(1, 43).flatmap(lambda width: st.tuples(st.integers(0, 62**width - 1), st.just(width))))
def test_base62_has_a_fixed_width_and_keeps_order(pair: tuple[int, int]) -> None:
    number, width = pair
    text = encoding.base62_encode(number, width)
    assert len(text) == width
    assert encoding.base62_decode(text) == number
    if number:
        assert encoding.base62_encode(number - 1, width) < text


@pytest.mark.parametrize(("number", "width"), [(-1, 3), (62**3, 3), (1, 0)])
def test_a_number_that_does_not_fit_is_misuse(number: int, width: int) -> None:
    with pytest.raises(Misuse) as raised:
        encoding.base62_encode(number, width)
    assert raised.value.code is FoundationReason.BASE62_INVALID


@pytest.mark.parametrize("text", ["-", "a b", "é", "٣", "0_"])
def test_other_base62_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        encoding.base62_decode(text)
    assert refused.value.code is FoundationReason.BASE62_INVALID
