"""What the registry knows of a sender, and the five signals that follow from it.

A stamp that was issued or revoked a moment ago must count at once. So the store is asked for every question whether
anything changed in it, and what was read before counts only if nothing did. A store that cannot be read leaves the
registry's signals unavailable, which nothing can lift above 69.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from frankmark.foundation.errors import Unavailable
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.kept import Kept
from frankmark.mail.address import Address
from frankmark.ports import rows, stamps
from frankmark.ports.behavior import Behavior, Sums
from frankmark.ports.changes import Changes
from frankmark.ports.storage import RecordStore
from frankmark.protocols.securestamp.channels import ChannelName, ChannelResult, Verifier
from frankmark.protocols.securestamp.evidence import Signal
from frankmark.protocols.securestamp.model import Revocation, Stamp, newest_active, stamp_value
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName, Value
from frankmark.services.tokens import ChannelJudge

__all__ = [
    "AddressNames",
    "Facts",
    "Registrar",
    "TrustRoots",
    "behavior_signals",
    "counting_stamp",
    "proven",
    "registry_signals",
]

LEAST_MESSAGES = 100
CAPACITY = 8_192  # targets


class TrustRoots(Protocol):
    """Whom this node believes: the keys that it was told, and the names of the nodes that issue."""

    def keys(self) -> Mapping[str, JwkSet]:
        """Key sets by issuer, its base URL without final slash; the same object until something changes."""
        ...

    def node(self, fingerprint: str) -> tuple[str, str]:
        """Node id and base URL of the node whose certificate has this SHA-256; two empty strings if it is unknown."""
        ...


class AddressNames(Protocol):
    """Knows under which name a mail address is kept."""

    def lookup(self, address: str) -> str:
        """The keyed hash of a canonical address, as in the rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the registry knows of one target.

    Attributes:
        readable: Whether the store could be read; if not, nothing else says anything.
        verified: Somebody's ownership of the domain, or of the very address, was shown.
        registered: Somebody registered it.
        selectors: The DKIM selectors that verified owners declared.
        stamps: The stamps of the domain, and of the very address.
        tokens: The tokens of these stamps, by stamp id.
        blocked: The block lists that the domain or one above it stands on.
        candidates: What it, or the registrable domain above it, was noticed to look like.
        override: The score that a reviewer gave this very address.
        behavior: What receivers reported.
    """

    readable: bool = True
    verified: bool = False
    registered: bool = False
    selectors: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    tokens: tuple[tuple[str, str], ...] = ()
    blocked: tuple[rows.BlockList, ...] = ()
    candidates: tuple[rows.Candidate, ...] = ()
    override: int | None = None
    behavior: Sums | None = None


Nodes = tuple[tuple[str, tuple[str, str]], ...]


class Registrar:
    """Reads the facts.

    Args:
        records: The record store.
        roots: For the names of issuing nodes.
        names: Under which name addresses are kept.
        behavior: What receivers reported, if anything collects that.
        changes: Whether anything changed in the record store; None to read it for every question.
        capacity: Of how many targets the facts are remembered.
    """

    def __init__(
        self,
        *,
        records: RecordStore,
        roots: TrustRoots,
        names: AddressNames,
        behavior: Behavior | None = None,
        changes: Changes | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        self._records = records
        self._roots = roots
        self._names = names
        self._behavior = behavior
        self._changes = changes
        self._capacity = capacity
        self._version = 0
        self._known: Kept[tuple[str, str], tuple[Facts, Nodes]] = Kept(capacity)

    async def facts(self, domain: str, above: Sequence[str], address: Address | None, now_ms: int) -> Facts:
        """Read what is known.

        Args:
            domain: A-labels.
            above: The names above it, down to the registrable domain, that a block list may hold.
            address: The address that was asked about; None for a domain.
            now_ms: The time, milliseconds since the epoch.

        Returns:
            The facts; the same object as before if nothing changed.
        """
        try:
            facts = await self._current(domain, above, "" if address is None else self._names.lookup(str(address)))
            if self._behavior is None:
                return facts
            return replace(facts, behavior=await self._behavior.sums(domain, now_ms))
        except Unavailable:
            return Facts(readable=False)

    async def _current(self, domain: str, above: Sequence[str], lookup: str) -> Facts:
        """The facts, from memory if the store has not changed and issuing nodes are called as they were."""
        if self._changes is None:
            return (await self._read(domain, above, lookup))[0]
        version, key = self._changes.version(), (domain, lookup)
        if version != self._version:  # all of it goes, so that what was erased is not even in memory
            self._version, self._known = version, Kept(self._capacity)
        known = self._known.get(key, 0)
        if known is not None and known[1] == self._nodes(row[0] for row in known[1]):
            return known[0]
        read = await self._read(domain, above, lookup)
        if version == self._version:  # else somebody saw a change meanwhile, which these facts may lack
            self._known.put(key, read, 1)
        return read[0]

    async def _read(self, domain: str, above: Sequence[str], lookup: str) -> tuple[Facts, Nodes]:
        holders = await self._records.domain_holders(domain)
        found = list(await self._records.stamps_of(domain))
        listed = [await self._records.blocks_of(name) for name in (domain, *above)]
        own: Sequence[rows.Address] = ()
        override: rows.SenderOverride | None = None
        if lookup:
            own = await self._records.addresses_by_lookup(lookup)
            found += await self._records.address_stamps(lookup)
            override = await self._records.override(lookup)
        verified = [holder for holder in holders if holder.verified_ms is not None]
        nodes = dict(self._nodes(dict.fromkeys(row.issued_by for row in found)))
        facts = Facts(
            verified=bool(verified or own),
            registered=bool(holders or own),
            selectors=tuple(dict.fromkeys(selector for holder in verified for selector in holder.selectors)),
            stamps=tuple(_stamp(row, *nodes[row.issued_by]) for row in found),
            tokens=tuple((row.stamp_id, row.token) for row in found if row.token),
            blocked=tuple(sorted({block.listed_on for blocks in listed for block in blocks})),
            candidates=await self._candidates((domain, *above)),
            override=None if override is None else override.score,
        )
        return facts, tuple(nodes.items())

    def _nodes(self, fingerprints: Iterable[str]) -> Nodes:
        return tuple([(fingerprint, self._roots.node(fingerprint)) for fingerprint in fingerprints])

    def __len__(self) -> int:
        return len(self._known)

    async def _candidates(self, names: Sequence[str]) -> tuple[rows.Candidate, ...]:
        return tuple([row for name in names for row in await self._records.candidates_of(name)])


def _stamp(row: stamps.Stamp, node_id: str, issuer: str) -> Stamp:
    revocation = None
    if row.status is stamps.StampStatus.REVOKED:
        revocation = Revocation(at_ms=row.revoked_ms or 0, reason=RevocationReason(row.revocation_reason))
    return Stamp(
        stamp_id=row.stamp_id,
        org_id=row.org_id,
        domain=row.domain,
        score=row.live_score,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        node_id=node_id,
        issuer=issuer,
        tx_hash=row.tx_hash,
        subject_hash=row.subject,
        revocation=revocation,
    )


def counting_stamp(facts: Facts, now_ms: int) -> Stamp | None:
    """The stamp that counts: the domain's newest active one, else the very address's, else the newest there is."""
    address_only = [stamp for stamp in facts.stamps if stamp.subject_hash and stamp.status(now_ms) == "active"]
    return (
        newest_active(facts.stamps, now_ms)
        or max(address_only, key=lambda stamp: stamp.issued_ms, default=None)
        or max(facts.stamps, key=lambda stamp: stamp.issued_ms, default=None)
    )


def proven(stamp: Stamp, facts: Facts, domain: str, verifier: Verifier, judge: ChannelJudge) -> bool:
    """Whether a stamp's own token holds; a stamp of one address has none and stands on the ledger alone."""
    if stamp.subject_hash:
        return True
    token = dict(facts.tokens).get(stamp.stamp_id, "")
    return judge.token(ChannelName.API, token, domain, verifier).result is ChannelResult.PASS


