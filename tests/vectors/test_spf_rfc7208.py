"""The openspf test-suite of RFC 7208, every case of it."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.mail.spf import check_host, mail_from_domain

SUITE = Path(__file__).parents[2] / "vectors" / "third-party" / "spf" / "rfc7208-tests.yml"
CASES = 203
SCENARIOS = 16
SCENARIO_KEYS = {"description", "tests", "zonedata"}
CASE_KEYS = {"description", "comment", "spec", "helo", "host", "mailfrom", "result", "explanation", "strict"}
TYPES = {"A", "AAAA", "CNAME", "MX", "PTR", "SPF", "TXT"}
LONGEST_CHAIN = 8


class Zone:
    """The suite's zone data: SPF entries stand for TXT records unless the name has TXT entries of its own."""

    def __init__(self, data: dict[str, list]) -> None:
        self.names = {name.lower().removesuffix("."): entries for name, entries in data.items()}

    def answer(self, question: Question) -> Answer:
        name = question.name
        for _ in range(LONGEST_CHAIN):
            if name not in self.names:
                return Answer(status=Status.NXDOMAIN)
            target = self.values(name, "CNAME")
            if not target:
                return self.own(name, question.rrtype)
            name = target[0].lower().removesuffix(".")
        return Answer(status=Status.SERVFAIL)

    def values(self, name: str, rrtype: str) -> list:
        found = [(kind, value) for entry in self.names[name] if entry != "TIMEOUT" for kind, value in entry.items()]
        assert {kind for kind, _ in found} <= TYPES
        if rrtype == "TXT" and all(kind != "TXT" for kind, _ in found):
            rrtype = "SPF"
        return [value for kind, value in found if kind == rrtype and value != "NONE"]

    def own(self, name: str, rrtype: RRType) -> Answer:
        values = self.values(name, rrtype.value)
        if not values:
            return Answer(status=Status.TIMEOUT if "TIMEOUT" in self.names[name] else Status.NODATA)
        match rrtype:
            case RRType.TXT:
                texts = tuple(tuple(octets(part) for part in ([v] if isinstance(v, str) else v)) for v in values)
                return Answer(status=Status.OK, texts=texts)
            case RRType.MX:
                exchanges = tuple((preference, host.lower().removesuffix(".")) for preference, host in values)
                return Answer(status=Status.OK, exchanges=exchanges)
            case RRType.PTR:
                return Answer(status=Status.OK, names=tuple(v.lower().removesuffix(".") for v in values))
            case _:
                return Answer(status=Status.OK, addresses=tuple(str(ip_address(v)) for v in values))


class Case(NamedTuple):
    zone: Zone
    test: dict


def octets(text: str) -> bytes:
    """The suite writes octets over 127 as escapes, which YAML reads as characters of the same number."""
    return text.encode("latin-1")


def scenarios() -> Iterator[dict]:
    with SUITE.open(encoding="utf-8") as stream:
        yield from yaml.safe_load_all(stream)


def cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for scenario in scenarios():
        assert set(scenario) - {"comment"} == SCENARIO_KEYS
        for name, test in scenario["tests"].items():
            assert set(test) <= CASE_KEYS, f"{name} has an unknown key"
            found[f"{scenario['description']}: {name}"] = Case(Zone(scenario["zonedata"]), test)
    return found


ALL = cases()


def test_the_suite_is_whole() -> None:
    assert len(list(scenarios())) == SCENARIOS
    assert len(ALL) == CASES


@pytest.mark.parametrize("name", ALL)
def test_openspf(name: str) -> None:
    zone, test = ALL[name]
    domain = mail_from_domain(test["mailfrom"], test["helo"])
    check = check_host(str(test["host"]), domain, test["mailfrom"], test["helo"], now_s=1_700_000_000)
    outcome = answered_by(check, zone.answer)
    allowed = test["result"] if isinstance(test["result"], list) else [test["result"]]
    assert outcome.result in allowed, f"{outcome}; {test.get('description', '')}"
    if "explanation" in test:
        assert outcome.explanation == ("" if test["explanation"] == "DEFAULT" else test["explanation"])
