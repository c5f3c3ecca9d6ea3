"""Telegram's Bot API: `sendMessage`, `setWebhook` and `deleteWebhook` (core.telegram.org/bots/api).

The bot's token is a part of the path, so no error here carries a URL. Offsets of entities are in UTF-16 code units.
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from frankmark.adapters.network.messaging import LONGEST_WAIT_S, Call, called, members, told
from frankmark.foundation.canonical import Json, JsonLike
from frankmark.ports.fetch import Fetcher
from frankmark.ports.messaging import Account, Message, Messenger, Piece

__all__ = ["TelegramLine"]

WANTED: Final = ("message", "edited_message")


class TelegramLine(Messenger):
    """The line of one bot.

    Args:
        fetcher: The way out.
        base: The API's base URL, without a slash at its end.
        account: The bot.
    """

    def __init__(self, fetcher: Fetcher, base: str, account: Account) -> None:
        self._fetcher = fetcher
        self._base = base
        self._account = account

    @override
    async def send(self, message: Message) -> None:
        text = "".join(piece.text for piece in message.pieces)
        reply: dict[str, JsonLike] = {}
        if message.reply_to:
            reply["reply_parameters"] = {"message_id": int(message.reply_to), "allow_sending_without_reply": True}
        await self._ask(
            "sendMessage",
            {
                "chat_id": int(message.chat),
                "text": text,
                "entities": _literals(message.pieces),
                "link_preview_options": {"is_disabled": True},
                **reply,
            },
        )

    @override
    async def receive_at(self, url: str) -> None:
        if not url:
            await self._ask("deleteWebhook", {})
            return
        wanted: list[JsonLike] = list(WANTED)
        await self._ask("setWebhook", {"url": url, "secret_token": self._account.secret, "allowed_updates": wanted})

    async def _ask(self, method: str, body: Mapping[str, JsonLike]) -> None:
        url = f"{self._base}/bot{self._account.token}/{method}"
        answer = await called(self._fetcher, Call(url=url, body=body, headers={}))
        told(answer, lambda _: False, _wait_ms(members(answer)))


def _wait_ms(body: Mapping[str, Json]) -> int:
    parameters = body.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return max(0, min(wait, LONGEST_WAIT_S)) * 1_000 if type(wait) is int else 0


def _literals(pieces: tuple[Piece, ...]) -> list[JsonLike]:
    """Entities of the type `code`: their text is shown as it stands and is no link."""
    found: list[JsonLike] = []
    at = 0
    for piece in pieces:
        length = len(piece.text.encode("utf-16-le")) // 2
        if piece.literal and length:
            found.append({"type": "code", "offset": at, "length": length})
        at += length
    return found
