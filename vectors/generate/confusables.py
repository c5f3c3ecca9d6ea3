"""Write ``src/frankmark/data/confusables.txt``: `python vectors/generate/confusables.py` under Python 3.11.

Two sources. Which characters look alike comes from ``vectors/third-party/confusables/confusables.json``, which holds
the pairs of the Unicode file confusables.txt in both directions. Decompositions, combining classes and case pairs come
from the interpreter, which has to be one with the same Unicode version; the product reads only the file written here.

A pair is turned back into source and prototype thus: a prototype is never a source, so of two characters the one that
has other partners, or more than one character, is the prototype; of two that have only each other, the one that the
file names first is the source.
"""

import json
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAIRS = ROOT / "vectors" / "third-party" / "confusables" / "confusables.json"
TABLE = ROOT / "src" / "frankmark" / "data" / "confusables.txt"
UNICODE = "14.0.0"
SURROGATES = range(0xD800, 0xE000)
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic
EVERY = [chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES]
# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, which the interpreter does not know.
IGNORABLE = (
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8"
    " 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
HEADER = f"""\
# Characters that look alike, for skeletons as Unicode Technical Standard #39, section 4, defines them.
# Unicode {UNICODE}. (c) 2021 Unicode, Inc. Unicode licence v3: https://www.unicode.org/license.txt
# Written by vectors/generate/confusables.py; do not edit. Code points are hexadecimal.
@version {UNICODE}
"""


def prototypes() -> dict[str, str]:
    """Each source with its prototype."""
    partners: dict[str, set[str]] = defaultdict(set)
    order: dict[str, int] = {}
    for written, listed in json.loads(PAIRS.read_text(encoding="utf-8")).items():
        one = bare(written)
        order.setdefault(one, len(order))
        for other in {bare(item["c"]) for item in listed} - {one}:
            partners[one].add(other)
            partners[other].add(one)
    found = {}
    for one, place in order.items():
        if len(one) > 1 or len(partners[one]) > 1:
            continue
        (other,) = partners[one]
        if len(other) == 1 and len(partners[other]) == 1 and place > order[other]:
            continue
        found[one] = other
    return found


def bare(written: str) -> str:
    """The pairs hold right-to-left characters between two direction marks."""
    return written.replace("\u200e", "") or written


def hexadecimal(text: str) -> str:
    """Code points with a blank between."""
    return " ".join(f"{ord(character):X}" for character in text)


def spans(characters: list[str]) -> str:
    """Code points in ascending order, neighbours as a span."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return " ".join(f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in runs)


def table() -> str:
    """The whole file."""
    sources: dict[str, list[str]] = defaultdict(list)
    for source, prototype in prototypes().items():
        sources[prototype].append(source)
    classes: dict[int, list[str]] = defaultdict(list)
    for character in EVERY:
        if combining := unicodedata.combining(character):
            classes[combining].append(character)
    decomposed = {c: unicodedata.normalize("NFD", c) for c in EVERY if ord(c) not in HANGUL}
    cases = {c.lower(): c for c in EVERY if c.lower() != c and len(c.lower()) == 1 and c.lower().upper() == c}
    lines = ["@prototypes", *(f"{hexadecimal(to)}:{spans(of)}" for to, of in sorted(sources.items()))]
    lines += ["@decompositions", *(f"{ord(c):X}:{hexadecimal(to)}" for c, to in decomposed.items() if c != to)]
    lines += ["@classes", *(f"{combining}:{spans(of)}" for combining, of in sorted(classes.items()))]
    lines += ["@cases", *(f"{ord(lower):X}:{ord(upper):X}" for lower, upper in sorted(cases.items()))]
    lines += ["@ignorable", IGNORABLE]
    return HEADER + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"this interpreter has Unicode {unicodedata.unidata_version}; the table is Unicode {UNICODE}")
    TABLE.write_text(table(), encoding="ascii")
    print(f"{TABLE.relative_to(ROOT)}: {TABLE.stat().st_size} octets")
