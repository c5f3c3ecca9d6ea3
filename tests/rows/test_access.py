"""Who may ask how often, and who may change something: limits, keys and closed doors."""

import base64
import hashlib
import re
from contextlib import closing

import pytest
from tests.rows.staging import Client

CLOSED_LIST = {  # interfaces.md: the POSTs that take no credential, as far as they exist
    "/api/trust/check",
    "/api/reports",
    "/api/addresses/{address_id}/verify",
    "/api/signal/counter-stamps",  # its PATCH alone, and only for a dispute with a control proof: G21
    "/api/signal/counter-stamps/challenges",
    "/api/signal/hooks/telegram",
    "/api/signal/hooks/whatsapp",
    "/api/signal/verify",
    "/api/time",
}
MUTATING = {"post", "put", "patch", "delete"}


def new_key(node, role="reader", **more):
    owner = {} if role in {"admin", "compliance", "reviewer"} else {"orgId": node.owner()}
    return node.admin.good("POST", "/api/keys", {"role": role, "name": "row", **owner, **more})


@pytest.mark.row("L20")
def test_L20_the_request_after_the_thousandth_in_an_hour_is_429(strict):
    for number in range(1000):
        assert strict.anyone.get("/v1/ledger/head").status == 200, number
    refused = strict.anyone.get("/v1/ledger/head")
    assert (refused.status, refused.json["code"], refused.json["retryable"]) == (429, "RATE_LIMITED", True)
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["ratelimit-policy"] == '"v1";q=1000;w=3600'
    assert "r=0" in refused.headers["ratelimit"]


@pytest.mark.row("L21")
def test_L21_the_same_load_with_a_key_is_200_and_a_bad_key_is_401(node, strict):
    key = new_key(strict)["key"]
    with closing(Client(strict.base, key)) as keyed:
        for number in range(1001):
            assert keyed.get("/v1/ledger/head").status == 200, number
    for bad in (f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}", "ss_live_short", "sk_live_" + key[8:], "x"):
        answer = node.anyone.get("/v1/ledger/head", Authorization=f"Bearer {bad}")
        assert (answer.status, answer.json["code"]) == (401, "INVALID_API_KEY"), bad
        assert node.anyone.get("/v1/ledger/head", X_API_Key=bad).status == 401


@pytest.mark.row("W38")
def test_W38_the_store_holds_no_key_only_its_prefix_and_its_digest(node):
    made = new_key(node, "receiver")
    key = made["key"]
    assert re.fullmatch(r"ss_test_[0-9A-Za-z]{43}", key)
    assert made["prefix"] == key[:14]
    stored = b"".join(file.read_bytes() for file in sorted(node.data.rglob("*")) if file.is_file())
    secret = key.removeprefix("ss_test_")
    for text in (key, secret, secret[10:], key[14:]):
        octets = text.encode()
        for form in (octets, octets.hex().encode(), base64.b64encode(octets).rstrip(b"="), octets[::-1]):
            assert form not in stored, form
    assert key[:14].encode() in stored
    assert hashlib.sha256(key.encode()).hexdigest().encode() in stored
    listed = node.admin.get(f"/api/keys?orgId={node.owner()}")
    assert made["keyId"] in {one["keyId"] for one in listed.json["items"]}
    assert secret.encode() not in listed.data
    assert all("key" not in one for one in listed.json["items"])


@pytest.mark.row("W39")
def test_W39_old_and_new_key_both_work_for_a_while_then_the_old_one_is_401(strict, moved):
    old = new_key(strict, "org")
    new = strict.admin.good("POST", f"/api/keys/{old['keyId']}/rotate")
    lines = {name: Client(strict.base, made["key"]) for name, made in {"old": old, "new": new}.items()}

    def seen():
        return {name: line.get("/api/status").status for name, line in lines.items()}

    try:
        assert seen() == {"old": 200, "new": 200}
        moved.ahead(6 * 86_400)
        assert seen() == {"old": 200, "new": 200}
        moved.ahead(7 * 86_400 + 60)
        assert seen() == {"old": 401, "new": 200}
    finally:
        for line in lines.values():
            line.close()


def mutations(node):
    for path, row in node.anyone.good("GET", "/openapi.json")["paths"].items():
        for method in MUTATING & row.keys():
            yield method.upper(), path


@pytest.mark.row("W40")
def test_W40_every_mutation_without_a_credential_is_401_but_the_closed_list(node, stamped):
    size = node.anyone.good("GET", "/v1/ledger/head")["size"]
    before = node.anyone.check(stamped.domain)
    open_doors = set()
    listed = list(mutations(node))
    assert len(listed) > 20
    for method, path in listed:
        concrete = re.sub(r"\{domain\}", stamped.domain, path)
        concrete = re.sub(r"\{stamp_id\}", stamped.stamp_id, concrete)
        concrete = re.sub(r"\{name\}", "admin", concrete)
        concrete = re.sub(r"\{\w+\}", "something", concrete)
        answer = node.anyone.ask(method, concrete, {})
        if answer.status == 401:
            assert answer.json["code"] == "AUTH_REQUIRED"
            assert "www-authenticate" in answer.headers
        else:
            open_doors.add(path)
            assert "ratelimit-policy" in answer.headers, path
    assert open_doors == CLOSED_LIST
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    for page in ("/admin/organisation", "/admin/key", "/admin/block", "/admin/leave"):
        assert node.anyone.ask("POST", page, f"domain={stamped.domain}&csrf=x".encode(), **form).status == 401, page

    report = {"category": "PHISHING", "domain": stamped.domain, "stampId": stamped.stamp_id, "note": "it is one"}
    assert node.anyone.post("/api/reports", report).status == 202
    after = node.anyone.check(stamped.domain)
    assert (after["score"], after["trustState"], after["reasons"]) == (92, "CONFIABLE", before["reasons"])
    assert node.anyone.good("GET", "/v1/ledger/head")["size"] == size


@pytest.mark.row("W41")
def test_W41_a_refused_request_never_reaches_its_handler(strict):
    def handled():
        text = strict.anyone.get("/metrics").data.decode()
        counts = re.findall(
            r'^frankmark_requests_total\{.*route="/api/trust/check",.*\} ([0-9.]+)$', text, re.MULTILINE
        )
        return sum(map(float, counts))

    question = {"target": "nobody.test"}
    for _ in range(61):
        refused = strict.anyone.post("/api/trust/check", question)
        if refused.status == 429:
            break
    assert (refused.status, refused.json["code"]) == (429, "RATE_LIMITED")
    before = handled()
    assert 0 < before <= 60
    for _ in range(20):
        assert strict.anyone.post("/api/trust/check", {"target": "another.test"}).status == 429
    assert handled() == before
