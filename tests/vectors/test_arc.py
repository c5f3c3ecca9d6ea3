"""ARC: ValiMail's suite with its deviations, the messages of mail-auth, and chains of our own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.mail.arc import ArcOutcome, ArcReason, validate_chain
from frankmark.mail.message import parse

VECTORS = Path(__file__).parents[2] / "vectors"
THIRD_PARTY = VECTORS / "third-party" / "arc"
GROUPS = list(yaml.safe_load_all((THIRD_PARTY / "valimail" / "arc-draft-validation-tests.yml").read_text("utf-8")))
SUITE = [
    pytest.param(name, case, group["txt-records"], id=name) for group in GROUPS for name, case in group["tests"].items()
]
# The reasons stand in vectors/arc-deviations.md.
DEVIATIONS = {
    "cv_fail_i1_as_cv_fail": "fail",
    "cv_fail_i2_as2_fail": "fail",
    "cv_fail_i2_as1_fail": "fail",
    "ams_fields_c_na": "fail",
}
OWN = json.loads((VECTORS / "arc.json").read_text(encoding="ascii"))
OWN_CASES = 57
NOW_S = 1_700_000_000


def validate(octets: bytes, records: dict[str, bytes | str]) -> ArcOutcome:
    def source(question: Question) -> Answer:
        record = records.get(question.name)
        if record is None or isinstance(record, str):
            return Answer(status=Status(record or "nxdomain"))
        return Answer(status=Status.OK, texts=((record,),))

    return answered_by(validate_chain(parse(octets), now_s=NOW_S), source)


def test_the_suite_is_whole_and_its_words_are_known() -> None:
    assert len(SUITE) == 171
    assert [len(group["tests"]) for group in GROUPS] == [29, 6, 10, 60, 6, 10, 35, 6, 6, 3]
    for group in GROUPS:
        assert set(group) <= {"description", "txt-records", "tests", "comment"}
        for case in group["tests"].values():
            assert set(case) <= {"spec", "description", "message", "cv", "comment"}
            assert case["cv"] in {"None", "Pass", "Fail", ""}


def test_every_deviation_is_explained() -> None:
    listed = set(re.findall(r"`(\w+_\w+)`", (VECTORS / "arc-deviations.md").read_text("utf-8")))
    assert listed == set(DEVIATIONS)


@pytest.mark.parametrize(("name", "case", "records"), SUITE)
def test_valimail(name: str, case: dict, records: dict[str, str]) -> None:
    zone = {record.lower(): text.encode() for record, text in records.items()}
    found = validate((case["message"] or "").encode(), zone).result.value
    suite = case["cv"].lower()
    assert found == DEVIATIONS.get(name, suite)
    assert (name in DEVIATIONS) == (found != suite)


@pytest.mark.parametrize(("name", "sealers"), [("001", ["google.com"]), ("002", ["scamorza.org", "manchego.org"])])
def test_mail_auth(name: str, sealers: list[str]) -> None:
    records, _, message = (THIRD_PARTY / "mail-auth" / f"{name}.txt").read_bytes().partition(b"\n\n")
    zone = {line.split(b" ", 1)[0].decode().lower(): line.split(b" ", 1)[1] for line in records.splitlines()}
    outcome = validate(message, zone)
    assert (outcome.result, outcome.reason) == ("pass", ArcReason.ARC_VERIFIED)
    assert [each.seal.domain for each in outcome.sets] == sealers
    changed = validate(message + b"PS: click here\n", zone)
    assert (changed.result, changed.reason, changed.cause) == ("fail", "ARC_MESSAGE_CHANGED", "DKIM_BODY_CHANGED")


def test_our_file_is_whole_and_every_reason_has_a_case() -> None:
    assert set(OWN) == {"suite", "standard", "now_s", "cases"}
    assert OWN["now_s"] == NOW_S
    assert len(OWN["cases"]) == OWN_CASES
    assert {case["reason"] for case in OWN["cases"]} == {reason.value for reason in ArcReason}


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "arc.json"
    script = VECTORS / "generate" / "arc.py"
    subprocess.run([sys.executable, str(script), str(written)], check=True, capture_output=True)
    assert written.read_bytes() == (VECTORS / "arc.json").read_bytes()


@pytest.mark.parametrize("case", OWN["cases"], ids=lambda case: case["name"])
def test_arc(case: dict) -> None:
    assert set(case) == {"name", "message", "dns", "result", "reason", "instance", "cause", "unsigned_octets"}
    zone = {
        name: record if record in {"timeout", "servfail", "bogus", "nodata"} else record.encode("latin-1")
        for name, record in case["dns"].items()
    }
    outcome = validate(case["message"].encode("latin-1"), zone)
    found = {word: getattr(outcome, word) for word in ("result", "reason", "instance", "cause", "unsigned_octets")}
    assert found == {word: case[word] for word in found}
