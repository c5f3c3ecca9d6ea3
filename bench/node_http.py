"""What one HTTP request costs: reads and the warm trust check, against a bare Starlette route on the same server.

The peer answers a fixed JSON document: no limits, no log, no header fields, nothing looked up. The rates are requests a
second of the server's processor time, measured in turns.
"""

import asyncio
import contextlib
import json
import itertools
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator

import load
from measure import percentiles, write
from node_process import free_port, node

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone

PEER = """
import asyncio, sys, uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
async def fixed(request):
    return JSONResponse({"trustState": "CONFIABLE", "score": 92})
app = Starlette(routes=[Route("/fixed", fixed)])
async def main():
    await Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False).serve()
uvloop.run(main())
"""
ROUNDS, SECONDS, CONNECTIONS = 5, 1.0, 8


@contextlib.asynccontextmanager
async def peer() -> AsyncIterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PEER, str(port)])
    try:
        await load.listening(port)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


async def rate(pid: int, port: int, octets: bytes) -> tuple[float, list[float]]:
    """Requests a second of the server's processor time, and the wall times."""
    before = load.processor_s(pid)
    taken = await load.run(port, itertools.repeat(octets), connections=CONNECTIONS, seconds=SECONDS)
    return len(taken) / (load.processor_s(pid) - before), taken


async def main() -> None:
    zone = Zone("test", ttl=300)
    zone.put_text("warm.test", b"v=spf1 -all")
    zone.put_text("_dmarc.warm.test", b"v=DMARC1; p=reject")
    dns = DnsStandIn(zone)
    await dns.start()
    figures: dict[str, object] = {}
    async with node({"FRANKMARK_RESOLVER": f"127.0.0.1:{dns.port}"}) as ours, peer() as (peer_pid, peer_port):
        body = json.dumps({"target": "warm.test"}).encode()
        asked = {
            "get_version": load.request("GET", "/version"),
            "get_trust": load.request("GET", "/v1/trust/warm.test"),
            "post_check_warm": load.request("POST", "/api/trust/check", body),
        }
        fixed = load.request("GET", "/fixed")
        for name, octets in asked.items():
            await rate(ours.pid, ours.port, octets)
            ours_rates, peer_rates, walls = [], [], []
            for _ in range(ROUNDS):
                one, taken = await rate(ours.pid, ours.port, octets)
                ours_rates.append(one)
                walls += taken
                peer_rates.append((await rate(peer_pid, peer_port, fixed))[0])
            ratios = sorted(a / b for a, b in zip(ours_rates, peer_rates, strict=True))
            figures[name] = {
                "ours_per_cpu_s": round(statistics.median(ours_rates)),
                "peer_per_cpu_s": round(statistics.median(peer_rates)),
                "ratio": round(statistics.median(ratios), 3),
                "ratio_low": round(ratios[0], 3),
                "ratio_high": round(ratios[-1], 3),
                "cpu_us": round(1e6 / statistics.median(ours_rates)),
                "rounds": ROUNDS,
                **percentiles(walls),
            }
    await dns.stop()
    write("http", figures, ["granian", "starlette"])


if __name__ == "__main__":
    asyncio.run(main())
