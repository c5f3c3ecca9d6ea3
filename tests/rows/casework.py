"""A brand with a key of its own on a node, and everybody who has to do with its counter-stamps, over HTTP."""

import itertools
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from tests.rows.staging import EASY, Answer, Client, MovedClock, Node, World, until
from tests.rows.stranger_signal import BrandKey, digest_of, perimeter, statement

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EVIDENCE = [{"sha256": "ab" * 32, "mime": "image/png"}]
PATH = "/api/signal/counter-stamps"
LABEL = "_securestamp-challenge"


def some_brand_id() -> str:
    return "br_" + "0" + "".join(secrets.choice(CROCKFORD) for _ in range(25))


class Casework:
    """One brand, its organisation, a reviewer, a stranger, and the owners of whatever channels there are."""

    def __init__(self, world: World, node: Node, clock: MovedClock, stack: ExitStack) -> None:
        self.world, self.node, self.clock = world, node, clock
        self.ahead = 0
        self.brand_line = stack.enter_context(node.caller("org"))
        self.else_line = stack.enter_context(node.caller("org"))
        self.reviewer = stack.enter_context(node.caller("reviewer"))
        self.anyone = node.anyone
        self.key, self.brand, self.anchor = BrandKey(), some_brand_id(), world.name()
        self.seq, self.prev = 0, None
        self.numbers = itertools.count(1)
        self.declared: list[dict[str, str]] = []
        self.publish({"type": "domain", "value": self.anchor})

    def publish(self, *more: dict[str, str]) -> None:
        """Publish the next perimeter: what was declared before, and more domains."""
        for channel in more:
            record = f"ssbrand=v=1; jkt={self.key.jkt}".encode()
            self.world.zone.put_text(f"_securestamp-brand.{channel['value']}", record)
        self.declared += more
        self.seq += 1
        payload = perimeter(self.brand, self.anchor, self.declared, seq=self.seq, prev=self.prev, ahead=self.ahead)
        answer = self.brand_line.post("/api/signal/brands", {"perimeter": self.key.sign("SSCT-perimeter", payload)})
        assert answer.status in {200, 201}, answer.data
        self.prev = digest_of(payload)

    def pass_days(self, days: int) -> None:
        self.ahead += days * 86_400
        self.clock.ahead(self.ahead)

    def round(self) -> None:
        """What the node does every hour."""
        self.world.run(self.node.running.services.upkeep.once())

    def channel(self) -> str:
        """A domain that nobody used before."""
        return f"c{next(self.numbers)}.{self.anchor.removesuffix('.test')}-elsewhere.test"

    def verify(self, name: str, *, kind: str = "domain", brand: bool = True) -> dict[str, Any]:
        """What the engine says of a channel."""
        body: dict[str, Any] = {"artifact": {"type": kind, "value": name}}
        if brand:
            body["brand"] = self.brand
        (result,) = self.anyone.good("POST", "/api/signal/verify", body)["results"]
        return result

    def level(self, name: str, *, brand: bool = True) -> tuple[str, str]:
        result = self.verify(name, brand=brand)
        return result["fact"], result["signalLevel"]

    def opening(self, name: str, kind: str = "domain", **more: Any) -> Answer:
        artifact = {"type": kind, "value": name}
        body = {"brand": self.brand, "artifact": artifact, "reasonCode": "NOT_OURS", **more}
        return self.brand_line.post(PATH, body)

    def opened(self, name: str, kind: str = "domain") -> dict[str, Any]:
        answer = self.opening(name, kind)
        assert answer.status == 201, answer.data
        return answer.json

    def read(self, case: dict[str, Any]) -> dict[str, Any]:
        return self.reviewer.good("GET", f"{PATH}/{case['id']}")

    def move(self, line: Client, case: dict[str, Any], to: str, **more: Any) -> Answer:
        body = {"id": case["id"], "to": to, "ifVersion": case["version"], **more}
        return line.ask("PATCH", PATH, body)

    def moved(self, line: Client, case: dict[str, Any], to: str, **more: Any) -> dict[str, Any]:
        answer = self.move(line, case, to, **more)
        assert answer.status == 200, answer.data
        return answer.json

    def stated(self, case: dict[str, Any], *, key: BrandKey | None = None, **changes: Any) -> str:
        return (key or self.key).sign("SSCT-counterstamp", statement(case, ahead=self.ahead, **changes))

    def challenge(self, case: dict[str, Any], method: str = "domain-txt") -> Answer:
        return self.anyone.post(f"{PATH}/challenges", {"id": case["id"], "method": method})

    def answered(self, case: dict[str, Any]) -> dict[str, str]:
        """A challenge with its answer in the zone."""
        asked = self.challenge(case)
        assert asked.status == 201, asked.data
        self.world.zone.put_text(f"{asked.json['place']}.{case['artifact']['value']}", asked.json["text"].encode())
        return {"method": "domain-txt", "nonce": asked.json["nonce"]}

    def disputing(self, case: dict[str, Any], control: dict[str, str]) -> Answer:
        return self.anyone.ask("PATCH", PATH, {"id": case["id"], "to": "disputed", "control": control})

    def disputed(self, case: dict[str, Any]) -> dict[str, Any]:
        control = self.answered(case)
        answer = until(lambda: self.disputing(case, control), lambda got: got.status == 200)
        assert answer.status == 200, answer.data
        time.sleep(1.1)  # a statement after the dispute is of a later second
        return answer.json

    def reviewed(self, name: str) -> dict[str, Any]:
        return self.moved(self.brand_line, self.opened(name), "under_review", evidence=EVIDENCE)

    def confirmed(self, name: str) -> dict[str, Any]:
        case = self.reviewed(name)
        return self.moved(self.reviewer, case, "confirmed", jws=self.stated(case))

    def at(self, state: str, name: str) -> dict[str, Any]:
        """A case on a channel in a state that people bring it to; for ``expired`` see the clock."""
        match state:
            case "observed":
                return self.opened(name)
            case "under_review":
                return self.reviewed(name)
            case "confirmed":
                return self.confirmed(name)
            case "disputed":
                return self.disputed(self.confirmed(name))
            case _:
                return self.moved(self.brand_line, self.opened(name), "revoked", reason="A mistake.")

    def openings(self, line: Client, case: dict[str, Any], **headers: str) -> Answer:
        return line.get(f"{PATH}/{case['id']}/openings", **headers)


def casework(world: World) -> Iterator[Casework]:
    """A node of its own whose clock can be moved, and a brand on it."""
    clock = MovedClock(world.folder / "casework-clock")
    with ExitStack() as stack:
        log = stack.enter_context((world.folder / "casework.log").open("w", encoding="utf-8"))
        node = world.node("casework", {"FRANKMARK_TEST_CLOCK": str(clock.file)}, log=log, **EASY)
        stack.callback(world.stop, node)
        yield Casework(world, node, clock, stack)
