"""A node in a process of its own, as `frankmark up` starts it, for the files that measure it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import load

MANY = {
    f"FRANKMARK_LIMITS_{name}": "100000000"
    for name in ("V1_PER_HOUR", "API_PER_MINUTE", "KEY_PER_MINUTE", "KEY_PER_HOUR")
}


@dataclass
class NodeProcess:
    """A node that serves."""

    pid: int
    port: int
    token: str
    data: Path


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def node(environ: Mapping[str, str] | None = None) -> AsyncIterator[NodeProcess]:
    """A node without limits, on data of its own; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                Path(sys.executable).with_name("frankmark"),
                *("up", "--data", f"{folder}/data", "--listen", f"127.0.0.1:{free_port()}"),
            ],
            env={
                **os.environ,
                **MANY,
                "HOME": folder,
                "FRANKMARK_PUBLIC_URL": "https://node.bench.test",
                **(environ or {}),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        run = Path(folder, "data", "run")
        try:
            while not (run / "node.json").exists():
                if process.poll() is not None:
                    raise AssertionError(f"the node ended with {process.returncode}")
                await asyncio.sleep(0.02)
            port = int(json.loads((run / "node.json").read_text())["base"].rpartition(":")[2])
            await load.listening(port)
            yield NodeProcess(process.pid, port, (run / "admin.token").read_text(), Path(folder, "data"))
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 20)
