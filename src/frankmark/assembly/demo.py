"""The world of the demonstration: a DNS zone, a registry and a web server on loopback, and a node's settings for it.

Nothing is faked inside the node: it asks these servers through the same sockets, the same outbound guard and the same
resolver as it would ask the world.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import msgspec

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.standin.rdap_server import RdapStandIn
from frankmark.adapters.standin.tls_server import DemoAuthority, TlsStandIn
from frankmark.assembly.demo_cast import RECEIVER, SENDERS, Cast, Sender
from frankmark.foundation.canonical import Json, dump
from frankmark.ports.clock import Clock
from frankmark.settings import (
    DnsSettings,
    EvidenceSettings,
    LimitSettings,
    MailSettings,
    OutboundSettings,
    Settings,
)

__all__ = ["PUBLIC_URL", "DemoWorld", "Source", "demo_world", "settings_text"]

PUBLIC_URL: Final = "https://node.demo.test"
TOP: Final = "test"
DAY_MS: Final = 86_400_000
TTL_S: Final = 1
DEADLINE_MS: Final = 2_000  # on loopback an answer that takes longer does not come
PLENTY: Final = 100_000  # the limits are there, only far away
PROBES: Final = 600  # in ten minutes: one a second, so that a source that stops is noticed


class Source(StrEnum):
    """A server that stands in for the world."""

    DNS = "dns"
    RDAP = "rdap"
    TLS = "tls"


class _Server(Protocol):
    port: int

    async def start(self, host: str = ..., port: int = ...) -> None: ...
    async def stop(self) -> None: ...


class DemoWorld:
    """Three servers and what they say.

    Args:
        now_ms: Milliseconds since the epoch.
    """

    def __init__(self, now_ms: int) -> None:
        self.cast = Cast()
        self.zone = Zone(TOP, ttl=TTL_S)
        self.authority = DemoAuthority(now_ms // 1000)
        self.rdap = RdapStandIn()
        self.dns = DnsStandIn(self.zone)
        self.tls = TlsStandIn(self.authority.server_context([sender.domain for sender in SENDERS]))
        self._servers: dict[Source, _Server] = {Source.DNS: self.dns, Source.RDAP: self.rdap, Source.TLS: self.tls}
        self.zone.put(TOP, "NS", [f"ns.{TOP}."])
        self.zone.put(f"ns.{TOP}", "A", ["127.0.0.1"])
        for sender in SENDERS:
            self._settle(sender, now_ms)

    def _settle(self, sender: Sender, now_ms: int) -> None:
        domain = sender.domain
        self.zone.put(domain, "A", [sender.address])
        self.zone.put(f"mail.{domain}", "A", [sender.address])
        self.zone.put(domain, "MX", [f"10 mail.{domain}."])
        self.zone.put_text(domain, f"v=spf1 ip4:{sender.address} -all".encode())
        self.zone.put_text(f"_dmarc.{domain}", f"v=DMARC1; p={sender.policy}".encode())
        self.publish_key(sender)
        self.rdap.register(
            domain,
            registered_ms=now_ms - sender.registered_days * DAY_MS,
            expires_ms=now_ms + sender.expires_days * DAY_MS + DAY_MS // 2,
        )

    def publish_key(self, sender: Sender) -> None:
        """Put a sender's DKIM key into the zone."""
        name, text = self.cast.key_record(sender)
        self.zone.put_text(name, text)

    def withdraw_key(self, sender: Sender) -> str:
        """Say in the zone that a sender's DKIM key is revoked (RFC 6376 §3.6.1); answers the record's name."""
        name, _ = self.cast.key_record(sender)
        self.zone.put_text(name, b"v=DKIM1; p=")
        return name

    async def start(self, source: Source) -> None:
        """Let a server listen, on the port that it had before if it had one."""
        server = self._servers[source]
        await server.start(port=server.port)

    async def stop(self, source: Source) -> None:
        """Stop a server; its port is free afterwards and nobody answers there."""
        await self._servers[source].stop()

    def port(self, source: Source) -> int:
        """The port of a server."""
        return self._servers[source].port

    def settings(self, folder: Path, listen: str) -> Settings:
        """The settings of a node, and of a command, that live in this world; writes the files that they name.

        Args:
            folder: Where the authority's certificate and the table of logs go.
            listen: HOST:PORT of the node.
        """
        authorities, logs = folder / "authority.pem", folder / "ct_logs.json"
        authorities.write_text(self.authority.certificate_pem, encoding="ascii")
        logs.write_bytes(self.authority.ct_logs)
        web = f"127.0.0.1:{self.port(Source.TLS)}"
        return Settings(
            public_url=PUBLIC_URL,
            listen=listen,
            data=str(folder / "node"),
            dns=DnsSettings(
                resolvers=(f"127.0.0.1:{self.port(Source.DNS)}",), deadline_ms=DEADLINE_MS, minimum_ttl_s=TTL_S
            ),
            mail=MailSettings(trusted_receivers=(RECEIVER,)),
            outbound=OutboundSettings(allow=(self.rdap.url.removesuffix("/"), f"https://{web}")),
            evidence=EvidenceSettings(
                rdap={TOP: self.rdap.url}, ct_logs=str(logs), ca_file=str(authorities), connect={TOP: web}
            ),
            limits=LimitSettings(
                v1_per_hour=PLENTY,
                api_per_minute=PLENTY,
                key_per_minute=PLENTY,
                key_per_hour=PLENTY,
                probes_per_ten_minutes=PROBES,
            ),
        )


@asynccontextmanager
async def demo_world(clock: Clock) -> AsyncIterator[DemoWorld]:
    """The world, its three servers listening on free loopback ports as long as the context lasts."""
    world = DemoWorld(clock.now_ms())
    try:
        for source in Source:
            await world.start(source)
        yield world
    finally:
        for source in Source:
            await world.stop(source)


def settings_text(settings: Settings) -> str:
    """Settings as `frankmark.toml`: what differs from the defaults."""
    given, usual = msgspec.to_builtins(settings), msgspec.to_builtins(Settings())
    plain: list[str] = []
    sections: list[str] = []
    for key, value in given.items():
        if isinstance(value, dict):
            changed = {name: inner for name, inner in value.items() if inner != usual[key][name]}
            if changed:
                sections += ["", f"[{key}]", *(f"{name} = {_toml(inner)}" for name, inner in changed.items())]
        elif value != usual[key]:
            plain.append(f"{key} = {_toml(value)}")
    return "\n".join([*plain, *sections, ""])


def _toml(value: Json) -> str:
    """A TOML value: canonical JSON texts of strings, integers and booleans are such values already."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return dump(value).decode()
