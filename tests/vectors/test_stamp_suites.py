"""The SecureStamp suites as files: they have their schema's form, and their generators write these very octets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from frankmark.protocols.securestamp.evidence_file import evidence_from_json
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.wire import assessment_json

VECTORS = Path(__file__).parents[2] / "vectors"
SUITES = {
    "record": "stamp_record",
    "header": "stamp_header",
    "token": "stamp_token",
    "score": "stamp_score",
    "display": "stamp_display",
    "ledger-entry": "ledger_entry",
}
BAD_INPUTS = {"oversized", "deeply nested", "duplicate key", "not UTF-8", "truncated", "homoglyph", "look-alike"}
# Said of what the verifier knows or of what it was asked for, not of a vector's octets.
ELSEWHERE = {
    Reason.ASSET_MISMATCH,
    Reason.ENTRY_SIGNATURE,
    Reason.COLLECTING,
    Reason.NO_TRUSTED_RECEIVED,
    Reason.SOURCE_UNSUPPORTED,
}


def schema(name: str) -> dict:
    return json.loads((VECTORS / "schema" / f"{name}.schema.json").read_text(encoding="ascii"))


def validator(name: str) -> Draft202012Validator:
    parts = [(f"{part}.schema.json", Resource.from_contents(schema(part))) for part in ("evidence", "assessment")]
    return Draft202012Validator(schema(name), registry=Registry().with_resources(parts))


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_has_its_schemas_form(suite: str) -> None:
    faults = list(validator(suite).iter_errors(json.loads((VECTORS / f"{suite}.json").read_text(encoding="ascii"))))
    assert not faults, faults[0].message[:500]


@pytest.mark.parametrize("suite", SUITES)
def test_the_generator_writes_these_very_octets(suite: str, tmp_path: Path) -> None:
    written = tmp_path / "suite.json"
    script = VECTORS / "generate" / f"{SUITES[suite]}.py"
    subprocess.run([sys.executable, str(script), str(written)], check=True, capture_output=True)
    assert written.read_bytes() == (VECTORS / f"{suite}.json").read_bytes()


def test_every_assessment_has_its_schemas_form() -> None:
    form = validator("assessment")
    for case in json.loads((VECTORS / "score.json").read_text(encoding="ascii"))["cases"]:
        form.validate(assessment_json(assess(evidence_from_json(case["evidence"]))))


@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != "display"])
def test_each_kind_of_bad_input_has_a_named_case(suite: str) -> None:
    text = (VECTORS / f"{suite}.json").read_text(encoding="ascii")
    named = {kind for kind in BAD_INPUTS if f'"name": "{kind}' in text}
    assert named == BAD_INPUTS


def test_every_reason_stands_in_some_vector() -> None:
    whole = "".join((VECTORS / f"{suite}.json").read_text(encoding="ascii") for suite in SUITES)
    assert {reason for reason in Reason if f'"{reason}"' not in whole} <= ELSEWHERE
