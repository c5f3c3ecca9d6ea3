"""WhatsApp's Cloud API on loopback: sending of texts, and webhooks signed with the app secret."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from typing_extensions import override

from frankmark.adapters.standin.json_server import Asked, JsonStandIn, Said, deliver, exchange

__all__ = ["WhatsAppStandIn"]

LONGEST_TEXT = 4_096
HOOK = "/api/signal/hooks/whatsapp"


class WhatsAppStandIn(JsonStandIn):
    """One business number.

    Args:
        token: The access token.
        number_id: The id of the number.
        app_secret: Signs the webhooks.
    """

    def __init__(self, token: str, number_id: str, app_secret: str) -> None:
        super().__init__()
        self.token = token
        self.number_id = number_id
        self.app_secret = app_secret
        self.sent: list[dict[str, Any]] = []

    @property
    def base(self) -> str:
        """The API's base URL with its version."""
        return f"{self.origin}/v23.0"

    @override
    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _fault(401, 190, "Invalid OAuth access token")
        if (asked.method, asked.path) != ("POST", f"/v23.0/{self.number_id}/messages"):
            return _fault(400, 100, "Unsupported post request")
        body = asked.body or {}
        text = body.get("text", {}).get("body", "")
        if body.get("messaging_product") != "whatsapp" or body.get("type") != "text" or not text:
            return _fault(400, 131008, "Required parameter is missing")
        if len(text) > LONGEST_TEXT:
            return _fault(400, 100, "Param text['body'] must be at most 4096 characters long")
        to = body.get("to") or body["recipient"]
        self.sent.append(body)
        contact, message = {"input": to, "wa_id": to}, {"id": f"wamid.{len(self.sent)}"}
        return Said(body={"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})

    def webhook(self, *messages: Mapping[str, Any]) -> bytes:
        """The octets of a webhook with messages to this number."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": self.number_id},
            "contacts": [{"profile": {"name": "Ana"}, "wa_id": each["from"]} for each in messages],
            "messages": list(messages),
        }
        entry = {"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def signature(self, body: bytes) -> str:
        """The value of `X-Hub-Signature-256`."""
        return f"sha256={hmac.digest(self.app_secret.encode(), body, hashlib.sha256).hex()}"

    async def deliver(self, base: str, body: bytes, signature: str | None = None) -> int:
        """Deliver a webhook to the node at `base`, rightly signed unless a signature is given; answers the status."""
        shown = self.signature(body) if signature is None else signature
        return await deliver(base, HOOK, body, {"X-Hub-Signature-256": shown})

    async def ask(self, base: str, verify_token: str, challenge: str) -> tuple[int, bytes]:
        """Ask whether the webhook is wanted; answers status and body."""
        query = urlencode({"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge})
        return await exchange(base, f"{HOOK}?{query}", b"", {}, method="GET")


def _fault(status: int, code: int, message: str) -> Said:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2C3"}
    return Said(status=status, body={"error": error})
