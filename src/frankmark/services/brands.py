"""Brands as they stand: the newest signed perimeter of each, checked anew whenever it is used.

A stored row is believed for nothing: the text must be signed with the key that its anchor published when it was
accepted, and the official log must hold this very text. What was read and checked counts until a brand changes.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.errors import Error
from frankmark.foundation.kept import Kept
from frankmark.foundation.merkle import leaf_hash
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.signal import BrandRow, ChannelRow, PerimeterRow, SignalStore
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.logs import LogName, SignedHead, official_leaf, verify_included
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Perimeter, SignedPerimeter, is_brand_id
from frankmark.protocols.signal.receipt import BrandRef, PerimeterRef
from frankmark.services.signal_logs import SignalLogs

__all__ = ["Brands", "Held", "channel_key"]

KEPT: Final = 16_777_216
KNOWN: Final = 8_192
FOREVER_MS: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A brand with a perimeter that was checked.

    Attributes:
        brand: Its row.
        place: The row of its newest perimeter in the log.
        document: That perimeter.
    """

    brand: BrandRow
    place: PerimeterRow
    document: SignedPerimeter

    @property
    def ref(self) -> BrandRef:
        """How the brand is named wherever it is shown, as it signed it itself."""
        signed = self.document.perimeter
        return BrandRef(id=signed.brand, name=signed.name, domain=signed.domain)

    def perimeter(self, now_ms: int) -> Perimeter | None:
        """The perimeter; None once it has ended, declares nothing, or the brand has lost its anchor."""
        signed = self.document.perimeter
        live = self.brand.until_ms > now_ms and perimeters.is_active(signed, now_ms // 1000)
        return signed if live else None


def channel_key(artifact: Artifact) -> str:
    """The key under which a channel is kept: what lies below it begins with it."""
    if artifact.type is ArtifactType.DOMAIN:
        return "".join(f"{label}." for label in reversed(artifact.value.split(".")))
    return artifact.value


class Brands:
    """Reads brands.

    Args:
        store: The rows.
        logs: The official log.
        suffixes: The Public Suffix List.
        clock: Tells the time.
        kept: How many characters of signed perimeters are remembered, as texts and as what was read in them.
    """

    def __init__(
        self, store: SignalStore, logs: SignalLogs, suffixes: PublicSuffixes, clock: Clock, kept: int = KEPT
    ) -> None:
        self._kept = kept
        self._store = store
        self._logs = logs
        self._suffixes = suffixes
        self._clock = clock
        self._checked: OrderedDict[tuple[str, str], SignedPerimeter] = OrderedDict()
        self._checked_length = self._held_length = 0
        self._version = -1
        self._anchors: Kept[str, BrandRow | None] = Kept(KNOWN)
        self._helds: Kept[str, Held | None] = Kept(KNOWN)
        self._rows: Kept[tuple[str, str], Sequence[ChannelRow]] = Kept(KNOWN)
        self._placed: tuple[SignedHead | None, dict[str, PerimeterRef]] = (None, {})

    @property
    def remembered(self) -> int:
        """Characters of the signed perimeters that are remembered now."""
        return self._checked_length + self._held_length

    async def find(self, text: str) -> BrandRow | None:
        """The brand with an id, or at an anchor.

        Args:
            text: ``br_`` and a ULID, or a domain in any spelling.

        Raises:
            Malformed: `ARTIFACT_DOMAIN`, `ARTIFACT_PUBLIC_SUFFIX`, `ARTIFACT_LENGTH`, `ARTIFACT_URL`.
        """
        if is_brand_id(text):
            return await self._store.brand(text)
        now_ms = self._clock.now_ms()
        self._forget_changed()
        known = self._anchors.entry(text, now_ms)
        if known is not None:
            return known[1]
        version = self._version
        row = await self._store.brand_at(canonical(ArtifactType.DOMAIN, text, self._suffixes).value, now_ms)
        if version == self._store.version():
            ends = row is not None and row.until_ms > now_ms  # then another brand may be the one
            self._anchors.put(text, row, row.until_ms if row is not None and ends else FOREVER_MS)
        return row

    async def named(self, text: str) -> Held | None:
        """The brand with an id, or at an anchor, with its newest perimeter; else as `find` and `held`."""
        if is_brand_id(text):
            return await self.held(text)
        row = await self.find(text)
        return None if row is None else await self.held(row.brand)

    async def held(self, brand: str) -> Held | None:
        """The brand with an id and its newest perimeter; None if it has none, or was erased.

        Raises:
            Damaged: `STORE_DAMAGED`: what is stored is not what the brand signed.
        """
        self._forget_changed()
        known = self._helds.entry(brand, 0)
        if known is not None:
            return known[1]
        version = self._version
        row, place = await self._store.brand(brand), await self._store.perimeter(brand)
        held: Held | None = None
        if row is not None and place is not None and place.erased_ms is None:
            held = Held(brand=row, place=place, document=self.document(place))
        if version == self._store.version():
            self._hold(brand, held)
        return held

    async def holders(self, readings: Sequence[Artifact]) -> Sequence[ChannelRow]:
        """The channels, of all brands, that cover a reading of a channel; the most particular first."""
        now_ms = self._clock.now_ms()
        self._forget_changed()
        found: list[ChannelRow] = []
        for reading in readings:
            key = (reading.type.value, channel_key(reading))
            rows = self._rows.get(key, 0)
            if rows is None:
                version = self._version
                rows = await self._store.channels_on(*key, now_ms)
                if version == self._store.version():
                    self._rows.put(key, rows, FOREVER_MS)
            found += [row for row in rows if row.until_ms > now_ms]
        return found

    def document(self, place: PerimeterRow) -> SignedPerimeter:
        """The signed perimeter of a row, its signature checked.

        Raises:
            Damaged: `STORE_DAMAGED`.
        """
        key = (place.jws, place.jkt)
        known = self._checked.get(key)
        if known is None:
            try:
                known = perimeters.read(place.jws, self._suffixes)
                perimeters.verify(known, place.jkt)
            except Error as wrong:
                raise _damaged(place) from wrong
            self._checked[key] = known
            self._checked_length += len(known.text)
            while self._checked_length > self._kept:
                self._checked_length -= len(self._checked.popitem(last=False)[1].text)
        if (known.perimeter.brand, known.perimeter.seq) != (place.brand, place.seq):
            raise _damaged(place)
        return known

    async def proven(self, held: Held) -> tuple[PerimeterRef, SignedHead]:
        """Where the official log holds a perimeter, with the proof against the newest head, which is checked.

        Raises:
            Damaged: `STORE_DAMAGED`: the log holds something else there.
            Refused: `LOG_ROLLED_BACK`.
        """
        head = self._logs.head(LogName.OFFICIAL)
        if self._placed[0] is not head:
            self._placed = (head, {})
        known = self._placed[1].get(held.place.jws)
        if known is None:
            known = self._placed[1][held.place.jws] = await self._proof(held.place, head)
        return known, head

    def _hold(self, brand: str, held: Held | None) -> None:
        """Remember a brand; everything is forgotten where it would be too much, as a perimeter may have 512 KiB."""
        self._held_length += 0 if held is None else len(held.place.jws)
        if self._held_length > self._kept:
            self._helds, self._held_length = Kept(KNOWN), 0 if held is None else len(held.place.jws)
        self._helds.put(brand, held, FOREVER_MS)

    def _forget_changed(self) -> None:
        """Forget what was read before the last change."""
        version = self._store.version()
        if version != self._version:
            self._version = version
            self._anchors, self._helds, self._rows = Kept(KNOWN), Kept(KNOWN), Kept(KNOWN)
            self._held_length = 0

    async def _proof(self, place: PerimeterRow, head: SignedHead) -> PerimeterRef:
        leaf, index = leaf_hash(official_leaf(place.jws)), place.leaf_index or 0
        path = await self._logs.inclusion(LogName.OFFICIAL, index, head.head.size)
        try:
            verify_included(leaf, index, path, head.head)
        except Error as wrong:
            raise _damaged(place) from wrong
        return PerimeterRef(seq=place.seq, leaf=leaf, leaf_index=index, audit_path=path)


def _damaged(place: PerimeterRow) -> Damaged:
    detail = f"perimeter {place.seq} of {place.brand} is not what the brand signed and the log holds"
    return Damaged(StoreReason.STORE_DAMAGED, detail)
