"""The resolver against real servers on loopback, honest and dishonest."""

import asyncio
import struct

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server, servers_from, system_servers
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.foundation.dns import Question, RRType, Status


def ask(name: str, rrtype: RRType = RRType.TXT) -> Question:
    return Question(name=name, rrtype=rrtype)


def reply(query, *sets, rcode=dns.rcode.NOERROR, flags=0, authority=()):
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    response.flags |= flags
    response.answer.extend(sets)
    response.authority.extend(authority)
    return response


def txt(name: str, *texts: str, ttl: int = 60):
    return dns.rrset.from_text(name, ttl, "IN", "TXT", *(f'"{text}"' for text in texts))


def cname(name: str, target: str, ttl: int = 60):
    return dns.rrset.from_text(name, ttl, "IN", "CNAME", target)


def soa(name: str, ttl: int):
    return dns.rrset.from_text(name, ttl, "IN", "SOA", f"ns.test. h.test. 1 1 1 1 {ttl}")


@pytest.fixture
async def zone():
    server = DnsStandIn(Zone("test", ttl=30))
    await server.start()
    yield server
    await server.stop()


async def test_reads_every_type_into_its_member(zone, resolving):
    zone.zone.put_text("a.test", b"v=spf1 -all", b"x" * 300 + b"\xff")
    zone.zone.put("a.test", "A", ["192.0.2.7"])
    zone.zone.put("a.test", "AAAA", ["2001:DB8:0:0:0:0:0:1"])
    zone.zone.put("a.test", "MX", ["20 Two.test.", "10 one.test."])
    zone.zone.put("a.test", "NS", ["NS.test."])
    zone.zone.put("7.2.0.192.in-addr.arpa.test", "PTR", ["a.test."])
    resolver = resolving(zone)

    texts = await resolver.resolve(ask("a.test"))
    assert sorted(texts.joined) == [b"v=spf1 -all", b"x" * 300 + b"\xff"]
    assert max(len(text) for text in texts.texts) == 2
    assert (await resolver.resolve(ask("a.test", RRType.A))).addresses == ("192.0.2.7",)
    assert (await resolver.resolve(ask("a.test", RRType.AAAA))).addresses == ("2001:db8::1",)
    assert (await resolver.resolve(ask("a.test", RRType.MX))).exchanges == ((10, "one.test"), (20, "two.test"))
    assert (await resolver.resolve(ask("a.test", RRType.NS))).names == ("ns.test",)
    assert (await resolver.resolve(ask("7.2.0.192.in-addr.arpa.test", RRType.PTR))).names == ("a.test",)
    assert not texts.authenticated


async def test_tells_a_missing_name_from_a_missing_type(zone, resolving):
    zone.zone.put("deep.b.test", "A", ["192.0.2.7"])
    resolver = resolving(zone)
    assert (await resolver.resolve(ask("deep.b.test"))).status is Status.NODATA
    assert (await resolver.resolve(ask("b.test"))).status is Status.NODATA
    assert (await resolver.resolve(ask("c.test"))).status is Status.NXDOMAIN
    assert (await resolver.resolve(ask("c.elsewhere"))).status is Status.SERVFAIL


async def test_a_change_in_the_zone_is_seen_when_the_time_to_live_has_passed(zone, resolving, clock):
    zone.zone.put_text("a.test", b"old")
    resolver = resolving(zone, ttl_floor_s=1)
    assert (await resolver.resolve(ask("a.test"))).joined == (b"old",)
    zone.zone.put_text("a.test", b"new")
    clock.pass_s(29)
    kept = await resolver.resolve(ask("a.test"))
    assert (kept.joined, kept.ttl) == ((b"old",), 1)
    clock.pass_s(1)
    assert (await resolver.resolve(ask("a.test"))).joined == (b"new",)
    assert len(zone.asked) == 2


