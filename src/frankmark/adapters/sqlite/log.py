"""The trees of transparency logs on SQLite: `TreeStore`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import apsw

from frankmark.adapters.sqlite.failures import damage
from frankmark.adapters.sqlite.log_names import (
    BUCKETS,
    DATA,
    FIND,
    KEY,
    KEY_OCTETS,
    NO_KEY,
    Names,
    found,
    name_of,
    names_of,
    write,
)
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.tiles import TILE_WIDTH, parse_bundle, render_bundle
from frankmark.ports.log import Batch, LogState, LogStoreReason, Row, TreeHead

if TYPE_CHECKING:
    from frankmark.adapters.sqlite.connect import Database
    from frankmark.ports.log import TreeStore

__all__ = ["SqliteTrees"]

SPAN = 1 << 44  # leaves that one log may have
STATE = "SELECT log, size, root, number, note, pending_size, pending_root FROM logs WHERE origin = ?"
BUNDLES = """
SELECT id, hashes, entries FROM log_bundles
WHERE id >= ifnull((SELECT max(id) FROM log_bundles WHERE id <= ?1), ?1) AND id < ?2 ORDER BY id"""
HASHES = 32


@dataclass(slots=True)
class Log:
    """What is kept in memory of one log: its number, and the names that wait."""

    number: int
    names: Names = field(default_factory=Names)


class SqliteTrees:
    """Trees in the database of one data folder.

    Args:
        database: The open database, migrated.
    """

    def __init__(self, database: "Database") -> None:
        self._db = database
        self._logs: dict[str, Log] = {}

    async def origins(self) -> Sequence[str]:
        """The logs with a published head, the oldest first."""
        return [row[0] for row in self._db.read("SELECT origin FROM logs WHERE size IS NOT NULL ORDER BY log")]

    async def state(self, origin: str) -> LogState:
        """What is stored of a log."""
        rows = self._db.read(STATE, (origin,))
        if not rows:
            return LogState()
        _, size, root, number, note, pending_size, pending_root = rows[0]
        return LogState(
            published=None if size is None else TreeHead(size=size, root=root),
            number=number,
            note=note,
            pending=None if pending_size is None else TreeHead(size=pending_size, root=pending_root),
        )

    async def stage(self, batch: Batch) -> None:
        """Store a batch with its pending head."""
        log = await self._log(batch.origin)
        sweep = log.names.due()
        bundles = _bundles(log.number * SPAN, batch)

        def job(connection: apsw.Connection) -> None:
            _demand(connection, batch)
            connection.executemany("INSERT INTO log_bundles VALUES (?, ?, ?, ?, ?)", bundles)
            _add_tiles(connection, log.number, batch)
            first = log.number * SPAN + batch.before.size
            attached = [(first + at, row.attachment) for at, row in enumerate(batch.rows) if row.attachment]
            connection.executemany("INSERT INTO log_attachments VALUES (?, ?)", attached)
            write(connection, log.number, sweep)
            pending = "UPDATE logs SET pending_size = ?, pending_root = ?, by_leaf = ? WHERE log = ?"
            connection.execute(pending, (batch.after.size, batch.after.root, batch.by_leaf, log.number))

        await self._db.write(job, vouch=False)  # `signer.db` remembers the head before anybody is answered
        log.names.swept(sweep)
        log.names.add(_names(batch), batch.after.size)

    async def publish(self, origin: str, head: TreeHead, note: bytes) -> int:
        """Publish a head and its signed checkpoint."""
        log = await self._log(origin)

        def job(connection: apsw.Connection) -> int:
            statement = """
            UPDATE logs SET size = ?1, root = ?2, note = ?3, number = number + 1, pending_size = NULL,
              pending_root = NULL
            WHERE log = ?4 AND coalesce(pending_size, size, ?1) = ?1 AND coalesce(pending_root, root, ?2) = ?2
            RETURNING number"""
            rows: list[tuple[Any, ...]] = connection.execute(
                statement, (head.size, head.root, note, log.number)
            ).fetchall()
            if not rows:
                raise Refused(LogStoreReason.HEAD_MOVED, f"{origin}: the pending head is another one")
            return int(rows[0][0])

        return await self._db.write(job, vouch=False)  # done again at the next start if it is lost

    async def tile(self, origin: str, level: int, index: int) -> bytes:
        """The hashes of a tile, as many as there are."""
        number = (await self._log(origin)).number
        if level:
            statement = "SELECT hashes FROM log_tiles WHERE log = ? AND level = ? AND tile = ?"
            rows = self._db.read(statement, (number, level, index))
        else:
            first = number * SPAN + index * TILE_WIDTH
            statement = "SELECT hashes FROM log_bundles WHERE id >= ? AND id < ? ORDER BY id"
            rows = self._db.read(statement, (first, first + TILE_WIDTH))
        return b"".join(row[0] for row in rows)

    async def rows(self, origin: str, start: int, stop: int) -> Sequence[Row]:
        """The leaves from `start` up to, without, `stop`."""
        base = (await self._log(origin)).number * SPAN
        attached = dict(
            self._db.read(
                "SELECT id, octets FROM log_attachments WHERE id >= ? AND id < ?", (base + start, base + stop)
            )
        )
        rows: list[Row] = []
        for first, hashes, entries in self._db.read(BUNDLES, (base + start, base + stop)):
            for at, data in enumerate(self._parsed(entries)):
                leaf = hashes[at * HASHES : (at + 1) * HASHES]
                index = first + at - base
                if start <= index < stop:
                    rows.append(Row(index=index, data=data, leaf=leaf, attachment=attached.get(first + at, b"")))
        return rows

    async def find(self, origin: str, digest: bytes) -> int | None:
        """The index of the first leaf with this digest."""
        name = name_of(DATA, digest)
        return (await self._find(origin, [name])).get(name)

    async def find_keys(self, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, int]:
        """The indexes of those keys that are stored."""
        names = {name_of(KEY, key): key for key in keys}
        return {names[name]: index for name, index in (await self._find(origin, list(names))).items()}

    async def replace_attachment(self, origin: str, index: int, octets: bytes) -> bool:
        """Replace a leaf's attachment and leave nothing of the old one behind."""
        identity = (await self._log(origin)).number * SPAN + index

        def job(connection: apsw.Connection) -> bool:
            connection.execute("UPDATE log_attachments SET octets = ? WHERE id = ?", (octets, identity))
            return connection.changes() > 0

        replaced = await self._db.write(job)
        if replaced:
            await self._db.empty_log()
        return replaced

    async def drop_attachments(self, origin: str, start: int, stop: int) -> None:
        """Delete the attachments of some leaves and leave nothing of them behind."""
        base = (await self._log(origin)).number * SPAN

        def job(connection: apsw.Connection) -> bool:
            statement = "DELETE FROM log_attachments WHERE id >= ? AND id < ?"
            connection.execute(statement, (base + start, base + stop))
            return connection.changes() > 0

        if await self._db.write(job):
            await self._db.empty_log()

    async def _find(self, origin: str, names: list[bytes]) -> dict[bytes, int]:
        log = await self._log(origin)
        if not names:
            return {}
        answer = found(self._db.read(FIND, (apsw.carray(tuple(names)), log.number)))
        for name in names:
            if name in log.names.waiting:
                answer[name] = min(log.names.waiting[name], answer.get(name, SPAN))
        return answer

    async def _log(self, origin: str) -> Log:
        if origin not in self._logs:
            number = await self._db.write(_numbered(origin))
            # Between the look above and here another caller may have been first; both find the same.
            self._logs.setdefault(origin, self._load(number))
        return self._logs[origin]

    def _load(self, number: int) -> Log:
        log = Log(number=number)
        swept = dict(self._db.read("SELECT bucket, upto FROM log_swept WHERE log = ?", (number,)))
        base = number * SPAN
        start = base + min(swept.get(bucket, 0) for bucket in range(BUCKETS))
        size = 0
        ((by_leaf,),) = self._db.read("SELECT by_leaf FROM logs WHERE log = ?", (number,))
        statement = """
        SELECT id, width, hashes, keys, entries FROM log_bundles
        WHERE id >= ifnull((SELECT max(id) FROM log_bundles WHERE id <= ?1 AND id >= ?2), ?2) AND id < ?3 ORDER BY id"""
        for first, width, hashes, keys, entries in self._db.read(statement, (start, base, base + SPAN)):
            data = self._parsed(entries)
            names = names_of(first - base, keys, _each(hashes) if by_leaf else [sha256(one) for one in data])
            size = first - base + width
            log.names.add(((name, index) for name, index in names if index >= swept.get(name[1], 0)), size)
        return log

    def _parsed(self, entries: bytes) -> Sequence[bytes]:
        try:
            return parse_bundle(entries)
        except Malformed:
            problem = damage("an entry bundle is not what was written")
            self._db.report(problem)
            raise problem from None


