"""The trust file: what is written is read, and nothing else is believed."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.assembly.pins import Issuer, Pins, load_pins, store_pins
from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey

KEY = Jwk.of("node-a", P256PrivateKey.generate().public)
KID = KEY.kid
KEYS = JwkSet((KEY,))
NAMED = Issuer(iss="https://mark.example.org", keys=KEYS, log_vkeys=("log+1+a",), witnesses=("w+1+b",), quorum=1)


def test_a_file_that_is_not_there_believes_nobody(tmp_path) -> None:
    assert load_pins(tmp_path / "trust.toml") == Pins(issuers={})


def test_what_is_written_is_read_and_private(tmp_path) -> None:
    file = tmp_path / "folder" / "trust.toml"
    pins = Pins(issuers={}).with_issuer(NAMED)
    store_pins(file, pins)
    assert load_pins(file) == pins
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["trust.toml"]
    assert pins.issuer(NAMED.iss) == NAMED
    assert pins.issuer(NAMED.iss + "/") is None
    assert pins.owner_of(KID) == NAMED
    assert pins.owner_of("node-b#x") is None
    assert pins.without(NAMED.iss) == Pins(issuers={})
    with pytest.raises(Malformed, match="ISSUER_NOT_PINNED"):
        pins.without("https://other.example")


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and not any(0xD800 <= ord(c) < 0xE000 for c in text)))
def test_any_name_of_an_issuer_survives_the_file(tmp_path_factory, name) -> None:
    file = tmp_path_factory.mktemp("pins") / "trust.toml"
    pins = Pins(issuers={}).with_issuer(Issuer(iss=name, keys=KEYS, witnesses=(name,)))
    store_pins(file, pins)
    assert load_pins(file) == pins


@pytest.mark.parametrize(
    "text",
    [
        b"[",
        b"\xff",
        b"[issuer.a]\n",
        b"[issuer.a]\njwks = 5\n",
        b"[issuer.a]\njwks = '{}'\n",
        b"[issuer.a]\njwks = '{\"keys\":[]}'\nextra = 1\n",
        b"other = 1\n",
        b"# " + b"a" * (4 * 1_048_576 + 1),
    ],
)
def test_a_file_of_another_form_is_refused_whole(tmp_path, text) -> None:
    (tmp_path / "trust.toml").write_bytes(text)
    with pytest.raises(Malformed, match="TRUST_FILE_INVALID"):
        load_pins(tmp_path / "trust.toml")


def test_a_folder_for_a_file_is_refused(tmp_path) -> None:
    (tmp_path / "trust.toml").mkdir()
    with pytest.raises(Malformed, match="TRUST_FILE_INVALID"):
        load_pins(tmp_path / "trust.toml")
