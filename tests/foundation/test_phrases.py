"""Phrases by language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.foundation.phrases import PhraseReason, Phrases

FILES = {
    "en": b'{"hello": "Hello {name}", "bye": "Bye"}',
    "es": b'{"hello": "Hola {name}", "bye": "Adi\xc3\xb3s"}',
    "ja": '{"hello": "{name}さん、こんにちは", "bye": "さようなら"}'.encode(),
}


def phrases() -> Phrases:
    return Phrases.parse({language: [data] for language, data in FILES.items()})


def test_english_stands_first_and_places_are_filled() -> None:
    assert phrases().languages == ("en", "es", "ja")
    assert phrases().say("es", "hello", name="Ana") == "Hola Ana"
    assert phrases().say("ja", "hello", name=3) == "3さん、こんにちは"
    assert phrases().has("bye")
    assert not phrases().has("goodbye")


@pytest.mark.parametrize(
    ("field", "language"),
    [
        ("", "en"),
        ("ja", "ja"),
        ("ES-mx, en;q=0.5", "es"),
        ("de, ja;q=0.2, es;q=0.8", "es"),
        ("es;q=0, ja", "ja"),
        ("*", "en"),
        (";;;,,,=", "en"),
    ],
)
def test_a_reader_gets_the_most_wanted_language_that_we_speak(field: str, language: str) -> None:
    assert phrases().chosen(field) == language


@pytest.mark.parametrize(("locale", "language"), [("es_ES.UTF-8", "es"), ("ja", "ja"), ("C.UTF-8", "en"), ("", "en")])
def test_a_locale_names_a_language(locale: str, language: str) -> None:
    assert phrases().of_locale(locale) == language


@given(st.text())
def test_no_field_is_too_strange(field: str) -> None:
    assert phrases().chosen(field) in phrases().languages


@pytest.mark.parametrize(
    "spanish",
    [
        b'{"hello": "Hola {name}"}',
        b'{"hello": "Hola {name}", "bye": "x", "more": "y"}',
        b'{"hello": "Hola {nombre}", "bye": "x"}',
        b'{"hello": "Hola {name}", "bye": 3}',
        b"[]",
    ],
    ids=["a key is missing", "a key too many", "another place", "a number", "no object"],
)
def test_a_language_that_differs_from_english_is_refused(spanish: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        Phrases.parse({"en": [FILES["en"]], "es": [spanish]})
    assert caught.value.code is PhraseReason.PHRASES_INCOMPLETE


def test_rooms_are_merged_and_a_key_stands_once() -> None:
    both = Phrases.parse({"en": [b'{"a": "x"}', b'{"b": "y"}']})
    assert (both.say("en", "a"), both.say("en", "b")) == ("x", "y")
    with pytest.raises(Malformed, match="twice"):
        Phrases.parse({"en": [b'{"a": "x"}', b'{"a": "y"}']})
