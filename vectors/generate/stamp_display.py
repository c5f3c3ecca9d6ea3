"""Write ``vectors/display.json``: what a surface shows for which evidence. Every answer is written down by hand."""

from stamp_parts import (
    BEHAVED,
    FIRST,
    MESSAGE,
    NO_AUTHENTICATION,
    UNAVAILABLE,
    UNREGISTERED,
    channel,
    evidence,
    write,
)

ORDINARY = MESSAGE | UNREGISTERED
DARK = dict.fromkeys(("spf", "dkim", "dmarc", "domain_age", "registration", "ssl", "ct"), UNAVAILABLE)
NEAR = {"target": "examp1e.com", "confidence": 0}
REVOKED = {"stamp": "revoked"}


def _like(confidence: int) -> dict[str, object]:
    return {"lookalike": NEAR | {"confidence": confidence}}


def _heard(**outcomes: object) -> dict[str, object]:
    return {"channels": outcomes}


# name, changes of the first check vector, lists, what is shown, and more
CASES: list[tuple[str, dict[str, object], dict[str, object], str, dict[str, object]]] = [
    ("stamped and in order", {}, {}, "trusted", {}),
    ("stamped and in order, a message", MESSAGE, {}, "trusted", {"mode": "message"}),
    ("stamped, and the device is certain of fraud", {}, {}, "trusted", {"ml": 1000}),
    (
        "stamped by an unpinned issuer: nobody to ask, nothing to hold against",
        MESSAGE | {"registry": "none", "stamp": "none"},
        _heard(dns=channel("none", "ISSUER_NOT_PINNED")),
        "unknown",
        {"mode": "message"},
    ),
    ("ordinary mail of an unregistered domain", ORDINARY, {}, "unknown", {"mode": "message"}),
    ("an unregistered domain, in order", UNREGISTERED, {}, "unknown", {}),
    (
        "ordinary mail with DKIM alone",
        ORDINARY | {"spf": "pass_unaligned", "dmarc": "none"},
        {},
        "unknown",
        {"mode": "message"},
    ),
    (
        "ordinary mail of a poor old domain: below 30, and still no alarm",
        ORDINARY
        | {
            "spf": "pass",
            "dkim": "none",
            "dmarc": "absent",
            "registration": "withdrawn",
            "ssl": "none",
            "ct": 0,
            "domain_age": 30,
        },
        {},
        "unknown",
        {"mode": "message"},
    ),
    (
        "ordinary mail that nobody signed and no sender policy passes",
        ORDINARY | {"spf": "none", "dkim": "none"},
        {},
        "caution",
        {"mode": "message"},
    ),
    (
        "ordinary mail of a domain without any policy, new",
        UNREGISTERED | NO_AUTHENTICATION | {"domain_age": 3},
        {},
        "blocked",
        {},
    ),
    ("ordinary mail of a domain 29 days old", ORDINARY | {"domain_age": 29}, {}, "caution", {"mode": "message"}),
    ("ordinary mail of a domain 30 days old", ORDINARY | {"domain_age": 30}, {}, "unknown", {"mode": "message"}),
    (
        "ordinary mail of a domain whose age nobody tells",
        ORDINARY | {"domain_age": UNAVAILABLE},
        {},
        "unknown",
        {"mode": "message"},
    ),
    (
        "ordinary mail that fails DMARC under p=none",
        ORDINARY | {"dmarc": "fail:none"},
        {},
        "caution",
        {"mode": "message"},
    ),
    (
        "ordinary mail that fails DMARC under p=reject",
        ORDINARY | {"dmarc": "fail:reject"},
        {},
        "blocked",
        {"mode": "message"},
    ),
    ("registered, no stamp yet", {"stamp": "none"}, {}, "unknown", {}),
    ("stamp run out, nothing claimed", {"stamp": "expired"}, {}, "unknown", {}),
    (
        "stamp given back, nothing claimed",
        REVOKED,
        {"revoked": "ORG_REQUEST"} | _heard(api=channel("fail", "STAMP_REVOKED")),
        "unknown",
        {},
    ),
    (
        "stamp given back, and its token still sent",
        REVOKED,
        {"revoked": "ORG_REQUEST"} | _heard(header=channel("fail", "STAMP_REVOKED")),
        "caution",
        {},
    ),
    ("stamp revoked for phishing", REVOKED, {"revoked": "PHISHING_DETECTED"}, "blocked", {}),
    (
        "a record of no form, unregistered",
        UNREGISTERED,
        _heard(dns=channel("permerror", "TAG_LIST_MALFORMED", None)),
        "unknown",
        {},
    ),
    (
        "a record that names a stamp of nobody",
        UNREGISTERED,
        _heard(dns=channel("fail", "STAMP_UNKNOWN")),
        "caution",
        {},
    ),
    ("a header whose token has expired", {}, _heard(header=channel("fail", "TOKEN_EXPIRED")), "caution", {}),
    (
        "a header whose token is for another domain",
        {},
        _heard(header=channel("fail", "DOMAIN_MISMATCH")),
        "caution",
        {},
    ),
    ("a header whose token is forged", {}, _heard(header=channel("fail", "SIGNATURE_FALSE")), "blocked", {}),
    (
        "a forged token on ordinary mail",
        ORDINARY,
        _heard(header=channel("fail", "SIGNATURE_FALSE")),
        "blocked",
        {"mode": "message"},
    ),
    (
        "an expired token on ordinary mail",
        ORDINARY,
        _heard(header=channel("fail", "TOKEN_EXPIRED")),
        "caution",
        {"mode": "message"},
    ),
    ("look-alike of 699, unregistered", UNREGISTERED, _like(699), "unknown", {}),
    ("look-alike of 700, unregistered", UNREGISTERED, _like(700), "caution", {}),
    ("look-alike of 899, unregistered", UNREGISTERED, _like(899), "caution", {}),
    ("look-alike of 900, unregistered", UNREGISTERED, _like(900), "blocked", {}),
    ("look-alike of 910, and itself registered and stamped", {}, _like(910), "blocked", {}),
    ("look-alike of 800, and itself registered and stamped", {}, _like(800), "caution", {}),
    (
        "look-alike of 750 that nothing speaks for",
        UNREGISTERED | NO_AUTHENTICATION | {"domain_age": 3},
        _like(750),
        "blocked",
        {},
    ),
    ("imitation confirmed here", UNREGISTERED, {"confirmed": "here"}, "blocked", {}),
    ("imitation confirmed by another node", UNREGISTERED, {"confirmed": "elsewhere"}, "caution", {}),
    ("in an active campaign", UNREGISTERED, {"campaign": True}, "blocked", {}),
    ("in an active campaign, and the sender has an override", {}, {"campaign": True, "override": 95}, "blocked", {}),
    ("look-alike, and the sender has an override", {}, _like(950) | {"override": 95}, "blocked", {}),
    ("unregistered, and the sender has a good override", UNREGISTERED, {"override": 95}, "trusted", {}),
    ("unregistered, and the sender has a bad override", UNREGISTERED, {"override": 20}, "blocked", {}),
    ("unregistered, and the sender has a middling override", UNREGISTERED, {"override": 50}, "caution", {}),
    ("on the admin list", UNREGISTERED, {"blocked": ["admin"]}, "blocked", {}),
    ("on the compliance list, stamped", {}, {"blocked": ["compliance"]}, "blocked", {}),
    (
        "the domain does not exist",
        UNREGISTERED | NO_AUTHENTICATION | DARK | {"dmarc": "absent"},
        {"missing": True},
        "blocked",
        {},
    ),
    ("no source answers", UNREGISTERED | DARK, {}, "unknown", {}),
    ("no source and no node answers", DARK | {"registry": UNAVAILABLE, "stamp": UNAVAILABLE}, {}, "unknown", {}),
    (
        "no node answers, the rest is in order",
        MESSAGE | {"registry": UNAVAILABLE, "stamp": UNAVAILABLE},
        {},
        "unknown",
        {"mode": "message"},
    ),
    ("no source answers, and a look-alike", UNREGISTERED | DARK, _like(700), "caution", {}),
    ("no source answers, and on the admin list", UNREGISTERED | DARK, {"blocked": ["admin"]}, "blocked", {}),
    (
        "no source answers, and a failed token",
        UNREGISTERED | DARK,
        _heard(header=channel("fail", "TOKEN_EXPIRED")),
        "caution",
        {},
    ),
    (
        "no source answers, and a forged token",
        UNREGISTERED | DARK,
        _heard(header=channel("fail", "SIGNATURE_FALSE")),
        "blocked",
        {},
    ),
    ("no source answers, and a strong look-alike", UNREGISTERED | DARK, _like(900), "blocked", {}),
    (
        "half the sources answer, authentication does not",
        BEHAVED | UNREGISTERED | {"spf": UNAVAILABLE, "dkim": UNAVAILABLE},
        {},
        "caution",
        {},
    ),
    (
        "the trusted receiver is not known, DKIM is absent",
        ORDINARY | {"spf": UNAVAILABLE, "dkim": "none"},
        {},
        "caution",
        {"mode": "message", "why": {"spf": "NO_TRUSTED_RECEIVED"}},
    ),
    (
        "the trusted receiver is not known, DKIM passes",
        ORDINARY | {"spf": UNAVAILABLE},
        {},
        "unknown",
        {"mode": "message", "why": {"spf": "NO_TRUSTED_RECEIVED"}},
    ),
    (
        "authentication does not answer, and 50 points are present",
        UNREGISTERED | {"spf": UNAVAILABLE, "dkim": UNAVAILABLE, "ssl": UNAVAILABLE},
        {},
        "caution",
        {},
    ),
    (
        "authentication does not answer, and 45 points are present",
        UNREGISTERED | {"spf": UNAVAILABLE, "dkim": UNAVAILABLE, "ssl": UNAVAILABLE, "ct": UNAVAILABLE},
        {},
        "unknown",
        {},
    ),
    ("look-alike of 700, and the sender has an override", {}, _like(700) | {"override": 95}, "caution", {}),
    ("look-alike of 899, and the sender has an override", {}, _like(899) | {"override": 95}, "caution", {}),
    ("look-alike of 900, and the sender has an override", {}, _like(900) | {"override": 95}, "blocked", {}),
    ("look-alike of 699, and the sender has an override", {}, _like(699) | {"override": 95}, "trusted", {}),
    (
        "confirmed by another node, and the sender has an override",
        {},
        {"confirmed": "elsewhere", "override": 95},
        "caution",
        {},
    ),
    (
        "hardly a source answers, a look-alike, and the device would lift it",
        UNREGISTERED | DARK | {"domain_age": 730, "registration": 365, "ssl": 60},
        _like(700),
        "caution",
        {"ml": 0},
    ),
    ("two owners hold a stamp", {}, {"conflict": True}, "caution", {}),
]
OLD = {"spf": "-all", "dkim": "valid", "dmarc": "reject", "domain_age": 730, "mx": "present", "behavior": 1000}
write(
    "display.json",
    {
        "suite": "display",
        "standard": "specs/trust-score.md",
        "cases": [
            {"name": name, "evidence": evidence(FIRST | changes, lists=lists, **shape), "display": shown}
            for name, changes, lists, shown, shape in CASES
        ]
        + [
            {"name": "0.1.0: in order", "evidence": evidence(OLD, algorithm="sstp-score/0.1.0"), "display": "trusted"},
            {
                "name": "0.1.0: revoked",
                "evidence": evidence(OLD, algorithm="sstp-score/0.1.0", lists={"revoked": "ORG_REQUEST"}),
                "display": "blocked",
            },
        ],
    },
)
