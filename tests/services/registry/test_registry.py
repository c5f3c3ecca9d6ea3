"""Organisations, domains and the ownership challenge."""

import asyncio
from dataclasses import replace

import pytest

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.ports.fetch import Fetched
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.reasons import ServiceReason
from frankmark.services.registry import lapsed

ALL = Page(limit=MAX_LIMIT)
DAY_MS = 86_400_000


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


# Organisations.


async def test_only_an_administrator_makes_organisations(house) -> None:
    made = await house.registry.create_organisation(LOCAL_ADMIN, "  Acme Corporation ")
    assert made.org_id.startswith("org_01")
    assert made.org_id == made.org_id.lower()
    assert made.name == "Acme Corporation"
    assert (await house.registry.organisations(LOCAL_ADMIN, ALL)).items == (made,)
    by = await house.organisation()
    await refused(house.registry.create_organisation(by, "x"), ServiceReason.FORBIDDEN)
    await refused(house.registry.organisations(by, ALL), ServiceReason.FORBIDDEN)
    await refused(house.registry.organisation(by, made.org_id), ServiceReason.FORBIDDEN)
    await refused(house.registry.organisation(LOCAL_ADMIN, "org_nobody"), ServiceReason.NOT_FOUND)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x1bb"])
async def test_an_organisation_has_a_name_for_people(house, name: str) -> None:
    await refused(house.registry.create_organisation(LOCAL_ADMIN, name), ServiceReason.VALIDATION_FAILED)


# Which names may be registered.


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("com", ServiceReason.DOMAIN_PUBLIC_SUFFIX),
        ("co.uk", ServiceReason.DOMAIN_PUBLIC_SUFFIX),
        ("github.io", ServiceReason.DOMAIN_PUBLIC_SUFFIX),
        ("gmail.com", ServiceReason.DOMAIN_FREE_MAIL),
        ("GMail.COM.", ServiceReason.DOMAIN_FREE_MAIL),
        ("team.gmail.com", ServiceReason.DOMAIN_FREE_MAIL),
        ("proton.me", ServiceReason.DOMAIN_FREE_MAIL),
        ("not a domain", ServiceReason.INVALID_DOMAIN),
        ("https://acmecorp.test", ServiceReason.INVALID_DOMAIN),
        ("192.0.2.1", ServiceReason.INVALID_DOMAIN),
        ("a" * 64 + ".test", ServiceReason.INVALID_DOMAIN),
    ],
)
async def test_a_name_that_is_nobodys_own_is_refused(house, domain: str, code: ServiceReason) -> None:
    by = await house.organisation()
    kind = Malformed if code is ServiceReason.INVALID_DOMAIN else Refused
    await refused(house.registry.register_domain(by, by.org_id, domain), code, kind)
    assert (await house.registry.domains(by, ALL, org_id=by.org_id)).items == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("ACMEcorp.test.", "acmecorp.test"), ("bücher.test", "xn--bcher-kva.test"), ("a.b.acme.test", "a.b.acme.test")],
)
async def test_a_domain_is_kept_in_its_one_spelling(house, typed: str, kept: str) -> None:
    by = await house.organisation()
    assert (await house.registry.register_domain(by, by.org_id, typed)).record.domain == kept


async def test_selectors_are_kept_each_once_in_order_and_nonsense_is_refused(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test", selectors=("s2", "S1", "s2", "a._b"))
    assert asked.record.selectors == ("a._b", "s1", "s2")
    changed = await house.registry.set_selectors(by, by.org_id, "acmecorp.test", ("mail",))
    assert changed.selectors == ("mail",)
    for wrong in (("a b",), tuple(f"s{i}" for i in range(21))):
        setting = house.registry.set_selectors(by, by.org_id, "acmecorp.test", wrong)
        await refused(setting, ServiceReason.VALIDATION_FAILED)
    await refused(house.registry.set_selectors(by, by.org_id, "other.test", ("a",)), ServiceReason.NOT_FOUND)


# The challenge.


async def test_what_is_asked_for_is_what_the_contract_says(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    token = asked.publish.url.rpartition("/")[2]
    assert len(token) == 32
    assert asked.publish.record_name == "_securestamp-challenge.acmecorp.test"
    assert asked.publish.url == f"https://acmecorp.test/.well-known/securestamp-challenge/{token}"
    digest = sha256(f"{token}.{by.org_id}".encode())
    assert asked.publish.answer == "securestamp=" + b64url_encode(digest)
    assert asked.expires_ms == house.clock.now_ms() + DAY_MS


@pytest.mark.row("W6")
async def test_the_answer_in_the_dns_shows_ownership(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    house.net.texts[asked.publish.record_name] = [b"v=other", asked.publish.answer.encode()]
    record = await house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    assert (record.method, record.verified_ms) == ("dns", house.clock.now_ms())
    assert record.next_check_ms == house.clock.now_ms() + 30 * DAY_MS
    assert await house.registry.domain(by, by.org_id, "AcmeCorp.test") == record
    assert (by.actor, "domain.verify", "acmecorp.test") in await house.acts()


async def test_the_answer_at_the_url_shows_ownership(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    body = asked.publish.answer.encode()
    house.net.pages[asked.publish.url] = Fetched(status=200, body=body, url=asked.publish.url)
    assert (await house.registry.verify_domain(by, by.org_id, "acmecorp.test")).method == "https"


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 404},
        {"status": 301},
        {"body": b""},
        {"body": b"securestamp="},
        {"more": b"\n"},  # the whole body, exactly
        {"more": b"x"},
        {"url": "http://acmecorp.test/.well-known/securestamp-challenge/x"},  # a redirect that left TLS
    ],
    ids=str,
)
@pytest.mark.row("W6")
async def test_another_answer_at_the_url_shows_nothing(house, wrong) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    answer = {"status": 200, "body": asked.publish.answer.encode(), "url": asked.publish.url}
    more = wrong.pop("more", b"") if "more" in wrong else b""
    answer |= wrong
    answer["body"] += more
    house.net.pages[asked.publish.url] = Fetched(**answer)
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_NOT_ANSWERED)


