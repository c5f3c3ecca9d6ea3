"""The display vectors: every case."""

import json
from pathlib import Path

import pytest

from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.evidence_file import evidence_from_json
from frankmark.protocols.securestamp.scoring import assess

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "display.json").read_text(encoding="ascii"))
CASES = 67


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES
    assert {case["display"] for case in FILE["cases"]} == set(Display)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_display(case: dict) -> None:
    assert case["display"] == display(assess(evidence_from_json(case["evidence"]))).value
