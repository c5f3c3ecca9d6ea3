"""What a surface shows: four states, so that the ordinary mail of the world stays quiet."""

from enum import StrEnum
from typing import Final

from frankmark.protocols.securestamp.assessment import Assessment, Rule, State
from frankmark.protocols.securestamp.channels import ChannelName, ChannelResult
from frankmark.protocols.securestamp.evidence import Confirmed, Evidence
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.rules import LEAST_COVERAGE, LOOKALIKE_FROM, LOOKALIKE_STRONG_FROM
from frankmark.protocols.securestamp.signals import SignalName

__all__ = ["Display", "display"]

YOUNG_DAYS: Final = 30


class Display(StrEnum):
    """What is shown. A banner is for `CAUTION` and `BLOCKED` alone."""

    TRUSTED = "trusted"
    CAUTION = "caution"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"  # no evidence against, and no claim to check


# "Not registered or no active stamp", and what follows from nobody having been there to ask.
_UNCLAIMED: Final = frozenset({Reason.NOT_REGISTERED, Reason.NO_ACTIVE_STAMP, Reason.REGISTRY_UNAVAILABLE})
_UNASKED: Final = _UNCLAIMED | {Reason.COVERAGE_LOW, Reason.AUTHENTICATION_UNAVAILABLE}
# Rules that ask for caution at most; what K finds strongly, the look-alike itself says.
_CAUTIOUS: Final = frozenset({Rule.M, Rule.C69, Rule.K})
_BY_STATE: Final = {
    State.TRUSTED: Display.TRUSTED,
    State.SUSPICIOUS: Display.CAUTION,
    State.BLOCKED: Display.BLOCKED,
}


def display(assessment: Assessment) -> Display:
    """Choose what to show.

    Args:
        assessment: The assessment.

    Returns:
        `UNKNOWN` when there is neither evidence against the sender nor a claim to check; else what the state says, but
        never better than what is known of look-alikes.
    """
    if _nothing_claimed(assessment) and _nothing_against(assessment.evidence):
        return Display.UNKNOWN
    shown = {_by_state(assessment), _imitation(assessment.evidence)}
    return next(each for each in (Display.BLOCKED, Display.CAUTION, Display.TRUSTED) if each in shown)


def _by_state(assessment: Assessment) -> Display:
    """What the state says; sources that cannot be reached do not block anybody by themselves."""
    shown = _BY_STATE[assessment.state]
    if shown is Display.BLOCKED and _blind(assessment) and set(assessment.rules) <= _CAUTIOUS:
        return Display.CAUTION
    return shown


def _blind(assessment: Assessment) -> bool:
    """Whether less than half could be seen; unknown behaviour alone (15 points) is not that."""
    return assessment.coverage < LEAST_COVERAGE


def _nothing_claimed(assessment: Assessment) -> bool:
    """Whether all that fired is C69 for want of a stamp, or for want of sources that could have been asked."""
    if set(assessment.rules) != {Rule.C69}:
        return False
    reasons = set(assessment.reasons)
    return reasons <= _UNCLAIMED or (_blind(assessment) and reasons <= _UNASKED)


def _nothing_against(evidence: Evidence) -> bool:
    """Whether there is no look-alike, no young domain, no failed token and no DMARC failure."""
    age = evidence.value(SignalName.DOMAIN_AGE)
    dmarc = str(evidence.value(SignalName.DMARC))
    failed = any(
        outcome.result is ChannelResult.FAIL and outcome.channel is not ChannelName.API
        for outcome in evidence.lists.channels
    )
    return not (
        _imitation(evidence) is not Display.TRUSTED
        or (isinstance(age, int) and age < YOUNG_DAYS)
        or failed
        or dmarc.startswith("fail:")
    )


def _imitation(evidence: Evidence) -> Display:
    """The best that may be shown, given what is known of look-alikes."""
    lists = evidence.lists
    confidence = lists.lookalike.confidence if lists.lookalike else 0
    if confidence >= LOOKALIKE_STRONG_FROM or lists.confirmed is Confirmed.HERE or lists.campaign:
        return Display.BLOCKED
    if confidence >= LOOKALIKE_FROM or lists.confirmed is Confirmed.ELSEWHERE:
        return Display.CAUTION
    return Display.TRUSTED
