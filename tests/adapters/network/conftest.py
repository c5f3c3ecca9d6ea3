"""A clock that a test moves, and a DNS server that answers as dishonestly as a test tells it."""

import asyncio
import ssl
import struct
from collections.abc import Callable, Iterable

import dns.message
import pytest
import trustme

from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server

Handler = Callable[[dns.message.Message, str], Iterable[bytes]]


class HandClock:
    """Both clocks stand still until they are moved."""

    def __init__(self) -> None:
        self.wall_ms = 1_790_000_000_000
        self.steady = 1_000_000

    def now_ms(self) -> int:
        return self.wall_ms

    def steady_ms(self) -> int:
        return self.steady

    def pass_s(self, seconds: float) -> None:
        self.wall_ms += int(seconds * 1000)
        self.steady += int(seconds * 1000)


class DishonestServer:
    """Sends whatever `handler(query, transport)` gives, in that order; nothing if it gives nothing."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.port = 0
        self.asked: list[tuple[str, str]] = []

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._stream, "127.0.0.1", 0)
        self.port = self._tcp.sockets[0].getsockname()[1]
        server = self

        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport):
                self.transport = transport

            def datagram_received(self, data, addr):
                for wire in server._answers(data, "udp"):
                    self.transport.sendto(wire, addr)

        self._udp, _ = await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", self.port))

    def _answers(self, data: bytes, transport: str) -> Iterable[bytes]:
        query = dns.message.from_wire(data)
        self.asked.append((query.question[0].name.to_text(omit_final_dot=True), transport))
        return self.handler(query, transport)

    async def _stream(self, reader, writer) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            for wire in self._answers(await reader.readexactly(length), "tcp"):
                writer.write(struct.pack("!H", len(wire)) + wire)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def stop(self) -> None:
        self._udp.abort()
        self._tcp.close()
        await self._tcp.wait_closed()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def dishonest():
    """Starts dishonest servers, each with a handler."""
    running = []

    async def start(handler: Handler) -> DishonestServer:
        server = DishonestServer(handler)
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()


@pytest.fixture
async def resolving(clock):
    """Makes resolvers that ask the given servers."""
    made = []

    def make(*servers, **settings) -> DnsResolver:
        addresses = tuple(Server(address="127.0.0.1", port=server.port) for server in servers)
        resolver = DnsResolver(ResolverSettings(servers=addresses, **settings), clock)
        made.append(resolver)
        return resolver

    yield make
    for resolver in made:
        await resolver.close()


class WebServer:
    """An HTTP server that sends whatever a coroutine writes; it notes the heads of the requests."""

    def __init__(self, speak, tls=None) -> None:
        self.speak = speak
        self.tls = tls
        self.heads: list[str] = []
        self.bodies: list[bytes] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            if "Content-Length:" in head:
                length = int(head.split("Content-Length:")[1].split("\r\n")[0])
                self.bodies.append(await reader.readexactly(length))
            await self.speak(head, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            writer.close()

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def web(authority):
    """Starts web servers: plain, or with a certificate for the given names."""
    running = []

    async def start(speak, *names: str, configure=None) -> WebServer:
        context = None
        if names:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(*names).configure_cert(context)
            if configure:
                configure(context)
        server = WebServer(speak, context)
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()
