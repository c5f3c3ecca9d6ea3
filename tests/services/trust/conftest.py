"""A small world on loopback: DNS, registry, web server and a node's records, all of it real but the records' disk."""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.rdap import Bootstrap, RdapClient, RdapTiming
from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server
from frankmark.adapters.network.tls_probe import GuardedTlsProbe, ProbeTiming, log_names
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.standin.rdap_server import RdapStandIn
from frankmark.adapters.standin.tls_server import DemoAuthority, TlsStandIn
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports import rows, stamps
from frankmark.protocols.securestamp.record import render_record
from frankmark.protocols.securestamp.token import Claims, issue_token
from frankmark.services.collectors import Collectors, Sources
from frankmark.services.facts import Registrar
from frankmark.services.lookalikes import Lookalikes
from frankmark.services.senders import SenderNames
from frankmark.services.trust import TrustParts, TrustService

DATA = Path(frankmark.__file__).parent / "data"
SUFFIXES = PublicSuffixes.parse((DATA / "public_suffix_list.dat").read_text(encoding="utf-8"))
CONFUSABLES = Confusables.parse((DATA / "confusables.txt").read_bytes())
ISSUER = "https://node.demo.test"
NODE = "node-demo"
FINGERPRINT = "f" * 64
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
ORG = "org_01hwx4"
DAY_MS = 86_400_000
ACT = rows.NewAudit(at_ms=0, actor="admin", org_id=ORG, act="test.act", target="x")


class HandClock:
    """Both clocks stand still until they are moved; the wall shows the true time at the beginning."""

    def __init__(self) -> None:
        self.wall_ms = int(time.time()) * 1000
        self.steady = 1_000_000

    def now_ms(self) -> int:
        return self.wall_ms

    def steady_ms(self) -> int:
        return self.steady

    def pass_s(self, seconds: float) -> None:
        self.wall_ms += int(seconds * 1000)
        self.steady += int(seconds * 1000)


class Roots:
    """One issuer, whose keys a test may change."""

    def __init__(self, keys: JwkSet) -> None:
        self.issuers = {ISSUER: keys}

    def keys(self):
        return self.issuers

    def node(self, fingerprint: str) -> tuple[str, str]:
        return (NODE, ISSUER) if fingerprint == FINGERPRINT else ("", "")


