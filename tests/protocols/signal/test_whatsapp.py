"""WhatsApp webhooks: whatever JSON comes, it is read or refused, and the forwarder's number is in no output."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import TABLES, numbers

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.model import Attribution
from frankmark.protocols.signal.whatsapp import from_whatsapp

names = st.sampled_from(["type", "id", "from", "text", "body", "caption", "messages", "value", "field", "contacts"])
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["messages", "text", "contacts"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def webhook(*messages: object) -> dict:
    value = {"messaging_product": "whatsapp", "messages": list(messages)}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


@given(json, st.dictionaries(st.sampled_from(["text", "context", "interactive", "contacts", "type"]), json, max_size=4))
def test_any_webhook_is_read_or_refused(anything: object, message: dict) -> None:
    for each in (anything, {"object": "whatsapp_business_account", "entry": anything}, webhook(anything)):
        with contextlib.suppress(Malformed):
            from_whatsapp(each, TABLES)
    with contextlib.suppress(Malformed):
        (found,) = from_whatsapp(webhook({"from": "34600111222", "id": "w", **message}), TABLES)
        assert found.chat == "34600111222"


@given(numbers, st.sampled_from(["{}", "call {} now", "wa.me/{}", "https://api.whatsapp.com/send?phone={}"]))
def test_the_forwarders_number_is_in_no_output(number: str, around: str) -> None:
    message = {
        "from": number[1:],
        "id": "wamid.x",
        "type": "text",
        "text": {"body": around.format(number)},
        "context": {"forwarded": True},
    }
    (found,) = from_whatsapp(webhook(message), TABLES)
    assert found.attribution is Attribution.CONTENT_ONLY
    assert found.subjects == ()
    assert number[1:] not in repr(found)


def test_a_reply_of_a_kind_to_come_holds_nothing() -> None:
    message = {"from": "1", "id": "w", "type": "interactive", "interactive": {"type": "dance"}}
    (found,) = from_whatsapp(webhook(message), TABLES)
    assert found.subjects == ()


@pytest.mark.parametrize(
    ("number", "tag"),
    [
        ("34600111222", "es"),
        ("5215512345678", "es"),
        ("33612345678", "fr"),
        ("819012345678", "ja"),
        ("14155550123", ""),
    ],
)
def test_the_country_of_a_number_stands_for_a_language_where_it_has_one(number: str, tag: str) -> None:
    (found,) = from_whatsapp(webhook({"from": number, "id": "w", "type": "text", "text": {"body": "x"}}), TABLES)
    assert (found.language, found.delivery, found.awaited) == (tag, "w", True)


def test_whoever_keeps_the_number_has_no_language() -> None:
    (found,) = from_whatsapp(webhook({"from_user_id": "US.13491208655302741918", "id": "w", "type": "audio"}), TABLES)
    assert (found.chat, found.language, found.awaited) == ("US.13491208655302741918", "", True)


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "of_tomorrow"])
def test_a_notice_awaits_no_answer(kind: str) -> None:
    (found,) = from_whatsapp(webhook({"from": "1", "id": "w", "type": kind}), TABLES)
    assert not found.awaited


def test_only_messages_to_the_own_number_count() -> None:
    whole = webhook({"from": "1", "id": "w", "type": "text", "text": {"body": "x"}})
    assert len(from_whatsapp(whole, TABLES)) == 1
    assert from_whatsapp(whole, TABLES, "106") == ()
    value = whole["entry"][0]["changes"][0]["value"]
    value["metadata"] = {"display_phone_number": "1", "phone_number_id": "106"}
    assert len(from_whatsapp(whole, TABLES, "106")) == 1
    assert from_whatsapp(whole, TABLES, "107") == ()
