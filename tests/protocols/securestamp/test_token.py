"""The stamp token: an independent library reads it, the two readers of its payload agree, and nothing else passes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.protocols.securestamp.parts import AT_S, CLAIMS, ISSUER, JWK, KEY, KEYS, NODE, TOKEN, code_of, key

from frankmark.foundation import jws
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.identifiers import uuid4
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.token import (
    SKEW_S,
    Claims,
    issue_token,
    parse_token,
    verify_signature,
    verify_time,
    verify_token,
)

claims = st.builds(
    Claims,
    stamp_id=st.binary(min_size=16, max_size=16).map(uuid4),
    domain=st.sampled_from(["example.com", "a.b.example", "xn--bcher-kva.example"]),
    org_id=st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"),
    score=st.integers(0, 100),
    iat=st.integers(0, AT_S),
    exp=st.integers(AT_S + 1, 253_402_300_799),
    iss=st.sampled_from([ISSUER, "https://127.0.0.1:8480", "http://node.test"]),
)


@given(claims)
def test_what_is_issued_verifies(written: Claims) -> None:
    verified = verify_token(issue_token(written, KEY, JWK.kid), KEYS, written.iat or 0)
    assert (verified.claims, verified.key) == (written, JWK)


@given(claims, st.sampled_from([(", ", ": "), (",", ":")]), st.randoms(use_true_random=False))
def test_any_layout_and_order_of_the_payload_says_the_same(written: Claims, layout: tuple, shuffler) -> None:
    issued = issue_token(written, KEY, JWK.kid)
    members = list(json.loads(parse_token(issued).jws.payload).items())
    shuffler.shuffle(members)
    payload = json.dumps(dict(members), separators=layout).encode()
    assert parse_token(jws.sign(payload, KEY, kid=JWK.kid, typ="JWT")).claims == written


def test_an_independent_library_verifies_a_token_with_the_published_keys() -> None:
    keys = KeySet.import_key_set(json.loads(KEYS.dump()))
    decoded = jwt.decode(TOKEN, keys, algorithms=["ES256"])
    assert decoded.header == {"alg": "ES256", "kid": JWK.kid, "typ": "JWT"}
    assert list(decoded.claims) == ["stampId", "domain", "orgId", "score", "iat", "exp", "iss"]
    assert decoded.claims["exp"] - decoded.claims["iat"] == 365 * 86_400


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda p: f"{TOKEN.split('.')[0]}.{b64url_encode(p)}.A"))
def test_any_text_is_a_token_or_refused(text: str) -> None:
    with pytest.raises(Malformed) as wrong:
        parse_token(text)
    assert isinstance(wrong.value.code, Reason)


@given(st.binary(max_size=300))
def test_no_noise_is_a_token_even_if_it_is_signed(payload: bytes) -> None:
    assert isinstance(code_of(parse_token, jws.sign(payload or b" ", KEY, kid=None, typ=None)), Reason)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABab01-_."))
def test_no_single_character_can_be_changed(at: int, character: str) -> None:
    altered = TOKEN[:at] + character + TOKEN[at + 1 :]
    if altered == TOKEN:
        return
    with pytest.raises((Malformed, Unverified)):
        verify_token(altered, KEYS, AT_S)


@pytest.mark.parametrize(
    "change",
    [
        {"stamp_id": "7"},
        {"domain": "Example.com"},
        {"domain": "not a domain"},
        {"org_id": 'a"b'},
        {"org_id": ""},
        {"score": None},
        {"score": 101},
        {"iat": None},
        {"iat": CLAIMS.exp},
        {"exp": 253_402_300_800},
        {"iss": ""},
        {"iss": 'https://a"b'},
    ],
    ids=str,
)
def test_a_token_is_issued_whole_or_not_at_all(change: dict) -> None:
    with pytest.raises(Misuse, match="TOKEN_MALFORMED"):
        issue_token(replace(CLAIMS, **change), KEY, JWK.kid)


def test_keys_are_tried_active_first_and_named_first() -> None:
    old, new = key("old"), key("new")
    keys = JwkSet((Jwk.of(NODE, old.public), Jwk.of(NODE, new.public), JWK)).retire(Jwk.of(NODE, old.public).kid, 0)
    bare = jws.sign(parse_token(TOKEN).jws.payload, old, kid=None, typ=None)
    assert verify_signature(parse_token(bare), keys).key == old.public
    with pytest.raises(Unverified, match="KEY_RETIRED"):
        verify_token(bare, keys, AT_S)
    with pytest.raises(Unverified, match="KEY_COMPROMISED"):
        verify_token(TOKEN, keys.compromise(JWK.kid, 0), AT_S)
    assert verify_token(parse_token(TOKEN), keys, AT_S).key == JWK


@given(st.integers(0, 4_000_000_000), st.integers(0, 600))
def test_time_holds_between_issue_and_end(now_s: int, skew_s: int) -> None:
    holds = now_s < CLAIMS.exp + skew_s and (CLAIMS.iat or 0) <= now_s + skew_s
    code = code_of(verify_time, CLAIMS, now_s, skew_s)
    assert code in ({None} if holds else {Reason.TOKEN_EXPIRED, Reason.TOKEN_NOT_YET_VALID})


def test_the_skew_is_five_minutes() -> None:
    assert SKEW_S == 300
