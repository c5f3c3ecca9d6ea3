"""Where brands, their signed perimeters and the channels in them are kept.

Times that end in ``_ms`` are UTC milliseconds, those in ``_s`` seconds since the Unix epoch. A perimeter is taken in
two steps: `SignalStore.accept` claims its channels and its number, and `SignalStore.log_perimeter` notes where the
official log holds it; it is served only after the second, and what a crash left between the two is found again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from frankmark.foundation import canonical
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit

__all__ = [
    "Acceptance",
    "BrandRow",
    "ChannelRow",
    "Control",
    "ControlProof",
    "KeptHead",
    "PerimeterRow",
    "SignalStore",
    "covering_keys",
    "displacement",
    "gives_way",
    "overlap",
]

DOMAIN = "domain"  # the type of channel for which name servers vouch


class Control(StrEnum):
    """Whether a brand has shown that a channel is in its hands."""

    CLAIMED = "claimed"  # it says so
    PROVEN = "proven"  # by the DNS, or by answering through the channel itself
    DISPLACED = "displaced"  # another brand has shown that it is in its hands


class Acceptance(StrEnum):
    """What became of a perimeter."""

    ACCEPTED = "accepted"
    STALE = "stale"  # not the next one of its brand
    CLAIMED = "claimed"  # another brand holds one of its channels, or its anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRow:
    """A brand, as its newest accepted perimeter says.

    Attributes:
        brand: ``br_`` and a ULID.
        org_id: The organisation that publishes for it.
        name: How it calls itself; empty once erased.
        domain: The anchor; empty once erased.
        seq: The number of the newest accepted perimeter.
        created_ms: When the first one was accepted.
        until_ms: When the newest one ends; 0 if it declares nothing, or the brand lost its anchor.
    """

    brand: str
    org_id: str
    name: str
    domain: str
    seq: int
    created_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerimeterRow:
    """One accepted perimeter.

    Attributes:
        jws: The signed text; empty once erased.
        digest: SHA-256 of its payload, lower hex.
        jkt: The thumbprint that its anchor published when it was accepted.
        evidence: What the name servers answered then: a JSON object of lists of thumbprints by domain.
        accepted_ms: When.
        leaf_index: Its place in the official log; None until it has one.
        erased_ms: When its text was deleted on demand.
    """

    brand: str
    seq: int
    jws: str
    digest: str
    jkt: str
    evidence: str
    accepted_ms: int
    leaf_index: int | None = None
    erased_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel of a brand's newest perimeter.

    Attributes:
        type: A type of artifact.
        value: The canonical value.
        match: exact, subtree or prefix.
        key: The value so written that what lies below it begins with it: a domain's labels from the last to the first,
            each with a dot after it; any other value as it is.
        below: Whether it covers what lies below.
        control: Whether it is shown to be the brand's.
        until_ms: When the perimeter ends.
    """

    brand: str
    type: str
    value: str
    match: str
    key: str
    below: bool
    control: Control
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlProof:
    """An organisation has shown that a channel is in its hands.

    Attributes:
        method: How, such as ``telegram-bot`` or ``whatsapp-code``.
    """

    org_id: str
    type: str
    value: str
    method: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHead:
    """A head of one of Signal's logs, kept so that it can be shown later how old a leaf is.

    Attributes:
        log: The log's origin.
        size: The number of leaves.
        at_ms: When it was kept.
        sth: The signed tree head.
        note: The signed and cosigned checkpoint of the same size and root.
    """

    log: str
    size: int
    at_ms: int
    sth: str
    note: bytes


def overlap(one: ChannelRow, other: ChannelRow) -> bool:
    """Whether two channels have anything in common: they are equal, or one covers the other."""
    if one.type != other.type:
        return False
    reaches = (one.below and other.key.startswith(one.key)) or (other.below and one.key.startswith(other.key))
    return reaches or one.key == other.key


def gives_way(row: ChannelRow, other: ChannelRow, lapsed: Sequence[tuple[str, str]]) -> bool:
    """Whether another brand's channel makes room for one that overlaps it.

    Args:
        row: The channel that is there.
        other: The one that comes.
        lapsed: Brands and domains of theirs whose name servers vouch for them no more.
    """
    unshown = row.control is Control.CLAIMED and other.control is Control.PROVEN
    return unshown or (row.type == DOMAIN and (row.brand, row.value) in lapsed)


def covering_keys(key: str) -> Iterator[str]:
    """The keys that may cover a key: itself, and each beginning of it that ends in a dot or a slash."""
    yield key
    for at, letter in enumerate(key[:-1], 1):
        if letter in "./":
            yield key[:at]


