"""Domains that resemble a registered one (specs/lookalike.md).

Compared are names without their public suffix: the registrable label as a U-label in form C and small letters. A
candidate is at most three edits away (Levenshtein), or looks so to a reader: a name written in another alphabet differs
in every character and in none that anyone sees. There the change of alphabet counts as one edit, and what is then left
to see as the others.

Confidence is an integer in thousandths. With L the length of the longer name and d the edits that count::

    min(990, ⌊800·(L - d)/L⌋ + 110·[every edit puts a character for one that looks like it]
             + 100·[an address of the suspect lies in the network of a known campaign] + 40·[first seen ≤ 72 h ago])

Whether both domains belong to one organisation is not known here; the caller leaves such pairs out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.mail.address import unicode_domain
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.securestamp.edits import alignment

__all__ = [
    "Candidate",
    "Circumstances",
    "Evidence",
    "EvidenceType",
    "LookalikeIndex",
    "LookalikeReason",
    "candidates",
    "confidence",
    "network_of",
]

FARTHEST: Final = 3  # edits
OTHER_ALPHABET: Final = 1  # what the change of alphabet counts
CERTAIN_ENOUGH: Final = 990  # never certain: 1 is for what a person confirmed
RECENT_S: Final = 259_200  # 72 hours
_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48  # what one site is given (RFC 6177), as a /24 is the least that is routed in IPv4


class LookalikeReason(StrEnum):
    """Why a domain or an address cannot be compared."""

    LOOKALIKE_PUBLIC_SUFFIX = "LOOKALIKE_PUBLIC_SUFFIX"
    LOOKALIKE_ADDRESS = "LOOKALIKE_ADDRESS"


class EvidenceType(StrEnum):
    """What an item of evidence is about."""

    LEVENSHTEIN_DISTANCE = "LEVENSHTEIN_DISTANCE"
    SKELETON_DISTANCE = "SKELETON_DISTANCE"
    IP_SHARED = "IP_SHARED"
    FIRST_SEEN = "FIRST_SEEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason for a confidence.

    Attributes:
        type: What it is about.
        value: Edits, a network, or hours since the domain was first seen.
        description: One sentence; positions count from 1.
    """

    type: EvidenceType
    value: int | str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about a suspect besides its name.

    Attributes:
        addresses: Its IP addresses.
        campaign_networks: Networks of known campaigns, as `network_of` writes them.
        first_seen_s: When it was first seen, in seconds since 1970, or None.
        now_s: The time, in seconds since 1970.
    """

    addresses: tuple[str, ...] = ()
    campaign_networks: frozenset[str] = frozenset()
    first_seen_s: int | None = None
    now_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A domain that resembles a registered one.

    Attributes:
        suspect: The domain that was asked about, canonical.
        target: The registered domain, canonical.
        distance: Levenshtein distance between the two names.
        confusable: Whether every edit puts a character for one that looks like it.
        confidence: Thousandths, 0 to 990.
        evidence: What the confidence rests on.
    """

    suspect: str
    target: str
    distance: int
    confusable: bool
    confidence: int
    evidence: tuple[Evidence, ...]


