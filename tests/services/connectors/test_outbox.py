"""Answers on their way: tried again while nothing was taken, sent once, and never after an hour."""

import asyncio

import pytest
from tests.services.connectors.conftest import FORWARDER, forward, staged, update
from tests.services.connectors.test_connectors import telegram, whatsapp

from frankmark.adapters.standin.json_server import Said
from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.foundation.aead import hkdf, seal
from frankmark.foundation.errors import Malformed, Misuse, Unavailable, Unverified
from frankmark.ports.durability import StoreReason
from frankmark.ports.messaging import Message, Piece
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.outbox import KEEP_MS, Letterbox, backoff_ms

BUSY = {
    "telegram 429": Said(
        status=429, body={"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 34}}
    ),
    "telegram 502": Said(status=502, body={"ok": False, "error_code": 502, "description": "Bad Gateway"}),
    "no object": Said(status=503, body="oops"),
    "no JSON": Said(status=503, body=b"<html>"),
    "Retry-After": Said(status=503, body={}, headers={"Retry-After": "34"}),
    "Retry-After a date": Said(status=503, body={}, headers={"Retry-After": "Fri, 20 Nov 2026 10:00:00 GMT"}),
}
CODES = [4, 80007, 130429, 131056, 131016, 131057, 133004]


@pytest.mark.parametrize("name", BUSY)
async def test_what_the_platform_has_not_taken_is_sent_again(stage, name):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.telegram.next.append(BUSY[name])
    assert await stage.outbox.once() == 0
    assert stage.telegram.sent == []
    wait_ms = 34_000 if name in {"telegram 429", "Retry-After"} else 1_000
    assert await stage.outbox.once() == min(wait_ms, 30_000)
    stage.clock.pass_ms(wait_ms - 1)
    await stage.outbox.once()
    assert stage.telegram.sent == []
    stage.clock.pass_ms(1)
    await stage.send_all()
    await stage.send_all()
    assert len(stage.telegram.sent) == 1
    assert stage.notes == []


@pytest.mark.parametrize("code", CODES)
async def test_whatsapp_says_in_the_body_that_it_is_busy(stage, code):
    await stage.connect()
    await whatsapp(stage, stage.whatsapp.webhook(forward("acme.com")))
    stage.whatsapp.next.append(Said(status=400, body={"error": {"code": code, "message": "later"}}))
    await stage.outbox.once()
    stage.clock.pass_ms(1_000)
    await stage.send_all()
    assert len(stage.whatsapp.sent) == 1


@pytest.mark.parametrize(
    "said",
    [
        Said(status=400, body={"error": {"code": 131047, "message": "Re-engagement message"}}),
        Said(status=400, body={"error": "no object"}),
        Said(status=401, body={}),
        Said(status=403, body=[1]),
        Said(status=404, body=None),
        Said(status=302, body={}, headers={"Location": "https://elsewhere.test/"}),
    ],
    ids=lambda said: str(said.status),
)
async def test_what_the_platform_refuses_is_not_sent_again(stage, said):
    await stage.connect()
    await whatsapp(stage, stage.whatsapp.webhook(forward("acme.com")))
    stage.whatsapp.next.append(said)
    await stage.send_all()
    stage.clock.pass_ms(KEEP_MS // 2)
    await stage.send_all()
    assert len(stage.whatsapp.asked) == 1
    assert stage.notes == [("replies", "MESSAGING_REFUSED")]
    assert stage.replies.replies == {}


async def test_a_chat_that_blocked_the_bot_is_left_alone(stage):
    await stage.connect()
    stage.telegram.blocked.add(FORWARDER)
    await telegram(stage, update(text="acme.com"))
    await stage.send_all()
    assert stage.notes == [("replies", "MESSAGING_REFUSED")]


async def test_what_may_have_been_taken_is_never_sent_again(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.telegram.next.append(Said(cut=True))
    await stage.send_all()
    stage.clock.pass_ms(KEEP_MS // 2)
    await stage.send_all()
    assert [asked.path.rpartition("/")[2] for asked in stage.telegram.asked] == ["setWebhook", "sendMessage"]
    assert stage.notes == [("replies", "MESSAGING_UNCERTAIN")]


async def test_nobody_listening_is_no_reason_to_give_up(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    port = stage.telegram.port
    await stage.telegram.stop()
    for tries in range(3):
        assert await stage.outbox.once() == 0
        stage.clock.pass_ms(backoff_ms(tries, 0))
    again = TelegramStandIn(stage.telegram.token)
    await again.start(port=port)
    await stage.send_all()
    await again.stop()
    assert len(again.sent) == 1


async def test_after_an_hour_nobody_waits_for_an_answer(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.telegram.next.append(BUSY["telegram 502"])
    await stage.outbox.once()
    stage.clock.pass_ms(KEEP_MS)
    await stage.send_all()
    assert stage.telegram.sent == []
    assert stage.notes == [("replies", "MESSAGING_BUSY")]
    assert stage.replies.replies == {}


async def test_what_was_under_way_when_the_node_ended_is_not_sent_again(stage):
    await stage.connect()
    for number in (10_000, 10_001):
        await telegram(stage, update(number, text="acme.com"))
    (first, _) = await stage.replies.waiting(2)
    await stage.replies.claim(first.digest)
    stage.outbox.start()
    await until(lambda: len(stage.telegram.sent) == 1)
    await stage.outbox.stop()
    assert len(stage.telegram.sent) == 1
    assert stage.notes == [("replies", "MESSAGING_UNCERTAIN")]
    assert stage.replies.replies == {}


async def test_answers_of_a_platform_that_was_disconnected_are_dropped(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.accounts.remove(Platform.TELEGRAM)
    await stage.send_all()
    assert stage.notes == [("replies", "CONNECTOR_NOT_CONFIGURED")]
    assert stage.replies.replies == {}


async def test_it_is_woken_and_goes_on_after_faults(stage):
    await stage.connect()
    stage.replies.switches.refuse("waiting", Unavailable(StoreReason.STORE_LOCKED, "not now"))
    stage.outbox.start()
    stage.outbox.start()
    await asyncio.sleep(0.02)
    await telegram(stage, update(text="acme.com"))
    await until(lambda: len(stage.telegram.sent) == 1)
    assert stage.notes == [("replies", "STORE_LOCKED")]


async def test_a_defect_does_not_end_the_sending(stage):
    await stage.connect()
    stage.replies.waiting, waiting = broken, stage.replies.waiting
    stage.outbox.start()
    await asyncio.sleep(0.02)
    stage.replies.waiting = waiting
    await telegram(stage, update(text="acme.com"))
    await until(lambda: len(stage.telegram.sent) == 1)
    assert stage.notes == [("replies", "ZeroDivisionError")]


async def broken(_limit):
    raise ZeroDivisionError


async def test_a_slow_answer_is_waited_for_when_the_node_stops(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.telegram.next.append(Said(body={"ok": True}, after_s=0.3))
    stage.outbox.start()
    await until(lambda: len(stage.telegram.asked) == 2)
    await stage.outbox.stop()
    assert stage.replies.replies == {}
    assert stage.notes == []


async def test_one_that_cannot_be_forgotten_is_not_sent_again_and_the_others_are_sent(stage):
    await stage.connect()
    for number in (10_000, 10_001):
        await telegram(stage, update(number, text="acme.com"))
    stage.replies.switches.refuse("drop", Unavailable(StoreReason.STORE_FULL, "full"))
    with pytest.raises(Unavailable):
        await stage.outbox.once()
    await stage.send_all()
    assert len(stage.telegram.sent) == 2


def test_a_sealed_answer_opens_for_its_own_delivery_and_under_its_own_secret():
    message = Message(chat="1", reply_to="2", pieces=(Piece(text="a"), Piece(text="b", literal=True)))
    entropy = Entropy()
    box = Letterbox(b"s" * 32, entropy)
    sealed = box.sealed(message, "d1")
    assert box.opened(sealed, "d1") == message
    for other, digest in ((box, "d2"), (Letterbox(b"t" * 32, entropy), "d1")):
        with pytest.raises(Unverified):
            other.opened(sealed, digest)
    with pytest.raises(Unverified):
        box.opened(sealed[:-1] + bytes([sealed[-1] ^ 1]), "d1")
    with pytest.raises(Malformed):
        box.opened(sealed[:20], "d1")


@pytest.mark.parametrize(
    "document", [b"[]", b'{"chat":"1","pieces":[],"replyTo":2}', b'{"chat":"1","pieces":[["a",1]],"replyTo":"2"}']
)
def test_what_is_sealed_and_no_answer_is_a_defect_of_ours(document):
    key = hkdf("sha256", b"s" * 32, salt=b"", info=b"frankmark-reply-v1", length=32)
    with pytest.raises(Misuse):
        Letterbox(b"s" * 32, Entropy()).opened(b"n" * 12 + seal(key, b"n" * 12, document, b"d1"), "d1")


async def test_an_answer_that_hangs_is_left_when_the_node_stops(stage):
    await stage.connect()
    await telegram(stage, update(text="acme.com"))
    stage.telegram.next.append(Said(body={"ok": True}, after_s=5))
    stage.outbox.start()
    await until(lambda: len(stage.telegram.asked) == 2)
    await stage.outbox.stop(0.1)
    assert await stage.replies.forget_claimed() == 1


class Entropy:
    def octets(self, count):
        return b"n" * count


def test_the_wait_doubles_up_to_five_minutes_and_is_never_shorter_than_asked():
    assert [backoff_ms(tries, 0) for tries in range(10)] == [
        *(1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000)
    ]
    assert backoff_ms(1_000, 0) == 300_000
    assert backoff_ms(0, 600_000) == 600_000


def test_an_outbox_that_was_never_started_stops():
    stage = staged(None, None, None)
    asyncio.run(stage.outbox.stop())


async def until(found):
    async with asyncio.timeout(8):
        while not found():  # noqa: ASYNC110  (what is waited for knows of no event)
            await asyncio.sleep(0.01)
