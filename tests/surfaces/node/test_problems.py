"""Everything that can be wrong with a request, each with its status and its code, over a socket."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from frankmark.foundation.errors import Malformed, Misuse, Refused, Unavailable, Unverified
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.problems import is_defect, problem, status_of, title_of
from frankmark.surfaces.node.reasons import NodeReason

CHECK = "/api/trust/check"
DEEP = b'{"target":' + b"[" * 200 + b"]" * 200 + b"}"
JSON = {"Content-Type": "application/json"}

BODIES = {
    "not JSON": (b"{", 400, "INVALID_JSON"),
    "empty": (b"", 400, "INVALID_JSON"),
    "a list": (b"[]", 400, "INVALID_JSON"),
    "a number": (b"1", 400, "INVALID_JSON"),
    "two documents": (b"{}{}", 400, "INVALID_JSON"),
    "a name twice": (b'{"target":"a.example","target":"b.example"}', 400, "INVALID_JSON"),
    "a name twice, once escaped": (b'{"target":"a.example","\\u0074arget":"b.example"}', 400, "INVALID_JSON"),
    "not a number": (b'{"target":NaN}', 400, "INVALID_JSON"),
    "half a surrogate pair": (b'{"target":"\\ud800"}', 400, "INVALID_JSON"),
    "not UTF-8": (b'{"target":"\xff\xfe.example"}', 400, "INVALID_JSON"),
    "Latin-1": ('{"target":"bücher.example"}'.encode("latin-1"), 400, "INVALID_JSON"),
    "UTF-16": ('{"target":"a.example"}'.encode("utf-16"), 400, "INVALID_JSON"),
    "a byte order mark": (b'\xef\xbb\xbf{"target":"a.example"}', 400, "INVALID_JSON"),
    "cut off": (b'{"target":"a.exa', 400, "INVALID_JSON"),
    "too deep": (DEEP, 400, "INVALID_JSON"),
    "too large": (b'{"target":"' + b"a" * 70_000 + b'"}', 413, "PAYLOAD_TOO_LARGE"),
    "an unknown member": (b'{"tarket":"a.example"}', 422, "UNKNOWN_MEMBER"),
    "a missing member": (b"{}", 422, "VALIDATION_FAILED"),
    "a number for a text": (b'{"target":5}', 422, "VALIDATION_FAILED"),
    "a text too long": (b'{"target":"' + b"a" * 321 + b'"}', 422, "VALIDATION_FAILED"),
    "a token too long": (b'{"target":"a.example","token":"' + b"a" * 4097 + b'"}', 422, "VALIDATION_FAILED"),
    "an empty target": (b'{"target":""}', 422, "VALIDATION_FAILED"),
    "an address for a target that is none": (b'{"target":"@"}', 400, "INVALID_TARGET"),
    "a zero octet": (b'{"target":"a\\u0000.example"}', 400, "INVALID_TARGET"),
    "a line break": (b'{"target":"a.example\\r\\nX-Evil: 1"}', 400, "INVALID_TARGET"),
    "a URL": (b'{"target":"https://a.example/"}', 400, "INVALID_TARGET"),
    "a label too long": (b'{"target":"' + b"a" * 64 + b'.example"}', 400, "INVALID_TARGET"),
}


def said(answer, status: int, code: str) -> dict:
    """The problem document of an answer, after checking what every one has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body["status"]) == (code, status)
    assert body["title"] == body["error"] == title_of(code)
    assert body["type"] == f"urn:frankmark:problem:{code}"
    assert set(body) == {"type", "title", "status", "detail", "code", "retryable", "error"}
    return body


@pytest.mark.parametrize("story", BODIES)
def test_a_body_that_is_wrong_is_named(node, story) -> None:
    body, status, code = BODIES[story]
    said(node.ask("POST", CHECK, body), status, code)


def test_every_unknown_member_is_named_with_the_nearest_known_one(node) -> None:
    body = said(node.ask("POST", CHECK, {"tarket": "a.example", "stampid": "x", "token": "y"}), 422, "UNKNOWN_MEMBER")
    assert "tarket (did you mean target?)" in body["detail"]
    assert "stampid (did you mean stampId?)" in body["detail"]
    batch = {"targets": [{"targt": "a.example"}]}
    inner = said(node.ask("POST", f"{CHECK}/batch", batch, key=node.running.run_token), 422, "UNKNOWN_MEMBER")
    assert "targets.0.targt" in inner["detail"]


