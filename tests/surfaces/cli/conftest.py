"""A shell of one's own for each test, and a real HTTP server that answers what a test tells it to."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from jsonschema import Draft202012Validator

from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey
from frankmark.foundation.merkle import leaf_hash, node_hash
from frankmark.foundation.note import KeyType, Note, NoteSigner
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.launch import LAUNCHERS
from frankmark.protocols.securestamp.assets import StampIssuance
from frankmark.protocols.securestamp.ledger import entry_bytes, entry_for, sign_entry, tx_hash
from frankmark.protocols.securestamp.token import Claims, issue_token
from frankmark.services.ledger_tx import Finality, LedgerTx
from frankmark.surfaces.cli.main import run

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "docs" / "reference" / "schema"
VERBS = {file.stem for file in SCHEMAS.iterdir()}
PROGRAM = Path(sys.executable).with_name("frankmark")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        """The JSON objects that it printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict:
        """The one JSON object that it printed."""
        (one,) = self.objects
        return one


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, if it is told to."""

    def __init__(self, data: bytes = b"", *, tty: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", write_through=True)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def text(self) -> str:
        """What was written."""
        return self.buffer.getvalue().decode()


@cache
def published(arguments: tuple[str, ...]) -> Draft202012Validator:
    """The published form of what a verb prints with `--json`."""
    words = [word for word in arguments if not word.startswith("-")]
    names = ("-".join(words[at : at + many]) for at in (0, 1) for many in (2, 1))  # --data may stand before the verb
    verb = next(name for name in names if name in VERBS)
    return Draft202012Validator(
        json.loads((SCHEMAS / f"{verb}.json").read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


class Shell:
    """Runs the command, in this process or as a program of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / ".config" / "frankmark"
        self.data = home / ".local" / "share" / "frankmark"
        self.environ = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            # A closed port: no test asks a node that it did not start.
            "FRANKMARK_LISTEN": "127.0.0.1:9",
            "FRANKMARK_RESOLVER": "127.0.0.1:9",
            "FRANKMARK_DNS_DEADLINE_MS": "200",
        }

    def __call__(self, *arguments: str, stdin: bytes = b"", tty: bool = False, **environ: str) -> Done:
        """Run it here; what `--json` prints must be of the verb's published form."""
        with pytest.MonkeyPatch.context() as patch:
            out, err = Terminal(tty=tty), Terminal(tty=tty)
            patch.setattr(sys, "stdin", Terminal(stdin, tty=tty))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.chdir(self.home)
            status = run(arguments, LAUNCHERS, {**self.environ, **environ})
        done = Done(int(status), out.text(), err.text())
        if "--json" in arguments:
            for one in done.objects:
                published(arguments).validate(one)
        return done

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen:
        """Start it as a program of its own that nobody types to."""
        return subprocess.Popen(
            [str(PROGRAM), *arguments],
            env={**self.environ, **environ},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def form(self, *arguments: str) -> Draft202012Validator:
        """The published form of what these arguments print."""
        return published(arguments)

    def program(self, *arguments: str, stdin: bytes = b"", before: tuple[str, ...] = (), **environ: str) -> Done:
        """Run it as a program of its own, perhaps through another one."""
        done = subprocess.run(
            [*before, str(PROGRAM), *arguments],
            input=stdin,
            capture_output=True,
            env={**self.environ, **environ},
            cwd=self.home,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@dataclass
class StandIn:
    """A node that answers recorded bodies.

    Attributes:
        answers: ``METHOD /path`` (with or without its query) → status, body, header fields; a list is used up in order.
        asked: Method, path, header fields and body of each request.
    """

    base: str = ""
    answers: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str], object]] = field(default_factory=list)

    def tell(self, request: str, body: object, status: int = 200, **headers: str) -> None:
        """Say what is answered from now on."""
        self.answers[request] = (status, body, headers)

    def tell_in_turn(self, request: str, *answers: tuple[int, object]) -> None:
        """Say what is answered the first time, the second time, and so on."""
        self.answers[request] = [(status, body, {}) for status, body in answers]

    def problem(self, request: str, status: int, code: str, detail: str = "because", **headers: str) -> None:
        """Answer with a problem document."""
        self.tell(request, {"type": "about:blank", "status": status, "code": code, "detail": detail}, status, **headers)

    def answer(self, method: str, path: str) -> tuple[int, object, Mapping[str, str]]:
        """The answer to one request."""
        for request in (f"{method} {path}", f"{method} {path.partition('?')[0]}"):
            found = self.answers.get(request)
            if isinstance(found, list):
                return found.pop(0) if len(found) > 1 else found[0]
            if found is not None:
                return found
        return 404, {"code": "NOT_FOUND", "detail": f"nothing was recorded for {method} {path}"}, {}


