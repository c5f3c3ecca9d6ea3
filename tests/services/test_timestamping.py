"""The time authority: what it keeps, what it forgets, and how one key takes over from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Refused, Unavailable, Unverified
from frankmark.ports.paging import Page
from frankmark.protocols.stampedsafe.attestation import verify_attestation
from frankmark.protocols.stampedsafe.model import Authority
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.timestamping import TimeAuthority, TimeSources

NOW = 1_800_000_000_000
NODE = "node-abcdefghij"
NONCE = "ab" * 32


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.ms = NOW

    def now_ms(self) -> int:
        return self.ms

    def steady_ms(self) -> int:
        return self.ms


class Counted:
    """Octets that are all different, and the same every time."""

    def __init__(self) -> None:
        self.calls = 0

    def octets(self, count: int) -> bytes:
        self.calls += 1
        return bytes([self.calls]) * count


class Setting:
    """A vault that outlives the process, and what else an authority is told."""

    def __init__(self) -> None:
        self.vault, self.clock, self.entropy, self.records = MemoryVault(), Clock(), Counted(), MemoryRecords()

    def open(self) -> TimeAuthority:
        return TimeAuthority.open(
            TimeSources(vault=self.vault, node_id=NODE, clock=self.clock, entropy=self.entropy, audit=self.records)
        )


@pytest.fixture
def setting() -> Setting:
    return Setting()


def believed(authority: TimeAuthority) -> dict[str, Authority]:
    return {
        key.kid: Authority(
            pk=key.pk,
            not_before_ms=key.not_before_ms,
            not_after_ms=key.not_after_ms,
            compromised_at_ms=key.compromised_ms,
        )
        for key in authority.keys
    }


def test_the_first_key_is_made_once_and_lies_sealed(setting) -> None:
    first = setting.open()
    assert [key.kid for key in first.keys] == [f"{NODE}#ta-0001"]
    assert setting.vault.names() == ("time-0001",)
    again = setting.open()
    assert again.keys == first.keys
    assert setting.entropy.calls == 1
    assert repr(first.attesting).find("private") < 0


def test_what_it_attests_is_the_time_and_the_hash(setting) -> None:
    authority = setting.open()
    setting.clock.ms = NOW + 7
    made = authority.attest(NONCE)
    assert (made.ts, made.exp, made.nonce, made.kid) == (NOW + 7, NOW + 300_007, NONCE, f"{NODE}#ta-0001")
    verify_attestation(made, believed(authority))


@given(nonce=st.text(max_size=70).filter(lambda text: len(text) != 64))
def test_anything_but_a_hash_is_refused(nonce) -> None:
    with pytest.raises(Malformed) as refused:
        Setting().open().attest(nonce)
    assert refused.value.code == "TA_FORMAT"


async def test_a_key_that_was_relieved_stays_published_and_its_private_half_is_gone(setting) -> None:
    authority = setting.open()
    old = authority.attest(NONCE)
    setting.clock.ms += 1000
    made = await authority.rotate(LOCAL_ADMIN)
    assert (made.kid, authority.attest(NONCE).kid) == (f"{NODE}#ta-0002",) * 2
    ended = authority.keys[0]
    assert (ended.private, ended.not_after_ms, made.not_before_ms) == (None, NOW + 1000, NOW + 1000)
    stored = canonical.load(setting.vault.read("time-0001"))
    assert isinstance(stored, dict)
    assert stored["seed"] is None
    verify_attestation(old, believed(authority))
    assert authority.pins[ended.kid] == {
        "pk": ended.pk,
        "notBefore": "2027-01-15T08:00:00Z",
        "notAfter": "2027-01-15T08:00:01Z",
    }
    assert setting.open().keys == authority.keys
    trail = await setting.records.audit_trail(Page(limit=10))
    assert [(act.act, act.target) for act in trail.items] == [("time-key.rotate", made.kid)]


async def test_a_crash_between_the_two_writes_of_a_rotation_leaves_one_key_that_attests(setting) -> None:
    authority = setting.open()
    before = setting.vault.read("time-0001")
    setting.clock.ms += 5
    await authority.rotate(LOCAL_ADMIN)
    setting.vault.write("time-0001", before)  # as if the second write had never come
    healed = setting.open()
    assert [key.private is None for key in healed.keys] == [True, False]
    assert healed.keys[0].not_after_ms == NOW + 5


async def test_a_compromised_key_is_relieved_first_and_believed_no_more_from_then_on(setting) -> None:
    authority = setting.open()
    early = authority.attest(NONCE)
    setting.clock.ms += 1000
    late = authority.attest(NONCE)
    marked = await authority.compromise(LOCAL_ADMIN, authority.attesting.kid, NOW + 500)
    assert (marked.kid, marked.compromised_ms, marked.private) == (f"{NODE}#ta-0001", NOW + 500, None)
    assert authority.attesting.kid == f"{NODE}#ta-0002"
    verify_attestation(early, believed(authority))
    with pytest.raises(Unverified) as refused:
        verify_attestation(late, believed(authority))
    assert refused.value.code == "TA_UNTRUSTED_KEY"
    again = await authority.compromise(LOCAL_ADMIN, marked.kid, NOW + 900)
    assert again.compromised_ms == NOW + 500  # an earlier time that is known stays
    assert (await authority.compromise(LOCAL_ADMIN, marked.kid)).compromised_ms == NOW + 500
    assert len(authority.keys) == 2
    with pytest.raises(Refused) as unknown:
        await authority.compromise(LOCAL_ADMIN, f"{NODE}#ta-0009")
    assert unknown.value.code == "SIGNING_KEY_UNKNOWN"


@pytest.mark.parametrize("by", [None, Principal(actor="k", org_id="org_1", role=Role.ORG)])
async def test_only_administrators_change_keys(setting, by) -> None:
    authority = setting.open()
    for change in (authority.rotate(by), authority.compromise(by, authority.attesting.kid)):
        with pytest.raises((Refused, Unverified)):
            await change
    assert len(authority.keys) == 1


async def test_a_clock_that_stands_before_the_key_attests_nothing(setting) -> None:
    authority = setting.open()
    setting.clock.ms = NOW - 1
    with pytest.raises(Unavailable) as behind:
        authority.attest(NONCE)
    assert behind.value.code == "CLOCK_BEHIND"
    with pytest.raises(Unavailable):
        await authority.rotate(LOCAL_ADMIN)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"seed": "AA"},
        {"seed": 7},
        {"pk": "00" * 32},
        {"notAfter": "never"},
        {"more": 1},
        {"kid": None},
    ],
)
def test_a_key_file_that_opens_and_is_not_ours_is_said_to_be_damaged(setting, change) -> None:
    setting.open()
    stored = canonical.load(setting.vault.read("time-0001"))
    assert isinstance(stored, dict)
    setting.vault.write("time-0001", canonical.dump({**stored, **change}))
    with pytest.raises(Refused) as damaged:
        setting.open()
    assert damaged.value.code == "KEYS_DAMAGED"


def test_octets_that_are_no_json_are_damage_too(setting) -> None:
    setting.vault.write("time-0001", b"\xff")
    with pytest.raises(Refused):
        setting.open()
