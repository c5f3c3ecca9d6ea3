"""Write ``vectors/signal-counterstamp.json``: 36 moves by four actors, conditions, statements, expiry."""

from signal_parts import (
    BRAND,
    CASE,
    DAY,
    LOG,
    NOW,
    OTHER_CASE,
    STANDARD,
    SUFFIXES,
    ZERO,
    brand_header,
    by_brand,
    by_node,
    private_jwk,
    sha256,
    thumbprint,
)
from stamp_parts import canonical, jws, write

TYPE = "SSCT-counterstamp"
STATES = ("observed", "under_review", "confirmed", "revoked", "expired", "disputed")
ROLES = ("brand", "reviewer", "owner", "system")
# Every move that there is, and who may make it.
ALLOWED = {
    ("observed", "under_review"): {"brand", "reviewer"},
    ("observed", "revoked"): {"brand", "reviewer", "system"},
    ("observed", "expired"): {"system"},
    ("under_review", "confirmed"): {"reviewer"},
    ("under_review", "revoked"): {"brand", "reviewer", "system"},
    ("under_review", "disputed"): {"owner", "reviewer"},
    ("under_review", "expired"): {"system"},
    ("confirmed", "revoked"): {"brand", "reviewer", "system"},
    ("confirmed", "disputed"): {"owner", "reviewer"},
    ("confirmed", "expired"): {"system"},
    ("disputed", "confirmed"): {"reviewer"},
    ("disputed", "revoked"): {"brand", "reviewer", "system"},
    ("disputed", "expired"): {"system"},
}
OPENED = NOW - 10 * DAY
CORE = {
    "id": CASE,
    "brand": BRAND,
    "artifact": {"type": "domain", "value": "acme-login.example"},
    "reasonCode": "NOT_OURS",
    "opened_at": OPENED,
    "expires_at": OPENED + 90 * DAY,
}
HASH = sha256(canonical(CORE)).hex()
DIGEST = {"sha256": "ab" * 32, "mime": "image/png"}
SECOND_DIGEST = {"sha256": "cd" * 32, "mime": "message/rfc822"}
OPENER = {"role": "brand", "principal": "key-1", "org": "org-1"}
ACTORS = {
    "brand": OPENER,
    "reviewer": {"role": "reviewer", "principal": "key-9", "org": "org-9"},
    "owner": {"role": "owner", "principal": "", "org": ""},
    "system": {"role": "system", "principal": "", "org": ""},
}


def standing(state: str, **changes: object) -> dict[str, object]:
    """A counter-stamp as it stands."""
    return {
        "core": CORE,
        "state": state,
        "version": 3,
        "opener": OPENER,
        "movedAt": NOW - DAY,
        "disputedAt": NOW - DAY if state == "disputed" else None,
        "evidence": [DIGEST],
    } | changes


def wish(to: str, role: str, **changes: object) -> dict[str, object]:
    """A wish that meets every condition there is."""
    return {
        "to": to,
        "actor": ACTORS[role],
        "ifVersion": 3,
        "reason": "seen by a customer",
        "evidence": [],
        "statementVerified": True,
        "controlProven": True,
        "inside": role == "system",
    } | changes


def move(
    name: str, before: dict[str, object], wanted: dict[str, object], outcome: str | dict[str, object], now: int = NOW
) -> dict[str, object]:
    """One wish, and what becomes of it."""
    if isinstance(outcome, str) and outcome.isupper():
        found: object = {"reason": outcome}
    elif isinstance(outcome, str):
        disputed = now if outcome == "disputed" else before["disputedAt"]
        found = {"state": outcome, "version": 4, "movedAt": now, "disputedAt": disputed, "evidence": before["evidence"]}
    else:
        found = outcome
    return {"verb": "move", "name": name, "before": before, "wish": wanted, "now": now, "outcome": found}


