"""A brand as it stands outside every node: an id, a key, a zone, and perimeters that it signs itself."""

import hashlib
import os
import time
from dataclasses import dataclass, field, replace

from tests.rows.staging import Answer, Client, World

from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.signal import perimeter
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter

DAY_S = 86_400


def channels(*written: str) -> tuple[Channel, ...]:
    """Channels as ``type value [match]``."""
    found = []
    for line in written:
        kind, value, *match = line.split(" ")
        found.append(
            Channel(
                artifact=Artifact(type=ArtifactType(kind), value=value), match=Match(*match) if match else Match.EXACT
            )
        )
    return tuple(found)


@dataclass
class Brand:
    """One brand; `say` publishes the next perimeter."""

    world: World
    domain: str
    client: Client
    name: str = "Acme"
    key: P256PrivateKey = field(default_factory=P256PrivateKey.generate)
    id: str = field(default_factory=lambda: "br_" + ulid(int(time.time() * 1000), os.urandom(10)))
    last: Perimeter | None = None
    text: str = ""

    @property
    def jkt(self) -> str:
        return self.key.public.thumbprint()

    def record(self, domain: str = "", text: str = "") -> None:
        """Publish the key in the zone."""
        said = text or f"ssbrand=v=1; jkt={self.jkt}"
        self.world.zone.put_text(f"_securestamp-brand.{domain or self.domain}", said.encode())

    def next(self, *written: str, **changes: object) -> Perimeter:
        """The perimeter that comes next, not signed."""
        now = int(time.time())
        prev = None if self.last is None else hashlib.sha256(perimeter.payload(self.last)).hexdigest()
        made = Perimeter(
            brand=self.id,
            name=self.name,
            domain=self.domain,
            seq=1 if self.last is None else self.last.seq + 1,
            prev=prev,
            iat=now,
            exp=now + 90 * DAY_S,
            channels=channels(*written),
        )
        return replace(made, **changes)

    def say(self, *written: str, **changes: object) -> Answer:
        """Publish the next perimeter; it counts as published if it was taken."""
        made = self.next(*written, **changes)
        text = perimeter.sign(made, self.key)
        answer = self.client.post("/api/signal/brands", {"perimeter": text})
        if answer.status in {200, 201}:
            self.last, self.text = made, text
        return answer

    def declare(self, *written: str) -> dict:
        """Publish the next perimeter, which must be taken."""
        answer = self.say(*written)
        assert answer.status in {200, 201}, answer.data
        return answer.json


def asked(client: Client, kind: str, value: str, brand: str = "", **more: object) -> dict:
    """The one result of a question about one channel."""
    body = {"artifact": {"type": kind, "value": value}, **more, **({"brand": brand} if brand else {})}
    answer = client.good("POST", "/api/signal/verify", body)
    (result,) = answer["results"]
    assert answer["overall"] == result["signalLevel"]
    return result
