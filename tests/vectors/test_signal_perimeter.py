"""The perimeter vectors: signed texts, the key that speaks for them, what follows what, and what lies inside."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal import perimeter
from frankmark.protocols.signal.brand_record import parse_brand_record
from frankmark.protocols.signal.model import Artifact, ArtifactType

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-perimeter.json").read_text(encoding="ascii"))
CASES = 164
SUFFIXES = PublicSuffixes.parse(FILE["suffixes"])


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def read(text: str) -> perimeter.SignedPerimeter:
    return perimeter.read(text, SUFFIXES)


def expect(case: dict, outcome: dict) -> None:
    assert case["outcome"] == outcome


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


@pytest.mark.parametrize("case", of_verb("read"))
def test_read(case: dict) -> None:
    try:
        document = read(case["jws"])
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    octets = document.parts.payload
    assert case["outcome"] == {"payload": octets.decode(), "digest": document.digest, "jkt": document.jkt}
    key = P256PrivateKey.from_scalar(b64url_decode(FILE["keys"]["brand"]["d"]))
    if b'"match"' in octets or not document.perimeter.channels:
        assert perimeter.payload(document.perimeter) == octets
        assert perimeter.sign(document.perimeter, key) == case["jws"]


@pytest.mark.parametrize("case", of_verb("verify"))
def test_verify(case: dict) -> None:
    reason = None
    try:
        perimeter.verify(read(case["jws"]), case["jkt"])
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("succession"))
def test_succession(case: dict) -> None:
    reason = None
    try:
        perimeter.verify_succession(read(case["jws"]), read(case["previous"]) if case["previous"] else None)
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("active"))
def test_active(case: dict) -> None:
    document = read(case["jws"]).perimeter
    assert case["outcome"] == {"active": perimeter.is_active(document, case["now"])}
    try:
        perimeter.verify_time(document, case["now"])
    except Error as wrong:
        expect(case, {"active": wrong.code.value != "PERIMETER_TIME"})
    else:
        expect(case, {"active": True})


@pytest.mark.parametrize("case", of_verb("inside"))
def test_inside(case: dict) -> None:
    document = read(case["jws"]).perimeter
    artifact = Artifact(type=ArtifactType(case["artifact"]["type"]), value=case["artifact"]["value"])
    channel = perimeter.find(document, artifact)
    assert case["outcome"] == {"channel": None if channel is None else channel.json()}
    assert perimeter.contains(document, artifact) == (channel is not None)


@pytest.mark.parametrize("case", of_verb("prove"))
def test_prove(case: dict) -> None:
    assert case["outcome"] == {"domains": list(perimeter.domains_to_prove(read(case["jws"]).perimeter))}


@pytest.mark.parametrize("case", of_verb("record"))
def test_record(case: dict) -> None:
    try:
        outcome = {"jkt": parse_brand_record(b64url_decode(case["octets"]))}
    except Error as wrong:
        outcome = {"reason": wrong.code.value}
    assert case["outcome"] == outcome
