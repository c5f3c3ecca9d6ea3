"""The Public Suffix List, by rules of our own and by the list's own test vectors."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import AddressReason, canonical_domain
from frankmark.mail.publicsuffix import PublicSuffixes, PublicSuffixReason

ROOT = Path(__file__).parents[2]
LIST = PublicSuffixes.parse((ROOT / "src/frankmark/data/public_suffix_list.dat").read_text(encoding="utf-8"))
OFFICIAL = ROOT / "vectors" / "third-party" / "publicsuffix" / "tests.txt"
SMALL = """\
// A comment.
// ===BEGIN ICANN DOMAINS===
com
uk   and what follows is not read
co.uk
*.ck
!www.ck
公司.cn

// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
host.com
*.deep.host.com
// ===END PRIVATE DOMAINS===
"""


def official() -> list[tuple[str, str]]:
    lines = OFFICIAL.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split()) for line in lines if line and not line.startswith("//")]


def registrable(written: str) -> str | None:
    try:
        return LIST.registrable(canonical_domain(written))
    except Malformed:
        return None


def test_the_list_is_whole() -> None:
    assert LIST.rule_count == 10_248
    assert len(official()) == 78


@pytest.mark.parametrize(("domain", "expected"), [case for case in official() if case[0] != "null"])
def test_the_lists_own_vectors(domain: str, expected: str) -> None:
    assert registrable(domain) == (None if expected == "null" else canonical_domain(expected))


@pytest.mark.parametrize(
    ("domain", "suffix", "icann"),
    [
        ("com", "com", "com"),
        ("example.com", "com", "com"),
        ("a.b.co.uk", "co.uk", "co.uk"),
        ("uk", "uk", "uk"),
        ("ck", "ck", "ck"),
        ("a.ck", "a.ck", "a.ck"),
        ("b.a.ck", "a.ck", "a.ck"),
        ("www.ck", "ck", "ck"),
        ("a.www.ck", "ck", "ck"),
        ("a.xn--55qx5d.cn", "xn--55qx5d.cn", "xn--55qx5d.cn"),
        ("host.com", "host.com", "com"),
        ("a.host.com", "host.com", "com"),
        ("deep.host.com", "host.com", "com"),
        ("a.deep.host.com", "a.deep.host.com", "com"),
        ("x.y.z.a.deep.host.com", "a.deep.host.com", "com"),
        ("unlisted", "unlisted", "unlisted"),
        ("a.unlisted", "unlisted", "unlisted"),
        ("a.b.c.d.e.f.unlisted", "unlisted", "unlisted"),
    ],
)
def test_which_rule_prevails(domain: str, suffix: str, icann: str) -> None:
    small = PublicSuffixes.parse(SMALL)
    assert small.rule_count == 8
    assert small.public_suffix(domain) == suffix
    assert small.public_suffix(domain, private=False) == icann
    assert small.is_public_suffix(domain) is (domain == suffix)
    name = small.registrable(domain)
    assert (name is None) is (domain == suffix)
    assert name is None or (name.endswith(f".{suffix}") and name.count(".") == suffix.count(".") + 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        ("// ===BEGIN ICANN DOMAINS===\n// nothing", PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        ("com\n", PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        (SMALL + "late\n", PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        (SMALL.replace("!www.ck", "!ck"), PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        (SMALL.replace("!www.ck", "!ck."), PublicSuffixReason.SUFFIX_LIST_SYNTAX),
        (SMALL.replace("co.uk", "co..uk"), AddressReason.DOMAIN_LENGTH),
        (SMALL.replace("co.uk", "*.*.uk"), AddressReason.DOMAIN_SYNTAX),
        (SMALL.replace("co.uk", "*"), AddressReason.DOMAIN_SYNTAX),
        ("/" * 8_388_609, PublicSuffixReason.SUFFIX_LIST_TOO_LARGE),
    ],
)
def test_what_is_no_list_is_refused(text: str, reason: object) -> None:
    with pytest.raises(Malformed) as caught:
        PublicSuffixes.parse(text)
    assert caught.value.code is reason


def by_the_book(rules: list[str], domain: str) -> str:
    """The algorithm as publicsuffix.org words it: try every rule, label by label."""
    labels = domain.split(".")

    def fits(rule: str) -> bool:
        parts = rule.lstrip("!").split(".")
        ends = labels[-len(parts) :]
        return len(parts) <= len(labels) and all(p in {"*", e} for p, e in zip(parts, ends, strict=True))

    matching = [rule for rule in rules if fits(rule)] or ["*"]
    exceptions = [rule for rule in matching if rule.startswith("!")]
    prevailing = exceptions[0][1:].partition(".")[2] if exceptions else max(matching, key=lambda r: r.count("."))
    return ".".join(labels[-prevailing.count(".") - 1 :])


RULE = st.builds(
    lambda mark, labels: mark + ".".join(labels),
    st.sampled_from(["", "", "*."]),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
)
EXCEPTION = st.lists(st.sampled_from("abc"), min_size=2, max_size=3).map(lambda labels: "!" + ".".join(labels))


@given(
    st.lists(RULE, min_size=1, max_size=6),
    st.lists(EXCEPTION, max_size=1),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
)
def test_any_list_is_read_by_the_book(rules: list[str], exceptions: list[str], labels: list[str]) -> None:
    every = [*rules, *exceptions]
    text = "\n".join(["// ===BEGIN ICANN DOMAINS===", *every, "// ===END ICANN DOMAINS==="])
    domain = ".".join(labels)
    assert PublicSuffixes.parse(text).public_suffix(domain) == by_the_book(every, domain)


def test_every_rule_of_the_list_is_its_own_suffix() -> None:
    text = (ROOT / "src/frankmark/data/public_suffix_list.dat").read_text(encoding="utf-8")
    rules = [line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("//")]
    for rule in rules:
        if rule.startswith("!"):
            name = canonical_domain(rule[1:])
            assert LIST.public_suffix(name) == name.partition(".")[2]
        else:
            name = canonical_domain(rule.replace("*", "any-name"))
            assert LIST.is_public_suffix(name), json.dumps(rule)


@given(
    st.lists(RULE, min_size=1, max_size=6),
    st.lists(EXCEPTION, max_size=1),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
)
def test_a_name_is_listed_if_some_rule_fits(rules: list[str], exceptions: list[str], labels: list[str]) -> None:
    every = [*rules, *exceptions]
    text = "\n".join(["// ===BEGIN ICANN DOMAINS===", *every, "// ===END ICANN DOMAINS==="])
    ends = [labels[-count:] for count in range(1, len(labels) + 1)]
    parts = [rule.lstrip("!").split(".") for rule in every]
    fits = any(
        len(one) == len(end) and all(p in {"*", e} for p, e in zip(one, end, strict=True))
        for one in parts
        for end in ends
    )
    assert PublicSuffixes.parse(text).is_listed(".".join(labels)) == fits


def test_a_file_name_is_not_listed() -> None:
    assert LIST.is_listed("acme.com")
    assert LIST.is_listed("com")
    assert not LIST.is_listed("notes.txt")
    assert not LIST.is_listed("localhost")
