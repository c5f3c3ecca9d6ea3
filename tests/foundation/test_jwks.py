"""Key sets: names, standings, moves, limits."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet

from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus, key_id
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.reasons import FoundationReason

PUBLIC = [P256PrivateKey.from_scalar(number.to_bytes(32, "big")).public for number in range(1, 600)]
FIRST, SECOND = Jwk.of("node-a", PUBLIC[0]), Jwk.of("node-b", PUBLIC[1])
BOTH = JwkSet((FIRST, SECOND))


def refused(code: FoundationReason, act, kind: type[Error] = Malformed) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


def test_a_key_is_named_after_node_and_thumbprint() -> None:
    assert FIRST.kid == key_id("node-a", PUBLIC[0]) == f"node-a#{PUBLIC[0].thumbprint()}"
    assert FIRST.node_id == "node-a"
    for node_id in ["", "a b", "a#b", "-a", "é", "a" * 65, "a\n"]:
        refused(FoundationReason.KEY_ID_MALFORMED, lambda node=node_id: key_id(node, PUBLIC[0]))


def test_a_name_cannot_be_moved_to_another_key() -> None:
    refused(FoundationReason.KEY_ID_MISMATCH, lambda: Jwk(kid=FIRST.kid, key=PUBLIC[1]))


def test_keys_are_found_by_name() -> None:
    assert BOTH.get(SECOND.kid) is BOTH.find(SECOND.kid) is SECOND
    assert BOTH.get("node-c#x") is None
    refused(FoundationReason.KEY_UNKNOWN, lambda: BOTH.find("node-c#x"), Unverified)
    assert BOTH.of_node("node-b").keys == (SECOND,)
    assert BOTH.of_node("node-c").keys == ()


def test_a_key_moves_from_active_to_retired_to_compromised() -> None:
    retired = BOTH.retire(FIRST.kid, 1_000)
    assert retired.active == (SECOND,)
    assert [key.counts_until_ms for key in retired.retired] == [1_000]
    compromised = retired.compromise(FIRST.kid, 500)
    assert [(key.retired_at_ms, key.compromised_at_ms, key.counts_until_ms) for key in compromised.compromised] == [
        (1_000, 500, 500)
    ]
    assert compromised.retired == ()
    assert BOTH.active == (FIRST, SECOND)
    assert [key.kid for key in compromised.keys] == [FIRST.kid, SECOND.kid]


def test_a_compromise_is_only_ever_moved_to_an_earlier_time() -> None:
    once = BOTH.compromise(FIRST.kid, 700)
    assert once.compromise(FIRST.kid, 900).find(FIRST.kid).compromised_at_ms == 700
    assert once.compromise(FIRST.kid, 600).find(FIRST.kid).compromised_at_ms == 600


def test_no_key_moves_back() -> None:
    retired = BOTH.retire(FIRST.kid, 1_000)
    refused(FoundationReason.KEY_STATUS, lambda: retired.retire(FIRST.kid, 2_000), Misuse)
    refused(FoundationReason.KEY_STATUS, lambda: BOTH.compromise(FIRST.kid, 1).retire(FIRST.kid, 2), Misuse)
    refused(FoundationReason.KEY_UNKNOWN, lambda: BOTH.retire("x", 1), Unverified)


def test_a_new_key_stands_at_the_end_and_once() -> None:
    third = Jwk.of("node-a", PUBLIC[2])
    assert BOTH.add(third).keys == (FIRST, SECOND, third)
    refused(FoundationReason.KEY_ID_DUPLICATE, lambda: BOTH.add(FIRST))


def test_a_set_is_bounded() -> None:
    full = JwkSet(tuple(Jwk.of("n", key) for key in PUBLIC[:512]))
    assert JwkSet.parse(full.dump()) == full
    refused(FoundationReason.KEY_SET_TOO_LARGE, lambda: full.add(Jwk.of("n", PUBLIC[512])))
    refused(FoundationReason.KEY_SET_TOO_LARGE, lambda: JwkSet.from_json({"keys": [{"kty": "RSA"}] * 513}))
    refused(FoundationReason.JSON_TOO_LARGE, lambda: JwkSet.parse(b" " * 262_145))


times = st.integers(0, 4_000_000_000_000)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(KeyStatus), times, times),
        min_size=1,
        max_size=8,
        unique_by=lambda k: k[0],
    )
)
def test_every_set_comes_back_and_a_peer_reads_it(drawn: list[tuple[int, KeyStatus, int, int]]) -> None:
    keys = JwkSet()
    for place, status, retired, compromised in drawn:
        key = Jwk.of("node-a", PUBLIC[place])
        keys = keys.add(key)
        if status is not KeyStatus.ACTIVE:
            keys = keys.retire(key.kid, retired)
        if status is KeyStatus.COMPROMISED:
            keys = keys.compromise(key.kid, compromised)
    assert JwkSet.parse(keys.dump()) == keys
    assert JwkSet.from_json(keys.json()) == keys
    assert [key.kid for key in KeySet.import_key_set(keys.json()).keys] == [key.kid for key in keys.keys]
    assert len(keys.active) + len(keys.retired) + len(keys.compromised) == len(keys.keys)
    assert all((key.counts_until_ms is None) == (key.status is KeyStatus.ACTIVE) for key in keys.keys)


@given(st.binary(max_size=80) | st.text(alphabet='{}[]":,keystydKEC', max_size=80).map(str.encode))
def test_any_octets_are_a_set_or_are_refused_with_a_code(octets: bytes) -> None:
    with contextlib.suppress(Malformed):
        keys = JwkSet.parse(octets)
        assert JwkSet.parse(keys.dump()) == keys
