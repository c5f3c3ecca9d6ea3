"""The record store on SQLite: `RecordStore` on one database file."""

from typing import TYPE_CHECKING

from frankmark.adapters.sqlite.records_access import AccessTables
from frankmark.adapters.sqlite.records_registry import RegistryTables
from frankmark.adapters.sqlite.records_review import ReviewTables
from frankmark.adapters.sqlite.records_stamps import StampTables

if TYPE_CHECKING:
    from frankmark.ports.storage import RecordStore

__all__ = ["SqliteRecords"]


class SqliteRecords(AccessTables, RegistryTables, ReviewTables, StampTables):
    """Every table of the records; the migrations of `frankmark.adapters.sqlite` make them."""


if TYPE_CHECKING:

    def _keeps_every_promise(records: SqliteRecords) -> RecordStore:
        return records
