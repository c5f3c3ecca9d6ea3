"""The history of scores: assess a stamped domain anew, and record why its score is another one now.

What a score rested on before is read from the ledger's own assets, the newest issuance and the changes after it, and
not from memory: a node that was restarted says the same. After a person's decision the domains that it concerns are
assessed at once. The store keeps the decision as owed until the recorded score shows it, so that what cannot be
recorded at once is recorded as that person's when the node next looks, also after a restart.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed
from frankmark.mail.address import canonical_domain
from frankmark.ports.paging import Page
from frankmark.ports.stamps import ScoreRecord, Stamp
from frankmark.ports.storage import StampStore
from frankmark.protocols.securestamp.assessment import SUSPICIOUS_FROM, Assessment, Rule
from frankmark.protocols.securestamp.reasons import Reason, ScoreChangeReason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.principals import NODE, Principal, Role
from frankmark.services.stamps import Stamps
from frankmark.services.trust import TrustQuery, TrustService

__all__ = ["OBSERVED", "Basis", "Rescoring", "score_change"]

OBSERVED: Final = "observed"
"""The member of an issuance's ``signals`` that holds the value of every signal in the balance."""

AT_ONCE = 100
"""Domains that are assessed while the person who decided waits; more are left to the node's own round."""

PUBLISHED: Final = frozenset({"reject", "quarantine", "none", "none+rua"})
ASSESSED_SIGNALS = 3
"""The first three of an assessment are what the domain's name servers say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the ledger says of a domain's score until now.

    Attributes:
        score: 0 to 100.
        signals: The values it rests on, by signal; those that no asset names are missing.
    """

    score: int
    signals: Mapping[str, Json]


class Rescoring:
    """Keeps the ledger's scores true.

    Args:
        store: The projection of the ledger.
        trust: Assesses domains.
        stamps: Records what changed.
    """

    def __init__(self, store: StampStore, trust: TrustService, stamps: Stamps) -> None:
        self._store = store
        self._trust = trust
        self._stamps = stamps
        self._alone = asyncio.Lock()

    async def everything(self) -> int:
        """Assess every domain that has or had a stamp; answers how many scores were recorded.

        Raises:
            Unavailable: The ledger cannot be written now.
        """
        changed = 0
        for domain in await self._store.stamped_domains():
            changed += await self._rescored(domain)
        return changed

    async def decided(self, domain: str) -> None:
        """Assess a domain, and those below it, because somebody decided something that counts for them.

        The decision stands whatever comes of this: a change that cannot be recorded now is recorded, as that person's,
        when the node next looks at every domain.

        Args:
            domain: The domain, in any spelling.
        """
        try:
            for name in (await self._store.stamped_domains(canonical_domain(domain)))[:AT_ONCE]:
                await self._rescored(name)
        except Error:
            return

    async def _rescored(self, domain: str) -> bool:
        async with self._alone:
            owed = await self._store.owed_score(domain)
            by = NODE if owed is None else Principal(actor=owed.actor, org_id=owed.org_id, role=Role.REVIEWER)
            try:
                answer = await self._trust.check(TrustQuery(target=domain))
            except Malformed:  # a registry has opened the name since; its stamp runs to its end
                return False
            if not _certain(answer.assessment):
                return False
            before = await self._basis(domain)
            reason, evidence = score_change(before, answer.assessment, reviewed=owed is not None)
            record = await self._stamps.record_score(domain, answer.assessment.score, reason, evidence, by=by)
            if owed is not None and (record is not None or before.score == answer.assessment.score):
                await self._store.settle_score(owed)
            return record is not None

    async def _basis(self, domain: str) -> Basis:
        stamps = await self._store.stamps_of(domain)
        if not stamps:
            return Basis(score=0, signals={})
        known: dict[str, Json] = {}
        page = Page(limit=100)
        while True:
            part = await self._store.scores(domain, page)
            later = [record for record in part.items if record.at_ms >= stamps[0].issued_ms]
            for record in later:
                known = _told(record) | known
            if not part.next or len(later) < len(part.items):
                return Basis(score=stamps[0].live_score, signals=_observed(stamps[0]) | known)
            page = Page(after=part.next, limit=page.limit)


def score_change(before: Basis, after: Assessment, *, reviewed: bool = False) -> tuple[ScoreChangeReason, str]:
    """Why a score changed, and the evidence of it: the signals with another value.

    Args:
        before: What the ledger says until now.
        after: The assessment now.
        reviewed: Whether a person's decision made the node look.

    Returns:
        The reason, and the text of a JSON array of ``{signal, weight, old, new}``.
    """
    changed: list[Json] = [
        {
            "signal": each.signal.name.value,
            "weight": each.weight,
            "old": before.signals.get(each.signal.name.value),
            "new": each.signal.value,
        }
        for each in after.signals
        if each.weight and before.signals.get(each.signal.name.value) != each.signal.value
    ]
    return _reason(before, after, reviewed=reviewed), canonical.dump(changed).decode()


def _reason(before: Basis, after: Assessment, *, reviewed: bool) -> ScoreChangeReason:
    lowered = before.score >= SUSPICIOUS_FROM > after.score and after.raw >= SUSPICIOUS_FROM
    if lowered and Rule.Z not in after.rules:
        if Reason.CAMPAIGN_ACTIVE in after.reasons:
            return ScoreChangeReason.PHISHING_CAMPAIGN
        if Reason.TYPOSQUAT_CONFIRMED in after.reasons:
            return ScoreChangeReason.TYPOSQUATTING_CLUSTER
    if reviewed:
        return ScoreChangeReason.MANUAL_REVIEW
    was, now = before.signals.get(SignalName.DMARC.value), after.evidence.value(SignalName.DMARC)
    added = was == "absent" and now in PUBLISHED
    return ScoreChangeReason.DMARC_ADDED if added else ScoreChangeReason.SIGNAL_DRIFT


def _certain(assessment: Assessment) -> bool:
    """Whether a score is history: one that rests on servers that did not answer is nobody's, unless it is 0 anyway."""
    asked = assessment.signals[:ASSESSED_SIGNALS]
    return Rule.Z in assessment.rules or all(each.signal.present for each in asked if each.weight)


def _observed(stamp: Stamp) -> dict[str, Json]:
    signals = canonical.load(stamp.signals.encode())
    observed = signals.get(OBSERVED) if isinstance(signals, dict) else None
    return dict(observed) if isinstance(observed, dict) else {}


def _told(record: ScoreRecord) -> dict[str, Json]:
    changed = canonical.load(record.evidence.encode())
    rows = [row for row in changed if isinstance(row, dict)] if isinstance(changed, list) else []
    return {str(row.get("signal")): row.get("new") for row in rows}
