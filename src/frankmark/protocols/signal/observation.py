"""What can be seen of a channel beside the channels that a brand has declared (specs/signal.md).

Names are compared by what they look like (`frankmark.mail.confusables`): a name resembles a declared one if the two
look the same, if few edits lead from one to the other (none below five characters, one below nine, else two), or if one
of its parts between hyphens, dots or underscores looks like the declared name, which then has at least four characters.
A resemblance is an observation. It says nothing about why, and never changes the fact.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from frankmark.mail.address import unicode_domain
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.model import Artifact, ArtifactType, ObservedSignal, Subject
from frankmark.protocols.signal.perimeter import Perimeter, find

__all__ = ["NEW_DAYS", "Eyes", "calling_code", "observed"]

NEW_DAYS: Final = 30
SHORTEST_PART: Final = 4
_ONE_EDIT: Final = 5
_TWO_EDITS: Final = 9
_PARTS: Final = re.compile(r"[-._ ]")
# ITU-T E.164: zones 1 and 7, two-digit codes, and three digits for all others.
_CALLING_CODE: Final = re.compile(r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})", re.ASCII)
_NUMBERS: Final = frozenset({ArtifactType.WHATSAPP, ArtifactType.PHONE})
_HANDLES: Final = frozenset({ArtifactType.TELEGRAM, ArtifactType.SMS_SENDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """The data that comparing needs.

    Attributes:
        suffixes: The Public Suffix List.
        confusables: The table that says which characters look alike.
    """

    suffixes: PublicSuffixes
    confusables: Confusables


def observed(
    subject: Subject, perimeter: Perimeter | None, eyes: Eyes, *, age_days: int | None = None
) -> frozenset[ObservedSignal]:
    """Say what can be seen of a channel.

    Args:
        subject: The channel.
        perimeter: The perimeter of the brand that is asked about; None when there is none.
        eyes: The data.
        age_days: Days since its domain was registered; None when nobody knows, or it has none.

    Returns:
        What its spelling shows, and what the comparison does. A channel inside the perimeter resembles nothing.
    """
    seen = set(subject.signals)
    if age_days is not None and age_days < NEW_DAYS and any(_host(each) for each in subject.readings):
        seen.add(ObservedSignal.NEW_DOMAIN)
    if perimeter is None or any(find(perimeter, each) for each in subject.readings):
        return frozenset(seen)
    declared = [channel.artifact for channel in perimeter.channels]
    anchor = Artifact(type=ArtifactType.DOMAIN, value=perimeter.domain)
    for reading in subject.readings:
        seen.update(_compared(reading, [anchor, *declared], eyes))
    return frozenset(seen)


def calling_code(number: str) -> str:
    """Give the country calling code of a number.

    Args:
        number: A number in E.164.

    Returns:
        One to three digits.
    """
    code = _CALLING_CODE.match(number)
    return code[1] if code else ""


def _compared(reading: Artifact, declared: list[Artifact], eyes: Eyes) -> Iterator[ObservedSignal]:
    hosts = [_host(each) for each in declared if _host(each)]
    if _host(reading) and _domain_alike(_host(reading), hosts, eyes):
        yield ObservedSignal.LOOKALIKE_DOMAIN
    handles = [each.value for each in declared if each.type is reading.type and reading.type in _HANDLES]
    if any(_handles_alike(reading.value, each, eyes) for each in handles):
        yield ObservedSignal.LOOKALIKE_HANDLE
    codes = {calling_code(each.value) for each in declared if each.type in _NUMBERS}
    if reading.type in _NUMBERS and codes and calling_code(reading.value) not in codes:
        yield ObservedSignal.CALLING_CODE_DIFFERS


def _host(artifact: Artifact) -> str:
    """The domain inside an artifact; empty when it has none."""
    if artifact.type is ArtifactType.SHORTLINK:
        return artifact.value.split("/")[2]
    if artifact.type is ArtifactType.EMAIL:
        return artifact.value.rpartition("@")[2]
    return artifact.value if artifact.type is ArtifactType.DOMAIN else ""


def _domain_alike(domain: str, declared: list[str], eyes: Eyes) -> bool:
    """Whether a domain resembles a declared one; what lies below a registered name of the brand's does not."""
    own = eyes.suffixes.registrable(domain) or domain
    theirs = {eyes.suffixes.registrable(each) or each for each in declared}
    if own in theirs:
        return False
    name, below = _label(own), _shown(domain.removesuffix(own).rstrip("."))
    return any(
        _resembles(name, target, eyes.confusables) or _has_part(f"{below}.{name}", target, eyes.confusables)
        for target in map(_label, theirs)
    )


def _handles_alike(handle: str, declared: str, eyes: Eyes) -> bool:
    name, target = handle.removeprefix("@"), declared.removeprefix("@")
    joined, wanted = _PARTS.sub("", name), _PARTS.sub("", target)
    return _resembles(joined, wanted, eyes.confusables) or _has_part(name, wanted, eyes.confusables)


def _label(registrable: str) -> str:
    return _shown(registrable.partition(".")[0])


def _shown(domain: str) -> str:
    """A domain as people see it; a name with underscores has only one form."""
    return unicode_domain(domain) if "xn--" in domain and "_" not in domain else domain


def _resembles(name: str, target: str, confusables: Confusables) -> bool:
    seen, wanted = confusables.caseless_skeleton(name), confusables.caseless_skeleton(target)
    allowed = (len(target) >= _ONE_EDIT) + (len(target) >= _TWO_EDITS)
    return Levenshtein.distance(seen, wanted, score_cutoff=allowed) <= allowed


def _has_part(name: str, target: str, confusables: Confusables) -> bool:
    wanted = confusables.caseless_skeleton(target)
    if len(target) < SHORTEST_PART:
        return False
    return any(confusables.caseless_skeleton(part) == wanted for part in _PARTS.split(name))
