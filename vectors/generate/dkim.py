"""Write `vectors/dkim.json`: DKIM signatures of our own, one story a case (RFC 6376, 8301, 8463).

Nothing here imports the product: the signer below is a second, plain reading of the standards, so that a signature
that verifies was understood alike twice. Strings stand for octets, one character an octet. A name's value `"timeout"`,
`"servfail"`, `"bogus"` or `"nodata"` is what a question about it meets; a name that is missing does not exist.
The keys are for these vectors alone and protect nothing.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

OUT = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1] / "dkim.json"
NOW = 1_700_000_000
CASES: list[dict[str, Any]] = []

P2048 = (
    "f1edec4d7e63e56fb4be2555afbdcb4446ea62e9d649064595b993f7c2a5fe60e10437088ba1cc4f1e2a4dc4ddde03e28ee1"
    "b50aa5098c05fba095522a6739369e1b1fbb36c4b544b0288a7dc66f59e08050b26ccfb4081da9f7553b0fb28a551fedf3b2"
    "754e19a27d4f9a4f54cd555343456e558ed4867d434382cde33eb4d1"
)
Q2048 = (
    "db870a0a4caa60f6b572585e3a3b4f655d8ab89e568eebd9296a75aacfea8900c9d88350e3a7641e6abcafc446bc4ff73bd2"
    "d023d3f51d2cf21c1eef4320f0fc33c2fba174d5e501dcbebb101a4c5d346b68c8d3e01f9545a8fcf8bc594ccd4188a4c16d"
    "18b8bf8f11377e5ceb0a96709e0040262f8d07fda49c3d6913d3c65d"
)
P1024 = (
    "fefa3bfccf64224dc5d7b23627935524b52c9178494d962d0914afeff3f352130b767d04fc58c660fa73f1f10f3c427744ce"
    "d0e5a1605b9fa34099c616cba8ed"
)
Q1024 = (
    "de582f53371634cff7aea59650402639389dfe99283706c948fef34f6e5f280620dc6f66ae3676424301de97be7070efebbf"
    "c7db7a4ef26f1940846f6040d033"
)


def rsa_key(first: str, second: str) -> rsa.RSAPrivateKey:
    """A key out of its primes."""
    p, q, e = int(first, 16), int(second, 16), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q))
    return numbers.private_key()


RSA, RSA_1024 = rsa_key(P2048, Q2048), rsa_key(P1024, Q1024)
ED, OTHER_ED = (ed25519.Ed25519PrivateKey.from_private_bytes(bytes([octet]) * 32) for octet in (1, 2))
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def spki(
    key: rsa.RSAPublicKey, form: serialization.PublicFormat = serialization.PublicFormat.SubjectPublicKeyInfo
) -> str:
    """The p= of an RSA key."""
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


def fake_rsa(bits: int) -> str:
    """The p= of a modulus that nobody can sign with."""
    modulus = (1 << (bits - 1)) + 12345
    return spki(rsa.RSAPublicNumbers(65537, modulus | 1).public_key())


RSA_P = spki(RSA.public_key())
RSA_PKCS1 = spki(RSA.public_key(), serialization.PublicFormat.PKCS1)
RSA_1024_P = spki(RSA_1024.public_key())
RSA_512_P = (
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIWmlgix/84GJ+dfgjm7LTc9EPdfk"
    "ftlgiPpCq4/kbDAZmU0VvYKDljjleJ1dfvS+CGy9U/kk1tG3EeEvb82xAcCAwEAAQ=="
)
ED_P = base64.b64encode(ED.public_key().public_bytes_raw()).decode()
OTHER_ED_P = base64.b64encode(OTHER_ED.public_key().public_bytes_raw()).decode()
KEY_RECORDS = {"rsa": f"v=DKIM1; k=rsa; p={RSA_P}", "ed": f"v=DKIM1; k=ed25519; p={ED_P}"}

HEADER = [
    ("Received", " from client.example.com (client.example.com [192.0.2.1])\r\n\tby mx.example.net; Tue, 14 Nov 2023"),
    ("From", " Joe SixPack <joe@example.com>"),
    ("To", " Suzie Q  <suzie@example.net>"),
    ("Subject", " Is dinner\t ready? "),
    ("Date", " Tue, 14 Nov 2023 22:13:20 +0000"),
    ("X-Long", " one\r\n two\r\n\tthree"),
]
BODY = "Hi.\r\n\r\nWe lost the game.  Are you\thungry yet? \r\n\r\nJoe.\r\n\r\n\r\n"


def joined(header: list[tuple[str, str]], body: str) -> str:
    """A whole message."""
    return "".join(f"{name}:{value}\r\n" for name, value in header) + "\r\n" + body


def header_form(name: str, value: str, way: str) -> str:
    """RFC 6376 §3.4.1 and §3.4.2."""
    if way == "simple":
        return f"{name}:{value}\r\n"
    return f"{name.strip().lower()}:{re.sub('[ 	]+', ' ', value.replace(chr(13) + chr(10), '')).strip(' ')}\r\n"


def body_form(body: str, way: str) -> str:
    """RFC 6376 §3.4.3 and §3.4.4."""
    lines = body.split("\r\n")
    if lines[-1] == "":
        lines.pop()
    if way == "relaxed":
        lines = [re.sub("[ \t]+", " ", line).rstrip(" ") for line in lines]
    while lines and lines[-1] == "":
        lines.pop()
    form = "".join(line + "\r\n" for line in lines)
    return form or ("\r\n" if way == "simple" else "")


def octets(text: str) -> bytes:
    """One octet a character."""
    return text.encode("latin-1")


def signature(header: list[tuple[str, str]], body: str, key: Key = ED, **tags: str | None) -> tuple[str, str]:
    """A DKIM-Signature field; a tag that is None is left out, `b` replaces the signature."""
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    all_tags: dict[str, str | None] = {
        "v": "1",
        "a": "rsa-sha256" if is_rsa else "ed25519-sha256",
        "c": "relaxed/relaxed",
        "d": "example.com",
        "s": "rsa" if is_rsa else "ed",
        "h": "From:To:Subject:Date",
    } | tags
    written = all_tags.get("c")
    ways = (written or "simple/simple").split("/")
    header_way, body_way = ways[0], ways[1] if len(ways) > 1 else "simple"
    canonical = octets(body_form(body, body_way if body_way in {"simple", "relaxed"} else "simple"))
    length = all_tags.get("l") or ""
    signed = canonical[: int(length)] if length.isdigit() else canonical
    all_tags["bh"] = all_tags.get("bh", base64.b64encode(hashlib.sha256(signed).digest()).decode())
    given = all_tags.pop("b", "")
    value = " " + "; ".join(f"{name}={content}" for name, content in all_tags.items() if content is not None) + "; b="
    rows: dict[str, list[tuple[str, str]]] = {}
    for name, content in header:
        rows.setdefault(name.strip().lower(), []).append((name, content))
    chosen = [rows[n].pop() for n in (x.strip().lower() for x in (all_tags["h"] or "").split(":")) if rows.get(n)]
    data = "".join(header_form(*each, header_way) for each in chosen)
    data = octets(data + header_form("DKIM-Signature", value, header_way).removesuffix("\r\n"))
    if isinstance(key, rsa.RSAPrivateKey):
        signed_octets = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    else:
        signed_octets = key.sign(hashlib.sha256(data).digest())
    made = base64.b64encode(signed_octets).decode()
    return "DKIM-Signature", value + (given or "\r\n\t".join(made[at : at + 70] for at in range(0, len(made), 70)))


def case(name: str, message: str, outcomes: list[dict[str, Any]], best: str, **dns: Any) -> None:  # noqa: ANN401 (JSON)
    """One message; the keys of `KEY_RECORDS` are published unless `dns` says otherwise."""
    zone: dict[str, Any] = {f"{s}._domainkey.example.com": [[record]] for s, record in KEY_RECORDS.items()}
    for selector, answer in dns.items():
        zone[f"{selector}._domainkey.example.com"] = answer
    CASES.append({"name": name, "message": message, "dns": zone, "outcomes": outcomes, "best": best})


VERIFIED = {"result": "pass", "reason": "DKIM_VERIFIED"}


def bad(reason: str, result: str = "permerror") -> dict[str, str]:
    """An outcome that is no pass."""
    return {"result": result, "reason": reason}


def one(name: str, outcome: dict[str, Any], /, *, dns: dict[str, Any] | None = None, **tags: str | None) -> None:
    """The plain message with one signature."""
    case(name, joined([signature(HEADER, BODY, **tags), *HEADER], BODY), [outcome], outcome["result"], **(dns or {}))


def changed(name: str, outcome: dict[str, Any], change: Callable[[str], str], /, **tags: str | None) -> None:
    """The plain message, changed after it was signed."""
    message = change(joined([signature(HEADER, BODY, **tags), *HEADER], BODY))
    case(name, message, [outcome], outcome["result"])


def canonicalizations() -> None:
    """Each pair, for each algorithm, as it is and after what servers do."""
    for label, key in (("rsa", RSA), ("ed25519", ED)):
        for way in ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed", "relaxed", "simple"):
            field = signature(HEADER, BODY, key, c=way)
            long_way = way if "/" in way else way + "/simple"
            shown = VERIFIED | {"canonicalization": long_way, "algorithm": f"{label}-sha256", "domain": "example.com"}
            name = f"{label}-{way.replace('/', '-')}"
            case(f"{name}-untouched", joined([field, *HEADER], BODY), [shown], "pass")
            spaced = joined([field, *HEADER], BODY).replace("game.  Are", "game. Are")
            relaxed = long_way.endswith("relaxed")
            case(
                f"{name}-white-space-in-the-body-reduced",
                spaced,
                [VERIFIED if relaxed else bad("DKIM_BODY_CHANGED", "fail")],
                "pass" if relaxed else "fail",
            )
            folded = joined([field, *HEADER], BODY).replace("Subject: Is dinner\t", "SUBJECT :\tIs\r\n dinner ")
            tolerant = long_way.startswith("relaxed")
            case(
                f"{name}-subject-refolded",
                folded,
                [VERIFIED if tolerant else bad("DKIM_SIGNATURE_INVALID", "fail")],
                "pass" if tolerant else "fail",
            )
            case(f"{name}-empty-lines-added", joined([field, *HEADER], BODY + "\r\n\r\n"), [VERIFIED], "pass")
    for way in ("simple/simple", "relaxed/relaxed"):
        for body, story in (("", "no-body"), ("\r\n\r\n", "only-empty-lines"), ("no end of line", "no-last-line-end")):
            field = signature(HEADER, body, c=way)
            case(f"{way.replace('/', '-')}-{story}", joined([field, *HEADER], body), [VERIFIED], "pass")
    one("canonicalization-left-out-is-simple", VERIFIED | {"canonicalization": "simple/simple"}, c=None)
    one("canonicalization-unknown", bad("DKIM_CANONICALIZATION_UNKNOWN", "neutral"), c="relaxed/nofws")
    one("canonicalization-empty-body-half", bad("DKIM_CANONICALIZATION_UNKNOWN", "neutral"), c="relaxed/")


def changes() -> None:
    """What was signed and then changed, and what was not signed."""
    changed("body-octet-changed", bad("DKIM_BODY_CHANGED", "fail"), lambda m: m.replace("lost", "l0st"))
    changed("body-appended", bad("DKIM_BODY_CHANGED", "fail"), lambda m: m + "Click here.\r\n")
    changed("signed-field-changed", bad("DKIM_SIGNATURE_INVALID", "fail"), lambda m: m.replace("Suzie", "Susie"))
    changed("signed-field-removed", bad("DKIM_SIGNATURE_INVALID", "fail"), lambda m: m.replace("Date:", "X-Date:"))
    changed("unsigned-field-changed", VERIFIED, lambda m: m.replace(" one\r\n two", " 1"))
    changed("unsigned-field-added-on-top", VERIFIED, lambda m: "X-SecureStamp: v=1; t=abc\r\n" + m)
    changed("bare-line-feeds-from-a-file", VERIFIED, lambda m: m.replace("\r\n", "\n"))
    changed("line-endings-mixed", VERIFIED, lambda m: m.replace("\r\n", "\n", 9))
    changed("second-subject-added-above-is-not-what-was-signed", VERIFIED, lambda m: "Subject: You won\r\n" + m)
    changed(
        "second-subject-added-below-is-taken-for-the-signed-one",
        bad("DKIM_SIGNATURE_INVALID", "fail"),
        lambda m: m.replace("X-Long:", "Subject: You won\r\nX-Long:"),
    )
    changed(
        "oversigned-subject-stops-a-second-one",
        bad("DKIM_SIGNATURE_INVALID", "fail"),
        lambda m: "Subject: You won\r\n" + m,
        h="From:Subject:Subject:To",
    )
    changed("oversigned-and-nothing-added", VERIFIED, lambda m: m, h="From:From:Subject:Subject:To:Cc")
    changed(
        "second-from-added-above-is-not-signed",
        bad("DKIM_FROM_NOT_SIGNED"),
        lambda m: "From: CEO <ceo@bank.example>\r\n" + m,
    )
    twice = [*HEADER, ("From", " Other <other@example.com>")]
    field = signature(twice, BODY, h="From:From:To")
    case("two-from-fields-both-signed", joined([field, *twice], BODY), [VERIFIED], "pass")
    received = [("Received", " from a by b; now"), *HEADER]
    for names, story in (("Received:From", "lowest"), ("Received:Received:From", "both")):
        field = signature(received, BODY, h=names)
        case(f"repeated-field-{story}-signed-bottom-up", joined([field, *received], BODY), [VERIFIED], "pass")
    swapped = [HEADER[0], received[0], *HEADER[1:]]
    field = signature(received, BODY, h="Received:Received:From")
    case("repeated-fields-reordered", joined([field, *swapped], BODY), [bad("DKIM_SIGNATURE_INVALID", "fail")], "fail")
    stamped = [("X-SecureStamp", " v=1; t=abc"), *HEADER]
    field = signature(stamped, BODY, h="From:X-SecureStamp")
    case("stamp-header-signed", joined([field, *stamped], BODY), [VERIFIED], "pass")
    oversigned = signature(HEADER, BODY, h="From:X-SecureStamp")
    case(
        "stamp-header-added-although-its-absence-was-signed",
        joined([oversigned, *stamped], BODY),
        [bad("DKIM_SIGNATURE_INVALID", "fail")],
        "fail",
    )


def lengths() -> None:
    """l= (RFC 6376 §3.5, §8.2)."""
    size = len(body_form(BODY, "relaxed"))
    one("length-covers-the-whole-body", VERIFIED | {"unsigned_octets": 0}, l=str(size))
    one("length-leaves-a-part-open", VERIFIED | {"unsigned_octets": size - 10}, l="10")
    one("length-zero-signs-no-body", VERIFIED | {"unsigned_octets": size}, l="0")
    changed(
        "text-appended-after-the-length", VERIFIED | {"unsigned_octets": 13}, lambda m: m + "Click here.", l=str(size)
    )
    CASES[-1]["outcomes"][0]["unsigned_octets"] = len("\r\n\r\nClick here.\r\n")
    one("length-beyond-the-body", bad("DKIM_BODY_SHORTENED", "fail"), l=str(size + 1))
    one("length-of-76-digits", bad("DKIM_BODY_SHORTENED", "fail"), l="9" * 76)
    one("length-of-77-digits", bad("DKIM_SYNTAX", "neutral"), l="9" * 77)
    one("length-not-a-number", bad("DKIM_SYNTAX", "neutral"), l="-1")


def times() -> None:
    """t= and x=."""
    one("signed-now", VERIFIED, t=str(NOW))
    one("signed-in-the-near-future", VERIFIED, t=str(NOW + 300))
    one("signed-in-the-far-future", bad("DKIM_FROM_THE_FUTURE"), t=str(NOW + 301))
    one("expires-this-second", VERIFIED, t=str(NOW - 9), x=str(NOW))
    one("expired-a-second-ago", bad("DKIM_EXPIRED"), t=str(NOW - 9), x=str(NOW - 1))
    one("expires-before-it-was-signed", bad("DKIM_SYNTAX", "neutral"), t=str(NOW), x=str(NOW - 9))
    one("expires-as-it-was-signed", bad("DKIM_SYNTAX", "neutral"), t=str(NOW), x=str(NOW))
    one("time-of-thirteen-digits", bad("DKIM_SYNTAX", "neutral"), t="1" * 13)
    one("time-not-a-number", bad("DKIM_SYNTAX", "neutral"), x="never")


def names() -> None:
    """d=, s=, i=, h=, q=, z=."""
    one("from-not-in-the-list", bad("DKIM_FROM_NOT_SIGNED"), h="To:Subject")
    one("list-of-names-with-white-space", VERIFIED, h="From : To\r\n\t: Subject")
    one("list-of-names-in-capitals", VERIFIED, h="FROM:TO")
    one("list-of-names-empty", bad("DKIM_SYNTAX", "neutral"), h="")
    one("list-of-names-with-a-gap", bad("DKIM_SYNTAX", "neutral"), h="From::To")
    one("identity-in-the-domain", VERIFIED | {"identity": "joe@example.com"}, i="joe@example.com")
    one("identity-below-the-domain", VERIFIED | {"identity": "@mail.example.com"}, i="@mail.example.com")
    one("identity-in-capitals", VERIFIED, i="joe@EXAMPLE.com")
    one("identity-left-out", VERIFIED | {"identity": "@example.com"})
    one("identity-outside-the-domain", bad("DKIM_IDENTITY_OUTSIDE_DOMAIN"), i="joe@example.org")
    one("identity-that-only-ends-alike", bad("DKIM_IDENTITY_OUTSIDE_DOMAIN"), i="joe@notexample.com")
    one("identity-without-a-domain", bad("DKIM_SYNTAX", "neutral"), i="joe")
    one("identity-with-a-broken-domain", bad("DKIM_SYNTAX", "neutral"), i="joe@exa mple.com")
    strict = {"ed": [[KEY_RECORDS["ed"] + "; t=s"]]}
    one("strict-key-and-the-domain-itself", VERIFIED, dns=strict, i="joe@example.com")
    one("strict-key-and-a-name-below", bad("DKIM_KEY_IDENTITY_NOT_ALLOWED"), dns=strict, i="joe@mail.example.com")
    one("domain-in-capitals", VERIFIED | {"domain": "example.com"}, d="EXAMPLE.COM")
    one("domain-not-a-name", bad("DKIM_SYNTAX", "neutral"), d="exa mple.com")
    one("domain-an-address", bad("DKIM_SYNTAX", "neutral"), d="192.0.2.1")
    one("domain-empty", bad("DKIM_SYNTAX", "neutral"), d="")
    one("selector-of-two-labels", VERIFIED | {"selector": "a.b"}, s="A.B", dns={"a.b": [[KEY_RECORDS["ed"]]]})
    one("selector-of-digits", VERIFIED, s="20230601", dns={"20230601": [[KEY_RECORDS["ed"]]]})
    one("selector-with-an-underscore", VERIFIED, s="_k_1", dns={"_k_1": [[KEY_RECORDS["ed"]]]})
    one("selector-with-a-space", bad("DKIM_SYNTAX", "neutral"), s="a b")
    one("query-known", VERIFIED, q="dns/txt")
    one("query-known-among-others", VERIFIED, q="http/get : dns/txt")
    one("query-unknown", bad("DKIM_QUERY_UNKNOWN", "neutral"), q="http/get")
    one("copied-fields-are-ignored", VERIFIED, z="From:forged@example.org|Subject:=20x")
    one("unknown-tag-is-ignored", VERIFIED, r="y")


def form() -> None:
    """Version, algorithm and the tag list itself."""
    one("version-2", bad("DKIM_VERSION", "neutral"), v="2")
    one("version-with-a-fraction", bad("DKIM_VERSION", "neutral"), v="1.0")
    for tag in ("v", "a", "bh", "d", "h", "s"):
        one(f"tag-{tag}-missing", bad("DKIM_TAG_MISSING", "neutral"), **{tag: None})
    changed(
        "tag-b-missing", bad("DKIM_TAG_MISSING", "neutral"), lambda m: re.sub(r"; b=[^:]*", "\r\nReceived", m, count=1)
    )
    one("rsa-sha1-is-retired", bad("DKIM_ALGORITHM_RETIRED"), a="rsa-sha1")
    one("algorithm-unknown", bad("DKIM_ALGORITHM_UNKNOWN", "neutral"), a="rsa-sha512")
    one("algorithm-in-capitals", bad("DKIM_ALGORITHM_UNKNOWN", "neutral"), a="ED25519-SHA256")
    one("signature-empty", bad("DKIM_SYNTAX", "neutral"), b=" ")
    one("signature-not-base64", bad("DKIM_SYNTAX", "neutral"), b="!!!!")
    one("signature-truncated", bad("DKIM_SIGNATURE_INVALID", "fail"), b="AAAA")
    one("signature-without-padding", bad("DKIM_SIGNATURE_INVALID", "fail"), b="AAAAA" * 3)
    one("body-hash-truncated", bad("DKIM_BODY_CHANGED", "fail"), bh="AAAA")
    one("body-hash-empty", bad("DKIM_SYNTAX", "neutral"), bh="")
    changed("signature-with-white-space", VERIFIED, lambda m: re.sub(r"(b=\S{8})(\S{8})", "\\1 \\2\r\n\t", m, count=1))
    repeated = " v=1; v=1; a=rsa-sha256"
    case("tag-twice", joined([("DKIM-Signature", repeated), *HEADER], BODY), [bad("DKIM_SYNTAX", "neutral")], "neutral")
    for value, story in (
        ("", "empty"),
        (" v=1;; a=x", "two-semicolons"),
        (" v=1; nonsense", "tag-without-equals"),
        (" v=1; 9=x", "tag-name-of-a-digit"),
        (" v=1; a=\xff\xfe", "not-utf-8"),
        (" v=1; a=\x01", "control-character"),
        (" " + "; ".join(f"t{n}=x" for n in range(70)), "seventy-tags"),
    ):
        message = joined([("DKIM-Signature", value), *HEADER], BODY)
        case(f"tag-list-{story}", message, [bad("DKIM_SYNTAX", "neutral")], "neutral")
    changed(
        "tag-list-with-a-last-semicolon",
        bad("DKIM_SIGNATURE_INVALID", "fail"),
        lambda m: m.replace("\r\nReceived", ";\r\nReceived", 1),
    )


def keys() -> None:
    """Key records and the DNS that hands them out."""
    for status in ("timeout", "servfail", "bogus"):
        one(f"key-lookup-meets-{status}", bad("DKIM_KEY_UNAVAILABLE", "temperror"), dns={"ed": status})
    one("key-name-does-not-exist", bad("DKIM_KEY_ABSENT"), s="nobody")
    one("key-name-has-no-text", bad("DKIM_KEY_ABSENT"), dns={"ed": "nodata"})
    one("key-in-two-strings", VERIFIED, dns={"ed": [[KEY_RECORDS["ed"][:30], KEY_RECORDS["ed"][30:]]]})
    one("key-without-a-version", VERIFIED, dns={"ed": [[f"k=ed25519; p={ED_P}"]]})
    one(
        "key-with-white-space-and-a-last-semicolon",
        VERIFIED,
        dns={"ed": [[f" v=DKIM1 ;\tk=ed25519 ; p= {ED_P[:9]} {ED_P[9:]} ; "]]},
    )
    one("key-without-padding", VERIFIED, dns={"ed": [[f"k=ed25519; p={ED_P.rstrip('=')}"]]})
    one("key-with-notes", VERIFIED, dns={"ed": [[KEY_RECORDS["ed"] + "; n=notes; x=unknown"]]})
    records = {
        "revoked": ("v=DKIM1; k=ed25519; p=", "DKIM_KEY_REVOKED"),
        "of-another-version": (f"v=DKIM2; k=ed25519; p={ED_P}", "DKIM_KEY_VERSION"),
        "with-a-late-version": (f"k=ed25519; v=DKIM1; p={ED_P}", "DKIM_KEY_VERSION"),
        "without-p": ("v=DKIM1; k=ed25519", "DKIM_KEY_SYNTAX"),
        "with-p-twice": (f"v=DKIM1; k=ed25519; p={OTHER_ED_P}; p={ED_P}", "DKIM_KEY_SYNTAX"),
        "not-base64": ("v=DKIM1; k=ed25519; p=....", "DKIM_KEY_SYNTAX"),
        "of-31-octets": (f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(range(31))).decode()}", "DKIM_KEY_SYNTAX"),
        "of-small-order": (f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(32)).decode()}", "DKIM_KEY_SYNTAX"),
        "of-unknown-type": (f"v=DKIM1; k=x448; p={ED_P}", "DKIM_KEY_TYPE_UNKNOWN"),
        "of-another-type": (KEY_RECORDS["rsa"], "DKIM_KEY_TYPE_DIFFERS"),
        "for-sha1-only": (f"v=DKIM1; k=ed25519; h=sha1; p={ED_P}", "DKIM_KEY_HASH_NOT_ALLOWED"),
        "for-another-service": (f"v=DKIM1; k=ed25519; s=tlsrpt; p={ED_P}", "DKIM_KEY_SERVICE"),
        "that-is-an-spf-record": ("v=spf1 -all", "DKIM_KEY_VERSION"),
        "that-is-a-sentence": ("hello world", "DKIM_KEY_SYNTAX"),
        "of-nine-thousand-octets": ("p=" + "A" * 9000, "DKIM_KEY_SYNTAX"),
        "with-octets-beyond-utf-8": ("v=DKIM1; n=\xff; p=", "DKIM_KEY_SYNTAX"),
    }
    for story, (record, reason) in records.items():
        strings = [record[at : at + 255] for at in range(0, len(record), 255)]
        one(f"key-{story}", bad(reason), dns={"ed": [strings]})
    one(
        "key-for-several-services-and-hashes",
        VERIFIED,
        dns={"ed": [[f"h=sha1 : sha256; s=tlsrpt:email; k=ed25519; p={ED_P}"]]},
    )
    one("key-for-every-service", VERIFIED, dns={"ed": [[KEY_RECORDS["ed"] + "; s=*"]]})
    one("wrong-key", bad("DKIM_SIGNATURE_INVALID", "fail"), dns={"ed": [[f"k=ed25519; p={OTHER_ED_P}"]]})
    testing = KEY_RECORDS["ed"] + "; t=y"
    one("testing-key-and-a-good-signature", bad("DKIM_KEY_IN_TESTING", "neutral"), dns={"ed": [[testing]]})
    changed("body-changed", bad("DKIM_BODY_CHANGED", "fail"), lambda m: m + "x")
    CASES[-1] |= {"name": "testing-key-and-a-changed-body", "best": "neutral"}
    CASES[-1]["outcomes"] = [bad("DKIM_BODY_CHANGED", "neutral")]
    CASES[-1]["dns"]["ed._domainkey.example.com"] = [[testing]]
    wrong = f"k=ed25519; p={OTHER_ED_P}"
    one("two-records-one-fits", VERIFIED, dns={"ed": [[wrong], [KEY_RECORDS["ed"]]]})
    one("two-records-in-the-other-order", VERIFIED, dns={"ed": [[KEY_RECORDS["ed"]], [wrong]]})
    one("two-records-one-in-testing", VERIFIED, dns={"ed": [[testing], [KEY_RECORDS["ed"]]]})
    one("two-records-one-unreadable", VERIFIED, dns={"ed": [["v=spf1 -all"], [KEY_RECORDS["ed"]]]})
    one("two-records-revoked-tells-most", bad("DKIM_KEY_REVOKED"), dns={"ed": [["p="], ["v=spf1 -all"]]})
    hundred = [[f"k=ed25519; n={n}; p={OTHER_ED_P}"] for n in range(99)]
    one("a-hundred-records", bad("DKIM_KEY_RECORDS_TOO_MANY"), dns={"ed": [*hundred, [KEY_RECORDS["ed"]]]})
    one("the-same-record-twice", VERIFIED, dns={"ed": [[KEY_RECORDS["ed"]], [KEY_RECORDS["ed"]]]})


def rsa_keys() -> None:
    """Lengths and encodings of RSA keys (RFC 8301 §3.2)."""

    def rsa_case(name: str, outcome: dict[str, Any], p: str, key: rsa.RSAPrivateKey = RSA) -> None:
        message = joined([signature(HEADER, BODY, key), *HEADER], BODY)
        record = f"v=DKIM1; p={p}"
        strings = [record[at : at + 255] for at in range(0, len(record), 255)]
        case(name, message, [outcome], outcome["result"], rsa=[strings])

    rsa_case("rsa-key-type-left-out", VERIFIED, RSA_P)
    rsa_case("rsa-key-as-rsapublickey", VERIFIED, RSA_PKCS1)
    rsa_case("rsa-1024-bits", VERIFIED, RSA_1024_P, RSA_1024)
    rsa_case("rsa-512-bits", bad("DKIM_KEY_TOO_SHORT"), RSA_512_P)
    rsa_case("rsa-1023-bits", bad("DKIM_KEY_TOO_SHORT"), fake_rsa(1023))
    rsa_case("rsa-8193-bits", bad("DKIM_KEY_TOO_LONG"), fake_rsa(8193))
    rsa_case("rsa-key-of-another", bad("DKIM_SIGNATURE_INVALID", "fail"), RSA_1024_P)
    rsa_case("rsa-key-is-noise", bad("DKIM_KEY_SYNTAX"), "AAAA")
    rsa_case("rsa-key-is-an-ed25519-key", bad("DKIM_KEY_SYNTAX"), ED_P)


def several() -> None:
    """More than one signature."""
    good, rsa_good = signature(HEADER, BODY), signature(HEADER, BODY, RSA)
    broken = ("DKIM-Signature", " v=1; nonsense")
    silent = signature(HEADER, BODY, s="slow")
    failed = bad("DKIM_BODY_CHANGED", "fail")
    case("unsigned", joined(HEADER, BODY), [], "none")
    case("two-good-signatures", joined([good, rsa_good, *HEADER], BODY), [VERIFIED, VERIFIED], "pass")
    case("one-of-two-good", joined([broken, good, *HEADER], BODY), [bad("DKIM_SYNTAX", "neutral"), VERIFIED], "pass")
    case(
        "one-fails-one-cannot-be-looked-up",
        joined([good, silent, *HEADER], BODY + "x"),
        [failed, bad("DKIM_KEY_UNAVAILABLE", "temperror")],
        "temperror",
        slow="timeout",
    )
    case(
        "a-hundred-signatures",
        joined([good] * 100 + HEADER, BODY),
        [VERIFIED] * 10 + [bad("DKIM_TOO_MANY_SIGNATURES", "policy")] * 90,
        "pass",
    )
    case(
        "the-good-signature-below-ten-bad-ones",
        joined([broken] * 10 + [good, *HEADER], BODY),
        [bad("DKIM_SYNTAX", "neutral")] * 10 + [bad("DKIM_TOO_MANY_SIGNATURES", "policy")],
        "policy",
    )
    under = [good, *HEADER]
    over = signature(under, BODY, RSA, h="From:DKIM-Signature")
    case("signature-that-signs-a-signature", joined([over, *under], BODY), [VERIFIED, VERIFIED], "pass")
    case("folded-name-and-lower-case", joined([("dkim-signature", good[1]), *HEADER], BODY), [VERIFIED], "pass")


def main() -> None:
    """Write the file, one case a line."""
    for write in (canonicalizations, changes, lengths, times, names, form, keys, rsa_keys, several):
        write()
    names_seen = [each["name"] for each in CASES]
    if len(names_seen) != len(set(names_seen)):
        sys.exit("two cases have one name")
    head = {"suite": "dkim", "standard": "RFC 6376, RFC 8301, RFC 8463", "now_s": NOW}
    lines = ",\n".join(json.dumps(each) for each in CASES)
    OUT.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n", encoding="ascii")
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
