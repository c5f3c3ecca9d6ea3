"""`POST /api/signal/verify` over HTTP with its receipt signed, logged and on the disk before the answer.

Every question carries a nonce of its own, so that each brings a receipt and a leaf of its own. 64 clients ask at once, so
that receipts share their commits. Rates are requests a second of the server's processor time, all its threads together;
times are wall times as a client sees them, on a machine whose other core makes the load.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import time
from collections.abc import Iterator

import load
from measure import at_least, at_most, percentiles, write
from node_process import NodeProcess, node

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.signal import perimeter
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter

ROUNDS, SECONDS, CLIENTS = 5, 2.0, 64
DOMAIN = "acme.test"


async def call(ours: NodeProcess, method: str, path: str, body: object, key: str) -> dict[str, object]:
    reader, writer = await asyncio.open_connection("127.0.0.1", ours.port)
    status, data = await load.ask(reader, writer, load.request(method, path, json.dumps(body).encode(), key))
    writer.close()
    assert status in {200, 201}, data
    return dict(json.loads(data))


async def published(ours: NodeProcess, zone: Zone) -> str:
    """The id of a brand with ten channels."""
    key, now = P256PrivateKey.generate(), int(time.time())
    zone.put_text(f"_securestamp-brand.{DOMAIN}", f"ssbrand=v=1; jkt={key.public.thumbprint()}".encode())
    org = await call(ours, "POST", "/api/orgs", {"name": "Acme"}, ours.token)
    made = {"role": "org", "name": "bench", "orgId": org["orgId"]}
    credential = str((await call(ours, "POST", "/api/keys", made, ours.token))["key"])
    numbers = (Artifact(type=ArtifactType.WHATSAPP, value=f"+1415555{number:04}") for number in range(9))
    declared = Perimeter(
        brand="br_" + ulid(now * 1000, os.urandom(10)),
        name="Acme",
        domain=DOMAIN,
        seq=1,
        prev=None,
        iat=now,
        exp=now + 86_400,
        channels=(
            Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value=DOMAIN), match=Match.SUBTREE),
            *(Channel(artifact=number) for number in numbers),
        ),
    )
    await call(ours, "POST", "/api/signal/brands", {"perimeter": perimeter.sign(declared, key)}, credential)
    return declared.brand


def questions(brand: str, name: str) -> Iterator[bytes]:
    """Questions without end, inside and outside in turn, each with a nonce of its own."""
    for number in itertools.count():
        value = f"host{number % 50}.{DOMAIN}" if number % 2 else "+14155559999"
        kind = "domain" if number % 2 else "whatsapp"
        body = {"brand": brand, "artifact": {"type": kind, "value": value}, "nonce": f"{name}-{number}"}
        yield load.request("POST", "/api/signal/verify", json.dumps(body).encode())


async def main(rounds: int) -> None:
    zone = Zone("test", ttl=3600)
    dns = DnsStandIn(zone)
    await dns.start()
    rates, persecond, walls = [], [], []
    async with node({"FRANKMARK_RESOLVER": f"127.0.0.1:{dns.port}"}) as ours:
        brand = await published(ours, zone)
        for number in range(rounds + 1):
            before, begun = load.processor_s(ours.pid), time.perf_counter()
            asked = questions(brand, f"r{number}")
            taken = await load.run(ours.port, asked, connections=CLIENTS, seconds=SECONDS)
            spent, passed = load.processor_s(ours.pid) - before, time.perf_counter() - begun
            if number:  # the first round warms up
                rates.append(len(taken) / spent)
                persecond.append(len(taken) / passed)
                walls += taken
    await dns.stop()
    figures = {
        "per_cpu_s": round(statistics.median(rates)),
        "per_s": round(statistics.median(persecond)),
        "cpu_us": round(1e6 / statistics.median(rates)),
        "clients": CLIENTS,
        "rounds": rounds,
        **percentiles(walls),
    }
    musts = [at_least("row 27", "per_cpu_s", 4_000), at_most("row 27", "p95_ms", 20)]
    write("signal_verify", figures, ["granian"], musts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asyncio.run(main(parser.parse_args().rounds))
