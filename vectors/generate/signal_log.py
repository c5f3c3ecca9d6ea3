"""Write ``vectors/signal-log.json``: heads, leaves, commitments and their openings, inclusion and consistency."""

from signal_parts import (
    BRAND,
    CASE,
    DAY,
    NOW,
    STANDARD,
    by_brand,
    by_node,
    cosigned_proof,
    head,
    key_sets,
    leaf_hash,
    path,
    perimeter,
    root,
    sha256,
    trust,
)
from stamp_parts import b64url, canonical, jwk, jws, write

ABUSE_LOG = "node.example.net/signal-abuse"
SALT = bytes(range(32))
DETAIL = {
    "cs": CASE,
    "from": "under_review",
    "to": "confirmed",
    "version": 3,
    "actorRole": "reviewer",
    "brand": BRAND,
    "artifact": {"type": "whatsapp", "value": "+14155550123"},
    "reasonCode": "NOT_OURS",
    "at": NOW,
}
FIRST = DETAIL | {"from": None, "to": "observed", "version": 1, "actorRole": "brand"}


def commitment(detail: dict[str, object], salt: bytes = SALT) -> str:
    """SHA-256("SSCT-ATL-1" ‖ 0x00 ‖ salt32 ‖ JCS(detail))."""
    return sha256(b"SSCT-ATL-1\0", salt, canonical(detail)).hex()


def leaf(detail: dict[str, object], day: str = "2026-01-15") -> bytes:
    """The leaf of a move."""
    return canonical({"v": 1, "c": commitment(detail), "day": day})