@pytest.mark.row("W6")
async def test_another_text_in_the_dns_shows_nothing(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    mine = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    theirs = await house.registry.register_domain(other, other.org_id, "acmecorp.test")
    for text in (theirs.publish.answer, mine.publish.answer.upper(), mine.publish.answer[:-1], "securestamp="):
        house.net.texts[mine.publish.record_name] = [text.encode()]
        verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
        await refused(verifying, ServiceReason.CHALLENGE_NOT_ANSWERED)
    assert (await house.registry.domain(by, by.org_id, "acmecorp.test")).verified_ms is None


async def test_name_servers_that_fail_are_no_answer_either_way(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    house.net.failing.add(asked.publish.record_name)
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_UNAVAILABLE, Unavailable)


async def test_looking_may_be_repeated_and_answering_happens_once(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    for _ in range(3):
        verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
        await refused(verifying, ServiceReason.CHALLENGE_NOT_ANSWERED)
    house.net.texts[asked.publish.record_name] = [asked.publish.answer.encode()]
    await house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_NOT_OPEN)


async def test_two_answers_at_once_are_one(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    house.net.texts[asked.publish.record_name] = [asked.publish.answer.encode()]
    verifying = (house.registry.verify_domain(by, by.org_id, "acmecorp.test") for _ in range(5))
    outcomes = await asyncio.gather(*verifying, return_exceptions=True)
    assert sum(not isinstance(one, Error) for one in outcomes) == 1


async def test_a_challenge_is_open_for_24_hours(house) -> None:
    by = await house.organisation()
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    house.net.texts[asked.publish.record_name] = [asked.publish.answer.encode()]
    house.clock.pass_days(1)
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_NOT_OPEN)


async def test_registering_again_gives_a_new_challenge_and_ends_the_old_one(house) -> None:
    by = await house.organisation()
    old = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    new = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    assert old.publish.answer != new.publish.answer
    house.net.texts[old.publish.record_name] = [old.publish.answer.encode()]
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_NOT_ANSWERED)


async def test_what_is_not_registered_is_not_verified(house) -> None:
    by = await house.organisation()
    await refused(house.registry.verify_domain(by, by.org_id, "acmecorp.test"), ServiceReason.NOT_FOUND)
    await refused(house.registry.register_domain(LOCAL_ADMIN, "org_x", "acmecorp.test"), ServiceReason.NOT_FOUND)


