"""A node's registry with everything real but time, the network and the disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.memory.post import MemoryPost
from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.foundation.dns import Answer, Question, RRType, Status
from frankmark.foundation.errors import Refused
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.foundation.phrases import Phrases
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.fetch import Fetched, FetchReason
from frankmark.ports.log import SignerStore, TreeStore
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.post import PostOffice
from frankmark.ports.storage import RecordStore
from frankmark.services.access import Access
from frankmark.services.addresses import Addresses
from frankmark.services.custody import Custody
from frankmark.services.erasure import Erasure
from frankmark.services.keyring import Keyring
from frankmark.services.lists import Audit, Lists
from frankmark.services.log_signing import HeadSigner
from frankmark.services.ownership import DomainPolicy, Ownership, parse_names
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.recording import Recorder
from frankmark.services.registry import Registry
from frankmark.services.reports import Reports
from frankmark.services.stamps import Appraisal, Issuing, Stamps
from frankmark.services.transparency import TransparencyLog

DATA = Path(frankmark.__file__).parent / "data"
SUFFIXES = PublicSuffixes.parse((DATA / "public_suffix_list.dat").read_text(encoding="utf-8"))
FREE_MAIL = parse_names((DATA / "free_mail.txt").read_text(encoding="utf-8"))
HOST = "mark.example.net"
URL = f"https://{HOST}"
ALL = Page(limit=MAX_LIMIT)
PHRASES = Phrases.parse(
    {folder.name: [(folder / "letters.json").read_bytes()] for folder in (DATA / "locales").iterdir()}
)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_768_471_200_000  # 2026-01-15T10:00:00Z

    def now_ms(self) -> int:
        return self.ms

    def steady_ms(self) -> int:
        return self.ms

    def pass_ms(self, ms: int) -> None:
        self.ms += ms

    def pass_days(self, days: float) -> None:
        self.ms += int(days * 86_400_000)


@dataclass
class Net:
    """What the DNS and the web hold; a resolver and a fetcher in one."""

    texts: dict[str, list[bytes]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    pages: dict[str, Fetched] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, question: Question) -> Answer:
        self.asked.append(question.name)
        assert question.rrtype is RRType.TXT
        if question.name in self.failing:
            return Answer(status=Status.SERVFAIL)
        if question.name not in self.texts:
            return Answer(status=Status.NXDOMAIN)
        strings = (tuple(t[i : i + 255] for i in range(0, len(t), 255)) for t in self.texts[question.name])
        return Answer(status=Status.OK, texts=tuple(strings), ttl=1)

    async def get(self, url, *, limit=65_536, same_host=False, **_budget) -> Fetched:
        assert same_host
        assert limit == 256
        self.asked.append(url)
        if url not in self.pages:
            raise Refused(FetchReason.ADDRESS_REFUSED, "nobody there")
        return self.pages[url]

    async def post(self, url, *_letter, **_budget) -> Fetched:
        raise AssertionError(url)


class HandAppraiser:
    """Says what it was told."""

    def __init__(self) -> None:
        self.score = 92
        self.asked: list[str] = []
        self.signals = '{"spf":"pass","dkim":"pass","dmarc":"pass"}'

    async def appraise(self, domain: str) -> Appraisal:
        self.asked.append(domain)
        return Appraisal(score=self.score, signals=self.signals)


@dataclass(kw_only=True)
class House:
    """Every room of the registry, plugged together."""

    store: RecordStore
    trees: TreeStore
    signer: SignerStore
    vault: MemoryVault = field(default_factory=MemoryVault)
    clock: HandClock = field(default_factory=HandClock)
    net: Net = field(default_factory=Net)
    appraiser: HandAppraiser = field(default_factory=HandAppraiser)
    post: PostOffice | None = field(default_factory=MemoryPost)
    url: str = URL
    origin: str = f"{HOST}/securestamp-main"
    predecessors: tuple[TransparencyLog, ...] = ()
    forgotten: int = 0
    entropy: SystemEntropy = field(default_factory=SystemEntropy)

    async def open(self) -> "House":
        """Start, as a process does: read the keys, take the log up, bring the projection up to it."""
        self.keyring = Keyring.open(self.vault, self.clock, self.entropy)
        witness = NoteSigner(f"{HOST}/witness", self.keyring.witness_key, KeyType.COSIGNATURE)
        heads = HeadSigner(
            origin=self.origin,
            key=NoteSigner(self.origin, self.keyring.log_key),
            witnesses=(witness,),
            store=self.signer,
            clock=self.clock,
        )
        self.log = TransparencyLog(self.trees, heads)
        await self.log.open()
        self.recorder = Recorder(self.log, self.store, self.keyring, self.clock, self.entropy, HOST)
        self.recorder.succeeds(self.predecessors)
        self.access = Access(self.store, self.clock, self.entropy, live=True)
        policy = DomainPolicy(suffixes=SUFFIXES, free_mail=FREE_MAIL)
        self.registry = Registry(
            self.store, Ownership(self.net, self.net), policy, self.clock, self.entropy, self.keyring.secret
        )
        self.stamps = Stamps(
            store=self.store,
            recorder=self.recorder,
            registry=self.registry,
            keyring=self.keyring,
            appraiser=self.appraiser,
            issuing=Issuing(public_url=self.url),
            clock=self.clock,
            entropy=self.entropy,
        )
        self.addresses = Addresses(
            store=self.store,
            stamps=self.stamps,
            post=self.post,
            phrases=PHRASES,
            clock=self.clock,
            entropy=self.entropy,
            secret=self.keyring.secret,
            host=HOST,
        )
        self.lists = Lists(self.store, self.clock, self.keyring.secret)
        self.audit = Audit(self.store)
        self.reports = Reports(self.store, self.clock, self.entropy)
        self.custody = Custody(self.keyring, self.store, self.store, self.stamps, self.clock)
        self.erasure = Erasure(self.store, self.stamps, self.recorder, self.clock, self.forget)
        await self.recorder.project()
        return self

    async def forget(self) -> None:
        """What a database does so that its journal forgets too; counted, for the twin has no journal."""
        self.forgotten += 1

    async def organisation(self, name: str = "Acme") -> Principal:
        """A new organisation's principal, as its key makes it."""
        made = await self.registry.create_organisation(LOCAL_ADMIN, name)
        key = await self.access.create_key(LOCAL_ADMIN, Role.ORG, "ci", org_id=made.org_id)
        return await self.access.resolve_key(key.text)

    async def own(self, by: Principal, domain: str = "acmecorp.test") -> str:
        """Register a domain and show ownership in the DNS."""
        asked = await self.registry.register_domain(by, by.org_id, domain)
        self.net.texts[asked.publish.record_name] = [asked.publish.answer.encode()]
        await self.registry.verify_domain(by, by.org_id, domain)
        return asked.record.domain

    async def stamped(self, domain: str = "acmecorp.test"):
        """An organisation with a stamp for a domain."""
        by = await self.organisation()
        await self.own(by, domain)
        return by, await self.stamps.issue(by, by.org_id, domain)

    async def acts(self) -> list[tuple[str, str, str]]:
        """The audit trail, oldest first: actor, act, target."""
        rows = (await self.store.audit_trail(ALL)).items
        return [(row.actor, row.act, row.target) for row in reversed(rows)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = await House(store=MemoryRecords(), trees=MemoryTrees(), signer=MemorySigner()).open()
    yield made
    await made.log.close()


@pytest.fixture
def reopened():
    """Another process on the same disk: everything that is kept, and nothing else."""

    async def again(house: House, **changes) -> House:
        kept = {"store": house.store, "trees": house.trees, "signer": house.signer, "vault": house.vault}
        around = {"clock": house.clock, "net": house.net, "appraiser": house.appraiser, "post": house.post}
        return await House(**{**kept, **around, **changes}).open()

    return again
