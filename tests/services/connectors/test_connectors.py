"""Webhooks: who is let in, what is taken once, what is left, and what is answered."""

import asyncio
import json

import pytest
from tests.services.connectors.conftest import APP_SECRET, FORWARDER, forward, update

from frankmark.foundation.digest import hmac_sha256
from frankmark.foundation.errors import Unavailable, Unverified
from frankmark.ports.durability import StoreReason
from frankmark.services.connector_reasons import ConnectorReason
from frankmark.services.connectors import LARGEST, Taken


def octets(value):
    return json.dumps(value).encode()


async def telegram(stage, value):
    body = value if isinstance(value, bytes) else octets(value)
    return await stage.connectors.take_telegram(body)


async def whatsapp(stage, body, secret=APP_SECRET):
    return await stage.connectors.take_whatsapp(body, hmac_sha256(secret.encode(), body))


async def test_without_an_account_nobody_is_let_in(stage):
    for asking in (
        lambda: stage.connectors.greet("subscribe", "", "1"),
        lambda: stage.connectors.admit_telegram(""),
        lambda: stage.connectors.admit_whatsapp("sha256=" + "0" * 64),
    ):
        with pytest.raises(Unavailable) as raised:
            asking()
        assert raised.value.code is ConnectorReason.CONNECTOR_NOT_CONFIGURED


async def test_telegram_shows_the_secret_that_it_was_given(stage):
    await stage.connect()
    secret = stage.telegram.webhook["secret_token"]
    stage.connectors.admit_telegram(secret)
    for wrong in ("", secret[:-1], secret + "A", secret.swapcase(), "é", f"{secret}, {secret}"):
        with pytest.raises(Unverified) as raised:
            stage.connectors.admit_telegram(wrong)
        assert raised.value.code is ConnectorReason.WEBHOOK_UNVERIFIED


async def test_whatsapp_signs_the_octets_of_the_body(stage):
    await stage.connect()
    body = stage.whatsapp.webhook(forward("acme.com"))
    tag = stage.connectors.admit_whatsapp(stage.whatsapp.signature(body))
    with pytest.raises(Unverified) as raised:
        await stage.connectors.take_whatsapp(body + b" ", tag)
    assert raised.value.code is ConnectorReason.WEBHOOK_UNVERIFIED
    with pytest.raises(Unverified):
        await whatsapp(stage, body, secret="another-app-secret")
    with pytest.raises(Unverified):
        await stage.connectors.take_whatsapp(body, tag[:16])
    assert stage.register.asked == []
    assert await stage.connectors.take_whatsapp(body, tag) == Taken(answered=1)


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha1=" + "0" * 40, "sha256=" + "0" * 63, "sha256=" + "A" * 64, "0" * 64, "é"]
)
async def test_a_signature_has_a_form(stage, signature):
    await stage.connect()
    body = stage.whatsapp.webhook(forward("acme.com"))
    with pytest.raises(Unverified) as raised:
        await stage.connectors.take_whatsapp(body, stage.connectors.admit_whatsapp(signature))
    assert raised.value.code is ConnectorReason.WEBHOOK_UNVERIFIED


async def test_whatsapp_asks_first_whether_a_webhook_is_wanted(stage):
    known = await stage.connect()
    assert stage.connectors.greet("subscribe", known.verify_token, "1158201444") == "1158201444"
    for mode, token in (("subscribe", "wrong"), ("subscribe", ""), ("unsubscribe", known.verify_token)):
        with pytest.raises(Unverified):
            stage.connectors.greet(mode, token, "1")


async def test_a_message_is_answered_where_it_came_from(stage):
    await stage.connect()
    stage.register.inside.add("acme.com")
    assert await telegram(stage, update(text="look: https://acme.com/x", language="es")) == Taken(answered=1)
    await stage.send_all()
    (sent,) = stage.telegram.sent
    assert sent["chat_id"] == FORWARDER
    assert sent["reply_parameters"] == {"message_id": 1_000, "allow_sending_without_reply": True}
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert "PERTENECE · L5" in sent["text"]
    assert "Dentro del perímetro" in sent["text"]