LEAVES = [leaf_hash(f"leaf {n}".encode()) for n in range(6)]
LEAVES[3] = leaf_hash(leaf(DETAIL))
OTHER = [leaf_hash(f"other {n}".encode()) for n in range(6)]
GOOD = head("abuse", LEAVES)
HEAD, BODY, SEAL = GOOD.split(".")
HEADS = {
    "as it must be": (GOOD, "active", None),
    "an empty log": (head("official", []), "active", None),
    "the largest log": (head("receipts", LEAVES, size=(1 << 53) - 1), "active", None),
    "under a retired key": (head("official", LEAVES, "older"), "retired", None),
    "one bit of the signature": (
        f"{HEAD}.{BODY}.{'A' if SEAL[0] != 'A' else 'B'}{SEAL[1:]}",
        "active",
        "SIGNATURE_FALSE",
    ),
    "signed by a stranger": (
        jws(
            "stranger",
            canonical({"alg": "ES256", "kid": jwk("active")["kid"], "typ": "SSCT-sth"}),
            canonical({"log": "abuse", "root": root(LEAVES).hex(), "size": 6, "ts": NOW * 1000}),
        ),
        "active",
        "SIGNATURE_FALSE",
    ),
    "a key that is not pinned": (GOOD, "other", "KEY_UNKNOWN"),
    "no kid": (
        by_node("active", "SSCT-sth", {"log": "abuse", "root": "0" * 64, "size": 6, "ts": 0}, kid=...),
        "active",
        "KEY_UNKNOWN",
    ),
    "a receipt": (by_node("active", "SSCT-receipt", {}), "active", "TYPE_MISMATCH"),
    "no type": (by_node("active", "SSCT-sth", {}, typ=...), "active", "TYPE_MISMATCH"),
    "a perimeter": (by_brand("brand", "SSCT-perimeter", perimeter()), "active", "TYPE_MISMATCH"),
    "signed as a brand does": (by_brand("brand", "SSCT-sth", perimeter()), "active", "SIGNED_OBJECT_MALFORMED"),
    "truncated": (GOOD[:-1], "active", "SIGNED_OBJECT_MALFORMED"),
    "oversized: 2049 characters": ("a" * 2049, "active", "SIGNED_OBJECT_MALFORMED"),
    "another log": (head("gossip", LEAVES), "active", "TREE_HEAD_MALFORMED"),
    "a size below zero": (head("abuse", LEAVES, size=-1), "active", "TREE_HEAD_MALFORMED"),
    "a size as text": (head("abuse", LEAVES, size="6"), "active", "TREE_HEAD_MALFORMED"),
    "a size true": (head("abuse", LEAVES, size=True), "active", "TREE_HEAD_MALFORMED"),
    "a root in capitals": (head("abuse", LEAVES, root=root(LEAVES).hex().upper()), "active", "TREE_HEAD_MALFORMED"),
    "a root of 31 octets": (head("abuse", LEAVES, root="ab" * 31), "active", "TREE_HEAD_MALFORMED"),
    "a time below zero": (head("abuse", LEAVES, ts=-1), "active", "TREE_HEAD_MALFORMED"),
    "a time after the year 9999": (head("abuse", LEAVES, ts=253_402_300_800_000), "active", "TREE_HEAD_MALFORMED"),
    "a member missing": (head("abuse", LEAVES, ts=...), "active", "TREE_HEAD_MALFORMED"),
    "an unknown member": (head("abuse", LEAVES, note="x"), "active", "TREE_HEAD_MALFORMED"),
    "not an object": (by_node("active", "SSCT-sth", []), "active", "TREE_HEAD_MALFORMED"),
    "white space": (by_node("active", "SSCT-sth", b'{"log": "abuse"}'), "active", "TREE_HEAD_MALFORMED"),
    "duplicate key: size twice": (
        by_node("active", "SSCT-sth", b'{"log":"abuse","root":"","size":1,"size":2,"ts":0}'),
        "active",
        "TREE_HEAD_MALFORMED",
    ),
}
PERIMETER = by_brand("brand", "SSCT-perimeter", perimeter())
RECEIPT = by_node("active", "SSCT-receipt", {})
GOOD_LEAF = leaf(DETAIL)
BAD_LEAVES = {
    "empty": b"",
    "not JSON": b"leaf",
    "not an object": b"[]",
    "v 2": GOOD_LEAF.replace(b'"v":1', b'"v":2'),
    "v true": GOOD_LEAF.replace(b'"v":1', b'"v":true'),
    "a commitment in capitals": GOOD_LEAF.replace(commitment(DETAIL).encode(), b"A" * 64),
    "a commitment too short": GOOD_LEAF.replace(commitment(DETAIL).encode(), b"ab"),
    "a day that does not exist": GOOD_LEAF.replace(b"2026-01-15", b"2026-02-30"),
    "a day with its time": GOOD_LEAF.replace(b"2026-01-15", b"2026-01-15T10:00:00Z"),
    "a day of five digits": GOOD_LEAF.replace(b"2026-01-15", b"12026-01-15"),
    "an unknown member": GOOD_LEAF.replace(b'"v":1', b'"v":1,"x":1'),
    "a member missing": b'{"v":1}',
    "white space": GOOD_LEAF.replace(b":", b": ", 1),
    "a line feed at the end": GOOD_LEAF + b"\n",
    "duplicate key: v twice": b'{"v":1,' + GOOD_LEAF[1:],
    "oversized: 257 octets": GOOD_LEAF + b" " * (257 - len(GOOD_LEAF)),
    "deeply nested: an object inside": GOOD_LEAF.replace(b'"v":1', b'"v":{}'),
    "not UTF-8: a stray 0xFF": GOOD_LEAF.replace(b"2026", b"202\xff"),
}


def opening(**changes: object) -> dict[str, object]:
    """An opening; a change to `...` leaves the member out."""
    members = {
        "detail": DETAIL,
        "salt": SALT.hex(),
        "leafIndex": 3,
        "treeSize": 6,
        "auditPath": [one.hex() for one in path(3, LEAVES)],
        "sth": GOOD,
    } | changes
    return {name: value for name, value in members.items() if value is not ...}


def detail(**changes: object) -> dict[str, object]:
    """An opening whose detail was changed."""
    return opening(detail=DETAIL | changes)