def matrix() -> list[dict[str, object]]:
    """All 36 pairs of states for all four actors, every condition being met."""
    cases = []
    for start in STATES:
        for to in STATES:
            for role in ROLES:
                who = ALLOWED.get((start, to))
                outcome = "INVALID_TRANSITION" if who is None else to if role in who else "ACTOR_NOT_ALLOWED"
                now = OPENED + 90 * DAY if to == "expired" else NOW
                cases.append(move(f"{start} to {to} by the {role}", standing(start), wish(to, role), outcome, now))
    return cases


def added(*evidence: dict[str, str]) -> dict[str, object]:
    """A move to review that brings evidence."""
    return {"state": "under_review", "version": 4, "movedAt": NOW, "disputedAt": None, "evidence": list(evidence)}


SAME_ORG = ACTORS["reviewer"] | {"org": "org-1"}
SAME_PRINCIPAL = ACTORS["reviewer"] | {"principal": "key-1"}
BARE = {"evidence": []}
NODE = {"opener": ACTORS["system"]}
CONDITIONS = [
    move("an older version", standing("observed"), wish("revoked", "brand", ifVersion=2), "VERSION_CONFLICT"),
    move("a version to come", standing("observed"), wish("revoked", "brand", ifVersion=4), "VERSION_CONFLICT"),
    move("version before way", standing("revoked"), wish("observed", "brand", ifVersion=2), "VERSION_CONFLICT"),
    move("review without evidence", standing("observed", **BARE), wish("under_review", "brand"), "EVIDENCE_REQUIRED"),
    move(
        "review with evidence brought along",
        standing("observed", **BARE),
        wish("under_review", "brand", evidence=[SECOND_DIGEST]),
        added(SECOND_DIGEST),
    ),
    move(
        "evidence is added, each piece once",
        standing("observed"),
        wish("under_review", "reviewer", evidence=[DIGEST, SECOND_DIGEST]),
        added(DIGEST, SECOND_DIGEST),
    ),
    move(
        "oversized: 101 pieces of evidence",
        standing("observed"),
        wish("under_review", "brand", evidence=[{"sha256": f"{n:064x}", "mime": "text/plain"} for n in range(100)]),
        "COUNTERSTAMP_MALFORMED",
    ),
    move(
        "confirmed without the brand's statement",
        standing("under_review"),
        wish("confirmed", "reviewer", statementVerified=False),
        "STATEMENT_REQUIRED",
    ),
    move(
        "confirmed by who opened it",
        standing("under_review"),
        wish("confirmed", "reviewer", actor=SAME_PRINCIPAL),
        "ACTOR_NOT_ALLOWED",
    ),
    move(
        "confirmed by a colleague of who opened it",
        standing("under_review"),
        wish("confirmed", "reviewer", actor=SAME_ORG),
        "ACTOR_NOT_ALLOWED",
    ),
    move(
        "confirmed when the node opened it",
        standing("under_review", **NODE),
        wish("confirmed", "reviewer"),
        "confirmed",
    ),
    move(
        "confirmed by a reviewer of no organisation",
        standing("under_review"),
        wish("confirmed", "reviewer", actor=ACTORS["reviewer"] | {"org": ""}),
        "confirmed",
    ),
    move("revoked without reason", standing("confirmed"), wish("revoked", "brand", reason=""), "REASON_REQUIRED"),
    move(
        "revoked for a blank reason", standing("confirmed"), wish("revoked", "reviewer", reason=" "), "REASON_REQUIRED"
    ),
    move("a dispute is given up without reason", standing("disputed"), wish("revoked", "brand", reason=""), "revoked"),
    move(
        "revoked by the node, the channel being outside",
        standing("confirmed"),
        wish("revoked", "system", inside=False),
        "CHANNEL_NOT_IN_PERIMETER",
    ),
    move(
        "disputed without proof of control",
        standing("confirmed"),
        wish("disputed", "owner", controlProven=False),
        "CONTROL_UNPROVEN",
    ),
    move(
        "disputed on the owner's behalf",
        standing("confirmed"),
        wish("disputed", "reviewer", controlProven=False, reason=""),
        "disputed",
    ),
    move(
        "confirmed again without the brand's statement",
        standing("disputed"),
        wish("confirmed", "reviewer", statementVerified=False),
        "STATEMENT_REQUIRED",
    ),
    move(
        "confirmed again without an answer to the dispute",
        standing("disputed"),
        wish("confirmed", "reviewer", reason=""),
        "REASON_REQUIRED",
    ),
    move("expired before its time", standing("confirmed"), wish("expired", "system"), "NOT_DUE"),
    move(
        "expired for idleness",
        standing("observed"),
        wish("expired", "system"),
        "expired",
        NOW + 29 * DAY,
    ),
    move(
        "a second before it is idle for long enough",
        standing("observed"),
        wish("expired", "system"),
        "NOT_DUE",
        NOW + 29 * DAY - 1,
    ),
    move(
        "what is due has ended, whoever comes",
        standing("confirmed"),
        wish("revoked", "brand"),
        "INVALID_TRANSITION",
        OPENED + 90 * DAY,
    ),
    move(
        "what is idle has ended too",
        standing("under_review"),
        wish("confirmed", "reviewer"),
        "INVALID_TRANSITION",
        NOW + 29 * DAY,
    ),
]


