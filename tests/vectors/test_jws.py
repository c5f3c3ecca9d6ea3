"""Our ES256 tokens: what is accepted, and with which code everything else is refused."""

import json
import subprocess
import sys
from pathlib import Path

import joserfc.errors
import joserfc.jws
import pytest
from joserfc.jwk import ECKey

from frankmark.foundation import jws
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import P256PublicKey
from frankmark.foundation.reasons import FoundationReason

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "jws.json").read_text(encoding="ascii"))
KEY = P256PublicKey.from_jwk(FILE["jwk"])
CASES = 62
PEER = joserfc.jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
# Where we are stricter than the peer that we compare with; each is a rule of ours.
STRICTER = {
    "header-with-duplicate-name",
    "header-with-duplicate-name-by-escape",
    "header-with-byte-order-mark",
    "crit-that-is-empty",
    "header-nested-5-deep",
    "token-of-8193-characters",
    "jku",
    "jwk",
    "x5u",
    "x5c",
    "zip",
}


def outcome(token: str) -> str:
    try:
        jws.verify(jws.parse(token), KEY)
    except Error as fault:
        return fault.code.value
    return "ok"


def test_the_file_is_whole_and_its_words_are_known() -> None:
    assert set(FILE) == {"suite", "standard", "jwk", "cases"}
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES
    for case in FILE["cases"]:
        assert set(case) == {"name", "token", "outcome"}
        assert case["outcome"] in {"ok", *FoundationReason}


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "jws.json"
    subprocess.run([sys.executable, str(VECTORS / "generate" / "jws.py"), str(written)], check=True)
    assert written.read_bytes() == (VECTORS / "jws.json").read_bytes()


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_case(case: dict) -> None:
    assert outcome(case["token"]) == case["outcome"]


def theirs(token: str) -> bool:
    try:
        joserfc.jws.deserialize_compact(token, ECKey.import_key(FILE["jwk"]), registry=PEER)
    except (joserfc.errors.JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def test_what_we_accept_another_reader_accepts_and_we_are_stricter_only_where_we_say() -> None:
    accepted = {case["name"] for case in FILE["cases"] if theirs(case["token"])}
    ours = {case["name"] for case in FILE["cases"] if case["outcome"] == "ok"}
    assert ours <= accepted
    assert accepted - ours == STRICTER
