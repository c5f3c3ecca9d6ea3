"""StampedSafe: every case of the file, by code and path; then the proofs of earlier releases."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from frankmark.assembly.proofs import trust_of
from frankmark.assembly.tables import shipped_timezones
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import attest, attestation_json, parse_attestation
from frankmark.protocols.stampedsafe.model import Content, FileMeta
from frankmark.protocols.stampedsafe.proof import Draft
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof, report_json

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "stampedsafe.json").read_text(encoding="ascii"))
CASES = {"verify": 384, "issue": 13, "attest": 7}
CORPUS = VECTORS / "corpus" / "stampedsafe-1.0"
# Never edited, only added to: what a release has verified, every later one verifies.
CORPUS_SHA256 = "2bd3822a0e0f97d8e056ba2f208f353a78e07e6baee6db6300fc84b0e50a977c"
CORPUS_PROOFS = 24
TRUST = trust_of(FILE["authorities"], shipped_timezones())
WARNINGS = {"TIMEZONE_INVALID", "ALG_ALIAS", "UNKNOWN_FIELD", "LEVEL_UNPROVEN", "TA_IN_V10", "SIG_INPUT_HEX"}


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def octets_of(case: dict) -> bytes:
    data = bytes.fromhex(case["octets"]) if "octets" in case else case["text"].encode()
    return data.ljust(case.get("padded", 0))


def bare(told: dict) -> dict:
    """A report without the sentences, which are each implementation's own, and in no order."""
    errors = sorted((each["code"], each["path"]) for each in told["errors"])
    return told | {"errors": errors, "warnings": sorted(told["warnings"])}


def test_the_file_is_whole_and_of_its_published_form() -> None:
    schema = json.loads((VECTORS / "schema" / "stampedsafe.schema.json").read_text(encoding="ascii"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(FILE)
    assert Counter(case["verb"] for case in FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == sum(CASES.values())


def test_every_code_and_every_warning_has_a_case() -> None:
    verified = [case["outcome"] for case in FILE["cases"] if case["verb"] == "verify"]
    assert {each["code"] for one in verified for each in one["errors"]} == set(StampedSafeReason) - WARNINGS
    assert {each for one in verified for each in one["warnings"]} == WARNINGS
    assert len(set(StampedSafeReason) - WARNINGS | {"TIMEZONE_INVALID"}) == 25
    assert sum(case["name"].startswith("broken: ") for case in FILE["cases"]) == 32


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "stampedsafe.json"
    script = VECTORS / "generate" / "stampedsafe.py"
    subprocess.run([sys.executable, str(script), str(written)], check=True, capture_output=True)
    assert written.read_bytes() == (VECTORS / "stampedsafe.json").read_bytes()


@pytest.mark.parametrize("case", of_verb("verify"))
def test_verify(case: dict) -> None:
    file_hash = bytes.fromhex(case["fileHash"]) if "fileHash" in case else None
    report = verify(octets_of(case), TRUST, file_hash=file_hash)
    assert bare(report_json(report)) == bare(case["outcome"])
    assert (report.claims is not None) == report.valid
    assert all(each.message for each in report.errors)


@pytest.mark.parametrize("case", of_verb("issue"))
def test_issue(case: dict) -> None:
    file = None if case["file"] is None else FileMeta(**case["file"])
    key = Ed25519PrivateKey.from_seed(bytes.fromhex(case["seed"]))
    told = {}
    try:
        content = Content(message=case["message"], file=file)
        draft = Draft(content, tz=case["tz"], nonce=bytes.fromhex(case["nonce"]), key=key)
        told["commitment"] = draft.commitment
        ta = case["ta"]
        proof = draft.self_attested(case["t"]) if ta is None else draft.attested(parse_attestation(ta))
        told |= {"result": "proof", "text": render_proof(proof).decode()}
    except Error as fault:
        told = {"result": "refused", "reason": fault.code.value}
    assert told == case["outcome"]
    if told["result"] == "proof":
        report = verify(told["text"].encode(), TRUST)
        assert (report.valid, report.errors, report.warnings) == (True, (), ())


@pytest.mark.parametrize("case", of_verb("attest"))
def test_attest(case: dict) -> None:
    key = Ed25519PrivateKey.from_seed(bytes.fromhex(case["seed"]))
    try:
        answer = attest(case["nonce"], now_ms=case["ts"], kid=case["kid"], key=key)
        told = {"result": "attestation", "attestation": attestation_json(answer)}
    except Error as fault:
        told = {"result": "refused", "reason": fault.code.value}
    assert told == case["outcome"]


def test_the_corpus_of_the_first_release_is_as_it_was_stored() -> None:
    sums = (CORPUS / "SHA256SUMS").read_bytes()
    assert hashlib.sha256(sums).hexdigest() == CORPUS_SHA256
    listed = dict(line.split("  ")[::-1] for line in sums.decode().splitlines())
    stored = {str(file.relative_to(CORPUS)) for file in CORPUS.rglob("*.json")}
    assert set(listed) == stored
    assert sum(name.startswith("proofs/") for name in listed) == CORPUS_PROOFS
    for name, digest in listed.items():
        assert hashlib.sha256((CORPUS / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("file", sorted((CORPUS / "proofs").glob("*.json")), ids=lambda file: file.stem)
def test_what_the_first_release_verified_is_verified(file: Path) -> None:
    expected = json.loads((CORPUS / "expected.json").read_bytes())
    report = report_json(verify(file.read_bytes(), trust_of(expected["authorities"], shipped_timezones())))
    assert report["valid"] is True
    codes = [each["code"] for each in report["errors"]]
    # A later release may know more of the world: members and time zones that were unknown; never less.
    wanted = expected["proofs"][file.stem]
    assert set(report.pop("warnings")) <= set(wanted.pop("warnings"))
    assert report | {"errors": codes} == wanted
