"""RDAP: what is read, what is refused, whom the bootstrap file names, how seldom a registry is asked."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import frankmark
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.rdap import Bootstrap, RdapClient, RdapTiming, parse_registration
from frankmark.adapters.standin.rdap_server import RdapStandIn
from frankmark.foundation.errors import Error, Malformed
from frankmark.ports.registration import Registration, RegistryAnswer

DATA = Path(frankmark.__file__).parent / "data"
EMPTY = b'{"version":"1.0","services":[]}'
BASE = {
    "objectClassName": "domain",
    "ldhName": "Example.TEST.",
    "status": ["Active", "client hold"],
    "events": [
        {"eventAction": "last changed", "eventDate": "nonsense that nobody reads"},
        {"eventAction": "registration", "eventDate": "2024-01-02T03:04:05Z"},
        {"eventAction": "expiration", "eventDate": "2026-01-02T03:04:05.678+01:00"},
    ],
}


def read(**changes):
    return parse_registration(json.dumps({**BASE, **changes}).encode(), "example.test")


def test_reads_dates_and_status_values():
    found = read()
    assert (found.registered_ms, found.expires_ms) == (1_704_164_645_000, 1_767_319_445_000)
    assert found.statuses == ("active", "client hold")
    assert read(events=[], status=[]).registered_ms is None


def event(date: object, action: str = "registration") -> list:
    return [{"eventAction": action, "eventDate": date}]


@pytest.mark.parametrize(
    "changes",
    [
        {"objectClassName": "nameserver"},
        {"objectClassName": None},
        {"ldhName": "other.test"},
        {"ldhName": None},
        {"ldhName": 7},
        {"events": {}},
        {"events": [7]},
        {"events": event("x") * 101},
        {"events": event("2024-01-02")},
        {"events": event("2024-01-02T03:04:05")},
        {"events": event("2024-13-02T03:04:05Z")},
        {"events": event("2024-02-30T03:04:05Z")},
        {"events": event("0001-01-01T00:00:00+23:59")},
        {"events": event("٢٠٢٤-01-02T03:04:05Z")},
        {"events": event(1704164645)},
        {"events": event(None, "expiration")},
        {"status": "active"},
        {"status": [["active"]]},
        {"status": ["x"] * 51},
    ],
)
def test_refuses_what_is_not_a_domain_object(changes):
    with pytest.raises(Malformed):
        read(**changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"<html>",
        b"\xff\xfe",
        b'{"objectClassName":"domain"',
        b'{"a":1,"a":2}',
        b"[" * 100000,
        b'{"objectClassName":"domain","ldhName":"example.test","x":"' + b"y" * 65536 + b'"}',
    ],
)
def test_refuses_what_is_not_json_of_a_sane_size(body):
    with pytest.raises(Malformed):
        parse_registration(body, "example.test")


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(body):
    with contextlib.suppress(Error):
        parse_registration(body, "example.test")


@given(
    st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")),
    st.lists(st.text(max_size=10), max_size=5),
)
def test_a_date_and_status_values_survive(date, statuses):
    found = read(events=event(date), status=statuses)
    assert found.registered_ms is not None
    assert found.registered_ms % 1000 == 0
    assert found.statuses == tuple(status.lower() for status in statuses)


@pytest.mark.parametrize(
    ("statuses", "withdrawn"),
    [
        (("active",), False),
        (("client transfer prohibited", "server delete prohibited"), False),
        (("client hold",), True),
        (("active", "server hold"), True),
        (("redemption period",), True),
        (("pending delete",), True),
        (("pending transfer", "auto renew period"), False),
    ],
)
def test_a_name_is_withdrawn_by_hold_redemption_or_deletion(statuses, withdrawn):
    assert Registration(answer=RegistryAnswer.FOUND, statuses=statuses).withdrawn is withdrawn


def test_the_bootstrap_file_is_searched_for_the_longest_suffix():
    table = {
        "version": "1.0",
        "services": [
            [["TEST", "com"], ["http://plain.example/", "https://rdap.example/x"]],
            [["co.test"], ["https://co.example/"]],
            [["old"], ["http://only-plain.example/"]],
        ],
    }
    bootstrap = Bootstrap(json.dumps(table).encode(), {"Demo": "http://127.0.0.1:1"})
    assert bootstrap.base("a.test") == "https://rdap.example/x/"
    assert bootstrap.base("a.co.test") == "https://co.example/"
    assert bootstrap.base("a.demo") == "http://127.0.0.1:1/"
    assert bootstrap.base("a.old") is None
    assert bootstrap.base("a.none") is None


@pytest.mark.parametrize(
    "table", [b"[]", b"{}", b'{"services":{}}', b'{"services":[[]]}', b'{"services":[["a","b"]]}', b'{"services":[{}]}']
)
def test_a_bootstrap_file_of_another_form_is_refused(table):
    with pytest.raises(Malformed):
        Bootstrap(table)


def test_the_bundled_bootstrap_file_names_the_great_registries():
    bootstrap = Bootstrap((DATA / "rdap_dns.json").read_bytes())
    for domain in ("example.com", "example.net", "example.org", "example.dev", "example.fr", "example.br"):
        assert bootstrap.base(domain).startswith("https://")


@pytest.fixture
async def registry():
    server = RdapStandIn()
    await server.start()
    server.register("a.test", registered_ms=1_600_000_000_000, expires_ms=1_800_000_000_000)
    yield server
    await server.stop()


@pytest.fixture
def client(registry, clock, resolving):
    allow = [endpoint_from(registry.url.rstrip("/"))]
    rules = AddressRules((DATA / "special_addresses.json").read_bytes())
    dialer = Dialer(resolver=resolving(registry), rules=rules, allow=allow)
    fetcher = GuardedFetcher(dialer=dialer, tls=trust_context(), agent="frankmark/test")
    bootstrap = Bootstrap(EMPTY, {"test": registry.url})
    return RdapClient(fetcher=fetcher, bootstrap=bootstrap, clock=clock, timing=RdapTiming(budget_ms=500))


async def test_asks_a_registry_once_for_many_and_keeps_the_answer(client, registry, clock):
    found = await asyncio.gather(*(client.look_up("a.test") for _ in range(20)))
    assert {registration.answer for registration in found} == {RegistryAnswer.FOUND}
    assert found[0].registered_ms == 1_600_000_000_000
    assert found[0].expires_ms == 1_800_000_000_000
    assert found[0].observed_ms == clock.now_ms()
    registry.register("a.test", registered_ms=1, expires_ms=2, statuses=["client hold"])
    clock.pass_s(6 * 3600 - 1)
    assert not (await client.look_up("a.test")).withdrawn
    assert list(registry.asked) == ["/domain/a.test"]
    clock.pass_s(1)
    assert (await client.look_up("a.test")).withdrawn
    await client.close()


async def test_a_domain_unknown_to_the_registry_and_a_registry_unknown_to_us(client, registry):
    assert (await client.look_up("b.test")).answer is RegistryAnswer.NOT_FOUND
    registry.remove("a.test")
    assert (await client.look_up("a.test")).answer is RegistryAnswer.NOT_FOUND
    assert (await client.look_up("b.other")).answer is RegistryAnswer.UNSUPPORTED
    assert list(registry.asked) == ["/domain/b.test", "/domain/a.test"]


async def test_a_registry_that_does_not_answer_is_asked_again_after_ten_minutes(client, registry, clock):
    port = registry.port
    await registry.stop()
    assert (await client.look_up("a.test")).answer is RegistryAnswer.UNREACHABLE
    await registry.start(port=port)
    clock.pass_s(599)
    assert (await client.look_up("a.test")).answer is RegistryAnswer.UNREACHABLE
    clock.pass_s(1)
    assert (await client.look_up("a.test")).answer is RegistryAnswer.FOUND


@pytest.mark.parametrize("answer", [("500 Oops", b"{}"), ("429 Slow Down", b"{}"), ("200 OK", b"<html>")])
async def test_an_answer_that_is_not_rdap_says_nothing_about_the_domain(client, registry, answer):
    registry._answer = lambda _method, _target: answer
    assert (await client.look_up("a.test")).answer is RegistryAnswer.UNREACHABLE


async def test_waiting_for_a_turn_is_not_of_the_questions_budget(client, registry):
    client._turn = asyncio.Semaphore(1)
    async with client._turn:
        waiting = asyncio.create_task(client.look_up("a.test"))
        await asyncio.sleep(0.6)
        assert not waiting.done()
        assert not registry.asked
    assert (await waiting).answer is RegistryAnswer.FOUND


async def test_a_question_that_was_never_asked_is_not_remembered(client, registry):
    client._turn = asyncio.Semaphore(1)
    client._timing = RdapTiming(budget_ms=500, patience_ms=50)
    async with client._turn:
        assert (await client.look_up("a.test")).answer is RegistryAnswer.UNREACHABLE
    assert not registry.asked
    assert (await client.look_up("a.test")).answer is RegistryAnswer.FOUND


async def test_the_stand_in_takes_only_get_and_survives_nonsense(registry):
    for sent, beginning in [
        (b"POST /domain/a.test HTTP/1.1\r\n\r\n", b"HTTP/1.1 405"),
        (b"GET\r\n\r\n", b""),
        (b"GET /" + b"a" * 20_000, b""),
    ]:
        reader, writer = await asyncio.open_connection("127.0.0.1", registry.port)
        writer.write(sent)
        try:
            assert (await reader.read()).startswith(beginning)
        except ConnectionError:
            assert beginning == b""
        writer.close()
