"""Write ``vectors/score.json``: evidence, and what ``sstp-score/0.2.0`` and ``0.1.0`` make of it.

Scores, rules and reasons are written down here by hand; only hashes are computed, without the product's code.
"""

import hashlib

from stamp_parts import (
    BEHAVED,
    FIRST,
    MESSAGE,
    NO_AUTHENTICATION,
    OTHER_STAMP,
    UNAVAILABLE,
    UNREGISTERED,
    canonical,
    channel,
    evidence,
    write,
)

STATES = ((70, "CONFIABLE"), (30, "SOSPECHOSO"), (0, "BLOQUEADO"))
QUIET = {"complaint": 30, "bounce": 100, "engagement": 10}
LOW = {"domain_age": 6, "ssl": 7, "stamp": "expiring", **QUIET}  # 63,000 of 90,000: exactly 70
LOOKALIKE = {"target": "examp1e.com", "confidence": 0}
FAILED = {"dns": channel("pass")}
CASES: list[dict[str, object]] = []


def _case(name: str, changes: dict[str, object], score: int, level: str, *reasons: str, **shape: object) -> None:
    outcome = {
        "score": score,
        "raw": shape.pop("raw", score),
        "state": next(word for least, word in STATES if score >= least),
        "level": level,
        "rules": str(shape.pop("rules", "")).split(),
        "reasons": list(reasons),
        "coverage": shape.pop("coverage", 75),
    }
    target = shape.pop("target", "example.com")
    file = evidence((FIRST if "algorithm" not in shape else {}) | changes, **shape) | {"target": target}
    hashed = hashlib.sha256(canonical(file)).hexdigest()
    CASES.append({"name": name, "evidence": file, "outcome": outcome | {"evidenceHash": hashed}})


def _lone(name: str, reason: str, lists: dict[str, object]) -> None:
    """A rule that alone takes the first check vector out of its state."""
    rule, score, level = ("C69", 69, "L3")
    _case(f"alone: {name}", {}, score, level, reason, raw=92, rules=rule, lists=lists)


