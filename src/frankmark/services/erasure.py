"""Erasure: what an organisation told us goes; what the ledger holds for ever says nothing of it.

First its active stamps are revoked, so that nothing stands in its name. Then asset and salt beside each of its ledger
entries are deleted, so that nobody can tell any more what the hashes commit to. Last the records go, and with them the
keys that could act for it; a crash in between leaves an organisation that can be erased again.

A domain whose stamp was revoked for phishing, for a policy violation or because of a compromised node stays on that
stamp: erasure does not wash a name clean.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from frankmark.foundation.errors import Refused
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.stamps import Stamp, StampEntry, StampStatus
from frankmark.ports.storage import RegistryStore, StampStore
from frankmark.protocols.securestamp.reasons import RevocationReason
from frankmark.services.principals import Principal, require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.services.recording import Recorder
from frankmark.services.stamps import Stamps

__all__ = ["Erased", "Erasure"]

PART = 100
LASTING = frozenset(
    {RevocationReason.PHISHING_DETECTED, RevocationReason.POLICY_VIOLATION, RevocationReason.NODE_COMPROMISE}
)


class ErasureRecords(RegistryStore, StampStore, Protocol):
    """What this room asks of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done.

    Attributes:
        org_id: The organisation; the id stays, and means nothing any more.
        tx_hashes: The ledger entries whose assets were deleted: all that other nodes need to be told.
        kept_domains: Domains that a revocation keeps findable.
    """

    org_id: str
    tx_hashes: tuple[str, ...]
    kept_domains: tuple[str, ...]


class Erasure:
    """Erases organisations.

    Args:
        store: The records.
        stamps: Revokes.
        recorder: Deletes assets beside the log.
        clock: Tells the time.
        forget: Makes the store's own journal forget what was deleted.
        also: What other rooms delete of an organisation, told who demands it and which one.
    """

    def __init__(  # noqa: PLR0917  # one room, six things it is told
        self,
        store: ErasureRecords,
        stamps: Stamps,
        recorder: Recorder,
        clock: Clock,
        forget: Callable[[], Awaitable[None]],
        also: Sequence[Callable[[Principal, str], Awaitable[object]]] = (),
    ) -> None:
        self._also = tuple(also)
        self._forget = forget
        self._store = store
        self._stamps = stamps
        self._recorder = recorder
        self._clock = clock

    async def erase(self, by: Principal | None, org_id: str) -> Erased:
        """Erase an organisation on its own demand or an administrator's.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`.
            Unavailable: The ledger or the store cannot be written now; ask again.
        """
        actor = require_organisation(by, org_id)
        found = await self._store.organisation(org_id)
        if found is None or found.erased_ms is not None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such organisation.")
        for stamp in await self._all_stamps(org_id):
            if stamp.status is StampStatus.ACTIVE:
                await self._stamps.revoke(actor, stamp.stamp_id, RevocationReason.ORG_REQUEST)
        for room in self._also:
            await room(actor, org_id)
        stamps = await self._all_stamps(org_id)
        hashes = [await self._recorder.erase(place) for stamp in stamps for place in await self._entries(stamp)]
        kept = tuple(sorted({stamp.domain for stamp in stamps if stamp.revocation_reason in LASTING}))
        act = actor.act(self._clock.now_ms(), "organisation.erase", org_id, org_id=org_id)
        await self._store.erase_organisation(org_id, act, keep=kept)
        await self._forget()
        return Erased(org_id=org_id, tx_hashes=tuple(hashes), kept_domains=kept)

    async def _all_stamps(self, org_id: str) -> list[Stamp]:
        found, page = list[Stamp](), Page(limit=PART)
        while True:
            part = await self._store.stamps(page, org_id=org_id)
            found += part.items
            if not part.next:
                return found
            page = Page(after=part.next, limit=PART)

    async def _entries(self, stamp: Stamp) -> list[StampEntry]:
        found, page = list[StampEntry](), Page(limit=PART)
        while True:
            part = await self._store.entries_of(stamp.stamp_id, page)
            found += part.items
            if not part.next:
                return found
            page = Page(after=part.next, limit=PART)
