"""A stranger's maker of StampedSafe proofs: `rfc8785`, `hashlib` and `cryptography`, and nothing of ours."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

T, TS = 1_735_689_600_000, 1_767_225_600_000
MAKER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AUTHORITY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
KID = "ta-2026-01"
EMPTY = hashlib.sha256(b"").hexdigest()


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def digest_of(payload: dict[str, Any]) -> bytes:
    return hashlib.sha256(rfc8785.dumps(payload)).digest()


def payload(m: Any = "Hello, World!", **changes: Any) -> dict[str, Any]:
    """A payload that holds, with changes; ``...`` leaves a member out."""
    whole = {
        "v": "1.0",
        "alg": "Ed25519+SHA256",
        "t": T,
        "tz": "UTC",
        "h": hashlib.sha256(m.encode() if isinstance(m, str) else b"").hexdigest(),
        "m": m,
        "n": "0123456789abcdef0123456789abcdef",
        "pk": public(MAKER),
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def proof(members: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A proof of this payload, signed as it should be, with changes outside of it."""
    members = payload() if members is None else members
    digest = digest_of(members)
    whole = {"id": digest[:6].hex(), "payload": members, "sig": MAKER.sign(digest).hex(), "level": 1, **changes}
    return {name: value for name, value in whole.items() if value is not ...}


def commitment(members: dict[str, Any]) -> str:
    return digest_of({name: value for name, value in members.items() if name not in {"t", "ta"}}).hex()


def attestation(nonce: str, ts: int = TS, **changes: Any) -> dict[str, Any]:
    ta = {"ts": ts, "iso": "2026-01-01T00:00:00.000Z", "exp": ts + 300_000, "kid": KID, "nonce": nonce}
    ta = {**ta, "pk": public(AUTHORITY), **changes}
    return {**ta, "sig": AUTHORITY.sign(rfc8785.dumps(ta)).hex()}


def attested(ta: dict[str, Any] | None = None, level: int = 2, **changes: Any) -> dict[str, Any]:
    """A proof of version 1.1 with an attestation of its own content, or with this one."""
    members = payload(**{"v": "1.1", "t": TS, **changes})
    return proof({**members, "ta": ta or attestation(commitment(members))}, level=level)


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    status: int
    out: str
    err: str


class Desk:
    """The command in a home of its own, without a node and with one pinned time authority."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "config").mkdir()
        pins = f'[time_authority."{KID}"]\npk = "{public(AUTHORITY)}"\n'
        (home / "config" / "trust.toml").write_text(pins)
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.environ = {
            **kept,
            "HOME": str(home),
            "FRANKMARK_CONFIG": str(home / "config"),
            "FRANKMARK_API_BASE": "http://127.0.0.1:9",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
        }

    def line(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "frankmark", *arguments]

    def __call__(self, *arguments: str, before: tuple[str, ...] = (), text: bytes = b"", **environ: str) -> Ran:
        done = subprocess.run(
            [*before, *self.line(*arguments)],
            input=text,
            env={**self.environ, **environ},
            cwd=self.home,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def judged(self, *proofs: Any, arguments: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """What `verify` says of each proof, objects or texts, in one run."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in proofs]
        (self.home / "proofs.json").write_text("[" + ",\n".join(texts) + "]", encoding="utf-8")
        done = self("verify", "proofs.json", "--json", *arguments)
        return [json.loads(line) for line in done.out.splitlines()]

    def codes(self, *proofs: Any) -> list[list[str]]:
        """The codes of the errors of each."""
        return [sorted(error["code"] for error in one["errors"]) for one in self.judged(*proofs)]

    def status(self, whole: Any, *arguments: str) -> int:
        """The exit status for one proof."""
        (self.home / "one.json").write_text(json.dumps(whole), encoding="utf-8")
        return self("verify", "one.json", *arguments).status


class TimeServer:
    """A node that answers `POST /api/time` and keeps what it was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.bodies.append(body)
                answer = json.dumps(attestation(json.loads(body)["nonce"])).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
