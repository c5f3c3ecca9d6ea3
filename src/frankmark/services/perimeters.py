"""Publishing a perimeter: who may, what the name servers say, whose a channel is, and its place in the official log.

Publishing states that the declared numbers belong to the organisation; for domains the name servers are asked. A
channel that another brand's perimeter holds cannot be declared; only control that was shown takes one from a brand that
has merely said so, or whose own name servers speak for it no more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock
from frankmark.ports.resolver import Resolver
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import Acceptance, BrandRow, ChannelRow, Control, ControlProof, PerimeterRow, SignalStore
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal.brand_record import BrandKeys, look_up_brand_keys, owner_name
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter, SignedPerimeter
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.brands import Brands, Held, channel_key
from frankmark.services.collectors import drive
from frankmark.services.principals import Principal, Role, require, require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.services.signal_logs import SignalLogs

__all__ = ["PerimeterParts", "Perimeters", "Published"]

AT_ONCE: Final = 16  # questions to the DNS
DOMAIN: Final = ArtifactType.DOMAIN.value

Told = Callable[[str, Perimeter], Awaitable[object]]
"""Told a brand's id and its new perimeter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerimeterParts:
    """What the work is done with.

    Attributes:
        changed: Told of each new perimeter, after it is in the log.
    """

    store: SignalStore
    logs: SignalLogs
    brands: Brands
    resolver: Resolver
    suffixes: PublicSuffixes
    clock: Clock
    changed: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A perimeter that was taken.

    Attributes:
        held: The brand with it.
        first: Whether it is the brand's first.
    """

    held: Held
    first: bool


@dataclass(slots=True, kw_only=True)
class _Names:
    """What the name servers said, each asked once."""

    resolver: Resolver
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    known: dict[str, BrandKeys] = field(default_factory=dict)

    async def keys(self, domains: Iterable[str]) -> Mapping[str, BrandKeys]:
        wanted = list(dict.fromkeys(domains))
        await asyncio.gather(*(self._ask(domain) for domain in wanted if domain not in self.known))
        return {domain: self.known[domain] for domain in wanted}

    async def _ask(self, domain: str) -> None:
        async with self.turn:
            self.known[domain] = await drive(look_up_brand_keys(domain), self.resolver)


class Perimeters:
    """Takes perimeters."""

    def __init__(self, parts: PerimeterParts) -> None:
        self._do = parts
        self._logging = asyncio.Lock()

    async def publish(self, by: Principal | None, jws: str) -> Published:
        """Take a brand's perimeter; the same text again is answered as before.

        Args:
            by: A key of the organisation that the brand belongs to; for a first perimeter, the one it shall belong to.
            jws: The signed perimeter.

        Raises:
            Unverified: `AUTH_REQUIRED`, `SIGNATURE_FALSE`, `BRAND_KEY_MISMATCH`, `PERIMETER_TIME`.
            Malformed: `TYPE_MISMATCH`, `SIGNED_OBJECT_MALFORMED`, `PERIMETER_MALFORMED`, `PERIMETER_CHANNEL`,
                `PERIMETER_TIME`.
            Refused: `FORBIDDEN`, `PERIMETER_SUCCESSION`, `CHANNEL_CLAIMED`, `LOG_ROLLED_BACK`.
            Unavailable: `CHALLENGE_UNAVAILABLE`: name servers did not answer; or the log cannot be written now.
        """
        actor = require(by, Role.ORG)
        document = perimeters.read(jws, self._do.suffixes)
        perimeters.verify(document, document.jkt)
        signed, now_ms = document.perimeter, self._do.clock.now_ms()
        _demand_begun(signed, now_ms // 1000)
        brand = await self._do.store.brand(signed.brand)
        org_id = self._owner(actor, brand)
        newest = await self._do.store.newest(signed.brand)
        if newest is None or newest.jws != jws:
            await self._accept(actor, org_id, document, newest, now_ms)
        await self.log_owed()
        await self._do.changed(signed.brand, signed)
        held = await self._do.brands.held(signed.brand)
        if held is None:  # erased in the very same moment
            raise Refused(ServiceReason.NOT_FOUND, "There is no such brand any more.")
        return Published(held=held, first=signed.seq == 1)

    async def show_control(self, org_id: str, artifact: Artifact, method: str) -> None:
        """Keep that an organisation has shown that a channel is in its hands, whichever way it did.

        Args:
            org_id: The organisation.
            artifact: The channel.
            method: How, such as ``telegram-bot``.
        """
        now_ms = self._do.clock.now_ms()
        proof = ControlProof(org_id=org_id, type=artifact.type.value, value=artifact.value, method=method, at_ms=now_ms)
        detail = canonical.dump({**artifact.json(), "method": method}).decode()
        act = NewAudit(at_ms=now_ms, actor="node", org_id=org_id, act="channel.prove", target=org_id, detail=detail)
        await self._do.store.add_control(proof, act)

    async def erase(self, by: Principal, org_id: str) -> None:
        """Delete the brands of an organisation with their perimeters; of each the hash stays in the log."""
        act = by.act(self._do.clock.now_ms(), "brands.erase", org_id, org_id=org_id)
        await self._do.logs.erase_perimeters(await self._do.store.erase_brands(org_id, act))

    async def log_owed(self) -> None:
        """Bring every accepted perimeter into the official log, as a crash or a full disk may have kept it out."""
        async with self._logging:
            for place in await self._do.store.unlogged():
                appended = await self._do.logs.append_perimeter(place.jws)
                await self._do.store.log_perimeter(place.brand, place.seq, appended.index)

    async def _accept(
        self, actor: Principal, org_id: str, document: SignedPerimeter, newest: PerimeterRow | None, now_ms: int
    ) -> None:
        signed = document.perimeter
        perimeters.verify_succession(document, None if newest is None else self._do.brands.document(newest))
        names = _Names(resolver=self._do.resolver)
        published = await names.keys(perimeters.domains_to_prove(signed))
        for domain, keys in published.items():
            _demand_key(domain, keys, document.jkt)
        channels = self._channels(signed, await self._do.store.controls_of(org_id))
        place = PerimeterRow(
            brand=signed.brand,
            seq=signed.seq,
            jws=document.text,
            digest=document.digest,
            jkt=document.jkt,
            evidence=canonical.dump({domain: list(keys.jkts) for domain, keys in published.items()}).decode(),
            accepted_ms=now_ms,
        )
        detail = canonical.dump({"seq": signed.seq, "sha256": document.digest}).decode()
        act = actor.act(now_ms, "perimeter.publish", signed.brand, org_id=org_id, detail=detail)
        lapsed = await self._lapsed(document, channels, names, now_ms)
        row = _row(signed, org_id, now_ms)
        taken = await self._do.store.accept(row, place, channels, act, prev=signed.prev or "", lapsed=lapsed)
        if taken is Acceptance.STALE:
            raise Refused(SignalReason.PERIMETER_SUCCESSION, "Another perimeter of this brand was taken meanwhile.")
        if taken is Acceptance.CLAIMED:
            raise Refused(
                ServiceReason.CHANNEL_CLAIMED,
                "A channel of this perimeter, or its anchor, stands in another active perimeter.",
            )

    @staticmethod
    def _owner(actor: Principal, brand: BrandRow | None) -> str:
        """The organisation that the brand belongs to, or shall."""
        if brand is not None:
            require_organisation(actor, brand.org_id)
            return brand.org_id
        if not actor.org_id:
            raise Refused(ServiceReason.FORBIDDEN, "A brand belongs to an organisation: use a key of its own.")
        return actor.org_id

    @staticmethod
    def _channels(signed: Perimeter, shown: Sequence[ControlProof]) -> list[ChannelRow]:
        proven = {(proof.type, proof.value) for proof in shown}
        vouched = perimeters.domains_to_prove(signed)
        until_ms = signed.exp * 1000

        def control(channel: Channel) -> Control:
            artifact = channel.artifact
            host = _host(artifact)
            by_names = _lies_in(host, vouched)
            return Control.PROVEN if by_names or (artifact.type.value, artifact.value) in proven else Control.CLAIMED

        return [
            ChannelRow(
                brand=signed.brand,
                type=channel.artifact.type.value,
                value=channel.artifact.value,
                match=channel.match.value,
                key=channel_key(channel.artifact),
                below=channel.match is not Match.EXACT,
                control=control(channel),
                until_ms=until_ms,
            )
            for channel in signed.channels
        ]

    async def _lapsed(
        self, document: SignedPerimeter, channels: Sequence[ChannelRow], names: _Names, now_ms: int
    ) -> list[tuple[str, str]]:
        """Brands and domains that stand in the way, and for which their name servers speak no more.

        Only who speaks for such a domain, or for one above it, has it: a name below it is not enough.
        """
        signed = document.perimeter
        vouched = perimeters.domains_to_prove(signed)
        found: list[tuple[str, str]] = []
        for channel in channels:
            if channel.type == DOMAIN:
                met = await self._do.store.overlapping(channel, now_ms)
                own = [row for row in met if _lies_in(row.value, vouched)]
                found += [(row.brand, row.value) for row in own if await self._has_lapsed(row.brand, row.value, names)]
        rival = await self._do.store.brand_at(signed.domain, now_ms)
        if rival is not None and rival.brand != signed.brand and rival.until_ms > now_ms:
            found += [(rival.brand, rival.domain)] if await self._has_lapsed(rival.brand, rival.domain, names) else []
        return found

    async def _has_lapsed(self, brand: str, domain: str, names: _Names) -> bool:
        row, newest = await self._do.store.brand(brand), await self._do.store.newest(brand)
        if row is None or newest is None:
            return False
        vouching = row.domain if domain == row.domain or domain.endswith(f".{row.domain}") else domain
        keys = (await names.keys([vouching]))[vouching]
        return not keys.failed and newest.jkt not in keys.jkts


def _row(signed: Perimeter, org_id: str, now_ms: int) -> BrandRow:
    return BrandRow(
        brand=signed.brand,
        org_id=org_id,
        name=signed.name,
        domain=signed.domain,
        seq=signed.seq,
        created_ms=now_ms,
        until_ms=signed.exp * 1000 if signed.channels else 0,
    )


def _demand_begun(signed: Perimeter, now_s: int) -> None:
    """Refuse what has ended or is dated in the future; one that withdraws everything need only have begun."""
    if not (signed.iat <= now_s + perimeters.SKEW_S and now_s < signed.exp):
        raise Unverified(SignalReason.PERIMETER_TIME, "The perimeter has ended, or is dated in the future.")


def _demand_key(domain: str, keys: BrandKeys, jkt: str) -> None:
    if jkt in keys.jkts:
        return
    if keys.failed:
        detail = f"The name servers of {domain} did not answer for {owner_name(domain)}; try again."
        raise Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE, detail)
    detail = f"{owner_name(domain)} does not publish the key that signed: ssbrand=v=1; jkt={jkt}"
    raise Unverified(SignalReason.BRAND_KEY_MISMATCH, detail)


def _lies_in(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains, or lies below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _host(artifact: Artifact) -> str:
    """The domain whose name servers can vouch for a channel; empty where none can."""
    match artifact.type:
        case ArtifactType.DOMAIN:
            return artifact.value
        case ArtifactType.SHORTLINK:
            return artifact.value.split("/")[2]
        case ArtifactType.EMAIL:
            return artifact.value.rpartition("@")[2]
        case _:
            return ""
