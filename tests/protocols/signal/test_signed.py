"""Signed objects: one kind is never taken for another, whoever signed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND_KEY, NODE_KEY, OTHER_KEY

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.signed import ObjectType

KEY = Jwk.of("node-abc", NODE_KEY.public)
BRANDS = (ObjectType.PERIMETER, ObjectType.COUNTERSTAMP)
NODES = (ObjectType.RECEIPT, ObjectType.TREE_HEAD)
payloads = st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=9), max_size=4)


@given(payloads, st.sampled_from(NODES), st.sampled_from(ObjectType))
def test_an_object_of_the_nodes_is_read_as_its_own_kind_only(
    payload: dict, typ: ObjectType, wanted: ObjectType
) -> None:
    text = signed.sign_as_node(payload, typ, NODE_KEY, KEY.kid, most=4096)
    if wanted is not typ:
        with pytest.raises(Malformed, match="TYPE_MISMATCH"):
            (signed.by_brand if wanted in BRANDS else signed.by_node)(text, wanted, most=4096)
        return
    parts = signed.by_node(text, wanted, most=4096)
    assert signed.payload_of(parts, SignalReason.RECEIPT_MALFORMED) == payload
    assert signed.verify_by_node(parts, JwkSet((KEY,))) == KEY


@given(payloads, st.sampled_from(BRANDS))
def test_an_object_of_a_brands_carries_its_key(payload: dict, typ: ObjectType) -> None:
    parts, key = signed.by_brand(signed.sign_as_brand(payload, typ, BRAND_KEY, most=4096), typ, most=4096)
    assert key.thumbprint() == parts.header.kid
    signed.verify_by_brand(parts, key)
    with pytest.raises(Unverified, match="SIGNATURE_FALSE"):
        signed.verify_by_brand(parts, OTHER_KEY.public)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for typ in ObjectType:
        with pytest.raises(Malformed):
            signed.by_node(text, typ, most=4096)
