"""The twin of the record store: `RecordStore` in memory, with switches that break it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from frankmark.adapters.memory.records_registry import RegistryTwin
from frankmark.adapters.memory.records_review import ReviewTwin
from frankmark.adapters.memory.records_stamps import StampTwin, stamped
from frankmark.adapters.memory.switches import breakable
from frankmark.ports.rows import NewAudit

if TYPE_CHECKING:
    from frankmark.ports.storage import RecordStore

__all__ = ["MemoryRecords"]


class MemoryRecords(RegistryTwin, ReviewTwin, StampTwin):
    """Every table of the records. Nothing outlives the process, so *durable* means as long as that."""

    @breakable
    async def erase_organisation(self, org_id: str, act: NewAudit, *, keep: Sequence[str] = ()) -> bool:
        """See `RegistryStore.erase_organisation`."""
        found = self.organisation_rows.get(org_id)
        if found is None or found.erased_ms is not None:
            return False
        self.organisation_rows[org_id] = replace(found, name="", contact="", erased_ms=act.at_ms)
        self.keys = {i: row for i, row in self.keys.items() if row.org_id != org_id}
        self.sessions = {i: row for i, row in self.sessions.items() if row.org_id != org_id}
        self.domain_rows = {i: row for i, row in self.domain_rows.items() if row.org_id != org_id}
        self.challenges = {i: row for i, row in self.challenges.items() if row.org_id != org_id}
        self.address_rows = {i: row for i, row in self.address_rows.items() if row.org_id != org_id}
        self._erase_stamps(org_id, keep)
        return self.note(act)

    def _erase_stamps(self, org_id: str, keep: Sequence[str]) -> None:
        own = {stamp_id: row for stamp_id, row in self.stamp_rows.items() if row.org_id == org_id}
        self.score_rows = [row for row in self.score_rows if row.stamp_id not in own or row.domain in keep]
        for stamp_id, row in own.items():
            self.stamp_rows[stamp_id] = replace(
                row,
                token="",
                signals="{}",
                subject="erased" if row.subject else "",
                domain=row.domain if row.domain in keep else "",
            )
        left = stamped(self.stamp_rows.values(), "")
        self.owed_rows = {domain: owed for domain, owed in self.owed_rows.items() if domain in left}


if TYPE_CHECKING:

    def _keeps_every_promise(records: MemoryRecords) -> RecordStore:
        return records
