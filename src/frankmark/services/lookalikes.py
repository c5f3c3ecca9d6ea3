"""Which registered domains a sender's domain resembles, and what reviewers said about it."""

import asyncio
from collections.abc import Sequence

from frankmark.foundation.errors import Unavailable
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock
from frankmark.ports.rows import Candidate, CandidateStatus, DomainRecord
from frankmark.ports.storage import RecordStore
from frankmark.protocols.securestamp.evidence import Confirmed, Lookalike
from frankmark.protocols.securestamp.lookalike import Candidate as Found
from frankmark.protocols.securestamp.lookalike import Circumstances, LookalikeIndex, candidates
from frankmark.protocols.securestamp.rules import LOOKALIKE_FROM

__all__ = ["Lookalikes", "confirmed", "strongest"]

REFRESH_MS = 30_000
DAY_S = 86_400
MOST_NOTED = 10
OLDER_MS = 3 * 365 * DAY_S * 1000  # by so much older than the other, a domain was not made to resemble it


class Lookalikes:
    """Compares domains with the registered ones.

    Args:
        records: Where registrations are read and candidates are noted.
        suffixes: Which label of a domain is its name.
        confusables: Which characters look alike.
        clock: For times, and for how old the list of registered domains may be.
    """

    def __init__(
        self, *, records: RecordStore, suffixes: PublicSuffixes, confusables: Confusables, clock: Clock
    ) -> None:
        self._records = records
        self._clock = clock
        self._suffixes = suffixes
        self._index = LookalikeIndex(suffixes, confusables)
        self._known: frozenset[str] = frozenset()
        self._fresh_until = -1
        self._noting: set[asyncio.Task[None]] = set()
        self.version = 0  # changes when another domain is compared with

    async def refresh(self) -> None:
        """Take in what was registered since, at most every half minute; a store that fails changes nothing."""
        now = self._clock.steady_ms()
        if now < self._fresh_until:
            return
        self._fresh_until = now + REFRESH_MS
        try:
            registered = frozenset(await self._records.registered_domains())
        except Unavailable:
            return
        for domain in registered - self._known:
            if self._suffixes.registrable(domain) is not None:
                self._index.add(domain)
        for domain in self._known - registered:
            self._index.remove(domain)
        self.version += registered != self._known
        self._known = registered

    async def resembling(self, domain: str, age_days: int | None = None) -> tuple[Found, ...]:
        """The registered domains of others that `domain` resembles, the most confident first.

        A domain that its owner registered before the other one, or together with it, imitates nobody; nor does one that
        existed three years before the other one's owner was first known here.

        Args:
            domain: A-labels.
            age_days: Whole days since it was registered; before that nobody can have seen it. None if nobody knows,
                and what is merely new to this node is not held against it.

        Returns:
            The candidates.
        """
        found = candidates(domain, self._index, circumstances=self._circumstances(age_days))
        if not found or found[0].confidence < LOOKALIKE_FROM:
            return found
        try:
            own = await self._records.domain_holders(domain)
            since_ms = None if age_days is None else self._clock.now_ms() - age_days * DAY_S * 1000
            return tuple([each for each in found if not await self._allowed(each, own, since_ms)])
        except Unavailable:
            return found

    def _circumstances(self, age_days: int | None) -> Circumstances | None:
        """When the domain was first seen: at the earliest a whole day before what its age in full days says."""
        if age_days is None:
            return None
        now_s = self._clock.now_ms() // 1000
        return Circumstances(first_seen_s=now_s - (age_days + 1) * DAY_S, now_s=now_s)

    async def _allowed(self, found: Found, own: Sequence[DomainRecord], since_ms: int | None) -> bool:
        if found.confidence < LOOKALIKE_FROM:
            return False
        verified = {record.org_id: record.verified_ms for record in own if record.verified_ms is not None}
        others = await self._records.domain_holders(found.target)
        if any(record.org_id in verified for record in others):
            return True
        earliest = min((record.verified_ms for record in others if record.verified_ms is not None), default=None)
        if earliest is None:
            return False
        older = since_ms is not None and since_ms + OLDER_MS <= earliest
        return older or min(verified.values(), default=earliest) < earliest

    def note(self, found: Sequence[Found]) -> None:
        """Keep candidates for the reviewers, in the background; a store that fails loses them until they are met again.

        They are kept under the registrable domain, so that names below one domain fill no list.

        Args:
            found: What `resembling` gave; the ten most confident are kept.
        """
        if found:
            task = asyncio.create_task(self._note(found[:MOST_NOTED]))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _note(self, found: Sequence[Found]) -> None:
        now_ms = self._clock.now_ms()
        try:
            for each in found:
                row = Candidate(
                    suspect=self._suffixes.registrable(each.suspect) or each.suspect,
                    target=each.target,
                    distance=each.distance,
                    confidence=each.confidence,
                    detected_ms=now_ms,
                )
                await self._records.note_candidate(row)
        except Unavailable:
            return

    async def close(self) -> None:
        """Wait until everything is noted."""
        await asyncio.gather(*self._noting)


def strongest(found: Sequence[Found], known: Sequence[Candidate]) -> Lookalike | None:
    """The look-alike that counts: the most confident, unless a reviewer said that it is none.

    Args:
        found: What the domain resembles now.
        known: What was noted about it, with the reviewers' decisions; what nobody decided about counts only while it
            is still found.

    Returns:
        The registered domain and the confidence; None if there is none.
    """
    cleared = {row.target for row in known if row.status is CandidateStatus.FALSE_POSITIVE}
    figures = {each.target: each.confidence for each in found}
    counting = [row for row in known if row.target in figures or row.status is CandidateStatus.CONFIRMED]
    figures |= {row.target: max(row.confidence, figures.get(row.target, 0)) for row in counting}
    left = [(confidence, target) for target, confidence in figures.items() if target not in cleared]
    if not left:
        return None
    confidence, target = max(left, key=lambda each: (each[0], each[1]))
    return Lookalike(target=target, confidence=confidence)


def confirmed(known: Sequence[Candidate]) -> Confirmed | None:
    """Whether a reviewer of this node confirmed that the domain imitates."""
    return Confirmed.HERE if any(row.status is CandidateStatus.CONFIRMED for row in known) else None
