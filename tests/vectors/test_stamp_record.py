"""The SecureStamp record vectors: every case, with every word of its outcome."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Status
from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.record import (
    character_strings,
    parse_record,
    read_records,
    render_record,
    zone_line,
)

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "record.json").read_text(encoding="ascii"))
CASES = 78


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


def outcome(octets: bytes) -> dict:
    try:
        record = parse_record(octets)
    except Malformed as wrong:
        return {"result": "permerror", "reason": wrong.code.value}
    if record is None:
        return {"result": "ignored"}
    url = record.url
    found = {"stampId": record.stamp_id, "url": url.text, "origin": url.origin, "token": url.token}
    return {"result": "record"} | found


@pytest.mark.parametrize("case", of_verb("parse"))
def test_parse(case: dict) -> None:
    assert case["outcome"] == outcome(case["octets"].encode("latin-1"))


@pytest.mark.parametrize("case", of_verb("read"))
def test_read(case: dict) -> None:
    if isinstance(case["answer"], str):
        answer = Answer(status=Status(case["answer"]))
    else:
        texts = tuple(tuple(string.encode("latin-1") for string in one) for one in case["answer"])
        answer = Answer(status=Status.OK, texts=texts)
    found = read_records(answer)
    assert case["outcome"] == {
        "result": found.result.value,
        "reason": found.reason.value if found.reason else None,
        "stampIds": [record.stamp_id for record in found.records],
    }


@pytest.mark.parametrize("case", of_verb("render"))
def test_render(case: dict) -> None:
    text = render_record(case["stampId"], case["url"])
    strings = [string.decode("ascii") for string in character_strings(text)]
    assert case["outcome"] == {"text": text, "strings": strings, "zone": zone_line(case["domain"], text)}
