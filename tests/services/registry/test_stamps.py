"""Stamps: issued into the ledger first, projected after, whatever fails in between."""

import asyncio
import json

import pytest

from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.foundation.identifiers import is_uuid4
from frankmark.ports.durability import StoreReason
from frankmark.ports.log import LogStoreReason
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.stamps import StampStatus
from frankmark.protocols.securestamp.ledger import check_commitment, parse_asset, parse_entry, verify_entry
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason, ScoreChangeReason
from frankmark.protocols.securestamp.record import parse_record
from frankmark.protocols.securestamp.token import parse_token, verify_token
from frankmark.services.attachments import Attachment
from frankmark.services.log_leaves import NewLeaf
from frankmark.services.principals import LOCAL_ADMIN, NODE, Principal, Role
from frankmark.services.reasons import ServiceReason

ALL = Page(limit=MAX_LIMIT)
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
FULL = Unavailable(StoreReason.STORE_FULL, "")
REVIEWER = Principal(actor="key_reviewer", org_id="", role=Role.REVIEWER)


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


async def entries(house):
    return [parse_entry(row.data) for row in await house.log.rows(0, house.log.head.size)]


# Issue.


@pytest.mark.row("W8")
async def test_a_stamp_stands_in_the_ledger_and_its_token_holds(house) -> None:
    by, stamp = await house.stamped()
    now_s = house.clock.now_ms() // 1000
    assert is_uuid4(stamp.stamp_id)
    assert (stamp.org_id, stamp.domain, stamp.subject, stamp.serial) == (by.org_id, "acmecorp.test", "", 1)
    assert (stamp.score, stamp.live_score, stamp.status) == (92, 92, StampStatus.ACTIVE)
    claims = verify_token(stamp.token, house.keyring.jwks, now_s).claims
    assert (claims.stamp_id, claims.domain, claims.org_id, claims.score) == (
        stamp.stamp_id,
        "acmecorp.test",
        by.org_id,
        92,
    )
    assert (claims.iat, claims.exp, claims.iss) == (now_s, now_s + 365 * 86_400, house.url)
    assert stamp.expires_ms == claims.exp * 1000
    assert house.appraiser.asked == ["acmecorp.test"]
    assert (by.actor, "stamp.issue", stamp.stamp_id) in await house.acts()


@pytest.mark.row("L45")
async def test_the_entry_is_signed_by_the_nodes_certificate_and_commits_to_its_asset(house) -> None:
    _, stamp = await house.stamped()
    row = await house.log.row(stamp.entry_index)
    entry, beside = parse_entry(row.data), Attachment.parse(row.attachment)
    assert sha256(row.data).hex() == stamp.tx_hash
    certificate = house.keyring.fingerprints[entry.issuer]
    certificate.verify_node(house.clock.now_ms() // 1000)
    assert certificate.node_id == house.keyring.node_id
    verify_entry(row.data, beside.entry_sig, certificate.p256())
    check_commitment(entry, parse_asset(entry.type, beside.asset), beside.salt)


@pytest.mark.row("W25")
async def test_the_entry_names_nobody(house) -> None:
    by, stamp = await house.stamped()
    leaf = (await house.log.row(stamp.entry_index)).data
    for told in (b"acmecorp", by.org_id.encode(), b"spf", stamp.token.encode()):
        assert told not in leaf


@pytest.mark.row("L45")
async def test_a_second_active_stamp_of_the_same_owner_and_domain_is_refused(house) -> None:
    by, _ = await house.stamped()
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), Reason.STAMP_ALREADY_ACTIVE)
    assert len(await entries(house)) == 1


async def test_of_many_issues_at_once_one_goes_through(house) -> None:
    by = await house.organisation()
    await house.own(by)
    issuing = (house.stamps.issue(by, by.org_id, "acmecorp.test") for _ in range(10))
    outcomes = await asyncio.gather(*issuing, return_exceptions=True)
    assert sum(not isinstance(one, Error) for one in outcomes) == 1
    assert {one.code for one in outcomes if isinstance(one, Error)} == {Reason.STAMP_ALREADY_ACTIVE}
    assert len(await entries(house)) == 1


