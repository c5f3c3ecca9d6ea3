"""The trust score vectors: every case, with every word of its outcome."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.assessment import weigh
from frankmark.protocols.securestamp.evidence import Evidence, Signal
from frankmark.protocols.securestamp.evidence_file import evidence_bytes, evidence_from_json, parse_evidence
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.scoring import DIMENSIONS, WEIGHTS, assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, scale_of
from frankmark.protocols.securestamp.wire import assessment_bytes, assessment_json, evidence_of_assessment

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "score.json").read_text(encoding="ascii"))
COUNTS = {"cases": 129, "worths": 110, "noValues": 16, "files": 57}


def named(part: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE[part]]


def test_the_file_is_whole() -> None:
    assert {part: len(FILE[part]) for part in COUNTS} == COUNTS
    for part in ("cases", "files"):
        assert len({case["name"] for case in FILE[part]}) == len(FILE[part])


@pytest.mark.parametrize("case", named("cases"))
def test_score(case: dict) -> None:
    evidence = evidence_from_json(case["evidence"])
    found = assess(evidence)
    rendered = assessment_json(found)
    assert case["outcome"] == {
        "score": rendered["score"],
        "raw": found.raw,
        "state": rendered["state"],
        "level": found.level.value,
        "rules": rendered["rules"],
        "reasons": [reason.value for reason in found.reasons],
        "coverage": rendered["coverage"],
        "evidenceHash": rendered["evidenceHash"],
    }
    assert evidence_of_assessment(json.loads(assessment_bytes(found))) == evidence
    assert parse_evidence(evidence_bytes(evidence)) == evidence


@pytest.mark.parametrize("row", FILE["worths"], ids=lambda row: f"{row['mode']} {row['signal']} {row['value']}")
def test_worth(row: dict) -> None:
    name, mode = SignalName(row["signal"]), Mode(row["mode"])
    absent = row["value"] == UNAVAILABLE
    signal = Signal(
        name=name,
        value=row["value"],
        source="dns",
        observed_ms=None if absent else 0,
        reason=Reason.COLLECTING if absent else None,
    )
    base = evidence_from_json(next(c for c in FILE["cases"] if c["evidence"]["mode"] == mode)["evidence"])
    changed = tuple(signal if each.name is name else each for each in base.signals)
    evidence = Evidence(target="example.com", mode=mode, signals=changed)
    weighed = next(each for each in assess(evidence).signals if each.signal.name is name)
    assert (row["weight"], row["weight"] * row["worth"]) == (weighed.weight, weighed.contribution)


@pytest.mark.parametrize("row", FILE["noValues"], ids=lambda row: f"{row['mode']} {row['signal']} {row['value']}")
def test_no_value(row: dict) -> None:
    assert not scale_of(SignalName(row["signal"]), Mode(row["mode"])).knows(row["value"])


@pytest.mark.parametrize("case", named("files"))
def test_file(case: dict) -> None:
    with pytest.raises(Malformed) as wrong:
        parse_evidence(case["octets"].encode("latin-1"))
    assert case["reason"] == wrong.value.code.value


def test_the_weights_are_the_whitepapers() -> None:
    assert [sum(group.values()) for group in DIMENSIONS.values()] == [30, 25, 20, 15, 10]
    assert len(WEIGHTS) == 13
    assert sum(WEIGHTS.values()) == 100


def test_an_assessment_has_twelve_signals_and_five_dimensions() -> None:
    rendered = assessment_json(assess(evidence_from_json(FILE["cases"][0]["evidence"])))
    assert len(rendered["signals"]) == 12
    assert [each["weight"] for each in rendered["dimensions"]] == [30, 25, 20, 15, 10]
    assert rendered["ml"] is None


def test_weighing_nothing_is_nothing() -> None:
    evidence = evidence_from_json(FILE["cases"][0]["evidence"])
    assert weigh((), evidence, WEIGHTS, {}) == ()
