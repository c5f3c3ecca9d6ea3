"""Webhooks on a running node: forged, repeated, huge, slow and strange ones, and answers that outlive a node."""

import asyncio
import json
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from tests.rows.platforms import ACCESS, APP_SECRET, NUMBER_ID, TOKEN, Chats, PlatformWorld, dumped
from tests.rows.staging import until

from frankmark.adapters.standin.json_server import Said, exchange
from frankmark.services.connectors import LARGEST

TELEGRAM, WHATSAPP = "/api/signal/hooks/telegram", "/api/signal/hooks/whatsapp"
SECRET_FIELD, SIGNATURE_FIELD = "X-Telegram-Bot-Api-Secret-Token", "X-Hub-Signature-256"
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def chats(tmp_path_factory):
    world = PlatformWorld(tmp_path_factory.mktemp("hooks"))
    with ExitStack() as stack:
        yield Chats(world, stack)
    world.close()


def receipts(chats):
    """How many receipts there are."""
    return chats.node.anyone.good("GET", "/api/signal/logs/receipts/sth")["size"]


def asked(chats, target, body, fields, method="POST"):
    status, answer = chats.world.run(exchange(chats.node.base, target, body, fields, method=method))
    return status, answer


def secret(chats):
    return {SECRET_FIELD: chats.world.telegram.webhook["secret_token"]}


def left_alone(chats, before):
    """Nothing was looked up, and nobody was answered."""
    return (receipts(chats), len(chats.world.telegram.sent), len(chats.world.whatsapp.sent)) == before


def standing(chats):
    return receipts(chats), len(chats.world.telegram.sent), len(chats.world.whatsapp.sent)


def test_the_whole_way_round(chats):
    told = chats.tell_bot(f"https://{chats.case.anchor}/", "fr")["text"]
    assert "Dans le périmètre · PERTENECE · L5" in told
    told = chats.tell_number(f"https://{chats.case.anchor}/", "819012345678")["text"]["body"]
    assert "宣言された境界の内 · PERTENECE · L5" in told
    for receipt in chats.receipts(told):
        assert receipt["valid"]


FORGED = [
    {},
    {SECRET_FIELD: ""},
    {SECRET_FIELD: "A" * 43},
    {SIGNATURE_FIELD: "sha256=" + "0" * 64},
    {"Authorization-": "x", SECRET_FIELD: "\xff"},
]


@pytest.mark.parametrize("fields", FORGED, ids=range(len(FORGED)))
def test_a_forged_webhook_is_refused_and_changes_nothing(chats, fields):
    before = standing(chats)
    update = dumped(chats.update("https://acme.com"))
    webhook = chats.world.whatsapp.webhook(chats.forward("https://acme.com"))
    for target, body in ((TELEGRAM, update), (WHATSAPP, webhook)):
        status, answer = asked(chats, target, body, fields)
        assert (status, json.loads(answer)["code"]) == (403, "WEBHOOK_UNVERIFIED")
    right = chats.world.whatsapp.signature(webhook)
    for body, signature in (
        (webhook + b"\n", right),
        (webhook, right.replace("sha256", "sha1")),
        (webhook, right[:-2]),
    ):
        assert chats.world.run(chats.world.whatsapp.deliver(chats.node.base, body, signature)) == 403
    assert left_alone(chats, before)


def test_a_credential_of_ours_is_no_proof(chats):
    update = dumped(chats.update("https://acme.com"))
    assert chats.node.admin.ask("POST", TELEGRAM, update).status == 403
    assert asked(chats, TELEGRAM, update, {"Authorization": "Bearer ss_test_nobody", **secret(chats)})[0] == 401


def test_a_repeated_webhook_is_acknowledged_and_answered_once(chats):
    update = chats.update("https://acme.com")
    before = len(chats.world.telegram.sent)
    found = [json.loads(asked(chats, TELEGRAM, dumped(update), secret(chats))[1]) for _ in range(3)]
    assert found == [{"answered": 1, "known": 0, "left": 0}, *[{"answered": 0, "known": 1, "left": 0}] * 2]
    chats.one_more(chats.world.telegram.sent, before)
    size = receipts(chats)
    time.sleep(0.2)
    assert (len(chats.world.telegram.sent), receipts(chats)) == (before + 1, size)


def test_one_webhook_brings_several_messages(chats):
    before = len(chats.world.whatsapp.sent)
    senders = ("34600111222", "33612345678", "819012345678")
    messages = [chats.forward(f"https://{chats.case.channel()}", sender) for sender in senders]
    messages.append({"from": senders[0], "id": "wamid.reaction", "type": "reaction", "reaction": {"emoji": "+"}})
    body = chats.world.whatsapp.webhook(*messages)
    fields = {SIGNATURE_FIELD: chats.world.whatsapp.signature(body)}
    assert json.loads(asked(chats, WHATSAPP, body, fields)[1]) == {"answered": 3, "known": 0, "left": 1}
    found = until(lambda: chats.world.whatsapp.sent[before:], lambda sent: len(sent) == 3)
    assert {each["to"] for each in found} == set(senders)


