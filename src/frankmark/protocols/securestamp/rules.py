"""The hard rules of ``sstp-score/0.2.0``: when each fires, and why. What they do to the score stands in `scoring`."""

from collections.abc import Iterator
from typing import Final

from frankmark.protocols.securestamp.assessment import Fired, Rule
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult
from frankmark.protocols.securestamp.evidence import BlockList, Confirmed, Evidence
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, Value

__all__ = [
    "FORGED",
    "LEAST_COVERAGE",
    "LOOKALIKE_FROM",
    "LOOKALIKE_STRONG_FROM",
    "caps_at_29",
    "caps_at_69",
    "resembles",
    "zeroes",
]

LOOKALIKE_FROM: Final = 700
LOOKALIKE_STRONG_FROM: Final = 900
LEAST_COVERAGE: Final = 50

PASSING: Final[frozenset[Value]] = frozenset({"pass", "valid", "-all", "~all"})
ACTIVE: Final[frozenset[Value]] = frozenset({"active", "expiring"})
FORGED: Final = frozenset({Reason.SIGNATURE_FALSE, Reason.KEY_COMPROMISED})
"""A token that nobody but a forger can have made: false under every active and every retired key."""

_REVOKED: Final = {
    RevocationReason.PHISHING_DETECTED: Reason.REVOKED_PHISHING_DETECTED,
    RevocationReason.NODE_COMPROMISE: Reason.REVOKED_NODE_COMPROMISE,
    RevocationReason.POLICY_VIOLATION: Reason.REVOKED_POLICY_VIOLATION,
}
_BLOCKED: Final = {BlockList.ADMIN: Reason.ADMIN_LIST, BlockList.COMPLIANCE: Reason.COMPLIANCE_LIST}


def caps_at_69(evidence: Evidence, coverage: int) -> Iterator[Fired]:
    """C69: what keeps a sender from being trusted.

    Args:
        evidence: The evidence.
        coverage: Points of the signals that are present.

    Yields:
        One `Fired` a reason.
    """
    found = [*_authentication(evidence), *_stamped(evidence)]
    if coverage < LEAST_COVERAGE:
        found.append(Reason.COVERAGE_LOW)
    if _disagree(evidence.lists.channels):
        found.append(Reason.CHANNELS_DISAGREE)
    if evidence.lists.conflict:
        found.append(Reason.STAMP_CONFLICT)
    found += [reason for reason in _faults(evidence) if reason not in FORGED]
    if evidence.lists.confirmed is Confirmed.ELSEWHERE:
        found.append(Reason.CONFIRMED_ELSEWHERE)
    return (Fired(rule=Rule.C69, reason=reason) for reason in dict.fromkeys(found))


def _authentication(evidence: Evidence) -> Iterator[Reason]:
    values = [evidence.value(name) for name in (SignalName.SPF, SignalName.DKIM)]
    if PASSING.isdisjoint(values):
        yield Reason.AUTHENTICATION_UNAVAILABLE if UNAVAILABLE in values else Reason.NO_AUTHENTICATION


def _stamped(evidence: Evidence) -> Iterator[Reason]:
    registry = evidence.value(SignalName.REGISTRY)
    if registry == UNAVAILABLE:
        yield Reason.REGISTRY_UNAVAILABLE
    elif registry == "none":
        yield Reason.NOT_REGISTERED
    elif evidence.value(SignalName.STAMP) not in ACTIVE:
        yield Reason.NO_ACTIVE_STAMP


def _disagree(channels: tuple[ChannelOutcome, ...]) -> bool:
    """Whether channels that pass name different stamps."""
    return len({each.stamp_id for each in channels if each.result is ChannelResult.PASS}) > 1


def _faults(evidence: Evidence) -> Iterator[Reason]:
    """What does not hold about a token that record or header brought; a record of no form claims nothing."""
    for outcome in evidence.lists.channels:
        claimed = outcome.result is ChannelResult.FAIL or outcome.reason is Reason.STAMP_MISMATCH
        if claimed and outcome.reason is not None and outcome.channel is not ChannelName.API:
            yield outcome.reason


def resembles(evidence: Evidence) -> Iterator[Fired]:
    """K: the domain looks like a registered one.

    Args:
        evidence: The evidence.

    Yields:
        At most one `Fired`.
    """
    found = evidence.lists.lookalike
    if found is not None and found.confidence >= LOOKALIKE_FROM:
        strong = found.confidence >= LOOKALIKE_STRONG_FROM
        yield Fired(rule=Rule.K, reason=Reason.LOOKALIKE_STRONG if strong else Reason.LOOKALIKE)


def caps_at_29(evidence: Evidence) -> Iterator[Fired]:
    """C29: what shows that a sender is not who it says.

    Args:
        evidence: The evidence.

    Yields:
        One `Fired` a reason.
    """
    refused = evidence.value(SignalName.DMARC) in {"fail:reject", "fail:quarantine"}
    found: list[Reason] = [Reason.DMARC_FAIL] if refused and evidence.mode is Mode.MESSAGE else []
    found += [reason for reason in _faults(evidence) if reason in FORGED]
    if evidence.lists.confirmed is Confirmed.HERE:
        found.append(Reason.TYPOSQUAT_CONFIRMED)
    if evidence.lists.campaign:
        found.append(Reason.CAMPAIGN_ACTIVE)
    if evidence.lists.missing:
        found.append(Reason.DOMAIN_NOT_FOUND)
    return (Fired(rule=Rule.C29, reason=reason) for reason in dict.fromkeys(found))


def zeroes(evidence: Evidence) -> Iterator[Fired]:
    """Z: what leaves nothing.

    Args:
        evidence: The evidence.

    Yields:
        One `Fired` a reason.
    """
    for listed in evidence.lists.blocked:
        yield Fired(rule=Rule.Z, reason=_BLOCKED[listed])
    revoked = evidence.lists.revoked
    if revoked is not None and revoked in _REVOKED:
        yield Fired(rule=Rule.Z, reason=_REVOKED[revoked])
