"""Write ``vectors/signal-webhook.json``: objects of both platforms as they send them, and the channels in them."""

from signal_parts import SHORTENERS, STANDARD, SUFFIXES
from stamp_parts import write

ME = "34600111222"
Reading = tuple[str, str]


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def entity(kind: str, text: str, part: str, **more: object) -> dict[str, object]:
    """An entity over the first place of a part in a text."""
    return {"offset": units(text.partition(part)[0]), "length": units(part), "type": kind} | more


def update(member: str = "message", **message: object) -> dict[str, object]:
    """An update of the Bot API (core.telegram.org/bots/api#update)."""
    base = {
        "message_id": 1365,
        "from": {
            "id": 987654321,
            "is_bot": False,
            "first_name": "Ana",
            "username": "ana_private",
            "language_code": "es",
        },
        "chat": {"id": 987654321, "first_name": "Ana", "username": "ana_private", "type": "private"},
        "date": 1768471200,
    }
    return {"update_id": 10000, member: base | message}


CHANNEL = {
    "type": "channel",
    "chat": {"id": -1001234567890, "title": "Acme News", "username": "Acme_News", "type": "channel"},
    "message_id": 77,
    "author_signature": "Desk",
    "date": 1768467600,
}
USER = {
    "type": "user",
    "sender_user": {"id": 555000111, "is_bot": False, "first_name": "Bob", "username": "bob_at_acme"},
    "date": 1768467600,
}
CHAT = {
    "type": "chat",
    "sender_chat": {"id": -1009870000001, "title": "Acme group", "type": "supergroup"},
    "date": 1768467600,
}
HIDDEN = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1768467600}


