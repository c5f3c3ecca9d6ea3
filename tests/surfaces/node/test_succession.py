"""A restored node under a successor log: what was recorded before is served, replayed and audited as before."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.pages import PAGE, Pages
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.adapters.system.clock import SystemClock
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import find_passphrase
from frankmark.assembly.keeping import restore
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.services.keyring import Keyring
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import TransparencyLog

REPLAY = Path(__file__).parents[2] / "rows" / "replay.py"
GONE = {"reason": "ORG_REQUEST"}


def revoke(node, stamp: dict) -> None:
    assert node.ask("POST", f"/api/stamps/{stamp['stampId']}/revoke", GONE, key=stamp["key"]).status_code == 200


def replayed(node) -> dict:
    done = subprocess.run(
        [sys.executable, "-I", REPLAY, node.base], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
async def put_back(opened, tmp_path):
    """A folder restored from a backup that was made before a stamp was revoked, and the two stamps in it."""
    with opened(tmp_path / "first") as node:
        stamps = [node.stamped("first.example"), node.stamped("second.example")]
        node.admin("POST", "/api/backup", {"target": str(tmp_path / "backup.tar")})
        revoke(node, stamps[0])
    folder = tmp_path / "second"
    folder.mkdir()
    assert (await restore(str(tmp_path / "backup.tar"), folder / "data")).needs_new_origin
    shutil.copy(tmp_path / "first" / "data" / "keys" / "unlock", folder / "data" / "keys" / "unlock")
    return folder, stamps


def test_history_before_a_successor_is_explored_replayed_and_audited(opened, put_back) -> None:
    folder, (first, second) = put_back
    with opened(folder, new_origin=True) as node:
        revoke(node, second)
        logs = node.ask("GET", "/v1/ledger/logs").json()["items"]
        base = f"{node.services.node_id}/securestamp-main"
        assert [(one["origin"], one["size"], one["resources"]) for one in logs] == [
            (base, 2, "/v1/ledger/logs/1/"),
            (f"{base}/2", 2, "/v1/ledger/logs/2/"),
        ]
        assert [one["refusal"] is None for one in logs] == [False, True]
        report = node.admin("POST", "/api/ledger/audit")
        assert (report["sound"], report["size"], report["findings"]) == (True, 4, [])
        assert report["logs"] == [{name: one[name] for name in ("origin", "size", "root")} for one in logs]

        whole = node.ask("GET", "/v1/ledger/explore").json()
        kinds = ["StampIssuance", "StampIssuance", "LogSuccession", "StampRevocation"]
        assert ([one["type"] for one in whole["items"]], whole["next"]) == (kinds, None)
        part = node.ask("GET", "/v1/ledger/explore?start=1&limit=2").json()
        assert (part["items"], part["next"]) == (whole["items"][1:3], 3)
        state = replayed(node)
        assert (state["size"], state["root"], state["logs"]) == (4, logs[1]["root"], [base, f"{base}/2"])
        for stamp, status in ((first, "active"), (second, "revoked")):
            shown = node.ask("GET", f"/v1/trust/{stamp['stampId']}").json()["stamp"]
            assert state["stamps"][stamp["stampId"]]["status"] == shown["status"] == status

        for number, log in enumerate(logs, 1):
            below = f"/v1/ledger/logs/{number}"
            assert node.ask("GET", f"{below}/checkpoint").content.decode() == log["checkpoint"]
            assert node.ask("GET", f"{below}/tile/0/000.p/2").status_code == 200
            assert node.ask("GET", f"{below}/tile/0/000.p/3").json()["code"] == "TILE_NOT_FOUND"
        entries = node.ask("GET", "/v1/ledger/logs/1/tile/entries/000.p/2").content
        assert first["stampId"].encode() in entries
        assert node.ask("GET", "/v1/ledger/log/checkpoint").content.decode() == logs[1]["checkpoint"]
        for wrong in ("0", "3", "01", "-1", "x"):
            answer = node.ask("GET", f"/v1/ledger/logs/{wrong}/checkpoint")
            assert (answer.status_code, answer.json()["code"]) == (404, "TILE_NOT_FOUND")


def test_an_altered_entry_of_the_log_before_is_named(opened, put_back) -> None:
    folder, _ = put_back
    with opened(folder, new_origin=True) as node:
        base = f"{node.services.node_id}/securestamp-main"
    store = folder / "data" / "frankmark.db"
    octets = bytearray(store.read_bytes())
    octets[octets.index(b'"assetHash":"', octets.index(b'"assetHash":"') + 1) + 20] ^= 1
    store.write_bytes(octets)
    pages = Pages(store)
    pages.reseal(range(1, store.stat().st_size // PAGE + 1))
    pages.close()
    with opened(folder) as node:
        report = node.admin("POST", "/api/ledger/audit")
        assert (report["sound"], report["size"]) == (False, 3)
        assert {one["origin"] for one in report["findings"]} <= {base, f"{base}/2"}
        altered = [one for one in report["findings"] if one["kind"] == "LEAF_HASH_MISMATCH"]
        assert [(one["origin"], one["index"] in {0, 1}) for one in altered] == [(base, True)]


async def begin_successor_and_die(data: Path) -> None:
    """What a crash leaves that came after a successor's first head and before its first entry."""
    entropy, clock = SystemEntropy(), SystemClock({})
    keyring = Keyring.open(
        KeyFolder(data / "keys", find_passphrase(data / "keys", {}, entropy), entropy), clock, entropy
    )
    database, signer = Database.open(data), SqliteSigner.open(data)
    origin = f"{keyring.node_id}/securestamp-main/2"
    witness = NoteSigner(f"{keyring.node_id}/witness", keyring.witness_key, KeyType.COSIGNATURE)
    heads = HeadSigner(
        origin=origin, key=NoteSigner(origin, keyring.log_key), witnesses=(witness,), store=signer, clock=clock
    )
    log = TransparencyLog(SqliteTrees(database), heads)
    await log.open()
    assert log.head.size == 0
    await log.close()
    signer.close()
    database.close()


async def test_a_successor_that_a_crash_left_empty_gets_its_first_entry_at_the_next_start(opened, put_back) -> None:
    folder, _ = put_back
    await begin_successor_and_die(folder / "data")
    with opened(folder) as node:
        whole = node.ask("GET", "/v1/ledger/explore").json()["items"]
        assert [one["type"] for one in whole] == ["StampIssuance", "StampIssuance", "LogSuccession"]
        assert node.admin("POST", "/api/ledger/audit")["sound"]
        replayed(node)
