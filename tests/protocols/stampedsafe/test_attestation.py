"""Attestations by themselves: what an authority signs, and what a maker checks before he uses it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.stampedsafe.parts import AUTHORITY, KID, PINNED, TS

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import (
    attest,
    attestation_json,
    form_faults,
    parse_attestation,
    verify_attestation,
)

PINS = {KID: PINNED}
GOOD = attest("ab" * 32, now_ms=TS, kid=KID, key=AUTHORITY)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@given(
    nonce=st.binary(min_size=32, max_size=32), now=st.integers(0, 253_402_300_499_999), window=st.integers(1, 300_000)
)
def test_what_is_attested_verifies_and_reads_back(nonce, now, window) -> None:
    made = attest(nonce.hex(), now_ms=now, kid=KID, key=AUTHORITY, window_ms=window)
    verify_attestation(made, PINS)
    assert parse_attestation(attestation_json(made)) == made
    assert (made.ts, made.exp, made.nonce) == (now, now + window, nonce.hex())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "cd" * 32}, "TA_SIGNATURE_INVALID"),
        ({"sig": "00" * 64}, "TA_SIGNATURE_INVALID"),
        ({"exp": TS}, "TA_SIGNATURE_INVALID"),
        ({"pk": "01" + "00" * 31}, "TA_SIGNATURE_INVALID"),
    ],
)
def test_one_changed_member_breaks_it(changes, code) -> None:
    with pytest.raises(Unverified, match=code):
        verify_attestation(replace(GOOD, **changes), PINS)


def test_nobody_is_believed_who_is_not_pinned() -> None:
    with pytest.raises(Unverified, match="TA_UNTRUSTED_KEY"):
        verify_attestation(GOOD, {})
    other = attest("ab" * 32, now_ms=TS, kid=KID, key=Ed25519PrivateKey.generate())
    with pytest.raises(Unverified, match="TA_UNTRUSTED_KEY"):
        verify_attestation(other, PINS)


@given(value=VALUES)
def test_any_value_is_read_or_refused(value) -> None:
    assert list(form_faults(value))
    with pytest.raises(Malformed, match="TA_FORMAT"):
        parse_attestation(value)


@given(name=st.sampled_from(["ts", "iso", "exp", "kid", "nonce", "pk", "sig"]), value=VALUES)
def test_a_member_of_another_form_is_named(name, value) -> None:
    members = {**attestation_json(GOOD), name: value}
    faults = list(form_faults(members))
    assert {fault.path for fault in faults} <= {f"payload.ta.{name}"}
    if not faults:
        assert name in {"ts", "exp", "iso", "kid", "nonce"}
