"""The ledger as a stranger sees it: transactions, what stands in them, and what happens when somebody alters one."""

import hashlib
import json
import shutil
import sqlite3
import struct
import subprocess
import sys

import pytest
from tests.rows.staging import EASY, NAMES, ROOT, stock_names

from frankmark.adapters.sqlite.pages import PAGE, Pages

MEMBERS = {"v", "type", "channel", "stampId", "assetHash", "timestamp", "issuer"}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def dumped(node):
    """Every entry, out of the tiles that any tlog-tiles client reads."""
    size = node.anyone.good("GET", "/v1/ledger/head")["size"]
    found = []
    for tile in range(-(-size // 256)):
        width = min(256, size - 256 * tile)
        name = f"{tile:03}" if width == 256 else f"{tile:03}.p/{width}"
        data = node.anyone.get(f"/v1/ledger/log/tile/entries/{name}").data
        while data:
            (length,) = struct.unpack("!H", data[:2])
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
    assert len(found) == size
    return found


@pytest.mark.row("W22")
def test_W22_a_transaction_is_public_its_hash_recomputes_and_an_unknown_one_is_404(node, stamped):
    answer = node.anyone.get(f"/v1/ledger/tx/{stamped.tx_hash}")
    body = answer.json
    assert answer.status == 200
    assert hashlib.sha256(canonical(body["entry"])).hexdigest() == body["txHash"] == stamped.tx_hash
    assert node.anyone.get(f"/v1/ledger/tx/{stamped.tx_hash.upper()}").json["txHash"] == stamped.tx_hash
    leaf = hashlib.sha256(b"\x00" + canonical(body["entry"])).digest()
    index, size = body["proof"]["leafIndex"], body["proof"]["treeSize"]
    assert folded(leaf, index, size, body["proof"]["auditPath"]) == body["proof"]["root"]
    unknown = node.anyone.get(f"/v1/ledger/tx/{'0' * 64}")
    assert (unknown.status, unknown.json["code"]) == (404, "TX_NOT_FOUND")
    wrong = node.anyone.get("/v1/ledger/tx/abc123")
    assert (wrong.status, wrong.json["code"]) == (400, "INVALID_HASH")


def folded(leaf, index, size, path):
    """The root that an inclusion path leads to (RFC 9162 §2.1.3.2)."""
    last, here = size - 1, leaf
    for each in map(bytes.fromhex, path):
        if index & 1 or index == last:
            here = hashlib.sha256(b"\x01" + each + here).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            here = hashlib.sha256(b"\x01" + here + each).digest()
        index, last = index >> 1, last >> 1
    assert last == 0
    return here.hex()


@pytest.fixture(scope="module")
def kept(world):
    """The data folder of a node that issued three stamps, revoked one and was stopped."""
    made = world.node("kept", **EASY)
    stamped = [world.stamp(made, world.mail_domain(world.name())) for _ in range(3)]
    made.admin.good("POST", f"/api/stamps/{stamped[1].stamp_id}/revoke", {"reason": "ORG_REQUEST"})
    world.stop(made)
    return made.data


def altered(folder, table, column, needle):
    """Change one bit of a stored value, as somebody does who knows the store and renews the pages' seals."""
    file = folder / "frankmark.db"
    with sqlite3.connect(file) as store:
        rows = store.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchall()  # noqa: S608  (our names)
        number, octets = next(row for row in rows[1:] if needle in row[1])
        place = octets.index(needle)
        spoilt = octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]
        store.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (spoilt, number))  # noqa: S608  (our names)
    store.close()
    pages = Pages(file)
    pages.reseal(range(1, file.stat().st_size // PAGE + 1))
    pages.close()


@pytest.mark.row("W24")
def test_W24_the_audit_names_the_entry_whose_stored_bytes_were_altered(world, kept, tmp_path):
    def audit(folder):
        done = world.command(None, "--data", str(folder), "ledger", "audit", "--json")
        return done.status, done.json

    status, report = audit(kept)
    assert (status, report["sound"], report["size"], report["findings"]) == (0, True, 4, [])
    for table, column, needle, kind in (
        ("log_bundles", "entries", b"timestamp", "LEAF_HASH_MISMATCH"),
        ("log_bundles", "entries", b'"stampId":"', "LEAF_HASH_MISMATCH"),
        ("log_attachments", "octets", b'"score"', "ASSET_MISMATCH"),
    ):
        folder = tmp_path / f"{table}-{column}-{kind}-{len(needle)}"
        shutil.copytree(kept, folder)
        altered(folder, table, column, needle)
        status, report = audit(folder)
        assert (status, report["sound"]) == (20, False), needle
        assert 1 in {one["index"] for one in report["findings"]}, (needle, report)
    # Whoever changes the file without knowing the store is noticed by the pages' seals, and the entry is named too.
    for count, needle in enumerate((b'"assetHash":"', b'"issuer":"')):
        folder = tmp_path / f"plain-{count}"
        shutil.copytree(kept, folder)
        octets = bytearray((folder / "frankmark.db").read_bytes())
        place = octets.index(needle) + 20
        octets[place] ^= 1
        (folder / "frankmark.db").write_bytes(octets)
        status, report = audit(folder)
        assert (status, report["sound"]) == (20, False), needle
        assert "STORE_DAMAGED" in {one["kind"] for one in report["findings"]}, needle
        named = {one["index"] for one in report["findings"] if one["kind"] == "LEAF_HASH_MISMATCH"}
        assert len(named) == 1, (needle, report)


@pytest.mark.row("W25")
def test_W25_a_dump_of_the_log_holds_no_domain_no_address_and_no_text_of_anybody(node, stamped):
    address = f"someone@{stamped.domain}"
    made = node.admin.good("POST", "/api/addresses", {"address": address, "orgId": node.owner()})
    assert made["domain"] == stamped.domain
    dump = dumped(node)
    whole = b"\n".join(dump).lower()
    for entry in dump:
        read = json.loads(entry)
        assert read.keys() == MEMBERS
        assert canonical(read) == entry
    for name in stock_names(NAMES):
        assert name.removesuffix(".test").encode() not in whole
    for text in (b"@", b".test", b"northwind", b"someone", b"rows", b"org_", b"http", b"phishing"):
        assert text not in whole, text
    assert stamped.domain.encode() in node.anyone.get(f"/v1/ledger/tx/{stamped.tx_hash}").data  # the search can find
    assert stamped.stamp_id.encode() in whole


@pytest.mark.row("W26")
def test_W26_a_stranger_replays_the_log_to_the_state_that_the_node_shows(world, node, stamped):
    gone, changed = world.published(), world.published()
    node.admin.good("POST", f"/api/stamps/{gone.stamp_id}/revoke", {"reason": "NODE_COMPROMISE"})
    world.zone.put_text(f"_dmarc.{changed.domain}", b"v=DMARC1; p=none")
    node.anyone.check(changed.domain)
    world.run(node.running.services.upkeep.score())  # what the node does by itself every hour

    script = ROOT / "tests" / "rows" / "replay.py"
    done = subprocess.run(
        [sys.executable, "-I", script, node.base], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    state = json.loads(done.stdout)
    assert state["size"] == node.anyone.good("GET", "/v1/ledger/head")["size"]
    assert {stamped.stamp_id, gone.stamp_id, changed.stamp_id} <= state["stamps"].keys()
    for stamp_id, replayed in state["stamps"].items():
        seen = node.anyone.get(f"/v1/trust/{stamp_id}").json
        if seen["stamp"] is None:  # a stamp of one address: no domain's business
            continue
        shown = {"status": seen["stamp"]["status"], "domain": seen["domain"], "score": seen["stamp"]["score"]}
        assert replayed == shown, stamp_id
    assert state["stamps"][gone.stamp_id]["status"] == "revoked"
    assert state["stamps"][stamped.stamp_id] == {"status": "active", "domain": stamped.domain, "score": 92}
