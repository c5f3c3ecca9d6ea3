"""A shell of one's own for each test, and a real HTTP server that answers what a test tells it to."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from frankmark.launch import LAUNCHERS
from frankmark.surfaces.cli.main import run

ROOT = Path(__file__).parents[3]
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
        """Run it here."""
        with pytest.MonkeyPatch.context() as patch:
            out, err = Terminal(tty=tty), Terminal(tty=tty)
            patch.setattr(sys, "stdin", Terminal(stdin, tty=tty))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.chdir(self.home)
            status = run(arguments, LAUNCHERS, {**self.environ, **environ})
            return Done(int(status), out.text(), err.text())

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
