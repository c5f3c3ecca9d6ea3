"""RFC 8785: the documents of its author, the numbers of its Appendix B, and our own strict-input cases."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.foundation.canonical import dump, load
from frankmark.foundation.errors import Malformed
from frankmark.foundation.reasons import FoundationReason

VECTORS = Path(__file__).parents[2] / "vectors"
THEIRS = VECTORS / "third-party" / "rfc8785"
DOCUMENTS = ["arrays", "french", "structures", "unicode", "values", "weird"]

# Appendix B: the double in hexadecimal, its only text; None where there is none.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("7fffffffffffffff", None),
    ("7ff0000000000000", None),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]

OURS = json.loads((VECTORS / "canonical.json").read_text(encoding="ascii"))
CASES = 84


def test_all_documents_are_here() -> None:
    for folder in ("input", "output"):
        assert sorted(p.stem for p in (THEIRS / folder).iterdir()) == DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document(name: str) -> None:
    canonical = dump(load((THEIRS / "input" / f"{name}.json").read_bytes()))
    assert canonical == (THEIRS / "output" / f"{name}.json").read_bytes()
    assert canonical == bytes.fromhex((THEIRS / "outhex" / f"{name}.txt").read_text(encoding="ascii"))
    assert dump(load(canonical)) == canonical


@pytest.mark.parametrize(("octets", "text"), NUMBERS, ids=[octets for octets, _ in NUMBERS])
def test_number(octets: str, text: str | None) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(octets))
    if text is None:
        with pytest.raises(Malformed) as refused:
            dump([number])
        assert refused.value.code is FoundationReason.JSON_NUMBER_NOT_FINITE
    else:
        assert dump([number]) == f"[{text}]".encode()


def test_our_file_is_whole_and_its_words_are_known() -> None:
    assert set(OURS) == {"suite", "standard", "cases"}
    assert len(OURS["cases"]) == CASES
    assert len({case["name"] for case in OURS["cases"]}) == CASES
    for case in OURS["cases"]:
        assert set(case) in ({"name", "octets", "canonical"}, {"name", "octets", "load"}, {"name", "octets", "dump"})


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    written = tmp_path / "canonical.json"
    subprocess.run([sys.executable, str(VECTORS / "generate" / "canonical.py"), str(written)], check=True)
    assert written.read_bytes() == (VECTORS / "canonical.json").read_bytes()


@pytest.mark.parametrize("case", OURS["cases"], ids=lambda case: case["name"])
def test_our_case(case: dict) -> None:
    octets = bytes.fromhex(case["octets"])
    if "load" in case:
        with pytest.raises(Malformed) as refused:
            load(octets)
        assert refused.value.code == case["load"]
    elif "dump" in case:
        value = load(octets)
        with pytest.raises(Malformed) as refused:
            dump(value)
        assert refused.value.code == case["dump"]
    else:
        assert dump(load(octets)) == case["canonical"].encode()
