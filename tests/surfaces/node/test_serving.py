"""Starting and ending: what lies in the data folder, who may start beside whom, TLS, sessions, and time that passes."""

import asyncio
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import trustme

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.assembly.keeping import restore
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.services.access import NewSession
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.settings import load
from frankmark.surfaces.node.auth import Doorkeeper
from frankmark.surfaces.node.reasons import NodeReason
from frankmark.surfaces.node.serving import in_process, pin_self

DAY_S = 86_400


def test_what_a_running_node_writes_down_is_private_and_gone_afterwards(opened, tmp_path) -> None:
    with opened(tmp_path) as node:
        run = node.data / "run"
        written = json.loads((run / "node.json").read_text())
        assert (written["base"], written["pid"]) == (node.base, os.getpid())
        assert (run / "admin.token").read_text() == node.running.run_token
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        for file in run.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        token = node.running.run_token
    assert list(run.iterdir()) == []
    with opened(tmp_path) as node:
        assert node.running.run_token != token
        assert node.ask("GET", "/api/orgs", key=token).status_code == 401


def test_a_second_node_on_the_same_data_is_refused(opened, tmp_path) -> None:
    with opened(tmp_path) as node:
        with pytest.raises(Unavailable, match="STORE_LOCKED"), opened(tmp_path):
            pass
        assert node.ask("GET", "/readyz").json()["ready"] is True
        assert (node.data / "run" / "node.json").exists()


