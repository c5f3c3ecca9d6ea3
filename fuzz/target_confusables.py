"""Skeletons and look-alikes: any octets are a table or are refused; any two names have edits and a confidence."""

from contextlib import suppress
from pathlib import Path

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import canonical_domain
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.securestamp.edits import alignment
from frankmark.protocols.securestamp.lookalike import CERTAIN_ENOUGH, LookalikeIndex, candidates

TABLE = Confusables.parse((Path(__file__).parents[1] / "src/frankmark/data/confusables.txt").read_bytes())
SUFFIXES = PublicSuffixes.parse("// ===BEGIN ICANN DOMAINS===\ncom\n")


def compare(one: str, other: str) -> None:
    index = LookalikeIndex(SUFFIXES, TABLE)
    index.add(canonical_domain(f"{one}.com"))
    for candidate in candidates(canonical_domain(f"{other}.com"), index):
        if not 0 <= candidate.confidence <= CERTAIN_ENOUGH:
            raise AssertionError("a confidence is out of bounds")


def one_input(data: bytes) -> None:
    with suppress(Malformed):
        Confusables.parse(b"@version 1\n" + data)
    one, _, other = data.decode("utf-8", "replace")[:160].partition("\x00")
    if len(alignment(one, other)) > max(len(one), len(other)):
        raise AssertionError("more edits than characters")
    if TABLE.is_confusable_substitution(one, other) is not TABLE.is_confusable_substitution(other, one):
        raise AssertionError("one looks like the other and not the other like the one")
    with suppress(Malformed):
        compare(one, other)