# The ten check vectors.
_case("check 1: all pass", {}, 92, "L4")
_case("check 2: ~all and p=quarantine", {"spf": "~all", "dmarc": "quarantine"}, 87, "L4")
_case("check 3: unregistered", UNREGISTERED, 69, "L3", "NOT_REGISTERED", rules="C69")
_case(
    "check 4: unregistered, perfect behaviour",
    UNREGISTERED | BEHAVED,
    69,
    "L3",
    "NOT_REGISTERED",
    raw=78,
    rules="C69",
    coverage=90,
)
_case(
    "check 5: two days old look-alike, perfect authentication and TLS",
    UNREGISTERED | {"domain_age": 2},
    59,
    "L3",
    "NOT_REGISTERED",
    rules="C69",
)
_case(
    "check 6: no authentication, old",
    UNREGISTERED | NO_AUTHENTICATION,
    36,
    "L2",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="C69",
)
_case(
    "check 7: no authentication, new",
    UNREGISTERED | NO_AUTHENTICATION | {"domain_age": 0},
    26,
    "L1",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="C69",
)
_case("check 8: the device is certain of fraud", {}, 83, "L4", ml=1000)
_case("check 9: the device is certain of the contrary", {}, 93, "L4", ml=0)
_case("check 10: everything at its best", BEHAVED, 100, "L4", ml=0, coverage=90)
# The attack: the victim's own registration, the attacker's envelope and signature, a token copied from the DNS.
FORGERY = {"spf": "pass_unaligned", "dkim": "pass_unaligned"}
COPIED = {"dns": channel("pass"), "header": channel("pass")}
_case(
    "attack: forged From, p=reject",
    FORGERY | {"dmarc": "fail:reject"},
    29,
    "L1",
    "NO_AUTHENTICATION",
    "DMARC_FAIL",
    raw=58,
    rules="C69 C29",
    mode="message",
    lists={"channels": COPIED},
)
_case(
    "attack: forged From, p=quarantine",
    FORGERY | {"dmarc": "fail:quarantine"},
    29,
    "L1",
    "NO_AUTHENTICATION",
    "DMARC_FAIL",
    raw=58,
    rules="C69 C29",
    mode="message",
    lists={"channels": COPIED},
)
_case(
    "attack: forged From, p=none",
    FORGERY | {"dmarc": "fail:none"},
    58,
    "L3",
    "NO_AUTHENTICATION",
    rules="C69",
    mode="message",
    lists={"channels": COPIED},
)
# Boundaries of the states and levels.
_case("boundary: 70", LOW, 70, "L4", coverage=90)
_case(
    "boundary: 69, and no rule",
    LOW | {"registration": 30, "ssl": 8, "stamp": "expiring"},
    69,
    "L3",
    "SCORE_LOW",
    coverage=90,
)
_case("boundary: 50", UNREGISTERED | {"dkim": "none", "dmarc": "none+rua"}, 50, "L3", "NOT_REGISTERED", rules="C69")
_case("boundary: 49", UNREGISTERED | {"dkim": "none", "dmarc": "none"}, 49, "L2", "NOT_REGISTERED", rules="C69")
_case(
    "boundary: 30",
    UNREGISTERED | NO_AUTHENTICATION | {"domain_age": 90, "registration": 30},
    30,
    "L2",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="C69",
)
_case(
    "boundary: 29",
    UNREGISTERED | NO_AUTHENTICATION | {"ssl": "invalid"},
    29,
    "L1",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="C69",
)
_case(
    "the least there is",
    UNREGISTERED
    | NO_AUTHENTICATION
    | QUIET
    | {"domain_age": 0, "registration": "withdrawn", "ssl": "invalid", "ct": 0},
    0,
    "L1",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="C69",
    coverage=90,
)
# C69, each reason alone.
_case(
    "alone: neither SPF nor DKIM passes",
    {"spf": "none", "dkim": "none"},
    69,
    "L3",
    "NO_AUTHENTICATION",
    raw=71,
    rules="C69",
)
_case(
    "alone: neither passes, one could not be asked",
    {"spf": UNAVAILABLE, "dkim": "none"},
    69,
    "L3",
    "AUTHENTICATION_UNAVAILABLE",
    raw=71,
    rules="C69",
    coverage=67,
)
_case("SPF alone passes: no rule", {"dkim": "none"}, 79, "L4")
_case("DKIM alone passes: no rule", {"spf": "none"}, 83, "L4")
_case("?all is no pass", {"spf": "?all", "dkim": "none"}, 69, "L3", "NO_AUTHENTICATION", raw=73, rules="C69")
_case(
    "alone: not registered",
    UNREGISTERED | BEHAVED | {"ct": 1},
    69,
    "L3",
    "NOT_REGISTERED",
    raw=76,
    rules="C69",
    coverage=90,
)
_case(
    "alone: no node can be asked about the registry",
    BEHAVED | {"registry": UNAVAILABLE, "stamp": UNAVAILABLE},
    69,
    "L3",
    "REGISTRY_UNAVAILABLE",
    raw=78,
    rules="C69",
    coverage=70,
)
_case("alone: registered, no stamp", {"stamp": "none"}, 69, "L3", "NO_ACTIVE_STAMP", raw=78, rules="C69")
_case(
    "alone: registered, ownership not verified",
    {"registry": "registered", "stamp": "none"} | BEHAVED,
    69,
    "L3",
    "NO_ACTIVE_STAMP",
    raw=81,
    rules="C69",
    coverage=90,
)
_case("alone: stamp expired", {"stamp": "expired"}, 69, "L3", "NO_ACTIVE_STAMP", raw=81, rules="C69")
_case(
    "alone: stamp revoked at the owner's request",
    {"stamp": "revoked"},
    69,
    "L3",
    "NO_ACTIVE_STAMP",
    raw=78,
    rules="C69",
    lists={"revoked": "ORG_REQUEST"},
)
_case(
    "alone: stamp revoked because it expired",
    {"stamp": "revoked"},
    69,
    "L3",
    "NO_ACTIVE_STAMP",
    raw=78,
    rules="C69",
    lists={"revoked": "EXPIRED"},
)
_case("alone: stamp whose token does not hold", {"stamp": "unproven"}, 69, "L3", "NO_ACTIVE_STAMP", raw=78, rules="C69")
_case("an expiring stamp is active", {"stamp": "expiring"}, 90, "L4")
DARK = {"dkim": UNAVAILABLE, "dmarc": UNAVAILABLE, "ct": UNAVAILABLE}
_case("coverage 48: fires, and the sum is below 70 of itself", DARK, 62, "L3", "COVERAGE_LOW", rules="C69", coverage=48)
_case(
    "coverage 50: does not fire",
    {"dkim": UNAVAILABLE, "ct": UNAVAILABLE, "domain_age": UNAVAILABLE},
    64,
    "L3",
    "SCORE_LOW",
    coverage=50,
)
_case("the device's number is no coverage", DARK, 66, "L3", "COVERAGE_LOW", rules="C69", coverage=48, ml=0)
for label, pair in {
    "record and registry name different stamps": {"dns": channel("pass", stamp=OTHER_STAMP), "api": channel("pass")},
    "header and record name different stamps": {"dns": channel("pass"), "header": channel("pass", stamp=OTHER_STAMP)},
}.items():
    _lone(label, "CHANNELS_DISAGREE", {"channels": pair})
