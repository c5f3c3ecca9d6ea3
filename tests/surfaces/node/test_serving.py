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
from frankmark.foundation.errors import Error, Malformed, Misuse, Refused, Unavailable
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
    with pytest.raises(Misuse, match="HOST:PORT"), opened(tmp_path, {"FRANKMARK_LISTEN": "nowhere"}):
        pass


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
        assert types == ["LogSuccession", "StampRevocation"]