def registry_signals(facts: Facts, domain: str, verifier: Verifier, judge: ChannelJudge) -> tuple[Signal, ...]:
    """The signals `registry` and `stamp`.

    Args:
        facts: What the registry knows.
        domain: A-labels.
        verifier: Keys, ledger and time.
        judge: Judges the stamp's own token.

    Returns:
        Both; unavailable if the store could not be read.
    """
    now_ms = verifier.now_s * 1000
    if not facts.readable:
        return tuple(
            Signal(name=name, value=UNAVAILABLE, source=source, observed_ms=None, reason=Reason.REGISTRY_UNAVAILABLE)
            for name, source in ((SignalName.REGISTRY, "registry"), (SignalName.STAMP, "ledger"))
        )
    stamp = counting_stamp(facts, now_ms)
    standing = "verified" if facts.verified else "registered" if facts.registered else "none"
    value = stamp_value(stamp, now_ms, proven=stamp is not None and proven(stamp, facts, domain, verifier, judge))
    return (
        Signal(name=SignalName.REGISTRY, value=standing, source="registry", observed_ms=now_ms),
        Signal(name=SignalName.STAMP, value=value, source="ledger", observed_ms=now_ms),
    )


def behavior_signals(sums: Sums | None, now_ms: int) -> tuple[Signal, ...]:
    """The signals `complaint`, `bounce` and `engagement`.

    Args:
        sums: What receivers reported.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The three; unavailable with `INSUFFICIENT_DATA` below 100 messages.
    """
    if sums is None or sums.received < LEAST_MESSAGES:
        return tuple(
            Signal(name=name, value=UNAVAILABLE, source="receivers", observed_ms=None, reason=Reason.INSUFFICIENT_DATA)
            for name in (SignalName.COMPLAINT, SignalName.BOUNCE, SignalName.ENGAGEMENT)
        )
    values: dict[SignalName, Value] = {
        SignalName.COMPLAINT: min(10_000, sums.complained * 10_000 // sums.received),
        SignalName.BOUNCE: min(1_000, sums.bounced * 1_000 // sums.received),
        SignalName.ENGAGEMENT: min(1_000, sums.kept * 1_000 // sums.received),
    }
    return tuple(
        Signal(name=name, value=value, source="receivers", observed_ms=now_ms) for name, value in values.items()
    )