async def test_the_brand_of_the_account_is_asked_about(stage):
    await stage.connect(brand="br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D")
    await telegram(stage, update(text="acme.com"))
    await whatsapp(stage, stage.whatsapp.webhook(forward("acme.com")))
    assert [brand for _, brand in stage.register.asked] == ["br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D"] * 2


async def test_the_same_delivery_again_changes_nothing(stage):
    await stage.connect()
    body = stage.whatsapp.webhook(forward("acme.com"))
    assert await telegram(stage, update(text="acme.com")) == Taken(answered=1)
    assert await whatsapp(stage, body) == Taken(answered=1)
    await stage.send_all()
    assert await telegram(stage, update(text="acme.com")) == Taken(known=1)
    assert await telegram(stage, update(text="other.com")) == Taken(known=1)
    assert await whatsapp(stage, body) == Taken(known=1)
    await stage.send_all()
    assert (len(stage.register.asked), len(stage.texts())) == (2, 2)


async def test_the_same_delivery_twice_at_once_is_taken_once(stage):
    await stage.connect()
    found = await asyncio.gather(*(telegram(stage, update(text="acme.com")) for _ in range(5)))
    assert sorted(each.answered for each in found) == [0, 0, 0, 0, 1]
    assert len(stage.register.asked) == 1


async def test_what_could_not_be_looked_up_is_taken_at_the_next_delivery(stage):
    await stage.connect()
    stage.register.fault = Unavailable(StoreReason.STORE_LOCKED, "not now")
    body = stage.whatsapp.webhook(forward("acme.com"))
    for taking in (telegram(stage, update(text="acme.com")), whatsapp(stage, body)):
        with pytest.raises(Unavailable):
            await taking
    stage.register.fault = None
    assert await telegram(stage, update(text="acme.com")) == Taken(answered=1)
    assert await whatsapp(stage, body) == Taken(answered=1)


async def test_of_several_messages_in_a_webhook_only_those_are_taken_again_that_failed(stage):
    await stage.connect()
    body = stage.whatsapp.webhook(*(forward(f"a{n}.com", id_=f"wamid.{n}") for n in range(3)))
    stage.replies.switches.refuse("take", Unavailable(StoreReason.STORE_FULL, "full"))
    with pytest.raises(Unavailable):
        await whatsapp(stage, body)
    assert await whatsapp(stage, body) == Taken(answered=3)
    body = stage.whatsapp.webhook(forward("a1.com", id_="wamid.1"), forward("b.com", id_="wamid.9"))
    assert await whatsapp(stage, body) == Taken(answered=1, known=1)
    await stage.send_all()
    assert len(stage.whatsapp.sent) == 4


UNKNOWN_KINDS = [
    {"update_id": 1},
    {"update_id": 1, "poll_answer": {"poll_id": "1"}},
    {"update_id": 1, "message_of_tomorrow": {"anything": [1, 2]}},
    update(kind="channel_post", text="acme.com"),
    update(kind="business_message", text="acme.com"),
    update(text="acme.com", **{"from": {"id": 5, "is_bot": True, "first_name": "Bot"}}),
    update(text="acme.com", **{"from": None}),
    update(text="acme.com", is_automatic_forward=True),
    update(text="good morning", chat={"id": -5, "type": "group"}),
    {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}}},
    {"message": update(text="acme.com")["message"]},
]


@pytest.mark.parametrize("value", UNKNOWN_KINDS, ids=range(len(UNKNOWN_KINDS)))
async def test_telegram_is_answered_only_when_somebody_wrote_to_the_bot(stage, value):
    await stage.connect()
    found = await telegram(stage, value)
    assert (found.answered, found.known) == (0, 0)
    assert stage.register.asked == []


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "unknown", "request_welcome", "of_tomorrow"])
async def test_whatsapp_is_answered_only_when_somebody_says_something(stage, kind):
    await stage.connect()
    body = stage.whatsapp.webhook({"from": "34600111222", "id": "wamid.1", "type": kind, kind: {"body": "x"}})
    assert await whatsapp(stage, body) == Taken(left=1)
    assert stage.register.asked == []