def whatsapp(*messages: dict[str, object], **value: object) -> dict[str, object]:
    """A webhook object of the Cloud API."""
    inner: dict[str, object] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
    }
    if messages:
        inner["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": ME}]
        inner["messages"] = list(messages)
    change = {"value": inner | value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


def sent(number: int = 1, **members: object) -> dict[str, object]:
    """One message of the Cloud API."""
    return {"from": ME, "id": f"wamid.HBgLMzQ2MDA{number}", "timestamp": "1768471200"} | members


def text(body: str, **more: object) -> dict[str, object]:
    """A text message."""
    return sent(type="text", text={"body": body}, **more)


FORWARDED = {"context": {"forwarded": True}}
OFTEN = {"context": {"frequently_forwarded": True}}


def url(address: str, host: str) -> list[Reading]:
    """A link in its readings."""
    return [("shortlink", address), ("domain", host)]


def found(
    attribution: str,
    *subjects: list[Reading] | tuple[list[Reading], list[str]],
    chat: str,
    message: str,
    many: bool = False,
) -> dict[str, object]:
    """What is in one message."""
    each = [one if isinstance(one, tuple) else (one, []) for one in subjects]
    return {
        "attribution": attribution,
        "chat": chat,
        "messageId": message,
        "tooMany": many,
        "subjects": [
            {"readings": [{"type": kind, "value": value} for kind, value in readings], "signals": signals}
            for readings, signals in each
        ],
    }


def told(
    attribution: str, *subjects: list[Reading] | tuple[list[Reading], list[str]], many: bool = False
) -> list[dict]:
    """What is in one message of Telegram."""
    return [found(attribution, *subjects, chat="987654321", message="1365", many=many)]


def wrote(
    attribution: str, *subjects: list[Reading] | tuple[list[Reading], list[str]], number: int = 1, many: bool = False
) -> dict[str, object]:
    """What is in one message of WhatsApp."""
    return found(attribution, *subjects, chat=ME, message=f"wamid.HBgLMzQ2MDA{number}", many=many)


NEWS: list[Reading] = [("telegram", "@acme_news"), ("telegram", "tgid:-1001234567890")]
LOGIN = url("https://acme-login.example/in", "acme-login.example")
SEE = "\U0001f600 See https://acme-login.example/in now"
HIDDEN_LINK = "Your parcel is waiting here."
CAPTION = "\u00bfEs tuyo? acme-login.example/in"
MANY = " ".join(f"a{n}.example" for n in range(21))
NUMBER: list[Reading] = [("whatsapp", "+14155550123"), ("phone", "+14155550123")]

TELEGRAM: dict[str, tuple[object, list[dict[str, object]] | str]] = {
    "forwarded from a channel": (update(text="Hello", forward_origin=CHANNEL), told("platform_origin", NEWS)),
    "forwarded from a channel, with a link": (
        update(text=SEE, entities=[entity("url", SEE, "https://acme-login.example/in")], forward_origin=CHANNEL),
        told("platform_origin", NEWS, LOGIN),
    ),
    "forwarded from a person": (
        update(text="Hello", forward_origin=USER),
        told("platform_origin", [("telegram", "@bob_at_acme"), ("telegram", "tgid:555000111")]),
    ),
    "forwarded from a group without a name": (
        update(text="Hello", forward_origin=CHAT),
        told("platform_origin", [("telegram", "tgid:-1009870000001")]),
    ),
    "forwarded from a person who hides": (
        update(text=SEE, entities=[entity("url", SEE, "https://acme-login.example/in")], forward_origin=HIDDEN),
        told("content_only", LOGIN),
    ),
    "forwarded from a person who hides, nothing in it": (
        update(text="Hello", forward_origin=HIDDEN),
        told("content_only"),
    ),
    "an origin of a kind to come": (
        update(text="Hello", forward_origin={"type": "star", "date": 1}),
        told("content_only"),
    ),
    "an origin without its sender": (
        update(text="Hello", forward_origin={"type": "user", "date": 1}),
        told("content_only"),
    ),
    "an origin whose name is none": (
        update(
            text="Hello", forward_origin=CHAT | {"sender_chat": {"id": 7000001, "username": "x", "type": "channel"}}
        ),
        told("platform_origin", [("telegram", "tgid:7000001")]),
    ),
    "an origin with neither name nor id": (
        update(text="Hello", forward_origin=CHAT | {"sender_chat": {"type": "channel"}}),
        told("content_only"),
    ),
    "typed by whoever asks": (update(text="is t.me/Acme_News yours?"), told("direct", [("telegram", "@acme_news")])),
    "a text link that shows other words": (
        update(
            text=HIDDEN_LINK,
            entities=[entity("text_link", HIDDEN_LINK, "here", url="https://acme-login.example/in")],
        ),
        told("direct", LOGIN),
    ),
    "a text link that shows another host": (
        update(
            text="See acme.example",
            entities=[entity("text_link", "See acme.example", "acme.example", url="https://acme-login.example/in")],
        ),
        told("direct", LOGIN, url("https://acme.example/", "acme.example")),
    ),
    "a mention, a mail address and a number": (
        update(
            text="@Acme_News help@acme.example +1 415 555 0123",
            entities=[
                {"offset": 0, "length": 10, "type": "mention"},
                {"offset": 11, "length": 17, "type": "email"},
                {"offset": 29, "length": 15, "type": "phone_number"},
            ],
        ),
        told(
            "direct",
            [("telegram", "@acme_news")],
            [("email", "help@acme.example"), ("domain", "acme.example")],
            NUMBER,
        ),
    ),
    "a mention of a person without a name": (
        update(
            text="Bob",
            entities=[{"offset": 0, "length": 3, "type": "text_mention", "user": {"id": 555000111, "is_bot": False}}],
        ),
        told("direct", [("telegram", "tgid:555000111")]),
    ),
    "a mention of nobody": (
        update(text="Bob", entities=[{"offset": 0, "length": 3, "type": "text_mention"}]),
        told("direct"),
    ),
    "entities that mark no channel": (
        update(
            text="/start #sale $ACME bold",
            entities=[
                {"offset": 0, "length": 6, "type": "bot_command"},
                {"offset": 7, "length": 5, "type": "hashtag"},
                {"offset": 13, "length": 5, "type": "cashtag"},
                {"offset": 19, "length": 4, "type": "bold"},
            ],
        ),
        told("direct"),
    ),
    "an entity of a kind to come": (
        update(text="acme.example", entities=[{"offset": 0, "length": 12, "type": "stardust"}]),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "a link marked as code": (
        update(text="acme.example", entities=[{"offset": 0, "length": 12, "type": "code"}]),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "a link without entities": (update(text=SEE), told("direct", LOGIN)),
    "a caption, offsets in UTF-16": (
        update(
            photo=[{"file_id": "x", "file_unique_id": "y", "width": 90, "height": 90}],
            caption=CAPTION,
            caption_entities=[entity("url", CAPTION, "acme-login.example/in")],
            forward_origin=HIDDEN,
        ),
        told("content_only", LOGIN),
    ),
    "buttons under a forwarded message": (
        update(
            text="Hello",
            forward_origin=CHANNEL,
            reply_markup={
                "inline_keyboard": [
                    [{"text": "Open", "url": "https://acme-login.example/in"}, {"text": "Vote", "callback_data": "1"}]
                ]
            },
        ),
        told("platform_origin", NEWS, LOGIN),
    ),
    "the preview shows another address": (
        update(text="Hello", link_preview_options={"url": "https://acme-login.example/in", "is_disabled": False}),
        told("direct", LOGIN),
    ),
    "a preview that is switched off": (
        update(text="Hello", link_preview_options={"is_disabled": True}),
        told("direct"),
    ),
    "a contact that was passed on": (
        update(contact={"phone_number": "14155550123", "first_name": "Acme", "user_id": 555000111}),
        told("direct", NUMBER, [("telegram", "tgid:555000111")]),
    ),
    "a contact without account": (
        update(contact={"phone_number": "+1 415 555-0123", "first_name": "Acme"}),
        told("direct", NUMBER),
    ),
    "a contact with a number of one town only": (
        update(contact={"phone_number": "0123", "first_name": "Acme"}),
        told("direct"),
    ),
    "a shortener, and a query": (
        update(text="https://sho.ly/x https://acme.example/a?to=b"),
        told(
            "direct",
            (url("https://sho.ly/x", "sho.ly"), ["SHORT_LINK"]),
            ([("domain", "acme.example")], ["SHORT_LINK"]),
        ),
    ),
    "mixed scripts: a Cyrillic letter": (
        update(text="https://\u0430cme.example/in"),
        told("direct", (url("https://xn--cme-5cd.example/in", "xn--cme-5cd.example"), ["PUNYCODE"])),
    ),
    "the same channel three times": (
        update(text="acme.example ACME.example https://acme.example/"),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "twenty channels": (
        update(text=MANY.rpartition(" ")[0]),
        told("direct", *(url(f"https://a{n}.example/", f"a{n}.example") for n in range(20))),
    ),
    "oversized: twenty-one channels": (
        update(text=MANY),
        told("direct", *(url(f"https://a{n}.example/", f"a{n}.example") for n in range(21)), many=True),
    ),
    "a link that is none": (
        update(text="https://co.uk/x", entities=[entity("url", "https://co.uk/x", "https://co.uk/x")]),
        told("direct"),
    ),
    "an edited message": (
        update("edited_message", text="acme.example"),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "a post in a channel": (
        update("channel_post", text="acme.example"),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "a message of a business account": (
        update("business_message", text="acme.example", business_connection_id="x"),
        told("direct", url("https://acme.example/", "acme.example")),
    ),
    "a message without text": (update(sticker={"file_id": "x"}), told("direct")),
    "an update of another kind": (
        {"update_id": 1, "callback_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "A"}}},
        [],
    ),
    "not an object": ([], "MESSAGE_MALFORMED"),
    "a message that is a text": ({"update_id": 1, "message": "hello"}, "MESSAGE_MALFORMED"),
    "no chat": ({"update_id": 1, "message": {"message_id": 1, "text": "x"}}, "MESSAGE_MALFORMED"),
    "no message id": ({"update_id": 1, "message": {"chat": {"id": 1}, "text": "x"}}, "MESSAGE_MALFORMED"),
    "a text that is a number": (update(text=5), "MESSAGE_MALFORMED"),
    "an id that is true": (update(chat={"id": True}), "MESSAGE_MALFORMED"),
    "entities that are no array": (update(text="x", entities={}), "MESSAGE_MALFORMED"),
    "an entity beyond its text": (
        update(text="x", entities=[{"offset": 0, "length": 2, "type": "url"}]),
        "MESSAGE_MALFORMED",
    ),
    "an entity before its text": (
        update(text="x", entities=[{"offset": -1, "length": 1, "type": "url"}]),
        "MESSAGE_MALFORMED",
    ),
    "an entity without length": (update(text="x", entities=[{"offset": 0, "type": "url"}]), "MESSAGE_MALFORMED"),
    "oversized: 1001 entities": (
        update(text="x", entities=[{"offset": 0, "length": 1, "type": "bold"}] * 1001),
        "MESSAGE_MALFORMED",
    ),
    "a keyboard without rows": (
        update(text="x", reply_markup={"inline_keyboard": [{"text": "a", "url": "b"}]}),
        "MESSAGE_MALFORMED",
    ),
    "oversized: a row of 101 buttons": (
        update(text="x", reply_markup={"inline_keyboard": [[{"text": "a"}] * 101]}),
        "MESSAGE_MALFORMED",
    ),
}
CARD = {
    "name": {"formatted_name": "Acme"},
    "phones": [{"phone": "+1 415-555-0123", "wa_id": "14155550123", "type": "WORK"}],
    "emails": [{"email": "help@acme.example", "type": "WORK"}],
    "urls": [{"url": "https://acme.example/", "type": "WORK"}],
}
WHATSAPP: dict[str, tuple[object, list[dict[str, object]] | str]] = {
    "forwarded: a link": (
        whatsapp(text("See https://acme-login.example/in", **FORWARDED)),
        [wrote("content_only", LOGIN)],
    ),
    "forwarded many times": (whatsapp(text("acme-login.example/in", **OFTEN)), [wrote("content_only", LOGIN)]),
    "forwarded: nothing in it": (whatsapp(text("Hello", **FORWARDED)), [wrote("content_only")]),
    "forwarded: a number": (whatsapp(text("Call +1 (415) 555-0123!", **FORWARDED)), [wrote("content_only", NUMBER)]),
    "forwarded: a link to a number": (
        whatsapp(text("https://wa.me/14155550123?text=hi", **FORWARDED)),
        [wrote("content_only", [("whatsapp", "+14155550123")])],
    ),
    "the forwarder's own number is no artifact": (
        whatsapp(text(f"wa.me/{ME} and +34 600 111 222 and acme.example", **FORWARDED)),
        [wrote("content_only", url("https://acme.example/", "acme.example"))],
    ),
    "the forwarder's own number as people write it in Mexico": (
        whatsapp(text("+52 55 1234 5678, acme.example", **FORWARDED) | {"from": "5215512345678"}),
        [wrote("content_only", url("https://acme.example/", "acme.example")) | {"chat": "5215512345678"}],
    ),
    "the forwarder's own number as people write it in Argentina": (
        whatsapp(text("+54 11 1234 5678", **FORWARDED) | {"from": "5491112345678"}),
        [wrote("content_only") | {"chat": "5491112345678"}],
    ),
    "the forwarder's own number as people write it in Brazil": (
        whatsapp(text("+55 31 9 9999 8888", **FORWARDED) | {"from": "553199998888"}),
        [wrote("content_only") | {"chat": "553199998888"}],
    ),
    "the forwarder's own number in a link": (
        whatsapp(text(f"https://acme-login.example/{ME}", **FORWARDED)),
        [wrote("content_only", [("domain", "acme-login.example")])],
    ),
    "typed by whoever asks": (
        whatsapp(text("is acme.example yours?")),
        [wrote("direct", url("https://acme.example/", "acme.example"))],
    ),
    "an answer to a message": (
        whatsapp(text("acme.example", context={"from": "15550783881", "id": "wamid.x"})),
        [wrote("direct", url("https://acme.example/", "acme.example"))],
    ),
    "an at sign is no handle here": (whatsapp(text("ask @acme_news", **FORWARDED)), [wrote("content_only")]),
    "a link to a handle": (
        whatsapp(text("t.me/Acme_News", **FORWARDED)),
        [wrote("content_only", [("telegram", "@acme_news")])],
    ),
    "marks of emphasis": (
        whatsapp(text("*acme.example* _acme-login.example/in_ ~x~", **FORWARDED)),
        [wrote("content_only", url("https://acme.example/", "acme.example"), LOGIN)],
    ),
    "brackets, quotation marks and full stops": (
        whatsapp(text('(https://acme-login.example/in). "acme.example," https://acme.example/a_(b)!', **FORWARDED)),
        [
            wrote(
                "content_only",
                LOGIN,
                url("https://acme.example/a_(b)", "acme.example"),
                url("https://acme.example/", "acme.example"),
            )
        ],
    ),
    "words with dots that are no hosts": (
        whatsapp(text("e.g. file.txt 10.30 v1.2.3 a.b", **FORWARDED)),
        [wrote("content_only")],
    ),
    "a link right after a word": (
        whatsapp(text("\u70b9\u51fbhttps://acme-login.example/in", **FORWARDED)),
        [wrote("content_only", LOGIN)],
    ),
    "a link with backslashes": (
        whatsapp(text("https:\\\\acme-login.example\\in", **FORWARDED)),
        [wrote("content_only", [("domain", "acme-login.example")])],
    ),
    "userinfo that looks like the brand": (
        whatsapp(text("https://acme.example@acme-login.example/in", **FORWARDED)),
        [wrote("content_only", [("domain", "acme-login.example")])],
    ),
    "a mail address": (
        whatsapp(text("help@acme.example", **FORWARDED)),
        [wrote("content_only", [("email", "help@acme.example"), ("domain", "acme.example")])],
    ),
    "a picture with its caption": (
        whatsapp(
            sent(
                type="image",
                image={"caption": "acme.example", "mime_type": "image/jpeg", "sha256": "x", "id": "1"},
                **FORWARDED,
            )
        ),
        [wrote("content_only", url("https://acme.example/", "acme.example"))],
    ),
    "a picture without caption": (
        whatsapp(sent(type="image", image={"mime_type": "image/jpeg", "sha256": "x", "id": "1"})),
        [wrote("direct")],
    ),
    "a film and a document with captions": (
        whatsapp(
            sent(1, type="video", video={"caption": "acme.example", "id": "1"}),
            sent(2, type="document", document={"caption": "acme.link/promo", "filename": "a.pdf", "id": "2"}),
        ),
        [
            wrote("direct", url("https://acme.example/", "acme.example")),
            wrote("direct", url("https://acme.link/promo", "acme.link"), number=2),
        ],
    ),
    "a contact that was passed on": (
        whatsapp(sent(type="contacts", contacts=[CARD], **FORWARDED)),
        [
            wrote(
                "content_only",
                NUMBER,
                [("email", "help@acme.example"), ("domain", "acme.example")],
                url("https://acme.example/", "acme.example"),
            )
        ],
    ),
    "a contact with nothing to ask about": (
        whatsapp(sent(type="contacts", contacts=[{"phones": [{"phone": "112"}], "urls": [{"url": "x"}]}])),
        [wrote("direct")],
    ),
    "a place with its site": (
        whatsapp(
            sent(
                type="location",
                location={"latitude": 1.5, "longitude": 2.5, "name": "A", "url": "https://acme.example/"},
            )
        ),
        [wrote("direct", url("https://acme.example/", "acme.example"))],
    ),
    "a button": (
        whatsapp(sent(type="button", button={"text": "acme.example", "payload": "x"})),
        [wrote("direct", url("https://acme.example/", "acme.example"))],
    ),
    "a choice out of a list": (
        whatsapp(
            sent(
                type="interactive",
                interactive={
                    "type": "list_reply",
                    "list_reply": {"id": "1", "title": "A", "description": "acme.example"},
                },
            )
        ),
        [wrote("direct", url("https://acme.example/", "acme.example"))],
    ),
    "several messages, several entries": (
        whatsapp(text("acme.example"), sent(2, type="text", text={"body": "acme.link/promo"}, **FORWARDED))
        | {
            "entry": [
                *whatsapp(text("acme.example"))["entry"],
                *whatsapp(sent(2, type="text", text={"body": "acme.link/promo"}, **FORWARDED))["entry"],
            ]
        },
        [
            wrote("direct", url("https://acme.example/", "acme.example")),
            wrote("content_only", url("https://acme.link/promo", "acme.link"), number=2),
        ],
    ),
    "a sender who keeps the number": (
        whatsapp({"from_user_id": "ES.1234567890", "id": "wamid.x", "type": "text", "text": {"body": "Hello"}}),
        [found("direct", chat="ES.1234567890", message="wamid.x")],
    ),
    "a kind to come": (
        whatsapp(sent(type="unsupported", errors=[{"code": 131051, "title": "Message type unknown"}])),
        [wrote("direct")],
    ),
    "a reaction, a sticker, a voice": (
        whatsapp(
            sent(1, type="reaction", reaction={"message_id": "wamid.x", "emoji": "\U0001f44d"}),
            sent(2, type="sticker", sticker={"id": "1"}),
            sent(3, type="audio", audio={"id": "1", "voice": True}),
        ),
        [wrote("direct"), wrote("direct", number=2), wrote("direct", number=3)],
    ),
    "statuses only": (
        whatsapp(statuses=[{"id": "wamid.x", "status": "delivered", "timestamp": "1768471200", "recipient_id": ME}]),
        [],
    ),
    "a change of another field": (
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "account_update", "value": {"event": "x"}}]}],
        },
        [],
    ),
    "a change without value": (
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages"}]}]},
        [],
    ),
    "no entry": ({"object": "whatsapp_business_account"}, []),
    "oversized: twenty-one channels": (
        whatsapp(text(MANY, **FORWARDED)),
        [wrote("content_only", *(url(f"https://a{n}.example/", f"a{n}.example") for n in range(21)), many=True)],
    ),
    "oversized: a number of 40 digits": (whatsapp(text("+" + "1" * 40)), [wrote("direct")]),
    "the object of another product": (whatsapp(text("x")) | {"object": "page"}, "MESSAGE_MALFORMED"),
    "no object": ({"entry": []}, "MESSAGE_MALFORMED"),
    "not an object": ([], "MESSAGE_MALFORMED"),
    "entry that is no array": ({"object": "whatsapp_business_account", "entry": {}}, "MESSAGE_MALFORMED"),
    "no sender": (whatsapp({"id": "wamid.x", "type": "text", "text": {"body": "x"}}), "MESSAGE_MALFORMED"),
    "no id": (whatsapp({"from": ME, "type": "text", "text": {"body": "x"}}), "MESSAGE_MALFORMED"),
    "a body that is a number": (whatsapp(sent(type="text", text={"body": 5})), "MESSAGE_MALFORMED"),
    "a text that is no object": (whatsapp(sent(type="text", text="x")), "MESSAGE_MALFORMED"),
    "forwarded as a text": (whatsapp(text("x", context={"forwarded": "true"})), "MESSAGE_MALFORMED"),
    "oversized: 101 messages": (whatsapp(*(sent(n, type="sticker") for n in range(101))), "MESSAGE_MALFORMED"),
    "oversized: 101 messages in two entries": (
        {
            "object": "whatsapp_business_account",
            "entry": [
                *whatsapp(*(sent(n, type="sticker") for n in range(100)))["entry"],
                *whatsapp(sent(100, type="sticker"))["entry"],
            ],
        },
        "MESSAGE_MALFORMED",
    ),
}

if __name__ == "__main__":
    cases = [
        {
            "platform": platform,
            "name": name,
            "payload": payload,
            "outcome": {"reason": outcome} if isinstance(outcome, str) else {"messages": outcome},
        }
        for platform, suite in (("telegram", TELEGRAM), ("whatsapp", WHATSAPP))
        for name, (payload, outcome) in suite.items()
    ]
    write(
        "signal-webhook.json",
        {
            "suite": "signal-webhook",
            "standard": STANDARD,
            "suffixes": SUFFIXES,
            "shorteners": SHORTENERS,
            "cases": cases,
        },
    )
