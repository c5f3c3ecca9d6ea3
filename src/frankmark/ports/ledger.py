"""The ledger's log as the registry needs it: entries go in and are read back in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["LedgerLog", "LoggedEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEntry:
    """An entry in the log.

    Attributes:
        index: Its place, from 0.
        data: Its canonical octets.
        attachment: What stands beside it and can be replaced.
    """

    index: int
    data: bytes
    attachment: bytes


class LedgerLog(Protocol):
    """The node's own log of stamps.

    Laws:

    - When `append` returns, the entry is durable under a signed head. Whether one that raised is in the log is not
      known; appending it again under the same key settles it.
    - An entry is appended once under its key: a second time, with whatever octets, answers the place of the first.
    - `entries` answers what is under the newest signed head, in order and without a gap.
    """

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    async def append(self, data: bytes, *, key: str, attachment: bytes) -> int:
        """Append an entry; answers its place."""
        ...

    async def entries(self, start: int, limit: int) -> Sequence[LoggedEntry]:
        """At most `limit` entries from `start` on."""
        ...

    async def replace_attachment(self, index: int, attachment: bytes) -> None:
        """Put other octets beside an entry and leave nothing of the old ones behind."""
        ...
