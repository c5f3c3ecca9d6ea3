"""Erasure: an organisation's data goes, the ledger stays provable, and a bad name stays bad."""

import re

import pytest

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.foundation.merkle import verify_inclusion
from frankmark.ports.durability import StoreReason
from frankmark.ports.stamps import StampStatus
from frankmark.protocols.securestamp.reasons import RevocationReason, ScoreChangeReason
from frankmark.services.attachments import Attachment
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.reasons import ServiceReason


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


async def beside(house) -> list[Attachment]:
    return [Attachment.parse(row.attachment) for row in await house.log.rows(0, house.log.head.size)]


async def furnished(house):
    by, stamp = await house.stamped()
    house.clock.pass_ms(1)
    await house.stamps.record_score("acmecorp.test", 69, ScoreChangeReason.SIGNAL_DRIFT, "[]")
    row = await house.addresses.register(by, by.org_id, "alice@acmecorp.test")
    code = re.search(r"\n    ([A-Z2-7]{6})\n", house.post.letters[-1].text)[1]
    await house.addresses.verify(row.address_id, code)
    return by, stamp


async def test_everything_told_goes_and_every_hash_still_proves(house) -> None:
    by, stamp = await furnished(house)
    other, kept = await house.stamped("other.test")
    erased = await house.erasure.erase(by, by.org_id)
    assert len(erased.tx_hashes) == 5  # issuance, score, address, and the revocations of both stamps
    assert erased.kept_domains == ()
    assert house.forgotten == 1
    for index, attachment in enumerate(await beside(house)):
        entry_is_others = index == kept.entry_index
        revocation = index > kept.entry_index
        assert (attachment.asset is not None) == (entry_is_others or revocation)
        assert attachment.entry_sig
    head = house.log.head
    for index in range(head.size):
        path = await house.log.inclusion(index, head.size)
        leaf = (await house.log.row(index)).leaf
        verify_inclusion(leaf, index, head.size, path, head.root)
    gone = await house.store.stamp(stamp.stamp_id)
    assert (gone.status, gone.domain, gone.token, gone.signals) == (StampStatus.REVOKED, "", "", "{}")
    assert await house.store.stamps_of("acmecorp.test") == ()
    assert await house.store.stamp(kept.stamp_id) == kept
    assert (await house.registry.organisation(LOCAL_ADMIN, other.org_id)).name == "Acme"
    assert (by.actor, "organisation.erase", by.org_id) in await house.acts()


async def test_the_keys_of_the_erased_open_nothing(house) -> None:
    made = await house.registry.create_organisation(LOCAL_ADMIN, "Acme")
    key = await house.access.create_key(LOCAL_ADMIN, "org", "ci", org_id=made.org_id)
    by = await house.access.resolve_key(key.text)
    session = await house.access.open_session(by)
    await house.erasure.erase(by, by.org_id)
    await refused(house.access.resolve_key(key.text), ServiceReason.INVALID_API_KEY, Unverified)
    await refused(house.access.resolve_session(session.token), ServiceReason.SESSION_ENDED, Unverified)
    await refused(house.erasure.erase(LOCAL_ADMIN, by.org_id), ServiceReason.NOT_FOUND)


async def test_nobody_erases_somebody_else(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    await refused(house.erasure.erase(other, by.org_id), ServiceReason.FORBIDDEN)
    await refused(house.erasure.erase(LOCAL_ADMIN, "org_nobody"), ServiceReason.NOT_FOUND)


@pytest.mark.parametrize(
    ("reason", "stays"),
    [
        (RevocationReason.PHISHING_DETECTED, True),
        (RevocationReason.POLICY_VIOLATION, True),
        (RevocationReason.NODE_COMPROMISE, True),
        (RevocationReason.EXPIRED, False),
        (RevocationReason.ORG_REQUEST, False),
    ],
)
async def test_erasure_does_not_wash_a_name_clean(house, reason: RevocationReason, *, stays: bool) -> None:
    by, stamp = await house.stamped()
    await house.stamps.revoke(LOCAL_ADMIN, stamp.stamp_id, reason)
    erased = await house.erasure.erase(by, by.org_id)
    assert bool(erased.kept_domains) is stays
    assert bool(await house.store.stamps_of("acmecorp.test")) is stays


@pytest.mark.parametrize("method", ["erase_organisation", "entries_of"])
async def test_an_erasure_that_was_cut_off_is_finished_by_the_next(house, method: str) -> None:
    by, _ = await furnished(house)
    house.store.switches.refuse(method, Unavailable(StoreReason.STORE_LOCKED, ""))
    await refused(house.erasure.erase(by, by.org_id), StoreReason.STORE_LOCKED, Unavailable)
    erased = await house.erasure.erase(by, by.org_id)
    assert len(erased.tx_hashes) == 5
    assert await house.store.stamps_of("acmecorp.test") == ()


async def test_a_projection_rebuilt_after_erasure_knows_nothing_of_the_erased(house, reopened) -> None:
    by, stamp = await furnished(house)
    await house.erasure.erase(by, by.org_id)
    rebuilt = await reopened(house, store=type(house.store)())
    assert await rebuilt.store.cursor(house.log.origin) == house.log.head.size
    assert await rebuilt.store.stamp(stamp.stamp_id) is None


async def test_on_sqlite_nothing_of_the_erased_is_left_on_the_disk(house, reopened, tmp_path) -> None:
    database = Database.open(tmp_path)
    disk = await reopened(house, store=SqliteRecords(database), trees=SqliteTrees(database))
    by, stamp = await furnished(disk)
    await disk.erasure.erase(by, by.org_id)
    await database.empty_log()
    await disk.log.close()
    database.close()
    octets = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert stamp.token.encode() not in octets
    assert b'"dmarc":"pass"' not in octets
    assert stamp.stamp_id.encode() in octets
