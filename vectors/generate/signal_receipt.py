"""Write ``vectors/signal-receipt.json``: receipts, the questions that they answer, and what makes one not hold."""

from signal_parts import (
    BRAND,
    CASE,
    DAY,
    ISSUER,
    NOW,
    OTHER_BRAND,
    RECEIPTS_LOG,
    STANDARD,
    by_brand,
    by_node,
    channel,
    cosigned_proof,
    head,
    key_sets,
    leaf_hash,
    path,
    perimeter,
    private_jwk,
    root,
    sha256,
    trust,
)
from stamp_parts import canonical, jwk, jws, token, write

TYPE = "SSCT-receipt"
ID = "SSF-EV-01KF0K6ZR0M3Q9V2K5T8R6N0C1"
DOMAIN = {"type": "domain", "value": "login.acme.example"}
OUTSIDE = {"type": "domain", "value": "acme-login.example"}
BRAND_REF = {"id": BRAND, "name": "Acme", "domain": "acme.example"}
PERIMETER = by_brand("brand", "SSCT-perimeter", perimeter())
LEAVES = [leaf_hash(f"perimeter {n}".encode()) for n in range(5)]
LEAVES[2] = leaf_hash(PERIMETER.encode())
REF = {"seq": 1, "sha256": LEAVES[2].hex(), "leafIndex": 2, "auditPath": [one.hex() for one in path(2, LEAVES)]}
CASE_REF = {"id": CASE, "state": "confirmed", "version": 4}


def request(brand: str | None, artifact: object, nonce: str | None = None) -> str:
    """SHA-256 of JCS {brand, artifact, nonce}."""
    return sha256(canonical({"brand": brand, "artifact": artifact, "nonce": nonce})).hex()


def sth(label: str = "active", leaves: list[bytes] | None = None, **changes: object) -> dict[str, object]:
    """The member sth."""
    tree = LEAVES if leaves is None else leaves
    said = {"log": "official", "size": len(tree), "root": root(tree).hex(), "jws": head("official", tree, label)}
    return said | changes


def claims(**changes: object) -> dict[str, object]:
    """The claims of a first receipt; a change to `...` leaves the claim out."""
    members = {
        "iss": ISSUER,
        "jti": ID,
        "iat": NOW,
        "ssct": "1",
        "artifact": DOMAIN,
        "brand": BRAND_REF,
        "fact": "PERTENECE",
        "signalLevel": "L5",
        "attribution": "direct",
        "signals": [],
        "perimeter": REF,
        "counterStamp": None,
        "sth": sth(),
        "req": request(BRAND, DOMAIN),
        "disclaimer": "SSCT-D1",
    } | changes
    return {name: value for name, value in members.items() if value is not ...}


OUT = {
    "artifact": OUTSIDE,
    "fact": "NO_PERTENECE",
    "signalLevel": "L2",
    "signals": ["LOOKALIKE_DOMAIN", "NEW_DOMAIN"],
    "req": request(BRAND, OUTSIDE),
}
AGAINST = OUT | {"fact": "COUNTERSTAMP", "signalLevel": "L1", "counterStamp": CASE_REF, "signals": []}
DISPUTED = AGAINST | {
    "fact": "DISPUTED",
    "signalLevel": "L3",
    "counterStamp": CASE_REF | {"state": "disputed", "version": 5},
}
UNKNOWN = {
    "artifact": None,
    "brand": None,
    "fact": "UNKNOWN",
    "signalLevel": "L4",
    "attribution": "content_only",
    "perimeter": None,
    "sth": sth(leaves=[]),
    "req": request(None, None),
}


def receipt(label: str = "active", /, **changes: object) -> str:
    """A receipt."""
    return by_node(label, TYPE, claims(**changes))


GOOD = receipt()
HEAD, BODY, SEAL = GOOD.split(".")
FLIPPED = f"{HEAD}.{BODY}.{'A' if SEAL[0] != 'A' else 'B'}{SEAL[1:]}"
OLD = receipt("older", sth=sth("older"))
OLD_HEAD = receipt(sth=sth("older"))
PAYLOAD = canonical(claims())


def held(text: str, times: list[int]) -> str:
    """A proof that the receipts log holds a receipt."""
    leaves = [leaf_hash(f"receipt {n}".encode()) for n in range(6)]
    leaves[4] = leaf_hash(sha256(text.encode()))
    return cosigned_proof(RECEIPTS_LOG, leaves, 4, times)