async def test_times_to_live_are_clamped_on_both_sides(dishonest, resolving, clock):
    ttls = {"zero.test.": 0, "long.test.": 2_000_000}
    server = await dishonest(
        lambda query, _: [reply(query, txt(n := str(query.question[0].name), "x", ttl=ttls[n])).to_wire()]
    )
    resolver = resolving(server)
    assert (await resolver.resolve(ask("zero.test"))).ttl == 5
    assert (await resolver.resolve(ask("long.test"))).ttl == 86_400
    clock.pass_s(86_399)
    await resolver.resolve(ask("long.test"))
    assert len(server.asked) == 2


async def test_a_negative_answer_is_kept_for_the_time_its_authority_says_and_a_quarter_hour_at_most(
    dishonest, resolving, clock
):
    ttls = {"a.test.": 60, "b.test.": 90_000}

    def missing(query, _):
        authority = [soa("test.", ttls[str(query.question[0].name)])]
        return [reply(query, rcode=dns.rcode.NXDOMAIN, authority=authority).to_wire()]

    server = await dishonest(missing)
    resolver = resolving(server)
    assert (await resolver.resolve(ask("a.test"))).ttl == 60
    assert (await resolver.resolve(ask("b.test"))).ttl == 900
    clock.pass_s(61)
    await resolver.resolve(ask("a.test"))
    await resolver.resolve(ask("b.test"))
    assert [name for name, _ in server.asked] == ["a.test", "b.test", "a.test"]


async def test_a_server_that_never_answers_is_a_timeout_within_the_deadline_and_is_not_kept(dishonest, resolving):
    server = await dishonest(lambda _query, _transport: [])
    resolver = resolving(server, deadline_ms=200)
    started = asyncio.get_running_loop().time()
    assert (await resolver.resolve(ask("a.test"))).status is Status.TIMEOUT
    assert asyncio.get_running_loop().time() - started < 1
    assert (await resolver.resolve(ask("a.test"))).status is Status.TIMEOUT
    assert len(server.asked) == 2


async def test_nobody_listening_is_not_an_answer(resolving, zone):
    resolver = resolving(zone, deadline_ms=300)
    await zone.stop()
    assert (await resolver.resolve(ask("a.test"))).failed


async def test_a_second_server_answers_for_a_silent_or_failing_first(dishonest, resolving, zone):
    zone.zone.put_text("a.test", b"x")
    silent = await dishonest(lambda _query, _transport: [])
    failing = await dishonest(lambda query, _: [reply(query, rcode=dns.rcode.SERVFAIL).to_wire()])
    assert (await resolving(failing, zone).resolve(ask("a.test"))).joined == (b"x",)
    assert (await resolving(silent, zone).resolve(ask("a.test"))).joined == (b"x",)


def lie_wrong_id(query):
    wrong = reply(query, txt("a.test.", "lie"))
    wrong.id = query.id ^ 1
    return wrong.to_wire()


def lie_wrong_question(query):
    other = dns.message.make_query("b.test.", "TXT", id=query.id)
    return reply(other, txt("a.test.", "lie")).to_wire()


def lie_no_response_bit(query):
    response = reply(query, txt("a.test.", "lie"))
    response.flags &= ~dns.flags.QR
    return response.to_wire()


def lie_garbage(_query):
    return b"\xff" * 7


@pytest.mark.parametrize("lie", [lie_wrong_id, lie_wrong_question, lie_no_response_bit, lie_garbage])
async def test_a_datagram_that_is_not_our_answer_is_waited_past(dishonest, resolving, lie):
    only_lies = await dishonest(lambda query, _: [lie(query)])
    assert (await resolving(only_lies, deadline_ms=200).resolve(ask("a.test"))).status is Status.TIMEOUT

    honest_later = await dishonest(lambda query, _: [lie(query), reply(query, txt("a.test.", "truth")).to_wire()])
    assert (await resolving(honest_later).resolve(ask("a.test"))).joined == (b"truth",)


async def test_records_of_another_name_are_not_read(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt("victim.test.", "planted")).to_wire()])
    resolver = resolving(server)
    assert (await resolver.resolve(ask("a.test"))).status is Status.NODATA
    assert (await resolver.resolve(ask("victim.test"))).joined == (b"planted",)
    assert len(server.asked) == 2


