"""Mail addresses: the code in the mailbox, and a record that names nobody."""

import asyncio
import re

import pytest

from frankmark.adapters.memory.post import MemoryPost
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.post import PostReason
from frankmark.protocols.securestamp.reasons import RevocationReason
from frankmark.services.attachments import Attachment
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.reasons import ServiceReason
from frankmark.services.senders import SenderNames

ALL = Page(limit=MAX_LIMIT)
MINUTE_MS = 60_000
ALICE = "alice@acmecorp.test"


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


def code_in(house, place: int = -1) -> str:
    return re.search(r"\n    ([A-Z2-7]{6})\n", house.post.letters[place].text)[1]


async def registered(house, address: str = ALICE):
    by = await house.organisation()
    return by, await house.addresses.register(by, by.org_id, address)


@pytest.mark.row("W7")
async def test_who_knows_the_code_holds_the_address_and_the_ledger_says_so(house) -> None:
    by, row = await registered(house)
    assert house.post.letters[0].recipient == ALICE
    verified, stamp = await house.addresses.verify(row.address_id, code_in(house))
    assert verified.verified_ms == house.clock.now_ms()
    assert (stamp.subject, stamp.domain, stamp.org_id, stamp.token) == (row.lookup, "acmecorp.test", by.org_id, "")
    logged = await house.log.row(stamp.entry_index)
    asset = Attachment.parse(logged.attachment).asset
    assert asset["subjectHash"] == sha256(bytes.fromhex(row.salt), ALICE.encode()).hex()
    assert stamp.tx_hash == sha256(logged.data).hex()
    assert await house.store.stamps_of("acmecorp.test") == ()  # nothing for the domain
    assert await house.store.addresses_by_lookup(row.lookup) == (verified,)


async def test_a_code_is_read_in_either_case_and_with_space_around_it(house) -> None:
    _, row = await registered(house)
    assert await house.addresses.verify(row.address_id, f" {code_in(house).lower()}\n")


async def test_an_address_is_nowhere_but_in_the_letter(house) -> None:
    _, row = await registered(house)
    await house.addresses.verify(row.address_id, code_in(house))
    kept = repr(vars(house.store)) + repr([row.attachment for row in await house.log.rows(0, 1)])
    assert "alice" not in kept
    assert code_in(house).lower() not in kept
    assert "alice" not in repr(house.post.letters[0])


async def test_the_name_of_an_address_needs_the_nodes_secret(house) -> None:
    _, row = await registered(house)
    names = SenderNames(secret=house.keyring.secret)
    assert names.lookup("alice@ACMEcorp.test") == row.lookup
    assert names.lookup("Alice@acmecorp.test") != row.lookup  # a local part is the domain's own affair
    assert SenderNames(secret=b"\x00" * 32).lookup(ALICE) != row.lookup
    assert "secret" not in repr(names)


async def test_a_wrong_code_costs_a_try_and_five_are_all(house) -> None:
    _, row = await registered(house)
    right = code_in(house)
    wrong = "AAAAAA" if right != "AAAAAA" else "BBBBBB"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Refused) as raised:
            await house.addresses.verify(row.address_id, wrong)
        assert raised.value.code is ServiceReason.CODE_WRONG
        assert f"{left} tries" in raised.value.detail
    await refused(house.addresses.verify(row.address_id, right), ServiceReason.CODE_NOT_OPEN)
    assert await house.log.rows(0, house.log.head.size) == []


async def test_a_code_is_good_for_15_minutes_and_once(house) -> None:
    _, row = await registered(house)
    house.clock.pass_ms(15 * MINUTE_MS)
    await refused(house.addresses.verify(row.address_id, code_in(house)), ServiceReason.CODE_NOT_OPEN)
    _, again = await registered(house)
    await house.addresses.verify(again.address_id, code_in(house))
    await refused(house.addresses.verify(again.address_id, code_in(house)), ServiceReason.CODE_NOT_OPEN)
    await refused(house.addresses.verify("adr_nobody", "AAAAAA"), ServiceReason.CODE_NOT_OPEN)


async def test_a_code_opens_its_own_registration_only(house) -> None:
    by, first = await registered(house)
    await house.addresses.register(by, by.org_id, "bob@acmecorp.test")
    await refused(house.addresses.verify(first.address_id, code_in(house)), ServiceReason.CODE_WRONG)


async def test_of_many_answers_at_once_one_is_taken(house) -> None:
    _, row = await registered(house)
    answering = (house.addresses.verify(row.address_id, code_in(house)) for _ in range(10))
    outcomes = await asyncio.gather(*answering, return_exceptions=True)
    assert sum(not isinstance(one, Error) for one in outcomes) == 1
    assert house.log.head.size == 1


async def test_registering_again_sends_a_new_code_and_ends_the_old_one(house) -> None:
    by, old = await registered(house)
    first = code_in(house)
    new = await house.addresses.register(by, by.org_id, ALICE)
    await refused(house.addresses.verify(old.address_id, first), ServiceReason.CODE_NOT_OPEN)
    assert (await house.addresses.verify(new.address_id, code_in(house)))[0].verified_ms