_lone("two owners hold a stamp", "STAMP_CONFLICT", {"conflict": True})
_lone("confirmed by another node only", "CONFIRMED_ELSEWHERE", {"confirmed": "elsewhere"})
for word in (
    "TOKEN_EXPIRED",
    "TOKEN_NOT_YET_VALID",
    "KEY_RETIRED",
    "KEY_UNKNOWN",
    "KEY_UNREACHABLE",
    "DOMAIN_MISMATCH",
    "STAMP_UNKNOWN",
    "STAMP_REVOKED",
    "STAMP_EXPIRED",
    "STAMP_MISMATCH",
    "UNTRUSTED_ISSUER",
    "TYPE_MISMATCH",
    "TOKEN_MALFORMED",
    "TOKEN_TOO_LARGE",
    "ALGORITHM_REFUSED",
):
    _lone(f"token in the record: {word}", word, {"channels": {"dns": channel("fail", word)}})
for word in (
    "TOKEN_EXPIRED",
    "DOMAIN_MISMATCH",
    "HEADERS_TOO_MANY",
    "FROM_AMBIGUOUS",
    "TOKEN_MISMATCH",
    "TAG_MISSING",
    "TAG_DUPLICATE",
    "TAG_LIST_MALFORMED",
    "TAG_LIST_TOO_LARGE",
    "URL_MALFORMED",
    "VERSION_UNSUPPORTED",
):
    _lone(f"header: {word}", word, {"channels": {"header": channel("fail", word, None)}})
_lone(
    "record and token name different stamps",
    "STAMP_MISMATCH",
    {"channels": {"dns": channel("permerror", "STAMP_MISMATCH")}},
)
# Channels that claim nothing.
for label, one in {
    "an unpinned issuer is neither pass nor fail": {"dns": channel("none", "ISSUER_NOT_PINNED")},
    "a record of no form claims nothing": {"dns": channel("permerror", "TAG_LIST_MALFORMED", None)},
    "a record with a false id claims nothing": {"dns": channel("permerror", "STAMP_ID_MALFORMED", None)},
    "too many records claim nothing": {"dns": channel("permerror", "RECORDS_TOO_MANY", None)},
    "silent name servers claim nothing": {"dns": channel("temperror", "DNS_UNAVAILABLE", None)},
    "a header without verify passes with a warning": {"header": channel("pass", "VERIFY_MISSING")},
    "an older stamp in the registry is no claim of the sender": {"api": channel("fail", "STAMP_REVOKED")},
    "three channels of one mind": {"dns": channel("pass"), "header": channel("pass"), "api": channel("pass")},
    "a domain has no header": {"dns": channel("pass"), "header": channel("unchecked", None, None)},
}.items():
    _case(label, {}, 92, "L4", lists={"channels": one})
# K.
for confidence, score, level, reason in (
    (699, 92, "L4", ""),
    (700, 69, "L3", "LOOKALIKE"),
    (899, 69, "L3", "LOOKALIKE"),
    (900, 29, "L1", "LOOKALIKE_STRONG"),
    (1000, 29, "L1", "LOOKALIKE_STRONG"),
):
    _case(
        f"look-alike of {confidence} thousandths",
        {},
        score,
        level,
        *filter(None, [reason]),
        raw=92,
        rules="K" if reason else "",
        lists={"lookalike": LOOKALIKE | {"confidence": confidence}},
    )
