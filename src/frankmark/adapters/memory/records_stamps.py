"""Stamps and scores in memory: the projection of the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing, Trail
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
    StampStatus,
)

__all__ = ["StampTwin", "stamped"]

NEWEST = 100
STAMPS = Listing(Stamp, "stamps", "serial")
EXPIRING = Listing(Stamp, "stamps-expiring", "expires_ms", "stamp_id")
BY_KID = Listing(Stamp, "stamps-by-kid", "serial")
ENTRIES = Listing(StampEntry, "stamp-entries", "number")
SCORES = Listing(ScoreRecord, "scores", "at_ms", "entry_index", descending=True)


class StampTwin(Trail):
    """`StampStore` in memory."""

    def __init__(self) -> None:
        self.stamp_rows: dict[str, Stamp] = {}
        self.score_rows: list[ScoreRecord] = []
        self.entry_rows: list[StampEntry] = []
        self.cursors: dict[str, int] = {}
        self.owed_rows: dict[str, OwedScore] = {}
        super().__init__()

    @breakable
    async def cursor(self, log: str) -> int:
        """See `StampStore.cursor`."""
        return self.cursors.get(log, 0)

    @breakable
    async def project(self, log: str, start: int, entries: Sequence[Projected]) -> int:
        """See `StampStore.project`."""
        position = self.cursors.get(log, 0)
        if start > position:
            raise Misuse(StampReason.PROJECTION_GAP, f"Entries from {position} come before entry {start}.")
        for index, entry in enumerate(entries[position - start :], position):
            self._apply(log, index, entry)
        self.cursors[log] = max(position, start + len(entries))
        return self.cursors[log]

    def _apply(self, log: str, index: int, entry: Projected) -> None:
        if isinstance(entry, Skipped):
            return
        if isinstance(entry, Issued):
            self._issue(entry.stamp)
            about = (entry.stamp.stamp_id, entry.stamp.tx_hash)
        elif isinstance(entry, Revoked):
            self._revoke(entry)
            about = (entry.stamp_id, entry.tx_hash)
        else:
            self._score(entry.record)
            about = (entry.record.stamp_id, entry.record.tx_hash)
        number = len(self.entry_rows) + 1
        row = StampEntry(number=number, stamp_id=about[0], log=log, entry_index=index, tx_hash=about[1])
        self.entry_rows.append(row)
        self.note(entry.act)

    def _issue(self, stamp: Stamp) -> None:
        known = self.stamp_rows.get(stamp.stamp_id)
        if known is None:
            serial = 1 + max((row.serial for row in self.stamp_rows.values()), default=0)
            self.stamp_rows[stamp.stamp_id] = replace(stamp, serial=serial)
            return
        self.stamp_rows[stamp.stamp_id] = replace(
            known,
            score=stamp.score,
            live_score=stamp.live_score,
            signals=stamp.signals,
            issued_ms=stamp.issued_ms,
            expires_ms=stamp.expires_ms,
            token=stamp.token,
            kid=stamp.kid,
            issued_by=stamp.issued_by,
            tx_hash=stamp.tx_hash,
            entry_index=stamp.entry_index,
        )

    def _revoke(self, entry: Revoked) -> None:
        stamp = self.stamp_rows.get(entry.stamp_id)
        if stamp is not None and stamp.status is StampStatus.ACTIVE:
            self.stamp_rows[stamp.stamp_id] = replace(
                stamp,
                status=StampStatus.REVOKED,
                revoked_ms=entry.at_ms,
                revocation_reason=entry.reason,
                revoked_by=entry.revoked_by,
                revocation_tx=entry.tx_hash,
            )

    def _score(self, record: ScoreRecord) -> None:
        self.score_rows.append(record)
        for stamp in self._of(record.domain):
            self.stamp_rows[stamp.stamp_id] = replace(stamp, live_score=record.new)

    def _of(self, domain: str) -> list[Stamp]:
        return [row for row in self.stamp_rows.values() if row.domain == domain and not row.subject]

    def _active(self) -> Iterable[Stamp]:
        return (row for row in self.stamp_rows.values() if row.status is StampStatus.ACTIVE)

    @breakable
    async def replace_token(self, stamp_id: str, act: NewAudit, *, kid: str, token: str) -> bool:
        """See `StampStore.replace_token`."""
        stamp = self.stamp_rows.get(stamp_id)
        if stamp is None or stamp.status is not StampStatus.ACTIVE:
            return False
        self.stamp_rows[stamp_id] = replace(stamp, kid=kid, token=token)
        return self.note(act)

    @breakable
    async def stamp(self, stamp_id: str) -> Stamp | None:
        """See `StampStore.stamp`."""
        return self.stamp_rows.get(stamp_id)

    @breakable
    async def stamps_of(self, domain: str) -> Sequence[Stamp]:
        """See `StampStore.stamps_of`."""
        return _newest(self._of(domain))

    @breakable
    async def stamped_domains(self, under: str = "") -> Sequence[str]:
        """See `StampStore.stamped_domains`."""
        return stamped(self.stamp_rows.values(), under)

    @breakable
    async def address_stamps(self, lookup: str) -> Sequence[Stamp]:
        """See `StampStore.address_stamps`."""
        return _newest(row for row in self.stamp_rows.values() if row.subject and row.subject == lookup)

    @breakable
    async def stamps(self, page: Page, *, org_id: str = "") -> Slice[Stamp]:
        """See `StampStore.stamps`."""
        return STAMPS.part((row for row in self.stamp_rows.values() if org_id in {"", row.org_id}), page)

    @breakable
    async def stamps_expiring(self, page: Page, *, after_ms: int, before_ms: int) -> Slice[Stamp]:
        """See `StampStore.stamps_expiring`."""
        return EXPIRING.part((row for row in self._active() if after_ms < row.expires_ms < before_ms), page)

    @breakable
    async def stamps_by_kid(self, kid: str, page: Page) -> Slice[Stamp]:
        """See `StampStore.stamps_by_kid`."""
        return BY_KID.part((row for row in self._active() if row.kid == kid), page)

    @breakable
    async def entries_of(self, stamp_id: str, page: Page) -> Slice[StampEntry]:
        """See `StampStore.entries_of`."""
        return ENTRIES.part((row for row in self.entry_rows if row.stamp_id == stamp_id), page)

    @breakable
    async def scores(self, domain: str, page: Page) -> Slice[ScoreRecord]:
        """See `StampStore.scores`."""
        return SCORES.part((row for row in self.score_rows if row.domain == domain), page)

    @breakable
    async def owed_score(self, domain: str) -> OwedScore | None:
        """See `StampStore.owed_score`."""
        return self.owed_rows.get(domain)

    @breakable
    async def settle_score(self, owed: OwedScore) -> None:
        """See `StampStore.settle_score`."""
        if self.owed_rows.get(owed.domain) == owed:
            del self.owed_rows[owed.domain]


def stamped(rows: Iterable[Stamp], under: str) -> tuple[str, ...]:
    """The domains of stamps for whole domains, sorted; only `under` and those below it unless it is empty."""
    own = {row.domain for row in rows if row.domain and not row.subject}
    return tuple(sorted(name for name in own if not under or f".{name}".endswith(f".{under}")))


def _newest(rows: Iterable[Stamp]) -> tuple[Stamp, ...]:
    return tuple(sorted(rows, key=lambda row: (row.issued_ms, row.serial), reverse=True)[:NEWEST])
