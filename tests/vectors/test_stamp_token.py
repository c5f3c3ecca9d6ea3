"""The stamp token vectors: every case, with every word of its outcome."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.jwks import JwkSet, key_id
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.token import Claims, issue_token, parse_token, verify_domain, verify_token

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "token.json").read_text(encoding="ascii"))
CASES = 98
KEY_SETS = {name: JwkSet.parse(json.dumps(keys).encode()) for name, keys in FILE["keySets"].items()}
WORDS = {
    "stampId": "stamp_id",
    "domain": "domain",
    "orgId": "org_id",
    "score": "score",
    "iat": "iat",
    "exp": "exp",
    "iss": "iss",
}


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES


def outcome(case: dict) -> dict:
    try:
        verified = verify_token(case["token"], KEY_SETS[case["keys"]], case["now"])
    except (Malformed, Unverified) as wrong:
        return {"result": "refused", "reason": wrong.code.value}
    return {"result": "valid", "claims": {name: getattr(verified.claims, ours) for name, ours in WORDS.items()}}


@pytest.mark.parametrize("case", of_verb("verify"))
def test_verify(case: dict) -> None:
    assert case["outcome"] == outcome(case)


@pytest.mark.parametrize("case", of_verb("domain"))
def test_domain(case: dict) -> None:
    claims = parse_token(case["token"]).claims
    reason = None
    try:
        verify_domain(claims, case["domain"])
    except Unverified as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("issue"))
def test_issue(case: dict) -> None:
    key = P256PrivateKey.from_scalar(sha256(f"frankmark vector key {case['key']}".encode()).digest())
    claims = Claims(**{ours: case["claims"][name] for name, ours in WORDS.items()})
    assert case["outcome"] == {"token": issue_token(claims, key, key_id("node-k3x7q2m5ab", key.public))}
