"""What stands before every handler: credentials, limits, proxies, header fields, figures, a log that tells nobody."""

import json
import re
import socket

import pytest
from aiosmtpd.controller import Controller
from starlette.requests import ClientDisconnect

from frankmark.adapters.network.limits import MemoryRateLimiter
from frankmark.adapters.system.clock import SystemClock
from frankmark.foundation.errors import Misuse
from frankmark.ports.limits import Rate
from frankmark.surfaces.node.edge import Edge, Rates, known_host
from frankmark.surfaces.node.reasons import NodeReason

CANARY = "canary7f3a"

CREDENTIALS = {
    "another scheme": {"Authorization": "Basic YTpi"},
    "no scheme": {"Authorization": "ss_live_x"},
    "nothing after the scheme": {"Authorization": "Bearer"},
    "an empty field": {"Authorization": ""},
    "an empty key": {"X-API-Key": ""},
    "another prefix": {"Authorization": "Bearer sk_live_" + "a" * 43},
    "a wrong check sum": {"Authorization": "Bearer ss_live_" + "a" * 43},
    "two keys that differ": {"Authorization": "Bearer ss_live_a", "X-API-Key": "ss_live_b"},
    "beyond ASCII": {"X-API-Key": b"ss_live_\xff\xfe"},
    "very long": {"X-API-Key": "ss_live_" + "a" * 4000},
    "a tab for a space": {"Authorization": "Bearer\tss_live_a"},
}


@pytest.mark.row("W40")
@pytest.mark.parametrize("story", CREDENTIALS)
@pytest.mark.parametrize("path", ["/version", "/v1/trust/a.example", "/api/orgs", "/healthz", "/static/icon.svg"])
def test_a_credential_that_is_not_valid_is_401_and_never_anonymous(node, story, path) -> None:
    with node.client() as client:
        answer = client.get(path, headers=CREDENTIALS[story])
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_API_KEY")
    assert answer.headers["www-authenticate"] == 'Bearer realm="frankmark", error="invalid_token"'


def test_both_fields_may_carry_the_same_key_and_the_scheme_has_no_case(node) -> None:
    key = node.running.run_token
    with node.client() as client:
        for fields in (
            {"X-API-Key": key},
            {"Authorization": f"bearer {key}"},
            {"Authorization": f"BEARER   {key}", "X-API-Key": key},
        ):
            assert client.get("/api/status", headers=fields).json()["role"] == "admin"
        assert client.get("/api/status").json()["role"] is None


