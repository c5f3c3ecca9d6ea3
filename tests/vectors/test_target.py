"""The target vectors: whom a check may be about."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import frankmark
from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.services.trust import parse_target

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "target.json").read_text(encoding="ascii"))
LIST = Path(frankmark.__file__).parent / "data" / "public_suffix_list.dat"
CASES = 41


@pytest.fixture(scope="module")
def suffixes() -> PublicSuffixes:
    return PublicSuffixes.parse(LIST.read_text(encoding="utf-8"))


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES
    schema = json.loads((VECTORS / "schema" / "target.schema.json").read_text(encoding="ascii"))
    Draft202012Validator(schema).validate(FILE)


def test_the_generator_writes_these_very_octets(tmp_path: Path) -> None:
    generator = (VECTORS / "generate" / "target.py").read_text(encoding="utf-8")
    (tmp_path / "generate").mkdir()
    (tmp_path / "generate" / "target.py").write_text(generator, encoding="utf-8")
    subprocess.run([sys.executable, str(tmp_path / "generate" / "target.py")], check=True)
    assert (tmp_path / "target.json").read_bytes() == (VECTORS / "target.json").read_bytes()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in FILE["cases"]])
def test_target(case: dict, suffixes: PublicSuffixes) -> None:
    try:
        target = parse_target(case["text"], suffixes)
    except Malformed as wrong:
        found = {"result": "refused", "reason": wrong.code.value}
    else:
        found = {"result": "target", "target": target.text, "domain": target.domain}
    assert found == case["outcome"]
