"""RFC 6962 Merkle proofs: the inclusion and consistency cases of transparency-dev/merkle, all of them."""

import base64
import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Unverified
from frankmark.foundation.merkle import verify_consistency, verify_inclusion

FOLDER = Path(__file__).parents[2] / "vectors" / "third-party" / "merkle"
INCLUSION = sorted((FOLDER / "inclusion").rglob("*.json"))
CONSISTENCY = sorted((FOLDER / "consistency").rglob("*.json"))
INCLUSION_MEMBERS = {"leafIdx", "treeSize", "root", "leafHash", "proof", "desc", "wantErr"}
CONSISTENCY_MEMBERS = {"size1", "size2", "root1", "root2", "proof", "desc", "wantErr"}


def named(path: Path) -> str:
    return "/".join(path.relative_to(FOLDER).parts)


def test_all_cases_are_here() -> None:
    assert (len(INCLUSION), len(CONSISTENCY)) == (98, 98)
    refused = [json.loads(path.read_text())["wantErr"] for path in INCLUSION + CONSISTENCY]
    assert refused.count(False) == 12


def octets(text: str | None) -> bytes:
    return base64.b64decode(text or "", validate=True)


@pytest.mark.parametrize("path", INCLUSION, ids=named)
def test_inclusion(path: Path) -> None:
    case = json.loads(path.read_text())
    assert set(case) == INCLUSION_MEMBERS
    proof = [octets(one) for one in case["proof"] or []]
    arguments = (octets(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, octets(case["root"]))
    if case["wantErr"]:
        with pytest.raises(Unverified):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


@pytest.mark.parametrize("path", CONSISTENCY, ids=named)
def test_consistency(path: Path) -> None:
    case = json.loads(path.read_text())
    assert set(case) == CONSISTENCY_MEMBERS
    proof = [octets(one) for one in case["proof"] or []]
    arguments = (case["size1"], case["size2"], proof, octets(case["root1"]), octets(case["root2"]))
    if case["wantErr"]:
        with pytest.raises(Unverified):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)
