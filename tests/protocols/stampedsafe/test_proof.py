"""Making proofs: whatever is made verifies, nothing is signed twice, and the key is gone."""

import gc
import json
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.stampedsafe.parts import AUTHORITY, FILE, KID, TRUST, TS, T, draft, maker

from frankmark.foundation.errors import Malformed, Misuse, Refused
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import attest
from frankmark.protocols.stampedsafe.model import Content, FileMeta, TimeBinding
from frankmark.protocols.stampedsafe.proof import Draft
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof

MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), max_size=140)
FILES = st.builds(
    FileMeta,
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), max_size=255),
    size=st.integers(0, 2**53 - 1),
    hash=st.binary(min_size=32, max_size=32).map(bytes.hex),
    type=st.sampled_from(["text/plain", "image/svg+xml", "application/vnd.api+json"]),
)


@given(message=MESSAGES, file=st.none() | FILES, nonce=st.binary(min_size=16, max_size=16), t=st.integers(0, 2**53 - 1))
def test_what_is_made_verifies_and_says_what_went_in(message, file, nonce, t) -> None:
    if not message and file is None:
        message = "."
    report = verify(render_proof(draft(message, file, nonce).self_attested(t)), TRUST)
    assert (report.valid, report.level, report.time_binding, report.errors, report.warnings) == (True, 1, None, (), ())
    assert (report.claims.message, report.claims.file, report.claims.t) == (message, file, t)
    assert (report.claims.attested_ms, report.claims.kid) == (None, "")


@given(message=MESSAGES.filter(bool), ts=st.integers(0, 253_402_300_499_999))
def test_what_is_attested_is_bound(message, ts) -> None:
    made = draft(message)
    proof = made.attested(attest(made.commitment, now_ms=ts, kid=KID, key=AUTHORITY))
    report = verify(render_proof(proof), TRUST)
    assert (report.valid, report.level, report.time_binding) == (True, 2, TimeBinding.BOUND)
    assert (report.errors, report.warnings) == ((), ())
    assert (report.claims.t, report.claims.attested_ms, report.claims.kid) == (ts, ts, KID)


@given(one=MESSAGES, other=MESSAGES)
def test_a_commitment_is_for_one_content(one, other) -> None:
    first, second = draft(one, FILE), draft(other, FILE)
    assert (first.commitment == second.commitment) == (one == other)


def test_a_draft_signs_once() -> None:
    made = draft()
    made.self_attested(T)
    with pytest.raises(Misuse, match="signs once"):
        made.self_attested(T)
    attestation = attest(made.commitment, now_ms=TS, kid=KID, key=AUTHORITY)
    with pytest.raises(Misuse, match="signs once"):
        made.attested(attestation)


def test_the_key_is_gone_when_the_draft_has_signed() -> None:
    class Watched(Ed25519PrivateKey):
        __slots__ = ("__weakref__",)

    key = Watched.generate()
    seen = weakref.ref(key)
    made = Draft(Content(message="x"), tz="UTC", nonce=bytes(16), key=key)
    del key
    assert seen() is not None
    made.self_attested(T)
    gc.collect()
    assert seen() is None


def test_an_answer_about_something_else_is_refused() -> None:
    answer = attest(draft("another text").commitment, now_ms=TS, kid=KID, key=AUTHORITY)
    with pytest.raises(Refused, match="TA_FORMAT"):
        draft().attested(answer)


@pytest.mark.parametrize("t", [-1, 2**53])
def test_a_time_out_of_range_is_our_own_fault(t) -> None:
    with pytest.raises(Misuse, match="PARAMETER_RANGE"):
        draft().self_attested(t)


@pytest.mark.parametrize("octets", [0, 15, 17])
def test_a_nonce_has_16_octets(octets) -> None:
    with pytest.raises(Misuse, match="PARAMETER_RANGE"):
        draft(nonce=bytes(octets))


def test_a_lone_surrogate_is_refused_in_message_and_name() -> None:
    with pytest.raises(Malformed, match="NOT_CANONICALIZABLE"):
        draft("\ud800")
    odd = FileMeta(name="\udcff.txt", size=1, hash="ab" * 32, type="text/plain")
    with pytest.raises(Malformed, match="NOT_CANONICALIZABLE"):
        draft("", odd)


def test_a_thousand_proofs_of_one_text_are_a_thousand_proofs() -> None:
    made = [json.loads(render_proof(draft(nonce=at.to_bytes(16, "big")).self_attested(T))) for at in range(1000)]
    assert len({one["id"] for one in made}) == 1000
    assert {one["payload"]["pk"] for one in made} == {maker().public.to_bytes().hex()}
