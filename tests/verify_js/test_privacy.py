"""Nothing leaves the page: every octet that a whole browser session puts on a network socket, searched for a canary."""

import base64
import gzip
import http.server
import os
import re
import threading
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.verify_js.staging import PAGE, needs

TEXT = "canary-7f3e19c4-the-text-that-stays-here"
FILE = "canary-b85d20aa-the-file-that-stays-here"
CONTROL = "canary-c41e77d9-what-must-be-found"
CALLS = "trace=sendto,sendmsg,sendmmsg,write,writev,connect,sendfile"
NETWORK = re.compile(r"<(?:TCP|UDP)(?:v6)?:")


def spellings(secret: str) -> dict[str, list[bytes]]:
    """What to look for: a text as it is, and in every form that would carry it away.

    Base64 depends on where the text begins among three octets, so that the letters that every alignment shares count.
    Compressed forms are looked for by decompressing what was sent.
    """
    octets = secret.encode()
    shifted = [base64.b64encode(b"\0" * shift + octets)[4:-4] for shift in range(3)]
    return {
        "raw": [octets],
        "UTF-16": [secret.encode("utf-16-le")],
        "base64": [*shifted, *(one.translate(bytes.maketrans(b"+/", b"-_")) for one in shifted)],
        "percent": [
            urllib.parse.quote(secret, safe="").encode(),
            "".join(f"%{octet:02x}" for octet in octets).encode(),
        ],
        "hex": [octets.hex().encode(), octets.hex().upper().encode()],
    }


def unpacked(sent: bytes) -> Iterator[bytes]:
    """Everything in what was sent that can be decompressed."""
    for mark, bits in ((b"\x1f\x8b", 31), (b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15)):
        start = sent.find(mark)
        while start >= 0:
            reader = zlib.decompressobj(bits)
            try:
                yield reader.decompress(sent[start : start + 1_000_000], 1_000_000)
            except zlib.error:
                yield b""
            start = sent.find(mark, start + 1)


def found(sent: bytes, secret: str) -> list[str]:
    """The spellings of a secret that stand in what was sent."""
    names = [name for name, forms in spellings(secret).items() if any(form in sent for form in forms)]
    plain = [form for forms in spellings(secret).values() for form in forms]
    return names + ["compressed"] * any(form in part for part in unpacked(sent) for form in plain)


def sent_of(log: Path) -> bytes:
    """The octets that calls on network sockets carried; pipes and sockets inside the machine are not a way out."""
    lines = [line for line in log.read_text(encoding="ascii", errors="replace").splitlines() if NETWORK.search(line)]
    quoted = [part for line in lines for part in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', line)]
    return b"".join(bytes.fromhex(part.replace("\\x", "")) for part in quoted)


@pytest.fixture
def sink() -> Iterator[str]:
    """A server that takes anything: what the positive control sends to."""

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def use_everything(page: Page, file: Path) -> None:
    """Make proofs of the text and of the file, verify them, drop the file, press everything."""
    page.goto(PAGE.as_uri())
    page.fill("#message", TEXT)
    page.set_input_files("#make-file", str(file))
    page.click("#make-form button[type=submit]")
    page.locator("#made").wait_for()
    page.click("#check-made")
    page.locator(".finding.valid").wait_for()
    page.set_input_files("#thing-files", str(file))
    page.fill("#thing", TEXT)
    page.click("#thing-form button[type=submit]")
    page.locator(".finding.invalid").wait_for()
    for language in ("es", "fr", "ja", "en"):
        page.click(f"[data-language={language}]")
    page.click("#clear")
    page.wait_for_timeout(500)


def send_the_control(page: Page, sink: str) -> None:
    """From another page of the same browser: what leaves it must be seen."""
    page.goto(sink)
    page.evaluate(
        """async ([secret]) => {
          await fetch(`/?q=${secret}`);
          await fetch(`/?b=${btoa(secret)}`);
          const octets = [...new TextEncoder().encode(secret)];
          const hex = octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
          await fetch("/", { method: "POST", body: hex });
          const packed = new Blob([secret]).stream().pipeThrough(new CompressionStream("gzip"));
          await fetch("/", { method: "POST", body: await new Response(packed).blob() });
          const percent = octets.map((octet) => `%${octet.toString(16)}`).join("");
          await fetch("/", { method: "POST", body: percent });
        }""",
        [CONTROL],
    )


def test_text_and_file_never_leave_the_browser(tmp_path: Path, sink: str) -> None:
    strace, chromium = needs("strace"), needs("chromium")
    log, file, program = tmp_path / "calls", tmp_path / "secret.txt", tmp_path / "traced"
    file.write_text(FILE * 3, encoding="ascii")
    options = f"-f -qq -e signal=none -e {CALLS} -s 1000000 -xx -yy -o {log}"
    program.write_text(f'#!/bin/sh\nexec {strace} {options} {chromium} "$@"\n', encoding="ascii")
    program.chmod(0o755)
    with sync_playwright() as playwright:
        environ = {**os.environ, "HOME": str(tmp_path)}
        browser = playwright.chromium.launch(executable_path=str(program), args=["--no-sandbox"], env=environ)
        page = browser.new_page()
        use_everything(page, file)
        send_the_control(page, sink)
        browser.close()
    sent = sent_of(log)
    assert set(found(sent, CONTROL)) == {"raw", "base64", "hex", "percent", "compressed"}, "the control was not seen"
    for secret in (TEXT, FILE, FILE * 3):
        assert found(sent, secret) == []


def test_every_spelling_would_be_found() -> None:
    octets = CONTROL.encode()
    forms = {
        "raw": octets,
        "UTF-16": CONTROL.encode("utf-16-le"),
        "base64": base64.b64encode(b"xy" + octets + b"z"),
        "percent": "".join(f"%{octet:02x}" for octet in octets).encode(),
        "hex": octets.hex().encode(),
        "compressed": gzip.compress(octets),
    }
    for name, form in forms.items():
        assert name in found(b"before" + form + b"after", CONTROL)
    assert found(b"before" + gzip.compress(b"nothing") + b"after", CONTROL) == []
