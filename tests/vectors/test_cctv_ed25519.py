"""The 914 edge cases of CCTV: what we accept and refuse is exactly what vectors/ed25519-policy.md says."""

import json
from collections import Counter
from pathlib import Path

import nacl.exceptions
import nacl.signing

from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PublicKey
from frankmark.foundation.reasons import FoundationReason

VECTORS = Path(__file__).parents[2] / "vectors"
CASES = json.loads((VECTORS / "third-party/cctv/ed25519/ed25519vectors.json").read_text(encoding="ascii"))
FLAGS = {
    "low_order_A",
    "low_order_R",
    "low_order_component_A",
    "low_order_component_R",
    "low_order_residue",
    "non_canonical_A",
    "non_canonical_R",
    "reencoded_k",
}
KEY_REFUSED = {FoundationReason.KEY_WEAK, FoundationReason.KEY_MALFORMED}


def outcome(case: dict) -> FoundationReason | None:
    try:
        key = Ed25519PublicKey.from_bytes(bytes.fromhex(case["key"]))
        key.verify(bytes.fromhex(case["sig"]), case["msg"].encode())
    except Error as fault:
        return FoundationReason(fault.code)
    return None


def flags(case: dict) -> set[str]:
    return set(case["flags"] or [])


def test_the_file_is_whole_and_its_flags_are_known() -> None:
    assert len(CASES) == 914
    for case in CASES:
        assert set(case) == {"number", "key", "sig", "msg", "flags"}
        assert flags(case) <= FLAGS


def test_every_case_ends_as_the_policy_says() -> None:
    for case in CASES:
        ended, marks = outcome(case), flags(case)
        if "low_order_A" in marks:
            assert ended in KEY_REFUSED, case
        elif marks & {"non_canonical_R", "low_order_residue"}:
            assert ended is FoundationReason.SIGNATURE_INVALID, case
        else:
            assert ended is None, case


def test_the_numbers_of_the_policy_hold() -> None:
    ended = [(outcome(case), flags(case)) for case in CASES]
    assert Counter(code if code is None else code.value for code, _ in ended) == {
        None: 86,
        "KEY_WEAK": 370,
        "KEY_MALFORMED": 156,
        "SIGNATURE_INVALID": 302,
    }
    assert sum("non_canonical_A" in marks for _, marks in ended) == 226
    assert all("low_order_A" in marks for _, marks in ended if "non_canonical_A" in marks)
    sound = [marks for code, marks in ended if code not in KEY_REFUSED]
    assert sum("non_canonical_R" in marks for marks in sound) == 176
    assert sum("low_order_residue" in marks and "non_canonical_R" not in marks for marks in sound) == 126
    accepted = [marks for code, marks in ended if code is None]
    assert sum("low_order_component_A" in marks for marks in accepted) == 84


def test_libsodium_differs_only_where_r_has_small_order() -> None:
    differing = []
    for case in CASES:
        try:
            nacl.signing.VerifyKey(bytes.fromhex(case["key"])).verify(case["msg"].encode(), bytes.fromhex(case["sig"]))
            theirs = True
        except nacl.exceptions.BadSignatureError:
            theirs = False
        if theirs != (outcome(case) is None):
            differing.append(flags(case))
            assert not theirs
    assert len(differing) == 43
    assert all("low_order_R" in marks for marks in differing)
