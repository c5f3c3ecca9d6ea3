"""Verification: laws that no single vector shows. The cases themselves stand in `vectors/dkim.json`."""

import re
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.mail.dkim import DkimLimits, DkimOutcome, best_result, key_questions, verify_signatures
from frankmark.mail.dkim_key import KeyCache
from frankmark.mail.dkim_reasons import RESULTS, DkimReason, DkimResult
from frankmark.mail.dkim_sign import SigningPlan, sign
from frankmark.mail.message import Message, parse

NOW_S = 1_700_000_000
KEY, OTHER = Ed25519PrivateKey.from_seed(b"\x01" * 32), Ed25519PrivateKey.from_seed(b"\x02" * 32)
RECORD, OTHER_RECORD = (f"k=ed25519; p={b64_encode(key.public.to_bytes())}".encode() for key in (KEY, OTHER))
PLAN = SigningPlan(domain="example.com", selector="ed")
PLAIN = b"From: joe@example.com\r\nTo: sue@example.net\r\nSubject: Hi\r\n\r\nHi.\r\n"
SIGNED = sign(parse(PLAIN), KEY, PLAN, now_s=NOW_S) + PLAIN


def verify(message: Message, *records: bytes, **more: object) -> tuple[DkimOutcome, ...]:
    answer = Answer(status=Status.OK, texts=tuple((each,) for each in records))
    return answered_by(verify_signatures(message, now_s=NOW_S, **more), lambda _: answer)


def test_an_outcome_tells_what_the_signature_says() -> None:
    [outcome] = verify(parse(SIGNED), RECORD)
    assert (outcome.result, outcome.reason, outcome.testing) == (DkimResult.PASS, DkimReason.DKIM_VERIFIED, False)
    assert (outcome.domain, outcome.selector, outcome.identity) == ("example.com", "ed", "@example.com")
    assert (outcome.algorithm, outcome.canonicalization) == ("ed25519-sha256", "relaxed/relaxed")
    assert outcome.key is not None
    assert (outcome.key.bits, outcome.unsigned_octets) == (256, 0)


def test_an_outcome_of_a_field_that_cannot_be_read_tells_nothing() -> None:
    [outcome] = verify(parse(b"DKIM-Signature: noise\r\n" + PLAIN), RECORD)
    assert (outcome.result, outcome.testing) == (DkimResult.NEUTRAL, False)
    told = (outcome.domain, outcome.selector, outcome.identity, outcome.algorithm, outcome.canonicalization)
    assert told == ("",) * 5


