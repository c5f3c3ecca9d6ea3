"""The webhook vectors: objects of both platforms as they send them, and the channels in them."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Error, Refused
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.attribution import MOST_ARTIFACTS, Extraction, Platform
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.telegram import from_telegram
from frankmark.protocols.signal.whatsapp import from_whatsapp

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-webhook.json").read_text(encoding="ascii"))
CASES = 101
TABLES = Tables(suffixes=PublicSuffixes.parse(FILE["suffixes"]), shorteners=frozenset(FILE["shorteners"]))
READERS = {"telegram": from_telegram, "whatsapp": from_whatsapp}


def of_platform(platform: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["platform"] == platform]


def told(message: Extraction) -> dict:
    return {
        "attribution": message.attribution.value,
        "chat": message.chat,
        "messageId": message.message_id,
        "tooMany": too_many(message),
        "subjects": [
            {"readings": [each.json() for each in subject.readings], "signals": sorted(subject.signals)}
            for subject in message.subjects
        ],
    }


def too_many(message: Extraction) -> bool:
    if len(message.subjects) <= MOST_ARTIFACTS:
        return message.admitted() != message.subjects
    with pytest.raises(Refused, match="ARTIFACTS_TOO_MANY"):
        message.admitted()
    return True


def expect(case: dict, outcome: dict) -> None:
    assert case["outcome"] == outcome


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["platform"], case["name"]) for case in FILE["cases"]}) == CASES
    assert {case["platform"] for case in FILE["cases"]} == set(Platform) == set(READERS)


@pytest.mark.parametrize("case", [*of_platform("telegram"), *of_platform("whatsapp")])
def test_webhook(case: dict) -> None:
    try:
        messages = READERS[case["platform"]](case["payload"], TABLES)
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert case["outcome"] == {"messages": [told(message) for message in messages]}
    for message in messages:
        assert message.platform == case["platform"]
        assert message.chat not in repr(message), "where to answer is never printed"
