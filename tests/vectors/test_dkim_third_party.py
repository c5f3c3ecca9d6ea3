"""DKIM-signed messages of others: the examples of RFC 6376 and RFC 8463, and those of mail-auth."""

import base64
import hashlib
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.mail.canonicalization import Canonicalization, body
from frankmark.mail.dkim import DkimOutcome, signed_data, verify_signatures
from frankmark.mail.dkim_signature import parse as parse_signature
from frankmark.mail.message import Message, parse

THIRD_PARTY = Path(__file__).parents[2] / "vectors" / "third-party" / "dkim"
NOW_S = 1_667_900_000
GOOD = {
    "rfc/rfc6376-A.2-simple-rsa": ["example.com"],
    "rfc/rfc8463-A.3-ed25519-and-rsa": ["football.example.com"] * 2,
    "mail-auth/001": ["football.example.com"] * 2,
    "mail-auth/002": ["example.com"],
    "mail-auth/003": ["ietf.org"] * 2,
    "mail-auth/004": ["facebookmail.com"],
    "mail-auth/005": ["topicbox.com"],
    "mail-auth/006": ["github.com"],
}


def read(name: str) -> tuple[dict[str, bytes], bytes]:
    records, _, message = (THIRD_PARTY / f"{name}.txt").read_bytes().partition(b"\n\n")
    return {line.split(b" ", 1)[0].decode().lower(): line.split(b" ", 1)[1] for line in records.splitlines()}, message


def verify(message: Message, records: dict[str, bytes], now_s: int = NOW_S) -> tuple[DkimOutcome, ...]:
    def source(question: Question) -> Answer:
        record = records.get(question.name)
        return Answer(status=Status.OK, texts=((record,),)) if record else Answer(status=Status.NXDOMAIN)

    return answered_by(verify_signatures(message, now_s=now_s), source)


def test_every_file_is_run() -> None:
    assert set(GOOD) == {str(p.relative_to(THIRD_PARTY))[:-4] for p in THIRD_PARTY.rglob("[0-9r]*.txt")}


@pytest.mark.parametrize("name", GOOD)
def test_the_message_verifies(name: str) -> None:
    records, octets = read(name)
    outcomes = verify(parse(octets), records)
    assert [(outcome.result, outcome.domain) for outcome in outcomes] == [("pass", domain) for domain in GOOD[name]]


@pytest.mark.parametrize("name", GOOD)
def test_one_more_line_or_one_other_letter_and_it_does_not(name: str) -> None:
    records, octets = read(name)
    for outcome in verify(parse(octets + b"PS: click here\n"), records):
        assert (outcome.result, outcome.reason) == ("fail", "DKIM_BODY_CHANGED")
    for outcome in verify(parse(octets.replace(b"\nSubject: ", b"\nSubject: x")), records):
        assert (outcome.result, outcome.reason) == ("fail", "DKIM_SIGNATURE_INVALID")
    assert {outcome.result for outcome in verify(parse(octets), {})} == {"permerror"}


def test_the_code_that_expires_in_a_day_expires() -> None:
    records, octets = read("mail-auth/005")
    assert [outcome.reason for outcome in verify(parse(octets), records, now_s=1_667_930_065)] == ["DKIM_EXPIRED"]


def test_the_seed_of_rfc_8463_makes_the_signature_of_rfc_8463() -> None:
    # Appendix A.2 gives the private key; Ed25519 is deterministic, so the octets must be the same.
    key = Ed25519PrivateKey.from_seed(base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
    message = parse(read("rfc/rfc8463-A.3-ed25519-and-rsa")[1])
    signature = parse_signature(message.fields[0])
    data = signed_data(message, signature.names, signature.header_way, signature.field)
    assert key.sign(hashlib.sha256(data).digest()) == signature.octets


@pytest.mark.parametrize(
    ("way", "header", "text"),
    [
        ("relaxed", b"a:X\r\nb:Y Z\r\n", b" C\r\nD E\r\n"),
        ("simple", b"A: X\r\nB : Y\t\r\n\tZ  \r\n", b" C \r\nD \t E\r\n"),
    ],
)
def test_the_examples_of_rfc_6376_section_3_4_5(way: str, header: bytes, text: bytes) -> None:
    message = parse(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n")
    own = message.fields[0]
    data = signed_data(message, (b"a", b"b"), Canonicalization(way), own)
    assert data.startswith(header)
    assert body(message.body, Canonicalization(way)) == text


def test_the_hashes_of_an_empty_body() -> None:
    # RFC 6376 §3.4.3 and §3.4.4 print them.
    simple = hashlib.sha256(body(b"", Canonicalization.SIMPLE)).digest()
    relaxed = hashlib.sha256(body(b"", Canonicalization.RELAXED)).digest()
    assert base64.b64encode(simple) == b"frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
    assert base64.b64encode(relaxed) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
