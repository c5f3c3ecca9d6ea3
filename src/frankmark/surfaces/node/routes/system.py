"""The node itself: keys, trust document, health, figures, version, backup, audit, signing keys."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark import __version__
from frankmark.assembly.services import Services
from frankmark.foundation import canonical, jws
from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.services.principals import require
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.journal import METRICS_MEDIA, NodeJournal
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["SystemRoom"]

KEYS_MEDIA = "application/jwk-set+json"
TRUST_TYPE = "frankmark-trust"
FRESH = {"Cache-Control": "public, max-age=300"}
YEAR_MS = 365 * 86_400_000
LATEST_MS = 253_402_300_799_000  # the last second of the year 9999


class KeySetView(msgspec.Struct, frozen=True, kw_only=True):
    """A JWK Set."""

    keys: list[dict[str, str]]


class TimePinView(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a verifier pins of a key that attests times; the times are RFC 3339."""

    pk: str
    not_before: str
    not_after: str | None = None
    compromised_at: str | None = None


class TrustDocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """What a verifier pins; `signature` is a JWS over the other members in canonical form."""

    iss: str
    node_id: Annotated[str, Meta(description="The node.")] = msgspec.field(name="nodeId")
    jwks: KeySetView
    log_vkeys: list[str]
    witnesses: list[str]
    quorum: int
    time_authority: dict[str, TimePinView]
    signature: str


class VersionView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What runs here."""

    version: str
    node_id: str
    demo: bool
    test_clock: bool
    time: str


class ReadyView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the node can do its work, and what an operator should know.

    `unnamedProxies` are loopback addresses from where requests were forwarded without `trusted_proxies` naming them.
    """

    ready: bool
    problems: list[str]
    keys_protect_backups_only: bool
    outbound_allowed: list[str]
    unnamed_proxies: list[str]


class BackupBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where to write, on the node's own machine."""

    target: Annotated[str, Meta(min_length=1, max_length=4096, pattern="^/[^\\x00]*$")]


class BackupView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A backup that was written."""

    node_id: str
    created_at: str
    unlock_needed: bool
    keys: list[str]
    store_octets: int


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the ledger that is not as it should be; `index` is a place in the log `origin`."""

    origin: str
    kind: str
    index: int | None
    detail: str


class AuditedLogView(msgspec.Struct, frozen=True, kw_only=True):
    """One log, recomputed."""

    origin: str
    size: int
    root: str


class AuditReportView(msgspec.Struct, frozen=True, kw_only=True):
    """Every hash, signature and commitment, recomputed: `size` entries in all logs, the oldest log first."""

    sound: bool
    size: int
    logs: list[AuditedLogView]
    findings: list[FindingView]


class RetirementBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which signing key."""

    kid: Annotated[str, Meta(max_length=200)]


class CompromiseBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which signing key, and since when others may have had it (milliseconds since 1970); without it, since now."""

    kid: Annotated[str, Meta(max_length=200)]
    since_ms: Annotated[int, Meta(ge=0, le=LATEST_MS)] | None = None


