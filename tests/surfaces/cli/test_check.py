"""`check`, `batch` and `score` in front of a node that says yes, no, later, or nonsense."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.canonical import dump
from frankmark.protocols.securestamp.evidence_file import parse_evidence
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.wire import assessment_bytes, check_body

CHECK = "POST /api/trust/check"
BATCH = "POST /api/trust/check/batch"
SCORES = json.loads((Path(__file__).parents[3] / "vectors" / "score.json").read_text())["cases"]
ALL_PASS = SCORES[0]["evidence"]


def body(evidence: dict = ALL_PASS) -> dict:
    """What a node answers for some evidence."""
    assessment = assess(parse_evidence(dump(evidence)))
    return dict(check_body(assessment, evidence["target"], None, "https://mark.example", 1_800_000_000_000))


def unregistered() -> dict:
    signals = [{**one, "value": "none"} if one["name"] in {"registry", "stamp"} else one for one in ALL_PASS["signals"]]
    return body({**ALL_PASS, "signals": signals})


def test_a_sender_is_asked_about_in_canonical_form_and_shown(shell, node) -> None:
    node.tell(CHECK, body())
    done = shell("check", "Bücher.Example")
    assert done.status == 0
    assert done.out.startswith("✓ TRUSTED  example.com  92/100 L4")
    assert node.asked[0][3] == {"target": "xn--bcher-kva.example"}
    assert shell("check", "alice@EXAMPLE.com").status == 0
    assert node.asked[1][3] == {"target": "alice@example.com"}
    assert shell("check", "example.com", "--json").object["assessment"]["score"] == 92


def test_every_signal_says_what_it_contributed(shell, node) -> None:
    node.tell(CHECK, body())
    out = shell("check", "example.com").out
    for label, points in [("SPF", "8/8"), ("DKIM", "11/11"), ("Complaints", "3.5/7"), ("Stamp", "12/12")]:
        assert any(line.split("  ")[1].strip() == label and points in line for line in out.splitlines()), (label, out)


@pytest.mark.parametrize(
    ("locale", "word"),
    [
        ("es_ES.UTF-8", "DE CONFIANZA"),
        ("fr_CA.UTF-8", "DE CONFIANCE"),
        ("ja_JP.UTF-8", "信頼"),
        ("de_DE.UTF-8", "TRUSTED"),
    ],
)
def test_words_are_of_the_readers_language_and_json_is_not(shell, node, locale: str, word: str) -> None:
    node.tell(CHECK, body())
    headline = shell("check", "example.com", LC_ALL=locale).out.splitlines()[0]
    assert word in headline or locale.startswith(("fr", "ja"))
    english = shell("check", "example.com", "--json").out
    assert shell("check", "example.com", "--json", LC_ALL=locale).out == english
    if locale != "de_DE.UTF-8":
        assert headline != shell("check", "example.com").out.splitlines()[0]


def test_no_display_is_trusted_that_is_not_known(shell, node) -> None:
    node.tell(CHECK, {**body(), "display": "excellent"})
    done = shell("check", "example.com")
    assert done.status == 70
    assert done.out.startswith("–")


@pytest.mark.parametrize(
    "answer", [{}, {"display": 7}, {"display": "trusted"}, {"assessment": [], "display": "unknown"}]
)
def test_an_answer_of_another_form_does_not_crash(shell, node, answer: dict) -> None:
    node.tell(CHECK, answer)
    assert shell("check", "example.com").status in {0, 30, 70}


def test_an_answer_that_is_no_object_is_no_node(shell, node) -> None:
    node.tell(CHECK, b"<html>")
    assert shell("check", "example.com").status == 69
    node.tell(CHECK, ["x"])
    assert shell("check", "example.com").status == 69
    node.tell(CHECK, b"{broken", content_type="application/json")
    assert shell("check", "example.com").status == 69


@pytest.mark.parametrize(
    ("http", "code", "status"),
    [
        (400, "INVALID_TARGET", 2),
        (401, "INVALID_API_KEY", 1),
        (429, "RATE_LIMITED", 1),
        (503, "UNAVAILABLE", 69),
        (502, "", 69),
        (500, "INTERNAL", 69),
    ],
)
def test_a_problem_of_the_node_keeps_its_code(shell, node, http: int, code: str, status: int) -> None:
    node.problem(CHECK, http, code)
    done = shell("check", "example.com", "--json")
    assert done.status == status
    assert done.object["error"]["code"] == (code or "NODE_FAILED")


def test_no_node_is_unknown_and_69(shell) -> None:
    done = shell("check", "example.com")
    assert done.status == 69
    assert done.out.startswith("– UNKNOWN  example.com")
    assert "frankmark up" in done.err
    assert shell("check", "example.com", "--json").object["error"]["code"] == "NODE_UNREACHABLE"


@pytest.mark.parametrize(
    "target", ["", " ", "localhost", "a@b@c", "http://example.com/", "x" * 400, "-x", "ex ample.com"]
)
def test_nonsense_is_sent_nowhere(shell, node, target: str) -> None:
    assert shell("check", "--", target).status == 2
    assert node.asked == []


def test_nobody_named_at_a_terminal_is_a_usage_error(shell) -> None:
    done = shell("check", tty=True)
    assert done.status == 2
    assert "name a domain" in done.err


def test_a_file_that_is_named_like_a_domain_is_said_to_be_there(shell, node) -> None:
    node.tell(CHECK, body())
    (shell.home / "example.com").write_text("From: a@b.example\n\nx\n")
    done = shell("check", "example.com")
    assert done.status == 0
    assert "./example.com" in done.err
    shell("check", "./example.com")
    assert node.asked[-1][3] == {"target": "b.example"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Subject: x\n\nbody\n", "FROM_ABSENT"),
        (b"From: a@b.example\nFrom: c@d.example\n\nx\n", "FROM_REPEATED"),
        (b"From: a@b.example, c@d.example\n\nx\n", "FROM_"),
        (b"From: nobody\n\nx\n", "FROM_"),
        (b"no header at all\n\nx", "HEADER_SYNTAX"),
        (b"From: a@b.example\x00\n\nx", "HEADER_CONTROL_CHARACTER"),
        (b"", "FROM_ABSENT"),
        (b"From: team: a@b.example;\n\nx\n", "FROM_GROUP"),
        (b"From: \xff@b.example\n\nx\n", "FROM_NOT_UTF8"),
        (b"X: " + b"a" * 40_000 + b"\n\n", "HEADER_LINE_TOO_LONG"),
        (b"".join(b"X%d: %s\n" % (number, b"a" * 900) for number in range(1200)) + b"\n", "HEADER_TOO_"),
        (b"From: a@b.example\n\n" + bytes(26_214_400), "FILE_TOO_LARGE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_that_nobody_can_judge_is_blocked_and_says_why(shell, node, data: bytes, code: str) -> None:
    (shell.home / "m.eml").write_bytes(data)
    done = shell("check", "m.eml", "--json")
    assert done.status == 20
    told = done.object
    assert (told["kind"], told["target"], told["domain"], told["display"]) == ("message", "m.eml", None, "blocked")
    (reason,) = told["reasons"]
    assert reason.startswith(code)
    assert (told["score"], told["assessment"]) == (None, None)
    human = shell("check", "-", stdin=data)
    assert human.status == 20
    assert human.out.startswith("✕ BLOCKED  -  ")
    assert reason in human.out
    assert "The message has no From field." in human.out or code != "FROM_ABSENT"
    assert human.err == ""
    assert node.asked == []


def test_an_envelope_without_an_address_is_still_a_usage_error(shell, node) -> None:
    node.tell(CHECK, body())
    (shell.home / "m.eml").write_bytes(b"From: a@example.com\n\nx\n")
    done = shell("check", "m.eml", "--json", "--client-ip", "nowhere", "--helo", "mx.example")
    assert done.status == 2
    assert not done.object.get("display")


def test_a_low_score_without_a_rule_names_the_signals_that_lost_most(shell, node) -> None:
    low = next(case for case in SCORES if case["name"] == "coverage 50: does not fire")["evidence"]
    node.tell(CHECK, body(low))
    done = shell("check", "example.com", "--json")
    assert done.status == 10
    assert done.object["reasons"][0] == "SCORE_LOW"
    headline = shell("check", "example.com").out.splitlines()[0]
    assert "The signals alone do not bring the points that trust takes." in headline
    assert "Most points were lost on: DKIM 0/11, Age of the domain, days 0/9, " in headline


@pytest.mark.parametrize("name", ["nowhere.eml", "sub/nowhere", "./"])
def test_a_file_that_cannot_be_read_is_a_usage_error(shell, name: str) -> None:
    done = shell("check", name, "--json")
    assert (done.status, done.object["error"]["code"]) == (2, "FILE_UNREADABLE")


def test_the_node_is_told_the_from_domain_and_the_token_and_nothing_else(shell, node, mint) -> None:
    node.tell(CHECK, body({**ALL_PASS, "target": "acme.example"}))
    token = mint.token()
    url = f"https://mark.example/verify/{token}"
    fields = ["From: Al <al@acme.example>", "To: bo@b.example", "Subject: secret"]
    fields.append(f"X-SecureStamp: v=1; token={token}; verify={url}")
    (shell.home / "m.eml").write_text("\n".join([*fields, "", "private", ""]))
    shell("check", "m.eml")
    assert [asked[3] for asked in node.asked] == [{"target": "acme.example", "token": token}]
    sent = json.dumps(node.asked)
    assert "secret" not in sent
    assert "al@" not in sent


def test_several_targets_do_not_keep_each_other_from_being_checked(shell, node) -> None:
    node.tell(CHECK, unregistered())
    done = shell("check", "nonsense!", "example.com", "nowhere.eml", "--json")
    assert done.status == 2
    assert [one.get("display") for one in done.objects] == [None, "unknown", None]


@pytest.mark.parametrize(("option", "status"), [((), 30), (("--fail-on", "caution"), 0), (("--fail-on", "blocked"), 0)])
def test_fail_on_says_from_which_state_on_a_status_is_not_zero(
    shell, node, option: tuple[str, ...], status: int
) -> None:
    node.tell(CHECK, unregistered())
    assert shell("check", "example.com", *option).status == status


def test_the_key_goes_to_the_node_and_to_no_eye(shell, node) -> None:
    node.tell(CHECK, body())
    key = "ss_live_" + "A" * 43
    done = shell("check", "example.com", FRANKMARK_API_KEY=key)
    assert node.asked[0][2]["Authorization"] == f"Bearer {key}"
    assert key not in done.out + done.err


def test_plain_http_to_another_machine_is_refused(shell) -> None:
    done = shell("check", "example.com", "--json", FRANKMARK_API_BASE="http://192.0.2.1:8480")
    assert (done.status, done.object["error"]["code"]) == (2, "NODE_BASE_INVALID")


def test_a_batch_goes_in_parts_that_an_anonymous_caller_may_ask_and_keeps_its_order(shell, node) -> None:
    rows = [f"no{number}.example" for number in range(130)]
    for first in (0, 50, 100):
        part = [{**unregistered(), "target": one, "domain": one} for one in rows[first : first + 50]]
        node.answers.setdefault(BATCH, []).append((200, {"results": part}, {}))
    done = shell("batch", "-", "--json", stdin="\n".join(["# senders", "", *rows]).encode())
    assert done.status == 30
    assert [one["target"] for one in done.objects] == rows
    assert [len(asked[3]["targets"]) for asked in node.asked] == [50, 50, 30]


def test_a_batch_without_a_key_is_asked_one_by_one(shell, node) -> None:
    no_key = {"code": "AUTH_REQUIRED", "status": 401, "detail": "a key", "retryable": False}
    refused = {"code": "INVALID_TARGET", "status": 400, "detail": "?", "retryable": False}
    node.answers[BATCH] = [(401, no_key, {})]
    node.answers[CHECK] = [(200, body(), {}), (400, refused, {}), (200, {**unregistered(), "target": "b.example"}, {})]
    done = shell("batch", "-", "--json", stdin=b"example.com\n?\nb.example\n")
    assert done.status == 2
    assert [one["target"] for one in done.objects] == ["example.com", "?", "b.example"]
    assert done.objects[1]["problem"]["code"] == "INVALID_TARGET"
    node.answers[BATCH] = [(401, {**no_key, "code": "INVALID_API_KEY"}, {})]
    done = shell("batch", "-", "--json", stdin=b"example.com")
    assert (done.status, done.object["error"]["code"]) == (1, "INVALID_API_KEY")


def test_a_batch_waits_as_long_as_the_node_says_and_no_longer(shell, node) -> None:
    limited = {"code": "RATE_LIMITED", "status": 429, "detail": "later", "retryable": True}
    node.answers[BATCH] = [(429, limited, {"retry_after": "0"}), (200, {"results": [body()]}, {})]
    done = shell("batch", "-", stdin=b"example.com")
    assert done.status == 0
    assert "waiting" in done.err
    node.answers[BATCH] = [(429, limited, {"retry_after": "7200"})]
    done = shell("batch", "-", "--json", stdin=b"example.com")
    assert done.status == 1
    assert done.object["error"]["code"] == "RATE_LIMITED"


def test_a_batch_is_told_to_people_in_a_line_each(shell, node) -> None:
    refused = {"target": "?", "problem": {"code": "INVALID_TARGET", "status": 400, "retryable": False}}
    node.tell(BATCH, {"results": [body(), refused, {**unregistered(), "target": "b.example"}]})
    done = shell("batch", "-", stdin=b"example.com\n?\nb.example\n")
    assert done.status == 2
    first, second, third = done.out.splitlines()
    assert first.startswith("✓ TRUSTED  example.com  92/100 L4")
    assert second == "– ?  INVALID_TARGET  A target is a domain or a mail address."
    assert third.startswith("– UNKNOWN  b.example  ")
    node.tell(BATCH, {"results": ["x"]})
    assert shell("batch", "-", stdin=b"example.com").status == 70


def test_a_batch_without_a_node_says_so_on_each_line(shell) -> None:
    done = shell("batch", "-", "--json", stdin=b"a.example\nb.example\n")
    assert done.status == 69
    assert [(one["target"], one["error"]["code"]) for one in done.objects] == [
        ("a.example", "NODE_UNREACHABLE"),
        ("b.example", "NODE_UNREACHABLE"),
    ]


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        ({"code": "INVALID_TARGET", "status": 400, "retryable": False}, 2),
        ({"code": "STORE_FULL", "status": 503, "retryable": True}, 69),
        ({"code": "FORBIDDEN", "status": 403, "retryable": False}, 1),
    ],
)
def test_a_problem_within_a_batch_has_its_own_status(shell, node, problem: dict, status: int) -> None:
    node.tell(BATCH, {"results": [{"target": "x", "problem": problem}]})
    assert shell("batch", "-", stdin=b"x").status == status


def test_a_batch_that_answers_too_little_is_a_failure_of_the_node(shell, node) -> None:
    node.tell(BATCH, {"results": []})
    assert shell("batch", "-", stdin=b"example.com").status == 69
    node.tell(BATCH, {"results": ["x"]})
    assert shell("batch", "-", stdin=b"example.com").status == 70
    assert shell("batch", "-", stdin=b"\xff\xfe").status == 2
    assert shell("batch", "nowhere").status == 2
    assert shell("batch", "-", stdin=b"").status == 0


@pytest.mark.parametrize("case", SCORES, ids=[case["name"] for case in SCORES])
def test_a_score_is_computed_again_to_the_octet(shell, case: dict) -> None:
    assessment = assess(parse_evidence(dump(case["evidence"])))
    done = shell("score", "-", stdin=dump(case["evidence"]))
    assert done.out.encode() == assessment_bytes(assessment) + b"\n"


def test_score_takes_what_check_printed_and_notices_a_change(shell) -> None:
    told = body()
    done = shell("score", "-", "--json", stdin=json.dumps({"kind": "sender", **told}).encode())
    assert done.object == told["assessment"]
    assert done.status == 0
    assert shell("score", "-", stdin=json.dumps(told["assessment"]).encode()).status == 0
    told["assessment"]["signals"][0]["value"] = "?all"
    assert shell("score", "-", stdin=json.dumps(told).encode()).status == 2


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"{", b'{"a":1,"a":2}', b"x" * 300_000])
def test_what_is_no_evidence_is_a_usage_error(shell, data: bytes) -> None:
    assert shell("score", "-", stdin=data).status == 2


def test_score_needs_no_network(shell) -> None:
    (shell.home / "e.json").write_bytes(dump(ALL_PASS))
    done = shell.program("score", "e.json", before=("unshare", "-rn"))
    assert (done.status, json.loads(done.out)["score"]) == (0, 92)
