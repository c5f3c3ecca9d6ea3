"""Write `vectors/arc.json`: ARC chains of our own, one story a case (RFC 8617).

Nothing here imports the product. Strings stand for octets, one character an octet; a record `"timeout"`, `"servfail"`,
`"bogus"` or `"nodata"` is what a question about its name meets. The keys are for these vectors alone.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

OUT = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1] / "arc.json"
NOW = 1_700_000_000
KEY, OTHER = (ed25519.Ed25519PrivateKey.from_private_bytes(bytes([octet]) * 32) for octet in (3, 4))
RECORD, OTHER_RECORD = (
    f"v=DKIM1; k=ed25519; p={base64.b64encode(key.public_key().public_bytes_raw()).decode()}" for key in (KEY, OTHER)
)
BODY = "Hi.\r\n\r\nWe lost the game.  Are\tyou hungry yet? \r\n"
HEADER = [("From", " Joe <joe@example.com>"), ("To", " list@example.org"), ("Subject", " Is dinner ready?")]
CASES: list[dict[str, Any]] = []
Set = list[tuple[str, str]]


def relaxed(name: str, value: str) -> str:
    """RFC 6376 §3.4.2."""
    return f"{name.lower()}:{re.sub('[ 	]+', ' ', value.replace(chr(13) + chr(10), '')).strip(' ')}\r\n"


def relaxed_body(body: str) -> bytes:
    """RFC 6376 §3.4.4, for bodies that end with one line end."""
    return "\r\n".join(re.sub("[ \t]+", " ", line).rstrip(" ") for line in body.split("\r\n")).encode("latin-1")


def signed(data: str, key: ed25519.Ed25519PrivateKey = KEY) -> str:
    """RFC 8463 §3."""
    return base64.b64encode(key.sign(hashlib.sha256(data.removesuffix("\r\n").encode("latin-1")).digest())).decode()


def listed(tags: dict[str, str | None]) -> str:
    """A tag=value list."""
    return " " + "; ".join(f"{name}={value}" for name, value in tags.items() if value is not None)


def arc_set(
    instance: int,
    before: Set,
    *,
    body: str = BODY,
    results: str | None = None,
    ams: dict[str, str | None] | None = None,
    seal: dict[str, str | None] | None = None,
) -> Set:
    """The three fields of one handler, in the order in which they are sealed."""
    text = f" i={instance}; lists{instance}.example; spf=pass" if results is None else results
    aar = ("ARC-Authentication-Results", text)
    common: dict[str, str | None] = {"i": str(instance), "a": "ed25519-sha256"}
    tags = common | {"c": "relaxed/relaxed", "d": f"lists{instance}.example", "s": "arc", "h": "From:To:Subject"}
    tags |= {"t": str(NOW - 100)} | (ams or {})
    length = tags.get("l") or ""
    hashed = relaxed_body(body)[: int(length)] if length.isdigit() else relaxed_body(body)
    tags |= {"bh": tags.get("bh") or base64.b64encode(hashlib.sha256(hashed).digest()).decode()}
    given = tags.pop("b", None)
    rows = {name.lower(): (name, value) for name, value in HEADER + before}
    chosen = [rows[n] for n in (x.strip().lower() for x in (tags["h"] or "").split(":")) if n in rows]
    value = listed(tags) + "; b="
    data = "".join(relaxed(*each) for each in chosen) + relaxed("ARC-Message-Signature", value)
    ams_field = ("ARC-Message-Signature", value + (given or signed(data)))
    seal_tags = common | {"cv": "none" if instance == 1 else "pass", "d": f"lists{instance}.example", "s": "arc"}
    seal_tags |= {"t": str(NOW - 100)} | (seal or {})
    given = seal_tags.pop("b", None)
    value = listed(seal_tags) + "; b="
    data = "".join(relaxed(*each) for each in [*before, aar, ams_field]) + relaxed("ARC-Seal", value)
    return [aar, ams_field, ("ARC-Seal", value + (given or signed(data)))]


def chain(length: int, **last: Any) -> Set:  # noqa: ANN401 (what arc_set takes)
    """A chain; `last` changes its last set."""
    fields: Set = []
    for instance in range(1, length + 1):
        fields += arc_set(instance, fields, **(last if instance == length else {}))
    return fields


def case(  # noqa: PLR0913 (a case has that many words)
    name: str,
    fields: Set,
    reason: str,
    instance: int = 0,
    cause: str | None = None,
    *,
    body: str = BODY,
    header: Set = HEADER,
    dns: dict[str, str] | None = None,
    unsigned_octets: int = 0,
) -> None:
    """One message; the newest set stands on top."""
    zone = {f"arc._domainkey.lists{n}.example": RECORD for n in range(1, 52)} | (dns or {})
    if len(fields) < 20:
        zone = {name: record for name, record in zone.items() if name[-10:-8] in {"s1", "s2", "s3"}}
    result = {"ARC_ABSENT": "none", "ARC_VERIFIED": "pass", "ARC_KEY_UNAVAILABLE": "temperror"}.get(reason, "fail")
    octets = "".join(f"{name}:{value}\r\n" for name, value in [*reversed(fields), *header]) + "\r\n" + body
    CASES.append(
        {
            "name": name,
            "message": octets,
            "dns": zone,
            "result": result,
            "reason": reason,
            "instance": instance,
            "cause": cause,
            "unsigned_octets": unsigned_octets,
        }
    )


def chains() -> None:
    """Whole chains, and what was changed after they were sealed."""
    case("no-chain", [], "ARC_ABSENT")
    for length in (1, 2, 3, 50):
        case(f"chain-of-{length}", chain(length), "ARC_VERIFIED", length)
    case("chain-of-51", chain(51), "ARC_TOO_MANY_SETS")
    changed = "ARC_MESSAGE_CHANGED", 2, "DKIM_BODY_CHANGED"
    case("body-changed-after-the-last-set", chain(2), *changed, body=BODY + "PS\r\n")
    subject = [*HEADER[:2], ("Subject", " You won")]
    case("subject-changed", chain(2), "ARC_MESSAGE_CHANGED", 2, "DKIM_SIGNATURE_INVALID", header=subject)
    first = arc_set(1, [], body="before the list added its footer\r\n")
    case("body-changed-between-the-sets", first + arc_set(2, first), "ARC_VERIFIED", 2)
    one, two = arc_set(1, []), chain(2)[3:]
    forged = [("ARC-Authentication-Results", " i=1; lists1.example; spf=fail"), *one[1:]]
    case("first-results-forged", forged + two, "ARC_SEAL_BROKEN", 2, "DKIM_SIGNATURE_INVALID")
    sealed_again = forged + arc_set(2, forged)
    case("first-results-forged-before-the-second-seal", sealed_again, "ARC_SEAL_BROKEN", 1, "DKIM_SIGNATURE_INVALID")
    case("seals-in-any-order-in-the-header", [two[2], one[0], two[1], one[2], two[0], one[1]], "ARC_VERIFIED", 2)
    expired = chain(1, ams={"x": str(NOW - 1)})
    case("message-signature-expired", expired, "ARC_MESSAGE_CHANGED", 1, "DKIM_EXPIRED")
    case("message-signature-not-yet-expired", chain(1, ams={"x": str(NOW)}), "ARC_VERIFIED", 1)
    size = len(relaxed_body(BODY))
    case("length-leaves-a-part-open", chain(1, ams={"l": "5"}), "ARC_VERIFIED", 1, unsigned_octets=size - 5)
    short = chain(1, ams={"l": str(size + 1)})
    case("length-beyond-the-body", short, "ARC_MESSAGE_CHANGED", 1, "DKIM_BODY_SHORTENED")


def values() -> None:
    """cv=."""
    case("sealer-found-the-chain-broken", chain(2, seal={"cv": "fail"}), "ARC_CHAIN_FAILED_BEFORE", 2)
    case("first-sealer-found-a-chain-broken", chain(1, seal={"cv": "fail"}), "ARC_CHAIN_FAILED_BEFORE", 1)
    case("first-seal-says-pass", chain(1, seal={"cv": "pass"}), "ARC_CHAIN_VALUE", 1)
    case("second-seal-says-none", chain(2, seal={"cv": "none"}), "ARC_CHAIN_VALUE", 2)
    first = arc_set(1, [], seal={"cv": "fail"})
    case("an-earlier-seal-says-fail", first + arc_set(2, first), "ARC_CHAIN_VALUE", 1)
    for value, story in ((None, "missing"), ("", "empty"), ("PASS", "in-capitals"), ("maybe", "unknown")):
        case(f"chain-value-{story}", chain(1, seal={"cv": value}), "ARC_SYNTAX")


def sets() -> None:
    """Whole sets, numbered from 1."""
    one, two = arc_set(1, []), chain(2)[3:]
    for index, name in enumerate(("results", "message-signature", "seal")):
        left = [field for at, field in enumerate(one) if at != index]
        case(f"{name}-missing", left, "ARC_SET_INCOMPLETE")
        case(f"{name}-twice", [*one, one[index]], "ARC_SET_REPEATED")
    case("second-set-without-the-first", two, "ARC_SET_INCOMPLETE")
    case("gap-in-the-numbers", one + chain(3)[6:], "ARC_SET_INCOMPLETE")
    for value, story in (("0", "zero"), ("51", "beyond-fifty"), ("01", "with-a-zero-before"), ("x", "not-a-number")):
        case(f"instance-{story}", arc_set(1, [], ams={"i": value}), "ARC_INSTANCE")
    case("instance-missing", arc_set(1, [], seal={"i": None}), "ARC_INSTANCE")
    case("results-without-an-instance", arc_set(1, [], results=" lists1.example; spf=pass"), "ARC_INSTANCE")
    case("results-with-a-late-instance", arc_set(1, [], results=" lists1.example; i=1; spf=pass"), "ARC_INSTANCE")


def forms() -> None:
    """What makes a field unreadable."""
    case("message-signature-is-noise", [*arc_set(1, [])[::2], ("ARC-Message-Signature", " i=1; noise")], "ARC_SYNTAX")
    case("message-signature-signs-a-seal", chain(1, ams={"h": "From:ARC-Seal"}), "ARC_SYNTAX")
    case("message-signature-without-names", chain(1, ams={"h": None}), "ARC_SYNTAX")
    case("message-signature-with-unknown-canonicalisation", chain(1, ams={"c": "nofws"}), "ARC_SYNTAX")
    case("seal-with-names", chain(1, seal={"h": "From"}), "ARC_SYNTAX")
    case("seal-by-a-retired-algorithm", chain(1, seal={"a": "rsa-sha1"}), "ARC_SYNTAX")
    case("seal-without-a-domain", chain(1, seal={"d": None}), "ARC_SYNTAX")
    case("seal-with-a-broken-time", chain(1, seal={"t": "soon"}), "ARC_SYNTAX")


def keys() -> None:
    """Keys that are missing, slow, wrong or in testing."""
    first, second = "arc._domainkey.lists1.example", "arc._domainkey.lists2.example"
    for status in ("timeout", "servfail", "bogus"):
        case(
            f"last-key-meets-{status}", chain(2), "ARC_KEY_UNAVAILABLE", 2, "DKIM_KEY_UNAVAILABLE", dns={second: status}
        )
        case(
            f"first-key-meets-{status}", chain(2), "ARC_KEY_UNAVAILABLE", 1, "DKIM_KEY_UNAVAILABLE", dns={first: status}
        )
    case("first-key-gone", chain(2), "ARC_SEAL_BROKEN", 1, "DKIM_KEY_ABSENT", dns={first: "nodata"})
    wrong = {first: OTHER_RECORD}
    case("first-key-replaced", chain(2), "ARC_SEAL_BROKEN", 1, "DKIM_SIGNATURE_INVALID", dns=wrong)
    testing = {first: RECORD + "; t=y"}
    case("first-key-in-testing", chain(2), "ARC_SEAL_BROKEN", 1, "DKIM_KEY_IN_TESTING", dns=testing)


def main() -> None:
    """Write the file, one case a line."""
    for write in (chains, values, sets, forms, keys):
        write()
    names = [each["name"] for each in CASES]
    if len(names) != len(set(names)):
        sys.exit("two cases have one name")
    head = json.dumps({"suite": "arc", "standard": "RFC 8617", "now_s": NOW})
    lines = ",\n".join(json.dumps(each) for each in CASES)
    OUT.write_text(head[:-1] + ', "cases": [\n' + lines + "\n]}\n", encoding="ascii")
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
