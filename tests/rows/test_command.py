"""The command as a process of its own: what it verifies without a node, what its statuses say, what it keeps."""

import json
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.rows.staging import EASY, IMITATION, ISSUER, segments

import frankmark

VERBS = (
    "up", "check", "batch", "registry", "register", "publish", "renew", "revoke", "report", "verify", "score", "ledger",
    "key", "config", "backup", "restore", "status", "login", "logout", "doctor", "trust", "admin", "migrate",
)  # fmt: skip


@pytest.mark.row("L1")
def test_L1_with_the_node_stopped_a_token_and_a_key_file_are_enough(world, tmp_path):
    made = world.node("gone", **EASY)
    stamped = world.stamp(made, world.mail_domain(world.name()))
    keys = tmp_path / "jwks.json"
    keys.write_bytes(made.anyone.get("/.well-known/jwks.json").data)
    world.stop(made)

    def verify(token, **environ):
        done = world.command(None, "verify", token, "--jwks", f"{ISSUER}={keys}", "--json", **environ)
        return done.status, done.json

    status, seen = verify(stamped.token)
    assert (status, seen["valid"], seen["reason"]) == (0, True, None)
    assert (seen["facts"]["domain"], seen["facts"]["stampId"]) == (stamped.domain, stamped.stamp_id)
    assert seen["facts"]["expiresAt"]

    head, payload, signature = stamped.token.split(".")
    spoilt = f"{head}.{payload}.{'B' if signature[0] != 'B' else 'C'}{signature[1:]}"
    status, seen = verify(spoilt)
    assert (status, seen["valid"], seen["reason"]) == (20, False, "SIGNATURE_FALSE")
    fields, claims = segments(stamped.token)
    moved = jwt.encode(fields, {**claims, "domain": "other.test"}, ECKey.generate_key("P-256"), algorithms=["ES256"])
    assert verify(moved)[0] == 20
    clock = tmp_path / "clock"
    clock.write_text(str(366 * 86_400))
    status, seen = verify(stamped.token, FRANKMARK_TEST_CLOCK=str(clock))
    assert (status, seen["valid"], seen["reason"]) == (20, False, "TOKEN_EXPIRED")

    # The domain that it is for is told by the message: the same token under another From does not pass.
    for sender, result in ((f"a@{stamped.domain}", "pass"), ("a@other.test", "fail")):
        mail = tmp_path / f"{result}.eml"
        mail.write_bytes(world.letter(sender, stamp=f"v=1; token={stamped.token}", signed=False))
        done = world.command(None, "check", str(mail), "--jwks", f"{ISSUER}={keys}", "--json")
        header = next(one for one in done.json["channels"] if one["channel"] == "header")
        assert (done.status, header["result"]) == (69, result), done.json


@pytest.fixture
def pinned(node, tmp_path):
    file = tmp_path / "keys.json"
    file.write_bytes(node.anyone.get("/.well-known/jwks.json").data)
    return ("--jwks", f"{ISSUER}={file}", "--json")


@pytest.mark.row("L11")
def test_L11_folded_unfolded_and_reordered_fields_pass_and_an_altered_byte_fails(
    world, node, stamped, pinned, tmp_path
):
    def header(value, name):
        file = tmp_path / f"{name}.eml"
        file.write_bytes(world.letter(f"news@{stamped.domain}", stamp=value))
        done = world.command(node, "check", str(file), *pinned)
        return next(one for one in done.json["channels"] if one["channel"] == "header")

    token, url = stamped.token, stamped.url
    folded = "v=1;\r\n token=" + "\r\n ".join([token[:60], token[60:125], token[125:]]) + f";\r\n verify={url}"
    shapes = {
        "folded": folded,
        "unfolded": f"v=1; token={token}; verify={url}",
        "reordered": f"verify={url}; token={token}; v=1",
        "as-served": node.admin.good("GET", f"/api/stamps/{stamped.stamp_id}/token")["header"],
    }
    with ThreadPoolExecutor(2) as pool:
        seen = dict(zip(shapes, pool.map(header, shapes.values(), shapes), strict=True))
    for name, one in seen.items():
        assert (one["result"], one["stampId"]) == ("pass", stamped.stamp_id), name
    place = token.rindex(".") + 20
    spoilt = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    for name, value in {
        "both": f"v=1; token={spoilt}; verify={url.replace(token, spoilt)}",
        "one": f"v=1; token={spoilt}; verify={url}",
    }.items():
        assert header(value, name)["result"] == "fail", name


