"""The same question asked again: answered from memory, through the same gate, and never with what is no longer so."""

import io
import json

import pytest
import structlog

from frankmark.surfaces.node import endpoint
from frankmark.surfaces.node.journal import NodeJournal

CHECK = "/api/trust/check"
DOMAIN = "warm.test"


@pytest.fixture(scope="module")
def stamped(node):
    return node.stamped(DOMAIN)


def ask(node, target: str = DOMAIN, **more: str):
    answer = node.ask("POST", CHECK, {"target": target, **more})
    assert answer.status_code == 200, answer.text
    return answer


def same(body: bytes) -> dict:
    """The body, which is what one encoder writes of it in one go."""
    value = json.loads(body)
    assert json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() == body
    return value


def test_the_octets_are_those_of_the_first_answer_but_for_the_time(node, stamped):
    token = stamped["publish"]["url"].rpartition("/")[2]
    for more in ({}, {"token": token}):
        first, second = same(ask(node, **more).content), same(ask(node, **more).content)
        assert list(first) == list(second)
        assert {**first, "checkedAt": ""} == {**second, "checkedAt": ""}
        assert first["checkedAt"] <= second["checkedAt"]


def test_the_header_fields_are_those_of_the_first_answer(node):
    target = "fields.test"
    first, second = ask(node, target).headers, ask(node, target).headers
    assert first.keys() == second.keys()
    assert {"content-security-policy", "ratelimit", "ratelimit-policy", "cache-control"} <= set(second)
    assert second["content-type"] == "application/json"
    assert second["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "local", ['"\\"checkedAt\\":\\"\\""', '"<x>"', '"a,b"'], ids=["a member of the answer", "signs", "a comma"]
)
def test_a_target_cannot_be_taken_for_a_part_of_the_answer(node, local):
    target = f"{local}@quoted.test"
    for _ in range(2):
        assert same(ask(node, target).content)["domain"] == "quoted.test"


@pytest.mark.parametrize(
    ("body", "fields", "status"),
    [
        (b'{"target":"warm.test"}', {"Host": "elsewhere.example"}, 421),
        (b'{"target":"warm.test"}', {"Content_Type": "text/plain"}, 415),
        (b'{"target":"warm.test"}', {"Content_Encoding": "gzip"}, 415),
        (b'{"target":"warm.test"}', {"Authorization": "Bearer nobody"}, 401),
        (b'{"target":"warm.test"' + b" " * 65_536 + b"}", {}, 413),
        (b'{"target":"warm.test","target":"warm.test"}', {}, 400),
        (b'{"target":"warm.test","more":1}', {}, 422),
        (b'{"target":1}', {}, 422),
    ],
)
def test_whoever_may_not_ask_is_refused_what_is_remembered(node, body, fields, status):
    ask(node)
    for _ in range(2):
        answer = node.ask("POST", CHECK, body, **fields)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "content-security-policy" in answer.headers


def test_every_question_counts_against_the_limit(opened, tmp_path):
    with opened(tmp_path, {"FRANKMARK_LIMITS_API_PER_MINUTE": "5"}) as strict:
        answers = [strict.ask("POST", CHECK, {"target": DOMAIN}) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == [
            *(f"r={left}" for left in (4, 3, 2, 1, 0, 0, 0))
        ]
        assert int(answers[-1].headers["retry-after"]) > 0


def test_every_question_is_in_the_figures(node):
    def counted() -> float:
        wanted = f'frankmark_requests_total{{method="POST",route="{CHECK}",status="200"}} '
        lines = node.ask("GET", "/metrics", key=node.running.run_token).text.splitlines()
        return next((float(line[len(wanted) :]) for line in lines if line.startswith(wanted)), 0.0)

    ask(node)
    before = counted()
    for _ in range(3):
        ask(node)
    assert counted() == before + 3


def test_a_revocation_counts_for_the_next_question(node):
    made = node.stamped("revoked-when-warm.test", "Revoked GmbH")
    target, token = "revoked-when-warm.test", made["publish"]["url"].rpartition("/")[2]
    for _ in range(3):
        assert ask(node, target, token=token).json()["stamp"]["stampId"] == made["stampId"]
        assert node.ask("GET", f"/v1/trust/{target}").json()["stamp"]["status"] == "active"
    node.admin("POST", f"/api/stamps/{made['stampId']}/revoke", {"reason": "ORG_REQUEST"})
    after = ask(node, target, token=token).json()
    assert after["stamp"] is None
    said = {each["channel"]: each["reason"] for each in after["channels"]}
    assert said["header"] == said["api"] == "STAMP_REVOKED"
    assert node.ask("GET", f"/v1/trust/{target}").json()["stamp"]["status"] == "revoked"


def test_a_list_counts_for_the_next_question(node):
    target = "listed-when-warm.test"
    for _ in range(3):
        assert ask(node, target).json()["assessment"]["lists"]["blocked"] == []
    node.admin("POST", "/api/lists/compliance", {"domain": target, "note": "a test"})
    after = ask(node, target).json()
    assert (after["score"], after["assessment"]["lists"]["blocked"]) == (0, ["compliance"])


def test_a_batch_says_what_single_questions_say(node, stamped):
    del stamped
    asked = {"targets": [{"target": DOMAIN}, {"target": "a..b"}]}
    answer = node.ask("POST", f"{CHECK}/batch", asked, key=node.running.run_token)
    one, other = same(answer.content)["results"]
    single = ask(node).json()
    assert {**one, "checkedAt": ""} == {**single, "checkedAt": ""}
    assert other["problem"]["code"] == "INVALID_TARGET"


def test_a_body_is_decoded_once_unless_it_could_name_an_address(node):
    def decoded(body: bytes) -> int:
        before = endpoint._remembered.cache_info().misses
        for _ in range(2):
            assert node.ask("POST", CHECK, body).status_code == 200
        return endpoint._remembered.cache_info().misses - before

    assert decoded(b'{"target": "decoded-once.test"}') == 1
    assert decoded(b'{"target": "anna@decoded-once.test"}') == 0
    assert decoded(rb'{"target": "anna\u0040decoded-once.test"}') == 0
    assert decoded(b'{"target": "decoded-once.test"' + b" " * 1_024 + b"}") == 0


def test_a_line_of_the_log_is_what_the_log_writes_of_it():
    stream, other = io.StringIO(), io.StringIO()
    NodeJournal(version="1", stream=stream).request(method="POST", template='/v1/{"a"}/é', status=200, elapsed_ms=12)
    line = json.loads(stream.getvalue())
    structlog.wrap_logger(
        structlog.WriteLogger(other), processors=[structlog.processors.JSONRenderer(sort_keys=True)]
    ).msg(**line)
    assert stream.getvalue() == other.getvalue()
    assert line == {
        "event": "request",
        "method": "POST",
        "ms": 12,
        "route": '/v1/{"a"}/é',
        "status": 200,
        "timestamp": line["timestamp"],
    }
    assert line["timestamp"].endswith("Z")
