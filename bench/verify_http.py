"""A stamp verified over HTTP: `POST /api/trust/check` with a token, seen before and not, against bare signature checks.

Warm: the token is one that was shown before. Cold: nobody showed it before, so its signature is checked, held against
the node's keys and the ledger, and assessed. What the DNS says of the domain is known in both cases; the cold look at a
domain is measured by `bench/trust_check.py`. Rates are requests a second of the server's processor time, in turns with
a peer: a Starlette route on the same server that parses the same body, checks one ES256 signature with `cryptography`
(cold) or none (warm) and answers a document of the same size: no limits, no log, no header fields, nothing looked up.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable

import load
from measure import at_least, percentiles, write
from node_process import free_port, node
from stamped import further_tokens, stamp

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone

PEER = """
import asyncio, json, sys, uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
secret = ec.generate_private_key(ec.SECP256R1())
public, curve = secret.public_key(), ec.ECDSA(hashes.SHA256())
data = b"x" * 400
signature = secret.sign(data, curve)
answer = b" " * int(sys.argv[2])
async def warm(request):
    await request.json()
    return Response(answer, media_type="application/json")
async def cold(request):
    await request.json()
    public.verify(signature, data, curve)
    return Response(answer, media_type="application/json")
app = Starlette(routes=[Route("/warm", warm, methods=["POST"]), Route("/cold", cold, methods=["POST"])])
async def main():
    await Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False).serve()
uvloop.run(main())
"""
ROUNDS, SECONDS, CONNECTIONS, COLD = 5, 1.0, 16, 5_000
DOMAIN = "stamped.test"


@contextlib.asynccontextmanager
async def peer(size: int) -> AsyncIterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PEER, str(port), str(size)])
    try:
        await load.listening(port)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


async def rate(pid: int, port: int, requests: Iterable[bytes]) -> tuple[float, list[float]]:
    """Requests a second of the server's processor time, and the wall times."""
    before = load.processor_s(pid)
    taken = await load.run(port, requests, connections=CONNECTIONS, seconds=SECONDS)
    return len(taken) / (load.processor_s(pid) - before), taken


def asked(path: str, token: str) -> bytes:
    return load.request("POST", path, json.dumps({"target": DOMAIN, "token": token}).encode())


async def answer(port: int, octets: bytes) -> bytes:
    """One answer, which must say that the token holds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status, body = await load.ask(reader, writer, octets)
    writer.close()
    said = {each["channel"]: each["result"] for each in json.loads(body)["channels"]}
    assert status == 200 and said["header"] == "pass" and said["api"] == "pass", body
    return body


async def main(rounds: int) -> None:
    zone = Zone("test", ttl=3600)
    zone.put_text(DOMAIN, b"v=spf1 -all")
    zone.put_text(f"_dmarc.{DOMAIN}", b"v=DMARC1; p=reject")
    dns = DnsStandIn(zone)
    await dns.start()
    figures: dict[str, object] = {}
    async with node({"FRANKMARK_RESOLVER": f"127.0.0.1:{dns.port}"}) as ours:
        token = await stamp(ours, zone, DOMAIN)
        unseen = (asked("/api/trust/check", text) for text in further_tokens(ours.data, token, (rounds + 1) * COLD))
        size = len(await answer(ours.port, asked("/api/trust/check", token)))
        async with peer(size) as (peer_pid, peer_port):
            for name in ("warm", "cold"):
                same = asked(f"/{name}", token)
                ours_rates, peer_rates, walls = [], [], []
                for number in range(rounds + 1):
                    shown: Iterable[bytes] = itertools.repeat(asked("/api/trust/check", token))
                    if name == "cold":
                        shown = list(itertools.islice(unseen, COLD))
                    one, taken = await rate(ours.pid, ours.port, shown)
                    theirs, _ = await rate(peer_pid, peer_port, itertools.repeat(same))
                    if number:  # the first round warms up
                        ours_rates.append(one)
                        peer_rates.append(theirs)
                        walls += taken
                ratios = sorted(a / b for a, b in zip(ours_rates, peer_rates, strict=True))
                figures[name] = {
                    "ours_per_cpu_s": round(statistics.median(ours_rates)),
                    "peer_per_cpu_s": round(statistics.median(peer_rates)),
                    "ratio": round(statistics.median(ratios), 3),
                    "ratio_low": round(ratios[0], 3),
                    "ratio_high": round(ratios[-1], 3),
                    "cpu_us": round(1e6 / statistics.median(ours_rates)),
                    "rounds": rounds,
                    "answer_octets": size,
                    **percentiles(walls),
                }
    await dns.stop()
    musts = [at_least("row 4", "warm.ours_per_cpu_s", 16_000), at_least("row 4", "cold.ours_per_cpu_s", 9_000)]
    write("verify_http", figures, ["granian", "starlette", "cryptography"], musts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asyncio.run(main(parser.parse_args().rounds))
