"""The bodies of the trust routes, member by member."""

import json

import pytest
from tests.protocols.securestamp.parts import (
    AT_MS,
    AT_S,
    CLAIMS,
    ISSUER,
    NODE,
    ORG,
    STAMP,
    TOKEN,
    TX,
    evidence,
    signal,
    stamp,
    verifier,
)

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.assessment import State
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult
from frankmark.protocols.securestamp.evidence import ALGORITHM_V1, Lists
from frankmark.protocols.securestamp.evidence_file import evidence_from_json, evidence_hash
from frankmark.protocols.securestamp.examination import examine_token
from frankmark.protocols.securestamp.model import Revocation
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName
from frankmark.protocols.securestamp.token import LIFETIME_S
from frankmark.protocols.securestamp.wire import (
    assessment_bytes,
    assessment_json,
    authentication_labels,
    check_body,
    evidence_of_assessment,
    trust_body,
    verify_body,
)

BASE = "https://node.example.net"
LABELS = {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
NOW = "2026-01-15T10:00:00Z"
REVOKED = Revocation(at_ms=AT_MS, reason=RevocationReason.PHISHING_DETECTED)
REF = f"{BASE}/v1/ledger/tx/{TX}"


def test_an_active_stamp() -> None:
    assert trust_body("example.com", stamp(), LABELS, BASE, AT_MS) == {
        "domain": "example.com",
        "stamp": {
            "stampId": STAMP,
            "score": 92,
            "status": "active",
            "issuedAt": NOW,
            "expiresAt": "2027-01-15T10:00:00Z",
            "issuedBy": NODE,
            "signals": LABELS,
        },
        "ledgerRef": REF,
        "verifiedAt": NOW,
    }


def test_no_stamp() -> None:
    assert trust_body("unknown.example", None, LABELS, BASE, AT_MS) == {
        "domain": "unknown.example",
        "stamp": None,
        "verifiedAt": NOW,
    }


def test_a_revoked_stamp() -> None:
    assert trust_body("example.com", stamp(revocation=REVOKED), LABELS, BASE, AT_MS) == {
        "domain": "example.com",
        "stamp": {
            "stampId": STAMP,
            "score": 0,
            "status": "revoked",
            "revokedAt": NOW,
            "revocationReason": "PHISHING_DETECTED",
        },
        "verifiedAt": NOW,
    }


def test_an_expired_stamp() -> None:
    body = trust_body("example.com", stamp(), LABELS, BASE, AT_MS + LIFETIME_S * 1000)
    assert (body["stamp"]["status"], body["stamp"]["score"]) == ("expired", 0)
    assert body["ledgerRef"] == REF


def test_a_check_of_a_stamped_sender() -> None:
    dns = ChannelOutcome(channel=ChannelName.DNS, result=ChannelResult.PASS, stamp_id=STAMP)
    found = assess(evidence(target="news@example.com", lists=Lists(channels=(dns,))))
    body = check_body(found, "example.com", stamp(), BASE, AT_MS)
    assert body.pop("assessment") == assessment_json(found)
    assert body == {
        "target": "news@example.com",
        "domain": "example.com",
        "trustState": "CONFIABLE",
        "score": 92,
        "signals": LABELS | {"domainAge": "2y", "registrationVerified": True, "domainVerifiedInRegistry": True},
        "stamp": {
            "stampId": STAMP,
            "artworkUrl": f"{BASE}/api/stamps/embed?id={STAMP}",
            "collectionTitle": "Classic",
        },
        "checkedAt": NOW,
        "stateEn": "TRUSTED",
        "color": "green",
        "level": "L4",
        "display": "trusted",
        "reasons": [],
        "channels": [{"channel": "dns", "result": "pass", "reason": None, "stampId": STAMP}],
    }


def test_a_check_says_why() -> None:
    unpinned = ChannelOutcome(channel=ChannelName.DNS, result=ChannelResult.NONE, reason=Reason.ISSUER_NOT_PINNED)
    changes = {SignalName.REGISTRY: "registered", SignalName.STAMP: "none", SignalName.SSL: UNAVAILABLE}
    body = check_body(assess(evidence(changes, lists=Lists(channels=(unpinned,)))), "example.com", None, BASE, AT_MS)
    assert body["reasons"] == ["NO_ACTIVE_STAMP", "ISSUER_NOT_PINNED", "COLLECTING"]
    assert (body["trustState"], body["stateEn"], body["color"], body["display"]) == (
        "SOSPECHOSO",
        "SUSPICIOUS",
        "grey",
        "unknown",
    )
    assert body["stamp"] is None
    assert body["signals"]["registrationVerified"] is True
    assert body["signals"]["domainVerifiedInRegistry"] is False


def test_no_state_below_trust_is_without_a_reason() -> None:
    low = assess(evidence({SignalName.DKIM: "none", SignalName.DMARC: "absent"}))
    assert (low.state, low.rules) == (State.SUSPICIOUS, ())
    assert check_body(low, "example.com", None, BASE, AT_MS)["reasons"] == ["SCORE_LOW"]
    assert assess(evidence()).reasons == ()


def test_nobody_is_told_that_too_little_is_known_of_a_new_sender() -> None:
    found = assess(evidence({SignalName.SSL: UNAVAILABLE}))
    assert {each.signal.reason for each in found.signals} == {None, Reason.INSUFFICIENT_DATA, Reason.COLLECTING}
    assert check_body(found, "example.com", None, BASE, AT_MS)["reasons"] == ["COLLECTING"]


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "0d"), (29, "29d"), (30, "1mo"), (364, "12mo"), (365, "1y"), (800, "2y"), (UNAVAILABLE, "unavailable")],
)
def test_the_age_of_a_domain_in_words(days: int | str, age: str) -> None:
    found = assess(evidence({SignalName.DOMAIN_AGE: days}))
    assert check_body(found, "example.com", None, BASE, AT_MS)["signals"]["domainAge"] == age


