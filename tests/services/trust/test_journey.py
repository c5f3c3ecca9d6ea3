"""The whole way through real sockets: a good domain is trusted, and not any more when one of its witnesses is gone."""

import asyncio

import pytest

from frankmark.protocols.securestamp.assessment import Level, State
from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.protocols.securestamp.wire import check_body
from frankmark.services.trust import TrustQuery

GOOD = TrustQuery(target="news@good.test")


async def good(world) -> None:
    world.mail_domain("good.test")
    await world.register()
    await world.stamp()
    world.publish()


async def test_a_registered_and_stamped_domain_that_does_everything_right_is_trusted(world):
    await good(world)
    answer = await world.trust.check(GOOD)
    assessment = answer.assessment
    assert {signal.signal.name.value: signal.signal.value for signal in assessment.signals} == {
        "spf": "~all",
        "dkim": "valid",
        "dmarc": "quarantine",
        "domain_age": 730,
        "registration": 300,
        "ssl": 29,
        "ct": 2,
        "registry": "verified",
        "stamp": "active",
        "complaint": "unavailable",
        "bounce": "unavailable",
        "engagement": "unavailable",
    }
    assert (assessment.score, assessment.state, assessment.level) == (87, State.TRUSTED, Level.L4)
    assert assessment.fired == ()
    assert display(assessment) is Display.TRUSTED
    assert [(each.channel.value, each.result.value) for each in assessment.evidence.lists.channels] == [
        ("dns", "pass"),
        ("header", "unchecked"),
        ("api", "pass"),
    ]
    assert answer.stamp is not None
    assert answer.exchangers is True
    body = check_body(assessment, answer.target.domain, answer.stamp, "https://node.demo.test", answer.checked_ms)
    assert (body["trustState"], body["signals"]["domainAge"]) == ("CONFIABLE", "2y")


@pytest.mark.parametrize("gone", ["rdap", "tls", "dns"])
async def test_it_is_not_any_more_when_one_witness_is_gone(world, gone):
    """What 700 points of the balance leave is not trust: the margin of this domain is as small as one witness."""
    await good(world)
    world.dns.zone.put_text("_dmarc.good.test", b"v=DMARC1; p=none")
    world.dns.zone.put_text("good.test", b"v=spf1 ?all")
    before = await world.trust.check(GOOD)
    assert before.assessment.state is State.TRUSTED
    await getattr(world, gone).stop()
    world.clock.pass_s(6)
    after = await world.trust.check(GOOD)
    assert after.assessment.state is not State.TRUSTED
    assert after.assessment.score <= 69
    assert after.assessment.coverage < before.assessment.coverage or gone == "tls"
    assert display(after.assessment) is not Display.TRUSTED


async def test_a_changed_record_in_the_zone_is_seen_when_its_time_has_passed(world):
    await good(world)
    assert (await world.trust.check(GOOD)).assessment.score == 87
    world.dns.zone.put_text("_dmarc.good.test", b"v=DMARC1; p=reject")
    assert (await world.trust.check(GOOD)).assessment.score == 87
    world.clock.pass_s(1.001)
    assert (await world.trust.check(GOOD)).assessment.score == 90


async def test_all_the_world_silent_ends_within_the_deadline_and_is_collected_afterwards(world):
    await good(world)
    world.trust._parts.collectors._deadline_s = 0.05

    async def slow(_reader, writer):
        await asyncio.sleep(0.2)
        writer.close()

    await world.tls.stop()
    stalled = await asyncio.start_server(slow, "127.0.0.1", world.tls.port)
    started = asyncio.get_running_loop().time()
    answer = await world.trust.check(GOOD)
    assert asyncio.get_running_loop().time() - started < 1
    late = {each.signal.name: each.signal.reason for each in answer.assessment.signals if not each.signal.present}
    assert late[SignalName.SSL] is late[SignalName.CT] is Reason.COLLECTING
    assert answer.fresh_ms <= 1000
    await asyncio.sleep(0.4)
    world.clock.pass_s(1)
    later = await world.trust.check(GOOD)
    assert later.assessment.evidence.value(SignalName.SSL) == "invalid"
    stalled.close()


async def test_many_cold_questions_about_one_domain_lead_to_one_of_each(world):
    await good(world)
    answers = await asyncio.gather(*(world.trust.check(GOOD) for _ in range(50)))
    assert {answer.assessment.score for answer in answers} == {87}
    assert list(world.rdap.asked) == ["/domain/good.test"]
    assert world.tls.handshakes <= 1
    assert len(world.dns.asked) == len(set(world.dns.asked))
