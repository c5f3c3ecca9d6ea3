"""A twin that is broken on purpose fails as it was told, as often as it was told, and then no more."""

import pytest

from frankmark.adapters.memory.post import MemoryPost
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.ports.post import Letter

FULL = Unavailable(StoreReason.STORE_FULL, "")
LETTER = Letter(recipient="a@b.test", subject="s", text="t")


async def test_a_refused_call_does_nothing_and_the_next_one_works() -> None:
    post = MemoryPost()
    post.switches.refuse("send", FULL, times=2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await post.send(LETTER)
    assert post.letters == []
    await post.send(LETTER)
    assert post.letters == [LETTER]


async def test_a_lost_answer_is_a_call_that_worked() -> None:
    post = MemoryPost()
    post.switches.lose_answer("send", FULL)
    with pytest.raises(Unavailable):
        await post.send(LETTER)
    assert post.letters == [LETTER]


async def test_what_is_healed_works_again() -> None:
    post = MemoryPost()
    post.switches.refuse("send", FULL, times=9)
    post.switches.lose_answer("send", FULL, times=9)
    post.switches.heal()
    await post.send(LETTER)
    assert post.letters == [LETTER]


def test_a_vault_keeps_secrets_and_gives_them_back() -> None:
    vault = MemoryVault()
    vault.write("b", b"1")
    vault.write("a", b"2")
    assert vault.names() == ("a", "b")
    other = MemoryVault()
    other.write_sealed("b", vault.read_sealed("b"))
    assert other.read("b") == b"1"
    vault.switches.refuse("write", FULL)
    with pytest.raises(Unavailable):
        vault.write("c", b"3")
    assert vault.names() == ("a", "b")