@pytest.mark.parametrize(
    ("mode", "values", "labels"),
    [
        (Mode.DOMAIN, ("~all", "revoked", "none"), ("pass", "fail", "pass")),
        (Mode.DOMAIN, ("?all", "invalid", "absent"), ("neutral", "permerror", "none")),
        (Mode.DOMAIN, ("+all", "none", "quarantine"), ("fail", "none", "pass")),
        (Mode.DOMAIN, ("permerror", UNAVAILABLE, "none+rua"), ("permerror", "unavailable", "pass")),
        (Mode.MESSAGE, ("softfail", "pass_unaligned", "fail:none"), ("softfail", "fail", "fail")),
        (Mode.MESSAGE, ("none", "policy", "fail:reject"), ("none", "policy", "fail")),
        (Mode.MESSAGE, ("pass", "pass", "reject"), ("pass", "pass", "pass")),
    ],
)
def test_how_authentication_stands_in_words(mode: Mode, values: tuple, labels: tuple) -> None:
    names = (SignalName.SPF, SignalName.DKIM, SignalName.DMARC)
    found = evidence(dict(zip(names, values, strict=True)), mode=mode)
    assert tuple(authentication_labels(found).values()) == labels


def test_an_assessment_holds_its_evidence() -> None:
    found = assess(evidence(ml=signal(SignalName.ML, 40)))
    value = load(assessment_bytes(found))
    assert evidence_of_assessment(value) == found.evidence
    assert value["evidenceHash"] == evidence_hash(found.evidence)
    assert set(value) == {
        "algorithm",
        "target",
        "mode",
        "score",
        "state",
        "dimensions",
        "signals",
        "ml",
        "rules",
        "coverage",
        "lists",
        "evidenceHash",
    }
    assert set(value["signals"][0]) == {"name", "value", "weight", "contribution", "source", "observedAt"}


def test_what_is_no_assessment_is_refused() -> None:
    whole = json.loads(assessment_bytes(assess(evidence())))
    for wrong in (
        None,
        whole | {"signals": None},
        whole | {"signals": [1]},
        whole | {"evidenceHash": "0" * 64},
        whole | {"target": "example.org"},
    ):
        with pytest.raises(Malformed, match="EVIDENCE_MALFORMED"):
            evidence_of_assessment(wrong)


