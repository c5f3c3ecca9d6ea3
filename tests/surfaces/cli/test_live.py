"""The whole way of a domain and of a message, with a real node, over real sockets of a world on loopback."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest

from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.demo import DemoWorld, demo_world, settings_text
from frankmark.assembly.demo_cast import ACME, FORGER, GAZETTE, SHOP, TWIN, Letter

READY_S = 20
PROGRAM = Path(sys.executable).with_name("frankmark")


class Stage:
    """The world, served by a thread of its own."""

    def __init__(self) -> None:
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.world: DemoWorld
        self.loop: asyncio.AbstractEventLoop

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        async with demo_world(SystemClock({})) as self.world:
            self._ready.set()
            await self._over.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def publish(self, name: str, text: str) -> None:
        """Put a TXT record into the zone."""
        self.world.zone.put_text(name, text.encode())

    def letter(self, shell, name: str, **parts) -> str:
        """A delivered letter in a file of the shell's home."""
        letter = Letter(
            **{"server": ACME, "author": "Alice <alice@acme.test>", "subject": "Hi", "text": "Hi\n", **parts}
        )
        (shell.home / name).write_bytes(self.world.cast.deliver(letter, int(time.time())))
        return name


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


@pytest.fixture
def live(shell, stage: Stage, tmp_path: Path):
    """A shell whose settings live in the world; the node in its data folder does not run."""
    for name in ("FRANKMARK_LISTEN", "FRANKMARK_RESOLVER", "FRANKMARK_DNS_DEADLINE_MS"):
        del shell.environ[name]
    shell.config.mkdir(parents=True)
    settings = stage.world.settings(tmp_path, "127.0.0.1:0")
    shell.data = Path(settings.data)
    (shell.config / "frankmark.toml").write_text(settings_text(settings))
    return shell


@pytest.fixture
def running(live) -> Iterator:
    """A shell whose node runs."""
    with subprocess.Popen(
        [str(PROGRAM), "up"], env=live.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=live.home
    ) as process:
        try:
            _wait(live.data / "run" / "node.json", process)
            yield live
        finally:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=READY_S)
    assert process.returncode == 0, (out, err)


def _wait(file: Path, process: subprocess.Popen) -> None:
    for _ in range(READY_S * 50):
        if file.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("the node did not start")


def register(shell, stage: Stage, domain: str, *options: str):
    """Register a domain, and publish the answer to the challenge while the command waits for it."""
    process = subprocess.Popen(
        [str(PROGRAM), "register", domain, *options],
        env=shell.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shell.home,
        text=True,
    )
    for line in process.stderr:
        record = re.search(r'(\S+)\. 300 IN TXT "(securestamp=[\w-]+)"', line)
        if record:
            stage.publish(record[1], record[2])
            break
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_domain_gets_its_stamp_and_everything_that_follows(  # noqa: PLR0915  (one story, told in order)
    running, stage: Stage
) -> None:
    status, out, err = register(running, stage, "acme.test", "--org", "Acme", "--art", "acme.svg", "--wait", "30")
    assert status == 0, out + err
    assert "Stamp No. 000001 for acme.test" in out
    assert (running.home / "acme.svg").read_bytes().startswith(b"<svg")

    again = running("register", "acme.test", "--json")
    assert again.status == 0, again.err
    stamp = again.object

    published = running("publish", "acme.test", "--json").object
    assert "".join(published["strings"]) == published["text"]
    assert all(len(part) <= 255 for part in published["strings"])
    assert running("publish", "acme.test", "--zone").out.strip() == published["zone"]
    stage.publish("_securestamp.acme.test", published["text"])

    token = published["url"].rpartition("/")[2]
    assert running("verify", token, "--online").status == 0
    assert running("verify", published["text"]).status == 0

    assert running("registry", "acme.test").status == 0
    assert running("ledger", "head", "--json").object["size"] >= 1
    assert running("ledger", "entry", stamp["txHash"]).status == 0
    assert running("ledger", "proof", stamp["txHash"], "-o", "acme.tlog-proof").status == 0
    assert running("verify", "acme.tlog-proof", stamp["txHash"]).status == 0
    (running.home / "tx.json").write_text(running("ledger", "entry", stamp["txHash"], "--json").out)
    assert running.program("verify", "tx.json", "acme.tlog-proof", token, before=("unshare", "-rn")).status == 0
    assert running("ledger", "audit", "--json").object["sound"] is True

    postfix = running("publish", "acme.test", "--postfix").out
    (rule,) = [line for line in postfix.splitlines() if line.startswith("/^From")]
    pattern = re.compile(rule[1 : rule.index("$/i") + 1], re.IGNORECASE)
    assert pattern.search("From: Alice <alice@acme.test>")
    assert not pattern.search('From: "x@acme.test" <mallory@evil.test>')
    assert not pattern.search("From: a@acme.test.evil.test")
    header = rule.partition("PREPEND ")[2]
    assert running("verify", header).status == 0

    renewed = running("renew", "acme.test", "--json").object
    assert renewed["stampId"] == stamp["stampId"]
    revoked = running("revoke", "acme.test", "--reason", "ORG_REQUEST", "--json").object
    assert revoked["status"] == "revoked"
    assert running("verify", token).status == 0
    assert running("verify", token, "--online").status == 20
    assert running("registry", "acme.test").status == 20
    assert running("publish", "acme.test", "--json").object["error"]["code"] == "NO_STAMP"
    assert running("revoke", stamp["stampId"], "--reason", "ORG_REQUEST").status == 1
    assert running("report", "acme.test", "--category", "phishing", "--note", "-", stdin=b"a letter").status == 0


