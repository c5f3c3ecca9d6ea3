"""Places for collections: a flood of strangers takes its own share, and no more."""

import asyncio

from frankmark.adapters.network.resolver import ResolverSettings, Server
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.collectors import Collectors
from frankmark.services.places import PLACES, QUESTIONS, Places, Share
from frankmark.services.trust import TrustQuery

ONE = dict.fromkeys(Share, 1)


def limited(world, deadline_ms: int = 300) -> Places:
    """One place for each share, in a world that is otherwise the same."""
    places, before = Places(ONE), world.trust._parts.collectors
    object.__setattr__(
        world.trust._parts, "collectors", Collectors(before._sources, deadline_ms=deadline_ms, places=places)
    )
    return places


def reasons(answer) -> set:
    return {each.reason for each in answer.assessment.evidence.signals[:7]}


async def test_strangers_have_the_fewest_places():
    assert PLACES[Share.STRANGER] < sum(PLACES.values()) // 2
    assert min(PLACES.values()) > 0


async def test_all_shares_together_leave_room_on_the_wire():
    settings = ResolverSettings(servers=(Server(address="127.0.0.1"),))
    looked_up_elsewhere = 2 * sum(PLACES.values())  # the addresses of a web server, by the prober
    assert sum(QUESTIONS.values()) + looked_up_elsewhere < settings.parallel


async def test_strangers_silent_names_leave_the_others_their_turns():
    places = Places(ONE, ONE)
    async with places.turn(Share.STRANGER):
        assert places.turn(Share.STRANGER).locked()
        assert not places.turn(Share.KNOWN).locked()
        assert not places.turn(Share.STAMPED).locked()


async def test_a_place_is_given_back_when_the_last_task_has_ended():
    places, gate = Places(ONE), asyncio.Event()

    async def work() -> None:
        await gate.wait()

    async def nothing() -> None:
        return

    assert await places.enter(Share.STRANGER, 1)
    tasks = [asyncio.create_task(work()), asyncio.create_task(nothing())]
    places.leave_after(Share.STRANGER, tasks)
    assert not await places.enter(Share.STRANGER, 0.01)
    gate.set()
    assert await places.enter(Share.STRANGER, 1)


async def test_whoever_gets_no_place_in_time_is_told_collecting_and_nothing_is_asked(world):
    world.mail_domain("good.test")
    places = limited(world)
    assert await places.enter(Share.STRANGER, 1)
    answer = await world.trust.check(TrustQuery(target="good.test", stranger=True))
    assert reasons(answer) == {Reason.COLLECTING}
    assert answer.fresh_ms <= 1_000
    assert not world.dns.asked
    assert not world.rdap.asked


async def test_a_flood_of_strangers_takes_nothing_from_a_stamped_domain_or_a_known_caller(world):
    world.mail_domain("good.test")
    world.mail_domain("g00d.test")
    await world.register()
    await world.stamp()
    world.publish()
    places = limited(world, deadline_ms=2_000)
    assert await places.enter(Share.STRANGER, 1)
    flood = [
        asyncio.create_task(world.trust.check(TrustQuery(target=f"x{number}.test", stranger=True)))
        for number in range(50)
    ]
    await asyncio.sleep(0)
    stamped = await world.trust.check(TrustQuery(target="good.test", stranger=True))
    assert Reason.COLLECTING not in reasons(stamped)
    assert stamped.assessment.evidence.value(SignalName.SPF) == "~all"
    known = await world.trust.check(TrustQuery(target="g00d.test"))
    assert Reason.COLLECTING not in reasons(known)
    assert not any(task.done() for task in flood)
    assert {reason for answer in await asyncio.gather(*flood) for reason in reasons(answer)} == {Reason.COLLECTING}


async def test_what_is_remembered_needs_no_place(world):
    world.mail_domain("good.test")
    places = limited(world, deadline_ms=2_000)
    first = await world.trust.check(TrustQuery(target="good.test", stranger=True))
    assert await places.enter(Share.STRANGER, 1)
    again = await world.trust.check(TrustQuery(target="good.test", stranger=True))
    assert again.assessment is first.assessment