async def test_another_owner_of_the_same_domain_gets_a_stamp_of_its_own(house) -> None:
    await house.stamped()
    other = await house.organisation("Other")
    await house.own(other)
    stamp = await house.stamps.issue(other, other.org_id, "acmecorp.test")
    assert stamp.serial == 2
    assert len(await house.store.stamps_of("acmecorp.test")) == 2


async def test_after_a_revocation_and_after_the_end_a_new_stamp_is_issued(house) -> None:
    by, stamp = await house.stamped()
    await house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    second = await house.stamps.issue(by, by.org_id, "acmecorp.test")
    house.clock.pass_days(365)
    third = await house.stamps.issue(by, by.org_id, "acmecorp.test")
    assert len({stamp.stamp_id, second.stamp_id, third.stamp_id}) == 3
    assert [row.serial for row in (await house.stamps.stamps(by, ALL, org_id=by.org_id)).items] == [1, 2, 3]


async def test_a_domain_must_be_registered_verified_and_still_in_the_same_hands(house) -> None:
    by = await house.organisation()
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), ServiceReason.NOT_FOUND)
    await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), ServiceReason.DOMAIN_NOT_VERIFIED)
    await house.own(by)
    house.net.texts.clear()
    for _ in range(2):
        house.clock.pass_days(30)
        await house.registry.recheck_due()
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), ServiceReason.OWNERSHIP_LAPSED)
    assert await entries(house) == []


async def test_nobody_issues_for_somebody_else(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    await house.own(by)
    await refused(house.stamps.issue(other, by.org_id, "acmecorp.test"), ServiceReason.FORBIDDEN)
    await refused(house.stamps.issue(REVIEWER, by.org_id, "acmecorp.test"), ServiceReason.FORBIDDEN)
    await refused(house.stamps.stamps(other, ALL, org_id=by.org_id), ServiceReason.FORBIDDEN)
    await refused(house.stamps.stamps(other, ALL), ServiceReason.FORBIDDEN)


@pytest.mark.parametrize("url", ["https://node-abcdefghij.frankmark.invalid", ""])
async def test_a_node_without_a_name_of_its_own_issues_nothing(house, reopened, url: str) -> None:
    nameless = await reopened(house, url=url)
    by = await nameless.organisation()
    await nameless.own(by)
    await refused(nameless.stamps.issue(by, by.org_id, "acmecorp.test"), ServiceReason.PUBLIC_URL_INVALID)


# What is published.


async def test_the_record_to_publish_is_split_and_reads_back(house) -> None:
    by, stamp = await house.stamped()
    shown = await house.stamps.publication(by, stamp.stamp_id)
    assert shown.name == "_securestamp.acmecorp.test"
    assert all(len(string) <= 255 for string in shown.strings)
    assert len(shown.strings) > 1
    record = parse_record("".join(shown.strings).encode())
    assert (record.stamp_id, record.url.token) == (stamp.stamp_id, stamp.token)
    assert shown.url == f"{house.url}/verify/{stamp.token}"
    assert shown.zone.startswith("_securestamp.acmecorp.test. 3600 IN TXT ")


async def test_what_to_publish_is_for_the_owner(house) -> None:
    _, stamp = await house.stamped()
    other = await house.organisation("Other")
    await refused(house.stamps.publication(other, stamp.stamp_id), ServiceReason.FORBIDDEN)
    await refused(house.stamps.publication(LOCAL_ADMIN, "no such"), ServiceReason.NOT_FOUND)


# Revoke.


@pytest.mark.row("L18")
async def test_a_revocation_is_logged_final_here_and_cannot_be_undone(house) -> None:
    by, stamp = await house.stamped()
    house.clock.pass_ms(5)
    ended = await house.stamps.revoke(REVIEWER, stamp.stamp_id, RevocationReason.PHISHING_DETECTED)
    assert (ended.status, ended.revocation_reason) == (StampStatus.REVOKED, "PHISHING_DETECTED")
    assert ended.revoked_ms == house.clock.now_ms()
    assert ended.revoked_by in house.keyring.fingerprints
    assert [entry.type for entry in await entries(house)] == ["StampIssuance", "StampRevocation"]
    assert sha256((await house.log.row(1)).data).hex() == ended.revocation_tx
    for attempt in (
        house.stamps.revoke(LOCAL_ADMIN, stamp.stamp_id, RevocationReason.EXPIRED),
        house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST),
    ):
        await refused(attempt, Reason.INVALID_TRANSITION)
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)
    await refused(house.stamps.reissue(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)
    assert ("key_reviewer", "stamp.revoke", stamp.stamp_id) in await house.acts()


async def test_of_many_revocations_at_once_one_is_logged(house) -> None:
    by, stamp = await house.stamped()
    revoking = (house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST) for _ in range(10))
    outcomes = await asyncio.gather(*revoking, return_exceptions=True)
    assert sum(not isinstance(one, Error) for one in outcomes) == 1
    assert len(await entries(house)) == 2


