"""A domain's badge: who is meant, whether a node has it registered, and when that was looked up.

A badge can be copied, so what it says of a registration has its time, and it leads to where anybody can ask again. It
says nothing about messages. What a node does not know is grey, and a badge all the same. The one that stands where a
domain has no stamp to draw has no time: it is the same for ever.
"""

from enum import StrEnum
from html import escape
from typing import Final

from frankmark.foundation.errors import Misuse
from frankmark.foundation.timestamps import rfc3339
from frankmark.mail.address import canonical_domain, unicode_domain
from frankmark.protocols.securestamp.artwork import ArtworkReason, appearance, mark
from frankmark.protocols.securestamp.artwork_ink import ink, style_sheet
from frankmark.protocols.securestamp.artwork_pen import Seed
from frankmark.protocols.securestamp.artwork_text import SANS, fitted_lines, text, text_width

__all__ = ["BadgeState", "render_badge"]

HEIGHT: Final = 280

_WIDEST_NAME: Final = 3_000
_SIZE: Final = 130
_LEFT: Final = 270
_GAP: Final = 90
_BLUE: Final = 265


class BadgeState(StrEnum):
    """What a node knows about a domain."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not registered"
    UNKNOWN = "unknown"
    NO_STAMP = "no stamp"


def render_badge(domain: str, state: BadgeState, as_of_ms: int | None, *, verify_url: str = "") -> bytes:
    """Draw a badge.

    Args:
        domain: The domain in any spelling.
        state: What the node knows.
        as_of_ms: When it looked, in milliseconds since 1970; None draws no time.
        verify_url: Where to ask again, an http or https URL; empty draws no link.

    Returns:
        An SVG document in UTF-8 without scripts, ids or references other than that link.

    Raises:
        Malformed: The domain has not the form of one.
        Misuse: `ARTWORK_LINK` if the URL is not of http or https.
    """
    if verify_url and not verify_url.startswith(("https://", "http://")):
        raise Misuse(ArtworkReason.ARTWORK_LINK, "a badge links to http or https")
    name = canonical_domain(domain)
    shown = unicode_domain(name)
    owner = shown if shown == name else f"{shown} ({name})"
    moment = "" if as_of_ms is None else rfc3339(as_of_ms // 60_000 * 60_000)
    said = f"{state.value} · {moment[:10]} {moment[11:16]} UTC" if moment else state.value
    size, lines = fitted_lines(owner, _WIDEST_NAME, HEIGHT * 4 // 5, _SIZE)
    split = _LEFT + max(text_width(line, size) for line in lines) + _GAP
    width = split + text_width(said, _SIZE) + 2 * _GAP
    middle = HEIGHT // 2 + size // 3 - (len(lines) - 1) * size * 3 // 5
    owner_lines = [
        text(line, _LEFT, middle + number * size * 6 // 5, size, f'class="c" font-weight="700" font-family="{SANS}"')
        for number, line in enumerate(lines)
    ]
    said_line = text(said, split + _GAP, HEIGHT // 2 + _SIZE // 3, _SIZE, f'class="w" font-family="{SANS}"')
    drawing = [
        f'<path class="p" d="M60 0H{split}V{HEIGHT}H60a60 60 0 0 1-60-60V60a60 60 0 0 1 60-60z"/>',
        f'<path class="d" d="M{split} 0H{width - 60}a60 60 0 0 1 60 60V{HEIGHT - 60}a60 60 0 0 1-60 60H{split}z"/>',
        mark(name, 60, 60, 32),
        *owner_lines,
        said_line,
    ]
    link = (f'<a href="{escape(verify_url)}" target="_top">', "</a>") if verify_url else ("", "")
    title = f"<title>{escape(owner)}: {state.value}{', ' * bool(moment)}{moment}</title>"
    label = f"b{Seed('frankmark/badge/1', f'{name}|{state.value}'.encode()).hexadecimal[:8]}"
    root = f'<svg xmlns="http://www.w3.org/2000/svg" class="{label}" viewBox="0 0 {width} {HEIGHT}" '
    measures = f'width="{width // 10}" height="{HEIGHT // 10}" role="img">'
    return "".join([root, measures, title, _style(label, name, state), link[0], *drawing, link[1], "</svg>\n"]).encode()


def _style(label: str, name: str, state: BadgeState) -> str:
    """The domain in its own hue; the state in one blue for all, or grey with everything: never a traffic light."""
    hue = appearance(name).hue
    chroma = 1 if state is BadgeState.REGISTERED else 0
    rules = {
        "p{fill:": (ink(hue, 962, 18 * chroma), ink(hue, 255, 26 * chroma)),
        "c{fill:": (ink(hue, 380, 100 * chroma), ink(hue, 850, 90 * chroma)),
        "d{fill:": (ink(_BLUE, 420, 110 * chroma), ink(_BLUE, 360, 90 * chroma)),
        "w{fill:": (ink(_BLUE, 985, 4 * chroma), ink(_BLUE, 950, 14 * chroma)),
    }
    return style_sheet(label, rules)
