"""The look-alike cases: every candidate with its confidence and every word of its evidence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.mail.address import canonical_domain
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.securestamp.lookalike import Circumstances, LookalikeIndex, candidates

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "vectors"
FILE = json.loads((VECTORS / "lookalike.json").read_text(encoding="ascii"))
CASES = 59
KEYS = {"name", "verb", "domain", "registered", "circumstances", "minimum", "outcome"}
CIRCUMSTANCES = {"addresses", "campaign_networks", "first_seen_s", "now_s"}
CANDIDATE = {"target", "confidence", "evidence", "distance", "confusable"}
SUFFIXES = PublicSuffixes.parse((ROOT / "src/frankmark/data/public_suffix_list.dat").read_text(encoding="utf-8"))
CONFUSABLES = Confusables.parse((ROOT / "src/frankmark/data/confusables.txt").read_bytes())


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "cases"}
    assert len({case["name"] for case in FILE["cases"]}) == len(FILE["cases"]) == CASES
    for case in FILE["cases"]:
        assert set(case) == KEYS, case["name"]
        assert case["verb"] == "candidates"
        assert set(case["circumstances"]) <= CIRCUMSTANCES, case["name"]
        assert all(set(candidate) <= CANDIDATE for candidate in case["outcome"]), case["name"]


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    script = tmp_path / "generate" / "lookalike.py"
    script.parent.mkdir()
    script.write_bytes((VECTORS / "generate" / "lookalike.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    assert (tmp_path / "lookalike.json").read_bytes() == (VECTORS / "lookalike.json").read_bytes()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in FILE["cases"]])
def test_a_look_alike(case: dict) -> None:
    index = LookalikeIndex(SUFFIXES, CONFUSABLES)
    for domain in case["registered"]:
        index.add(canonical_domain(domain))
    known = dict(case["circumstances"])
    circumstances = Circumstances(
        addresses=tuple(known.pop("addresses", ())),
        campaign_networks=frozenset(known.pop("campaign_networks", ())),
        **known,
    )
    suspect = canonical_domain(case["domain"])
    found = candidates(suspect, index, circumstances=circumstances, minimum=case["minimum"])
    assert [candidate.target for candidate in found] == [canonical_domain(one["target"]) for one in case["outcome"]]
    for candidate, expected in zip(found, case["outcome"], strict=True):
        assert candidate.suspect == suspect
        told = {
            "target": candidate.target,
            "confidence": candidate.confidence,
            "distance": candidate.distance,
            "confusable": candidate.confusable,
            "evidence": [[item.type.value, item.value, item.description] for item in candidate.evidence],
        }
        assert {key: told[key] for key in expected} == expected | {"target": canonical_domain(expected["target"])}
