"""Laws of the score: total, deterministic, monotone, and never lifted by a cap."""

import json
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.securestamp.parts import evidence, evidences, signal, values_of

from frankmark.foundation.canonical import load
from frankmark.protocols.securestamp.assessment import Level, Rule, State, level_of, state_of
from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.evidence import ALGORITHM, Evidence
from frankmark.protocols.securestamp.evidence_file import evidence_bytes, parse_evidence
from frankmark.protocols.securestamp.scoring import WEIGHTS, assess
from frankmark.protocols.securestamp.signals import SignalName, scale_of
from frankmark.protocols.securestamp.wire import assessment_bytes, evidence_of_assessment


@given(evidences())
def test_every_evidence_has_an_assessment_and_a_display(found: Evidence) -> None:
    assessment = assess(found)
    assert 0 <= assessment.score <= 100
    assert 0 <= assessment.raw <= 100
    assert assessment.state is state_of(assessment.score)
    assert display(assessment) in Display
    assert assessment.coverage <= 100


@given(evidences())
def test_whoever_reads_the_file_computes_the_same_octets(found: Evidence) -> None:
    assessment = assess(found)
    again = assess(parse_evidence(evidence_bytes(found)))
    assert assessment_bytes(again) == assessment_bytes(assessment)
    spread = json.dumps(json.loads(evidence_bytes(found)), indent=2).encode()
    assert parse_evidence(spread) == found
    assert evidence_of_assessment(load(assessment_bytes(assessment))) == found


@given(evidences())
def test_a_rule_never_lifts(found: Evidence) -> None:
    assessment = assess(found)
    if found.lists.override is None:
        assert assessment.score <= assessment.raw
    for rule, most in ((Rule.C69, 69), (Rule.K, 69), (Rule.C29, 29), (Rule.Z, 0)):
        if rule in assessment.rules and (found.lists.override is None or rule in {Rule.C29, Rule.Z}):
            assert assessment.score <= most


@given(evidences(ALGORITHM, quiet=True))
def test_the_raw_sum_is_the_weighted_mean_rounded_half_up(found: Evidence) -> None:
    assessment = assess(found)
    parts = [*assessment.signals, *([assessment.ml] if assessment.ml and Rule.M not in assessment.rules else [])]
    mean = Fraction(sum(each.contribution for each in parts), 10 * sum(each.weight for each in parts))
    assert assessment.raw == int(mean + Fraction(1, 2))
    assert sum(each.contribution for each in assessment.dimensions) == sum(
        each.contribution for each in [*assessment.signals, *([assessment.ml] if assessment.ml else [])]
    )


@given(evidences(ALGORITHM), st.data())
def test_a_better_value_never_lowers_the_score(found: Evidence, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, 11))
    name = found.signals[index].name
    values = data.draw(st.tuples(values_of(name, found.mode), values_of(name, found.mode)))
    scale = scale_of(name, found.mode)
    worse, better = sorted(values, key=lambda value: scale.worth(value, 0))
    plain = replace(found, ml=None)

    def scored(value: str | int):
        kept = tuple(signal(name, value) if each.name is name else each for each in plain.signals)
        return assess(replace(plain, signals=kept))

    low, high = scored(worse), scored(better)
    if low.signals[index].contribution <= high.signals[index].contribution:
        assert low.raw <= high.raw
        if set(high.fired) <= set(low.fired):
            assert low.score <= high.score


@given(evidences(ALGORITHM), st.integers(0, 1000))
def test_the_device_never_lifts_a_state(found: Evidence, fraud: int) -> None:
    plain = assess(replace(found, ml=None))
    told = assess(replace(found, ml=signal(SignalName.ML, fraud)))
    order = [State.BLOCKED, State.SUSPICIOUS, State.TRUSTED]
    assert order.index(told.state) <= order.index(plain.state)
    assert told.coverage == plain.coverage


@given(evidences(ALGORITHM))
def test_nobody_is_shown_as_trusted_without_being_trusted(found: Evidence) -> None:
    assessment = assess(found)
    if display(assessment) is Display.TRUSTED:
        assert assessment.state is State.TRUSTED
    if Rule.Z in assessment.rules or Rule.C29 in assessment.rules:
        assert display(assessment) is Display.BLOCKED


@given(st.integers(0, 100), st.booleans())
def test_the_levels_follow_the_score(score: int, certified: bool) -> None:  # noqa: FBT001  (drawn)
    level = level_of(score, certified=certified)
    bounds = {Level.L1: (0, 29), Level.L2: (30, 49), Level.L3: (50, 69), Level.L4: (70, 100), Level.L5: (70, 100)}
    assert bounds[level][0] <= score <= bounds[level][1]
    assert (level is Level.L5) == (certified and score >= 70)


def test_reasons_and_rules_are_named_once() -> None:
    assessment = assess(evidence({SignalName.SPF: "none", SignalName.DKIM: "none", SignalName.REGISTRY: "none"}))
    assert assessment.rules == (Rule.C69,)
    assert len(assessment.reasons) == 2
    assert sum(WEIGHTS.values()) == 100
