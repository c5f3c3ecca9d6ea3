"""The due process of a counter-stamp: every move that there is, who may make it, and under which conditions.

What is not in `TABLE` is refused. Each move raises the version by one and is a leaf of the Abuse Transparency Log.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from frankmark.foundation.errors import Error, Malformed, Refused, Unverified
from frankmark.protocols.signal.counterstamp import (
    MOST_EVIDENCE,
    Actor,
    Core,
    CounterStamp,
    EvidenceDigest,
    state_at,
)
from frankmark.protocols.signal.model import Role, State
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["TABLE", "Condition", "Move", "Rules", "move", "open_case"]


class Condition(StrEnum):
    """What a move asks for besides the right actor."""

    OUTSIDE = "outside"  # the channel is not in the brand's own perimeter
    INSIDE = "inside"  # the brand has put the channel into its own perimeter
    EVIDENCE = "evidence"  # at least one digest
    REASON = "reason"  # a text, which is never shown to the public
    OTHER_ACTOR = "other_actor"  # not who opened it: another principal of another organisation
    STATEMENT = "statement"  # a verified statement of the brand for this very version
    CONTROL = "control"  # whoever disputes has shown control of the channel
    DUE = "due"  # its end or its idle limit has come


Rules = Mapping[Role, frozenset[Condition]]


def _rules(**who: tuple[Condition, ...]) -> Rules:
    return MappingProxyType({Role(role): frozenset(conditions) for role, conditions in who.items()})


_REVOKING: Final = _rules(brand=(Condition.REASON,), reviewer=(Condition.REASON,), system=(Condition.INSIDE,))
_DISPUTING: Final = _rules(owner=(Condition.CONTROL,), reviewer=())
_EXPIRING: Final = _rules(system=(Condition.DUE,))

TABLE: Final[Mapping[tuple[State | None, State], Rules]] = MappingProxyType(
    {
        (None, State.OBSERVED): _rules(brand=(Condition.OUTSIDE,), system=(Condition.OUTSIDE,)),
        (State.OBSERVED, State.UNDER_REVIEW): _rules(brand=(Condition.EVIDENCE,), reviewer=(Condition.EVIDENCE,)),
        (State.UNDER_REVIEW, State.CONFIRMED): _rules(reviewer=(Condition.OTHER_ACTOR, Condition.STATEMENT)),
        (State.OBSERVED, State.REVOKED): _REVOKING,
        (State.UNDER_REVIEW, State.REVOKED): _REVOKING,
        (State.CONFIRMED, State.REVOKED): _REVOKING,
        (State.UNDER_REVIEW, State.DISPUTED): _DISPUTING,
        (State.CONFIRMED, State.DISPUTED): _DISPUTING,
        (State.DISPUTED, State.CONFIRMED): _rules(reviewer=(Condition.STATEMENT, Condition.REASON)),
        (State.DISPUTED, State.REVOKED): _rules(brand=(), reviewer=(), system=(Condition.INSIDE,)),
        (State.OBSERVED, State.EXPIRED): _EXPIRING,
        (State.UNDER_REVIEW, State.EXPIRED): _EXPIRING,
        (State.CONFIRMED, State.EXPIRED): _EXPIRING,
        (State.DISPUTED, State.EXPIRED): _EXPIRING,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A wish to move a counter-stamp, and what the caller has established about it.

    Attributes:
        to: Where to.
        actor: Who wishes it.
        if_version: The version that the actor has seen.
        reason: A text for the file, never public; for the way back from a dispute, the answer to it.
        evidence: Digests to add.
        statement_verified: Whether a statement of the brand for this version was verified (`statement.verify`).
        control_proven: Whether control of the channel was shown by a challenge.
        inside: Whether the channel lies in the brand's own active perimeter now.
    """

    to: State
    actor: Actor
    if_version: int
    reason: str = ""
    evidence: tuple[EvidenceDigest, ...] = ()
    statement_verified: bool = False
    control_proven: bool = False
    inside: bool = False


def open_case(core: Core, opener: Actor, *, inside: bool, evidence: tuple[EvidenceDigest, ...] = ()) -> CounterStamp:
    """Open a counter-stamp.

    Args:
        core: What it says.
        opener: The brand, or the node itself.
        inside: Whether the channel lies in the brand's own active perimeter.
        evidence: Digests that come with it.

    Returns:
        The counter-stamp in state ``observed``, version 1.

    Raises:
        Refused: ACTOR_NOT_ALLOWED, CHANNEL_IN_PERIMETER.
        Malformed: COUNTERSTAMP_MALFORMED for more than 100 digests.
    """
    wish = Move(to=State.OBSERVED, actor=opener, if_version=0, evidence=evidence, inside=inside)
    case = CounterStamp(core=core, state=State.OBSERVED, version=0, opener=opener, moved_at_s=core.opened_at_s)
    _demand(None, case, wish, core.opened_at_s)
    return replace(case, version=1, evidence=_added((), evidence))