# C29, each reason alone.
for label, reason, shape in (
    ("the token is forged", "SIGNATURE_FALSE", {"channels": {"header": channel("fail", "SIGNATURE_FALSE")}}),
    ("the token's key is stolen", "KEY_COMPROMISED", {"channels": {"dns": channel("fail", "KEY_COMPROMISED")}}),
    ("a reviewer confirmed the imitation", "TYPOSQUAT_CONFIRMED", {"confirmed": "here"}),
    ("in an active campaign", "CAMPAIGN_ACTIVE", {"campaign": True}),
    ("the domain does not exist", "DOMAIN_NOT_FOUND", {"missing": True}),
):
    _case(f"alone: {label}", {}, 29, "L1", reason, raw=92, rules="C29", lists=shape)
for policy, raw in (("reject", 79), ("quarantine", 79)):
    _case(
        f"alone: DMARC fails under p={policy}",
        MESSAGE | {"dmarc": f"fail:{policy}"},
        29,
        "L1",
        "DMARC_FAIL",
        raw=raw,
        rules="C29",
        mode="message",
    )
_case("DMARC fails under p=none: no rule", MESSAGE | {"dmarc": "fail:none"}, 79, "L4", mode="message")
# Z.
for label, reason, shape in (
    ("admin list", "ADMIN_LIST", {"blocked": ["admin"]}),
    ("compliance list", "COMPLIANCE_LIST", {"blocked": ["compliance"]}),
    ("revoked for phishing", "REVOKED_PHISHING_DETECTED", {"revoked": "PHISHING_DETECTED"}),
    ("revoked for the node's compromise", "REVOKED_NODE_COMPROMISE", {"revoked": "NODE_COMPROMISE"}),
    ("revoked for breaking the rules", "REVOKED_POLICY_VIOLATION", {"revoked": "POLICY_VIOLATION"}),
):
    _case(f"alone: {label}", {}, 0, "L1", reason, raw=92, rules="Z", lists=shape)