def test_every_answer_has_the_fixed_fields(node) -> None:
    for path in ("/", "/healthz", "/nothing", "/static/icon.svg", "/api/orgs", "/openapi.json"):
        fields = node.ask("GET", path).headers
        assert fields["referrer-policy"] == "no-referrer"
        assert fields["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in fields["content-security-policy"]
        assert "unsafe" not in fields["content-security-policy"]
        assert "frame-ancestors 'none'" in fields["content-security-policy"]
        assert "strict-transport-security" not in fields


FORWARDING = {
    "an address": {"X-Forwarded-For": "203.0.113.7"},
    "the standard's field": {"Forwarded": "for=203.0.113.7;proto=https"},
    "a proxy's own field": {"X-Real-IP": "203.0.113.7"},
    "under the proxy's name": {"Host": "stamps.example", "X-Forwarded-For": "203.0.113.7"},
}


@pytest.mark.parametrize("story", FORWARDING)
def test_a_proxy_on_this_machine_that_no_setting_names_is_told(opened, tmp_path, story) -> None:
    with opened(tmp_path) as node:
        assert node.ask("GET", "/readyz").json()["unnamedProxies"] == []
        for _ in range(3):
            with node.client() as client:
                client.get("/version", headers=FORWARDING[story])
        assert node.ask("GET", "/readyz").json()["unnamedProxies"] == ["127.0.0.1"]


def test_a_proxy_that_is_named_is_not_told(opened, tmp_path) -> None:
    with opened(tmp_path, {"FRANKMARK_TRUSTED_PROXIES": "127.0.0.1"}) as node, node.client() as client:
        for fields in FORWARDING.values():
            client.get("/version", headers=fields)
        assert client.get("/readyz").json()["unnamedProxies"] == []


LIMITS = {
    "FRANKMARK_LIMITS_V1_PER_HOUR": "4",
    "FRANKMARK_LIMITS_API_PER_MINUTE": "3",
    "FRANKMARK_LIMITS_KEY_PER_MINUTE": "9",
    "FRANKMARK_LIMITS_KEY_PER_HOUR": "12",
}


@pytest.mark.row("L20")
def test_both_windows_are_counted_and_told(opened, tmp_path) -> None:
    with opened(tmp_path, LIMITS) as node:
        first = node.ask("GET", "/v1/ledger/head")
        assert first.headers["ratelimit-policy"] == '"v1";q=4;w=3600'
        found = re.fullmatch(r'"v1";r=3;t=(\d+)', first.headers["ratelimit"])
        assert found
        assert 0 < int(found[1]) <= 3600
        assert [node.ask("GET", "/v1/ledger/head").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = node.ask("GET", "/v1/ledger/head")
        assert refused.json()["code"] == "RATE_LIMITED"
        assert refused.json()["retryable"] is True
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert refused.headers["ratelimit"].startswith('"v1";r=0;t=')
        # The other window is its own, and a key has both of its own.
        assert [node.ask("GET", "/api/status").status_code for _ in range(4)] == [200, 200, 200, 429]
        key = node.running.run_token
        keyed = node.ask("GET", "/v1/ledger/head", key=key)
        assert keyed.headers["ratelimit-policy"] == '"key-hour";q=12;w=3600'
        assert [node.ask("GET", "/api/status", key=key).status_code for _ in range(10)] == [200] * 9 + [429]
        # Health is never refused, guessing keys is.
        assert {node.ask("GET", "/healthz").status_code for _ in range(9)} == {200}
        assert node.ask("GET", "/healthz", key="ss_live_guess").status_code == 429


def test_guessing_keys_uses_up_what_asking_does(opened, tmp_path) -> None:
    with opened(tmp_path, LIMITS) as node:
        tried = [node.ask("GET", "/api/status", key="ss_live_guess").status_code for _ in range(4)]
        assert tried == [401, 401, 401, 429]
        assert node.ask("GET", "/api/status").status_code == 429


def test_a_batch_counts_as_many_requests_as_it_has_targets(opened, tmp_path) -> None:
    with opened(tmp_path, LIMITS) as node:
        path, asked = "/api/trust/check/batch", [{"target": f"x{number}.invalid"} for number in range(10)]
        stranger = node.ask("POST", path, {"targets": asked[:1]})
        assert (stranger.status_code, stranger.json()["code"]) == (401, "AUTH_REQUIRED")
        key = node.running.run_token
        refused = node.ask("POST", path, {"targets": asked}, key=key)
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
        assert refused.headers.get_list("ratelimit") == [f'"key-minute";r=8;t={refused.headers["retry-after"]}']
        assert refused.headers.get_list("ratelimit-policy") == ['"key-minute";q=9;w=60, "key-hour";q=12;w=3600']
        made = node.ask("POST", path, {"targets": asked[:8]}, key=key)
        assert made.status_code == 200
        assert made.headers["ratelimit"].startswith('"key-minute";r=0;')
        assert node.ask("GET", "/api/status", key=key).status_code == 429


def test_forwarding_fields_are_believed_only_from_a_named_proxy(opened, tmp_path) -> None:
    with opened(tmp_path / "bare", LIMITS) as node:
        for last in range(4):
            answer = node.ask("GET", "/api/status", X_Forwarded_For=f"192.0.2.{last}")
        assert answer.status_code == 429
    with opened(tmp_path / "proxied", {**LIMITS, "FRANKMARK_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8"}) as node:
        for last in range(4):
            answer = node.ask("GET", "/api/status", X_Forwarded_For=f"203.0.113.7, 192.0.2.{last}, 10.1.2.3")
        assert answer.status_code == 200
        # The leftmost is whatever the client wrote; it buys nothing.
        spent = [
            node.ask("GET", "/api/status", X_Forwarded_For=f"203.0.113.{n}, 198.51.100.9").status_code for n in range(4)
        ]
        assert spent == [200, 200, 200, 429]
        for nonsense in ("", "unknown", "198.51.100.9:1234", "a, b, c"):
            assert node.ask("GET", "/v1/ledger/head", X_Forwarded_For=nonsense).status_code in {200, 429}
        # Behind a proxy nobody is on loopback, and TLS is the proxy's.
        assert node.ask("GET", "/metrics").status_code == 401
        assert node.ask("GET", "/metrics", key=node.running.run_token).status_code == 200
        assert node.ask("GET", "/healthz").headers["strict-transport-security"] == "max-age=31536000"


PASSED_ON = {
    "X-Forwarded-For": {"X-Forwarded-For": "192.0.2.1"},
    "an empty one": {"X-Forwarded-For": ""},
    "Forwarded": {"Forwarded": "for=192.0.2.1"},
    "X-Real-IP": {"X-Real-IP": "192.0.2.1"},
    "X-Forwarded-Proto": {"X-Forwarded-Proto": "https"},
    "CF-Connecting-IP": {"CF-Connecting-IP": "192.0.2.1"},
    "Via": {"Via": "1.1 proxy"},
    "another of our names": {"Host": "mark.example.org"},
}


@pytest.mark.parametrize("story", PASSED_ON)
def test_what_a_proxy_on_this_machine_passes_on_is_not_loopback(opened, tmp_path, story) -> None:
    with opened(tmp_path, {"FRANKMARK_HOSTS": "mark.example.org"}) as node, node.client() as client:
        assert client.get("/metrics").status_code == 200
        refused = client.get("/metrics", headers=PASSED_ON[story])
        assert (refused.status_code, refused.json()["code"]) == (401, "AUTH_REQUIRED")
        assert client.get("/healthz", headers=PASSED_ON[story]).status_code == 200


class Mailbox:
    """Takes letters."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  (the name that aiosmtpd calls)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def test_nobody_fills_a_mailbox_with_codes(opened, tmp_path) -> None:
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    post = Controller(mailbox, hostname="127.0.0.1", port=port)
    post.start()
    settings = {
        "FRANKMARK_SMTP_HOST": "127.0.0.1",
        "FRANKMARK_SMTP_PORT": str(port),
        "FRANKMARK_SMTP_TLS": "none",
        "FRANKMARK_SMTP_FROM": "node@mark.example",
        "FRANKMARK_LIMITS_LETTERS_PER_HOUR": "5",
        "FRANKMARK_LIMITS_LETTERS_TO_ONE_PER_HOUR": "3",
    }
    try:
        with opened(tmp_path, settings) as node:
            first, second = (node.admin("POST", "/api/orgs", {"name": name})["orgId"] for name in ("A", "B"))
            key = node.admin("POST", "/api/keys", {"role": "org", "name": "k", "orgId": first})["key"]

            def register(address: str, org_id: str = first) -> int:
                answer = node.ask("POST", "/api/addresses", {"address": address, "orgId": org_id}, key=key)
                if answer.status_code == 429:
                    assert answer.json()["code"] == "RATE_LIMITED"
                    assert 0 < int(answer.headers["retry-after"]) <= 3600
                return answer.status_code

            # Whoever may not act for an organisation uses up nothing of its own.
            assert [register("ann@good.example", second) for _ in range(6)] == [403] * 6
            spellings = ("ann@good.example", "ANN@good.example", '"ann"@GOOD.example', "ann+1@good.example")
            assert [register(one) for one in spellings] == [201, 201, 201, 429]
            assert [register(f"{name}@good.example") for name in ("bob", "cleo", "dan")] == [201, 201, 429]
            assert len(mailbox.recipients) == 5
    finally:
        post.stop()


def test_no_stranger_uses_up_the_reports_that_a_node_takes(opened, tmp_path) -> None:
    report = {"category": "SPAM", "domain": "spam.example"}
    with opened(tmp_path, {"FRANKMARK_LIMITS_REPORTS_PER_DAY": "3"}) as node:
        assert [node.ask("POST", "/api/reports", report).status_code for _ in range(4)] == [202, 202, 202, 429]
        assert node.ask("POST", "/api/reports", report, key=node.running.run_token).status_code == 202
        assert node.ask("GET", "/api/status").status_code == 200


def test_signing_in_has_a_window_of_its_own(opened, tmp_path) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with opened(tmp_path, LIMITS) as node, node.client() as client:
        while client.get("/v1/ledger/head").status_code != 429:
            pass
        assert client.get("/welcome").status_code == 200
        secret = node.admin("POST", "/api/admin/link")["secret"]
        made = client.post("/welcome", content=f"secret={secret}", headers=form)
        assert made.status_code == 303
        assert made.headers["ratelimit-policy"] == '"sign-in";q=30;w=3600'
        client.cookies.clear()
        tried = [client.post("/welcome", content="secret=guess", headers=form).status_code for _ in range(30)]
        assert tried == [401] * 29 + [429]
        assert client.get("/api/status").status_code == 200


def test_a_log_line_holds_a_template_and_neither_name_nor_query_nor_address(opened, tmp_path, capfd) -> None:
    with opened(tmp_path) as node:
        node.ask("GET", f"/v1/trust/{CANARY}.example?{CANARY}=1")
        node.ask("GET", f"/{CANARY}/b/c", User_Agent=CANARY, Cookie=f"frankmark={CANARY}")
        node.ask("GET", "/" + "/".join([CANARY] * 30))
        node.ask("POST", "/api/trust/check", {"target": f"{CANARY}@{CANARY}.example", "token": CANARY})
        node.ask("GET", f"/verify/{CANARY}", Accept="text/html")
        node.ask("GET", f"/check?target={CANARY}.example", Accept="text/html")
        node.ask("GET", "/api/orgs", key=f"ss_live_{CANARY}")
        node.ask("GET", f"/static/{CANARY}.css")
        node.ask(CANARY.upper(), "/healthz")
        figures = node.ask("GET", "/metrics").text
        token = node.running.run_token
    shown = capfd.readouterr()
    said = shown.err + shown.out + figures
    assert CANARY not in said.lower()
    assert token not in said
    assert "127.0.0.1" not in said
    lines = [json.loads(line) for line in shown.err.splitlines()]
    routes = [line["route"] for line in lines if line["event"] == "request"]
    assert routes[:4] == ["/v1/trust/{asked}", "/*/*/*", "/*/*/*/*/*/*/*/*/**", "/api/trust/check"]
    assert {frozenset(line) for line in lines if line["event"] == "request"} == {
        frozenset({"event", "timestamp", "method", "route", "status", "ms"})
    }
    assert 'method="OTHER"' in figures


def test_names_in_host() -> None:
    names = frozenset({"127.0.0.1", "::1", "node.example"})
    assert known_host("node.example:8443", names)
    assert known_host("NODE.example.", names)
    assert known_host("[::1]:80", names)
    for wrong in ("", "node.example:", "node.example:port", "node.example/", "x@node.example", "[::1", "::1", "other"):
        assert not known_host(wrong, names)


class Told:
    """A journal that remembers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, int]] = []
        self.failures: list[BaseException] = []

    def request(self, **told) -> None:
        self.requests.append((told["template"], told["status"]))

    def failed(self, **told) -> None:
        self.failures.append(told["fault"])


