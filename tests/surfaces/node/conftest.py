"""A real node over a real socket, in a thread of its own, so that blocking clients can ask it."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from frankmark.assembly.embedded import NodeOptions
from frankmark.services.principals import NODE
from frankmark.settings import load
from frankmark.surfaces.node.serving import Running, running

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: reading the authorities takes longer than a request
SETTINGS = {
    "FRANKMARK_LISTEN": "127.0.0.1:0",
    "FRANKMARK_RESOLVER": "127.0.0.1:9",  # nothing answers there: no test of this room asks the world
    "FRANKMARK_DNS_DEADLINE_MS": "200",
    "FRANKMARK_LIMITS_V1_PER_HOUR": "1000000",
    "FRANKMARK_LIMITS_API_PER_MINUTE": "1000000",
    "FRANKMARK_LIMITS_KEY_PER_MINUTE": "1000000",
    "FRANKMARK_LIMITS_KEY_PER_HOUR": "1000000",
    "FRANKMARK_LIMITS_REPORTS_PER_DAY": "1000000",
    "FRANKMARK_LIMITS_LETTERS_PER_HOUR": "1000000",
    "FRANKMARK_LIMITS_LETTERS_TO_ONE_PER_HOUR": "1000000",
}


@dataclass
class Node:
    """A node that serves, and ways to ask it."""

    running: Running
    data: Path
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None]
    noted: list[tuple[str, str]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.running.base

    @property
    def services(self):
        return self.running.services

    def wait(self, awaitable) -> Any:
        """Run something in the node's own loop."""
        return asyncio.run_coroutine_threadsafe(awaitable, self.loop).result(30)

    def client(self, **more) -> httpx2.Client:
        return httpx2.Client(base_url=self.base, timeout=10, **{"verify": NO_TLS, **more})

    def ask(self, method: str, path: str, body: object = None, *, key: str = "", **headers: str) -> httpx2.Response:
        """One request; underscores in the names of header fields stand for hyphens."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            fields["Authorization"] = f"Bearer {key}"
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        with self.client() as client:
            return client.request(method, path, content=content, headers=fields)

    def admin(self, method: str, path: str, body: object = None) -> Any:
        """One request of the machine's own command; the JSON of an answer that is no refusal."""
        answer = self.ask(method, path, body, key=self.running.run_token)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def own(self, org_id: str, domain: str) -> None:
        """Register a domain and note its ownership as if the challenge had been answered.

        The resolver of these tests answers nothing; the proof itself is tested where the DNS is.
        """
        self.admin("POST", "/api/domains", {"domain": domain, "orgId": org_id, "selectors": ["s1"]})
        self.wait(self._verified(org_id, domain))

    async def _verified(self, org_id: str, domain: str) -> None:
        store, now = self.services.registry._store, self.services.clock.now_ms()
        record = await store.domain(org_id, domain)
        asked = await store.challenge(org_id, domain)
        shown = replace(record, verified_ms=now, method="dns", proof_token=asked.token, next_check_ms=now + 10**9)
        assert await store.domain_verified(shown, NODE.act(now, "domain.verify", domain, org_id=org_id))

    def stamped(self, domain: str, name: str = "Good GmbH") -> dict[str, Any]:
        """An organisation with a key, and a stamp for a domain of its own."""
        org_id = self.admin("POST", "/api/orgs", {"name": name})["orgId"]
        made = self.admin("POST", "/api/keys", {"role": "org", "name": "mail", "orgId": org_id})
        self.own(org_id, domain)
        stamp = self.admin("POST", "/api/stamps", {"domain": domain, "orgId": org_id})
        return {**stamp, "key": made["key"], "keyId": made["keyId"]}


class _Thread(threading.Thread):
    """Runs a node until it is told to stop, and keeps what went wrong for whoever waits."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], environ: Mapping[str, str], options: NodeOptions
    ) -> None:
        super().__init__(daemon=True)
        self._data = folder / "data"
        self._settings = load(None, {**SETTINGS, **settings})
        self._environ = {"HOME": str(folder), **environ}
        self._options = options
        self.begun = threading.Event()
        self.node: Node | None = None
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:  # noqa: BLE001  (shown to the test that waits)
            self.fault = fault
        self.begun.set()

    async def _serve(self) -> None:
        noted: list[tuple[str, str]] = []
        options = replace(self._options, note=lambda part, code: noted.append((part, code)))
        async with running(self._settings, self._data, self._environ, options) as node:
            stopping, loop = asyncio.Event(), asyncio.get_running_loop()

            def stop() -> None:
                loop.call_soon_threadsafe(stopping.set)

            self.node = Node(running=node, data=self._data, loop=loop, stop=stop, noted=noted)
            self.begun.set()
            await stopping.wait()


@contextmanager
def open_node(
    folder: Path, settings: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None, **options: bool
) -> Iterator[Node]:
    """A node over a socket, until the context ends."""
    wanted = NodeOptions(**{"demo": True, **options})
    thread = _Thread(folder, settings or {}, environ or {}, wanted)
    thread.start()
    assert thread.begun.wait(30)
    if thread.node is None:
        assert thread.fault is not None
        raise thread.fault
    try:
        yield thread.node
    finally:
        thread.node.stop()
        thread.join(30)
    if thread.fault is not None:
        raise thread.fault


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Iterator[Node]:
    """A demo node with generous limits, shared by the tests of one file."""
    with open_node(tmp_path_factory.mktemp("node")) as made:
        yield made


@pytest.fixture
def opened():
    """Opens nodes of one's own: what is called with a folder, settings and an environment is a context."""
    return open_node
