"""Look-alikes: which registered domains count, whose they are, what reviewers said, and stores that fail."""

import pytest
from tests.services.trust.conftest import CONFUSABLES, SUFFIXES

from frankmark.foundation.errors import Unavailable
from frankmark.ports.rows import Candidate, CandidateStatus
from frankmark.protocols.securestamp.evidence import Confirmed
from frankmark.services.lookalikes import Lookalikes, confirmed, strongest
from frankmark.services.reasons import ServiceReason

BROKEN = Unavailable(ServiceReason.NOT_FOUND, "broken")


@pytest.fixture
def lookalikes(world, clock):
    return Lookalikes(records=world.records, suffixes=SUFFIXES, confusables=CONFUSABLES, clock=clock)


async def names(lookalikes, domain):
    await lookalikes.refresh()
    return [(each.target, each.confidence) for each in await lookalikes.resembling(domain)]


def row(target: str, confidence: int, status=CandidateStatus.PENDING) -> Candidate:
    return Candidate(suspect="s.test", target=target, distance=1, confidence=confidence, detected_ms=0, status=status)


async def test_the_list_of_registered_domains_is_taken_in_every_half_minute(world, lookalikes, clock):
    assert await names(lookalikes, "acmec0rp.test") == []
    await world.register("acmecorp.test")
    clock.pass_s(29)
    assert await names(lookalikes, "acmec0rp.test") == []
    clock.pass_s(1)
    assert await names(lookalikes, "acmec0rp.test") == [("acmecorp.test", 810)]
    version = lookalikes.version
    clock.pass_s(30)
    assert await names(lookalikes, "acmec0rp.test") == [("acmecorp.test", 810)]
    assert lookalikes.version == version
    world.records.domain_rows.clear()
    clock.pass_s(30)
    assert await names(lookalikes, "acmec0rp.test") == []
    assert lookalikes.version == version + 1


async def test_domains_of_one_owner_and_older_ones_imitate_nobody(world, lookalikes, clock):
    await world.register("acmecorp.test", org="org_a")
    await world.register("acmecorq.test", org="org_a")
    clock.pass_s(1)
    await world.register("acmecorr.test", org="org_b")
    assert ("acmecorp.test", 700) not in await names(lookalikes, "acmecorq.test")
    assert await names(lookalikes, "acmecorq.test") == []
    assert {target for target, _ in await names(lookalikes, "acmecorr.test")} == {"acmecorp.test", "acmecorq.test"}
    assert await names(lookalikes, "acmecorp.test") == []


async def test_faint_resemblances_ask_nobody(world, lookalikes):
    await world.register("acmecorp.test")
    world.records.switches.refuse("domain_holders", BROKEN)
    assert await names(lookalikes, "acmexxrp.test") == [("acmecorp.test", 600)]


async def test_a_store_that_fails_changes_nothing_and_loses_only_notes(world, lookalikes, clock):
    await world.register("acmecorp.test")
    assert await names(lookalikes, "acmec0rp.test") == [("acmecorp.test", 810)]
    clock.pass_s(31)
    world.records.switches.refuse("registered_domains", BROKEN)
    world.records.switches.refuse("domain_holders", BROKEN)
    assert await names(lookalikes, "acmec0rp.test") == [("acmecorp.test", 810)]
    found = await lookalikes.resembling("acmec0rp.test")
    world.records.switches.refuse("note_candidate", BROKEN)
    lookalikes.note(found)
    await lookalikes.close()
    assert not await world.records.candidates_of("acmec0rp.test")
    lookalikes.note(found)
    lookalikes.note(())
    await lookalikes.close()
    assert [each.confidence for each in await world.records.candidates_of("acmec0rp.test")] == [810]


async def test_the_strongest_counts_unless_a_reviewer_cleared_it(world, lookalikes):
    await world.register("acmecorp.test")
    await lookalikes.refresh()
    found = await lookalikes.resembling("acmec0rp.test")
    assert strongest((), ()) is None
    assert strongest(found, ()).confidence == 810
    assert strongest(found, [row("acmecorp.test", 910)]).confidence == 910
    assert strongest(found, [row("other.test", 820)]).target == "acmecorp.test"
    assert strongest((), [row("acmecorp.test", 810)]) is None
    assert strongest((), [row("acmecorp.test", 810, CandidateStatus.CONFIRMED)]).confidence == 810
    assert strongest(found, [row("acmecorp.test", 910, CandidateStatus.FALSE_POSITIVE)]) is None


def test_only_a_reviewers_decision_confirms():
    assert confirmed([row("a.test", 990)]) is None
    assert confirmed([row("a.test", 990), row("b.test", 1, CandidateStatus.CONFIRMED)]) is Confirmed.HERE


@pytest.mark.parametrize(("age_days", "thousandths"), [(None, 810), (0, 850), (2, 850), (3, 810), (1094, 810)])
async def test_a_domain_registered_within_72_hours_weighs_more(world, lookalikes, age_days, thousandths):
    await world.register("acmecorp.test")
    await lookalikes.refresh()
    found = await lookalikes.resembling("acmec0rp.test", age_days)
    assert [each.confidence for each in found] == [thousandths]


async def test_a_domain_three_years_older_than_what_is_known_of_the_other_imitates_nobody(world, lookalikes, clock):
    await world.register("acmecorp.test")
    await lookalikes.refresh()
    assert [each.confidence for each in await lookalikes.resembling("acmec0rp.test", 1094)] == [810]
    assert await lookalikes.resembling("acmec0rp.test", 1095) == ()
    assert [each.confidence for each in await lookalikes.resembling("acmexxrp.test", 1095)] == [600]
    clock.pass_s(86_400)
    assert [each.confidence for each in await lookalikes.resembling("acmec0rp.test", 1095)] == [810]
    assert await lookalikes.resembling("acmec0rp.test", 1096) == ()


async def test_candidates_are_noted_under_the_registrable_domain(world, lookalikes):
    await world.register("acmecorp.test")
    await lookalikes.refresh()
    for name in ("a", "b", "c.d"):
        lookalikes.note(await lookalikes.resembling(f"{name}.acmec0rp.test"))
    await lookalikes.close()
    assert [(suspect, target) for suspect, target in world.records.candidate_rows] == [
        ("acmec0rp.test", "acmecorp.test")
    ]
