"""Write ``vectors/target.json``: whom a check may be about, and what is no sender."""

import json
from pathlib import Path

TARGET = Path(__file__).parents[1] / "target.json"
LABEL = "a" * 63


def sender(name: str, text: str, domain: str, target: str = "") -> dict:
    """A text that names a domain or an address."""
    return {"name": name, "text": text, "outcome": {"result": "target", "target": target or domain, "domain": domain}}


def none(name: str, text: str) -> dict:
    """A text that names nobody who sends mail."""
    return {"name": name, "text": text, "outcome": {"result": "refused", "reason": "INVALID_TARGET"}}


CASES = [
    sender("a domain", "example.com", "example.com"),
    sender("in capitals", "EXAMPLE.Com", "example.com"),
    sender("with the root's dot", "example.com.", "example.com"),
    sender("of a language", "b\u00fccherfreundinnen.test", "xn--bcherfreundinnen-jzb.test"),
    sender("in its ASCII form", "xn--bcherfreundinnen-jzb.test", "xn--bcherfreundinnen-jzb.test"),
    sender("an address", "post@example.com", "example.com", "post@example.com"),
    sender("an address keeps the case before the sign", "Post@EXAMPLE.com", "example.com", "Post@example.com"),
    sender("a domain under a suffix of two labels", "example.co.uk", "example.co.uk"),
    sender("a name below a registered one", "mail.example.co.uk", "mail.example.co.uk"),
    sender("a top-level domain that no list has", "example.invalid", "example.invalid"),
    sender("an exception from a suffix", "www.ck", "www.ck"),
    sender("an exception from a suffix of three labels", "city.kawasaki.jp", "city.kawasaki.jp"),
    sender("a company whose customers have names below its own", "wordpress.com", "wordpress.com"),
    sender("an address at such a company", "a@github.io", "github.io", "a@github.io"),
    sender("a customer of such a company", "someone.github.io", "someone.github.io"),
    none("a top-level domain", "com"),
    none("a top-level domain in capitals, with the root's dot", "COM."),
    none("a suffix of two labels", "co.uk"),
    none("a suffix of three labels", "yokosuka.kanagawa.jp"),
    none("a suffix by a wildcard", "nowhere.ck"),
    none("a suffix of a language", "\u516c\u53f8.cn"),
    none("the same in its ASCII form", "xn--55qx5d.cn"),
    none("an address right at a top-level domain", "info@com"),
    none("an address right at a suffix", "billing@co.uk"),
    none("a suffix whose keeper is a state", "gov.uk"),
    none("one label that no list has", "localhost"),
    none("an address at one label", "root@localhost"),
    none("nothing", ""),
    none("white space", "two words.example"),
    none("a URL", "https://example.com/"),
    none("an IP address", "192.0.2.1"),
    none("an address at an IP address", "post@[192.0.2.1]"),
    none("two signs", "a@b@example.com"),
    none("no local part", "@example.com"),
    none("no domain", "post@"),
    none("an empty label", "example..com"),
    none("a label too long", f"{LABEL}a.com"),
    none("a name too long", ".".join([LABEL] * 4) + ".com"),
    none("a hyphen at the edge", "-example.com"),
    none("a zero octet", "\x00.example.com"),
    none("an ASCII form that is none", "xn--a.com"),
]

if __name__ == "__main__":
    suite = {"suite": "target", "standard": "specs/trust-score.md", "cases": CASES}
    TARGET.write_text(json.dumps(suite, indent=1) + "\n", encoding="ascii")
