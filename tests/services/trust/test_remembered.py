"""Answers from memory over a real database: every way in which one could be stale, and that none of them is."""

import asyncio
import sys
from dataclasses import replace

import pytest
from tests.services.trust.conftest import ACT, CONFUSABLES, DAY_MS, ISSUER, ORG, STAMP, SUFFIXES

from frankmark.adapters.sqlite.connect import FILE, Database
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.mail.address import Address
from frankmark.ports import rows, stamps
from frankmark.protocols.securestamp.assessment import State
from frankmark.protocols.securestamp.channels import ChannelName
from frankmark.protocols.securestamp.evidence import Confirmed
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.facts import Registrar
from frankmark.services.lookalikes import Lookalikes
from frankmark.services.trust import TrustQuery, TrustService

DOMAIN = "good.test"
ANNA = "anna@good.test"
BLOCK = rows.Block(listed_on=rows.BlockList.COMPLIANCE, domain=DOMAIN, note="", actor="x", created_ms=0)
ELSEWHERE = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], isolation_level=None) as other:
    other.execute("INSERT INTO blocks VALUES ('compliance', 'good.test', '', 'other', 0)")
"""


class CountedRecords(SqliteRecords):
    """Counts how often a target was read; a test may hold up a reader in the middle."""

    reads = 0
    held: tuple[asyncio.Event, asyncio.Event] | None = None

    async def stamps_of(self, domain):
        self.reads += 1
        found = await super().stamps_of(domain)
        held, self.held = self.held, None
        if held is not None:
            held[0].set()
            await held[1].wait()
        return found


class Kept:
    """The world of these tests with its records on a disk, and the assessment of whoever is asked about."""

    def __init__(self, world, database: Database, **more: int) -> None:
        self.world = world
        self.database = database
        self.records = world.records = CountedRecords(database)
        self.registrar = Registrar(records=self.records, roots=world.roots, names=world.names, changes=database, **more)
        lookalikes = Lookalikes(records=self.records, suffixes=SUFFIXES, confusables=CONFUSABLES, clock=world.clock)
        self.trust = TrustService(replace(world.trust._parts, registrar=self.registrar, lookalikes=lookalikes))

    async def ask(self, target: str = DOMAIN, **more):
        return await self.trust.check(TrustQuery(target=target, **more))

    async def state(self, target: str = DOMAIN, **more) -> State:
        return (await self.ask(target, **more)).assessment.state

    async def warm(self, target: str = DOMAIN, **more):
        """The answer, which comes from memory from now on as long as nothing changes."""
        await self.ask(target, **more)
        read = self.records.reads
        answer = await self.ask(target, **more)
        assert (await self.ask(target, **more)).assessment is answer.assessment
        assert self.records.reads == read
        return answer


@pytest.fixture
async def kept(world, tmp_path):
    database = Database.open(tmp_path / "db")
    made = Kept(world, database)
    world.mail_domain(DOMAIN)
    await world.register()
    await world.stamp()
    world.publish()
    yield made
    await made.trust.close()
    database.close()


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "db").mkdir()


def signal(answer, name: SignalName):
    return answer.assessment.evidence.value(name)


def header(answer):
    found = next(each for each in answer.assessment.evidence.lists.channels if each.channel is ChannelName.HEADER)
    return found.result.value, found.reason


async def test_a_stamp_revoked_counts_at_once(kept):
    answer = await kept.warm()
    assert (answer.assessment.state, answer.stamp.stamp_id) == (State.TRUSTED, STAMP)
    await kept.world.revoke("PHISHING_DETECTED")
    after = await kept.ask()
    assert (after.assessment.state, after.stamp) == (State.BLOCKED, None)
    assert (await kept.warm()).assessment == after.assessment


async def test_a_stamp_issued_counts_at_once(kept):
    kept.world.mail_domain("new.test")
    assert (await kept.warm("new.test")).stamp is None
    await kept.world.register("new.test", org="org_new")
    assert signal(await kept.warm("new.test"), SignalName.REGISTRY) == "verified"
    other = "0b0fbb3e-2b5c-4d8e-9c1a-6f2d1e3c4b5a"
    await kept.world.stamp("new.test", stamp_id=other)
    assert (await kept.warm("new.test")).stamp.stamp_id == other


@pytest.mark.parametrize("listed_on", list(rows.BlockList))
async def test_a_list_counts_at_once_in_both_directions(kept, listed_on):
    assert (await kept.warm()).assessment.state is State.TRUSTED
    assert await kept.records.add_block(replace(BLOCK, listed_on=listed_on), ACT)
    assert (await kept.warm()).assessment.state is State.BLOCKED
    assert await kept.records.drop_block(listed_on, DOMAIN, ACT)
    assert (await kept.warm()).assessment.state is State.TRUSTED


async def test_a_list_that_holds_a_name_above_counts_at_once(kept):
    below = f"mail.{DOMAIN}"
    await kept.warm(below)
    await kept.records.add_block(BLOCK, ACT)
    assert await kept.state(below) is State.BLOCKED


async def test_a_reviewers_score_of_an_address_counts_at_once(kept):
    lookup = kept.world.names.lookup(ANNA)
    before = (await kept.warm(ANNA)).assessment.score
    chosen = rows.SenderOverride(lookup=lookup, domain=DOMAIN, score=7, note="", actor="x", set_ms=0)
    await kept.records.set_override(chosen, ACT)
    assert (await kept.warm(ANNA)).assessment.score == 7
    assert (await kept.warm()).assessment.score == before
    await kept.records.drop_override(lookup, ACT)
    assert (await kept.warm(ANNA)).assessment.score == before


async def test_a_change_of_score_counts_at_once(kept):
    assert (await kept.warm()).stamp.score == 92
    record = stamps.ScoreRecord(
        domain=DOMAIN,
        stamp_id=STAMP,
        at_ms=kept.world.clock.now_ms(),
        old=92,
        new=71,
        reason="SIGNAL_DRIFT",
        evidence="[]",
        tx_hash="c" * 64,
        entry_index=9,
    )
    await kept.world.project(stamps.Scored(record=record))
    assert (await kept.ask()).stamp.score == 71


async def test_a_look_alike_that_is_confirmed_counts_at_once(kept):
    await kept.warm()
    found = rows.Candidate(suspect=DOMAIN, target="bank.test", distance=1, confidence=900, detected_ms=0)
    await kept.records.note_candidate(found)
    decided = replace(found, status=rows.CandidateStatus.CONFIRMED, decided_ms=1, decided_by="x")
    assert await kept.records.decide_candidate(decided, ACT)
    assert (await kept.ask()).assessment.evidence.lists.confirmed is Confirmed.HERE


async def test_another_process_that_writes_the_same_file_counts_at_once(kept, tmp_path):
    assert (await kept.warm()).assessment.state is State.TRUSTED
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", ELSEWHERE, str(tmp_path / "db" / FILE))
    assert await other.wait() == 0
    assert await kept.state() is State.BLOCKED


async def test_a_stamp_ends_to_the_millisecond(kept):
    ends = kept.world.clock.now_ms() + 5_250
    await kept.world.stamp(expires_ms=ends)
    assert signal(await kept.warm(), SignalName.STAMP) == "expiring"
    kept.world.clock.wall_ms = ends - 1
    assert (await kept.warm()).stamp.stamp_id == STAMP
    kept.world.clock.wall_ms = ends
    assert (await kept.ask()).stamp is None
    kept.world.clock.wall_ms = ends + 750  # the next whole second, which is what signals are told
    assert signal(await kept.ask(), SignalName.STAMP) == "expired"


async def test_a_stamp_that_ends_soon_is_told_to_the_second(kept):
    clock = kept.world.clock
    await kept.world.stamp(expires_ms=clock.now_ms() + 14 * DAY_MS + 3_000)
    assert signal(await kept.warm(), SignalName.STAMP) == "active"
    clock.wall_ms += 3_000
    assert signal(await kept.ask(), SignalName.STAMP) == "active"
    clock.wall_ms += 1_000
    assert signal(await kept.ask(), SignalName.STAMP) == "expiring"


async def test_the_token_of_a_stamp_ends_to_the_second(kept):
    clock = kept.world.clock
    token = kept.world.token(exp=clock.now_ms() // 1000 + 4)
    await kept.world.stamp(token=token)
    assert signal(await kept.warm(), SignalName.STAMP) == "active"
    clock.wall_ms += 303_000
    assert signal(await kept.ask(), SignalName.STAMP) == "active"
    clock.wall_ms += 1_000
    assert signal(await kept.ask(), SignalName.STAMP) == "unproven"


async def test_a_published_token_ends_to_the_second(kept):
    clock = kept.world.clock
    kept.world.publish(token=kept.world.token(exp=clock.now_ms() // 1000 + 4))
    clock.wall_ms += 303_000
    before = await kept.warm()
    assert before.assessment.evidence.lists.channels[0].result.value == "pass"
    clock.wall_ms += 1_000
    after = (await kept.ask()).assessment.evidence.lists.channels[0]
    assert (after.result.value, after.reason) == ("fail", Reason.TOKEN_EXPIRED)


async def test_a_clock_that_went_back_trusts_no_memory(kept):
    clock = kept.world.clock
    ends = clock.now_ms() + 60_000
    await kept.world.stamp(expires_ms=ends)
    clock.wall_ms = ends
    assert (await kept.warm()).stamp is None
    clock.wall_ms = ends - 1
    assert (await kept.ask()).stamp.stamp_id == STAMP


async def test_tokens_that_come_to_the_same_share_an_assessment(kept):
    first = await kept.warm(token=kept.world.token())
    assert header(first) == ("pass", None)
    for score in range(5):
        other = kept.world.token(score=score)
        assert (await kept.ask(token=other)).assessment is first.assessment
    expired = kept.world.token(iat=0, exp=kept.world.clock.now_ms() // 1000 - 301)
    assert header(await kept.ask(token=expired)) == ("fail", Reason.TOKEN_EXPIRED)
    assert header(await kept.ask(token=kept.world.token(domain="other.test"))) == ("fail", Reason.DOMAIN_MISMATCH)
    assert header(await kept.ask()) == ("unchecked", None)


async def test_a_token_that_comes_by_three_channels_costs_one_signature(kept):
    class CountedKey(P256PublicKey):
        checked = 0

        def verify(self, signature, message):
            type(self).checked += 1
            super().verify(signature, message)

    counted = CountedKey.from_point(kept.world.key.public.point())
    kept.world.roots.issuers[ISSUER] = JwkSet((Jwk.of("node-demo", counted),))
    answer = await kept.ask(token=kept.world.token())
    said = [each.result.value for each in answer.assessment.evidence.lists.channels]
    assert (said, signal(answer, SignalName.STAMP)) == (["pass"] * 3, "active")
    assert CountedKey.checked == 1


async def test_a_token_that_was_good_is_looked_at_anew_every_time(kept):
    clock, token = kept.world.clock, kept.world.token(exp=kept.world.clock.now_ms() // 1000 + 4)
    assert header(await kept.warm(token=token)) == ("pass", None)
    clock.wall_ms += 304_000
    assert header(await kept.ask(token=token)) == ("fail", Reason.TOKEN_EXPIRED)
    clock.wall_ms -= 304_000
    assert header(await kept.ask(token=token)) == ("pass", None)
    await kept.world.revoke("ORG_REQUEST")
    assert header(await kept.ask(token=token)) == ("fail", Reason.STAMP_REVOKED)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": KeyStatus.RETIRED, "retired_at_ms": 1}, Reason.KEY_RETIRED),
        ({"status": KeyStatus.COMPROMISED, "compromised_at_ms": 1}, Reason.KEY_COMPROMISED),
    ],
)
async def test_a_key_that_no_longer_counts_is_seen_at_once(kept, changes, reason):
    token = kept.world.token()
    assert header(await kept.warm(token=token)) == ("pass", None)
    assert (await kept.warm()).assessment.state is State.TRUSTED
    old = kept.world.roots.issuers[ISSUER].keys[0]
    fresh = Jwk.of("node-demo", P256PrivateKey.generate().public)
    kept.world.roots.issuers[ISSUER] = JwkSet((replace(old, **changes), fresh))
    assert header(await kept.ask(token=token)) == ("fail", reason)
    assert signal(await kept.ask(), SignalName.STAMP) == "unproven"


async def test_a_node_that_is_called_otherwise_is_called_so_at_once(kept):
    assert (await kept.warm()).stamp.node_id == "node-demo"
    kept.world.roots.node = lambda _: ("node-renamed", ISSUER)
    assert signal(await kept.ask(), SignalName.STAMP) == "unproven"
    assert (await kept.ask()).stamp.node_id == "node-renamed"


async def test_what_was_read_while_something_changed_is_not_remembered(kept):
    reading, on = kept.records.held = asyncio.Event(), asyncio.Event()
    early = asyncio.create_task(kept.ask())
    await reading.wait()
    await kept.world.revoke("PHISHING_DETECTED")
    assert await kept.state() is State.BLOCKED  # somebody has seen the change before the first reader comes back
    on.set()
    await early
    assert await kept.state() is State.BLOCKED


async def test_a_store_that_fails_is_not_answered_from_memory(kept):
    assert signal(await kept.warm(), SignalName.REGISTRY) == "verified"
    kept.database.close()
    answer = await kept.ask()
    assert Reason.REGISTRY_UNAVAILABLE in {each.signal.reason for each in answer.assessment.signals}
    assert answer.stamp is None


async def test_strangers_cannot_fill_the_memory(kept):
    small = Kept(kept.world, kept.database, capacity=3)
    for number in range(20):
        await small.registrar.facts(f"stranger-{number}.test", (), None, 0)
    assert len(small.registrar) == 3
    await small.trust.close()


async def test_no_address_is_remembered_and_nothing_after_a_change(kept):
    first = await kept.registrar.facts(DOMAIN, (), Address.parse(ANNA), 0)
    assert await kept.registrar.facts(DOMAIN, (), Address.parse(ANNA), 0) is first
    assert "anna" not in repr(kept.registrar.__dict__["_known"]._entries)
    assert len(kept.registrar) == 1
    await kept.records.add_block(replace(BLOCK, domain="elsewhere.test"), ACT)
    await kept.registrar.facts("other.test", (), None, 0)
    assert len(kept.registrar) == 1
    assert first.stamps[0].org_id == ORG
