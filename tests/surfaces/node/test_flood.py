"""A flood of strangers over a real socket, all asking for names whose DNS servers never answer: who is answered."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import httpx2
import pytest
from tests.rows.staging import EASY, Client, World, until

from frankmark.adapters.standin.dns_server import DnsStandIn
from frankmark.services.places import PLACES, Share

SWAMP = "swamp.test"
AT_ONCE = 8 * PLACES[Share.STRANGER]
STAMPED = 6
DEADLINE_S = 3.0


class Muted(DnsStandIn):
    """Answers for every name but those below one, for which it is as silent as a server that is down."""

    def respond(self, wire: bytes, *, room: int | None) -> bytes | None:
        asked = dns.message.from_wire(wire).question
        if asked and asked[0].name.to_text(omit_final_dot=True).lower().endswith(f".{SWAMP}"):
            return None
        return super().respond(wire, room=room)


class Flood:
    """Strangers, many at once, each asking for one new name after the other until it is over."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._rise()), daemon=True)
        self.asked = 0
        self.answers: list[tuple[int, set[str], float]] = []

    @contextmanager
    def risen(self) -> Iterator["Flood"]:
        self._thread.start()
        until(lambda: self.asked, lambda asked: asked >= AT_ONCE)
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join(30)
            assert not self._thread.is_alive()

    async def _rise(self) -> None:
        limits = httpx2.Limits(max_connections=AT_ONCE)
        async with httpx2.AsyncClient(base_url=self._base, timeout=20, limits=limits) as line:
            await asyncio.gather(*(self._stranger(line, number) for number in range(AT_ONCE)))

    async def _stranger(self, line: httpx2.AsyncClient, number: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            self.asked += 1
            begun = time.monotonic()
            answer = await line.post("/api/trust/check", json={"target": f"x{number}-{turn}.{SWAMP}"})
            self.answers.append((answer.status_code, missing(answer.json()), time.monotonic() - begun))


def missing(body) -> set[str]:
    """Why signals of an answer are unavailable."""
    return set(body["assessment"]["lists"]["unavailable"].values()) - {"INSUFFICIENT_DATA"}


@pytest.fixture
def swamped(tmp_path) -> Iterator[tuple[World, list, object]]:
    """A world with silent names, some stamped domains, and a node that has just started and remembers nothing."""
    world = World(tmp_path, Muted)
    try:
        node = world.node("node", **EASY)
        world.fill(node, STAMPED)
        with node.caller("receiver") as known:
            key = known._key
        scores = [node.anyone.check(one.domain)["score"] for one in world.stock]
        world.stop(node)
        node = world.node("node", **EASY)
        yield world, list(zip(world.stock, scores, strict=True)), (node, Client(node.base, key))
    finally:
        world.close()


def timed(client: Client, target: str) -> tuple[dict[str, object], float]:
    begun = time.monotonic()
    return client.check(target), time.monotonic() - begun


def test_a_flood_of_strangers_takes_nothing_from_stamped_domains_and_known_callers(swamped) -> None:
    world, stamped, (node, known) = swamped
    ordinary = [world.mail_domain(world.name()) for _ in range(3)]
    with Flood(node.base).risen() as flood:
        for one, score in stamped:
            body, took = timed(node.anyone, one.domain)
            assert not missing(body), body
            assert (body["score"], body["display"]) == (score, "trusted")
            assert took < DEADLINE_S
        body, took = timed(known, ordinary[0])
        assert not missing(body), body
        assert took < DEADLINE_S
        assert node.anyone.get(f"/v1/trust/{stamped[0][0].domain}").json["stamp"]["score"] == stamped[0][1]
        assert node.anyone.get("/healthz").status == 200
        # What strangers share is used up: one more of them is told so, in time, and nothing is made up.
        body, took = timed(node.anyone, ordinary[1])
        assert "COLLECTING" in missing(body)
        assert body["display"] == "unknown"
        assert took < DEADLINE_S + 2
    known.close()
    assert len(flood.answers) >= AT_ONCE
    assert {status for status, _, _ in flood.answers} == {200}
    assert all("COLLECTING" in reasons or "SOURCE_UNAVAILABLE" in reasons for _, reasons, _ in flood.answers)
    assert max(took for _, _, took in flood.answers) < DEADLINE_S + 4
    # When it is over, strangers are served as before.
    assert until(lambda: missing(node.anyone.check(ordinary[2])), lambda why: "COLLECTING" not in why) is not None
