"""The desk of the counter-stamps: every move of the table by every actor, races, proofs, ends, and what nobody sees."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from tests.services.signal.case_desk import (
    ADMIN,
    ANCHOR,
    BRAND,
    DAY_S,
    ELSEWHERE,
    EVIDENCE,
    ORG,
    OTHER,
    READER,
    REVIEWER,
    STRANGER,
    Desk,
    domain,
)

from frankmark.adapters.memory.records_signal_cases import MemoryCases
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable, Unverified
from frankmark.ports.durability import StoreReason
from frankmark.ports.log import TreeHead
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import Acceptance
from frankmark.ports.signal_cases import CaseMove, CaseRow
from frankmark.protocols.signal.abuse import abuse_leaf, commitment, parse_abuse_leaf, verify_opening
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.model import ArtifactType, Role, State
from frankmark.protocols.signal.moves import TABLE
from frankmark.services.channel_control import CONTROL_S, ControlMethod
from frankmark.services.counterstamp_filing import ControlAnswer, Filed, Filing, Wish
from frankmark.services.counterstamp_records import detail_of
from frankmark.services.principals import NODE, Principal

ACTORS = {Role.BRAND: ORG, Role.REVIEWER: REVIEWER, Role.OWNER: None}


@pytest.fixture
async def desk() -> Desk:
    return await Desk().open()


async def refusal(awaitable: object) -> tuple[type[Error], str]:
    with pytest.raises(Error) as refused:
        await awaitable  # type: ignore[misc]
    return type(refused.value), refused.value.code.value


async def test_a_brand_opens_a_case_and_everything_about_it_is_kept(desk: Desk) -> None:
    case = await desk.filed("HTTPS://Acme-Rewards.Example/win?x=1".replace("HTTPS://", "https://"), evidence=EVIDENCE)
    core = case.stamp.core
    assert core.artifact == domain(OTHER)
    assert (core.brand, core.opened_at_s, core.expires_at_s) == (BRAND, desk.clock.s, desk.clock.s + 90 * DAY_S)
    assert (case.state, case.stamp.version, case.stamp.evidence) == (State.OBSERVED, 1, EVIDENCE)
    assert case.origin == f"{desk.keyring.node_id}/signal-abuse"
    (move,) = await desk.store.moves(core.id)
    assert (move.role, move.actor, move.actor_org, move.leaf_index) == ("brand", ORG.actor, ORG.org_id, 0)
    assert [(act.act, act.actor, act.org_id, act.target) for act in desk.store.acts] == [
        ("counterstamp.open", ORG.actor, ORG.org_id, core.id)
    ]
    assert "acme-rewards" not in str(desk.store.acts)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (None, "AUTH_REQUIRED"),
        (READER, "FORBIDDEN"),
        (ELSEWHERE, "FORBIDDEN"),
        (REVIEWER, "ACTOR_NOT_ALLOWED"),
        (ADMIN, "ACTOR_NOT_ALLOWED"),
    ],
)
async def test_nobody_else_opens_a_case_for_a_brand(desk: Desk, by: Principal | None, code: str) -> None:
    assert (await refusal(desk.filed(by=by)))[1] == code
    assert await desk.leaves() == []


async def test_the_node_opens_cases_too_and_any_reviewer_may_confirm_them(desk: Desk) -> None:
    case = await desk.filed(by=NODE)
    assert case.stamp.opener.role is Role.SYSTEM
    case = await desk.move(REVIEWER, case, State.UNDER_REVIEW, evidence=EVIDENCE)
    assert (await desk.confirm(case)).state is State.CONFIRMED


async def test_no_case_is_opened_on_the_brands_own_channel_nor_for_nobodys_brand(desk: Desk) -> None:
    assert (await refusal(desk.filed(ANCHOR)))[1] == "CHANNEL_IN_PERIMETER"
    filing = Filing(brand=BRAND[:-1] + "B", kind=ArtifactType.DOMAIN, value=OTHER, reason_code=ReasonCode.NOT_OURS)
    assert (await refusal(desk.cases.open(ORG, filing)))[1] == "NOT_FOUND"
    assert (await refusal(desk.filed("co.uk")))[1] == "ARTIFACT_PUBLIC_SUFFIX"
    assert (await refusal(desk.filed(expires_s=desk.clock.s)))[1] == "COUNTERSTAMP_MALFORMED"
    assert (await refusal(desk.filed(expires_s=desk.clock.s + 366 * DAY_S)))[1] == "COUNTERSTAMP_MALFORMED"


async def test_a_channel_has_one_open_case_of_a_brand_and_another_once_that_has_ended(desk: Desk) -> None:
    case = await desk.filed()
    assert (await refusal(desk.filed(OTHER.upper())))[1] == "COUNTERSTAMP_OPEN"
    await desk.move(ORG, case, State.REVOKED, reason="A mistake.")
    second = await desk.filed()
    desk.clock.pass_s(30 * DAY_S)  # due, and nobody has written that down
    third = await desk.filed()
    assert (await desk.now(second)).stamp.state is State.EXPIRED
    assert third.state is State.OBSERVED


# Every pair of states by every actor: the table decides, and nothing else.


async def attempt(desk: Desk, case: Filed, role: Role, to: State, name: str) -> str:
    """Make a move with everything that it could need; answers ``moved`` or the code."""
    wish: dict[str, object] = {"reason": "Seen.", "evidence": EVIDENCE}
    desk.clock.pass_s(1)  # after the dispute, where there is one
    if role is Role.OWNER:
        wish = {"control": ControlAnswer(method=ControlMethod.DOMAIN_TXT, nonce="x")}
        if to is State.DISPUTED and case.state in {State.UNDER_REVIEW, State.CONFIRMED}:
            wish = {"control": await desk.controlled(case, name)}
    elif to is State.CONFIRMED:
        wish["statement"] = desk.stated(case)
    try:
        await desk.move(ACTORS[role], case, to, **wish)
    except Error as refused:
        return refused.code.value
    return "moved"


def due(before: State, to: State, role: Role) -> str:
    """What the table of moves says."""
    if role is Role.OWNER and to is not State.DISPUTED:
        return "COUNTERSTAMP_MALFORMED"  # the answer to a challenge moves a case to nowhere else
    rules = TABLE.get((before, to))
    if rules is None:
        return "INVALID_TRANSITION"
    return "moved" if role in rules else "ACTOR_NOT_ALLOWED"


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("role", ACTORS)
async def test_the_whole_matrix(before: State, role: Role) -> None:
    for number, to in enumerate(State):
        desk, name = await Desk().open(), f"n{number}.example"
        case = await desk.at(before, name)
        size = len(await desk.leaves())
        outcome = await attempt(desk, case, role, to, name)
        assert outcome == due(before, to, role), to
        moved = outcome == "moved"
        after = await desk.now(case)
        assert (after.state, after.stamp.version) == (to if moved else before, case.stamp.version + moved)
        assert len(await desk.leaves()) == size + moved


@pytest.mark.parametrize("by", [None, READER, ELSEWHERE])
async def test_a_stranger_neither_moves_nor_reads_a_case(desk: Desk, by: Principal | None) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    code = "AUTH_REQUIRED" if by is None else "FORBIDDEN"
    for to in State:
        assert (await refusal(desk.move(by, case, to, reason="r", evidence=EVIDENCE)))[1] == code
    assert (await refusal(desk.cases.case(by, case.stamp.core.id)))[1] == code
    assert (await refusal(desk.cases.openings(by, case.stamp.core.id)))[1] == code
    if by != ELSEWHERE:
        assert (await refusal(desk.cases.cases(by, Page())))[1] == code


async def test_lists_show_an_organisation_its_own_and_reviewers_all(desk: Desk) -> None:
    case = await desk.filed()
    await desk.filed("second.example")
    for by, found in ((ORG, 2), (REVIEWER, 2), (ADMIN, 2), (ELSEWHERE, 0)):
        assert len((await desk.cases.cases(by, Page(limit=MAX_LIMIT))).items) == found
    await desk.move(ORG, case, State.REVOKED, reason="r")
    (left,) = (await desk.cases.cases(ORG, Page(), state=State.OBSERVED)).items
    assert left.stamp.core.artifact == domain("second.example")


async def test_what_does_not_exist_is_said_so(desk: Desk) -> None:
    nowhere = "cs_01KDZJ4M00041061050R3GG28A"
    assert (await refusal(desk.cases.case(ORG, nowhere)))[1] == "NOT_FOUND"
    assert (await refusal(desk.cases.challenge(nowhere, ControlMethod.DOMAIN_TXT)))[1] == "NOT_FOUND"
    assert (await refusal(desk.cases.move(ORG, Wish(case_id=nowhere, to=State.REVOKED, if_version=1))))[
        1
    ] == "NOT_FOUND"


async def test_a_wish_brings_what_belongs_to_it(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    answer = ControlAnswer(method=ControlMethod.DOMAIN_TXT, nonce="x")
    kind, code = await refusal(desk.move(ORG, case, State.REVOKED, reason="r" * 2_001))
    assert (kind, code) == (Malformed, "VALIDATION_FAILED")
    assert (await refusal(desk.move(ORG, case, State.REVOKED, reason="r", if_version=None)))[1] == "VALIDATION_FAILED"
    assert (await refusal(desk.move(ORG, case, State.REVOKED, statement="x")))[1] == "COUNTERSTAMP_MALFORMED"
    assert (await refusal(desk.move(None, case, State.REVOKED, control=answer)))[1] == "COUNTERSTAMP_MALFORMED"
    assert (await refusal(desk.move(ORG, case, State.REVOKED)))[1] == "REASON_REQUIRED"
    fresh = await desk.filed("second.example")
    assert (await refusal(desk.move(ORG, fresh, State.UNDER_REVIEW)))[1] == "EVIDENCE_REQUIRED"


async def test_evidence_is_only_ever_added(desk: Desk) -> None:
    case = await desk.filed(evidence=EVIDENCE)
    more = replace(EVIDENCE[0], sha256="cd" * 32)
    case = await desk.move(ORG, case, State.UNDER_REVIEW, evidence=(more, *EVIDENCE))
    assert case.stamp.evidence == (*EVIDENCE, more)


# Confirmation.


async def test_whoever_opened_it_or_works_with_them_does_not_confirm(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    wish = {"statement": desk.stated(case)}
    assert (await refusal(desk.move(ORG, case, State.CONFIRMED, **wish)))[1] == "ACTOR_NOT_ALLOWED"
    same = replace(REVIEWER, actor=ORG.actor)
    assert (await refusal(desk.move(same, case, State.CONFIRMED, **wish)))[1] == "ACTOR_NOT_ALLOWED"
    colleague = replace(REVIEWER, org_id=ORG.org_id)
    assert (await refusal(desk.move(colleague, case, State.CONFIRMED, **wish)))[1] == "ACTOR_NOT_ALLOWED"
    assert (await desk.move(REVIEWER, case, State.CONFIRMED, **wish)).state is State.CONFIRMED


async def test_only_the_brands_word_about_this_very_version_confirms(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    assert (await refusal(desk.move(REVIEWER, case, State.CONFIRMED)))[1] == "STATEMENT_REQUIRED"
    now = desk.clock.s
    for changes, code in (
        ({"key": STRANGER}, "BRAND_KEY_MISMATCH"),
        ({"version": 1}, "STATEMENT_MISMATCH"),
        ({"version": 3}, "STATEMENT_MISMATCH"),
        ({"core": "ab" * 32}, "STATEMENT_MISMATCH"),
        ({"log": "node-else/signal-abuse"}, "STATEMENT_MISMATCH"),
        ({"iat": now - 7 * DAY_S - 1}, "STATEMENT_TIME"),
        ({"iat": now + 301}, "STATEMENT_TIME"),
    ):
        false = desk.stated(case, **changes)
        assert (await refusal(desk.confirm(case, statement=false))) == (Unverified, code)
    whole = desk.stated(case)
    broken = f"{whole[:-4]}{'AAAA' if whole[-4:] != 'AAAA' else 'BBBB'}"
    assert (await refusal(desk.confirm(case, statement=broken)))[1] == "SIGNATURE_FALSE"
    assert (await refusal(desk.confirm(case, statement="x.y.z")))[1] in {"SIGNED_OBJECT_MALFORMED", "TYPE_MISMATCH"}
    assert (await desk.now(case)).state is State.UNDER_REVIEW
    confirmed = await desk.confirm(case, statement=whole)
    assert confirmed.state is State.CONFIRMED
    assert (await desk.store.moves(case.stamp.core.id))[-1].proof == whole


async def test_a_statement_serves_once(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    whole = desk.stated(case)
    case = await desk.confirm(case, statement=whole)
    case = await desk.dispute(case)
    desk.clock.pass_s(5)
    again = desk.move(REVIEWER, case, State.CONFIRMED, statement=whole, reason="Answered.")
    assert (await refusal(again))[1] == "STATEMENT_MISMATCH"
    stale = desk.move(REVIEWER, case, State.CONFIRMED, statement=whole, reason="Answered.", if_version=2)
    assert (await refusal(stale))[1] == "VERSION_CONFLICT"


async def test_after_a_dispute_the_brand_signs_anew_and_the_answer_is_kept(desk: Desk) -> None:
    case = await desk.at(State.DISPUTED)
    early = desk.stated(case, iat=case.stamp.disputed_at_s)
    wish = {"reason": "The registrar says otherwise."}
    assert (await refusal(desk.confirm(case, statement=early, **wish)))[1] == "STATEMENT_TIME"
    assert (await refusal(desk.move(REVIEWER, case, State.CONFIRMED, **wish)))[1] == "STATEMENT_REQUIRED"
    desk.clock.pass_s(1)
    assert (await refusal(desk.confirm(case)))[1] == "REASON_REQUIRED"
    assert (await desk.confirm(case, **wish)).state is State.CONFIRMED
    assert (await desk.store.moves(case.stamp.core.id))[-1].reason == wish["reason"]


async def test_a_brand_whose_perimeter_has_ended_confirms_nothing(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    await desk.declare()
    assert (await refusal(desk.confirm(case)))[1] == "PERIMETER_TIME"


async def test_a_stored_perimeter_that_was_changed_vouches_for_nothing(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    row = await desk.brands.perimeter(BRAND)
    head, payload, signature = row.jws.split(".")
    forged = f"{head}.{payload}.{signature[:-4]}AAAA"
    second = replace(row, seq=2, jws=forged, digest="ff" * 32, leaf_index=None)
    act = NewAudit(at_ms=desk.clock.ms, actor="key_org", org_id=ORG.org_id, act="perimeter.accept", target=BRAND)
    brand = await desk.brands.brand(BRAND)
    assert await desk.brands.accept(brand, second, [], act, prev=row.digest) is Acceptance.ACCEPTED
    await desk.brands.log_perimeter(BRAND, 2, 1)
    assert (await refusal(desk.confirm(case)))[1] == "STORE_DAMAGED"


async def test_of_reviewers_who_confirm_at_once_one_does(desk: Desk) -> None:
    case = await desk.at(State.UNDER_REVIEW)
    whole = desk.stated(case)
    wishes = [desk.move(replace(REVIEWER, actor=f"key_{n}"), case, State.CONFIRMED, statement=whole) for n in range(5)]
    wishes += [desk.move(ORG, case, State.REVOKED, reason="r") for _ in range(5)]
    done = await asyncio.gather(*wishes, return_exceptions=True)
    refused = [each for each in done if isinstance(each, Error)]
    assert len(done) - len(refused) == 1
    assert {each.code.value for each in refused} <= {"VERSION_CONFLICT"}
    assert len(await desk.leaves()) == 3
    assert (await desk.now(case)).stamp.version == 3


# The owner of the channel.


async def test_whoever_holds_the_domain_disputes_without_any_other_credential(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    made = await desk.cases.challenge(case.stamp.core.id, ControlMethod.DOMAIN_TXT)
    assert (made.place, made.expires_s) == ("_securestamp-challenge", desk.clock.s + CONTROL_S)
    assert made.text.startswith("securestamp-dispute=")
    assert made.nonce not in made.text
    assert OTHER not in repr(made)
    answer = ControlAnswer(method=made.method, nonce=made.nonce)
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=answer)))[1] == "CONTROL_UNPROVEN"
    desk.names.texts[f"{made.place}.{OTHER}"] = made.text.encode()
    after = await desk.move(None, case, State.DISPUTED, control=answer, if_version=None)
    assert (after.state, after.stamp.disputed_at_s) == (State.DISPUTED, desk.clock.s)
    assert (desk.store.acts[-1].actor, desk.store.acts[-1].org_id) == ("owner", ORG.org_id)


async def test_a_challenge_is_answered_once_for_its_case_and_within_its_day(desk: Desk) -> None:
    case, other = await desk.at(State.CONFIRMED), await desk.at(State.CONFIRMED, "second.example")
    answer = await desk.controlled(case)
    for wrong in (
        replace(answer, nonce=""),
        replace(answer, nonce="not base64url!"),
        replace(answer, nonce=answer.nonce[:-1] + ("A" if answer.nonce[-1] != "A" else "Q")),
        replace(answer, nonce=answer.nonce[4:]),
    ):
        assert (await refusal(desk.move(None, case, State.DISPUTED, control=wrong)))[1] == "CHALLENGE_NOT_OPEN"
    assert (await refusal(desk.move(None, other, State.DISPUTED, control=answer)))[1] == "CHALLENGE_NOT_OPEN"
    assert desk.names.asked == []
    case = await desk.move(None, case, State.DISPUTED, control=answer)
    desk.clock.pass_s(1)
    case = await desk.confirm(case, reason="Answered.")
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=answer)))[1] == "CHALLENGE_NOT_OPEN"
    late = await desk.controlled(case)
    desk.clock.pass_s(CONTROL_S)
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=late)))[1] == "CHALLENGE_NOT_OPEN"
    assert (await desk.dispute(case)).state is State.DISPUTED


async def test_an_answer_that_is_sent_along_is_the_text_that_was_asked_for(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    answer = await desk.controlled(case)
    text = next(iter(desk.names.texts.values())).decode()
    wrong = replace(answer, answer=text[:-1])
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=wrong)))[1] == "CONTROL_UNPROVEN"
    right = replace(answer, answer=text)
    assert (await desk.move(None, case, State.DISPUTED, control=right)).state is State.DISPUTED


async def test_silent_name_servers_decide_nothing(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    answer = await desk.controlled(case)
    desk.names.failing = True
    assert await refusal(desk.move(None, case, State.DISPUTED, control=answer)) == (
        Unavailable,
        "CHALLENGE_UNAVAILABLE",
    )
    assert (await desk.now(case)).state is State.CONFIRMED


async def test_what_cannot_be_disputed_causes_no_look_up(desk: Desk) -> None:
    case = await desk.at(State.OBSERVED)
    assert (await refusal(desk.cases.challenge(case.stamp.core.id, ControlMethod.DOMAIN_TXT)))[1] == (
        "INVALID_TRANSITION"
    )
    answer = ControlAnswer(method=ControlMethod.DOMAIN_TXT, nonce="x")
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=answer)))[1] == "INVALID_TRANSITION"
    assert desk.names.asked == []


@pytest.mark.parametrize(
    ("kind", "value", "asked"),
    [
        (ArtifactType.EMAIL, "win@mail.other.example", "_securestamp-challenge.mail.other.example"),
        (ArtifactType.SHORTLINK, "https://go.other.example/win", "_securestamp-challenge.go.other.example"),
        (ArtifactType.TELEGRAM, "@acme_wins", None),
        (ArtifactType.WHATSAPP, "+14155550123", None),
    ],
)
async def test_the_zone_speaks_for_what_has_a_domain(
    desk: Desk, kind: ArtifactType, value: str, asked: str | None
) -> None:
    filing = Filing(brand=BRAND, kind=kind, value=value, reason_code=ReasonCode.NOT_OURS)
    case = await desk.cases.open(ORG, filing)
    case = await desk.move(ORG, case, State.UNDER_REVIEW, evidence=EVIDENCE)
    if asked is None:
        challenge = desk.cases.challenge(case.stamp.core.id, ControlMethod.DOMAIN_TXT)
        assert await refusal(challenge) == (Refused, "METHOD_UNAVAILABLE")
        # A reviewer disputes on the owner's behalf.
        assert (await desk.move(REVIEWER, case, State.DISPUTED)).state is State.DISPUTED
        return
    name = asked.partition(".")[2]
    assert (await desk.dispute(case, name)).state is State.DISPUTED
    assert desk.names.asked == [asked]


@pytest.mark.parametrize("method", [ControlMethod.TELEGRAM, ControlMethod.WHATSAPP])
async def test_a_method_that_the_node_is_not_set_up_for_is_unavailable(desk: Desk, method: ControlMethod) -> None:
    case = await desk.at(State.CONFIRMED)
    assert (await refusal(desk.cases.challenge(case.stamp.core.id, method)))[1] == "METHOD_UNAVAILABLE"
    answer = ControlAnswer(method=method, nonce="x")
    assert (await refusal(desk.move(None, case, State.DISPUTED, control=answer)))[1] == "METHOD_UNAVAILABLE"


# What ends by itself.


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (State.OBSERVED, 30 * DAY_S),
        (State.UNDER_REVIEW, 30 * DAY_S),
        (State.CONFIRMED, 90 * DAY_S),
        (State.DISPUTED, 90 * DAY_S),
    ],
)
async def test_time_ends_a_case_at_once_and_the_round_writes_it_down(desk: Desk, state: State, seconds: int) -> None:
    case = await desk.at(state)
    size = len(await desk.leaves())
    desk.clock.pass_s(seconds - 1)
    await desk.cases.keep()
    assert (await desk.now(case)).state is state
    desk.clock.pass_s(1)
    seen = await desk.now(case)
    assert (seen.state, seen.stamp.state, len(await desk.leaves())) == (State.EXPIRED, state, size)
    assert (await refusal(desk.move(ORG, case, State.REVOKED, reason="r")))[1] == "INVALID_TRANSITION"
    await desk.cases.keep()
    await desk.cases.keep()
    seen = await desk.now(case)
    assert (seen.stamp.state, seen.stamp.version) == (State.EXPIRED, case.stamp.version + 1)
    assert len(await desk.leaves()) == size + 1
    last = (await desk.store.moves(case.stamp.core.id))[-1]
    assert (last.role, last.actor, last.gone_to) == ("system", "node", "expired")


async def test_an_end_of_its_own_counts(desk: Desk) -> None:
    case = await desk.filed(expires_s=desk.clock.s + 60)
    desk.clock.pass_s(60)
    await desk.cases.keep()
    assert (await desk.now(case)).stamp.state is State.EXPIRED


@pytest.mark.parametrize("state", [State.OBSERVED, State.UNDER_REVIEW, State.CONFIRMED, State.DISPUTED])
async def test_what_the_brand_declares_its_own_is_withdrawn(desk: Desk, state: State) -> None:
    case, other = await desk.at(state), await desk.filed("second.example")
    perimeter = await desk.declare(ANCHOR, OTHER)
    assert await desk.cases.perimeter_changed(BRAND, perimeter) == 1
    assert await desk.cases.perimeter_changed(BRAND, perimeter) == 0
    assert (await desk.now(case)).state is State.REVOKED
    assert (await desk.now(other)).state is State.OBSERVED
    assert (await desk.store.moves(case.stamp.core.id))[-1].role == "system"


async def test_the_round_withdraws_what_nobody_said_was_declared(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    await desk.declare(ANCHOR, OTHER)
    await desk.cases.keep()
    assert (await desk.now(case)).state is State.REVOKED


class Crossed(MemoryCases):
    """Something else happens between two steps of whoever uses the store."""

    after_adding: Sequence[Callable[[], Awaitable[object]]] = ()
    after_reading: Sequence[Callable[[CaseRow], CaseRow]] = ()

    async def add_case(self, case: CaseRow, move: CaseMove, act: NewAudit) -> bool:
        done = await super().add_case(case, move, act)
        for crossing in self.after_adding:
            await crossing()
        return done

    async def case(self, case_id: str) -> CaseRow | None:
        row = await super().case(case_id)
        if self.after_reading and row is not None:
            self.case_rows[case_id] = self.after_reading[0](row)
            self.after_reading = self.after_reading[1:]
        return row


async def test_a_case_that_meets_a_new_perimeter_on_its_way_in_does_not_stay() -> None:
    store = Crossed()
    desk = await Desk(store).open()
    store.after_adding = [lambda: desk.declare(ANCHOR, OTHER)]
    assert (await desk.filed()).state is State.REVOKED


async def test_a_move_that_comes_between_does_not_keep_a_case_from_its_end() -> None:
    store = Crossed()
    desk = await Desk(store).open()
    case = await desk.at(State.UNDER_REVIEW)
    perimeter = await desk.declare(ANCHOR, OTHER)
    store.after_reading = [lambda row: replace(row, state="disputed", version=row.version + 1)] * 3
    assert await desk.cases.perimeter_changed(BRAND, perimeter) == 1
    assert (await desk.now(case)).state is State.REVOKED


async def test_a_case_that_never_stands_still_is_left_to_the_next_round() -> None:
    store = Crossed()
    desk = await Desk(store).open()
    await desk.at(State.UNDER_REVIEW)
    perimeter = await desk.declare(ANCHOR, OTHER)
    store.after_reading = [lambda row: replace(row, version=row.version + 1)] * 20
    assert (await refusal(desk.cases.perimeter_changed(BRAND, perimeter)))[1] == "VERSION_CONFLICT"


async def test_a_case_that_somebody_ended_meanwhile_is_left_alone() -> None:
    store = Crossed()
    desk = await Desk(store).open()
    case = await desk.filed()
    perimeter = await desk.declare(ANCHOR, OTHER)
    store.after_reading = [lambda row: replace(row, state="revoked", version=row.version + 1, due_s=None)]
    assert await desk.cases.perimeter_changed(BRAND, perimeter) == 0
    assert len(await desk.store.moves(case.stamp.core.id)) == 1


async def test_every_case_of_a_brand_is_looked_at_however_many_there_are(desk: Desk) -> None:
    for number in range(101):
        await desk.filed(f"n{number}.example")
    last = (await desk.cases.cases(ORG, Page(limit=MAX_LIMIT))).items[-1].stamp.core.artifact.value
    assert await desk.cases.perimeter_changed(BRAND, await desk.declare(ANCHOR, last)) == 1


async def test_a_case_that_is_erased_before_its_leaf_is_entered_has_none(desk: Desk) -> None:
    desk.store.switches.refuse("move_logged", Unavailable(StoreReason.STORE_FULL, "full"))
    assert (await refusal(desk.filed()))[1] == "STORE_FULL"
    assert await desk.cases.erase(ORG.org_id) == 1
    await desk.cases.keep()
    assert len(await desk.leaves()) == 1


# The engine.


async def test_the_engine_hears_of_confirmed_and_disputed_cases_alone(desk: Desk) -> None:
    for state in (State.OBSERVED, State.UNDER_REVIEW, State.REVOKED):
        await desk.at(state, f"{state.replace('_', '-')}.example")
        assert await desk.cases.on([domain(f"{state.replace('_', '-')}.example")]) == ()
    case = await desk.at(State.CONFIRMED)
    for brand in (None, BRAND):
        assert [each.core.id for each in await desk.cases.on([domain(OTHER)], brand)] == [case.stamp.core.id]
    assert await desk.cases.on([domain(OTHER)], BRAND[:-1] + "B") == ()
    assert await desk.cases.on([]) == ()
    case = await desk.dispute(case)
    assert [each.state for each in await desk.cases.on([domain("none.example"), domain(OTHER)])] == [State.DISPUTED]
    await desk.move(ORG, case, State.REVOKED)
    assert await desk.cases.on([domain(OTHER)]) == ()


# The log.


async def test_each_move_is_a_commitment_that_only_its_opening_opens(desk: Desk) -> None:
    case = await desk.at(State.DISPUTED)
    leaves = await desk.leaves()
    assert len(leaves) == 4
    assert OTHER.encode() not in b"".join(leaves)
    assert BRAND.encode() not in b"".join(leaves)
    openings = await desk.cases.openings(ORG, case.stamp.core.id)
    assert openings == await desk.cases.openings(REVIEWER, case.stamp.core.id)
    assert [each.detail.to for each in openings] == [
        State.OBSERVED,
        State.UNDER_REVIEW,
        State.CONFIRMED,
        State.DISPUTED,
    ]
    assert [each.detail.actor_role for each in openings] == [Role.BRAND, Role.BRAND, Role.REVIEWER, Role.OWNER]
    assert [each.detail.version for each in openings] == [1, 2, 3, 4]
    assert len({each.salt for each in openings}) == 4
    for opening, leaf in zip(openings, leaves, strict=True):
        verify_opening(opening, desk.keyring.jwks)
        assert parse_abuse_leaf(leaf).c == commitment(opening.salt, opening.detail)
        assert parse_abuse_leaf(leaf).day == "2026-01-15"
        wrong = replace(opening, detail=replace(opening.detail, artifact=domain("guess.example")))
        assert (await refusal(_verified(wrong, desk)))[1] == "INCLUSION_FALSE"


async def _verified(opening: object, desk: Desk) -> None:
    verify_opening(opening, desk.keyring.jwks)


async def test_the_owner_reads_the_file_with_the_nonce_and_nobody_with_another(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    core = case.stamp.core.id
    made = await desk.cases.challenge(core, ControlMethod.DOMAIN_TXT)
    assert (await refusal(desk.cases.openings(None, core, nonce=made.nonce)))[1] == "CONTROL_UNPROVEN"
    desk.names.texts[f"{made.place}.{OTHER}"] = made.text.encode()
    assert len(await desk.cases.openings(None, core, nonce=made.nonce)) == 3
    assert (await refusal(desk.cases.openings(None, core, nonce="x")))[1] == "FORBIDDEN"
    other = await desk.at(State.CONFIRMED, "second.example")
    foreign = desk.cases.openings(None, other.stamp.core.id, nonce=made.nonce)
    assert (await refusal(foreign))[1] == "FORBIDDEN"
    # The nonce of the dispute keeps opening it, without another look at the zone.
    await desk.move(None, case, State.DISPUTED, control=ControlAnswer(method=made.method, nonce=made.nonce))
    desk.names.texts.clear()
    desk.clock.pass_s(2 * CONTROL_S)
    asked = len(desk.names.asked)
    assert len(await desk.cases.openings(None, core, nonce=made.nonce)) == 4
    assert len(desk.names.asked) == asked


async def test_a_leaf_that_a_crash_kept_out_is_entered_later_and_once(desk: Desk) -> None:
    desk.store.switches.refuse("move_logged", Unavailable(StoreReason.STORE_FULL, "full"))
    assert (await refusal(desk.filed()))[1] == "STORE_FULL"
    desk.store.switches.refuse("move_logged", Unavailable(StoreReason.STORE_FULL, "full"))
    assert (await refusal(desk.cases.keep()))[1] == "STORE_FULL"
    (row,) = desk.store.case_rows.values()
    await desk.cases.keep()
    (move,) = await desk.store.moves(row.case_id)
    assert await desk.leaves() == [abuse_leaf(bytes.fromhex(move.salt), detail_of(row, move))]
    assert move.leaf_index == 0
    verify_opening((await desk.cases.openings(ORG, row.case_id))[0], desk.keyring.jwks)


async def test_a_move_whose_leaf_is_missing_opens_without_it(desk: Desk) -> None:
    case = await desk.filed()
    desk.store.switches.refuse("move_logged", Unavailable(StoreReason.STORE_FULL, "full"))
    assert (await refusal(desk.move(ORG, case, State.REVOKED, reason="r")))[1] == "STORE_FULL"
    assert len(await desk.cases.openings(ORG, case.stamp.core.id)) == 1
    await desk.cases.keep()
    assert len(await desk.cases.openings(ORG, case.stamp.core.id)) == 2


async def test_nothing_moves_while_the_log_signs_nothing(desk: Desk) -> None:
    case = await desk.filed()
    log = desk.tlogs[LogName.ABUSE]
    ahead = TreeHead(size=9, root=bytes(32))
    await log._signer.last()
    await log._signer.move(ahead)
    await log.open()  # as after a restore: more was signed than is stored
    assert (await refusal(desk.move(ORG, case, State.REVOKED, reason="r")))[1] == "LOG_ROLLED_BACK"
    assert (await refusal(desk.filed("second.example")))[1] == "LOG_ROLLED_BACK"
    assert (await desk.store.case(case.stamp.core.id)).state == "observed"


# What everybody may know.


async def test_counts_are_masked_below_five_and_look_alike_where_there_is_nothing(desk: Desk) -> None:
    assert await desk.cases.counts() == {}
    for number in range(5):
        await desk.filed(f"n{number}.example")
    counts = await desk.cases.counts()
    assert set(counts) == {"2026-01"}
    assert set(counts["2026-01"]) == {kind.value for kind in ArtifactType}
    assert all(set(states) == {state.value for state in State} for states in counts["2026-01"].values())
    assert counts["2026-01"]["domain"]["observed"] == 5
    assert {counts["2026-01"]["domain"][state] for state in State if state is not State.OBSERVED} == {"<5"}
    assert set(counts["2026-01"]["telegram"].values()) == {"<5"}
    case = (await desk.cases.cases(ORG, Page())).items[0]
    await desk.move(ORG, case, State.REVOKED, reason="r")
    assert set((await desk.cases.counts())["2026-01"]["domain"].values()) == {"<5"}
    desk.clock.pass_s(31 * DAY_S)
    await desk.filed("later.example")
    assert set(await desk.cases.counts()) == {"2026-01", "2026-02"}


async def test_erasure_leaves_commitments_that_nobody_opens(desk: Desk) -> None:
    case = await desk.at(State.CONFIRMED)
    before = await desk.leaves()
    assert await desk.cases.erase(ORG.org_id) == 1
    assert await desk.leaves() == before
    assert (await refusal(desk.cases.openings(REVIEWER, case.stamp.core.id)))[1] == "NOT_FOUND"
    assert await desk.cases.on([domain(OTHER)]) == ()
    await desk.cases.keep()