async def test_records_under_a_missing_name_contradict_themselves(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt("a.test.", "x"), rcode=dns.rcode.NXDOMAIN).to_wire()])
    assert (await resolving(server).resolve(ask("a.test"))).status is Status.SERVFAIL


async def test_follows_a_chain_inside_one_message_and_across_messages(zone, dishonest, resolving):
    zone.zone.put("one.test", "CNAME", ["two.test."])
    zone.zone.put("two.test", "CNAME", ["three.test."])
    zone.zone.put_text("three.test", b"end")
    resolver = resolving(zone)
    assert (await resolver.resolve(ask("one.test"))).joined == (b"end",)
    assert (await resolver.resolve(ask("one.test", RRType.CNAME))).names == ("two.test",)
    assert (await resolver.resolve(ask("one.test", RRType.MX))).status is Status.NODATA
    zone.zone.put("dangling.test", "CNAME", ["nobody.test."])
    assert (await resolver.resolve(ask("dangling.test"))).status is Status.NXDOMAIN

    steps = {"one.test.": cname("one.test.", "two.test.", 7), "two.test.": txt("two.test.", "end")}
    stepwise = await dishonest(lambda query, _: [reply(query, steps[str(query.question[0].name)]).to_wire()])
    answer = await resolving(stepwise).resolve(ask("one.test"))
    assert (answer.joined, answer.ttl) == ((b"end",), 7)
    assert [name for name, _ in stepwise.asked] == ["one.test", "two.test"]


def chain_server(length: int):
    def answer(query, _):
        number = int(str(query.question[0].name).split(".")[0][1:])
        record = (
            txt(f"c{number}.test.", "end") if number == length else cname(f"c{number}.test.", f"c{number + 1}.test.")
        )
        return [reply(query, record).to_wire()]

    return answer


async def test_a_chain_of_eight_is_followed_and_one_of_nine_is_not(dishonest, resolving):
    eight, nine = await dishonest(chain_server(8)), await dishonest(chain_server(9))
    assert (await resolving(eight).resolve(ask("c0.test"))).joined == (b"end",)
    assert (await resolving(nine).resolve(ask("c0.test"))).status is Status.SERVFAIL
    assert len(nine.asked) == 9


@pytest.mark.parametrize("targets", [["a.test."], ["b.test.", "a.test."], ["b.test.", "c.test.", "B.TEST."]])
async def test_a_loop_of_names_is_a_failure(zone, dishonest, resolving, targets):
    names = ["a.test.", *targets[:-1]]
    sets = [cname(name, target) for name, target in zip(names, targets, strict=True)]
    whole = await dishonest(lambda query, _: [reply(query, *sets).to_wire()])
    assert (await resolving(whole).resolve(ask("a.test"))).status is Status.SERVFAIL
    for name, target in zip(names, targets, strict=True):
        zone.zone.put(name, "CNAME", [target])
    assert (await resolving(zone).resolve(ask("a.test"))).status is Status.SERVFAIL


async def test_of_two_aliases_at_most_one_is_followed_and_never_the_others_records(dishonest, resolving):
    both = dns.rrset.from_text("a.test.", 60, "IN", "CNAME", "b.test.", "c.test.")
    server = await dishonest(lambda query, _: [reply(query, both, txt("b.test.", "x")).to_wire()])
    assert (await resolving(server).resolve(ask("a.test"))).status is Status.NODATA


async def test_a_truncated_answer_is_asked_for_again_over_tcp(zone, resolving):
    zone.zone.put_text("big.test", *(f"{number:03d} {'x' * 200}".encode() for number in range(100)))
    answer = await resolving(zone).resolve(ask("big.test"))
    assert len(answer.texts) == 100
    assert list(zone.asked) == [("big.test", "TXT")] * 2