OLD = opening(sth=head("abuse", LEAVES, "older"))
BEFORE = cosigned_proof(ABUSE_LOG, LEAVES, 3, [NOW + 60, NOW + 61])
LATE = cosigned_proof(ABUSE_LOG, LEAVES, 3, [NOW + 2 * DAY, NOW + 2 * DAY])
# opening, keys, proof or None, code or None
OPENINGS = {
    "as it must be": (opening(), "active", None, None),
    "under a key that was retired after": (OLD, "retired", BEFORE, None),
    "under a key that was retired, without proof": (OLD, "retired", None, "KEY_TIME_UNPROVEN"),
    "under a key that was retired before any witness": (OLD, "retired", LATE, "KEY_TIME_UNPROVEN"),
    "under a key that was compromised before": (OLD, "compromised", BEFORE, "KEY_TIME_UNPROVEN"),
    "a key that is not pinned": (opening(), "other", None, "KEY_UNKNOWN"),
    "another salt": (opening(salt="00" * 32), "active", None, "INCLUSION_FALSE"),
    "another number": (
        detail(artifact={"type": "whatsapp", "value": "+14155550124"}),
        "active",
        None,
        "INCLUSION_FALSE",
    ),
    "another state": (detail(to="revoked"), "active", None, "INCLUSION_FALSE"),
    "another day": (detail(at=NOW + DAY), "active", None, "INCLUSION_FALSE"),
    "another leaf": (opening(leafIndex=2), "active", None, "INCLUSION_FALSE"),
    "a leaf beyond the tree": (opening(leafIndex=6), "active", None, "INCLUSION_FALSE"),
    "a hash too few": (opening(auditPath=opening()["auditPath"][:-1]), "active", None, "INCLUSION_FALSE"),
    "another tree": (opening(sth=head("abuse", OTHER)), "active", None, "INCLUSION_FALSE"),
    "a head that nobody signed": (
        opening(sth=f"{HEAD}.{BODY}.{'A' if SEAL[0] != 'A' else 'B'}{SEAL[1:]}"),
        "active",
        None,
        "SIGNATURE_FALSE",
    ),
    "the head of another log": (opening(sth=head("official", LEAVES)), "active", None, "OPENING_MALFORMED"),
    "another size than its head": (opening(treeSize=7), "active", None, "OPENING_MALFORMED"),
    "a leaf below zero": (opening(leafIndex=-1), "active", None, "OPENING_MALFORMED"),
    "a salt of 31 octets": (opening(salt="00" * 31), "active", None, "OPENING_MALFORMED"),
    "a salt in capitals": (opening(salt="AB" * 32), "active", None, "OPENING_MALFORMED"),
    "a hash in capitals": (opening(auditPath=["AB" * 32]), "active", None, "OPENING_MALFORMED"),
    "a hash that is no text": (opening(auditPath=[1]), "active", None, "OPENING_MALFORMED"),
    "oversized: 64 hashes": (opening(auditPath=["00" * 32] * 64), "active", None, "OPENING_MALFORMED"),
    "no salt": (opening(salt=...), "active", None, "OPENING_MALFORMED"),
    "an unknown member": (opening(note="x"), "active", None, "OPENING_MALFORMED"),
    "an unknown member of the detail": (detail(reason="x"), "active", None, "OPENING_MALFORMED"),
    "an unknown member of the artifact": (
        detail(artifact={"type": "whatsapp", "value": "+14155550123", "x": 1}),
        "active",
        None,
        "OPENING_MALFORMED",
    ),
    "a state that there is not": (detail(to="closed"), "active", None, "OPENING_MALFORMED"),
    "a role that there is not": (detail(actorRole="admin"), "active", None, "OPENING_MALFORMED"),
    "version 0": (detail(version=0), "active", None, "OPENING_MALFORMED"),
    "a time below zero": (detail(at=-1), "active", None, "OPENING_MALFORMED"),
    "not an object": ([], "active", None, "OPENING_MALFORMED"),
    "a head that is a receipt": (opening(sth=RECEIPT), "active", None, "TYPE_MISMATCH"),
}


