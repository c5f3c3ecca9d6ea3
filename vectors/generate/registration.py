"""Write ``vectors/registration.json``: ownership challenges and API keys, made without the product's own code."""

import base64
import hashlib
import json
import zlib
from pathlib import Path

ORG = "org_01hwx4tq2mce9b5r7n8vk3zdyf"
OTHER = "org_01hwx4tq2mce9b5r7n8vk3zdyg"
TOKEN = "00112233445566778899aabbccddeeff"  # noqa: S105  (public by nature)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TARGET = Path(__file__).parents[1] / "registration.json"


def answer(token: str, org_id: str) -> str:
    """The text that an owner publishes."""
    digest = hashlib.sha256(f"{token}.{org_id}".encode()).digest()
    return "securestamp=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def check(body: str) -> str:
    """The six characters at the end of a key."""
    number, text = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text.rjust(6, "0")


def key(body: str) -> str:
    """A key whose end is right, whatever its beginning is."""
    return body + check(body)


def key_case(name: str, text: str, *, good: bool = False) -> dict:
    """One key and what becomes of it."""
    if not good:
        return {"verb": "key", "name": name, "key": text, "outcome": {"result": "refused", "reason": "INVALID_API_KEY"}}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        "verb": "key",
        "name": name,
        "key": text,
        "outcome": {"result": "key", "prefix": text[:14], "sha256": digest},
    }


LIVE = key("ss_live_" + DIGITS[:37])
SMALL = next(body for n in range(10**6) if check(body := "ss_test_" + f"{n:037}").startswith("0"))

KEYS = [
    key_case("a live key", LIVE, good=True),
    key_case("a test key", key("ss_test_" + DIGITS[-37:]), good=True),
    key_case("a checksum with a leading zero", key(SMALL), good=True),
    key_case("the last character changed", LIVE[:-1] + ("0" if LIVE[-1] != "0" else "1")),
    key_case("two characters swapped", LIVE[:20] + LIVE[21] + LIVE[20] + LIVE[22:]),
    key_case("truncated", LIVE[:-1]),
    key_case("empty", ""),
    key_case("the prefix alone", "ss_live_"),
    key_case("the prefix of an older page", key("sk_live_" + DIGITS[:37])),
    key_case("a prefix of nobody", key("ss_prod_" + DIGITS[:37])),
    key_case("one character too many, checksum right", key("ss_live_" + DIGITS[:38])),
    key_case("one character too few, checksum right", key("ss_live_" + DIGITS[:36])),
    key_case("a character that is not base 62, checksum right", key("ss_live_" + DIGITS[:36] + "-")),
    key_case("a homoglyph: Cyrillic a for a", LIVE.replace("A", "\u0410", 1)),
    key_case("white space around it", f" {LIVE}"),
    key_case("a line break at the end", LIVE + "\n"),
    key_case("oversized", "ss_live_" + "A" * 5_000),
    key_case("in upper case", LIVE.upper()),
]


def domain_case(name: str, typed: str, **outcome: str) -> dict:
    """One name that somebody wants to register."""
    return {"verb": "domain", "name": name, "domain": typed, "outcome": outcome}


def refused(reason: str) -> dict[str, str]:
    """A refusal."""
    return {"result": "refused", "reason": reason}


DOMAINS = [
    domain_case("as it is", "acme.test", result="domain", domain="acme.test"),
    domain_case("capitals and a final dot", "ACME.Test.", result="domain", domain="acme.test"),
    domain_case("U-labels", "bücher.example.com", result="domain", domain="xn--bcher-kva.example.com"),
    domain_case("below a public suffix of the private section", "me.github.io", result="domain", domain="me.github.io"),
    domain_case("a top-level domain", "com", **refused("DOMAIN_PUBLIC_SUFFIX")),
    domain_case("a suffix of two labels", "co.uk", **refused("DOMAIN_PUBLIC_SUFFIX")),
    domain_case("a suffix of the private section", "github.io", **refused("DOMAIN_PUBLIC_SUFFIX")),
    domain_case("a suffix under a wildcard", "anything.ck", **refused("DOMAIN_PUBLIC_SUFFIX")),
    domain_case("a free-mail domain", "gmail.com", **refused("DOMAIN_FREE_MAIL")),
    domain_case("below a free-mail domain", "sales.gmail.com", **refused("DOMAIN_FREE_MAIL")),
    domain_case("a look-alike of a free-mail domain is a domain", "gmaiI.test", result="domain", domain="gmaii.test"),
    domain_case("a URL", "https://acme.test", **refused("INVALID_DOMAIN")),
    domain_case("an address", "me@acme.test", **refused("INVALID_DOMAIN")),
    domain_case("an IP address", "192.0.2.1", **refused("INVALID_DOMAIN")),
    domain_case("empty", "", **refused("INVALID_DOMAIN")),
    domain_case("an empty label", "acme..test", **refused("INVALID_DOMAIN")),
    domain_case("a label of 64 octets", "a" * 64 + ".test", **refused("INVALID_DOMAIN")),
    domain_case("oversized", "a." * 1_000 + "test", **refused("INVALID_DOMAIN")),
    domain_case("an A-label of nothing", "xn--zzzzzz.test", **refused("INVALID_DOMAIN")),
    domain_case("white space inside", "acme .test", **refused("INVALID_DOMAIN")),
    domain_case("a null", "acme\x00.test", **refused("INVALID_DOMAIN")),
]