async def test_notices_about_our_own_messages_hold_none(stage):
    await stage.connect()
    value = {"messaging_product": "whatsapp", "statuses": [{"id": "wamid.1", "status": "read"}]}
    whole = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": value, "field": "messages"}]}]}
    assert await whatsapp(stage, octets(whole)) == Taken()


async def test_messages_to_another_number_of_the_same_app_are_left(stage):
    await stage.connect()
    body = stage.whatsapp.webhook(forward("acme.com")).replace(stage.whatsapp.number_id.encode(), b"5")
    assert await whatsapp(stage, body) == Taken()


UNREADABLE = [b"", b"{", b"[]", b"null", b'{"message": 5}', b'{"a":1,"a":2}', b'"\\ud800"', b"[" * 5_000, b"\xff"]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_what_the_platform_sends_and_nobody_can_read_is_acknowledged_and_noted(stage, body):
    await stage.connect()
    assert await telegram(stage, body) == Taken(left=1)
    assert await whatsapp(stage, body) == Taken(left=1)
    assert [part for part, _ in stage.notes] == ["webhook", "webhook"]


async def test_a_body_beyond_the_platforms_own_limit_is_left(stage):
    await stage.connect()
    body = octets(update(text="x" * max(LARGEST.values())))
    assert await telegram(stage, body) == Taken(left=1)
    assert stage.notes == [("webhook", "JSON_TOO_LARGE")]


async def test_more_channels_than_are_looked_at_get_one_answer_and_no_lookup(stage):
    await stage.connect()
    await telegram(stage, update(text=" ".join(f"a{n}.com" for n in range(21))))
    await telegram(stage, update(10_001, text=" ".join(f"a{n}.com" for n in range(20))))
    await stage.send_all()
    assert len(stage.register.asked) == 1
    assert sum("more than 20 channels" in text for text in stage.texts()) == 1


async def test_one_chat_alone_does_not_keep_the_registry_busy(stage):
    await stage.connect()
    found = [await telegram(stage, update(10_000 + n, text="acme.com")) for n in range(25)]
    assert sum(each.answered for each in found) == 20
    assert stage.notes == [("webhook", "CHAT_LIMITED")] * 5
    assert await telegram(stage, update(10_024, text="acme.com")) == Taken(known=1)
    other = update(10_100, text="acme.com", chat={"id": 7, "type": "private"})
    assert await telegram(stage, other) == Taken(answered=1)
    stage.clock.pass_ms(61_000)
    assert await telegram(stage, update(10_200, text="acme.com")) == Taken(answered=1)


async def test_an_edited_message_is_looked_up_anew(stage):
    await stage.connect()
    await telegram(stage, update(10_000, text="acme.com"))
    edited = update(10_001, text="other.com", kind="edited_message", message_id=1_000)
    assert await telegram(stage, edited) == Taken(answered=1)


async def test_deliveries_are_remembered_longer_than_any_platform_tries(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    await stage.send_all()
    stage.clock.pass_ms(7 * 86_400_000)
    assert await stage.connectors.forget() == 0
    assert await telegram(stage, update(text="acme.com")) == Taken(known=1)
    stage.clock.pass_ms(2 * 86_400_000)
    assert await stage.connectors.forget() == 1


async def test_neither_message_nor_chat_lie_in_what_is_kept(stage):
    await stage.connect()
    body = stage.whatsapp.webhook(forward("the violet heron walks, see acme.com"))
    await whatsapp(stage, body)
    kept = repr((stage.replies.deliveries, stage.replies.replies, stage.records.acts, stage.notes)).encode()
    kept += b"".join(reply.sealed for reply in stage.replies.replies.values())
    for canary in (b"violet heron", b"34600111222", b"600111222", b"wamid", b"acme.com"):
        assert canary not in kept
