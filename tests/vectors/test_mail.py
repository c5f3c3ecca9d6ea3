"""Messages, From, Received and Authentication-Results: the cases of our own, with every word of what is found."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.mail import authres
from frankmark.mail.authres import AuthenticationResults, AuthresReason, MethodResult, Property
from frankmark.mail.mailbox import FromReason, FromTrait, author
from frankmark.mail.message import MessageLimits, MessageReason, parse
from frankmark.mail.received import ReceivedReason, handover

VECTORS = Path(__file__).parents[2] / "vectors"
SIZES = {"message": 35, "from": 69, "received": 46, "authres": 43}
FILES = {suite: json.loads((VECTORS / f"{suite}.json").read_text(encoding="ascii")) for suite in SIZES}
BAD = {"name", "reason"}
KEYS = {
    "message": [{"name", "octets", "fields", "body", "line_endings"}, BAD | {"octets", "limits"}],
    "from": [{"name", "value", "local", "domain", "shown", "traits"}, BAD | {"value"}, BAD | {"octets"}],
    "received": [{"name", "header", "trusted", "found"}, BAD | {"header", "trusted"}],
    "authres": [{"name", "value", "authserv_id", "results"}, BAD | {"value"}, BAD | {"octets"}],
}
REASONS = {"message": MessageReason, "from": FromReason, "received": ReceivedReason, "authres": AuthresReason}


def cases(suite: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILES[suite]["cases"]]


def octets(case: dict) -> bytes:
    return case["octets"].encode("latin-1") if "octets" in case else case["value"].encode()


@pytest.mark.parametrize("suite", SIZES)
def test_a_file_is_whole_and_its_words_are_known(suite: str) -> None:
    file = FILES[suite]
    assert set(file) == {"suite", "standard", "cases"}
    assert len(file["cases"]) == SIZES[suite]
    for case in file["cases"]:
        assert set(case) in KEYS[suite], case["name"]


@pytest.mark.parametrize("suite", SIZES)
def test_every_reason_has_a_case(suite: str) -> None:
    seen = {case["reason"] for case in FILES[suite]["cases"] if "reason" in case}
    # These two are about the number of fields, not about one of them; the tests of mail.mailbox have them.
    elsewhere = {"FROM_ABSENT", "FROM_REPEATED"} if suite == "from" else set()
    assert seen | elsewhere == {reason.value for reason in REASONS[suite]}


def test_every_trait_of_an_author_has_a_case() -> None:
    seen = {trait for case in FILES["from"]["cases"] for trait in case.get("traits", ())}
    assert seen == {trait.value for trait in FromTrait}


def test_the_generator_writes_these_very_bytes(tmp_path: Path) -> None:
    script = VECTORS / "generate" / "mail.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    for suite in SIZES:
        assert (tmp_path / f"{suite}.json").read_bytes() == (VECTORS / f"{suite}.json").read_bytes()


@pytest.mark.parametrize("case", cases("message"))
def test_message(case: dict) -> None:
    if "reason" in case:
        with pytest.raises(Malformed) as caught:
            parse(octets(case), MessageLimits(**case["limits"]))
        assert caught.value.code == case["reason"]
        return
    message = parse(octets(case))
    assert [[field.name.decode("latin-1"), field.value.decode("latin-1")] for field in message.fields] == case["fields"]
    assert message.body == case["body"].encode("latin-1")
    assert message.line_endings == case["line_endings"]
    assert parse(message.octets).fields == message.fields


@pytest.mark.parametrize("case", cases("from"))
def test_from(case: dict) -> None:
    message = parse(b"From: " + octets(case) + b"\r\n\r\n")
    if "reason" in case:
        with pytest.raises(Malformed) as caught:
            author(message)
        assert caught.value.code == case["reason"]
        return
    found = author(message)
    assert (found.address.local, found.address.domain, found.name) == (case["local"], case["domain"], case["shown"])
    assert found.traits == set(case["traits"])


@pytest.mark.parametrize("case", cases("received"))
def test_received(case: dict) -> None:
    message = parse(case["header"].encode("latin-1") + b"From: joe@example.com\r\n\r\n")
    if "reason" in case:
        with pytest.raises(Unverified) as caught:
            handover(message, case["trusted"])
        assert caught.value.code == case["reason"]
        return
    assert asdict(handover(message, case["trusted"])) == case["found"]


@pytest.mark.parametrize("case", cases("authres"))
def test_authentication_results(case: dict) -> None:
    if "reason" in case:
        with pytest.raises(Malformed) as caught:
            authres.parse(octets(case))
        assert caught.value.code == case["reason"]
        return
    found = authres.parse(octets(case))
    results = tuple(
        MethodResult(
            method=each["method"],
            result=each["result"],
            reason=each["reason"],
            properties=tuple(Property(ptype=p, name=n, value=v) for p, n, v in each["properties"]),
        )
        for each in case["results"]
    )
    assert found == AuthenticationResults(authserv_id=case["authserv_id"], results=results)
    assert authres.parse(authres.render(found).replace(b"\r\n", b"")) == found
