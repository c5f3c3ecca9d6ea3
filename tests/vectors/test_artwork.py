"""Golden drawings: a stamp's artwork has the same octets for ever."""

import hashlib
import json
from pathlib import Path

import pytest

from frankmark.protocols.securestamp.artwork import render_stamp
from frankmark.protocols.securestamp.badge import BadgeState, render_badge

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "artwork.json").read_text(encoding="ascii"))
CASES = 24
STAMP_DOMAINS = 20
KEYS = {
    "render_stamp": {"domain", "stampId", "issueYear", "collectionTitle", "design"},
    "render_badge": {"domain", "state", "asOfMs", "verifyUrl"},
}


def drawn(case: dict) -> bytes:
    if case["verb"] == "render_badge":
        return render_badge(case["domain"], BadgeState(case["state"]), case["asOfMs"], verify_url=case["verifyUrl"])
    inputs = case["domain"], case["stampId"], case["issueYear"], case["collectionTitle"]
    return render_stamp(*inputs, design=case["design"])


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "cases"}
    assert len(FILE["cases"]) == CASES
    assert sum(case["verb"] == "render_stamp" for case in FILE["cases"]) == STAMP_DOMAINS
    for case in FILE["cases"]:
        assert set(case) == KEYS[case["verb"]] | {"name", "verb", "octets", "sha256"}, case["name"]


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_artwork(case: dict) -> None:
    octets = drawn(case)
    assert len(octets) == case["octets"]
    assert hashlib.sha256(octets).hexdigest() == case["sha256"]


def test_one_name_in_two_spellings_is_one_drawing_and_all_others_differ() -> None:
    hashes = [case["sha256"] for case in FILE["cases"]]
    assert len(set(hashes)) == CASES - 1
    spelt = {case["sha256"] for case in FILE["cases"] if case["name"] in {"u-labels", "a-labels-of-the-same-name"}}
    assert len(spelt) == 1
