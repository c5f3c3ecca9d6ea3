"""Write `vectors/dmarc.json`: DNS Tree Walks, records, messages and published policies under RFC 9989.

Each expectation is written by hand from the section that its case names; nothing here imports the product. `zone` maps
a domain to the TXT records at its ``_dmarc`` name, or to a status that every question for that name meets; a domain
that is not in it has none (``nxdomain``). `hosts` maps a domain to the status of a question for the domain itself,
which is only asked whether the domain exists; what is not in it exists (``nodata``). Strings stand for octets.
"""

import json
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "dmarc.json"
CASES: list[dict[str, Any]] = []
NONE = "v=DMARC1; p=none"
PSD = "v=DMARC1; p=reject; psd=y"
OWN = "v=DMARC1; p=none; psd=n"
DEEP = "a.b.c.d.e.f.g.h.i.j.k.example.com"
DEEP_ASKED = (
    f"{DEEP} g.h.i.j.k.example.com h.i.j.k.example.com i.j.k.example.com j.k.example.com k.example.com example.com com"
)
Zone = dict[str, list[str] | str]


def walk(name: str, section: str, domain: str, zone: Zone, *outcome: str) -> None:
    """One walk: the Organizational Domain and, where it is not every name from the domain to its TLD, what is asked."""
    labels = domain.split(".")
    every = [".".join(labels[place:]) for place in range(len(labels))]
    wanted = outcome[1].split() if outcome[1:] else every
    said = {"organizational_domain": outcome[0], "asked": wanted}
    CASES.append({"name": name, "section": section, "verb": "walk", "domain": domain, "zone": zone, "outcome": said})


def failing(name: str, domain: str, zone: Zone, asked: str) -> None:
    """One walk that ends without a conclusion."""
    outcome = {"unavailable": True, "asked": asked.split()}
    CASES.append({"name": name, "section": "5.3.6", "verb": "walk", "domain": domain, "zone": zone, "outcome": outcome})


def record(name: str, section: str, text: str, **expected: Any) -> None:  # noqa: ANN401 (JSON)
    """One record; what is not named has its default. No expectation at all: it is no DMARC Policy Record."""
    outcome = {"record": expected or None}
    CASES.append({"name": name, "section": section, "verb": "record", "text": text, "outcome": outcome})