_case(
    "both lists",
    {},
    0,
    "L1",
    "ADMIN_LIST",
    "COMPLIANCE_LIST",
    raw=92,
    rules="Z",
    lists={"blocked": ["admin", "compliance"]},
)
# O.
_case(
    "override lifts",
    UNREGISTERED,
    95,
    "L4",
    "NOT_REGISTERED",
    "SENDER_OVERRIDE",
    raw=69,
    rules="C69 O",
    lists={"override": 95},
)
_case("override lowers", {}, 10, "L1", "SENDER_OVERRIDE", raw=92, rules="O", lists={"override": 10})
_case(
    "override 100",
    UNREGISTERED,
    100,
    "L4",
    "NOT_REGISTERED",
    "SENDER_OVERRIDE",
    raw=69,
    rules="C69 O",
    lists={"override": 100},
)
_case("look-alike of 0 thousandths", {}, 92, "L4", lists={"lookalike": LOOKALIKE})
_case("override 0", {}, 0, "L1", "SENDER_OVERRIDE", raw=92, rules="O", lists={"override": 0})
_case(
    "override replaces what K left",
    {},
    80,
    "L4",
    "LOOKALIKE_STRONG",
    "SENDER_OVERRIDE",
    raw=92,
    rules="K O",
    lists={"override": 80, "lookalike": LOOKALIKE | {"confidence": 950}},
)
_case(
    "override, then C29 again",
    {},
    29,
    "L1",
    "CAMPAIGN_ACTIVE",
    "SENDER_OVERRIDE",
    raw=92,
    rules="C29 O",
    lists={"override": 95, "campaign": True},
)
_case(
    "override below C29 stays",
    {},
    5,
    "L1",
    "CAMPAIGN_ACTIVE",
    "SENDER_OVERRIDE",
    raw=92,
    rules="C29 O",
    lists={"override": 5, "campaign": True},
)
_case(
    "override, then Z again",
    {},
    0,
    "L1",
    "ADMIN_LIST",
    "SENDER_OVERRIDE",
    raw=92,
    rules="Z O",
    lists={"override": 95, "blocked": ["admin"]},
)
# M.
_case(
    "device: 69 would become 72",
    LOW | {"domain_age": 6, "registration": 30, "ssl": 8},
    69,
    "L3",
    "ML_LIFT_REFUSED",
    rules="M",
    coverage=90,
    ml=0,
)
_case("device: within a state it lifts", {"ct": 0}, 88, "L4", ml=0)
_case("device: it lowers a state", LOW, 63, "L3", "SCORE_LOW", coverage=90, ml=1000)
_case(
    "device: 29 would become 37",
    UNREGISTERED | NO_AUTHENTICATION | {"ssl": "invalid"},
    29,
    "L1",
    "ML_LIFT_REFUSED",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    rules="M C69",
    ml=0,
)
_case("device: neither way", {}, 88, "L4", ml=500)
# Levels.
_case("notarised, business approved", {}, 92, "L5", lists={"notarised": True, "kyb": True})
_case("notarised, business not approved", {}, 92, "L4", lists={"notarised": True})
_case("business approved, not notarised", {}, 92, "L4", lists={"kyb": True})
_case(
    "notarised and approved, and not trusted",
    UNREGISTERED,
    69,
    "L3",
    "NOT_REGISTERED",
    rules="C69",
    lists={"notarised": True, "kyb": True},
)
# Several at once, in the order of the rules.
_case(
    "everything against",
    UNREGISTERED | NO_AUTHENTICATION,
    0,
    "L1",
    "NO_AUTHENTICATION",
    "NOT_REGISTERED",
    "STAMP_CONFLICT",
    "LOOKALIKE",
    "SIGNATURE_FALSE",
    "CAMPAIGN_ACTIVE",
    "DOMAIN_NOT_FOUND",
    "COMPLIANCE_LIST",
    raw=36,
    rules="C69 K C29 Z",
    lists={
        "blocked": ["compliance"],
        "campaign": True,
        "conflict": True,
        "missing": True,
        "lookalike": LOOKALIKE | {"confidence": 750},
        "channels": {"header": channel("fail", "SIGNATURE_FALSE")},
    },
)
# sstp-score/0.1.0.
OLD = {"spf": "-all", "dkim": "valid", "dmarc": "reject", "domain_age": 730, "mx": "present", "behavior": 1000}
V1 = {"algorithm": "sstp-score/0.1.0"}
_case("0.1.0: everything", OLD, 100, "L4", coverage=100, **V1)
_case("0.1.0: behaviour unknown", OLD | {"behavior": UNAVAILABLE}, 95, "L4", coverage=90, **V1)
_case("0.1.0: quarantine counts like reject", OLD | {"dmarc": "quarantine"}, 100, "L4", coverage=100, **V1)
_case("0.1.0: p=none counts for nothing", OLD | {"dmarc": "none+rua"}, 75, "L4", coverage=100, **V1)
_case("0.1.0: no mail exchanger", OLD | {"mx": "none"}, 90, "L4", coverage=100, **V1)
_case("0.1.0: mail exchangers unknown", OLD | {"mx": UNAVAILABLE}, 90, "L4", coverage=90, **V1)
_case("0.1.0: ~all", OLD | {"spf": "~all"}, 96, "L4", coverage=100, **V1)
_case("0.1.0: no DKIM, no DMARC", OLD | {"dkim": "none", "dmarc": "absent"}, 50, "L3", "SCORE_LOW", coverage=100, **V1)
_case("0.1.0: a message", OLD | MESSAGE, 100, "L4", coverage=100, mode="message", **V1)
_case("0.1.0: the device plays no part", OLD, 100, "L4", coverage=100, ml=1000, **V1)
_case(
    "0.1.0: phishing detected",
    OLD,
    29,
    "L1",
    "CAMPAIGN_ACTIVE",
    raw=100,
    rules="C29",
    coverage=100,
    lists={"campaign": True},
    **V1,
)
_case("an address with a quoted local part", {}, 92, "L4", target='"ann lee"@example.com')
_case(
    "0.1.0: imitation confirmed",
    OLD,
    29,
    "L1",
    "TYPOSQUAT_CONFIRMED",
    raw=100,
    rules="C29",
    coverage=100,
    lists={"confirmed": "here"},
    **V1,
)
_case(
    "0.1.0: stamp revoked, for whatever reason",
    OLD,
    0,
    "L1",
    "STAMP_REVOKED",
    raw=100,
    rules="Z",
    coverage=100,
    lists={"revoked": "ORG_REQUEST"},
    **V1,
)

