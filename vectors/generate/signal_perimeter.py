"""Write ``vectors/signal-perimeter.json``: perimeters, the key that speaks for them, and what lies inside."""

import base64
import json

from signal_parts import (
    BRAND,
    CHANNELS,
    DAY,
    NOW,
    OTHER_BRAND,
    STANDARD,
    SUFFIXES,
    ZERO,
    brand_header,
    by_brand,
    by_node,
    channel,
    perimeter,
    private_jwk,
    public_jwk,
    sha256,
    thumbprint,
)
from stamp_parts import b64url, canonical, jwk, jws, write

TYPE = "SSCT-perimeter"
A = "\u0430"


def signed(label: str = "brand", **changes: object) -> str:
    """A signed perimeter."""
    return by_brand(label, TYPE, perimeter(**changes))


def with_header(**changes: object) -> str:
    """A perimeter whose header was changed before signing."""
    return by_brand("brand", TYPE, perimeter(), **changes)


def digest(**changes: object) -> str:
    """What the next perimeter names as prev."""
    return sha256(canonical(perimeter(**changes))).hex()


FIRST = signed()
SECOND = {"seq": 2, "prev": digest(), "iat": NOW}
PAYLOAD = canonical(perimeter())
HEAD, BODY, SEAL = FIRST.split(".")
FLIPPED = f"{HEAD}.{BODY}.{'A' if SEAL[0] != 'A' else 'B'}{SEAL[1:]}"
OTHER_BODY = f"{HEAD}.{b64url(canonical(perimeter(name='Acme Inc.')))}.{SEAL}"

