"""StampedSafe proofs in JavaScript: made and verified a second in Node and in Chromium, beside bare WebCrypto."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

from measure import write
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]


class Files(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".html": "text/html"}

    def log_message(self, *_arguments: object) -> None:
        pass


def in_node() -> dict[str, object]:
    done = subprocess.run(["node", str(ROOT / "bench" / "verify_js.mjs")], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def in_chromium() -> dict[str, object]:
    """From loopback, which is a secure context."""
    serve = functools.partial(Files, directory=str(ROOT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/tests/verify_js/browser/buffer.js")
        figures = page.evaluate("async () => (await import('/bench/verify_js.mjs')).measured()")
        told = {"version": browser.version, **figures}
        browser.close()
        server.shutdown()
    return told


def with_ratios(figures: dict[str, object]) -> dict[str, object]:
    return figures | {
        "make_vs_bare": round(figures["make_per_s"] / figures["bare_keygen_and_sign_per_s"], 2),
        "verify_vs_bare": round(figures["verify_per_s"] / figures["bare_verify_per_s"], 2),
    }


def main() -> None:
    write("verify_js", {"node": with_ratios(in_node()), "chromium": with_ratios(in_chromium())}, ["playwright"])


if __name__ == "__main__":
    main()
