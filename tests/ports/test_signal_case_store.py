"""The laws of `CaseStore`, shown by SQLite and by its twin alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from frankmark.adapters.memory.records_signal_cases import MemoryCases
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.records_signal_cases import SqliteCases
from frankmark.foundation.errors import Refused
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.rows import NewAudit
from frankmark.ports.signal_cases import CaseCount, CaseMove, CaseRow, CaseStore

ALL = Page(limit=MAX_LIMIT)
DAY = 86_400
CASE = CaseRow(
    case_id="cs_01",
    brand="br_01",
    org_id="org_01",
    artifact_type="domain",
    artifact="other.example",
    reason_code="NOT_OURS",
    opened_s=1_000,
    expires_s=1_000 + 90 * DAY,
    state="observed",
    version=1,
    opener_role="brand",
    opener="key_01",
    opener_org="org_01",
    moved_s=1_000,
    due_s=1_000 + 30 * DAY,
    evidence=("ab" * 32 + " image/png",),
)
OPENED = CaseMove(
    case_id="cs_01",
    version=1,
    came_from="",
    gone_to="observed",
    role="brand",
    actor="key_01",
    actor_org="org_01",
    at_s=1_000,
    reason="seen on a poster",
    salt="00" * 32,
)


def act(name: str = "counterstamp.move") -> NewAudit:
    return NewAudit(at_ms=60, actor="key_01", org_id="org_01", act=name, target="cs_01")


@dataclass(frozen=True)
class Kept:
    """A store, and how many acts its audit trail holds."""

    store: CaseStore
    acts: Callable[[], int]


@pytest.fixture(params=["sqlite", "memory"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        twin = MemoryCases()
        yield Kept(twin, lambda: len(twin.acts))
        return
    database = Database.open(tmp_path)
    yield Kept(SqliteCases(database), lambda: int(next(iter(database.read("SELECT count(*) FROM audit", ())))[0]))
    database.close()


@pytest.fixture
def store(kept: Kept) -> CaseStore:
    return kept.store


def case(number: int, **changes: object) -> CaseRow:
    return replace(CASE, case_id=f"cs_{number:02}", artifact=f"n{number}.example", **changes)


def first(row: CaseRow) -> CaseMove:
    return replace(OPENED, case_id=row.case_id)


async def opened(store: CaseStore, *rows: CaseRow) -> None:
    for row in rows:
        assert await store.add_case(row, first(row), act("counterstamp.open"))


def moved(row: CaseRow, state: str, **changes: object) -> tuple[CaseRow, CaseMove]:
    due = None if state in {"revoked", "expired"} else row.due_s
    after = replace(row, state=state, version=row.version + 1, moved_s=row.moved_s + 5, due_s=due)
    move = replace(OPENED, case_id=row.case_id, version=after.version, came_from=row.state, gone_to=state)
    return after, replace(move, **changes)


async def test_a_case_is_kept_with_its_first_move_and_the_act(kept: Kept) -> None:
    await opened(kept.store, CASE)
    assert await kept.store.case("cs_01") == CASE
    assert list(await kept.store.moves("cs_01")) == [OPENED]
    assert kept.acts() == 1
    assert await kept.store.case("cs_02") is None
    assert list(await kept.store.moves("cs_02")) == []


async def test_of_one_brand_and_channel_one_case_is_open(kept: Kept) -> None:
    store = kept.store
    rows = [replace(CASE, case_id=f"cs_{number:02}") for number in range(8)]
    done = await asyncio.gather(*(store.add_case(row, first(row), act()) for row in rows))
    assert sorted(done) == [False] * 7 + [True]
    assert kept.acts() == 1
    (kept_row,) = (await store.cases(ALL)).items
    assert await store.open_case("br_01", "domain", "other.example") == kept_row
    assert await store.open_case("br_02", "domain", "other.example") is None
    assert await store.open_case("br_01", "shortlink", "other.example") is None
    # Another brand, and the same brand once the case has ended.
    other = replace(CASE, case_id="cs_20", brand="br_02")
    await opened(store, other)
    assert await store.move_case(*moved(kept_row, "revoked"), act())
    assert await store.open_case("br_01", "domain", "other.example") is None
    await opened(store, replace(CASE, case_id="cs_21"))


async def test_of_concurrent_moves_from_one_version_one_is_made_and_written_whole(kept: Kept) -> None:
    store = kept.store
    await opened(store, CASE)
    wishes = [moved(CASE, state, actor=f"key_{at}") for at, state in enumerate(["under_review", "revoked"] * 6)]
    done = await asyncio.gather(*(store.move_case(*wish, act()) for wish in wishes))
    assert sum(done) == 1
    made = wishes[done.index(True)]
    assert await store.case("cs_01") == made[0]
    assert list(await store.moves("cs_01")) == [OPENED, made[1]]
    assert kept.acts() == 2
    for stale in ("under_review", "revoked", "expired"):
        assert not await store.move_case(*moved(CASE, stale), act())
    assert not await store.move_case(*moved(replace(made[0], version=7), "expired"), act())
    assert not await store.move_case(*moved(replace(CASE, case_id="cs_99"), "revoked"), act())
    assert kept.acts() == 2


async def test_a_move_leaves_alone_what_never_changes(store: CaseStore) -> None:
    await opened(store, CASE)
    after, move = moved(CASE, "under_review")
    forged = replace(
        after,
        brand="br_99",
        org_id="org_99",
        artifact_type="telegram",
        artifact="@x",
        reason_code="NO_LONGER_OURS",
        opened_s=1,
        expires_s=2,
        opener_role="system",
        opener="nobody",
        opener_org="none",
        evidence=(*CASE.evidence, "cd" * 32 + " text/plain"),
        disputed_s=77,
    )
    assert await store.move_case(forged, move, act())
    assert await store.case("cs_01") == replace(after, evidence=forged.evidence, disputed_s=77)


async def test_what_was_spent_once_moves_nothing_again(kept: Kept) -> None:
    store, two = kept.store, case(2)
    await opened(store, CASE, two)
    assert await store.move_case(*moved(CASE, "under_review", spent="aa" * 32, proof="j.w.s"), act())
    assert (await store.moves("cs_01"))[1].proof == "j.w.s"
    before = kept.acts()
    assert not await store.move_case(*moved(two, "under_review", spent="aa" * 32), act())
    assert await store.case("cs_02") == two
    assert kept.acts() == before
    assert await store.move_case(*moved(two, "under_review", spent="bb" * 32), act())


async def test_of_two_that_spend_the_same_at_once_one_moves(store: CaseStore) -> None:
    rows = [case(number) for number in range(6)]
    await opened(store, *rows)
    done = await asyncio.gather(*(store.move_case(*moved(row, "revoked", spent="cc" * 32), act()) for row in rows))
    assert sum(done) == 1


async def test_lists_are_narrowed_and_walked_in_parts(store: CaseStore) -> None:
    rows = [case(number, org_id=f"org_{number % 2}", brand=f"br_{number % 3}") for number in range(12)]
    await opened(store, *rows)
    assert await store.move_case(*moved(rows[4], "revoked"), act())
    for limit in (1, 5, 12, 500):
        found, after = [], ""
        while True:
            part = await store.cases(Page(after=after, limit=limit))
            found += part.items
            after = part.next
            if not after:
                break
        assert [row.case_id for row in found] == [row.case_id for row in rows]
    assert [row.case_id for row in (await store.cases(ALL, org_id="org_1")).items] == [
        row.case_id for row in rows if row.org_id == "org_1"
    ]
    assert [row.case_id for row in (await store.cases(ALL, state="revoked")).items] == ["cs_04"]
    assert (await store.cases(ALL, org_id="org_1", state="revoked")).items == ()
    assert "cs_04" not in {row.case_id for row in (await store.open_cases(ALL)).items}
    assert [row.case_id for row in (await store.open_cases(ALL, brand="br_1")).items] == ["cs_01", "cs_07", "cs_10"]
    cursor = (await store.cases(Page(limit=1))).next
    with pytest.raises(Refused, match="CURSOR_INVALID"):
        await store.open_cases(Page(after=cursor))


async def test_decisive_cases_are_those_confirmed_or_disputed_the_disputed_first(store: CaseStore) -> None:
    rows = [replace(CASE, case_id=f"cs_{number:02}", brand=f"br_{number:02}") for number in range(6)]
    await opened(store, *rows)
    states = ("confirmed", "observed", "disputed", "confirmed", "under_review", "disputed")
    for row, state in zip(rows, states, strict=True):
        assert await store.move_case(*moved(row, state), act())

    async def found(limit: int = 10, **brand: str) -> list[str]:
        return [row.case_id for row in await store.decisive_cases("domain", "other.example", limit, **brand)]

    assert await found() == ["cs_02", "cs_05", "cs_00", "cs_03"]
    assert await found(3) == ["cs_02", "cs_05", "cs_00"]
    assert await found(brand="br_03") == ["cs_03"]
    assert await found(brand="br_04") == []
    assert list(await store.decisive_cases("domain", "else.example", 10)) == []
    assert list(await store.decisive_cases("email", "other.example", 10)) == []


async def test_due_cases_come_the_longest_due_first_and_ended_ones_never(store: CaseStore) -> None:
    rows = [case(number, due_s=100 - number % 3) for number in range(6)]
    await opened(store, *rows)
    assert [row.case_id for row in await store.cases_due(99, 10)] == ["cs_02", "cs_05", "cs_01", "cs_04"]
    assert [row.case_id for row in await store.cases_due(100, 3)] == ["cs_02", "cs_05", "cs_01"]
    assert list(await store.cases_due(97, 10)) == []
    assert await store.move_case(*moved(rows[2], "expired"), act())
    assert [row.case_id for row in await store.cases_due(98, 10)] == ["cs_05"]


async def test_a_move_without_a_leaf_is_found_until_it_has_one_and_keeps_it(store: CaseStore) -> None:
    await opened(store, case(1), case(2))
    assert await store.move_case(*moved(case(1), "under_review"), act())
    waiting = [(move.case_id, move.version) for move in await store.moves_unlogged(10)]
    assert waiting == [("cs_01", 1), ("cs_02", 1), ("cs_01", 2)]
    assert len(await store.moves_unlogged(2)) == 2
    await store.move_logged("cs_01", 1, 7)
    await store.move_logged("cs_01", 1, 8)
    await store.move_logged("cs_77", 1, 9)
    assert (await store.moves("cs_01"))[0].leaf_index == 7
    assert [(move.case_id, move.version) for move in await store.moves_unlogged(10)] == waiting[1:]


async def test_cases_are_counted_by_month_kind_and_state_as_they_stand_then(store: CaseStore) -> None:
    january, march = 1_768_471_200, 1_772_323_200  # 2026-01-15, 2026-03-01T00:00:00Z
    rows = [
        case(1, opened_s=january, due_s=january + DAY),
        case(2, opened_s=march - 1, due_s=march + DAY),
        case(3, opened_s=march, due_s=march + DAY),
        case(4, opened_s=march, due_s=march + DAY, artifact_type="telegram"),
        case(5, opened_s=march, due_s=march + DAY, state="confirmed"),
        case(6, opened_s=march, due_s=march + DAY),
    ]
    await opened(store, *rows)
    assert list(await store.case_counts(march)) == [
        CaseCount(month="2026-01", artifact_type="domain", state="expired", count=1),
        CaseCount(month="2026-02", artifact_type="domain", state="observed", count=1),
        CaseCount(month="2026-03", artifact_type="domain", state="confirmed", count=1),
        CaseCount(month="2026-03", artifact_type="domain", state="observed", count=2),
        CaseCount(month="2026-03", artifact_type="telegram", state="observed", count=1),
    ]
    assert {each.state for each in await store.case_counts(march + DAY)} == {"expired"}


async def test_erasure_deletes_an_organisations_cases_with_everything_about_them(store: CaseStore) -> None:
    mine, theirs = case(1, org_id="org_07"), case(2)
    await opened(store, mine, theirs, case(3, org_id="org_07"))
    assert await store.erase_cases("org_07") == 2
    assert await store.erase_cases("org_07") == 0
    assert await store.case("cs_01") is None
    assert list(await store.moves("cs_01")) == []
    assert [move.case_id for move in await store.moves_unlogged(10)] == ["cs_02"]
    assert await store.case("cs_02") == theirs
