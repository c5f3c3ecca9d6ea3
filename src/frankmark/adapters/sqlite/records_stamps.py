"""Stamps and scores in SQLite: the projection of the ledger."""

from collections.abc import Sequence

import apsw

from frankmark.adapters.sqlite.shape import Shape, Tables, audit
from frankmark.foundation.errors import Misuse
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit
from frankmark.ports.stamps import (
    Issued,
    OwedScore,
    Projected,
    Revoked,
    ScoreRecord,
    Skipped,
    Stamp,
    StampEntry,
    StampReason,
)

__all__ = ["STAMPED", "StampTables"]

STAMPS = Shape(Stamp, "stamps", ["serial"])
EXPIRING = Shape(Stamp, "stamps", ["expires_ms", "stamp_id"])
ENTRIES = Shape(StampEntry, "stamp_entries", ["number"])
SCORES = Shape(ScoreRecord, "scores", ["at_ms", "entry_index"], descending=True)
OWED = Shape(OwedScore, "owed JOIN audit USING (number)", ["domain"])

NEWEST = 100
CURSOR = "SELECT coalesce((SELECT position FROM cursors WHERE log = ?), 0)"
MOVED = "INSERT INTO cursors (log, position) VALUES (?, ?) ON CONFLICT (log) DO UPDATE SET position = excluded.position"
LISTED = "INSERT INTO stamp_entries (stamp_id, log, entry_index, tx_hash) VALUES (?, ?, ?, ?)"
REVOKED = (
    "UPDATE stamps SET status = 'revoked', revoked_ms = ?, revocation_reason = ?, revoked_by = ?, revocation_tx = ?"
    " WHERE stamp_id = ? AND status = 'active'"
)
STAMPED = (
    "SELECT DISTINCT domain FROM stamps WHERE domain <> '' AND subject = ''"
    " AND (?1 = '' OR domain = ?1 OR substr(domain, -length(?1) - 1) = '.' || ?1) ORDER BY domain"
)
SERIAL = "SELECT coalesce(max(serial), 0) + 1 FROM stamps"
RENEWED = (
    "live_score",
    "score",
    "signals",
    "issued_ms",
    "expires_ms",
    "token",
    "kid",
    "issued_by",
    "tx_hash",
    "entry_index",
)


