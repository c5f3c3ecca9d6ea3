"""Verifying: no changed octet goes unseen, whatever the text a report comes out, and nobody is believed unpinned."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.protocols.stampedsafe.parts import AUTHORITY, FILE, KID, PINNED, TRUST, TS, T, draft

from frankmark.protocols.stampedsafe.attestation import attest
from frankmark.protocols.stampedsafe.model import Authority, Trust
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof, report_json

SELF = render_proof(draft().self_attested(T))
_MADE = draft("Hello", FILE)
ATTESTED = render_proof(_MADE.attested(attest(_MADE.commitment, now_ms=TS, kid=KID, key=AUTHORITY)))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
WORDS = ["1.0", "1.1", "2.0", "Ed25519+SHA256", "Ed25519-SHA256", "", "ab" * 32, "AB" * 32, "00" * 16, "cd" * 64, T, TS]
PAYLOAD = ("v", "alg", "t", "tz", "h", "m", "n", "pk", "f", "ta")


@given(place=st.integers(0, len(SELF) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_is_seen(place, bit) -> None:
    """Only the claimed level is not signed, and a verifier computes its own."""
    data = bytearray(SELF)
    data[place] ^= 1 << bit
    report = verify(bytes(data), TRUST)
    if report.valid:
        members = json.loads(bytes(data))
        assert {**members, "level": 1} == json.loads(SELF) or "UNKNOWN_FIELD" in report.warnings
        assert members["payload"] == json.loads(SELF)["payload"]
        assert report.level == 1


@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"")
@example(b"[]")
def test_any_octets_end_in_a_report(data) -> None:
    report = verify(data, TRUST, file_hash=bytes(32))
    assert not report.valid
    assert report.errors
    assert report.level is None
    assert report.claims is None
    json.dumps(report_json(report))


@given(
    changes=st.dictionaries(st.sampled_from(PAYLOAD), VALUES | st.sampled_from(WORDS), max_size=4),
    left_out=st.sets(st.sampled_from(PAYLOAD), max_size=2),
    outside=st.dictionaries(st.sampled_from(["id", "sig", "level", "payload", "x"]), VALUES, max_size=2),
    source=st.sampled_from([SELF, ATTESTED]),
)
def test_any_members_end_in_a_report_and_no_changed_payload_is_valid(changes, left_out, outside, source) -> None:
    whole = json.loads(source)
    payload = {**whole["payload"], **changes}
    changed = {**whole, "payload": {name: value for name, value in payload.items() if name not in left_out}, **outside}
    report = verify(json.dumps(changed).encode(), TRUST, file_hash=bytes(32))
    if report.valid:
        assert changed["payload"] == whole["payload"]
    assert (report.level is None) == (not report.valid)
    assert set(report_json(report)) == {
        "valid", "level", "timeBinding", "sigInput", "id", "digest", "errors", "warnings", "fileMatches",
    }  # fmt: skip


@given(
    name=st.sampled_from(["ts", "iso", "exp", "kid", "nonce", "pk", "sig"]),
    value=VALUES | st.sampled_from(WORDS),
)
def test_a_changed_attestation_never_counts(name, value) -> None:
    """Also when the maker signs it anew: only the authority's own words lift the level."""
    made = draft("Hello", FILE)
    answer = attest(made.commitment, now_ms=TS, kid=KID, key=AUTHORITY)
    whole = json.loads(render_proof(made.attested(answer)))
    whole["payload"]["ta"][name] = value
    report = verify(json.dumps(whole).encode(), TRUST)
    assert report.level != 2 or whole["payload"]["ta"][name] == getattr(answer, name)


@pytest.mark.parametrize(
    "trust", [Trust(), Trust(authorities={"other": PINNED}), Trust(authorities={KID: Authority(pk="ab" * 32)})]
)
def test_an_attestation_of_nobody_leaves_level_1(trust) -> None:
    report = verify(ATTESTED, trust)
    assert (report.valid, report.level, report.time_binding) == (True, 1, None)
    assert [each.code for each in report.errors] == [StampedSafeReason.TA_UNTRUSTED_KEY]
    assert "LEVEL_UNPROVEN" in report.warnings
    assert report.claims.kid == KID
    assert report.claims.attested_ms is None


def test_the_file_of_a_text_that_is_no_proof_is_not_compared() -> None:
    assert verify(b"{", TRUST, file_hash=bytes(32)).file_matches is None
    assert verify(b"{}", TRUST, file_hash=bytes(32)).file_matches is False
    assert verify(ATTESTED, TRUST, file_hash=b"\xab" * 32).file_matches is True
