"""The SPF cases of our own: every one, with every word of its outcome."""

import json
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.mail.spf import check_host, published_policy

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "spf.json").read_text(encoding="ascii"))
CASES = 299
KEYS = {
    "check_host": {"name", "verb", "ip", "domain", "sender", "helo", "zone", "outcome"},
    "published_policy": {"name", "verb", "domain", "zone", "outcome"},
}
OUTCOME = {
    "check_host": {"result", "problem", "mechanism", "explanation"},
    "published_policy": {"policy", "problem", "lookups"},
}


def answer(zone: dict, question: Question) -> Answer:
    entry = zone.get(question.name)
    if entry is None or isinstance(entry, str):
        return Answer(status=Status(entry or "nxdomain"))
    assert set(entry) <= {"TXT", "A", "AAAA", "MX", "PTR"}
    values = entry.get(question.rrtype.value)
    if not values:
        return Answer(status=Status.NODATA)
    match question.rrtype:
        case RRType.TXT:
            strings = [[value] if isinstance(value, str) else value for value in values]
            return Answer(status=Status.OK, texts=tuple(tuple(s.encode("latin-1") for s in one) for one in strings))
        case RRType.MX:
            return Answer(status=Status.OK, exchanges=tuple((preference, host) for preference, host in values))
        case RRType.PTR:
            return Answer(status=Status.OK, names=tuple(values))
        case _:
            return Answer(status=Status.OK, addresses=tuple(str(ip_address(value)) for value in values))


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "now_s", "cases"}
    assert len(FILE["cases"]) == CASES
    for case in FILE["cases"]:
        assert set(case) - {"receiver"} == KEYS[case["verb"]], case["name"]
        assert set(case["outcome"]) <= OUTCOME[case["verb"]], case["name"]


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    script = tmp_path / "generate" / "spf.py"
    script.parent.mkdir()
    script.write_bytes((VECTORS / "generate" / "spf.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    assert (tmp_path / "spf.json").read_bytes() == (VECTORS / "spf.json").read_bytes()


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_spf(case: dict) -> None:
    expected = case["outcome"]
    if case["verb"] == "published_policy":
        published = answered_by(published_policy(case["domain"]), lambda question: answer(case["zone"], question))
        found = {"policy": published.policy, "problem": published.problem, "lookups": published.lookups}
    else:
        check = check_host(
            *(case[key] for key in ("ip", "domain", "sender", "helo")),
            receiver=case.get("receiver", "unknown"),
            now_s=FILE["now_s"],
        )
        outcome = answered_by(check, lambda question: answer(case["zone"], question))
        found = {key: getattr(outcome, key) for key in OUTCOME["check_host"]}
    assert {key: found[key] for key in expected} == expected
    assert found["problem"] == expected.get("problem")
