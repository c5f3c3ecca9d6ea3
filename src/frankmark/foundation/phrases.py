"""What people read, in the languages we speak: phrases by key, and which language a reader gets (RFC 4647, RFC 9110).

Codes and JSON stay English; only words for people come from here. A phrase holds places in braces, ``{domain}``, that
are filled with text; nothing in a phrase is ever executed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed

__all__ = ["DEFAULT_LANGUAGE", "PhraseReason", "Phrases"]

DEFAULT_LANGUAGE = "en"
PLACE = re.compile(r"\{([a-z_]+)\}")
RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*\Z")
MAX_RANGES = 32


class PhraseReason(StrEnum):
    """Why the phrases cannot be used."""

    PHRASES_INCOMPLETE = "PHRASES_INCOMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of every language.

    Attributes:
        by_language: Language tag → key → phrase. Every language has the keys of English.
    """

    by_language: Mapping[str, Mapping[str, str]]

    @classmethod
    def parse(cls, files: Mapping[str, Sequence[bytes]]) -> "Phrases":
        """Read JSON objects of strings, one file a room.

        Args:
            files: Language tag → the files' octets; `en` must be among them.

        Returns:
            The phrases.

        Raises:
            Malformed: A file is not an object of strings, misses a key of English, has one that English has not, or
                has other places in a phrase (`PHRASES_INCOMPLETE`).
        """
        by_language = {language: _merged(language, some) for language, some in files.items()}
        english = by_language[DEFAULT_LANGUAGE]
        for language, phrases in by_language.items():
            for key in english.keys() ^ phrases.keys():
                raise Malformed(PhraseReason.PHRASES_INCOMPLETE, f"{language} and en differ in {key}")
            for key, phrase in phrases.items():
                if set(PLACE.findall(phrase)) != set(PLACE.findall(english[key])):
                    raise Malformed(PhraseReason.PHRASES_INCOMPLETE, f"{language} has other places in {key}")
        return cls(by_language=by_language)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, English first."""
        return (DEFAULT_LANGUAGE, *sorted(self.by_language.keys() - {DEFAULT_LANGUAGE}))

    def say(self, language: str, key: str, **places: str | int) -> str:
        """A phrase with its places filled.

        Args:
            language: One of `languages`.
            key: A key of the English file.
            places: Text or number for each place.

        Returns:
            The phrase as plain text; whoever puts it into a document escapes it there.
        """
        return PLACE.sub(lambda found: str(places[found[1]]), self.by_language[language][key])

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self.by_language[DEFAULT_LANGUAGE]

    def chosen(self, accept_language: str) -> str:
        """The language for an `Accept-Language` field: the lookup of RFC 4647.

        Args:
            accept_language: The field's value; empty or nonsense chooses English.

        Returns:
            One of `languages`.
        """
        return next(
            (tag for tag in map(_primary, _ranges(accept_language)) if tag in self.by_language), DEFAULT_LANGUAGE
        )

    def of_locale(self, locale: str) -> str:
        """The language for a POSIX locale such as ``es_ES.UTF-8``; English for any other."""
        tag = locale.partition(".")[0].partition("_")[0].lower()
        return tag if tag in self.by_language else DEFAULT_LANGUAGE


def _primary(tag: str) -> str:
    return tag.partition("-")[0]


def _ranges(field: str) -> Iterable[str]:
    """Language ranges, the most wanted first; those with weight 0 left out."""
    weighted = []
    for part in field.split(",")[:MAX_RANGES]:
        found = RANGE.match(part)
        if found and found[1] != "*":
            weighted.append((-float(found[2] or 1), found[1].lower()))
    return [name for weight, name in sorted(weighted, key=lambda one: one[0]) if weight]


def _merged(language: str, files: Sequence[bytes]) -> Mapping[str, str]:
    merged: dict[str, str] = {}
    for data in files:
        strings = _strings(language, data)
        for key in merged.keys() & strings.keys():
            raise Malformed(PhraseReason.PHRASES_INCOMPLETE, f"{language} has {key} twice")
        merged |= strings
    return merged


def _strings(language: str, data: bytes) -> Mapping[str, str]:
    value = load(data)
    if not isinstance(value, dict):
        raise Malformed(PhraseReason.PHRASES_INCOMPLETE, f"{language} is not an object")
    strings = {key: phrase for key, phrase in value.items() if isinstance(phrase, str)}
    if len(strings) != len(value):
        raise Malformed(PhraseReason.PHRASES_INCOMPLETE, f"{language} holds something else than text")
    return strings
