"""The trust check over HTTP with a real DNS server on loopback: cold for every domain, then warm.

Cold: each request asks about a domain that nobody asked about, so that SPF, DKIM, DMARC, the stamp record, MX and
addresses are looked up over sockets. The name server runs in the measuring process; the processor time is the node's.
"""

import asyncio
import json
import time
from collections.abc import Iterable

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import load
from measure import percentiles, write
from node_process import node

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone

COLD, CONNECTIONS, SECONDS = 1_000, 4, 8.0


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


async def main() -> None:
    zone = IndexedZone("test", ttl=300)
    names = [f"sender-{number:04}.test" for number in range(2 * COLD)]
    for name in names:
        publish(zone, name)
    server = DnsStandIn(zone)
    await server.start()
    figures: dict[str, object] = {}
    async with node({"FRANKMARK_RESOLVER": f"127.0.0.1:{server.port}"}) as ours:
        await load.run(ours.port, [asked("first.test")], connections=1, seconds=5)
        figures["cold_one_at_a_time"] = await measured(ours.pid, ours.port, [asked(name) for name in names[:COLD]], 1)
        figures["cold"] = await measured(ours.pid, ours.port, [asked(name) for name in names[COLD:]], CONNECTIONS)
        figures["warm_one_at_a_time"] = await measured(ours.pid, ours.port, [asked(names[-1])] * 8_000, 1)
        figures["warm"] = await measured(ours.pid, ours.port, [asked(names[-1])] * 16_000, 16)
    await server.stop()
    write("trust_check", figures, ["granian", "dnspython"])


if __name__ == "__main__":
    asyncio.run(main())
