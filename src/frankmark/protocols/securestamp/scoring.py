"""The trust score ``sstp-score/0.2.0``: a pure function of evidence, in integers alone.

Twelve signals in four dimensions, and a fifth whose one input is the device's own number, weigh 100 points. The sum is
rounded half up; then the hard rules are applied in this order::

    M    the device's number would lift the state        → the score without it
    C69  not authenticated, not stamped, not covered, …  → at most 69
    K    looks like a registered domain                  → at most 69, from 0.900 on at most 29
    C29  shown not to be who it says                     → at most 29
    Z    on a block list, or revoked for cause           → 0
    O    a reviewer's score for this sender              → that score, then C29 and Z again

The page for implementers, with the table of every value, is ``specs/trust-score.md``.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from frankmark.protocols.securestamp.assessment import (
    SUSPICIOUS_FROM,
    TRUSTED_FROM,
    Assessment,
    Fired,
    Rule,
    Weighed,
    coverage_of,
    dimension,
    level_of,
    points,
    state_of,
    weigh,
)
from frankmark.protocols.securestamp.evidence import ALGORITHM, Evidence
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.rules import caps_at_29, caps_at_69, resembles, zeroes
from frankmark.protocols.securestamp.scoring_v1 import assess_v1
from frankmark.protocols.securestamp.signals import SignalName

__all__ = ["DIMENSIONS", "WEIGHTS", "assess"]

DIMENSIONS: Final[Mapping[str, Mapping[SignalName, int]]] = {
    "email_authentication": {SignalName.SPF: 8, SignalName.DKIM: 11, SignalName.DMARC: 11},
    "domain_reputation": {
        SignalName.DOMAIN_AGE: 9,
        SignalName.REGISTRATION: 5,
        SignalName.SSL: 6,
        SignalName.CT: 5,
    },
    "protocol_registration": {SignalName.REGISTRY: 8, SignalName.STAMP: 12},
    "behavioral_history": {SignalName.COMPLAINT: 7, SignalName.BOUNCE: 4, SignalName.ENGAGEMENT: 4},
    "ml_classification": {SignalName.ML: 10},
}
WEIGHTS: Final[Mapping[SignalName, int]] = {
    name: weight for group in DIMENSIONS.values() for name, weight in group.items()
}
_MISSING: Final[Mapping[SignalName, int]] = {
    SignalName.COMPLAINT: 500,
    SignalName.BOUNCE: 500,
    SignalName.ENGAGEMENT: 500,
}
_C69: Final = TRUSTED_FROM - 1
_C29: Final = SUSPICIOUS_FROM - 1


def assess(evidence: Evidence) -> Assessment:
    """Compute the assessment of evidence, under the algorithm that it names.

    Args:
        evidence: The evidence.

    Returns:
        The assessment; equal evidence gives an equal assessment, anywhere and at any time.
    """
    if evidence.algorithm != ALGORITHM:
        return assess_v1(evidence)
    signals = weigh(evidence.signals, evidence, WEIGHTS, _MISSING)
    ml = weigh((evidence.ml,), evidence, WEIGHTS, {}) if evidence.ml else ()
    coverage = coverage_of(signals)
    raw, lift = _raw(signals, ml)
    fired = (
        *lift,
        *caps_at_69(evidence, coverage),
        *resembles(evidence),
        *caps_at_29(evidence),
        *zeroes(evidence),
        *_override(evidence),
    )
    score = _apply(raw, fired, evidence.lists.override)
    balance = {each.signal.name: each for each in (*signals, *ml)}
    return Assessment(
        evidence=evidence,
        score=score,
        state=state_of(score),
        level=level_of(score, certified=evidence.lists.notarised and evidence.lists.kyb),
        raw=raw,
        dimensions=tuple(dimension(name, group, balance) for name, group in DIMENSIONS.items()),
        signals=signals,
        ml=ml[0] if ml else None,
        fired=fired,
        coverage=coverage,
    )


def _raw(signals: Sequence[Weighed], ml: Sequence[Weighed]) -> tuple[int, tuple[Fired, ...]]:
    """M: the weighted sum, without the device's number if that would lift the state."""
    without = points(signals)
    whole = points((*signals, *ml)) if ml else without
    if whole > without and state_of(whole) is not state_of(without):
        return without, (Fired(rule=Rule.M, reason=Reason.ML_LIFT_REFUSED),)
    return whole, ()


def _override(evidence: Evidence) -> tuple[Fired, ...]:
    if evidence.lists.override is None:
        return ()
    return (Fired(rule=Rule.O, reason=Reason.SENDER_OVERRIDE),)


def _apply(raw: int, fired: Sequence[Fired], override: int | None) -> int:
    """Lower the sum as the rules that fired demand, in their order."""
    rules = {each.rule for each in fired}
    score = raw
    if Rule.C69 in rules:
        score = min(score, _C69)
    if Rule.K in rules:
        strong = any(each.reason is Reason.LOOKALIKE_STRONG for each in fired)
        score = min(score, _C29 if strong else _C69)
    if override is not None:
        score = override
    if Rule.C29 in rules:
        score = min(score, _C29)
    return 0 if Rule.Z in rules else score
