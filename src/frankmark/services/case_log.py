"""The Abuse Transparency Log of the counter-stamps: a leaf for every move, and what opens it for those concerned.

A move is written down first, with its salt, and its leaf follows before anybody is answered; what a crash left between
the two is made up for by `CaseLog.mend`. The leaf is a commitment: nothing in it tells whom or what it is about.
"""

from collections.abc import Sequence

from frankmark.ports.signal_cases import CaseCount, CaseMove, CaseRow, CaseStore
from frankmark.protocols.signal.abuse import Opening, abuse_leaf
from frankmark.protocols.signal.logs import LogName, shown
from frankmark.protocols.signal.model import ArtifactType, State
from frankmark.services.counterstamp_records import detail_of
from frankmark.services.signal_logs import SignalLogs

__all__ = ["CaseLog", "Counts"]

PART = 100

Counts = dict[str, dict[str, dict[str, int | str]]]
"""By month, kind of channel and state; a count below five only says that it is."""


class CaseLog:
    """Enters moves, opens them, and counts.

    Args:
        store: Where moves and salts are.
        logs: Signal's logs, the abuse log among them.
    """

    def __init__(self, store: CaseStore, logs: SignalLogs) -> None:
        self._store = store
        self._logs = logs

    @property
    def origin(self) -> str:
        """The abuse log's origin: what a brand's statement names."""
        return self._logs.log(LogName.ABUSE).origin

    def demand(self) -> None:
        """Check that the log takes leaves, before anything is moved.

        Raises:
            Refused: What the log refuses with.
        """
        self._logs.head(LogName.ABUSE)

    async def enter(self, row: CaseRow, move: CaseMove) -> int:
        """Enter the leaf of a move that is written down.

        Returns:
            The leaf's index.

        Raises:
            Unavailable: The log cannot be written now; the move stands, and `mend` enters its leaf.
        """
        leaf = abuse_leaf(bytes.fromhex(move.salt), detail_of(row, move))
        appended = await self._logs.append_case(leaf, key=f"{move.case_id}:{move.version}")
        await self._store.move_logged(move.case_id, move.version, appended.index)
        return appended.index

    async def mend(self) -> int:
        """Enter the leaves of moves that have none; answers how many."""
        entered = 0
        while moves := await self._store.moves_unlogged(PART):
            for move in moves:
                row = await self._store.case(move.case_id)
                if row is not None:  # erased meanwhile, with its moves
                    await self.enter(row, move)
                    entered += 1
        return entered

    async def openings(self, row: CaseRow) -> list[Opening]:
        """Everything that shows each move of a case, all under one head, in the order of the moves."""
        moves = await self._store.moves(row.case_id)
        head = self._logs.head(LogName.ABUSE)
        return [
            Opening(
                detail=detail_of(row, move),
                salt=bytes.fromhex(move.salt),
                leaf_index=move.leaf_index,
                audit_path=await self._logs.inclusion(LogName.ABUSE, move.leaf_index, head.head.size),
                head=head,
            )
            for move in moves
            if move.leaf_index is not None
        ]

    async def counts(self, now_s: int) -> Counts:
        """How many counter-stamps, by month of opening, kind of channel and state.

        Every month in which one was opened holds every kind and every state, so that what is not there and what is
        there fewer than five times look the same.
        """
        found = await self._store.case_counts(now_s)
        return {month: _month([each for each in found if each.month == month]) for month in _months(found)}


def _months(found: Sequence[CaseCount]) -> list[str]:
    return sorted({each.month for each in found})


def _month(found: Sequence[CaseCount]) -> dict[str, dict[str, int | str]]:
    counted = {(each.artifact_type, each.state): each.count for each in found}
    return {
        kind.value: {state.value: shown(counted.get((kind.value, state.value), 0)) for state in State}
        for kind in ArtifactType
    }
