"""A challenge is known again by whoever made it, and by nobody for anything else."""

import asyncio
import base64

from hypothesis import given
from hypothesis import strategies as st
from tests.services.signal.case_desk import HandClock, Names, domain

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.services.channel_control import CONTROL_S, ChannelControl, ControlMethod, DomainTxt

CASE = "cs_01KDZJ4M00041061050R3GG28A"
CLOCK = HandClock()
CONTROL = ChannelControl({ControlMethod.DOMAIN_TXT: DomainTxt(Names())}, b"s" * 32, CLOCK, SystemEntropy())
NONCE = asyncio.run(CONTROL.ask(CASE, domain("other.example"), ControlMethod.DOMAIN_TXT)).nonce


def test_a_challenge_is_of_one_node_and_one_case() -> None:
    other = ChannelControl({ControlMethod.DOMAIN_TXT: DomainTxt(Names())}, b"t" * 32, CLOCK, SystemEntropy())
    assert CONTROL.method_of(CASE, NONCE) is ControlMethod.DOMAIN_TXT
    assert CONTROL.method_of(CASE[:-1] + "B", NONCE) is None
    assert other.method_of(CASE, NONCE) is None


def test_a_challenge_ends_to_the_second() -> None:
    CLOCK.pass_s(CONTROL_S - 1)
    assert CONTROL.method_of(CASE, NONCE) is ControlMethod.DOMAIN_TXT
    CLOCK.pass_s(1)
    assert CONTROL.method_of(CASE, NONCE) is None
    CLOCK.pass_s(-CONTROL_S)


@given(st.text(max_size=80) | st.binary(max_size=48).map(lambda octets: base64.urlsafe_b64encode(octets).decode()))
def test_what_this_node_did_not_make_is_no_challenge(text: str) -> None:
    assert CONTROL.method_of(CASE, text) is None


@given(st.integers(0, 36), st.integers(1, 255))
def test_a_challenge_of_which_one_octet_is_changed_is_none(place: int, change: int) -> None:
    octets = bytearray(base64.urlsafe_b64decode(NONCE + "=" * (-len(NONCE) % 4)))
    octets[place] ^= change
    changed = base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
    assert CONTROL.method_of(CASE, changed) is None
