"""Telegram updates: whatever JSON comes, it is read or refused, and never answered twice as much."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import TABLES

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.model import Attribution
from frankmark.protocols.signal.telegram import from_telegram

names = st.sampled_from(["type", "id", "username", "url", "text", "offset", "length", "chat", "user", "message_id"])
json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**16) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
members = ["forward_origin", "text", "entities", "caption", "contact", "reply_markup", "link_preview_options"]


@given(json, st.dictionaries(st.sampled_from(members), json, max_size=4))
def test_any_message_is_read_or_refused(update: object, message: dict) -> None:
    whole = {"message": {"message_id": 1, "chat": {"id": 2}, **message}}
    for each in (update, whole):
        with contextlib.suppress(Malformed):
            assert len(from_telegram(each, TABLES)) <= 1


@given(st.text(max_size=80), st.integers(0, 200), st.integers(0, 200))
def test_any_span_is_read_or_refused(text: str, start: int, length: int) -> None:
    entity = {"type": "url", "offset": start, "length": length}
    message = {"message_id": 1, "chat": {"id": 2}, "text": text, "entities": [entity]}
    fits = start + length <= len(text.encode("utf-16-le")) // 2
    try:
        (found,) = from_telegram({"message": message}, TABLES)
    except Malformed:
        assert not fits
    else:
        assert fits
        assert found.attribution is Attribution.DIRECT


def private(**more: object) -> dict:
    sender = {"id": 5, "is_bot": False, "first_name": "Ana", "language_code": "es"}
    return {"message_id": 1, "chat": {"id": 5, "type": "private"}, "from": sender, **more}


GROUP = {"id": -5, "type": "supergroup"}


@pytest.mark.parametrize(
    ("name", "message", "awaited"),
    [
        ("message", private(text="hello"), True),
        ("edited_message", private(text="hello"), True),
        ("message", private(photo=[{"file_id": "x"}]), True),
        ("message", private(forward_origin={"type": "hidden_user"}), True),
        ("message", private(pinned_message={}), False),
        ("message", private(text="acme.com", chat=GROUP), True),
        ("message", private(text="hello", chat=GROUP), False),
        ("message", private(text="acme.com", is_automatic_forward=True), False),
        ("message", private(text="acme.com", **{"from": {"id": 6, "is_bot": True}}), False),
        ("message", {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "acme.com"}, False),
        ("channel_post", private(text="acme.com"), False),
        ("business_message", private(text="acme.com"), False),
    ],
    ids=range(12),
)
def test_an_answer_is_awaited_by_a_person_who_wrote_to_the_bot(name: str, message: dict, *, awaited: bool) -> None:
    (found,) = from_telegram({"update_id": 77, name: message}, TABLES)
    assert found.awaited is awaited
    assert found.delivery == "77"
    assert "77" not in repr(found)


def test_the_sender_speaks_the_language_that_the_platform_names() -> None:
    (found,) = from_telegram({"message": private(text="x")}, TABLES)
    assert (found.language, found.delivery) == ("es", "")
    (found,) = from_telegram({"message": {**private(text="x"), "from": {"id": 5}}}, TABLES)
    assert found.language == ""