@contextmanager
def serving(stand_in: StandIn) -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            stand_in.asked.append((self.command, self.path, dict(self.headers), json.loads(data) if data else None))
            status, body, headers = stand_in.answer(self.command, self.path)
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            given = {"content-type": "application/octet-stream" if isinstance(body, bytes) else "application/json"}
            for name, value in {**given, "content-length": str(len(octets)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(octets)

        do_GET = do_POST = respond  # noqa: N815  (the server's own names)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        stand_in.base = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def node(shell: Shell) -> Iterator[StandIn]:
    """A node that this shell's commands ask."""
    with serving(StandIn()) as stand_in:
        shell.environ["FRANKMARK_API_BASE"] = stand_in.base
        yield stand_in


ISS = "https://mark.example"
ORIGIN = "node-abcdefghij/securestamp-main"
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
NOW_S = 1_800_000_000
NEVER_S = 4_000_000_000  # the clock of a test is the true one


class Mint:
    """An issuer with a fixed key, its log with two witnesses, and things that verify offline."""

    def __init__(self) -> None:
        self.key = P256PrivateKey.from_scalar(bytes(31) + b"\x07")
        self.jwk = Jwk.of("node-abcdefghij", self.key.public)
        self.log = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(bytes(32)))
        self.witnesses = [
            NoteSigner(
                f"witness{number}.example", Ed25519PrivateKey.from_seed(bytes([number]) * 32), KeyType.COSIGNATURE
            )
            for number in (1, 2)
        ]
        asset = StampIssuance(
            stamp_id=STAMP,
            org_id="org_1",
            domain="acme.example",
            score=92,
            signals="{}",
            timestamp=NOW_S * 1000,
            issued_by="ab" * 32,
        )
        self.salt = bytes(range(16))
        self.asset = asset
        self.entry = entry_for(asset, self.salt, stamp_id=STAMP, issuer="ab" * 32)
        self.leaves = [b"one", entry_bytes(self.entry), b"three"]

    def token(self, **changes: object) -> str:
        """A token of the issuer."""
        claims = Claims(
            **{
                "stamp_id": STAMP,
                "domain": "acme.example",
                "org_id": "org_1",
                "score": 92,
                "iat": NOW_S - 100_000_000,
                "exp": NEVER_S,
                "iss": ISS,
                **changes,
            }
        )
        return issue_token(claims, self.key, self.jwk.kid)

    def head(self, *, witnesses: int = 2, seen_s: Sequence[int] = (NOW_S, NOW_S)) -> SignedCheckpoint:
        """The log's head, and when each witness says that it saw it."""
        one, two, three = map(leaf_hash, self.leaves)
        stated = Checkpoint(origin=ORIGIN, size=3, root=node_hash(node_hash(one, two), three))
        seen = zip(self.witnesses[:witnesses], seen_s, strict=False)
        signed = [self.log.sign(stated.text()), *(one.sign(stated.text(), time_s) for one, time_s in seen)]
        return SignedCheckpoint(checkpoint=stated, note=Note(text=stated.text(), signatures=tuple(signed)))

    def proof(self, *, extra: bytes | None = None, **head: int) -> TlogProof:
        """The entry's offline proof."""
        path = (leaf_hash(self.leaves[0]), leaf_hash(self.leaves[2]))
        return TlogProof(index=1, path=path, signed=self.head(**head), extra=extra)

    def tlog_proof(self) -> bytes:
        """The ``.tlog-proof`` file."""
        return self.proof(extra=self.leaves[1]).render()

    def transaction(self, **changes: object) -> bytes:
        """The transaction as a node serves it."""
        made = LedgerTx(
            entry=self.entry,
            entry_sig=sign_entry(self.entry, self.key),
            asset=None,
            salt=None,
            finality=Finality(k=2, n=2),
            number=7,
            proof=self.proof(),
        )
        return json.dumps({**made.json(), **changes}).encode()

    @property
    def tx(self) -> str:
        """The hash of the entry."""
        return tx_hash(self.entry)

    def pin(self, shell: Shell, *, quorum: int = 2, logs: bool = True, jwk: Jwk | None = None) -> None:
        """Write the shell's trust file."""
        shell.config.mkdir(parents=True, exist_ok=True)
        keys = JwkSet((jwk or self.jwk,)).dump().decode()
        lines = [f'[issuer."{ISS}"]', f"jwks = {json.dumps(keys)}", f"quorum = {quorum}"]
        if logs:
            lines.append(f"log_vkeys = {json.dumps([str(self.log.verifier)])}")
            lines.append(f"witnesses = {json.dumps([str(one.verifier) for one in self.witnesses])}")
        (shell.config / "trust.toml").write_text("\n".join(lines))


@pytest.fixture(scope="session")
def mint() -> Mint:
    return Mint()