BEFORE, AFTER = [NOW + 60, NOW + 61], [NOW + 2 * DAY, NOW + 2 * DAY]
# text, keys, proof or None, code or None
HOLD: dict[str, tuple[str, str, str | None, str | None]] = {
    "inside": (GOOD, "active", None, None),
    "outside, with what can be seen": (receipt(**OUT), "active", None, None),
    "counter-stamped": (receipt(**AGAINST), "active", None, None),
    "counter-stamped, no brand asked about": (
        receipt(**AGAINST | {"req": request(None, OUTSIDE)}),
        "active",
        None,
        None,
    ),
    "counter-stamped by a brand without perimeter": (receipt(**AGAINST | {"perimeter": None}), "active", None, None),
    "disputed": (receipt(**DISPUTED), "active", None, None),
    "nothing found, no brand, an empty log": (receipt(**UNKNOWN), "active", None, None),
    "a brand without perimeter": (
        receipt(**UNKNOWN | {"brand": BRAND_REF, "artifact": DOMAIN, "req": request(BRAND, DOMAIN)}),
        "active",
        None,
        None,
    ),
    "a brand that nobody knows": (
        receipt(**UNKNOWN | {"artifact": DOMAIN, "req": request("nobody.example", DOMAIN)}),
        "active",
        None,
        None,
    ),
    "with a nonce": (receipt(nonce="n-0123", req=request(BRAND, DOMAIN, "n-0123")), "active", None, None),
    "no brand asked about": (receipt(req=request(None, DOMAIN)), "active", None, None),
    "the first leaf of a log of one": (
        receipt(perimeter=REF | {"leafIndex": 0, "auditPath": []}, sth=sth(leaves=[LEAVES[2]])),
        "active",
        None,
        None,
    ),
    "of the original sender": (receipt(attribution="platform_origin"), "active", None, None),
    "under an older key that is still active": (OLD, "active", None, None),
    "under a key that was retired after": (OLD, "retired", held(OLD, BEFORE), None),
    "its head under a key that was retired after": (OLD_HEAD, "retired", held(OLD_HEAD, BEFORE), None),
    "under a retired key, without proof": (OLD, "retired", None, "KEY_TIME_UNPROVEN"),
    "its head under a retired key, without proof": (OLD_HEAD, "retired", None, "KEY_TIME_UNPROVEN"),
    "under a retired key, no witness before": (OLD, "retired", held(OLD, AFTER), "KEY_TIME_UNPROVEN"),
    "under a retired key, the time of its end": (OLD, "retired", held(OLD, [NOW + DAY]), "KEY_TIME_UNPROVEN"),
    "under a retired key, a second before its end": (OLD, "retired", held(OLD, [NOW + DAY - 1]), None),
    "under a retired key, a proof without witness": (OLD, "retired", held(OLD, []), "KEY_TIME_UNPROVEN"),
    "under a retired key, the proof of another receipt": (OLD, "retired", held(GOOD, BEFORE), "KEY_TIME_UNPROVEN"),
    "under a key that was compromised before": (OLD, "compromised", held(OLD, BEFORE), "KEY_TIME_UNPROVEN"),
    "a key that is not pinned": (GOOD, "other", None, "KEY_UNKNOWN"),
    "no keys": (GOOD, "empty", None, "KEY_UNKNOWN"),
    "one bit of the signature": (FLIPPED, "active", None, "SIGNATURE_FALSE"),
    "signed by a stranger under the node's kid": (
        jws("stranger", canonical({"alg": "ES256", "kid": jwk("active")["kid"], "typ": TYPE}), PAYLOAD),
        "active",
        None,
        "SIGNATURE_FALSE",
    ),
    "its head signed by a stranger": (receipt(sth=sth("stranger")), "active", None, "KEY_UNKNOWN"),
    "another perimeter's hash": (
        receipt(perimeter=REF | {"sha256": LEAVES[1].hex()}),
        "active",
        None,
        "INCLUSION_FALSE",
    ),
    "another leaf": (receipt(perimeter=REF | {"leafIndex": 3}), "active", None, "INCLUSION_FALSE"),
    "a leaf beyond the tree": (receipt(perimeter=REF | {"leafIndex": 5}), "active", None, "INCLUSION_FALSE"),
    "a hash too few": (
        receipt(perimeter=REF | {"auditPath": REF["auditPath"][:-1]}),
        "active",
        None,
        "INCLUSION_FALSE",
    ),
    "the head of an empty log": (receipt(sth=sth(leaves=[])), "active", None, "INCLUSION_FALSE"),
    "sth of another size than its own text": (receipt(sth=sth(size=6)), "active", None, "TREE_HEAD_MISMATCH"),
    "sth of another root than its own text": (receipt(sth=sth(root="0" * 64)), "active", None, "TREE_HEAD_MISMATCH"),
    "sth of another log": (
        receipt(sth=sth(log="abuse", jws=head("abuse", LEAVES))),
        "active",
        None,
        "TREE_HEAD_MISMATCH",
    ),
    "sth that is a receipt": (receipt(sth=sth(jws=GOOD)), "active", None, "TYPE_MISMATCH"),
}
TYPES = {
    "a tree head": head("official", LEAVES),
    "a perimeter": PERIMETER,
    "a stamp token": token(),
    "a perimeter longer than any receipt": by_brand(
        "brand", "SSCT-perimeter", perimeter(channels=[channel("domain", f"a{n}.example") for n in range(400)])
    ),
    "no type": by_node("active", TYPE, claims(), typ=...),
    "the type in capitals": by_node("active", TYPE, claims(), typ="SSCT-RECEIPT"),
    "look-alike: a Cyrillic letter in the type": by_node("active", TYPE, claims(), typ="SS\u0421T-receipt"),
}
UNREADABLE = {
    "empty": "",
    "two segments": f"{HEAD}.{BODY}",
    "truncated: the signature is cut": GOOD[:-1],
    "padded": GOOD + "==",
    "algorithm none": by_node("active", TYPE, claims(), alg="none"),
    "the key inside": by_node("active", TYPE, claims(), jwk=private_jwk("active")),
    "oversized: 24577 characters": "a" * 24_577,
}
MISSHAPEN = {
    "not an object": by_node("active", TYPE, []),
    "white space": by_node("active", TYPE, PAYLOAD + b" "),
    "members in another order": by_node("active", TYPE, b'{"ssct":"1",' + PAYLOAD[1:].replace(b',"ssct":"1"', b"")),
    "duplicate key: fact twice": by_node("active", TYPE, b'{"fact":"UNKNOWN",' + PAYLOAD[1:]),
    "deeply nested: nine arrays": by_node("active", TYPE, b"[" * 9 + b"]" * 9),
    "not UTF-8: a stray 0xFF": by_node("active", TYPE, PAYLOAD.replace(b"Acme", b"Ac\xffme")),
    "ssct 2": receipt(ssct="2"),
    "ssct as a number": receipt(ssct=1),
    "an unknown claim": receipt(exp=NOW + DAY),
    "message text": receipt(text="hello"),
    "no req": receipt(req=...),
    "req of another question": receipt(req=request(OTHER_BRAND, DOMAIN)),
    "nothing found, and a req that is no hash": receipt(**UNKNOWN | {"req": "nobody.example"}),
    "counter-stamped, and a req of another question": receipt(**AGAINST | {"req": request(OTHER_BRAND, OUTSIDE)}),
    "req of a nonce that is not there": receipt(req=request(BRAND, DOMAIN, "n")),
    "nonce null": receipt(nonce=None),
    "an empty nonce": receipt(nonce="", req=request(BRAND, DOMAIN, "")),
    "a nonce of 129 characters": receipt(nonce="n" * 129, req=request(BRAND, DOMAIN, "n" * 129)),
    "a nonce with a space": receipt(nonce="a b", req=request(BRAND, DOMAIN, "a b")),
    "iss with a path": receipt(iss=ISSUER + "/x"),
    "jti without prefix": receipt(jti=ID[7:]),
    "jti in small letters": receipt(jti=ID.lower()),
    "iat below zero": receipt(iat=-1),
    "iat with a fraction": by_node("active", TYPE, PAYLOAD.replace(b'"iat":1768471200', b'"iat":1768471200.5')),
    "a fact that there is not": receipt(fact="FRIENDLY"),
    "a fact in small letters": receipt(fact="pertenece"),
    "the level of another fact": receipt(signalLevel="L4"),
    "a level of mail": receipt(signalLevel=5),
    "another disclaimer": receipt(disclaimer="none"),
    "signals in another order": receipt(**OUT | {"signals": ["NEW_DOMAIN", "LOOKALIKE_DOMAIN"]}),
    "a signal twice": receipt(**OUT | {"signals": ["NEW_DOMAIN", "NEW_DOMAIN"]}),
    "a signal that there is not": receipt(**OUT | {"signals": ["INTENT"]}),
    "an attribution that there is not": receipt(attribution="sender"),
    "an artifact of type url": receipt(artifact={"type": "url", "value": "https://acme.example/"}),
    "an artifact with more": receipt(artifact=DOMAIN | {"x": 1}),
    "a brand without anchor": receipt(brand={"id": BRAND, "name": "Acme"}),
    "a brand's id in small letters": receipt(
        brand=BRAND_REF | {"id": BRAND.lower()}, req=request(BRAND.lower(), DOMAIN)
    ),
    "inside, and no perimeter": receipt(perimeter=None),
    "inside, and no brand": receipt(brand=None, req=request(None, DOMAIN)),
    "inside, and no artifact": receipt(artifact=None, req=request(BRAND, None)),
    "outside, and no perimeter": receipt(**OUT | {"perimeter": None}),
    "inside, and a counter-stamp": receipt(counterStamp=CASE_REF),
    "counter-stamped without counter-stamp": receipt(**AGAINST | {"counterStamp": None}),
    "counter-stamped by one that is observed": receipt(**AGAINST | {"counterStamp": CASE_REF | {"state": "observed"}}),
    "counter-stamped by one that is disputed": receipt(**AGAINST | {"counterStamp": CASE_REF | {"state": "disputed"}}),
    "a counter-stamp without prefix": receipt(**AGAINST | {"counterStamp": CASE_REF | {"id": CASE[3:]}}),
    "a counter-stamp of version 0": receipt(**AGAINST | {"counterStamp": CASE_REF | {"version": 0}}),
    "a perimeter of seq 0": receipt(perimeter=REF | {"seq": 0}),
    "a perimeter's hash in capitals": receipt(perimeter=REF | {"sha256": "AB" * 32}),
    "a leaf below zero": receipt(perimeter=REF | {"leafIndex": -1}),
    "a path of no hashes": receipt(perimeter=REF | {"auditPath": ["x"]}),
    "oversized: 64 hashes": receipt(perimeter=REF | {"auditPath": ["00" * 32] * 64}),
    "no sth": receipt(sth=None),
}
CHECKS = {
    "all hold": (GOOD, "active", None, {"signature": True, "key": True, "inclusion": True}, None),
    "the signature does not": (
        FLIPPED,
        "active",
        None,
        {"signature": False, "key": True, "inclusion": True},
        "SIGNATURE_FALSE",
    ),
    "the key's time is not proven": (
        OLD,
        "retired",
        None,
        {"signature": True, "key": False, "inclusion": True},
        "KEY_TIME_UNPROVEN",
    ),
    "the perimeter is not in the log": (
        receipt(perimeter=REF | {"leafIndex": 3}),
        "active",
        None,
        {"signature": True, "key": True, "inclusion": False},
        "INCLUSION_FALSE",
    ),
    "nothing holds": (GOOD, "empty", None, {"signature": False, "key": False, "inclusion": False}, "KEY_UNKNOWN"),
    "it is no receipt": (
        "x",
        "active",
        None,
        {"signature": False, "key": False, "inclusion": False},
        "SIGNED_OBJECT_MALFORMED",
    ),
}
QUESTIONS = {
    "nothing": (None, None, None),
    "a brand and a domain": (BRAND, DOMAIN, None),
    "all three": (BRAND, {"type": "whatsapp", "value": "+14155550123"}, "n-0123"),
    "a domain alone": (None, DOMAIN, None),
}


