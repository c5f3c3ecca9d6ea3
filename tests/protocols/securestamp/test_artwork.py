"""Artwork: its form, what it says and does not say, and that neighbours look different."""

import re
import string
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import canonical_domain
from frankmark.protocols.securestamp.artwork import HEIGHT, WIDTH, ArtworkReason, appearance, mark, render_stamp
from frankmark.protocols.securestamp.artwork_ink import ink

SVG = "{http://www.w3.org/2000/svg}"
STAMP_ID = "5bc8fbbc-1111-4222-8333-444455556666"
LARGEST = 40_000
LETTERS = string.ascii_lowercase + string.digits
DOMAINS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z0-9]{1,20}){0,4}\.example", fullmatch=True).filter(
    lambda name: "--" not in name
)
IDENTITIES = st.uuids(version=4).map(str)
SAYS_TOO_MUCH = re.compile(
    r"safe|secur|trust|verif|valid|genuin|authentic|score|active|revok|status|protect|legit|official|certif|\bok\b|✓",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"url\(|@import|@font|expression|javascript|<!|<\?|&#", re.IGNORECASE)
ELEMENTS = {"svg", "title", "style", "path", "g", "circle", "rect", "text"}
ATTRIBUTES = {
    *("class", "viewBox", "width", "height", "role", "d", "fill", "stroke-width", "opacity", "fill-opacity"),
    *("cx", "cy", "r", "rx", "x", "y", "font-size", "textLength", "lengthAdjust", "font-family", "font-style"),
    *("font-weight", "text-anchor"),
}
NUMBER = re.compile(r"-?\d+")


def stamp(domain: str = "acme.test", identity: str = STAMP_ID, year: int = 2026, title: str = "Classic") -> bytes:
    return render_stamp(domain, identity, year, title)


def reach(data: str) -> Iterator[tuple[int, int]]:
    """All points of M, q and z commands, control points included."""
    x = y = 0
    for letter, arguments in re.findall(r"([Mqz])([^Mqz]*)", data):
        numbers = list(map(int, NUMBER.findall(arguments)))
        if letter == "M":
            x, y = numbers
            yield x, y
        for at in range(0, len(numbers) if letter == "q" else 0, 4):
            yield x + numbers[at], y + numbers[at + 1]
            x, y = x + numbers[at + 2], y + numbers[at + 3]
            yield x, y


def check_form(octets: bytes) -> ET.Element:
    """Small, and nothing in it that runs, loads, refers or leaks into its surroundings."""
    assert len(octets) <= LARGEST
    root = ET.fromstring(octets)  # noqa: S314 (our own document)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
    text = octets.decode()
    assert text.count("://") == 1, "only the namespace is a URL"
    assert not FORBIDDEN.search(text.replace("&#x27;", ""))
    style = root.findtext(f"{SVG}style")
    assert style is not None
    own = f".{root.attrib['class']} ."
    assert all(rule.startswith(own) for rule in re.findall(r"[^{}]+(?=\{fill|\{stroke)", style))
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    return root


def test_a_stamp_shows_domain_collection_year_and_the_beginning_of_its_id() -> None:
    root = check_form(stamp())
    shown = [element.text for element in root.iter(f"{SVG}text")]
    microprint = shown[0]
    assert shown == [microprint, microprint, "Classic", "2026", "acme.test", "No. 5BC8 FBBC"]
    assert re.fullmatch("[0-9a-f]{64}", microprint or "")
    assert root[0].text == "Decorative artwork: acme.test, Classic 2026"


@settings(max_examples=60, deadline=None)
@given(DOMAINS, IDENTITIES, st.integers(2000, 9999))
def test_every_stamp_keeps_its_form_and_its_silence(domain: str, identity: str, year: int) -> None:
    octets = stamp(domain, identity, year)
    root = check_form(octets)
    assert octets == stamp(domain.upper() + ".", identity, year)
    words = " ".join(root.itertext()).replace(domain, "")
    assert not SAYS_TOO_MUCH.search(words.replace(root.findtext(f"{SVG}style") or "", ""))
    for path in root.iter(f"{SVG}path"):
        if set(path.attrib["d"]) & set("hm"):
            continue  # paper and mark, which have lines and arcs
        for x, y in reach(path.attrib["d"]):
            assert 330 < x < WIDTH - 330
            assert 500 < y < 3_100


