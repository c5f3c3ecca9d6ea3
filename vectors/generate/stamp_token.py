"""Write ``vectors/token.json``: stamp tokens, and what a verifier with pinned keys says of them."""

from stamp_parts import (
    EXPIRES_S,
    ISSUED_S,
    ISSUER,
    NOW_S,
    ORG,
    OTHER_STAMP,
    STAMP,
    b64url,
    es256,
    header_of,
    jwk,
    jws,
    payload_of,
    token,
    write,
)

KEY_SETS = {
    "node": {
        "keys": [
            jwk("active"),
            jwk("second"),
            jwk("retired", ss_status="retired", ss_retired_at="2025-01-01T00:00:00Z"),
            jwk("stolen", ss_status="compromised", ss_compromised_at="2025-02-01T00:00:00Z"),
        ]
    },
    "empty": {"keys": []},
}
GOOD = token()
HEAD, BODY, SEAL = GOOD.split(".")
BARE = b'{"alg":"ES256"}'
CLAIMS = {
    "stampId": STAMP,
    "domain": "example.com",
    "orgId": ORG,
    "score": 92,
    "iat": ISSUED_S,
    "exp": EXPIRES_S,
    "iss": ISSUER,
}
VALID = {"result": "valid", "claims": CLAIMS}


def _refused(reason: str) -> dict[str, str]:
    return {"result": "refused", "reason": reason}


def _valid(**changes: object) -> dict[str, object]:
    return {"result": "valid", "claims": CLAIMS | changes}


def _signed(payload: bytes, header: bytes | None = None, label: str = "active") -> str:
    return jws(label, header_of(label) if header is None else header, payload)


