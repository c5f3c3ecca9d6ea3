"""What the demonstration prints: steps with a sign, and verdicts with everything that they rest on."""

from collections.abc import Iterator, Mapping
from typing import Final, TextIO

from frankmark.foundation.phrases import Phrases
from frankmark.protocols.securestamp.assessment import Assessment, Weighed
from frankmark.protocols.securestamp.scoring import DIMENSIONS
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName, Value
from frankmark.services.mailcheck import MailVerdict

__all__ = ["Telling"]

SIGNS: Final = {"trusted": "✓", "caution": "!", "blocked": "✕", "unknown": "–"}
COLOURS: Final = {"trusted": "32", "caution": "33", "blocked": "31", "unknown": "90", "quiet": "2", "strong": "1"}
DAYS: Final = {
    SignalName.DOMAIN_AGE: "demo.days",
    SignalName.REGISTRATION: "demo.days_left",
    SignalName.SSL: "demo.days_left",
}
UNREPORTED: Final = frozenset(DIMENSIONS["behavioral_history"])
LABEL: Final = 14
WORD: Final = 10
POINT: Final = 1000  # thousandths
WIDE: Final = ((0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFF00, 0xFF60))


class Telling:
    """Tells, and remembers whether everything was as it must be.

    Args:
        phrases: The words.
        language: In which language.
        stream: Where to.
        environ: For `NO_COLOR` and `TERM`.
    """

    def __init__(self, phrases: Phrases, language: str, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._phrases = phrases
        self._language = language
        self._stream = stream
        self._colour = stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self.broken: list[str] = []
        self.kept = 0

    def say(self, key: str, **places: str | int) -> str:
        """A phrase."""
        return self._phrases.say(self._language, key, **places)

    def line(self, text: str = "", tone: str = "") -> None:
        """One line."""
        shown = f"\x1b[{COLOURS[tone]}m{text}\x1b[0m" if tone and self._colour else text
        self._stream.write(shown + "\n")
        self._stream.flush()

    def title(self, key: str, **places: str | int) -> None:
        """The title of a part."""
        self.line()
        self.line(self.say(key, **places), "strong")

    def fact(self, key: str, text: str, indent: int = 2) -> None:
        """A label and what stands beside it."""
        self.line(" " * indent + _padded(self.say(key), LABEL) + text)

    def done(self, key: str, **places: str | int) -> None:
        """A step that was taken."""
        self.line(f"  ✓ {self.say(key, **places)}")

    def must(self, *, holds: bool, what: str) -> None:
        """Note whether something is as it must be, and say so if it is not."""
        if holds:
            self.kept += 1
        else:
            self.broken.append(what)
            self.line(f"  ✕ {self.say('demo.not_as_expected', what=what)}", "blocked")

    def headline(self, verdict: MailVerdict, subject: str) -> None:
        """State, score, and what was checked."""
        shown = verdict.display.value
        word = _padded(self.say(f"display.{shown}"), WORD)
        self.line(f"  {SIGNS[shown]} {word} {verdict.assessment.score:>3}  {subject}", shown)

    def verdict(self, verdict: MailVerdict, subject: str) -> None:
        """A verdict with everything that it rests on."""
        self.headline(verdict, subject)
        assessment = verdict.assessment
        weighed = {each.signal.name: each for each in assessment.signals}
        for name, group in DIMENSIONS.items():
            present = [weighed[signal] for signal in group if signal in weighed]
            if present:
                self.fact(f"demo.dimension.{name}", self._group(present), indent=4)
        self.fact("demo.channels", self._channels(assessment), indent=4)
        gained = sum(each.contribution for each in assessment.signals)
        weight = sum(each.weight for each in assessment.signals)
        self.fact("demo.sum", self.say("demo.sum_text", points=_points(gained), weight=weight, raw=assessment.raw), 4)
        self.because(assessment)

    def differences(self, verdict: MailVerdict) -> None:
        """The signals that do not bring what they could, those that nobody can know yet left out."""
        lacking = [
            each
            for each in verdict.assessment.signals
            if each.contribution < each.weight * POINT and each.signal.name not in UNREPORTED
        ]
        if lacking:
            self.fact("demo.lacking", " · ".join(map(self._signal, lacking)), indent=4)

    def because(self, assessment: Assessment) -> None:
        """Why the score is not higher: the rules that lowered it, or that its signals alone do not suffice."""
        for number, text in enumerate(self._reasons(assessment)):
            self.line("    " + _padded(self.say("demo.because") if number == 0 else "", LABEL) + text)

    def _group(self, present: list[Weighed]) -> str:
        if all(each.signal.value == UNAVAILABLE for each in present):
            gained = _points(sum(each.contribution for each in present))
            return f"{self.say('demo.nothing_reported')} {gained}/{sum(each.weight for each in present)}"
        return " · ".join(map(self._signal, present))

    def _signal(self, each: Weighed) -> str:
        name = each.signal.name
        value = self._value(name, each.signal.value)
        return f"{self.say(f'demo.signal.{name.value}')} {value} {_points(each.contribution)}/{each.weight}"

    def _value(self, name: SignalName, value: Value) -> str:
        if isinstance(value, int):
            return self.say(DAYS[name], days=value) if name in DAYS else str(value)
        words = f"demo.value.{value}"
        if name is SignalName.DMARC and value != UNAVAILABLE and not value.startswith("fail"):
            return f"p={value}"
        return self.say(words) if self._phrases.has(words) else value

    def _channels(self, assessment: Assessment) -> str:
        return " · ".join(
            f"{self.say(f'channel.{each.channel.value}')} {each.result.value}"
            for each in assessment.evidence.lists.channels
        )

    def _reasons(self, assessment: Assessment) -> Iterator[str]:
        if not assessment.fired:
            yield from (self.say(f"reason.{reason.value}") for reason in assessment.reasons)
        similar = assessment.evidence.lists.lookalike
        for each in assessment.fired:
            code = each.reason.value
            sentence = self.say(f"reason.{code}") if self._phrases.has(f"reason.{code}") else code
            if similar is not None and code.startswith("LOOKALIKE"):
                figure = f"{similar.confidence / POINT:.3f}"
                sentence += " " + self.say("demo.resembles", target=similar.target, confidence=figure)
            yield f"{sentence} ({each.rule.value})"


def _points(thousandths: int) -> str:
    """Thousandths of a point as points: ``8``, ``7.65``."""
    return f"{thousandths / POINT:.3f}".rstrip("0").rstrip(".")


def _padded(text: str, width: int) -> str:
    """Text filled up to a width in columns of a terminal, in which ideographs take two."""
    taken = sum(2 if any(low <= ord(one) <= high for low, high in WIDE) else 1 for one in text)
    return text + " " * max(1, width - taken)