@pytest.mark.parametrize(
    "domain",
    [
        "w" * 63 + ".example",
        ".".join(["m" * 62] * 3 + ["i" * 60, "io"]),
        ".".join("ab" for _ in range(84)),
        "\u4f8b" * 10 + ".\u6d4b\u8bd5",
        "\u05d3\u05d5\u05d2\u05de\u05d4.example",
        "b\u00fccher.example",
        "a.b",
    ],
)
def test_every_name_is_whole_and_inside_the_frame(domain: str) -> None:
    root = check_form(stamp(domain))
    lines = root.findall(f"{SVG}text")[4:-1]
    name = canonical_domain(domain)
    assert "".join(line.text or "" for line in lines) in {name, domain + name}
    bottom = 3_040
    for line in lines:
        size, y = int(line.attrib["font-size"]), int(line.attrib["y"])
        assert int(line.attrib["textLength"]) <= 2_380
        assert size >= 30
        assert bottom <= y <= 3_500
        bottom = y + size // 2


def test_a_title_is_text_and_never_markup() -> None:
    title = '<a href="x">&Edition'
    root = check_form(stamp(title=title))
    assert title in [element.text for element in root.iter(f"{SVG}text")]
    assert title in (root[0].text or "")


@pytest.mark.parametrize("title", ["", "x" * 33, "a\nb", "a\x00b", "\ud800"])
def test_a_title_that_cannot_be_printed_is_refused(title: str) -> None:
    with pytest.raises(Malformed) as refused:
        stamp(title=title)
    assert refused.value.code is ArtworkReason.ARTWORK_TITLE


@pytest.mark.parametrize("year", [0, 1999, 10_000, -2026])
def test_a_year_has_four_digits(year: int) -> None:
    with pytest.raises(Malformed) as refused:
        stamp(year=year)
    assert refused.value.code is ArtworkReason.ARTWORK_YEAR


@pytest.mark.parametrize(
    ("domain", "identity"),
    [("", STAMP_ID), ("a b.test", STAMP_ID), ("acme.test", "1"), ("acme.test", STAMP_ID.upper())],
)
def test_what_is_no_domain_or_no_id_is_not_drawn(domain: str, identity: str) -> None:
    with pytest.raises(Malformed):
        stamp(domain, identity)


def test_the_id_and_the_design_change_the_curves_and_the_domain_keeps_its_look() -> None:
    other = STAMP_ID.replace("5bc8", "6bc8")
    drawings = {stamp(), stamp(identity=other), render_stamp("acme.test", STAMP_ID, 2026, "Classic", design=1)}
    assert len(drawings) == 3
    marks = {re.findall(rb'<path class="c" d="([^"]*)"', drawing)[0] for drawing in drawings}
    papers = {re.findall(rb"\.p\{fill:(#[0-9a-f]{6})", drawing)[0] for drawing in drawings}
    assert len(marks) == len(papers) == 1


def one_edit_away(name: str) -> Iterator[str]:
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        yield from (before + letter + after for letter in LETTERS)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in LETTERS if letter != after[0])
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]


WORDS = [
    *("acme", "bank", "shop", "mail", "pay", "cloud", "post", "home", "paypal", "amazon", "google", "apple", "micro"),
    *("soft", "data", "net", "web", "book", "sky", "blue"),
]


def thousand_domains() -> list[str]:
    return [f"{one}{other}{number or ''}.example" for one in WORDS for other in WORDS for number in range(3)][:1_000]


def test_a_thousand_domains_and_all_their_one_letter_neighbours_look_different() -> None:
    domains = thousand_domains()
    assert len(set(domains)) == 1_000
    compared = 0
    for domain in domains:
        look = appearance(domain)
        for neighbour in one_edit_away(domain.removesuffix(".example")):
            compared += 1
            assert appearance(f"{neighbour}.example") != look, f"{domain} and {neighbour}.example look alike"
    assert compared > 500_000


def test_looks_are_spread_over_all_hues_and_lobes() -> None:
    looks = [appearance(domain) for domain in thousand_domains()]
    assert {look.hue for look in looks} == set(range(0, 360, 30))
    assert {look.lobes for look in looks} == set(range(7, 25))
    assert len(set(looks)) > 180
    assert len({mark(domain, 0, 0, 84) for domain in thousand_domains()}) > 990


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_lettering_has_the_contrast_of_wcag_aa_in_both_themes() -> None:
    for number in range(300):
        text = stamp(f"d{number}.example").decode()
        light, dark = text.split("</style>")[0].split("@media")
        for theme in (light, dark):
            colours = dict(re.findall(r"\.([pcd])\{fill:(#[0-9a-f]{6})\}", theme))
            assert contrast(colours["c"], colours["p"]) >= 4.5
            assert contrast(colours["d"], colours["p"]) >= 4.5


def test_the_drawing_fits_its_box() -> None:
    root = check_form(stamp())
    assert root.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
    assert ink(0, 0, 0) == "#000000"
