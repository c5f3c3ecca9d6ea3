"""Key records."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import Ed25519PrivateKey, RsaPrivateKey
from frankmark.mail.dkim_key import MOST_RECORDS, FetchedKeys, KeyCache, KeyRecord, fetch_keys, judge_answer, parse
from frankmark.mail.dkim_reasons import DkimReason

ED = Ed25519PrivateKey.from_seed(b"\x05" * 32)
RSA = RsaPrivateKey.generate(1024)
ED_RECORD = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(ED.public.to_bytes())
RSA_RECORD = b"v=DKIM1; p=" + base64.b64encode(RSA.public.to_spki())


def answer(*records: bytes) -> Answer:
    return Answer(status=Status.OK, texts=tuple((each,) for each in records))


def test_a_key_is_asked_for_under_its_selector() -> None:
    asked: list[Question] = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return answer(ED_RECORD)

    found = answered_by(fetch_keys("a.b", "example.com", KeyCache()), source)
    assert asked == [Question(name="a.b._domainkey.example.com", rrtype=RRType.TXT)]
    assert [key.kind for key in found.keys] == ["ed25519"]
    assert found.reason is None


@pytest.mark.parametrize("record", [ED_RECORD, RSA_RECORD])
def test_a_signature_of_any_length_is_refused_without_a_crash(record: bytes) -> None:
    key = parse(record)
    for size in (0, 1, 63, 64, 65, 127, 128, 129, 4_096):
        with pytest.raises(Unverified) as caught:
            key.verify(bytes(size), b"data")
        assert caught.value.code is DkimReason.DKIM_SIGNATURE_INVALID


def test_rsa_in_both_encodings_is_one_key() -> None:
    spki, pkcs1 = (base64.b64encode(der).decode() for der in (RSA.public.to_spki(), RSA.public.to_pkcs1()))
    assert parse(f"p={spki}".encode()) == parse(f"p={pkcs1}".encode())


def test_flags() -> None:
    assert (parse(ED_RECORD).testing, parse(ED_RECORD).strict) == (False, False)
    both = parse(ED_RECORD + b"; t= y : s : future")
    assert (both.testing, both.strict) == (True, True)


def test_a_record_of_unusable_length_is_not_even_split() -> None:
    with pytest.raises(Malformed) as caught:
        parse(ED_RECORD + b"; n=" + b"x" * 8_192)
    assert caught.value.code is DkimReason.DKIM_KEY_SYNTAX


def test_as_many_records_as_allowed_are_tried() -> None:
    padding = [ED_RECORD + b"; n=%d" % number for number in range(MOST_RECORDS)]
    assert len(judge_answer(answer(*padding), KeyCache()).keys) == MOST_RECORDS
    too_many = judge_answer(answer(*padding, RSA_RECORD), KeyCache())
    assert too_many == FetchedKeys(reason=DkimReason.DKIM_KEY_RECORDS_TOO_MANY)


def test_keys_that_are_not_in_testing_come_first() -> None:
    flags = (b"; t=y:s", b"; t=y", b"; t=s", b"")
    found = judge_answer(answer(*(ED_RECORD + flag for flag in flags)), KeyCache())
    order = [(False, False), (False, True), (True, False), (True, True)]
    assert [(key.testing, key.strict) for key in found.keys] == order


def test_a_cache_keeps_as_many_as_it_may_and_forgets_the_oldest() -> None:
    cache = KeyCache(2)
    first = cache.read(ED_RECORD)
    assert cache.read(ED_RECORD) is first
    assert cache.read(b"p=") is DkimReason.DKIM_KEY_REVOKED
    assert cache.read(b"noise") is DkimReason.DKIM_KEY_SYNTAX
    assert len(cache) == 2
    assert cache.read(ED_RECORD) is not first
    assert cache.read(ED_RECORD) == first


@given(st.one_of(st.binary(max_size=100), st.text("kpvthns=; :*ydemailrsDKIM125519A", max_size=60).map(str.encode)))
def test_any_octets_are_a_key_or_are_refused_with_a_reason(record: bytes) -> None:
    found = KeyCache().read(record)
    assert isinstance(found, KeyRecord) or found.value.startswith("DKIM_KEY_")