class StampTables(Tables):
    """`StampStore` on one database."""

    async def cursor(self, log: str) -> int:
        """See `StampStore.cursor`."""
        return int(self._db.read(CURSOR, (log,))[0][0])

    async def project(self, log: str, start: int, entries: Sequence[Projected]) -> int:
        """See `StampStore.project`."""

        def job(connection: apsw.Connection) -> int:
            position: int = connection.execute(CURSOR, (log,)).get
            if start > position:
                raise Misuse(StampReason.PROJECTION_GAP, f"Entries from {position} come before entry {start}.")
            for index, entry in enumerate(entries[position - start :], position):
                _apply(connection, (log, index), entry)
            position = max(position, start + len(entries))
            connection.execute(MOVED, (log, position))
            return position

        return await self._db.write(job)

    async def replace_token(self, stamp_id: str, act: NewAudit, *, kid: str, token: str) -> bool:
        """See `StampStore.replace_token`."""
        statement = "UPDATE stamps SET kid = ?, token = ? WHERE stamp_id = ? AND status = 'active'"
        return await self._step(act, (statement, (kid, token, stamp_id)))

    async def stamp(self, stamp_id: str) -> Stamp | None:
        """See `StampStore.stamp`."""
        return self._one(STAMPS, "stamp_id = ?", stamp_id)

    async def stamps_of(self, domain: str) -> Sequence[Stamp]:
        """See `StampStore.stamps_of`."""
        return self._newest("domain = ? AND subject = ''", domain)

    async def stamped_domains(self, under: str = "") -> Sequence[str]:
        """See `StampStore.stamped_domains`."""
        return tuple(str(row[0]) for row in self._db.read(STAMPED, (under,)))

    async def address_stamps(self, lookup: str) -> Sequence[Stamp]:
        """See `StampStore.address_stamps`."""
        return self._newest("subject = ? AND subject <> ''", lookup)

    def _newest(self, where: str, value: str) -> Sequence[Stamp]:
        statement = STAMPS.select(where, f"ORDER BY issued_ms DESC, serial DESC LIMIT {NEWEST}")
        return STAMPS.rows(self._db.read(statement, (value,)))

    async def stamps(self, page: Page, *, org_id: str = "") -> Slice[Stamp]:
        """See `StampStore.stamps`."""
        return self._part(STAMPS, page, "stamps", org_id=org_id or None)

    async def stamps_expiring(self, page: Page, *, after_ms: int, before_ms: int) -> Slice[Stamp]:
        """See `StampStore.stamps_expiring`."""
        where = "status = 'active' AND expires_ms > ? AND expires_ms < ?"
        return self._narrowed(EXPIRING, page, "stamps-expiring", where, after_ms, before_ms)

    async def stamps_by_kid(self, kid: str, page: Page) -> Slice[Stamp]:
        """See `StampStore.stamps_by_kid`."""
        return self._narrowed(STAMPS, page, "stamps-by-kid", "status = 'active' AND kid = ?", kid)

    async def entries_of(self, stamp_id: str, page: Page) -> Slice[StampEntry]:
        """See `StampStore.entries_of`."""
        return self._part(ENTRIES, page, "stamp-entries", stamp_id=stamp_id)

    async def scores(self, domain: str, page: Page) -> Slice[ScoreRecord]:
        """See `StampStore.scores`."""
        return self._part(SCORES, page, "scores", domain=domain)

    async def owed_score(self, domain: str) -> OwedScore | None:
        """See `StampStore.owed_score`."""
        return self._one(OWED, "domain = ?", domain)

    async def settle_score(self, owed: OwedScore) -> None:
        """See `StampStore.settle_score`."""
        await self._run("DELETE FROM owed WHERE domain = ? AND number = ?", (owed.domain, owed.number))


def _apply(connection: apsw.Connection, place: tuple[str, int], entry: Projected) -> None:
    if isinstance(entry, Skipped):
        return
    if isinstance(entry, Issued):
        about = (entry.stamp.stamp_id, *place, entry.stamp.tx_hash)
        _issue(connection, entry.stamp)
    elif isinstance(entry, Revoked):
        about = (entry.stamp_id, *place, entry.tx_hash)
        told = (entry.at_ms, entry.reason, entry.revoked_by, entry.tx_hash, entry.stamp_id)
        connection.execute(REVOKED, told)
    else:
        about = (entry.record.stamp_id, *place, entry.record.tx_hash)
        connection.execute(*SCORES.insertion(entry.record, conflict="IGNORE"))
        newest = "UPDATE stamps SET live_score = ? WHERE domain = ? AND subject = ''"
        connection.execute(newest, (entry.record.new, entry.record.domain))
    connection.execute(LISTED, about)
    if entry.act is not None:
        audit(connection, entry.act)


def _issue(connection: apsw.Connection, stamp: Stamp) -> None:
    values = dict(zip(STAMPS.names, STAMPS.cells(stamp), strict=True))
    if connection.execute("SELECT count(*) FROM stamps WHERE stamp_id = ?", (stamp.stamp_id,)).get:
        assigned = ", ".join(f"{column} = ?" for column in RENEWED)
        statement = f"UPDATE stamps SET {assigned} WHERE stamp_id = ?"  # noqa: S608  # our own names
        connection.execute(statement, (*(values[column] for column in RENEWED), stamp.stamp_id))
        return
    values["serial"] = connection.execute(SERIAL).get
    marks = ", ".join(f":{name}" for name in STAMPS.names)
    connection.execute(f"INSERT INTO stamps ({STAMPS.columns}) VALUES ({marks})", values)  # noqa: S608  # our own names
