"""The resolver: dnspython over UDP with EDNS, over TCP when an answer is truncated (RFC 1035, RFC 6891, RFC 7766).

What an attacker could make of an answer decides its shape here. A question has an id and a port that nobody can guess;
a datagram that does not repeat id and question is not an answer and is waited past; a record whose owner is not on the
chain of names that we follow is not read; the AD bit counts only when the operator says that the resolver validates and
it sits on loopback (RFC 4035 §4.9.3).
"""

import asyncio
import ipaddress
import secrets
import socket
from dataclasses import dataclass, replace
from functools import partial

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
from typing_extensions import override

from frankmark.adapters.network.answers import Followed, follow
from frankmark.adapters.network.flight import SharedFlight
from frankmark.adapters.network.wire import negative, query
from frankmark.foundation.dns import Answer, Question, Status
from frankmark.foundation.kept import Kept
from frankmark.ports.clock import Clock
from frankmark.ports.resolver import Resolver

__all__ = ["DnsResolver", "ResolverSettings", "Server", "servers_from", "system_servers"]

CHAIN = 8  # the longest chain of CNAME records that is followed
PAYLOAD = 1232  # octets of a UDP answer that pass every path unfragmented (DNS flag day 2020)
BOGUS_CODES = frozenset(range(6, 13))  # extended errors that say "validation failed" (RFC 8914 §4.7 to §4.13)
FIRST_ATTEMPT_S = 0.8  # then the next server is asked, or the same one again


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One DNS server to ask.

    Attributes:
        address: An IP address.
        port: The port for UDP and TCP.
    """

    address: str
    port: int = 53

    @property
    def local(self) -> bool:
        """Whether the server sits on loopback, so that nobody stands between it and us."""
        return ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverSettings:
    """How to ask and how long to keep.

    Attributes:
        servers: The servers, asked in this order.
        validating: The operator vouches that they validate DNSSEC; believed only for servers on loopback.
        deadline_ms: The budget of one question, all attempts and the whole chain of names included.
        ttl_floor_s: The shortest time to keep an answer.
        ttl_ceiling_s: The longest time to keep an answer.
        negative_ceiling_s: The longest time to keep a negative answer (RFC 2308 §5).
        capacity: The most answers to keep.
        parallel: The most questions on the wire at once.
    """

    servers: tuple[Server, ...]
    validating: bool = False
    deadline_ms: int = 3_000
    ttl_floor_s: int = 5
    ttl_ceiling_s: int = 86_400
    negative_ceiling_s: int = 900
    capacity: int = 65_536
    parallel: int = 512


def servers_from(text: str) -> tuple[Server, ...]:
    """Read `HOST:PORT[,HOST:PORT…]`; HOST is an IP address, one of version 6 in brackets; the port defaults to 53.

    Raises:
        ValueError: A part is not of that form; the message names it.
    """
    return tuple(_server(part.strip()) for part in text.split(","))


def _server(text: str) -> Server:
    host, _, port = text.rpartition(":") if "]:" in text or text.count(":") == 1 else (text, "", "53")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        number = int(port) if port.isascii() and port.isdigit() else 0
    except ValueError:
        number, address = 0, None
    if address is None or not 0 < number < 1 << 16:
        message = f"{text!r} is not an IP address with a port, as in 127.0.0.1:53 or [::1]:53"
        raise ValueError(message)
    return Server(address=str(address), port=number)


def system_servers() -> tuple[Server, ...]:
    """The servers that this machine is set to ask (`/etc/resolv.conf`), loopback if it names none."""
    try:
        configured = dns.resolver.Resolver()
    except dns.exception.DNSException:
        return (Server(address="127.0.0.1"),)
    found = [str(name) for name in configured.nameservers if isinstance(name, str)]
    return tuple(Server(address=address, port=configured.port) for address in found) or (Server(address="127.0.0.1"),)


class DnsResolver(Resolver):
    """Asks the configured servers, keeps answers for their TTL, and asks a question only once at a time.

    Args:
        settings: How to ask and how long to keep.
        clock: For the time of keeping; its steady side only.
    """

    def __init__(self, settings: ResolverSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._kept: Kept[Question, Answer] = Kept(settings.capacity)
        self._flight: SharedFlight[Question, Answer] = SharedFlight()
        self._turn = asyncio.Semaphore(settings.parallel)

    @override
    async def resolve(self, question: Question) -> Answer:
        now = self._clock.steady_ms()
        entry = self._kept.entry(question, now)
        if entry is None:
            return await self._flight.answer(question, partial(self._ask, question))
        until, answer = entry
        left = (until - now) // 1000
        return answer if left >= answer.ttl else replace(answer, ttl=left)

    @override
    def kept(self, question: Question) -> Answer | None:
        return self._kept.get(question, self._clock.steady_ms())

    async def close(self) -> None:
        """Give up on what is under way."""
        await self._flight.close()

    async def _ask(self, question: Question) -> Answer:
        try:
            name = dns.name.Name([*(label.encode("ascii") for label in question.name.split(".")), b""])
        except (dns.exception.DNSException, UnicodeError):
            return Answer(status=Status.NXDOMAIN)  # no such name can exist (RFC 7208 §4.3 says the same)
        try:
            async with asyncio.timeout(self._settings.deadline_ms / 1000), self._turn:
                answer = await self._chase(name, question)
        except TimeoutError:
            return Answer(status=Status.TIMEOUT)
        if answer.failed:
            return answer
        kept = self._clamped(answer)
        self._kept.put(question, kept, self._clock.steady_ms() + kept.ttl * 1000)
        return kept

    def _clamped(self, answer: Answer) -> Answer:
        settings = self._settings
        ceiling = settings.ttl_ceiling_s if answer.status is Status.OK else settings.negative_ceiling_s
        return replace(answer, ttl=max(settings.ttl_floor_s, min(answer.ttl, ceiling)))

    async def _chase(self, name: dns.name.Name, question: Question) -> Answer:
        """Follow the chain of names across as many messages as it takes."""
        seen: tuple[dns.name.Name, ...] = (name,)
        ttl, authenticated = self._settings.ttl_ceiling_s, True
        while True:
            response, server = await self._exchange(seen[-1], question)
            if isinstance(response, Status):
                return Answer(status=response)
            if isinstance(response, Answer):
                return replace(response, ttl=min(ttl, response.ttl))
            found: Followed = follow(response, seen, question.rrtype, limit=CHAIN)
            ttl = min(ttl, found.answer.ttl)
            authenticated = authenticated and self._vouched(response, server)
            if found.onward is None:
                return replace(found.answer, ttl=ttl, authenticated=authenticated)
            seen = (*found.seen, found.onward)

    def _vouched(self, response: dns.message.Message, server: Server) -> bool:
        return self._settings.validating and server.local and bool(response.flags & dns.flags.AD)

    async def _exchange(
        self, name: dns.name.Name, question: Question
    ) -> tuple[dns.message.Message | Answer | Status, Server]:
        """Ask the servers in turn until one answers; whatever is left of the budget is the last attempt's."""
        servers = self._settings.servers
        attempts = servers if len(servers) > 1 else (*servers, *servers)
        outcome: Status = Status.TIMEOUT
        for number, server in enumerate(attempts, 1):
            patience = FIRST_ATTEMPT_S if number < len(attempts) else self._settings.deadline_ms / 1000
            try:
                response = await self._once(name, question, server, patience)
            except (TimeoutError, dns.exception.Timeout):
                continue
            except (dns.exception.DNSException, OSError, EOFError):
                outcome = Status.SERVFAIL
                continue
            if isinstance(response, Answer) or response.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                return response, server
            outcome = self._failure(response, server)
        return outcome, attempts[-1]

    async def _once(
        self, name: dns.name.Name, question: Question, server: Server, patience: float
    ) -> dns.message.Message | Answer:
        """Ask over UDP, and over TCP when the answer does not fit a datagram."""
        validating, rrtype = self._settings.validating, dns.rdatatype.from_text(question.rrtype)
        asked = query(name.to_digestable(), rrtype, secrets.randbits(16), PAYLOAD, authentic=validating)
        async with asyncio.timeout(patience):
            try:
                return await _datagram(asked, server, plain=not validating)
            except dns.message.Truncated:
                return await dns.asyncquery.tcp(dns.message.from_wire(asked), server.address, port=server.port)

    def _failure(self, response: dns.message.Message, server: Server) -> Status:
        codes = {option.code for option in response.options if isinstance(option, dns.edns.EDEOption)}
        bogus = self._settings.validating and server.local and not BOGUS_CODES.isdisjoint(codes)
        return Status.BOGUS if bogus else Status.SERVFAIL


async def _datagram(asked: bytes, server: Server, *, plain: bool) -> dns.message.Message | Answer:
    """The first datagram that is an answer to what was asked, from the server that was asked.

    Args:
        asked: The question.
        server: The server; the socket is connected, so that the kernel lets nobody else's datagrams through.
        plain: Whether a plain negative answer is enough, as it is where no validation is vouched for.

    Raises:
        Truncated: The answer does not fit.
        OSError: Nobody listens there.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6 if ":" in server.address else socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(0)
        wire.connect((server.address, server.port))
        wire.send(asked)
        while True:
            octets = await loop.sock_recv(wire, 65_535)
            answer = (negative(asked, octets) if plain else None) or _read(asked, octets)
            if answer is not None:
                return answer


def _read(asked: bytes, octets: bytes) -> dns.message.Message | None:
    """A datagram as a message; None if it is none, or no answer to what was asked."""
    try:
        response = dns.message.from_wire(octets, raise_on_truncation=True)
    except dns.message.Truncated as short:
        if dns.message.from_wire(asked).is_response(short.message()):  # type: ignore[no-untyped-call]
            raise
        return None
    except dns.exception.DNSException:
        return None
    return response if dns.message.from_wire(asked).is_response(response) else None
