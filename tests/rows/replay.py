"""A stranger's replay of a node's ledger: nothing but the standard library, and nothing of the node's own code.

    python replay.py http://127.0.0.1:8480

Fetches every transaction, recomputes transaction hashes, commitments and the tree's root (RFC 9162 §2.1), and prints
the state in which that leaves every stamp: ``{"size", "root", "stamps": {stampId: {"status", "domain", "score"}}}``.
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


def replayed(base):
    leaves, stamps = [], {}
    for transaction in entries(base):
        data = proven(transaction, len(leaves))
        leaves.append(hashlib.sha256(b"\x00" + data).digest())
        stamp_id, kind, asset = transaction["stampId"], transaction["type"], transaction["asset"]
        if kind == "StampIssuance":
            stamps[stamp_id] = {"status": "active", "domain": asset["domain"], "score": asset["score"]}
        elif kind == "StampRevocation":
            stamps[stamp_id] |= {"status": "revoked", "score": 0}
        elif kind == "ScoreChange":
            stamps[stamp_id] |= {"score": asset["newScore"]}
    head = fetched(base, "/v1/ledger/head")
    if (len(leaves), root_of(leaves).hex()) != (head["size"], head["root"]):
        raise SystemExit("the entries do not lead to the head")
    return {"size": len(leaves), "root": head["root"], "stamps": stamps}


if __name__ == "__main__":
    print(json.dumps(replayed(sys.argv[1])))  # noqa: T201  (its output)
