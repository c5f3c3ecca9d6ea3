"""Who may do what: keys, rotation without interruption, one-time links, sessions."""

import pytest

from frankmark.adapters.memory.records import MemoryRecords
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.ports.durability import StoreReason
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.services.access import Access
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role, require, require_organisation
from frankmark.services.reasons import ServiceReason

ALL = Page(limit=MAX_LIMIT)
DAY_MS = 86_400_000


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


# Roles.


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_may_do_what_any_role_may(role: Role) -> None:
    assert require(LOCAL_ADMIN, role) is LOCAL_ADMIN
    assert require_organisation(LOCAL_ADMIN, "org_x", role) is LOCAL_ADMIN


def test_nobody_is_told_to_say_who_asks() -> None:
    with pytest.raises(Unverified) as raised:
        require(None, Role.READER)
    assert raised.value.code is ServiceReason.AUTH_REQUIRED


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMIN])
def test_a_role_that_is_not_named_is_refused(role: Role) -> None:
    principal = Principal(actor="key_1", org_id="org_1", role=role)
    with pytest.raises(Refused) as raised:
        require(principal)
    assert raised.value.code is ServiceReason.FORBIDDEN
    assert require(principal, role) is principal


def test_a_key_acts_for_its_own_organisation_only() -> None:
    principal = Principal(actor="key_1", org_id="org_1", role=Role.ORG)
    assert require_organisation(principal, "org_1") is principal
    for other in ("org_2", ""):
        with pytest.raises(Refused) as raised:
            require_organisation(principal, other)
        assert raised.value.code is ServiceReason.FORBIDDEN


# Keys.


@pytest.mark.row("W38")
async def test_a_key_is_shown_once_and_kept_as_a_digest(house) -> None:
    made = await house.access.create_key(LOCAL_ADMIN, Role.ADMIN, "operations")
    assert made.text not in repr(made)
    assert made.text not in repr(vars(house.store))
    assert (await house.store.api_key(made.key.key_id)).prefix == made.text[:14]
    principal = await house.access.resolve_key(made.text)
    assert principal == Principal(actor=made.key.key_id, org_id="", role=Role.ADMIN)
    assert ("admin", "key.create", made.key.key_id) in await house.acts()


@pytest.mark.parametrize(
    ("role", "of_organisation"),
    [(Role.ORG, False), (Role.RECEIVER, False), (Role.READER, False), (Role.ADMIN, True), (Role.REVIEWER, True)],
)
async def test_a_role_that_needs_an_organisation_gets_one_and_no_other_does(house, role, of_organisation) -> None:
    org_id = (await house.organisation()).org_id if of_organisation else ""
    made = house.access.create_key(LOCAL_ADMIN, role, "x", org_id=org_id)
    await refused(made, ServiceReason.VALIDATION_FAILED)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "\x00"])
async def test_a_key_has_a_name_for_people(house, name: str) -> None:
    await refused(house.access.create_key(LOCAL_ADMIN, Role.ADMIN, name), ServiceReason.VALIDATION_FAILED)


async def test_an_organisation_makes_keys_for_itself_and_for_nobody_else(house) -> None:
    by, other = await house.organisation(), await house.organisation("Other")
    made = await house.access.create_key(by, Role.RECEIVER, "milter", org_id=by.org_id)
    assert (await house.access.resolve_key(made.text)).org_id == by.org_id
    for attempt in (
        house.access.create_key(by, Role.RECEIVER, "x", org_id=other.org_id),
        house.access.create_key(by, Role.ADMIN, "x"),
        house.access.revoke_key(by, other.actor),
        house.access.rotate_key(by, other.actor),
        house.access.keys(by, ALL, org_id=other.org_id),
        house.access.keys(by, ALL),
    ):
        await refused(attempt, ServiceReason.FORBIDDEN)