async def test_truncated_without_tcp_behind_it_is_a_failure(dishonest, resolving):
    def truncated(query, transport):
        return [reply(query, flags=dns.flags.TC).to_wire()] if transport == "udp" else []

    server = await dishonest(truncated)
    assert (await resolving(server, deadline_ms=500).resolve(ask("a.test"))).status is Status.SERVFAIL
    assert ("a.test", "tcp") in server.asked


async def test_a_hundred_records_are_an_answer_and_three_hundred_are_not(zone, resolving):
    zone.zone.put("a.test", "MX", [f"{number} m{number}.test." for number in range(100)])
    zone.zone.put("b.test", "MX", [f"{number} m{number}.test." for number in range(300)])
    resolver = resolving(zone)
    assert len((await resolver.resolve(ask("a.test", RRType.MX))).exchanges) == 100
    assert (await resolver.resolve(ask("b.test", RRType.MX))).status is Status.SERVFAIL


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP])
async def test_a_failure_code_is_a_failure_and_is_not_kept(dishonest, resolving, rcode):
    server = await dishonest(lambda query, _: [reply(query, rcode=rcode).to_wire()])
    resolver = resolving(server)
    assert (await resolver.resolve(ask("a.test"))).status is Status.SERVFAIL
    asked = len(server.asked)
    await resolver.resolve(ask("a.test"))
    assert len(server.asked) == 2 * asked


async def test_the_ad_bit_counts_only_where_the_operator_says_so(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt("a.test.", "x"), flags=dns.flags.AD).to_wire()])
    assert not (await resolving(server).resolve(ask("a.test"))).authenticated
    assert (await resolving(server, validating=True).resolve(ask("a.test"))).authenticated
    plain = await dishonest(lambda query, _: [reply(query, txt("a.test.", "x")).to_wire()])
    assert not (await resolving(plain, validating=True).resolve(ask("a.test"))).authenticated


async def test_a_chain_is_authenticated_only_if_each_message_is(dishonest, resolving):
    def half(query, _):
        name = str(query.question[0].name)
        if name == "a.test.":
            return [reply(query, cname("a.test.", "b.test."), flags=dns.flags.AD).to_wire()]
        return [reply(query, txt("b.test.", "x")).to_wire()]

    server = await dishonest(half)
    answer = await resolving(server, validating=True).resolve(ask("a.test"))
    assert (answer.joined, answer.authenticated) == ((b"x",), False)


async def test_a_failed_validation_is_told_apart_where_the_resolver_validates(dishonest, resolving):
    def bogus(query, _):
        response = reply(query, rcode=dns.rcode.SERVFAIL)
        response.use_edns(options=[dns.edns.EDEOption(6)])
        return [response.to_wire()]

    server = await dishonest(bogus)
    assert (await resolving(server, validating=True).resolve(ask("a.test"))).status is Status.BOGUS
    assert (await resolving(server).resolve(ask("a.test"))).status is Status.SERVFAIL


async def test_the_same_question_under_way_is_asked_once(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt("a.test.", "x")).to_wire()])
    resolver = resolving(server)
    answers = await asyncio.gather(*(resolver.resolve(ask("a.test")) for _ in range(50)))
    assert {answer.joined for answer in answers} == {(b"x",)}
    assert len(server.asked) == 1


async def test_who_gives_up_does_not_take_the_answer_from_the_others(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt("a.test.", "x")).to_wire()])
    resolver = resolving(server)
    first = asyncio.create_task(resolver.resolve(ask("a.test")))
    second = asyncio.create_task(resolver.resolve(ask("a.test")))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).joined == (b"x",)
    assert first.cancelled() or first.cancelling()


