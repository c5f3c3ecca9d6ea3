"""Key sets: which keys count and until when, and with which code a set is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import JwkSet

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "jwks.json").read_text(encoding="ascii"))
CASES = 45


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "cases"}
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES
    assert all(set(case) == {"name", "set", "outcome"} for case in FILE["cases"])


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "jwks.json"
    subprocess.run([sys.executable, str(VECTORS / "generate" / "jwks.py"), str(written)], check=True)
    assert written.read_bytes() == (VECTORS / "jwks.json").read_bytes()


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_case(case: dict) -> None:
    octets = case["set"].encode()
    if isinstance(case["outcome"], str):
        with pytest.raises(Malformed) as refused:
            JwkSet.parse(octets)
        assert refused.value.code == case["outcome"]
    else:
        keys = JwkSet.parse(octets)
        assert [[key.kid, key.status, key.counts_until_ms] for key in keys.keys] == case["outcome"]
        assert JwkSet.parse(keys.dump()) == keys
