"""DMARC: any record, at any place of a walk, leads to a result."""

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.mail.alignment import DkimFacts, MechanismResult, SpfFacts
from frankmark.mail.dmarc import DmarcResult, evaluate
from frankmark.mail.dmarc_record import is_policy_record, parse

NAMES = ["_dmarc.a.b.c", "_dmarc.b.c", "_dmarc.c"]
SPF = SpfFacts(result=MechanismResult.PASS, domain="x.b.c")
DKIM = [DkimFacts(result=MechanismResult.TEMPERROR, domain="c")]
MOST_QUESTIONS = 6  # a.b.c, b.c, c; x.b.c; whether a.b.c exists


def one_input(data: bytes) -> None:
    for octets in (data, b"v=DMARC1;" + data):
        if is_policy_record(octets) and parse(octets).rua and not parse(octets).applicable:
            raise AssertionError("a record with an address for reports is always applicable")
    zone = {name: octets.split(b"\x01") for name, octets in zip(NAMES, data.split(b"\x00"), strict=False)}
    asked = 0

    def source(question: Question) -> Answer:
        nonlocal asked
        asked += 1
        texts = tuple((text[:5], text[5:]) for text in zone.get(question.name, ()))
        return Answer(status=Status.OK if texts else Status.NXDOMAIN, texts=texts)

    outcome = answered_by(evaluate("a.b.c", SPF, DKIM), source)
    if (outcome.result is DmarcResult.PASS) is not bool(outcome.aligned) or asked > MOST_QUESTIONS:
        raise AssertionError("a pass without alignment, or too many questions")