@pytest.mark.row("W31")
def test_W31_every_verb_is_there_and_every_status_means_what_it_says(world, node, stamped, tmp_path):
    listed = world.command(node, "--help")
    assert listed.status == 0
    with ThreadPoolExecutor(2) as pool:
        helped = dict(zip(VERBS, pool.map(lambda verb: world.command(node, verb, "--help"), VERBS), strict=True))
    for verb, done in helped.items():
        assert f"  {verb} " in listed.out, verb
        assert done.status == 0, (verb, done.err)
        assert "Usage: frankmark" in done.out, verb

    blocked, unknown = world.published().domain, world.mail_domain(world.name())
    node.admin.good("POST", "/api/lists/admin", {"domain": blocked, "note": ""})
    world.mail_domain(IMITATION)
    trusted = stamped.domain
    for targets, status in (
        ((trusted,), 0),
        ((IMITATION,), 10),
        ((blocked,), 20),
        ((unknown,), 30),
        ((trusted, unknown), 30),
        ((unknown, IMITATION, trusted), 10),
        ((trusted, blocked, unknown), 20),
        (("not a sender",), 2),
        (("co.uk",), 2),
    ):
        done = world.command(node, "check", *targets, "--json")
        assert done.status == status, (targets, done)
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert len(lines) == len(targets)
    nobodys = world.command(node, "check", "-", "--json", text=b"From: Bank <service@co.uk>\r\n\r\nHello.\r\n")
    assert (nobodys.status, nobodys.json["reasons"]) == (20, ["FROM_NOBODYS_DOMAIN"])
    assert world.command(node, "check", IMITATION, "--fail-on", "blocked").status == 0
    assert world.command(node, "check", "--no-such-option").status == 2
    assert world.command(None, "check", trusted).status == 69
    assert world.command(node, "revoke", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "--reason", "ORG_REQUEST").status == 1
    table = tmp_path / "senders.txt"
    table.write_text(f"# senders\n{trusted}\n\n{blocked}\n")
    batch = world.command(node, "batch", str(table), "--json")
    assert batch.status == 20
    assert len([json.loads(line) for line in batch.out.splitlines()]) == 2
    for arguments in (("registry", trusted), ("status",), ("ledger", "head"), ("ledger", "entry", stamped.tx_hash)):
        done = world.command(node, *arguments, "--json")
        assert (done.status, type(done.json)) == (0, dict), arguments


def spoil_words(package):
    file = package / "data" / "locales" / "en" / "cli.json"
    file.write_bytes(file.read_bytes()[:300])


def spoil_suffixes(package):
    file = package / "data" / "public_suffix_list.dat"
    file.write_bytes(file.read_bytes().replace(b"// ===BEGIN ICANN DOMAINS===", b"//"))


def spoil_verb(package):
    (package / "surfaces" / "cli" / "verdicts.py").unlink()


SPOILT = {
    "its words": (spoil_words, ("check", "a.test"), "INSTALLATION_DAMAGED"),
    "its words, for a program": (spoil_words, ("check", "a.test", "--json"), "INSTALLATION_DAMAGED"),
    "its list of suffixes": (spoil_suffixes, ("up", "--listen", "127.0.0.1:0"), "INSTALLATION_DAMAGED"),
    "its own code": (spoil_verb, ("check", "a.test"), "INTERNAL"),
}