def test_messages_get_the_verdict_that_they_deserve(  # noqa: PLR0915  (one story, told in order)
    running, stage: Stage
) -> None:
    status, out, err = register(running, stage, "acme.test", "--wait", "30", "--json")
    assert status == 0, out + err
    stamp = json.loads(out)
    stage.publish("_securestamp.acme.test", stamp["publish"]["text"])
    carried = (stamp["publish"]["url"].rpartition("/")[2], stamp["publish"]["url"])

    good = running("check", stage.letter(running, "good.eml", stamp=carried), "--json").object
    assert (good["display"], good["trustState"], good["nodeReachable"]) == ("trusted", "CONFIABLE", True)
    assert good["authentication"]["dmarc"]["result"] == "pass"
    assert {one["channel"]: one["result"] for one in good["channels"]} == {
        "dns": "pass",
        "header": "pass",
        "api": "pass",
    }
    words = running("check", "good.eml")
    assert words.status == 0
    assert words.out.startswith("✓ TRUSTED  acme.test  ")

    (running.home / "evidence.json").write_text(json.dumps(good))
    scored = running.program("score", "evidence.json", before=("unshare", "-rn"))
    assert (scored.status, json.loads(scored.out)) == (0, good["assessment"])

    forged = stage.letter(running, "forged.eml", server=FORGER, stamp=carried)
    bad = running("check", forged, "--json").object
    assert bad["display"] in {"caution", "blocked"}
    assert bad["authentication"]["dmarc"]["result"] == "fail"

    twin = stage.letter(running, "twin.eml", server=TWIN, author=f"Alice <alice@{TWIN.domain}>")
    seen = running("check", twin)
    assert seen.status == 10
    assert "looks like acme.test" in seen.out.splitlines()[0]

    plain = stage.letter(running, "plain.eml", server=GAZETTE, author="News <news@gazette.test>")
    assert running("check", plain).status == 30
    assert running("check", "good.eml", "plain.eml", "twin.eml").status == 10
    assert running("check", "plain.eml", "--fail-on", "caution").status == 0
    assert running("check", "-", stdin=(running.home / "good.eml").read_bytes()).status == 0
    assert running("check", stdin=(running.home / "good.eml").read_bytes()).status == 0

    changed = (running.home / "good.eml").read_bytes()[:-3] + b"!\r\n"
    (running.home / "changed.eml").write_bytes(changed)
    told = running("check", "changed.eml", "--json").object
    assert [one["result"] for one in told["authentication"]["dkim"]] == ["fail"]

    sender = running("check", "alice@acme.test", "--json")
    assert (sender.status, sender.object["kind"], sender.object["display"]) == (0, "sender", "trusted")


