"""Start-up: `frankmark --version` and `frankmark check` of a message against an interpreter that does nothing; `up` on
new data, to its first 200, against a bare Starlette route on the same HTTP server, by turns.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import load
from measure import at_most, write
from node_http import peer
from node_process import free_port

PROGRAM = Path(sys.executable).with_name("frankmark")
ROUNDS = 9
MESSAGE = b"From: A <a@sender.test>\r\nTo: b@home.test\r\nSubject: hello\r\n\r\nHello.\r\n"


def spent(command: list[str | Path], environ: dict[str, str]) -> float:
    """Milliseconds until a command has ended."""
    begun = time.perf_counter()
    done = subprocess.run(command, env=environ, input=MESSAGE, capture_output=True, check=False)
    if done.returncode not in {0, 10, 20, 30, 69}:
        raise AssertionError(done.stderr)
    return (time.perf_counter() - begun) * 1000


async def first_answer(folder: str, environ: dict[str, str]) -> float:
    """Milliseconds from starting a node on new data to its first 200."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [PROGRAM, "up", "--data", f"{folder}/data", "--listen", f"127.0.0.1:{port}"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await load.listening(port)
        await load.run(port, [load.request("GET", "/healthz")], connections=1, seconds=5)
        return (time.perf_counter() - begun) * 1000
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 20)


async def peer_first_answer() -> float:
    """Milliseconds from starting a bare Starlette route on the same HTTP server to its first 200."""
    begun = time.perf_counter()
    async with peer() as (_, port):
        await load.run(port, [load.request("GET", "/fixed")], connections=1, seconds=5)
        return (time.perf_counter() - begun) * 1000


def middle(samples: list[float]) -> dict[str, float]:
    ordered = sorted(samples)
    return {
        "median_ms": round(statistics.median(ordered), 1),
        "low_ms": round(ordered[0], 1),
        "high_ms": round(ordered[-1], 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "HOME": home, "FRANKMARK_RESOLVER": "127.0.0.1:9", "FRANKMARK_DNS_DEADLINE_MS": "1"}
        environ["FRANKMARK_API_BASE"] = "http://127.0.0.1:9"
        bare, version, check, up, granian = [], [], [], [], []
        for _ in range(ROUNDS):
            bare.append(spent([sys.executable, "-c", "pass"], environ))
            version.append(spent([PROGRAM, "--version"], environ))
            check.append(spent([PROGRAM, "check", "-"], environ))
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                up.append(asyncio.run(first_answer(folder, environ)))
            granian.append(asyncio.run(peer_first_answer()))
    figures: dict[str, object] = {
        "bare_interpreter": middle(bare),
        "version": middle(version),
        "check_message": middle(check),
        "up_to_first_200_on_new_data": middle(up),
        "bare_granian_to_first_200": middle(granian),
        "check_over_bare_ms": round(statistics.median(a - b for a, b in zip(check, bare, strict=True)), 1),
        "rounds": ROUNDS,
    }
    targets = [
        at_most("row 28", "check_message.median_ms", 250),
        at_most("row 28", "up_to_first_200_on_new_data.median_ms", 3_000),
    ]
    write("startup", figures, ["click", "granian", "starlette"], musts=targets)


if __name__ == "__main__":
    main()
