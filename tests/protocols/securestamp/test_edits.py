"""The edits between two names are as few as can be, and they do lead from one to the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from frankmark.protocols.securestamp.edits import Edit, EditKind, alignment

TEXT = st.text(alphabet="abé", max_size=12)


def applied(original: str, edits: tuple[Edit, ...]) -> str:
    """Carry the edits out, front to back: what stands between them is copied."""
    written: list[str] = []
    taken = 0
    for edit in edits:
        kept = edit.position - 1 - (len(written) if edit.kind is EditKind.ADDED else taken)
        written += original[taken : taken + kept]
        taken += kept
        if edit.kind is not EditKind.ADDED:
            assert original[taken] == edit.was
            taken += 1
        written += edit.now
    return "".join([*written, *original[taken:]])


@given(TEXT, TEXT)
def test_they_are_as_few_as_can_be_and_lead_there(original: str, altered: str) -> None:
    edits = alignment(original, altered)
    assert len(edits) == Levenshtein.distance(original, altered)
    assert applied(original, edits) == altered


@pytest.mark.parametrize(
    ("original", "altered", "said"),
    [
        ("", "", []),
        ("same", "same", []),
        ("acmecorp", "acmec0rp", ["Character 'o' replaced by '0' at position 6"]),
        ("ab", "b", ["Character 'a' removed at position 1"]),
        ("b", "ab", ["Character 'a' added at position 1"]),
        ("oo", "ooo", ["Character 'o' added at position 3"]),
        ("ab", "ba", ["Character 'a' replaced by 'b' at position 1", "Character 'b' replaced by 'a' at position 2"]),
        ("abc", "xb", ["Character 'a' replaced by 'x' at position 1", "Character 'c' removed at position 3"]),
        ("e", "é", ["Character 'e' replaced by 'é' (U+00E9) at position 1"]),
        ("", "😀", ["Character '😀' (U+1F600) added at position 1"]),
    ],
)
def test_what_they_are_called(original: str, altered: str, said: list[str]) -> None:
    assert [str(edit) for edit in alignment(original, altered)] == said
