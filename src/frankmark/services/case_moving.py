"""Moving counter-stamps: the one place that writes a move down, and what the node moves by itself.

Each move is compared with the version that it was decided on, and written with its act and its salt in one step: of two
that meet, one is made. Its leaf is in the abuse log before anybody is answered.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from frankmark.foundation import canonical
from frankmark.foundation.errors import Refused
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal_cases import CaseMove, CaseRow, CaseStore
from frankmark.protocols.signal import moves
from frankmark.protocols.signal.abuse import SALT_OCTETS
from frankmark.protocols.signal.counterstamp import Actor, CounterStamp, state_at
from frankmark.protocols.signal.model import Artifact, Role, State
from frankmark.protocols.signal.moves import Move
from frankmark.protocols.signal.perimeter import Perimeter
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.case_log import CaseLog
from frankmark.services.counterstamp_filing import Brands, BrandStanding
from frankmark.services.counterstamp_records import artifact_of, row_of, stamp_of
from frankmark.services.principals import NODE
from frankmark.services.reasons import ServiceReason

__all__ = ["CaseMover", "Grounds"]

PART = 100
ATTEMPTS = 8
OWNER = "owner"  # in the audit trail, whoever showed control of a channel
SYSTEM = Actor(role=Role.SYSTEM, principal=NODE.actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a move rests on.

    Attributes:
        actor: Who makes it.
        reason: What was written for the file.
        spent: SHA-256 of what it uses up.
        proof: What it uses up, or how control was shown.
    """

    actor: Actor
    reason: str = ""
    spent: str = ""
    proof: str = ""


class CaseMover:
    """Writes moves down.

    Args:
        store: Where counter-stamps are.
        log: The abuse log.
        brands: Knows what brands declare their own.
        clock: Tells the time.
        entropy: Makes the salts.
    """

    def __init__(self, store: CaseStore, log: CaseLog, brands: Brands, clock: Clock, entropy: Entropy) -> None:
        self._store = store
        self._log = log
        self._brands = brands
        self._clock = clock
        self._entropy = entropy

    async def add(self, stamp: CounterStamp, org_id: str, grounds: Grounds) -> None:
        """Write a new counter-stamp down.

        Raises:
            Refused: `COUNTERSTAMP_OPEN`, or what the log refuses with.
            Unavailable: The store or the log cannot be written now.
        """
        self._log.demand()
        await self._end_due(stamp.core.brand, stamp.core.artifact)
        row = row_of(stamp, org_id)
        move = self._move("", stamp, grounds)
        if not await self._store.add_case(row, move, self._act(row, move)):
            raise Refused(ServiceReason.COUNTERSTAMP_OPEN, "The brand has an open counter-stamp on this channel.")
        await self._log.enter(row, move)
        await self._withdraw(row, await self._brands.standing(row.brand))  # it may have been declared meanwhile

    async def make(self, row: CaseRow, after: CounterStamp, grounds: Grounds) -> None:
        """Write down a move that was decided on `row`.

        Raises:
            Refused: `VERSION_CONFLICT`, or what the log refuses with.
            Unavailable: The store or the log cannot be written now; in the second case the move stands.
        """
        self._log.demand()
        moved = row_of(after, row.org_id)
        move = self._move(row.state, after, grounds)
        if not await self._store.move_case(moved, move, self._act(moved, move)):
            raise Refused(SignalReason.VERSION_CONFLICT, "The counter-stamp has moved meanwhile; read it again.")
        await self._log.enter(moved, move)

    async def perimeter_changed(self, brand: str, perimeter: Perimeter) -> int:
        """End a brand's counter-stamps on channels that it has declared its own; answers how many."""
        ended = 0
        standing = BrandStanding(org_id="", perimeter=perimeter)
        async for row in self._open(brand):
            ended += await self._withdraw(row, standing)
        return ended

    async def keep(self) -> None:
        """Do what is due: leaves that are missing, ends that have come, channels that were declared since."""
        await self._log.mend()
        while due := await self._store.cases_due(self._now_s(), PART):
            for row in due:
                await self._force(row.case_id, State.EXPIRED)
        async for row in self._open(None):
            await self._withdraw(row, await self._brands.standing(row.brand))

    async def _open(self, brand: str | None) -> AsyncIterator[CaseRow]:
        after = ""
        while True:
            part = await self._store.open_cases(Page(after=after, limit=PART), brand=brand)
            for row in part.items:
                yield row
            if not part.next:
                return
            after = part.next

    async def _withdraw(self, row: CaseRow, standing: BrandStanding | None) -> int:
        """End a case whose channel the brand has declared its own; answers how many were ended."""
        if standing is None or not standing.declares(artifact_of(row), self._now_s()):
            return 0
        return await self._force(row.case_id, State.REVOKED)

    async def _end_due(self, brand: str, artifact: Artifact) -> None:
        """Write down that the brand's case on a channel has ended, so that another can be opened."""
        row = await self._store.open_case(brand, artifact.type.value, artifact.value)
        if row is not None and state_at(stamp_of(row), self._now_s()) is State.EXPIRED:
            await self._force(row.case_id, State.EXPIRED)

    async def _force(self, case_id: str, to: State) -> int:
        """Let the node end a case, whoever else moves it meanwhile; 0 if it had ended already."""
        for _ in range(ATTEMPTS):
            row, now_s = await self._store.case(case_id), self._now_s()
            if row is None or row.due_s is None:
                return 0
            before = stamp_of(row)
            end = State.EXPIRED if state_at(before, now_s) is State.EXPIRED else to
            wish = Move(to=end, actor=SYSTEM, if_version=row.version, inside=end is State.REVOKED)
            try:
                await self.make(row, moves.move(before, wish, now_s), Grounds(actor=SYSTEM))
            except Refused as conflict:
                if conflict.code is not SignalReason.VERSION_CONFLICT:
                    raise
            else:
                return 1
        raise Refused(SignalReason.VERSION_CONFLICT, f"{case_id} moves too often; the next round looks again.")

    def _move(self, came_from: str, after: CounterStamp, grounds: Grounds) -> CaseMove:
        return CaseMove(
            case_id=after.core.id,
            version=after.version,
            came_from=came_from,
            gone_to=after.state.value,
            role=grounds.actor.role.value,
            actor=grounds.actor.principal,
            actor_org=grounds.actor.org,
            at_s=after.moved_at_s,
            reason=grounds.reason,
            salt=self._entropy.octets(SALT_OCTETS).hex(),
            spent=grounds.spent,
            proof=grounds.proof,
        )

    def _act(self, row: CaseRow, move: CaseMove) -> NewAudit:
        detail = canonical.dump({"from": move.came_from, "to": move.gone_to, "version": move.version})
        return NewAudit(
            at_ms=self._clock.now_ms(),
            actor=move.actor or OWNER,
            org_id=row.org_id,
            act="counterstamp.move" if move.came_from else "counterstamp.open",
            target=move.case_id,
            detail=detail.decode(),
        )

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000
