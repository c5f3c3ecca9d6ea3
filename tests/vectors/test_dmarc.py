"""The DMARC cases of our own: every walk with every name asked for, every message with every word of its outcome."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.errors import Unavailable
from frankmark.mail.address import canonical_domain
from frankmark.mail.alignment import AlignmentReason, DkimFacts, MechanismResult, SpfFacts, Walks
from frankmark.mail.dmarc import evaluate, published_policy
from frankmark.mail.dmarc_record import DmarcRecord, is_policy_record, parse

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "dmarc.json").read_text(encoding="ascii"))
COUNTS = {"walk": 62, "record": 69, "message": 84, "publication": 19}
KEYS = {
    "walk": {"name", "section", "verb", "domain", "zone", "outcome"},
    "record": {"name", "section", "verb", "text", "outcome"},
    "message": {"name", "section", "verb", "domain", "spf", "dkim", "zone", "outcome"},
    "publication": {"name", "section", "verb", "domain", "zone", "outcome"},
}
SHARED = {"policy", "tag", "record_domain", "organizational_domain"}
OUTCOME = {
    "walk": {"organizational_domain", "asked", "unavailable"},
    "record": {"record"},
    "message": {"result", "disposition", "aligned"} | SHARED,
    "publication": {"publication", "effective"} | SHARED,
}


class Dns:
    """Answers from a case's zone and writes down what was asked."""

    def __init__(self, case: dict) -> None:
        self.zone = case["zone"]
        self.hosts = case.get("hosts", {})
        self.asked: list[str] = []

    def __call__(self, question: Question) -> Answer:
        self.asked.append(question.name)
        if question.rrtype is RRType.A:
            return Answer(status=Status(self.hosts.get(question.name, "nodata")))
        assert question.rrtype is RRType.TXT
        assert question.name.startswith("_dmarc.")
        entry = self.zone.get(question.name.removeprefix("_dmarc."), "nxdomain")
        if isinstance(entry, str):
            return Answer(status=Status(entry))
        # Each text in two character-strings: they are joined with nothing between (§4.5).
        texts = tuple((octets[:9], octets[9:]) for octets in (text.encode("latin-1") for text in entry))
        return Answer(status=Status.OK, texts=texts)


def cases(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "cases"}
    for verb, count in COUNTS.items():
        assert sum(case["verb"] == verb for case in FILE["cases"]) == count, verb
    for case in FILE["cases"]:
        assert set(case) - {"hosts"} == KEYS[case["verb"]], case["name"]
        assert set(case["outcome"]) <= OUTCOME[case["verb"]], case["name"]
    names = [(case["verb"], case["name"]) for case in FILE["cases"]]
    assert len(names) == len(set(names)) == sum(COUNTS.values())


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    script = tmp_path / "generate" / "dmarc.py"
    script.parent.mkdir()
    script.write_bytes((VECTORS / "generate" / "dmarc.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    assert (tmp_path / "dmarc.json").read_bytes() == (VECTORS / "dmarc.json").read_bytes()


@pytest.mark.parametrize("case", cases("walk"))
def test_a_walk(case: dict) -> None:
    dns, outcome = Dns(case), case["outcome"]
    if outcome.get("unavailable"):
        with pytest.raises(Unavailable) as caught:
            answered_by(Walks().organizational_domain(case["domain"]), dns)
        assert caught.value.code is AlignmentReason.DMARC_DNS_UNAVAILABLE
    else:
        assert answered_by(Walks().organizational_domain(case["domain"]), dns) == outcome["organizational_domain"]
    assert dns.asked == [f"_dmarc.{domain}" for domain in outcome["asked"]]
    assert len(dns.asked) <= 8


@pytest.mark.parametrize("case", cases("record"))
def test_a_record(case: dict) -> None:
    octets, expected = case["text"].encode("latin-1"), case["outcome"]["record"]
    assert is_policy_record(octets) is (expected is not None)
    if expected is None:
        return
    read = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(parse(octets)).items()}
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(DmarcRecord()).items()}
    assert set(expected) <= set(plain)
    assert read == plain | expected


@pytest.mark.parametrize("case", cases("message"))
def test_a_message(case: dict) -> None:
    dns, expected = Dns(case), dict(case["outcome"])
    result, *domain = case["spf"]
    spf = SpfFacts(result=MechanismResult(result), domain=domain[0] if domain else None)
    dkim = [DkimFacts(result=MechanismResult(result), domain=domain) for result, domain in case["dkim"]]
    outcome = answered_by(evaluate(case["domain"], spf, dkim), dns)
    said = [f"{one.mechanism} {one.domain}" + " identical" * one.identical for one in outcome.aligned]
    assert said == expected.pop("aligned", [])
    assert outcome.author_domain == canonical_domain(case["domain"])
    published = outcome.published
    told = {
        "result": outcome.result.value,
        "disposition": outcome.disposition.value,
        "policy": outcome.policy and outcome.policy.value,
        "tag": published.tag and published.tag.value,
        "record_domain": published.record_domain,
        "organizational_domain": outcome.organizational_domain,
    }
    assert {key: told[key] for key in expected} == expected
    assert len(set(dns.asked)) == len(dns.asked), "a name was asked about twice"


@pytest.mark.parametrize("case", cases("publication"))
def test_a_publication(case: dict) -> None:
    dns, expected = Dns(case), case["outcome"]
    published = answered_by(published_policy(case["domain"]), dns)
    told = {
        "publication": published.publication.value,
        "policy": published.policy and published.policy.value,
        "effective": published.effective and published.effective.value,
        "tag": published.tag and published.tag.value,
        "record_domain": published.record_domain,
        "organizational_domain": published.organizational_domain,
    }
    assert {key: told[key] for key in expected} == expected
