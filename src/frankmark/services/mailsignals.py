"""What SPF, DKIM and DMARC of one message say as signals: a pass counts for the author only if it is aligned."""

from contextlib import suppress
from typing import NamedTuple, TypeAlias

from frankmark.foundation.dns import Lookup
from frankmark.foundation.errors import Unavailable
from frankmark.mail import dmarc
from frankmark.mail.alignment import DkimFacts, MechanismResult, SpfFacts, Walks
from frankmark.mail.dkim_reasons import DkimResult
from frankmark.mail.dmarc_record import AlignmentMode
from frankmark.protocols.securestamp.evidence import Signal
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName, Value
from frankmark.services.collectors import dmarc_value, unavailable

__all__ = ["Found", "Signed", "authenticated", "foreseen", "observed"]

Found: TypeAlias = tuple[tuple[SignalName, Value | Reason], ...]
"""What was found of SPF, DKIM and DMARC: each one's value, or why there is none."""


class Signed(NamedTuple):
    """What counts of one signature: where, how it ended, and whether it vouches for the whole body."""

    domain: str
    result: DkimResult
    whole: bool


def authenticated(
    domain: str, facts: SpfFacts | None, signed: tuple[Signed, ...], best: DkimResult
) -> Lookup[tuple[dmarc.DmarcOutcome, Found]]:
    """DMARC, and what the three signals say in message mode: what passes counts only if it is aligned.

    Args:
        domain: The author's domain.
        facts: What SPF found; None when nobody says which client it was.
        signed: One a signature.
        best: The best that a signature came to.

    Returns:
        DMARC's outcome, and what was found of SPF, DKIM and DMARC.
    """
    # Where nobody says which client it was, SPF may have passed: DMARC then fails for nobody.
    unknown = SpfFacts(result=MechanismResult.TEMPERROR, domain=domain)
    dkim = [DkimFacts(result=MechanismResult(each.result.value), domain=each.domain) for each in signed]
    outcome = yield from dmarc.evaluate(domain, facts or unknown, dkim)
    record = outcome.published.record
    walks = Walks()

    spf_mode = record.aspf if record else AlignmentMode.RELAXED
    dkim_mode = record.adkim if record else AlignmentMode.RELAXED
    near = []
    # A signature that leaves the end of the body open (l=) vouches for nothing that stands there.
    whole = (each for each in signed if each.result is DkimResult.PASS and each.whole)
    for identifier in dict.fromkeys(each.domain for each in whole):
        near.append((yield from _aligned(walks, domain, identifier, dkim_mode)))  # noqa: PERF401  (no comprehension may ask)
    values: dict[SignalName, Value | Reason] = {
        SignalName.SPF: Reason.NO_TRUSTED_RECEIVED,
        SignalName.DKIM: _dkim_value(best, near),
        SignalName.DMARC: _dmarc_value(outcome, facts),
    }
    if facts is not None:
        passing = facts.result is MechanismResult.PASS and facts.domain is not None
        close = (yield from _aligned(walks, domain, str(facts.domain), spf_mode)) if passing else False
        values[SignalName.SPF] = _spf_value(facts, close)
    return outcome, tuple(values.items())


def observed(found: Found, now_ms: int) -> tuple[Signal, ...]:
    """The signals of what was found.

    Args:
        found: What `authenticated` returned.
        now_ms: The time, milliseconds since the epoch.
    """
    return tuple([_signal(name, value, now_ms) for name, value in found])


def foreseen(domain: str) -> Lookup[None]:
    """Ask what DMARC will ask about the author's own domain, so that the answers are there when it does.

    Args:
        domain: The author's domain.
    """
    yield from dmarc.published_policy(domain)
    with suppress(Unavailable):
        yield from Walks().walk(domain)


def _aligned(walks: Walks, author: str, identifier: str, mode: AlignmentMode) -> Lookup[bool | None]:
    try:
        return (yield from walks.aligned(author, identifier, mode))
    except Unavailable:
        return None


def _signal(name: SignalName, value: Value | Reason, now_ms: int) -> Signal:
    if isinstance(value, Reason):
        return unavailable(name, "message", value)
    return Signal(name=name, value=value, source="message", observed_ms=now_ms)


def _passing(near: bool | None) -> Value | Reason:  # noqa: FBT001  (three states of one question)
    if near is None:
        return Reason.SOURCE_UNAVAILABLE
    return "pass" if near else "pass_unaligned"


def _spf_value(facts: SpfFacts, near: bool | None) -> Value | Reason:  # noqa: FBT001  (three states of one question)
    match facts.result:
        case MechanismResult.PASS:
            return _passing(near)
        case MechanismResult.TEMPERROR:
            return Reason.SOURCE_UNAVAILABLE
        case MechanismResult.POLICY:
            return MechanismResult.FAIL.value
        case _:
            return facts.result.value


def _dkim_value(best: DkimResult, near: list[bool | None]) -> Value | Reason:
    if near:
        return _passing(True if True in near else None if None in near else False)
    if best is DkimResult.PASS:
        return DkimResult.POLICY.value
    return Reason.SOURCE_UNAVAILABLE if best is DkimResult.TEMPERROR else best.value


def _dmarc_value(outcome: dmarc.DmarcOutcome, facts: SpfFacts | None) -> Value | Reason:
    match outcome.result:
        case dmarc.DmarcResult.FAIL:
            return f"fail:{outcome.disposition.value}"
        case dmarc.DmarcResult.TEMPERROR:
            return Reason.SOURCE_UNAVAILABLE if facts else Reason.NO_TRUSTED_RECEIVED
        case _:
            return dmarc_value(outcome.published.publication)
