"""Channels in running text: what a person could tap on, call or write to.

In this order: URLs with a scheme, wherever they stand; then, between white space and quotation marks, mail addresses,
hosts without a scheme whose suffix exists, and handles; then numbers in international form. What has the look of a link
and is none is left out.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import canonical_domain
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.model import Subject
from frankmark.protocols.signal.subject import URL, number_subject, subject

__all__ = ["LONGEST_TEXT", "Tables", "entity_number", "entity_subject", "subjects_in"]

LONGEST_TEXT: Final = 65_536
_SPACE: Final = r"\s<>\"“”„«»"
_URL: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:https?:[/\\]+|tg:(?://)?resolve\?|whatsapp:(?=[/+]))[^{_SPACE}]+", re.IGNORECASE
)
_TOKEN: Final = re.compile(rf"[^{_SPACE}]+")
_BARE: Final = re.compile(r"([^/\\?#@:]+\.[^/\\?#@:.]+)(?::[0-9]{1,5})?(?:[/\\?#].*)?", re.DOTALL)
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9+])\+[1-9](?:[ .()-]{0,2}[0-9]){6,14}(?![0-9])", re.ASCII)
_BEFORE: Final = "([{'\u2018*_~`\u00bf\u00a1"
_AFTER: Final = ".,;:!?)]}'\u2019*_~`\u2026\u3002\uff0c\uff01\uff1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The data that reading needs.

    Attributes:
        suffixes: The Public Suffix List.
        shorteners: Hosts of link shorteners, canonical.
    """

    suffixes: PublicSuffixes
    shorteners: Collection[str] = frozenset()


def subjects_in(text: str, tables: Tables, *, handles: bool) -> Iterator[Subject]:
    """Find the channels in a text.

    Args:
        text: The text; what lies beyond 65,536 characters is not looked at.
        tables: The data.
        handles: Whether ``@name`` is a handle, as it is on Telegram.

    Yields:
        What can be asked about, in the order said above; the same one perhaps more than once.
    """
    found: list[Subject] = []
    rest = text[:LONGEST_TEXT]
    rest = _URL.sub(_taking(found, lambda word: entity_subject(URL, word, tables)), rest)
    rest = _TOKEN.sub(_taking(found, lambda word: _word(word, tables, handles=handles)), rest)
    yield from found
    for number in _NUMBER.finditer(rest):
        yield number_subject(number[0], tables.suffixes)


def entity_subject(kind: str, text: str, tables: Tables) -> Subject | None:
    """Read what a platform or a pattern has marked as a channel.

    Args:
        kind: A type of artifact, or ``url``.
        text: How it was written.
        tables: The data.

    Returns:
        What can be asked about, or None when it is none.
    """
    try:
        return subject(kind, text, tables.suffixes, tables.shorteners)
    except Malformed:
        return None


def entity_number(text: str, tables: Tables) -> Subject | None:
    """Read what a platform has marked as a number; else as `entity_subject`."""
    try:
        return number_subject(f"+{text.removeprefix('+')}", tables.suffixes)
    except Malformed:
        return None


def _taking(found: list[Subject], reading: Callable[[str], Subject | None]) -> Callable[[re.Match[str]], str]:
    """Collect what is found, and leave a space in its place."""

    def take(match: re.Match[str]) -> str:
        read = reading(_trimmed(match[0]))
        if read is None:
            return match[0]
        found.append(read)
        return " "

    return take


def _trimmed(word: str) -> str:
    """A word without the punctuation around it; a bracket that was opened inside stays."""
    inner = word.lstrip(_BEFORE)
    kept = inner.rstrip(_AFTER)
    return f"{kept})" if "(" in kept and inner[len(kept) :].startswith(")") else kept


def _word(word: str, tables: Tables, *, handles: bool) -> Subject | None:
    if word.startswith("@"):
        return entity_subject("telegram", word, tables) if handles else None
    if "@" in word:
        return entity_subject("email", word, tables)
    bare = _BARE.fullmatch(word)
    return entity_subject(URL, word, tables) if bare and _exists(bare[1], tables.suffixes) else None


def _exists(host: str, suffixes: PublicSuffixes) -> bool:
    """Whether a host without a scheme ends in a suffix that there is, as a file name does not."""
    try:
        return suffixes.is_listed(canonical_domain(host, underscores=True))
    except Malformed:
        return False
