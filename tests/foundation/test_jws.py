"""Compact ES256 signatures: the form that we write, the peer that reads it, and the bounded memory for headers."""

import base64
import contextlib
import json

import joserfc.jws
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from frankmark.foundation import jws
from frankmark.foundation.canonical import load
from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.reasons import FoundationReason

KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x07")
OTHER = P256PrivateKey.from_scalar(bytes(31) + b"\x08")
PEER = ECKey.import_key(KEY.public.jwk())
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.binary(min_size=1, max_size=200), st.none() | words, st.none() | words)
def test_what_we_sign_we_and_the_peer_accept(payload: bytes, kid: str | None, typ: str | None) -> None:
    token = jws.sign(payload, KEY, kid=kid, typ=typ)
    parsed = jws.parse(token)
    jws.verify(parsed, KEY.public)
    assert (parsed.header.kid, parsed.header.typ, parsed.payload) == (kid, typ, payload)
    assert joserfc.jws.deserialize_compact(token, PEER, algorithms=["ES256"]).payload == payload
    with pytest.raises(Unverified):
        jws.verify(parsed, OTHER.public)


@given(st.binary(min_size=1, max_size=200), words)
def test_what_the_peer_signs_we_accept(payload: bytes, kid: str) -> None:
    peer = ECKey.import_key({**KEY.public.jwk(), "d": _b64url(KEY.to_scalar())})
    token = joserfc.jws.serialize_compact({"alg": "ES256", "kid": kid}, payload, peer, algorithms=["ES256"])
    parsed = jws.parse(token)
    jws.verify(parsed, KEY.public)
    assert (parsed.header.kid, parsed.header.typ, parsed.payload) == (kid, None, payload)


def _b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def test_the_header_is_canonical_and_holds_what_was_given() -> None:
    head = jws.sign(b"x", KEY, kid="node-abcdefghij#t", typ="JWT").split(".")[0]
    assert b64url_decode(head) == b'{"alg":"ES256","kid":"node-abcdefghij#t","typ":"JWT"}'
    assert jws.sign(b"x", KEY, kid=None, typ=None).startswith("eyJhbGciOiJFUzI1NiJ9.")


def test_equal_inputs_give_equal_tokens() -> None:
    assert jws.sign(b"x", KEY, kid="k", typ=None) == jws.sign(b"x", KEY, kid="k", typ=None)
    assert jws.sign(b"x", KEY, kid="k", typ=None) != jws.sign(b"x", OTHER, kid="k", typ=None)


def test_a_token_that_nobody_would_read_is_not_signed() -> None:
    for payload, code in [(b"", FoundationReason.JWS_SEGMENTS), (bytes(6100), FoundationReason.JWS_TOO_LARGE)]:
        with pytest.raises(Misuse) as refused:
            jws.sign(payload, KEY, kid=None, typ=None)
        assert refused.value.code is code


def test_a_document_may_be_longer_where_both_sides_say_so() -> None:
    token = jws.sign(bytes(20_000), KEY, kid=None, typ="document", max_length=30_000)
    jws.verify(jws.parse(token, max_length=len(token)), KEY.public)
    for length in (len(token) - 1, jws.MAX_TOKEN):
        with pytest.raises(Malformed) as refused:
            jws.parse(token, max_length=length)
        assert refused.value.code is FoundationReason.JWS_TOO_LARGE


def test_the_example_of_rfc_7515_a_3() -> None:
    key = P256PublicKey.from_jwk(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    token = (
        "eyJhbGciOiJFUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    parsed = jws.parse(token)
    jws.verify(parsed, key)
    assert load(parsed.payload) == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}


@given(st.text(max_size=60) | st.text(alphabet="eyJhbGciOiJFUzI1NiJ9.AQ-_=", max_size=120))
def test_any_text_is_parsed_or_refused_with_a_code(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert text.startswith(jws.parse(text).signing_input.decode())


@given(st.data())
def test_a_token_with_any_character_changed_does_not_verify(data: st.DataObject) -> None:
    token = jws.sign(json.dumps({"a": 1}).encode(), KEY, kid="k", typ="JWT")
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[place]))
    with pytest.raises(Error):
        jws.verify(jws.parse(token[:place] + character + token[place + 1 :]), KEY.public)


