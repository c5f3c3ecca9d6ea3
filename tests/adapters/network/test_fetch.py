"""Documents through the guard, from real servers that redirect, stall, swell and lie."""

import asyncio
import gzip
import ssl
from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.fetch import FetchReason

RULES = AddressRules((Path(frankmark.__file__).parent / "data" / "special_addresses.json").read_bytes())


def says(body: bytes = b"hello", status: str = "200 OK", *fields: str):
    async def speak(_head, writer):
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    return speak


def redirects_to(location: str, status: str = "302 Found"):
    return says(b"", status, f"Location: {location}")


@pytest.fixture
async def names():
    server = DnsStandIn(Zone("test", ttl=1))
    for name in ("site.test", "other.test"):
        server.zone.put(name, "A", ["127.0.0.1"])
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def fetching(names, resolving, authority, tmp_path):
    """Makes a fetcher whose exceptions are the given servers."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def make(*servers) -> GuardedFetcher:
        allow = [endpoint_from(f"{'https' if server.tls else 'http'}://127.0.0.1:{server.port}") for server in servers]
        dialer = Dialer(resolver=resolving(names), rules=RULES, allow=allow)
        return GuardedFetcher(dialer=dialer, tls=trust_context(str(tmp_path / "ca.pem")), agent="frankmark/test")

    return make


def refused(raised) -> FetchReason:
    return raised.value.code


async def test_brings_a_document_over_tls_by_name(web, fetching):
    server = await web(says(b"hello", "200 OK", "X-A: 1", "X-A: 2"), "site.test")
    fetched = await fetching(server).get(f"https://site.test:{server.port}/a?b=c#d")
    assert (fetched.status, fetched.body, fetched.headers["x-a"]) == (200, b"hello", "1, 2")
    assert fetched.url == f"https://site.test:{server.port}/a?b=c"
    lines = server.heads[0].lower().split("\r\n")
    assert lines[0] == "get /a?b=c http/1.1"
    assert f"host: site.test:{server.port}" in lines
    assert "accept-encoding: identity" in lines
    assert not [line for line in lines if line.startswith(("cookie", "referer", "authorization"))]


async def test_any_status_is_an_answer(web, fetching):
    server = await web(says(b"no", "404 Not Found"))
    fetched = await fetching(server).get(f"http://127.0.0.1:{server.port}/")
    assert (fetched.status, fetched.body) == (404, b"no")


async def test_a_certificate_for_another_name_or_by_another_authority_is_refused(web, fetching):
    server = await web(says(), "other.test")
    with pytest.raises(Unavailable) as raised:
        await fetching(server).get(f"https://site.test:{server.port}/")
    assert raised.value.code is FetchReason.TLS_FAILED
    strict = fetching(server)
    strict._tls = ssl.create_default_context()
    with pytest.raises(Unavailable) as raised:
        await strict.get(f"https://other.test:{server.port}/")
    assert raised.value.code is FetchReason.TLS_FAILED
    assert server.heads == []


async def test_something_else_than_tls_where_tls_is_asked_fails(web, fetching):
    server = await web(says())
    fetcher = fetching(server)

    async def greet(_reader, writer):
        writer.write(b"220 mail.test ESMTP\r\n")
        await writer.drain()
        writer.close()

    mail = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = mail.sockets[0].getsockname()[1]
    fetcher._dialer._allow = frozenset({endpoint_from(f"https://127.0.0.1:{port}")})
    with pytest.raises(Unavailable) as raised:
        await fetcher.get(f"https://site.test:{port}/")
    assert raised.value.code is FetchReason.TLS_FAILED
    mail.close()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://site.test/",
        "file:///etc/passwd",
        "//site.test/",
        "site.test",
        "https://",
        "https://u:p@site.test/",
        "https://site.test:8443/",
        "http://site.test/",
        "https://site.test:99999/",
        "https://si te.test/",
        "gopher://x",
        "https://site.test/" + "a" * 2048,
        "https://[::1/",
        "https://�.test/",
        "https://xn--\x00/",
    ],
)
async def test_refuses_urls_that_the_guard_never_asks(fetching, url):
    with pytest.raises(Refused) as raised:
        await fetching().get(url)
    assert refused(raised) is FetchReason.URL_REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/",
        "https://site.test/",
    ],
)
async def test_refuses_to_connect_inside(fetching, url):
    with pytest.raises(Refused) as raised:
        await fetching().get(url)
    assert refused(raised) is FetchReason.ADDRESS_REFUSED


async def test_the_challenges_port_80_is_asked_for_only_with_the_same_host(fetching):
    with pytest.raises(Refused) as raised:
        await fetching().get("http://site.test/.well-known/x", same_host=True)
    assert refused(raised) is FetchReason.ADDRESS_REFUSED  # the port is asked, the address is loopback


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
async def test_follows_redirects(web, fetching, status):
    second = await web(says(b"there"), "other.test")
    first = await web(redirects_to(f"https://other.test:{second.port}/x", status), "site.test")
    fetched = await fetching(first, second).get(f"https://site.test:{first.port}/")
    assert (fetched.body, fetched.url) == (b"there", f"https://other.test:{second.port}/x")


async def test_follows_relative_redirects_and_stops_after_three(web, fetching):
    async def hop(head, writer):
        number = int(head.split()[1].strip("/"))
        await (says(b"end") if number == 0 else redirects_to(f"/{number - 1}"))(head, writer)

    server = await web(hop)
    fetcher = fetching(server)
    assert (await fetcher.get(f"http://127.0.0.1:{server.port}/3")).body == b"end"
    with pytest.raises(Refused) as raised:
        await fetcher.get(f"http://127.0.0.1:{server.port}/4")
    assert refused(raised) is FetchReason.REDIRECT_REFUSED
    with pytest.raises(Refused):
        await fetcher.get(f"http://127.0.0.1:{server.port}/1", redirects=0)
    assert len(server.heads) == 4 + 4 + 1


async def test_a_redirect_without_a_place_is_an_answer(web, fetching):
    server = await web(says(b"", "304 Not Modified"))
    assert (await fetching(server).get(f"http://127.0.0.1:{server.port}/")).status == 304


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://127.0.0.1/", FetchReason.ADDRESS_REFUSED),
        ("https://site.test/", FetchReason.ADDRESS_REFUSED),
        ("https://[::ffff:10.0.0.1]/", FetchReason.ADDRESS_REFUSED),
        ("https://site.test:22/", FetchReason.URL_REFUSED),
        ("http://site.test/", FetchReason.REDIRECT_REFUSED),
        ("file:///etc/passwd", FetchReason.REDIRECT_REFUSED),
        ("https://u:p@site.test/", FetchReason.REDIRECT_REFUSED),
        ("https://[", FetchReason.REDIRECT_REFUSED),
    ],
)
async def test_each_redirect_is_checked_anew(web, fetching, location, reason):
    server = await web(redirects_to(location), "site.test")
    with pytest.raises(Refused) as raised:
        await fetching(server).get(f"https://site.test:{server.port}/")
    assert refused(raised) is reason


async def test_same_host_refuses_a_redirect_to_another(web, fetching):
    second = await web(says(), "other.test")
    first = await web(redirects_to(f"https://other.test:{second.port}/"), "site.test")
    with pytest.raises(Refused) as raised:
        await fetching(first, second).get(f"https://site.test:{first.port}/", same_host=True)
    assert refused(raised) is FetchReason.REDIRECT_REFUSED
    assert second.heads == []


async def test_a_name_that_changes_its_address_between_check_and_connection_gains_nothing(web, fetching, names, clock):
    server = await web(says(b"inside"), "site.test")
    fetcher = fetching(server)
    asked = []
    answer = names.zone.answer

    def rebinding(query):
        response = answer(query)
        asked.append(query.question[0].name)
        names.zone.put("site.test", "A", ["127.0.0.2"])  # whoever asks again is led somewhere else
        return response

    names.zone.answer = rebinding
    assert (await fetcher.get(f"https://site.test:{server.port}/")).body == b"inside"
    assert len(asked) == 2  # A and AAAA, once; the connection asked nobody
    clock.pass_s(6)
    with pytest.raises(Refused) as raised:
        await fetcher.get(f"https://site.test:{server.port}/")
    assert refused(raised) is FetchReason.URL_REFUSED  # 127.0.0.2 is no exception, so the odd port is refused


async def test_a_host_that_sends_a_byte_now_and_then_ends_with_the_budget(web, fetching):
    async def drip(_head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    server = await web(drip)
    started = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable) as raised:
        await fetching(server).get(f"http://127.0.0.1:{server.port}/", timeout_ms=200)
    assert raised.value.code is FetchReason.FETCH_TIMEOUT
    assert asyncio.get_running_loop().time() - started < 1


async def test_a_host_that_drips_its_head_ends_with_the_budget(web, fetching):
    async def drip(_head, writer):
        for octet in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500:
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(0.02)

    server = await web(drip)
    with pytest.raises(Unavailable) as raised:
        await fetching(server).get(f"http://127.0.0.1:{server.port}/", timeout_ms=200)
    assert raised.value.code is FetchReason.FETCH_TIMEOUT


async def test_redirects_share_one_budget(web, fetching):
    async def slow(_head, writer):
        await asyncio.sleep(0.15)
        await redirects_to("/again")(_head, writer)

    server = await web(slow)
    with pytest.raises(Unavailable) as raised:
        await fetching(server).get(f"http://127.0.0.1:{server.port}/", timeout_ms=250)
    assert raised.value.code is FetchReason.FETCH_TIMEOUT


async def test_the_body_is_capped_whether_announced_or_not(web, fetching):
    async def endless(_head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    for speak in (endless, says(b"x" * 65_537)):
        server = await web(speak)
        with pytest.raises(Refused) as raised:
            await fetching(server).get(f"http://127.0.0.1:{server.port}/")
        assert refused(raised) is FetchReason.BODY_TOO_LARGE
    exact = await web(says(b"x" * 256))
    assert len((await fetching(exact).get(f"http://127.0.0.1:{exact.port}/", limit=256)).body) == 256


async def test_a_compressed_bomb_stays_as_small_as_it_came(web, fetching):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 65_536
    server = await web(says(bomb, "200 OK", "Content-Encoding: gzip"))
    assert (await fetching(server).get(f"http://127.0.0.1:{server.port}/")).body == bomb


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\x00" * 40 + b"\r\n\r\n",
        b"HTTP/1.1 xxx\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30000,
    ],
)
async def test_what_is_not_http_is_no_document(web, fetching, wire):
    async def speak(_head, writer):
        writer.write(wire)

    server = await web(speak)
    with pytest.raises(Unavailable) as raised:
        await fetching(server).get(f"http://127.0.0.1:{server.port}/")
    assert raised.value.code in {FetchReason.RESPONSE_MALFORMED, FetchReason.CONNECTION_LOST}


async def test_nobody_listening_and_nobody_known(web, fetching):
    server = await web(says())
    fetcher = fetching(server)
    await server.stop()
    with pytest.raises(Unavailable) as raised:
        await fetcher.get(f"http://127.0.0.1:{server.port}/")
    assert raised.value.code is FetchReason.CONNECTION_FAILED
    with pytest.raises(Unavailable) as raised:
        await fetcher.get("https://nobody.test/")
    assert raised.value.code is FetchReason.NAME_WITHOUT_ADDRESS


async def test_the_next_address_is_tried_when_the_first_takes_no_connection(web, fetching, names):
    server = await web(says(b"second"), "site.test")
    names.zone.put("site.test", "A", ["127.0.0.1", "127.0.0.3"])
    fetcher = fetching(server)
    fetcher._dialer._allow |= {endpoint_from(f"https://127.0.0.3:{server.port}")}
    for _ in range(3):
        assert (await fetcher.get(f"https://site.test:{server.port}/")).body == b"second"


async def test_posts_octets_and_does_not_follow_redirects(web, fetching):
    server = await web(redirects_to("/elsewhere", "307 Temporary Redirect"))
    fetched = await fetching(server).post(
        f"http://127.0.0.1:{server.port}/hook", b"\x00body", headers={"X-Signature": "abc"}
    )
    assert fetched.status == 307
    assert server.bodies == [b"\x00body"]
    assert "X-Signature: abc" in server.heads[0]
    with pytest.raises(Refused):
        await fetching().post("http://site.test/", b"", headers={})
