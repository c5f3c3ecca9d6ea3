"""What a node does by itself: nothing that fails stops the rest, and why a score changed is said."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from frankmark.foundation.errors import Unavailable
from frankmark.ports.paging import Slice
from frankmark.protocols.securestamp.evidence import ALGORITHM, Confirmed, Evidence, Lists, Signal, signal_names
from frankmark.protocols.securestamp.reasons import Reason, ScoreChangeReason
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import Mode, SignalName
from frankmark.services.reasons import ServiceReason
from frankmark.services.upkeep import Upkeep, UpkeepParts, score_change

WHOLE = {
    SignalName.SPF: "-all",
    SignalName.DKIM: "valid",
    SignalName.DMARC: "absent",
    SignalName.DOMAIN_AGE: 800,
    SignalName.REGISTRATION: 300,
    SignalName.SSL: 90,
    SignalName.CT: 2,
    SignalName.REGISTRY: "verified",
    SignalName.STAMP: "active",
}


def assessed(lists: Lists | None = None, **changed: object):
    values = {**WHOLE, **{SignalName(name): value for name, value in changed.items()}}
    signals = tuple(
        Signal(name=name, value=values[name], source="test", observed_ms=1)
        if values.get(name) is not None
        else Signal(name=name, value="unavailable", source="test", observed_ms=None, reason=Reason.INSUFFICIENT_DATA)
        for name in signal_names(ALGORITHM)
    )
    evidence = Evidence(target="a.test", mode=Mode.DOMAIN, signals=signals, lists=lists or Lists())
    return assess(evidence)


def test_a_score_that_nobody_saw_before_is_drift_and_names_every_signal() -> None:
    reason, evidence = score_change(None, assessed())
    assert reason is ScoreChangeReason.SIGNAL_DRIFT
    assert {"signal": "spf", "weight": 8, "old": None, "new": "-all"} in json.loads(evidence)


def test_a_new_policy_is_named_and_so_is_only_what_changed() -> None:
    reason, evidence = score_change(assessed(), assessed(dmarc="reject"))
    assert reason is ScoreChangeReason.DMARC_ADDED
    assert json.loads(evidence) == [{"signal": "dmarc", "weight": 11, "old": "absent", "new": "reject"}]
    back, _ = score_change(assessed(dmarc="reject"), assessed())
    assert back is ScoreChangeReason.SIGNAL_DRIFT


def test_a_campaign_and_a_confirmed_imitation_are_named() -> None:
    campaign = replace(assessed().evidence.lists, campaign=True)
    assert score_change(assessed(), assessed(campaign))[0] is ScoreChangeReason.PHISHING_CAMPAIGN
    confirmed = replace(assessed().evidence.lists, confirmed=next(iter(Confirmed)))
    assert score_change(assessed(), assessed(confirmed))[0] is ScoreChangeReason.TYPOSQUATTING_CLUSTER


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


def upkeep(noted: list[tuple[str, str]], *, renewing: Part, sweeping: Part) -> Upkeep:
    async def none(_page: object) -> Slice[object]:
        return Slice(items=())

    parts = UpkeepParts(
        records=SimpleNamespace(stamps=none, sweep=sweeping.work),
        registry=SimpleNamespace(recheck_due=Part().work),
        stamps=SimpleNamespace(renew_due=renewing.work),
        addresses=SimpleNamespace(anchor_missing=Part().work),
        custody=SimpleNamespace(settle=Part().work),
        trust=SimpleNamespace(),
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
    renewing, sweeping = Part(fault), Part()
    await upkeep(noted, renewing=renewing, sweeping=sweeping).once()
    assert noted == [("renew", code)]
    assert sweeping.done == 1


async def test_it_begins_at_once_and_ends_when_told() -> None:
    sweeping = Part()
    work = upkeep([], renewing=Part(), sweeping=sweeping)
    await work.stop()
    work.start()
    async with asyncio.timeout(5):
        await sweeping.reached.wait()
    await work.stop()
    assert sweeping.done == 1