class SigningKeyView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A signing key, and the stamps that its change concerns."""

    kid: str
    affected: list[str]


class SystemRoom:
    """Operations of the node itself."""

    def __init__(self, services: Services, journal: NodeJournal, sound: Callable[[], Awaitable[None]]) -> None:
        self._do = services
        self._journal = journal
        self._sound = sound

    @operation(
        "GET",
        "/v1/keys/{node_id}",
        "A node's public keys",
        returns={200: KeySetView},
        media={200: KEYS_MEDIA},
        problems=("NODE_NOT_FOUND",),
        tag="keys",
    )
    async def node_keys(self, call: Call, _: None) -> Reply:
        """A JWK Set, usable by any JOSE library."""
        if call.path["node_id"] != self._do.node_id:
            raise Refused(NodeReason.NODE_NOT_FOUND, "This node knows no node of that id.")
        return Reply(content=self._do.keyring.jwks.json(), media=KEYS_MEDIA, headers=FRESH)

    @operation(
        "GET",
        "/.well-known/jwks.json",
        "The public keys of all nodes",
        returns={200: KeySetView},
        media={200: KEYS_MEDIA},
        tag="keys",
    )
    async def jwks(self, _call: Call, _: None) -> Reply:
        """The union over nodes; alone, our own."""
        return Reply(content=self._do.keyring.jwks.json(), media=KEYS_MEDIA, headers=FRESH)

    @operation(
        "GET",
        "/.well-known/frankmark-trust.json",
        "The trust document, with a signature by the node's own key",
        returns={200: TrustDocumentView},
        tag="keys",
    )
    async def trust(self, _call: Call, _: None) -> Reply:
        """What a verifier pins, after comparing the fingerprint by another way."""
        witnesses = self._do.ledger.log.keys[1]
        document: dict[str, canonical.JsonLike] = {
            "iss": self._do.public_url,
            "nodeId": self._do.node_id,
            "jwks": self._do.keyring.jwks.json(),
            "log_vkeys": list(self._do.log_vkeys),
            "witnesses": [str(one) for one in witnesses],
            "quorum": -(-2 * len(witnesses) // 3),
            "time_authority": {kid: dict(pin) for kid, pin in self._do.time_authority.pins.items()},
        }
        signing = self._do.keyring.signing
        octets = canonical.dump(document)
        signature = jws.sign(
            octets, signing.private, kid=signing.jwk.kid, typ=TRUST_TYPE, max_length=2 * len(octets) + jws.MAX_TOKEN
        )
        return Reply(content={**document, "signature": signature}, headers=FRESH)

    @operation(
        "GET", "/.well-known/security.txt", "Whom to tell of a weakness", returns={200: None}, media={200: "text/plain"}
    )
    async def security(self, _call: Call, _: None) -> Reply:
        """RFC 9116."""
        ends = rfc3339(self._do.clock.now_ms() // 86_400_000 * 86_400_000 + YEAR_MS)
        contact = f"Contact: {self._do.public_url}/api/reports\nExpires: {ends}\nPreferred-Languages: en, es, fr, ja\n"
        return Reply(content=contact, media="text/plain; charset=utf-8")

    @operation("GET", "/healthz", "Whether the process is alive", returns={200: VersionView})
    async def alive(self, _call: Call, _: None) -> Reply:
        """Always 200 while the process answers."""
        return Reply(content=self._version(), headers={"Cache-Control": "no-store"})

    @operation("GET", "/version", "What runs here", returns={200: VersionView})
    async def version(self, _call: Call, _: None) -> Reply:
        """Version and condition."""
        return Reply(content=self._version(), headers={"Cache-Control": "no-store"})

    @operation("GET", "/readyz", "Whether the node can do its work", returns={200: ReadyView, 503: ReadyView})
    async def ready(self, _call: Call, _: None) -> Reply:
        """The store is written to, and the ledger signs."""
        problems = []
        try:
            await self._sound()
        except Error as fault:
            problems.append(fault.code.value)
        refusal = self._do.ledger.log.refusal
        if refusal is not None:
            problems.append(refusal.code.value)
        content = ReadyView(
            ready=not problems,
            problems=problems,
            keys_protect_backups_only=self._do.condition.keys_protect_backups_only,
            outbound_allowed=list(self._do.condition.outbound),
            unnamed_proxies=sorted(self._journal.forwarders),
        )
        return Reply(content=content, status=503 if problems else 200, headers={"Cache-Control": "no-store"})

    @operation("GET", "/metrics", "Figures for Prometheus", returns={200: None}, media={200: METRICS_MEDIA})
    async def metrics(self, call: Call, _: None) -> Reply:
        """For loopback and administrators."""
        if not call.loopback:
            require(call.principal)
        self._journal.log_size.labels(self._do.ledger.log.origin).set(self._do.ledger.log.head.size)
        return Reply(content=self._journal.metrics(), media=METRICS_MEDIA, headers={"Cache-Control": "no-store"})

    @operation(
        "POST",
        "/api/backup",
        "Write a backup on the node's machine",
        access=Access.CREDENTIAL,
        body=BackupBody,
        returns={201: BackupView},
        problems=("BACKUP_EXISTS",),
    )
    async def backup(self, call: Call, body: BackupBody) -> Reply:
        """One file: a snapshot and the sealed keys."""
        made = await self._do.backup(call.known, body.target)
        view = BackupView(
            node_id=made.node_id,
            created_at=made.created_at,
            unlock_needed=made.unlock_needed,
            keys=list(made.keys),
            store_octets=made.store_octets,
        )
        return Reply(content=view, status=201)

    @operation(
        "POST",
        "/api/ledger/audit",
        "Recompute the whole ledger",
        access=Access.CREDENTIAL,
        returns={200: AuditReportView},
    )
    async def audit(self, call: Call, _: None) -> Reply:
        """Names every damaged entry, of closed logs too."""
        require(call.principal)
        report = await self._do.audit_ledger()
        logs = [AuditedLogView(origin=one.origin, size=one.size, root=one.root.hex()) for one in report.logs]
        findings = [
            FindingView(origin=one.origin, kind=one.kind.value, index=one.index, detail=one.detail)
            for one in report.findings
        ]
        return Reply(content=AuditReportView(sound=not findings, size=report.size, logs=logs, findings=findings))

    @operation(
        "POST",
        "/api/signing-keys/rotate",
        "Make a new signing key; the old one stays active",
        access=Access.CREDENTIAL,
        returns={201: SigningKeyView},
        tag="keys",
    )
    async def rotate(self, call: Call, _: None) -> Reply:
        """A new key signs from now on."""
        made = await self._do.custody.rotate(call.known)
        return Reply(content=SigningKeyView(kid=made.jwk.kid, affected=[]), status=201)

    @operation(
        "POST",
        "/api/signing-keys/retire",
        "Retire a signing key; answers the stamps whose tokens fail from now on",
        access=Access.CREDENTIAL,
        body=RetirementBody,
        returns={200: SigningKeyView},
        problems=("SIGNING_KEY_UNKNOWN", "SIGNING_KEY_LAST"),
        tag="keys",
    )
    async def retire(self, call: Call, body: RetirementBody) -> Reply:
        """An explicit command."""
        made = await self._do.custody.retire(call.known, body.kid)
        return Reply(content=SigningKeyView(kid=made.kid, affected=[one.stamp_id for one in made.affected]))

    @operation(
        "POST",
        "/api/signing-keys/compromise",
        "Mark a signing key that others may have used",
        access=Access.CREDENTIAL,
        body=CompromiseBody,
        returns={200: SigningKeyView},
        problems=("SIGNING_KEY_UNKNOWN",),
        tag="keys",
    )
    async def compromise(self, call: Call, body: CompromiseBody) -> Reply:
        """Since when, if that is known."""
        since = self._do.clock.now_ms() if body.since_ms is None else body.since_ms
        made = await self._do.custody.compromise(call.known, body.kid, since)
        return Reply(content=SigningKeyView(kid=made.kid, affected=[one.stamp_id for one in made.affected]))

    def _version(self) -> VersionView:
        return VersionView(
            version=__version__,
            node_id=self._do.node_id,
            demo=self._do.condition.demo,
            test_clock=self._do.condition.test_clock,
            time=rfc3339(self._do.clock.now_ms()),
        )