def test_a_taken_port_is_named(opened, tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        settings = {"FRANKMARK_LISTEN": f"127.0.0.1:{number}"}
        with pytest.raises(Unavailable, match=f"PORT_BUSY: port {number} "), opened(tmp_path, settings):
            pass
    for wrong in ("nowhere", "0.0.0.0:99999", "127.0.0.1:-1", "127.0.0.1:\u0661", "nowhere.example:80", "127.0.0.1:"):
        with pytest.raises(Malformed, match="SETTINGS_INVALID: listen"), opened(tmp_path, {"FRANKMARK_LISTEN": wrong}):
            pass


@pytest.mark.parametrize("place", ["/proc/nope", "file/below"])
def test_a_data_folder_that_cannot_be_made_is_named_and_no_fault_of_ours(tmp_path, place) -> None:
    (tmp_path / "file").touch()
    program = Path(sys.executable).with_name("frankmark")
    ended = subprocess.run(
        [program, "up", "--data", tmp_path / place, "--listen", "127.0.0.1:0"],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (69, 1)
    assert ended.stderr.startswith(f"frankmark: STORE_UNREACHABLE: {tmp_path / place}: ")


def open_to_others(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077]


def test_in_a_folder_that_others_may_enter_they_may_read_nothing(opened, tmp_path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        with opened(tmp_path) as node:
            node.stamped("private.example")
            node.admin("POST", "/api/backup", {"target": str(data / "backup.tar")})
            assert {"frankmark.db", "frankmark.db-wal", "frankmark.db-shm", "signer.db", "lock"} <= {
                file.name for file in data.iterdir()
            }
            assert open_to_others(data) == []
        # What an earlier release left open is closed as well.
        for file in data.iterdir():
            if file.is_file():
                file.chmod(0o644)
        (data / "backup-before-0001").touch(mode=0o644)
        with opened(tmp_path):
            assert open_to_others(data) == ["backup.tar"], "a copy is its maker's affair"
        (tmp_path / "again").mkdir(mode=0o755)
        asyncio.run(restore(str(data / "backup.tar"), tmp_path / "again"))
        assert (tmp_path / "again" / "frankmark.db").exists()
        assert open_to_others(tmp_path / "again") == []
    finally:
        os.umask(before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_and_ends_in_order(tmp_path, number) -> None:
    program = Path(sys.executable).with_name("frankmark")
    environ = {**os.environ, "HOME": str(tmp_path), "FRANKMARK_RESOLVER": "127.0.0.1:9"}
    started = subprocess.Popen(
        [program, "up", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        file = tmp_path / "data" / "run" / "node.json"
        until = time.monotonic() + 20
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.02)
        base = json.loads(file.read_text())["base"]
        assert httpx2.get(f"{base}/readyz").json()["ready"] is True
        started.send_signal(number)
        said, logged = started.communicate(timeout=20)
    finally:
        started.kill()
    assert started.returncode in {0, 130}
    assert base in said
    assert "welcome#" not in said, "a link on an output that is no terminal"
    assert not file.exists()
    assert all(json.loads(line)["event"] for line in logged.splitlines())


@pytest.fixture
def tls(tmp_path) -> tuple[dict[str, str], ssl.SSLContext]:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1", "localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in made.cert_chain_pems:
        blob.write_to_path(tmp_path / "cert.pem", append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    settings = {"FRANKMARK_TLS_CERTIFICATE": str(tmp_path / "cert.pem"), "FRANKMARK_TLS_KEY": str(tmp_path / "key.pem")}
    return settings, context


def test_over_tls_cookies_are_bound_to_the_host_and_the_browser_stays_on_tls(opened, tmp_path, tls) -> None:
    settings, context = tls
    with opened(tmp_path, settings) as node:
        assert node.base.startswith("https://127.0.0.1:")
        with node.client(verify=context, http2=True) as client:
            answer = client.get("/healthz")
            assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            made = client.post("/api/session", headers={"X-API-Key": node.running.run_token})
            cookie = made.headers["set-cookie"]
            assert cookie.startswith("__Host-frankmark=")
            assert set(cookie.split("; ")[1:]) == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict", "Secure"}


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_a_header_section_is_bounded_in_both_versions(opened, tmp_path, tls, http2) -> None:
    settings, context = tls
    with opened(tmp_path, settings) as node, node.client(verify=context, http2=http2) as client:
        assert client.get("/healthz", headers={"X-Long": "a" * 8_000}).status_code == 200
        refused = client.get("/healthz", headers={f"X-{number}": "a" * 8_000 for number in range(16)})
        assert refused.status_code == 431
        assert client.get("/healthz").status_code == 200


def test_a_session_needs_its_own_origin_and_its_own_token(opened, tmp_path) -> None:
    with opened(tmp_path) as node, node.client() as client:
        made = client.post("/api/session", headers={"X-API-Key": node.running.run_token})
        assert made.status_code == 201
        assert made.headers["cache-control"] == "no-store"
        csrf, own = made.json()["csrf"], {"Origin": node.base}
        assert client.get("/api/status").json()["role"] == "admin"
        wanted = {"json": {"name": "Org"}}
        for headers in (
            {},
            own,
            {"X-CSRF-Token": csrf},
            {**own, "X-CSRF-Token": "wrong"},
            {"Origin": "http://evil.example", "X-CSRF-Token": csrf},
            {"Origin": "null", "X-CSRF-Token": csrf},
            {"Origin": "http://[", "X-CSRF-Token": csrf},
            {"Origin": node.base.replace("http", "https"), "X-CSRF-Token": csrf},
        ):
            refused = client.post("/api/orgs", headers=headers, **wanted)
            assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_INVALID"), headers
        right = {**own, "X-CSRF-Token": csrf}
        assert client.post("/api/orgs", headers=right, **wanted).status_code == 201
        longer = client.post("/api/session", headers=right)  # no session makes another one, or none would ever end
        assert (longer.status_code, longer.json()["code"]) == (401, "AUTH_REQUIRED")
        assert client.request("DELETE", "/api/session", headers=right).status_code == 204
        # What the browser may still hold is nobody now; a key beside it counts.
        stale = {"Cookie": f"frankmark={made.cookies['frankmark']}; other=1"}
        assert client.get("/api/status", headers=stale).json()["role"] is None
        assert client.get("/", headers=stale).status_code == 200
        ended = client.post("/api/orgs", headers={**right, **stale}, **wanted)
        assert (ended.status_code, ended.json()["code"]) == (401, "SESSION_ENDED")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        again = client.post("/welcome", content="secret=x", headers={**stale, **own, **form})
        assert again.status_code == 401
        assert "was used or has expired" in again.text


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signed_in(node, client) -> str:
    """Redeem a one-time link as a browser does; the form's own token."""
    secret = node.admin("POST", "/api/admin/link")["secret"]
    told = {**FORM, "Origin": node.base, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/welcome", content=f"secret={secret}", headers=told).status_code == 303
    return client.cookies["frankmark-form"]


def test_what_programs_ask_takes_no_form_for_a_token(opened, tmp_path) -> None:
    with opened(tmp_path) as node, node.client() as client:
        csrf = signed_in(node, client)
        own = {**FORM, "Origin": node.base}
        key = {"role": "admin", "name": "taken", "orgId": ""}
        for path in ("/api/keys", "/api/admin/link", "/api/signing-keys/rotate", "/api/session", "/v1/trust/a.example"):
            for content in (json.dumps(key), f"csrf={csrf}"):
                refused = client.post(path, content=content, headers=own)
                assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_INVALID"), path
        assert client.post("/api/admin/link", headers={**own, "X-CSRF-Token": csrf}).status_code == 201
        assert client.post("/admin/organisation", content=f"name=Org&csrf={csrf}", headers=own).status_code == 200
        assert client.post("/admin/organisation", content="name=Org&csrf=x", headers=own).status_code == 403


@pytest.mark.parametrize(
    "told",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_no_other_site_signs_a_browser_in(opened, tmp_path, told) -> None:
    with opened(tmp_path) as node, node.client() as client:
        secret = node.admin("POST", "/api/admin/link")["secret"]
        refused = client.post("/welcome", content=f"secret={secret}", headers={**FORM, **told})
        assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_INVALID")
        assert "set-cookie" not in refused.headers
        # The link was not used up, and a program that names no origin may use it.
        assert client.post("/welcome", content=f"secret={secret}", headers=FORM).status_code == 303


@pytest.mark.parametrize("how", ["page", "program"])
def test_whoever_leaves_keeps_no_cookie(opened, tmp_path, how) -> None:
    with opened(tmp_path) as node, node.client() as client:
        csrf = signed_in(node, client)
        own = {"Origin": node.base}
        if how == "page":
            left = client.post("/admin/leave", content=f"csrf={csrf}", headers={**own, **FORM})
        else:
            left = client.request("DELETE", "/api/session", headers={**own, "X-CSRF-Token": csrf})
        assert [one.partition(";")[0] for one in left.headers.get_list("set-cookie")] == [
            "frankmark=",
            "frankmark-form=",
        ]
        assert dict(client.cookies) == {}


def test_signing_in_needs_tls_or_loopback() -> None:
    session = NewSession(principal=LOCAL_ADMIN, expires_ms=0, token="t", csrf="c")
    with pytest.raises(Refused, match=NodeReason.SIGN_IN_NEEDS_TLS):
        Doorkeeper(None, None, secure=False, loopback=False).set_cookie(session)
    assert "Secure" in Doorkeeper(None, None, secure=True, loopback=False).set_cookie(session)


@pytest.fixture
def zone() -> Iterator[DnsStandIn]:
    """A name server for `test.` in a loop of its own."""
    loop, server = asyncio.new_event_loop(), DnsStandIn(Zone("test", ttl=1))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(5)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def registered(node, zone: DnsStandIn, domain: str) -> dict:
    """A stamp for a domain whose owner answered the challenge and published the record."""
    org_id = node.admin("POST", "/api/orgs", {"name": "Good"})["orgId"]
    asked = node.admin("POST", "/api/domains", {"domain": domain, "orgId": org_id})["challenge"]
    zone.zone.put_text(asked["recordName"], asked["recordText"].encode())
    assert node.admin("POST", f"/api/domains/{domain}/verify", {"orgId": org_id})["verifiedAt"]
    made = node.admin("POST", "/api/stamps", {"domain": domain, "orgId": org_id})
    zone.zone.put_text(made["publish"]["name"], made["publish"]["text"].encode())
    return made


def mailing(zone, domain: str, dmarc: str) -> None:
    """Publish what mail needs."""
    zone.zone.put_text(domain, b"v=spf1 -all")
    zone.zone.put_text(f"_dmarc.{domain}", *([dmarc.encode()] if dmarc else []))
    zone.zone.put_text(f"s1._domainkey.{domain}", b"v=DKIM1; p=")


def changes(node) -> list[tuple[str, str, str]]:
    """The score changes of the ledger, the oldest first: domain, reason, evidence."""
    items = node.ask("GET", "/v1/ledger/explore?limit=200").json()["items"]
    assets = [one["asset"] for one in items if one["entry"]["type"] == "ScoreChange"]
    return [(asset["domain"], asset["reason"], asset["evidence"]) for asset in assets]


def test_what_changed_a_score_stands_in_the_ledger_after_a_decision_and_after_a_restart(opened, tmp_path, zone) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    settings = {
        "FRANKMARK_RESOLVER": f"127.0.0.1:{zone.port}",
        "FRANKMARK_DNS_MINIMUM_TTL_S": "1",
        "FRANKMARK_PUBLIC_URL": "https://node.demo.test",
    }
    brand, suspect, listed = "northwindcargo.test", "northwindcarg0.test", "below.listed.test"
    with opened(tmp_path, settings, {"FRANKMARK_TEST_CLOCK": str(clock)}) as node:
        for domain in (brand, suspect, listed):
            mailing(zone, domain, "")
            registered(node, zone, domain)
        node.admin("POST", "/api/lists/compliance", {"domain": "listed.test"})
        assert changes(node) == [(listed, "MANUAL_REVIEW", "[]")]
        node.ask("POST", "/api/trust/check", {"target": suspect})
        until = time.monotonic() + 30
        while not (found := node.admin("GET", "/api/candidates")["items"]) and time.monotonic() < until:
            time.sleep(0.1)
        decision = {"suspect": suspect, "target": brand, "status": "CONFIRMED"}
        assert decision.items() >= {"suspect": found[0]["suspect"], "target": found[0]["target"]}.items()
        node.admin("POST", "/api/candidates/decide", decision)
        acts = {(act["act"], act["actor"], act["target"]) for act in node.admin("GET", "/api/audit?limit=200")["items"]}
        assert {("score.change", "admin", listed), ("score.change", "admin", suspect)} <= acts
        assert [each[:2] for each in changes(node)[1:]] == [(suspect, "TYPOSQUATTING_CLUSTER")]
    mailing(zone, brand, "v=DMARC1; p=reject")
    clock.write_text("7200")
    with opened(tmp_path, settings, {"FRANKMARK_TEST_CLOCK": str(clock)}) as node:
        node.wait(node.services.upkeep.once())
        domain, reason, evidence = next(each for each in changes(node) if each[0] == brand)
        assert (domain, reason) == (brand, "DMARC_ADDED")
        assert {"signal": "dmarc", "weight": 11, "old": "absent", "new": "reject"} in json.loads(evidence)
        assert all(each["old"] is not None for each in json.loads(evidence))


@pytest.mark.row("L16")
def test_a_stamp_is_renewed_by_itself_as_long_as_its_domain_is_in_the_same_hands(opened, tmp_path, zone) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    settings = {
        "FRANKMARK_RESOLVER": f"127.0.0.1:{zone.port}",
        "FRANKMARK_DNS_MINIMUM_TTL_S": "1",
        "FRANKMARK_PUBLIC_URL": "https://node.demo.test",
    }
    with opened(tmp_path, settings, {"FRANKMARK_TEST_CLOCK": str(clock)}) as node:
        assert node.ask("GET", "/healthz").json()["testClock"] is True
        assert "test clock" in node.ask("GET", "/", Accept="text/html").text
        kept, lost = registered(node, zone, "kept.test"), registered(node, zone, "lost.test")
        node.wait(node.services.upkeep.once())
        assert shown(node, "kept.test")["expiresAt"] == kept["expiresAt"]

        zone.zone.put("_securestamp-challenge.lost.test", "TXT", [])
        zone.zone.put("_securestamp.lost.test", "TXT", [])
        clock.write_text(str(336 * DAY_S))
        time.sleep(1.1)  # the answers of before have ended
        node.wait(node.services.upkeep.once())
        renewed = shown(node, "kept.test")
        assert renewed["stampId"] == kept["stampId"]
        assert renewed["expiresAt"] > kept["expiresAt"]
        assert shown(node, "lost.test")["expiresAt"] == lost["expiresAt"]
        acts = {(act["act"], act["target"]) for act in node.admin("GET", "/api/audit?limit=200")["items"]}
        assert ("domain.recheck-failed", "lost.test") in acts
        assert ("stamp.renew", kept["stampId"]) in acts
        clock.write_text(str(366 * DAY_S))
        assert shown(node, "lost.test")["status"] == "expired"
        assert node.noted == []


def shown(node, domain: str) -> dict:
    return node.ask("GET", f"/v1/trust/{domain}").json()["stamp"]


def test_under_another_name_stamps_are_listed_and_signed_anew_only_if_somebody_agrees(opened, tmp_path) -> None:
    old, new = ({"FRANKMARK_PUBLIC_URL": f"https://{name}.test"} for name in ("old", "new"))
    asked: list[list[str]] = []

    def answering(*, answer: bool):
        return lambda domains: bool(asked.append(list(domains))) or answer

    with opened(tmp_path, old) as node:
        first, gone = node.stamped("good.test"), node.stamped("gone.test", "Other GmbH")
        node.admin("POST", f"/api/stamps/{gone['stampId']}/revoke", {"reason": "ORG_REQUEST"})
    for _ in range(2):  # a refusal changes nothing and lets the folder go
        with (
            pytest.raises(Error, match="PUBLIC_URL_CHANGED"),
            opened(tmp_path, new, renaming=answering(answer=False)),
        ):
            pass
    with opened(tmp_path, old, renaming=answering(answer=False)) as node:
        assert shown(node, "good.test")["status"] == "active"
    with opened(tmp_path, new, renaming=answering(answer=True)) as node:
        told = node.ask("GET", f"/api/stamps/{first['stampId']}/token", key=first["key"]).json()
        seen = node.ask("GET", f"/verify/{told['token']}").json()
        assert (seen["valid"], seen["stamp"]["stampId"]) == (True, first["stampId"])
        assert told["header"].endswith(f"verify=https://new.test/verify/{told['token']}")
    with opened(tmp_path, new, renaming=answering(answer=False)):
        pass
    assert asked == [["good.test"]] * 3


def test_a_test_clock_is_refused_under_a_name_that_could_be_real(opened, tmp_path) -> None:
    (tmp_path / "clock").write_text("0")
    settings = {"FRANKMARK_PUBLIC_URL": "https://mark.example.org"}
    environ = {"FRANKMARK_TEST_CLOCK": str(tmp_path / "clock")}
    with pytest.raises(Error, match="TEST_CLOCK_REFUSED"), opened(tmp_path, settings, environ):
        pass


def test_a_node_pins_itself_for_whoever_started_it(opened, tmp_path) -> None:
    with opened(tmp_path) as node:
        file = pin_self(node.services, {"FRANKMARK_CONFIG": str(tmp_path / "config")})
        assert node.services.public_url in file.read_text()
        before = file.stat().st_mtime_ns
        assert pin_self(node.services, {"FRANKMARK_CONFIG": str(tmp_path / "config")}) == file
        assert file.stat().st_mtime_ns == before


def test_a_command_asks_a_node_in_its_own_process(tmp_path) -> None:
    settings = load(None, {"FRANKMARK_RESOLVER": "127.0.0.1:9"})
    with in_process(settings, tmp_path / "data", {"HOME": str(tmp_path)}) as node:
        made = node.call("POST", "/api/orgs", {"name": "Org"})
        assert made.status == 201
        assert node.call("GET", "/api/orgs?limit=5").body["items"][0]["name"] == "Org"
        assert node.call("GET", "/badge/a.example.svg").data.startswith(b"<svg")
        with pytest.raises(Unavailable), in_process(settings, tmp_path / "data", {"HOME": str(tmp_path)}):
            pass


def test_a_proxy_that_is_no_network_is_named(opened, tmp_path) -> None:
    with (
        pytest.raises(Malformed, match="trusted_proxies"),
        opened(tmp_path, {"FRANKMARK_TRUSTED_PROXIES": "10.0.0.1/8"}),
    ):
        pass


@pytest.mark.row("L31")
def test_a_store_put_back_signs_nothing_until_it_is_told_to_begin_a_successor(opened, tmp_path) -> None:
    with opened(tmp_path) as node:
        first = node.stamped("first.example")
    store = tmp_path / "data" / "frankmark.db"
    before = store.read_bytes()
    with opened(tmp_path) as node:
        node.stamped("second.example")
    for beside in store.parent.glob("frankmark.db-*"):
        beside.unlink()
    store.write_bytes(before)
    with opened(tmp_path) as node:
        ready = node.ask("GET", "/readyz")
        assert (ready.status_code, ready.json()["problems"]) == (503, ["LOG_ROLLED_BACK"])
        assert node.ask("GET", "/v1/health").json()["status"] == "degraded"
        wanted = {"reason": "ORG_REQUEST"}
        refused = node.ask("POST", f"/api/stamps/{first['stampId']}/revoke", wanted, key=first["key"])
        assert refused.json()["code"] == "LOG_ROLLED_BACK"
        assert node.ask("GET", "/v1/trust/first.example").json()["stamp"]["status"] == "active"
    with opened(tmp_path, new_origin=True) as node:
        assert node.ask("GET", "/readyz").json()["ready"] is True
        assert node.ask("POST", f"/api/stamps/{first['stampId']}/revoke", wanted, key=first["key"]).status_code == 200
    with opened(tmp_path) as node:
        assert node.ask("GET", "/v1/trust/first.example").json()["stamp"]["status"] == "revoked"
        types = [one["type"] for one in node.ask("GET", "/v1/ledger/explore").json()["items"]]
        assert types == ["StampIssuance", "LogSuccession", "StampRevocation"]
