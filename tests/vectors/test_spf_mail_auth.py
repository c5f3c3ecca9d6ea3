"""The SPF cases of the mail-auth library, with the six places where RFC 7208 says otherwise.

The files read line by line: a record line replaces what its name held, ``expect`` runs a check of all that was said so
far. A check is that of RFC 7208 §2.3 and §2.4: the HELO identity first and, if it passes, the MAIL FROM identity.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

import pytest

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.mail.spf import SpfOutcome, check_host
from frankmark.mail.spf_reasons import SpfResult

SUITE = Path(__file__).parents[2] / "vectors" / "third-party" / "spf" / "mail-auth"
FILES = 12
CASES = 163
OTHERWISE = {
    "all.yml 1": ("fail", "permerror"),  # §4.6: `ip:` is no mechanism, and a syntax error anywhere counts
    "basic.yml 9": ("softfail", "permerror"),  # §4.6.4: the third term that finds nothing is one too many
    "basic.yml 14": ("pass", "permerror"),  # §4.6.4: more than ten exchanges, whatever their order
    "exists.yml 2": ("pass", "fail"),  # §5.7: exists asks for A records, never for AAAA
    "ip.yml 11": ("pass", "fail"),  # §5.6: an IPv4 client is compared with ip4 networks only
    "macro.yml 4": ("pass", "fail"),  # §5.7, as above
}
RECORDS = {"spf", "exp", "a", "aaaa", "mx", "ptr"}
STATEMENTS = {"domain", "sender", "ip"}


class Case(NamedTuple):
    zone: dict[tuple[str, RRType], Answer]
    domain: str
    sender: str
    ip: str
    expected: str


def addresses(text: str) -> tuple[str, ...]:
    return tuple(str(ip_address(address.strip())) for address in text.split(","))


def host_records(name: str, values: tuple[str, ...]) -> Iterator[tuple[tuple[str, RRType], Answer]]:
    for rrtype, six in ((RRType.A, False), (RRType.AAAA, True)):
        own = tuple(value for value in values if isinstance(ip_address(value), IPv6Address) is six)
        if own:
            yield (name, rrtype), Answer(status=Status.OK, addresses=own)


def record(kind: str, name: str, value: str) -> Iterator[tuple[tuple[str, RRType], Answer]]:
    if kind in {"spf", "exp"}:
        yield (name, RRType.TXT), Answer(status=Status.OK, texts=((value.encode(),),))
    elif kind in {"a", "aaaa"}:
        yield from host_records(name, addresses(value))
    elif kind == "mx":  # the exchanges are given by their addresses
        hosts = {f"mx{number}.{name}": address for number, address in enumerate(addresses(value))}
        yield (name, RRType.MX), Answer(status=Status.OK, exchanges=tuple(enumerate(hosts)))
        for host, address in hosts.items():
            yield from host_records(host, (address,))
    else:
        names = tuple(target.strip().removesuffix(".") for target in value.split(","))
        pointer = ip_address(name).reverse_pointer
        yield (pointer, RRType.PTR), Answer(status=Status.OK, names=names)


def read(path: Path) -> Iterator[Case]:
    zone: dict[tuple[str, RRType], Answer] = {}
    said = dict.fromkeys(STATEMENTS, "")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() == "---":
            zone, said = {}, dict.fromkeys(STATEMENTS, "")
        key, colon, value = line.strip().removeprefix("- ").partition(":")
        value = value.strip()
        if key in RECORDS:
            name, _, text = value.partition(" ")
            zone = zone | dict(record(key, name, text))
        elif key in STATEMENTS:
            said[key] = value
        elif key == "expect":
            yield Case(zone, said["domain"], said["sender"], said["ip"], value)
        else:
            assert not colon or line.startswith("#") or key in {"name", "records", "tests"}, f"unknown line {line!r}"


ALL = {
    f"{path.name} {number}": case for path in sorted(SUITE.glob("*.yml")) for number, case in enumerate(read(path), 1)
}


def run(case: Case) -> SpfOutcome:
    def source(question: Question) -> Answer:
        if question.name.startswith("_dns_error."):
            return Answer(status=Status.SERVFAIL)
        return case.zone.get((question.name, question.rrtype), Answer(status=Status.NXDOMAIN))

    def identity(domain: str, sender: str) -> SpfOutcome:
        return answered_by(check_host(case.ip, domain, sender, case.domain, now_s=0), source)

    outcome = identity(case.domain, "" if "@" not in case.sender else f"postmaster@{case.domain}")
    if outcome.result is SpfResult.PASS and case.sender:
        outcome = identity(case.sender.rpartition("@")[2], case.sender)
    return outcome


def test_the_suite_is_whole() -> None:
    assert len(list(SUITE.glob("*.yml"))) == FILES
    assert len(ALL) == CASES
    assert OTHERWISE.keys() <= ALL.keys()


@pytest.mark.parametrize("name", ALL)
def test_mail_auth(name: str) -> None:
    case = ALL[name]
    expected, _, explanation = case.expected.partition(" ")
    if name in OTHERWISE:
        theirs, expected = OTHERWISE[name]
        assert case.expected == theirs, "the suite has changed its mind"
    outcome = run(case)
    assert outcome.result == expected, f"{case}: {outcome}"
    assert outcome.explanation == explanation
