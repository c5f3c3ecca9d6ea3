"""Skeletons are those of UTS #39, from a table that no interpreter changes."""

import importlib.util
import json
import sys
import unicodedata
from itertools import combinations
from pathlib import Path
from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.confusables import Confusables, ConfusablesReason

ROOT = Path(__file__).parents[2]
DATA = (ROOT / "src/frankmark/data/confusables.txt").read_bytes()
TABLE = Confusables.parse(DATA)
SMALL = b"# A comment\n@version 1.2\n@prototypes\n6F:30-31\n@classes\n230:301\n@cases\n61:41\n@ignorable\nAD\n"


def generator():
    path = ROOT / "vectors" / "generate" / "confusables.py"
    specification = importlib.util.spec_from_file_location("generate_confusables", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


GENERATOR = generator()
PROTOTYPES = GENERATOR.prototypes()
UNSEEN = {
    chr(code)
    for span in GENERATOR.IGNORABLE.split()
    for code in range(int(span.partition("-")[0], 16), int(span.rpartition("-")[2], 16) + 1)
}


def by_the_book(text: str) -> str:
    """UTS #39 §4 word for word, with the interpreter's own normalization."""
    decomposed = unicodedata.normalize("NFD", text)
    seen = "".join(PROTOTYPES.get(character, character) for character in decomposed if character not in UNSEEN)
    return unicodedata.normalize("NFD", seen)


def test_the_table_is_of_one_unicode_version() -> None:
    assert TABLE.version == GENERATOR.UNICODE == "14.0.0"
    assert len(PROTOTYPES) == 6_307
    assert all(prototype not in PROTOTYPES for prototype in PROTOTYPES.values())


def test_every_character_has_the_skeleton_of_the_standard() -> None:
    known = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) != "Cs"]
    if unicodedata.unidata_version != GENERATOR.UNICODE:  # a later one knows characters that the table does not
        told, hangul = DATA.decode("ascii"), range(0xAC00, 0xD7A4)
        known = [one for one in known if f"{ord(one):X}:" in told or ord(one) in hangul]
    wrong = [hex(ord(c)) for c in known if TABLE.skeleton(c) != ("" if c in UNSEEN else by_the_book(c))]
    assert wrong == []


@given(
    st.text(
        alphabet=st.sampled_from("ae\u043e0lI1\u0301\u0323\u0345éǆ각\u0f71\u0f72\u00ad\u200d\uff4fmrn\U0001d41aﷲ"),
        max_size=12,
    )
)
def test_every_text_has_the_skeleton_of_the_standard(text: str) -> None:
    assert TABLE.skeleton(text) == by_the_book(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "\u0440\u0430\u0443\u0440\u0430l"),
        ("acme", "\u0430cme"),
        ("acme", "acrne"),
        ("google", "g\u043e\u043egle"),
        ("example", "exam\u00adple"),
        ("scope", "\u0455\u0441\u043e\u0440\u0435"),
        ("l1", "1l"),
        ("é", "e\u0301"),
        ("각", "\u1100\u1161\u11a8"),
        ("a\u0323\u0301", "a\u0301\u0323"),
    ],
)
def test_what_looks_the_same_has_one_skeleton(one: str, other: str) -> None:
    assert one != other
    assert TABLE.skeleton(one) == TABLE.skeleton(other)
    assert TABLE.caseless_skeleton(one) == TABLE.caseless_skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("acme", "acne"), ("e", "é"), ("5", "s"), ("rn", "nn"), ("w", "vv")])
def test_what_looks_different_has_not(one: str, other: str) -> None:
    assert TABLE.skeleton(one) != TABLE.skeleton(other)
    assert TABLE.caseless_skeleton(one) != TABLE.caseless_skeleton(other)


def test_names_are_compared_as_if_in_one_case() -> None:
    assert TABLE.skeleton("acmec0rp") != TABLE.skeleton("acmecorp")
    assert TABLE.caseless_skeleton("acmec0rp") == TABLE.caseless_skeleton("acmecorp") == "acrnecorp"


def test_which_letters_and_digits_of_ascii_look_alike() -> None:
    pairs = {one + other for one, other in combinations(ascii_lowercase + digits + "-", 2)}
    assert {pair for pair in pairs if TABLE.is_confusable_substitution(*pair)} == {"il", "i1", "l1", "o0"}


@pytest.mark.parametrize(
    ("one", "other"), [("a", "\u0430"), ("0", "o"), ("e", "\u0435"), ("l", "\u04cf"), ("o", "\u03bf"), ("s", "\u0455")]
)
def test_a_substitution_is_confusable_both_ways(one: str, other: str) -> None:
    assert TABLE.is_confusable_substitution(one, other)
    assert TABLE.is_confusable_substitution(other, one)


def test_nothing_substituted_is_no_confusable_substitution() -> None:
    assert not TABLE.is_confusable_substitution("o", "o")


def test_a_small_table() -> None:
    small = Confusables.parse(SMALL)
    assert small.version == "1.2"
    assert small.skeleton("0\xad1A\u0301") == "ooA\u0301"
    assert small.caseless_skeleton("0A") == "oa"
    assert small.is_confusable_substitution("0", "1")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"@version 1\nstray:1",
        b"@version 1\n@unknown\n6F:30",
        b"@version 1\n@prototypes\n6F",
        b"@version 1\n@prototypes\nxyz:30",
        b"@version 1\n@prototypes\n6F:110000",
        b"@version 1\n@prototypes\n6F:-1",
        b"@version 1\n@prototypes\n6F:31-30",
        b"@version 1\n@prototypes\n6F:0-10FFFF",
        b"@version 1\n@prototypes\n6F:FFFFFFFFFFFFFFFFFFFF",
        b"@version 1\n@cases\n61:7FFFFFFFFFFFFFFF",
        b"@version 1\n@classes\nabove:301",
        b"@prototypes\n6F:30",
    ],
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        Confusables.parse(data)
    assert caught.value.code is ConfusablesReason.CONFUSABLES_SYNTAX


def test_a_table_has_a_largest_size() -> None:
    with pytest.raises(Malformed) as caught:
        Confusables.parse(b"#" * 4_194_305)
    assert caught.value.code is ConfusablesReason.CONFUSABLES_TOO_LARGE


def test_the_generator_writes_these_very_bytes() -> None:
    written = GENERATOR.table()
    if unicodedata.unidata_version == GENERATOR.UNICODE:
        assert written.encode("ascii") == DATA
    else:
        # A later interpreter knows more characters; what it says of those of the table has not changed.
        assert set(DATA.decode("ascii").split("@decompositions")[0].splitlines()) <= set(written.splitlines())


def test_the_pairs_are_in_both_directions() -> None:
    pairs = json.loads(GENERATOR.PAIRS.read_text(encoding="utf-8"))
    assert {GENERATOR.bare(one) for one in pairs} >= PROTOTYPES.keys() | set(PROTOTYPES.values())
