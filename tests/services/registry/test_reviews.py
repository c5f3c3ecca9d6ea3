"""Lists, overrides, look-alikes, reports and the audit trail: what people decide, and that it is told."""

import pytest

from frankmark.foundation.errors import Malformed, Refused, Unavailable, Unverified
from frankmark.mail.address import Address
from frankmark.ports.durability import StoreReason
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.rows import BlockList, Candidate, CandidateStatus, ReportStatus
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.services.lists import Reputation
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.reasons import ServiceReason
from frankmark.services.reports import MOST_A_DAY, Complaint, ReportCategory
from frankmark.services.senders import SenderNames, SenderTally

ALL = Page(limit=MAX_LIMIT)
PEOPLE = {role: Principal(actor=f"key_{role}", org_id="", role=role) for role in Role}
PEOPLE[Role.ORG] = Principal(actor="key_org", org_id="org_1", role=Role.ORG)


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


@pytest.mark.parametrize(
    ("listed_on", "keeper"),
    [
        (BlockList.ADMIN, Role.ADMIN),
        (BlockList.COMPLIANCE, Role.ADMIN),
        (BlockList.COMPLIANCE, Role.COMPLIANCE),
    ],
)
@pytest.mark.row("W21")
async def test_a_list_is_kept_by_those_whose_it_is_and_every_change_is_told(house, listed_on, keeper) -> None:
    by = PEOPLE[keeper]
    block = await house.lists.block(by, listed_on, "BAD.example.", "seen in the wild")
    assert (block.domain, block.actor) == ("bad.example", by.actor)
    assert (await house.lists.blocks(by, listed_on, ALL)).items == (block,)
    assert await house.lists.block(by, listed_on, "bad.example", "again") == block
    await house.lists.unblock(by, listed_on, "bad.example")
    await refused(house.lists.unblock(by, listed_on, "bad.example"), ServiceReason.NOT_FOUND)
    assert await house.acts() == [
        (by.actor, f"list.{listed_on}.add", "bad.example"),
        (by.actor, f"list.{listed_on}.remove", "bad.example"),
    ]


@pytest.mark.parametrize("listed_on", list(BlockList))
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ORG, Role.RECEIVER, Role.READER])
async def test_nobody_else_reads_or_changes_a_list(house, listed_on, role) -> None:
    by = PEOPLE[role]
    for attempt in (
        house.lists.block(by, listed_on, "bad.example"),
        house.lists.unblock(by, listed_on, "bad.example"),
        house.lists.blocks(by, listed_on, ALL),
    ):
        await refused(attempt, ServiceReason.FORBIDDEN)
    await refused(house.lists.block(None, listed_on, "bad.example"), ServiceReason.AUTH_REQUIRED, Unverified)


async def test_compliance_does_not_keep_the_administrators_list(house) -> None:
    by = PEOPLE[Role.COMPLIANCE]
    await refused(house.lists.block(by, BlockList.ADMIN, "bad.example"), ServiceReason.FORBIDDEN)


async def test_what_is_no_domain_stands_on_no_list(house) -> None:
    blocking = house.lists.block(LOCAL_ADMIN, BlockList.ADMIN, "no domain")
    await refused(blocking, ServiceReason.INVALID_DOMAIN, Malformed)
    blocking = house.lists.block(LOCAL_ADMIN, BlockList.ADMIN, "bad.example", "x" * 501)
    await refused(blocking, ServiceReason.VALIDATION_FAILED)