@pytest.mark.parametrize("reason", [r for r in RevocationReason if r is not RevocationReason.ORG_REQUEST])
async def test_an_owner_gives_no_reason_but_its_own_request(house, reason: RevocationReason) -> None:
    by, stamp = await house.stamped()
    await refused(house.stamps.revoke(by, stamp.stamp_id, reason), ServiceReason.FORBIDDEN)


async def test_a_request_of_the_owner_is_the_owners(house) -> None:
    _, stamp = await house.stamped()
    other = await house.organisation("Other")
    for by in (other, REVIEWER):
        revoking = house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
        await refused(revoking, ServiceReason.FORBIDDEN)
    await refused(house.stamps.revoke(LOCAL_ADMIN, "no such", RevocationReason.EXPIRED), ServiceReason.NOT_FOUND)


# Renew.


async def test_a_renewal_keeps_the_stamp_and_moves_its_end(house) -> None:
    by, stamp = await house.stamped()
    house.clock.pass_days(340)
    house.appraiser.score = 87
    renewed = await house.stamps.renew(by, stamp.stamp_id)
    assert (renewed.stamp_id, renewed.serial, renewed.first_issued_ms) == (stamp.stamp_id, 1, stamp.issued_ms)
    assert (renewed.issued_ms, renewed.score) == (house.clock.now_ms(), 87)
    assert renewed.expires_ms == stamp.expires_ms + 340 * DAY_MS
    assert renewed.tx_hash != stamp.tx_hash
    assert parse_token(renewed.token).claims.exp * 1000 == renewed.expires_ms
    listed = (await house.store.entries_of(stamp.stamp_id, ALL)).items
    assert [row.tx_hash for row in listed] == [stamp.tx_hash, renewed.tx_hash]


async def test_a_renewal_needs_the_domain_to_be_in_the_same_hands(house) -> None:
    by, stamp = await house.stamped()
    house.net.texts.clear()
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.CHALLENGE_NOT_ANSWERED)
    house.net.failing.add("_securestamp-challenge.acmecorp.test")
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.CHALLENGE_UNAVAILABLE, Unavailable)
    assert await house.stamps.stamp(stamp.stamp_id) == stamp


async def test_an_expired_stamp_is_not_renewed(house) -> None:
    by, stamp = await house.stamped()
    house.clock.pass_days(365)
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)


async def test_stamps_renew_themselves_30_days_before_their_end(house) -> None:
    _, stamp = await house.stamped()
    house.clock.pass_days(335)
    assert await house.stamps.renew_due() == 0
    house.clock.pass_ms(1)
    assert await house.stamps.renew_due() == 1
    assert await house.stamps.renew_due() == 0
    renewed = await house.stamps.stamp(stamp.stamp_id)
    assert renewed.expires_ms == house.clock.now_ms() // 1000 * 1000 + 365 * DAY_MS
    assert ("node", "stamp.renew", stamp.stamp_id) in await house.acts()


