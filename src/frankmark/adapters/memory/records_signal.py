"""The twin of `SignalStore`: brands, perimeters, channels, shown control and kept heads in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing, Trail
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import (
    Acceptance,
    BrandRow,
    ChannelRow,
    Control,
    ControlProof,
    KeptHead,
    PerimeterRow,
    covering_keys,
    displacement,
    gives_way,
    overlap,
)

if TYPE_CHECKING:
    from frankmark.ports.signal import SignalStore

__all__ = ["MemorySignal"]

BRANDS = Listing(BrandRow, "brands", "brand")
PERIMETERS = Listing(PerimeterRow, "perimeters", "seq", descending=True)
MOST_OVERLAPPING = 100


class MemorySignal(Trail):
    """`SignalStore` in memory. Nothing outlives the process, so *durable* means as long as that."""

    def __init__(self) -> None:
        self.brand_rows: dict[str, BrandRow] = {}
        self.perimeter_rows: dict[tuple[str, int], PerimeterRow] = {}
        self.channel_rows: dict[tuple[str, str, str], ChannelRow] = {}
        self.control_rows: dict[tuple[str, str, str], ControlProof] = {}
        self.heads: dict[tuple[str, int], KeptHead] = {}
        self._version = 0
        super().__init__()

    def version(self) -> int:
        """See `SignalStore.version`."""
        return self._version

    @breakable
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
        """See `SignalStore.accept`."""
        newest = self._newest(perimeter.brand)
        if (perimeter.seq - 1, prev) != ((newest.seq, newest.digest) if newest else (0, "")):
            return Acceptance.STALE
        rivals = self._anchored(brand, act.at_ms)
        met = [(row, one) for one in channels for row in self._overlapping(one, act.at_ms)]
        free = all((row.brand, row.domain) in lapsed for row in rivals)
        if not (free and all(gives_way(row, one, lapsed) for row, one in met)):
            return Acceptance.CLAIMED
        for rival in rivals:
            self._end(rival)
        self._displace({_key(row) for row, _ in met}, act)
        self._put(brand, perimeter, channels)
        self._version += 1
        self.note(act)
        return Acceptance.ACCEPTED

    @breakable
    async def log_perimeter(self, brand: str, seq: int, leaf_index: int) -> None:
        """See `SignalStore.log_perimeter`."""
        row = self.perimeter_rows[brand, seq]
        self.perimeter_rows[brand, seq] = replace(row, leaf_index=leaf_index)
        self._version += 1

    @breakable
    async def unlogged(self) -> Sequence[PerimeterRow]:
        """See `SignalStore.unlogged`."""
        return [row for row in self.perimeter_rows.values() if row.leaf_index is None and row.erased_ms is None]

    @breakable
    async def brand(self, brand: str) -> BrandRow | None:
        """See `SignalStore.brand`."""
        return self.brand_rows.get(brand)

    @breakable
    async def brand_at(self, domain: str, now_ms: int) -> BrandRow | None:
        """See `SignalStore.brand_at`."""
        found = [row for row in self.brand_rows.values() if row.domain == domain and domain]
        return max(found, key=lambda row: (row.until_ms > now_ms, row.created_ms, row.brand), default=None)

    @breakable
    async def brands(self, page: Page, *, org_id: str = "") -> Slice[BrandRow]:
        """See `SignalStore.brands`."""
        return BRANDS.part([row for row in self.brand_rows.values() if org_id in {"", row.org_id}], page)

    @breakable
    async def perimeter(self, brand: str, seq: int = 0) -> PerimeterRow | None:
        """See `SignalStore.perimeter`."""
        found = [row for row in self._logged(brand) if seq in {0, row.seq}]
        return max(found, key=lambda row: row.seq, default=None)

    @breakable
    async def newest(self, brand: str) -> PerimeterRow | None:
        """See `SignalStore.newest`."""
        return self._newest(brand)

    @breakable
    async def perimeters(self, brand: str, page: Page) -> Slice[PerimeterRow]:
        """See `SignalStore.perimeters`."""
        return PERIMETERS.part(self._logged(brand), page)

    @breakable
    async def channels_of(self, brand: str) -> Sequence[ChannelRow]:
        """See `SignalStore.channels_of`."""
        own = [row for row in self.channel_rows.values() if row.brand == brand]
        return sorted(own, key=lambda row: (row.type, row.value))

    @breakable
    async def channels_on(self, kind: str, key: str, now_ms: int) -> Sequence[ChannelRow]:
        """See `SignalStore.channels_on`."""
        keys = set(covering_keys(key))
        found = [
            row
            for row in self.channel_rows.values()
            if row.type == kind and row.key in keys and (row.below or row.key == key) and row.until_ms > now_ms
        ]
        return sorted(found, key=lambda row: (-len(row.key), row.brand))

    @breakable
    async def overlapping(self, channel: ChannelRow, now_ms: int) -> Sequence[ChannelRow]:
        """See `SignalStore.overlapping`."""
        found = self._overlapping(channel, now_ms)
        return sorted(found, key=lambda row: (row.brand, row.value))[:MOST_OVERLAPPING]

    @breakable
    async def add_control(self, proof: ControlProof, act: NewAudit) -> None:
        """See `SignalStore.add_control`."""
        self.control_rows[proof.org_id, proof.type, proof.value] = proof
        for key, row in self.channel_rows.items():
            own = self.brand_rows[row.brand].org_id == proof.org_id and (row.type, row.value) == (
                proof.type,
                proof.value,
            )
            if own and row.control is Control.CLAIMED:
                self.channel_rows[key] = replace(row, control=Control.PROVEN)
        self._version += 1
        self.note(act)

    @breakable
    async def controls_of(self, org_id: str) -> Sequence[ControlProof]:
        """See `SignalStore.controls_of`."""
        return [row for key, row in sorted(self.control_rows.items()) if row.org_id == org_id]

    @breakable
    async def erase_brands(self, org_id: str, act: NewAudit) -> Sequence[int]:
        """See `SignalStore.erase_brands`."""
        own = {row.brand for row in self.brand_rows.values() if row.org_id == org_id}
        places: list[int] = []
        for key, row in self.perimeter_rows.items():
            if row.brand in own:
                places += [] if row.leaf_index is None else [row.leaf_index]
                self.perimeter_rows[key] = replace(row, jws="", evidence="", erased_ms=act.at_ms)
        self.channel_rows = {key: row for key, row in self.channel_rows.items() if row.brand not in own}
        self.control_rows = {key: row for key, row in self.control_rows.items() if row.org_id != org_id}
        for brand in own:
            self.brand_rows[brand] = replace(self.brand_rows[brand], name="", domain="", until_ms=0)
        self._version += 1
        self.note(act)
        return sorted(places)

    @breakable
    async def keep_head(self, head: KeptHead) -> None:
        """See `SignalStore.keep_head`."""
        self.heads.setdefault((head.log, head.size), head)

    @breakable
    async def head_covering(self, log: str, index: int, before_ms: int) -> KeptHead | None:
        """See `SignalStore.head_covering`."""
        found = [
            head for head in self.heads.values() if head.log == log and head.size > index and head.at_ms <= before_ms
        ]
        return max(found, key=lambda head: (head.at_ms, head.size), default=None)

    def _newest(self, brand: str) -> PerimeterRow | None:
        found = [row for row in self.perimeter_rows.values() if row.brand == brand]
        return max(found, key=lambda row: row.seq, default=None)

    def _logged(self, brand: str) -> list[PerimeterRow]:
        return [row for row in self.perimeter_rows.values() if row.brand == brand and row.leaf_index is not None]

    def _anchored(self, brand: BrandRow, now_ms: int) -> list[BrandRow]:
        others = (row for row in self.brand_rows.values() if row.brand != brand.brand and row.until_ms > now_ms)
        return [row for row in others if row.domain == brand.domain]

    def _overlapping(self, channel: ChannelRow, now_ms: int) -> list[ChannelRow]:
        return [
            row
            for row in self.channel_rows.values()
            if row.brand != channel.brand
            and row.until_ms > now_ms
            and row.control is not Control.DISPLACED
            and overlap(row, channel)
        ]

    def _end(self, rival: BrandRow) -> None:
        self.brand_rows[rival.brand] = replace(rival, until_ms=0)
        for key, row in self.channel_rows.items():
            if row.brand == rival.brand:
                self.channel_rows[key] = replace(row, until_ms=0)

    def _displace(self, taken: Iterable[tuple[str, str, str]], act: NewAudit) -> None:
        for key in sorted(taken):
            self.channel_rows[key] = replace(self.channel_rows[key], control=Control.DISPLACED)
            self.note(displacement(act, self.brand_rows[key[0]].org_id, *key))

    def _put(self, brand: BrandRow, perimeter: PerimeterRow, channels: Sequence[ChannelRow]) -> None:
        known = self.brand_rows.get(brand.brand)
        first = known or brand
        self.brand_rows[brand.brand] = replace(first, name=brand.name, seq=brand.seq, until_ms=brand.until_ms)
        self.perimeter_rows[perimeter.brand, perimeter.seq] = perimeter
        self.channel_rows = {key: row for key, row in self.channel_rows.items() if row.brand != brand.brand}
        self.channel_rows.update({_key(channel): channel for channel in channels})


def _key(row: ChannelRow) -> tuple[str, str, str]:
    return row.brand, row.type, row.value


if TYPE_CHECKING:

    def _keeps_every_promise(store: MemorySignal) -> SignalStore:
        return store
