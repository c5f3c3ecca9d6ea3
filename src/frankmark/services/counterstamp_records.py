"""Counter-stamps between the room that decides about them and the store that keeps them."""

from frankmark.ports.signal_cases import CaseMove, CaseRow
from frankmark.protocols.signal.abuse import Detail
from frankmark.protocols.signal.counterstamp import Actor, Core, CounterStamp, EvidenceDigest, ReasonCode, due_at_s
from frankmark.protocols.signal.model import Artifact, ArtifactType, Role, State

__all__ = ["artifact_of", "detail_of", "row_of", "stamp_of"]


def artifact_of(row: CaseRow) -> Artifact:
    """The channel of a case."""
    return Artifact(type=ArtifactType(row.artifact_type), value=row.artifact)


def row_of(stamp: CounterStamp, org_id: str) -> CaseRow:
    """The row of a counter-stamp.

    Args:
        stamp: How it stands.
        org_id: The organisation of its brand.
    """
    core = stamp.core
    return CaseRow(
        case_id=core.id,
        brand=core.brand,
        org_id=org_id,
        artifact_type=core.artifact.type.value,
        artifact=core.artifact.value,
        reason_code=core.reason_code.value,
        opened_s=core.opened_at_s,
        expires_s=core.expires_at_s,
        state=stamp.state.value,
        version=stamp.version,
        opener_role=stamp.opener.role.value,
        opener=stamp.opener.principal,
        opener_org=stamp.opener.org,
        moved_s=stamp.moved_at_s,
        due_s=due_at_s(stamp),
        disputed_s=stamp.disputed_at_s,
        evidence=tuple(f"{each.sha256} {each.mime}" for each in stamp.evidence),
    )


def stamp_of(row: CaseRow) -> CounterStamp:
    """The counter-stamp of a row."""
    return CounterStamp(
        core=Core(
            id=row.case_id,
            brand=row.brand,
            artifact=artifact_of(row),
            reason_code=ReasonCode(row.reason_code),
            opened_at_s=row.opened_s,
            expires_at_s=row.expires_s,
        ),
        state=State(row.state),
        version=row.version,
        opener=Actor(role=Role(row.opener_role), principal=row.opener, org=row.opener_org),
        moved_at_s=row.moved_s,
        disputed_at_s=row.disputed_s,
        evidence=tuple(_evidence(text) for text in row.evidence),
    )


def detail_of(row: CaseRow, move: CaseMove) -> Detail:
    """What the abuse log commits to for a move; of the case only what never changes goes in."""
    return Detail(
        cs=row.case_id,
        came_from=State(move.came_from) if move.came_from else None,
        to=State(move.gone_to),
        version=move.version,
        actor_role=Role(move.role),
        brand=row.brand,
        artifact=artifact_of(row),
        reason_code=ReasonCode(row.reason_code),
        at_s=move.at_s,
    )


def _evidence(text: str) -> EvidenceDigest:
    sha256, _, mime = text.partition(" ")
    return EvidenceDigest(sha256=sha256, mime=mime)