async def test_a_key_for_an_organisation_of_nobody_is_refused(house) -> None:
    made = house.access.create_key(LOCAL_ADMIN, Role.ORG, "x", org_id="org_nobody")
    await refused(made, ServiceReason.NOT_FOUND)


async def test_two_keys_of_an_organisation_and_role_are_active_and_no_third(house) -> None:
    by = await house.organisation()
    await house.access.create_key(by, Role.ORG, "second", org_id=by.org_id)
    await refused(house.access.create_key(by, Role.ORG, "third", org_id=by.org_id), ServiceReason.KEY_LIMIT)
    assert len((await house.access.keys(by, ALL, org_id=by.org_id)).items) == 2


async def test_the_nodes_own_people_have_as_many_keys_as_there_are_people(house) -> None:
    for i in range(5):
        await house.access.create_key(LOCAL_ADMIN, Role.REVIEWER, f"person {i}")
    assert len((await house.access.keys(LOCAL_ADMIN, ALL, org_id="")).items) == 5


@pytest.mark.row("W39")
async def test_a_rotation_lets_both_keys_work_and_then_only_the_new_one(house) -> None:
    made = await house.registry.create_organisation(LOCAL_ADMIN, "Acme")
    old = await house.access.create_key(LOCAL_ADMIN, Role.ORG, "ci", org_id=made.org_id)
    by = await house.access.resolve_key(old.text)
    new = await house.access.rotate_key(by, old.key.key_id, overlap_ms=DAY_MS)
    assert await house.access.resolve_key(old.text) == by
    assert (await house.access.resolve_key(new.text)).org_id == made.org_id
    house.clock.pass_ms(DAY_MS - 1)
    assert await house.access.resolve_key(old.text) == by
    house.clock.pass_ms(1)
    await refused(house.access.resolve_key(old.text), ServiceReason.INVALID_API_KEY, Unverified)
    assert (await house.access.resolve_key(new.text)).role is Role.ORG


async def test_a_second_rotation_waits_for_the_first_to_end(house) -> None:
    by = await house.organisation()
    new = await house.access.rotate_key(by, by.actor)
    await refused(house.access.rotate_key(by, new.key.key_id), ServiceReason.KEY_LIMIT)
    house.clock.pass_days(7)
    later = await house.access.resolve_key(new.text)
    assert (await house.access.rotate_key(later, new.key.key_id)).key.role == "org"


async def test_a_reader_rotates_its_own_key_and_nobody_elses(house) -> None:
    by = await house.organisation()
    made = await house.access.create_key(by, Role.READER, "dashboard", org_id=by.org_id)
    reader = await house.access.resolve_key(made.text)
    assert (await house.access.rotate_key(reader, reader.actor)).key.role == "reader"
    await refused(house.access.rotate_key(reader, by.actor), ServiceReason.FORBIDDEN)


async def test_a_revoked_key_is_over_at_once(house) -> None:
    made = await house.access.create_key(LOCAL_ADMIN, Role.ADMIN, "lost laptop")
    ended = await house.access.revoke_key(LOCAL_ADMIN, made.key.key_id)
    assert ended.revoked_ms == house.clock.now_ms()
    await refused(house.access.resolve_key(made.text), ServiceReason.INVALID_API_KEY, Unverified)
    await refused(house.access.revoke_key(LOCAL_ADMIN, made.key.key_id), ServiceReason.KEY_ENDED)
    await refused(house.access.rotate_key(LOCAL_ADMIN, made.key.key_id), ServiceReason.KEY_ENDED)
    await refused(house.access.revoke_key(LOCAL_ADMIN, "key_nobody"), ServiceReason.NOT_FOUND)


