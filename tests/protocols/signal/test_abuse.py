"""The abuse log: a commitment hides what it commits to, and only the opening shows it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, CASE, NODE_KEY, NOW, artifacts

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.merkle import leaf_hash, root
from frankmark.protocols.signal import abuse
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.logs import LogName, TreeHead, read_head, sign_head
from frankmark.protocols.signal.model import Role, State

KEY = Jwk.of("node-abc", NODE_KEY.public)
details = st.builds(
    abuse.Detail,
    cs=st.just(CASE),
    came_from=st.none() | st.sampled_from(State),
    to=st.sampled_from(State),
    version=st.integers(1, 99),
    actor_role=st.sampled_from(Role),
    brand=st.just(BRAND),
    artifact=artifacts,
    reason_code=st.sampled_from(ReasonCode),
    at_s=st.integers(0, 253_402_300_799),
)
salts = st.binary(min_size=32, max_size=32)


@given(details, salts)
def test_an_opening_shows_what_was_committed_to(detail: abuse.Detail, salt: bytes) -> None:
    leaf = abuse.abuse_leaf(salt, detail)
    assert detail.artifact.value.encode() not in leaf
    tree = TreeHead(log=LogName.ABUSE, size=1, root=root([leaf_hash(leaf)]), ts_ms=NOW * 1000)
    head = read_head(sign_head(tree, NODE_KEY, KEY.kid))
    opening = abuse.Opening(detail=detail, salt=salt, leaf_index=0, audit_path=(), head=head)
    again = abuse.parse_opening(abuse.opening_json(opening))
    assert again == opening
    abuse.verify_opening(again, JwkSet((KEY,)))
    assert abuse.parse_abuse_leaf(leaf).c == abuse.commitment(salt, detail)


@given(details, salts, salts)
def test_two_salts_make_two_commitments(detail: abuse.Detail, one: bytes, other: bytes) -> None:
    same = abuse.commitment(one, detail) == abuse.commitment(other, detail)
    assert same == (one == other)


@given(st.binary(max_size=120))
def test_any_octets_are_a_leaf_or_refused(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        abuse.parse_abuse_leaf(data)


@given(details, st.binary(max_size=40).filter(lambda salt: len(salt) != 32))
def test_a_salt_has_32_octets(detail: abuse.Detail, salt: bytes) -> None:
    with pytest.raises(Misuse, match="OPENING_MALFORMED"):
        abuse.commitment(salt, detail)