def test_a_channel_without_a_kind_is_no_question(node) -> None:
    asked = {"artifact": {"type": "", "value": "acme.test"}}
    said(node.ask("POST", "/api/signal/verify", asked), 422, "VALIDATION_FAILED")


def test_an_unknown_query_parameter_is_named_and_a_repeated_one_refused(node) -> None:
    body = said(node.ask("GET", "/api/registry/lookup?domian=a.example"), 422, "UNKNOWN_MEMBER")
    assert "did you mean domain?" in body["detail"]
    said(node.ask("GET", "/api/registry/lookup?domain=a.example&domain=b.example"), 422, "VALIDATION_FAILED")
    said(node.ask("GET", "/api/registry/lookup"), 422, "VALIDATION_FAILED")
    said(node.ask("GET", "/api/registry/lookup?domain=..."), 400, "INVALID_DOMAIN")


@pytest.mark.parametrize("media", ["text/plain", "application/jsonp", "", "application/x-www-form-urlencoded"])
def test_another_media_type_is_415(node, media) -> None:
    said(node.ask("POST", CHECK, b'{"target":"a.example"}', Content_Type=media), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_parameters_of_the_media_type_do_not_matter(node) -> None:
    answer = node.ask("POST", CHECK, b'{"target":"a.example"}', Content_Type="Application/JSON; charset=utf-8")
    assert answer.status_code == 200


def test_what_is_not_there_is_404_and_what_is_not_taken_405(node) -> None:
    said(node.ask("GET", "/nothing/here"), 404, "NOT_FOUND")
    said(node.ask("GET", "/static/nothing.css"), 404, "NOT_FOUND")
    said(node.ask("GET", "/static/../serving.py"), 404, "NOT_FOUND")
    said(node.ask("GET", "/static/%2e%2e/site.py"), 404, "NOT_FOUND")
    said(node.ask("GET", "/api/trust/check/"), 404, "NOT_FOUND")
    other = node.ask("DELETE", CHECK)
    said(other, 405, "METHOD_NOT_ALLOWED")
    assert other.headers["allow"] == "OPTIONS, POST"
    assert node.ask("POST", "/static/frankmark.css").headers["allow"] == "GET, HEAD, OPTIONS"
    said(node.ask("BREW", "/healthz"), 405, "METHOD_NOT_ALLOWED")


def test_options_names_what_an_address_takes(node) -> None:
    answer = node.ask("OPTIONS", CHECK)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "OPTIONS, POST", b"")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/", "/static/frankmark.css", "/v1/ledger/head", "/nothing"])
def test_head_is_get_without_a_body(node, path) -> None:
    whole, bare = node.ask("GET", path), node.ask("HEAD", path)
    assert bare.status_code == whole.status_code
    assert bare.content == b""
    for name in ("content-type", "content-security-policy"):
        assert bare.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/ledger/tx/zz", 400, "INVALID_HASH"),
        ("/v1/ledger/tx/" + "0" * 64, 404, "TX_NOT_FOUND"),
        ("/v1/ledger/proof/" + "0" * 64, 404, "TX_NOT_FOUND"),
        ("/v1/keys/node-aaaaaaaaaa", 404, "NODE_NOT_FOUND"),
        ("/v1/ledger/log/tile/9/999", 404, "TILE_NOT_FOUND"),
        ("/v1/ledger/log/../../etc/passwd", 404, "NOT_FOUND"),
        ("/v1/ledger/inclusion?index=9&size=3", 400, "LOG_RANGE"),
        ("/v1/ledger/inclusion?index=-1&size=3", 422, "VALIDATION_FAILED"),
        ("/v1/ledger/inclusion?index=99999999999999999999999&size=3", 400, "LOG_RANGE"),
        ("/v1/ledger/inclusion?index=9223372036854775807&size=9223372036854775807", 400, "LOG_RANGE"),
        ("/v1/ledger/explore?limit=257", 422, "VALIDATION_FAILED"),
        ("/v1/trust/not%20a%20domain", 400, "INVALID_DOMAIN"),
        ("/v1/trust/%ff%fe", 400, "INVALID_DOMAIN"),
        ("/api/stamps/embed?id=unknown", 404, "NOT_FOUND"),
        ("/badge/%3Cscript%3E.svg", 400, "INVALID_DOMAIN"),
        ("/api/orgs", 401, "AUTH_REQUIRED"),
        ("/admin", 401, "AUTH_REQUIRED"),
    ],
)
def test_reads_that_are_wrong_are_named(node, path, status, code) -> None:
    said(node.ask("GET", path), status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/orgs?limit=0", 422, "VALIDATION_FAILED"),
        ("/api/orgs?limit=501", 422, "VALIDATION_FAILED"),
        ("/api/orgs?after=zz", 400, "CURSOR_INVALID"),
        ("/api/audit?after=YXVkaXQfOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", 400, "CURSOR_INVALID"),
        ("/api/lists/others", 404, "NOT_FOUND"),
    ],
)
def test_lists_are_asked_for_by_their_own_cursors(node, path, status, code) -> None:
    said(node.ask("GET", path, key=node.running.run_token), status, code)


