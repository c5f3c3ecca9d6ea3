"""Counter-stamps: a brand's case against a channel, its due process, and what the engine is told of it.

Who may make which move stands in `frankmark.protocols.signal.moves`; here it is established who acts, and what they
have shown. An organisation's key acts for its own brands; whoever shows control of the channel acts as its owner,
without any other credential; the node itself ends what is due, and what the brand has declared its own meanwhile.
What shows that a move may be made (the brand's statement, the owner's nonce) is used up by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused, Unverified
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.kept import Kept
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.signal_cases import CaseRow, CaseStore
from frankmark.protocols.signal import moves, statement
from frankmark.protocols.signal.abuse import Opening
from frankmark.protocols.signal.artifact import canonical as canonical_artifact
from frankmark.protocols.signal.counterstamp import DEFAULT_LIFE_S, Actor, Core, CounterStamp, state_at
from frankmark.protocols.signal.model import Artifact, Role, State
from frankmark.protocols.signal.moves import Move
from frankmark.protocols.signal.perimeter import Perimeter
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.case_log import CaseLog, Counts
from frankmark.services.case_moving import CaseMover, Grounds
from frankmark.services.channel_control import Challenge, ChannelControl, ControlMethod, nonce_digest
from frankmark.services.counterstamp_filing import Brands, Filed, Filing, Wish, demand_form
from frankmark.services.counterstamp_records import artifact_of, stamp_of
from frankmark.services.principals import NODE, Principal, require, require_organisation
from frankmark.services.principals import Role as PrincipalRole
from frankmark.services.reasons import ServiceReason

__all__ = ["Cases", "CasesParts"]

DECISIVE = 100  # counter-stamps on one channel that the engine is told of
KNOWN = 8_192  # channels whose counter-stamps are remembered
FOREVER_MS = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesParts:
    """What the work is done with."""

    store: CaseStore
    brands: Brands
    log: CaseLog
    control: ChannelControl
    suffixes: PublicSuffixes
    clock: Clock
    entropy: Entropy


class Cases:
    """The counter-stamps of a node."""

    def __init__(self, parts: CasesParts) -> None:
        self._store = parts.store
        self._version = -1
        self._known: Kept[tuple[Artifact, str | None], tuple[CounterStamp, ...]] = Kept(KNOWN)
        self._brands = parts.brands
        self._log = parts.log
        self._control = parts.control
        self._suffixes = parts.suffixes
        self._clock = parts.clock
        self._entropy = parts.entropy
        self._mover = CaseMover(parts.store, parts.log, parts.brands, parts.clock, parts.entropy)

    async def open(self, by: Principal | None, filing: Filing) -> Filed:
        """Open a counter-stamp; `NODE` opens as the system.

        Raises:
            Unverified: `AUTH_REQUIRED`.
            Malformed: `COUNTERSTAMP_MALFORMED`, and what the channel's spelling is refused with.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `ACTOR_NOT_ALLOWED`, `CHANNEL_IN_PERIMETER`, `COUNTERSTAMP_OPEN`.
            Unavailable: The store or the log cannot be written now.
        """
        require(by, PrincipalRole.ORG, PrincipalRole.REVIEWER)
        standing = await self._brands.standing(filing.brand)
        if standing is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such brand.")
        actor, now_s = _actor(by, standing.org_id), self._now_s()
        artifact = canonical_artifact(filing.kind, filing.value, self._suffixes)
        core = Core(
            id="cs_" + ulid(now_s * 1000, self._entropy.octets(10)),
            brand=filing.brand,
            artifact=artifact,
            reason_code=filing.reason_code,
            opened_at_s=now_s,
            expires_at_s=now_s + DEFAULT_LIFE_S if filing.expires_s is None else filing.expires_s,
        )
        inside = standing.declares(artifact, now_s)
        stamp = moves.open_case(core, actor, inside=inside, evidence=filing.evidence)
        await self._mover.add(stamp, standing.org_id, Grounds(actor=actor))
        return self._filed(await self._row(core.id))

    async def move(self, by: Principal | None, wish: Wish) -> Filed:
        """Move a counter-stamp.

        Raises:
            Unverified: `AUTH_REQUIRED`, `STATEMENT_REQUIRED`, `CONTROL_UNPROVEN`, and what a false statement is
                refused with.
            Malformed: `COUNTERSTAMP_MALFORMED`, `VALIDATION_FAILED`.
            Refused: `NOT_FOUND`, `FORBIDDEN`, `VERSION_CONFLICT`, `INVALID_TRANSITION`, `ACTOR_NOT_ALLOWED`, the
                conditions of the move, `METHOD_UNAVAILABLE`, `CHALLENGE_NOT_OPEN`.
            Unavailable: The store or the log cannot be written now, or nobody can say whether control is shown.
        """
        if wish.control is None:
            require(by, PrincipalRole.ORG, PrincipalRole.REVIEWER)
        demand_form(wish)
        row = await self._row(wish.case_id)
        actor = _actor(by, row.org_id) if wish.control is None else Actor(role=Role.OWNER)
        before, now_s = stamp_of(row), self._now_s()
        # Decided as if what came with the wish held, so that a move which nobody could make that way is refused for
        # what it is and causes no look-up; nothing is written before it was shown to hold.
        asked = Move(
            to=wish.to,
            actor=actor,
            if_version=row.version if wish.if_version is None else wish.if_version,
            reason=wish.reason,
            evidence=wish.evidence,
            statement_verified=bool(wish.statement),
            control_proven=wish.control is not None,
        )
        after = moves.move(before, asked, now_s)
        await self._mover.make(row, after, await self._grounds(row, before, wish, actor))
        return self._filed(await self._row(row.case_id))

    async def challenge(self, case_id: str, method: ControlMethod) -> Challenge:
        """Ask the owner of a channel to show control of it, so that the case can be disputed, or its file be read.

        Raises:
            Refused: `NOT_FOUND`, `INVALID_TRANSITION`, `METHOD_UNAVAILABLE`.
            Unavailable: The channel cannot be asked now.
        """
        row = await self._row(case_id)
        state = state_at(stamp_of(row), self._now_s())
        if (state, State.DISPUTED) not in moves.TABLE and state is not State.DISPUTED:
            raise Refused(SignalReason.INVALID_TRANSITION, f"A counter-stamp that is {state} is not disputed.")
        return await self._control.ask(case_id, artifact_of(row), method)

    async def case(self, by: Principal | None, case_id: str) -> Filed:
        """One counter-stamp, for its brand and for reviewers.

        Raises:
            Unverified: `AUTH_REQUIRED`.
            Refused: `NOT_FOUND`, `FORBIDDEN`.
        """
        return self._filed(await self._own(by, case_id))

    async def cases(self, by: Principal | None, page: Page, *, state: State | None = None) -> Slice[Filed]:
        """Counter-stamps by time: an organisation's own, or for reviewers all; `state` is the one written down."""
        known = require(by, PrincipalRole.ORG, PrincipalRole.REVIEWER)
        own = known.org_id if known.role is PrincipalRole.ORG else None
        part = await self._store.cases(page, org_id=own, state=state.value if state else None)
        return Slice(items=tuple(self._filed(row) for row in part.items), next=part.next)

    async def openings(self, by: Principal | None, case_id: str, *, nonce: str = "") -> list[Opening]:
        """What shows each move of a case, for its brand, its channel's owner and reviewers.

        Args:
            by: A key of the brand's organisation, or a reviewer.
            case_id: The case.
            nonce: The owner's, of a challenge that is answered, or that the newest dispute was made with.

        Raises:
            Unverified: `AUTH_REQUIRED`, `CONTROL_UNPROVEN`.
            Refused: `NOT_FOUND`, `FORBIDDEN`.
            Unavailable: Nobody can say now whether control is shown.
        """
        row = await self._row(case_id) if nonce else await self._own(by, case_id)
        if nonce:
            await self._demand_owner(row, nonce)
        return await self._log.openings(row)

    async def on(self, readings: Iterable[Artifact], brand: str | None = None) -> tuple[CounterStamp, ...]:
        """What the engine is told: counter-stamps on any reading of a channel that may decide.

        Args:
            readings: The readings.
            brand: Only its own; None for every brand's.

        Returns:
            At most 100 for each reading; whether one is due is the engine's to see (`state_at`).
        """
        found: tuple[CounterStamp, ...] = ()
        for artifact in readings:
            found += await self._decisive(artifact, brand)
        return found

    async def _decisive(self, artifact: Artifact, brand: str | None) -> tuple[CounterStamp, ...]:
        """What may decide about one reading; from memory if no case has changed."""
        version, key = self._store.version(), (artifact, brand)
        if version != self._version:
            self._version, self._known = version, Kept(KNOWN)
        known = self._known.get(key, 0)
        if known is None:
            rows = await self._store.decisive_cases(artifact.type.value, artifact.value, DECISIVE, brand=brand)
            known = tuple(stamp_of(row) for row in rows)
            if version == self._store.version():
                self._known.put(key, known, FOREVER_MS)
        return known

    async def perimeter_changed(self, brand: str, perimeter: Perimeter) -> int:
        """End a brand's counter-stamps on channels that it has declared its own; answers how many."""
        return await self._mover.perimeter_changed(brand, perimeter)

    async def keep(self) -> None:
        """Do what is due by itself: missing leaves, ends that have come, channels that were declared since."""
        await self._mover.keep()

    async def counts(self) -> Counts:
        """What the public may know: counts by month, kind of channel and state, the small ones masked."""
        return await self._log.counts(self._now_s())

    async def erase(self, org_id: str) -> int:
        """Delete every counter-stamp of an organisation; the log keeps commitments that nobody can open any more."""
        return await self._store.erase_cases(org_id)

    async def _grounds(self, row: CaseRow, before: CounterStamp, wish: Wish, actor: Actor) -> Grounds:
        """Verify what comes with a wish."""
        if wish.control is not None:
            given = wish.control
            spent = nonce_digest(given.nonce)
            if any(move.spent == spent for move in await self._store.moves(row.case_id)):
                raise Refused(ServiceReason.CHALLENGE_NOT_OPEN, "This challenge was used; ask for a new one.")
            await self._control.show(row.case_id, artifact_of(row), given.method, given.nonce, given.answer)
            return Grounds(actor=actor, reason=wish.reason, spent=spent, proof=given.method.value)
        if not wish.statement:
            return Grounds(actor=actor, reason=wish.reason)
        document = statement.read(wish.statement)
        standing = await self._brands.standing(row.brand)
        if standing is None or standing.perimeter is None:
            raise Unverified(SignalReason.PERIMETER_TIME, "The brand has no perimeter that holds now.")
        statement.verify(document, before, jkt=standing.jkt, log=self._log.origin, now_s=self._now_s())
        spent = sha256(document.parts.signing_input).hex()
        return Grounds(actor=actor, reason=wish.reason, spent=spent, proof=wish.statement)

    async def _demand_owner(self, row: CaseRow, nonce: str) -> None:
        """Check that a nonce is the one of the newest dispute, or of a challenge that is answered now."""
        disputes = [move.spent for move in await self._store.moves(row.case_id) if move.role == Role.OWNER.value]
        if disputes and nonce_digest(nonce) == disputes[-1]:
            return
        method = self._control.method_of(row.case_id, nonce)
        if method is None:
            raise Refused(ServiceReason.FORBIDDEN, "This nonce does not open this case.")
        await self._control.show(row.case_id, artifact_of(row), method, nonce, "")

    async def _own(self, by: Principal | None, case_id: str) -> CaseRow:
        require(by, PrincipalRole.ORG, PrincipalRole.REVIEWER)
        row = await self._row(case_id)
        _actor(by, row.org_id)
        return row

    async def _row(self, case_id: str) -> CaseRow:
        row = await self._store.case(case_id)
        if row is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such counter-stamp.")
        return row

    def _filed(self, row: CaseRow) -> Filed:
        stamp = stamp_of(row)
        return Filed(stamp=stamp, state=state_at(stamp, self._now_s()), origin=self._log.origin)

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000


def _actor(by: Principal | None, org_id: str) -> Actor:
    """In what capacity a principal acts on a case of an organisation's brand.

    Raises:
        Unverified: `AUTH_REQUIRED`.
        Refused: `FORBIDDEN`, for the key of another organisation too.
    """
    known = require(by, PrincipalRole.ORG, PrincipalRole.REVIEWER)
    if known == NODE:
        return Actor(role=Role.SYSTEM, principal=known.actor)
    if known.role is PrincipalRole.ORG:
        require_organisation(known, org_id)
        return Actor(role=Role.BRAND, principal=known.actor, org=known.org_id)
    return Actor(role=Role.REVIEWER, principal=known.actor, org=known.org_id)