STRANGE = [
    b"",
    b"{",
    b"[]",
    b'{"update_id":1,"update_id":2}',
    b'{"update_id":7}',
    b'{"update_id":8,"message":{"message_id":"one"}}',
    b'{"update_id":9,"of_tomorrow":{}}',
    b"[" * 100_000,
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
def test_what_is_the_platforms_and_of_no_known_kind_is_acknowledged(chats, body):
    before = standing(chats)
    assert asked(chats, TELEGRAM, body, secret(chats))[0] == 200
    fields = {SIGNATURE_FIELD: chats.world.whatsapp.signature(body)}
    assert asked(chats, WHATSAPP, body, fields)[0] == 200
    assert left_alone(chats, before)


def raw(chats, head, *chunks, pause_s=0.0):
    """Speak HTTP by hand; answers what comes back until the node hangs up or falls silent."""
    where = urlsplit(chats.node.base)
    with socket.create_connection((where.hostname, where.port), timeout=15) as line:
        line.sendall(head.replace("HOST", where.netloc).encode())
        try:
            for chunk in chunks:
                line.sendall(chunk)
                time.sleep(pause_s)
        except (BrokenPipeError, ConnectionResetError):
            pass
        found = b""
        try:
            while more := line.recv(65_536):
                found += more
        except (TimeoutError, ConnectionResetError):
            pass
    return found


def head(target, length, field="", value=""):
    lines = [f"POST {target} HTTP/1.1", "Host: HOST", "Connection: close", f"Content-Length: {length}"]
    lines += [f"{field}: {value}"] if field else []
    return "\r\n".join(lines) + "\r\n\r\n"


@pytest.mark.parametrize("target", [TELEGRAM, WHATSAPP])
def test_a_huge_body_is_refused_when_it_is_too_large_and_not_read_at_all_without_proof(chats, target):
    telegram = target == TELEGRAM
    largest = max(LARGEST.values()) if not telegram else min(LARGEST.values())
    field = SECRET_FIELD if telegram else SIGNATURE_FIELD
    good = chats.world.telegram.webhook["secret_token"] if telegram else "sha256=" + "0" * 64
    answer = raw(chats, head(target, largest + 1, field, good), *[b" " * 65_536] * (largest // 65_536), b" ")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"PAYLOAD_TOO_LARGE" in answer
    answer = raw(chats, head(target, 10**9))  # nothing of the body was sent, and the answer is there
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_a_slow_body_is_taken_when_it_is_whole_and_forgotten_when_it_never_is(chats):
    update = dumped(chats.update("https://acme.com"))
    before = len(chats.world.telegram.sent)
    parts = [update[at : at + 40] for at in range(0, len(update), 40)]
    start = head(TELEGRAM, len(update), *next(iter(secret(chats).items())))
    assert raw(chats, start, *parts, pause_s=0.02).startswith(b"HTTP/1.1 200 ")
    chats.one_more(chats.world.telegram.sent, before)
    where = urlsplit(chats.node.base)
    other = dumped(chats.update("https://acme.com"))
    with socket.create_connection((where.hostname, where.port), timeout=5) as line:
        line.sendall(start.replace("HOST", where.netloc).encode() + other[:-1])
    time.sleep(0.2)
    assert len(chats.world.telegram.sent) == before + 1
    assert chats.node.anyone.get("/healthz").status == 200


def test_whatsapp_is_told_that_its_webhook_is_wanted(chats):
    ask = chats.world.whatsapp.ask
    assert chats.world.run(ask(chats.node.base, chats.verify_token, "1158201444")) == (200, b"1158201444")
    for token, challenge, status in (("wrong", "1", 403), ("", "1", 403), (chats.verify_token, "\n", 422)):
        assert chats.world.run(ask(chats.node.base, token, challenge))[0] == status
    answer = chats.node.anyone.get(f"{WHATSAPP}?hub.mode=subscribe&hub.verify_token={chats.verify_token}")
    assert (answer.status, answer.data, answer.headers["content-type"]) == (200, b"", "text/plain; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_accounts_are_for_administrators_and_shown_without_their_secrets(chats):
    body = {"token": ACCESS, "appSecret": APP_SECRET, "phoneNumberId": NUMBER_ID}
    for client, status in ((chats.node.anyone, 401), (chats.case.brand_line, 403)):
        assert client.post("/api/signal/connectors/whatsapp", body).status == status
        assert client.post("/api/signal/connectors/telegram", {"token": TOKEN}).status == status
        assert client.get("/api/signal/connectors").status == status
        assert client.ask("DELETE", "/api/signal/connectors/telegram").status == status
    listed = chats.node.admin.get("/api/signal/connectors")
    assert [each["platform"] for each in listed.json["items"]] == ["telegram", "whatsapp"]
    for shown in (TOKEN, ACCESS, APP_SECRET, chats.verify_token, secret(chats)[SECRET_FIELD]):
        assert shown.encode() not in listed.data + chats.everything()
    assert chats.node.admin.post("/api/signal/connectors/telegram", {"token": "x"}).json["code"] == (
        "CONNECTOR_ACCOUNT_INVALID"
    )
    assert chats.node.admin.post("/api/signal/connectors/whatsapp", {**body, "more": 1}).status == 422


def test_an_answer_outlives_its_node_and_is_sent_once(chats):
    """A node that ends while an answer waits sends it after its next start, and takes no delivery twice."""
    world = chats.world
    other = Restarted(world)
    world.telegram.next.append(Said(status=429, body={"ok": False, "parameters": {"retry_after": 2}}))
    update = chats.update("https://acme.com")
    before, tried = len(world.telegram.sent), len(world.telegram.asked)
    assert world.run(world.telegram.update(other.node.base, update)) == 200
    until(lambda: len(world.telegram.asked), lambda count: count > tried)
    other.again()
    assert len(world.telegram.sent) == before
    assert world.run(world.telegram.update(other.node.base, update)) == 200
    found = until(lambda: world.telegram.sent[before:], bool)
    time.sleep(0.3)
    assert len(found) == len(world.telegram.sent[before:]) == 1
    other.again()
    assert world.run(world.telegram.update(other.node.base, update)) == 200
    time.sleep(0.3)
    assert len(world.telegram.sent[before:]) == 1
    other.end(chats)


class Restarted:
    """A node with the bot, stopped and started on one data folder; the bot is the first node's again at the end."""

    def __init__(self, world):
        self.world = world
        self.node = world.node("restarted")
        self.node.admin.good("POST", "/api/signal/connectors/telegram", {"token": TOKEN})

    def again(self):
        self.world.stop(self.node)
        self.node = self.world.node("restarted")

    def end(self, chats):
        self.world.stop(self.node)
        body = {"token": TOKEN, "brand": chats.case.brand}
        chats.node.admin.good("POST", "/api/signal/connectors/telegram", body)


def test_without_an_account_a_webhook_finds_nobody(chats):
    node = chats.world.node("bare", api_per_minute=3)
    for target, fields in ((TELEGRAM, secret(chats)), (WHATSAPP, {SIGNATURE_FIELD: "sha256=" + "0" * 64})):
        for _ in range(4):  # webhooks have a window of their own
            answer = node.anyone.post(target, {}, **fields)
            assert (answer.status, answer.json["code"]) == (503, "CONNECTOR_NOT_CONFIGURED")
            assert answer.headers["ratelimit-policy"] == '"hooks";q=3000;w=60'
    chats.world.stop(node)


def test_a_disconnected_bot_is_gone(chats):
    world = chats.world
    node = world.node("parting")
    node.admin.good("POST", "/api/signal/connectors/telegram", {"token": TOKEN})
    token = world.telegram.webhook["secret_token"]
    told = node.admin.good("DELETE", "/api/signal/connectors/telegram")
    assert told == {"platform": "telegram", "told": True}
    assert world.telegram.webhook == {}
    assert world.run(world.telegram.update(node.base, chats.update("https://acme.com"), token)) == 503
    assert node.admin.ask("DELETE", "/api/signal/connectors/telegram").status == 404
    assert node.admin.good("GET", "/api/signal/connectors") == {"items": []}
    world.stop(node)
    chats.node.admin.good("POST", "/api/signal/connectors/telegram", {"token": TOKEN, "brand": chats.case.brand})


def test_many_at_once_are_each_answered_once(chats):
    before = len(chats.world.telegram.sent)
    updates = [chats.update(f"https://{chats.case.channel()}") for _ in range(30)]

    async def all_at_once():
        deliver = chats.world.telegram.update
        return await asyncio.gather(*(deliver(chats.node.base, each) for each in updates * 2))

    assert set(chats.world.run(all_at_once())) == {200}
    until(lambda: len(chats.world.telegram.sent), lambda count: count >= before + 30)
    time.sleep(0.3)
    answered = [each["reply_parameters"]["message_id"] for each in chats.world.telegram.sent[before:]]
    assert sorted(answered) == sorted(each["message"]["message_id"] for each in updates)
