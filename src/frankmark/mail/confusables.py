"""Which characters look alike: skeletons of Unicode Technical Standard #39, section 4.

The table is data with a Unicode version of its own and is handed in as octets (``confusables.txt``, written by
``vectors/generate/confusables.py``). It carries the decompositions, combining classes and case pairs that a skeleton
needs, because the interpreter's own change with its version and a verdict must not.

Names in the DNS are shown in either case, so two letters also look alike if their capitals do: ``i`` and ``l`` (``I``),
``o`` and ``0`` (``O``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from frankmark.foundation.errors import Malformed

__all__ = ["Confusables", "ConfusablesReason"]

MAX_TABLE_OCTETS: Final = 4_194_304  # the table of Unicode 14.0 has under 100,000
MAX_SPAN: Final = 4_096  # code points that one entry may stand for
_SECTIONS: Final = ("prototypes", "decompositions", "classes", "cases")
_HANGUL: Final = 0xAC00  # The Unicode Standard, section 3.12: syllables are decomposed by arithmetic
_HANGUL_COUNT: Final = 11_172
_TRAILING: Final = 28
_VOWELS_TRAILING: Final = 588


class ConfusablesReason(StrEnum):
    """Why octets are not a table of confusables."""

    CONFUSABLES_TOO_LARGE = "CONFUSABLES_TOO_LARGE"
    CONFUSABLES_SYNTAX = "CONFUSABLES_SYNTAX"


class _Skeletons(dict[int, str]):
    """What each code point becomes; Hangul syllables are worked out when they are met."""

    def __missing__(self, code: int) -> str:
        jamo = _jamo(code)
        if not jamo:
            raise KeyError(code)
        return jamo.translate(self)


def _jamo(code: int) -> str:
    index = code - _HANGUL
    if not 0 <= index < _HANGUL_COUNT:
        return ""
    trailing = index % _TRAILING
    parts = [0x1100 + index // _VOWELS_TRAILING, 0x1161 + index % _VOWELS_TRAILING // _TRAILING, 0x11A7 + trailing]
    return "".join(chr(part) for part in (parts if trailing else parts[:2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusables:
    """A read table. Make one with `parse`.

    Attributes:
        version: The Unicode version of the table.
    """

    version: str
    _skeletons: Mapping[int, str]
    _classes: Mapping[str, int]
    _capitals: Mapping[int, str]
    _small: Mapping[int, str]
    _read_as_capitals: dict[int, str]

    @classmethod
    def parse(cls, data: bytes) -> "Confusables":
        """Read the octets of ``confusables.txt``.

        Args:
            data: ASCII lines ``key:values`` of hexadecimal code points under ``@section`` lines; ``#`` is a comment.

        Returns:
            The table.

        Raises:
            Malformed: The octets are too many or not of this form.
        """
        if len(data) > MAX_TABLE_OCTETS:
            raise Malformed(ConfusablesReason.CONFUSABLES_TOO_LARGE, "the table has more than 4 MiB")
        try:
            version, sections, ignorable = _read(data.decode("ascii"))
            prototypes = {c: _text(to) for to, of in sections["prototypes"] for c in _spans(of)}
            decompositions = {chr(int(c, 16)): _text(to) for c, to in sections["decompositions"]}
            classes = {c: int(combining) for combining, of in sections["classes"] for c in _spans(of)}
            cases = {int(lower, 16): int(upper, 16) for lower, upper in sections["cases"]}
            capitals = {lower: chr(upper) for lower, upper in cases.items()}
            small = {upper: chr(lower) for lower, upper in cases.items()}
            unseen = {ord(c): "" for c in _spans(ignorable)}
        except (ValueError, OverflowError):
            raise Malformed(ConfusablesReason.CONFUSABLES_SYNTAX, "the octets are no table of confusables") from None
        skeletons = _Skeletons()
        for character in prototypes.keys() | decompositions.keys():
            parts = decompositions.get(character, character)
            seen = "".join(prototypes.get(part, part) for part in parts)
            skeletons[ord(character)] = "".join(decompositions.get(part) or _jamo(ord(part)) or part for part in seen)
        skeletons.update(unseen)
        table = cls(
            version=version,
            _skeletons=skeletons,
            _classes=classes,
            _capitals=capitals,
            _small=small,
            _read_as_capitals={},
        )
        for letter, capital in capitals.items():
            seen = table.caseless_skeleton(capital)
            if seen.isascii() and not table.caseless_skeleton(chr(letter)).isascii():
                table._read_as_capitals[letter] = seen
        return table

    def skeleton(self, text: str) -> str:
        """Give what a text looks like: two texts with one skeleton are confusable (UTS #39 §4).

        Args:
            text: Any text.

        Returns:
            Its skeleton. It is for comparing, not for showing.
        """
        seen = text.translate(self._skeletons)
        if seen.isascii() or not any(character in self._classes for character in seen):
            return seen
        runs = groupby(seen, key=lambda character: character in self._classes)
        return "".join("".join(sorted(run, key=self._classes.__getitem__) if marks else run) for marks, run in runs)

    def caseless_skeleton(self, text: str) -> str:
        """Give what a name looks like to someone for whom capitals and small letters are the same.

        Args:
            text: A name, as the DNS compares names: without regard to case.

        Returns:
            The skeleton of the small letters of its skeleton: that of ``acmec0rp`` is that of ``acmecorp``. A letter
            that looks like one of ASCII only as a capital is read as the capital.
        """
        seen = self.skeleton(text.translate(self._read_as_capitals))
        small = seen.translate(self._small)
        return seen if small == seen else self.skeleton(small)

    def is_confusable_substitution(self, one: str, other: str) -> bool:
        """Say whether one character may be taken for another, in small letters or in capitals.

        Args:
            one: A character.
            other: A different character.

        Returns:
            Whether a skeleton of the first, as it is or as a capital, is one of the second; False for equal characters,
            since nothing is substituted.
        """
        return one != other and not self._looks(one).isdisjoint(self._looks(other))

    def _looks(self, text: str) -> frozenset[str]:
        return frozenset((self.skeleton(text), self.skeleton(text.translate(self._capitals))))


def _read(text: str) -> tuple[str, dict[str, list[tuple[str, str]]], str]:
    """The version, the sections with one entry a line, and the spans of what is not seen at all."""
    sections: dict[str, list[tuple[str, str]]] = {name: [] for name in _SECTIONS}
    version = ignorable = section = ""
    for line in text.splitlines():
        if line.startswith("@"):
            section, _, rest = line[1:].partition(" ")
            version = rest or version
        elif section == "ignorable":
            ignorable = line
        elif line and not line.startswith("#"):
            key, colon, values = line.partition(":")
            if not colon or section not in sections:
                raise ValueError(line)
            sections[section].append((key, values))
    if not version:
        raise ValueError(text[:1])
    return version, sections, ignorable


def _text(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split())


def _spans(written: str) -> Iterator[str]:
    for span in written.split():
        first, _, last = span.partition("-")
        start, stop = int(first, 16), int(last or first, 16) + 1
        if not 0 < stop - start <= MAX_SPAN:
            raise ValueError(span)
        yield from map(chr, range(start, stop))