def opened(name: str, role: str, *, inside: bool, reason: str | None) -> dict[str, object]:
    """One opening."""
    outcome = {"state": "observed", "version": 1} if reason is None else {"reason": reason}
    return {
        "verb": "open",
        "name": name,
        "core": CORE,
        "actor": ACTORS[role],
        "inside": inside,
        "evidence": [DIGEST],
        "outcome": outcome,
    }


OPENINGS = [
    opened("opened by the brand", "brand", inside=False, reason=None),
    opened("opened by the node", "system", inside=False, reason=None),
    opened("opened by a reviewer", "reviewer", inside=False, reason="ACTOR_NOT_ALLOWED"),
    opened("opened by the owner", "owner", inside=False, reason="ACTOR_NOT_ALLOWED"),
    opened("opened on the brand's own channel", "brand", inside=True, reason="CHANNEL_IN_PERIMETER"),
    opened("opened by the node on the brand's own channel", "system", inside=True, reason="CHANNEL_IN_PERIMETER"),
]
A = "\u0430"
CORES = {
    "a domain": (CORE, HASH),
    "a number": (
        other := CORE | {"artifact": {"type": "whatsapp", "value": "+14155550123"}, "reasonCode": "NO_LONGER_OURS"},
        sha256(canonical(other)).hex(),
    ),
    "a year": (
        year := CORE | {"expires_at": OPENED + 365 * DAY, "reasonCode": "NAME_USED_WITHOUT_PERMISSION"},
        sha256(canonical(year)).hex(),
    ),
    "not an object": ([], None),
    "a member missing": ({name: value for name, value in CORE.items() if name != "brand"}, None),
    "an unknown member": (CORE | {"evidence": []}, None),
    "an unknown member of the artifact": (CORE | {"artifact": {"type": "domain", "value": "a.example", "x": 1}}, None),
    "a reason code of its own": (CORE | {"reasonCode": "BAD"}, None),
    "an id without prefix": (CORE | {"id": CASE[3:]}, None),
    "an id in small letters": (CORE | {"id": CASE.lower()}, None),
    "a brand without prefix": (CORE | {"brand": BRAND[3:]}, None),
    "an artifact of type url": (CORE | {"artifact": {"type": "url", "value": "https://acme.link/"}}, None),
    "an artifact in capitals": (CORE | {"artifact": {"type": "domain", "value": "Acme.example"}}, None),
    "an artifact that is none": (CORE | {"artifact": {"type": "domain", "value": "co.uk"}}, None),
    "homoglyph: an artifact that is no A-label": (
        CORE | {"artifact": {"type": "domain", "value": f"{A}cme.example"}},
        None,
    ),
    "ends when it begins": (CORE | {"expires_at": OPENED}, None),
    "a year and a second": (CORE | {"expires_at": OPENED + 365 * DAY + 1}, None),
    "opened before 1970": (CORE | {"opened_at": -1, "expires_at": DAY}, None),
    "a time as text": (CORE | {"opened_at": str(OPENED)}, None),
    "a time with a fraction": (CORE | {"opened_at": OPENED + 0.5}, None),
}
EXPIRY = [
    ("observed, idle for 30 days", standing("observed"), NOW + 29 * DAY, "expired"),
    ("observed, not yet", standing("observed"), NOW + 29 * DAY - 1, "observed"),
    ("under review, idle for 30 days", standing("under_review"), NOW + 29 * DAY, "expired"),
    (
        "observed, its end before the idle limit",
        standing("observed", core=CORE | {"expires_at": OPENED + 20 * DAY}),
        OPENED + 20 * DAY,
        "expired",
    ),
    ("confirmed does not idle", standing("confirmed"), NOW + 40 * DAY, "confirmed"),
    ("confirmed, at its end", standing("confirmed"), OPENED + 90 * DAY, "expired"),
    ("disputed does not idle", standing("disputed"), NOW + 40 * DAY, "disputed"),
    ("disputed, at its end", standing("disputed"), OPENED + 90 * DAY, "expired"),
    ("revoked stays so", standing("revoked"), OPENED + 900 * DAY, "revoked"),
    ("expired stays so", standing("expired"), NOW, "expired"),
]


