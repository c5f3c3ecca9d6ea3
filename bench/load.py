"""Load for a server on loopback: requests over a few kept connections, and what each cost the server's processor."""

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def request(method: str, path: str, body: bytes = b"", key: str = "") -> bytes:
    """A request's octets."""
    fields = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if key:
        fields.append(f"Authorization: Bearer {key}")
    if body:
        fields += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*fields, "", ""]).encode() + body


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, octets: bytes) -> tuple[int, bytes]:
    """One request and its answer."""
    writer.write(octets)
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + 15
    length = int(head[at : head.index(b"\r\n", at)])
    return int(head[9:12]), await reader.readexactly(length)


async def run(port: int, requests: Iterable[bytes], *, connections: int, seconds: float) -> list[float]:
    """Send requests until the time is over or there are none left; the wall time of each, in milliseconds."""
    taken: list[float] = []
    pending, until = iter(requests), time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for octets in pending:
            begun = time.perf_counter()
            status, body = await ask(reader, writer, octets)
            ended = time.perf_counter()
            if status != 200:
                raise AssertionError(f"{status}: {body[:300]!r}")
            taken.append((ended - begun) * 1000)
            if ended > until:
                break
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return taken


async def listening(port: int, *, seconds: float = 20) -> None:
    """Wait until somebody listens."""
    until = time.perf_counter() + seconds
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.perf_counter() > until:
                raise
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
