"""The outbound guard: which addresses, which ports, which exceptions."""

import ipaddress
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import frankmark
from frankmark.adapters.network.dialer import AddressRules, Dialer, Endpoint, endpoint_from
from frankmark.foundation.dns import Answer, Question, RRType, Status
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.fetch import FetchReason

TABLE = (Path(frankmark.__file__).parent / "data" / "special_addresses.json").read_bytes()
RULES = AddressRules(TABLE)

SPECIAL = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.9 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1
::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1
2001::1 2001:0:4136:e378:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::
2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fe80::1 fe80::1%eth0 2606:4700::1111%1
fec0::1 ff02::1
"""


class Names:
    """A resolver over a table of names; a name that is not in it does not exist."""

    def __init__(self, table: dict[str, list[str]], failing: Status = Status.NXDOMAIN) -> None:
        self.table = table
        self.failing = failing
        self.asked: list[Question] = []

    async def resolve(self, question: Question) -> Answer:
        self.asked.append(question)
        found = [ipaddress.ip_address(text) for text in self.table.get(question.name, [])]
        version = 4 if question.rrtype is RRType.A else 6
        matching = tuple(str(address) for address in found if address.version == version)
        if matching:
            return Answer(status=Status.OK, addresses=matching)
        return Answer(status=Status.NODATA if found else self.failing)


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "192.0.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
        "64:ff9b::8.8.8.8",
    ],
)
def test_permits_what_is_globally_reachable(text):
    assert RULES.permit(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    SPECIAL.split(),
)
def test_refuses_special_addresses_in_every_disguise(text):
    assert not RULES.permit(ipaddress.ip_address(text))


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_nothing_that_this_interpreter_calls_private_is_permitted(number):
    address = ipaddress.IPv4Address(number)
    if address.is_private or address.is_loopback or address.is_multicast or address.is_reserved:
        assert not RULES.permit(address)
    assert RULES.permit(address) == RULES.permit(ipaddress.IPv6Address((0x64FF9B << 96) | number))


def test_the_table_is_versioned_and_strict():
    assert RULES.version == json.loads(TABLE)["version"]
    with pytest.raises(msgspec.ValidationError):
        AddressRules(TABLE.replace(b'"version"', b'"verison"'))


async def test_resolves_and_gives_the_checked_addresses():
    names = Names({"a.test": ["2606:4700::1111", "1.1.1.1", "1.1.1.2", "1.1.1.3"]})
    dialer = Dialer(resolver=names, rules=RULES)
    assert await dialer.addresses("https", "A.test.", 443) == ("1.1.1.1", "2606:4700::1111", "1.1.1.2")
    assert await dialer.addresses("http", "a.test", 80) == ("1.1.1.1", "2606:4700::1111", "1.1.1.2")
    assert await dialer.addresses("https", "2606:4700::1111", 443) == ("2606:4700::1111",)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "::1"], ["::ffff:1.1.1.1"], ["169.254.169.254"]]
)
async def test_one_unreachable_address_refuses_the_name(addresses):
    dialer = Dialer(resolver=Names({"a.test": addresses}), rules=RULES)
    with pytest.raises(Refused) as raised:
        await dialer.addresses("https", "a.test", 443)
    assert raised.value.code is FetchReason.ADDRESS_REFUSED


@pytest.mark.parametrize(
    ("scheme", "port"), [("https", 8443), ("https", 80), ("http", 443), ("https", 25), ("ftp", 21)]
)
async def test_only_the_schemes_own_port_is_asked(scheme, port):
    with pytest.raises(Refused) as raised:
        await Dialer(resolver=Names({"a.test": ["1.1.1.1"]}), rules=RULES).addresses(scheme, "a.test", port)
    assert raised.value.code is FetchReason.URL_REFUSED


async def test_an_exception_is_exact_in_scheme_address_and_port():
    names = Names({"a.test": ["127.0.0.1"], "b.test": ["127.0.0.1", "127.0.0.2"]})
    dialer = Dialer(resolver=names, rules=RULES, allow=[endpoint_from("http://127.0.0.1:8053")])
    assert await dialer.addresses("http", "127.0.0.1", 8053) == ("127.0.0.1",)
    assert await dialer.addresses("http", "a.test", 8053) == ("127.0.0.1",)
    for scheme, host, port in [
        ("https", "a.test", 8053),
        ("http", "a.test", 8054),
        ("http", "a.test", 80),
        ("http", "127.0.0.2", 8053),
        ("http", "b.test", 8053),
    ]:
        with pytest.raises(Refused):
            await dialer.addresses(scheme, host, port)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.NXDOMAIN, FetchReason.NAME_WITHOUT_ADDRESS),
        (Status.TIMEOUT, FetchReason.NAME_UNRESOLVED),
        (Status.BOGUS, FetchReason.NAME_UNRESOLVED),
    ],
)
async def test_a_name_without_address_is_told_from_a_dns_that_fails(status, reason):
    with pytest.raises(Unavailable) as raised:
        await Dialer(resolver=Names({}, status), rules=RULES).addresses("https", "a.test", 443)
    assert raised.value.code is reason


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1.", "localhost"])
async def test_odd_spellings_of_loopback_are_names_and_nothing_else(host):
    names = Names({})
    with pytest.raises(Unavailable):
        await Dialer(resolver=names, rules=RULES).addresses("https", host, 443)
    assert names.asked


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("http://127.0.0.1:80", Endpoint(scheme="http", address="127.0.0.1", port=80)),
        ("https://[::0:1]:8443", Endpoint(scheme="https", address="::1", port=8443)),
    ],
)
def test_reads_exceptions(text, endpoint):
    assert endpoint_from(text) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:80",
        "http://127.0.0.1",
        "http://127.0.0.1:80/",
        "http://localhost:80",
        "ftp://127.0.0.1:21",
        "http://u@127.0.0.1:80",
        "http://127.0.0.1:80?x",
        "http://127.0.0.1:80#x",
        "http://127.0.0.1:99999",
        "http://:80",
    ],
)
def test_refuses_exceptions_that_are_not_exact(text):
    with pytest.raises(ValueError, match=r".+"):
        endpoint_from(text)
