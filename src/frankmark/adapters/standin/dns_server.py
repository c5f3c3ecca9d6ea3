"""An authoritative DNS server over UDP and TCP whose zone can be changed while it runs (RFC 1034 §4.3, RFC 7766)."""

import asyncio
import struct
from collections import deque
from collections.abc import Iterable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zonefile
from typing_extensions import override

__all__ = ["DnsStandIn", "Zone"]

PLAIN_UDP = 512  # octets of an answer to a question without EDNS (RFC 1035 §4.2.1)
LARGEST_UDP = 1232
CHAIN = 16
IDLE_S = 5.0
BIND_ATTEMPTS = 20
LATEST = 4_096


class Zone:
    """The records of one zone, in memory.

    Args:
        origin: The zone's name, such as `demo.test`.
        ttl: Seconds that answers may be kept, negative ones too.
    """

    def __init__(self, origin: str, *, ttl: int = 1) -> None:
        self.origin = dns.name.from_text(origin)
        self.ttl = ttl
        self.serial = 0
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}

    def put(self, name: str, rrtype: str, records: Iterable[str]) -> None:
        """Set the records of one name and type, in the text form of a zone file; none removes the set.

        Args:
            name: The owner, fully qualified, with or without the final dot.
            rrtype: The type's mnemonic.
            records: Each record's data, such as `10 mail.demo.test.`; a TXT record's strings in quotation marks.

        Raises:
            ValueError: The name is outside the zone.
        """
        owner = dns.name.from_text(name)
        if not owner.is_subdomain(self.origin):
            message = f"{name} is not in {self.origin}"
            raise ValueError(message)
        kind = dns.rdatatype.from_text(rrtype)
        listed = list(records)
        self._sets.pop((owner, kind), None)
        if listed:
            self._sets[owner, kind] = dns.rrset.from_text_list(owner, self.ttl, "IN", kind, listed)
        self.serial += 1

    def put_text(self, name: str, *texts: bytes) -> None:
        """Set the TXT records of a name; each is split into character-strings of 255 octets."""
        self.put(name, "TXT", map(_quoted, texts))

    def merge(self, text: str) -> None:
        """Set the records of a piece of a zone file, such as ``shop.test. 300 IN TXT "…"`` (RFC 1035 §5.1).

        Args:
            text: The lines. Names are fully qualified; every name and type in them replaces the set that was there.

        Raises:
            ValueError: The text is no piece of a zone file, or a name in it is outside the zone.
        """
        lines = "\n".join(line.strip() for line in text.splitlines())  # an indented line is no other owner's here
        try:
            found = dns.zonefile.read_rrsets(lines, rdclass=None, default_ttl=self.ttl)
        except dns.exception.DNSException as fault:
            raise ValueError(str(fault)) from fault
        for rrset in found:
            records = [data.to_text() for data in rrset]
            self.put(rrset.name.to_text(), dns.rdatatype.to_text(rrset.rdtype), records)

    def soa(self) -> dns.rrset.RRset:
        """The start of authority, for negative answers."""
        host = self.origin.to_text()
        data = f"ns.{host} hostmaster.{host} {self.serial} 3600 600 86400 {self.ttl}"
        return dns.rrset.from_text(self.origin, self.ttl, "IN", "SOA", data)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer one query from the records as they are now."""
        response = dns.message.make_response(query)
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        asked = query.question[0]
        if asked.rdclass != dns.rdataclass.IN or not asked.name.is_subdomain(self.origin):
            response.set_rcode(dns.rcode.REFUSED)
            return response
        response.flags |= dns.flags.AA
        self._fill(response, asked.name, asked.rdtype)
        return response

    def _fill(self, response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        for _ in range(CHAIN):
            found = self._sets.get((name, kind))
            alias = self._sets.get((name, dns.rdatatype.CNAME))
            if found is not None or alias is None:
                break
            response.answer.append(alias)
            name = alias[0].target
        else:
            found = None
        if found is not None:
            response.answer.append(found)
        elif name.is_subdomain(self.origin):
            response.authority.append(self.soa())
            if not any(owner.is_subdomain(name) for owner, _ in self._sets) and name != self.origin:
                response.set_rcode(dns.rcode.NXDOMAIN)


def _quoted(text: bytes) -> str:
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{octet:03d}" for octet in piece) + '"' for piece in pieces)


class DnsStandIn:
    """Serves one zone on a loopback address, over UDP and TCP on the same port.

    Args:
        zone: The records; changes are seen by the next query.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.port = 0
        self.asked: deque[tuple[str, str]] = deque(maxlen=LATEST)  # the latest questions, name and type
        self._datagrams: asyncio.DatagramTransport | None = None
        self._streams: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes one that is free for both transports.

        Raises:
            OSError: The port is taken.
        """
        loop = asyncio.get_running_loop()
        for attempt in range(BIND_ATTEMPTS):
            self._streams = await asyncio.start_server(self._stream, host, port)
            taken = self._streams.sockets[0].getsockname()[1]
            try:
                self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (host, taken))
            except OSError:
                self._streams.close()
                if port or attempt == BIND_ATTEMPTS - 1:
                    raise
            else:
                self.port = taken
                return

    async def stop(self) -> None:
        """Stop listening; the port is free afterwards."""
        if self._datagrams is not None:
            self._datagrams.abort()
        if self._streams is not None:
            self._streams.close()
            await self._streams.wait_closed()

    def respond(self, wire: bytes, *, room: int | None) -> bytes | None:
        """The response to one message; None if it is not a query.

        Args:
            wire: The message's octets.
            room: The most octets of the response; None for whatever the query's EDNS says.
        """
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if query.flags & dns.flags.QR:
            return None
        if query.question:
            asked = query.question[0]
            self.asked.append((asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)))
        response = self.zone.answer(query)
        space = room or (min(query.payload, LARGEST_UDP) if query.edns >= 0 else PLAIN_UDP)
        try:
            return response.to_wire(max_size=max(space, PLAIN_UDP))
        except dns.exception.TooBig:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC | dns.flags.AA
            return short.to_wire()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    wire = await reader.readexactly(length)
                response = self.respond(wire, room=65_535)
                if response is None:
                    break
                writer.write(struct.pack("!H", len(response)) + response)
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsStandIn) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = self._server.respond(data, room=None)
        if response is not None and self._transport is not None:
            self._transport.sendto(response, addr)