def _each(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASHES] for at in range(0, len(hashes), HASHES)]


def _numbered(origin: str) -> Callable[[apsw.Connection], int]:
    def job(connection: apsw.Connection) -> int:
        connection.execute("INSERT OR IGNORE INTO logs (origin) VALUES (?)", (origin,))
        rows: list[tuple[Any, ...]] = connection.execute(STATE, (origin,)).fetchall()
        return int(rows[0][0])

    return job


def _demand(connection: apsw.Connection, batch: Batch) -> None:
    statement = "SELECT ifnull(size, 0), root, pending_size FROM logs WHERE origin = ?"
    size, root, pending = connection.execute(statement, (batch.origin,)).fetchall()[0]
    if pending is not None or size != batch.before.size or (root is not None and root != batch.before.root):
        raise Refused(LogStoreReason.HEAD_MOVED, f"{batch.origin} is not at {batch.before.size}")


def _bundles(base: int, batch: Batch) -> list[tuple[int, int, bytes, bytes, bytes]]:
    """The rows of log_bundles for a batch: one for each tile that it touches."""
    bundles = []
    rows, start = batch.rows, batch.before.size
    at = 0
    while at < len(rows):
        part = rows[at : at + TILE_WIDTH - (start + at) % TILE_WIDTH]
        hashes = b"".join([row.leaf for row in part])
        keys = b"".join([row.key[:KEY_OCTETS] or NO_KEY for row in part])
        entries = render_bundle([row.data for row in part])
        bundles.append((base + start + at, len(part), hashes, keys, entries))
        at += len(part)
    return bundles


def _add_tiles(connection: apsw.Connection, log: int, batch: Batch) -> None:
    add = """
    INSERT INTO log_tiles VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET hashes = CAST(hashes || excluded.hashes AS BLOB)"""
    for level, hashes in enumerate(batch.hashes[1:], 1):
        start = batch.before.size >> (8 * level)
        at = 0
        while at < len(hashes):
            part = hashes[at : at + TILE_WIDTH - (start + at) % TILE_WIDTH]
            connection.execute(add, (log, level, (start + at) // TILE_WIDTH, b"".join(part)))
            at += len(part)


def _names(batch: Batch) -> list[tuple[bytes, int]]:
    rows, start = batch.rows, batch.before.size
    names = [(name_of(DATA, row.digest), index) for index, row in enumerate(rows, start)]
    return names + [(name_of(KEY, row.key), index) for index, row in enumerate(rows, start) if row.key]


if TYPE_CHECKING:

    def _keeps_every_promise(trees: SqliteTrees) -> TreeStore:
        return trees