def edge(inner, journal) -> Edge:
    async def nobody(_scope, _fields):
        return None

    rate = (Rate(name="any", amount=1000, window_s=60),)
    clock = SystemClock({})
    return Edge(
        inner,
        identify=nobody,
        limiter=MemoryRateLimiter(clock=clock, secret=b"s" * 32),
        rates=Rates(v1=rate, api=rate, keyed_v1=rate, keyed_api=rate, sign_in=rate, hooks=rate),
        hosts=frozenset({"localhost"}),
        proxies=(),
        journal=journal,
        clock=clock,
        secure=False,
    )


async def served(inner, journal) -> list[dict]:
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/a",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
        "client": ("::ffff:127.0.0.1", 1),
    }
    await edge(inner, journal)(scope, None, send)
    return sent


@pytest.mark.parametrize("fault", [RuntimeError("a secret"), Misuse(NodeReason.INTERNAL, "a secret")])
async def test_a_defect_is_500_noted_and_tells_nothing(fault) -> None:
    async def broken(_scope, _receive, _send) -> None:
        raise fault

    journal = Told()
    start, body = await served(broken, journal)
    assert start["status"] == 500
    assert b"secret" not in body["body"]
    assert journal.failures == [fault]
    assert journal.requests == [("/*", 500)]


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    async def half(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    journal = Told()
    assert [message["type"] for message in await served(half, journal)] == ["http.response.start"]
    assert journal.requests == [("/*", 200)]


async def test_whoever_leaves_is_no_defect() -> None:
    async def left(_scope, _receive, _send) -> None:
        raise ClientDisconnect

    journal = Told()
    assert await served(left, journal) == []
    assert journal.failures == []
    assert journal.requests == [("/*", 499)]
