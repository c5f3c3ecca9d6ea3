"""The edits that make one name out of another, said so that a person can find them (specs/lookalike.md).

Among alignments of least cost one is chosen by rule, so that every node says the same: what two names have in common at
the front and at the back is left alone; in what remains a replacement is preferred to a removal, a removal to an
addition, from the front on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

__all__ = ["Edit", "EditKind", "alignment"]


class EditKind(StrEnum):
    """What was done to a character of the original name."""

    REPLACED = "replaced"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit.

    Attributes:
        kind: What was done.
        position: Where, counted from 1: in the original name, for an added character in the altered one.
        was: The character of the original name, or "".
        now: The character of the altered name, or "".
    """

    kind: EditKind
    position: int
    was: str = ""
    now: str = ""

    @override
    def __str__(self) -> str:
        """One sentence without its full stop; a character beyond ASCII is named by its code point too."""
        if self.kind is EditKind.REPLACED:
            return f"Character {_named(self.was)} replaced by {_named(self.now)} at position {self.position}"
        return f"Character {_named(self.was or self.now)} {self.kind} at position {self.position}"


def alignment(original: str, altered: str) -> tuple[Edit, ...]:
    """Find a shortest list of edits that leads from one name to another.

    Args:
        original: A name, short: time and room grow with the product of the lengths.
        altered: Another.

    Returns:
        The edits from front to back, as many as the Levenshtein distance.
    """
    front = _common(original, altered)
    back = _common(original[front:][::-1], altered[front:][::-1])
    was, now = original[front : len(original) - back], altered[front : len(altered) - back]
    return tuple(_edits(was, now, front))


def _edits(was: str, now: str, front: int) -> Iterator[Edit]:
    left = _costs(was, now)
    i = j = 0
    while i < len(was) or j < len(now):
        both = i < len(was) and j < len(now)
        if both and left[i][j] == left[i + 1][j + 1] + (was[i] != now[j]):
            if was[i] != now[j]:
                yield Edit(kind=EditKind.REPLACED, position=front + i + 1, was=was[i], now=now[j])
            i, j = i + 1, j + 1
        elif i < len(was) and left[i][j] == left[i + 1][j] + 1:
            yield Edit(kind=EditKind.REMOVED, position=front + i + 1, was=was[i])
            i += 1
        else:
            yield Edit(kind=EditKind.ADDED, position=front + j + 1, now=now[j])
            j += 1


def _costs(was: str, now: str) -> list[list[int]]:
    """The least edits that the rest of one from i on needs to become the rest of the other from j on."""
    left = [[0] * (len(now) + 1) for _ in range(len(was) + 1)]
    for i in range(len(was), -1, -1):
        for j in range(len(now), -1, -1):
            if i == len(was) or j == len(now):
                left[i][j] = len(was) - i + len(now) - j
            else:
                replaced = left[i + 1][j + 1] + (was[i] != now[j])
                left[i][j] = min(replaced, left[i + 1][j] + 1, left[i][j + 1] + 1)
    return left


def _common(one: str, other: str) -> int:
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared


def _named(character: str) -> str:
    return f"'{character}'" if character.isascii() else f"'{character}' (U+{ord(character):04X})"
