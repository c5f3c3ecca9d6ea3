"""The DKIM-Signature field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.dkim_reasons import DkimReason
from frankmark.mail.dkim_signature import Algorithm, Signature, parse, selector, signing_domain
from frankmark.mail.message import Field

TAGS = {"v": "1", "a": "rsa-sha256", "d": "example.com", "s": "s", "h": "from", "bh": "AAAA", "b": "AAAA"}


def read(tags: dict[str, str]) -> Signature:
    value = "; ".join(f"{name}={text}" for name, text in tags.items()).encode()
    return parse(Field(raw=b"DKIM-Signature:" + value + b"\r\n", name=b"DKIM-Signature", value=value))


def test_what_is_left_out_has_its_default() -> None:
    found = read(TAGS)
    assert found.algorithm is Algorithm.RSA_SHA256
    assert (found.header_way, found.body_way) == ("simple", "simple")
    assert (found.identity, found.identity_domain) == ("@example.com", "example.com")
    assert (found.length, found.signed_at_s, found.expires_at_s) == (None, None, None)
    assert (found.octets, found.names) == (b"\0\0\0", (b"from",))


def test_internationalised_names_become_a_labels() -> None:
    found = read(TAGS | {"d": "bücher.example", "s": "schlüssel", "i": "jürgen@post.bücher.example"})
    assert found.domain == "xn--bcher-kva.example"
    assert found.selector == "xn--schlssel-95a"
    assert found.identity == "jürgen@post.bücher.example"
    assert found.identity_domain == "post.xn--bcher-kva.example"


@pytest.mark.parametrize("name", ["a", "20230601", "s1024-2013-q3", "a.b.c", "_x", "x_", "a" * 63])
def test_selectors(name: str) -> None:
    assert selector(name.upper()) == name


@pytest.mark.parametrize("name", ["", ".", "a..b", "a.", "-a", "a-", "a" * 64, "a b", "*", "a." * 126 + "ab", "\u2028"])
def test_what_is_no_selector(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        selector(name)
    assert caught.value.code is DkimReason.DKIM_SYNTAX


@pytest.mark.parametrize(
    "name", ["", "example..com", "[192.0.2.1]", "a" * 64 + ".example", "exa_mple.com", "example.com."]
)
def test_what_is_no_signing_domain(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        signing_domain(name)
    assert caught.value.code is DkimReason.DKIM_SYNTAX


@given(st.dictionaries(st.sampled_from("vabdshlitxcqz"), st.text("1a=@.:/ rsa-sh256from", max_size=12), max_size=9))
def test_any_values_are_a_signature_or_are_refused_with_a_reason(tags: dict[str, str]) -> None:
    try:
        found = read(TAGS | tags)
    except Malformed as error:
        reason = error.code
    else:
        reason = DkimReason.DKIM_VERIFIED
        assert found.identity_domain == found.domain or found.identity_domain.endswith("." + found.domain)
        assert found.octets
        assert found.body_hash
    assert isinstance(reason, DkimReason)
