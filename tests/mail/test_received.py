"""Received: nothing a client can send changes who is said to have sent it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Unverified
from frankmark.mail.message import parse
from frankmark.mail.received import Handover, ReceivedReason, handover

TRUSTED = {"mx.example.net"}
TAIL = " by mx.example.net (Postfix) with ESMTP id 1; now\r\n"
FORGED = f"Received: from good.example (good.example [203.0.113.9]){TAIL}Return-Path: <x@good.example>\r\n"


def read(header: str) -> Handover | Unverified:
    try:
        return handover(parse(header.encode("latin-1") + b"\r\n"), TRUSTED)
    except Unverified as error:
        return error


@given(st.text('ab.[]()<>:;=@ 12helo"\\\t', max_size=30))
def test_a_client_cannot_choose_its_address_by_its_helo(helo: str) -> None:
    for line in (
        f"Received: from {helo} (real.example [192.0.2.1]){TAIL}",
        f"Received: from {helo} (192.0.2.1){TAIL}",
        f"Received: from real.example ([192.0.2.1] helo={helo}){TAIL}",
    ):
        found = read(line + FORGED)
        if isinstance(found, Handover):
            assert found.client_ip == "192.0.2.1"
            assert found.mail_from is None
        else:
            assert isinstance(found.code, ReceivedReason)


@given(st.text('by mx.example.net()[];"\\ ', max_size=30))
def test_a_client_cannot_hide_the_trusted_field(helo: str) -> None:
    found = read(f"Received: from {helo} (real.example [192.0.2.1]){TAIL}{FORGED}")
    assert isinstance(found, Unverified) or found.client_ip == "192.0.2.1"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "2001:db8::1", "::1"])
def test_any_address_is_told_in_its_one_form(address: str) -> None:
    found = read(f"Received: from a.example (a.example [IPv6:{address.upper()}]){TAIL}")
    assert isinstance(found, Handover)
    assert found.client_ip == address


def test_an_ipv4_mapped_address_is_told_as_ipv4() -> None:
    found = read(f"Received: from a.example (a.example [IPv6:::ffff:192.0.2.1]){TAIL}")
    assert isinstance(found, Handover)
    assert found.client_ip == "192.0.2.1"


def test_the_first_return_path_above_counts() -> None:
    line = f"Received: from a.example (a.example [192.0.2.1]){TAIL}"
    found = read(f"Return-Path: <top@example.com>\r\nReturn-Path: <second@example.com>\r\n{line}")
    assert isinstance(found, Handover)
    assert found.mail_from == "top@example.com"


@given(st.binary(max_size=60).filter(lambda octets: not set(octets) & set(b"\r\n\0")))
def test_any_octets_are_an_answer_or_are_refused_with_a_reason(octets: bytes) -> None:
    found = read("Received: " + octets.decode("latin-1") + TAIL)
    assert isinstance(found, Handover) or isinstance(found.code, ReceivedReason)