class LookalikeIndex:
    """The registered names, kept for comparing.

    Args:
        suffixes: The Public Suffix List that says which label is the name.
        confusables: The table that says which characters look alike.
    """

    def __init__(self, suffixes: PublicSuffixes, confusables: Confusables) -> None:
        self.suffixes = suffixes
        self.confusables = confusables
        self._names: dict[str, str] = {}  # registered domain → its name
        self._targets: dict[str, dict[str, str]] = defaultdict(dict)  # name → registered domain → registrable domain
        self._by_length: dict[int, dict[str, str]] = defaultdict(dict)
        self._skeletons: dict[str, str] = {}  # name → its skeleton
        self._seen: dict[str, set[str]] = defaultdict(set)  # skeleton → names
        self._seen_by_length: dict[int, dict[str, str]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, domain: object) -> bool:
        return domain in self._names

    def add(self, domain: str) -> None:
        """Take a registered domain in; one that is in already changes nothing.

        Args:
            domain: A canonical domain.

        Raises:
            Misuse: The domain is a public suffix, which nobody can register.
        """
        registrable = self.suffixes.registrable(domain)
        if registrable is None:
            raise Misuse(LookalikeReason.LOOKALIKE_PUBLIC_SUFFIX, "a public suffix is never registered")
        name = _name(registrable)
        skeleton = self.confusables.caseless_skeleton(name)
        self._names[domain] = name
        self._targets[name][domain] = registrable
        self._skeletons[name] = skeleton
        self._by_length[len(name)][name] = name
        self._seen[skeleton].add(name)
        self._seen_by_length[len(skeleton)][skeleton] = skeleton

    def remove(self, domain: str) -> None:
        """Leave a domain out from now on; one that is not in changes nothing.

        Args:
            domain: A canonical domain.
        """
        name = self._names.pop(domain, None)
        if name is None:
            return
        del self._targets[name][domain]
        if self._targets[name]:
            return
        skeleton = self._skeletons.pop(name)
        del self._targets[name], self._by_length[len(name)][name]
        self._seen[skeleton].remove(name)
        if not self._seen[skeleton]:
            del self._seen[skeleton], self._seen_by_length[len(skeleton)][skeleton]

    def near(self, name: str) -> Iterator[tuple[str, int]]:
        """Find the registered names that a name resembles.

        Args:
            name: A registrable label as a U-label.

        Yields:
            A registered name and the edits that count, 0 to 3.
        """
        found: set[str] = set()
        for other, edits in _within(name, self._by_length, FARTHEST):
            found.add(other)
            yield other, edits
        skeleton = self.confusables.caseless_skeleton(name)
        for seen, edits in _within(skeleton, self._seen_by_length, FARTHEST - OTHER_ALPHABET):
            yield from ((other, edits + OTHER_ALPHABET) for other in self._seen[seen] - found)

    def skeleton(self, name: str) -> str:
        """Give what a registered name looks like."""
        return self._skeletons[name]

    def targets(self, name: str) -> Mapping[str, str]:
        """Give the registered domains that have a registered name, each with its registrable domain."""
        return self._targets[name]


def candidates(
    domain: str,
    registered: LookalikeIndex,
    *,
    circumstances: Circumstances | None = None,
    minimum: int = 0,
    most: int | None = None,
) -> tuple[Candidate, ...]:
    """Find the registered domains that a domain resembles.

    Args:
        domain: A canonical domain.
        registered: The registered domains. The domain itself, and any that has the same registrable domain, is left
            out.
        circumstances: What else is known about the domain.
        minimum: The least confidence that is wanted, in thousandths. Short names have many neighbours of confidence 0.
        most: How many are wanted at most, or None for all.

    Returns:
        The candidates, most confident first, then by name of the target; empty for a public suffix.

    Raises:
        Malformed: An IP address in the circumstances is none.
    """
    own = registered.suffixes.registrable(domain)
    if own is None:
        return ()
    name, known = _name(own), circumstances or Circumstances()
    networks, hours = _shared_networks(known), _recent(known)
    skeleton = registered.confusables.caseless_skeleton(name)
    found: list[tuple[int, str, _Resemblance]] = []
    for other, counted in registered.near(name):
        targets = [target for target, registrable in registered.targets(other).items() if registrable != own]
        length, shared, recent = max(len(name), len(other)), bool(networks), hours is not None
        if not targets or confidence(length, counted, confusable=True, shared=shared, recent=recent) < minimum:
            continue
        seen = Levenshtein.distance(skeleton, registered.skeleton(other))
        confusable = name != other and (seen == 0 or _all_confusable(other, name, registered.confusables))
        thousandths = confidence(length, counted, confusable=confusable, shared=shared, recent=recent)
        if thousandths >= minimum:
            found += [(-thousandths, target, _Resemblance(other, seen, confusable)) for target in targets]
    return tuple(
        Candidate(
            suspect=domain,
            target=target,
            distance=(distance := Levenshtein.distance(like.name, name)),
            confusable=like.confusable,
            confidence=-negative,
            evidence=(
                *_of_the_name(like.name, name, distance, like.seen),
                *_of_the_network(networks),
                *_of_the_age(hours),
            ),
        )
        for negative, target, like in sorted(found, key=lambda each: each[:2])[:most]
    )


