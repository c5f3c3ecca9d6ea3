"""The counter-stamp vectors: all 36 moves for all four actors, their conditions, statements and expiry."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal import moves, statement
from frankmark.protocols.signal.counterstamp import (
    Actor,
    CounterStamp,
    ReasonCode,
    core_hash,
    core_json,
    parse_core,
    parse_evidence,
    state_at,
)
from frankmark.protocols.signal.model import Role, State

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "signal-counterstamp.json").read_text(encoding="ascii"))
CASES = 245
SUFFIXES = PublicSuffixes.parse(FILE["suffixes"])


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def actor(value: dict) -> Actor:
    return Actor(role=Role(value["role"]), principal=value["principal"], org=value["org"])


def standing(value: dict) -> CounterStamp:
    return CounterStamp(
        core=parse_core(value["core"], SUFFIXES),
        state=State(value["state"]),
        version=value["version"],
        opener=actor(value["opener"]),
        moved_at_s=value["movedAt"],
        disputed_at_s=value["disputedAt"],
        evidence=parse_evidence(value["evidence"]),
    )


def evidence_json(case: CounterStamp) -> list:
    return [{"sha256": each.sha256, "mime": each.mime} for each in case.evidence]


def expect(case: dict, outcome: dict) -> None:
    assert case["outcome"] == outcome


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES


def test_the_matrix_is_whole() -> None:
    pairs = {
        (case["before"]["state"], case["wish"]["to"], case["wish"]["actor"]["role"])
        for case in FILE["cases"]
        if case["verb"] == "move"
        and case["name"]
        == "{} to {} by the {}".format(case["before"]["state"], case["wish"]["to"], case["wish"]["actor"]["role"])
    }
    assert pairs == {(start, to, role) for start in State for to in State for role in Role}
    cores = [
        case["core"]["reasonCode"] for case in FILE["cases"] if case["verb"] == "core" and "hash" in case["outcome"]
    ]
    assert set(cores) == set(ReasonCode)


@pytest.mark.parametrize("case", of_verb("open"))
def test_open(case: dict) -> None:
    core = parse_core(case["core"], SUFFIXES)
    try:
        found = moves.open_case(
            core, actor(case["actor"]), inside=case["inside"], evidence=parse_evidence(case["evidence"])
        )
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert case["outcome"] == {"state": found.state.value, "version": found.version}
    assert (found.core, found.opener, found.moved_at_s) == (core, actor(case["actor"]), core.opened_at_s)
    assert evidence_json(found) == case["evidence"]


@pytest.mark.parametrize("case", of_verb("move"))
def test_move(case: dict) -> None:
    wish = case["wish"]
    try:
        after = moves.move(
            standing(case["before"]),
            moves.Move(
                to=State(wish["to"]),
                actor=actor(wish["actor"]),
                if_version=wish["ifVersion"],
                reason=wish["reason"],
                evidence=parse_evidence(wish["evidence"]),
                statement_verified=wish["statementVerified"],
                control_proven=wish["controlProven"],
                inside=wish["inside"],
            ),
            case["now"],
        )
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert after.core == standing(case["before"]).core
    assert case["outcome"] == {
        "state": after.state.value,
        "version": after.version,
        "movedAt": after.moved_at_s,
        "disputedAt": after.disputed_at_s,
        "evidence": evidence_json(after),
    }


@pytest.mark.parametrize("case", of_verb("core"))
def test_core(case: dict) -> None:
    try:
        core = parse_core(case["core"], SUFFIXES)
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert case["outcome"] == {"hash": core_hash(core)}
    assert core_json(core) == case["core"]


@pytest.mark.parametrize("case", of_verb("evidence"))
def test_evidence(case: dict) -> None:
    reason = None
    try:
        parse_evidence(case["evidence"])
    except Error as wrong:
        reason = wrong.code.value
    assert case["outcome"] == {"reason": reason}


@pytest.mark.parametrize("case", of_verb("expiry"))
def test_expiry(case: dict) -> None:
    assert case["outcome"] == {"state": state_at(standing(case["before"]), case["now"]).value}


@pytest.mark.parametrize("case", of_verb("statement"))
def test_statement(case: dict) -> None:
    try:
        document = statement.read(case["jws"])
        statement.verify(document, standing(case["before"]), jkt=case["jkt"], log=case["log"], now_s=case["now"])
    except Error as wrong:
        expect(case, {"reason": wrong.code.value})
        return
    assert case["outcome"] == {"reason": None}
    key = P256PrivateKey.from_scalar(b64url_decode(FILE["keys"]["brand"]["d"]))
    assert statement.sign(document.statement, key) == case["jws"]
