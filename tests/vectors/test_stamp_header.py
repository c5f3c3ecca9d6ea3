"""The SecureStamp header vectors: every case, with every word of its outcome."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.protocols.securestamp.header import HEADER_NAME, one_header, render_header

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "header.json").read_text(encoding="ascii"))
CASES = 34


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({case["name"] for case in FILE["cases"]}) == CASES


def outcome(case: dict) -> dict:
    try:
        header = one_header([field.encode("latin-1") for field in case["fields"]], case["from"])
    except (Malformed, Unverified) as wrong:
        return {"result": "fail", "reason": wrong.code.value}
    if header is None:
        return {"result": "none"}
    return {
        "result": "header",
        "token": header.token,
        "origin": header.verify.origin if header.verify else None,
        "warnings": [warning.value for warning in header.warnings],
    }


@pytest.mark.parametrize("case", of_verb("parse"))
def test_parse(case: dict) -> None:
    assert case["outcome"] == outcome(case)


@pytest.mark.parametrize("case", of_verb("render"))
def test_render(case: dict) -> None:
    value = render_header(case["token"], case["url"])
    assert case["outcome"] == {"result": "field", "value": value}
    assert all(len(line) <= 78 for line in f"{HEADER_NAME}: {value}".split("\r\n"))