async def test_an_override_is_found_by_the_address_and_names_nobody(house) -> None:
    by = PEOPLE[Role.REVIEWER]
    override = await house.lists.set_override(by, "ceo@acmecorp.test", 10, "mailbox taken over")
    found = await house.lists.override(LOCAL_ADMIN, "ceo@ACMECORP.test")
    assert found == Reputation(override=override, seen=0, last_ms=None, complaints=0)
    assert "ceo" not in repr(vars(house.store))
    assert (override.domain, override.score) == ("acmecorp.test", 10)
    await house.lists.drop_override(by, "ceo@acmecorp.test")
    await refused(house.lists.drop_override(by, "ceo@acmecorp.test"), ServiceReason.NOT_FOUND)
    await refused(house.lists.override(LOCAL_ADMIN, "ceo@acmecorp.test"), ServiceReason.NOT_FOUND)
    assert [act for _, act, _ in await house.acts()] == ["override.set", "override.remove"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_notes_and_counts_are_for_administrators_alone(house, role: Role) -> None:
    await house.lists.set_override(LOCAL_ADMIN, "ceo@acmecorp.test", 10, "mailbox taken over")
    for by, code, branch in (
        (PEOPLE[role], ServiceReason.FORBIDDEN, Refused),
        (None, ServiceReason.AUTH_REQUIRED, Unverified),
    ):
        await refused(house.lists.override(by, "ceo@acmecorp.test"), code, branch)
        await refused(house.lists.overrides(by, ALL), code, branch)


async def test_questions_about_a_sender_and_complaints_about_its_domain_are_counted(house) -> None:
    names = SenderNames(secret=house.keyring.secret)
    tally, address = SenderTally(house.store, names, house.clock), Address.parse("ceo@acmecorp.test")
    await house.lists.set_override(LOCAL_ADMIN, str(address), 10)
    await house.lists.set_override(LOCAL_ADMIN, "a@other.test", 20)
    for _ in range(40):
        tally.count(address)
    await tally.close()
    house.clock.pass_ms(5)
    tally.count(Address.parse("a@other.test"))
    tally.count(address)
    await tally.close()
    complaint = Complaint(category=ReportCategory.PHISHING, domain="acmecorp.test")
    for _ in range(3):
        await house.reports.submit(complaint)
    found = await house.lists.override(LOCAL_ADMIN, str(address))
    assert (found.seen, found.last_ms, found.complaints) == (41, house.clock.now_ms(), 3)
    listed = (await house.lists.overrides(LOCAL_ADMIN, ALL, domain="OTHER.test")).items
    assert [(one.override.score, one.seen, one.complaints) for one in listed] == [(20, 1, 0)]
    assert len((await house.lists.overrides(LOCAL_ADMIN, ALL)).items) == 2
    await refused(house.lists.overrides(LOCAL_ADMIN, ALL, domain="no domain"), ServiceReason.INVALID_DOMAIN, Malformed)


async def test_what_could_not_be_counted_while_the_store_failed_is_counted_with_the_next_question(house) -> None:
    tally = SenderTally(house.store, SenderNames(secret=house.keyring.secret), house.clock)
    address = Address.parse("ceo@acmecorp.test")
    await house.lists.set_override(LOCAL_ADMIN, str(address), 10)
    house.store.switches.refuse("add_sender_count", Unavailable(StoreReason.STORE_FULL))
    tally.count(address)
    await tally.close()
    tally.count(address)
    await tally.close()
    assert (await house.lists.override(LOCAL_ADMIN, str(address))).seen == 2


@pytest.mark.parametrize("score", [-1, 101])
async def test_an_override_is_a_score(house, score: int) -> None:
    setting = house.lists.set_override(LOCAL_ADMIN, "a@b.test", score)
    await refused(setting, ServiceReason.VALIDATION_FAILED)
    await refused(house.lists.set_override(LOCAL_ADMIN, "nobody", 1), ServiceReason.INVALID_ADDRESS, Malformed)
    await refused(house.lists.set_override(PEOPLE[Role.ORG], "a@b.test", 1), ServiceReason.FORBIDDEN)


async def test_a_lookalike_is_confirmed_by_a_reviewer_and_may_be_cleared_again(house) -> None:
    by = PEOPLE[Role.REVIEWER]
    noticed = Candidate(suspect="acmec0rp.test", target="acmecorp.test", distance=1, confidence=810, detected_ms=1)
    await house.store.note_candidate(noticed)
    decided = await house.lists.decide_candidate(by, "ACMEC0RP.test", "acmecorp.test", CandidateStatus.CONFIRMED)
    assert (decided.status, decided.decided_by) == (CandidateStatus.CONFIRMED, by.actor)
    assert (await house.lists.candidates(by, ALL, status=CandidateStatus.CONFIRMED)).items == (decided,)
    cleared = await house.lists.decide_candidate(by, "acmec0rp.test", "acmecorp.test", CandidateStatus.FALSE_POSITIVE)
    assert await house.store.candidates_of("acmec0rp.test") == (cleared,)
    assert [act for _, act, _ in await house.acts()] == ["candidate.decide"] * 2
    deciding = house.lists.decide_candidate(by, "x.test", "acmecorp.test", CandidateStatus.CONFIRMED)
    await refused(deciding, ServiceReason.NOT_FOUND)
    await refused(house.lists.candidates(PEOPLE[Role.ORG], ALL), ServiceReason.FORBIDDEN)


# Reports.


@pytest.mark.row("W40")
async def test_a_report_changes_nothing_until_a_reviewer_decides(house) -> None:
    _, stamp = await house.stamped()
    before = await house.store.stamp(stamp.stamp_id)
    told = await house.acts()
    report = await house.reports.submit(
        Complaint(category=ReportCategory.PHISHING, stamp_id=stamp.stamp_id, note="It asked for my password.")
    )
    assert (report.domain, report.status) == ("acmecorp.test", ReportStatus.OPEN)
    assert await house.store.stamp(stamp.stamp_id) == before
    assert await house.store.blocks_of("acmecorp.test") == ()
    assert await house.acts() == told
    by = PEOPLE[Role.REVIEWER]
    decided = await house.reports.decide(by, report.report_id, upheld=True, decision="confirmed by hand")
    assert (decided.status, decided.decided_by) == (ReportStatus.UPHELD, by.actor)
    assert await house.reports.report(by, report.report_id) == decided
    assert (by.actor, "report.decide", report.report_id) in await house.acts()
    again = house.reports.decide(by, report.report_id, upheld=False)
    await refused(again, Reason.INVALID_TRANSITION)


async def test_a_report_names_a_domain_or_a_stamp(house) -> None:
    report = await house.reports.submit(Complaint(category=ReportCategory.SPAM, domain="BÜCHER.test"))
    assert report.domain == "xn--bcher-kva.test"
    for domain, stamp_id, code, kind in (
        ("", "", ServiceReason.INVALID_DOMAIN, Malformed),
        ("no domain", "", ServiceReason.INVALID_DOMAIN, Malformed),
        ("", "f47ac10b-58cc-4372-a567-0e02b2c3d479", ServiceReason.NOT_FOUND, Refused),
        ("x.test", "no stamp", ServiceReason.NOT_FOUND, Refused),
    ):
        told = Complaint(category=ReportCategory.OTHER, domain=domain, stamp_id=stamp_id)
        await refused(house.reports.submit(told), code, kind)
    long = Complaint(category=ReportCategory.OTHER, domain="x.test", note="x" * 2001)
    await refused(house.reports.submit(long), ServiceReason.VALIDATION_FAILED)


async def test_a_node_takes_so_many_reports_in_a_day(house) -> None:
    complaint = Complaint(category=ReportCategory.SPAM, domain="x.test")
    for _ in range(MOST_A_DAY):
        await house.reports.submit(complaint)
    await refused(house.reports.submit(complaint), ServiceReason.REPORTS_FULL, Unavailable)
    house.clock.pass_ms(86_400_001)
    await house.reports.submit(complaint)


async def test_reports_are_read_by_reviewers(house) -> None:
    report = await house.reports.submit(Complaint(category=ReportCategory.SPAM, domain="x.test"))
    assert (await house.reports.reports(PEOPLE[Role.COMPLIANCE], ALL)).items == (report,)
    for by in (PEOPLE[Role.ORG], PEOPLE[Role.RECEIVER]):
        await refused(house.reports.reports(by, ALL), ServiceReason.FORBIDDEN)
        await refused(house.reports.report(by, report.report_id), ServiceReason.FORBIDDEN)
    await refused(house.reports.report(PEOPLE[Role.REVIEWER], "rep_nobody"), ServiceReason.NOT_FOUND)
    deciding = house.reports.decide(PEOPLE[Role.COMPLIANCE], report.report_id, upheld=True)
    await refused(deciding, ServiceReason.FORBIDDEN)
    deciding = house.reports.decide(PEOPLE[Role.REVIEWER], report.report_id, upheld=True, decision="x" * 2001)
    await refused(deciding, ServiceReason.VALIDATION_FAILED)


# The audit trail.


async def test_an_organisation_reads_its_own_acts_and_compliance_reads_all(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    own = (await house.audit.trail(by, ALL, org_id=by.org_id)).items
    assert {row.org_id for row in own} == {by.org_id}
    everything = (await house.audit.trail(PEOPLE[Role.COMPLIANCE], ALL)).items
    assert {row.org_id for row in everything} == {by.org_id, other.org_id}
    assert (await house.audit.trail(LOCAL_ADMIN, ALL, target=by.org_id)).items == own[-1:]
    for attempt in (house.audit.trail(by, ALL), house.audit.trail(by, ALL, org_id=other.org_id)):
        await refused(attempt, ServiceReason.FORBIDDEN)
    await refused(house.audit.trail(PEOPLE[Role.REVIEWER], ALL), ServiceReason.FORBIDDEN)
