"""What comes to the counter-stamps' desk and what leaves it: filings, wishes, and a brand as this room sees it."""

from dataclasses import dataclass, field
from typing import Protocol

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.counterstamp import CounterStamp, EvidenceDigest, ReasonCode
from frankmark.protocols.signal.model import Artifact, ArtifactType, State
from frankmark.protocols.signal.perimeter import Perimeter, contains, is_active
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.channel_control import ControlMethod
from frankmark.services.reasons import ServiceReason

__all__ = ["BrandStanding", "Brands", "ControlAnswer", "Filed", "Filing", "Wish", "demand_form"]

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandStanding:
    """A brand as this room needs it.

    Attributes:
        org_id: The organisation that it belongs to.
        jkt: Thumbprint of the key of its newest perimeter; empty if that does not hold now.
        perimeter: That perimeter, its signature checked anew; None if it does not hold now.
    """

    org_id: str
    jkt: str = ""
    perimeter: Perimeter | None = None

    def declares(self, artifact: Artifact, now_s: int) -> bool:
        """Whether the channel lies in the perimeter, and the perimeter holds now."""
        known = self.perimeter
        return known is not None and is_active(known, now_s) and contains(known, artifact)


class Brands(Protocol):
    """Knows brands."""

    async def standing(self, brand: str) -> BrandStanding | None:
        """The brand with this id; None if it never published a perimeter, or was erased."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a brand opens a counter-stamp with.

    Attributes:
        brand: Its id.
        kind: The channel's kind; `value` in any spelling.
        reason_code: What the brand claims.
        expires_s: When it ends at the latest; None for 90 days.
        evidence: Digests that come with it.
    """

    brand: str
    kind: ArtifactType
    value: str
    reason_code: ReasonCode
    expires_s: int | None = None
    evidence: tuple[EvidenceDigest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlAnswer:
    """The answer to a challenge."""

    method: ControlMethod
    nonce: str = field(repr=False)
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wish to move a counter-stamp.

    Attributes:
        case_id: Which.
        to: Where to.
        if_version: The version that was seen; None, beside the answer to a challenge, for the one that stands.
        reason: For the file, at most 2,000 characters, never public.
        evidence: Digests to add.
        statement: The brand's signed statement, for a move to confirmed.
        control: The owner's answer to a challenge, for a move to disputed.
    """

    case_id: str
    to: State
    if_version: int | None
    reason: str = ""
    evidence: tuple[EvidenceDigest, ...] = ()
    statement: str = ""
    control: ControlAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A counter-stamp as those concerned see it.

    Attributes:
        stamp: How it stands.
        state: Where it stands now, whether or not its expiry is written down.
        origin: The log that a statement of the brand names.
    """

    stamp: CounterStamp
    state: State
    origin: str


def demand_form(wish: Wish) -> None:
    """Check that a wish brings what belongs to it, and nothing else.

    Raises:
        Malformed: `COUNTERSTAMP_MALFORMED`, `VALIDATION_FAILED`.
    """
    if len(wish.reason) > LONGEST_REASON:
        raise Malformed(ServiceReason.VALIDATION_FAILED, f"A reason has at most {LONGEST_REASON} characters.")
    if wish.if_version is None and wish.control is None:
        raise Malformed(ServiceReason.VALIDATION_FAILED, "Send the version that you have seen as ifVersion.")
    if wish.statement and wish.to is not State.CONFIRMED:
        raise Malformed(SignalReason.COUNTERSTAMP_MALFORMED, "A statement of the brand goes with a move to confirmed.")
    if wish.control is not None and wish.to is not State.DISPUTED:
        raise Malformed(SignalReason.COUNTERSTAMP_MALFORMED, "The answer to a challenge goes with a move to disputed.")
