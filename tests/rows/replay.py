"""A stranger's replay of a node's ledger: nothing but the standard library, and nothing of the node's own code.

    python replay.py http://127.0.0.1:8480

Fetches every transaction of every log, the oldest first, recomputes transaction hashes, commitments and each tree's
root (RFC 9162 §2.1), sees that each log follows the one before it, and prints the state in which that leaves every
stamp: ``{"size", "root", "logs", "stamps": {stampId: {"status", "domain", "score"}}}``. `size` counts the entries of
all logs, `root` is the newest one's.
"""

import base64
import hashlib
import json
import sys
import urllib.request


def fetched(base, path):
    with urllib.request.urlopen(base + path, timeout=20) as answer:  # noqa: S310  (whoever runs this names the node)
        return json.load(answer)


def canonical(value):
    """RFC 8785 for what stands in a ledger: strings without surrogates, and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def entries(base):
    start = 0
    while start is not None:
        part = fetched(base, f"/v1/ledger/explore?start={start}&limit=200")
        yield from part["items"]
        start = part["next"]


def proven(transaction, place):
    """The octets of an entry, once its hash and its commitment hold."""
    data = canonical(transaction["entry"])
    if hashlib.sha256(data).hexdigest() != transaction["txHash"]:
        raise SystemExit(f"entry {place} is not what its hash says")
    if transaction["asset"] is not None:
        salt = base64.urlsafe_b64decode(transaction["salt"] + "==")
        committed = hashlib.sha256(salt + canonical(transaction["asset"])).hexdigest()
        if committed != transaction["entry"]["assetHash"]:
            raise SystemExit(f"entry {place} does not commit to its asset")
    return data


def led_to(logs, leaves):
    """See that the entries of each log lead to its head."""
    if not leaves.keys() <= {log["origin"] for log in logs}:
        raise SystemExit("an entry is in no log of the list")
    for log in logs:
        own = leaves.get(log["origin"], [])
        if (len(own), root_of(own).hex()) != (log["size"], log["root"]):
            raise SystemExit(f"the entries do not lead to the head of {log['origin']}")


def followed(asset, origin, leaves):
    """See that a log goes on from the log before it: all that is served of that one was signed."""
    before = leaves.get(asset["predecessor"], [])
    if origin in leaves or [*leaves][-1:] != ([asset["predecessor"]] if before else []):
        raise SystemExit(f"{origin} does not follow the log before it")
    if len(before) > asset["treeSize"] or (
        len(before) == asset["treeSize"] and root_of(before).hex() != asset["rootHash"]
    ):
        raise SystemExit(f"{origin} follows another history")


def replayed(base):
    leaves, stamps = {}, {}
    for place, transaction in enumerate(entries(base)):
        data = proven(transaction, place)
        origin = transaction["checkpoint"].partition("\n")[0]
        if transaction["type"] == "LogSuccession":
            followed(transaction["asset"], origin, leaves)
        elif leaves and origin not in leaves:
            raise SystemExit(f"{origin} names no log before it")
        leaves.setdefault(origin, []).append(hashlib.sha256(b"\x00" + data).digest())
        stamp_id, kind, asset = transaction["stampId"], transaction["type"], transaction["asset"]
        if kind == "StampIssuance":
            stamps[stamp_id] = {"status": "active", "domain": asset["domain"], "score": asset["score"]}
        elif kind == "StampRevocation":
            stamps[stamp_id] |= {"status": "revoked", "score": 0}
        elif kind == "ScoreChange":
            stamps[stamp_id] |= {"score": asset["newScore"]}
    logs = fetched(base, "/v1/ledger/logs")["items"]
    led_to(logs, leaves)
    size = sum(len(own) for own in leaves.values())
    return {"size": size, "root": logs[-1]["root"], "logs": [log["origin"] for log in logs], "stamps": stamps}


if __name__ == "__main__":
    print(json.dumps(replayed(sys.argv[1])))  # noqa: T201  (its output)