async def test_a_stamp_whose_owner_is_gone_is_left_to_end(house) -> None:
    by, stamp = await house.stamped("gone.test")
    await house.own(by, "here.test")
    await house.stamps.issue(by, by.org_id, "here.test")
    house.net.texts = {name: texts for name, texts in house.net.texts.items() if "gone" not in name}
    house.clock.pass_days(340)
    assert await house.stamps.renew_due() == 1
    assert await house.stamps.stamp(stamp.stamp_id) == stamp


async def test_two_failed_looks_end_renewal_even_when_the_answer_is_back(house) -> None:
    by, stamp = await house.stamped()
    kept = dict(house.net.texts)
    house.net.texts.clear()
    for _ in range(2):
        house.clock.pass_days(30)
        await house.registry.recheck_due()
    house.net.texts |= kept
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.OWNERSHIP_LAPSED)


# The score.


async def changed(house, score: int, reason=ScoreChangeReason.SIGNAL_DRIFT, **more):
    return await house.stamps.record_score("acmecorp.test", score, reason, '[{"signal":"spf"}]', **more)


async def test_every_change_of_the_score_is_an_entry(house) -> None:
    _, stamp = await house.stamped()
    house.clock.pass_ms(1)
    record = await changed(house, 69)
    assert (record.old, record.new, record.reason, record.stamp_id) == (92, 69, "SIGNAL_DRIFT", stamp.stamp_id)
    assert (await house.stamps.stamp(stamp.stamp_id)).live_score == 69
    entry = (await entries(house))[1]
    assert (entry.type, entry.stamp_id) == ("ScoreChange", stamp.stamp_id)
    house.clock.pass_ms(HOUR_MS)
    assert (await changed(house, 92)).old == 69
    assert [row.new for row in (await house.store.scores("acmecorp.test", ALL)).items] == [92, 69]


async def test_the_same_score_and_a_domain_without_a_stamp_are_no_change(house) -> None:
    assert await changed(house, 10) is None
    await house.stamped()
    assert await changed(house, 92) is None
    assert len(await entries(house)) == 1


async def test_a_score_changes_at_most_hourly_unless_a_person_changes_it(house) -> None:
    await house.stamped()
    assert await changed(house, 69) is not None
    house.clock.pass_ms(HOUR_MS - 1)
    assert await changed(house, 50) is None
    reviewed = await changed(house, 20, ScoreChangeReason.MANUAL_REVIEW, by=REVIEWER)
    assert reviewed.old == 69
    assert ("key_reviewer", "score.change", "acmecorp.test") in await house.acts()
    house.clock.pass_ms(HOUR_MS)
    assert await changed(house, 50) is not None


async def test_of_many_changes_at_once_one_is_recorded(house) -> None:
    await house.stamped()
    outcomes = await asyncio.gather(*(changed(house, score) for score in range(10, 20)))
    assert sum(one is not None for one in outcomes) == 1
    assert len(await entries(house)) == 2


async def test_a_revoked_stamps_domain_has_a_score_still(house) -> None:
    by, stamp = await house.stamped()
    await house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    assert (await changed(house, 69)).stamp_id == stamp.stamp_id


# What fails in between.


@pytest.mark.parametrize("lost", [False, True])
async def test_a_projection_that_fails_is_caught_up_by_the_next(house, *, lost: bool) -> None:
    by = await house.organisation()
    await house.own(by)
    (house.store.switches.lose_answer if lost else house.store.switches.refuse)("project", FULL)
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), StoreReason.STORE_FULL, Unavailable)
    await house.own(by, "second.test")
    await house.stamps.issue(by, by.org_id, "second.test")
    (stamp,) = await house.store.stamps_of("acmecorp.test")
    assert stamp.tx_hash == sha256((await house.log.row(0)).data).hex()
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), Reason.STAMP_ALREADY_ACTIVE)
    assert len([act for act in await house.acts() if act[1] == "stamp.issue"]) == 2