def displacement(act: NewAudit, org_id: str, brand: str, kind: str, value: str) -> NewAudit:
    """What the organisation of a brand that lost a channel finds in the audit trail: which one, and not to whom."""
    detail = canonical.dump({"type": kind, "value": value}).decode()
    return NewAudit(at_ms=act.at_ms, actor="node", org_id=org_id, act="channel.displaced", target=brand, detail=detail)


class SignalStore(Protocol):
    """Brands, perimeters, channels, shown control, kept heads.

    Laws: those of `frankmark.ports.storage`; and

    - Of one brand no two perimeters have the same number, and none is missing below the newest.
    - Of two channels that `overlap`, of two brands whose newest perimeters have not ended, at most one is not
      `DISPLACED`; nor do two such brands have the same anchor. This holds among any number of concurrent callers.
    """

    async def accept(
        self,
        brand: BrandRow,
        perimeter: PerimeterRow,
        channels: Sequence[ChannelRow],
        act: NewAudit,
        *,
        prev: str = "",
        lapsed: Sequence[tuple[str, str]] = (),
    ) -> Acceptance:
        """Take a perimeter, without a place in the log, if it is the next one and its channels are free.

        Args:
            brand: The brand as it is afterwards; `created_ms` counts for the first perimeter only.
            perimeter: The perimeter.
            channels: Its channels; they replace those of the brand's perimeter before.
            act: Its time decides which other perimeters have ended.
            prev: Digest of the perimeter before; empty exactly for the first.
            lapsed: Brands and domains of theirs whose name servers vouch for them no more: such a channel yields, and
                such an anchor ends the brand's perimeter.

        Returns:
            `ACCEPTED`; else nothing has changed. Another brand's channel yields if it is only claimed and the new one
            is proven: it is `DISPLACED` then, and its organisation finds the act ``channel.displaced`` in the audit
            trail.
        """
        ...

    def version(self) -> int:
        """A number that is another one as soon as a write of brands, perimeters or channels has returned."""
        ...

    async def log_perimeter(self, brand: str, seq: int, leaf_index: int) -> None:
        """Note where the official log holds a perimeter."""
        ...

    async def unlogged(self) -> Sequence[PerimeterRow]:
        """Perimeters without a place in the log that are not erased, in the order in which they were accepted."""
        ...

    async def brand(self, brand: str) -> BrandRow | None:
        """The brand with this id."""
        ...

    async def brand_at(self, domain: str, now_ms: int) -> BrandRow | None:
        """The brand with this anchor: one whose perimeter has not ended at `now_ms`, else the newest."""
        ...

    async def brands(self, page: Page, *, org_id: str = "") -> Slice[BrandRow]:
        """Brands by id; only those of `org_id` where it is given."""
        ...

    async def perimeter(self, brand: str, seq: int = 0) -> PerimeterRow | None:
        """A perimeter that is in the log: the newest, unless a number is given."""
        ...

    async def newest(self, brand: str) -> PerimeterRow | None:
        """The newest accepted perimeter, whether it is in the log or not."""
        ...

    async def perimeters(self, brand: str, page: Page) -> Slice[PerimeterRow]:
        """The perimeters of a brand that are in the log, the newest first."""
        ...

    async def channels_of(self, brand: str) -> Sequence[ChannelRow]:
        """The channels of the brand's newest perimeter, by type and value."""
        ...

    async def channels_on(self, kind: str, key: str, now_ms: int) -> Sequence[ChannelRow]:
        """The channels, of all brands, that cover an artifact and whose perimeter has not ended at `now_ms`.

        The most particular first: by the length of the key, from the longest, then by brand.
        """
        ...

    async def overlapping(self, channel: ChannelRow, now_ms: int) -> Sequence[ChannelRow]:
        """The channels of other brands that `overlap` one, are not displaced, and have not ended; at most 100."""
        ...

    async def add_control(self, proof: ControlProof, act: NewAudit) -> None:
        """Keep that control was shown; channels of the organisation's brands become `PROVEN`, if not displaced."""
        ...

    async def controls_of(self, org_id: str) -> Sequence[ControlProof]:
        """What an organisation has shown, by type and value."""
        ...

    async def erase_brands(self, org_id: str, act: NewAudit) -> Sequence[int]:
        """Delete names, anchors, texts, evidence and channels of an organisation's brands, and what control it showed.

        Returns:
            The places in the official log of the perimeters concerned.
        """
        ...

    async def keep_head(self, head: KeptHead) -> None:
        """Keep a head; of two with the same log and size the earlier stays."""
        ...

    async def head_covering(self, log: str, index: int, before_ms: int) -> KeptHead | None:
        """The newest kept head of a log that has the leaf `index` and was kept no later than `before_ms`."""
        ...
