"""The TLS probe against real servers with certificates of every kind."""

import asyncio
import json
import ssl
import time
from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.tls_probe import GuardedTlsProbe, ProbeTiming, log_names
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.standin.tls_server import DemoAuthority, TlsStandIn
from frankmark.foundation.errors import Malformed
from frankmark.ports.probe import Handshake

DATA = Path(frankmark.__file__).parent / "data"
RULES = AddressRules((DATA / "special_addresses.json").read_bytes())


@pytest.fixture
def demo() -> DemoAuthority:
    return DemoAuthority(int(time.time()))


@pytest.fixture
async def names():
    server = DnsStandIn(Zone("test"))
    server.zone.put("site.test", "A", ["127.0.0.1"])
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def serving():
    running = []

    async def start(context: ssl.SSLContext) -> TlsStandIn:
        server = TlsStandIn(context, {"/a": b"document"})
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()


@pytest.fixture
def probing(demo, names, resolving, clock, tmp_path):
    """Makes a probe that asks the given port for every name under test."""
    (tmp_path / "ca.pem").write_text(demo.certificate_pem)
    clock.wall_ms = int(time.time() * 1000)

    def make(port: int, *, host: str = "site.test", allowed: bool = True, **settings) -> GuardedTlsProbe:
        dialer = Dialer(
            resolver=resolving(names),
            rules=RULES,
            allow=[endpoint_from(f"https://127.0.0.1:{port}")] if allowed else [],
        )
        return GuardedTlsProbe(
            dialer=dialer,
            tls=trust_context(str(tmp_path / "ca.pem")),
            logs=log_names(demo.ct_logs),
            clock=clock,
            instead={"test": (host, port)},
            timing=ProbeTiming(**settings),
        )

    return make


async def test_finds_a_valid_certificate_with_two_promises(demo, serving, probing, clock):
    server = await serving(demo.server_context(["site.test"]))
    finding = await probing(server.port).probe("site.test")
    assert finding.handshake is Handshake.VALID
    assert finding.days_left == 29
    assert finding.version == "TLSv1.3"
    assert finding.logs == ("Demo Log A", "Demo Log B")
    assert finding.observed_ms == clock.now_ms()
    assert len(finding.fingerprint) == 64


@pytest.mark.parametrize(("logs", "found"), [([], ()), (["Demo Log B"], ("Demo Log B",))])
async def test_counts_only_promises_that_are_there(demo, serving, probing, logs, found):
    server = await serving(demo.server_context(["site.test"], logs=logs))
    assert (await probing(server.port).probe("site.test")).logs == found


async def test_a_promise_of_an_unknown_log_counts_for_nothing(demo, serving, probing):
    server = await serving(demo.server_context(["site.test"]))
    probe = probing(server.port)
    table = json.loads(demo.ct_logs)
    probe._logs = log_names(json.dumps({**table, "logs": table["logs"][1:]}).encode())
    assert (await probe.probe("site.test")).logs == ("Demo Log B",)
    strangers = DemoAuthority(int(time.time()))
    strange = probing(server.port)
    strange._logs = log_names(strangers.ct_logs)
    assert (await strange.probe("site.test")).logs == ()


async def test_a_certificate_for_another_name_is_invalid(demo, serving, probing):
    server = await serving(demo.server_context(["other.test"]))
    finding = await probing(server.port).probe("site.test")
    assert (finding.handshake, finding.days_left, finding.logs) == (Handshake.INVALID, 0, ())


async def test_a_certificate_by_another_authority_is_invalid(serving, probing):
    server = await serving(DemoAuthority(int(time.time())).server_context(["site.test"]))
    assert (await probing(server.port).probe("site.test")).handshake is Handshake.INVALID


async def test_an_expired_certificate_is_invalid(demo, serving, probing):
    server = await serving(demo.server_context(["site.test"], days=-1))
    assert (await probing(server.port).probe("site.test")).handshake is Handshake.INVALID


async def test_a_certificate_that_ends_soon_is_valid_for_few_days(demo, serving, probing):
    server = await serving(demo.server_context(["site.test"], days=3))
    assert (await probing(server.port).probe("site.test")).days_left == 3


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_an_old_version_of_the_protocol_is_invalid(demo, serving, probing):
    context = demo.server_context(["site.test"])
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    server = await serving(context)
    assert (await probing(server.port).probe("site.test")).handshake is Handshake.INVALID


