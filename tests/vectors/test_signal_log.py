"""The log vectors: heads, leaves, commitments and their openings, consistency, and what the public may count."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.merkle import leaf_hash, verify_consistency
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal import abuse, logs
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.key_time import LogTrust, TimeProof
from frankmark.protocols.signal.model import Artifact, ArtifactType, Role, State

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-log.json").read_text(encoding="ascii"))
CASES = 115
KEY_SETS = {name: JwkSet.parse(json.dumps(keys).encode()) for name, keys in FILE["keySets"].items()}
TRUST = LogTrust(
    origin=FILE["trust"]["origin"],
    log_keys=tuple(map(VerifierKey.parse, FILE["trust"]["logKeys"])),
    witnesses=tuple(map(VerifierKey.parse, FILE["trust"]["witnesses"])),
    quorum=FILE["trust"]["quorum"],
)
LEAVES = {"official": logs.official_leaf, "receipts": logs.receipts_leaf}


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


@pytest.mark.parametrize("case", of_verb("head"))
def test_head(case: dict) -> None:
    reason = None
    try:
        document = logs.read_head(case["jws"])
        logs.verify_head(document, KEY_SETS[case["keys"]])
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("leaf"))
def test_leaf(case: dict) -> None:
    leaf = LEAVES[case["log"]](case["text"])
    assert leaf == b64url_decode(case["outcome"]["leaf"])
    assert leaf_hash(leaf).hex() == case["outcome"]["hash"]


@pytest.mark.parametrize("case", of_verb("commitment"))
def test_commitment(case: dict) -> None:
    said = case["detail"]
    detail = abuse.Detail(
        cs=said["cs"],
        came_from=State(said["from"]) if said["from"] else None,
        to=State(said["to"]),
        version=said["version"],
        actor_role=Role(said["actorRole"]),
        brand=said["brand"],
        artifact=Artifact(type=ArtifactType(said["artifact"]["type"]), value=said["artifact"]["value"]),
        reason_code=ReasonCode(said["reasonCode"]),
        at_s=said["at"],
    )
    assert abuse.detail_json(detail) == said
    salt = bytes.fromhex(case["salt"])
    leaf = abuse.abuse_leaf(salt, detail)
    assert case["outcome"] == {"c": abuse.commitment(salt, detail), "leaf": leaf.decode("ascii")}
    assert abuse.parse_abuse_leaf(leaf) == abuse.AbuseLeaf(c=case["outcome"]["c"], day=abuse.day_of(said["at"]))


@pytest.mark.parametrize("case", of_verb("abuseLeaf"))
def test_abuse_leaf(case: dict) -> None:
    reason = None
    try:
        abuse.parse_abuse_leaf(b64url_decode(case["octets"]))
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("opening"))
def test_opening(case: dict) -> None:
    reason = None
    time = TimeProof(proof=TlogProof.parse(case["proof"].encode()), trust=TRUST) if case["proof"] else None
    try:
        opening = abuse.parse_opening(case["opening"])
        assert abuse.opening_json(opening) == case["opening"]
        abuse.verify_opening(opening, KEY_SETS[case["keys"]], time)
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("consistency"))
def test_consistency(case: dict) -> None:
    reason = None
    roots = [bytes.fromhex(case[name]) for name in ("firstRoot", "secondRoot")]
    try:
        verify_consistency(case["first"], case["second"], [bytes.fromhex(one) for one in case["path"]], *roots)
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("shown"))
def test_shown(case: dict) -> None:
    assert case["outcome"] == {"shown": logs.shown(case["count"])}
