"""WhatsApp: the channels in a webhook object of the Cloud API (developers.facebook.com, WhatsApp Business Platform).

A forwarded message carries ``context.forwarded`` or ``context.frequently_forwarded`` and never the original sender, so
all that can be said rests on its content. The number of whoever forwarded it is where to answer, and no artifact, even
if the text holds it, nor any artifact that it can be read in. One webhook may bring several messages, or none.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.attribution import Extraction, Platform, distinct
from frankmark.protocols.signal.links import Tables, entity_number, entity_subject, subjects_in
from frankmark.protocols.signal.model import Attribution, Subject
from frankmark.protocols.signal.payload import Payload
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.subject import URL

__all__ = ["MOST_MESSAGES", "from_whatsapp"]

MOST_MESSAGES: Final = 100
MOST_CONTACTS: Final = 100
_OBJECT: Final = "whatsapp_business_account"
# Where each kind of message keeps what its sender wrote.
_WRITTEN: Final = {
    "text": ("body",),
    "image": ("caption",),
    "video": ("caption",),
    "document": ("caption",),
    "button": ("text",),
    "order": ("text",),
    "location": ("name", "address", "url"),
}
# Kinds in which a person says something; the others are reactions, notices, and what is not known yet.
_SAID: Final = frozenset({*_WRITTEN, "interactive", "contacts", "audio", "sticker"})
# Where one language is nearly everybody's. The platform names no language, so the country of the number must do.
_SPOKEN: Final = {
    "es": (
        *("34", "51", "52", "53", "54", "56", "57", "58", "502", "503", "504", "505", "506", "507"),
        *("591", "593", "595", "598", "1787", "1809", "1829", "1849", "1939"),
    ),
    "fr": ("33", "221", "225", "226", "228", "229", "241", "242", "262", "590", "594", "596", "687", "689"),
    "ja": ("81",),
}
_NUMBER: Final = re.compile(r"[0-9]{7,15}")
# As WhatsApp writes a mobile number of Mexico, Argentina and Brazil, and how its country does.
_WRITTEN_ALSO: Final = (
    (re.compile(r"521([0-9]{10})"), r"52\1"),
    (re.compile(r"52([0-9]{10})"), r"521\1"),
    (re.compile(r"549([0-9]{10})"), r"54\1"),
    (re.compile(r"54([0-9]{10})"), r"549\1"),
    (re.compile(r"55([0-9]{2})([0-9]{8})"), r"55\g<1>9\2"),
    (re.compile(r"55([0-9]{2})9([0-9]{8})"), r"55\1\2"),
)
_REPLIES: Final = {
    "button_reply": ("title",),
    "list_reply": ("title", "description"),
    "nfm_reply": ("body",),
}


def from_whatsapp(webhook: Json, tables: Tables, number_id: str = "") -> tuple[Extraction, ...]:
    """Read a webhook object.

    Args:
        webhook: The object that the Cloud API sends.
        tables: The data that reading needs.
        number_id: The business number whose messages count; empty for every one, as one app may have several.

    Returns:
        What is in each of its messages, in their order; nothing for statuses and other notices.

    Raises:
        Malformed: MESSAGE_MALFORMED.
    """
    whole = Payload(webhook)
    if whole.text("object") != _OBJECT:
        raise Malformed(SignalReason.MESSAGE_MALFORMED, f"object is {_OBJECT}")
    found = tuple(_extraction(message, tables) for message in _messages(whole, number_id))
    if len(found) > MOST_MESSAGES:
        raise Malformed(SignalReason.MESSAGE_MALFORMED, f"at most {MOST_MESSAGES} messages")
    return found


def _messages(whole: Payload, number_id: str) -> Iterator[Payload]:
    for entry in whole.parts("entry", MOST_MESSAGES):
        for change in entry.parts("changes", MOST_MESSAGES):
            value = change.part("value")
            if change.text("field") == "messages" and value and number_id in {"", _number_id(value)}:
                yield from value.parts("messages", MOST_MESSAGES)


def _number_id(value: Payload) -> str:
    metadata = value.part("metadata")
    return metadata.text("phone_number_id") if metadata else ""


def _extraction(message: Payload, tables: Tables) -> Extraction:
    # Whoever keeps the number from businesses is named by a user id instead.
    sender, message_id = message.text("from") or message.text("from_user_id"), message.text("id")
    if not sender or not message_id:
        raise Malformed(SignalReason.MESSAGE_MALFORMED, "a message has from and id")
    context = message.part("context")
    forwarded = context is not None and (context.flag("forwarded") or context.flag("frequently_forwarded"))
    own = _spellings(sender)
    others = distinct(each for found in _content(message, tables) for each in _without(found, own))
    return Extraction(
        platform=Platform.WHATSAPP,
        attribution=Attribution.CONTENT_ONLY if forwarded else Attribution.DIRECT,
        subjects=others,
        chat=sender,
        message_id=message_id,
        delivery=message_id,
        language=_language(sender),
        awaited=bool(others) or message.text("type") in _SAID,
    )


def _spellings(sender: str) -> tuple[str, ...]:
    """A sender's number as WhatsApp writes it and as people do, which is not the same in three countries."""
    if not _NUMBER.fullmatch(sender):
        return ()
    others = (found.expand(also) for form, also in _WRITTEN_ALSO if (found := form.fullmatch(sender)))
    return (sender, *others)


def _without(found: Subject, own: tuple[str, ...]) -> Iterator[Subject]:
    """A subject without the readings in which the sender's own number stands; nothing if it stands in all."""
    readings = tuple(each for each in found.readings if not any(number in each.value for number in own))
    if readings:
        yield replace(found, readings=readings)


def _language(number: str) -> str:
    return next((tag for tag, codes in _SPOKEN.items() if number.startswith(codes)), "")


def _content(message: Payload, tables: Tables) -> Iterator[Subject]:
    for text in _texts(message):
        yield from subjects_in(text, tables, handles=False)
    for card in message.parts("contacts", MOST_CONTACTS) if message.text("type") == "contacts" else []:
        yield from _card(card, tables)


def _texts(message: Payload) -> Iterator[str]:
    kind = message.text("type")
    body = message.part(kind) if kind in _WRITTEN else None
    if body:
        yield from (body.text(name) for name in _WRITTEN[kind])
    reply = message.part("interactive") if kind == "interactive" else None
    for name, members in _REPLIES.items() if reply else ():
        chosen = reply.part(name) if reply else None
        if chosen:
            yield from (chosen.text(member) for member in members)


def _card(card: Payload, tables: Tables) -> Iterator[Subject]:
    """A contact that was passed on: its numbers, addresses and sites."""
    for phone in card.parts("phones", MOST_CONTACTS):
        read = entity_number(phone.text("wa_id") or phone.text("phone"), tables)
        if read:
            yield read
    for name, member, kind in (("emails", "email", "email"), ("urls", "url", URL)):
        for item in card.parts(name, MOST_CONTACTS):
            read = entity_subject(kind, item.text(member), tables)
            if read:
                yield read
