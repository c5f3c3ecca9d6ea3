"""Write ``vectors/ledger-entry.json``: entries, assets, what names and signs them, and what may follow what."""

import hashlib

from stamp_parts import ORG, OTHER_STAMP, STAMP, b64url, canonical, es256, jwk, write

ISSUER = hashlib.sha256(b"frankmark vector certificate").hexdigest()
ZERO = "0" * 64
AT = 1_768_471_200_000
DAY = 86_400_000
SALT = bytes(range(16))

ISSUANCE = {
    "stampId": STAMP,
    "orgId": ORG,
    "domain": "example.com",
    "score": 92,
    "signals": '{"dkim":"pass","dmarc":"pass","spf":"pass"}',
    "timestamp": AT,
    "issuedBy": ISSUER,
}
REVOCATION = {"stampId": STAMP, "reason": "PHISHING_DETECTED", "revokedBy": ISSUER, "timestamp": AT + DAY}
CHANGE = {
    "domain": "example.com",
    "oldScore": 92,
    "newScore": 29,
    "reason": "PHISHING_CAMPAIGN",
    "evidence": '[{"new":"none","old":"active","signal":"stamp","weight":12}]',
    "timestamp": AT + DAY,
}
SUCCESSION = {"predecessor": "node.example.net/securestamp-main", "treeSize": 7, "rootHash": ZERO, "timestamp": AT}


def _asset_hash(asset: dict[str, object], salt: bytes = SALT) -> str:
    return hashlib.sha256(salt + canonical(asset)).hexdigest()


def _entry(kind: str, asset: dict[str, object], stamp: str = STAMP, **changes: object) -> dict[str, object]:
    return {
        "v": 1,
        "type": kind,
        "channel": "securestamp-main",
        "stampId": stamp,
        "assetHash": _asset_hash(asset),
        "timestamp": asset["timestamp"],
        "issuer": ISSUER,
    } | changes


def _signature(value: dict[str, object]) -> str:
    return b64url(es256("node certificate", b"frankmark-entry-v1\0" + canonical(value)))


def _good(name: str, kind: str, asset: dict[str, object], key: str, stamp: str = STAMP) -> dict[str, object]:
    value = _entry(kind, asset, stamp)
    return {
        "name": name,
        "type": kind,
        "asset": asset,
        "salt": SALT.hex(),
        "stampId": stamp,
        "worldStateKey": key,
        "entry": canonical(value).decode("ascii"),
        "txHash": hashlib.sha256(canonical(value)).hexdigest(),
        "entrySig": _signature(value),
    }


GOOD = [
    _good("a stamp is issued", "StampIssuance", ISSUANCE, f"STAMP:{STAMP}"),
    _good("a stamp for one address", "StampIssuance", ISSUANCE | {"subjectHash": ZERO}, f"STAMP:{STAMP}"),
    _good(
        "a stamp for an internationalised domain",
        "StampIssuance",
        ISSUANCE | {"domain": "xn--bcher-kva.example"},
        f"STAMP:{STAMP}",
    ),
    _good("a stamp of score 0", "StampIssuance", ISSUANCE | {"score": 0}, f"STAMP:{STAMP}"),
    _good("a stamp of score 100", "StampIssuance", ISSUANCE | {"score": 100}, f"STAMP:{STAMP}"),
    _good("the first millisecond there is", "StampIssuance", ISSUANCE | {"timestamp": 0}, f"STAMP:{STAMP}"),
    _good(
        "the last millisecond there is",
        "StampRevocation",
        REVOCATION | {"timestamp": 253_402_300_799_999},
        f"REVOCATION:{STAMP}",
    ),
    _good(
        "an empty log is followed",
        "LogSuccession",
        SUCCESSION | {"treeSize": 0},
        "LOG_SUCCESSION:node.example.net/securestamp-main",
        "",
    ),
    _good(
        "the largest log is followed",
        "LogSuccession",
        SUCCESSION | {"treeSize": (1 << 53) - 1},
        "LOG_SUCCESSION:node.example.net/securestamp-main",
        "",
    ),
    _good("a stamp is revoked", "StampRevocation", REVOCATION, f"REVOCATION:{STAMP}"),
    *(
        _good(
            f"a stamp is revoked: {reason}", "StampRevocation", REVOCATION | {"reason": reason}, f"REVOCATION:{STAMP}"
        )
        for reason in ("ORG_REQUEST", "POLICY_VIOLATION", "NODE_COMPROMISE", "EXPIRED")
    ),
    _good("a score changes", "ScoreChange", CHANGE, f"SCORE_HISTORY:example.com:{AT + DAY}"),
    *(
        _good(
            f"a score changes: {reason}",
            "ScoreChange",
            CHANGE | {"reason": reason},
            f"SCORE_HISTORY:example.com:{AT + DAY}",
        )
        for reason in ("DMARC_ADDED", "TYPOSQUATTING_CLUSTER", "MANUAL_REVIEW", "SIGNAL_DRIFT")
    ),
    _good(
        "a log follows a closed one",
        "LogSuccession",
        SUCCESSION,
        "LOG_SUCCESSION:node.example.net/securestamp-main",
        "",
    ),
]

