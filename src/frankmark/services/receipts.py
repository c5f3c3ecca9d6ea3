"""Trust Receipts: issued for every verification, kept for 400 days, examined again for whoever asks.

The same question without a nonce gets the same receipt for a minute, as long as the answer is the same. When the disk
is full the verdict is given all the same, without a receipt.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.kept import Kept
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.durability import StoreReason
from frankmark.protocols.signal.logs import LogName, SignedHead
from frankmark.protocols.signal.model import Attribution
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.receipt import (
    BrandRef,
    CaseRef,
    Claims,
    PerimeterRef,
    Receipt,
    issue,
    receipt_id,
    request_hash,
)
from frankmark.protocols.signal.receipt_check import Check, Examination, examine
from frankmark.protocols.signal.verdict import Finding
from frankmark.services.keyring import Keyring
from frankmark.services.log_reasons import LogReason
from frankmark.services.reasons import ServiceReason
from frankmark.services.signal_logs import HeldReceipt, SignalLogs

__all__ = ["Draft", "Examined", "Issued", "Receipts"]

SAME_MS: Final = 60_000
SAME_KEPT: Final = 16_384
DAYS: Final = 400
DAY_S: Final = 86_400
WITHOUT: Final = frozenset({StoreReason.STORE_FULL, LogReason.LOG_ROLLED_BACK})
"""What keeps a receipt from being logged, and must not keep the verdict from being given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a receipt is to say.

    Attributes:
        finding: What was found.
        attribution: What ties the channel to the message's author.
        asked: The brand that was asked about: its id, or what was written if nobody knows it; None if none was named.
        brand: The brand that the fact is about.
        perimeter: Its perimeter's place in the official log.
        head: The head of the official log.
        nonce: What the asker gave along.
    """

    finding: Finding
    attribution: Attribution
    asked: str | None
    brand: BrandRef | None
    perimeter: PerimeterRef | None
    head: SignedHead
    nonce: str | None = None

    def case(self) -> CaseRef | None:
        """The counter-stamp that decided; its state follows from the fact."""
        stamp = self.finding.case
        return None if stamp is None else CaseRef(id=stamp.core.id, state=stamp.state, version=stamp.version)

    def same(self) -> tuple[object, ...]:
        """What two drafts have in common whose receipts say the same."""
        finding, seq = self.finding, self.perimeter and (self.perimeter.seq, self.perimeter.leaf)
        subject = (finding.artifact, self.asked, self.brand, self.attribution)
        return (*subject, finding.fact, finding.signals, seq, self.case())


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A receipt, or why there is none.

    Attributes:
        id: ``SSF-EV-`` and a ULID; empty without a receipt.
        text: The signed text; empty without a receipt.
        code: Why there is none; empty with one.
    """

    id: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A stored receipt, examined.

    Attributes:
        id: Its id.
        held: What is stored.
        examination: What each check found.
        reason: The code of the first check that does not hold; empty if all do.
    """

    id: str
    held: HeldReceipt
    examination: Examination
    reason: str

    @property
    def checks(self) -> dict[Check, bool]:
        """Whether each check holds; for the inclusion, the receipt itself must be in its log too."""
        found = dict(self.examination.checks)
        found[Check.INCLUSION] = found[Check.INCLUSION] and self.held.logged
        return found

    @property
    def receipt(self) -> Receipt | None:
        """The receipt, if it has the form."""
        return self.examination.receipt

    @property
    def claims(self) -> Json:
        """What it says; null if it has not the form."""
        return None if self.receipt is None else canonical.load(self.receipt.parts.payload)


class Receipts:
    """Issues receipts and looks at them again.

    Args:
        logs: The receipts log, where they are kept.
        keyring: Signs them.
        issuer: The node's public URL.
        clock: Tells the time.
        entropy: Makes ids.
        days: How long they are kept; their hashes are for ever.
    """

    def __init__(  # noqa: PLR0917  # one room, six things it is told
        self, logs: SignalLogs, keyring: Keyring, issuer: str, clock: Clock, entropy: Entropy, days: int = DAYS
    ) -> None:
        self._days = days
        self._logs = logs
        self._keyring = keyring
        self._issuer = issuer
        self._clock = clock
        self._entropy = entropy
        self._same: Kept[tuple[object, ...], asyncio.Task[Issued]] = Kept(SAME_KEPT)

    async def issue(self, draft: Draft) -> Issued:
        """Issue a receipt and log it; durable when it returns.

        Returns:
            The receipt, or `STORE_FULL` or `LOG_ROLLED_BACK` in its place.

        Raises:
            Unavailable: `LOG_BUSY`, or another failure of the stores.
        """
        if draft.nonce is not None:
            return await self._make(draft)
        now_ms, key = self._clock.now_ms(), (*draft.same(), self._keyring.signing.jwk.kid)
        under_way = self._same.get(key, now_ms)
        if under_way is None:
            under_way = asyncio.create_task(self._make(draft))
            self._same.put(key, under_way, now_ms + SAME_MS)
            under_way.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(under_way)  # whoever gives up does not take it from those who wait with him

    async def examine(self, receipt: str) -> Examined:
        """Examine a stored receipt as anybody could.

        Args:
            receipt: Its id.

        Raises:
            Refused: `RECEIPT_NOT_FOUND`: it was never issued here, or is older than 400 days.
        """
        held = await self._logs.receipt(receipt)
        if held is None:
            raise Refused(ServiceReason.RECEIPT_NOT_FOUND, "This node keeps no receipt of that id.")
        found = examine(held.text, self._keyring.jwks)
        if found.reason == SignalReason.KEY_TIME_UNPROVEN and found.receipt is not None:
            found = await self._with_time(held, found.receipt)
        reason = found.reason or ("" if held.logged else SignalReason.INCLUSION_FALSE.value)
        return Examined(id=receipt, held=held, examination=found, reason=reason)

    async def forget(self) -> None:
        """Delete receipts that are older than they are kept; their hashes stay in the log."""
        await self._logs.forget_receipts(self._clock.now_ms() // 1000 - self._days * DAY_S)

    async def _with_time(self, held: HeldReceipt, receipt: Receipt) -> Examination:
        """Examine it with the proof that it was logged before its keys ended, if a head of that time was kept."""
        named = {parts.header.kid for parts in (receipt.parts, receipt.claims.head.parts)}
        ends = [key.counts_until_ms for key in self._keyring.jwks.keys if key.kid in named]
        before_ms = min(end for end in ends if end is not None)
        time = await self._logs.time_proof(LogName.RECEIPTS, held.index, before_ms)
        return examine(held.text, self._keyring.jwks, time)

    async def _make(self, draft: Draft) -> Issued:
        now_ms, key = self._clock.now_ms(), self._keyring.signing
        claims = Claims(
            iss=self._issuer,
            jti=receipt_id(ulid(now_ms, self._entropy.octets(10))),
            iat=now_ms // 1000,
            nonce=draft.nonce,
            artifact=draft.finding.artifact,
            brand=draft.brand,
            fact=draft.finding.fact,
            attribution=draft.attribution,
            signals=draft.finding.signals,
            perimeter=draft.perimeter,
            case=draft.case(),
            head=draft.head,
            req=request_hash(draft.asked, draft.finding.artifact, draft.nonce),
        )
        text = issue(claims, key.private, key.jwk.kid)
        try:
            await self._logs.append_receipt(claims.jti, text)
        except (Refused, Unavailable) as fault:
            if fault.code not in WITHOUT:
                raise
            return Issued(id="", text="", code=fault.code.value)
        return Issued(id=claims.jti, text=text)

    def _settle(self, key: tuple[object, ...], done: "asyncio.Task[Issued]") -> None:
        """Forget what brought no receipt, so that the next one who asks tries again."""
        if done.cancelled() or done.exception() is not None or done.result().code:
            self._same.drop(key)