def move(case: CounterStamp, wish: Move, now_s: int) -> CounterStamp:
    """Move a counter-stamp.

    Args:
        case: How it stands.
        wish: Where to, by whom and with what.
        now_s: The time, seconds since the epoch.

    Returns:
        How it stands afterwards: a new state, one version more.

    Raises:
        Refused: VERSION_CONFLICT, INVALID_TRANSITION, ACTOR_NOT_ALLOWED, or the code of a condition that is not met:
            EVIDENCE_REQUIRED, REASON_REQUIRED, CHANNEL_NOT_IN_PERIMETER, NOT_DUE.
        Unverified: STATEMENT_REQUIRED, CONTROL_UNPROVEN.
        Malformed: COUNTERSTAMP_MALFORMED for more than 100 digests.
    """
    if wish.if_version != case.version:
        raise Refused(SignalReason.VERSION_CONFLICT, f"the counter-stamp stands at version {case.version}")
    state = case.state if wish.to is State.EXPIRED else state_at(case, now_s)
    _demand(state, case, wish, now_s)
    disputed = now_s if wish.to is State.DISPUTED else case.disputed_at_s
    return replace(
        case,
        state=wish.to,
        version=case.version + 1,
        moved_at_s=now_s,
        disputed_at_s=disputed,
        evidence=_added(case.evidence, wish.evidence),
    )


def _demand(state: State | None, case: CounterStamp, wish: Move, now_s: int) -> None:
    rules = TABLE.get((state, wish.to))
    if rules is None:
        raise Refused(SignalReason.INVALID_TRANSITION, f"no way leads from {state} to {wish.to}")
    conditions = rules.get(wish.actor.role)
    if conditions is None:
        raise Refused(SignalReason.ACTOR_NOT_ALLOWED, f"this move is not for the {wish.actor.role}")
    for condition in Condition:
        if condition in conditions and not _MET[condition](case, wish, now_s):
            error = _UNMET[condition]()
            raise error


_MET: Final[Mapping[Condition, Callable[[CounterStamp, Move, int], bool]]] = MappingProxyType(
    {
        Condition.OUTSIDE: lambda _case, wish, _now_s: not wish.inside,
        Condition.INSIDE: lambda _case, wish, _now_s: wish.inside,
        Condition.EVIDENCE: lambda case, wish, _now_s: bool(case.evidence or wish.evidence),
        Condition.REASON: lambda _case, wish, _now_s: bool(wish.reason.strip()),
        Condition.OTHER_ACTOR: lambda case, wish, _now_s: _another(case.opener, wish.actor),
        Condition.STATEMENT: lambda _case, wish, _now_s: wish.statement_verified,
        Condition.CONTROL: lambda _case, wish, _now_s: wish.control_proven,
        Condition.DUE: lambda case, _wish, now_s: state_at(case, now_s) is State.EXPIRED,
    }
)
_UNMET: Final[Mapping[Condition, Callable[[], Error]]] = MappingProxyType(
    {
        Condition.OUTSIDE: lambda: Refused(
            SignalReason.CHANNEL_IN_PERIMETER, "the brand has declared this channel as its own"
        ),
        Condition.INSIDE: lambda: Refused(
            SignalReason.CHANNEL_NOT_IN_PERIMETER, "the brand has not declared this channel as its own"
        ),
        Condition.EVIDENCE: lambda: Refused(SignalReason.EVIDENCE_REQUIRED, "at least one digest of evidence"),
        Condition.REASON: lambda: Refused(SignalReason.REASON_REQUIRED, "a reason for the file; it is never public"),
        Condition.OTHER_ACTOR: lambda: Refused(
            SignalReason.ACTOR_NOT_ALLOWED, "whoever opened it, or works with them, does not confirm it"
        ),
        Condition.STATEMENT: lambda: Unverified(
            SignalReason.STATEMENT_REQUIRED, "a statement that the brand signed for this version"
        ),
        Condition.CONTROL: lambda: Unverified(
            SignalReason.CONTROL_UNPROVEN, "control of the channel, shown by a challenge"
        ),
        Condition.DUE: lambda: Refused(SignalReason.NOT_DUE, "neither its end nor the idle limit has come"),
    }
)


def _another(opener: Actor, actor: Actor) -> bool:
    """Whether two actors have neither principal nor organisation in common."""
    if opener.role is Role.SYSTEM:
        return True
    return actor.principal != opener.principal and (actor.org != opener.org or not actor.org)


def _added(present: tuple[EvidenceDigest, ...], new: tuple[EvidenceDigest, ...]) -> tuple[EvidenceDigest, ...]:
    every = tuple(dict.fromkeys((*present, *new)))
    if len(every) > MOST_EVIDENCE:
        raise Malformed(SignalReason.COUNTERSTAMP_MALFORMED, f"at most {MOST_EVIDENCE} digests of evidence")
    return every
