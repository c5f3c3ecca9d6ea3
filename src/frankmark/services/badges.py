"""What a bot answers: for each channel its badge, drawn from the fact, and what the fact rests on.

The words say what is registered and nothing else. A channel, a brand and its domain are shown as they stand and are
nothing to tap on; of all addresses in an answer only the receipt's is a link, and it is the node's own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from frankmark.foundation.phrases import Phrases
from frankmark.ports.messaging import Piece
from frankmark.protocols.signal.attribution import MOST_ARTIFACTS
from frankmark.protocols.signal.model import Artifact, Attribution, Fact, ObservedSignal
from frankmark.protocols.signal.verdict import LEVELS, Colour

__all__ = ["LONGEST_ANSWER", "SYMBOLS", "Badges", "Stated", "label", "length"]

LONGEST_ANSWER: Final = 3_500  # UTF-16 code units; the platforms take 4,096, and one of them gets marks around literals
LONGEST_VALUE: Final = 120
SYMBOLS: Final = {
    Colour.GREEN: "\U0001f7e2",
    Colour.AMBER: "\U0001f7e0",
    Colour.RED: "\U0001f534",
    Colour.GREY: "\u26aa",
}
# Private-use characters around what is literal, while a phrase is being filled.
OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
LITERAL: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
# Nothing that a stranger writes may turn, hide or break the line that it stands in.
HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000\ue001]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What was found out about one channel.

    Attributes:
        artifact: The channel; None if the message holds none.
        fact: What the registry says.
        brand: The name of the brand that the fact is about, or the id that nobody knows; empty if it is about none.
        domain: Its anchor; empty for a brand that nobody knows.
        signals: What can be seen of the channel.
        receipt: The id of the receipt; empty if none could be kept.
    """

    artifact: Artifact | None
    fact: Fact
    brand: str = ""
    domain: str = ""
    signals: tuple[ObservedSignal, ...] = ()
    receipt: str = ""


class Badges:
    """Writes answers.

    Args:
        phrases: The words.
        public_url: The node's own origin, under which receipts are found.
    """

    def __init__(self, phrases: Phrases, public_url: str) -> None:
        self._phrases = phrases
        self._public_url = public_url

    def answer(self, tag: str, attribution: Attribution, stated: Sequence[Stated]) -> tuple[Piece, ...]:
        """Write the answer to one message.

        Args:
            tag: The language of whoever asks, as a platform names it; English for one that we do not speak.
            attribution: What ties the channels to whoever wrote the message.
            stated: What was found out, one for each channel.

        Returns:
            The text in pieces, at most 3,500 code units.
        """
        language = self._phrases.chosen(tag)
        found = [each for each in stated if each.artifact is not None]
        if not found:
            return _pieces(self._phrases.say(language, "badge.none"))
        blocks = [self._block(language, each) for each in found]
        said = [f"badge.{attribution.value}"] if self._phrases.has(f"badge.{attribution.value}") else []
        closing = "\n".join(self._phrases.say(language, key) for key in (*said, "badge.meaning"))
        return _pieces("\n\n".join([*self._fitting(language, blocks, closing), closing]))

    def too_many(self, tag: str) -> tuple[Piece, ...]:
        """Write the answer to a message with more channels than are looked at."""
        return _pieces(self._phrases.say(self._phrases.chosen(tag), "badge.too_many", count=MOST_ARTIFACTS))

    def code(self, code: str) -> tuple[Piece, ...]:
        """Write what goes with a code into a chat of nobody knows which language: in every one that we speak."""
        places = {"code": _literal(code), "host": _literal(urlsplit(self._public_url).hostname or "")}
        said = (self._phrases.say(language, "control.code", **places) for language in self._phrases.languages)
        return _pieces("\n\n".join(said))

    def _block(self, language: str, stated: Stated) -> str:
        say = self._phrases.say
        holder = "" if stated.brand else ".nobody"
        key = f"badge.{stated.fact.value}{holder}" if stated.fact is Fact.UNKNOWN else f"badge.{stated.fact.value}"
        what = "" if stated.artifact is None else stated.artifact.value
        places = {"what": _literal(what)}
        if not key.endswith(".nobody"):
            anchor = f" ({_literal(stated.domain)})" if stated.domain else ""  # an id that nobody knows has none
            places["brand"] = _literal(stated.brand) + anchor
        lines = [label(self._phrases, language, stated.fact), say(language, key, **places)]
        lines += [say(language, f"badge.{signal.value}") for signal in stated.signals]
        lines.append(self._receipt(language, stated.receipt))
        return "\n".join(lines)

    def _receipt(self, language: str, receipt: str) -> str:
        if not receipt:
            return self._phrases.say(language, "badge.no_receipt")
        url = f"{self._public_url}/receipts/{receipt}"
        return self._phrases.say(language, "badge.receipt", url=url)

    def _fitting(self, language: str, blocks: Sequence[str], closing: str) -> Iterable[str]:
        """As many blocks as there is room for, and how many more there are."""
        room = LONGEST_ANSWER - length(closing) - length(self._phrases.say(language, "badge.more", count=99)) - 4
        for number, block in enumerate(blocks):
            room -= length(block) + 2
            if room < 0:
                yield self._phrases.say(language, "badge.more", count=len(blocks) - number)
                return
            yield block


def label(phrases: Phrases, language: str, fact: Fact) -> str:
    """Draw the badge of a fact: a disc in its colour, its name in a language, its wire word and its level."""
    standing = LEVELS[fact]
    name = phrases.say(language, f"badge.label.{fact.value}")
    return f"{SYMBOLS[standing.colour]} {name} · {fact.value} · {standing.level.value}"


def length(text: str) -> int:
    """Count UTF-16 code units, as the platforms do."""
    return len(text.encode("utf-16-le")) // 2


def _literal(text: str) -> str:
    bare = HIDDEN.sub("", text)
    return OPEN + (bare if len(bare) <= LONGEST_VALUE else f"{bare[: LONGEST_VALUE - 1]}…") + CLOSE


def _pieces(text: str) -> tuple[Piece, ...]:
    parts = LITERAL.split(text)  # every second one stood between the marks
    return tuple(Piece(text=part, literal=bool(place % 2)) for place, part in enumerate(parts) if part)