def answer_case(name: str, outcome: str, **shown: object) -> dict:
    """What a domain shows, and what it proves."""
    return {"verb": "answer", "name": name, "token": TOKEN, "orgId": ORG, **shown, "outcome": outcome}


RIGHT = answer(TOKEN, ORG)
HERE = f"https://example.com/.well-known/securestamp-challenge/{TOKEN}"
NOT = "CHALLENGE_NOT_ANSWERED"


def page(body: str, status: int = 200, url: str = HERE) -> dict:
    """A response."""
    return {"status": status, "body": body, "url": url}


ANSWERS = [
    answer_case("the answer in the DNS", "dns", texts=[[RIGHT]]),
    answer_case("the answer in two strings", "dns", texts=[[RIGHT[:20], RIGHT[20:]]]),
    answer_case("the answer beside other records", "dns", texts=[["v=spf1 -all"], [RIGHT], [""]]),
    answer_case("the answer of another organisation", NOT, texts=[[answer(TOKEN, OTHER)]]),
    answer_case("the answer to another token", NOT, texts=[[answer("f" * 32, ORG)]]),
    answer_case("the token itself", NOT, texts=[[TOKEN]]),
    answer_case("the digest without its prefix", NOT, texts=[[RIGHT.partition("=")[2]]]),
    answer_case("white space behind it", NOT, texts=[[RIGHT + " "]]),
    answer_case("in capitals", NOT, texts=[[RIGHT.upper()]]),
    answer_case("with padding", NOT, texts=[[RIGHT + "="]]),
    answer_case("truncated", NOT, texts=[[RIGHT[:-1]]]),
    answer_case("a hundred records, none of them the answer", NOT, texts=[[f"record {n}"] for n in range(100)]),
    answer_case("no such name", NOT, texts="nxdomain"),
    answer_case("no such type", NOT, texts="nodata"),
    answer_case("servers that fail", "CHALLENGE_UNAVAILABLE", texts="servfail"),
    answer_case("servers that do not answer", "CHALLENGE_UNAVAILABLE", texts="timeout"),
    answer_case("an answer that fails validation", "CHALLENGE_UNAVAILABLE", texts="bogus"),
    answer_case("the answer at the URL", "https", texts="nxdomain", page=page(RIGHT)),
    answer_case("the answer at the URL while servers fail", "https", texts="servfail", page=page(RIGHT)),
    answer_case("a line break behind the answer at the URL", NOT, texts="nxdomain", page=page(RIGHT + "\n")),
    answer_case("the answer inside a page", NOT, texts="nxdomain", page=page(f"<p>{RIGHT}</p>")),
    answer_case("the answer with status 404", NOT, texts="nxdomain", page=page(RIGHT, 404)),
    answer_case("the answer with status 206", NOT, texts="nxdomain", page=page(RIGHT, 206)),
    answer_case("an empty page", NOT, texts="nxdomain", page=page("")),
    answer_case(
        "the answer after a redirect out of TLS",
        NOT,
        texts="nxdomain",
        page=page(RIGHT, url=HERE.replace("https", "http")),
    ),
]

if __name__ == "__main__":
    suite = {"suite": "registration", "standard": "specs/registration.md", "cases": [*KEYS, *DOMAINS, *ANSWERS]}
    TARGET.write_text(json.dumps(suite, indent=1) + "\n", encoding="ascii")
