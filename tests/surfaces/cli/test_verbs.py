"""The other verbs in front of a node that answers what it must, and what it must not."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.assembly.pins import load_pins
from frankmark.foundation import canonical, jws
from frankmark.foundation.jwks import Jwk
from frankmark.foundation.keys import P256PrivateKey
from frankmark.services.apikeys import make_key

KEY = make_key(live=True, entropy=bytes(range(32))).text
STAMP_ID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
STATUS = {"actor": "key_1", "role": "org", "orgId": "org_1", "node": "node-abcdefghij", "version": "0.1.0"}
ADMIN = {**STATUS, "actor": "admin", "role": "admin", "orgId": None}
PUBLICATION = {
    "name": "_securestamp.acme.example",
    "text": "securestamp=v=1; id=x; url=y",
    "strings": ["securestamp=v=1; ", "id=x; url=y"],
    "zone": '_securestamp.acme.example. 3600 IN TXT "securestamp=v=1; " "id=x; url=y"',
    "url": "https://mark.example/verify/x",
}
STAMP = {
    "stampId": STAMP_ID,
    "orgId": "org_1",
    "domain": "acme.example",
    "serial": 137,
    "score": 92,
    "status": "active",
    "issuedAt": "2026-01-15T10:00:00Z",
    "expiresAt": "2027-01-15T10:00:00Z",
    "txHash": "5b" * 32,
    "ledgerRef": "https://mark.example/v1/ledger/tx/5b",
    "artworkUrl": "https://mark.example/api/stamps/embed?id=f",
    "revokedAt": None,
    "revocationReason": None,
    "publish": None,
}


@pytest.fixture
def owner(shell, node):
    """A shell with a login as an organisation at the stand-in."""
    shell.environ["FRANKMARK_API_KEY"] = KEY
    node.tell("GET /api/status", STATUS)
    node.tell("GET /api/stamps", {"items": [STAMP], "next": ""})
    node.tell(f"GET /api/stamps/{STAMP_ID}/publication", PUBLICATION)
    return shell


def test_a_login_is_kept_for_its_owner_alone_and_forgotten(shell, node) -> None:
    node.tell("GET /api/status", STATUS, ratelimit='"api";r=299;t=60', ratelimit_policy='"api";q=300;w=60')
    del shell.environ["FRANKMARK_API_BASE"]
    done = shell("login", KEY, "--base", node.base)
    assert done.status == 0
    assert KEY not in done.out + done.err
    file = shell.config / "login.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = shell("status", "--json").object
    assert (told["orgId"], told["key"], told["rateLimit"]) == ("org_1", KEY[:14], '"api";r=299;t=60')
    assert node.asked[-1][2]["Authorization"] == f"Bearer {KEY}"
    assert shell("status").status == 0
    assert shell("logout", "--json").object == {"removed": True}
    assert not file.exists()
    assert shell("logout", "--json").object == {"removed": False}


@pytest.mark.parametrize(
    "key", ["", "sk_live_" + "A" * 43, KEY[:-1], KEY[:-1] + "!", KEY.replace("ss_live_", "ss_test_")]
)
def test_a_key_of_another_form_is_not_kept(shell, key: str) -> None:
    done = shell("login", "-", "--json", stdin=key.encode())
    assert (done.status, done.object["error"]["code"]) == (2, "LOGIN_INVALID")
    assert "Invalid API key format" in done.object["error"]["detail"]
    assert not (shell.config / "login.json").exists()


def test_a_login_at_a_base_that_cannot_be_asked_is_not_kept(shell) -> None:
    assert shell("login", KEY, "--base", "http://node.example").status == 2
    assert not (shell.config / "login.json").exists()


def test_the_files_and_variables_of_the_original_command_are_read(shell, node) -> None:
    base = shell.environ.pop("FRANKMARK_API_BASE")
    node.tell("GET /api/status", STATUS)
    assert shell("status", SS_API_BASE=base, SS_API_KEY=KEY).status == 0
    (shell.home / ".securestamp").mkdir()
    (shell.home / ".securestamp" / "config.json").write_text(json.dumps({"apiBase": base, "apiKey": KEY}))
    assert shell("status").status == 0
    assert [asked[2]["Authorization"] for asked in node.asked] == [f"Bearer {KEY}"] * 2
    (shell.home / ".securestamp" / "config.json").write_text("{")
    assert shell("status").status == 2


def trust_document(mint, **changes: object) -> dict:
    document = {
        "iss": "https://mark.example",
        "nodeId": "node-abcdefghij",
        "jwks": json.loads(json.dumps({"keys": [mint.jwk.json()]})),
        "log_vkeys": [str(mint.log.verifier)],
        "witnesses": [str(one.verifier) for one in mint.witnesses],
        "quorum": 2,
        **changes,
    }
    return {
        **document,
        "signature": jws.sign(canonical.dump(document), mint.key, kid=mint.jwk.kid, typ="frankmark-trust"),
    }


def test_pinning_an_issuer_anew_shows_what_was_pinned_before(shell, mint) -> None:
    (shell.home / "trust.json").write_text(json.dumps(trust_document(mint)))
    assert shell("trust", "add", "trust.json", tty=True, stdin=b"y\n").status == 0
    first = shell("trust", "list", "--json").object["fingerprint"]
    jwks = {"keys": [mint.jwk.json(), Jwk.of("node-abcdefghij", P256PrivateKey.generate().public).json()]}
    (shell.home / "trust.json").write_text(json.dumps(trust_document(mint, jwks=jwks)))
    asked = shell("trust", "add", "trust.json", tty=True, stdin=b"n\n")
    assert asked.status == 1
    assert f"until now:  {first}" in asked.out
    offered = asked.out.partition("fingerprint:  ")[2].splitlines()[0]
    again = shell("trust", "add", "trust.json", "--fingerprint", offered, "--json").object
    assert (again["fingerprint"], again["replaced"]) == (offered, first)


def test_an_issuer_is_pinned_by_its_fingerprint_and_unpinned(shell, mint) -> None:
    (shell.home / "trust.json").write_text(json.dumps(trust_document(mint)))
    refused = shell("trust", "add", "trust.json", "--json")
    assert (refused.status, refused.object["error"]["code"]) == (1, "NOT_CONFIRMED")
    assert shell("trust", "add", "trust.json", "--fingerprint", "00 11").status == 1
    assert not shell.config.exists()
    asked = shell("trust", "add", "trust.json", tty=True, stdin=b"y\n")
    assert asked.status == 0
    told = shell("trust", "list", "--json").object
    assert told["fingerprint"] in asked.out
    assert told["logs"] == ["node-abcdefghij/securestamp-main"]
    assert shell("verify", "-", stdin=mint.tlog_proof()).status == 0
    assert shell("trust", "remove", "https://mark.example").status == 0
    assert shell("trust", "remove", "https://mark.example", "--json").object["error"]["code"] == "ISSUER_NOT_PINNED"
    assert shell("trust", "list").out.startswith("Nobody")
    again = shell(
        "trust", "add", "-", "--fingerprint", told["fingerprint"], stdin=json.dumps(trust_document(mint)).encode()
    )
    assert again.status == 0
    assert load_pins(shell.config / "trust.toml").issuer("https://mark.example").quorum == 2


def test_what_the_trust_file_says_of_time_authorities_outlives_a_change_of_issuers(shell, mint) -> None:
    shell.config.mkdir(parents=True)
    file = shell.config / "trust.toml"
    file.write_text('[time_authority."k 1"]\npk = "AAAA"\nnotBefore = "2026-01-01T00:00:00Z"\n')
    document = json.dumps(trust_document(mint)).encode()
    assert shell("trust", "add", "-", "--json", stdin=document).object["error"]["code"] == "NOT_CONFIRMED"
    before = load_pins(file)
    (shell.home / "d.json").write_bytes(document)
    assert shell("trust", "add", "d.json", tty=True, stdin=b"y\n").status == 0
    after = load_pins(file)
    assert after.time_authority == before.time_authority
    assert after.time_authority["k 1"]["pk"] == "AAAA"
    assert after.issuers.keys() == {"https://mark.example"}


def test_up_says_which_options_belong_together(shell) -> None:
    assert shell("up", "--walk").status == 2
    assert shell("up", "--demo", "--once").status == 2


def test_up_names_the_port_that_is_taken(shell) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = shell("up", "--listen", f"127.0.0.1:{busy.getsockname()[1]}", "--data", "node")
    assert done.status == 69
    assert "PORT_BUSY" in done.err
    assert "--listen" in done.err


def test_an_issuer_is_fetched_from_its_well_known_place(shell, node, mint) -> None:
    node.tell("GET /.well-known/frankmark-trust.json", trust_document(mint))
    assert shell("trust", "add", node.base).status == 1
    told = shell("trust", "add", node.base, tty=True, stdin=b"y\n")
    assert told.status == 0
    assert "Authorization" not in node.asked[0][2]
    assert shell("trust", "add", "http://192.0.2.1/").status == 2


@pytest.mark.parametrize(
    "change",
    [
        {"log_vkeys": []},
        {"quorum": 1},
        {"iss": "https://other.example"},
        {"signature": None},
        {"signature": "x.y.z"},
    ],
)
def test_a_trust_document_that_was_changed_is_not_pinned(shell, mint, change: dict) -> None:
    document = trust_document(mint) | change
    done = shell("trust", "add", "-", "--fingerprint", "0", "--json", stdin=json.dumps(document).encode())
    assert (done.status, done.object["error"]["code"]) == (20, "DOCUMENT_SIGNATURE")


@pytest.mark.parametrize(
    "change",
    [{"quorum": 0}, {"quorum": 3}, {"quorum": "2"}, {"log_vkeys": ["x"]}, {"witnesses": [7]}, {"jwks": {}}, {"iss": 7}],
)
def test_a_trust_document_of_another_form_is_refused(shell, mint, change: dict) -> None:
    done = shell("trust", "add", "-", "--fingerprint", "0", stdin=json.dumps(trust_document(mint, **change)).encode())
    assert done.status == 2
    assert not shell.config.exists()


def test_a_document_without_logs_needs_no_signature(shell, mint) -> None:
    document = {"iss": "https://mark.example", "jwks": {"keys": [mint.jwk.json()]}}
    assert shell("trust", "add", "-", "--fingerprint", "0", stdin=json.dumps(document).encode()).status == 1


def test_settings_are_checked_and_shown(shell) -> None:
    assert shell("config", "check", "--json").object["listen"] == "127.0.0.1:9"
    shown = shell("config", "show")
    assert 'listen = "127.0.0.1:9"' in shown.out
    assert "[dns]" in shown.out
    assert shell("config", "show", "--json").object["dns"]["resolvers"] == ["127.0.0.1:9"]
    wrong = shell("config", "check", "--json", FRANKMARK_LISTN="x")
    assert (wrong.status, wrong.object["error"]["code"]) == (2, "SETTINGS_UNKNOWN_KEY")
    assert "FRANKMARK_LISTEN" in wrong.object["error"]["detail"]
    (shell.home / "own.toml").write_text('listen = "127.0.0.1:1"')
    del shell.environ["FRANKMARK_LISTEN"]
    assert shell("--config", "own.toml", "config", "check", "--json").object["listen"] == "127.0.0.1:1"


def test_publish_shows_the_strings_and_the_zone_line(owner) -> None:
    done = owner("publish", "Acme.Example")
    assert done.status == 0
    assert '  "securestamp=v=1; "\n  "id=x; url=y"\n' in done.out
    assert owner("publish", STAMP_ID, "--zone").out == PUBLICATION["zone"] + "\n"


def test_an_organisation_registers_what_is_its_own(owner, node) -> None:
    challenge = {
        "recordName": "_securestamp-challenge.acme.example",
        "recordText": "securestamp=abc",
        "fileUrl": "https://acme.example/.well-known/securestamp-challenge/t",
        "fileBody": "securestamp=abc",
        "expiresAt": "2026-01-16T10:00:00Z",
    }
    domain = {"domain": "acme.example", "orgId": "org_1", "verifiedAt": None}
    node.tell("GET /api/domains", {"items": [], "next": ""})
    node.tell("GET /api/stamps", {"items": [], "next": ""})
    node.tell("POST /api/domains", {**domain, "challenge": challenge}, 201)
    not_yet = (409, {"code": "CHALLENGE_NOT_ANSWERED", "detail": "not there"})
    node.tell_in_turn("POST /api/domains/acme.example/verify", not_yet, (200, {**domain, "verifiedAt": "x"}))
    node.tell("POST /api/stamps", {**STAMP, "publish": PUBLICATION}, 201)
    node.tell("GET /api/stamps/embed", b"<svg/>")
    done = owner("register", "ACME.example", "--selector", "s1", "--art", "a.svg")
    assert done.status == 0, done.err
    assert "Stamp No. 000137 for acme.example, score 92" in done.out
    assert 'TXT "securestamp=abc"' in done.err
    assert (owner.home / "a.svg").read_bytes() == b"<svg/>"
    (asked,) = [one[3] for one in node.asked if one[:2] == ("POST", "/api/domains")]
    assert asked == {"domain": "acme.example", "selectors": ["s1"]}
    refused = owner("register", "acme.example", "--selector", "s1", "--art", "a.svg", "--json")
    assert refused.object["error"]["code"] == "FILE_EXISTS"


def test_register_goes_on_where_it_stopped(owner, node) -> None:
    node.tell("GET /api/domains", {"items": [{"domain": "acme.example", "verifiedAt": None}], "next": ""})
    node.tell("POST /api/domains/acme.example/verify", {"domain": "acme.example", "verifiedAt": "x"})
    done = owner("register", "acme.example", "--json")
    assert done.object == {**STAMP, "publish": PUBLICATION}
    assert not any(one[:2] == ("POST", "/api/domains") for one in node.asked)
    node.tell(
        "GET /api/domains", {"items": [{"domain": "acme.example", "verifiedAt": "2026-01-01T00:00:00Z"}], "next": ""}
    )
    assert owner("register", "acme.example").status == 0
    node.problem("POST /api/domains/acme.example/verify", 403, "FORBIDDEN")
    node.tell("GET /api/domains", {"items": [{"domain": "acme.example", "verifiedAt": None}], "next": ""})
    assert owner("register", "acme.example").status == 1


def test_an_administrator_names_the_organisation_or_there_is_one(owner, node) -> None:
    node.tell("GET /api/status", ADMIN)
    node.tell("GET /api/domains", {"items": [{"domain": "acme.example", "verifiedAt": "x"}], "next": ""})
    node.tell(
        "GET /api/orgs", {"items": [{"orgId": "org_1", "name": "One"}, {"orgId": "org_2", "name": "Two"}], "next": ""}
    )
    assert owner("register", "acme.example", "--json").object["error"]["code"] == "ORGANISATION_UNKNOWN"
    assert owner("register", "acme.example", "--org", "One").status == 0
    assert owner("register", "acme.example", "--org", "org_1").status == 0
    node.tell("POST /api/orgs", {"orgId": "org_3", "name": "Three"}, 201)
    node.tell("POST /api/stamps", {**STAMP, "publish": PUBLICATION}, 201)
    assert owner("register", "acme.example", "--org", "Three").status == 0
    assert [one[3] for one in node.asked if one[:2] == ("POST", "/api/orgs")] == [{"name": "Three"}]
    key = owner("key", "create", "--role", "org", "--name", "n", "--org", "Four", "--json")
    assert key.object["error"]["code"] == "ORGANISATION_UNKNOWN"


def test_lists_are_read_to_their_end(owner, node) -> None:
    node.tell("GET /api/stamps?after=c&limit=200", {"items": [STAMP], "next": ""})
    node.tell("GET /api/stamps?limit=200", {"items": [{**STAMP, "domain": "b.example"}, "x"], "next": "c"})
    assert owner("publish", "acme.example").status == 0


def test_revoking_is_asked_about_at_a_terminal(owner, node) -> None:
    node.tell(f"POST /api/stamps/{STAMP_ID}/revoke", {**STAMP, "status": "revoked", "revocationReason": "ORG_REQUEST"})
    assert owner("revoke", "acme.example", "--reason", "ORG_REQUEST", tty=True, stdin=b"n\n").status == 1
    assert not any("revoke" in one[1] for one in node.asked)
    assert owner("revoke", "acme.example", "--reason", "ORG_REQUEST", tty=True, stdin=b"y\n").status == 0
    assert owner("revoke", "acme.example", "--reason", "ORG_REQUEST", "--yes", tty=True).status == 0
    assert owner("revoke", STAMP_ID, "--reason", "NODE_COMPROMISE", "--json").status == 0
    assert node.asked[-1][3] == {"reason": "NODE_COMPROMISE"}
    assert owner("revoke", "0f8fad5b-d9cb-469f-a165-70867728950e", "--reason", "EXPIRED").status == 1
    assert owner("revoke", "acme.example", "--reason", "BOREDOM").status == 2
    assert owner("revoke", "no domain", "--reason", "EXPIRED").status == 2


def test_renew_shows_the_record_to_publish(owner, node) -> None:
    node.tell(f"POST /api/stamps/{STAMP_ID}/renew", {**STAMP, "publish": PUBLICATION})
    assert PUBLICATION["zone"] in owner("renew", "acme.example").out
    node.problem(f"POST /api/stamps/{STAMP_ID}/renew", 409, "OWNERSHIP_LAPSED")
    assert owner("renew", "acme.example").status == 1


@pytest.mark.parametrize(("status", "expected"), [("active", 0), ("expired", 10), ("revoked", 20), (None, 30)])
def test_the_registry_entry_decides_the_status(shell, node, status: str | None, expected: int) -> None:
    stamps = [{"serial": 1, "status": status, "issuedAt": "a", "expiresAt": "b", "stampId": STAMP_ID}] if status else []
    entry = {
        "domain": "acme.example",
        "registered": status is not None,
        "registeredAt": "2026-01-15T10:00:00Z" if status else None,
        "verified": True,
        "score": 92 if status else None,
        "stampStatus": status,
        "stamps": stamps,
        "scoreHistory": [{"at": "c", "old": 80, "new": 92, "reason": "DMARC_ADDED"}],
        "checkedAt": "2026-01-15T10:00:00Z",
    }
    node.tell("GET /api/registry/lookup?domain=acme.example", entry)
    assert shell("registry", "acme.example", "--json").status == expected
    done = shell("registry", "ACME.example")
    assert done.status == expected
    assert ("000001" in done.out) is (status is not None)


def test_a_report_needs_no_credential_and_names_a_domain_or_a_stamp(shell, node) -> None:
    node.tell("POST /api/reports", {"reportId": "rep_1", "status": "OPEN"}, 202)
    assert shell("report", "acme.example", "--category", "phishing", "--note", "it begs").status == 0
    assert shell("report", STAMP_ID, "--category", "SPAM", "--json").status == 0
    assert [one[3] for one in node.asked] == [
        {"domain": "acme.example", "category": "PHISHING", "note": "it begs"},
        {"stampId": STAMP_ID, "category": "SPAM", "note": ""},
    ]
    assert "Authorization" not in node.asked[0][2]


def test_a_head_that_signs_nothing_is_caution(shell, node) -> None:
    head = {
        "origin": "node-abcdefghij/securestamp-main",
        "size": 3,
        "root": "ab" * 32,
        "number": 3,
        "finality": {"state": "cosigned", "k": 1, "n": 1},
        "checkpoint": "node-abcdefghij/securestamp-main\n3\nq83=\n",
        "refusal": None,
    }
    node.tell("GET /v1/ledger/head", head)
    assert shell("ledger", "head", "--json").status == 0
    assert shell("ledger", "head", "--checkpoint").out == head["checkpoint"]
    node.tell("GET /v1/ledger/head", {**head, "refusal": "LOG_ROLLED_BACK"})
    done = shell("ledger", "head")
    assert done.status == 10
    assert "LOG_ROLLED_BACK" in done.out


def test_a_proof_goes_to_a_new_file_or_to_standard_output(shell, node, mint) -> None:
    node.tell(f"GET /v1/ledger/proof/{mint.tx}", mint.tlog_proof())
    assert shell("ledger", "proof", mint.tx, "--json").object["file"] == f"{mint.tx}.tlog-proof"
    assert shell("ledger", "proof", mint.tx, "--json").object["error"]["code"] == "FILE_EXISTS"
    assert shell("ledger", "proof", mint.tx, "-o", "-").out.encode() == mint.tlog_proof()
    assert shell("ledger", "proof", mint.tx, "-o", "no/such/folder").status == 2
    node.problem(f"GET /v1/ledger/proof/{mint.tx}", 404, "TX_NOT_FOUND")
    assert shell("ledger", "proof", mint.tx, "-o", "other").status == 1
    assert not (shell.home / "other").exists()


def test_a_node_that_was_killed_leaves_its_note_and_is_passed_over(shell) -> None:
    (shell.data / "run").mkdir(parents=True)
    (shell.data / "run" / "node.json").write_text(json.dumps({"base": "http://127.0.0.1:9", "pid": os.getpid()}))
    (shell.data / "run" / "admin.token").write_text("gone")
    done = shell("ledger", "audit", "--json")
    assert done.object["error"]["code"] == "NO_NODE"


def test_the_running_node_of_this_machine_is_asked_with_its_own_token(shell, node) -> None:
    del shell.environ["FRANKMARK_API_BASE"]
    (shell.data / "run").mkdir(parents=True)
    (shell.data / "run" / "node.json").write_text(json.dumps({"base": node.base, "pid": os.getpid()}))
    (shell.data / "run" / "admin.token").write_text("token-of-this-start")
    node.tell("GET /healthz", {"status": "ok"})
    findings = [
        {"origin": "node-abc/log", "kind": "LEAF_HASH_MISMATCH", "index": 1, "detail": "changed"},
        {"origin": "node-abc/log", "kind": "ROOT_MISMATCH", "index": None, "detail": "other"},
    ]
    logs = [{"origin": "node-abc/log", "size": 2, "root": "00" * 32}]
    node.tell("POST /api/ledger/audit", {"sound": False, "size": 2, "logs": logs, "findings": findings})
    done = shell("ledger", "audit")
    assert done.status == 20
    assert "LEAF_HASH_MISMATCH" in done.out
    assert node.asked[-1][2]["Authorization"] == "Bearer token-of-this-start"
    node.tell("POST /api/admin/link", {"secret": "s", "path": "/welcome#s"}, 201)
    assert shell("admin", "link", "--json").object == {"url": f"{node.base}/welcome#s"}


def test_the_doctor_names_what_must_be_mended(shell, node) -> None:
    shell.data.mkdir(parents=True)
    (shell.data / "frankmark.db").touch()
    (shell.data / "keys").mkdir()
    (shell.data / "keys" / "node.key").touch()
    for file, mode in (("keys/node.key", 0o644), ("keys", 0o755), ("", 0o755)):  # whatever the process's umask is
        (shell.data / file).chmod(mode)
    node.tell("GET /version", {"version": "0.1.0", "nodeId": "node-abcdefghij", "time": "2020-01-01T00:00:00Z"})
    node.tell("GET /readyz", {"ready": False, "problems": ["STORE_FULL"]}, 503)
    done = shell("doctor", "--json")
    assert done.status == 20
    said = {(one["name"], one["health"]) for one in done.objects}
    assert {("data", "wrong"), ("keys", "wrong"), ("dns", "wrong"), ("node", "wrong"), ("clock", "wrong")} <= said
    assert "STORE_FULL" in done.out
    assert sum("chmod" in one["detail"] for one in done.objects) == 3


def proxies(done) -> list[str]:
    return [one["detail"] for one in done.objects if (one["name"], one["health"]) == ("proxy", "note")]


def test_the_doctor_tells_of_a_proxy_that_no_setting_names(shell, node) -> None:
    node.tell("GET /version", {"version": "0.1.0", "nodeId": "node-abcdefghij", "time": "2020-01-01T00:00:00Z"})
    ready = {"ready": True, "problems": [], "unnamedProxies": []}
    node.tell("GET /readyz", ready)
    assert proxies(shell("doctor", "--json")) == []
    node.tell("GET /readyz", {**ready, "unnamedProxies": ["127.0.0.1", "::1"]})
    (told,) = proxies(shell("doctor", "--json"))
    assert "127.0.0.1, ::1" in told
    assert "trusted_proxies" in told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"PUBLIC_URL": "https://stamps.example"}, True),
        ({"PUBLIC_URL": "https://stamps.example", "TRUSTED_PROXIES": "127.0.0.1"}, False),
        ({"PUBLIC_URL": "https://node.demo.test"}, False),
        ({}, False),
    ],
)
def test_the_doctor_knows_that_a_public_url_without_tls_of_ones_own_has_a_proxy(shell, settings, told) -> None:
    done = shell("doctor", "--json", **{f"FRANKMARK_{name}": value for name, value in settings.items()})
    assert len(proxies(done)) == told


def test_the_doctor_looks_at_the_data_folder_before_a_node_has_run(shell) -> None:
    def data() -> str:
        return next(one["health"] for one in shell("doctor", "--json").objects if one["name"] == "data")

    assert data() == "fine"
    shell.data.mkdir(parents=True)
    for mode, health in ((0o755, "wrong"), (0o770, "wrong"), (0o700, "fine")):
        shell.data.chmod(mode)
        assert data() == health, oct(mode)


def test_the_doctor_tells_a_stored_login_from_the_environment(shell, node) -> None:
    def login() -> str:
        return next(one["detail"] for one in shell("doctor", "--json").objects if one["name"] == "login")

    assert login() == f"the environment names a node or a key; base {node.base}"
    shell.config.mkdir(parents=True, exist_ok=True)
    (shell.config / "login.json").write_text(json.dumps({"base": node.base, "key": KEY}))
    (shell.config / "login.json").chmod(0o600)
    assert login() == f"a login is stored; base {node.base}"


def test_the_doctor_stops_at_settings_that_cannot_be_read(shell) -> None:
    done = shell("doctor", "--json", FRANKMARK_NONSENSE="1")
    assert done.status == 20
    assert [one["name"] for one in done.objects] == ["settings"]


def test_the_doctor_says_when_the_port_is_somebody_elses(shell, node) -> None:
    shell.environ["FRANKMARK_LISTEN"] = shell.environ.pop("FRANKMARK_API_BASE").removeprefix("http://")
    node.tell("GET /version", b"hello")
    assert any(one["name"] == "node" and one["health"] == "wrong" for one in shell("doctor", "--json").objects)


def test_a_reader_that_goes_away_is_not_told_that_all_is_well(shell) -> None:
    read, write = os.pipe()
    os.close(read)
    program = Path(sys.executable).with_name("frankmark")
    done = subprocess.run(
        [program, "config", "show"], stdout=write, stderr=subprocess.PIPE, env=shell.environ, check=False
    )
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == b""


def test_an_interrupt_is_130(shell) -> None:
    program = Path(sys.executable).with_name("frankmark")
    with subprocess.Popen(
        [program, "verify", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=shell.environ,
    ) as process:
        while _waits_for(process.pid) != "anon_pipe_read":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in out + err


def _waits_for(pid: int) -> str:
    """What a process waits for; the name has changed with the kernel."""
    syscall = Path(f"/proc/{pid}/syscall").read_text().split()
    return "anon_pipe_read" if syscall[:2] == ["0", "0x0"] else syscall[0]


def test_a_defect_of_ours_is_70_and_never_1(shell, node) -> None:
    node.tell("GET /api/status", {"role": "admin"})
    shell.environ["FRANKMARK_API_KEY"] = KEY
    (shell.config).mkdir(parents=True)
    (shell.config / "login.json").mkdir()
    done = shell("logout")
    assert done.status == 70
    assert "INTERNAL" in done.err