READ = {
    "all kinds of channels": FIRST,
    "no channels: everything withdrawn": signed(channels=[]),
    "the second": signed(**SECOND),
    "match left out is exact": signed(channels=[{"type": "domain", "value": "acme.example"}]),
    "an international anchor": signed(domain="xn--bcher-kva.example", channels=[]),
    "a name beyond ASCII": signed(name="B\u00fccher & S\u00f6hne"),
    "400 days": signed(iat=NOW, exp=NOW + 400 * DAY),
    "1000 channels": signed(channels=[channel("domain", f"a{n}.example") for n in range(1000)]),
    "a prefix of the whole host": signed(channels=[channel("shortlink", "https://acme.link/", "prefix")]),
}
MISSHAPEN = {
    "PERIMETER_MALFORMED": {
        "v 2": signed(v=2),
        "v as text": signed(v="1"),
        "v left out": signed(v=...),
        "v true": signed(v=True),
        "an unknown member": signed(note="x"),
        "not an object": by_brand("brand", TYPE, []),
        "not JSON": by_brand("brand", TYPE, b"perimeter"),
        "brand without prefix": signed(brand=BRAND[3:]),
        "brand in small letters": signed(brand=BRAND.lower()),
        "name empty": signed(name=""),
        "name of 101 characters": signed(name="a" * 101),
        "name with a line break": signed(name="Acme\nInc"),
        "name with a mark of direction": signed(name="Acme\u202egro"),
        "name with a space at its end": signed(name="Acme "),
        "seq 0": signed(seq=0),
        "seq 1 with prev": signed(prev=ZERO),
        "seq 2 without prev": signed(seq=2),
        "seq with a fraction": by_brand("brand", TYPE, PAYLOAD.replace(b'"seq":1', b'"seq":1.5')),
        "prev in capitals": signed(seq=2, prev="A" * 64),
        "prev too short": signed(seq=2, prev="ab"),
        "channels as an object": signed(channels={}),
        "oversized: 1001 channels": signed(channels=[channel("domain", f"a{n}.example") for n in range(1001)]),
        "a channel of no type": signed(channels=[{"value": "acme.example"}]),
        "a channel of type url": signed(channels=[channel("url", "https://acme.link/x")]),
        "a channel with an unknown member": signed(channels=[channel("domain", "acme.example") | {"note": "x"}]),
        "a channel matched in no known way": signed(channels=[channel("domain", "acme.example", "regex")]),
        "deeply nested: nine arrays": by_brand("brand", TYPE, b"[" * 9 + b"]" * 9),
        "duplicate key: v twice": by_brand("brand", TYPE, b'{"v":1,' + PAYLOAD[1:]),
        "members in another order": by_brand("brand", TYPE, b'{"v":1,' + PAYLOAD[1:-7] + b"}"),
        "white space": by_brand("brand", TYPE, PAYLOAD.replace(b":", b": ", 1)),
        "not UTF-8: a stray 0xFF": by_brand("brand", TYPE, PAYLOAD.replace(b"Acme", b"Ac\xffme")),
        "mixed encoding: a byte order mark": by_brand("brand", TYPE, b"\xef\xbb\xbf" + PAYLOAD),
    },
    "PERIMETER_CHANNEL": {
        "a domain in capitals": signed(channels=[channel("domain", "Acme.example")]),
        "a domain as a URL": signed(channels=[channel("domain", "https://acme.example")]),
        "homoglyph: a domain that is no A-label": signed(channels=[channel("domain", f"{A}cme.example")]),
        "a public suffix": signed(channels=[channel("domain", "co.uk", "subtree")]),
        "a number with spaces": signed(channels=[channel("whatsapp", "+1 4155550123")]),
        "a number as a link": signed(channels=[channel("whatsapp", "https://wa.me/14155550123")]),
        "a handle in capitals": signed(channels=[channel("telegram", "@Acme_Support")]),
        "a short link with a query": signed(channels=[channel("shortlink", "https://acme.link/x?y")]),
        "a short link of http": signed(channels=[channel("shortlink", "http://acme.link/x")]),
        "subtree of a short link": signed(channels=[channel("shortlink", "https://acme.link/x/", "subtree")]),
        "prefix of a domain": signed(channels=[channel("domain", "acme.example", "prefix")]),
        "prefix that does not end in a slash": signed(channels=[channel("shortlink", "https://acme.link/x", "prefix")]),
        "subtree of a number": signed(channels=[channel("whatsapp", "+14155550123", "subtree")]),
        "a channel twice": signed(channels=[CHANNELS[1], CHANNELS[1]]),
        "a channel twice, matched in two ways": signed(channels=[CHANNELS[0], channel("domain", "acme.example")]),
        "anchor in capitals": signed(domain="Acme.example"),
        "anchor that is a public suffix": signed(domain="co.uk"),
        "an empty value": signed(channels=[channel("domain", "")]),
    },
    "PERIMETER_TIME": {
        "exp before iat": signed(iat=NOW, exp=NOW - 1),
        "exp at iat": signed(iat=NOW, exp=NOW),
        "400 days and a second": signed(iat=NOW, exp=NOW + 400 * DAY + 1),
        "iat below zero": signed(iat=-1),
        "exp after the year 9999": signed(iat=253_402_300_799, exp=253_402_300_800),
    },
    "TYPE_MISMATCH": {
        "a receipt": with_header(typ="SSCT-receipt"),
        "a counter-stamp": with_header(typ="SSCT-counterstamp"),
        "a stamp token": by_node("active", "JWT", perimeter()),
        "no type": with_header(typ=...),
        "the type in another spelling": with_header(typ="ssct-perimeter"),
        "look-alike: almost the type": with_header(typ=f"SSCT-perimeter{A}"),
    },
    "SIGNED_OBJECT_MALFORMED": {
        "empty": "",
        "two segments": f"{HEAD}.{BODY}",
        "truncated: the signature is cut": FIRST[:-1],
        "padded": FIRST + "==",
        "algorithm none": with_header(alg="none"),
        "algorithm ES384": with_header(alg="ES384"),
        "no kid": with_header(kid=...),
        "no jwk": with_header(jwk=...),
        "an unknown parameter": with_header(crit=["exp"]),
        "the key with its kid inside": with_header(jwk=jwk("brand")),
        "the private key": with_header(jwk=private_jwk("brand")),
        "a key of another curve": with_header(jwk=public_jwk("brand") | {"crv": "P-384"}),
        "a key that is no point": with_header(jwk=public_jwk("brand") | {"x": public_jwk("brand")["y"]}),
        "a header that is no object": jws("brand", b"[]", PAYLOAD),
    },
    "BRAND_KEY_MISMATCH": {
        "kid of another key": with_header(kid=thumbprint("stranger")),
        "key of another kid": with_header(jwk=public_jwk("stranger")),
        "kid of the key's node": with_header(kid=jwk("brand")["kid"]),
    },
}
VERIFY = {
    "the anchor's key": (FIRST, thumbprint("brand"), None),
    "another brand's key": (FIRST, thumbprint("stranger"), "BRAND_KEY_MISMATCH"),
    "no key": (FIRST, "", "BRAND_KEY_MISMATCH"),
    "a perimeter of a stranger": (signed("stranger"), thumbprint("brand"), "BRAND_KEY_MISMATCH"),
    "one bit of the signature": (FLIPPED, thumbprint("brand"), "SIGNATURE_FALSE"),
    "an altered name": (OTHER_BODY, thumbprint("brand"), "SIGNATURE_FALSE"),
    "the stranger's signature under the brand's header": (
        jws("stranger", brand_header("brand", TYPE), PAYLOAD),
        thumbprint("brand"),
        "SIGNATURE_FALSE",
    ),
}
SUCCESSION = {
    "the first": (None, FIRST, None),
    "the second": (FIRST, signed(**SECOND), None),
    "a new key": (FIRST, signed("brand of tomorrow", **SECOND), None),
    "everything withdrawn": (FIRST, signed(**SECOND, channels=[]), None),
    "a renamed brand": (FIRST, signed(**SECOND, name="Acme Group"), None),
    "the second without a first": (None, signed(**SECOND), "PERIMETER_SUCCESSION"),
    "the first again": (FIRST, FIRST, "PERIMETER_SUCCESSION"),
    "the third after the first": (FIRST, signed(**SECOND | {"seq": 3}), "PERIMETER_SUCCESSION"),
    "prev of another perimeter": (FIRST, signed(**SECOND | {"prev": ZERO}), "PERIMETER_SUCCESSION"),
    "prev of the signed text": (
        FIRST,
        signed(**SECOND | {"prev": sha256(FIRST.encode()).hex()}),
        "PERIMETER_SUCCESSION",
    ),
    "another brand": (FIRST, signed(**SECOND, brand=OTHER_BRAND), "PERIMETER_SUCCESSION"),
    "another anchor": (FIRST, signed(**SECOND, domain="other.example"), "PERIMETER_SUCCESSION"),
    "dated before the first": (FIRST, signed(**SECOND | {"iat": NOW - 2 * DAY}), "PERIMETER_SUCCESSION"),
}
ACTIVE = {
    "begun": (FIRST, NOW, True),
    "ended": (FIRST, NOW + 300 * DAY, False),
    "a second before its end": (FIRST, NOW + 300 * DAY - 1, True),
    "dated in the future, within the skew": (FIRST, NOW - DAY - 300, True),
    "dated in the future": (FIRST, NOW - DAY - 301, False),
    "nothing declared": (signed(channels=[]), NOW, False),
}
# artifact, index of the declared channel that covers it.
INSIDE = {
    "the domain": ("domain", "acme.example", 0),
    "a name below it": ("domain", "login.acme.example", 0),
    "two names below it": ("domain", "a.b.acme.example", 0),
    "a name that only ends so": ("domain", "notacme.example", None),
    "a name above it": ("domain", "example", None),
    "a domain without its subtree": ("domain", "acme-shop.example", 1),
    "a name below a domain without its subtree": ("domain", "login.acme-shop.example", None),
    "the number": ("whatsapp", "+14155550123", 2),
    "another number": ("whatsapp", "+14155550124", None),
    "the number as one of the telephone": ("phone", "+14155550123", None),
    "the handle": ("telegram", "@acme_support", 3),
    "another handle": ("telegram", "@acme_suport", None),
    "the id": ("telegram", "tgid:-1001234567890", 4),
    "another id": ("telegram", "tgid:-1001234567891", None),
    "the short link": ("shortlink", "https://acme.link/promo", 5),
    "the short link in capitals": ("shortlink", "https://acme.link/Promo", None),
    "a short link below it": ("shortlink", "https://acme.link/promo/x", None),
    "another short link": ("shortlink", "https://acme.link/promo2", None),
    "the prefix itself": ("shortlink", "https://go.acme.link/c/", 6),
    "below the prefix": ("shortlink", "https://go.acme.link/c/spring/24", 6),
    "the prefix without its slash": ("shortlink", "https://go.acme.link/c", None),
    "beside the prefix": ("shortlink", "https://go.acme.link/card", None),
    "the telephone": ("phone", "+14155550199", 7),
    "the sender": ("sms_sender", "ACME", 8),
    "another sender": ("sms_sender", "ACME1", None),
    "the address": ("email", "help@acme.example", 9),
    "another address": ("email", "sales@acme.example", None),
}
PROVE = {
    "the anchor alone": ([channel("domain", "acme.example", "subtree")], ["acme.example"]),
    "the anchor, though it is not declared": ([channel("whatsapp", "+14155550123")], ["acme.example"]),
    "a name below the anchor": ([channel("domain", "shop.acme.example")], ["acme.example"]),
    "a domain outside": (
        [channel("domain", "acme-shop.example"), channel("domain", "acme.example")],
        ["acme.example", "acme-shop.example"],
    ),
    "a name that only ends so": ([channel("domain", "notacme.example")], ["acme.example", "notacme.example"]),
    "a short link elsewhere": ([channel("shortlink", "https://acme.link/x")], ["acme.example"]),
}
JKT = thumbprint("brand")
# octets, thumbprint or None for a record of others, or a code.
RECORDS = {
    "as it is written": (f"ssbrand=v=1; jkt={JKT}".encode(), JKT),
    "no space": (f"ssbrand=v=1;jkt={JKT}".encode(), JKT),
    "spaces and a final semicolon": (f"ssbrand= v = 1 ; jkt = {JKT} ; ".encode(), JKT),
    "a record of others": (b"v=spf1 -all", None),
    "a stamp record": (b"securestamp=v=1; id=x; url=y", None),
    "empty": (b"", None),
    "the name in capitals": (f"SSBRAND=v=1; jkt={JKT}".encode(), None),
    "version 2": (f"ssbrand=v=2; jkt={JKT}".encode(), "BRAND_RECORD_MALFORMED"),
    "no version": (f"ssbrand=jkt={JKT}".encode(), "BRAND_RECORD_MALFORMED"),
    "the tags in another order": (f"ssbrand=jkt={JKT}; v=1".encode(), "BRAND_RECORD_MALFORMED"),
    "truncated: 42 characters": (f"ssbrand=v=1; jkt={JKT[:-1]}".encode(), "BRAND_RECORD_MALFORMED"),
    "44 characters": (f"ssbrand=v=1; jkt={JKT}A".encode(), "BRAND_RECORD_MALFORMED"),
    "trailing bits that are not zero": (f"ssbrand=v=1; jkt={JKT[:-1]}B".encode(), "BRAND_RECORD_MALFORMED"),
    "padded": (f"ssbrand=v=1; jkt={JKT}=".encode(), "BRAND_RECORD_MALFORMED"),
    "an unknown tag": (f"ssbrand=v=1; jkt={JKT}; x=1".encode(), "BRAND_RECORD_MALFORMED"),
    "duplicate key: jkt twice": (f"ssbrand=v=1; jkt={JKT}; jkt={JKT}".encode(), "BRAND_RECORD_MALFORMED"),
    "not UTF-8: a stray 0xFF": (b"ssbrand=v=1; jkt=\xff", "BRAND_RECORD_MALFORMED"),
    "a line feed at the end": (f"ssbrand=v=1; jkt={JKT}\n".encode(), "BRAND_RECORD_MALFORMED"),
}