async def test_unknown_ended_and_malformed_keys_are_told_apart_by_nobody(house) -> None:
    made = await house.access.create_key(LOCAL_ADMIN, Role.ADMIN, "x")
    await house.access.revoke_key(LOCAL_ADMIN, made.key.key_id)
    stranger = await (await _fresh(house)).create_key(LOCAL_ADMIN, Role.ADMIN, "elsewhere")
    said = set()
    for text in (made.text, stranger.text):
        with pytest.raises(Unverified) as raised:
            await house.access.resolve_key(text)
        said.add((raised.value.code, raised.value.detail))
    assert len(said) == 1


async def _fresh(house):
    return Access(MemoryRecords(), house.clock, house.entropy, live=True)


async def test_a_demo_makes_test_keys(house) -> None:
    demo = Access(house.store, house.clock, house.entropy, live=False)
    assert (await demo.create_key(LOCAL_ADMIN, Role.ADMIN, "x")).text.startswith("ss_test_")


async def test_a_store_that_fails_makes_no_key(house) -> None:
    house.store.switches.refuse("add_api_key", Unavailable(StoreReason.STORE_FULL, ""))
    await refused(house.access.create_key(LOCAL_ADMIN, Role.ADMIN, "x"), StoreReason.STORE_FULL, Unavailable)
    assert (await house.access.keys(LOCAL_ADMIN, ALL)).items == ()


# Links and sessions.


async def test_a_link_opens_one_session_once(house) -> None:
    secret = await house.access.make_link(LOCAL_ADMIN)
    assert len(secret) == 43  # 256 bits
    assert secret not in repr(vars(house.store))
    session = await house.access.redeem_link(secret)
    assert await house.access.resolve_session(session.token) == LOCAL_ADMIN
    await refused(house.access.redeem_link(secret), ServiceReason.LINK_INVALID, Unverified)


async def test_a_link_is_good_for_15_minutes(house) -> None:
    secret = await house.access.make_link(LOCAL_ADMIN)
    house.clock.pass_ms(15 * 60_000)
    await refused(house.access.redeem_link(secret), ServiceReason.LINK_INVALID, Unverified)


async def test_a_new_link_ends_the_one_before(house) -> None:
    first = await house.access.make_link(LOCAL_ADMIN)
    await house.access.make_link(LOCAL_ADMIN)
    await refused(house.access.redeem_link(first), ServiceReason.LINK_INVALID, Unverified)


async def test_only_an_administrator_makes_links(house) -> None:
    await refused(house.access.make_link(await house.organisation()), ServiceReason.FORBIDDEN)


async def test_a_session_lasts_12_hours(house) -> None:
    session = await house.access.open_session(LOCAL_ADMIN)
    assert session.token not in repr(session)
    house.clock.pass_ms(12 * 3_600_000 - 1)
    assert await house.access.resolve_session(session.token) == LOCAL_ADMIN
    house.clock.pass_ms(1)
    await refused(house.access.resolve_session(session.token), ServiceReason.SESSION_ENDED, Unverified)


async def test_a_mutation_needs_the_sessions_own_form_token(house) -> None:
    session, other = await house.access.open_session(LOCAL_ADMIN), await house.access.open_session(LOCAL_ADMIN)
    assert await house.access.resolve_session(session.token, csrf=session.csrf) == LOCAL_ADMIN
    for csrf in (other.csrf, "", session.token):
        await refused(house.access.resolve_session(session.token, csrf=csrf), ServiceReason.CSRF_INVALID)


async def test_a_session_ends_when_it_is_closed_and_when_its_key_is_revoked(house) -> None:
    by = await house.organisation()
    first, second = await house.access.open_session(by), await house.access.open_session(by)
    assert await house.access.resolve_session(first.token) == by
    await house.access.close_session(first.token)
    await refused(house.access.resolve_session(first.token), ServiceReason.SESSION_ENDED, Unverified)
    await house.access.revoke_key(LOCAL_ADMIN, by.actor)
    await refused(house.access.resolve_session(second.token), ServiceReason.SESSION_ENDED, Unverified)
    await refused(house.access.resolve_session("nobody's"), ServiceReason.SESSION_ENDED, Unverified)
