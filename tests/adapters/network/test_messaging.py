"""Lines to the platforms: what they send, as the platforms take it, and what never stands in an error."""

from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.messengers import PlatformMessengers
from frankmark.adapters.standin.json_server import Said
from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.adapters.standin.whatsapp_server import WhatsAppStandIn
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.messaging import Account, Message, MessagingReason, NotTaken, Piece

RULES = AddressRules((Path(frankmark.__file__).parent / "data" / "special_addresses.json").read_bytes())
TELEGRAM = Account(platform="telegram", token="123456789:AAE-abcdefghijklmnopqrstuvwxyz012345", secret="s" * 43)
WHATSAPP = Account(platform="whatsapp", token="EAAGm0PX4ZCpsBAabcdefg", secret="a" * 32, number_id="1065403522")
MESSAGE = Message(
    chat="34600111222",
    reply_to="77",
    pieces=(Piece(text="\U0001f7e2 "), Piece(text="acme`.com", literal=True), Piece(text=" is.\n")),
)


class Nobody:
    async def resolve(self, question):
        raise AssertionError(question)


@pytest.fixture
async def platforms():
    telegram = TelegramStandIn(TELEGRAM.token)
    whatsapp = WhatsAppStandIn(WHATSAPP.token, WHATSAPP.number_id, WHATSAPP.secret)
    for server in (telegram, whatsapp):
        await server.start()
    yield telegram, whatsapp
    for server in (telegram, whatsapp):
        await server.stop()


def messengers(telegram, whatsapp, *, allowed=True):
    allow = [endpoint_from(each.origin) for each in (telegram, whatsapp)] if allowed else []
    fetcher = GuardedFetcher(
        dialer=Dialer(resolver=Nobody(), rules=RULES, allow=allow), tls=trust_context(), agent="frankmark/test"
    )
    return PlatformMessengers(fetcher, telegram=f"{telegram.origin}/", whatsapp=f"{whatsapp.base}/")


async def test_telegram_gets_plain_text_with_its_literals_marked(platforms):
    await messengers(*platforms).line(TELEGRAM).send(MESSAGE)
    (asked,) = platforms[0].asked
    assert asked.headers["content-type"] == "application/json"
    assert asked.body == {
        "chat_id": 34600111222,
        "text": "\U0001f7e2 acme`.com is.\n",
        "entities": [{"type": "code", "offset": 3, "length": 9}],
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True},
    }


@pytest.mark.parametrize(("chat", "member"), [("34600111222", "to"), ("US.13491208655302741918", "recipient")])
async def test_whatsapp_gets_a_text_whose_literals_are_no_links(platforms, chat, member):
    message = Message(chat=chat, reply_to="wamid.1", pieces=MESSAGE.pieces)
    await messengers(*platforms).line(WHATSAPP).send(message)
    (asked,) = platforms[1].asked
    assert asked.headers["authorization"] == f"Bearer {WHATSAPP.token}"
    assert asked.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        member: chat,
        "context": {"message_id": "wamid.1"},
        "type": "text",
        "text": {"body": "\U0001f7e2 `acme'[.]com` is.\n", "preview_url": False},
    }


async def test_a_webhook_is_set_and_taken_back(platforms):
    lines = messengers(*platforms)
    await lines.line(TELEGRAM).receive_at("https://node.demo.test/hook")
    assert platforms[0].webhook["secret_token"] == TELEGRAM.secret
    await lines.line(TELEGRAM).receive_at("")
    assert platforms[0].webhook == {}
    await lines.line(WHATSAPP).receive_at("https://node.demo.test/hook")
    assert list(platforms[1].asked) == []
    with pytest.raises(Refused):
        await lines.line(TELEGRAM).receive_at("http://node.demo.test/hook")


@pytest.mark.parametrize("account", [TELEGRAM, WHATSAPP], ids=["telegram", "whatsapp"])
async def test_no_error_holds_token_chat_or_text(platforms, account):
    line = messengers(*platforms).line(account)
    server = platforms[account is WHATSAPP]
    faults = [Said(status=429, body={}), Said(status=400, body={}), Said(cut=True), Said(body="x" * 70_000)]
    server.next.extend(faults)
    raised = [await fault_of(line) for _ in faults]
    await server.stop()
    raised += [await fault_of(line), await fault_of(messengers(*platforms, allowed=False).line(account))]
    assert [fault.code for fault in raised] == [
        MessagingReason.MESSAGING_BUSY,
        MessagingReason.MESSAGING_REFUSED,
        MessagingReason.MESSAGING_UNCERTAIN,
        MessagingReason.MESSAGING_UNCERTAIN,
        MessagingReason.MESSAGING_UNREACHABLE,
        MessagingReason.MESSAGING_UNREACHABLE,
    ]
    assert [isinstance(fault, NotTaken) for fault in raised] == [True, False, False, False, True, True]
    assert all(isinstance(fault, Unavailable | Refused) for fault in raised)
    for fault in raised:
        told = repr(fault) + str(fault) + repr(fault.__cause__)
        for secret in (account.token, MESSAGE.chat, "acme", "127.0.0.1"):
            assert secret not in told


async def fault_of(line):
    with pytest.raises(Error) as raised:
        await line.send(MESSAGE)
    return raised.value


@pytest.mark.parametrize(
    ("said", "wait_ms"),
    [
        (Said(status=429, body={"parameters": {"retry_after": 5}}), 5_000),
        (Said(status=429, body={"parameters": {"retry_after": -5}}), 0),
        (Said(status=429, body={"parameters": {"retry_after": 10**9}}), 86_400_000),
        (Said(status=429, body={"parameters": {"retry_after": "soon"}}), 0),
        (Said(status=429, body={"parameters": 5}, headers={"Retry-After": "7"}), 7_000),
        (Said(status=503, body=None, headers={"Retry-After": "9" * 20}), 86_400_000),
        (Said(status=503, body=None, headers={"Retry-After": "soon"}), 0),
    ],
    ids=range(7),
)
async def test_the_platform_says_how_long_to_wait_within_reason(platforms, said, wait_ms):
    platforms[0].next.append(said)
    fault = await fault_of(messengers(*platforms).line(TELEGRAM))
    assert fault.wait_ms == wait_ms


async def test_the_stand_ins_are_as_strict_as_the_platforms(platforms):
    lines = messengers(*platforms)
    for account in (TELEGRAM, WHATSAPP):
        for pieces in ((), (Piece(text="x" * 4_097),)):
            with pytest.raises(Refused):
                await lines.line(account).send(Message(chat="1", reply_to="1", pieces=pieces))
    wrong = Account(platform="whatsapp", token=WHATSAPP.token, secret="", number_id="5")
    with pytest.raises(Refused):
        await lines.line(wrong).send(MESSAGE)
    assert platforms[0].sent == platforms[1].sent == []
