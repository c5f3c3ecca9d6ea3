"""Brands, perimeters, channels, shown control and kept heads, in SQLite: `SignalStore`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import apsw

from frankmark.adapters.sqlite.shape import Shape, Tables, audit
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import (
    Acceptance,
    BrandRow,
    ChannelRow,
    ControlProof,
    KeptHead,
    PerimeterRow,
    covering_keys,
    displacement,
    gives_way,
)

if TYPE_CHECKING:
    from frankmark.adapters.sqlite.connect import Database
    from frankmark.ports.signal import SignalStore

__all__ = ["SqliteSignal"]

BRANDS = Shape(BrandRow, "brands", ["brand"])
PERIMETERS = Shape(PerimeterRow, "perimeters", ["seq"], descending=True)
CHANNELS = Shape(ChannelRow, "channels", ["type", "value"])
CONTROLS = Shape(ControlProof, "controls", ["type", "value"])
HEADS = Shape(KeptHead, "kept_heads", ["size"])
MOST_OVERLAPPING = 100
LAST = "\U0010ffff"  # after every key that begins alike

Lapsed = Sequence[tuple[str, str]]


class SqliteSignal(Tables):
    """`SignalStore` on one database, which nobody else writes."""

    def __init__(self, database: "Database") -> None:
        super().__init__(database)
        self._version = 0

    def version(self) -> int:
        """See `SignalStore.version`."""
        return self._version

    async def accept(
        self,
        brand: BrandRow,
        perimeter: PerimeterRow,
        channels: Sequence[ChannelRow],
        act: NewAudit,
        *,
        prev: str = "",
        lapsed: Lapsed = (),
    ) -> Acceptance:
        """See `SignalStore.accept`."""

        def job(connection: apsw.Connection) -> Acceptance:
            if not _is_next(connection, perimeter, prev):
                return Acceptance.STALE
            rivals = _anchored(connection, brand, act.at_ms)
            met = [(row, one) for one in channels for row in _overlapping(connection, one, act.at_ms)]
            free = all((row.brand, row.domain) in lapsed for row in rivals)
            if not (free and all(gives_way(row, one, lapsed) for row, one in met)):
                return Acceptance.CLAIMED
            for row in rivals:
                connection.execute("UPDATE brands SET until_ms = 0 WHERE brand = ?", (row.brand,))
                connection.execute("UPDATE channels SET until_ms = 0 WHERE brand = ?", (row.brand,))
            _displace(connection, {(row.brand, row.type, row.value) for row, _ in met}, act)
            _put(connection, brand, perimeter, channels)
            audit(connection, act)
            return Acceptance.ACCEPTED

        taken = await self._db.write(job)
        self._version += 1
        return taken

    async def log_perimeter(self, brand: str, seq: int, leaf_index: int) -> None:
        """See `SignalStore.log_perimeter`."""
        await self._run("UPDATE perimeters SET leaf_index = ? WHERE brand = ? AND seq = ?", (leaf_index, brand, seq))
        self._version += 1

    async def unlogged(self) -> Sequence[PerimeterRow]:
        """See `SignalStore.unlogged`."""
        where = "leaf_index IS NULL AND erased_ms IS NULL"
        return PERIMETERS.rows(self._db.read(PERIMETERS.select(where, "ORDER BY number")))

    async def brand(self, brand: str) -> BrandRow | None:
        """See `SignalStore.brand`."""
        return self._one(BRANDS, "brand = ?", brand)

    async def brand_at(self, domain: str, now_ms: int) -> BrandRow | None:
        """See `SignalStore.brand_at`."""
        order = "ORDER BY until_ms > ?2 DESC, created_ms DESC, brand DESC LIMIT 1"
        found = BRANDS.rows(self._db.read(BRANDS.select("domain = ?1 AND domain <> ''", order), (domain, now_ms)))
        return found[0] if found else None

    async def brands(self, page: Page, *, org_id: str = "") -> Slice[BrandRow]:
        """See `SignalStore.brands`."""
        return self._part(BRANDS, page, "brands", org_id=org_id or None)

    async def perimeter(self, brand: str, seq: int = 0) -> PerimeterRow | None:
        """See `SignalStore.perimeter`."""
        where = "brand = ?1 AND leaf_index IS NOT NULL AND (?2 = 0 OR seq = ?2)"
        found = PERIMETERS.rows(self._db.read(PERIMETERS.select(where, "ORDER BY seq DESC LIMIT 1"), (brand, seq)))
        return found[0] if found else None

    async def newest(self, brand: str) -> PerimeterRow | None:
        """See `SignalStore.newest`."""
        rows = self._db.read(PERIMETERS.select("brand = ?", "ORDER BY seq DESC LIMIT 1"), (brand,))
        found = PERIMETERS.rows(rows)
        return found[0] if found else None

    async def perimeters(self, brand: str, page: Page) -> Slice[PerimeterRow]:
        """See `SignalStore.perimeters`."""
        return self._narrowed(PERIMETERS, page, "perimeters", "brand = ? AND leaf_index IS NOT NULL", brand)

    async def channels_of(self, brand: str) -> Sequence[ChannelRow]:
        """See `SignalStore.channels_of`."""
        return _channels(self._db.read(CHANNELS.select("brand = ?", "ORDER BY type, value"), (brand,)))

    async def channels_on(self, kind: str, key: str, now_ms: int) -> Sequence[ChannelRow]:
        """See `SignalStore.channels_on`."""
        where = "type = ?1 AND key IN carray(?2) AND (below OR key = ?3) AND until_ms > ?4"
        bound = (kind, apsw.carray(tuple(covering_keys(key))), key, now_ms)
        return _channels(self._db.read(CHANNELS.select(where, "ORDER BY length(key) DESC, brand"), bound))

    async def overlapping(self, channel: ChannelRow, now_ms: int) -> Sequence[ChannelRow]:
        """See `SignalStore.overlapping`."""
        return _channels(self._db.read(*_overlap(channel, now_ms, MOST_OVERLAPPING)))

    async def add_control(self, proof: ControlProof, act: NewAudit) -> None:
        """See `SignalStore.add_control`."""
        shown = (
            """
            UPDATE channels SET control = 'proven' WHERE control = 'claimed' AND type = ? AND value = ?
              AND brand IN (SELECT brand FROM brands WHERE org_id = ?)""",
            (proof.type, proof.value, proof.org_id),
        )
        await self._step(act, CONTROLS.insertion(proof, conflict="REPLACE"), shown)
        self._version += 1

    async def controls_of(self, org_id: str) -> Sequence[ControlProof]:
        """See `SignalStore.controls_of`."""
        return CONTROLS.rows(self._db.read(CONTROLS.select("org_id = ?", "ORDER BY type, value"), (org_id,)))

    async def erase_brands(self, org_id: str, act: NewAudit) -> Sequence[int]:
        """See `SignalStore.erase_brands`."""
        own = "brand IN (SELECT brand FROM brands WHERE org_id = ?1)"

        def job(connection: apsw.Connection) -> Sequence[int]:
            logged = f"SELECT leaf_index FROM perimeters WHERE leaf_index IS NOT NULL AND {own} ORDER BY leaf_index"  # noqa: S608  # our own words
            rows: list[tuple[Any, ...]] = connection.execute(logged, (org_id,)).fetchall()
            for statement in (
                f"UPDATE perimeters SET jws = '', evidence = '', erased_ms = ?2 WHERE {own}",  # noqa: S608  # our own words
                f"DELETE FROM channels WHERE {own}",  # noqa: S608  # our own words
                "UPDATE brands SET name = '', domain = '', until_ms = 0 WHERE org_id = ?1",
                "DELETE FROM controls WHERE org_id = ?1",
            ):
                connection.execute(statement, (org_id, act.at_ms) if "?2" in statement else (org_id,))
            audit(connection, act)
            return [int(row[0]) for row in rows]

        places = await self._db.write(job)
        self._version += 1
        return places

    async def keep_head(self, head: KeptHead) -> None:
        """See `SignalStore.keep_head`."""
        await self._run(*HEADS.insertion(head, conflict="IGNORE"))

    async def head_covering(self, log: str, index: int, before_ms: int) -> KeptHead | None:
        """See `SignalStore.head_covering`."""
        where = "log = ? AND size > ? AND at_ms <= ?"
        found = HEADS.rows(
            self._db.read(HEADS.select(where, "ORDER BY at_ms DESC, size DESC LIMIT 1"), (log, index, before_ms))
        )
        return found[0] if found else None


def _is_next(connection: apsw.Connection, perimeter: PerimeterRow, prev: str) -> bool:
    statement = "SELECT seq, digest FROM perimeters WHERE brand = ? ORDER BY seq DESC LIMIT 1"
    rows: list[tuple[Any, ...]] = connection.execute(statement, (perimeter.brand,)).fetchall()
    return (perimeter.seq - 1, prev) == (rows[0] if rows else (0, ""))


def _anchored(connection: apsw.Connection, brand: BrandRow, now_ms: int) -> tuple[BrandRow, ...]:
    """Other brands with the same anchor whose perimeter has not ended."""
    where = "domain = ? AND domain <> '' AND brand <> ? AND until_ms > ?"
    return BRANDS.rows(connection.execute(BRANDS.select(where), (brand.domain, brand.brand, now_ms)))


def _overlap(channel: ChannelRow, now_ms: int, most: int) -> tuple[str, tuple[Any, ...]]:
    where = (
        "type = ?1 AND brand <> ?2 AND until_ms > ?3 AND control <> 'displaced' AND (key = ?4"
        " OR (below AND key IN carray(?5)) OR (?6 AND key >= ?4 AND key < ?7))"
    )
    keys = apsw.carray(tuple(covering_keys(channel.key)))
    bound = (channel.type, channel.brand, now_ms, channel.key, keys, channel.below, channel.key + LAST)
    return CHANNELS.select(where, f"ORDER BY brand, value LIMIT {most}"), bound


def _overlapping(connection: apsw.Connection, channel: ChannelRow, now_ms: int) -> tuple[ChannelRow, ...]:
    return _channels(connection.execute(*_overlap(channel, now_ms, -1)))


def _displace(connection: apsw.Connection, taken: set[tuple[str, str, str]], act: NewAudit) -> None:
    """Take channels from brands that could not show them, and tell their organisations."""
    for brand, kind, value in sorted(taken):
        where = "brand = ? AND type = ? AND value = ?"
        connection.execute(f"UPDATE channels SET control = 'displaced' WHERE {where}", (brand, kind, value))  # noqa: S608  # our own words
        ((org_id,),) = connection.execute("SELECT org_id FROM brands WHERE brand = ?", (brand,))
        audit(connection, displacement(act, str(org_id), brand, kind, value))


def _put(connection: apsw.Connection, brand: BrandRow, perimeter: PerimeterRow, channels: Sequence[ChannelRow]) -> None:
    statement, cells = BRANDS.insertion(brand)
    kept = "name = excluded.name, seq = excluded.seq, until_ms = excluded.until_ms"
    connection.execute(f"{statement} ON CONFLICT (brand) DO UPDATE SET {kept}", cells)
    connection.execute(*PERIMETERS.insertion(perimeter))
    connection.execute("DELETE FROM channels WHERE brand = ?", (brand.brand,))
    for channel in channels:
        connection.execute(*CHANNELS.insertion(channel))


def _channels(rows: Any) -> tuple[ChannelRow, ...]:  # noqa: ANN401  # rows as SQLite gives them
    return CHANNELS.rows(rows)


if TYPE_CHECKING:

    def _keeps_every_promise(store: SqliteSignal) -> SignalStore:
        return store
