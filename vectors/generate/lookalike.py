"""Write `vectors/lookalike.json`: which registered domains a domain resembles, how much, and why.

Each expectation is worked out by hand from specs/lookalike.md; nothing here imports the product. Domains are written as
people see them; the public suffixes and the confusable characters are those of the shipped tables.
"""

import json
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "lookalike.json"
CASES: list[dict[str, Any]] = []
NOW = 1_700_000_000
HOUR = 3600
CAMPAIGN = {"addresses": ["185.220.101.7"], "campaign_networks": ["185.220.101.0/24"]}
SHARED = ["IP_SHARED", "185.220.101.0/24", "An address in a campaign's network"]
ACME = "acmecorp.com"
Item = list[Any]


def near(name: str, domain: str, registered: str, thousandths: int, *evidence: Item, **more: Any) -> None:  # noqa: ANN401
    """A domain that resembles the first of the registered domains, and no other; `more` may say otherwise."""
    target = registered.split(maxsplit=1)[0]
    expected = {"target": target, "confidence": thousandths, "evidence": list(evidence)}
    expected |= {"distance": more.pop("distance", evidence[0][1]), "confusable": more.pop("confusable", False)}
    CASES.append(
        {"name": name, "verb": "candidates", "domain": domain, "registered": registered.split()}
        | {"circumstances": more.pop("circumstances", {}), "minimum": more.pop("minimum", 0)}
        | {"outcome": [expected]}
    )


def several(name: str, domain: str, registered: str, outcome: list[tuple[str, int]], minimum: int = 0) -> None:
    """A domain that resembles any number of the registered ones; only target and confidence are told."""
    told = [{"target": target, "confidence": thousandths} for target, thousandths in outcome]
    CASES.append(
        {"name": name, "verb": "candidates", "domain": domain, "registered": registered.split()}
        | {"circumstances": {}, "minimum": minimum, "outcome": told}
    )


def edits(*sentences: str) -> Item:
    """The evidence of a name at most three edits away."""
    return ["LEVENSHTEIN_DISTANCE", len(sentences), "; ".join(sentences)]


def put(was: str, now: str, position: int) -> str:
    """One replacement."""
    return f"Character {shown(was)} replaced by {shown(now)} at position {position}"


def shown(character: str) -> str:
    """A character as the evidence names it."""
    return f"'{character}'" if character.isascii() else f"'{character}' (U+{ord(character):04X})"


def confidences() -> None:
    """The published sample, and each term of the formula."""
    zero = edits(put("o", "0", 6))
    plain = edits(put("p", "q", 8))
    near("the-published-sample", "acmec0rp.com", ACME, 910, zero, SHARED, confusable=True, circumstances=CAMPAIGN)
    near("one-edit-of-eight-letters", "acmecorq.com", ACME, 700, plain)
    near("one-confusable-edit-of-eight-letters", "acmec0rp.com", ACME, 810, zero, confusable=True)
    near("one-edit-and-a-shared-network", "acmecorq.com", ACME, 800, plain, SHARED, circumstances=CAMPAIGN)
    new = {"first_seen_s": NOW - 5 * HOUR, "now_s": NOW}
    aged = ["FIRST_SEEN", 5, "First seen 5 hours ago"]
    near("one-edit-first-seen-today", "acmecorq.com", ACME, 740, plain, aged, circumstances=new)
    near("all-terms", "acmec0rp.com", ACME, 950, zero, SHARED, aged, confusable=True, circumstances=CAMPAIGN | new)
    long = "a-name-of-twenty-two-m"
    last = edits(put("o", "0", 8))
    near(
        "never-certain",
        f"{long.replace('of', '0f')}.com",
        f"{long}.com",
        990,
        last,
        SHARED,
        aged,
        confusable=True,
        circumstances=CAMPAIGN | new,
    )
    edge = {"first_seen_s": NOW - 72 * HOUR, "now_s": NOW}
    near(
        "72-hours-are-recent",
        "acmecorq.com",
        ACME,
        740,
        plain,
        ["FIRST_SEEN", 72, "First seen 72 hours ago"],
        circumstances=edge,
    )
    near("a-second-more-is-not", "acmecorq.com", ACME, 700, plain, circumstances=edge | {"now_s": NOW + 1})
    ahead = {"first_seen_s": NOW + HOUR, "now_s": NOW}
    near(
        "a-clock-that-is-ahead-counts-as-now",
        "acmecorq.com",
        ACME,
        740,
        plain,
        ["FIRST_SEEN", 0, "First seen 0 hours ago"],
        circumstances=ahead,
    )
    near("two-edits", "acmecoqq.com", ACME, 600, edits(put("r", "q", 7), put("p", "q", 8)))
    near("three-edits", "acmexyzp.com", ACME, 500, edits(put("c", "x", 5), put("o", "y", 6), put("r", "z", 7)))
    several("four-edits-are-too-many", "acmewxyz.com", ACME, [])
    near("a-confusable-edit-and-another", "acmec0rq.com", ACME, 600, edits(put("o", "0", 6), put("p", "q", 8)))
    near(
        "two-confusable-edits",
        "go0g1e.com",
        "google.com",
        643,
        edits(put("o", "0", 3), put("l", "1", 5)),
        confusable=True,
    )
    near(
        "three-letters-may-be-worth-nothing",
        "dog.com",
        "cat.com",
        0,
        edits(put("c", "d", 1), put("a", "o", 2), put("t", "g", 3)),
    )
    near("one-letter", "a.com", "b.com", 0, edits(put("b", "a", 1)))
    several("and-the-least-confidence-leaves-it-out", "dog.com", "cat.com", [], minimum=1)
    several("a-least-confidence-that-is-just-reached", "acmecorq.com", ACME, [(ACME, 700)], minimum=700)
    several("a-least-confidence-that-is-just-missed", "acmecorq.com", ACME, [], minimum=701)


