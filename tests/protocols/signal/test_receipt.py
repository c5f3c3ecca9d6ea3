"""Receipts: what is issued is read again octet for octet, and claims that contradict each other are not issued."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, BRAND_KEY, CASE, NODE_KEY, NOW, artifacts, perimeter

from frankmark.foundation.errors import Malformed
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.merkle import leaf_hash, node_hash
from frankmark.protocols.signal.logs import LogName, TreeHead, official_leaf, read_head, sign_head
from frankmark.protocols.signal.model import Artifact, Attribution, Fact, ObservedSignal, State
from frankmark.protocols.signal.perimeter import sign
from frankmark.protocols.signal.receipt import (
    BrandRef,
    CaseRef,
    Claims,
    PerimeterRef,
    is_nonce,
    issue,
    read,
    receipt_id,
    request_hash,
)
from frankmark.protocols.signal.receipt_check import Check, examine, verify

KEY = Jwk.of("node-abc", NODE_KEY.public)
KEYS = JwkSet((KEY,))
LEAF = leaf_hash(official_leaf(sign(perimeter(), BRAND_KEY)))
SIBLING = leaf_hash(b"another")
HEAD = TreeHead(log=LogName.OFFICIAL, size=2, root=node_hash(LEAF, SIBLING), ts_ms=NOW * 1000)
STH = read_head(sign_head(HEAD, NODE_KEY, KEY.kid))
WHOSE = BrandRef(id=BRAND, name="Acme", domain="acme.example")
WHERE = PerimeterRef(seq=1, leaf=LEAF, leaf_index=0, audit_path=(SIBLING,))
nonces = st.none() | st.text("!~aZ09", min_size=1, max_size=128)


def claims(artifact: Artifact, fact: Fact = Fact.PERTENECE, nonce: str | None = None, **changes: object) -> Claims:
    states = {Fact.COUNTERSTAMP: State.CONFIRMED, Fact.DISPUTED: State.DISPUTED}
    case = CaseRef(id=CASE, state=states[fact], version=3) if fact in states else None
    members = {
        "iss": "https://node.example.net",
        "jti": receipt_id(ulid(NOW * 1000, bytes(10))),
        "iat": NOW,
        "nonce": nonce,
        "artifact": artifact,
        "brand": WHOSE,
        "fact": fact,
        "attribution": Attribution.DIRECT,
        "perimeter": WHERE,
        "case": case,
        "head": STH,
        "req": request_hash(BRAND, artifact, nonce),
    }
    return Claims(**(members | changes))


@given(
    artifacts,
    st.sampled_from(Fact),
    nonces,
    st.sampled_from(Attribution),
    st.frozensets(st.sampled_from(ObservedSignal)),
)
def test_what_is_issued_is_read_again(
    artifact: Artifact, fact: Fact, nonce: str | None, how: Attribution, seen: frozenset
) -> None:
    listed = tuple(signal for signal in ObservedSignal if signal in seen)
    said = claims(artifact, fact, nonce, attribution=how, signals=listed)
    text = issue(said, NODE_KEY, KEY.kid)
    assert read(text).claims == said
    assert verify(text, KEYS).claims == said
    found = examine(text, KEYS)
    assert found.valid
    assert found.checks == dict.fromkeys(Check, True)


@given(artifacts, st.data())
def test_an_altered_character_is_noticed(artifact: Artifact, data: st.DataObject) -> None:
    text = issue(claims(artifact), NODE_KEY, KEY.kid)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from("Aa0_-.").filter(lambda each: each != text[place]))
    assert not examine(text[:place] + character + text[place + 1 :], KEYS).valid


@given(artifacts)
def test_claims_that_contradict_each_other_are_not_issued(artifact: Artifact) -> None:
    good = claims(artifact)
    for bad in (
        replace(good, perimeter=None),
        replace(good, fact=Fact.COUNTERSTAMP),
        replace(good, jti="SSF-EV-1"),
        replace(good, req="0" * 64),
        replace(good, nonce=""),
    ):
        with pytest.raises(Malformed, match="RECEIPT_MALFORMED"):
            issue(bad, NODE_KEY, KEY.kid)


@given(st.text(max_size=140))
def test_a_nonce_is_visible_ascii(text: str) -> None:
    assert is_nonce(text) == (0 < len(text) <= 128 and all("!" <= character <= "~" for character in text))
