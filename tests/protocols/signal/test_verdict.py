"""The engine: whatever is seen and whoever asks, the fact rests on the registry alone."""

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, CASE, DAY, NOW, artifacts, perimeter

from frankmark.protocols.signal.counterstamp import Actor, Core, CounterStamp, ReasonCode
from frankmark.protocols.signal.model import Artifact, Fact, ObservedSignal, Role, SignalLevel, State, Subject
from frankmark.protocols.signal.perimeter import Channel, contains
from frankmark.protocols.signal.verdict import LEVELS, Colour, Holder, decide, decide_without_brand, overall

signals = st.frozensets(st.sampled_from(ObservedSignal))
subjects = st.builds(Subject, readings=st.lists(artifacts, min_size=1, max_size=2).map(tuple), signals=signals)


def case(artifact: Artifact, state: State) -> CounterStamp:
    core = Core(
        id=CASE,
        brand=BRAND,
        artifact=artifact,
        reason_code=ReasonCode.NOT_OURS,
        opened_at_s=NOW - DAY,
        expires_at_s=NOW + DAY,
    )
    return CounterStamp(core=core, state=state, version=2, opener=Actor(role=Role.SYSTEM), moved_at_s=NOW - DAY)


@given(subjects, st.lists(artifacts, min_size=1, max_size=3, unique=True), st.sampled_from(State), signals, signals)
def test_what_is_seen_never_changes_the_fact(
    subject: Subject, declared: list[Artifact], state: State, one: frozenset, other: frozenset
) -> None:
    holder = Holder(brand=BRAND, perimeter=perimeter(*(Channel(artifact=each) for each in declared)))
    cases = [case(subject.readings[0], state)]
    first = decide(subject, holder, cases, observed=one, now_s=NOW)
    second = decide(subject, holder, cases, observed=other, now_s=NOW)
    assert (first.fact, first.artifact, first.brand) == (second.fact, second.artifact, second.brand)


@given(subjects, st.lists(artifacts, min_size=1, max_size=3, unique=True), st.sampled_from(State), signals)
def test_the_strongest_level_needs_a_confirmed_counter_stamp(
    subject: Subject, declared: list[Artifact], state: State, seen: frozenset
) -> None:
    document = perimeter(*(Channel(artifact=each) for each in declared))
    holder = Holder(brand=BRAND, perimeter=document)
    inside = any(contains(document, each) for each in subject.readings)
    found = decide(subject, holder, [case(subject.readings[-1], state)], observed=seen, now_s=NOW)
    assert (found.fact is Fact.PERTENECE) == inside
    assert (found.level is SignalLevel.L1) == (state is State.CONFIRMED and not inside)
    assert (found.fact is Fact.DISPUTED) == (state is State.DISPUTED and not inside)
    assert (found.case is not None) == (found.fact in {Fact.COUNTERSTAMP, Fact.DISPUTED})


@given(subjects, st.lists(artifacts, min_size=1, max_size=3, unique=True))
def test_without_a_brand_nothing_is_said_to_be_outside(subject: Subject, declared: list[Artifact]) -> None:
    holder = Holder(brand=BRAND, perimeter=perimeter(*(Channel(artifact=each) for each in declared)))
    found = decide_without_brand(subject, [holder], now_s=NOW)
    assert found.fact in {Fact.PERTENECE, Fact.UNKNOWN}
    assert overall([found]) is found.level


def test_unknown_is_grey_and_only_inside_is_green() -> None:
    assert LEVELS[Fact.UNKNOWN].colour is Colour.GREY
    assert [fact for fact, standing in LEVELS.items() if standing.colour is Colour.GREEN] == [Fact.PERTENECE]
    assert len({standing.level for standing in LEVELS.values()}) == len(Fact)
