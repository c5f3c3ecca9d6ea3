"""The verdict vectors: facts, levels, and what can be seen beside them."""

import json
from pathlib import Path

import pytest

import frankmark
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.counterstamp import Actor, Core, CounterStamp, ReasonCode
from frankmark.protocols.signal.model import (
    Artifact,
    ArtifactType,
    Fact,
    ObservedSignal,
    Role,
    SignalLevel,
    State,
    Subject,
)
from frankmark.protocols.signal.observation import Eyes, calling_code, observed
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter
from frankmark.protocols.signal.verdict import LEVELS, Finding, Holder, decide, decide_without_brand, overall

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-verdict.json").read_text(encoding="ascii"))
CASES = 108
DATA = Path(frankmark.__file__).parent / "data"
EYES = Eyes(
    suffixes=PublicSuffixes.parse(FILE["suffixes"]),
    confusables=Confusables.parse((DATA / "confusables.txt").read_bytes()),
)
BRAND = "br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D"


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def artifact(value: dict) -> Artifact:
    return Artifact(type=ArtifactType(value["type"]), value=value["value"])


def subject(value: dict | None) -> Subject | None:
    if value is None:
        return None
    signals = frozenset(map(ObservedSignal, value["signals"]))
    return Subject(readings=tuple(map(artifact, value["readings"])), signals=signals)


def channels(items: list) -> tuple[Channel, ...]:
    return tuple(Channel(artifact=artifact(each), match=Match(each["match"])) for each in items)


def perimeter(value: dict, brand: str = BRAND) -> Perimeter:
    return Perimeter(
        brand=brand,
        name="Acme",
        domain=value["domain"],
        seq=1,
        prev=None,
        iat=value.get("iat", 0),
        exp=value.get("exp", 1),
        channels=channels(value["channels"]),
    )


def holder(value: dict) -> Holder:
    declared = value["perimeter"]
    return Holder(
        brand=value["brand"],
        perimeter=perimeter(declared, value["brand"]) if declared else None,
        proven=frozenset(map(artifact, value["proven"])),
    )


def stamp(value: dict) -> CounterStamp:
    core = Core(
        id=value["id"],
        brand=value["brand"],
        artifact=artifact(value["artifact"]),
        reason_code=ReasonCode.NOT_OURS,
        opened_at_s=value["openedAt"],
        expires_at_s=value["expiresAt"],
    )
    return CounterStamp(
        core=core, state=State(value["state"]), version=3, opener=Actor(role=Role.BRAND), moved_at_s=value["movedAt"]
    )


def outcome(found: Finding) -> dict:
    return {
        "fact": found.fact.value,
        "signalLevel": found.level.value,
        "colour": found.colour.value,
        "artifact": found.artifact.json() if found.artifact else None,
        "brand": found.brand,
        "signals": [signal.value for signal in found.signals],
        "counterStamp": found.case.core.id if found.case else None,
    }


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


def test_facts_and_levels_are_one_to_one() -> None:
    table = {
        fact.value: {"signalLevel": each.level.value, "colour": each.colour.value} for fact, each in LEVELS.items()
    }
    assert table == FILE["levels"]
    assert set(LEVELS) == set(Fact)
    assert sorted(each.level for each in LEVELS.values()) == list(SignalLevel)
    assert {case["outcome"]["fact"] for case in FILE["cases"] if case["verb"] == "decide"} == set(Fact)


@pytest.mark.parametrize("case", of_verb("decide"))
def test_decide(case: dict) -> None:
    seen = map(ObservedSignal, case["observed"])
    stamps = map(stamp, case["counterStamps"])
    found = decide(subject(case["subject"]), holder(case["holder"]), stamps, observed=seen, now_s=case["now"])
    assert case["outcome"] == outcome(found)
    assert (found.channel is not None) == (found.fact is Fact.PERTENECE)


@pytest.mark.parametrize("case", of_verb("decideWithoutBrand"))
def test_decide_without_brand(case: dict) -> None:
    seen = map(ObservedSignal, case["observed"])
    stamps, holders = map(stamp, case["counterStamps"]), map(holder, case["holders"])
    found = decide_without_brand(subject(case["subject"]), holders, stamps, observed=seen, now_s=case["now"])
    assert case["outcome"] == outcome(found)
    assert (found.channel is not None) == (found.fact is Fact.PERTENECE)


@pytest.mark.parametrize("case", of_verb("overall"))
def test_overall(case: dict) -> None:
    findings = [Finding(artifact=None, brand=None, fact=Fact(fact)) for fact in case["facts"]]
    assert case["outcome"] == {"signalLevel": overall(findings).value}


@pytest.mark.parametrize("case", of_verb("observe"))
def test_observe(case: dict) -> None:
    what = subject(case["subject"])
    assert what is not None
    seen = observed(what, perimeter(case), EYES, age_days=case["ageDays"])
    assert case["outcome"] == {"signals": [signal.value for signal in ObservedSignal if signal in seen]}


@pytest.mark.parametrize("case", of_verb("callingCode"))
def test_calling_code(case: dict) -> None:
    assert case["outcome"] == {"code": calling_code(case["number"])}
