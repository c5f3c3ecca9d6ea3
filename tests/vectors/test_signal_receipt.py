"""The receipt vectors: every case, with every word of its outcome."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal import receipt, receipt_check
from frankmark.protocols.signal.key_time import LogTrust, TimeProof
from frankmark.protocols.signal.model import Artifact, ArtifactType

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-receipt.json").read_text(encoding="ascii"))
CASES = 115
KEY_SETS = {name: JwkSet.parse(json.dumps(keys).encode()) for name, keys in FILE["keySets"].items()}
SIGNERS = {
    key.public.thumbprint(): key
    for key in (P256PrivateKey.from_scalar(b64url_decode(each["d"])) for each in FILE["keys"].values())
}
TRUST = LogTrust(
    origin=FILE["trust"]["origin"],
    log_keys=tuple(map(VerifierKey.parse, FILE["trust"]["logKeys"])),
    witnesses=tuple(map(VerifierKey.parse, FILE["trust"]["witnesses"])),
    quorum=FILE["trust"]["quorum"],
)


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def time_of(case: dict) -> TimeProof | None:
    return TimeProof(proof=TlogProof.parse(case["proof"].encode()), trust=TRUST) if case["proof"] else None


def expect(case: dict, outcome: dict) -> None:
    assert case["outcome"] == outcome


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


@pytest.mark.parametrize("case", of_verb("verify"))
def test_verify(case: dict) -> None:
    try:
        verified = receipt_check.verify(case["jws"], KEY_SETS[case["keys"]], time_of(case))
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert case["outcome"] == {"reason": None}
    kid = verified.parts.header.kid or ""
    assert receipt.issue(verified.claims, SIGNERS[kid.partition("#")[2]], kid) == case["jws"]


@pytest.mark.parametrize("case", of_verb("examine"))
def test_examine(case: dict) -> None:
    found = receipt_check.examine(case["jws"], KEY_SETS[case["keys"]], time_of(case))
    checks = {check.value: holds for check, holds in found.checks.items()}
    assert case["outcome"] == {"valid": found.valid, "reason": found.reason, "checks": checks}


@pytest.mark.parametrize("case", of_verb("request"))
def test_request(case: dict) -> None:
    said = case["artifact"]
    artifact = Artifact(type=ArtifactType(said["type"]), value=said["value"]) if said else None
    assert case["outcome"] == {"req": receipt.request_hash(case["brand"], artifact, case["nonce"])}