def verify(name: str, text: str, keys: str, proof: str | None, reason: str | None) -> dict[str, object]:
    """One receipt, and whether it holds."""
    return {"verb": "verify", "name": name, "jws": text, "keys": keys, "proof": proof, "outcome": {"reason": reason}}


if __name__ == "__main__":
    cases = [verify(name, *parts) for name, parts in HOLD.items()]
    cases += [verify(f"type: {name}", text, "active", None, "TYPE_MISMATCH") for name, text in TYPES.items()]
    cases += [verify(name, text, "active", None, "SIGNED_OBJECT_MALFORMED") for name, text in UNREADABLE.items()]
    cases += [verify(name, text, "active", None, "RECEIPT_MALFORMED") for name, text in MISSHAPEN.items()]
    cases += [
        {
            "verb": "examine",
            "name": name,
            "jws": text,
            "keys": keys,
            "proof": proof,
            "outcome": {"valid": reason is None, "reason": reason, "checks": checks},
        }
        for name, (text, keys, proof, checks, reason) in CHECKS.items()
    ]
    cases += [
        {
            "verb": "request",
            "name": name,
            "brand": brand,
            "artifact": artifact,
            "nonce": nonce,
            "outcome": {"req": request(brand, artifact, nonce)},
        }
        for name, (brand, artifact, nonce) in QUESTIONS.items()
    ]
    write(
        "signal-receipt.json",
        {
            "suite": "signal-receipt",
            "standard": STANDARD,
            "keySets": key_sets(),
            "keys": {label: private_jwk(label) for label in ("active", "older")},
            "trust": trust(RECEIPTS_LOG),
            "cases": cases,
        },
    )
