"""The artifact vectors: every spelling and its one form, every reading of what is asked about."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.subject import subject

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-artifact.json").read_text(encoding="ascii"))
CASES = 185
SUFFIXES = PublicSuffixes.parse(FILE["suffixes"])
SHORTENERS = frozenset(FILE["shorteners"])


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES
    assert {case["type"] for case in FILE["cases"] if case["verb"] == "canonical"} == set(ArtifactType)


def form(case: dict) -> dict:
    try:
        return {"value": canonical(ArtifactType(case["type"]), case["input"], SUFFIXES).value}
    except Malformed as wrong:
        return {"reason": wrong.code.value}


@pytest.mark.parametrize("case", of_verb("canonical"))
def test_canonical(case: dict) -> None:
    assert case["outcome"] == form(case)
    if "value" in case["outcome"]:
        assert form({**case, "input": case["outcome"]["value"]}) == case["outcome"], "a canonical form stays as it is"


@pytest.mark.parametrize("case", of_verb("subject"))
def test_subject(case: dict) -> None:
    try:
        read = subject(case["kind"], case["input"], SUFFIXES, SHORTENERS)
        outcome = {"readings": [each.json() for each in read.readings], "signals": sorted(read.signals)}
    except Malformed as wrong:
        outcome = {"reason": wrong.code.value}
    assert case["outcome"] == outcome