def test_without_a_node_the_local_part_is_printed_and_nothing_is_claimed(live, stage: Stage) -> None:
    live.environ["FRANKMARK_LISTEN"] = "127.0.0.1:9"
    name = stage.letter(live, "shop.eml", server=SHOP, author="Shop <hello@shop.test>")
    done = live("check", name, "--json")
    assert done.status == 69
    told = done.object
    assert (told["display"], told["trustState"], told["score"], told["nodeReachable"]) == ("unknown", None, None, False)
    assert told["authentication"]["dkim"][0]["result"] == "pass"
    assert told["authentication"]["spf"]["source"] == "received"
    assert told["authentication"]["dmarc"]["policy"] == "reject"
    words = live("check", name)
    assert words.out.startswith("– UNKNOWN  shop.test")
    assert "DKIM" in words.out


def test_spf_takes_the_client_that_the_caller_names(live, stage: Stage) -> None:
    live.environ["FRANKMARK_LISTEN"] = "127.0.0.1:9"
    name = stage.letter(live, "shop.eml", server=SHOP, author="Shop <hello@shop.test>")
    given = ("--client-ip", SHOP.address, "--helo", "mail.shop.test", "--mail-from", "bounce@shop.test", "--json")
    spf = live("check", name, *given).object["authentication"]["spf"]
    assert (spf["source"], spf["result"], spf["domain"]) == ("given", "pass", "shop.test")
    other = live("check", name, *(FORGER.address if one == SHOP.address else one for one in given)).object
    assert other["authentication"]["spf"]["result"] == "fail"
    assert live("check", name, "--helo", "x").status == 2
    assert live("check", name, "--client-ip", "nonsense").status == 2


def test_a_node_that_does_not_run_is_opened_for_one_command(live, stage: Stage) -> None:
    assert live("key", "list", "--json").object["error"]["code"] == "NO_NODE"
    status, out, err = register(live, stage, "shop.test", "--json", "--wait", "30")
    assert status == 0, out + err
    made = live("key", "create", "--role", "org", "--name", "mail server", "--json")
    assert (made.status, made.object["role"]) == (0, "org")
    secret = made.object["key"]
    listed = live("key", "list")
    assert made.object["prefix"] in listed.out
    assert secret not in listed.out
    rotated = live("key", "rotate", made.object["keyId"])
    assert rotated.out.startswith("ss_live_")
    assert rotated.out.strip() != secret
    assert live("key", "revoke", made.object["keyId"]).status == 0
    before = live("key", "list", "--signing", "--json").objects
    kid = live("key", "rotate", "--signing", "--json").object["kid"]
    after = live("key", "list", "--signing", "--json").objects
    assert {one["kid"] for one in after} == {one["kid"] for one in before} | {kid}
    assert live("key", "retire", before[0]["kid"]).status == 130  # asked, and nobody answered
    retired = live("key", "retire", before[0]["kid"], "--yes", "--json").object
    assert len(retired["affected"]) == 1
    link = live("admin", "link").out.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/welcome#[\w-]{43}", link)


