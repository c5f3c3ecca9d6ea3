"""What a node does by itself: renew, look again, settle keys, re-score, forget."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from frankmark.foundation import canonical
from frankmark.foundation.errors import Error
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.stamps import StampStatus
from frankmark.ports.storage import RecordStore
from frankmark.protocols.securestamp.assessment import Assessment
from frankmark.protocols.securestamp.reasons import ScoreChangeReason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.addresses import Addresses
from frankmark.services.custody import Custody
from frankmark.services.registry import Registry
from frankmark.services.stamps import Stamps
from frankmark.services.trust import TrustQuery, TrustService

__all__ = ["Upkeep", "UpkeepParts"]

HOUR_S = 3_600
DAY_MS = 86_400_000
ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepParts:
    """What the work is done with."""

    records: RecordStore
    registry: Registry
    stamps: Stamps
    addresses: Addresses
    custody: Custody
    trust: TrustService
    clock: Clock


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
        self._scored: dict[str, Assessment] = {}

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
        """Assess every domain with an active stamp anew and record what changed; answers how many did."""
        changed, page = 0, Page(limit=100)
        while True:
            part = await self._parts.records.stamps(page)
            for stamp in part.items:
                if stamp.status is StampStatus.ACTIVE and stamp.domain and not stamp.subject:
                    changed += await self._rescored(stamp.domain)
            if not part.next:
                return changed
            page = Page(after=part.next, limit=page.limit)

    async def _rescored(self, domain: str) -> bool:
        answer = await self._parts.trust.check(TrustQuery(target=domain))
        if any(not signal.signal.present and signal.weight for signal in answer.assessment.signals[:3]):
            return False  # a score that rests on servers that did not answer is nobody's history
        before = self._scored.get(domain)
        reason, evidence = score_change(before, answer.assessment)
        record = await self._parts.stamps.record_score(domain, answer.assessment.score, reason, evidence)
        self._scored[domain] = answer.assessment
        return record is not None

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


def score_change(before: Assessment | None, after: Assessment) -> tuple[ScoreChangeReason, str]:
    """Why a score changed, and the evidence of it: the signals whose contribution is another.

    Args:
        before: The assessment before; None if this process has made none.
        after: The assessment now.

    Returns:
        The reason, and the text of a JSON array of ``{signal, weight, old, new}``.
    """
    old = {each.signal.name: each.signal.value for each in before.signals} if before else {}
    changed = [
        {
            "signal": each.signal.name.value,
            "weight": each.weight,
            "old": old.get(each.signal.name),
            "new": each.signal.value,
        }
        for each in after.signals
        if each.weight and old.get(each.signal.name) != each.signal.value
    ]
    now = after.evidence.value(SignalName.DMARC)
    added = old.get(SignalName.DMARC) == "absent" and now in {"reject", "quarantine", "none", "none+rua"}
    reason = ScoreChangeReason.DMARC_ADDED if added else ScoreChangeReason.SIGNAL_DRIFT
    if after.evidence.lists.campaign:
        reason = ScoreChangeReason.PHISHING_CAMPAIGN
    elif after.evidence.lists.confirmed is not None:
        reason = ScoreChangeReason.TYPOSQUATTING_CLUSTER
    return reason, canonical.dump(changed).decode()
