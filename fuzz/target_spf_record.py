"""SPF records: any octets parse whole or are refused; parsing depends on nothing else; a check of them ends."""

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.errors import Malformed
from frankmark.mail.spf import check_host, published_policy
from frankmark.mail.spf_record import parse_record, select_record

MOST_QUESTIONS = 123


def keep_laws(text: bytes) -> None:
    try:
        record = parse_record(text)
    except Malformed:
        return
    if record != parse_record(text.replace(b" ", b"  ") + b" "):
        raise AssertionError("spaces changed the record")
    if select_record([text]) != text:
        raise AssertionError("a record that parses is not selected")


def one_input(data: bytes) -> None:
    texts = [b"v=spf1 " + text for text in data.split(b"\xff")]
    for text in texts:
        keep_laws(text)
    asked = 0

    def source(question: Question) -> Answer:
        nonlocal asked
        asked += 1
        if question.rrtype is RRType.TXT:
            return Answer(status=Status.OK, texts=((texts[asked % len(texts)],),))
        if asked % 3 == 0:
            return Answer(status=Status.NXDOMAIN)
        names = (question.name, "a.example.com")
        exchanges = tuple(enumerate(names))
        return Answer(status=Status.OK, names=names, exchanges=exchanges, addresses=("192.0.2.1",))

    outcome = answered_by(check_host("192.0.2.2", "example.com", "a@example.com", "h.example", now_s=0), source)
    if asked > MOST_QUESTIONS or not outcome.explanation.isprintable():
        raise AssertionError("the check cost too much or said too much")
    answered_by(published_policy("example.com"), source)
