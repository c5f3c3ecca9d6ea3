"""The servers that stand in for the world are real ones, and the node's settings lead to nothing else."""

import asyncio

import dns.message
import dns.query
import dns.rcode
import pytest

from frankmark.adapters.standin.dns_server import Zone
from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.demo import DemoWorld, Source, demo_world, settings_text
from frankmark.assembly.demo_cast import ACME, COPY, RECEIVER, SENDERS, TWIN, Letter
from frankmark.foundation.dns import Answer, RRType, Status
from frankmark.mail.dkim import verify_signatures
from frankmark.mail.dkim_reasons import DkimResult
from frankmark.mail.message import parse
from frankmark.mail.received import handover
from frankmark.settings import Settings, load

LONG = b"x" * 600


@pytest.mark.parametrize("ask", [dns.query.udp, dns.query.tcp])
async def test_a_long_record_is_several_strings_over_udp_and_tcp(ask):
    async with demo_world(SystemClock({})) as world:
        world.zone.put_text("_securestamp.acme.test", LONG)
        query = dns.message.make_query("_securestamp.acme.test", "TXT", use_edns=0, payload=1232)
        answer = await asyncio.to_thread(ask, query, "127.0.0.1", 3, world.port(Source.DNS))
    (record,) = answer.answer[0]
    assert [len(piece) for piece in record.strings] == [255, 255, 90]
    assert b"".join(record.strings) == LONG
    assert answer.answer[0].ttl == 1


@pytest.mark.parametrize("source", list(Source))
async def test_a_source_that_stops_is_gone_and_comes_back_on_its_port(source):
    async with demo_world(SystemClock({})) as world:
        port = world.port(source)
        await world.stop(source)
        with pytest.raises(OSError, match=r".+"):
            await asyncio.open_connection("127.0.0.1", port)
        await world.start(source)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        assert world.port(source) == port


async def test_settings_survive_being_a_file(tmp_path):
    async with demo_world(SystemClock({})) as world:
        settings = world.settings(tmp_path, "127.0.0.1:8480")
        file = tmp_path / "frankmark.toml"
        file.write_text(settings_text(settings), encoding="utf-8")
        assert load(file, {}) == settings
        allowed = {f"http://127.0.0.1:{world.port(Source.RDAP)}", f"https://127.0.0.1:{world.port(Source.TLS)}"}
        assert set(settings.outbound.allow) == allowed


def test_defaults_leave_the_file_empty():
    assert settings_text(Settings()).strip() == ""


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.domain)
def test_every_sender_really_signs_and_is_handed_over_by_its_own_server(sender, now_ms):
    world = DemoWorld(now_ms)
    letter = Letter(server=sender, author=f"A <a@{sender.domain}>", subject="s", text="one\ntwo\n")
    message = parse(world.cast.deliver(letter, now_ms // 1000))
    name, key = world.cast.key_record(sender)
    asked = verify_signatures(message, now_s=now_ms // 1000)
    question = next(asked)
    assert (question.name, question.rrtype) == (name, RRType.TXT)
    with pytest.raises(StopIteration) as ended:
        asked.send(Answer(status=Status.OK, texts=((key,),), ttl=1))
    assert [outcome.result for outcome in ended.value.value] == [DkimResult.PASS]
    handed = handover(message, [RECEIVER])
    assert (handed.client_ip, handed.mail_from) == (sender.address, f"post@{sender.domain}")


def test_the_two_look_alikes_are_written_as_they_say():
    assert TWIN.domain.encode().decode("idna") == "\u0430cme.test"
    assert COPY.domain.replace("1", "l") == "harbourline-savings.test"


def test_records_appended_by_a_person_are_served_and_replace_what_was_there():
    zone = Zone("test")
    zone.merge('; a comment\n  shop.test. 300 IN TXT "one" "two"\nshop.test. TXT "three"\n\n')
    asked = zone.answer(dns.message.make_query("shop.test", "TXT"))
    assert sorted(b"".join(record.strings) for record in asked.answer[0]) == [b"onetwo", b"three"]
    zone.merge('shop.test. 300 IN TXT "four"')
    asked = zone.answer(dns.message.make_query("shop.test", "TXT"))
    assert [record.strings for record in asked.answer[0]] == [(b"four",)]


@pytest.mark.parametrize("text", ["nonsense", 'shop.test. IN TXT "open', 'shop.example. IN TXT "x"', "a.test. IN A x"])
def test_a_piece_of_a_zone_file_that_is_none_is_refused(text):
    zone = Zone("test")
    with pytest.raises(ValueError, match=r".+"):
        zone.merge(text)
    assert zone.answer(dns.message.make_query(ACME.domain, "A")).rcode() is dns.rcode.NXDOMAIN
