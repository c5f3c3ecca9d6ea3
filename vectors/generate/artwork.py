"""Write `vectors/artwork.json`: what the artwork of 20 stamps and four badges must be, as SHA-256.

A golden file: the hashes are those of the drawings of today, and a stamp's artwork never changes. Run it again only
for cases that are added; a case that is there must keep its hash.
"""

import hashlib
import json
from pathlib import Path

from frankmark.protocols.securestamp.artwork import render_stamp
from frankmark.protocols.securestamp.badge import BadgeState, render_badge

OUT = Path(__file__).parents[1] / "artwork.json"
NAMESPACE = "frankmark artwork vector"
MOMENT_MS = 1_780_000_000_000
LINK = "https://node.example/verify?a=1&b=2"
STAMPS = [
    ("plain", "acme.test", 2026, "Classic", 0),
    ("one-letter-more", "acmee.test", 2026, "Classic", 0),
    ("one-letter-less", "ace.test", 2026, "Classic", 0),
    ("one-letter-replaced", "acne.test", 2026, "Classic", 0),
    ("two-letters-swapped", "amce.test", 2026, "Classic", 0),
    ("second-level", "example.com", 2026, "Classic", 0),
    ("another-year", "example.com", 2027, "Classic", 0),
    ("another-collection", "example.com", 2026, "First Day", 0),
    ("another-design", "example.com", 2026, "Classic", 7),
    ("shortest", "a.io", 2026, "Classic", 0),
    ("digits-and-hyphens", "3-2-1.example-4.test", 2026, "Classic", 0),
    ("typed-in-capitals-with-a-final-dot", "Home.TEST.", 2026, "Classic", 0),
    ("u-labels", "b\u00fccher.example", 2026, "Classic", 0),
    ("a-labels-of-the-same-name", "xn--bcher-kva.example", 2026, "Classic", 0),
    ("ideographs", "\u4f8b\u5b50.\u6d4b\u8bd5", 2026, "Classic", 0),
    ("right-to-left", "\u05d3\u05d5\u05d2\u05de\u05d4.example", 2026, "Classic", 0),
    ("long-name", "mail.shop.very-long-company-name.example.org", 2026, "Classic", 0),
    ("longest-label", "w" * 63 + ".example", 2026, "Classic", 0),
    ("longest-name", ".".join(["m" * 62] * 3 + ["i" * 60, "io"]), 2026, "Classic", 0),
    ("title-with-markup", "acme.test", 9999, '<b>&"Edition"', 0),
]
BADGES = [
    ("acme.test", "REGISTERED", MOMENT_MS, LINK),
    ("b\u00fccher.example", "NOT_REGISTERED", MOMENT_MS, LINK),
    ("nobody.example", "UNKNOWN", MOMENT_MS, LINK),
    ("nobody.example", "NO_STAMP", None, ""),
]


def stamp_id(name: str) -> str:
    """A UUID of version 4 that follows from a name."""
    digits = list(hashlib.sha256(f"{NAMESPACE}: {name}".encode()).hexdigest()[:32])
    digits[12], digits[16] = "4", "89ab"[int(digits[16], 16) % 4]
    text = "".join(digits)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def main() -> None:
    """Write the file."""
    cases = []
    for name, domain, year, title, design in STAMPS:
        identity = stamp_id("one-name" if name.endswith("-labels") or "same-name" in name else name)
        drawn = render_stamp(domain, identity, year, title, design=design)
        inputs = {"domain": domain, "stampId": identity, "issueYear": year, "collectionTitle": title, "design": design}
        digest = {"octets": len(drawn), "sha256": hashlib.sha256(drawn).hexdigest()}
        cases.append({"name": name, "verb": "render_stamp"} | inputs | digest)
    for domain, state, moment_ms, url in BADGES:
        drawn = render_badge(domain, BadgeState[state], moment_ms, verify_url=url)
        inputs = {"domain": domain, "state": BadgeState[state].value, "asOfMs": moment_ms, "verifyUrl": url}
        digest = {"octets": len(drawn), "sha256": hashlib.sha256(drawn).hexdigest()}
        cases.append({"name": f"badge-{state.lower()}", "verb": "render_badge"} | inputs | digest)
    lines = ",\n".join(json.dumps(case) for case in cases)
    OUT.write_text('{"suite": "artwork", "cases": [\n' + lines + "\n]}\n", encoding="ascii")
    print(f"{len(cases)} cases in {OUT.name}")


if __name__ == "__main__":
    main()