def read_case(name: str, text: str, payload: dict[str, object] | None, reason: str | None) -> dict[str, object]:
    """One signed text, and what reading it gives."""
    outcome: dict[str, object] = {"reason": reason}
    if payload is not None:
        octets = canonical(payload)
        outcome = {"payload": octets.decode("utf-8"), "digest": sha256(octets).hex(), "jkt": thumbprint("brand")}
    return {"verb": "read", "name": name, "jws": text, "outcome": outcome}


def payload_of(text: str) -> dict[str, object]:
    """The payload inside a signed text."""
    body = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


if __name__ == "__main__":
    cases = [read_case(name, text, payload_of(text), None) for name, text in READ.items()]
    cases += [
        read_case(f"{name}", text, None, reason) for reason, texts in MISSHAPEN.items() for name, text in texts.items()
    ]
    cases += [
        {"verb": "verify", "name": name, "jws": text, "jkt": jkt, "outcome": {"reason": reason}}
        for name, (text, jkt, reason) in VERIFY.items()
    ]
    cases += [
        {"verb": "succession", "name": name, "previous": before, "jws": text, "outcome": {"reason": reason}}
        for name, (before, text, reason) in SUCCESSION.items()
    ]
    cases += [
        {"verb": "active", "name": name, "jws": text, "now": now, "outcome": {"active": active}}
        for name, (text, now, active) in ACTIVE.items()
    ]
    cases += [
        {
            "verb": "inside",
            "name": name,
            "jws": FIRST,
            "artifact": {"type": kind, "value": value},
            "outcome": {"channel": None if index is None else CHANNELS[index]},
        }
        for name, (kind, value, index) in INSIDE.items()
    ]
    cases += [
        {"verb": "prove", "name": name, "jws": signed(channels=channels), "outcome": {"domains": domains}}
        for name, (channels, domains) in PROVE.items()
    ]
    cases += [
        {
            "verb": "record",
            "name": name,
            "octets": b64url(octets),
            "outcome": {"reason": found} if found == "BRAND_RECORD_MALFORMED" else {"jkt": found},
        }
        for name, (octets, found) in RECORDS.items()
    ]
    write(
        "signal-perimeter.json",
        {
            "suite": "signal-perimeter",
            "standard": STANDARD,
            "suffixes": SUFFIXES,
            "keys": {label: private_jwk(label) for label in ("brand", "brand of tomorrow", "stranger")},
            "cases": cases,
        },
    )
