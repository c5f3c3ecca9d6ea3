"""The real thing for the rows: a node on a socket, and the world it asks, all of it on loopback.

Everything runs in one background thread with its own event loop; a test speaks to the node as any stranger would, over
HTTP, DNS or through the command as a process of its own.
"""

import asyncio
import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import dkim
import pytest
from aiosmtpd.smtp import SMTP

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.standin.rdap_server import RdapStandIn
from frankmark.adapters.standin.tls_server import DemoAuthority, TlsStandIn
from frankmark.assembly.embedded import NodeOptions
from frankmark.foundation.keys import RsaPrivateKey
from frankmark.settings import load
from frankmark.surfaces.node.serving import Running, running

ROOT = Path(__file__).parents[2]
ISSUER = "https://node.demo.test"
DAY_MS = 86_400_000
CLIENT_IP = "192.0.2.1"
BRAND, IMITATION = "northwindbank.test", "northw1ndbank.test"
BUECHER = "xn--bcherfreundinnen-jzb.test"
EASY = {"v1_per_hour": 1_000_000, "api_per_minute": 100_000, "key_per_minute": 100_000, "key_per_hour": 1_000_000}
PATIENCE_S = 8.0
NAMES = 160


def stock_names(count: int) -> list[str]:
    """Names that resemble one another in nothing, the same in every run."""

    def name(number: int) -> str:
        octets = hashlib.sha256(f"row {number}".encode()).digest()[:16]
        return "".join(chr(ord("a") + octet % 26) for octet in octets) + ".test"

    return [name(number) for number in range(count)]


@dataclass(frozen=True)
class Answer:
    """What a node answered."""

    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Client:
    """A stranger with one connection to a node."""

    def __init__(self, base: str, key: str = "") -> None:
        self._where = urlsplit(base).netloc
        self._key = key
        self._line = http.client.HTTPConnection(self._where, timeout=20)

    def close(self) -> None:
        self._line.close()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._key:
            named.setdefault("Authorization", f"Bearer {self._key}")
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            named.setdefault("Content-Type", "application/json")
        for attempt in range(2):
            try:
                self._line.request(method, path, body=data, headers=named)
                got = self._line.getresponse()
                return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
            except (http.client.HTTPException, ConnectionError):
                self._line.close()
                if attempt:
                    raise
        raise AssertionError

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def good(self, method: str, path: str, body: object = None) -> Any:
        """The object of an answer that must be one."""
        answer = self.ask(method, path, body)
        assert answer.status in {200, 201, 202, 204}, (method, path, answer.status, answer.data)
        return answer.json if answer.data else None

    def check(self, target: str, **more: str) -> Any:
        return self.good("POST", "/api/trust/check", {"target": target, **more})

    def channels(self, target: str, **more: str) -> dict[str, Any]:
        return {each["channel"]: each for each in self.check(target, **more)["channels"]}


@dataclass
class Node:
    """A running node, an anonymous line to it and its administrator's."""

    running: Running
    data: Path
    stack: contextlib.AsyncExitStack
    anyone: Client = field(init=False)
    admin: Client = field(init=False)
    organisation: str = ""

    def __post_init__(self) -> None:
        self.anyone = Client(self.base)
        self.admin = Client(self.base, self.running.run_token)

    @property
    def base(self) -> str:
        return self.running.base

    @property
    def node_id(self) -> str:
        return self.running.services.node_id

    def owner(self) -> str:
        """The organisation that stamps in tests belong to."""
        if not self.organisation:
            self.organisation = self.admin.good("POST", "/api/orgs", {"name": "Rows"})["orgId"]
        return self.organisation

    @contextlib.contextmanager
    def caller(self, role: str) -> Iterator[Client]:
        """A line to the node with a new key of a role, its organisation a new one where the role belongs to one."""
        body = {"role": role, "name": f"a {role}"}
        if role in {"org", "receiver", "reader"}:
            body["orgId"] = self.admin.good("POST", "/api/orgs", {"name": f"Of a {role}"})["orgId"]
        client = Client(self.base, self.admin.good("POST", "/api/keys", body)["key"])
        try:
            yield client
        finally:
            client.close()


@dataclass(frozen=True)
class Stamped:
    """A domain with a stamp; `publish` is what its owner was told to publish."""

    domain: str
    stamp_id: str
    token: str
    url: str
    tx_hash: str
    publish: dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, (self.status, self.err)
        return json.loads(self.out)