def test_a_backup_comes_back_as_the_same_node_under_a_new_origin(live, stage: Stage) -> None:
    status, out, err = register(live, stage, "shop.test", "--json", "--wait", "30")
    assert status == 0, out + err
    before = live("backup", "node.backup", "--json").object
    assert before["unlockNeeded"] is True
    assert live("backup", "node.backup").status == 1
    assert live("restore", "node.backup", "--dry-run", "--json").object["restored"] is False
    assert live("restore", "node.backup").status == 1  # the folder holds a node already
    other = live.home / "elsewhere"
    restored = live("--data", str(other), "restore", "node.backup", "--json").object
    assert (restored["nodeId"], restored["needsNewOrigin"]) == (before["nodeId"], True)
    unlock = other / "keys" / "unlock"
    unlock.write_bytes((live.data / "keys" / "unlock").read_bytes())
    unlock.chmod(0o600)
    audited = live("--data", str(other), "ledger", "audit", "--json")
    assert audited.status == 20  # every entry is there; only what was signed last is not remembered
    assert [one["kind"] for one in audited.object["findings"]] == ["SIGNED_HEAD_MISMATCH"]
    damaged = bytearray((live.home / "node.backup").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (live.home / "node.backup").write_bytes(damaged)
    assert live("restore", "node.backup", "--dry-run").status == 1
    assert live("restore", "nowhere").status == 69


def test_a_restored_node_goes_on_under_a_successor(live, stage: Stage) -> None:
    status, out, err = register(live, stage, "shop.test", "--json", "--wait", "30")
    assert status == 0, out + err
    assert live("backup", "node.backup").status == 0
    other = live.home / "elsewhere"
    (other / "keys").mkdir(parents=True, mode=0o700)
    unlock = other / "keys" / "unlock"
    unlock.write_bytes((live.data / "keys" / "unlock").read_bytes())
    unlock.chmod(0o600)
    done = live("--data", str(other), "restore", "node.backup", "--new-origin", "--json")
    assert done.status == 0, done.out + done.err
    assert done.object["origin"].endswith("/securestamp-main/2")
    audited = live("--data", str(other), "ledger", "audit", "--json").object
    assert audited["sound"] is True
    base = done.object["origin"].removesuffix("/2")
    assert [(one["origin"], one["size"]) for one in audited["logs"]] == [(base, 1), (f"{base}/2", 1)]
    assert audited["size"] == 2
    spoken = live("--data", str(other), "ledger", "audit")
    assert spoken.status == 0
    assert base in spoken.out
    spoil_first_entry(other / "frankmark.db")
    broken = live("--data", str(other), "ledger", "audit", "--json")
    assert broken.status == 20
    found = {(one["origin"], one["kind"], one["index"]) for one in broken.object["findings"]}
    assert (None, "STORE_DAMAGED", None) in found
    assert (base, "LEAF_HASH_MISMATCH", 0) in found
    assert {origin for origin, _, _ in found} == {None, base}


def spoil_first_entry(file: Path) -> None:
    """Change an octet of the entry that the predecessor of a successor log holds."""
    octets = bytearray(file.read_bytes())
    place = octets.index(b"StampIssuance")
    octets[octets.rindex(b'"assetHash":"', 0, place) + 20] ^= 1
    file.write_bytes(octets)


def test_migrate_keeps_a_copy_only_when_something_changes(live) -> None:
    assert live("migrate").status == 1
    assert live("key", "create", "--role", "admin", "--name", "me").status == 0
    assert live("migrate", "--json").object["copies"] == []


def test_a_challenge_that_nobody_answers_is_said_so(live) -> None:
    done = live("register", "gazette.test", "--wait", "0", "--json")
    assert (done.status, done.object["error"]["code"]) == (1, "NOT_IN_DNS")
    assert live("register", "com", "--wait", "0", "--json").object["error"]["code"] == "DOMAIN_PUBLIC_SUFFIX"
    assert live("register", "not a domain", "--wait", "0").status == 2


def test_the_doctor_finds_a_running_node_well(running) -> None:
    found = {one["name"]: one["health"] for one in running("doctor", "--json").objects}
    assert found["node"] == found["dns"] == found["trust"] == found["data"] == "fine"
    assert found["keys"] == found["outbound"] == "note"
    assert "proxy" not in found


def test_the_doctor_tells_of_a_proxy_that_has_forwarded_here(running) -> None:
    base = json.loads((running.data / "run" / "node.json").read_text())["base"]
    assert httpx2.get(f"{base}/version", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 200
    (told,) = (one for one in running("doctor", "--json").objects if one["name"] == "proxy")
    assert told["health"] == "note"
    assert "127.0.0.1" in told["detail"]


def test_login_as_an_organisation_acts_for_it(running, stage: Stage) -> None:
    status, out, err = register(running, stage, "shop.test", "--wait", "30")
    assert status == 0, out + err
    key = running("key", "create", "--role", "org", "--name", "mine").out.strip()
    assert running("login", "-", stdin=key.encode()).status == 0
    assert running("status", "--json").object["role"] == "org"
    assert running("publish", "shop.test").status == 0
    assert running("key", "create", "--role", "admin", "--name", "more").status == 1
    assert running("logout").status == 0
    assert running("status", "--json").object["role"] is None


def test_batch_answers_in_order_and_in_parts(running) -> None:
    (running.home / "senders").write_text("\n".join([*(f"no{number}.test" for number in range(120)), "# done", "?"]))
    done = running("batch", "--json", "senders")
    assert [one.get("domain") for one in done.objects[:120]] == [f"no{number}.test" for number in range(120)]
    assert done.objects[120]["problem"]["code"].startswith("INVALID_")
    assert "120" not in done.out.splitlines()[0]
    assert "121 checked" in done.err
    assert done.status == 20  # none of them exists
