"""Write `vectors/spf.json`: SPF cases of our own, most of them what a hostile sender or a sick DNS does.

Each expectation is written by hand from RFC 7208; nothing here imports the product. Strings stand for octets, one
character an octet, where they are TXT records. A name's value `"timeout"`, `"servfail"` or `"bogus"` is what every
question about it meets; a CNAME loop reaches an evaluator as `servfail`.
"""

import json
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "spf.json"
HOME = "example.com"
LONGEST_SHOWN = 50
CLIENT = "192.0.2.10"
SIX = "2001:db8::10"
CASES: list[dict[str, Any]] = []


def case(name: str, record: str | list[str] | None, result: str, /, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """One check; `record` is example.com's, `zone` holds the rest."""
    zone = dict(more.pop("zone", {}))
    if record is not None:
        zone[HOME] = {"TXT": [record] if isinstance(record, str) else record} | zone.get(HOME, {})
    inputs = {"ip": CLIENT, "domain": HOME, "sender": "alice@example.com", "helo": "mail.example.com"}
    outcome = {"result": result} | {k: more.pop(k) for k in ("problem", "mechanism", "explanation") if k in more}
    CASES.append({"name": name, "verb": "check_host", **inputs, **more, "zone": zone, "outcome": outcome})


def policy(name: str, record: str | list[str] | None, says: str, /, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """One reading of what a domain publishes."""
    zone = dict(more.pop("zone", {}))
    if record is not None:
        zone[HOME] = {"TXT": [record] if isinstance(record, str) else record}
    outcome = {"policy": says} | {k: more.pop(k) for k in ("problem", "lookups") if k in more}
    CASES.append({"name": name, "verb": "published_policy", "domain": HOME, "zone": zone, "outcome": outcome, **more})


def txt(*records: str) -> dict[str, list[str]]:
    """A name with TXT records."""
    return {"TXT": list(records)}


def shown(term: str) -> str:
    """A term that is short enough to be a name."""
    return term if len(term) < LONGEST_SHOWN else f"{term[:20]}-and-so-on"


def sick_dns() -> None:
    """A DNS that fails leads to temperror, except where RFC 7208 §5.5 and §6.2 say otherwise."""
    for status in ("timeout", "servfail", "bogus"):
        code = f"SPF_DNS_{status.upper()}"
        case(f"record-lookup-meets-{status}", None, "temperror", problem=code, zone={HOME: status})
        for term in ("a", "mx", "exists", "include"):
            case(
                f"{term}-lookup-meets-{status}",
                f"v=spf1 {term}:sick.example.com +all",
                "temperror",
                problem=code,
                zone={"sick.example.com": status},
            )
        case(
            f"redirect-lookup-meets-{status}",
            "v=spf1 redirect=sick.example.com",
            "temperror",
            problem=code,
            zone={"sick.example.com": status},
        )
    case("cname-loop-arrives-as-servfail", None, "temperror", problem="SPF_DNS_SERVFAIL", zone={HOME: "servfail"})
    case(
        "mx-host-times-out",
        "v=spf1 mx -all",
        "temperror",
        problem="SPF_DNS_TIMEOUT",
        zone={HOME: {"MX": [[10, "sick.example.com"]]}, "sick.example.com": "timeout"},
    )
    case(
        "match-before-the-name-that-times-out",
        "v=spf1 ip4:192.0.2.10 a:sick.example.com -all",
        "pass",
        mechanism="ip4:192.0.2.10",
        zone={"sick.example.com": "timeout"},
    )
    case(
        "mx-host-that-matches-stands-before-the-one-that-times-out",
        "v=spf1 mx -all",
        "pass",
        mechanism="mx",
        zone={
            HOME: {"MX": [[20, "sick.example.com"], [10, "mx.example.com"]]},
            "mx.example.com": {"A": [CLIENT]},
            "sick.example.com": "timeout",
        },
    )
    pointer = "10.2.0.192.in-addr.arpa"
    case(
        "ptr-lookup-times-out-and-matches-nothing",
        "v=spf1 ptr -all",
        "fail",
        mechanism="-all",
        zone={pointer: "timeout"},
    )
    case(
        "ptr-name-that-times-out-is-skipped",
        "v=spf1 ptr -all",
        "pass",
        mechanism="ptr",
        zone={
            pointer: {"PTR": ["sick.example.com", "mail.example.com"]},
            "sick.example.com": "timeout",
            "mail.example.com": {"A": [CLIENT]},
        },
    )
    case(
        "p-macro-is-unknown-when-its-lookup-fails",
        "v=spf1 exists:%{p}.list.example.com -all",
        "pass",
        mechanism="exists:%{p}.list.example.com",
        zone={pointer: "servfail", "unknown.list.example.com": {"A": ["127.0.0.2"]}},
    )
    case(
        "explanation-lookup-times-out",
        "v=spf1 -all exp=why.example.com",
        "fail",
        mechanism="-all",
        explanation="",
        zone={"why.example.com": "timeout"},
    )


def many_records() -> None:
    """Which of a name's TXT records is the SPF record."""
    noise = [f"verification={number:032d}" for number in range(99)]
    case("one-record-among-100-txt-records", [*noise, "v=spf1 ip4:192.0.2.10 -all"], "pass", mechanism="ip4:192.0.2.10")
    case("100-spf-records", ["v=spf1 +all"] * 100, "permerror", problem="SPF_RECORD_MULTIPLE")
    case("two-spf-records", ["v=spf1 +all", "v=spf1 -all"], "permerror", problem="SPF_RECORD_MULTIPLE")
    case("two-equal-spf-records", ["v=spf1 -all", "v=spf1 -all"], "permerror", problem="SPF_RECORD_MULTIPLE")
    case("second-spf-record-in-capitals", ["v=spf1 +all", "V=SPF1"], "permerror", problem="SPF_RECORD_MULTIPLE")
    case("no-txt-record-at-all", [], "none", problem="SPF_NO_RECORD")
    case("name-does-not-exist", None, "none", problem="SPF_NO_RECORD")
    case("version-10-is-another-version", "v=spf10 +all", "none", problem="SPF_NO_RECORD")
    case("version-without-a-space-behind", "v=spf1+all", "none", problem="SPF_NO_RECORD")
    case("version-behind-a-space", " v=spf1 +all", "none", problem="SPF_NO_RECORD")
    case("version-spelt-with-cyrillic-dze", "v=\xd1\x95pf1 +all", "none", problem="SPF_NO_RECORD")
    case("version-spelt-with-fullwidth-letters", "\xef\xbd\x96=spf1 +all", "none", problem="SPF_NO_RECORD")
    case("only-the-version", "v=spf1", "neutral", mechanism="")
    case(
        "record-in-two-strings-splits-a-term", [["v=spf1 ip4:192.0", ".2.10 -all"]], "pass", mechanism="ip4:192.0.2.10"
    )


def bad_octets() -> None:
    """Octets that no record holds."""
    odd = {
        "byte-order-mark-in-a-name": "v=spf1 a:\xef\xbb\xbfexample.net +all",
        "no-break-space-between-terms": "v=spf1\xa0+all -all",
        "mechanism-with-cyrillic-a": "v=spf1 \xd0\xb0 +all",
        "zero-octet": "v=spf1 +all\x00",
        "tab-between-terms": "v=spf1 \t+all",
        "line-feed-behind-the-record": "v=spf1 +all\n",
        "delete-octet": "v=spf1 +all \x7f",
        "latin-1-letter-in-an-unknown-modifier": "v=spf1 +all x=\xe9",
    }
    for name, record in odd.items():
        if record.startswith("v=spf1 "):
            case(name, record, "permerror", problem="SPF_RECORD_NOT_ASCII")
        else:
            case(name, record, "none", problem="SPF_NO_RECORD")
    limit = 16_384
    case("longest-record", "v=spf1 +all".ljust(limit), "pass", mechanism="+all")
    case("record-one-octet-too-long", "v=spf1 +all".ljust(limit + 1), "permerror", problem="SPF_RECORD_TOO_LONG")
    case("record-of-65-535-octets", "v=spf1 +all".ljust(65_535), "permerror", problem="SPF_RECORD_TOO_LONG")
    case(
        "record-of-700-networks",
        "v=spf1 " + " ".join(f"ip4:10.{n // 250}.{n % 250}.0/24" for n in range(700)) + " -all",
        "fail",
        mechanism="-all",
    )


def syntax() -> None:
    """A syntax error anywhere is a permerror, even behind a term that matches."""
    wrong = {
        "SPF_MECHANISM_UNKNOWN": [
            "ip:192.0.2.10", "ipv4:192.0.2.10", "prt", "alll", "+-all", "!all", "=all", ":", "+", "1all", "-",
        ],
        "SPF_MECHANISM_SYNTAX": [
            "all:example.com", "all/24", "all.", "include", "include/24", "exists", "exists/1", "ip4", "ip4/24", "ip6",
            "ptr/24", "ptr.example.com", "a.example.com", "mx,", "all-", "a/24//",
        ],
        "SPF_NETWORK_SYNTAX": [
            "ip4:192.0.2", "ip4:192.0.2.256", "ip4:192.0.02.1", "ip4:", "ip4:192.0.2.1/33", "ip4:192.0.2.1/",
            "ip4:192.0.2.1/024", "ip4:192.0.2.1/-1", "ip4:192.0.2.1//24", "ip4:2001:db8::1", "ip4:192.0.2.1,",
            "ip6:192.0.2.1", "ip6:2001:db8::1/129", "ip6:2001:db8:::1", "ip6:fe80::1%eth0", "ip6:12345::",
            "ip6:2001:db8::/32/32", "a/33", "a//129", "a/00", "mx:example.com/99", "a:example.com/24//0129",
            "ip4:192.0.2.1/" + "9" * 5_000,
        ],
        "SPF_DOMAIN_SPEC_SYNTAX": [
            "a:", "a:/24", "a:example", "a:example.com/", "a:example.com/24/24", "a:example.123", "a:example.-com",
            "a:example.com..", "mx:192.0.2.1", "ptr:", "include:", "include:example.com/24", "exists:example.com,",
            "redirect=", "exp=", "redirect=example", "exp=%{d}.123", "a:example.com:25",
        ],
        "SPF_MACRO_SYNTAX": [
            "a:%", "a:%a.example.com", "a:%{d.example.com", "a:%{}.example.com", "a:%{x}.example.com",
            "a:%{d0}.example.com", "a:%{d00r}", "a:%{dr2}", "a:%{d;}", "a:%{ir}%", "a:%{c}.example.com",
            "exists:%{r}.example.com", "include:%{t}.example.com", "redirect=%{c}", "exp=%{r}", "x=%", "x=%{z}",
            "x=%{t}", "a:%(d).example.com",
        ],
        "SPF_MODIFIER_TWICE": ["exp=a.example exp=a.example", "redirect=a.example x=y REDIRECT=b.example"],
    }  # fmt: skip
    for code, terms in wrong.items():
        for term in terms:
            case(f"syntax: {shown(term)}", f"v=spf1 ip4:192.0.2.10 {term} -all", "permerror", problem=code)
    right = [
        "x=", "a-b.c_d=%%%_%-", "all=not-a-mechanism", "ip4=10.0.0.1", "x=:/=,", "redirect=a.example", "exp=a.example",
        "a:%{d}", "a:%{D2R-+./,_=}", "a:a%%", "a:.example", "a:x.a1", "a:x.1-a", "a:example.com./24//64", "a/0//0",
        "mx//128", "ip4:192.0.2.1/0", "ip6:::/0", "ip6:::ffff:192.0.2.1", "ip6:2001:DB8::1/128", "ptr:%{p}",
        "exists:%{l1r+-}.x/y.example.com", "a:%{d" + "9" * 5_000 + "}",
    ]  # fmt: skip
    for term in right:
        case(f"lawful: {shown(term)}", f"v=spf1 ip4:192.0.2.10 {term}", "pass", mechanism="ip4:192.0.2.10")
    case(
        "mixed-case-everywhere",
        "V=sPf1 A:Mail.Example.COM Exp=Why.Example.Com -AlL",
        "fail",
        mechanism="-AlL",
        explanation="for example.com",
        domain="EXAMPLE.com",
        sender="Alice@Example.COM",
        zone={"mail.example.com": {"A": ["198.51.100.1"]}, "why.example.com": txt("for %{D}")},
    )
    case("many-spaces", "v=spf1    ip4:192.0.2.10      -all     ", "pass", mechanism="ip4:192.0.2.10")
    case("mechanisms-behind-all-are-never-met", "v=spf1 -all ip4:192.0.2.10", "fail", mechanism="-all")
    case(
        "redirect-beside-all-is-void",
        "v=spf1 redirect=open.example ?all",
        "neutral",
        mechanism="?all",
        zone={"open.example": txt("v=spf1 +all")},
    )


def names() -> None:
    """Domains that are none, look like another, or are written in another script."""
    open_zone = {"apple.example": txt("v=spf1 +all")}
    case("single-label-domain", None, "none", problem="SPF_DOMAIN_INVALID", domain="localhost", sender="a@localhost")
    case("empty-domain", None, "none", problem="SPF_DOMAIN_INVALID", domain="", sender="", helo="")
    case("domain-literal", None, "none", problem="SPF_DOMAIN_INVALID", domain="[192.0.2.10]", sender="a@[192.0.2.10]")
    case("label-of-64", None, "none", problem="SPF_DOMAIN_INVALID", domain="a" * 64 + ".example", sender="")
    case("empty-label", None, "none", problem="SPF_DOMAIN_INVALID", domain="a..example", sender="")
    case(
        "domain-of-254-characters",
        None,
        "none",
        problem="SPF_DOMAIN_INVALID",
        domain="a." * 123 + "example1",
        sender="",
    )
    case("domain-with-a-space", None, "none", problem="SPF_DOMAIN_INVALID", domain="a b.example", sender="")
    case("domain-with-a-line-feed", None, "none", problem="SPF_DOMAIN_INVALID", domain="a\nb.example", sender="")
    case(
        "domain-that-idna-refuses", None, "none", problem="SPF_DOMAIN_INVALID", domain="\u2603\u200d.example", sender=""
    )
    case(
        "homoglyph-domain-is-another-domain",
        None,
        "none",
        problem="SPF_NO_RECORD",
        domain="\u0430pple.example",
        sender="ceo@\u0430pple.example",
        zone=open_zone,
    )
    case(
        "u-labels-are-asked-for-as-a-labels",
        None,
        "pass",
        mechanism="exists:%{d}.list.example",
        domain="B\u00dccher.Example",
        sender="a@b\u00fccher.example",
        zone={
            "xn--bcher-kva.example": txt("v=spf1 exists:%{d}.list.example -all"),
            "xn--bcher-kva.example.list.example": {"A": ["127.0.0.2"]},
        },
    )
    case("final-dot-of-the-domain", "v=spf1 +all", "pass", mechanism="+all", domain="example.com.")
    case(
        "underscore-in-a-domain",
        None,
        "pass",
        mechanism="+all",
        domain="_a.example",
        zone={"_a.example": txt("v=spf1 +all")},
    )
    case(
        "non-ascii-local-part-matches-no-name",
        "v=spf1 exists:%{l}.list.example.com -all",
        "fail",
        mechanism="-all",
        sender="jos\u00e9@example.com",
        zone={"jos\u00e9.list.example.com": {"A": ["127.0.0.2"]}},
    )
    case(
        "name-after-expansion-has-an-empty-label",
        "v=spf1 exists:%{l}..example.com a:..example.com mx:%{h}.x. -all",
        "fail",
        mechanism="-all",
        helo="",
    )
    case(
        "include-of-a-name-after-expansion-that-is-none",
        "v=spf1 include:%{h} +all",
        "permerror",
        problem="SPF_INCLUDE_NONE",
        helo="x",
    )
    case(
        "redirect-to-a-name-after-expansion-that-is-none",
        "v=spf1 redirect=%{h}",
        "permerror",
        problem="SPF_REDIRECT_NONE",
        helo="x y",
    )
    case(
        "long-name-loses-labels-on-the-left",
        "v=spf1 exists:%{l}.%{d} -all",
        "pass",
        mechanism="exists:%{l}.%{d}",
        sender=".".join(["x" * 9] * 30) + "@example.com",
        zone={".".join(["x" * 9] * 24) + ".example.com": {"A": ["127.0.0.2"]}},
    )
    case(
        "label-after-expansion-of-300-characters",
        "v=spf1 exists:%{l}.%{d} a:%{l} -all",
        "fail",
        mechanism="-all",
        sender="x" * 300 + "@example.com",
    )


def senders() -> None:
    """The null reverse-path, absent local-parts, and the client's address."""
    who = "v=spf1 -all exp=why.example.com"
    said = {"why.example.com": txt("%{s} %{l} %{o} %{d} %{h} %{i} %{v} %{c} %{r} %{t}")}
    tail = "example.com mail.example.com 192.0.2.10 in-addr 192.0.2.10 unknown 1700000000"
    postmaster = f"postmaster@example.com postmaster example.com {tail}"
    case(
        "sender-without-local-part",
        who,
        "fail",
        mechanism="-all",
        explanation=postmaster,
        sender="@example.com",
        zone=said,
    )
    case(
        "sender-without-at-sign", who, "fail", mechanism="-all", explanation=postmaster, sender="example.com", zone=said
    )
    case("null-reverse-path", who, "fail", mechanism="-all", explanation=postmaster, sender="", zone=said)
    case(
        "sender-with-two-at-signs",
        who,
        "fail",
        mechanism="-all",
        explanation=f'"a@b"@example.com "a@b" example.com {tail}',
        sender='"a@b"@example.com',
        zone=said,
    )
    case(
        "ipv4-mapped-client",
        "v=spf1 ip6:::/0 ip4:192.0.2.10 -all",
        "pass",
        mechanism="ip4:192.0.2.10",
        ip="::ffff:192.0.2.10",
    )
    case("client-with-a-zone", "v=spf1 ip6:fe80::/10 -all", "pass", mechanism="ip6:fe80::/10", ip="fe80::1%eth0")
    case(
        "ip6-network-boundary-inside",
        "v=spf1 ip6:2001:db8::/33 -all",
        "pass",
        mechanism="ip6:2001:db8::/33",
        ip="2001:db8:7fff::1",
    )
    case(
        "ip6-network-boundary-outside", "v=spf1 ip6:2001:db8::/33 -all", "fail", mechanism="-all", ip="2001:db8:8000::1"
    )
    case("ip4-network-with-host-bits", "v=spf1 ip4:192.0.2.99/24 -all", "pass", mechanism="ip4:192.0.2.99/24")
    case(
        "dual-prefix-lengths-ip6",
        "v=spf1 a:h.example.com/8//64 -all",
        "fail",
        mechanism="-all",
        ip="2001:db8:0:1::10",
        zone={"h.example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}},
    )
    case(
        "dual-prefix-lengths-ip4",
        "v=spf1 a:h.example.com/8//64 -all",
        "pass",
        mechanism="a:h.example.com/8//64",
        zone={"h.example.com": {"A": ["192.9.9.9"], "AAAA": ["2001:db8::1"]}},
    )
    case(
        "exists-asks-for-a-even-for-ip6-clients",
        "v=spf1 exists:%{ir}.%{v}.example.com -all",
        "pass",
        mechanism="exists:%{ir}.%{v}.example.com",
        ip=SIX,
        zone={"0.1." + "0." * 22 + "8.b.d.0.1.0.0.2.ip6.example.com": {"A": ["127.0.0.2"]}},
    )


def includes() -> None:
    """Records that lead to records."""
    chain = {f"i{n}.example.com": txt(f"v=spf1 include:i{n + 1}.example.com -all") for n in range(1, 11)}
    chain["i11.example.com"] = txt("v=spf1 +all")
    case(
        "include-chain-of-ten",
        "v=spf1 include:i2.example.com -all",
        "pass",
        mechanism="include:i2.example.com",
        zone=chain,
    )
    case(
        "include-chain-of-eleven",
        "v=spf1 include:i1.example.com -all",
        "permerror",
        problem="SPF_LOOKUP_LIMIT",
        zone=chain,
    )
    deep = {f"i{n}.example.com": txt(f"v=spf1 include:i{n + 1}.example.com +all") for n in range(5_00)}
    case(
        "include-chain-of-500", "v=spf1 include:i0.example.com +all", "permerror", problem="SPF_LOOKUP_LIMIT", zone=deep
    )
    case("include-of-itself", "v=spf1 include:example.com +all", "permerror", problem="SPF_LOOKUP_LIMIT")
    case("redirect-to-itself", "v=spf1 redirect=example.com", "permerror", problem="SPF_LOOKUP_LIMIT")
    ring = {"a.example": txt("v=spf1 include:b.example"), "b.example": txt("v=spf1 redirect=a.example")}
    case(
        "include-and-redirect-in-a-ring",
        "v=spf1 include:a.example +all",
        "permerror",
        problem="SPF_LOOKUP_LIMIT",
        zone=ring,
    )
    fan = {f"f{n}.example.com": txt("v=spf1 " + f"include:f{n + 1}.example.com " * 2) for n in range(40)}
    case(
        "include-tree-that-doubles-40-times",
        "v=spf1 include:f0.example.com",
        "permerror",
        problem="SPF_LOOKUP_LIMIT",
        zone=fan,
    )
    case("include-of-nothing", "v=spf1 include:gone.example.com +all", "permerror", problem="SPF_INCLUDE_NONE")
    case("redirect-to-nothing", "v=spf1 redirect=gone.example.com", "permerror", problem="SPF_REDIRECT_NONE")
    case(
        "include-of-a-broken-record",
        "v=spf1 include:bad.example +all",
        "permerror",
        problem="SPF_MECHANISM_UNKNOWN",
        zone={"bad.example": txt("v=spf1 all ipv4:1.2.3.4")},
    )
    case(
        "include-that-fails-does-not-match",
        "v=spf1 include:no.example ~all",
        "softfail",
        mechanism="~all",
        zone={"no.example": txt("v=spf1 -all exp=why.example"), "why.example": txt("not this one")},
    )
    case(
        "include-inherits-no-redirect-target-without-counting",
        "v=spf1 include:r.example -all",
        "pass",
        mechanism="include:r.example",
        zone={"r.example": txt("v=spf1 redirect=s.example"), "s.example": txt("v=spf1 ip4:192.0.2.0/24")},
    )


def limits() -> None:
    """What one evaluation may cost."""
    ten = {f"h{n}.example.com": {"A": ["198.51.100.1"]} for n in range(11)}
    case(
        "ten-lookups",
        "v=spf1 " + "".join(f"a:h{n}.example.com " for n in range(10)) + "~all",
        "softfail",
        mechanism="~all",
        zone=ten,
    )
    case(
        "eleven-lookups",
        "v=spf1 " + "".join(f"a:h{n}.example.com " for n in range(11)) + "+all",
        "permerror",
        problem="SPF_LOOKUP_LIMIT",
        zone=ten,
    )
    case(
        "eleventh-lookup-is-not-reached",
        "v=spf1 ip4:192.0.2.10 " + "a:h0.example.com " * 11,
        "pass",
        mechanism="ip4:192.0.2.10",
        zone=ten,
    )
    case("two-voids", "v=spf1 a:x.example.com exists:y.example.com ?all", "neutral", mechanism="?all")
    case(
        "three-voids",
        "v=spf1 a:x.example.com exists:y.example.com mx:z.example.com +all",
        "permerror",
        problem="SPF_VOID_LIMIT",
    )
    case(
        "mx-term-with-three-void-hosts-counts-once",
        "v=spf1 mx ip6:2001:db8::10 -all",
        "pass",
        mechanism="ip6:2001:db8::10",
        ip=SIX,
        zone={HOME: {"MX": [[n, f"h{n}.example.com"] for n in range(3)]}} | ten,
    )
    case(
        "explanation-costs-no-void",
        "v=spf1 a:x.example.com a:y.example.com -all exp=%{p}.z.example.com",
        "fail",
        mechanism="-all",
        explanation="",
    )
    hosts = {f"h{n}.example.com": {"A": [f"198.51.100.{n}"]} for n in range(12)} | {"h9.example.com": {"A": [CLIENT]}}
    for count, result, more in ((10, "pass", {"mechanism": "mx"}), (11, "permerror", {"problem": "SPF_MX_LIMIT"})):
        exchanges = [[n, f"h{n}.example.com"] for n in range(count)]
        case(f"{count}-exchanges", "v=spf1 mx -all", result, zone={HOME: {"MX": exchanges}} | hosts, **more)
    case("null-mx", "v=spf1 mx -all", "fail", mechanism="-all", zone={HOME: {"MX": [[0, ""]]}})
    pointer = "10.2.0.192.in-addr.arpa"
    for count, result, mechanism in ((9, "pass", "ptr"), (10, "fail", "-all")):
        ptr = [*(f"h{n}.example.net" for n in range(count)), "mail.example.com"]
        case(
            f"ptr-name-behind-{count}-others",
            "v=spf1 ptr -all",
            result,
            mechanism=mechanism,
            zone={pointer: {"PTR": ptr}, "mail.example.com": {"A": [CLIENT]}},
        )
    case(
        "ptr-name-that-does-not-point-back",
        "v=spf1 ptr -all",
        "fail",
        mechanism="-all",
        zone={pointer: {"PTR": ["mail.example.com"]}, "mail.example.com": {"A": ["198.51.100.7"]}},
    )
    case(
        "ptr-name-that-only-ends-alike",
        "v=spf1 ptr -all",
        "fail",
        mechanism="-all",
        zone={pointer: {"PTR": ["notexample.com"]}, "notexample.com": {"A": [CLIENT]}},
    )


def macros() -> None:
    """Macro values come from the client, and so does what they do to us."""
    grow = "%{s}" * 4_000
    case(
        "macro-string-that-blows-up",
        f"v=spf1 exists:{grow}.example.com +all",
        "permerror",
        problem="SPF_MACRO_TOO_LONG",
        sender="x" * 64 + "@example.com",
    )
    case(
        "explanation-that-blows-up",
        "v=spf1 -all exp=why.example.com",
        "fail",
        mechanism="-all",
        explanation="",
        sender="x" * 64 + "@example.com",
        zone={"why.example.com": txt(grow)},
    )
    why = "v=spf1 -all exp=why.example.com"
    for name, text, said in (
        ("explanation-of-1-024-characters", "x" * 1_024, "x" * 1_024),
        ("explanation-of-1-025-characters", "x" * 1_025, ""),
        ("explanation-with-a-line-feed", "a\nb", ""),
        ("explanation-with-an-octet-over-127", "caf\xe9", ""),
        ("explanation-with-a-broken-macro", "%{d", ""),
        ("explanation-with-an-unknown-macro", "%{x}", ""),
        ("explanation-that-is-empty", "", ""),
        ("explanation-with-escapes", "100%%_%_%-", "100%_ %20"),
        ("explanation-in-capitals-is-percent-encoded", "%{S}", "alice%40example.com"),
    ):
        case(name, why, "fail", mechanism="-all", explanation=said, zone={"why.example.com": txt(text)})
    case(
        "helo-that-forges-a-reply-line",
        why,
        "fail",
        mechanism="-all",
        explanation="",
        helo="x\r\n250 ok",
        zone={"why.example.com": txt("%{h} is not ours")},
    )
    case(
        "helo-that-forges-a-reply-line-percent-encoded",
        why,
        "fail",
        mechanism="-all",
        explanation="x%0D%0A250%20ok",
        helo="x\r\n250 ok",
        zone={"why.example.com": txt("%{H}")},
    )
    case(
        "helo-cannot-break-a-good-record",
        "v=spf1 a:%{h} exists:%{h}.example.com -all",
        "fail",
        mechanism="-all",
        helo="%{x} \x00 \u2603 ..",
    )
    case("two-explanations", why, "fail", mechanism="-all", explanation="", zone={"why.example.com": txt("a", "b")})
    transforms = {
        "%{d}": "mail.shop.example.com", "%{d2}": "example.com", "%{dr}": "com.example.shop.mail",
        "%{d2r}": "shop.mail",
        "%{d99}": "mail.shop.example.com", "%{l}": "a-b+c.d", "%{l-}": "a.b+c.d", "%{l-+}": "a.b.c.d",
        "%{lr-+.}": "d.c.b.a",
        "%{l1-+.}": "d", "%{L}": "a-b%2Bc.d", "%{o1}": "com", "%{ir}": "10.2.0.192", "%{v}": "in-addr", "%{i2}": "2.10",
        "%{c}": "192.0.2.10", "%{r}": "mx.receiver.example", "%{t}": "1700000000", "%{p}": "unknown", "%{P}": "unknown",
        "%{S}": "a-b%2Bc.d%40mail.shop.example.com", "%{h1R-}": "ehlo", "%{T}": "1700000000",
        "%{dr-}": "mail.shop.example.com",
    }  # fmt: skip
    for macro, said in transforms.items():
        case(
            f"macro {macro}",
            None,
            "fail",
            mechanism="-all",
            explanation=f"<{said}>",
            domain="mail.shop.example.com",
            sender="a-b+c.d@mail.shop.example.com",
            helo="ehlo-host",
            receiver="mx.receiver.example",
            zone={
                "mail.shop.example.com": txt("v=spf1 -all exp=why.example.com"),
                "why.example.com": txt(f"<{macro}>"),
            },
        )
    pointer = "10.2.0.192.in-addr.arpa"
    for name, pointers, said in (
        ("the-domain-itself", ["z.example.net", "sub.example.com", "example.com"], "example.com"),
        ("a-name-under-the-domain", ["z.example.net", "sub.example.com"], "sub.example.com"),
        ("any-name", ["y.example.net", "z.example.net"], "z.example.net"),
        ("no-name-that-points-back", ["y.example.net"], "unknown"),
    ):
        zone = {pointer: {"PTR": pointers}, "why.example.com": txt("%{p}")}
        zone |= {host: {"A": [CLIENT]} for host in pointers if host != "y.example.net"}
        case(
            f"p-macro-prefers-{name}",
            why,
            "fail",
            mechanism="-all",
            explanation=said,
            zone=zone | ({HOME: {"A": [CLIENT]}} if HOME in pointers else {}),
        )
    case(
        "redirect-changes-the-domain",
        "v=spf1 redirect=%{d1}.example",
        "fail",
        mechanism="-all",
        explanation="com.example",
        zone={"com.example": txt("v=spf1 -all exp=why.example.com"), "why.example.com": txt("%{d}")},
    )


def policies() -> None:
    """What a domain tells strangers."""
    for says in ("-all", "~all", "?all", "+all"):
        policy(f"policy {says}", f"v=spf1 mx a:h.example.com ip4:192.0.2.0/24 {says}", says, lookups=2)
    policy("policy all-without-qualifier", "v=spf1 all", "+all", lookups=0)
    policy("policy record-without-all", "v=spf1 mx", "?all", lookups=1)
    policy("policy empty-record", "v=spf1", "?all", lookups=0)
    policy("policy no-record", [], "none", problem="SPF_NO_RECORD")
    policy("policy no-domain", None, "none", problem="SPF_DOMAIN_INVALID", domain="localhost")
    policy("policy two-records", ["v=spf1 -all"] * 2, "permerror", problem="SPF_RECORD_MULTIPLE")
    policy("policy broken-record", "v=spf1 ipv4:192.0.2.1 -all", "permerror", problem="SPF_MECHANISM_UNKNOWN")
    policy("policy timeout", None, "temperror", problem="SPF_DNS_TIMEOUT", zone={HOME: "timeout"})
    chain = {"a.example": txt("v=spf1 ip4:10.0.0.0/8 redirect=b.example"), "b.example": txt("v=spf1 ~all")}
    policy("policy follows-redirects", "v=spf1 redirect=a.example", "~all", lookups=2, zone=chain)
    policy("policy redirect-is-void-beside-all", "v=spf1 redirect=a.example -all", "-all", lookups=0, zone=chain)
    policy("policy redirect-to-nothing", "v=spf1 redirect=gone.example", "permerror", problem="SPF_REDIRECT_NONE")
    policy("policy redirect-loop", "v=spf1 redirect=example.com", "permerror", problem="SPF_LOOKUP_LIMIT")
    policy(
        "policy redirect-by-macro",
        "v=spf1 redirect=%{d}.spf.example",
        "-all",
        lookups=1,
        zone={"example.com.spf.example": txt("v=spf1 -all")},
    )
    policy(
        "policy include-that-lets-everybody-pass",
        "v=spf1 include:open.example -all",
        "+all",
        zone={"open.example": txt("v=spf1 +all")},
    )
    policy("policy include-of-nothing", "v=spf1 include:gone.example -all", "permerror", problem="SPF_INCLUDE_NONE")
    policy(
        "policy include-times-out",
        "v=spf1 include:a.example -all",
        "temperror",
        problem="SPF_DNS_TIMEOUT",
        zone={"a.example": "timeout"},
    )
    policy(
        "policy include-by-the-clients-address",
        "v=spf1 include:%{i}._ip.%{h}.example -all",
        "-all",
        lookups=1,
        zone={"192.0.2.1._ip.example.com.example": txt("v=spf1 ?all")},
    )
    policy(
        "policy include-by-the-clients-name",
        "v=spf1 include:%{p}.example -all",
        "-all",
        zone={"unknown.example": txt("v=spf1 ~all")},
    )
    policy("policy behind-eleven-lookups", "v=spf1 " + "mx " * 11 + "-all", "permerror", problem="SPF_LOOKUP_LIMIT")
    policy("policy network-of-everybody", "v=spf1 ip4:0.0.0.0/0 -all", "+all")
    policy("policy network-of-everybody-ip6", "v=spf1 ip6:::/0 -all", "+all")
    policy("policy a-of-everybody", "v=spf1 a/0 -all", "+all")
    policy("policy network-of-everybody-fails", "v=spf1 -ip4:0.0.0.0/0 ~all", "~all")
    policy("policy lists-the-strangers-address", "v=spf1 ip4:192.0.2.1 -all", "-all", lookups=0)
    policy(
        "policy asks-for-no-explanation",
        "v=spf1 -all exp=sick.example.com",
        "-all",
        zone={"sick.example.com": "timeout"},
    )
    policy(
        "policy of-u-labels",
        None,
        "-all",
        domain="b\u00fccher.example",
        zone={"xn--bcher-kva.example": txt("v=spf1 -all")},
    )


def main() -> None:
    """Write the file."""
    for chapter in (sick_dns, many_records, bad_octets, syntax, names, senders, includes, limits, macros, policies):
        chapter()
    assert len({entry["name"] for entry in CASES}) == len(CASES), "two vectors have one name"  # noqa: S101 (a generator)
    head = {"suite": "spf", "standard": "RFC 7208, RFC 8616", "now_s": 1_700_000_000}
    lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in CASES)
    OUT.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n", encoding="ascii")
    print(f"{len(CASES)} cases in {OUT.name}")


if __name__ == "__main__":
    main()