WHOLE = _entry("StampIssuance", ISSUANCE)
TEXT = canonical(WHOLE).decode("ascii")


def _without(body: dict[str, object], name: str) -> dict[str, object]:
    return {member: value for member, value in body.items() if member != name}


def _refused(body: dict[str, object], reason: str = "ENTRY_MALFORMED") -> tuple[str, str]:
    return canonical(body).decode("ascii"), reason


BAD_ENTRIES = {
    "empty": ("", "ENTRY_MALFORMED"),
    "an array": ("[]", "ENTRY_MALFORMED"),
    "a space more than canonical": (TEXT.replace(":", ": ", 1), "ENTRY_MALFORMED"),
    "members in another order": (
        "{" + TEXT[1:-1].partition(",")[2] + "," + TEXT[1:-1].partition(",")[0] + "}",
        "ENTRY_MALFORMED",
    ),
    "a line feed at the end": (TEXT + "\n", "ENTRY_MALFORMED"),
    "duplicate key: v twice": ('{"v":1,' + TEXT[1:], "ENTRY_MALFORMED"),
    "an unknown member": _refused(WHOLE | {"domain": "example.com"}),
    "a member missing": _refused(_without(WHOLE, "issuer")),
    "v 2": _refused(WHOLE | {"v": 2}),
    "v as text": _refused(WHOLE | {"v": "1"}),
    "v true": _refused(WHOLE | {"v": True}),
    "v 1.0": (TEXT.replace('"v":1', '"v":1.0'), "ENTRY_MALFORMED"),
    "type unknown": _refused(WHOLE | {"type": "StampTransfer"}),
    "type null": _refused(WHOLE | {"type": None}),
    "another channel": _refused(WHOLE | {"channel": "securestamp-test"}),
    "stampId of UUID version 1": _refused(WHOLE | {"stampId": STAMP.replace("-4372-", "-1372-")}),
    "stampId in capitals": _refused(WHOLE | {"stampId": STAMP.upper()}),
    "no stampId": _refused(WHOLE | {"stampId": ""}),
    "a succession with a stampId": _refused(WHOLE | {"type": "LogSuccession"}),
    "assetHash in capitals": _refused(WHOLE | {"assetHash": "A" * 64}),
    "assetHash with 0x": _refused(WHOLE | {"assetHash": "0x" + ZERO}),
    "issuer too short": _refused(WHOLE | {"issuer": "ab"}),
    "timestamp as text": _refused(WHOLE | {"timestamp": str(AT)}),
    "timestamp below zero": _refused(WHOLE | {"timestamp": -1}, "TIMESTAMP_OUT_OF_RANGE"),
    "timestamp after the year 9999": _refused(WHOLE | {"timestamp": 253_402_300_800_000}, "TIMESTAMP_OUT_OF_RANGE"),
    "oversized: 1025 octets": (TEXT + " " * (1025 - len(TEXT)), "ENTRY_MALFORMED"),
    "deeply nested: three objects": (TEXT.replace('"v":1', '"v":{"a":{}}'), "ENTRY_MALFORMED"),
    "not UTF-8: a stray 0xFF": (TEXT.replace("main", "m\xffin"), "ENTRY_MALFORMED"),
    "truncated: the last brace is missing": (TEXT[:-1], "ENTRY_MALFORMED"),
    "mixed encoding: a byte order mark": ("\xef\xbb\xbf" + TEXT, "ENTRY_MALFORMED"),
    "homoglyph: a Cyrillic letter in the type": (TEXT.replace("Stamp", "St\xd0\xb0mp"), "ENTRY_MALFORMED"),
    "look-alike: a channel of almost the name": _refused(WHOLE | {"channel": "securestarnp-main"}),
}
DEEP = "[" * 9 + "]" * 9
BAD_ASSETS = {
    "not an object": ("StampIssuance", [], "ASSET_MALFORMED"),
    "the asset of another type": ("StampIssuance", REVOCATION, "ASSET_MALFORMED"),
    "a member missing": ("StampIssuance", _without(ISSUANCE, "orgId"), "ASSET_MALFORMED"),
    "an unknown member": ("StampIssuance", ISSUANCE | {"note": "x"}, "ASSET_MALFORMED"),
    "an empty subjectHash": ("StampIssuance", ISSUANCE | {"subjectHash": ""}, "ASSET_MALFORMED"),
    "a subjectHash of no hash": ("StampIssuance", ISSUANCE | {"subjectHash": "me@example.com"}, "ASSET_MALFORMED"),
    "domain in capitals": ("StampIssuance", ISSUANCE | {"domain": "Example.com"}, "DOMAIN_NOT_NORMALISED"),
    "domain with a final dot": ("StampIssuance", ISSUANCE | {"domain": "example.com."}, "DOMAIN_NOT_NORMALISED"),
    "domain with a scheme": ("StampIssuance", ISSUANCE | {"domain": "https://example.com"}, "DOMAIN_NOT_NORMALISED"),
    "domain of U-labels": ("StampIssuance", ISSUANCE | {"domain": "b\u00fccher.example"}, "DOMAIN_NOT_NORMALISED"),
    "homoglyph: a Cyrillic letter in the domain": (
        "StampIssuance",
        ISSUANCE | {"domain": "ex\u0430mple.com"},
        "DOMAIN_NOT_NORMALISED",
    ),
    "an address instead of a domain": (
        "StampIssuance",
        ISSUANCE | {"domain": "a@example.com"},
        "DOMAIN_NOT_NORMALISED",
    ),
    "an empty domain": ("StampIssuance", ISSUANCE | {"domain": ""}, "DOMAIN_NOT_NORMALISED"),
    "stampId of UUID version 1": (
        "StampIssuance",
        ISSUANCE | {"stampId": STAMP.replace("-4372-", "-1372-")},
        "ASSET_MALFORMED",
    ),
    "score 101": ("StampIssuance", ISSUANCE | {"score": 101}, "SCORE_OUT_OF_RANGE"),
    "score -1": ("StampIssuance", ISSUANCE | {"score": -1}, "SCORE_OUT_OF_RANGE"),
    "score with a fraction": ("StampIssuance", ISSUANCE | {"score": 92.5}, "ASSET_MALFORMED"),
    "score true": ("StampIssuance", ISSUANCE | {"score": True}, "ASSET_MALFORMED"),
    "score as text": ("StampIssuance", ISSUANCE | {"score": "92"}, "ASSET_MALFORMED"),
    "timestamp in seconds with a fraction": ("StampIssuance", ISSUANCE | {"timestamp": 1.5}, "ASSET_MALFORMED"),
    "timestamp below zero": ("StampIssuance", ISSUANCE | {"timestamp": -1}, "TIMESTAMP_OUT_OF_RANGE"),
    "timestamp after the year 9999": (
        "StampRevocation",
        REVOCATION | {"timestamp": 253_402_300_800_000},
        "TIMESTAMP_OUT_OF_RANGE",
    ),
    "orgId with a space": ("StampIssuance", ISSUANCE | {"orgId": "org 1"}, "ASSET_MALFORMED"),
    "orgId of 65 characters": ("StampIssuance", ISSUANCE | {"orgId": "o" * 65}, "ASSET_MALFORMED"),
    "issuedBy with colons": ("StampIssuance", ISSUANCE | {"issuedBy": "aa:" * 21 + "a"}, "ASSET_MALFORMED"),
    "signals as an object": ("StampIssuance", ISSUANCE | {"signals": {"spf": "pass"}}, "ASSET_MALFORMED"),
    "signals as the text of an array": ("StampIssuance", ISSUANCE | {"signals": "[]"}, "ASSET_MALFORMED"),
    "signals as no JSON": ("StampIssuance", ISSUANCE | {"signals": "spf=pass"}, "ASSET_MALFORMED"),
    "duplicate key: spf twice in signals": (
        "StampIssuance",
        ISSUANCE | {"signals": '{"spf":"pass","spf":"fail"}'},
        "ASSET_MALFORMED",
    ),
    "deeply nested: nine arrays in evidence": ("ScoreChange", CHANGE | {"evidence": DEEP}, "ASSET_MALFORMED"),
    "oversized: 16385 octets of signals": (
        "StampIssuance",
        ISSUANCE | {"signals": "{" + " " * 16_383 + "}"},
        "ASSET_MALFORMED",
    ),
    "not UTF-8: a lone surrogate in signals": (
        "StampIssuance",
        ISSUANCE | {"signals": '{"a":"\ud800"}'},
        "ASSET_MALFORMED",
    ),
    "revocation reason unknown": ("StampRevocation", REVOCATION | {"reason": "FRAUD"}, "ASSET_MALFORMED"),
    "revocation reason in small letters": (
        "StampRevocation",
        REVOCATION | {"reason": "org_request"},
        "ASSET_MALFORMED",
    ),
    "revocation of no UUID": ("StampRevocation", REVOCATION | {"stampId": "x"}, "ASSET_MALFORMED"),
    "revokedBy no fingerprint": ("StampRevocation", REVOCATION | {"revokedBy": "node-1"}, "ASSET_MALFORMED"),
    "score change reason unknown": ("ScoreChange", CHANGE | {"reason": "MOOD"}, "ASSET_MALFORMED"),
    "score change to 101": ("ScoreChange", CHANGE | {"newScore": 101}, "SCORE_OUT_OF_RANGE"),
    "score change from -1": ("ScoreChange", CHANGE | {"oldScore": -1}, "SCORE_OUT_OF_RANGE"),
    "score change of no domain": ("ScoreChange", CHANGE | {"domain": "localhost:80"}, "DOMAIN_NOT_NORMALISED"),
    "evidence as the text of an object": ("ScoreChange", CHANGE | {"evidence": "{}"}, "ASSET_MALFORMED"),
    "succession of no log": ("LogSuccession", SUCCESSION | {"predecessor": ""}, "ASSET_MALFORMED"),
    "succession of fewer than no entries": ("LogSuccession", SUCCESSION | {"treeSize": -1}, "ASSET_MALFORMED"),
    "succession of more entries than a number holds": (
        "LogSuccession",
        SUCCESSION | {"treeSize": 1 << 53},
        "ASSET_MALFORMED",
    ),
    "succession to no root": ("LogSuccession", SUCCESSION | {"rootHash": ""}, "ASSET_MALFORMED"),
    "succession at no time": ("LogSuccession", SUCCESSION | {"timestamp": -1}, "TIMESTAMP_OUT_OF_RANGE"),
}
FLIPPED = ("A" if _signature(WHOLE)[0] != "A" else "B") + _signature(WHOLE)[1:]
BAD_SIGNATURES = {
    "one bit of the signature": (TEXT, FLIPPED),
    "the signature of another entry": (
        canonical(_entry("StampRevocation", REVOCATION)).decode("ascii"),
        _signature(WHOLE),
    ),
    "without the label": (TEXT, b64url(es256("node certificate", canonical(WHOLE)))),
    "another key": (TEXT, b64url(es256("stranger", b"frankmark-entry-v1\0" + canonical(WHOLE)))),
    "empty": (TEXT, ""),
    "truncated": (TEXT, _signature(WHOLE)[:-1]),
    "mixed encoding: padded": (TEXT, _signature(WHOLE) + "=="),
}

