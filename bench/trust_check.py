"""The trust check over HTTP with a real DNS server on loopback: cold for every domain, then warm.

Cold: each request asks about a domain that nobody asked about, so that SPF, DKIM, DMARC, the stamp record, MX and
addresses are looked up over sockets. The name server runs in the measuring process; the processor time is the node's.

The peer of the cold check is a route on the same HTTP server that asks the same name server the very same questions
about the domain, as they were overheard from our node, all at once with dnspython's asynchronous resolver and without
its cache; it evaluates SPF with pyspf and takes the DMARC record apart. It scores nothing, keeps nothing, has no limits
and no log. Ours and the peer take turns, each on domains that it was never asked about.
"""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import load
from measure import percentiles, write
from node_process import NodeProcess, free_port, node

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone

COLD, CONNECTIONS, SECONDS = 400, 4, 6.0
ROUNDS, A_ROUND, ROUND_S = 5, 150, 4.0
PEER = """
import asyncio, json, sys
import dns.asyncresolver, dns.exception, spf, uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
resolver = dns.asyncresolver.Resolver(configure=False)
resolver.nameservers, resolver.port, resolver.lifetime, resolver.cache = ["127.0.0.1"], int(sys.argv[2]), 3.0, None
questions = json.loads(sys.argv[3])
async def ask(name, kind):
    try:
        return name, kind, [record for record in await resolver.resolve(name, kind, raise_on_no_answer=False)]
    except dns.exception.DNSException:
        return name, kind, []
async def check(request):
    domain = (await request.json())["target"].rpartition("@")[2]
    found = await asyncio.gather(*(ask(prefix + domain, kind) for prefix, kind in questions))
    texts = {name: [record.strings for record in records] for name, kind, records in found if kind == "TXT"}
    spf.DNSLookup = lambda name, kind, *_, **__: [((name, kind), each) for each in texts.get(name, [])]
    result = spf.check2(i="192.0.2.1", s="post@" + domain, h="mail." + domain)[0]
    policy = b"".join(texts["_dmarc." + domain][0]).decode()
    tags = dict(part.strip().split("=", 1) for part in policy.split(";") if "=" in part)
    keys = sum(1 for name, _, records in found if "._domainkey." in name and records)
    return JSONResponse({"spf": result, "dmarc": tags["p"], "keys": keys, "asked": len(found), "x": "x" * int(sys.argv[4])})
app = Starlette(routes=[Route("/api/trust/check", check, methods=["POST"])])
async def main():
    await Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False).serve()
uvloop.run(main())
"""


