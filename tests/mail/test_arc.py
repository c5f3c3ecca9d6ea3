"""ARC: laws that no single vector shows. The cases themselves stand in `vectors/arc.json` and ValiMail's suite."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.mail.arc import ArcOutcome, ArcReason, validate_chain
from frankmark.mail.arc_set import collect
from frankmark.mail.authres import parse as parse_results
from frankmark.mail.dkim_key import KeyCache
from frankmark.mail.message import Message, parse

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "arc.json").read_text(encoding="ascii"))
CASES = {case["name"]: case for case in FILE["cases"]}
GOOD = CASES["chain-of-3"]
SEALED = (b"arc-seal", b"arc-message-signature", b"arc-authentication-results", b"from", b"subject")
MESSAGE = parse(GOOD["message"].encode("latin-1"))


def validate(message: Message, asked: list[Question] | None = None, cache: KeyCache | None = None) -> ArcOutcome:
    def source(question: Question) -> Answer:
        if asked is not None:
            asked.append(question)
        record = GOOD["dns"].get(question.name)
        return Answer(status=Status.OK, texts=((record.encode(),),)) if record else Answer(status=Status.NXDOMAIN)

    return answered_by(validate_chain(message, now_s=FILE["now_s"], cache=cache), source)


def test_each_key_is_asked_for_once_and_may_be_kept() -> None:
    asked: list[Question] = []
    cache = KeyCache()
    assert validate(MESSAGE, asked, cache).result == "pass"
    assert [q.name for q in asked] == [f"arc._domainkey.lists{number}.example" for number in (3, 2, 1)]
    assert len(cache) == 1


def test_what_a_sealer_found_can_be_read() -> None:
    outcome = validate(MESSAGE)
    assert [each.instance for each in outcome.sets] == [1, 2, 3]
    for each in outcome.sets:
        found = parse_results(each.payload)
        assert found.authserv_id == f"lists{each.instance}.example"
        assert [one.result for one in found.of("spf")] == ["pass"]


def test_a_forged_set_on_top_of_a_good_chain_breaks_it() -> None:
    [newest] = MESSAGE.named(b"arc-seal")[:1]
    assert validate(MESSAGE.with_field(newest.raw)).reason is ArcReason.ARC_SET_REPEATED


@given(st.data())
def test_no_changed_octet_of_a_sealed_field_passes(data: st.DataObject) -> None:
    field = MESSAGE.fields[data.draw(st.sampled_from([row for name in SEALED for row in MESSAGE.positions[name]]))]
    start = MESSAGE.octets.index(field.raw) + len(field.name) + 2
    at = data.draw(st.integers(start, start + len(field.raw) - len(field.name) - 5))
    old = MESSAGE.octets[at : at + 1]
    new = data.draw(st.sampled_from([bytes([octet]) for octet in b"!09AZaz=" if bytes([octet]).lower() != old.lower()]))
    octets = MESSAGE.octets[:at] + new + MESSAGE.octets[at + 1 :]
    assert validate(parse(octets)).result == "fail"


def test_a_message_without_chain_has_no_sets() -> None:
    assert collect(parse(b"From: joe@example.com\r\n\r\n")) == ()
