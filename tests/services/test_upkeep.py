"""What a node does by itself: nothing that fails stops the rest."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from frankmark.foundation.errors import Unavailable
from frankmark.services.reasons import ServiceReason
from frankmark.services.upkeep import Upkeep, UpkeepParts


@dataclass
class Part:
    """A room that does what it is told, and counts."""

    fault: Exception | None = None
    done: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, *_args: object) -> int:
        self.done += 1
        self.reached.set()
        if self.fault is not None:
            raise self.fault
        return 0


def upkeep(noted: list[tuple[str, str]], *, renewing: Part, sweeping: Part, scoring: Part | None = None) -> Upkeep:
    scoring = scoring or Part()
    parts = UpkeepParts(
        records=SimpleNamespace(sweep=sweeping.work),
        registry=SimpleNamespace(recheck_due=Part().work),
        stamps=SimpleNamespace(renew_due=renewing.work),
        addresses=SimpleNamespace(anchor_missing=Part().work),
        custody=SimpleNamespace(settle=Part().work),
        rescoring=SimpleNamespace(everything=scoring.work),
        clock=SimpleNamespace(now_ms=lambda: 10**12),
    )
    return Upkeep(parts, lambda part, code: noted.append((part, code)))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE), "CHALLENGE_UNAVAILABLE"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
async def test_what_fails_is_noted_and_stops_nothing_else(fault, code) -> None:
    noted: list[tuple[str, str]] = []
    renewing, sweeping, scoring = Part(fault), Part(), Part()
    await upkeep(noted, renewing=renewing, sweeping=sweeping, scoring=scoring).once()
    assert noted == [("renew", code)]
    assert (sweeping.done, scoring.done) == (1, 1)


async def test_it_begins_at_once_and_ends_when_told() -> None:
    sweeping = Part()
    work = upkeep([], renewing=Part(), sweeping=sweeping)
    await work.stop()
    work.start()
    async with asyncio.timeout(5):
        await sweeping.reached.wait()
    await work.stop()
    assert sweeping.done == 1