def _altered(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def _der_signed() -> str:
    raw = es256("active", f"{HEAD}.{BODY}".encode("ascii"))
    return f"{HEAD}.{BODY}.{b64url(b'0D' + raw)}"


def _long(length: int) -> str:
    """A token of exactly so many characters."""
    sizes = (_signed(payload_of(extra="a" * filler), BARE) for filler in range(length * 3 // 4 - 600, length))
    return next(text for text in sizes if len(text) == length)


# name, token, time, outcome
CASES = [
    ("as issued", GOOD, NOW_S, VALID),
    ("header without kid, as in the published examples", _signed(payload_of(), BARE), NOW_S, VALID),
    ("header without typ", _signed(payload_of(), header_of("active", typ=None)), NOW_S, VALID),
    ("signed with the second active key", token("second"), NOW_S, VALID),
    ("without kid under the second active key", jws("second", BARE, payload_of()), NOW_S, VALID),
    ("kid names one active key, the other signed", jws("second", header_of("active"), payload_of()), NOW_S, VALID),
    ("claims of the landing page only", _signed(payload_of(iat=..., iss=...)), NOW_S, _valid(iat=None, iss="")),
    ("claims of the field table only", _signed(payload_of(orgId=..., iss=...)), NOW_S, _valid(orgId="", iss="")),
    (
        "the least that counts",
        _signed(payload_of(orgId=..., score=..., iat=..., iss=...)),
        NOW_S,
        _valid(orgId="", score=None, iat=None, iss=""),
    ),
    ("unknown claims are ignored", _signed(payload_of(nbf=0, extra={"a": [1]})), NOW_S, VALID),
    ("domain in capitals with a final dot", token(domain="EXAMPLE.com."), NOW_S, VALID),
    ("domain of U-labels", token(domain="b\u00fccher.example"), NOW_S, _valid(domain="xn--bcher-kva.example")),
    (
        "claims in another order and layout",
        _signed(b'{ "exp" : %d, "domain":"example.com",\n"stampId":"%s"}' % (EXPIRES_S, STAMP.encode())),
        NOW_S,
        _valid(orgId="", score=None, iat=None, iss=""),
    ),
    ("score 0", token(score=0), NOW_S, _valid(score=0)),
    ("score 100", token(score=100), NOW_S, _valid(score=100)),
    ("the last second before exp and skew", GOOD, EXPIRES_S + 299, VALID),
    ("expired, skew included", GOOD, EXPIRES_S + 300, _refused("TOKEN_EXPIRED")),
    ("iat as far ahead as the skew allows", GOOD, ISSUED_S - 300, VALID),
    ("iat further ahead than the skew", GOOD, ISSUED_S - 301, _refused("TOKEN_NOT_YET_VALID")),
    ("expired before it was issued", token(exp=ISSUED_S - 1), NOW_S, _refused("TOKEN_EXPIRED")),
    ("retired key", token("retired"), NOW_S, _refused("KEY_RETIRED")),
    ("retired key, without kid", jws("retired", BARE, payload_of()), NOW_S, _refused("KEY_RETIRED")),
    ("retired key and expired: the key speaks first", token("retired"), EXPIRES_S + 300, _refused("KEY_RETIRED")),
    ("compromised key", token("stolen"), NOW_S, _refused("KEY_COMPROMISED")),
    ("kid of nobody", token("stranger"), NOW_S, _refused("KEY_UNKNOWN")),
    (
        "a stranger's key under a known kid",
        jws("stranger", header_of("active"), payload_of()),
        NOW_S,
        _refused("SIGNATURE_FALSE"),
    ),
    ("a stranger's key without kid", jws("stranger", BARE, payload_of()), NOW_S, _refused("SIGNATURE_FALSE")),
    (
        "forged and expired: forged",
        jws("stranger", header_of("active"), payload_of()),
        EXPIRES_S + 300,
        _refused("SIGNATURE_FALSE"),
    ),
    ("score raised by hand", f"{HEAD}.{b64url(payload_of(score=100))}.{SEAL}", NOW_S, _refused("SIGNATURE_FALSE")),
    ("one character of the signature altered", _altered(GOOD, len(GOOD) - 10), NOW_S, _refused("SIGNATURE_FALSE")),
    ("signature of zeros", f"{HEAD}.{BODY}.{b64url(bytes(64))}", NOW_S, _refused("SIGNATURE_FALSE")),
    ("alg none", f"{b64url(header_of('active', alg='none'))}.{BODY}.{SEAL}", NOW_S, _refused("ALGORITHM_REFUSED")),
    (
        "alg none without signature",
        f"{b64url(header_of('active', alg='none'))}.{BODY}.",
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    ("alg HS256", _signed(payload_of(), header_of("active", alg="HS256")), NOW_S, _refused("ALGORITHM_REFUSED")),
    ("alg ES384", _signed(payload_of(), header_of("active", alg="ES384")), NOW_S, _refused("ALGORITHM_REFUSED")),
    (
        "alg in lower case",
        _signed(payload_of(), header_of("active", alg="es256")),
        NOW_S,
        _refused("ALGORITHM_REFUSED"),
    ),
    ("alg missing", _signed(payload_of(), header_of("active", alg=None)), NOW_S, _refused("ALGORITHM_REFUSED")),
    (
        "a key inside the header",
        _signed(payload_of(), header_of("active", jwk=jwk("stranger"))),
        NOW_S,
        _refused("ALGORITHM_REFUSED"),
    ),
    (
        "jku",
        _signed(payload_of(), header_of("active", jku="https://evil.example/k")),
        NOW_S,
        _refused("ALGORITHM_REFUSED"),
    ),
    (
        "x5u",
        _signed(payload_of(), header_of("active", x5u="https://evil.example/c")),
        NOW_S,
        _refused("ALGORITHM_REFUSED"),
    ),
    ("crit", _signed(payload_of(), header_of("active", crit=["b64"])), NOW_S, _refused("ALGORITHM_REFUSED")),
    ("kid is a number", _signed(payload_of(), header_of("active", kid=7)), NOW_S, _refused("TOKEN_MALFORMED")),
    (
        "a trust receipt is no stamp token",
        _signed(payload_of(), header_of("active", typ="trust-receipt+jws")),
        NOW_S,
        _refused("TYPE_MISMATCH"),
    ),
    ("typ in lower case", _signed(payload_of(), header_of("active", typ="jwt")), NOW_S, _refused("TYPE_MISMATCH")),
    ("stampId missing", token(stampId=...), NOW_S, _refused("TYPE_MISMATCH")),
    ("domain missing", token(domain=...), NOW_S, _refused("TYPE_MISMATCH")),
    ("exp missing", token(exp=...), NOW_S, _refused("TYPE_MISMATCH")),
    ("the payload is an array", _signed(b"[1]"), NOW_S, _refused("TYPE_MISMATCH")),
    ("stampId of UUID version 1", token(stampId=STAMP.replace("-4372-", "-1372-")), NOW_S, _refused("TOKEN_MALFORMED")),
    ("stampId in capitals", token(stampId=STAMP.upper()), NOW_S, _refused("TOKEN_MALFORMED")),
    ("stampId is a number", token(stampId=1), NOW_S, _refused("TOKEN_MALFORMED")),
    ("domain is no domain", token(domain="not a domain"), NOW_S, _refused("TOKEN_MALFORMED")),
    ("domain with an empty label", token(domain="example..com"), NOW_S, _refused("TOKEN_MALFORMED")),
    ("orgId is null", token(orgId=None), NOW_S, _refused("TOKEN_MALFORMED")),
    ("orgId with a control character", token(orgId="org_1\u001b[2J"), NOW_S, _refused("TOKEN_MALFORMED")),
    ("orgId of 65 characters", token(orgId="o" * 65), NOW_S, _refused("TOKEN_MALFORMED")),
    ("iss that turns the text round", token(iss="https://node.example.net\u202e"), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp as text", token(exp=str(EXPIRES_S)), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp with a fraction", token(exp=EXPIRES_S + 0.5), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp true", token(exp=True), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp null", token(exp=None), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp in milliseconds", token(exp=EXPIRES_S * 1000), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp below zero", token(exp=-1), NOW_S, _refused("TOKEN_MALFORMED")),
    ("iat above the year 9999", token(iat=99_999_999_999_9), NOW_S, _refused("TOKEN_MALFORMED")),
    ("score 101", token(score=101), NOW_S, _refused("TOKEN_MALFORMED")),
    ("score below zero", token(score=-1), NOW_S, _refused("TOKEN_MALFORMED")),
    (
        "duplicate key: domain twice",
        _signed(payload_of()[:-1] + b',"domain":"evil.example"}'),
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    (
        "duplicate key: alg twice",
        _signed(payload_of(), b'{"alg":"ES256","alg":"none"}'),
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    (
        "not UTF-8: a stray 0xFF in a claim",
        _signed(payload_of().replace(b"org_", b"\xff")),
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    (
        "deeply nested: five objects in a claim",
        _signed(payload_of(extra={"a": {"a": {"a": {"a": 1}}}})),
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    ("4096 characters", _long(4096), NOW_S, VALID),
    ("exp in the last second of the year 9999", token(exp=253_402_300_799), NOW_S, _valid(exp=253_402_300_799)),
    ("exp after the year 9999", token(exp=253_402_300_800), NOW_S, _refused("TOKEN_MALFORMED")),
    ("exp 0", token(exp=0), NOW_S, _refused("TOKEN_EXPIRED")),
    ("oversized: 4097 characters", "a" * 4097, NOW_S, _refused("TOKEN_TOO_LARGE")),
    (
        "oversized: a claim of 4000 characters",
        _signed(payload_of(extra="a" * 4000)),
        NOW_S,
        _refused("TOKEN_TOO_LARGE"),
    ),
    ("truncated: the last character is missing", GOOD[:-1], NOW_S, _refused("TOKEN_MALFORMED")),
    ("truncated: no signature", f"{HEAD}.{BODY}", NOW_S, _refused("TOKEN_MALFORMED")),
    ("four segments", GOOD + ".", NOW_S, _refused("TOKEN_MALFORMED")),
    ("empty", "", NOW_S, _refused("TOKEN_MALFORMED")),
    ("mixed encoding: padding", GOOD + "=", NOW_S, _refused("TOKEN_MALFORMED")),
    (
        "mixed encoding: base64 instead of base64url",
        f"{HEAD}.{BODY}.{'+' + SEAL[1:]}",
        NOW_S,
        _refused("TOKEN_MALFORMED"),
    ),
    ("mixed encoding: a DER signature", _der_signed(), NOW_S, _refused("TOKEN_MALFORMED")),
    ("white space around", f" {GOOD}", NOW_S, _refused("TOKEN_MALFORMED")),
    (
        "homoglyph: a Cyrillic letter makes another domain",
        token(domain="ex\u0430mple.com"),
        NOW_S,
        _valid(domain="xn--exmple-4nf.com"),
    ),
    ("look-alike: another domain is another domain", token(domain="examp1e.com"), NOW_S, _valid(domain="examp1e.com")),
]
EMPTY = [
    ("the issuer has no keys at all", GOOD, _refused("KEY_UNKNOWN")),
    ("the issuer has no keys, and the header no kid", _signed(payload_of(), BARE), _refused("SIGNATURE_FALSE")),
]
DOMAINS = [
    ("the same domain", "example.com", None),
    ("another case and a final dot", "Example.COM.", None),
    ("a domain below", "mail.example.com", "DOMAIN_MISMATCH"),
    ("the domain above", "com", "DOMAIN_MISMATCH"),
    ("another domain", "example.org", "DOMAIN_MISMATCH"),
    ("homoglyph: the same to the eye", "ex\u0430mple.com", "DOMAIN_MISMATCH"),
    ("look-alike: one character", "examp1e.com", "DOMAIN_MISMATCH"),
    ("no domain at all", "", "DOMAIN_MISMATCH"),
]
write(
    "token.json",
    {
        "suite": "token",
        "standard": "specs/stamp-token.md",
        "keySets": KEY_SETS,
        "cases": [
            {"name": n, "verb": "verify", "token": t, "keys": "node", "now": now, "outcome": out}
            for n, t, now, out in CASES
        ]
        + [
            {"name": n, "verb": "verify", "token": t, "keys": "empty", "now": NOW_S, "outcome": out}
            for n, t, out in EMPTY
        ]
        + [
            {"name": n, "verb": "domain", "token": GOOD, "domain": d, "outcome": {"reason": reason}}
            for n, d, reason in DOMAINS
        ]
        + [
            {
                "name": "issued: the very octets",
                "verb": "issue",
                "claims": CLAIMS,
                "key": "active",
                "outcome": {"token": GOOD},
            },
            {
                "name": "issued for another stamp",
                "verb": "issue",
                "claims": CLAIMS | {"stampId": OTHER_STAMP, "score": 0},
                "key": "second",
                "outcome": {"token": token("second", stampId=OTHER_STAMP, score=0)},
            },
        ],
    },
)