def consistency(old: int, new: int) -> list[bytes]:
    """RFC 9162 §2.1.4.1."""

    def sub(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
        if m == len(leaves):
            return [] if whole else [root(leaves)]
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        if m <= split:
            return [*sub(m, leaves[:split], whole=whole), root(leaves[split:])]
        return [*sub(m - split, leaves[split:], whole=False), root(leaves[:split])]

    return sub(old, LEAVES[:new], whole=True)


def grown(
    name: str, old: int, new: int, proof: list[bytes], reason: str | None, *, first: bytes | None = None
) -> dict[str, object]:
    """One claim that a tree is the beginning of another."""
    return {
        "verb": "consistency",
        "name": name,
        "first": old,
        "second": new,
        "firstRoot": (first or root(LEAVES[:old])).hex(),
        "secondRoot": root(LEAVES[:new]).hex(),
        "path": [one.hex() for one in proof],
        "outcome": {"reason": reason},
    }


CONSISTENCY = [
    *(
        grown(f"{old} to {new}", old, new, consistency(old, new), None)
        for new in range(1, 7)
        for old in range(1, new + 1)
    ),
    grown("a forged history", 3, 6, consistency(3, 6), "CONSISTENCY_ROOT_MISMATCH", first=root(OTHER[:3])),
    grown("a hash too few", 3, 6, consistency(3, 6)[:-1], "CONSISTENCY_PATH_LENGTH"),
    grown("backwards", 6, 3, [], "TREE_RANGE"),
    grown("from nothing", 0, 3, [], "TREE_RANGE"),
]
COUNTS = {0: "<5", 1: "<5", 4: "<5", 5: 5, 17: 17}

if __name__ == "__main__":
    cases: list[dict[str, object]] = [
        {"verb": "head", "name": name, "jws": text, "keys": keys, "outcome": {"reason": reason}}
        for name, (text, keys, reason) in HEADS.items()
    ]
    cases += [
        {
            "verb": "leaf",
            "name": "official: the signed perimeter",
            "log": "official",
            "text": PERIMETER,
            "outcome": {"leaf": b64url(PERIMETER.encode()), "hash": leaf_hash(PERIMETER.encode()).hex()},
        },
        {
            "verb": "leaf",
            "name": "receipts: the hash of the signed receipt",
            "log": "receipts",
            "text": RECEIPT,
            "outcome": {
                "leaf": b64url(sha256(RECEIPT.encode())),
                "hash": leaf_hash(sha256(RECEIPT.encode())).hex(),
            },
        },
    ]
    cases += [
        {
            "verb": "commitment",
            "name": name,
            "detail": each,
            "salt": SALT.hex(),
            "outcome": {"c": commitment(each), "leaf": leaf(each, day).decode("ascii")},
        }
        for name, each, day in (
            ("a move", DETAIL, "2026-01-15"),
            ("an opening", FIRST, "2026-01-15"),
            ("the last second of a day", DETAIL | {"at": 1_768_521_599}, "2026-01-15"),
            ("the first second of the next", DETAIL | {"at": 1_768_521_600}, "2026-01-16"),
        )
    ]
    cases.append({"verb": "abuseLeaf", "name": "a leaf", "octets": b64url(GOOD_LEAF), "outcome": {"reason": None}})
    cases += [
        {"verb": "abuseLeaf", "name": name, "octets": b64url(octets), "outcome": {"reason": "LEAF_MALFORMED"}}
        for name, octets in BAD_LEAVES.items()
    ]
    cases += [
        {
            "verb": "opening",
            "name": name,
            "opening": value,
            "keys": keys,
            "proof": proof,
            "outcome": {"reason": reason},
        }
        for name, (value, keys, proof, reason) in OPENINGS.items()
    ]
    cases += CONSISTENCY
    cases += [
        {"verb": "shown", "name": f"{count} moves", "count": count, "outcome": {"shown": seen}}
        for count, seen in COUNTS.items()
    ]
    write(
        "signal-log.json",
        {
            "suite": "signal-log",
            "standard": STANDARD,
            "keySets": key_sets(),
            "trust": trust(ABUSE_LOG),
            "cases": cases,
        },
    )