@pytest.mark.row("W1")
@pytest.mark.parametrize("oversigned", [False, True])
def test_a_stamp_header_changes_no_dkim_verdict(oversigned: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    stamp = b"X-SecureStamp: v=1; a=ES256;\r\n\tt=eyJhbGciOiJFUzI1NiJ9.e30.c2ln\r\n"
    # Added on the way, and never signed.
    assert verify(parse(SIGNED).with_field(stamp), RECORD)[0].result == "pass"
    # Added by the sender, and signed.
    stamped = parse(stamp + PLAIN)
    names = ["from", "to", "subject", "x-securestamp"] + ["x-securestamp"] * oversigned
    plan = SigningPlan(domain="example.com", selector="ed", names=names)
    whole = parse(sign(stamped, KEY, plan, now_s=NOW_S) + stamped.octets)
    assert verify(whole, RECORD)[0].result == "pass"
    # The stamp of another put on top does not become the signed one.
    forged = whole.with_field(b"X-SecureStamp: v=1; t=forged\r\n")
    assert verify(forged, RECORD)[0].result == ("fail" if oversigned else "pass")
    # By default a stamp that is there is signed.
    signed = sign(stamped, KEY, PLAN, now_s=NOW_S)
    assert b"x-securestamp" in signed
    broken = parse(signed + stamped.octets.replace(b"e30", b"e31"))
    assert verify(broken, RECORD)[0].reason is DkimReason.DKIM_SIGNATURE_INVALID


def test_each_key_is_asked_for_once() -> None:
    message = parse(SIGNED.replace(PLAIN, b"") * 3 + PLAIN)
    asked: list[Question] = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return Answer(status=Status.OK, texts=((RECORD,),))

    outcomes = answered_by(verify_signatures(message, now_s=NOW_S), source)
    assert [outcome.result for outcome in outcomes] == ["pass"] * 3
    assert [question.name for question in asked] == ["ed._domainkey.example.com"]
    assert key_questions(message, now_s=NOW_S) == tuple(asked)


def test_no_more_signatures_are_verified_than_allowed() -> None:
    message = parse(SIGNED.replace(PLAIN, b"") * 3 + PLAIN)
    limits = DkimLimits(signatures=2)
    assert [one.result for one in verify(message, RECORD, limits=limits)] == ["pass", "pass", "policy"]
    assert key_questions(parse(PLAIN), now_s=NOW_S, limits=limits) == ()


def test_the_order_of_records_changes_nothing() -> None:
    records = [RECORD, OTHER_RECORD, RECORD + b"; t=y", b"v=spf1 -all", b"p="]
    found = {verify(parse(SIGNED), *order) for order in permutations(records)}
    assert len(found) == 1
    assert found.pop()[0].result == "pass"
    failing = {verify(parse(SIGNED), *order) for order in permutations([*records[1:], OTHER_RECORD + b"; t=y"])}
    assert {one[0].result for one in failing} == {"neutral"}


def test_a_kept_key_is_used_again_and_a_changed_record_is_not_that_key() -> None:
    cache = KeyCache()
    for record, result in ((RECORD, "pass"), (OTHER_RECORD, "fail"), (RECORD, "pass"), (b"p=", "permerror")):
        assert verify(parse(SIGNED), record, cache=cache)[0].result == result
    assert len(cache) == 3


@given(st.integers(min_value=0, max_value=len(SIGNED) - 1), st.integers(min_value=1, max_value=255))
def test_no_changed_octet_passes_unless_the_canonical_form_is_the_same(at: int, change: int) -> None:
    octets = bytearray(SIGNED)
    octets[at] ^= change
    try:
        message = parse(bytes(octets))
    except Exception as error:  # noqa: BLE001 (whatever a reader raises must be ours)
        assert type(error).__module__.startswith("frankmark.")  # noqa: PT017 (the law is about its class)
        return
    if any(outcome.result == "pass" for outcome in verify(message, RECORD)):
        # Only case and white space may differ, and nothing else.
        same = [re.sub(rb"[ \t\r\n]+", b"", raw).lower() for raw in (bytes(octets), SIGNED)]
        assert same[0] == same[1]


@given(st.sampled_from(list(Status)), st.binary(max_size=200))
def test_no_answer_passes_that_does_not_hold_the_key(status: Status, record: bytes) -> None:
    answer = Answer(status=status, texts=((record,),) if status is Status.OK else ())
    [outcome] = answered_by(verify_signatures(parse(SIGNED), now_s=NOW_S), lambda _: answer)
    assert outcome.result != "pass"
    if answer.failed:
        assert outcome.result == "temperror"


def test_the_best_result_goes_by_rank() -> None:
    ranked = [
        DkimReason.DKIM_VERIFIED,
        DkimReason.DKIM_KEY_UNAVAILABLE,
        DkimReason.DKIM_BODY_CHANGED,
        DkimReason.DKIM_TOO_MANY_SIGNATURES,
        DkimReason.DKIM_EXPIRED,
        DkimReason.DKIM_SYNTAX,
    ]
    for better, worse in pairwise(ranked):
        assert best_result([DkimOutcome(reason=worse), DkimOutcome(reason=better)]) == RESULTS[better]
    assert best_result([]) == "none"
    assert {RESULTS[reason] for reason in ranked} == set(DkimResult) - {DkimResult.NONE}
