"""Telegram: the channels in an ``Update`` of the Bot API (core.telegram.org/bots/api).

``forward_origin`` is of four kinds: ``user``, ``chat`` and ``channel`` name the original sender, who is then an
artifact too; ``hidden_user`` does not. A kind that is not known yet counts as hidden. Offsets of entities are in UTF-16
code units.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.attribution import Extraction, Platform, distinct
from frankmark.protocols.signal.links import LONGEST_TEXT, Tables, entity_number, entity_subject, subjects_in
from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Subject
from frankmark.protocols.signal.payload import Payload
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.subject import URL

__all__ = ["from_telegram"]

MOST_ENTITIES: Final = 1_000
MOST_BUTTONS: Final = 100
_MESSAGES: Final = (
    *("message", "edited_message", "channel_post", "edited_channel_post"),
    *("business_message", "edited_business_message"),
)
_ANSWERED: Final = frozenset({"message", "edited_message"})
_WRITTEN: Final = (
    *("text", "caption", "photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker"),
    *("contact", "location", "venue", "poll", "story", "forward_origin"),
)
_ORIGINS: Final = {"user": "sender_user", "chat": "sender_chat", "channel": "chat"}
_MARKED: Final = {"url": URL, "mention": "telegram", "email": "email"}


def from_telegram(update: Json, tables: Tables) -> tuple[Extraction, ...]:
    """Read an update.

    Args:
        update: The object that Telegram sends to a webhook.
        tables: The data that reading needs.

    Returns:
        What is in its message; nothing for an update that has none.

    Raises:
        Malformed: MESSAGE_MALFORMED.
    """
    whole = Payload(update)
    for name in _MESSAGES:
        if message := whole.part(name):
            number = whole.number("update_id")
            found = _extraction(message, tables)
            awaited = name in _ANSWERED and _awaited(message, found)
            return (replace(found, awaited=awaited, delivery="" if number is None else str(number)),)
    return ()


def _awaited(message: Payload, found: Extraction) -> bool:
    """Whether a person wrote to the bot; in a group, whether there is anything to say as well."""
    sender, chat = message.part("from"), message.part("chat")
    if sender is None or chat is None or sender.flag("is_bot") or message.flag("is_automatic_forward"):
        return False
    return bool(found.subjects) or (chat.text("type") == "private" and message.has(*_WRITTEN))


def _extraction(message: Payload, tables: Tables) -> Extraction:
    chat, number = message.part("chat"), message.number("message_id")
    chat_id = chat.number("id") if chat else None
    if chat_id is None or number is None:
        raise Malformed(SignalReason.MESSAGE_MALFORMED, "a message has message_id and chat.id")
    origin = message.part("forward_origin")
    sender = _sender(origin, tables) if origin else None
    attribution = Attribution.DIRECT
    if origin:
        attribution = Attribution.PLATFORM_ORIGIN if sender else Attribution.CONTENT_ONLY
    found = ([sender] if sender else []) + list(_content(message, tables))
    return Extraction(
        platform=Platform.TELEGRAM,
        attribution=attribution,
        subjects=distinct(found),
        chat=str(chat_id),
        message_id=str(number),
        language=writer.text("language_code") if (writer := message.part("from")) else "",
    )


def _sender(origin: Payload, tables: Tables) -> Subject | None:
    """The original sender, as the platform names them."""
    place = _ORIGINS.get(origin.text("type"))
    who = origin.part(place) if place else None
    return _account(who, tables) if who else None


def _account(who: Payload, tables: Tables) -> Subject | None:
    """A user or a chat: by its handle, if it has one, and by its id."""
    number, name = who.number("id"), who.text("username")
    written = [f"@{name}"] if name else []
    written += [] if number is None else [str(number)]
    readings: list[Artifact] = []
    for text in written:
        try:
            readings.append(canonical(ArtifactType.TELEGRAM, text, tables.suffixes))
        except Malformed:
            continue
    return Subject(readings=tuple(readings)) if readings else None


def _content(message: Payload, tables: Tables) -> Iterator[Subject]:
    for text, entities in (("text", "entities"), ("caption", "caption_entities")):
        yield from _marked_text(message.text(text), message.parts(entities, MOST_ENTITIES), tables)
    contact = message.part("contact")
    if contact:
        yield from _contact(contact, tables)
    for address in _hidden_links(message):
        yield from _one(entity_subject(URL, address, tables))


def _marked_text(text: str, entities: list[Payload], tables: Tables) -> Iterator[Subject]:
    units = bytearray(text[:LONGEST_TEXT].encode("utf-16-le", "replace"))
    for entity in entities:
        start, length = entity.number("offset"), entity.number("length")
        if start is None or length is None or not 0 <= start <= start + length <= len(units) // 2:
            raise Malformed(SignalReason.MESSAGE_MALFORMED, "an entity lies inside its text")
        span = slice(2 * start, 2 * (start + length))
        read = _entity(entity, units[span].decode("utf-16-le", "replace"), tables)
        yield from _one(read)
        if read and entity.text("type") in _MARKED:
            units[span] = b" \x00" * length
    yield from subjects_in(units.decode("utf-16-le", "replace"), tables, handles=True)


def _entity(entity: Payload, text: str, tables: Tables) -> Subject | None:
    kind = entity.text("type")
    if kind == "text_link":
        return entity_subject(URL, entity.text("url"), tables)
    if kind == "text_mention":
        who = entity.part("user")
        return _account(who, tables) if who else None
    return entity_subject(_MARKED[kind], text, tables) if kind in _MARKED else None


def _contact(contact: Payload, tables: Tables) -> Iterator[Subject]:
    number, user = contact.text("phone_number"), contact.number("user_id")
    yield from _one(entity_number(number, tables))
    yield from _one(None if user is None else entity_subject("telegram", str(user), tables))


def _hidden_links(message: Payload) -> Iterator[str]:
    """Addresses that stand beside the text: of the preview that is shown, and of buttons."""
    preview = message.part("link_preview_options")
    if preview and preview.text("url"):
        yield preview.text("url")
    markup = message.part("reply_markup")
    for row in markup.items("inline_keyboard", MOST_BUTTONS) if markup else []:
        if not isinstance(row, list) or len(row) > MOST_BUTTONS:
            raise Malformed(SignalReason.MESSAGE_MALFORMED, f"a keyboard is rows of at most {MOST_BUTTONS} buttons")
        yield from (url for button in row if (url := Payload(button).text("url")))


def _one(found: Subject | None) -> Iterator[Subject]:
    if found:
        yield found
