"""What a person decided stands after a restart as theirs, whatever the node could not record before it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone

DOMAIN = "owed.test"
PATIENCE_S = 20.0


@contextmanager
def name_server(zone: Zone) -> Iterator[str]:
    """A real DNS server on loopback; answers HOST:PORT."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = DnsStandIn(zone)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def zone() -> Zone:
    made = Zone("test")
    made.put_text(DOMAIN, b"v=spf1 -all")
    made.put_text(f"_dmarc.{DOMAIN}", b"v=DMARC1; p=reject")
    made.put_text(f"s1._domainkey.{DOMAIN}", b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    return made


def history(node) -> list[str]:
    rows = node.ask("GET", f"/api/registry/lookup?domain={DOMAIN}").json()["scoreHistory"]
    return [row["reason"] for row in reversed(rows)]


def scores(node) -> list[str]:
    rows = node.admin("GET", f"/api/audit?target={DOMAIN}")["items"]
    return [row["actor"] for row in reversed(rows) if row["act"] == "score.change"]


def until_history(node, count: int) -> list[str]:
    ends = time.monotonic() + PATIENCE_S
    while len(history(node)) < count and time.monotonic() < ends:
        time.sleep(0.05)
    return history(node)


def test_what_silent_name_servers_kept_from_being_recorded_is_the_persons_after_a_restart(
    opened, tmp_path: Path
) -> None:
    with opened(tmp_path) as node:  # whose name servers say nothing
        node.stamped(DOMAIN)
        made = node.admin("POST", "/api/keys", {"role": "compliance", "name": "desk"})
        assert node.ask("POST", "/api/lists/compliance", {"domain": DOMAIN}, key=made["key"]).status_code == 201
        assert history(node) == ["MANUAL_REVIEW"]  # 0, whatever the name servers would have said
        assert node.ask("DELETE", f"/api/lists/compliance/{DOMAIN}", key=made["key"]).status_code == 204
        assert history(node) == ["MANUAL_REVIEW"]  # what the score is now, nobody can say
    with opened(tmp_path) as node:  # silent still: it stays owed
        assert history(node) == ["MANUAL_REVIEW"]
    with name_server(zone()) as server, opened(tmp_path, {"FRANKMARK_RESOLVER": server}) as node:
        assert until_history(node, 2) == ["MANUAL_REVIEW"] * 2
        assert scores(node) == [made["keyId"]] * 2
        report = node.admin("POST", "/api/ledger/audit")
        assert report["sound"] is True


def test_a_change_that_nobody_decided_is_drift_after_a_restart(opened, tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        node.stamped(DOMAIN)
        node.admin("POST", "/api/lists/admin", {"domain": "elsewhere.test"})
    with name_server(zone()) as server, opened(tmp_path, {"FRANKMARK_RESOLVER": server}) as node:
        assert until_history(node, 1) == ["SIGNAL_DRIFT"]
        assert scores(node) == ["node"]