def test_refused_headers_are_not_kept_and_the_memory_is_bounded() -> None:
    jws._parsed.cache_clear()
    for number in range(600):
        header = _b64url(json.dumps({"alg": "none", "x": number}).encode())
        with pytest.raises(Malformed):
            jws.parse(f"{header}.AA.AA")
    assert jws._parsed.cache_info().currsize == 0
    for number in range(600):
        jws.parse(jws.sign(b"x", KEY, kid=str(number), typ=None))
    assert jws._parsed.cache_info().currsize == 256


def with_header(**members: object) -> str:
    public = KEY.public
    header = {"alg": "ES256", "jwk": public.jwk(), "kid": public.thumbprint(), "typ": "doc"} | members
    kept = {name: value for name, value in header.items() if value is not ...}
    signing_input = f"{_b64url(json.dumps(kept).encode())}.{_b64url(b'x')}"
    return f"{signing_input}.{_b64url(KEY.sign(signing_input.encode()))}"


@given(st.binary(min_size=1, max_size=200), words)
def test_a_document_carries_its_key_and_the_peer_accepts_it(payload: bytes, typ: str) -> None:
    token = jws.sign_with_jwk(payload, KEY, typ=typ)
    parsed, key = jws.parse_with_jwk(token)
    jws.verify(parsed, key)
    assert key == KEY.public
    assert (parsed.header.kid, parsed.header.typ, parsed.payload) == (KEY.public.thumbprint(), typ, payload)
    assert jws.stated_type(token) == typ
    assert joserfc.jws.deserialize_compact(token, PEER, algorithms=["ES256"]).payload == payload


def test_the_other_entry_refuses_a_key_that_came_along() -> None:
    with pytest.raises(Malformed) as refused:
        jws.parse(jws.sign_with_jwk(b"x", KEY, typ="doc"))
    assert refused.value.code is FoundationReason.JWS_HEADER_REFUSED


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"alg": "none"}, FoundationReason.JWS_ALGORITHM),
        ({"alg": ...}, FoundationReason.JWS_ALGORITHM),
        ({"jwk": ...}, FoundationReason.JWS_HEADER),
        ({"kid": ...}, FoundationReason.JWS_HEADER),
        ({"typ": ...}, FoundationReason.JWS_HEADER),
        ({"crit": ["b64"]}, FoundationReason.JWS_HEADER),
        ({"x5c": []}, FoundationReason.JWS_HEADER),
        ({"jwk": "key"}, FoundationReason.JWS_HEADER),
        ({"jwk": KEY.public.jwk() | {"use": "sig"}}, FoundationReason.JWS_HEADER),
        ({"jwk": KEY.public.jwk() | {"d": _b64url(KEY.to_scalar())}}, FoundationReason.JWS_HEADER),
        ({"jwk": {"kty": "EC", "crv": "P-256"}}, FoundationReason.JWS_HEADER),
        ({"kid": 5}, FoundationReason.JWS_HEADER),
        ({"typ": 5}, FoundationReason.JWS_HEADER),
        ({"jwk": KEY.public.jwk() | {"crv": "P-384"}}, FoundationReason.KEY_TYPE),
        ({"jwk": KEY.public.jwk() | {"x": "AA"}}, FoundationReason.KEY_MALFORMED),
        ({"kid": OTHER.public.thumbprint()}, FoundationReason.KEY_ID_MISMATCH),
        ({"jwk": OTHER.public.jwk()}, FoundationReason.KEY_ID_MISMATCH),
    ],
)
def test_a_header_with_a_key_has_one_exact_form(members: dict, code: FoundationReason) -> None:
    jws.parse_with_jwk(with_header())
    with pytest.raises(Malformed) as refused:
        jws.parse_with_jwk(with_header(**members))
    assert refused.value.code is code


def test_the_stated_type_is_told_of_whatever_is_a_header() -> None:
    assert jws.stated_type(with_header(alg="none", typ="doc")) == "doc"
    assert jws.stated_type(with_header(typ=...)) is None
    assert jws.stated_type(with_header(typ=5)) is None
    for token in ("", "a.b", f"{_b64url(b'[]')}.eA.eA", "W10.eA.eA", "?.eA.eA"):
        with pytest.raises(Malformed):
            jws.stated_type(token)
