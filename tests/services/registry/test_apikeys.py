"""API keys: form, checksum, and what of them is shown."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Unverified
from frankmark.services.apikeys import make_key, parse_key
from frankmark.services.reasons import ServiceReason

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text.rjust(width, "0")


@given(entropy=st.binary(min_size=32, max_size=32), live=st.booleans())
def test_a_key_has_the_form_that_the_contract_gives_it(entropy: bytes, *, live: bool) -> None:
    text = make_key(live=live, entropy=entropy).text
    prefix, secret = text[:8], text[8:]
    assert prefix == ("ss_live_" if live else "ss_test_")
    assert len(secret) == 43
    assert set(secret) <= set(DIGITS)
    assert text[-6:] == base62(zlib.crc32(text[:-6].encode()), 6)
    assert parse_key(text).text == text


def test_a_key_known_to_be_good_is_read() -> None:
    body = "ss_live_" + "A" * 37
    assert parse_key(body + base62(zlib.crc32(body.encode()), 6)).prefix == "ss_live_AAAAAA"


def test_different_entropy_makes_different_keys() -> None:
    assert len({make_key(live=True, entropy=bytes([i]) * 32).text for i in range(256)}) == 256


@given(st.binary(min_size=32, max_size=32), st.integers(0, 50), st.sampled_from(DIGITS))
def test_one_changed_character_is_noticed(entropy: bytes, place: int, digit: str) -> None:
    text = make_key(live=True, entropy=entropy).text
    changed = text[:place] + digit + text[place + 1 :]
    if changed != text:
        with pytest.raises(Unverified) as refused:
            parse_key(changed)
        assert refused.value.code is ServiceReason.INVALID_API_KEY


def checked(body: str) -> str:
    return body + base62(zlib.crc32(body.encode()), 6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ss_live_",
        checked("sk_live_" + "A" * 37),  # the spelling of an older page
        checked("ss_prod_" + "A" * 37),
        checked("ss_live_" + "A" * 36),
        checked("ss_live_" + "A" * 38),
        checked("ss_live_" + "A" * 36 + "-"),
        checked("ss_live_" + "A" * 37) + " ",
        "ss_live_" + "é" * 43,
        "ss_live_" + "A" * 43,
        "x" * 100_000,
    ],
)
def test_what_is_no_key_is_refused_with_one_code(text: str) -> None:
    with pytest.raises(Unverified) as refused:
        parse_key(text)
    assert refused.value.code is ServiceReason.INVALID_API_KEY


def test_a_key_in_a_log_or_a_traceback_shows_nothing() -> None:
    key = make_key(live=True, entropy=b"\x07" * 32)
    assert key.text not in repr(key)
    assert key.prefix == key.text[:14]
    assert len(key.digest) == 64