def by_edit() -> None:
    """What the edits are called, and where they are."""
    near("the-last-character-is-missing", "acmecor.com", ACME, 700, edits("Character 'p' removed at position 8"))
    near("the-first-character-is-missing", "cmecorp.com", ACME, 700, edits("Character 'a' removed at position 1"))
    near("a-character-more", "acmecorps.com", ACME, 711, edits("Character 's' added at position 9"))
    near("a-hyphen-more", "acme-corp.com", ACME, 711, edits("Character '-' added at position 5"))
    near("a-letter-tripled", "gooogle.com", "google.com", 685, edits("Character 'o' added at position 4"))
    near("two-letters-in-the-wrong-order", "acmecrop.com", ACME, 600, edits(put("o", "r", 6), put("r", "o", 7)))
    near(
        "a-confusable-edit-and-a-character-more",
        "acmec0rps.com",
        ACME,
        622,
        edits(put("o", "0", 6), "Character 's' added at position 9"),
    )
    near("i-for-l", "paypai.com", "paypal.com", 776, edits(put("l", "i", 6)), confusable=True)
    near("1-for-l", "paypa1.com", "paypal.com", 776, edits(put("l", "1", 6)), confusable=True)
    near("5-for-s-is-not-in-the-table", "acme5.com", "acmes.com", 640, edits(put("s", "5", 5)))
    near(
        "rn-for-m",
        "acrnecorp.com",
        ACME,
        732,
        edits(put("m", "r", 3), "Character 'n' added at position 4"),
        confusable=True,
    )
    near("u-for-u-umlaut", "bucher.example", "b\u00fccher.example", 666, edits(put("\u00fc", "u", 2)))
    near("i-umlaut-for-i", "m\u00efcro.com", "micro.com", 640, edits(put("i", "\u00ef", 2)))


def by_alphabet() -> None:
    """Names in letters of another alphabet."""
    cyrillic = "\u0430\u0441\u043e\u0435\u0440\u0445\u0455\u0443"  # they look like: a c o e p x s y
    a, c, o, e, p, x, s, y = cyrillic
    near("one-cyrillic-letter", f"{a}cme.com", "acme.com", 710, edits(put("a", a, 1)), confusable=True)
    near(
        "two-cyrillic-letters", f"{a}{c}me.com", "acme.com", 510, edits(put("a", a, 1), put("c", c, 2)), confusable=True
    )
    other = ["LEVENSHTEIN_DISTANCE", 6, "Written in other characters"]
    same = ["SKELETON_DISTANCE", 0, "Looks the same"]
    near("a-name-all-in-cyrillic", f"{e}{s}{c}{a}{p}{e}.com", "escape.com", 776, other, same, confusable=True)
    near(
        "registered-in-cyrillic-and-shown-in-latin",
        "escape.com",
        f"{e}{s}{c}{a}{p}{e}.com",
        776,
        other,
        same,
        confusable=True,
    )
    one = ["SKELETON_DISTANCE", 1, "Looks the same but for 1 of its characters"]
    near("all-in-cyrillic-and-one-letter-off", f"{e}{s}{c}{a}{p}{x}.com", "escape.com", 533, other, one)
    two = ["SKELETON_DISTANCE", 2, "Looks the same but for 2 of its characters"]
    near("all-in-cyrillic-and-two-letters-off", f"{e}{s}{c}{a}{y}{x}.com", "escape.com", 400, other, two)
    several("all-in-cyrillic-and-three-letters-off", f"{e}{s}{c}{y}{y}{x}.com", "escape.com", [])
    eight = ["LEVENSHTEIN_DISTANCE", 8, "Written in other characters"]
    small = f"{a}{c}\u043c{e}{c}{o}\u0433{p}.com"
    near("letters-that-look-alike-as-capitals", small, ACME, 810, eight, same, confusable=True)


