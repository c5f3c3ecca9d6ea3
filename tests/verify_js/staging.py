"""What the tests of the JavaScript verifier share: a server of files on loopback, and the two browsers."""

import contextlib
import http.server
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src" / "frankmark" / "data" / "verify.html"
LANGUAGES = ("en", "es", "fr", "ja")
PATIENCE_S = 60.0
TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8", ".json": "application/json"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def needs(program: str) -> str:
    """The path of a program of somebody else's; where it is not installed the test is skipped."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


class _Files(http.server.BaseHTTPRequestHandler):
    """The files of the project; `?list` answers what is in a folder and below it."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        file = (ROOT / parts.path.lstrip("/")).resolve()
        if not file.is_relative_to(ROOT) or not file.exists():
            self.send_error(404)
            return
        if parts.query == "list":
            names = sorted(str(one.relative_to(file)) for one in file.rglob("*"))
            data, kind = json.dumps(names).encode(), ".json"
        else:
            data, kind = file.read_bytes(), file.suffix
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(kind, "application/octet-stream"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The base URL of a server of the project's files."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Firefox:
    """A Firefox that is driven over Marionette, its own protocol: no driver of anybody else's is needed."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line.makefile("rwb")
        self._numbers = itertools.count(1)
        self._answer()
        self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        self.ask("WebDriver:SetTimeouts", script=int(PATIENCE_S * 1000), pageLoad=30_000)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, **preferences: object) -> Iterator[Self]:
        """A new Firefox with a profile of its own, without a window."""
        program = needs("firefox-esr")
        with tempfile.TemporaryDirectory() as folder:
            quiet = {
                "marionette.port": 0,
                "app.normandy.enabled": False,
                "browser.safebrowsing.malware.enabled": False,
                "datareporting.policy.dataSubmissionEnabled": False,
                "network.captive-portal-service.enabled": False,
                "network.connectivity-service.enabled": False,
                "services.settings.server": "data:,",
                **preferences,
            }
            lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in quiet.items()]
            Path(folder, "user.js").write_text("\n".join(lines), encoding="ascii")
            environ = {**os.environ, "HOME": folder}
            command = [program, "--headless", "--marionette", "--no-remote", "--profile", folder]
            with subprocess.Popen(
                command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                try:
                    with socket.create_connection(("127.0.0.1", _port_of(Path(folder))), timeout=PATIENCE_S) as line:
                        yield cls(line)
                finally:
                    process.terminate()
                    process.wait(timeout=30)

    def ask(self, command: str, **parameters: object) -> Any:
        """Send a command; answers its value.

        Raises:
            RuntimeError: What Firefox says went wrong.
        """
        text = json.dumps([0, next(self._numbers), command, parameters]).encode()
        self._line.write(str(len(text)).encode() + b":" + text)
        self._line.flush()
        _kind, _number, error, value = self._answer()
        if error is not None:
            raise RuntimeError(f"{error['error']}: {error['message']}")
        return value.get("value") if isinstance(value, dict) and "value" in value else value

    def open(self, address: str) -> None:
        self.ask("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: object) -> Any:
        """What a function with this body returns."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def until(self, condition: str) -> Any:
        """Wait until an expression is true; answers it."""
        for _ in range(int(PATIENCE_S * 10)):
            found = self.run(f"return {condition}")
            if found:
                return found
            time.sleep(0.1)
        raise TimeoutError(condition)

    def type(self, selector: str, text: str) -> None:
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)
        self.ask("WebDriver:ElementSendKeys", id=found[ELEMENT], text=text)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("WebDriver:PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def _answer(self) -> Any:
        digits = b""
        while not digits.endswith(b":"):
            one = self._line.read(1)
            assert one, "Firefox went away"
            digits += one
        return json.loads(self._line.read(int(digits[:-1])))


def _port_of(profile: Path) -> int:
    """The port that Firefox chose, once it has written it down."""
    file = profile / "MarionetteActivePort"
    for _ in range(int(PATIENCE_S * 10)):
        if file.exists() and (port := re.fullmatch(r"(\d+)\s*", file.read_text(encoding="ascii"))):
            return int(port[1])
        time.sleep(0.1)
    raise TimeoutError("Firefox does not listen")


def trust_of_vectors(file: dict, keys: str, iss: str = "https://node.example.net") -> str:
    """A trust file that pins the node of a file of vectors, under one of the file's key sets."""
    trust = file["trust"]
    lines = [
        f"[issuer.{json.dumps(iss)}]",
        f"jwks = {json.dumps(json.dumps(file['keySets'][keys]))}",
        f"log_vkeys = {json.dumps(trust['logKeys'])}",
        f"witnesses = {json.dumps(trust['witnesses'])}",
        f"quorum = {trust['quorum']}",
    ]
    return "\n".join(lines) + "\n"
