"""Due process: whatever is tried in whatever order, the laws of the table hold."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, CASE, DAY, NOW, artifacts

from frankmark.foundation.errors import Error
from frankmark.protocols.signal.counterstamp import TERMINAL, Actor, Core, CounterStamp, ReasonCode, due_at_s, state_at
from frankmark.protocols.signal.model import Role, State
from frankmark.protocols.signal.moves import TABLE, Condition, Move, move, open_case

BRAND_ACTOR = Actor(role=Role.BRAND, principal="key-1", org="org-1")
wishes = st.builds(
    Move,
    to=st.sampled_from(State),
    actor=st.builds(
        Actor,
        role=st.sampled_from(Role),
        principal=st.sampled_from(["key-1", "key-9"]),
        org=st.sampled_from(["org-1", "org-9", ""]),
    ),
    if_version=st.integers(1, 6),
    reason=st.sampled_from(["", "because"]),
    statement_verified=st.booleans(),
    control_proven=st.booleans(),
    inside=st.booleans(),
)


@st.composite
def cases(draw: st.DrawFn) -> CounterStamp:
    core = Core(
        id=CASE,
        brand=BRAND,
        artifact=draw(artifacts),
        reason_code=draw(st.sampled_from(ReasonCode)),
        opened_at_s=NOW,
        expires_at_s=NOW + draw(st.integers(1, 365)) * DAY,
    )
    return open_case(core, BRAND_ACTOR, inside=False)


@given(cases(), st.lists(st.tuples(wishes, st.integers(0, 40 * DAY)), max_size=12))
def test_the_laws_hold_in_any_order(case: CounterStamp, tries: list[tuple[Move, int]]) -> None:
    now = NOW
    for wish, later in tries:
        now += later
        before, stood = case, state_at(case, now)
        with contextlib.suppress(Error):
            case = move(case, wish, now)
        if case is before:
            continue
        assert case.core == before.core
        assert case.version == before.version + 1 == wish.if_version + 1
        assert (before.state, case.state) in TABLE
        assert before.state not in TERMINAL
        assert stood is not State.EXPIRED or (case.state, wish.actor.role) == (State.EXPIRED, Role.SYSTEM)
        if case.state is State.CONFIRMED:
            assert wish.statement_verified
            assert wish.actor.role is Role.REVIEWER
        if case.state is State.DISPUTED:
            assert case.disputed_at_s == now


def test_nothing_leads_out_of_an_end_and_everything_has_one() -> None:
    assert not {start for start, _ in TABLE} & TERMINAL
    for state in set(State) - TERMINAL:
        assert {to for start, to in TABLE if start is state} >= TERMINAL


def test_only_a_reviewer_with_the_brands_statement_confirms() -> None:
    for (_, to), rules in TABLE.items():
        if to is State.CONFIRMED:
            assert set(rules) == {Role.REVIEWER}
            assert Condition.STATEMENT in rules[Role.REVIEWER]


@given(cases())
def test_an_end_does_not_end_again(case: CounterStamp) -> None:
    due = due_at_s(case)
    assert due is not None
    assert state_at(case, due - 1) is State.OBSERVED
    over = move(case, Move(to=State.EXPIRED, actor=Actor(role=Role.SYSTEM), if_version=1), due)
    assert (over.state, due_at_s(over)) == (State.EXPIRED, None)