def statement(**changes: object) -> dict[str, object]:
    """What a brand states; a change to `...` leaves the member out."""
    members = {"core": HASH, "to": "confirmed", "version": 3, "log": LOG, "iat": NOW - 60} | changes
    return {name: value for name, value in members.items() if value is not ...}


def stated(label: str = "brand", **changes: object) -> str:
    """A signed statement."""
    return by_brand(label, TYPE, statement(**changes))


GOOD = stated()
HEAD, BODY, SEAL = GOOD.split(".")
STATEMENTS = {
    "as it must be": (GOOD, None),
    "seven days old": (stated(iat=NOW - 7 * DAY), None),
    "within the skew": (stated(iat=NOW + 300), None),
    "older than seven days": (stated(iat=NOW - 7 * DAY - 1), "STATEMENT_TIME"),
    "from the future": (stated(iat=NOW + 301), "STATEMENT_TIME"),
    "an older version": (stated(version=2), "STATEMENT_MISMATCH"),
    "a version to come": (stated(version=4), "STATEMENT_MISMATCH"),
    "another core": (stated(core=sha256(canonical(CORE | {"id": OTHER_CASE})).hex()), "STATEMENT_MISMATCH"),
    "another node": (stated(log="other.example.net/signal"), "STATEMENT_MISMATCH"),
    "another brand's key": (stated("stranger"), "BRAND_KEY_MISMATCH"),
    "kid of another key": (by_brand("brand", TYPE, statement(), kid=thumbprint("stranger")), "BRAND_KEY_MISMATCH"),
    "one bit of the signature": (f"{HEAD}.{BODY}.{'A' if SEAL[0] != 'A' else 'B'}{SEAL[1:]}", "SIGNATURE_FALSE"),
    "signed by a stranger": (jws("stranger", brand_header("brand", TYPE), canonical(statement())), "SIGNATURE_FALSE"),
    "a perimeter": (by_brand("brand", "SSCT-perimeter", statement()), "TYPE_MISMATCH"),
    "a receipt": (by_node("active", "SSCT-receipt", statement()), "TYPE_MISMATCH"),
    "no type": (by_brand("brand", TYPE, statement(), typ=...), "TYPE_MISMATCH"),
    "signed as a node does": (by_node("active", TYPE, statement()), "SIGNED_OBJECT_MALFORMED"),
    "the private key": (by_brand("brand", TYPE, statement(), jwk=private_jwk("brand")), "SIGNED_OBJECT_MALFORMED"),
    "truncated": (GOOD[:-1], "SIGNED_OBJECT_MALFORMED"),
    "oversized: 4097 characters": ("a" * 4097, "SIGNED_OBJECT_MALFORMED"),
    "to revoked": (stated(to="revoked"), "COUNTERSTAMP_MALFORMED"),
    "a member missing": (stated(log=...), "COUNTERSTAMP_MALFORMED"),
    "an unknown member": (stated(reason="x"), "COUNTERSTAMP_MALFORMED"),
    "core in capitals": (stated(core=HASH.upper()), "COUNTERSTAMP_MALFORMED"),
    "no log": (stated(log=""), "COUNTERSTAMP_MALFORMED"),
    "version 0": (stated(version=0), "COUNTERSTAMP_MALFORMED"),
    "version true": (stated(version=True), "COUNTERSTAMP_MALFORMED"),
    "iat below zero": (stated(iat=-1), "COUNTERSTAMP_MALFORMED"),
    "not an object": (by_brand("brand", TYPE, []), "COUNTERSTAMP_MALFORMED"),
    "white space": (by_brand("brand", TYPE, canonical(statement()) + b" "), "COUNTERSTAMP_MALFORMED"),
    "duplicate key: iat twice": (
        by_brand("brand", TYPE, b'{"iat":1,' + canonical(statement())[1:]),
        "COUNTERSTAMP_MALFORMED",
    ),
}
DISPUTED = {
    "from a dispute, signed after it began": (stated(iat=NOW - DAY + 1), None),
    "from a dispute, signed when it began": (stated(iat=NOW - DAY), "STATEMENT_TIME"),
}


