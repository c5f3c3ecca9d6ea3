"""The index finds what trying every name would find, and forgets what it is told to forget."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.securestamp.lookalike import (
    Circumstances,
    LookalikeIndex,
    LookalikeReason,
    candidates,
    confidence,
    network_of,
)

DATA = Path(__file__).parents[3] / "src/frankmark/data"
SUFFIXES = PublicSuffixes.parse((DATA / "public_suffix_list.dat").read_text(encoding="utf-8"))
CONFUSABLES = Confusables.parse((DATA / "confusables.txt").read_bytes())
NAME = st.text(alphabet="ab0o1lrnm", min_size=1, max_size=9)
# Some of these names are public suffixes themselves (br.com), which nobody registers.
DOMAIN = st.builds("{}.{}".format, NAME, st.sampled_from(["com", "net", "co.uk", "github.io"])).filter(
    lambda domain: SUFFIXES.registrable(domain) is not None
)


def index_of(*domains: str) -> LookalikeIndex:
    index = LookalikeIndex(SUFFIXES, CONFUSABLES)
    for domain in domains:
        index.add(domain)
    return index


@given(st.lists(DOMAIN, max_size=12), DOMAIN)
def test_the_index_finds_what_trying_every_name_finds(registered: list[str], suspect: str) -> None:
    found = {candidate.target: candidate for candidate in candidates(suspect, index_of(*registered))}
    name = suspect.partition(".")[0]
    for target in registered:
        other = target.partition(".")[0]
        distance = Levenshtein.distance(name, other)
        seen = Levenshtein.distance(CONFUSABLES.caseless_skeleton(name), CONFUSABLES.caseless_skeleton(other))
        near = target != suspect and (distance <= 3 or seen <= 2)
        assert (target in found) is near
        if near:
            counted = distance if distance <= 3 else seen + 1
            least = 800 * (max(len(name), len(other)) - counted) // max(len(name), len(other))
            assert found[target].confidence == least + 110 * found[target].confusable
            assert found[target].distance == distance


@given(st.lists(DOMAIN, max_size=8), st.lists(DOMAIN, max_size=8), DOMAIN)
def test_what_was_added_and_removed_leaves_no_trace(kept: list[str], removed: list[str], suspect: str) -> None:
    index = index_of(*kept, *removed)
    for domain in removed:
        index.remove(domain)
        assert domain not in index
    fresh = index_of(*(domain for domain in kept if domain not in removed))
    assert len(index) == len(fresh)
    assert candidates(suspect, index) == candidates(suspect, fresh)


@given(st.lists(DOMAIN, max_size=8), DOMAIN, st.integers(0, 990))
def test_a_least_confidence_only_leaves_out(registered: list[str], suspect: str, minimum: int) -> None:
    index = index_of(*registered)
    every = candidates(suspect, index)
    assert candidates(suspect, index, minimum=minimum) == tuple(c for c in every if c.confidence >= minimum)


def test_adding_twice_is_adding_once() -> None:
    index = index_of("acme.com", "acme.com")
    assert len(index) == 1
    assert "acme.com" in index
    index.remove("acme.com")
    index.remove("acme.com")
    assert len(index) == 0
    assert candidates("acne.com", index) == ()


def test_one_of_two_domains_with_one_name_can_go() -> None:
    index = index_of("acme.com", "acme.net")
    index.remove("acme.com")
    assert [candidate.target for candidate in candidates("acne.com", index)] == ["acme.net"]


def test_one_of_two_names_with_one_skeleton_can_go() -> None:
    index = index_of("rnrnrnrn.com", "mmmm.net")
    index.remove("mmmm.net")
    assert [candidate.target for candidate in candidates("mmmm.net", index)] == ["rnrnrnrn.com"]


def test_nobody_can_register_a_public_suffix() -> None:
    with pytest.raises(Misuse) as caught:
        index_of("co.uk")
    assert caught.value.code is LookalikeReason.LOOKALIKE_PUBLIC_SUFFIX


@given(st.integers(3, 63), st.integers(0, 3), st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_confidence_is_thousandths_and_never_certainty(length: int, edits: int, flags: tuple[bool, ...]) -> None:
    confusable, shared, recent = flags
    value = confidence(length, edits, confusable=confusable, shared=shared, recent=recent)
    assert 0 <= value <= 990
    assert value <= confidence(length, edits, confusable=True, shared=True, recent=True)
    assert edits == 0 or value <= confidence(length, edits - 1, confusable=confusable, shared=shared, recent=recent)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.255", "192.0.2.0/24"),
        ("2001:DB8::1", "2001:db8::/48"),
        ("::ffff:192.0.2.1", "192.0.2.0/24"),
        ("::1", "::/48"),
    ],
)
def test_a_network_has_one_spelling(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("address", ["", "192.0.2", "192.0.2.0/24", "192.0.2.01", "example.com"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Malformed) as caught:
        network_of(address)
    assert caught.value.code is LookalikeReason.LOOKALIKE_ADDRESS
    with pytest.raises(Malformed):
        candidates("acne.com", index_of("acme.com"), circumstances=Circumstances(addresses=(address,)))