@pytest.mark.row("W31")
@pytest.mark.parametrize("what", SPOILT)
def test_W31_what_is_our_fault_ends_with_70_and_never_with_1(world, tmp_path, what):
    spoil, arguments, said = SPOILT[what]
    package = tmp_path / "installed" / "frankmark"
    shutil.copytree(Path(frankmark.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    installed = {"PYTHONPATH": str(package.parent), "FRANKMARK_DATA": str(tmp_path / "data")}
    assert world.command(None, "--version", **installed).status == 0
    spoil(package)
    done = world.command(None, *arguments, **installed)
    assert (done.status, done.out) == (70, "")
    assert f"{said}: " in done.err


@pytest.mark.row("W31")
@pytest.mark.parametrize("arguments", [("check", "a.test"), ("check", "-"), ("registry", "a.test"), ("batch", "LIST")])
def test_W31_a_command_that_is_interrupted_ends_at_once_with_130(world, tmp_path, arguments):
    table = tmp_path / "senders.txt"
    table.write_text("a.test\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        environ = world.environ(None, FRANKMARK_API_BASE=f"http://127.0.0.1:{silent.getsockname()[1]}")
        line = [sys.executable, "-m", "frankmark", *(str(table) if one == "LIST" else one for one in arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(line, env=environ, **pipes) as running:
            if "-" in arguments:
                running.stdin.write(world.letter("ann@a.test", signed=False))
            running.stdin.close()
            running.stdin = None
            asking, _ = silent.accept()  # it asks, and nobody answers
            with asking:
                begun = time.monotonic()
                running.send_signal(signal.SIGINT)
                out, _ = running.communicate(timeout=60)
                assert time.monotonic() - begun < 8  # the deadline of what it asked is 10 s
    assert (running.returncode, out) == (130, b"")


@pytest.mark.row("W31")
def test_W31_what_login_keeps_nobody_else_can_read(world, node, tmp_path):
    key = node.admin.good("POST", "/api/keys", {"role": "org", "name": "mine", "orgId": node.owner()})["key"]
    folder = {"FRANKMARK_CONFIG": str(tmp_path / "config")}
    done = world.command(node, "login", key, "--base", node.base, "--json", **folder)
    assert (done.status, done.json["prefix"]) == (0, key[:14])
    kept = [file for file in (tmp_path / "config").iterdir() if key in file.read_text()]
    assert [stat.S_IMODE(file.stat().st_mode) for file in kept] == [0o600]
    status = world.command(node, "status", "--json", **folder)
    assert (status.status, status.json["role"], status.json["orgId"]) == (0, "org", node.owner())
    assert key not in done.out + status.out
    wrong = world.command(node, "login", "sk_live_" + key[8:], **folder)
    assert wrong.status == 2
    assert "Invalid API key format" in wrong.err
    assert world.command(node, "logout", **folder).status == 0
    assert key not in "".join(file.read_text() for file in (tmp_path / "config").iterdir())


@pytest.mark.row("J5")
def test_J5_the_verbs_share_one_configuration_and_one_list_of_statuses(world, node, pinned, tmp_path):
    """What exists of `check|verify|register|publish`: one login serves all of them, and unreachable is 69 for each."""
    domain = world.mail_domain(world.name())
    assert world.prove(node, domain).status == 200
    key = node.admin.good("POST", "/api/keys", {"role": "org", "name": "cli", "orgId": node.owner()})
    config = tmp_path / "config"
    folder = {"FRANKMARK_CONFIG": str(config), "FRANKMARK_API_BASE": ""}
    assert world.command(None, "login", key["key"], "--base", node.base, **folder).status == 0

    registered = world.command(None, "register", domain, "--json", **folder)
    assert registered.status == 0, registered
    stamp = registered.json["stampId"]
    published = world.command(None, "publish", domain, "--json", **folder)
    assert (published.status, published.json["stampId"]) == (0, stamp)
    url = published.json["url"]
    assert world.command(None, "verify", url, *pinned, **folder).status == 0
    checked = world.command(None, "check", domain, "--json", **folder)
    assert (checked.status, checked.json["stamp"]["stampId"]) == (0, stamp)

    assert world.command(None, "verify", url, "--json", **folder).status == 30  # nobody is pinned in this configuration
    for verb in (("check", domain), ("publish", domain), ("register", domain), ("registry", domain)):
        dead = world.command(None, *verb, **{**folder, "FRANKMARK_API_BASE": "http://127.0.0.1:9"})
        assert dead.status == 69, (verb, dead)
        assert world.command(None, verb[0], "--no-such-option", **folder).status == 2
    node.admin.good("POST", f"/api/keys/{key['keyId']}/revoke")
    assert world.command(None, "publish", domain, **folder).status in {1, 20}