class _Resemblance(NamedTuple):
    """A registered name near the suspect's, the distance of the skeletons, and whether every edit is confusable."""

    name: str
    seen: int
    confusable: bool


def confidence(length: int, edits: int, *, confusable: bool, shared: bool, recent: bool) -> int:
    """Weigh a resemblance.

    Args:
        length: Characters of the longer name.
        edits: The edits that count, at most `length`.
        confusable: Whether every edit puts a character for one that looks like it.
        shared: Whether an address of the suspect lies in the network of a known campaign.
        recent: Whether the suspect was first seen in the last 72 hours.

    Returns:
        Thousandths, 0 to 990.
    """
    return min(CERTAIN_ENOUGH, 800 * (length - edits) // length + 110 * confusable + 100 * shared + 40 * recent)


def network_of(address: str) -> str:
    """Name the network that an address is counted to.

    Args:
        address: An IPv4 or IPv6 address.

    Returns:
        Its ``/24`` (IPv4; also of an IPv4 address inside an IPv6 one) or ``/48`` (IPv6).

    Raises:
        Malformed: The text is no IP address.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        raise Malformed(LookalikeReason.LOOKALIKE_ADDRESS, "an IPv4 or IPv6 address is expected") from None
    mapped = None if isinstance(parsed, IPv4Address) else parsed.ipv4_mapped
    plain = mapped or parsed
    prefix = _IPV4_PREFIX if isinstance(plain, IPv4Address) else _IPV6_PREFIX
    return str(ip_network(f"{plain}/{prefix}", strict=False))


def _name(registrable: str) -> str:
    """The part of a registrable domain that is compared: its first label as a U-label."""
    return unicode_domain(registrable).partition(".")[0]


def _within(text: str, by_length: Mapping[int, Mapping[str, str]], farthest: int) -> Iterator[tuple[str, int]]:
    for length in range(len(text) - farthest, len(text) + farthest + 1):
        if choices := by_length.get(length):
            matches = process.extract(
                text, choices, scorer=Levenshtein.distance, score_cutoff=farthest, limit=None, processor=None
            )
            yield from ((match, int(edits)) for match, edits, _ in matches)


def _all_confusable(target: str, suspect: str, confusables: Confusables) -> bool:
    return len(target) == len(suspect) and all(
        was == now or confusables.is_confusable_substitution(was, now) for was, now in zip(target, suspect, strict=True)
    )


def _shared_networks(known: Circumstances) -> list[str]:
    return sorted({network_of(address) for address in known.addresses} & known.campaign_networks)


def _recent(known: Circumstances) -> int | None:
    """Hours since the suspect was first seen, if that is at most 72 hours ago."""
    if known.first_seen_s is None or known.now_s - known.first_seen_s > RECENT_S:
        return None
    return max(0, known.now_s - known.first_seen_s) // 3600


def _of_the_name(target: str, suspect: str, distance: int, seen: int) -> Iterator[Evidence]:
    if distance > FARTHEST:
        yield Evidence(
            type=EvidenceType.LEVENSHTEIN_DISTANCE, value=distance, description="Written in other characters"
        )
        said = "Looks the same" if seen == 0 else f"Looks the same but for {seen} of its characters"
        yield Evidence(type=EvidenceType.SKELETON_DISTANCE, value=seen, description=said)
        return
    edits = "; ".join(str(edit) for edit in alignment(target, suspect))
    said = edits or "The same name under another public suffix"
    yield Evidence(type=EvidenceType.LEVENSHTEIN_DISTANCE, value=distance, description=said)


def _of_the_network(shared: list[str]) -> Iterator[Evidence]:
    for network in shared:
        yield Evidence(type=EvidenceType.IP_SHARED, value=network, description="An address in a campaign's network")


def _of_the_age(hours: int | None) -> Iterator[Evidence]:
    if hours is not None:
        yield Evidence(type=EvidenceType.FIRST_SEEN, value=hours, description=f"First seen {hours} hours ago")
