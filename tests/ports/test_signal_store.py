"""The laws of `SignalStore`, shown by SQLite and by its twin alike."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.adapters.memory.records_signal import MemorySignal
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.adapters.sqlite.records_signal import SqliteSignal
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.ports.paging import Page
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal import (
    Acceptance,
    BrandRow,
    ChannelRow,
    Control,
    ControlProof,
    KeptHead,
    PerimeterRow,
    SignalStore,
    covering_keys,
    overlap,
)

END = 10_000
BRAND = BrandRow(brand="br_1", org_id="org_1", name="Acme", domain="acme.test", seq=1, created_ms=5, until_ms=END)
PERIMETER = PerimeterRow(
    brand="br_1", seq=1, jws="h.p.s", digest="d1", jkt="k1", evidence='{"acme.test":["k1"]}', accepted_ms=5
)
DOMAIN = ChannelRow(
    brand="br_1",
    type="domain",
    value="acme.test",
    match="subtree",
    key="test.acme.",
    below=True,
    control=Control.PROVEN,
    until_ms=END,
)
NUMBER = replace(
    DOMAIN, type="whatsapp", value="+4912345678", match="exact", key="+4912345678", below=False, control=Control.CLAIMED
)
ACT = NewAudit(at_ms=50, actor="key_1", org_id="org_1", act="perimeter.publish", target="br_1", detail="{}")
OTHER = replace(BRAND, brand="br_2", org_id="org_2", name="Other", domain="other.test", created_ms=7)


def of(brand: BrandRow, channel: ChannelRow, **changes: object) -> ChannelRow:
    return replace(channel, brand=brand.brand, **changes)


def first(brand: BrandRow) -> PerimeterRow:
    return replace(PERIMETER, brand=brand.brand, digest=f"d-{brand.brand}")


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SignalStore]:
    if request.param == "memory":
        yield MemorySignal()
        return
    database = Database.open(tmp_path)
    yield SqliteSignal(database)
    database.close()


async def acts(store: SignalStore) -> list[NewAudit]:
    if isinstance(store, MemorySignal):
        return list(store.acts)
    assert isinstance(store, SqliteSignal)
    return list(reversed((await SqliteRecords(store._db).audit_trail(Page(limit=100))).items))


async def test_an_accepted_perimeter_is_served_only_with_its_place_in_the_log(store: SignalStore) -> None:
    assert await store.accept(BRAND, PERIMETER, (DOMAIN, NUMBER), ACT) is Acceptance.ACCEPTED
    assert await store.brand("br_1") == BRAND
    assert await store.newest("br_1") == PERIMETER
    assert await store.perimeter("br_1") is None
    assert (await store.perimeters("br_1", Page())).items == ()
    assert list(await store.unlogged()) == [PERIMETER]
    await store.log_perimeter("br_1", 1, 7)
    logged = replace(PERIMETER, leaf_index=7)
    assert await store.perimeter("br_1") == await store.perimeter("br_1", 1) == logged
    assert await store.perimeter("br_1", 2) is None
    assert (await store.perimeters("br_1", Page())).items == (logged,)
    assert not await store.unlogged()
    assert list(await store.channels_of("br_1")) == [DOMAIN, NUMBER]
    assert [act.act for act in await acts(store)] == ["perimeter.publish"]


async def test_only_the_next_perimeter_is_accepted_and_a_stale_one_changes_nothing(store: SignalStore) -> None:
    second = replace(PERIMETER, seq=2, digest="d2", jws="h.2.s")
    assert await store.accept(BRAND, second, (), ACT, prev="d1") is Acceptance.STALE
    assert await store.accept(BRAND, PERIMETER, (DOMAIN,), ACT) is Acceptance.ACCEPTED
    for stale, prev in ((PERIMETER, ""), (second, "d0"), (replace(second, seq=3), "d1"), (second, "")):
        assert await store.accept(BRAND, stale, (NUMBER,), ACT, prev=prev) is Acceptance.STALE
    assert list(await store.channels_of("br_1")) == [DOMAIN]
    changed = replace(BRAND, name="New", seq=2, until_ms=99, created_ms=77)
    assert await store.accept(changed, second, (NUMBER,), ACT, prev="d1") is Acceptance.ACCEPTED
    assert await store.brand("br_1") == replace(changed, created_ms=5)
    assert list(await store.channels_of("br_1")) == [NUMBER]
    for number, place in ((1, 3), (2, 4)):
        await store.log_perimeter("br_1", number, place)
    assert [row.seq for row in (await store.perimeters("br_1", Page(limit=10))).items] == [2, 1]
    part = await store.perimeters("br_1", Page(limit=1))
    assert [row.seq for row in (await store.perimeters("br_1", Page(after=part.next, limit=1))).items] == [1]
    with pytest.raises(Refused):
        await store.perimeters("br_1", Page(after="nonsense"))


async def test_of_two_brands_that_race_for_a_channel_one_gets_it(store: SignalStore) -> None:
    rivals = [BRAND, OTHER, replace(OTHER, brand="br_3", domain="third.test")]
    got = await asyncio.gather(*(store.accept(each, first(each), (of(each, NUMBER),), ACT) for each in rivals))
    assert sorted(got) == [Acceptance.ACCEPTED, Acceptance.CLAIMED, Acceptance.CLAIMED]
    holders = await store.channels_on("whatsapp", NUMBER.key, 50)
    assert [row.brand for row in holders] == [
        each.brand for each, one in zip(rivals, got, strict=True) if one == "accepted"
    ]


@pytest.mark.parametrize(
    ("held", "wanted", "meet"),
    [
        (("test.acme.", True), ("test.acme.", False), True),
        (("test.acme.", True), ("test.acme.shop.", False), True),
        (("test.acme.shop.", False), ("test.acme.", True), True),
        (("test.acme.", False), ("test.acme.shop.", False), False),
        (("test.acme.", True), ("test.acmetoo.", False), False),
        (("test.acme.shop.", True), ("test.acme.", False), False),
    ],
)
async def test_a_channel_that_covers_another_is_the_same_channel(
    store: SignalStore, held: tuple[str, bool], wanted: tuple[str, bool], *, meet: bool
) -> None:
    one = replace(DOMAIN, key=held[0], below=held[1], value=f"a{held[0]}")
    other = of(OTHER, DOMAIN, key=wanted[0], below=wanted[1], value=f"b{wanted[0]}")
    assert overlap(one, other) is meet
    await store.accept(BRAND, PERIMETER, (one,), ACT)
    assert bool(await store.overlapping(other, 50)) is meet
    assert (await store.accept(OTHER, first(OTHER), (other,), ACT) is Acceptance.CLAIMED) is meet


async def test_what_has_ended_or_was_given_up_is_free(store: SignalStore) -> None:
    await store.accept(BRAND, PERIMETER, (NUMBER,), ACT)
    assert await store.accept(OTHER, first(OTHER), (of(OTHER, NUMBER),), ACT) is Acceptance.CLAIMED
    late = replace(ACT, at_ms=END)
    assert await store.accept(OTHER, first(OTHER), (of(OTHER, NUMBER, until_ms=2 * END),), late) is Acceptance.ACCEPTED
    assert [row.brand for row in await store.channels_on("whatsapp", NUMBER.key, END)] == ["br_2"]
    withdrawn = replace(first(OTHER), seq=2, digest="x")
    assert await store.accept(replace(OTHER, seq=2, until_ms=0), withdrawn, (), late, prev="d-br_2") == "accepted"
    again = replace(PERIMETER, seq=2, digest="d2")
    assert await store.accept(BRAND, again, (NUMBER,), late, prev="d1") is Acceptance.ACCEPTED


async def test_a_proven_channel_displaces_a_claimed_one_and_tells_its_organisation(store: SignalStore) -> None:
    await store.accept(BRAND, PERIMETER, (DOMAIN, NUMBER), ACT)
    claimed, proven = of(OTHER, NUMBER), of(OTHER, NUMBER, control=Control.PROVEN)
    assert await store.accept(OTHER, first(OTHER), (claimed,), ACT) is Acceptance.CLAIMED
    assert await store.accept(OTHER, first(OTHER), (proven,), ACT) is Acceptance.ACCEPTED
    assert list(await store.channels_of("br_1")) == [DOMAIN, replace(NUMBER, control=Control.DISPLACED)]
    told = next(act for act in await acts(store) if act.act == "channel.displaced")
    assert (told.org_id, told.target, json.loads(told.detail)["value"]) == ("org_1", "br_1", NUMBER.value)
    assert "br_2" not in told.detail
    assert not await store.overlapping(proven, 50)
    third = replace(OTHER, brand="br_3", domain="third.test")
    assert await store.accept(third, first(third), (of(third, proven),), ACT) is Acceptance.CLAIMED


async def test_a_domain_yields_where_its_name_servers_vouch_for_another(store: SignalStore) -> None:
    await store.accept(BRAND, PERIMETER, (DOMAIN,), ACT)
    heir = replace(OTHER, domain="acme.test")
    wanted = of(heir, DOMAIN)
    assert await store.accept(heir, first(heir), (wanted,), ACT) is Acceptance.CLAIMED
    assert await store.accept(heir, first(heir), (), ACT) is Acceptance.CLAIMED
    lapsed = (("br_1", "acme.test"),)
    assert await store.accept(heir, first(heir), (wanted,), ACT, lapsed=lapsed) is Acceptance.ACCEPTED
    old = await store.brand("br_1")
    assert old is not None
    assert old.until_ms == 0
    assert await store.brand_at("acme.test", 50) == heir
    assert [row.brand for row in await store.channels_on("domain", "test.acme.", 50)] == ["br_2"]


async def test_the_brand_at_an_anchor_is_the_one_whose_perimeter_holds_else_the_newest(store: SignalStore) -> None:
    await store.accept(BRAND, PERIMETER, (), ACT)
    late = replace(OTHER, domain="acme.test", until_ms=3 * END)
    assert await store.accept(late, first(late), (), replace(ACT, at_ms=END)) is Acceptance.ACCEPTED
    assert await store.brand_at("acme.test", END) == late
    assert await store.brand_at("acme.test", 4 * END) == late
    assert await store.brand_at("nobody.test", 50) is None
    assert await store.brand_at("", 50) is None
    assert [row.brand for row in (await store.brands(Page(limit=10))).items] == ["br_1", "br_2"]
    assert [row.brand for row in (await store.brands(Page(), org_id="org_2")).items] == ["br_2"]


async def test_the_most_particular_channel_comes_first(store: SignalStore) -> None:
    wide = replace(DOMAIN, type="shortlink", value="https://l.test/", key="https://l.test/", match="prefix")
    narrow = replace(wide, value="https://l.test/a/", key="https://l.test/a/")
    exact = replace(wide, value="https://l.test/a/b", key="https://l.test/a/b", below=False, match="exact")
    await store.accept(BRAND, PERIMETER, (wide, exact, narrow), ACT)
    assert list(await store.channels_on("shortlink", "https://l.test/a/b", 50)) == [exact, narrow, wide]
    assert list(await store.channels_on("shortlink", "https://l.test/c", 50)) == [wide]
    assert list(await store.channels_on("shortlink", "https://l.test/a/b", END)) == []
    assert list(await store.channels_on("domain", "https://l.test/a/b", 50)) == []


async def test_control_that_is_shown_counts_for_the_organisation_and_is_remembered(store: SignalStore) -> None:
    await store.accept(BRAND, PERIMETER, (DOMAIN, NUMBER), ACT)
    proof = ControlProof(org_id="org_1", type="whatsapp", value=NUMBER.value, method="whatsapp-code", at_ms=60)
    stranger = replace(proof, org_id="org_9")
    await store.add_control(stranger, replace(ACT, org_id="org_9"))
    assert list(await store.channels_of("br_1")) == [DOMAIN, NUMBER]
    await store.add_control(proof, ACT)
    assert list(await store.channels_of("br_1")) == [DOMAIN, replace(NUMBER, control=Control.PROVEN)]
    again = replace(proof, at_ms=70)
    await store.add_control(again, ACT)
    assert list(await store.controls_of("org_1")) == [again]


async def test_erasure_leaves_numbers_hashes_and_places_and_nothing_else(store: SignalStore) -> None:
    for brand in (BRAND, OTHER):
        await store.accept(brand, first(brand), (of(brand, DOMAIN, value=brand.domain, key=brand.domain),), ACT)
    await store.add_control(ControlProof(org_id="org_1", type="telegram", value="@a", method="m", at_ms=1), ACT)
    await store.log_perimeter("br_1", 1, 4)
    assert list(await store.erase_brands("org_1", replace(ACT, at_ms=99))) == [4]
    assert await store.brand("br_1") == replace(BRAND, name="", domain="", until_ms=0)
    erased = replace(first(BRAND), jws="", evidence="", leaf_index=4, erased_ms=99)
    assert await store.perimeter("br_1") == erased
    assert not await store.channels_of("br_1")
    assert not await store.controls_of("org_1")
    assert [row.brand for row in await store.unlogged()] == ["br_2"]
    assert await store.channels_of("br_2")
    assert list(await store.erase_brands("org_1", ACT)) == [4]


async def test_the_newest_head_of_a_time_is_found_that_covers_a_leaf(store: SignalStore) -> None:
    heads = [KeptHead(log="l", size=size, at_ms=at, sth=f"s{size}", note=b"n") for size, at in ((0, 1), (3, 5), (9, 8))]
    for head in (*heads, replace(heads[1], at_ms=6), replace(heads[2], log="m")):
        await store.keep_head(head)
    assert await store.head_covering("l", 2, 100) == heads[2]
    assert await store.head_covering("l", 2, 7) == heads[1]
    assert await store.head_covering("l", 3, 7) is None
    assert await store.head_covering("l", 2, 4) is None
    assert await store.head_covering("x", 0, 100) is None


async def test_the_version_is_another_one_after_every_change(store: SignalStore) -> None:
    seen = [store.version()]
    await store.accept(BRAND, PERIMETER, (DOMAIN, NUMBER), ACT)
    seen.append(store.version())
    await store.log_perimeter("br_1", 1, 0)
    seen.append(store.version())
    await store.add_control(ControlProof(org_id="org_1", type="t", value="v", method="m", at_ms=1), ACT)
    seen.append(store.version())
    await store.erase_brands("org_1", ACT)
    seen.append(store.version())
    assert len(set(seen)) == 5


async def test_a_twin_that_is_told_to_fail_does_so() -> None:
    twin = MemorySignal()
    twin.switches.refuse("accept", Unavailable(StoreReason.STORE_FULL, ""))
    with pytest.raises(Unavailable):
        await twin.accept(BRAND, PERIMETER, (), ACT)
    assert await twin.brand("br_1") is None


@given(labels=st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=5), below=st.booleans())
def test_whatever_covers_a_key_is_among_its_covering_keys(labels: list[str], *, below: bool) -> None:
    key = "".join(f"{label}." for label in labels)
    keys = list(covering_keys(key))
    assert len(keys) == len(set(keys))
    for count in range(1, len(labels) + 1):
        above = "".join(f"{label}." for label in labels[:count])
        one = replace(DOMAIN, key=above, below=True)
        assert overlap(one, replace(DOMAIN, key=key, below=below))
        assert above in keys
