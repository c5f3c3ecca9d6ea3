"""Our texts of transparency logs: what is accepted, and with which code everything else is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Error
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.tiles import TilePath
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.foundation.tlog_reasons import TlogReason

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "tlog.json").read_text(encoding="ascii"))
LOG = VerifierKey.parse(FILE["logKey"])
WITNESSES = [VerifierKey.parse(text) for text in FILE["witnessKeys"]]
CASES = {"checkpoint": 44, "vkey": 18, "tile-path": 33, "proof": 21}


def checkpoint(text: str) -> None:
    signed = SignedCheckpoint.parse(text.encode())
    assert signed.note.render() == text.encode()
    assert signed.checkpoint.text() == signed.note.text
    signed.verify(FILE["origin"], [LOG], WITNESSES, FILE["quorum"])


def vkey(text: str) -> None:
    assert str(VerifierKey.parse(text)) == text


def tile_path(text: str) -> None:
    assert str(TilePath.parse(text)) == text


def proof(text: str) -> None:
    parsed = TlogProof.parse(text.encode())
    assert parsed.render() == text.encode()
    leaf = bytes.fromhex(FILE["leafHash"])
    parsed.verify(leaf, origin=FILE["origin"], log_keys=[LOG], witnesses=WITNESSES, quorum=FILE["quorum"])


FORMS = {"checkpoint": checkpoint, "vkey": vkey, "tile-path": tile_path, "proof": proof}


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "origin", "logKey", "witnessKeys", "quorum", "leafHash", "cases"}
    assert {form: sum(case["form"] == form for case in FILE["cases"]) for form in FORMS} == CASES
    assert len({(case["form"], case["name"]) for case in FILE["cases"]}) == sum(CASES.values())
    for case in FILE["cases"]:
        assert set(case) == {"name", "form", "text", "outcome"}
        assert case["outcome"] in {"ok", *TlogReason, *FoundationReason}


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "tlog.json"
    subprocess.run([sys.executable, str(VECTORS / "generate" / "tlog.py"), str(written)], check=True)
    assert written.read_bytes() == (VECTORS / "tlog.json").read_bytes()


def outcome(case: dict[str, str]) -> str:
    try:
        FORMS[case["form"]](case["text"])
    except Error as problem:
        return problem.code.value
    return "ok"


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: f"{case['form']}-{case['name']}")
def test_case(case: dict[str, str]) -> None:
    assert outcome(case) == case["outcome"]
