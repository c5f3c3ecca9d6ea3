"""The DKIM cases of our own: every one, with every word of its outcomes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.mail.dkim import best_result, key_questions, verify_signatures
from frankmark.mail.dkim_reasons import RESULTS, DkimReason
from frankmark.mail.message import parse

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "dkim.json").read_text(encoding="ascii"))
CASES = 204
KEYS = {"name", "message", "dns", "outcomes", "best"}
WORDS = {"result", "reason", "domain", "selector", "identity", "algorithm", "canonicalization", "unsigned_octets"}


def answer(zone: dict, question: Question) -> Answer:
    entry = zone.get(question.name, "nxdomain")
    if isinstance(entry, str):
        return Answer(status=Status(entry))
    return Answer(status=Status.OK, texts=tuple(tuple(s.encode("latin-1") for s in one) for one in entry))


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "now_s", "cases"}
    assert len(FILE["cases"]) == CASES
    for case in FILE["cases"]:
        assert set(case) == KEYS, case["name"]
        assert all(set(outcome) <= WORDS for outcome in case["outcomes"]), case["name"]


def test_every_reason_has_a_case() -> None:
    seen = {outcome["reason"] for case in FILE["cases"] for outcome in case["outcomes"]}
    assert seen == {reason.value for reason in DkimReason}
    assert set(RESULTS) == set(DkimReason)


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "dkim.json"
    script = VECTORS / "generate" / "dkim.py"
    subprocess.run([sys.executable, str(script), str(written)], check=True, capture_output=True)
    assert written.read_bytes() == (VECTORS / "dkim.json").read_bytes()


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_dkim(case: dict) -> None:
    message = parse(case["message"].encode("latin-1"))
    asked = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return answer(case["dns"], question)

    outcomes = answered_by(verify_signatures(message, now_s=FILE["now_s"]), source)
    found = [{word: getattr(one, word) for word in want} for one, want in zip(outcomes, case["outcomes"], strict=True)]
    assert found == case["outcomes"]
    assert best_result(outcomes) == case["best"]
    assert key_questions(message, now_s=FILE["now_s"]) == tuple(asked)