def test_the_older_algorithm_has_a_body_too() -> None:
    names = {"spf": "-all", "dkim": "valid", "dmarc": "reject", "domain_age": 365, "mx": "present", "behavior": 900}
    signals = [
        {"name": name, "value": value, "source": "dns", "observedAt": "2026-01-15T10:00:00Z"}
        for name, value in names.items()
    ]
    base = evidence_from_json(json.loads(json.dumps(_file(signals))))
    body = check_body(assess(base), "example.com", None, BASE, AT_MS)
    assert body["assessment"]["algorithm"] == ALGORITHM_V1
    assert body["signals"]["registrationVerified"] is False


def _file(signals: list) -> dict:
    closed = {"campaign": False, "conflict": False, "kyb": False, "missing": False, "notarised": False}
    empty = {"confirmed": None, "lookalike": None, "override": None, "revoked": None}
    lists = {"blocked": [], "channels": {}, "unavailable": {}} | closed | empty
    return {"algorithm": ALGORITHM_V1, "target": "example.com", "mode": "domain", "signals": signals, "lists": lists}


def test_a_token_that_holds() -> None:
    assert verify_body(examine_token(TOKEN, verifier()), BASE) == {
        "valid": True,
        "reason": None,
        "status": "active",
        "checks": {"signature": True, "exp": True, "stampKnown": True, "revoked": False, "domain": True},
        "stamp": {
            "stampId": STAMP,
            "domain": "example.com",
            "orgId": ORG,
            "scoreAtIssuance": 92,
            "issuedAt": NOW,
            "expiresAt": "2027-01-15T10:00:00Z",
            "issuedBy": NODE,
        },
        "ledgerRef": REF,
    }


def test_a_token_that_was_tampered_with() -> None:
    body = verify_body(examine_token(TOKEN[:-8] + "AAAAAAAA", verifier()), BASE)
    assert (body["valid"], body["reason"], body["status"]) == (False, "SIGNATURE_FALSE", None)
    assert body["checks"] == {"signature": False, "exp": True, "stampKnown": True, "revoked": False, "domain": True}


def test_a_token_of_a_revoked_stamp() -> None:
    body = verify_body(examine_token(TOKEN, verifier(stamps={STAMP: stamp(revocation=REVOKED)})), BASE)
    assert (body["valid"], body["reason"], body["status"]) == (False, "STAMP_REVOKED", "revoked")
    assert body["checks"]["revoked"] is True


def test_a_token_that_has_expired_is_still_readable() -> None:
    body = verify_body(examine_token(TOKEN, verifier(now_s=AT_S + LIFETIME_S + 300)), BASE)
    assert (body["valid"], body["reason"], body["status"]) == (False, "TOKEN_EXPIRED", "expired")
    assert body["checks"]["signature"] is True
    assert body["stamp"]["stampId"] == CLAIMS.stamp_id


def test_a_token_of_another_domain_than_asked() -> None:
    found = examine_token(TOKEN, verifier(), "mail.example.com")
    assert (found.valid, found.reason, found.domain) == (False, Reason.DOMAIN_MISMATCH, False)


def test_a_token_that_nobody_can_judge() -> None:
    body = verify_body(examine_token(TOKEN, verifier(issuers={}, stamps=None)), BASE)
    assert (body["valid"], body["reason"]) == (False, "ISSUER_NOT_PINNED")
    assert body["checks"] == {"signature": None, "exp": True, "stampKnown": None, "revoked": None, "domain": None}
    dark = examine_token(TOKEN, verifier(issuers={}, unreachable=frozenset({ISSUER})))
    assert (dark.signature, dark.reason) == (None, Reason.KEY_UNREACHABLE)


def test_a_text_that_is_no_token() -> None:
    body = verify_body(examine_token("hello", verifier()), BASE)
    assert (body["valid"], body["reason"], body["stamp"], body["ledgerRef"]) == (False, "TOKEN_MALFORMED", None, None)
