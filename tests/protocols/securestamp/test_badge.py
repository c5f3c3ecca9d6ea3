"""Badges: they name their owner, the time and where to ask; grey for what is not known; silent about anything else."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.protocols.securestamp.artwork import ArtworkReason
from frankmark.protocols.securestamp.badge import BadgeState, render_badge

SVG = "{http://www.w3.org/2000/svg}"
MOMENT = 1_780_000_000_000
URL = "https://node.example/verify?domain=acme.test&lang=en"


def drawing(domain: str, state: BadgeState, **more: str) -> ET.Element:
    return ET.fromstring(render_badge(domain, state, MOMENT, **more))  # noqa: S314 (our own document)


def said(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("state", BadgeState)
def test_a_badge_names_owner_state_and_time(state: BadgeState) -> None:
    root = drawing("ACME.test.", state)
    assert said(root) == ["acme.test", f"{state.value} · 2026-05-28 20:26 UTC"]
    assert root.findtext(f"{SVG}title") == f"acme.test: {state.value}, 2026-05-28T20:26:00Z"
    assert root.attrib["role"] == "img"


def test_a_badge_of_the_name_alone_has_no_time_and_no_alarm() -> None:
    octets = render_badge("acme.test", BadgeState.NO_STAMP, None)
    root = ET.fromstring(octets)  # noqa: S314 (our own document)
    assert said(root) == ["acme.test", "no stamp"]
    assert root.findtext(f"{SVG}title") == "acme.test: no stamp"
    assert render_badge("ACME.test.", BadgeState.NO_STAMP, None) == octets
    assert render_badge("acne.test", BadgeState.NO_STAMP, None) != octets


def test_a_name_in_another_script_stands_beside_its_a_labels() -> None:
    assert (
        said(drawing("b\u00fccher.example", BadgeState.REGISTERED))[0] == "b\u00fccher.example (xn--bcher-kva.example)"
    )


def test_the_badge_leads_to_where_to_ask_and_to_nowhere_else() -> None:
    root = drawing("acme.test", BadgeState.REGISTERED, verify_url=URL)
    assert [link.attrib["href"] for link in root.iter(f"{SVG}a")] == [URL]
    assert not list(drawing("acme.test", BadgeState.REGISTERED).iter(f"{SVG}a"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//node.example", "data:text/html,x", " https://x", "/verify"])
def test_only_http_is_linked(url: str) -> None:
    with pytest.raises(Misuse) as refused:
        render_badge("acme.test", BadgeState.REGISTERED, MOMENT, verify_url=url)
    assert refused.value.code is ArtworkReason.ARTWORK_LINK


@given(st.text(max_size=40))
def test_a_link_cannot_break_out_of_its_attribute(tail: str) -> None:
    url = "https://node.example/" + "".join(c for c in tail if c.isprintable())
    root = drawing("acme.test", BadgeState.REGISTERED, verify_url=url)
    assert [link.attrib["href"] for link in root.iter(f"{SVG}a")] == [url]


def test_what_is_not_known_is_grey_and_what_is_known_has_one_blue_for_all() -> None:
    def colours(domain: str, state: BadgeState, rule: str) -> list[str]:
        return re.findall(rf"\.{rule}\{{fill:#([0-9a-f]{{6}})", drawing(domain, state).findtext(f"{SVG}style") or "")

    for state in (BadgeState.NOT_REGISTERED, BadgeState.UNKNOWN, BadgeState.NO_STAMP):
        for rule in "pcdw":
            greys = colours("acme.test", state, rule)
            assert len(greys) == 2
            assert all(len({colour[:2], colour[2:4], colour[4:]}) == 1 for colour in greys)
    blues = {tuple(colours(f"d{number}.example", BadgeState.REGISTERED, "d")) for number in range(40)}
    assert len(blues) == 1


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-z0-9]{1,60}(\.[a-z0-9]{1,60}){0,3}\.example", fullmatch=True).filter(lambda d: len(d) < 254))
def test_every_name_is_whole_and_inside(domain: str) -> None:
    octets = render_badge(domain, BadgeState.REGISTERED, MOMENT)
    root = ET.fromstring(octets)  # noqa: S314 (our own document)
    *owner, state = root.iter(f"{SVG}text")
    assert "".join(line.text or "" for line in owner) == domain
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    for line in [*owner, state]:
        assert int(line.attrib["x"]) + int(line.attrib["textLength"]) <= width
        assert 0 < int(line.attrib["y"]) < height
    assert all(int(a.attrib["y"]) < int(b.attrib["y"]) for a, b in pairwise(owner))
    assert len(octets) < 4_000


def test_what_is_no_domain_has_no_badge() -> None:
    with pytest.raises(Malformed):
        render_badge("<svg>", BadgeState.UNKNOWN, MOMENT)
