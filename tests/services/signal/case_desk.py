"""The desk of the counter-stamps with everything real but time, the network and the disk."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frankmark
from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.memory.records_signal import MemorySignal
from frankmark.adapters.memory.records_signal_cases import MemoryCases
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.foundation.dns import Answer, Question, Status
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.note import NoteSigner
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import Acceptance, BrandRow, PerimeterRow
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal import statement
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.counterstamp import EvidenceDigest, ReasonCode, core_hash
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.model import Artifact, ArtifactType, State
from frankmark.protocols.signal.perimeter import Channel, Perimeter
from frankmark.protocols.signal.statement import Statement
from frankmark.services.brands import Brands
from frankmark.services.case_brands import DeclaredBrands
from frankmark.services.case_log import CaseLog
from frankmark.services.channel_control import ChannelControl, ControlMethod, DomainTxt
from frankmark.services.counterstamp_filing import ControlAnswer, Filed, Filing, Wish
from frankmark.services.counterstamps import Cases, CasesParts
from frankmark.services.keyring import Keyring
from frankmark.services.log_signing import HeadSigner
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.signal_logs import ORIGINS, SignalLogs
from frankmark.services.transparency import TransparencyLog

DATA = Path(frankmark.__file__).parent / "data"
SUFFIXES = PublicSuffixes.parse((DATA / "public_suffix_list.dat").read_text(encoding="utf-8"))
BRAND = "br_01KDZJ4M00041061050R3GG28A"
ANCHOR, OTHER = "acme.example", "acme-rewards.example"
DAY_S = 86_400
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x07")
STRANGER = P256PrivateKey.from_scalar(bytes(31) + b"\x08")
EVIDENCE = (EvidenceDigest(sha256="ab" * 32, mime="image/png"),)

ORG = Principal(actor="key_org", org_id="org_acme", role=Role.ORG)
ELSEWHERE = Principal(actor="key_else", org_id="org_else", role=Role.ORG)
READER = Principal(actor="key_reader", org_id="org_acme", role=Role.READER)
REVIEWER = Principal(actor="key_review", org_id="", role=Role.REVIEWER)
ADMIN = LOCAL_ADMIN


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_768_471_200_000  # 2026-01-15T10:00:00Z

    def now_ms(self) -> int:
        return self.ms

    def steady_ms(self) -> int:
        return self.ms

    @property
    def s(self) -> int:
        return self.ms // 1000

    def pass_s(self, seconds: int) -> None:
        self.ms += seconds * 1000


@dataclass
class Names:
    """What the DNS holds."""

    texts: dict[str, bytes] = field(default_factory=dict)
    failing: bool = False
    asked: list[str] = field(default_factory=list)

    async def resolve(self, question: Question) -> Answer:
        self.asked.append(question.name)
        if self.failing:
            return Answer(status=Status.SERVFAIL)
        if question.name not in self.texts:
            return Answer(status=Status.NXDOMAIN)
        return Answer(status=Status.OK, texts=((self.texts[question.name],),), ttl=1)

    def kept(self, _question: Question) -> None:
        return None


class Desk:
    """Every part, plugged together."""

    def __init__(self, store: MemoryCases | None = None) -> None:
        self.clock, self.entropy, self.names = HandClock(), SystemEntropy(), Names()
        self.store, self.brands, self.trees = store or MemoryCases(), MemorySignal(), MemoryTrees()
        self.keyring = Keyring.open(MemoryVault(), self.clock, self.entropy)
        heads = MemorySigner()

        def log(part: str) -> TransparencyLog:
            origin = f"{self.keyring.node_id}/{part}"
            key = NoteSigner(origin, self.keyring.log_key)
            signer = HeadSigner(origin=origin, key=key, witnesses=(), store=heads, clock=self.clock)
            return TransparencyLog(self.trees, signer, by_leaf=True)

        self.tlogs = {name: log(part) for name, part in ORIGINS.items()}
        self.logs = SignalLogs(self.tlogs, self.brands, self.keyring, self.clock)
        self.log = CaseLog(self.store, self.logs)
        self.control = control = ChannelControl(
            {ControlMethod.DOMAIN_TXT: DomainTxt(self.names)}, self.keyring.secret, self.clock, self.entropy
        )
        parts = CasesParts(
            store=self.store,
            brands=DeclaredBrands(Brands(self.brands, self.logs, SUFFIXES, self.clock), self.clock),
            log=self.log,
            control=control,
            suffixes=SUFFIXES,
            clock=self.clock,
            entropy=self.entropy,
        )
        self.cases = Cases(parts)
        self.seq, self.prev = 0, ""

    async def open(self) -> "Desk":
        for log in self.tlogs.values():
            await log.open()
        await self.declare(ANCHOR)
        return self

    async def declare(self, *domains: str, days: int = 300) -> Perimeter:
        """Publish the brand's next perimeter."""
        self.seq += 1
        made = Perimeter(
            brand=BRAND,
            name="Acme",
            domain=ANCHOR,
            seq=self.seq,
            prev=self.prev or None,
            iat=self.clock.s,
            exp=self.clock.s + days * DAY_S,
            channels=tuple(Channel(artifact=domain(each)) for each in domains),
        )
        document = perimeters.read(perimeters.sign(made, KEY), SUFFIXES)
        until_ms = made.exp * 1000 if domains else 0
        row = BrandRow(
            brand=BRAND,
            org_id=ORG.org_id,
            name="Acme",
            domain=ANCHOR,
            seq=self.seq,
            created_ms=self.clock.ms,
            until_ms=until_ms,
        )
        kept = PerimeterRow(
            brand=BRAND,
            seq=self.seq,
            jws=document.text,
            digest=document.digest,
            jkt=document.jkt,
            evidence="{}",
            accepted_ms=self.clock.ms,
        )
        act = NewAudit(at_ms=self.clock.ms, actor="key_org", org_id=ORG.org_id, act="perimeter.accept", target=BRAND)
        assert await self.brands.accept(row, kept, [], act, prev=self.prev) is Acceptance.ACCEPTED
        place = await self.logs.append_perimeter(document.text)
        await self.brands.log_perimeter(BRAND, self.seq, place.index)
        self.prev = document.digest
        return made

    async def filed(self, name: str = OTHER, by: Principal = ORG, **more: Any) -> Filed:
        filing = Filing(brand=BRAND, kind=ArtifactType.DOMAIN, value=name, reason_code=ReasonCode.NOT_OURS, **more)
        return await self.cases.open(by, filing)

    async def now(self, case: Filed) -> Filed:
        return await self.cases.case(REVIEWER, case.stamp.core.id)

    def stated(self, case: Filed, *, key: P256PrivateKey = KEY, **changes: Any) -> str:
        """The brand's statement about a case as it stands."""
        what = {"core": core_hash(case.stamp.core), "version": case.stamp.version, "log": case.origin}
        return statement.sign(Statement(**{**what, "iat": self.clock.s, **changes}), key)

    async def move(self, by: Principal | None, case: Filed, to: State, **more: Any) -> Filed:
        given = {"if_version": case.stamp.version, **more}
        return await self.cases.move(by, Wish(case_id=case.stamp.core.id, to=to, **given))

    async def confirm(self, case: Filed, **more: Any) -> Filed:
        given = {"statement": self.stated(case), **more}
        return await self.move(REVIEWER, case, State.CONFIRMED, **given)

    async def controlled(self, case: Filed, name: str = OTHER) -> ControlAnswer:
        """Ask for a challenge and answer it in the zone."""
        made = await self.cases.challenge(case.stamp.core.id, ControlMethod.DOMAIN_TXT)
        self.names.texts[f"{made.place}.{name}"] = made.text.encode()
        return ControlAnswer(method=made.method, nonce=made.nonce)

    async def dispute(self, case: Filed, name: str = OTHER) -> Filed:
        return await self.move(None, case, State.DISPUTED, control=await self.controlled(case, name))

    async def at(self, state: State, name: str = OTHER) -> Filed:
        """A case in a state, brought there by those who may."""
        case = await self.filed(name)
        if state is State.REVOKED:
            return await self.move(ORG, case, State.REVOKED, reason="A mistake.")
        if state is State.EXPIRED:
            self.clock.pass_s(31 * DAY_S)
            await self.cases.keep()
            return await self.now(case)
        if state is not State.OBSERVED:
            case = await self.move(ORG, case, State.UNDER_REVIEW, evidence=EVIDENCE)
        if state in {State.CONFIRMED, State.DISPUTED}:
            case = await self.confirm(case)
        return await self.dispute(case, name) if state is State.DISPUTED else case

    async def leaves(self) -> list[bytes]:
        log = self.tlogs[LogName.ABUSE]
        return [row.data for row in await log.rows(0, log.head.size)]


def domain(name: str) -> Artifact:
    return canonical(ArtifactType.DOMAIN, name, SUFFIXES)