# What may follow what: steps are (type, stamp, asset or null for an erased one, refusal or null).
LATER = ISSUANCE | {"timestamp": AT + DAY}
YEAR = 365 * DAY
OTHER = ISSUANCE | {"stampId": OTHER_STAMP, "timestamp": AT + DAY}
HISTORIES = {
    "issued, revoked": [("StampIssuance", STAMP, ISSUANCE, None), ("StampRevocation", STAMP, REVOCATION, None)],
    "revoked twice": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampRevocation", STAMP, REVOCATION, None),
        ("StampRevocation", STAMP, REVOCATION | {"timestamp": AT + 2 * DAY}, "INVALID_TRANSITION"),
    ],
    "revoked without having been issued": [("StampRevocation", STAMP, REVOCATION, "INVALID_TRANSITION")],
    "renewed": [("StampIssuance", STAMP, ISSUANCE, None), ("StampIssuance", STAMP, LATER, None)],
    "renewed at the same time": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", STAMP, ISSUANCE, "INVALID_TRANSITION"),
    ],
    "renewed for another domain": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", STAMP, LATER | {"domain": "example.org"}, "INVALID_TRANSITION"),
    ],
    "renewed by another owner": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", STAMP, LATER | {"orgId": "org_other"}, "INVALID_TRANSITION"),
    ],
    "renewed after revocation": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampRevocation", STAMP, REVOCATION, None),
        ("StampIssuance", STAMP, LATER, "INVALID_TRANSITION"),
    ],
    "a second active stamp of the owner": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", OTHER_STAMP, OTHER, "STAMP_ALREADY_ACTIVE"),
    ],
    "a second stamp after revocation": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampRevocation", STAMP, REVOCATION, None),
        ("StampIssuance", OTHER_STAMP, OTHER, None),
    ],
    "a second stamp after a year": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", OTHER_STAMP, OTHER | {"timestamp": AT + YEAR}, None),
    ],
    "a second stamp a millisecond before the year is over": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", OTHER_STAMP, OTHER | {"timestamp": AT + YEAR - 1}, "STAMP_ALREADY_ACTIVE"),
    ],
    "another owner's stamp for the domain": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", OTHER_STAMP, OTHER | {"orgId": "org_other"}, None),
    ],
    "a stamp for one address beside the domain's": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampIssuance", OTHER_STAMP, OTHER | {"subjectHash": ZERO}, None),
    ],
    "scores": [
        ("ScoreChange", STAMP, CHANGE, None),
        ("ScoreChange", STAMP, CHANGE | {"timestamp": AT, "newScore": 50}, None),
    ],
    "two scores of one millisecond": [
        ("ScoreChange", STAMP, CHANGE, None),
        ("ScoreChange", STAMP, CHANGE, "INVALID_TRANSITION"),
    ],
    "an erased issuance, revoked": [("StampIssuance", STAMP, None, None), ("StampRevocation", STAMP, REVOCATION, None)],
    "an erased issuance, renewed": [("StampIssuance", STAMP, None, None), ("StampIssuance", STAMP, LATER, None)],
    "an erased renewal": [("StampIssuance", STAMP, ISSUANCE, None), ("StampIssuance", STAMP, None, None)],
    "an erased renewal of a revoked stamp": [
        ("StampIssuance", STAMP, ISSUANCE, None),
        ("StampRevocation", STAMP, REVOCATION, None),
        ("StampIssuance", STAMP, None, "INVALID_TRANSITION"),
    ],
    "an erased issuance, renewed after revocation": [
        ("StampIssuance", STAMP, None, None),
        ("StampRevocation", STAMP, None, None),
        ("StampIssuance", STAMP, LATER, "INVALID_TRANSITION"),
    ],
    "an erased revocation": [("StampIssuance", STAMP, ISSUANCE, None), ("StampRevocation", STAMP, None, None)],
    "an erased score": [("ScoreChange", STAMP, None, None)],
    "a succession": [("LogSuccession", "", SUCCESSION, None), ("StampIssuance", STAMP, ISSUANCE, None)],
}
FINAL = {
    "issued, revoked": {"revoked": [STAMP], "active": [], "score": None},
    "renewed": {"revoked": [], "active": [STAMP], "score": None},
    "a second stamp after revocation": {"revoked": [STAMP], "active": [OTHER_STAMP], "score": None},
    "scores": {"revoked": [], "active": [], "score": 29},
    "an erased issuance, revoked": {"revoked": [STAMP], "active": [], "score": None},
    "an erased revocation": {"revoked": [STAMP], "active": [], "score": None},
    "an erased renewal": {"revoked": [], "active": [STAMP], "score": None},
    "a succession": {"revoked": [], "active": [STAMP], "score": None},
}
write(
    "ledger-entry.json",
    {
        "suite": "ledger-entry",
        "standard": "specs/ledger-entry.md",
        "key": jwk("node certificate"),
        "entries": GOOD,
        "badEntries": [{"name": n, "octets": text, "reason": why} for n, (text, why) in BAD_ENTRIES.items()],
        "badAssets": [
            {"name": n, "type": kind, "asset": asset, "reason": why} for n, (kind, asset, why) in BAD_ASSETS.items()
        ],
        "badSignatures": [{"name": n, "entry": text, "entrySig": sig} for n, (text, sig) in BAD_SIGNATURES.items()],
        "histories": [
            {
                "name": name,
                "steps": [
                    {
                        "type": kind,
                        "stampId": stamp,
                        "timestamp": asset["timestamp"] if asset else AT,
                        "asset": asset,
                        "refused": why,
                    }
                    for kind, stamp, asset, why in steps
                ],
                "final": FINAL.get(name),
            }
            for name, steps in HISTORIES.items()
        ],
    },
)