async def test_a_crash_between_log_and_projection_is_mended_at_start(house, reopened) -> None:
    by = await house.organisation()
    await house.own(by)
    house.store.switches.refuse("project", FULL)
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), StoreReason.STORE_FULL, Unavailable)
    assert await house.store.stamps_of("acmecorp.test") == ()
    again = await reopened(house)
    (stamp,) = await again.store.stamps_of("acmecorp.test")
    assert verify_token(stamp.token, again.keyring.jwks, house.clock.now_ms() // 1000).claims.domain == "acmecorp.test"


@pytest.mark.parametrize("step", ["stage", "publish"])
@pytest.mark.parametrize("lost", [False, True])
async def test_an_entry_that_was_not_logged_leaves_no_stamp(house, reopened, step: str, *, lost: bool) -> None:
    by = await house.organisation()
    await house.own(by)
    (house.trees.switches.lose_answer if lost else house.trees.switches.refuse)(step, FULL)
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), StoreReason.STORE_FULL, Unavailable)
    again = await reopened(house)
    logged, kept = await entries(again), await again.store.stamps_of("acmecorp.test")
    assert [entry.stamp_id for entry in logged] == [stamp.stamp_id for stamp in kept]
    if not kept:
        assert (await again.stamps.issue(by, by.org_id, "acmecorp.test")).serial == 1


async def test_a_revocation_whose_answer_was_lost_is_one_revocation(house) -> None:
    by, stamp = await house.stamped()
    house.store.switches.refuse("project", FULL)
    revoking = house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    await refused(revoking, StoreReason.STORE_FULL, Unavailable)
    house.clock.pass_ms(9)
    ended = await house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    assert len(await entries(house)) == 2
    assert ended.revoked_ms == house.clock.now_ms() - 9


async def test_an_appraisal_that_fails_issues_nothing_and_blocks_nothing(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.appraiser.score = 101
    with pytest.raises(Error):
        await house.stamps.issue(by, by.org_id, "acmecorp.test")
    house.appraiser.score = 92
    assert (await house.stamps.issue(by, by.org_id, "acmecorp.test")).serial == 1


async def test_entries_of_others_and_of_other_releases_are_passed_over(house) -> None:
    await house.log.append([NewLeaf(data=b"not an entry", attachment=b"{}")])
    _, stamp = await house.stamped()
    assert (stamp.entry_index, stamp.serial) == (1, 1)
    assert await house.store.cursor(house.log.origin) == 2


async def test_every_stamp_in_a_rebuilt_projection_is_the_same(house, reopened) -> None:
    by, stamp = await house.stamped()
    house.clock.pass_ms(1)
    await changed(house, 69)
    await house.own(by, "second.test")
    second = await house.stamps.issue(by, by.org_id, "second.test")
    await house.stamps.revoke(by, second.stamp_id, RevocationReason.ORG_REQUEST)
    await house.stamps.renew(by, stamp.stamp_id)
    rebuilt = await reopened(house, store=MemoryRecords())
    assert (await rebuilt.store.stamps(ALL)).items == (await house.store.stamps(ALL)).items
    assert (await rebuilt.store.scores("acmecorp.test", ALL)).items == (
        await house.store.scores("acmecorp.test", ALL)
    ).items
    assert [a for a in await rebuilt.acts() if a[1].startswith("stamp.")] == [
        a for a in await house.acts() if a[1].startswith("stamp.")
    ]


async def test_the_audit_trail_names_actors_and_hashes_and_no_person(house) -> None:
    _, stamp = await house.stamped()
    (row,) = (await house.store.audit_trail(ALL, target=stamp.stamp_id)).items
    assert json.loads(row.detail) == {"txHash": stamp.tx_hash}
    assert b64url_decode(stamp.token.split(".")[1])
    for act in (await house.store.audit_trail(ALL)).items:
        assert "@" not in act.detail + act.target + act.actor


async def test_a_signer_that_lost_its_memory_stops_issuing(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.signer.switches.refuse("swap", Refused(LogStoreReason.SIGNER_MOVED, ""))
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), LogStoreReason.SIGNER_MOVED)
    assert await house.store.stamps_of("acmecorp.test") == ()