def message(name: str, section: str, author: str, zone: Zone, result: str, /, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """One message. `spf` and `dkim` are "result domain"; several signatures are separated by commas."""
    spf, dkim = more.pop("spf", "none"), more.pop("dkim", "")
    inputs = {"domain": author, "spf": spf.split(), "dkim": [one.split() for one in dkim.split(",") if one.strip()]}
    hosts = {"hosts": more.pop("hosts")} if "hosts" in more else {}
    outcome = {"result": result} | more
    CASES.append(
        {"name": name, "section": section, "verb": "message", **inputs, "zone": zone, **hosts, "outcome": outcome}
    )


def publication(name: str, section: str, domain: str, zone: Zone, word: str, /, **more: Any) -> None:  # noqa: ANN401
    """One reading of what a domain publishes."""
    hosts = {"hosts": more.pop("hosts")} if "hosts" in more else {}
    outcome = {"publication": word} | more
    CASES.append(
        {"name": name, "section": section, "verb": "publication", "domain": domain, "zone": zone, **hosts}
        | {"outcome": outcome}
    )


def walks_of_the_rfc() -> None:
    """The examples that the RFC itself tells."""
    simple: Zone = {"example.com": [NONE], "signing.example.com": [NONE]}
    bank: Zone = {"bank.example": [PSD], "giant.bank.example": [NONE]}
    long = "a.b.c.d.e.f.g.h.i.j.mail.example.com"
    walk(
        "thirteen-labels-cost-eight-queries",
        "4.10",
        long,
        {},
        long,
        f"{long} g.h.i.j.mail.example.com h.i.j.mail.example.com i.j.mail.example.com j.mail.example.com"
        " mail.example.com example.com com",
    )
    walk("fewest-labels-win", "4.10.2", "a.mail.example.com", simple | {"mail.example.com": [NONE]}, "example.com")
    walk(
        "psd-n-below-the-top-is-the-organizational-domain",
        "4.10.2",
        "a.mail.example.com",
        {"mail.example.com": [OWN], "example.com": [NONE]},
        "mail.example.com",
        "a.mail.example.com mail.example.com",
    )
    walk("psd-y-at-the-tld-makes-the-name-below-it", "4.10.2", "a.mail.example.com", {"com": [PSD]}, "example.com")
    walk(
        "psd-y-in-the-middle-makes-the-name-below-it",
        "4.10.2",
        "mail.example.com",
        {"example.com": [PSD]},
        "mail.example.com",
        "mail.example.com example.com",
    )
    walk("b41-author-domain", "B.4.1", "example.com", simple, "example.com")
    walk("b41-signing-domain", "B.4.1", "signing.example.com", simple, "example.com")
    walk(
        "b42-deep-author-domain",
        "B.4.2",
        DEEP,
        simple,
        "example.com",
        DEEP_ASKED,
    )
    giant, mega = "giant.bank.example", "mega.bank.example"
    walk("b43-author-domain", "B.4.3", giant, bank, giant, f"{giant} bank.example")
    walk("b43-mail-from", "B.4.3", f"mail.{giant}", bank, giant, f"mail.{giant} {giant} bank.example")
    walk("b43-signing-domain", "B.4.3", f"mail.{mega}", bank, mega, f"mail.{mega} {mega} bank.example")


def walks_by_length() -> None:
    """Steps 3, 4 and 7: how many labels are cut."""
    for count in range(1, 9):
        labels = [f"l{place}" for place in range(count, 1, -1)] + ["example"]
        walk(f"{count}-labels-without-records", "4.10", ".".join(labels), {}, ".".join(labels))
    for count in (9, 10, 20, 60):
        labels = [f"n{place}" for place in range(count, 1, -1)] + ["example"]
        domain = ".".join(labels)
        cut = [".".join(labels[-kept:]) for kept in range(7, 0, -1)]
        walk(f"{count}-labels-are-cut-to-seven", "4.10", domain, {}, domain, " ".join([domain, *cut]))
    nine = "a.b.c.d.e.f.g.example.com"
    below = "c.d.e.f.g.example.com d.e.f.g.example.com e.f.g.example.com f.g.example.com g.example.com example.com com"
    walk(
        "a-record-at-a-name-that-is-cut-is-not-seen",
        "4.10",
        nine,
        {"b.c.d.e.f.g.example.com": [OWN]},
        nine,
        f"{nine} {below}",
    )
    walk(
        "a-record-at-the-seventh-label-is-seen",
        "4.10",
        nine,
        {"c.d.e.f.g.example.com": [NONE]},
        "c.d.e.f.g.example.com",
        f"{nine} {below}",
    )
    walk("the-start-is-asked-however-long", "4.10", nine, {nine: [OWN]}, nine, nine)
    long = ".".join(["x" * 60] * 3 + ["y" * 56, "example"])
    parts = long.split(".")
    walk(
        "a-name-too-long-for-its-own-record-is-not-asked",
        "4.5",
        long,
        {"example": [NONE]},
        "example",
        " ".join(".".join(parts[place:]) for place in range(1, 5)),
    )


def walks_by_psd() -> None:
    """Steps 2 and 6 stop the walk; rules 1 to 3 select."""
    walk(
        "psd-n-at-the-start-stops-at-once",
        "4.10",
        "a.example.com",
        {"a.example.com": [OWN]},
        "a.example.com",
        "a.example.com",
    )
    walk(
        "psd-y-at-the-start-stops-and-selects-itself",
        "4.10.2",
        "bank.example",
        {"bank.example": [PSD]},
        "bank.example",
        "bank.example",
    )
    walk(
        "psd-u-does-not-stop",
        "4.7",
        "a.example.com",
        {"a.example.com": ["v=DMARC1; p=none; psd=u"], "example.com": [NONE]},
        "example.com",
    )
    walk(
        "psd-in-capitals-stops",
        "4.8",
        "a.example.com",
        {"a.example.com": ["v=DMARC1; PSD=N"]},
        "a.example.com",
        "a.example.com",
    )
    walk(
        "psd-with-another-value-is-u",
        "4.8",
        "a.example.com",
        {"a.example.com": ["v=DMARC1; p=none; psd=x"], "example.com": [NONE]},
        "example.com",
    )
    walk(
        "psd-n-above-a-plain-record",
        "4.10.2",
        "a.b.example.com",
        {"a.b.example.com": [NONE], "b.example.com": [OWN]},
        "b.example.com",
        "a.b.example.com b.example.com",
    )
    walk(
        "psd-y-above-a-plain-record",
        "4.10.2",
        "a.b.example.com",
        {"a.b.example.com": [NONE], "b.example.com": [NONE], "com": [PSD]},
        "example.com",
    )
    walk(
        "psd-n-wins-over-psd-y-above-it",
        "4.10.2",
        "a.example.co.uk",
        {"example.co.uk": [OWN], "co.uk": [PSD]},
        "example.co.uk",
        "a.example.co.uk example.co.uk",
    )
    walk(
        "psd-y-at-two-labels",
        "4.10.2",
        "a.b.example.co.uk",
        {"co.uk": [PSD]},
        "example.co.uk",
        "a.b.example.co.uk b.example.co.uk example.co.uk co.uk",
    )
    walk(
        "psd-y-right-above-the-start",
        "4.10.2",
        "example.co.uk",
        {"co.uk": [PSD]},
        "example.co.uk",
        "example.co.uk co.uk",
    )
    walk(
        "a-plain-record-at-the-tld-is-the-organizational-domain", "4.10.2", "a.example", {"example": [NONE]}, "example"
    )
    walk(
        "a-record-without-p-counts-for-the-walk",
        "4.10",
        "a.example.com",
        {"example.com": ["v=DMARC1; psd=n"]},
        "example.com",
        "a.example.com example.com",
    )
    walk(
        "a-record-that-no-policy-can-be-taken-from-counts-for-the-walk",
        "4.10",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=bogus"]},
        "example.com",
    )
    walk(
        "psd-y-above-a-cut-name",
        "4.10.2",
        DEEP,
        {"com": [PSD]},
        "example.com",
        DEEP_ASKED,
    )
    walk(
        "the-second-label-of-two-psd-y-counts",
        "4.10.2",
        "a.b.example",
        {"b.example": [PSD], "example": [PSD]},
        "a.b.example",
        "a.b.example b.example",
    )
    walk("no-records-at-all", "4.10.2", "mail.example.com", {}, "mail.example.com")
    walk("only-the-middle-has-a-record", "4.10.2", "a.b.example.com", {"b.example.com": [NONE]}, "b.example.com")


def walks_by_answer() -> None:
    """What counts as a record, and what is no answer."""
    two = [NONE, "v=DMARC1; p=reject"]
    walk("two-records-are-both-discarded", "4.10", "example.com", {"example.com": two}, "example.com")
    walk(
        "two-records-do-not-stop-the-walk",
        "4.10",
        "a.example.com",
        {"a.example.com": [OWN, OWN], "example.com": [NONE]},
        "example.com",
    )
    walk(
        "two-equal-records-are-two-records",
        "4.10",
        "a.example.com",
        {"a.example.com": [NONE], "example.com": [NONE, NONE]},
        "a.example.com",
    )
    walk(
        "a-record-among-other-texts",
        "4.10",
        "a.example.com",
        {"example.com": ["v=spf1 -all", NONE, "hello"]},
        "example.com",
    )
    walk(
        "a-record-among-a-hundred-other-texts",
        "4.10",
        "a.example.com",
        {"example.com": [*(f"text {n}" for n in range(100)), OWN]},
        "example.com",
        "a.example.com example.com",
    )
    walk(
        "a-hundred-records-are-none",
        "4.10",
        "a.example.com",
        {"example.com": [f"v=DMARC1; p=none; x={n}" for n in range(100)]},
        "a.example.com",
    )
    walk(
        "another-version-is-discarded", "4.10", "a.example.com", {"example.com": ["v=DMARC2; p=none"]}, "a.example.com"
    )
    walk(
        "another-version-beside-a-record-is-discarded",
        "4.10",
        "a.example.com",
        {"example.com": ["v=DMARC2; p=none", NONE]},
        "example.com",
    )
    walk(
        "version-in-small-letters-is-discarded",
        "4.7",
        "a.example.com",
        {"example.com": ["v=dmarc1; p=none"]},
        "a.example.com",
    )
    walk(
        "version-in-second-place-is-discarded",
        "4.7",
        "a.example.com",
        {"example.com": ["p=none; v=DMARC1"]},
        "a.example.com",
    )
    walk(
        "no-data-is-no-record",
        "4.10.1",
        "a.example.com",
        {"a.example.com": "nodata", "example.com": [NONE]},
        "example.com",
    )
    walk("an-empty-record-is-no-record", "4.10", "a.example.com", {"example.com": [""]}, "a.example.com")
    walk(
        "u-labels-are-asked-for-as-a-labels",
        "5.3.1",
        "xn--bcher-kva.example",
        {"xn--bcher-kva.example": [NONE]},
        "xn--bcher-kva.example",
    )
    failing("the-start-times-out", "a.example.com", {"a.example.com": "timeout", "example.com": [OWN]}, "a.example.com")
    failing(
        "a-parent-fails",
        "a.example.com",
        {"a.example.com": [NONE], "example.com": "servfail"},
        "a.example.com example.com",
    )
    failing(
        "the-tld-fails", "a.example.com", {"example.com": [NONE], "com": "servfail"}, "a.example.com example.com com"
    )
    failing("a-parent-is-bogus", "a.example.com", {"example.com": "bogus"}, "a.example.com example.com")
    walk(
        "a-failure-above-a-stop-is-never-met",
        "4.10",
        "a.example.com",
        {"example.com": [OWN], "com": "servfail"},
        "example.com",
        "a.example.com example.com",
    )


def records() -> None:
    """§4.7 and §4.8."""
    b2 = "rua=mailto:dmarc-feedback@example.com"
    record("b21-monitoring", "B.2.1", f"v=DMARC1; p=none; {b2}", rua=["mailto:dmarc-feedback@example.com"])
    record(
        "b22-failure-reports",
        "B.2.2",
        f"v=DMARC1; p=none; {b2}; ruf=mailto:auth-reports@example.com",
        rua=["mailto:dmarc-feedback@example.com"],
        ruf=["mailto:auth-reports@example.com"],
    )
    record(
        "b25-testing-with-two-uris",
        "B.2.5",
        "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y",
        policy="quarantine",
        testing=True,
        rua=["mailto:dmarc-feedback@example.com", "mailto:tld-test@thirdparty.example.net"],
    )
    record("version-alone", "4.7", "v=DMARC1", policy="none")
    record("version-and-semicolon", "4.8", "v=DMARC1;", policy="none")
    record("version-with-white-space", "4.8", "v\t= DMARC1 \t; p=reject", policy="reject")
    record("version-tag-in-capital", "4.8", "V=DMARC1; p=reject", policy="reject")
    record("version-in-small-letters", "4.7", "v=dmarc1; p=reject")
    record("version-mixed", "4.7", "v=DMarc1; p=reject")
    record("version-without-semicolon", "4.8", "v=DMARC1 p=reject")
    record("version-with-more", "4.7", "v=DMARC10; p=reject")
    record("white-space-before-the-version", "4.8", " v=DMARC1; p=reject")
    record("version-second", "4.7", "p=reject; v=DMARC1")
    record("quoted", "4.8", '"v=DMARC1; p=reject"')
    record("too-long", "4.8", "v=DMARC1; p=reject; x=" + "y" * 16_400)
    for word in ("none", "quarantine", "reject"):
        record(f"p-{word}", "4.7", f"v=DMARC1;p={word}", policy=word)
        record(f"sp-{word}", "4.7", f"v=DMARC1; p=none; sp={word};", policy="none", subdomain_policy=word)
        record(f"np-{word}", "4.7", f"v=DMARC1; p=none; np={word} ", policy="none", nonexistent_policy=word)
    record("p-in-capitals", "4.8", "v=DMARC1; P=REJECT", policy="reject")
    record(
        "tags-in-any-order",
        "4.8",
        "v=DMARC1; rua=mailto:a@example.com; sp=none; p=reject",
        policy="reject",
        subdomain_policy="none",
        rua=["mailto:a@example.com"],
    )
    record("strict-modes", "4.7", "v=DMARC1; p=none; adkim=s; aspf=S", adkim="s", aspf="s")
    record("modes-with-other-values-are-relaxed", "4.8", "v=DMARC1; p=none; adkim=x; aspf=strict", policy="none")


def records_by_tag() -> None:
    """§4.7: the other tags, known and unknown."""
    record("psd-y", "4.7", "v=DMARC1; p=none; psd=y", psd="y")
    record("psd-n", "4.7", "v=DMARC1; p=none; psd=n", psd="n")
    record("psd-u", "4.7", "v=DMARC1; p=none; psd=u", psd="u")
    record("t-y", "4.7", "v=DMARC1; p=reject; t=y", policy="reject", testing=True)
    record("t-n", "4.7", "v=DMARC1; p=reject; t=n", policy="reject")
    record("t-with-another-value-is-n", "4.8", "v=DMARC1; p=reject; t=yes", policy="reject")
    record("pct-is-unknown-now", "A.6", "v=DMARC1; p=reject; pct=0", policy="reject")
    record("rf-and-ri-are-unknown-now", "C.5.2", "v=DMARC1; p=reject; rf=afrf; ri=60", policy="reject")
    record("unknown-tags-are-ignored", "4.8", "v=DMARC1; future=1; p=reject; x-y=2", policy="reject")
    record("a-tag-without-equals-is-ignored", "4.8", "v=DMARC1; hello; p=reject", policy="reject")
    record("empty-tags-are-ignored", "4.8", "v=DMARC1;;; p=reject;;", policy="reject")
    record("a-tag-without-value-is-ignored", "4.8", "v=DMARC1; p=; adkim=s", adkim="s")
    record("of-a-repeated-tag-the-first-counts", "4.8", "v=DMARC1; p=reject; p=none", policy="reject")
    record("a-value-beyond-ascii-is-ignored", "4.8", "v=DMARC1; p=reject; sp=n\u00f8ne", policy="reject")
    record("a-control-character-is-no-value", "4.8", "v=DMARC1; p=re\x00ject", policy="none")


def records_with_faults() -> None:
    """§4.10.1: what a policy that cannot be read does; §4.8: addresses and options."""
    record("p-with-another-value", "4.10.1", "v=DMARC1; p=block", applicable=False)
    record(
        "p-with-another-value-and-rua",
        "4.10.1",
        "v=DMARC1; p=block; rua=mailto:a@example.com",
        policy="none",
        rua=["mailto:a@example.com"],
    )
    record("p-with-another-value-and-a-bad-rua", "4.10.1", "v=DMARC1; p=block; rua=example.com", applicable=False)
    record("sp-with-another-value", "4.10.1", "v=DMARC1; p=reject; sp=block", applicable=False)
    record(
        "sp-with-another-value-and-rua",
        "4.10.1",
        "v=DMARC1; p=reject; sp=block; rua=mailto:a@example.com",
        policy="none",
        rua=["mailto:a@example.com"],
    )
    record("np-with-another-value", "4.10.1", "v=DMARC1; p=reject; np=block", applicable=False)
    record(
        "np-with-another-value-and-rua",
        "4.10.1",
        "v=DMARC1; p=reject; np=all; rua=mailto:a@example.com",
        policy="none",
        rua=["mailto:a@example.com"],
    )
    record("p-absent", "4.7", "v=DMARC1; adkim=s", policy="none", adkim="s")
    record(
        "obsolete-size-is-dropped",
        "4.8",
        "v=DMARC1; p=none; rua=mailto:a@example.com!10m , mailto:b@example.com!5",
        rua=["mailto:a@example.com", "mailto:b@example.com"],
    )
    record(
        "uris-that-are-none-are-dropped",
        "4.8",
        "v=DMARC1; p=none; rua=a@example.com,,mailto:b@example.com,mailto:c%zz@example.com,https://example.com/x?y#z",
        rua=["mailto:b@example.com", "https://example.com/x?y#z"],
    )
    record(
        "an-exclamation-mark-has-to-be-encoded",
        "4.8",
        "v=DMARC1; p=none; rua=mailto:a!b@example.com,mailto:a%21b@example.com",
        rua=["mailto:a%21b@example.com"],
    )
    record(
        "thirty-two-uris-are-kept",
        "4.6",
        "v=DMARC1; p=none; rua=" + ",".join(f"mailto:a{n}@example.com" for n in range(40)),
        rua=[f"mailto:a{n}@example.com" for n in range(32)],
    )
    ruf = {"ruf": ["mailto:a@example.com"]}
    for fo in ("0", "1", "d", "s", "0:d", "1:d:s", "d:s:1", "d:s"):
        record(
            f"fo-{fo.replace(':', '-')}",
            "4.8",
            f"v=DMARC1; p=none; ruf=mailto:a@example.com; fo={fo}",
            failure_options=fo.split(":"),
            **ruf,
        )
    for fo in ("0:1", "d:d", "x", "1:", "1,d"):
        record(
            f"fo-{fo.replace(':', '-').replace(',', '+')}-is-not-valid",
            "4.8",
            f"v=DMARC1; p=none; ruf=mailto:a@example.com; fo={fo}",
            **ruf,
        )
    record("fo-without-ruf-is-ignored", "4.7", "v=DMARC1; p=none; fo=1", policy="none")


def messages_of_the_rfc() -> None:
    """Appendix B.1 and B.4, and the table of §4.4."""
    com: Zone = {"example.com": ["v=DMARC1; p=reject"]}
    strict: Zone = {"example.com": ["v=DMARC1; p=reject; adkim=s; aspf=s"]}
    message(
        "b11-spf-identical",
        "B.1.1",
        "example.com",
        com,
        "pass",
        spf="pass example.com",
        aligned=["spf example.com identical"],
    )
    message(
        "b11-spf-of-a-child",
        "B.1.1",
        "example.com",
        com,
        "pass",
        spf="pass child.example.com",
        aligned=["spf child.example.com"],
        organizational_domain="example.com",
    )
    message(
        "b11-spf-of-another", "B.1.1", "child.example.com", com, "fail", spf="pass example.net", disposition="reject"
    )
    message(
        "b12-dkim-identical",
        "B.1.2",
        "example.com",
        com,
        "pass",
        dkim="pass example.com",
        aligned=["dkim example.com identical"],
    )
    message(
        "b12-dkim-of-the-parent",
        "B.1.2",
        "child.example.com",
        com,
        "pass",
        dkim="pass example.com",
        aligned=["dkim example.com"],
    )
    message(
        "b12-dkim-of-another", "B.1.2", "child.example.com", com, "fail", dkim="pass example.net", disposition="reject"
    )
    message(
        "b11-strict-spf-identical",
        "B.1.1",
        "example.com",
        strict,
        "pass",
        spf="pass example.com",
        aligned=["spf example.com identical"],
    )
    message(
        "strict-spf-of-a-child",
        "4.10.2",
        "example.com",
        strict,
        "fail",
        spf="pass child.example.com",
        disposition="reject",
    )
    message(
        "strict-dkim-of-the-parent",
        "4.10.2",
        "child.example.com",
        strict,
        "fail",
        dkim="pass example.com",
        disposition="reject",
    )
    message(
        "siblings-share-an-organizational-domain",
        "4.4",
        "news.example.com",
        com,
        "pass",
        dkim="pass foo.example.com",
        aligned=["dkim foo.example.com"],
        organizational_domain="example.com",
    )
    message(
        "strict-applies-to-its-own-mechanism-only",
        "4.7",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=reject; adkim=s"]},
        "pass",
        spf="pass b.example.com",
        dkim="pass b.example.com",
        aligned=["spf b.example.com"],
    )
    simple: Zone = {"example.com": ["v=DMARC1; p=reject"], "signing.example.com": [NONE]}
    message(
        "b41",
        "B.4.1",
        "example.com",
        simple,
        "pass",
        spf="pass example.com",
        dkim="pass signing.example.com",
        aligned=["spf example.com identical", "dkim signing.example.com"],
        organizational_domain="example.com",
        record_domain="example.com",
    )
    message(
        "b42",
        "B.4.2",
        DEEP,
        simple,
        "pass",
        spf="pass example.com",
        dkim="pass signing.example.com",
        aligned=["spf example.com", "dkim signing.example.com"],
        organizational_domain="example.com",
        record_domain="example.com",
    )
    message(
        "b42-and-nothing-passes",
        "B.4.2",
        DEEP,
        simple,
        "fail",
        spf="fail example.com",
        dkim="fail signing.example.com",
        record_domain="example.com",
        disposition="reject",
        tag="p",
    )
    bank: Zone = {"bank.example": [PSD], "giant.bank.example": ["v=DMARC1; p=quarantine"]}
    message(
        "b43",
        "B.4.3",
        "giant.bank.example",
        bank,
        "pass",
        spf="pass mail.giant.bank.example",
        dkim="pass mail.mega.bank.example",
        aligned=["spf mail.giant.bank.example"],
        organizational_domain="giant.bank.example",
        record_domain="giant.bank.example",
    )
    message(
        "b43-signed-by-the-neighbour-only",
        "B.4.3",
        "giant.bank.example",
        bank,
        "fail",
        dkim="pass mail.mega.bank.example",
        disposition="quarantine",
    )
    message(
        "the-public-suffix-itself-is-not-aligned",
        "4.10.2",
        "giant.bank.example",
        bank,
        "fail",
        dkim="pass bank.example",
        disposition="quarantine",
    )


def messages_by_policy() -> None:
    """§4.10.1: which record, which tag; §4.7: test mode."""
    full: Zone = {"example.com": ["v=DMARC1; p=reject; sp=quarantine; np=none"]}
    message(
        "the-domain-itself-takes-p",
        "4.10.1",
        "example.com",
        full,
        "fail",
        policy="reject",
        tag="p",
        disposition="reject",
    )
    message(
        "an-existing-subdomain-takes-sp",
        "4.10.1",
        "a.example.com",
        full,
        "fail",
        policy="quarantine",
        tag="sp",
        disposition="quarantine",
    )
    message(
        "a-subdomain-that-does-not-exist-takes-np",
        "4.10.1",
        "a.example.com",
        full,
        "fail",
        policy="none",
        tag="np",
        disposition="none",
        hosts={"a.example.com": "nxdomain"},
    )
    message(
        "without-np-a-subdomain-that-does-not-exist-takes-sp",
        "4.7",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=none; sp=reject"]},
        "fail",
        policy="reject",
        tag="sp",
        disposition="reject",
        hosts={"a.example.com": "nxdomain"},
    )
    message(
        "without-np-and-sp-it-takes-p",
        "4.7",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=reject"]},
        "fail",
        policy="reject",
        tag="p",
        disposition="reject",
        hosts={"a.example.com": "nxdomain"},
    )
    message(
        "np-alone-leaves-existing-subdomains-to-p",
        "4.7",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=quarantine; np=reject"]},
        "fail",
        policy="quarantine",
        tag="p",
        disposition="quarantine",
    )
    message(
        "sp-at-the-subdomain-itself-is-ignored",
        "4.7",
        "a.example.com",
        {"a.example.com": ["v=DMARC1; p=quarantine; sp=reject"], "example.com": ["v=DMARC1; p=none"]},
        "fail",
        policy="quarantine",
        tag="p",
        record_domain="a.example.com",
        disposition="quarantine",
    )
    message(
        "a-record-between-is-not-the-policy",
        "4.10.1",
        "a.b.example.com",
        {"b.example.com": ["v=DMARC1; p=none"], "example.com": ["v=DMARC1; p=reject"]},
        "fail",
        policy="reject",
        record_domain="example.com",
        disposition="reject",
    )
    message(
        "the-public-suffix-speaks-where-nobody-else-does",
        "4.10.1",
        "example.bank",
        {"bank": ["v=DMARC1; p=none; sp=reject; psd=y"]},
        "fail",
        policy="reject",
        tag="sp",
        record_domain="bank",
        organizational_domain="example.bank",
        disposition="reject",
    )
    message(
        "the-public-suffix-speaks-of-names-that-do-not-exist",
        "4.10.1",
        "example.bank",
        {"bank": ["v=DMARC1; p=none; sp=none; np=reject; psd=y"]},
        "fail",
        policy="reject",
        tag="np",
        record_domain="bank",
        disposition="reject",
        hosts={"example.bank": "nxdomain"},
    )
    message(
        "the-public-suffix-does-not-speak-over-an-organization",
        "4.10.1",
        "a.example.bank",
        {"example.bank": [NONE], "bank": [PSD]},
        "fail",
        policy="none",
        record_domain="example.bank",
        disposition="none",
    )
    message(
        "a-record-below-the-organization-is-not-asked",
        "4.10.1",
        "a.b.example.bank",
        {"b.example.bank": [NONE], "bank": [PSD]},
        "fail",
        policy="reject",
        record_domain="bank",
        organizational_domain="example.bank",
        disposition="reject",
    )
    message(
        "mail-from-the-public-suffix-takes-p",
        "4.10.1",
        "bank.example",
        {"bank.example": ["v=DMARC1; p=reject; sp=none; psd=y"]},
        "fail",
        policy="reject",
        tag="p",
        disposition="reject",
    )
    message(
        "t-lowers-reject-to-quarantine",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=reject; t=y"]},
        "fail",
        policy="reject",
        disposition="quarantine",
    )
    message(
        "t-lowers-quarantine-to-none",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=quarantine; t=y"]},
        "fail",
        policy="quarantine",
        disposition="none",
    )
    message(
        "t-leaves-none",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=none; t=y"]},
        "fail",
        policy="none",
        disposition="none",
    )
    message(
        "t-lowers-sp",
        "4.7",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=none; sp=reject; t=y"]},
        "fail",
        policy="reject",
        tag="sp",
        disposition="quarantine",
    )
    message(
        "pct-no-longer-lowers",
        "A.6",
        "example.com",
        {"example.com": ["v=DMARC1; p=reject; pct=0"]},
        "fail",
        policy="reject",
        disposition="reject",
    )
    message(
        "a-pass-asks-for-nothing",
        "5.3.6",
        "example.com",
        full,
        "pass",
        dkim="pass example.com",
        policy="reject",
        disposition="none",
        aligned=["dkim example.com identical"],
    )
    message(
        "no-record-no-mechanism",
        "5.3.2",
        "example.com",
        {},
        "none",
        spf="pass example.com",
        policy=None,
        disposition="none",
    )
    message(
        "two-records-no-mechanism",
        "4.10",
        "example.com",
        {"example.com": [NONE, "v=DMARC1; p=reject"]},
        "none",
        policy=None,
    )
    message(
        "two-records-and-one-above",
        "4.10.1",
        "a.example.com",
        {"a.example.com": [NONE, NONE], "example.com": ["v=DMARC1; p=reject"]},
        "fail",
        policy="reject",
        record_domain="example.com",
        disposition="reject",
    )
    message(
        "a-policy-that-cannot-be-read",
        "9.2",
        "example.com",
        {"example.com": ["v=DMARC1; p=block"]},
        "permerror",
        spf="pass example.com",
        policy=None,
        disposition="none",
        record_domain="example.com",
    )
    message(
        "a-policy-that-cannot-be-read-above",
        "9.2",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=reject; sp=block"]},
        "permerror",
        policy=None,
        disposition="none",
    )
    message(
        "a-policy-that-rua-saves",
        "4.10.1",
        "example.com",
        {"example.com": ["v=DMARC1; p=block; rua=mailto:a@example.com"]},
        "fail",
        policy="none",
        disposition="none",
    )


def messages_by_identifier() -> None:
    """§5.3.3 to §5.3.5: which identifiers count."""
    com: Zone = {"example.com": ["v=DMARC1; p=reject"]}
    for word in ("fail", "softfail", "neutral", "none", "permerror", "policy"):
        message(
            f"spf-{word}-authenticates-nothing",
            "5.3.3",
            "example.com",
            com,
            "fail",
            spf=f"{word} example.com",
            disposition="reject",
        )
        message(
            f"dkim-{word}-authenticates-nothing",
            "5.3.3",
            "example.com",
            com,
            "fail",
            dkim=f"{word} example.com",
            disposition="reject",
        )
    message(
        "one-aligned-signature-of-several",
        "4.4.1",
        "example.com",
        com,
        "pass",
        dkim="pass list.example.net, fail example.com, pass mail.example.com",
        aligned=["dkim mail.example.com"],
    )
    message(
        "the-same-domain-twice-counts-once",
        "4.4.1",
        "example.com",
        com,
        "pass",
        dkim="pass example.com, pass EXAMPLE.com",
        aligned=["dkim example.com identical"],
    )
    message(
        "case-does-not-matter",
        "4.4",
        "Example.COM",
        com,
        "pass",
        dkim="pass eXample.com",
        aligned=["dkim example.com identical"],
    )
    message(
        "u-labels-and-a-labels-are-one-name",
        "5.3.1",
        "B\u00fccher.example",
        {"xn--bcher-kva.example": ["v=DMARC1; p=reject"]},
        "pass",
        dkim="pass xn--bcher-kva.example",
        aligned=["dkim xn--bcher-kva.example identical"],
    )
    message(
        "an-identifier-that-is-no-domain",
        "5.3.3",
        "example.com",
        com,
        "fail",
        spf="pass [192.0.2.1]",
        dkim="pass exa..mple.com",
        disposition="reject",
    )
    message(
        "an-underscore-in-a-signing-domain",
        "4.4.1",
        "example.com",
        com,
        "pass",
        dkim="pass _mail.example.com",
        aligned=["dkim _mail.example.com"],
    )
    message("spf-without-a-domain", "4.4.2", "example.com", com, "fail", spf="pass", disposition="reject")
    message(
        "a-name-that-ends-like-the-author",
        "3.2.10.1",
        "example.com",
        com,
        "fail",
        dkim="pass notexample.com",
        disposition="reject",
    )
    message("the-tld-is-not-aligned", "4.10.2", "example.com", com, "fail", dkim="pass com", disposition="reject")
    message(
        "psd-n-splits-an-organization",
        "4.10.2",
        "a.example.com",
        {"a.example.com": ["v=DMARC1; p=reject; psd=n"], "example.com": [NONE]},
        "fail",
        dkim="pass example.com",
        organizational_domain="a.example.com",
        disposition="reject",
    )
    message(
        "psd-n-below-the-identifier-splits-too",
        "4.10.2",
        "example.com",
        {"a.example.com": [OWN], "example.com": ["v=DMARC1; p=reject"]},
        "fail",
        dkim="pass a.example.com",
        disposition="reject",
    )
    message(
        "the-seventeenth-signing-domain-is-not-looked-at",
        "4.10",
        "example.com",
        com,
        "fail",
        spf="pass example.net",
        dkim=", ".join(f"pass s{n}.example.org" for n in range(16)) + ", pass example.com",
        disposition="reject",
    )
    message(
        "the-sixteenth-signing-domain-is",
        "4.10",
        "example.com",
        com,
        "pass",
        spf="pass example.net",
        dkim=", ".join(f"pass s{n}.example.org" for n in range(15)) + ", pass example.com",
        aligned=["dkim example.com identical"],
    )


def messages_by_error() -> None:
    """§5.3.6: what a missing answer does."""
    com: Zone = {"example.com": ["v=DMARC1; p=reject"]}
    for status in ("servfail", "timeout", "bogus"):
        message(
            f"policy-lookup-meets-{status}",
            "5.3.6",
            "example.com",
            {"example.com": status},
            "temperror",
            dkim="pass example.com",
            policy=None,
            disposition="none",
        )
    message(
        "a-parent-fails-in-policy-discovery",
        "5.3.6",
        "a.example.com",
        {"example.com": "servfail"},
        "temperror",
        policy=None,
    )
    message(
        "nobody-knows-whether-the-domain-exists",
        "5.3.6",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=none; np=reject"]},
        "temperror",
        policy=None,
        hosts={"a.example.com": "servfail"},
    )
    message(
        "identical-names-need-no-walk",
        "4.10.2",
        "example.com",
        com | {"com": "servfail"},
        "pass",
        dkim="pass example.com",
        aligned=["dkim example.com identical"],
        organizational_domain="example.com",
    )
    message(
        "strict-needs-no-walk",
        "4.10.2",
        "example.com",
        {"example.com": ["v=DMARC1; p=reject; adkim=s"], "com": "servfail"},
        "fail",
        dkim="pass a.example.com",
        disposition="reject",
        organizational_domain=None,
    )
    message(
        "a-walk-that-decides-fails",
        "5.3.6",
        "example.com",
        com | {"com": "servfail"},
        "temperror",
        dkim="pass a.example.com",
        disposition="none",
    )
    message(
        "a-walk-fails-and-another-identifier-is-aligned",
        "5.3.5",
        "example.com",
        com | {"sick.example.com": "servfail"},
        "pass",
        dkim="pass sick.example.com, pass mail.example.com",
        aligned=["dkim mail.example.com"],
    )
    message(
        "an-aligned-identifier-behind-a-sick-zone",
        "5.3.6",
        "example.com",
        com | {"sick.example.com": "servfail"},
        "temperror",
        dkim="pass sick.example.com",
        disposition="none",
    )
    message(
        "a-stranger-cannot-stay-the-verdict-with-a-sick-zone",
        "5.3.5",
        "example.com",
        com | {"attacker.com": "servfail"},
        "fail",
        dkim="pass attacker.com",
        disposition="reject",
    )
    message(
        "a-stranger-under-another-tld-cannot-either",
        "5.3.5",
        "example.com",
        com | {"attacker.example": "servfail", "com": "servfail"},
        "fail",
        dkim="pass attacker.example",
        disposition="reject",
    )
    message(
        "spf-of-the-author-had-no-answer",
        "5.3.6",
        "example.com",
        com,
        "temperror",
        spf="temperror example.com",
        disposition="none",
    )
    message(
        "dkim-of-the-author-had-no-answer",
        "5.3.6",
        "example.com",
        com,
        "temperror",
        dkim="temperror mail.example.com",
        disposition="none",
    )
    message(
        "dkim-of-a-stranger-had-no-answer",
        "5.3.5",
        "example.com",
        com,
        "fail",
        dkim="temperror example.net",
        disposition="reject",
    )
    message(
        "dkim-passes-where-spf-had-no-answer",
        "5.3.5",
        "example.com",
        com,
        "pass",
        spf="temperror example.com",
        dkim="pass example.com",
        aligned=["dkim example.com identical"],
    )
    message(
        "one-signature-passes-and-one-had-no-answer",
        "5.3.5",
        "example.com",
        com,
        "pass",
        dkim="temperror example.com, pass example.com",
        aligned=["dkim example.com identical"],
    )


def publications() -> None:
    """What a domain publishes, without a message."""
    rua = "rua=mailto:a@example.com"
    publication(
        "reject",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=reject"]},
        "reject",
        record_domain="example.com",
        organizational_domain=None,
    )
    publication("quarantine", "4.7", "example.com", {"example.com": ["v=DMARC1; p=quarantine"]}, "quarantine")
    publication("none-with-reports", "4.7", "example.com", {"example.com": [f"v=DMARC1; p=none; {rua}"]}, "none+rua")
    publication("none-without-reports", "4.7", "example.com", {"example.com": [NONE]}, "none")
    publication(
        "none-with-an-address-that-is-no-uri",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=none; rua=a@example.com"]},
        "none",
    )
    publication(
        "reject-in-test-mode-counts-as-quarantine",
        "4.7",
        "example.com",
        {"example.com": ["v=DMARC1; p=reject; t=y"]},
        "quarantine",
        policy="reject",
        effective="quarantine",
    )
    publication(
        "quarantine-in-test-mode-counts-as-none",
        "4.7",
        "example.com",
        {"example.com": [f"v=DMARC1; p=quarantine; t=y; {rua}"]},
        "none+rua",
        policy="quarantine",
        effective="none",
    )
    publication(
        "absent",
        "4.10.1",
        "example.com",
        {},
        "absent",
        policy=None,
        effective=None,
        organizational_domain="example.com",
    )
    publication("absent-beside-other-texts", "4.10.1", "example.com", {"example.com": ["v=spf1 -all"]}, "absent")
    publication("two-records-are-absent", "4.10", "example.com", {"example.com": [NONE, NONE]}, "absent")
    publication(
        "inherited",
        "4.10.1",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=reject"]},
        "reject",
        record_domain="example.com",
        organizational_domain="example.com",
        tag="p",
    )
    publication(
        "inherited-sp",
        "4.10.1",
        "a.example.com",
        {"example.com": [f"v=DMARC1; p=reject; sp=none; {rua}"]},
        "none+rua",
        tag="sp",
    )
    publication(
        "inherited-np",
        "4.10.1",
        "a.example.com",
        {"example.com": ["v=DMARC1; p=none; np=reject"]},
        "reject",
        tag="np",
        hosts={"a.example.com": "nxdomain"},
    )
    publication(
        "of-a-public-suffix",
        "4.7",
        "bank.example",
        {"bank.example": [PSD]},
        "reject",
        organizational_domain="bank.example",
    )
    publication(
        "of-a-domain-that-says-it-is-the-organization",
        "4.7",
        "a.example.com",
        {"a.example.com": [OWN]},
        "none",
        organizational_domain="a.example.com",
    )
    publication("servfail", "5.3.6", "example.com", {"example.com": "servfail"}, "temperror", policy=None)
    publication("a-parent-times-out", "5.3.6", "a.example.com", {"com": "timeout"}, "temperror")
    publication("unreadable", "9.2", "example.com", {"example.com": ["v=DMARC1; p=block"]}, "permerror", policy=None)
    publication("u-label", "5.3.1", "B\u00dcCHER.example", {"xn--bcher-kva.example": ["v=DMARC1; p=reject"]}, "reject")


def main() -> None:
    """Write the file."""
    walks_of_the_rfc()
    walks_by_length()
    walks_by_psd()
    walks_by_answer()
    records()
    records_by_tag()
    records_with_faults()
    messages_of_the_rfc()
    messages_by_policy()
    messages_by_identifier()
    messages_by_error()
    publications()
    lines = ",\n".join(json.dumps(case) for case in CASES)
    OUT.write_text(f'{{"suite": "dmarc", "standard": "RFC 9989", "cases": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{OUT.name}: {len(CASES)} cases")


if __name__ == "__main__":
    main()
