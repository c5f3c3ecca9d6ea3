"""Organizational Domains and Identifier Alignment (RFC 9989 §3.2.10, §4.4, §4.10).

The DNS Tree Walk asks for DMARC Policy Records from a domain up to its top-level domain, at most eight times. Where a
walk needs an answer that the DNS does not give, nothing can be concluded and `Unavailable` is raised (§5.3.6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from frankmark.foundation.dns import Lookup, Question, RRType
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.mail.address import canonical_domain
from frankmark.mail.dmarc_record import AlignmentMode, DmarcRecord, Psd, is_policy_record, parse

__all__ = [
    "AlignmentReason",
    "DkimFacts",
    "MechanismResult",
    "Retrieved",
    "SpfFacts",
    "Walks",
    "identifier_domain",
    "select_organizational_domain",
    "walk_targets",
]

MAX_QUERIES: Final = 8  # §4.10
SHORT_RECORD: Final = 1_024
_PREFIX: Final = "_dmarc."
_MAX_NAME: Final = 253

_parse_short_record = lru_cache(maxsize=512)(parse)  # bounds what strangers' records can hold of our memory


class AlignmentReason(StrEnum):
    """Why a walk came to no conclusion."""

    DMARC_DNS_UNAVAILABLE = "DMARC_DNS_UNAVAILABLE"


class MechanismResult(StrEnum):
    """How SPF or DKIM ended, in the words of RFC 8601 §2.7."""

    PASS = "pass"  # noqa: S105  (a result, not a password)
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    POLICY = "policy"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfFacts:
    """What SPF found out about the MAIL FROM identity (§4.4.2); HELO alone never counts.

    Attributes:
        result: How SPF ended.
        domain: The domain that was checked, or None if there was none.
    """

    result: MechanismResult
    domain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimFacts:
    """What DKIM found out about one signature (§4.4.1).

    Attributes:
        result: How its verification ended.
        domain: Its ``d=``.
    """

    result: MechanismResult
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """One name of a walk and the single DMARC Policy Record found there, if any."""

    domain: str
    record: DmarcRecord | None


def identifier_domain(written: str | None) -> str | None:
    """Give an identifier's domain its canonical spelling.

    Args:
        written: The domain as SPF or DKIM saw it; ``_`` is allowed in its labels.

    Returns:
        The canonical domain, or None where there is none or it is no domain name: it aligns with nothing then.
    """
    try:
        return canonical_domain(written, underscores=True) if written else None
    except Malformed:
        return None


def walk_targets(domain: str) -> tuple[str, ...]:
    """Name the domains that a DNS Tree Walk looks at, in order (§4.10 steps 1, 3, 4 and 7).

    Args:
        domain: The canonical domain that the walk starts at.

    Returns:
        The start, then what is left of it as labels are taken off the left: at most eight names.
    """
    labels = domain.split(".")
    longest = min(len(labels) - 1, MAX_QUERIES - 1)
    return (domain, *(".".join(labels[-count:]) for count in range(longest, 0, -1)))


def select_organizational_domain(walked: Sequence[Retrieved]) -> str:
    """Choose the Organizational Domain out of what a walk retrieved (§4.10.2).

    Args:
        walked: The names of the walk from the longest to the shortest; the first is where it started.

    Returns:
        The Organizational Domain of the start.
    """
    start = walked[0].domain
    chosen = start
    for step in walked:
        if step.record is None:
            continue
        if step.record.psd is Psd.NO:
            return step.domain
        if step.record.psd is Psd.YES and step.domain != start:
            return ".".join(start.split(".")[-step.domain.count(".") - 2 :])
        chosen = step.domain
    return chosen


class Walks:
    """The walks of one evaluation: no name is asked about twice."""

    def __init__(self) -> None:
        self._records: dict[str, DmarcRecord | None] = {}
        self._organizational: dict[str, str] = {}

    def record_at(self, domain: str) -> Lookup[DmarcRecord | None]:
        """Look for the DMARC Policy Record of one name (§4.10 steps 1 and 2).

        Args:
            domain: A canonical domain.

        Returns:
            The record, or None if there is none, or more than one: then all are discarded.

        Raises:
            Unavailable: The DNS gave no answer.
        """
        if domain not in self._records:
            self._records[domain] = yield from _retrieve(domain)
        return self._records[domain]

    def walk(self, domain: str) -> Lookup[tuple[Retrieved, ...]]:
        """Walk up the tree from a domain until a record says ``psd=y`` or ``psd=n`` or no label is left (§4.10).

        Args:
            domain: A canonical domain.

        Returns:
            The names that were looked at, in order.

        Raises:
            Unavailable: The DNS gave no answer for one of them.
        """
        walked: list[Retrieved] = []
        for name in walk_targets(domain):
            record = yield from self.record_at(name)
            walked.append(Retrieved(domain=name, record=record))
            if record is not None and record.psd is not Psd.UNSAID:
                break
        return tuple(walked)

    def organizational_domain(self, domain: str) -> Lookup[str]:
        """Determine the Organizational Domain of a domain (§4.10.2).

        Args:
            domain: A canonical domain.

        Returns:
            Its Organizational Domain, which may be the domain itself.

        Raises:
            Unavailable: The DNS gave no answer.
        """
        if domain not in self._organizational:
            self._organizational[domain] = select_organizational_domain((yield from self.walk(domain)))
        return self._organizational[domain]

    def determined(self, domain: str) -> str | None:
        """Give the Organizational Domain of a domain if this evaluation had to find it out, else None."""
        return self._organizational.get(domain)

    def aligned(self, author: str, identifier: str, mode: AlignmentMode) -> Lookup[bool]:
        """Say whether an Authenticated Identifier is aligned with the Author Domain (§3.2.10).

        Args:
            author: The Author Domain, canonical.
            identifier: The identifier's domain, canonical.
            mode: Strict: the two are identical. Relaxed: they have the same Organizational Domain.

        Returns:
            Whether they are aligned.

        Raises:
            Unavailable: The DNS gave no answer that the question needs.
        """
        if author == identifier:
            return True
        # An Organizational Domain is the domain itself or above it. So names without a common last label are never
        # aligned, nor is a name outside the author's Organizational Domain; whoever holds such a name cannot stay the
        # verdict by a zone that does not answer.
        if mode is AlignmentMode.STRICT or author.rpartition(".")[2] != identifier.rpartition(".")[2]:
            return False
        organizational = yield from self.organizational_domain(author)
        if not f".{identifier}".endswith(f".{organizational}"):
            return False
        return (yield from self.organizational_domain(identifier)) == organizational


def _retrieve(domain: str) -> Lookup[DmarcRecord | None]:
    name = _PREFIX + domain
    if len(name) > _MAX_NAME:
        return None  # too long for the DNS, so it does not exist
    answer = yield Question(name=name, rrtype=RRType.TXT)
    if answer.failed:
        raise Unavailable(AlignmentReason.DMARC_DNS_UNAVAILABLE, f"the DNS gave no answer for {name}")
    found = [octets for octets in answer.joined if is_policy_record(octets)]
    if len(found) != 1:
        return None
    return _parse_short_record(found[0]) if len(found[0]) <= SHORT_RECORD else parse(found[0])