class MovedClock:
    """A file that says how many seconds a node's clock is ahead; whoever reads it finds it whole."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ahead(0)

    def ahead(self, seconds: int) -> None:
        beside = self.file.with_suffix(".new")
        beside.write_text(str(seconds))
        beside.replace(self.file)


class Letters:
    """Takes every letter that a node sends."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.texts.append((envelope.rcpt_tos[0], envelope.content.decode("utf-8", "replace")))
        return "250 OK"


class World:
    """Names, registry, web server, mailbox, and the nodes that ask them; `names` is who serves the zone."""

    def __init__(self, folder: Path, names: type[DnsStandIn] = DnsStandIn) -> None:
        self.folder = folder
        self.zone = Zone("test", ttl=1)
        self.letters = Letters()
        self._names = iter(stock_names(NAMES))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.dns, self.rdap = names(self.zone), RdapStandIn()
        authority = DemoAuthority(int(time.time()))
        (folder / "ca.pem").write_text(authority.certificate_pem)
        (folder / "ct_logs.json").write_bytes(authority.ct_logs)
        self.tls = TlsStandIn(authority.server_context([*stock_names(NAMES), BRAND, IMITATION, BUECHER]))
        for server in (self.dns, self.rdap, self.tls):
            self.run(server.start())
        self.mail = self.run(self._mailbox())
        self.key = RsaPrivateKey.generate(2048)
        self.stock: list[Stamped] = []
        self.filled: Node
        self.nodes: list[Node] = []

    def run(self, coroutine: Any) -> Any:
        """Run something in the world's own thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _mailbox(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(self.letters, loop=loop, hostname="mx.test"), "127.0.0.1", 0)

    def settings_text(self, **limits: int) -> str:
        smtp = self.mail.sockets[0].getsockname()[1]
        lines = [
            f'public_url = "{ISSUER}"',
            'listen = "127.0.0.1:0"',
            f'[dns]\nresolvers = ["127.0.0.1:{self.dns.port}"]\nminimum_ttl_s = 1',
            f'[evidence]\nca_file = "{self.folder}/ca.pem"\nct_logs = "{self.folder}/ct_logs.json"',
            f'[evidence.rdap]\ntest = "{self.rdap.url}"',
            f'[evidence.connect]\ntest = "127.0.0.1:{self.tls.port}"',
            f'[outbound]\nallow = ["{self.rdap.url.rstrip("/")}", "https://127.0.0.1:{self.tls.port}"]',
            f'[smtp]\nhost = "127.0.0.1"\nport = {smtp}\ntls = "none"\nfrom = "node@node.demo.test"',
            "[limits]",
            *(f"{name} = {amount}" for name, amount in limits.items()),
        ]
        return "\n".join(lines) + "\n"

    def node(
        self, name: str, environ: dict[str, str] | None = None, *, log: TextIO | None = None, **limits: int
    ) -> Node:
        """Start a node on its own data folder; `log` takes one line a request."""
        file = self.folder / f"{name}.toml"
        file.write_text(self.settings_text(**limits))
        data = self.folder / name
        around = {"HOME": str(self.folder), **(environ or {})}
        options = NodeOptions(demo=True)

        async def start() -> Node:
            stack = contextlib.AsyncExitStack()
            up = await stack.enter_async_context(running(load(file, {}), data, around, options, log=log))
            return Node(running=up, data=data, stack=stack)

        made: Node = self.run(start())
        self.nodes.append(made)
        return made

    def stop(self, node: Node) -> None:
        self.nodes.remove(node)
        node.anyone.close()
        node.admin.close()
        self.run(node.stack.aclose())

    def close(self) -> None:
        for node in list(self.nodes):
            self.stop(node)
        for server in (self.dns, self.rdap, self.tls):
            self.run(server.stop())
        self._loop.call_soon_threadsafe(self.mail.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # What a domain's owner does.

    def name(self) -> str:
        """A name that nobody used before."""
        return next(self._names)

    def mail_domain(
        self,
        domain: str,
        *,
        spf: str = f"v=spf1 ip4:{CLIENT_IP} -all",
        dmarc: str = "v=DMARC1; p=reject",
        days: int = 730,
    ) -> str:
        """Give a domain everything that a careful owner publishes."""
        now = int(time.time() * 1000)
        public = base64.b64encode(self.key.public.to_spki()).decode()
        self.zone.put_text(domain, spf.encode())
        self.zone.put_text(f"_dmarc.{domain}", dmarc.encode())
        self.zone.put_text(f"demo._domainkey.{domain}", f"v=DKIM1; k=rsa; p={public}".encode())
        self.zone.put(domain, "A", ["127.0.0.1"])
        self.zone.put(domain, "MX", [f"10 mail.{domain}."])
        self.rdap.register(domain, registered_ms=now - days * DAY_MS, expires_ms=now + 300 * DAY_MS)
        return domain

    def empty(self, domain: str) -> None:
        """Take everything that mail and stamps need out of the zone."""
        for label in ("", "_dmarc.", "demo._domainkey.", "_securestamp.", "_securestamp-challenge."):
            self.zone.put(f"{label}{domain}", "TXT", [])
        self.zone.put(domain, "MX", [])

    def prove(self, node: Node, domain: str, answer: str | None = None) -> Answer:
        """Register a domain, publish the answer to the challenge (or another text), and have it verified."""
        made = node.admin.good("POST", "/api/domains", {"domain": domain, "orgId": node.owner(), "selectors": ["demo"]})
        told = made["challenge"]
        self.zone.put_text(told["recordName"], (answer or told["recordText"]).encode())
        return node.admin.post(f"/api/domains/{domain}/verify", {"orgId": node.owner()})

    def stamp(self, node: Node, domain: str) -> Stamped:
        """Show ownership of a domain and have it stamped; nothing is published yet."""
        assert self.prove(node, domain).status == 200
        return self.issued(node.admin.post("/api/stamps", {"domain": domain, "orgId": node.owner()}))

    @staticmethod
    def issued(answer: Answer) -> Stamped:
        assert answer.status == 201, answer.data
        made = answer.json
        return Stamped(
            domain=made["domain"],
            stamp_id=made["stampId"],
            token=made["publish"]["url"].rpartition("/")[2],
            url=made["publish"]["url"],
            tx_hash=made["txHash"],
            publish=made["publish"],
        )

    def publish(self, stamped: Stamped) -> None:
        self.zone.put_text(f"_securestamp.{stamped.domain}", stamped.publish["text"].encode())

    def fill(self, node: Node, count: int) -> None:
        """Stamp domains in advance, so that their records are old news when a test asks."""
        self.filled = node
        for _ in range(count):
            made = self.stamp(node, self.mail_domain(self.name()))
            self.publish(made)
            self.stock.append(made)
        time.sleep(1.1)  # what was asked before the records stood there is forgotten

    def published(self) -> Stamped:
        """A domain that does everything right, stamp record included; nobody else uses it."""
        if not self.stock:
            self.fill(self.filled, 12)
        return self.stock.pop()

    def letter(self, sender: str, *, stamp: str = "", body: str = "Good morning.", signed: bool = True) -> bytes:
        """A message of a sender as a mail server hands it over: with DKIM, and the header field if there is one."""
        domain = sender.rpartition("@")[2].rstrip(">")
        fields = [f"From: {sender}", "To: you@reader.test", "Subject: Rows", "Date: Fri, 20 Nov 2026 10:00:00 +0000"]
        fields += ["Message-ID: <row@reader.test>", *([f"X-SecureStamp: {stamp}"] if stamp else [])]
        raw = ("\r\n".join(fields) + f"\r\n\r\n{body}\r\n").encode()
        if not signed:
            return raw
        signing = domain.encode("idna").lower()
        return dkim.sign(raw, b"demo", signing, self.key.to_pem(), include_headers=[b"from", b"subject"]) + raw

    # The command, as a process of its own.

    def environ(self, node: Node | None, **more: str) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        base = node.base if node is not None else "http://127.0.0.1:9"
        return {
            **kept,
            "HOME": str(home),
            "FRANKMARK_CONFIG": str(home / "config"),
            "FRANKMARK_API_BASE": base,
            "FRANKMARK_RESOLVER": f"127.0.0.1:{self.dns.port}",
            "LC_ALL": "C.UTF-8",
            **more,
        }

    def command(self, node: Node | None, *arguments: str, text: bytes = b"", **more: str) -> Ran:
        """Run the command to its end."""
        line = [sys.executable, "-m", "frankmark", *arguments]
        environ = self.environ(node, **more)
        done = subprocess.run(line, input=text, env=environ, capture_output=True, check=False, timeout=60)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def until(found: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """Look again until what is found is what is wanted, or patience ends; answers the last look."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        seen = found()
        if wanted(seen) or time.monotonic() > ends:
            return seen
        time.sleep(0.05)


def needs(program: str) -> None:
    """Skip the test where a program of somebody else's is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def dig(world: World, name: str) -> str:
    """The character-strings of a TXT record, joined, as `dig` gets them."""
    needs("dig")
    line = ["dig", "+short", "+tcp", "@127.0.0.1", "-p", str(world.dns.port), name, "TXT"]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=20)
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', done.stdout))


def segments(token: str) -> Iterator[dict[str, Any]]:
    """Header and claims of a compact JWS, read by nobody's library."""
    for part in token.split(".")[:2]:
        yield json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