def by_domain() -> None:
    """Which domains are compared at all."""
    swap = ["LEVENSHTEIN_DISTANCE", 0, "The same name under another public suffix"]
    near("the-same-name-under-another-suffix", "acmecorp.net", ACME, 800, swap)
    near("the-same-name-at-a-hosting-service", "acmecorp.github.io", ACME, 800, swap)
    near("the-suffix-has-two-labels", "acmec0rp.co.uk", ACME, 810, edits(put("o", "0", 6)), confusable=True)
    near(
        "a-name-below-the-registrable-domain", "login.acmec0rp.com", ACME, 810, edits(put("o", "0", 6)), confusable=True
    )
    near(
        "a-registered-name-below-its-registrable-domain",
        "acmec0rp.com",
        "mail.acmecorp.com",
        810,
        edits(put("o", "0", 6)),
        confusable=True,
    )
    several("a-domain-is-not-its-own-look-alike", ACME, ACME, [])
    several("nor-is-a-name-below-it", "mail.acmecorp.com", ACME, [])
    several("nor-a-registered-name-below-it", ACME, "mail.acmecorp.com www.acmecorp.com", [])
    several("a-public-suffix-resembles-nothing", "co.uk", "cp.com", [])
    several("nothing-is-registered", ACME, "", [])
    several("u-label-and-a-label-are-one-name", "xn--bcher-kva.example", "b\u00fccher.example", [])
    several(
        "most-confident-first-then-by-name",
        "acmec0rp.com",
        "acmecore.com acmecorp.net acmecorp.com acmec0rp.net farther.com",
        [("acmecorp.com", 810), ("acmecorp.net", 810), ("acmec0rp.net", 800), ("acmecore.com", 600)],
    )


def by_network() -> None:
    """Which addresses share a network."""
    plain = edits(put("p", "q", 8))
    for name, address, networks in (
        ("the-first-address-of-a-network", "185.220.101.0", ["185.220.101.0/24"]),
        ("the-last-address-of-a-network", "185.220.101.255", ["185.220.101.0/24"]),
        ("an-ipv4-address-inside-ipv6", "::ffff:185.220.101.9", ["185.220.101.0/24"]),
        ("an-ipv6-address-has-48-bits", "2001:db8:1:ffff::1", ["2001:db8:1::/48"]),
    ):
        shared = ["IP_SHARED", networks[0], "An address in a campaign's network"]
        known = {"addresses": [address], "campaign_networks": networks}
        near(name, "acmecorq.com", ACME, 800, plain, shared, circumstances=known)
    beside = {
        "addresses": ["185.220.102.0", "2001:db8:2::1"],
        "campaign_networks": ["185.220.101.0/24", "2001:db8:1::/48"],
    }
    near("the-network-beside-it", "acmecorq.com", ACME, 700, plain, circumstances=beside)
    both = {
        "addresses": ["185.220.101.1", "2001:db8:1::1", "185.220.101.2"],
        "campaign_networks": beside["campaign_networks"],
    }
    second = ["IP_SHARED", "2001:db8:1::/48", "An address in a campaign's network"]
    near(
        "two-networks-count-once-and-are-both-told",
        "acmecorq.com",
        ACME,
        800,
        plain,
        SHARED,
        second,
        circumstances=both,
    )


def main() -> None:
    """Write the file."""
    confidences()
    by_edit()
    by_alphabet()
    by_domain()
    by_network()
    lines = ",\n".join(json.dumps(case) for case in CASES)
    OUT.write_text(
        f'{{"suite": "lookalike", "standard": "specs/lookalike.md", "cases": [\n{lines}\n]}}\n', encoding="ascii"
    )
    print(f"{OUT.name}: {len(CASES)} cases")


if __name__ == "__main__":
    main()
