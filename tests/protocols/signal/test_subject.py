"""What is asked about: every input has readings or a code, and every reading is canonical."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import SUFFIXES, names, numbers, paths

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.subject import URL, kind_of, number_subject, recognised, subject

kinds = st.sampled_from([URL, *(kind.value for kind in ArtifactType), "fax"])


@given(
    kinds, st.text(max_size=40) | st.builds("https://{}{}{}".format, names, paths, st.sampled_from(["", "?x", "#x"]))
)
def test_every_reading_is_canonical(kind: str, text: str) -> None:
    with contextlib.suppress(Malformed):
        read = subject(kind, text, SUFFIXES)
        assert read.readings
        for each in read.readings:
            assert canonical(each.type, each.value, SUFFIXES) == each


@given(names, paths)
def test_a_link_is_a_short_link_first_and_then_a_domain(name: str, path: str) -> None:
    read = subject(URL, f"https://{name}{path}", SUFFIXES)
    assert [each.value for each in read.readings] == [f"https://{name}{path}", name]


@given(numbers)
def test_a_number_may_be_of_either_kind(number: str) -> None:
    assert {each.value for each in number_subject(number, SUFFIXES).readings} == {number}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" https://acme.example/a ", "shortlink", "https://acme.example/a"),
        ("acme.example", "domain", "acme.example"),
        ("+1 (415) 555-0123", "whatsapp", "+14155550123"),
        ("whatsapp:+14155550123", "whatsapp", "+14155550123"),
        ("tel:+14155550123", "phone", "+14155550123"),
        ("@Acme_Support", "telegram", "@acme_support"),
        ("t.me/Acme_Support", "telegram", "@acme_support"),
        ("mailto:Post@acme.example", "email", "Post@acme.example"),
        ("post@acme.example", "email", "post@acme.example"),
        ("ACME", "sms_sender", "ACME"),
    ],
)
def test_the_form_says_what_a_channel_is(text: str, kind: str, value: str) -> None:
    first = recognised(text, SUFFIXES).readings[0]
    assert (first.type.value, first.value) == (kind, canonical(ArtifactType(kind), value, SUFFIXES).value)


def test_a_number_alone_is_asked_about_in_both_its_kinds() -> None:
    kinds = [each.type for each in recognised("+1 415 555 0123", SUFFIXES).readings]
    assert kinds == [ArtifactType.WHATSAPP, ArtifactType.PHONE]
    assert len(recognised("whatsapp:+14155550123", SUFFIXES).readings) == 1


def test_a_number_without_its_country_is_said_to_be_one() -> None:
    assert kind_of("0170 123 4567") == ("whatsapp", "0170 123 4567")
    assert kind_of("12345")[0] == "sms_sender"


@given(st.text(max_size=40))
def test_any_text_has_a_kind_and_readings_or_a_code(text: str) -> None:
    with contextlib.suppress(Malformed):
        for each in recognised(text, SUFFIXES).readings:
            assert canonical(each.type, each.value, SUFFIXES) == each
