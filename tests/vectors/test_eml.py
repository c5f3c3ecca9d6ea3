"""Messages of others, many of them broken on purpose: each is read, or refused with the reason listed here."""

from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Status, answered_by
from frankmark.foundation.errors import Malformed
from frankmark.mail.arc import validate_chain
from frankmark.mail.authres import trusted_results
from frankmark.mail.dkim import verify_signatures
from frankmark.mail.mailbox import author
from frankmark.mail.message import parse

THIRD_PARTY = Path(__file__).parents[2] / "vectors" / "third-party" / "eml"
FILES = sorted(THIRD_PARTY.rglob("*.eml"))
WITH_AUTHOR = 33
REFUSED = {"FROM_ABSENT": 30, "FROM_SYNTAX": 3}
NOW_S = 1_700_000_000


def test_the_files_are_counted() -> None:
    assert len(FILES) == 66


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(THIRD_PARTY)))
def test_the_message_is_read_whole(path: Path) -> None:
    raw = path.read_bytes()
    message = parse(raw)
    assert (
        message.octets.replace(b"\r\n", b"\n").rstrip(b"\n").endswith(raw.replace(b"\r\n", b"\n")[-40:].rstrip(b"\n"))
    )
    assert parse(message.octets).fields == message.fields
    assert trusted_results(message, {"mx.nobody.example"}) is None
    for status, results in (
        (Status.TIMEOUT, {"temperror", "permerror", "neutral"}),
        (Status.NXDOMAIN, {"permerror", "neutral"}),
    ):
        outcomes = answered_by(verify_signatures(message, now_s=NOW_S), lambda _, status=status: Answer(status=status))
        assert {outcome.result.value for outcome in outcomes} <= results
    chain = answered_by(validate_chain(message, now_s=NOW_S), lambda _: Answer(status=Status.TIMEOUT))
    assert chain.result in {"none", "temperror", "fail"}


def test_who_has_an_author_and_why_not() -> None:
    refused: dict[str, int] = {}
    for path in FILES:
        try:
            author(parse(path.read_bytes()))
        except Malformed as error:
            refused[error.code] = refused.get(error.code, 0) + 1
    assert refused == REFUSED
    assert len(FILES) - sum(refused.values()) == WITH_AUTHOR