async def test_what_speaks_no_tls_is_invalid(probing):
    async def greet(_reader, writer):
        writer.write(b"220 mail.test ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    probe = probing(server.sockets[0].getsockname()[1])
    assert (await probe.probe("site.test")).handshake is Handshake.INVALID
    server.close()


async def test_a_closed_port_and_a_name_without_address_have_no_tls(demo, serving, probing, names):
    server = await serving(demo.server_context(["site.test"]))
    probe = probing(server.port)
    await server.stop()
    assert (await probe.probe("site.test")).handshake is Handshake.NONE
    assert (await probing(server.port, host="nobody.test").probe("nobody.test")).handshake is Handshake.NONE
    assert (await probing(server.port, allowed=False).probe("site.test")).handshake is Handshake.NONE
    await names.stop()
    down = probing(server.port)
    assert (await down.probe("site.test")).handshake is Handshake.UNREACHABLE


async def test_a_server_that_says_nothing_ends_with_the_budget_and_is_asked_again_later(demo, probing, clock):
    entered = asyncio.Event()

    async def stall(reader, writer):
        entered.set()
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    probe = probing(port, budget_ms=200)
    started = time.monotonic()
    assert (await probe.probe("site.test")).handshake is Handshake.UNREACHABLE
    assert time.monotonic() - started < 1
    assert entered.is_set()
    silent.close()
    server = TlsStandIn(demo.server_context(["site.test"]))
    await server.start(port=port)
    clock.pass_s(599)
    assert (await probe.probe("site.test")).handshake is Handshake.UNREACHABLE
    clock.pass_s(1)
    assert (await probe.probe("site.test")).handshake is Handshake.VALID
    await server.stop()
    await probe.close()


async def test_many_who_ask_lead_to_one_handshake_an_hour(demo, serving, probing, clock):
    server = await serving(demo.server_context(["site.test"]))
    probe = probing(server.port)
    await asyncio.gather(*(probe.probe("site.test") for _ in range(20)))
    clock.pass_s(3599)
    await probe.probe("site.test")
    await asyncio.sleep(0.05)
    assert server.handshakes == 1
    clock.pass_s(1)
    await probe.probe("site.test")
    await asyncio.sleep(0.05)
    assert server.handshakes == 2


async def test_a_probe_that_was_never_made_is_not_remembered(demo, serving, probing):
    server = await serving(demo.server_context(["site.test"]))
    probe = probing(server.port, patience_ms=50)
    probe._turn = asyncio.Semaphore(1)
    async with probe._turn:
        assert (await probe.probe("site.test")).handshake is Handshake.UNREACHABLE
    assert server.handshakes == 0
    assert (await probe.probe("site.test")).handshake is Handshake.VALID


async def test_waiting_for_a_turn_is_not_of_the_probes_budget(demo, serving, probing):
    server = await serving(demo.server_context(["site.test"]))
    probe = probing(server.port, budget_ms=300)
    probe._turn = asyncio.Semaphore(1)
    async with probe._turn:
        waiting = asyncio.create_task(probe.probe("site.test"))
        await asyncio.sleep(0.4)
        assert not waiting.done()
    assert (await waiting).handshake is Handshake.VALID


async def test_without_another_place_the_domains_own_port_is_asked(probing):
    probe = probing(443, allowed=False)
    probe._instead = {"example": ("127.0.0.1", 1)}
    assert probe._place("site.test") == ("site.test", 443)
    assert probe._place("www.site.example") == ("127.0.0.1", 1)
    assert (await probe.probe("site.test")).handshake is Handshake.NONE  # loopback is refused by the guard


def test_the_bundled_table_names_many_logs_of_several_operators():
    logs = log_names((DATA / "ct_logs.json").read_bytes())
    assert len(logs.names) == len(logs.keys) > 50
    assert any(name.startswith("Google") for name in logs.names.values())
    assert any(name.startswith("Let's Encrypt") for name in logs.names.values())


@pytest.mark.parametrize(
    "table",
    [
        b"{}",
        b"[]",
        b'{"version":"1","logs":[{"name":"a","operator":"b"}]}',
        b'{"version":"1","logs":[],"x":1}',
        b'{"version":"1","logs":[{"name":"a","operator":"b","key":"!!"}]}',
    ],
)
def test_a_table_of_another_form_is_refused(table):
    with pytest.raises(ValueError, match=r".+"):
        log_names(table)


def test_a_key_that_no_log_has_is_refused():
    with pytest.raises(Malformed):
        log_names(b'{"version":"1","logs":[{"name":"a","operator":"b","key":"AAAA"}]}')


async def test_the_stand_in_serves_documents(demo, serving, tmp_path):
    server = await serving(demo.server_context(["127.0.0.1"]))
    (tmp_path / "ca.pem").write_text(demo.certificate_pem)
    for sent, expected in [
        (b"GET /a HTTP/1.1\r\n\r\n", b"document"),
        (b"GET /b HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /a HTTP/1.1\r\n\r\n", b"404"),
        (b"x\r\n\r\n", b""),
    ]:
        context = trust_context(str(tmp_path / "ca.pem"))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
        writer.write(sent)
        assert expected in await reader.read()
        writer.close()
