"""The artwork of a stamp: an SVG that follows from its inputs alone, byte for byte.

Artwork is art. It shows the domain, the collection and the year of issue, is the same before and after a revocation,
and says nothing about a message, a score or a state. Whether a stamp counts is asked for elsewhere.

It is drawn as banknotes are: perforated paper, a frame, guilloche waves, nested rosettes in two inks, the domain's mark
of 5 by 5 cells, and microprint of the seed. Two domains that differ by one letter (put in, left out, replaced, or
swapped with its neighbour) never have both the same hue and the same number of lobes: see `appearance`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.foundation.identifiers import parse_uuid4
from frankmark.mail.address import canonical_domain, unicode_domain
from frankmark.protocols.securestamp.artwork_ink import DEGREES, ink, style_sheet
from frankmark.protocols.securestamp.artwork_pen import Seed, closed_curve, mark_cells, open_curve, polar
from frankmark.protocols.securestamp.artwork_sine import TURN, scaled, sine
from frankmark.protocols.securestamp.artwork_text import MONO, SERIF, fitted_lines, text

__all__ = ["Appearance", "ArtworkReason", "appearance", "mark", "render_stamp"]

WIDTH: Final = 3_200
HEIGHT: Final = 4_000
CENTRE: Final = (1_600, 1_800)

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789-._"
_PRIME: Final = 107  # above the size of the alphabet; 2 is a primitive root of it
_HUES: Final = 12
_FEWEST_LOBES: Final = 7
_LONGEST_TITLE: Final = 32
_YEARS: Final = range(2_000, 10_000)
_SECOND_INKS: Final = (75, 105, 140, 180, 220, 255, 285)
_PITCH: Final = 200
_BITE: Final = 64
_WAVES: Final = 12
_COLUMNS: Final = 26
_BROADEST: Final = 11  # with more lobes than this, twice as many would be too fine to draw


class ArtworkReason(StrEnum):
    """Why nothing is drawn."""

    ARTWORK_TITLE = "ARTWORK_TITLE"
    ARTWORK_YEAR = "ARTWORK_YEAR"
    ARTWORK_LINK = "ARTWORK_LINK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """What the eye catches first.

    Attributes:
        hue: Of the first ink, in degrees, a multiple of 30.
        lobes: Of the rosettes, 7 to 24.
    """

    hue: int
    lobes: int


def appearance(domain: str) -> Appearance:
    """The hue and the number of lobes of a domain's artwork.

    The letters' numbers, weighted with powers of two modulo the prime 107, add up to an index, and each index has its
    own pair of hue and half the number of lobes. Replacing one letter, or swapping two neighbours, changes the sum; one
    letter more or less changes the parity of the number of lobes. So no two names one edit apart look alike.

    Args:
        domain: As A-labels, lower-case.

    Returns:
        The appearance.
    """
    index = 0
    for letter in domain:
        index = (2 * index + _ALPHABET.index(letter) + 1) % _PRIME
    return Appearance(
        hue=index % _HUES * (DEGREES // _HUES), lobes=_FEWEST_LOBES + 2 * (index // _HUES) + len(domain) % 2
    )


def render_stamp(domain: str, stamp_id: str, issue_year: int, collection_title: str, *, design: int = 0) -> bytes:
    """Draw a stamp.

    Args:
        domain: The domain in any spelling.
        stamp_id: The stamp's id, a UUID of version 4.
        issue_year: The year of its first issue, 2000 to 9999.
        collection_title: The collection, 1 to 32 printable characters.
        design: Which of a domain's designs; another number changes the curves, not hue, lobes and mark.

    Returns:
        An SVG document in UTF-8, at most 40 000 octets, without scripts, ids or references.

    Raises:
        Malformed: The domain or the id has not its form, `ARTWORK_YEAR` or `ARTWORK_TITLE`.
    """
    name, identity = canonical_domain(domain), parse_uuid4(stamp_id)
    if issue_year not in _YEARS:
        raise Malformed(ArtworkReason.ARTWORK_YEAR, "A stamp's year has four digits and is not before 2000.")
    if not (0 < len(collection_title) <= _LONGEST_TITLE and collection_title.isprintable()):
        raise Malformed(ArtworkReason.ARTWORK_TITLE, f"A collection's title has 1 to {_LONGEST_TITLE} characters.")
    seed = Seed("frankmark/artwork/1", f"{name}|{identity}|{design}".encode())
    look = appearance(name)
    parts = [
        *_opening(name, f"{collection_title} {issue_year}", look, seed),
        _paper(),
        *_waves(seed),
        *_rosettes(look, seed),
        *_florets(look),
        *_medallion(name),
        *_frame(seed),
        *_heading(collection_title, issue_year),
        *_legend(name, identity),
        "</svg>\n",
    ]
    return "".join(parts).encode()


def _opening(domain: str, series: str, look: Appearance, seed: Seed) -> Iterator[str]:
    """The root element; the style sheet's rules begin with the drawing's own class, so no neighbour obeys them."""
    second = look.hue + _SECOND_INKS[seed.below(len(_SECOND_INKS))]
    name = f"s{seed.hexadecimal[:8]}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" viewBox="0 0 {WIDTH} {HEIGHT}" width="320" '
        f'height="400" role="img"><title>Decorative artwork: {escape(domain)}, {escape(series)}</title>'
    )
    rules = {
        "p{fill:": (ink(look.hue, 962, 18), ink(look.hue, 255, 26)),
        "e{stroke:": (ink(look.hue, 800, 45), ink(look.hue, 400, 40)),
        "a{stroke:": (ink(look.hue, 420, 115), ink(look.hue, 790, 110)),
        "b{stroke:": (ink(second, 480, 105), ink(second, 760, 95)),
        "c{fill:": (ink(look.hue, 380, 100), ink(look.hue, 850, 90)),
        "d{fill:": (ink(second, 450, 100), ink(second, 790, 90)),
    }
    yield style_sheet(name, rules)


def _paper() -> str:
    """Perforated paper: half-circles bitten out of the edges, from the upper left corner clockwise."""
    sides = []
    for letter, sign, count, step in (
        ("h", "", 14, f"{2 * _BITE} 0"),
        ("v", "", 18, f"0 {2 * _BITE}"),
        ("h", "-", 14, f"-{2 * _BITE} 0"),
        ("v", "-", 18, f"0-{2 * _BITE}"),
    ):
        bite = f"a{_BITE} {_BITE} 0 0 0 {step}"
        between = f"{letter}{sign}{_PITCH - 2 * _BITE}"
        corner = f"{letter}{sign}{_PITCH - _BITE}"
        sides.append(corner + between.join([bite] * count) + corner)
    return f'<path class="p e" stroke-width="8" d="M100 100{"".join(sides)}z"/>'


def _waves(seed: Seed) -> Iterator[str]:
    """Guilloche: two families of waves that cross."""
    periods, amplitude = 3 + seed.below(3), 50 + seed.below(40)
    phase, drift = seed.below(TURN), 24 + seed.below(60)
    curves = []
    for row in range(_WAVES):
        for family in (1, -1):
            start = phase + family * row * drift + (TURN // 2 if family < 0 else 0)
            steps = [start + periods * TURN * column // _COLUMNS for column in range(_COLUMNS + 1)]
            y = 850 + 172 * row
            curves.append(
                open_curve([(360 + 2_480 * n // _COLUMNS, y + scaled(amplitude, sine(t))) for n, t in enumerate(steps)])
            )
    yield f'<path class="b" fill="none" stroke-width="5" opacity=".4" d="{"".join(curves)}"/>'


def _rosettes(look: Appearance, seed: Seed) -> Iterator[str]:
    """Twelve nested rosettes r = R + a sin(kt + p) + b sin(mt - p); how p turns from one to the next is the design."""
    count = max(120, 6 * look.lobes)
    second = look.lobes * 2 if look.lobes <= _BROADEST else 3 + seed.below(4)
    twist = (TURN // 2, TURN // 3, 26, 60, TURN // 4, -40)[seed.below(6)]
    wide, fine, phase = 70 + seed.below(60), 14 + seed.below(26), seed.below(TURN)
    inks: dict[str, list[str]] = {"a c": [], "b d": []}
    for ring in range(12):
        base, turn = 400 + 55 * ring, phase + twist * ring
        reach = wide * (8 + ring) // 16

        def radius(step: int, base: int = base, reach: int = reach, turn: int = turn) -> int:
            return base + scaled(reach, sine(look.lobes * step + turn)) + scaled(fine, sine(second * step - turn))

        inks["b d" if ring % 2 else "a c"].append(f'<path d="{closed_curve(polar(CENTRE, radius, count))}"/>')
    for name, curves in inks.items():
        yield f'<g class="{name}" fill-opacity=".06" stroke-width="9">{"".join(curves)}</g>'


def _florets(look: Appearance) -> Iterator[str]:
    """A small rosette in each corner of the field."""
    petals = 5 + look.lobes % 4
    curves = []
    for centre in ((520, 960), (2_680, 960), (520, 2_640), (2_680, 2_640)):
        for size, turn in ((110, 0), (80, TURN // 2), (48, 0)):

            def radius(step: int, size: int = size, turn: int = turn) -> int:
                return size + scaled(size // 3, sine(petals * step + turn))

            curves.append(closed_curve(polar(centre, radius, 6 * petals)))
    yield f'<path class="a p" stroke-width="8" d="{"".join(curves)}"/>'


def _medallion(domain: str) -> Iterator[str]:
    x, y = CENTRE
    yield f'<circle class="p a" cx="{x}" cy="{y}" r="340" stroke-width="22"/>'
    yield f'<circle class="b" fill="none" cx="{x}" cy="{y}" r="310" stroke-width="7"/>'
    yield mark(domain, x - 210, y - 210, 84)


def mark(domain: str, x: int, y: int, cell: int) -> str:
    """A domain's mark as one path of the class c: squares, discs or diamonds.

    Args:
        domain: As A-labels.
        x: The left edge.
        y: The upper edge.
        cell: The side of a cell.

    Returns:
        The markup.
    """
    gap = cell // 12
    side = cell - 2 * gap
    half = side // 2
    long = half + gap // 2
    shape = (
        f"m{gap} {gap}h{side}v{side}h-{side}z",
        f"m{gap} {gap + half}a{half} {half} 0 0 1 {2 * half} 0a{half} {half} 0 0 1-{2 * half} 0z",
        f"m{gap + half} {gap - gap // 2}l{long} {long}-{long} {long}-{long}-{long}z",
    )[Seed("frankmark/mark/shape/1", domain.encode("ascii")).below(3)]
    cells = "".join(f"M{x + cell * column} {y + cell * row}{shape}" for column, row in mark_cells(domain))
    return f'<path class="c" d="{cells}"/>'


def _frame(seed: Seed) -> Iterator[str]:
    yield '<rect class="a" fill="none" x="270" y="270" width="2660" height="3460" rx="50" stroke-width="20"/>'
    yield '<rect class="b" fill="none" x="330" y="330" width="2540" height="3340" rx="24" stroke-width="7"/>'
    for y in (314, 3_712):
        yield text(seed.hexadecimal, 320, y, 34, f'class="c" opacity=".8" font-family="{MONO}"', width=2_560)


def _heading(title: str, year: int) -> Iterator[str]:
    size, lines = fitted_lines(title, 1_500, 200, 170)
    for number, line in enumerate(lines):
        y = 600 + (number - len(lines) + 1) * size
        yield text(line, 400, y, size, f'class="d" font-family="{SERIF}" font-style="italic"')
    attributes = f'class="c" font-family="{SERIF}" font-weight="700" text-anchor="end"'
    yield text(str(year), 2_800, 610, 300, attributes)


def _legend(domain: str, identity: str) -> Iterator[str]:
    """The domain for people and, if that differs, as the DNS has it; below it the beginning of the stamp's id."""
    shown = unicode_domain(domain)
    middle = 'text-anchor="middle"'
    size, lines = fitted_lines(shown, 2_380, 330 if shown == domain else 240, 270)
    y = 3_240 - (len(lines) - 1) * size * 3 // 5
    for number, line in enumerate(lines):
        attributes = f'class="c" font-family="{SERIF}" font-weight="700" {middle}'
        yield text(line, CENTRE[0], y + number * size * 6 // 5, size, attributes)
    if shown != domain:
        small, lines = fitted_lines(domain, 2_380, 110, 90)
        for number, line in enumerate(lines):
            attributes = f'class="d" font-family="{MONO}" {middle}'
            yield text(line, CENTRE[0], 3_390 + number * small * 6 // 5, small, attributes)
    serial = f"No. {identity[:4]} {identity[4:8]}".upper().replace("NO.", "No.")
    yield text(serial, CENTRE[0], 3_560, 120, f'class="d" font-family="{SERIF}" {middle}')