async def test_an_organisation_sees_its_own_registrations_only(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    await house.own(by)
    for attempt in (
        house.registry.domain(other, by.org_id, "acmecorp.test"),
        house.registry.domains(other, ALL, org_id=by.org_id),
        house.registry.domains(other, ALL),
        house.registry.register_domain(other, by.org_id, "x.test"),
        house.registry.verify_domain(other, by.org_id, "acmecorp.test"),
        house.registry.set_selectors(other, by.org_id, "acmecorp.test", ()),
    ):
        await refused(attempt, ServiceReason.FORBIDDEN)
    assert len((await house.registry.domains(LOCAL_ADMIN, ALL)).items) == 1


async def test_the_public_answer_knows_every_holder(house) -> None:
    by = await house.organisation()
    await house.own(by)
    assert [row.org_id for row in await house.registry.holders("ACMECORP.test")] == [by.org_id]
    assert await house.registry.holders("nobody.test") == ()
    await refused(house.registry.holders("no domain"), ServiceReason.INVALID_DOMAIN, Malformed)


# Looking again.


async def due(house, by):
    return await house.registry.domain(by, by.org_id, "acmecorp.test")


async def test_ownership_is_looked_at_again_after_30_days_and_not_before(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.clock.pass_days(29.9)
    assert await house.registry.recheck_due() == 0
    house.clock.pass_days(0.1)
    assert await house.registry.recheck_due() == 1
    record = await due(house, by)
    assert (record.failures, record.next_check_ms) == (0, house.clock.now_ms() + 30 * DAY_MS)
    assert ("node", "domain.recheck-passed", "acmecorp.test") in await house.acts()


async def test_a_second_failure_in_a_row_ends_what_ownership_allows(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.net.texts.clear()
    for failures in (1, 2):
        house.clock.pass_days(30)
        await house.registry.recheck_due()
        record = await due(house, by)
        assert (record.failures, lapsed(record)) == (failures, failures == 2)


async def test_a_look_that_passes_forgives_the_failure_before(house) -> None:
    by = await house.organisation()
    await house.own(by)
    kept = dict(house.net.texts)
    house.net.texts.clear()
    house.clock.pass_days(30)
    await house.registry.recheck_due()
    house.net.texts |= kept
    house.clock.pass_days(30)
    await house.registry.recheck_due()
    assert (await due(house, by)).failures == 0


async def test_showing_ownership_anew_ends_the_lapse(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.net.texts.clear()
    for _ in range(2):
        house.clock.pass_days(30)
        await house.registry.recheck_due()
    await house.own(by)
    assert not lapsed(await due(house, by))


async def test_name_servers_that_fail_count_neither_way_and_are_asked_the_next_day(house) -> None:
    by = await house.organisation()
    await house.own(by)
    house.clock.pass_days(30)
    house.net.failing |= {"_securestamp-challenge.acmecorp.test", "_securestamp.acmecorp.test"}
    await house.registry.recheck_due()
    record = await due(house, by)
    assert (record.failures, record.next_check_ms) == (0, house.clock.now_ms() + DAY_MS)


async def test_a_published_stamp_shows_ownership_as_well_as_the_old_answer(house) -> None:
    by, stamp = await house.stamped()
    house.net.texts.clear()
    shown = await house.stamps.publication(by, stamp.stamp_id)
    house.net.texts[shown.name] = [shown.text.encode()]
    house.clock.pass_days(30)
    await house.registry.recheck_due()
    assert (await due(house, by)).failures == 0


async def test_a_published_stamp_of_another_organisation_shows_nothing(house) -> None:
    by, _ = await house.stamped()
    other = await house.organisation("Other")
    await house.own(other)
    stamp = await house.stamps.issue(other, other.org_id, "acmecorp.test")
    shown = await house.stamps.publication(other, stamp.stamp_id)
    house.net.texts.clear()
    house.net.texts[shown.name] = [shown.text.encode()]
    await house.registry.recheck_due()
    assert (await due(house, by)).failures == 1


async def test_a_second_holder_makes_the_first_be_looked_at_at_once(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    await house.own(by)
    house.clock.pass_days(1)
    await house.own(other)  # the zone now holds the other's answer only
    assert await house.registry.recheck_due() == 1
    assert (await due(house, by)).failures == 1


# What changes between a look and a write.


async def test_a_registration_that_went_meanwhile_is_not_written(house) -> None:
    by = await house.organisation()
    await house.own(by)
    record = await due(house, by)
    answer = house.net.resolve

    async def erasing(question):
        await house.store.erase_organisation(by.org_id, LOCAL_ADMIN.act(1, "test.erase", by.org_id))
        return await answer(question)

    house.net.resolve = erasing
    asked = await house.registry.register_domain(by, by.org_id, "acmecorp.test")
    house.net.texts[asked.publish.record_name] = [asked.publish.answer.encode()]
    verifying = house.registry.verify_domain(by, by.org_id, "acmecorp.test")
    await refused(verifying, ServiceReason.CHALLENGE_NOT_OPEN)
    house.net.texts.clear()
    await refused(house.registry.confirm(record), ServiceReason.CHALLENGE_NOT_ANSWERED)
    assert await house.store.domain_holders("acmecorp.test") == ()


# The store fails.


@pytest.mark.parametrize("method", ["add_domain", "domain_verified", "challenge"])
async def test_a_store_that_fails_verifies_nothing_and_another_try_goes_through(house, method: str) -> None:
    by = await house.organisation()
    house.store.switches.refuse(method, Unavailable(StoreReason.STORE_FULL, ""))
    await refused(house.own(by), StoreReason.STORE_FULL, Unavailable)
    assert await house.store.registered_domains() == ()
    assert await house.own(by) == "acmecorp.test"


async def test_an_answer_that_was_lost_after_the_write_is_found_in_the_store(house) -> None:
    by = await house.organisation()
    house.store.switches.lose_answer("domain_verified", Unavailable(StoreReason.STORE_LOCKED, ""))
    await refused(house.own(by), StoreReason.STORE_LOCKED, Unavailable)
    assert (await due(house, by)).verified_ms is not None


async def test_an_erased_organisation_registers_nothing(house) -> None:
    by = await house.organisation()
    erased = replace(house.store.organisation_rows[by.org_id], erased_ms=1)
    house.store.organisation_rows[by.org_id] = erased
    await refused(house.registry.register_domain(by, by.org_id, "acmecorp.test"), ServiceReason.NOT_FOUND)
    await refused(house.registry.organisation(by, by.org_id), ServiceReason.NOT_FOUND)
