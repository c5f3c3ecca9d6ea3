"""How a domain gets its stamp in the demonstration, and a brand its perimeter: over HTTP, and over the real zone."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from frankmark.assembly.asking import node_api, running_node
from frankmark.assembly.demo import DemoWorld
from frankmark.assembly.demo_cast import ACME, BANK, COPY, FORGER, GAZETTE, SELECTOR, TWIN, Letter, Sender
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.ports.node_api import NodeApi
from frankmark.protocols.signal.brand_record import OWNER_LABEL, render_brand_record
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter, sign
from frankmark.settings import Settings

__all__ = ["DemoReason", "Holder", "Stage", "letters", "member", "text"]

SUCCESS = range(200, 300)
BRAND_NUMBER, BRAND_HANDLE = "+12025550123", "@acme_paper"  # a number for fiction
BRAND_DAYS, DAY_S, ULID_OCTETS = 90, 86_400, 10


class DemoReason(StrEnum):
    """Why the demonstration cannot be shown."""

    DEMO_ANSWER = "DEMO_ANSWER"  # the node answered something else than it must
    DEMO_FOLDER_TAKEN = "DEMO_FOLDER_TAKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An organisation of the demonstration that holds a stamp.

    Attributes:
        sender: Its domain.
        key: Its API key.
        stamp: The stamp as the node answered it.
    """

    sender: Sender
    key: str
    stamp: Mapping[str, Json]

    @property
    def mark(self) -> tuple[str, str]:
        """Token and verify URL, as a message carries them."""
        url = text(self.stamp, "publish", "url")
        return url.rpartition("/")[2], url


def member(value: Json, name: str) -> Json:
    """A member of a JSON object; None where there is none."""
    return value.get(name) if isinstance(value, dict) else None


def text(value: Json | Mapping[str, Json], *names: str) -> str:
    """A text deep in a JSON object.

    Raises:
        Refused: `DEMO_ANSWER`, the node answered something else.
    """
    found: Json = dict(value) if isinstance(value, Mapping) else value
    for name in names:
        found = member(found, name)
    if not isinstance(found, str):
        raise Refused(DemoReason.DEMO_ANSWER, f"the node's answer has no {'.'.join(names)}")
    return found


class Stage:
    """Brings organisations and their domains to a node.

    Args:
        world: Where records are published.
        settings: The demonstration's settings, of the listener that really listens.
    """

    def __init__(self, world: DemoWorld, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._data = Path(settings.data)

    def asking(self, key: str = "") -> NodeApi:
        """The node over HTTP, asked by the holder of a key, or by anybody."""
        environ = {"FRANKMARK_API_BASE": f"http://{self._settings.listen}", "FRANKMARK_API_KEY": key}
        return node_api(environ, self._settings, config=self._data / "nobody", data=self._data)

    async def ask(self, node: NodeApi, method: str, path: str, body: Json = None) -> Json:
        """The body of an answer.

        Raises:
            Refused: `DEMO_ANSWER`, the node refused.
        """
        answer = await asyncio.to_thread(node.call, method, path, body)
        if answer.status not in SUCCESS:
            code, detail = member(answer.body, "code"), member(answer.body, "detail")
            raise Refused(DemoReason.DEMO_ANSWER, f"{method} {path}: {answer.status} {code}: {detail}")
        return answer.body

    async def organisation(self, name: str) -> tuple[str, str]:
        """A new organisation, made by the administrator, and an API key for it; answers its id and the key."""
        admin = running_node(self._settings, self._data)
        if admin is None:
            raise Refused(DemoReason.DEMO_ANSWER, "the node does not say where it runs")
        org_id = text(await self.ask(admin, "POST", "/api/orgs", {"name": name}), "orgId")
        body: Json = {"role": "org", "name": "demo", "orgId": org_id}
        return org_id, text(await self.ask(admin, "POST", "/api/keys", body), "key")

    async def own(self, sender: Sender, key: str) -> str:
        """Register a domain, publish the challenge's answer in the zone, and let the node look; the record's name."""
        node = self.asking(key)
        selectors: list[Json] = [SELECTOR]
        made = await self.ask(node, "POST", "/api/domains", {"domain": sender.domain, "selectors": selectors})
        name = text(made, "challenge", "recordName")
        self._world.zone.put_text(name, text(made, "challenge", "recordText").encode())
        await self.ask(node, "POST", f"/api/domains/{sender.domain}/verify", {})
        return name

    async def stamp(self, sender: Sender, key: str) -> Holder:
        """Issue a stamp and publish its record in the zone, in character-strings of at most 255 octets."""
        made = await self.ask(self.asking(key), "POST", "/api/stamps", {"domain": sender.domain})
        holder = Holder(sender=sender, key=key, stamp=made if isinstance(made, dict) else {})
        self._world.zone.put_text(text(made, "publish", "name"), text(made, "publish", "text").encode())
        return holder

    async def declare(self, sender: Sender, name: str, key: str, now_ms: int) -> str:
        """Publish a brand's key in the zone and its signed perimeter at the node; answers the brand's id."""
        signing = P256PrivateKey.generate()
        record = render_brand_record(signing.public.thumbprint())
        self._world.zone.put_text(f"{OWNER_LABEL}.{sender.domain}", record.encode())
        declared = Perimeter(
            brand="br_" + ulid(now_ms, os.urandom(ULID_OCTETS)),
            name=name,
            domain=sender.domain,
            seq=1,
            prev=None,
            iat=now_ms // 1000,
            exp=now_ms // 1000 + BRAND_DAYS * DAY_S,
            channels=(
                Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value=sender.domain), match=Match.SUBTREE),
                Channel(artifact=Artifact(type=ArtifactType.WHATSAPP, value=BRAND_NUMBER)),
                Channel(artifact=Artifact(type=ArtifactType.TELEGRAM, value=BRAND_HANDLE)),
            ),
        )
        body: Json = {"perimeter": sign(declared, signing)}
        return text(await self.ask(self.asking(key), "POST", "/api/signal/brands", body), "id")


def letters(acme: Holder, bank: Holder) -> dict[str, Letter]:
    """The messages of the demonstration by file name, each with what it shows of its sender."""
    invoice = "Hello Bob,\n\nyour invoice 2117 over 240 crowns is due on the 30th.\n\nAnna, Acme Paper\n"
    transfer = "Dear customer,\n\nyour account is locked. Confirm your card within the hour.\n\nHarbourline Savings\n"
    return {
        "good": Letter(
            server=ACME,
            author=f"Acme Paper <billing@{ACME.domain}>",
            subject="Your invoice 2117",
            text=invoice,
            stamp=acme.mark,
        ),
        "ordinary": Letter(
            server=GAZETTE,
            author=f"The Gazette <news@{GAZETTE.domain}>",
            subject="This week in town",
            text="Dear reader,\n\nthe bridge is open again.\n",
        ),
        "lookalike-caution": Letter(
            server=TWIN,
            author=f"Acme Paper <billing@{TWIN.domain}>",
            subject="Our new bank details",
            text=invoice.replace("240", "2400"),
        ),
        "lookalike-blocked": Letter(
            server=COPY, author=f"Harbourline Savings <notice@{COPY.domain}>", subject="Account locked", text=transfer
        ),
        "forged": Letter(
            server=FORGER,
            author=f"Harbourline Savings <notice@{BANK.domain}>",
            subject="Account locked",
            text=transfer,
            stamp=bank.mark,
        ),
    }
