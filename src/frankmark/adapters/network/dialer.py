"""The one way out: a name is resolved, its addresses are checked, and the checked address is what gets connected.

Against a stranger who names a target, three things hold. Every address of the name must be globally reachable, or the
name is refused whole. The connection goes to the address that was checked, so that a second answer of the DNS changes
nothing. The only exceptions are those that the operator wrote down: exact scheme, address and port. The table of
special addresses is our own, versioned, because the interpreter's changes with its release.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

from frankmark.foundation.dns import Answer, Question, RRType
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.fetch import FetchReason
from frankmark.ports.resolver import Resolver

__all__ = ["PORTS", "AddressRules", "Dialer", "Endpoint", "endpoint_from", "trust_context"]

IPv4: TypeAlias = ipaddress.IPv4Address
IPv6: TypeAlias = ipaddress.IPv6Address

PORTS = {"https": 443, "http": 80}
ATTEMPTS = 3  # addresses of one name that are tried
CONNECT_S = 2.0  # for one address


class _Prefix(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    prefix: str
    name: str
    source: str


class _Version(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    reachable: list[str]
    refused: list[_Prefix]
    embeds_ipv4: list[_Prefix] = []


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    version: str
    ipv4: _Version
    ipv6: _Version


class AddressRules:
    """Which addresses may be connected to (IANA special-purpose address registries, RFC 6890).

    Args:
        table: The bytes of `data/special_addresses.json`.
    """

    def __init__(self, table: bytes) -> None:
        read = msgspec.json.decode(table, type=_Table)
        self.version = read.version
        self._reachable4 = tuple(map(ipaddress.IPv4Network, read.ipv4.reachable))
        self._refused4 = tuple(ipaddress.IPv4Network(row.prefix) for row in read.ipv4.refused)
        self._reachable6 = tuple(map(ipaddress.IPv6Network, read.ipv6.reachable))
        self._refused6 = tuple(ipaddress.IPv6Network(row.prefix) for row in read.ipv6.refused)
        self._embedding = tuple(ipaddress.IPv6Network(row.prefix) for row in read.ipv6.embeds_ipv4)

    def permit(self, address: IPv4 | IPv6) -> bool:
        """Whether the address is globally reachable; one that embeds an IPv4 address is judged by that."""
        if isinstance(address, IPv4):
            return _within(address, self._reachable4) and not _within(address, self._refused4)
        if address.scope_id is not None:
            return False
        if _within(address, self._embedding):
            return self.permit(IPv4(int(address) & 0xFFFF_FFFF))
        return _within(address, self._reachable6) and not _within(address, self._refused6)


def _within(address: IPv4 | IPv6, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    return any(address in network for network in networks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An exception in the operator's words: exact scheme, address and port.

    Attributes:
        scheme: `http` or `https`.
        address: An IP address in its canonical text form.
        port: The port.
    """

    scheme: str
    address: str
    port: int


def endpoint_from(text: str) -> Endpoint:
    """Read one entry of `[outbound] allow`, such as `http://127.0.0.1:8053`.

    Raises:
        ValueError: It is not exactly a scheme, an IP address and a port.
    """
    parts = urlsplit(text)
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in PORTS or not bare or parts.port is None or parts.hostname is None:
        message = f"{text!r} is not a scheme, an IP address and a port, as in http://127.0.0.1:8053"
        raise ValueError(message)
    return Endpoint(scheme=parts.scheme, address=str(ipaddress.ip_address(parts.hostname)), port=parts.port)


def trust_context(ca_file: str | None = None) -> ssl.SSLContext:
    """How certificates are checked: chain, host name, TLS 1.2 or newer.

    Args:
        ca_file: A PEM file of the only authorities to believe; the machine's own store if None.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Dialer:
    """Finds the addresses that may be connected to, and connects.

    Args:
        resolver: Answers A and AAAA questions.
        rules: Which addresses are globally reachable.
        allow: The operator's exceptions.
    """

    def __init__(self, *, resolver: Resolver, rules: AddressRules, allow: Collection[Endpoint] = ()) -> None:
        self._resolver = resolver
        self._rules = rules
        self._allow = frozenset(allow)

    async def addresses(self, scheme: str, host: str, port: int) -> tuple[str, ...]:
        """The checked addresses of `host`, at most three, versions 4 and 6 in turn.

        Args:
            scheme: `https` or `http`; part of what an exception names.
            host: A name as A-labels or an IP address.
            port: The port that will be connected to.

        Returns:
            Addresses in canonical text form.

        Raises:
            Refused: `URL_REFUSED` for a port that is not the scheme's own; `ADDRESS_REFUSED` if any of the name's
                addresses is not globally reachable; an exception of the operator lifts both.
            Unavailable: `NAME_UNRESOLVED`, `NAME_WITHOUT_ADDRESS`.
        """
        found = await self._found(host)
        excepted = {Endpoint(scheme=scheme, address=str(address), port=port) for address in found} <= self._allow
        if not excepted and PORTS.get(scheme) != port:
            raise Refused(FetchReason.URL_REFUSED, f"Port {port} is not asked for {scheme}.")
        if not excepted and not all(map(self._rules.permit, found)):
            raise Refused(FetchReason.ADDRESS_REFUSED, "The name leads to an address that is not globally reachable.")
        return tuple(map(str, found[:ATTEMPTS]))

    async def _found(self, host: str) -> list[IPv4 | IPv6]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass
        questions = [Question(name=host.lower().rstrip("."), rrtype=rrtype) for rrtype in (RRType.A, RRType.AAAA)]
        answers: list[Answer] = await asyncio.gather(*map(self._resolver.resolve, questions))
        pairs = zip_longest(*(answer.addresses for answer in answers))  # both versions, before anything is cut off
        found = [ipaddress.ip_address(text) for pair in pairs for text in pair if text is not None]
        if not found:
            if any(answer.failed for answer in answers):
                raise Unavailable(FetchReason.NAME_UNRESOLVED, "The DNS did not answer.")
            raise Unavailable(FetchReason.NAME_WITHOUT_ADDRESS, "The name has no address.")
        return found

    async def connect(
        self, host: str, port: int, *, name: str, tls: ssl.SSLContext
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect with TLS to a checked address of `host`.

        Args:
            host: The name or address to resolve and check, under the scheme `https`.
            port: The port to connect to.
            name: The host name that the certificate must prove (also sent as SNI).
            tls: How to check.

        Returns:
            The open streams.

        Raises:
            Refused: As for `addresses`.
            Unavailable: As for `addresses`.
            OSError: The last address could not be connected to; `ssl.SSLError` if TLS failed on any.
        """
        failure: OSError = ConnectionError()
        for address in await self.addresses("https", host, port):
            try:
                async with asyncio.timeout(CONNECT_S):
                    return await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
        raise failure