def verify(name: str, text: str, before: dict[str, object], reason: str | None) -> dict[str, object]:
    """One statement, and whether it holds."""
    return {
        "verb": "statement",
        "name": name,
        "jws": text,
        "before": before,
        "jkt": thumbprint("brand"),
        "log": LOG,
        "now": NOW,
        "outcome": {"reason": reason},
    }


EVIDENCE = {
    "one piece": ([DIGEST], None),
    "sha256 in capitals": ([DIGEST | {"sha256": "AB" * 32}], "COUNTERSTAMP_MALFORMED"),
    "sha256 too short": ([DIGEST | {"sha256": "ab"}], "COUNTERSTAMP_MALFORMED"),
    "no media type": ([DIGEST | {"mime": "png"}], "COUNTERSTAMP_MALFORMED"),
    "a media type with a parameter": ([DIGEST | {"mime": "text/plain; charset=x"}], "COUNTERSTAMP_MALFORMED"),
    "an unknown member": ([DIGEST | {"name": "x.png"}], "COUNTERSTAMP_MALFORMED"),
    "not an object": ([ZERO], "COUNTERSTAMP_MALFORMED"),
}

if __name__ == "__main__":
    cases = [*OPENINGS, *matrix(), *CONDITIONS]
    cases += [
        {
            "verb": "core",
            "name": name,
            "core": core,
            "outcome": {"reason": "COUNTERSTAMP_MALFORMED"} if found is None else {"hash": found},
        }
        for name, (core, found) in CORES.items()
    ]
    cases += [
        {"verb": "evidence", "name": name, "evidence": items, "outcome": {"reason": reason}}
        for name, (items, reason) in EVIDENCE.items()
    ]
    cases += [
        {"verb": "expiry", "name": name, "before": before, "now": now, "outcome": {"state": state}}
        for name, before, now, state in EXPIRY
    ]
    cases += [verify(name, text, standing("under_review"), reason) for name, (text, reason) in STATEMENTS.items()]
    cases += [verify(name, text, standing("disputed"), reason) for name, (text, reason) in DISPUTED.items()]
    write(
        "signal-counterstamp.json",
        {
            "suite": "signal-counterstamp",
            "standard": STANDARD,
            "suffixes": SUFFIXES,
            "keys": {label: private_jwk(label) for label in ("brand", "stranger")},
            "cases": cases,
        },
    )