class IndexedZone(Zone):
    """A zone of thousands of names that finds what does not exist without walking them all."""

    def __init__(self, origin: str, *, ttl: int) -> None:
        super().__init__(origin, ttl=ttl)
        self._there: set[dns.name.Name] = set()

    def put(self, name: str, rrtype: str, records: Iterable[str]) -> None:
        super().put(name, rrtype, records)
        owner = dns.name.from_text(name)
        while owner != self.origin:
            self._there.add(owner)
            owner = owner.parent()

    def _fill(self, response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        found = self._sets.get((name, kind))
        if found is not None:
            response.answer.append(found)
            return
        response.authority.append(self.soa())
        if name not in self._there and name != self.origin:
            response.set_rcode(dns.rcode.NXDOMAIN)


def publish(zone: Zone, name: str) -> None:
    zone.put_text(name, b"v=spf1 ip4:192.0.2.0/24 -all")
    zone.put_text(f"_dmarc.{name}", b"v=DMARC1; p=reject")
    zone.put_text(f"default._domainkey.{name}", b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    zone.put(name, "MX", [f"10 mail.{name}."])


def asked(name: str) -> bytes:
    return load.request("POST", "/api/trust/check", json.dumps({"target": f"post@{name}"}).encode())


async def measured(pid: int, port: int, requests: list[bytes], connections: int) -> dict[str, object]:
    used, begun = load.processor_s(pid), time.perf_counter()
    taken = await load.run(port, requests, connections=connections, seconds=SECONDS)
    wall, cpu = time.perf_counter() - begun, load.processor_s(pid) - used
    return {
        **percentiles(taken),
        "per_s": round(len(taken) / wall),
        "cpu_us": round(1e6 * cpu / len(taken)),
        "connections": connections,
    }


@contextlib.asynccontextmanager
async def peer(dns_port: int, questions: list[tuple[str, str]], size: int) -> AsyncIterator[tuple[int, int]]:
    port = free_port()
    told = [sys.executable, "-c", PEER, str(port), str(dns_port), json.dumps(questions), str(size)]
    process = subprocess.Popen(told)
    try:
        await load.listening(port)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


async def answer(port: int, name: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status, body = await load.ask(reader, writer, asked(name))
    writer.close()
    assert status == 200, body
    return body


async def rate(pid: int, port: int, requests: list[bytes]) -> tuple[float, list[float]]:
    """Requests a second of the process's processor time, and the wall times."""
    used = load.processor_s(pid)
    taken = await load.run(port, requests, connections=CONNECTIONS, seconds=ROUND_S)
    return len(taken) / (load.processor_s(pid) - used), taken


async def against_peer(ours: NodeProcess, server: DnsStandIn, names: Iterator[str]) -> dict[str, object]:
    """The cold check by turns with a program that asks the same questions."""
    first = next(names)
    server.asked.clear()
    size = len(await answer(ours.port, first))
    overheard = dict.fromkeys(server.asked)
    questions = [(name.removesuffix(first), kind) for name, kind in overheard if name.endswith(first)]
    rates: list[tuple[float, float]] = []
    walls: tuple[list[float], list[float]] = [], []
    async with peer(server.port, questions, size) as (peer_pid, peer_port):
        said = json.loads(await answer(peer_port, first))
        assert (said["spf"], said["dmarc"], said["keys"]) == ("pass", "reject", 1), said
        for number in range(ROUNDS + 1):
            batches = [[asked(next(names)) for _ in range(A_ROUND)] for _ in range(2)]
            one, ours_ms = await rate(ours.pid, ours.port, batches[0])
            other, peer_ms = await rate(peer_pid, peer_port, batches[1])
            if number:  # the first round warms up
                rates.append((one, other))
                walls[0].extend(ours_ms)
                walls[1].extend(peer_ms)
    ratios = sorted(a / b for a, b in rates)
    return {
        "ours_per_cpu_s": round(statistics.median(a for a, _ in rates)),
        "peer_per_cpu_s": round(statistics.median(b for _, b in rates)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_low": round(ratios[0], 3),
        "ratio_high": round(ratios[-1], 3),
        "questions": len(questions),
        "ours_p50_ms": percentiles(walls[0])["p50_ms"],
        "ours_p95_ms": percentiles(walls[0])["p95_ms"],
        "peer_p50_ms": percentiles(walls[1])["p50_ms"],
        "peer_p95_ms": percentiles(walls[1])["p95_ms"],
        "rounds": ROUNDS,
    }


async def main() -> None:
    zone = IndexedZone("test", ttl=300)
    names = [f"sender-{number:04}.test" for number in range(2 * COLD + 2 * A_ROUND * (ROUNDS + 1) + 1)]
    for name in names:
        publish(zone, name)
    server = DnsStandIn(zone)
    await server.start()
    fresh = iter(names)
    figures: dict[str, object] = {}
    async with node({"FRANKMARK_RESOLVER": f"127.0.0.1:{server.port}"}) as ours:
        await load.run(ours.port, [asked("first.test")], connections=1, seconds=5)
        figures["cold_vs_dnspython_and_pyspf"] = await against_peer(ours, server, fresh)
        for name, connections in (("cold_one_at_a_time", 1), ("cold", CONNECTIONS)):
            batch = [asked(next(fresh)) for _ in range(COLD)]
            figures[name] = await measured(ours.pid, ours.port, batch, connections)
        known = [asked(names[0])]
        figures["warm_one_at_a_time"] = await measured(ours.pid, ours.port, known * 8_000, 1)
        figures["warm"] = await measured(ours.pid, ours.port, known * 16_000, 16)
    await server.stop()
    write("trust_check", figures, ["granian", "dnspython", "pyspf", "starlette"])


if __name__ == "__main__":
    asyncio.run(main())
