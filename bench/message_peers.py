"""Programs that check mail, set up to do what we do: SPF, DKIM and DMARC of one message, its DNS answers at hand.

Each is a process of its own that is asked over loopback or a pipe; its figure is the processor time of that process.
mailauth reads DNS answers from a table. rspamd runs its spf, dkim and dmarc modules alone; it keeps SPF records and DKIM
keys, and asks our name server on loopback for the DMARC record of every message, which its figure includes.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dkim_verify import spent_s
from message_world import CLIENT, FROM, HELO, Sender, tampered
from node_process import free_port

RSPAMD = """
lua = "$RULESDIR/rspamd.lua"
options {{
    tempdir = "{home}"; pidfile = "{home}/pid"; control_socket = "{home}/control mode=0600";
    cache_file = "{home}/symbols"; history_file = "{home}/history"; history_rows = 1;
    url_tld = "{home}/suffixes"; filters = "dkim"; local_addrs = [];
    dns {{ nameserver = "127.0.0.1:{dns}"; timeout = 1s; sockets = 4; retransmits = 2; }}
}}
logging {{ type = "file"; filename = "{home}/log"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; mime = true; }}
modules {{ path = "$PLUGINSDIR/spf.lua"; path = "$PLUGINSDIR/dmarc.lua"; }}
spf {{ spf_cache_size = 2k; spf_cache_expire = 1d; }}
dkim {{ dkim_cache_size = 2k; dkim_cache_expire = 1d; trusted_only = false; check_local = true; }}
dmarc {{ }}
actions {{ reject = 1000; }}
"""
Peer = Callable[[int], float]  # checks so many messages, and says the seconds of processor time that they took


class NotThereError(Exception):
    """A peer is not installed here, or does not run; the text says which."""


@contextlib.contextmanager
def mailauth(sender: Sender, octets: bytes) -> Iterator[tuple[Peer, str]]:
    """mailauth in a node process; a measurement is told to it in messages."""
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    package = Path(root, "mailauth", "package.json")
    if shutil.which("node") is None or not package.exists():
        raise NotThereError("mailauth is not installed (npm install -g mailauth)")
    with tempfile.TemporaryDirectory() as folder:
        texts = {name: text.decode() for name, text in sender.texts().items()}
        world = {"texts": texts, "ip": CLIENT, "helo": HELO, "sender": FROM}
        (Path(folder) / "world").write_text(json.dumps(world))
        (Path(folder) / "message").write_bytes(octets)
        script = Path(__file__).with_name("mailauth_peer.mjs")
        process = subprocess.Popen(
            ["node", script, f"{folder}/world", f"{folder}/message", root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert process.stdin and process.stdout
        try:
            said = [process.stdout.readline().split() for _ in range(2)]
            if said[0] != ["pass", "pass", "pass"] or said[1][1:2] == ["pass"]:
                raise NotThereError(f"mailauth says {said}")

            def check(count: int) -> float:
                process.stdin.write(f"{count}\n")
                return int(process.stdout.readline()) / 1e6

            yield check, json.loads(package.read_text())["version"]
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


@contextlib.contextmanager
def rspamd(octets: bytes, dns_port: int) -> Iterator[tuple[Peer, str]]:
    """rspamd's HTTP worker with three modules; asked over one connection after the other, as it wants it."""
    if shutil.which("rspamd") is None:
        raise NotThereError("rspamd is not installed (apt-get install rspamd)")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        port = free_port()
        conf = Path(folder, "conf")
        Path(folder, "suffixes").write_text("com\nnet\norg\n")  # the whole list takes a minute to compile
        conf.write_text(RSPAMD.format(home=folder, dns=dns_port, port=port))
        process = subprocess.Popen(["rspamd", "-i", "-f", "-c", conf], stderr=subprocess.DEVNULL)
        try:
            _wait(port, process)
            for message, wanted in ((octets, "R_DKIM_ALLOW"), (tampered(octets), "R_DKIM_REJECT")):
                found = _asked(port, message)["symbols"].keys()
                if not {wanted, "R_SPF_ALLOW", "DMARC_POLICY_ALLOW"} <= found:
                    raise NotThereError(f"rspamd says {sorted(found)} and not {wanted}")
            pids = [process.pid, *_children(process.pid)]

            def check(count: int) -> float:
                begun = sum(map(spent_s, pids))
                for _ in range(count):
                    _asked(port, octets)
                return sum(map(spent_s, pids)) - begun

            said = subprocess.run(["rspamd", "--version"], capture_output=True, text=True, check=False).stdout
            yield check, said.split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise NotThereError(f"rspamd ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise NotThereError("rspamd does not listen")


def _asked(port: int, octets: bytes) -> dict:
    head = f"POST /checkv2 HTTP/1.1\r\nHost: x\r\nIP: {CLIENT}\r\nHelo: {HELO}\r\nFrom: {FROM}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"{head}Content-Length: {len(octets)}\r\nConnection: close\r\n\r\n".encode() + octets)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    return json.loads(answer.partition(b"\r\n\r\n")[2])
