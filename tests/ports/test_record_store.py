"""The laws of `RecordStore`, shown by SQLite and by its twin alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.foundation.errors import Misuse, Refused
from frankmark.ports.paging import MAX_LIMIT, Page, PageReason, Slice
from frankmark.ports.rows import (
    AbuseReport,
    Address,
    ApiKey,
    Block,
    BlockList,
    Candidate,
    CandidateStatus,
    Challenge,
    DomainRecord,
    Link,
    NewAudit,
    ObservedDomain,
    Organisation,
    ReportStatus,
    SenderCount,
    SenderOverride,
    Session,
)
from frankmark.ports.stamps import (
    Issued,
    OwedScore,
    Revoked,
    Scored,
    ScoreRecord,
    Skipped,
    Stamp,
    StampReason,
    StampStatus,
)
from frankmark.ports.storage import PENDING_MS, SENDER_MS, RecordStore

ALL = Page(limit=MAX_LIMIT)
LOG = "node/securestamp-main"
ORG = Organisation(org_id="org_01", name="Acme", created_ms=1)
KEY = ApiKey(
    key_id="key_01", org_id="org_01", role="org", name="ci", prefix="ss_test_abcdef", digest="aa", created_ms=10
)
DOMAIN = DomainRecord(org_id="org_01", domain="example.com", created_ms=5)
CHALLENGE = Challenge(token="t1", org_id="org_01", domain="example.com", created_ms=5, expires_ms=100)
VERIFIED = replace(DOMAIN, verified_ms=50, method="dns", proof_token="t1", next_check_ms=1000)
ADDRESS = Address(
    address_id="adr_01",
    org_id="org_01",
    domain="example.com",
    lookup="l1",
    salt="00" * 16,
    subject_hash="ff" * 32,
    created_ms=5,
    code_digest="c0de",
    code_expires_ms=100,
    tries_left=2,
)
STAMP = Stamp(
    stamp_id="s1",
    org_id="org_01",
    domain="example.com",
    subject="",
    score=92,
    live_score=92,
    signals='{"spf":"pass"}',
    issued_ms=10,
    first_issued_ms=10,
    expires_ms=1_000,
    token="h.p.s",
    kid="node#k",
    issued_by="f" * 64,
    tx_hash="1" * 64,
    entry_index=0,
    design=7,
)
SCORE = ScoreRecord(
    domain="example.com",
    stamp_id="s1",
    at_ms=20,
    old=92,
    new=69,
    reason="SIGNAL_DRIFT",
    evidence="[]",
    tx_hash="2" * 64,
    entry_index=1,
)


def act(name: str = "test.act", *, at_ms: int = 60, org_id: str = "", target: str = "") -> NewAudit:
    return NewAudit(at_ms=at_ms, actor="key_admin", org_id=org_id, act=name, target=target)


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RecordStore]:
    if request.param == "memory":
        yield MemoryRecords()
        return
    database = Database.open(tmp_path)
    yield SqliteRecords(database)
    database.close()


async def acts(store: RecordStore) -> int:
    return len((await store.audit_trail(ALL)).items)


async def walk(ask: Callable[[Page], Awaitable[Slice[object]]], limit: int) -> list[object]:
    rows: list[object] = []
    after = ""
    while True:
        part = await ask(Page(after=after, limit=limit))
        assert len(part.items) <= limit
        rows += part.items
        if not part.next:
            return rows
        after = part.next


# The audit trail.


async def test_the_trail_numbers_acts_without_a_gap_and_answers_the_newest_first(store: RecordStore) -> None:
    numbers = await asyncio.gather(*(store.add_audit(act(target=str(i))) for i in range(40)))
    assert sorted(numbers) == list(range(1, 41))
    rows = await walk(store.audit_trail, 7)
    assert [row.number for row in rows] == list(range(40, 0, -1))


async def test_the_trail_is_narrowed_by_organisation_and_by_target(store: RecordStore) -> None:
    for org_id, target in (("o1", "a"), ("o1", "b"), ("o2", "a")):
        await store.add_audit(act(org_id=org_id, target=target))
    assert [r.number for r in (await store.audit_trail(ALL, org_id="o1")).items] == [2, 1]
    assert [r.number for r in (await store.audit_trail(ALL, target="a")).items] == [3, 1]
    assert [r.number for r in (await store.audit_trail(ALL, org_id="o1", target="a")).items] == [1]


async def test_the_trail_keeps_every_member_of_an_act(store: RecordStore) -> None:
    told = NewAudit(at_ms=3, actor="node", org_id="o", act="a.b", target="t", detail='{"x":1}')
    await store.add_audit(told)
    (row,) = (await store.audit_trail(ALL)).items
    assert (row.at_ms, row.actor, row.org_id, row.act, row.target, row.detail) == (
        3,
        "node",
        "o",
        "a.b",
        "t",
        '{"x":1}',
    )


# Lists.


async def test_a_list_is_walked_whole_in_parts_of_any_size(store: RecordStore) -> None:
    rows = [replace(ORG, org_id=f"org_{i:02}") for i in range(23)]
    for row in reversed(rows):
        await store.add_organisation(row, act())
    for limit in (1, 2, 22, 23, 24, MAX_LIMIT):
        assert await walk(store.organisations, limit) == rows


async def test_a_row_written_meanwhile_makes_no_other_row_appear_twice(store: RecordStore) -> None:
    for i in range(0, 20, 2):
        await store.add_organisation(replace(ORG, org_id=f"org_{i:02}"), act())
    first = await store.organisations(Page(limit=5))
    for i in range(1, 20, 2):
        await store.add_organisation(replace(ORG, org_id=f"org_{i:02}"), act())
    second = await store.organisations(Page(after=first.next, limit=MAX_LIMIT))
    assert {row.org_id for row in first.items}.isdisjoint(row.org_id for row in second.items)


async def test_a_list_with_a_key_of_two_members_is_walked_in_their_order(store: RecordStore) -> None:
    rows = [replace(DOMAIN, domain=d, org_id=o) for d in ("a.example", "b.example") for o in ("org_1", "org_2")]
    for row in reversed(rows):
        await store.add_domain(row, replace(CHALLENGE, token=row.domain + row.org_id), act())
    assert await walk(store.domains, 1) == rows


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(limit=0), PageReason.LIMIT_INVALID),
        (Page(limit=MAX_LIMIT + 1), PageReason.LIMIT_INVALID),
        (Page(after="not base64url!"), PageReason.CURSOR_INVALID),
        (Page(after="b3JnYW5pc2F0aW9ucw"), PageReason.CURSOR_INVALID),  # the list's name without a key
        (Page(after="ZG9tYWlucx9h"), PageReason.CURSOR_INVALID),  # a cursor of another list
        (Page(after="_w"), PageReason.CURSOR_INVALID),  # not UTF-8
        (Page(after="A" * 10_000), PageReason.CURSOR_INVALID),
    ],
)
async def test_a_cursor_of_nobody_is_refused(store: RecordStore, page: Page, reason: PageReason) -> None:
    with pytest.raises(Refused) as refused:
        await store.organisations(page)
    assert refused.value.code is reason


async def test_a_cursor_whose_number_is_none_is_refused(store: RecordStore) -> None:
    with pytest.raises(Refused):
        await store.audit_trail(Page(after="YXVkaXQfeA"))  # audit, unit separator, x


# Keys, sessions, links.


async def test_a_key_is_found_by_its_digest_and_by_its_id(store: RecordStore) -> None:
    assert await store.add_api_key(KEY, act(), max_active=2)
    assert await store.api_key_by_digest("aa") == KEY
    assert await store.api_key("key_01") == KEY
    assert await store.api_key_by_digest("bb") is None
    assert await store.api_key("key_02") is None


async def test_of_any_number_of_callers_only_as_many_keys_are_added_as_may_be_active(store: RecordStore) -> None:
    keys = [replace(KEY, key_id=f"key_{i}", digest=str(i)) for i in range(10)]
    added = await asyncio.gather(*(store.add_api_key(key, act(), max_active=2) for key in keys))
    assert sum(added) == 2
    assert len((await store.api_keys(ALL, org_id="org_01")).items) == 2
    assert await acts(store) == 2


@pytest.mark.parametrize("beside", [{"role": "receiver"}, {"org_id": "org_02"}])
async def test_keys_of_another_role_or_organisation_do_not_count(store: RecordStore, beside: dict[str, str]) -> None:
    await store.add_api_key(KEY, act(), max_active=1)
    assert await store.add_api_key(replace(KEY, key_id="key_02", digest="bb", **beside), act(), max_active=1)


async def test_ended_keys_do_not_count(store: RecordStore) -> None:
    await store.add_api_key(KEY, act(), max_active=1)
    await store.revoke_api_key("key_01", act())
    await store.add_api_key(replace(KEY, key_id="key_02", digest="b", expires_ms=20), act(), max_active=1)
    late = replace(KEY, key_id="key_03", digest="c", created_ms=20)
    assert await store.add_api_key(late, act(), max_active=1)


async def test_without_a_limit_any_number_of_keys_may_be_active(store: RecordStore) -> None:
    for i in range(5):
        assert await store.add_api_key(replace(KEY, key_id=f"key_{i}", digest=str(i)), act(), max_active=0)


async def test_a_rotation_adds_the_new_key_and_ends_the_old_one_in_one_step(store: RecordStore) -> None:
    await store.add_api_key(KEY, act(), max_active=2)
    new = replace(KEY, key_id="key_02", digest="bb", created_ms=20)
    assert await store.add_api_key(new, act(), max_active=2, replaces="key_01", until_ms=90)
    assert await store.api_key("key_01") == replace(KEY, expires_ms=90)
    assert await store.api_key("key_02") == new


async def test_a_rotation_never_moves_an_end_later(store: RecordStore) -> None:
    await store.add_api_key(replace(KEY, expires_ms=50), act(), max_active=2)
    new = replace(KEY, key_id="key_02", digest="bb", created_ms=20)
    await store.add_api_key(new, act(), max_active=2, replaces="key_01", until_ms=90)
    ended = await store.api_key("key_01")
    assert ended is not None
    assert ended.expires_ms == 50


@pytest.mark.parametrize("replaces", ["key_09", "key_02", "key_03"])
async def test_a_rotation_of_no_active_key_of_the_same_kind_changes_nothing(store: RecordStore, replaces: str) -> None:
    await store.add_api_key(replace(KEY, key_id="key_02", digest="b", org_id="org_02"), act(), max_active=2)
    await store.add_api_key(replace(KEY, key_id="key_03", digest="c", revoked_ms=11), act(), max_active=2)
    new = replace(KEY, key_id="key_04", digest="d", created_ms=20)
    assert not await store.add_api_key(new, act(), max_active=2, replaces=replaces, until_ms=90)
    assert await store.api_key("key_04") is None
    assert await acts(store) == 2


async def test_a_key_is_revoked_once_and_for_ever(store: RecordStore) -> None:
    await store.add_api_key(KEY, act(), max_active=2)
    assert await store.revoke_api_key("key_01", act(at_ms=70))
    assert not await store.revoke_api_key("key_01", act(at_ms=80))
    assert not await store.revoke_api_key("key_09", act())
    assert await store.api_key("key_01") == replace(KEY, revoked_ms=70)
    assert await acts(store) == 2


async def test_keys_are_listed_for_one_organisation_for_the_node_and_for_all(store: RecordStore) -> None:
    own = replace(KEY, key_id="key_02", digest="b", org_id="", role="admin")
    for key in (KEY, own):
        await store.add_api_key(key, act(), max_active=2)
    assert (await store.api_keys(ALL)).items == (KEY, own)
    assert (await store.api_keys(ALL, org_id="")).items == (own,)
    assert (await store.api_keys(ALL, org_id="org_01")).items == (KEY,)


async def test_a_session_lives_until_it_is_dropped(store: RecordStore) -> None:
    session = Session(digest="d", csrf_digest="c", actor="admin", org_id="", role="admin", created_ms=1, expires_ms=9)
    await store.add_session(session, act())
    assert await store.session("d") == session
    await store.drop_session("d")
    await store.drop_session("d")
    assert await store.session("d") is None


async def test_a_link_is_taken_by_exactly_one_caller(store: RecordStore) -> None:
    link = Link(digest="d", role="admin", created_ms=1, expires_ms=100)
    await store.add_link(link)
    taken = await asyncio.gather(*(store.take_link("d", 50) for _ in range(10)))
    assert [one for one in taken if one is not None] == [link]


async def test_a_link_that_expired_is_taken_by_nobody(store: RecordStore) -> None:
    await store.add_link(Link(digest="d", role="admin", created_ms=1, expires_ms=100))
    assert await store.take_link("d", 100) is None


async def test_a_new_link_ends_the_earlier_one(store: RecordStore) -> None:
    await store.add_link(Link(digest="d", role="admin", created_ms=1, expires_ms=100))
    await store.add_link(Link(digest="e", role="admin", created_ms=2, expires_ms=100))
    assert await store.take_link("d", 50) is None
    assert await store.take_link("e", 50) is not None


async def test_the_sweep_takes_what_ended_and_nothing_else(store: RecordStore) -> None:
    session = Session(digest="d", csrf_digest="c", actor="a", org_id="", role="admin", created_ms=1, expires_ms=10)
    await store.add_session(session, act())
    await store.add_session(replace(session, digest="e", expires_ms=11), act())
    await store.add_link(Link(digest="d", role="admin", created_ms=1, expires_ms=10))
    await store.add_domain(DOMAIN, replace(CHALLENGE, expires_ms=10), act())
    await store.add_address(replace(ADDRESS, code_expires_ms=10), act())
    await store.add_address(replace(ADDRESS, address_id="adr_02", lookup="l2", verified_ms=3, code_expires_ms=9), act())
    assert await store.sweep(11) == 4
    assert await store.sweep(11) == 0
    assert await store.session("e") is not None
    assert await store.address("adr_02") is not None
    assert await store.address("adr_01") is None
    assert await store.domain("org_01", "example.com") == DOMAIN


# Organisations, domains, addresses.


async def test_a_contact_is_set_for_a_living_organisation_only(store: RecordStore) -> None:
    await store.add_organisation(ORG, act())
    assert await store.set_contact("org_01", "post@example.com", act())
    assert await store.organisation("org_01") == replace(ORG, contact="post@example.com")
    assert not await store.set_contact("org_02", "x", act())
    await store.erase_organisation("org_01", act())
    assert not await store.set_contact("org_01", "x", act())


async def test_registering_again_keeps_the_registration_and_replaces_the_open_challenge(store: RecordStore) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    newer = replace(CHALLENGE, token="t2", created_ms=6)
    await store.add_domain(replace(DOMAIN, created_ms=6), newer, act())
    assert await store.domain("org_01", "example.com") == DOMAIN
    assert await store.challenge("org_01", "example.com") == newer
    assert not await store.domain_verified(VERIFIED, act())


async def test_a_challenge_is_used_by_exactly_one_caller(store: RecordStore) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    outcomes = await asyncio.gather(*(store.domain_verified(VERIFIED, act()) for _ in range(10)))
    assert sum(outcomes) == 1
    assert await store.domain("org_01", "example.com") == VERIFIED
    assert await store.challenge("org_01", "example.com") is None
    assert await acts(store) == 2


@pytest.mark.parametrize(
    "told", [{"proof_token": "t9"}, {"org_id": "org_02"}, {"domain": "example.org"}, {"verified_ms": 100}]
)
async def test_a_challenge_of_another_or_one_that_expired_verifies_nothing(
    store: RecordStore, told: dict[str, object]
) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    assert not await store.domain_verified(replace(VERIFIED, **told), act())
    assert await store.domain("org_01", "example.com") == DOMAIN
    assert await store.challenge("org_01", "example.com") == CHALLENGE


async def test_a_second_holder_makes_the_first_due_for_a_check_at_once(store: RecordStore) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    await store.domain_verified(VERIFIED, act())
    second = replace(VERIFIED, org_id="org_02", verified_ms=60, proof_token="t2", next_check_ms=2000)
    await store.add_domain(replace(DOMAIN, org_id="org_02"), replace(CHALLENGE, token="t2", org_id="org_02"), act())
    await store.domain_verified(second, act())
    assert await store.domains_due(60, 10) == (replace(VERIFIED, next_check_ms=60),)
    assert await store.domain_holders("example.com") == (replace(VERIFIED, next_check_ms=60), second)


async def test_holders_that_are_not_verified_stand_last(store: RecordStore) -> None:
    await store.add_domain(replace(DOMAIN, org_id="org_00"), replace(CHALLENGE, token="t0", org_id="org_00"), act())
    await store.add_domain(DOMAIN, CHALLENGE, act())
    await store.domain_verified(VERIFIED, act())
    assert [row.org_id for row in await store.domain_holders("example.com")] == ["org_01", "org_00"]
    assert await store.domain_holders("example.org") == ()


async def test_registered_domains_are_those_with_a_verified_registration(store: RecordStore) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    assert await store.registered_domains() == ()
    await store.domain_verified(VERIFIED, act())
    await store.add_domain(
        replace(DOMAIN, domain="a.example"), replace(CHALLENGE, token="x", domain="a.example"), act()
    )
    assert await store.registered_domains() == ("example.com",)


async def test_a_check_stores_its_outcome_and_nothing_else(store: RecordStore) -> None:
    await store.add_domain(DOMAIN, CHALLENGE, act())
    await store.domain_verified(VERIFIED, act())
    checked = replace(VERIFIED, next_check_ms=5000, failures=1, selectors=("s1", "mail"))
    assert await store.domain_checked(replace(checked, method="forged", verified_ms=1), act())
    assert await store.domain("org_01", "example.com") == checked
    assert not await store.domain_checked(replace(checked, org_id="org_09"), act())
    assert (await store.domains(ALL, org_id="org_01")).items == (checked,)
    assert (await store.domains(ALL, org_id="org_09")).items == ()


async def test_domains_due_come_longest_due_first(store: RecordStore) -> None:
    for name, due in (("a.example", 30), ("b.example", 10), ("c.example", 20), ("d.example", 99)):
        await store.add_domain(replace(DOMAIN, domain=name), replace(CHALLENGE, token=name, domain=name), act())
        await store.domain_verified(replace(VERIFIED, domain=name, proof_token=name, next_check_ms=due), act())
    assert [row.domain for row in await store.domains_due(30, 10)] == ["b.example", "c.example", "a.example"]
    assert [row.domain for row in await store.domains_due(30, 2)] == ["b.example", "c.example"]


async def test_a_code_opens_once_and_counts_every_try(store: RecordStore) -> None:
    await store.add_address(ADDRESS, act())
    wrong = await store.try_address_code("adr_01", "dead", act())
    assert wrong == replace(ADDRESS, tries_left=1)
    right = await store.try_address_code("adr_01", "c0de", act(at_ms=61))
    assert right == replace(ADDRESS, tries_left=0, verified_ms=61, code_digest="")
    assert await store.try_address_code("adr_01", "c0de", act()) is None
    assert await store.addresses_by_lookup("l1") == (right,)
    assert await acts(store) == 2


async def test_no_number_of_callers_gets_more_tries_than_there_are(store: RecordStore) -> None:
    await store.add_address(ADDRESS, act())
    tried = await asyncio.gather(*(store.try_address_code("adr_01", "dead", act()) for _ in range(10)))
    assert sum(one is not None for one in tried) == 2
    assert await store.try_address_code("adr_01", "c0de", act()) is None


@pytest.mark.parametrize(("address_id", "at_ms"), [("adr_09", 60), ("adr_01", 100)])
async def test_a_code_of_nobody_or_one_that_expired_opens_nothing(
    store: RecordStore, address_id: str, at_ms: int
) -> None:
    await store.add_address(ADDRESS, act())
    assert await store.try_address_code(address_id, "c0de", act(at_ms=at_ms)) is None
    assert await store.addresses_by_lookup("l1") == ()


async def test_a_new_registration_replaces_one_that_was_never_verified(store: RecordStore) -> None:
    await store.add_address(ADDRESS, act())
    await store.add_address(replace(ADDRESS, address_id="adr_02"), act())
    assert await store.address("adr_01") is None
    await store.try_address_code("adr_02", "c0de", act())
    await store.add_address(replace(ADDRESS, address_id="adr_03"), act())
    assert [row.address_id for row in (await store.addresses(ALL, org_id="org_01")).items] == ["adr_02", "adr_03"]
    assert (await store.addresses(ALL, org_id="org_02")).items == ()


# Stamps.


async def test_entries_are_projected_once_whatever_is_repeated(store: RecordStore) -> None:
    entries = [Issued(stamp=STAMP, act=act("stamp.issue")), Skipped(), Scored(record=replace(SCORE, entry_index=2))]
    assert await store.cursor(LOG) == 0
    assert await store.project(LOG, 0, entries[:1]) == 1
    assert await store.project(LOG, 0, entries) == 3
    assert await store.project(LOG, 1, entries[1:]) == 3
    assert await store.cursor(LOG) == 3
    assert await store.cursor("another") == 0
    assert await store.stamp("s1") == replace(STAMP, serial=1, live_score=69)
    assert (await store.scores("example.com", ALL)).items == (replace(SCORE, entry_index=2),)
    assert await acts(store) == 1


async def test_many_projections_at_once_leave_every_entry_once(store: RecordStore) -> None:
    entries = [Issued(stamp=replace(STAMP, stamp_id=f"s{i}", entry_index=i), act=act()) for i in range(20)]
    await asyncio.gather(*(store.project(LOG, 0, entries[: i + 1]) for i in range(20)))
    assert [row.serial for row in (await store.stamps(ALL)).items] == list(range(1, 21))
    assert await acts(store) == 20


async def test_a_gap_is_a_defect_and_leaves_nothing(store: RecordStore) -> None:
    with pytest.raises(Misuse) as misuse:
        await store.project(LOG, 1, [Issued(stamp=STAMP)])
    assert misuse.value.code is StampReason.PROJECTION_GAP
    assert await store.stamp("s1") is None
    assert await store.cursor(LOG) == 0


async def test_a_renewal_keeps_serial_design_and_first_time(store: RecordStore) -> None:
    renewed = replace(
        STAMP, score=87, live_score=87, issued_ms=500, first_issued_ms=500, expires_ms=2000, token="n", design=0
    )
    await store.project(LOG, 0, [Issued(stamp=STAMP), Issued(stamp=replace(renewed, tx_hash="3" * 64, entry_index=1))])
    assert await store.stamp("s1") == replace(
        renewed, first_issued_ms=10, design=7, serial=1, tx_hash="3" * 64, entry_index=1
    )
    entries = (await store.entries_of("s1", ALL)).items
    places = [(row.log, row.entry_index, row.tx_hash) for row in entries]
    assert places == [(LOG, 0, "1" * 64), (LOG, 1, "3" * 64)]


async def test_entries_of_two_logs_are_listed_in_the_order_of_projection(store: RecordStore) -> None:
    for log in ("n/2", "n/10"):
        await store.project(log, 0, [Skipped(), Issued(stamp=STAMP), Scored(record=replace(SCORE, at_ms=ord(log[-1])))])
    found = await walk(lambda page: store.entries_of("s1", page), 1)
    assert [(row.number, row.log, row.entry_index) for row in found] == [
        (1, "n/2", 1),
        (2, "n/2", 2),
        (3, "n/10", 1),
        (4, "n/10", 2),
    ]


async def test_the_first_revocation_holds_and_a_revoked_stamp_stays_revoked(store: RecordStore) -> None:
    first = Revoked(stamp_id="s1", at_ms=70, reason="PHISHING_DETECTED", revoked_by="e" * 64, tx_hash="4" * 64)
    again = replace(first, at_ms=80, reason="ORG_REQUEST", tx_hash="5" * 64)
    await store.project(LOG, 0, [Issued(stamp=STAMP), first, again, Issued(stamp=STAMP)])
    stamp = await store.stamp("s1")
    assert stamp is not None
    assert (stamp.status, stamp.revoked_ms, stamp.revocation_reason) == (StampStatus.REVOKED, 70, "PHISHING_DETECTED")
    assert (stamp.revoked_by, stamp.revocation_tx) == ("e" * 64, "4" * 64)
    assert not await store.replace_token("s1", act(), kid="k", token="t")


async def test_a_revocation_of_a_stamp_of_nobody_is_no_error(store: RecordStore) -> None:
    stray = Revoked(stamp_id="s9", at_ms=70, reason="ORG_REQUEST", revoked_by="e", tx_hash="4" * 64)
    assert await store.project(LOG, 0, [stray]) == 1
    assert await store.stamp("s9") is None


async def test_a_token_is_replaced_in_place(store: RecordStore) -> None:
    await store.project(LOG, 0, [Issued(stamp=STAMP)])
    assert await store.replace_token("s1", act(), kid="node#new", token="t2")
    assert await store.stamp("s1") == replace(STAMP, serial=1, kid="node#new", token="t2")
    assert (await store.stamps_by_kid("node#new", ALL)).items == (replace(STAMP, serial=1, kid="node#new", token="t2"),)
    assert (await store.stamps_by_kid("node#k", ALL)).items == ()


async def test_stamps_of_a_domain_come_newest_first_without_those_of_its_addresses(store: RecordStore) -> None:
    rows = [replace(STAMP, stamp_id=f"s{i}", issued_ms=i, entry_index=i) for i in range(3)]
    mine = replace(STAMP, stamp_id="a1", subject="l1", entry_index=3)
    await store.project(LOG, 0, [Issued(stamp=row) for row in (*rows, mine)])
    assert [row.stamp_id for row in await store.stamps_of("example.com")] == ["s2", "s1", "s0"]
    assert [row.stamp_id for row in await store.address_stamps("l1")] == ["a1"]
    assert await store.address_stamps("") == ()
    assert await store.stamps_of("example.org") == ()
    assert len(await walk(store.stamps, 2)) == 4
    assert (await store.stamps(ALL, org_id="org_02")).items == ()


async def test_domains_that_have_or_had_a_stamp_are_named_once_and_also_by_what_they_lie_under(
    store: RecordStore,
) -> None:
    names = ("example.com", "mail.example.com", "example.com", "notexample.com", "")
    rows = [replace(STAMP, stamp_id=f"s{i}", domain=name, entry_index=i) for i, name in enumerate(names)]
    mine = replace(STAMP, stamp_id="a1", domain="other.example", subject="l1", entry_index=5)
    gone = Revoked(stamp_id="s1", at_ms=1, reason="ORG_REQUEST", revoked_by="e", tx_hash="f")
    await store.project(LOG, 0, [*(Issued(stamp=row) for row in (*rows, mine)), gone])
    assert await store.stamped_domains() == ("example.com", "mail.example.com", "notexample.com")
    assert await store.stamped_domains("example.com") == ("example.com", "mail.example.com")
    assert await store.stamped_domains("mail.example.com") == ("mail.example.com",)
    assert await store.stamped_domains("example.org") == ()


async def test_a_score_change_leaves_the_stamps_of_addresses_alone(store: RecordStore) -> None:
    mine = replace(STAMP, stamp_id="a1", subject="l1")
    await store.project(LOG, 0, [Issued(stamp=mine), Scored(record=SCORE)])
    stamp = await store.stamp("a1")
    assert stamp is not None
    assert stamp.live_score == 92


async def test_expiring_stamps_come_by_their_end(store: RecordStore) -> None:
    ends = {"s0": 50, "s1": 300, "s2": 100, "s3": 200, "s4": 100}
    rows = [replace(STAMP, stamp_id=name, expires_ms=end) for name, end in ends.items()]
    gone = Revoked(stamp_id="s4", at_ms=1, reason="ORG_REQUEST", revoked_by="e", tx_hash="f")
    await store.project(LOG, 0, [*(Issued(stamp=row) for row in rows), gone])
    found = await walk(lambda page: store.stamps_expiring(page, after_ms=50, before_ms=300), 1)
    assert [row.stamp_id for row in found] == ["s2", "s3"]


async def test_scores_come_newest_first(store: RecordStore) -> None:
    rows = [replace(SCORE, at_ms=10 * i, entry_index=i) for i in range(5)]
    await store.project(LOG, 0, [Scored(record=row) for row in rows])
    assert await walk(lambda page: store.scores("example.com", page), 2) == rows[::-1]
    assert (await store.scores("example.org", ALL)).items == ()


# Reviews.


async def test_a_domain_stands_on_each_list_at_most_once(store: RecordStore) -> None:
    block = Block(listed_on=BlockList.ADMIN, domain="bad.example", note="n", actor="a", created_ms=1)
    other = replace(block, listed_on=BlockList.COMPLIANCE)
    assert await store.add_block(block, act())
    assert not await store.add_block(replace(block, note="m"), act())
    assert await store.add_block(other, act())
    assert await store.blocks_of("bad.example") == (block, other)
    assert (await store.blocks(BlockList.COMPLIANCE, ALL)).items == (other,)
    assert await store.drop_block(BlockList.ADMIN, "bad.example", act())
    assert not await store.drop_block(BlockList.ADMIN, "bad.example", act())
    assert await store.blocks_of("bad.example") == (other,)
    assert await acts(store) == 3


async def test_a_report_is_decided_once(store: RecordStore) -> None:
    report = AbuseReport(
        report_id="rep_1", domain="bad.example", stamp_id="", category="PHISHING", note="", created_ms=1
    )
    await store.add_report(report)
    await store.add_report(replace(report, report_id="rep_2"))
    decided = replace(report, status=ReportStatus.UPHELD, decided_by="key_1", decided_ms=9, decision="seen")
    assert await store.decide_report(decided, act())
    assert not await store.decide_report(replace(decided, status=ReportStatus.DISMISSED), act())
    assert not await store.decide_report(replace(decided, report_id="rep_9"), act())
    assert await store.report("rep_1") == decided
    assert await store.report("rep_9") is None
    assert (await store.reports(ALL, status=ReportStatus.OPEN)).items == (replace(report, report_id="rep_2"),)
    assert len((await store.reports(ALL)).items) == 2
    assert [await store.reports_from(first) for first in ("rep_0", "rep_1", "rep_2", "rep_3")] == [2, 2, 1, 0]
    assert await acts(store) == 1


async def test_an_override_is_set_replaced_and_dropped(store: RecordStore) -> None:
    override = SenderOverride(lookup="l", domain="example.com", score=10, note="", actor="a", set_ms=1)
    await store.set_override(override, act())
    await store.set_override(replace(override, score=90), act())
    assert await store.override("l") == replace(override, score=90)
    assert await store.override("m") is None
    await store.add_sender_count(SenderCount(lookup="l", seen=1, last_ms=7))
    assert await store.drop_override("l", act())
    assert await store.sender_count("l") is None
    assert not await store.drop_override("l", act())
    assert await acts(store) == 3


async def test_overrides_are_listed_by_lookup_and_by_domain(store: RecordStore) -> None:
    override = SenderOverride(lookup="l", domain="example.com", score=10, note="n", actor="a", set_ms=1)
    rows = [override, replace(override, lookup="m", domain="other.example"), replace(override, lookup="k")]
    for row in rows:
        await store.set_override(row, act())
    assert [row.lookup for row in await walk(store.overrides, 1)] == ["k", "l", "m"]
    assert (await store.overrides(ALL, domain="other.example")).items == (rows[1],)
    assert (await store.overrides(ALL, domain="third.example")).items == ()


async def test_every_question_about_a_sender_is_counted(store: RecordStore) -> None:
    assert await store.sender_count("l") is None
    counts = [SenderCount(lookup="l", seen=2, last_ms=100 - number) for number in range(25)]
    await asyncio.gather(*map(store.add_sender_count, counts))
    await store.add_sender_count(SenderCount(lookup="m", seen=1, last_ms=7))
    assert await store.sender_count("l") == SenderCount(lookup="l", seen=50, last_ms=100)
    assert await store.sweep(100 + SENDER_MS) == 1
    assert await store.sender_count("m") is None
    assert await store.sender_count("l") == SenderCount(lookup="l", seen=50, last_ms=100)
    assert await store.sweep(101 + SENDER_MS) == 1


async def test_reports_about_a_domain_are_counted_decided_or_not(store: RecordStore) -> None:
    report = AbuseReport(report_id="rep_1", domain="a.example", stamp_id="", category="spam", note="", created_ms=1)
    for number, domain in enumerate(("a.example", "b.example", "a.example", "")):
        await store.add_report(replace(report, report_id=f"rep_{number}", domain=domain))
    decided = replace(report, report_id="rep_0", status=ReportStatus.DISMISSED, decided_by="k", decided_ms=2)
    assert await store.decide_report(decided, act())
    assert [await store.reports_about(name) for name in ("a.example", "b.example", "c.example", "")] == [2, 1, 0, 0]


# Owed scores.


async def stamps_for(store: RecordStore, *domains: str) -> None:
    rows = [replace(STAMP, stamp_id=f"s{number}", domain=name) for number, name in enumerate(domains)]
    address = replace(STAMP, stamp_id="a", domain="address.example.com", subject="l1")
    await store.project(LOG, 0, [Issued(stamp=row) for row in (*rows, address)])


async def test_a_decision_about_a_domain_is_owed_to_it_and_to_those_below_that_have_a_stamp(store: RecordStore) -> None:
    await stamps_for(store, "example.com", "mail.example.com", "badexample.com", "other.example")
    block = Block(listed_on=BlockList.ADMIN, domain="example.com", note="", actor="a", created_ms=1)
    first = act("list.admin.add", org_id="org_07", target="example.com")
    assert await store.add_block(block, first)
    (made,) = (await store.audit_trail(ALL, target="example.com")).items
    for name in ("example.com", "mail.example.com"):
        owed = OwedScore(domain=name, number=made.number, actor=first.actor, org_id="org_07")
        assert await store.owed_score(name) == owed
    for name in ("badexample.com", "other.example", "address.example.com", "nobody.example"):
        assert await store.owed_score(name) is None
    owed = await store.owed_score("example.com")
    await store.settle_score(owed)
    assert await store.owed_score("example.com") is None
    assert await store.owed_score("mail.example.com") is not None
    assert not await store.add_block(block, act())  # it stands there already: nothing was decided
    assert await store.owed_score("example.com") is None
    assert await store.drop_block(BlockList.ADMIN, "example.com", act())
    assert (await store.owed_score("example.com")).number > owed.number


async def test_a_later_decision_stays_owed_when_an_earlier_one_is_settled(store: RecordStore) -> None:
    await stamps_for(store, "example.com")
    look = Candidate(suspect="example.com", target="t.example", distance=1, confidence=900, detected_ms=1)
    await store.note_candidate(look)
    for status in (CandidateStatus.CONFIRMED, CandidateStatus.FALSE_POSITIVE):
        earlier = await store.owed_score("example.com")
        assert await store.decide_candidate(replace(look, status=status, decided_by="k", decided_ms=2), act())
    await store.settle_score(earlier)
    later = await store.owed_score("example.com")
    assert later.number == earlier.number + 1
    await store.settle_score(later)
    assert await store.owed_score("example.com") is None


async def test_what_is_owed_to_nobody_who_is_left_is_erased(store: RecordStore) -> None:
    await furnish(store)
    for name in ("example.com", "other.example"):
        block = Block(listed_on=BlockList.COMPLIANCE, domain=name, note="", actor="a", created_ms=1)
        assert await store.add_block(block, act())
    await store.erase_organisation("org_01", act())
    assert await store.owed_score("example.com") is None
    assert await store.owed_score("other.example") is not None


async def test_a_lookalike_met_again_keeps_its_time_and_its_decision(store: RecordStore) -> None:
    candidate = Candidate(suspect="acmec0rp.com", target="acmecorp.com", distance=1, confidence=700, detected_ms=5)
    await store.note_candidate(candidate)
    decided = replace(candidate, status=CandidateStatus.CONFIRMED, decided_by="key_1", decided_ms=6)
    assert await store.decide_candidate(decided, act())
    await store.note_candidate(replace(candidate, confidence=910, detected_ms=50))
    assert await store.candidates_of("acmec0rp.com") == (replace(decided, confidence=910),)
    assert not await store.decide_candidate(replace(decided, target="other.com"), act())


async def test_lookalikes_come_most_confident_first_and_are_listed_by_status(store: RecordStore) -> None:
    row = Candidate(suspect="s.example", target="a.example", distance=2, confidence=300, detected_ms=5)
    better = replace(row, target="b.example", confidence=800)
    for one in (row, better):
        await store.note_candidate(one)
    assert await store.candidates_of("s.example") == (better, row)
    assert (await store.candidates(ALL, status=CandidateStatus.PENDING)).items == (row, better)
    assert (await store.candidates(ALL, status=CandidateStatus.CONFIRMED)).items == ()


async def test_the_sweep_takes_look_alikes_that_waited_90_days_and_never_a_decision(store: RecordStore) -> None:
    old = Candidate(suspect="s.example", target="a.example", distance=2, confidence=300, detected_ms=5)
    for one in (old, replace(old, target="b.example", detected_ms=6), replace(old, target="c.example")):
        await store.note_candidate(one)
    assert await store.decide_candidate(replace(old, target="c.example", status=CandidateStatus.CONFIRMED), act())
    assert await store.sweep(6 + PENDING_MS) == 1
    assert [row.target for row in await store.candidates_of("s.example")] == ["b.example", "c.example"]


async def test_a_domain_met_keeps_its_first_time(store: RecordStore) -> None:
    await store.observe("example.com", 50)
    assert await store.observe("example.com", 70) == ObservedDomain(domain="example.com", first_ms=50, last_ms=70)
    assert await store.observe("example.com", 40) == ObservedDomain(domain="example.com", first_ms=40, last_ms=70)
    assert [row.domain for row in (await store.observed(ALL)).items] == ["example.com"]


# Erasure.


async def furnish(store: RecordStore) -> None:
    """An organisation with one of everything, and another beside it."""
    for org_id, name in (("org_01", "example.com"), ("org_02", "other.example")):
        await store.add_organisation(replace(ORG, org_id=org_id, contact="x@y"), act())
        await store.add_api_key(replace(KEY, key_id=org_id, org_id=org_id, digest=org_id), act(), max_active=2)
        session = Session(
            digest=org_id, csrf_digest="c", actor=org_id, org_id=org_id, role="org", created_ms=1, expires_ms=9
        )
        await store.add_session(session, act())
        await store.add_domain(
            replace(DOMAIN, org_id=org_id, domain=name), replace(CHALLENGE, token=org_id, org_id=org_id), act()
        )
        await store.add_address(replace(ADDRESS, address_id=org_id, org_id=org_id, lookup=org_id), act())
    stamps = [
        STAMP,
        replace(STAMP, stamp_id="a1", subject="l1"),
        replace(STAMP, stamp_id="s2", org_id="org_02", domain="other.example"),
    ]
    scores = [SCORE, replace(SCORE, stamp_id="s2", domain="other.example")]
    await store.project(LOG, 0, [*(Issued(stamp=row) for row in stamps), *(Scored(record=row) for row in scores)])


async def test_erasure_takes_everything_an_organisation_told_and_nothing_of_another(store: RecordStore) -> None:
    await furnish(store)
    assert await store.erase_organisation("org_01", act(at_ms=77))
    assert not await store.erase_organisation("org_01", act(at_ms=78))
    assert not await store.erase_organisation("org_09", act())
    assert await store.organisation("org_01") == replace(ORG, name="", contact="", erased_ms=77)
    for gone in (
        await store.api_key("org_01"),
        await store.session("org_01"),
        await store.domain("org_01", "example.com"),
        await store.challenge("org_01", "example.com"),
        await store.address("org_01"),
    ):
        assert gone is None
    assert await store.stamps_of("example.com") == ()
    assert (await store.scores("example.com", ALL)).items == ()
    stamp, mine = await store.stamp("s1"), await store.stamp("a1")
    assert stamp == replace(STAMP, serial=1, live_score=69, token="", signals="{}", domain="")
    assert mine == replace(STAMP, stamp_id="a1", serial=2, token="", signals="{}", domain="", subject="erased")


async def test_erasure_leaves_the_other_organisation_whole(store: RecordStore) -> None:
    await furnish(store)
    await store.erase_organisation("org_01", act())
    for kept in (
        await store.api_key("org_02"),
        await store.session("org_02"),
        await store.domain("org_02", "other.example"),
        await store.address("org_02"),
        await store.stamps_of("other.example"),
        (await store.scores("other.example", ALL)).items,
    ):
        assert kept


async def test_erasure_keeps_the_domains_that_a_rule_still_needs(store: RecordStore) -> None:
    await furnish(store)
    await store.erase_organisation("org_01", act(), keep=["example.com"])
    (stamp,) = await store.stamps_of("example.com")
    assert (stamp.domain, stamp.token) == ("example.com", "")
    assert (await store.scores("example.com", ALL)).items == (SCORE,)


# What only the one or the other does.


@contextmanager
def opened(folder: Path) -> Iterator[SqliteRecords]:
    database = Database.open(folder)
    yield SqliteRecords(database)
    database.close()


async def test_sqlite_keeps_records_over_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await furnish(store)
    with opened(tmp_path) as store:
        assert await store.cursor(LOG) == 5
        assert await store.stamp("s1") == replace(STAMP, serial=1, live_score=69)
        assert await store.organisation("org_02") is not None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_sqlite_refuses_to_rewrite_the_audit_trail(tmp_path: Path, statement: str) -> None:
    database = Database.open(tmp_path)
    store = SqliteRecords(database)
    await store.add_audit(act())
    with pytest.raises(Exception, match="append-only"):
        await database.write(lambda connection: connection.execute(statement))
    assert await acts(store) == 1
    database.close()