# A successor log.


async def test_what_the_predecessor_logged_is_projected_before_the_successor(house, reopened) -> None:
    by = await house.organisation()
    await house.own(by)
    house.store.switches.refuse("project", FULL)
    await refused(house.stamps.issue(by, by.org_id, "acmecorp.test"), StoreReason.STORE_FULL, Unavailable)
    after = await reopened(house, origin=f"{house.origin}/2", predecessors=(house.log,))
    (stamp,) = await after.store.stamps_of("acmecorp.test")
    house.clock.pass_ms(1)
    await after.stamps.renew(by, stamp.stamp_id)
    places = (await after.store.entries_of(stamp.stamp_id, ALL)).items
    assert [(row.log, row.entry_index) for row in places] == [(house.origin, 0), (after.origin, 0)]
    erased = await after.erasure.erase(by, by.org_id)
    assert len(erased.tx_hashes) == 3
    for log in (house.log, after.log):
        assert Attachment.parse((await log.row(0)).attachment).asset is None


# More than one part of a list.


async def test_work_on_many_stamps_goes_through_every_part_of_the_list(house) -> None:
    by = await house.organisation()
    for i in range(101):
        await house.own(by, f"d{i}.test")
        await house.stamps.issue(by, by.org_id, f"d{i}.test")
    old = house.keyring.signing.jwk.kid
    await house.custody.rotate(LOCAL_ADMIN)
    assert len((await house.custody.affected(LOCAL_ADMIN, old)).affected) == 101
    house.clock.pass_days(336)
    assert await house.stamps.renew_due() == 101
    assert await house.custody.settle() == (old,)
    for i in range(101):
        house.clock.pass_ms(HOUR_MS)
        await house.stamps.record_score("d0.test", i % 90, ScoreChangeReason.SIGNAL_DRIFT, "[]")
    erased = await house.erasure.erase(by, by.org_id)
    assert len(erased.tx_hashes) == house.log.head.size == 101 * 2 + 101 + 101


# The same on SQLite.


async def test_on_sqlite_a_stamp_outlives_the_process(house, reopened, tmp_path) -> None:
    database = Database.open(tmp_path)
    disk = await reopened(house, store=SqliteRecords(database), trees=SqliteTrees(database))
    by, stamp = await disk.stamped()
    issuing = (disk.own(by, f"d{i}.test") for i in range(20))
    await asyncio.gather(*issuing)
    await asyncio.gather(*(disk.stamps.issue(by, by.org_id, f"d{i}.test") for i in range(20)))
    await disk.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    kept = (await disk.stamps.stamps(by, ALL, org_id=by.org_id)).items
    await disk.log.close()
    database.close()
    database = Database.open(tmp_path)
    again = await reopened(disk, store=SqliteRecords(database), trees=SqliteTrees(database))
    assert (await again.stamps.stamps(by, ALL, org_id=by.org_id)).items == kept
    assert len(kept) == 21
    assert again.keyring.node_id == disk.keyring.node_id
    assert await again.stamps.renew_due() == 0
    await again.log.close()
    database.close()


async def test_a_store_on_sqlite_that_is_behind_its_log_catches_up_at_start(house, reopened, tmp_path) -> None:
    _, stamp = await house.stamped()
    database = Database.open(tmp_path)
    behind = await reopened(house, store=SqliteRecords(database))
    assert (await behind.store.stamp(stamp.stamp_id)).tx_hash == stamp.tx_hash
    assert NODE.actor == "node"
    database.close()
