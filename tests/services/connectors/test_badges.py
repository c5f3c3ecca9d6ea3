"""Badges: one for each fact, in four languages, drawn from the table of levels, and nothing in them to tap on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.connectors.conftest import NODE, PHRASES

from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Fact, ObservedSignal
from frankmark.protocols.signal.verdict import LEVELS
from frankmark.services.badges import LONGEST_ANSWER, SYMBOLS, Badges, Stated, label, length

BADGES = Badges(PHRASES, NODE)
LANGUAGES = ("en", "es", "fr", "ja")
CHANNEL = Artifact(type=ArtifactType.DOMAIN, value="acme-login.com")
DISCS = {
    Fact.PERTENECE: "\U0001f7e2",
    Fact.NO_PERTENECE: "\U0001f7e0",
    Fact.DISPUTED: "\U0001f7e0",
    Fact.COUNTERSTAMP: "\U0001f534",
    Fact.UNKNOWN: "\u26aa",
}


def stated(fact, **more):
    known = {"brand": "Acme", "domain": "acme.com", "receipt": "SSF-EV-1"}
    return Stated(artifact=CHANNEL, fact=fact, **{**known, **more})


def text(pieces):
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", Fact)
def test_a_badge_is_drawn_from_the_fact(language, fact):
    pieces = BADGES.answer(language, Attribution.DIRECT, [stated(fact)])
    head = text(pieces).split("\n")[0]
    assert head == label(PHRASES, language, fact)
    assert head.startswith(f"{DISCS[fact]} ")
    assert head.endswith(f"· {fact.value} · {LEVELS[fact].level.value}")
    assert f"{NODE}/receipts/SSF-EV-1" in text(pieces)
    assert [piece.text for piece in pieces if piece.literal].count("acme-login.com") == 1
    assert {"Acme", "acme.com"} <= {piece.text for piece in pieces if piece.literal}


def test_every_colour_has_a_disc_of_its_own_and_unknown_is_never_green():
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == 4
    assert SYMBOLS[LEVELS[Fact.UNKNOWN].colour] != SYMBOLS[LEVELS[Fact.PERTENECE].colour]


def test_the_words_differ_in_every_language():
    told = {text(BADGES.answer(tag, Attribution.CONTENT_ONLY, [stated(Fact.UNKNOWN)])) for tag in LANGUAGES}
    assert len(told) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("tag", "language"), [("es-419", "es"), ("fr", "fr"), ("ja", "ja"), ("pt-br", "en"), ("", "en"), ("\n;q=", "en")]
)
def test_the_language_is_the_one_that_the_platform_names(tag, language):
    assert text(BADGES.too_many(tag)) == PHRASES.say(language, "badge.too_many", count=20)


def test_without_a_brand_unknown_says_so():
    unknown = text(BADGES.answer("en", Attribution.DIRECT, [stated(Fact.UNKNOWN, brand="br_01", domain="")]))
    assert "br_01 has no perimeter in force" in unknown  # what others have declared was not asked
    told = text(BADGES.answer("en", Attribution.DIRECT, [stated(Fact.UNKNOWN, brand="", domain="")]))
    assert "no brand has declared it" in told
    assert "()" not in told


def test_what_can_be_seen_is_said_and_what_the_platform_does_not_say_as_well():
    for tag in LANGUAGES:
        pieces = BADGES.answer(
            tag, Attribution.CONTENT_ONLY, [stated(Fact.NO_PERTENECE, signals=tuple(ObservedSignal), receipt="")]
        )
        for key in (*(f"badge.{each.value}" for each in ObservedSignal), "badge.content_only", "badge.no_receipt"):
            assert PHRASES.say(tag, key) in text(pieces)
    assert PHRASES.say("en", "badge.platform_origin") in text(
        BADGES.answer("en", Attribution.PLATFORM_ORIGIN, [stated(Fact.PERTENECE)])
    )


def test_a_message_without_channels_is_told_what_the_bot_is_for():
    for nothing in ([], [Stated(artifact=None, fact=Fact.UNKNOWN, receipt="SSF-EV-1")]):
        assert text(BADGES.answer("en", Attribution.DIRECT, nothing)) == PHRASES.say("en", "badge.none")


@given(
    st.lists(
        st.builds(
            Stated,
            artifact=st.builds(Artifact, type=st.just(ArtifactType.DOMAIN), value=st.text(max_size=2_048)),
            fact=st.sampled_from(Fact),
            brand=st.text(max_size=100),
            domain=st.text(max_size=253),
            signals=st.lists(st.sampled_from(ObservedSignal), unique=True).map(tuple),
            receipt=st.sampled_from(["", "SSF-EV-01HWX4ZJ7M3Q9V2K5T8R6N0C1D"]),
        ),
        max_size=20,
    ),
    st.sampled_from(LANGUAGES),
    st.sampled_from(Attribution),
)
def test_whatever_is_stated_fits_and_holds_nothing_that_hides(some, language, attribution):
    pieces = BADGES.answer(language, attribution, some)
    whole = text(pieces)
    assert 0 < length(whole) <= LONGEST_ANSWER
    assert all(piece.text for piece in pieces)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000\ue001]", whole)


def test_what_does_not_fit_is_counted():
    some = [stated(Fact.UNKNOWN, signals=tuple(ObservedSignal))] * 20
    told = text(BADGES.answer("fr", Attribution.CONTENT_ONLY, some))
    shown = told.count("UNKNOWN · L4")
    assert 0 < shown < 20
    assert PHRASES.say("fr", "badge.more", count=20 - shown) in told


def test_a_long_value_is_cut_and_a_marked_one_is_bare():
    long = Stated(artifact=Artifact(type=ArtifactType.SHORTLINK, value="x" * 500), fact=Fact.UNKNOWN)
    pieces = BADGES.answer("en", Attribution.DIRECT, [long])
    assert next(piece.text for piece in pieces if piece.literal) == "x" * 119 + "…"
    turned = stated(Fact.PERTENECE, brand="\u202eemcA\ue000\n")
    pieces = BADGES.answer("en", Attribution.DIRECT, [turned])
    assert "emcA" in [piece.text for piece in pieces if piece.literal]