@dataclass
class World:
    """Everything, so that a test can take a piece away."""

    clock: HandClock
    dns: DnsStandIn
    rdap: RdapStandIn
    tls: TlsStandIn
    resolver: DnsResolver
    records: MemoryRecords
    key: P256PrivateKey
    roots: Roots
    names: SenderNames
    trust: TrustService
    projected: int = field(default=0)

    @property
    def kid(self) -> str:
        return self.roots.issuers[ISSUER].keys[0].kid

    def token(self, domain: str = "good.test", stamp_id: str = STAMP, **changes) -> str:
        now_s = self.clock.now_ms() // 1000
        claims = Claims(
            stamp_id=stamp_id, domain=domain, org_id=ORG, score=92, iat=now_s - 60, exp=now_s + 300 * 86_400, iss=ISSUER
        )
        return issue_token(replace(claims, **changes), self.key, self.kid)

    async def register(self, domain: str = "good.test", org: str = ORG, selectors=("demo",)) -> None:
        now = self.clock.now_ms()
        if await self.records.organisation(org) is None:
            await self.records.add_organisation(rows.Organisation(org_id=org, name=org, created_ms=now), ACT)
        challenge = rows.Challenge(
            token=f"{org} {domain}".encode().hex()[:32].ljust(32, "0"),
            org_id=org,
            domain=domain,
            created_ms=now,
            expires_ms=now + DAY_MS,
        )
        record = rows.DomainRecord(org_id=org, domain=domain, created_ms=now)
        await self.records.add_domain(record, challenge, replace(ACT, at_ms=now))
        verified = replace(
            record, verified_ms=now, method="dns", proof_token=challenge.token, next_check_ms=now, selectors=selectors
        )
        assert await self.records.domain_verified(verified, replace(ACT, at_ms=now))

    async def stamp(self, domain: str = "good.test", stamp_id: str = STAMP, **changes) -> stamps.Stamp:
        now = self.clock.now_ms()
        row = stamps.Stamp(
            stamp_id=stamp_id,
            org_id=ORG,
            domain=domain,
            subject="",
            score=92,
            live_score=92,
            signals="{}",
            issued_ms=now,
            first_issued_ms=now,
            expires_ms=now + 300 * DAY_MS,
            token=self.token(domain, stamp_id),
            kid=self.kid,
            issued_by=FINGERPRINT,
            tx_hash="a" * 64,
            entry_index=self.projected,
        )
        row = replace(row, **changes)
        await self.project(stamps.Issued(stamp=row))
        return row

    async def revoke(self, reason: str, stamp_id: str = STAMP) -> None:
        await self.project(
            stamps.Revoked(
                stamp_id=stamp_id,
                at_ms=self.clock.now_ms(),
                reason=reason,
                revoked_by=FINGERPRINT,
                tx_hash="b" * 64,
            )
        )

    async def project(self, entry: stamps.Projected) -> None:
        self.projected = await self.records.project("main", self.projected, [entry])

    def publish(self, domain: str = "good.test", stamp_id: str = STAMP, token: str | None = None) -> None:
        url = f"{ISSUER}/verify/{token or self.token(domain, stamp_id)}"
        self.dns.zone.put_text(f"_securestamp.{domain}", render_record(stamp_id, url).encode())

    def mail_domain(self, domain: str, *, spf="v=spf1 ip4:192.0.2.1 ~all", dmarc="v=DMARC1; p=quarantine") -> None:
        """A domain that does everything right, as far as the DNS, the registry and the web server go."""
        zone, now = self.dns.zone, self.clock.now_ms()
        zone.put_text(domain, spf.encode())
        zone.put_text(f"_dmarc.{domain}", dmarc.encode())
        zone.put_text(
            f"demo._domainkey.{domain}", b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        )
        zone.put(domain, "A", ["127.0.0.1"])
        zone.put(domain, "MX", [f"10 mail.{domain}."])
        self.rdap.register(domain, registered_ms=now - 730 * DAY_MS, expires_ms=now + 300 * DAY_MS)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def world(clock, tmp_path):
    authority = DemoAuthority(clock.now_ms() // 1000)
    (tmp_path / "ca.pem").write_text(authority.certificate_pem)
    ca_file = str(tmp_path / "ca.pem")
    dns, rdap = DnsStandIn(Zone("test", ttl=1)), RdapStandIn()
    tls = TlsStandIn(authority.server_context(["good.test", "*.good.test", "g00d.test"]))
    for server in (dns, rdap, tls):
        await server.start()

    resolver = DnsResolver(
        ResolverSettings(servers=(Server(address="127.0.0.1", port=dns.port),), ttl_floor_s=1, deadline_ms=600), clock
    )
    rules = AddressRules((DATA / "special_addresses.json").read_bytes())
    allow = [endpoint_from(rdap.url.rstrip("/")), endpoint_from(f"https://127.0.0.1:{tls.port}")]
    dialer = Dialer(resolver=resolver, rules=rules, allow=allow)
    fetcher = GuardedFetcher(dialer=dialer, tls=trust_context(ca_file), agent="frankmark/test")
    registration = RdapClient(
        fetcher=fetcher,
        bootstrap=Bootstrap(b'{"services":[]}', {"test": rdap.url}),
        clock=clock,
        timing=RdapTiming(budget_ms=600, keep_ms=5_000, retry_ms=1_000),
    )
    probe = GuardedTlsProbe(
        dialer=dialer,
        tls=trust_context(ca_file),
        logs=log_names(authority.ct_logs),
        clock=clock,
        instead={"test": ("127.0.0.1", tls.port)},
        timing=ProbeTiming(budget_ms=600, keep_ms=5_000, retry_ms=3_000),
    )
    key = P256PrivateKey.generate()
    roots = Roots(JwkSet((Jwk.of(NODE, key.public),)))
    records = MemoryRecords()
    names = SenderNames(secret=b"s" * 32)
    sources = Sources(resolver=resolver, registration=registration, probe=probe, suffixes=SUFFIXES, clock=clock)
    trust = TrustService(
        TrustParts(
            collectors=Collectors(sources, deadline_ms=2_000),
            registrar=Registrar(records=records, roots=roots, names=names),
            lookalikes=Lookalikes(records=records, suffixes=SUFFIXES, confusables=CONFUSABLES, clock=clock),
            roots=roots,
            suffixes=SUFFIXES,
            clock=clock,
        )
    )
    built = World(
        clock=clock,
        dns=dns,
        rdap=rdap,
        tls=tls,
        resolver=resolver,
        records=records,
        key=key,
        roots=roots,
        names=names,
        trust=trust,
    )
    yield built
    await trust.close()
    for closing in (registration, probe, resolver):
        await closing.close()
    for server in (dns, rdap, tls):
        await server.stop()
