"""Statements of a brand: one holds for one counter-stamp, one version, one node and seven days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, BRAND_KEY, CASE, DAY, NOW

from frankmark.foundation.errors import Unverified
from frankmark.protocols.signal import statement as room
from frankmark.protocols.signal.counterstamp import Actor, Core, CounterStamp, ReasonCode, core_hash
from frankmark.protocols.signal.model import Artifact, ArtifactType, Role, State
from frankmark.protocols.signal.moves import Move, move

LOG = "node.example.net/signal"
JKT = BRAND_KEY.public.thumbprint()
STOOD = CounterStamp(
    core=Core(
        id=CASE,
        brand=BRAND,
        artifact=Artifact(type=ArtifactType.DOMAIN, value="acme-login.example"),
        reason_code=ReasonCode.NOT_OURS,
        opened_at_s=NOW - DAY,
        expires_at_s=NOW + 90 * DAY,
    ),
    state=State.UNDER_REVIEW,
    version=2,
    opener=Actor(role=Role.BRAND, principal="key-1", org="org-1"),
    moved_at_s=NOW - DAY,
)
REVIEWER = Actor(role=Role.REVIEWER, principal="key-9", org="org-9")


def stated(version: int = 2, iat: int = NOW) -> room.SignedStatement:
    said = room.Statement(core=core_hash(STOOD.core), version=version, log=LOG, iat=iat)
    return room.read(room.sign(said, BRAND_KEY))


@given(st.integers(NOW - 8 * DAY, NOW + 2 * 300))
def test_a_statement_is_fresh_for_seven_days(iat: int) -> None:
    document = stated(iat=iat)
    if NOW - room.FRESH_S <= iat <= NOW + room.SKEW_S:
        room.verify(document, STOOD, jkt=JKT, log=LOG, now_s=NOW)
    else:
        with pytest.raises(Unverified, match="STATEMENT_TIME"):
            room.verify(document, STOOD, jkt=JKT, log=LOG, now_s=NOW)


def test_a_statement_is_used_once() -> None:
    document = stated()
    room.verify(document, STOOD, jkt=JKT, log=LOG, now_s=NOW)
    confirmed = move(STOOD, Move(to=State.CONFIRMED, actor=REVIEWER, if_version=2, statement_verified=True), NOW)
    owner = Actor(role=Role.OWNER)
    disputed = move(confirmed, Move(to=State.DISPUTED, actor=owner, if_version=3, control_proven=True), NOW + 1)
    for case in (confirmed, disputed):
        with pytest.raises(Unverified, match="STATEMENT_MISMATCH"):
            room.verify(document, case, jkt=JKT, log=LOG, now_s=NOW + 2)
    room.verify(stated(version=4, iat=NOW + 2), disputed, jkt=JKT, log=LOG, now_s=NOW + 2)
