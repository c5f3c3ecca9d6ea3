"""What a node does by itself: renew, look again, settle keys, re-score, forget."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from frankmark.foundation.errors import Error
from frankmark.ports.clock import Clock
from frankmark.ports.storage import RecordStore
from frankmark.services.addresses import Addresses
from frankmark.services.custody import Custody
from frankmark.services.registry import Registry
from frankmark.services.rescoring import Rescoring
from frankmark.services.stamps import Stamps

__all__ = ["Upkeep", "UpkeepParts"]

HOUR_S = 3_600
DAY_MS = 86_400_000
ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepParts:
    """What the work is done with.

    Attributes:
        further: What other rooms have to do, by name; done before keys are settled.
    """

    records: RecordStore
    registry: Registry
    stamps: Stamps
    addresses: Addresses
    custody: Custody
    rescoring: Rescoring
    clock: Clock
    further: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)


class Upkeep:
    """Hourly work; each part may fail without stopping the others.

    Args:
        parts: What it is done with.
        note: Told what failed: the part's name and the code, or for a defect its kind.
    """

    def __init__(self, parts: UpkeepParts, note: Callable[[str, str], None]) -> None:
        self._parts = parts
        self._note = note
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Work now and every hour from now on."""
        self._task = asyncio.create_task(self._forever())

    async def stop(self) -> None:
        """Stop after what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def once(self) -> None:
        """Do everything that is due."""
        jobs = {
            "renew": self._parts.stamps.renew_due,
            "recheck": self._recheck,
            **self._parts.further,
            "settle": self._parts.custody.settle,
            "anchor": self._parts.addresses.anchor_missing,
            "score": self.score,
            "sweep": self._sweep,
        }
        for name, job in jobs.items():
            try:
                await job()
            except Error as fault:
                self._note(name, fault.code.value)
            except Exception as fault:  # noqa: BLE001  (a defect in one part must not end the others for ever)
                self._note(name, type(fault).__name__)

    async def score(self) -> int:
        """Assess every domain that has or had a stamp anew and record what changed; answers how many did."""
        return await self._parts.rescoring.everything()

    async def _recheck(self) -> None:
        for _ in range(ROUNDS):
            if not await self._parts.registry.recheck_due():
                return

    async def _sweep(self) -> None:
        await self._parts.records.sweep(self._parts.clock.now_ms() - DAY_MS)

    async def _forever(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(HOUR_S)
