"""The data that ships: each file listed with where it is from, as many entries as is said, and nothing left out."""

import ipaddress
import json
import re
from collections import Counter
from pathlib import Path

import frankmark

DATA = Path(frankmark.__file__).parent / "data"
LISTED = dict(re.findall(r"^\| `([^`]+?)/?` \| (.+)$", (DATA / "README.md").read_text("utf-8"), re.MULTILINE))


def count_in(name: str) -> int:
    """The first number in what the list says of a file."""
    return int(re.search(r"[0-9][0-9,]*", LISTED[name])[0].replace(",", ""))


def test_every_file_is_listed_with_its_source_its_date_and_its_licence() -> None:
    there = {file.name for file in DATA.iterdir() if file.suffix != ".LICENSE"} - {"README.md"}
    assert there == set(LISTED)
    for name, row in LISTED.items():
        cells = [cell.strip() for cell in row.split("|") if cell.strip()]
        assert len(cells) == 4, name
        for licence in re.findall(r"`([^`]+\.LICENSE)`", cells[3]):
            assert (DATA / licence).stat().st_size > 500
    for licence in DATA.glob("*.LICENSE"):
        assert licence.name in LISTED["free_mail.txt"] + LISTED["confusables.txt"] + LISTED["public_suffix_list.dat"]


def test_the_public_suffix_list_has_all_its_rules_and_both_its_parts() -> None:
    text = (DATA / "public_suffix_list.dat").read_text("utf-8")
    rules = [line for line in text.splitlines() if line.strip() and not line.startswith("//")]
    assert len(rules) == count_in("public_suffix_list.dat") == 10_248
    for part in ("ICANN", "PRIVATE"):
        assert text.count(f"===BEGIN {part} DOMAINS===") == text.count(f"===END {part} DOMAINS===") == 1


def test_each_top_level_domain_has_one_registry_over_https() -> None:
    read = json.loads((DATA / "rdap_dns.json").read_bytes())
    names = Counter(name for suffixes, _ in read["services"] for name in suffixes)
    assert len(names) == count_in("rdap_dns.json") == 378
    assert max(names.values()) == 1
    for suffixes, urls in read["services"]:
        assert all(re.fullmatch(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", name) for name in suffixes), suffixes
        assert all(re.fullmatch(r"https://[a-z0-9.-]+/(?:[a-z0-9/.-]+/)?", url) for url in urls), urls
    suffixes = (DATA / "public_suffix_list.dat").read_text("utf-8").split("===END ICANN DOMAINS===")[0].splitlines()
    tops = {line.removeprefix("*.") for line in suffixes if "//" not in line}
    assert not set(names) - tops, "no such top-level domain"


def test_the_logs_are_as_many_as_is_said_and_all_different() -> None:
    logs = json.loads((DATA / "ct_logs.json").read_bytes())["logs"]
    assert len(logs) == count_in("ct_logs.json") == 67
    assert len({log["key"] for log in logs}) == len({log["name"] for log in logs}) == 67
    assert len({log["operator"] for log in logs}) >= 5


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """What Python's own tables say of the IANA's registries for special purposes."""
    constants = getattr(ipaddress, f"_I{name[1:].replace('p', 'P', 1)}Constants")
    return [*constants._private_networks, constants._multicast_network, constants._linklocal_network]


def test_no_special_range_that_python_knows_is_left_out() -> None:
    read = json.loads((DATA / "special_addresses.json").read_bytes())
    seen = 0
    for family in ("ipv4", "ipv6"):
        reachable = [ipaddress.ip_network(text) for text in read[family]["reachable"]]
        refused = [ipaddress.ip_network(one["prefix"]) for one in read[family]["refused"]]
        for network in networks(family):
            inside = any(network.subnet_of(each) for each in reachable)
            assert not inside or any(network.subnet_of(each) for each in refused), network
            seen += 1
    assert seen > 25