async def test_an_address_verified_again_keeps_its_stamp(house) -> None:
    by, row = await registered(house)
    _, stamp = await house.addresses.verify(row.address_id, code_in(house))
    again = await house.addresses.register(by, by.org_id, ALICE)
    assert (await house.addresses.verify(again.address_id, code_in(house)))[1] == stamp
    await house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    third = await house.addresses.register(by, by.org_id, ALICE)
    assert (await house.addresses.verify(third.address_id, code_in(house)))[1].stamp_id != stamp.stamp_id


async def test_a_stamp_of_an_address_is_neither_renewed_nor_published(house) -> None:
    by, row = await registered(house)
    _, stamp = await house.addresses.verify(row.address_id, code_in(house))
    house.clock.pass_days(340)
    assert await house.stamps.renew_due() == 0
    await refused(house.stamps.renew(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)
    await refused(house.stamps.reissue(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)
    await refused(house.stamps.publication(by, stamp.stamp_id), ServiceReason.STAMP_NOT_RENEWABLE)


@pytest.mark.parametrize(("language", "word"), [("en", "code"), ("es", "código"), ("fr", "code"), ("ja", "コード")])
async def test_the_letter_speaks_the_readers_language(house, language: str, word: str) -> None:
    by = await house.organisation()
    await house.addresses.register(by, by.org_id, ALICE, language=language)
    letter = house.post.letters[0]
    assert word in letter.subject
    assert letter.language == language
    assert code_in(house)


async def test_without_a_way_out_for_mail_nothing_is_registered(house, reopened) -> None:
    mute = await reopened(house, post=None)
    by = await mute.organisation()
    await refused(mute.addresses.register(by, by.org_id, ALICE), ServiceReason.MAIL_NOT_CONFIGURED, Unavailable)
    assert (await mute.addresses.addresses(by, ALL, org_id=by.org_id)).items == ()


async def test_a_letter_that_does_not_go_out_is_told(house) -> None:
    by = await house.organisation()
    house.post.switches.refuse("send", Unavailable(PostReason.MAIL_UNAVAILABLE, ""))
    await refused(house.addresses.register(by, by.org_id, ALICE), PostReason.MAIL_UNAVAILABLE, Unavailable)
    assert isinstance(house.post, MemoryPost)
    assert house.post.letters == []


@pytest.mark.parametrize(
    "address", ["", "alice", "@acmecorp.test", "a@b@", "alice@acmecorp.test\r\nBcc: x@y.test", "a" * 300 + "@x.test"]
)
async def test_what_is_no_address_gets_no_letter(house, address: str) -> None:
    by = await house.organisation()
    await refused(house.addresses.register(by, by.org_id, address), ServiceReason.INVALID_ADDRESS, Malformed)
    assert house.post.letters == []


async def test_an_organisation_registers_for_itself(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    await refused(house.addresses.register(other, by.org_id, ALICE), ServiceReason.FORBIDDEN)
    await refused(house.addresses.register(LOCAL_ADMIN, "org_nobody", ALICE), ServiceReason.NOT_FOUND)
    await refused(house.addresses.addresses(other, ALL, org_id=by.org_id), ServiceReason.FORBIDDEN)
    await refused(house.addresses.addresses(other, ALL), ServiceReason.FORBIDDEN)
    assert (await house.addresses.addresses(LOCAL_ADMIN, ALL)).items == ()


async def test_a_verified_address_that_the_ledger_missed_is_written_later(house) -> None:
    _, row = await registered(house)
    house.trees.switches.refuse("stage", Unavailable(StoreReason.STORE_FULL, ""))
    verifying = house.addresses.verify(row.address_id, code_in(house))
    await refused(verifying, StoreReason.STORE_FULL, Unavailable)
    assert await house.addresses.anchor_missing() == 1
    assert await house.addresses.anchor_missing() == 0
    (stamp,) = await house.store.address_stamps(row.lookup)
    assert stamp.org_id == row.org_id


async def test_missing_records_are_looked_for_in_every_part_of_the_list(house) -> None:
    by = await house.organisation()
    for i in range(101):
        row = await house.addresses.register(by, by.org_id, f"a{i}@acmecorp.test")
    house.trees.switches.refuse("stage", Unavailable(StoreReason.STORE_FULL, ""))
    verifying = house.addresses.verify(row.address_id, code_in(house))
    await refused(verifying, StoreReason.STORE_FULL, Unavailable)
    assert await house.addresses.anchor_missing() == 1


async def test_an_address_that_is_not_verified_gets_no_stamp(house) -> None:
    _, row = await registered(house)
    await refused(house.stamps.issue_for_address(LOCAL_ADMIN, row), ServiceReason.CODE_NOT_OPEN)
    assert await house.addresses.anchor_missing() == 0


async def test_a_contact_is_an_address_that_was_verified(house) -> None:
    by, row = await registered(house)
    setting = house.registry.set_contact(by, by.org_id, ALICE)
    await refused(setting, ServiceReason.CONTACT_NOT_VERIFIED)
    await house.addresses.verify(row.address_id, code_in(house))
    assert (await house.registry.set_contact(by, by.org_id, ALICE)).contact == ALICE
    other = await house.organisation("Other")
    await refused(house.registry.set_contact(other, other.org_id, ALICE), ServiceReason.CONTACT_NOT_VERIFIED)
    await refused(house.registry.set_contact(by, by.org_id, "nobody"), ServiceReason.INVALID_ADDRESS, Malformed)
    trail = (await house.store.audit_trail(ALL)).items
    assert "alice" not in repr(trail)
