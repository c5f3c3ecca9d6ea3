"""The brand's DNS record: several at one name, look-ups that fail, and what is never written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.protocols.signal.brand_record import (
    BrandKeys,
    look_up_brand_keys,
    owner_name,
    parse_brand_record,
    read_brand_records,
    render_brand_record,
)

thumbprints = st.binary(min_size=32, max_size=32).map(b64url_encode)
ONE, TWO = b64url_encode(bytes(32)), b64url_encode(bytes(31) + b"\x01")


def answer(*records: str, status: Status = Status.OK) -> Answer:
    return Answer(status=status, texts=tuple((record.encode(),) for record in records))


@given(thumbprints)
def test_what_is_written_is_read(jkt: str) -> None:
    assert parse_brand_record(render_brand_record(jkt).encode()) == jkt


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda rest: b"ssbrand=" + rest))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        jkt = parse_brand_record(data)
    except Malformed:
        assert data.startswith(b"ssbrand=")
    else:
        assert jkt is None or jkt.encode() in data


def test_records_of_others_are_passed_over_and_two_keys_stand_side_by_side() -> None:
    found = read_brand_records(
        answer("v=spf1 -all", f"ssbrand=v=1; jkt={ONE}", f"ssbrand=v=1;jkt={TWO}", f"ssbrand=v=1; jkt={ONE}")
    )
    assert found == BrandKeys(jkts=(ONE, TWO))


def test_a_record_that_nobody_can_read_takes_no_other_away() -> None:
    found = read_brand_records(answer("ssbrand=v=2", f"ssbrand=v=1; jkt={ONE}"))
    assert found == BrandKeys(jkts=(ONE,), malformed=True)


def test_too_many_records_count_as_none() -> None:
    assert read_brand_records(answer(*[f"ssbrand=v=1; jkt={ONE}"] * 5)) == BrandKeys(malformed=True)


def test_a_question_without_answer_concludes_nothing() -> None:
    assert read_brand_records(answer(status=Status.TIMEOUT)) == BrandKeys(failed=True)
    assert read_brand_records(answer()) == BrandKeys()


def test_the_question() -> None:
    asked: list[Question] = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return answer(f"ssbrand=v=1; jkt={ONE}")

    assert answered_by(look_up_brand_keys("acme.example"), source).jkts == (ONE,)
    assert asked == [Question(name=owner_name("ACME.example."), rrtype=RRType.TXT)]


@pytest.mark.parametrize("jkt", ["", "x", ONE[:-1], f"{ONE}=", f"{ONE[:-1]}B"])
def test_no_record_is_written_for_what_is_no_thumbprint(jkt: str) -> None:
    with pytest.raises(Misuse, match="BRAND_RECORD_MALFORMED"):
        render_brand_record(jkt)
