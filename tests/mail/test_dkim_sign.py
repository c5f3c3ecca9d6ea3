"""Signing: what we sign we verify, whatever the message looks like."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Status, answered_by
from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.keys import Ed25519PrivateKey, RsaPrivateKey
from frankmark.mail.canonicalization import Canonicalization
from frankmark.mail.dkim import verify_signatures
from frankmark.mail.dkim_sign import OVERSIGNED, SigningPlan, default_names, sign
from frankmark.mail.message import parse

NOW_S = 1_700_000_000
ED, RSA = Ed25519PrivateKey.from_seed(b"\x07" * 32), RsaPrivateKey.generate(2048)
ED_RECORD = f"k=ed25519; p={b64_encode(ED.public.to_bytes())}".encode()
RSA_RECORD = f"k=rsa; p={b64_encode(RSA.public.to_spki())}".encode()
WAYS = list(product(Canonicalization, Canonicalization))
LINES = st.lists(st.text("ab \tcé:;=", max_size=12), min_size=1, max_size=3)
VALUES = LINES.map(lambda lines: "\r\n ".join(line + "." for line in lines))
NAMES = st.sampled_from(["Subject", "To", "Received", "X-Other", "Cc"])


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=5),
    st.lists(st.sampled_from(["a", " ", "\t", "\r\n", "é", "\r\n\r\n"]), max_size=12).map("".join),
    st.sampled_from(WAYS),
    st.one_of(st.none(), st.integers(0, 12)),
)
def test_what_is_signed_verifies(
    header: list[tuple[str, str]], text: str, ways: tuple[Canonicalization, Canonicalization], length: int | None
) -> None:
    octets = "".join(f"{name}: {value}\r\n" for name, value in [("From", "joe@example.com"), *header]) + f"\r\n{text}"
    message = parse(octets.encode())
    plan = SigningPlan(domain="example.com", selector="s", header_way=ways[0], body_way=ways[1], length=length)
    field = sign(message, ED, plan, now_s=NOW_S)
    answer = Answer(status=Status.OK, texts=((ED_RECORD,),))
    [outcome] = answered_by(verify_signatures(message.with_field(field), now_s=NOW_S), lambda _: answer)
    assert outcome.reason in ({"DKIM_VERIFIED"} if length is None else {"DKIM_VERIFIED", "DKIM_BODY_SHORTENED"})
    assert max(map(len, field.split(b"\r\n"))) <= 120


@pytest.mark.parametrize("key", [ED, RSA], ids=["ed25519", "rsa"])
def test_a_plan_is_written_into_the_field(key: Ed25519PrivateKey | RsaPrivateKey) -> None:
    message = parse(b"From: joe@example.com\r\nSubject: Hi\r\n\r\nHi.\r\n")
    plan = SigningPlan(
        domain="example.com",
        selector="s",
        names=["From", "Subject"],
        identity="joe@example.com",
        length=5,
        lifetime_s=60,
    )
    field = sign(message, key, plan, now_s=NOW_S)
    answer = Answer(status=Status.OK, texts=((RSA_RECORD if key is RSA else ED_RECORD,),))
    [outcome] = answered_by(verify_signatures(message.with_field(field), now_s=NOW_S + 60), lambda _: answer)
    assert outcome.result == "pass"
    assert outcome.signature is not None
    assert outcome.signature.names == (b"from", b"subject")
    assert (outcome.identity, outcome.signature.length) == ("joe@example.com", 5)
    assert (outcome.signature.signed_at_s, outcome.signature.expires_at_s) == (NOW_S, NOW_S + 60)
    [late] = answered_by(verify_signatures(message.with_field(field), now_s=NOW_S + 61), lambda _: answer)
    assert late.reason == "DKIM_EXPIRED"


def test_signing_is_deterministic() -> None:
    message = parse(b"From: joe@example.com\r\n\r\nHi.\r\n")
    plan = SigningPlan(domain="example.com", selector="s")
    for key in (ED, RSA):
        assert sign(message, key, plan, now_s=NOW_S) == sign(message, key, plan, now_s=NOW_S)


def test_by_default_every_field_that_is_there_is_signed_and_the_first_four_once_more() -> None:
    message = parse(b"From: a@example.com\r\nTo: b@example.com\r\nX-SecureStamp: v=1\r\nReceived: x\r\n\r\n")
    assert default_names(message) == ["from", "to", "x-securestamp", *OVERSIGNED]
