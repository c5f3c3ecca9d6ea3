"""Signal's engine with everything real but time, the network and the disk; nobody has a counter-stamp."""

import asyncio
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.services.signal.case_desk import DATA, SUFFIXES, HandClock, Names

from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.memory.records_signal import MemorySignal
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.mail.confusables import Confusables
from frankmark.ports.registration import Registration, RegistryAnswer
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal.counterstamp import CounterStamp
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.observation import Eyes
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter
from frankmark.services.brands import Brands
from frankmark.services.channels import ChannelParts, Channels, Question, Result
from frankmark.services.domain_ages import DomainAges
from frankmark.services.keyring import Keyring
from frankmark.services.log_signing import HeadSigner
from frankmark.services.perimeters import PerimeterParts, Perimeters, Published
from frankmark.services.principals import Principal, Role
from frankmark.services.receipts import Receipts
from frankmark.services.signal_logs import ORIGINS, SignalLogs
from frankmark.services.transparency import TransparencyLog

EYES = Eyes(suffixes=SUFFIXES, confusables=Confusables.parse((DATA / "confusables.txt").read_bytes()))
DAY_S = 86_400
ISSUER = "https://node.demo.test"


class Registry:
    """Knows when domains were registered; never answers about the names in `silent`."""

    def __init__(self) -> None:
        self.registered: dict[str, int] = {}
        self.silent: set[str] = set()
        self.asked: list[str] = []

    async def look_up(self, domain: str) -> Registration:
        self.asked.append(domain)
        if domain in self.silent:
            await asyncio.Event().wait()
        found = self.registered.get(domain)
        if found is None:
            return Registration(answer=RegistryAnswer.NOT_FOUND)
        return Registration(answer=RegistryAnswer.FOUND, registered_ms=found)


class NoCases:
    """Nobody has a counter-stamp."""

    async def on(self, readings: Iterable[Artifact], brand: str | None = None) -> tuple[CounterStamp, ...]:
        del readings, brand
        return ()


@dataclass
class Brand:
    """A brand outside the house."""

    domain: str
    org_id: str
    id: str = ""
    name: str = "Acme"
    key: P256PrivateKey = field(default_factory=P256PrivateKey.generate)
    last: Perimeter | None = None
    text: str = ""

    @property
    def by(self) -> Principal:
        return Principal(actor=f"key_{self.org_id}", org_id=self.org_id, role=Role.ORG)


class House:
    """Every part, plugged together."""

    def __init__(self) -> None:
        self.clock, self.entropy, self.names, self.registry = HandClock(), SystemEntropy(), Names(), Registry()
        self.trees, self.signer, self.store = MemoryTrees(), MemorySigner(), MemorySignal()
        self.keyring = Keyring.open(MemoryVault(), self.clock, self.entropy)
        self.changed: list[tuple[str, Perimeter]] = []

    def log(self, origin: str) -> TransparencyLog:
        witness = NoteSigner("house/witness", self.keyring.witness_key, KeyType.COSIGNATURE)
        key = NoteSigner(origin, self.keyring.log_key)
        signer = HeadSigner(origin=origin, key=key, witnesses=(witness,), store=self.signer, clock=self.clock)
        return TransparencyLog(self.trees, signer, by_leaf=True)

    async def open(self) -> "House":
        """Open the logs, as at a start; what is kept in memory is gone."""
        opened = {name: self.log(f"house/{label}") for name, label in ORIGINS.items()}
        for log in opened.values():
            await log.open()
        self.logs = SignalLogs(opened, self.store, self.keyring, self.clock)
        self.brands = Brands(self.store, self.logs, SUFFIXES, self.clock)
        self.receipts = Receipts(self.logs, self.keyring, ISSUER, self.clock, self.entropy)
        self.ages = DomainAges(self.registry, SUFFIXES, self.clock)
        parts = PerimeterParts(
            store=self.store,
            logs=self.logs,
            brands=self.brands,
            resolver=self.names,
            suffixes=SUFFIXES,
            clock=self.clock,
            changed=self._changed,
        )
        self.perimeters = Perimeters(parts)
        self.channels = Channels(
            ChannelParts(
                brands=self.brands,
                cases=NoCases(),
                receipts=self.receipts,
                logs=self.logs,
                ages=self.ages,
                tables=Tables(suffixes=SUFFIXES),
                eyes=EYES,
                clock=self.clock,
            )
        )
        return self

    async def _changed(self, brand: str, perimeter: Perimeter) -> None:
        self.changed.append((brand, perimeter))

    def brand(self, domain: str, org_id: str = "org_1", **more: object) -> Brand:
        """A brand whose zone publishes its key."""
        made = Brand(domain=domain, org_id=org_id, id="br_" + ulid(self.clock.ms, os.urandom(10)), **more)
        self.vouch(made)
        return made

    def vouch(self, brand: Brand, domain: str = "") -> None:
        record = f"ssbrand=v=1; jkt={brand.key.public.thumbprint()}"
        self.names.texts[f"_securestamp-brand.{domain or brand.domain}"] = record.encode()

    def signed(self, brand: Brand, *written: str, **changes: object) -> str:
        """The brand's next perimeter, signed; channels as ``type value [match]``."""
        last = brand.last
        made = Perimeter(
            brand=brand.id,
            name=brand.name,
            domain=brand.domain,
            seq=1 if last is None else last.seq + 1,
            prev=None if last is None else hashlib.sha256(perimeters.payload(last)).hexdigest(),
            iat=self.clock.s,
            exp=self.clock.s + 90 * DAY_S,
            channels=tuple(channel(line) for line in written),
        )
        self.draft = replace(made, **changes)
        return perimeters.sign(self.draft, brand.key)

    async def publish(self, brand: Brand, *written: str, **changes: object) -> Published:
        text = self.signed(brand, *written, **changes)
        draft = self.draft
        published = await self.perimeters.publish(brand.by, text)
        brand.last, brand.text = draft, text
        return published

    async def ask(self, kind: str, value: str, brand: str = "", nonce: str | None = None) -> Result:
        answer = await self.channels.verify(Question(brand=brand, kind=kind, value=value, nonce=nonce))
        (result,) = answer.results
        return result

    def size(self, name: LogName) -> int:
        return self.logs.log(name).head.size


def channel(line: str) -> Channel:
    kind, value, *match = line.split(" ")
    return Channel(artifact=Artifact(type=ArtifactType(kind), value=value), match=Match(*(match or ["exact"])))
