"""Domain-based Message Authentication, Reporting, and Conformance (RFC 9989), which replaces RFC 7489.

`evaluate` is the receiver's part for one message (§5.3); `published_policy` reads what a domain publishes, without a
message. Both ask the DNS as they go and are told each answer.

Errors (§4.10.1 leaves them to the receiver, §5.3.6): where an answer that decides is missing, the result is
``temperror``; nothing is guessed. A missing answer that cannot change the result is of no account. ``permerror`` is a
record whose `p`, `sp` or `np` is not valid and which no valid `rua` saves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation.dns import Lookup, Question, RRType, Status
from frankmark.foundation.errors import Unavailable
from frankmark.mail.address import canonical_domain
from frankmark.mail.alignment import (
    AlignmentReason,
    DkimFacts,
    MechanismResult,
    SpfFacts,
    Walks,
    identifier_domain,
    select_organizational_domain,
)
from frankmark.mail.dmarc_record import AlignmentMode, DmarcRecord, Policy, Psd

__all__ = [
    "AlignedIdentifier",
    "DmarcOutcome",
    "DmarcResult",
    "Mechanism",
    "PolicyTag",
    "Publication",
    "PublishedPolicy",
    "evaluate",
    "published_policy",
]

MAX_IDENTIFIERS: Final = 17  # SPF's and sixteen different signing domains; each may cost a walk


class DmarcResult(StrEnum):
    """How the DMARC mechanism check ended (§9.2, table 4)."""

    PASS = "pass"  # noqa: S105  (a result, not a password)
    FAIL = "fail"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Mechanism(StrEnum):
    """The mechanism behind an Authenticated Identifier."""

    SPF = "spf"
    DKIM = "dkim"


class PolicyTag(StrEnum):
    """The tag that the policy was taken from (§4.10.1)."""

    P = "p"
    SP = "sp"
    NP = "np"


class Publication(StrEnum):
    """What a domain publishes, as one word."""

    REJECT = "reject"
    QUARANTINE = "quarantine"
    NONE_WITH_REPORTS = "none+rua"
    NONE = "none"
    ABSENT = "absent"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedIdentifier:
    """An Authenticated Identifier that is aligned with the Author Domain.

    Attributes:
        mechanism: What authenticated it.
        domain: Its domain, canonical.
        identical: Whether it is the Author Domain itself, which satisfies strict alignment too.
    """

    mechanism: Mechanism
    domain: str
    identical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicy:
    """The policy that applies to a domain.

    Attributes:
        publication: What is published, as one word; ``t=y`` counts as the level below.
        policy: What `p`, `sp` or `np` says, before `t`; None where no record applies.
        tag: Which of them.
        record_domain: Where the record stands.
        organizational_domain: The Organizational Domain, or None where the record stands at the domain itself and
            leaves it open.
        record: The record.
    """

    publication: Publication
    policy: Policy | None = None
    tag: PolicyTag | None = None
    record_domain: str | None = None
    organizational_domain: str | None = None
    record: DmarcRecord | None = None

    @property
    def effective(self) -> Policy | None:
        """What the owner wants applied to failing messages: the policy, or one level below it in test mode (§4.7)."""
        if self.policy is None or self.record is None or not self.record.testing:
            return self.policy
        return self.policy.one_level_below


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcOutcome:
    """What DMARC says about a message.

    Attributes:
        result: How the check ended.
        author_domain: The Author Domain, canonical.
        published: What was discovered for it.
        aligned: The identifiers that passed and are aligned; not empty exactly where the result is ``pass``.
        organizational_domain: The Organizational Domain of the Author Domain, or None where nothing depended on it.
    """

    result: DmarcResult
    author_domain: str
    published: PublishedPolicy
    aligned: tuple[AlignedIdentifier, ...] = ()
    organizational_domain: str | None = None

    @property
    def policy(self) -> Policy | None:
        """What the owner publishes for this domain, before test mode; None where no record applies."""
        return self.published.policy

    @property
    def disposition(self) -> Policy:
        """What the owner wants done with this message: ``none`` unless the check failed."""
        effective = self.published.effective
        return effective if self.result is DmarcResult.FAIL and effective else Policy.NONE


def published_policy(domain: str) -> Lookup[PublishedPolicy]:
    """Discover the policy that applies to a domain (§4.10.1).

    Args:
        domain: The domain in any spelling.

    Returns:
        The policy; a missing answer is the publication ``temperror``.

    Raises:
        Malformed: The domain is no domain name.
    """
    return (yield from _discover(canonical_domain(domain), Walks()))


def evaluate(from_domain: str, spf: SpfFacts, dkim: Sequence[DkimFacts]) -> Lookup[DmarcOutcome]:
    """Apply the DMARC mechanism to a message that has exactly one Author Domain (§5.3).

    Args:
        from_domain: The domain of the RFC5322.From field in any spelling.
        spf: What SPF found out about the MAIL FROM identity.
        dkim: What DKIM found out about each signature; the first 16 different domains are looked at.

    Returns:
        The outcome.

    Raises:
        Malformed: The domain is no domain name.
    """
    author, walks = canonical_domain(from_domain), Walks()
    published = yield from _discover(author, walks)
    if published.record is None or published.policy is None:
        return DmarcOutcome(
            result=_UNAPPLIED[published.publication],
            author_domain=author,
            published=published,
            organizational_domain=published.organizational_domain,
        )
    aligned: list[AlignedIdentifier] = []
    undecided = False
    for mechanism, passed, domain in _identifiers(spf, dkim):
        mode = published.record.aspf if mechanism is Mechanism.SPF else published.record.adkim
        close = yield from _close(walks, author, domain, mode)
        if passed and close:
            aligned.append(AlignedIdentifier(mechanism=mechanism, domain=domain, identical=domain == author))
        # It may be aligned and nobody knows, or it is aligned and nobody knows whether it passes.
        undecided = undecided or close is None or (close and not passed)
    result = DmarcResult.PASS if aligned else DmarcResult.TEMPERROR if undecided else DmarcResult.FAIL
    identical = author if any(identifier.identical for identifier in aligned) else None
    return DmarcOutcome(
        result=result,
        author_domain=author,
        published=published,
        aligned=tuple(aligned),
        organizational_domain=walks.determined(author) or published.organizational_domain or identical,
    )


_UNAPPLIED: Final = {
    Publication.ABSENT: DmarcResult.NONE,
    Publication.TEMPERROR: DmarcResult.TEMPERROR,
    Publication.PERMERROR: DmarcResult.PERMERROR,
}


def _identifiers(spf: SpfFacts, dkim: Sequence[DkimFacts]) -> list[tuple[Mechanism, bool, str]]:
    """Those that passed and those that might have if the DNS had answered, each once: mechanism, passed, domain."""
    written = [(Mechanism.SPF, spf.result, spf.domain), *((Mechanism.DKIM, f.result, f.domain) for f in dkim)]
    found: dict[tuple[Mechanism, str], bool] = {}
    for wanted in (MechanismResult.PASS, MechanismResult.TEMPERROR):
        for mechanism, result, text in written:
            domain = identifier_domain(text) if result is wanted else None
            if domain is not None and len(found) < MAX_IDENTIFIERS:
                found.setdefault((mechanism, domain), result is MechanismResult.PASS)
    return [(mechanism, passed, domain) for (mechanism, domain), passed in found.items()]


def _close(walks: Walks, author: str, domain: str, mode: AlignmentMode) -> Lookup[bool | None]:
    try:
        return (yield from walks.aligned(author, domain, mode))
    except Unavailable:
        return None


def _discover(domain: str, walks: Walks) -> Lookup[PublishedPolicy]:
    try:
        own = yield from walks.record_at(domain)
        if own is not None:
            organizational = domain if own.psd is not Psd.UNSAID else None
            return _published(own, own.policy, PolicyTag.P, domain, organizational)
        return (yield from _inherited(domain, walks))
    except Unavailable:
        return PublishedPolicy(publication=Publication.TEMPERROR)


def _inherited(domain: str, walks: Walks) -> Lookup[PublishedPolicy]:
    """The record of the Organizational Domain, else that of the Public Suffix Domain."""
    walked = yield from walks.walk(domain)
    organizational = select_organizational_domain(walked)
    found = {step.domain: step.record for step in walked if step.record is not None}
    place = organizational if organizational in found else walked[-1].domain
    if place not in found:
        return PublishedPolicy(publication=Publication.ABSENT, organizational_domain=organizational)
    record = found[place]
    policy, tag = record.policy, PolicyTag.P
    if record.subdomain_policy is not None:
        policy, tag = record.subdomain_policy, PolicyTag.SP
    if record.nonexistent_policy is not None and not (yield from _exists(domain)):
        policy, tag = record.nonexistent_policy, PolicyTag.NP
    return _published(record, policy, tag, place, organizational)


def _exists(domain: str) -> Lookup[bool]:
    """Whether a domain exists: any answer but NXDOMAIN says so (§3.2.13, appendix A.4)."""
    answer = yield Question(name=domain, rrtype=RRType.A)
    if answer.failed:
        raise Unavailable(AlignmentReason.DMARC_DNS_UNAVAILABLE, f"the DNS does not say whether {domain} exists")
    return answer.status is not Status.NXDOMAIN


def _published(
    record: DmarcRecord, policy: Policy, tag: PolicyTag, record_domain: str, organizational: str | None
) -> PublishedPolicy:
    applies = record.applicable
    shown = policy.one_level_below if record.testing else policy
    word = Publication.NONE_WITH_REPORTS if shown is Policy.NONE and record.rua else Publication(shown.value)
    return PublishedPolicy(
        publication=word if applies else Publication.PERMERROR,
        policy=policy if applies else None,
        tag=tag if applies else None,
        record_domain=record_domain,
        organizational_domain=organizational,
        record=record,
    )
