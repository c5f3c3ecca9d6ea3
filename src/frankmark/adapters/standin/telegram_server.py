"""Telegram on loopback: the methods of the Bot API that the node calls, and the updates that it is sent.

It is as strict as the real one where that has taught people something: a wrong token, a chat that blocked the bot, a
text that is empty or too long, entities that lie outside of it.
"""

import json
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from frankmark.adapters.standin.json_server import Asked, JsonStandIn, Said, deliver

__all__ = ["TelegramStandIn"]

LONGEST_TEXT = 4_096
HOOK = "/api/signal/hooks/telegram"


class TelegramStandIn(JsonStandIn):
    """One bot.

    Args:
        token: The bot's token.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.webhook: dict[str, Any] = {}
        self.sent: list[dict[str, Any]] = []
        self.blocked: set[int] = set()  # chats that have blocked the bot

    @override
    def answer(self, asked: Asked) -> Said:
        _, bot, method = (*asked.path.split("/"), "")[:3]
        if asked.method != "POST" or bot != f"bot{self.token}":
            return _fault(401, "Unauthorized")
        methods = {"sendMessage": self._send, "setWebhook": self._set, "deleteWebhook": self._delete}
        return methods[method](asked.body or {}) if method in methods else _fault(404, "Not Found")

    async def update(self, base: str, update: Mapping[str, Any], secret: str | None = None) -> int:
        """Deliver an update to the node at `base`; answers the status.

        Args:
            base: The node's origin.
            update: The update.
            secret: What stands in the header; the token of `setWebhook` unless given.
        """
        shown = self.webhook.get("secret_token", "") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": shown}
        return await deliver(base, HOOK, json.dumps(update).encode(), headers)

    def _set(self, body: dict[str, Any]) -> Said:
        if not str(body.get("url", "")).startswith("https://"):
            return _fault(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = body
        return _done(result=True)

    def _delete(self, _: dict[str, Any]) -> Said:
        self.webhook = {}
        return _done(result=True)

    def _send(self, body: dict[str, Any]) -> Said:
        text = body.get("text", "")
        units = len(text.encode("utf-16-le")) // 2
        if not text:
            return _fault(400, "Bad Request: message text is empty")
        if units > LONGEST_TEXT:
            return _fault(400, "Bad Request: message is too long")
        if body.get("chat_id") in self.blocked:
            return _fault(403, "Forbidden: bot was blocked by the user")
        for entity in body.get("entities", ()):
            if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units:
                return _fault(400, "Bad Request: entity beyond the end of text")
        self.sent.append(body)
        return _done(result={"message_id": len(self.sent), "chat": {"id": body["chat_id"]}, "text": text})


def _done(*, result: Any) -> Said:  # noqa: ANN401  (whatever a method answers)
    return Said(body={"ok": True, "result": result})


def _fault(status: int, description: str) -> Said:
    return Said(status=status, body={"ok": False, "error_code": status, "description": description})
