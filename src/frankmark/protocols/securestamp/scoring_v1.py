"""The older trust score ``sstp-score/0.1.0``: six signals, kept so that history can be computed again.

SPF 20, DKIM 25, DMARC 25 (only a policy to reject or quarantine counts), age of the domain 10, mail exchangers 10,
behaviour 10. Two rules: shown to phish → at most 29; stamp revoked → 0. What its one page left open is decided in
``specs/trust-score.md``.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from frankmark.protocols.securestamp.assessment import (
    SUSPICIOUS_FROM,
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
from frankmark.protocols.securestamp.evidence import Confirmed, Evidence
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName

__all__ = ["DIMENSIONS_V1", "assess_v1"]

DIMENSIONS_V1: Final[Mapping[str, Mapping[SignalName, int]]] = {
    "authentication": {SignalName.SPF: 20, SignalName.DKIM: 25, SignalName.DMARC: 25},
    "domain": {SignalName.DOMAIN_AGE: 10, SignalName.MX: 10},
    "behaviour": {SignalName.BEHAVIOR: 10},
}
_WEIGHTS: Final = {name: weight for group in DIMENSIONS_V1.values() for name, weight in group.items()}
_MISSING: Final = {SignalName.BEHAVIOR: 500}
_STRICT: Final = frozenset({"reject", "quarantine"})


def assess_v1(evidence: Evidence) -> Assessment:
    """Compute the assessment of evidence under ``sstp-score/0.1.0``.

    Args:
        evidence: Evidence that names this algorithm; the device's number plays no part.

    Returns:
        The assessment.
    """
    signals = tuple(_strict(each) for each in weigh(evidence.signals, evidence, _WEIGHTS, _MISSING))
    raw = points(signals)
    fired = tuple(_rules(evidence))
    score = raw
    if any(each.rule is Rule.C29 for each in fired):
        score = min(score, SUSPICIOUS_FROM - 1)
    if any(each.rule is Rule.Z for each in fired):
        score = 0
    balance = {each.signal.name: each for each in signals}
    return Assessment(
        evidence=evidence,
        score=score,
        state=state_of(score),
        level=level_of(score, certified=False),
        raw=raw,
        dimensions=tuple(dimension(name, group, balance) for name, group in DIMENSIONS_V1.items()),
        signals=signals,
        ml=Weighed(signal=evidence.ml, weight=0, contribution=0) if evidence.ml else None,
        fired=fired,
        coverage=coverage_of(signals),
    )


def _strict(weighed: Weighed) -> Weighed:
    """DMARC is all or nothing here."""
    if weighed.signal.name is not SignalName.DMARC:
        return weighed
    return weighed._replace(contribution=weighed.weight * (1000 if weighed.signal.value in _STRICT else 0))


def _rules(evidence: Evidence) -> Iterator[Fired]:
    if evidence.lists.confirmed is Confirmed.HERE:
        yield Fired(rule=Rule.C29, reason=Reason.TYPOSQUAT_CONFIRMED)
    if evidence.lists.campaign:
        yield Fired(rule=Rule.C29, reason=Reason.CAMPAIGN_ACTIVE)
    if evidence.lists.revoked is not None:
        yield Fired(rule=Rule.Z, reason=Reason.STAMP_REVOKED)
