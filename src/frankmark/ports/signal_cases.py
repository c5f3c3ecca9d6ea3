"""Where counter-stamps are kept: each as it stands, and every move that brought it there.

A case is a row that moves; a move is a row that never changes, but for the place that its leaf gets in the log. Both
are written in one step, so that a move without its record cannot be; the leaf follows, and a move without a leaf is
found by `CaseStore.moves_unlogged`. Times are seconds since the Unix epoch and end in ``_s``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import NewAudit

__all__ = ["CaseCount", "CaseMove", "CaseRow", "CaseStore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A counter-stamp as it stands.

    Attributes:
        case_id: ``cs_`` and a ULID.
        brand: The brand, ``br_`` and a ULID.
        org_id: The organisation that the brand belongs to.
        artifact_type: The channel's kind; `artifact` its canonical form.
        reason_code: What the brand claims.
        state: Where it stands, as it was last written down.
        version: 1 when opened, one more with each move.
        opener_role: As what it was opened; `opener` and `opener_org` by whom.
        moved_s: When it last moved.
        due_s: When it ends by itself; None exactly for one that has ended.
        disputed_s: When it was last disputed.
        evidence: Digests and media types, ``<64 hex> <type>``, in the order in which they came.
    """

    case_id: str
    brand: str
    org_id: str
    artifact_type: str
    artifact: str
    reason_code: str
    opened_s: int
    expires_s: int
    state: str
    version: int
    opener_role: str
    opener: str
    opener_org: str
    moved_s: int
    due_s: int | None
    disputed_s: int | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMove:
    """One move, with all that nobody but those concerned may see.

    Attributes:
        case_id: The counter-stamp.
        version: The version that it led to.
        came_from: The state before; empty for the opening.
        gone_to: The state after.
        role: As what somebody moved it; `actor` and `actor_org` who.
        at_s: When.
        reason: What was written for the file.
        salt: 32 octets of this move alone, lower hex.
        spent: SHA-256, lower hex, of what the move used up: a signed statement, a challenge; empty for nothing.
        proof: What was used up, or how control was shown; empty for neither.
        leaf_index: The leaf in the abuse log; None until it is there.
    """

    case_id: str
    version: int
    came_from: str
    gone_to: str
    role: str
    actor: str
    actor_org: str
    at_s: int
    reason: str
    salt: str
    spent: str = ""
    proof: str = ""
    leaf_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCount:
    """How many counter-stamps were opened in a month (``YYYY-MM``, UTC), by kind of channel and state."""

    month: str
    artifact_type: str
    state: str
    count: int


class CaseStore(Protocol):
    """Counter-stamps and their moves.

    The laws of `frankmark.ports.storage` hold here too. A case is *open* while its `due_s` is not None.
    """

    def version(self) -> int:
        """A number that is another one as soon as a write of cases has returned."""
        ...

    async def add_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """Keep a new case and its first move. False if the brand has an open case on the same channel."""
        ...

    async def move_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        """Replace the case of the version before by this one, and keep the move.

        Law: False, and nothing changes, unless the stored version is `case.version` - 1, or if an earlier move of any
        case spent the same thing. Of any number of concurrent moves from one version exactly one is made. What never
        changes about a case (its id, brand, organisation, channel, reason code, opening and end) is left as it is.
        """
        ...

    async def case(self, case_id: str) -> CaseRow | None:
        """The case with this id, ended ones too."""
        ...

    async def cases(self, page: Page, *, org_id: str | None = None, state: str | None = None) -> Slice[CaseRow]:
        """Cases by id, which is by time; only those of `org_id` and in `state` where one is given."""
        ...

    async def open_case(self, brand: str, artifact_type: str, artifact: str) -> CaseRow | None:
        """The open case of a brand on a channel."""
        ...

    async def open_cases(self, page: Page, *, brand: str | None = None) -> Slice[CaseRow]:
        """Open cases by id; only those of `brand` where it is given."""
        ...

    async def decisive_cases(
        self, artifact_type: str, artifact: str, limit: int, *, brand: str | None = None
    ) -> Sequence[CaseRow]:
        """Cases on a channel whose written state is confirmed or disputed: the disputed first, then by id.

        Only those of `brand` where it is given.
        """
        ...

    async def cases_due(self, now_s: int, limit: int) -> Sequence[CaseRow]:
        """Open cases whose end has come, the longest due first."""
        ...

    async def moves(self, case_id: str) -> Sequence[CaseMove]:
        """Every move of a case, in order."""
        ...

    async def moves_unlogged(self, limit: int) -> Sequence[CaseMove]:
        """Moves without a leaf, the earliest first."""
        ...

    async def move_logged(self, case_id: str, version: int, leaf_index: int) -> None:
        """A move has its leaf. Law: a place once given never changes."""
        ...

    async def case_counts(self, now_s: int) -> Sequence[CaseCount]:
        """How many cases by month of opening, kind and state at a time; an open case that is due counts as expired.

        Law: sorted by month, kind and state; what does not occur is not listed.
        """
        ...

    async def erase_cases(self, org_id: str) -> int:
        """Delete every case of an organisation with its moves, salts and reasons; answers how many cases."""
        ...