async def test_the_number_of_kept_answers_is_bounded(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, txt(str(query.question[0].name), "x")).to_wire()])
    resolver = resolving(server, capacity=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        await resolver.resolve(ask(f"{name}.test"))
    assert [name for name, _ in server.asked] == ["a.test", "b.test", "c.test", "b.test"]


@pytest.mark.parametrize("name", ["", "a..test", "x" * 64 + ".test", ".".join(["abcdefgh"] * 40), "é.test"])
async def test_a_name_that_cannot_exist_is_not_asked_for(dishonest, resolving, name):
    server = await dishonest(lambda _query, _transport: [])
    assert (await resolving(server).resolve(ask(name))).status is Status.NXDOMAIN
    assert server.asked == []


async def test_odd_octets_in_a_name_are_asked_for_as_they_are(dishonest, resolving):
    server = await dishonest(lambda query, _: [reply(query, rcode=dns.rcode.NXDOMAIN).to_wire()])
    await resolving(server).resolve(ask("a\\b c.test"))
    assert server.asked[0][0] == "a\\\\b\\032c.test"


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("127.0.0.1:5353", [("127.0.0.1", 5353)]),
        ("9.9.9.9", [("9.9.9.9", 53)]),
        ("[::1]:5353, 2620:fe::fe", [("::1", 5353), ("2620:fe::fe", 53)]),
    ],
)
def test_reads_servers(text, servers):
    assert [(server.address, server.port) for server in servers_from(text)] == servers


@pytest.mark.parametrize(
    "text", ["", "localhost:53", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "1.2.3.4:x", "::1:²"]
)
def test_refuses_what_is_not_a_server(text):
    with pytest.raises(ValueError, match="is not an IP address with a port"):
        servers_from(text)


def test_only_loopback_is_local():
    assert Server(address="127.0.0.9").local
    assert Server(address="::1").local
    assert not Server(address="10.0.0.1").local


def test_the_machines_own_servers_are_addresses():
    assert all(server.address and server.port for server in system_servers())


async def test_the_stand_in_speaks_plain_dns_over_both_transports(zone):
    zone.zone.put_text("a.test", *(b"%03d" % number * 50 for number in range(10)))
    query = dns.message.make_query("a.test.", "TXT", use_edns=False)
    short = dns.message.from_wire(zone.respond(query.to_wire(), room=None))
    assert short.flags & dns.flags.TC
    reader, writer = await asyncio.open_connection("127.0.0.1", zone.port)
    for _ in range(2):
        writer.write(struct.pack("!H", len(query.to_wire())) + query.to_wire())
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        assert len(dns.message.from_wire(await reader.readexactly(length)).answer[0]) == 10
    writer.write(struct.pack("!H", 3) + b"abc")
    assert await reader.read() == b""
    writer.close()
    assert zone.respond(dns.message.make_response(query).to_wire(), room=None) is None


def test_the_stand_in_answers_only_for_its_zone_and_only_queries():
    server = DnsStandIn(Zone("test"))
    notify = dns.message.make_query("a.test.", "TXT")
    notify.set_opcode(4)
    assert dns.message.from_wire(server.respond(notify.to_wire(), room=None)).rcode() == dns.rcode.NOTIMP
    outside = dns.message.make_query("a.example.", "TXT")
    assert dns.message.from_wire(server.respond(outside.to_wire(), room=None)).rcode() == dns.rcode.REFUSED
    with pytest.raises(ValueError, match="is not in"):
        server.zone.put("a.example", "A", ["192.0.2.1"])
    server.zone.put("a.test", "A", ["192.0.2.1"])
    server.zone.put("a.test", "A", [])
    gone = dns.message.make_query("a.test.", "A")
    assert dns.message.from_wire(server.respond(gone.to_wire(), room=None)).rcode() == dns.rcode.NXDOMAIN


async def test_a_taken_port_is_an_error(zone):
    with pytest.raises(OSError, match="in use"):
        await DnsStandIn(Zone("test")).start(port=zone.port)


async def test_many_questions_wait_for_their_turn_within_the_deadline(dishonest, clock):
    server = await dishonest(lambda query, _: [reply(query, txt(str(query.question[0].name), "x")).to_wire()])
    settings = ResolverSettings(servers=(Server(address="127.0.0.1", port=server.port),), parallel=1)
    resolver = DnsResolver(settings, clock)
    answers = await asyncio.gather(*(resolver.resolve(ask(f"n{number}.test")) for number in range(20)))
    assert all(answer.status is Status.OK for answer in answers)