def raw(node, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send octets as they are; the status, the header fields and the body of what comes back."""
    with socket.create_connection((urlsplit(node.base).hostname, urlsplit(node.base).port), timeout=10) as peer:
        peer.sendall(request)
        answer = http.client.HTTPResponse(peer)
        answer.begin()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_a_field_that_two_readers_could_understand_differently_is_refused_when_repeated(node) -> None:
    host = urlsplit(node.base).netloc.encode()
    for name, value in ((b"Host", host), (b"Authorization", b"Bearer a"), (b"X-API-Key", b"a")):
        status, _, body = raw(
            node, b"GET /version HTTP/1.1\r\nHost: %b\r\n%b: %b\r\n%b: %b\r\n\r\n" % (host, name, value, name, value)
        )
        assert (status, json.loads(body)["code"]) == (400, "FIELD_REPEATED"), name


@pytest.mark.parametrize(
    "host", [b"evil.example", b"", b"127.0.0.1.evil.example", b"127.0.0.1:80:80", b"127.0.0.1@evil.example", b"[::1"]
)
def test_an_unknown_host_is_421(node, host) -> None:
    status, fields, body = raw(node, b"GET /healthz HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
    assert (status, json.loads(body)["code"]) == (421, "MISDIRECTED")
    assert fields["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost:1", b"LOCALHOST", b"[::1]:8480", b"localhost."])
def test_loopback_goes_by_several_names(node, host) -> None:
    assert raw(node, b"GET /healthz HTTP/1.1\r\nHost: %b\r\n\r\n" % host)[0] == 200


def test_a_line_break_never_reaches_a_header_field(node) -> None:
    for path in ("/verify?token=a%0d%0aX-Evil:%201", "/check?target=a%0d%0aX-Evil:%201", "/verify/a%0d%0aX-Evil:1"):
        answer = node.ask("GET", path, Accept="text/html")
        assert "x-evil" not in answer.headers
    assert raw(node, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\rX-Evil: 1\r\n\r\n")[0] == 400


def test_a_request_that_is_no_http_ends_without_a_word_of_ours(node) -> None:
    assert raw(node, b"GET / HTTP/1.1\r\n\x00\r\n\r\n")[0] == 400


def test_nothing_here_speaks_websocket(node) -> None:
    upgrade = (
        b"GET /v1/ws/alerts HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert raw(node, upgrade)[0] in {403, 404}


def test_an_error_of_ours_tells_nothing_and_every_branch_has_a_status() -> None:
    ours = Misuse(NodeReason.INTERNAL, "a secret")
    assert is_defect(ours)
    assert "secret" not in problem(ours).body.detail
    assert status_of(Malformed(ServiceReason.INVALID_ADDRESS)) == 400
    assert status_of(Unverified(ServiceReason.CODE_WRONG)) == 422
    assert status_of(Refused(ServiceReason.KEY_LIMIT)) == 409
    assert status_of(Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE)) == 503
    assert problem(Unverified(ServiceReason.INVALID_API_KEY)).headers["WWW-Authenticate"].endswith('"invalid_token"')