# What each value of each signal is worth: the table of the specification, at and beside each threshold.
WORTHS = {
    "domain": {
        "spf": {"-all": 1000, "~all": 800, "?all": 300, "+all": 0, "permerror": 0, "none": 0, UNAVAILABLE: 0},
        "dkim": {"valid": 1000, "revoked": 0, "invalid": 0, "none": 0, UNAVAILABLE: 0},
        "dmarc": {"reject": 1000, "quarantine": 800, "none+rua": 400, "none": 300, "absent": 0, UNAVAILABLE: 0},
        "domain_age": [
            (0, 0),
            (6, 0),
            (7, 150),
            (29, 150),
            (30, 400),
            (89, 400),
            (90, 700),
            (364, 700),
            (365, 850),
            (729, 850),
            (730, 1000),
            (100_000, 1000),
            (UNAVAILABLE, 0),
        ],
        "registration": [
            (31, 1000),
            (30, 500),
            (0, 500),
            (-1, 500),
            ("no_expiry", 1000),
            ("withdrawn", 0),
            ("not_found", 0),
            (UNAVAILABLE, 0),
        ],
        "ssl": [(8, 1000), (7, 700), (0, 700), ("invalid", 0), ("none", 0), (UNAVAILABLE, 0)],
        "ct": [(0, 0), (1, 600), (2, 1000), (3, 1000), (UNAVAILABLE, 0)],
        "registry": {"verified": 1000, "registered": 400, "none": 0, UNAVAILABLE: 0},
        "stamp": {
            "active": 1000,
            "expiring": 900,
            "expired": 200,
            "unproven": 0,
            "revoked": 0,
            "none": 0,
            UNAVAILABLE: 0,
        },
        "complaint": [(0, 1000), (10, 1000), (11, 950), (20, 500), (29, 50), (30, 0), (10_000, 0), (UNAVAILABLE, 500)],
        "bounce": [(0, 1000), (20, 1000), (21, 987), (60, 500), (99, 12), (100, 0), (1000, 0), (UNAVAILABLE, 500)],
        "engagement": [(0, 0), (10, 0), (11, 5), (105, 500), (199, 994), (200, 1000), (1000, 1000), (UNAVAILABLE, 500)],
    },
    "message": {
        "spf": {
            "pass": 1000,
            "pass_unaligned": 0,
            "softfail": 300,
            "neutral": 300,
            "none": 200,
            "fail": 0,
            "permerror": 0,
            UNAVAILABLE: 0,
        },
        "dkim": {
            "pass": 1000,
            "pass_unaligned": 0,
            "fail": 0,
            "policy": 0,
            "neutral": 0,
            "permerror": 0,
            "none": 0,
            UNAVAILABLE: 0,
        },
        "dmarc": {
            "reject": 1000,
            "quarantine": 800,
            "none+rua": 400,
            "none": 300,
            "absent": 0,
            "fail:reject": 0,
            "fail:quarantine": 0,
            "fail:none": 0,
            UNAVAILABLE: 0,
        },
    },
}
WEIGHTS = {
    "spf": 8,
    "dkim": 11,
    "dmarc": 11,
    "domain_age": 9,
    "registration": 5,
    "ssl": 6,
    "ct": 5,
    "registry": 8,
    "stamp": 12,
    "complaint": 7,
    "bounce": 4,
    "engagement": 4,
}
ROWS = [
    {"mode": mode, "signal": name, "value": value, "weight": WEIGHTS[name], "worth": worth}
    for mode, table in WORTHS.items()
    for name, rows in table.items()
    for value, worth in (rows.items() if isinstance(rows, dict) else rows)
]
NO_VALUES = [
    {"mode": mode, "signal": name, "value": value}
    for mode, name, value in (
        ("domain", "spf", "pass"),
        ("message", "spf", "-all"),
        ("domain", "dkim", "pass"),
        ("message", "dkim", "valid"),
        ("domain", "dmarc", "fail:reject"),
        ("domain", "dmarc", 1),
        ("domain", "domain_age", -1),
        ("domain", "domain_age", 100_001),
        ("domain", "registration", 100_001),
        ("domain", "ssl", -1),
        ("domain", "ct", 101),
        ("domain", "registry", "yes"),
        ("domain", "stamp", "trusted"),
        ("domain", "complaint", 10_001),
        ("domain", "bounce", 1001),
        ("domain", "engagement", "many"),
    )
]
# Evidence files that are none. Each is the first check vector with one thing wrong.
GOOD = canonical(evidence(FIRST)).decode("ascii")
BROKEN = [
    ("not JSON", "{", "EVIDENCE_MALFORMED"),
    ("an array", "[]", "EVIDENCE_MALFORMED"),
    ("empty", "", "EVIDENCE_MALFORMED"),
    ("oversized: 65537 octets", GOOD + " " * (65_537 - len(GOOD)), "EVIDENCE_MALFORMED"),
    ("deeply nested: seven arrays", GOOD.replace('"blocked":[]', '"blocked":[[[[[[]]]]]]'), "EVIDENCE_MALFORMED"),
    ("duplicate key: algorithm twice", '{"algorithm":"sstp-score/0.1.0",' + GOOD[1:], "EVIDENCE_MALFORMED"),
    (
        "duplicate key: override twice",
        GOOD.replace('"override":null', '"override":null,"override":99'),
        "EVIDENCE_MALFORMED",
    ),
    ("not UTF-8: a stray 0xFF", GOOD.replace("example", "ex\xffmple"), "EVIDENCE_MALFORMED"),
    ("truncated: the last brace is missing", GOOD[:-1], "EVIDENCE_MALFORMED"),
    ("mixed encoding: a byte order mark", "\xef\xbb\xbf" + GOOD, "EVIDENCE_MALFORMED"),
    (
        "homoglyph: a Cyrillic letter in a member's name",
        GOOD.replace('"target"', '"t\\u0430rget"'),
        "EVIDENCE_MALFORMED",
    ),
    (
        "look-alike: an algorithm of almost the name",
        GOOD.replace("sstp-score/0.2.0", "sstp-score/0.2.O"),
        "ALGORITHM_UNKNOWN",
    ),
    ("algorithm unknown", GOOD.replace("0.2.0", "0.3.0"), "ALGORITHM_UNKNOWN"),
    ("algorithm missing", GOOD.replace('"algorithm":"sstp-score/0.2.0",', ""), "EVIDENCE_MALFORMED"),
    ("an unknown member", GOOD[:-1] + ',"note":1}', "EVIDENCE_MALFORMED"),
    ("an unknown list", GOOD.replace('"kyb":false', '"kyb":false,"vip":true'), "EVIDENCE_MALFORMED"),
    ("a list missing", GOOD.replace('"kyb":false,', ""), "EVIDENCE_MALFORMED"),
    ("mode unknown", GOOD.replace('"mode":"domain"', '"mode":"both"'), "EVIDENCE_MALFORMED"),
    ("target empty", GOOD.replace('"target":"example.com"', '"target":""'), "EVIDENCE_MALFORMED"),
    ("target quoted, without a domain", GOOD.replace('"example.com"', r'"\"a b\""'), "EVIDENCE_MALFORMED"),
    ("target with a space behind the at sign", GOOD.replace('"example.com"', r'"\"a\"@b c"'), "EVIDENCE_MALFORMED"),
    ("target with a space", GOOD.replace('"target":"example.com"', '"target":"a b"'), "EVIDENCE_MALFORMED"),
    (
        "signals in another order",
        GOOD.replace('"name":"spf"', '"name":"x"')
        .replace('"name":"dkim"', '"name":"spf"')
        .replace('"name":"x"', '"name":"dkim"'),
        "EVIDENCE_MALFORMED",
    ),
    (
        "a signal missing",
        canonical(evidence({k: v for k, v in FIRST.items() if k != "ct"})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    ("a value of another signal", GOOD.replace('"value":"-all"', '"value":"valid"'), "EVIDENCE_MALFORMED"),
    ("a value with a fraction", GOOD.replace('"value":730', '"value":730.5'), "EVIDENCE_MALFORMED"),
    ("a value that is true", GOOD.replace('"value":730', '"value":true'), "EVIDENCE_MALFORMED"),
    ("a time of no form", GOOD.replace("2026-06-02T18:00:00Z", "2026-06-02"), "EVIDENCE_MALFORMED"),
    ("a time in another zone", GOOD.replace("2026-06-02T18:00:00Z", "2026-06-02T18:00:00+00:00"), "EVIDENCE_MALFORMED"),
    ("a time that is a number", GOOD.replace('"2026-06-02T18:00:00Z"', "1780423200000"), "EVIDENCE_MALFORMED"),
    ("present, and observed at no time", GOOD.replace('"2026-06-02T18:00:00Z"', "null"), "EVIDENCE_MALFORMED"),
    ("unavailable for no reason", GOOD.replace('"bounce":"INSUFFICIENT_DATA",', ""), "EVIDENCE_MALFORMED"),
    (
        "present, with a reason not to be",
        GOOD.replace('"unavailable":{', '"unavailable":{"ct":"COLLECTING",'),
        "EVIDENCE_MALFORMED",
    ),
    (
        "a reason for a signal that is none",
        GOOD.replace('"unavailable":{', '"unavailable":{"vip":"COLLECTING",'),
        "EVIDENCE_MALFORMED",
    ),
    ("a reason of no list", GOOD.replace("INSUFFICIENT_DATA", "BECAUSE"), "EVIDENCE_MALFORMED"),
    ("a source with capitals", GOOD.replace('"source":"rdap"', '"source":"RDAP"'), "EVIDENCE_MALFORMED"),
    ("ml null", GOOD[:-1] + ',"ml":null}', "EVIDENCE_MALFORMED"),
    (
        "ml of another name",
        canonical(evidence(FIRST, ml=0)).decode().replace('"name":"ml"', '"name":"mx"'),
        "EVIDENCE_MALFORMED",
    ),
    (
        "ml of another number's name",
        canonical(evidence(FIRST, ml=0)).decode().replace('"name":"ml"', '"name":"behavior"'),
        "EVIDENCE_MALFORMED",
    ),
    ("ml above 1000", canonical(evidence(FIRST, ml=1001)).decode(), "EVIDENCE_MALFORMED"),
    (
        "ml unavailable",
        canonical(evidence(FIRST, ml=7)).decode().replace('"value":7', '"value":"unavailable"'),
        "EVIDENCE_MALFORMED",
    ),
    (
        "blocked out of order",
        canonical(evidence(FIRST, lists={"blocked": ["compliance", "admin"]})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    ("blocked twice", canonical(evidence(FIRST, lists={"blocked": ["admin", "admin"]})).decode(), "EVIDENCE_MALFORMED"),
    ("blocked by nobody known", canonical(evidence(FIRST, lists={"blocked": ["vip"]})).decode(), "EVIDENCE_MALFORMED"),
    ("blocked by a number", canonical(evidence(FIRST, lists={"blocked": [1]})).decode(), "EVIDENCE_MALFORMED"),
    (
        "blocked by more lists than there are",
        canonical(evidence(FIRST, lists={"blocked": ["admin"] * 3})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    ("override 101", canonical(evidence(FIRST, lists={"override": 101})).decode(), "EVIDENCE_MALFORMED"),
    ("override as text", canonical(evidence(FIRST, lists={"override": "90"})).decode(), "EVIDENCE_MALFORMED"),
    ("override true", canonical(evidence(FIRST, lists={"override": True})).decode(), "EVIDENCE_MALFORMED"),
    ("campaign as a number", canonical(evidence(FIRST, lists={"campaign": 1})).decode(), "EVIDENCE_MALFORMED"),
    (
        "confirmed by nobody known",
        canonical(evidence(FIRST, lists={"confirmed": "there"})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "look-alike above 1000",
        canonical(evidence(FIRST, lists={"lookalike": LOOKALIKE | {"confidence": 1001}})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "look-alike with a distance",
        canonical(evidence(FIRST, lists={"lookalike": LOOKALIKE | {"distance": 1}})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "look-alike as text",
        canonical(evidence(FIRST, lists={"lookalike": "examp1e.com"})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "a channel of no name",
        canonical(evidence(FIRST, lists={"channels": {"fax": channel("pass")}})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "a channel of no result",
        canonical(evidence(FIRST, lists={"channels": {"dns": channel("maybe")}})).decode(),
        "EVIDENCE_MALFORMED",
    ),
    (
        "a channel's stamp as a number",
        canonical(evidence(FIRST, lists={"channels": {"dns": channel("pass", None, 7)}})).decode(),
        "EVIDENCE_MALFORMED",
    ),
]
write(
    "score.json",
    {
        "suite": "score",
        "standard": "specs/trust-score.md",
        "cases": CASES,
        "worths": ROWS,
        "noValues": NO_VALUES,
        "files": [{"name": name, "octets": text, "reason": reason} for name, text, reason in BROKEN],
    },
)
