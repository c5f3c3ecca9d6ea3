"""Webhooks of messaging platforms, and the accounts behind them.

A webhook carries the platform's own proof and no credential of ours. Its body is read as it came, after the proof where
that stands in the header, since WhatsApp signs octets and Telegram shows a secret.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Malformed
from frankmark.ports.messaging import Account
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.connecting import Connected, Connecting
from frankmark.services.connectors import LARGEST, Connectors, Taken
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation

__all__ = ["HookRoom"]

UNSTORED = {"Cache-Control": "no-store"}
HOOK_PROBLEMS = ("WEBHOOK_UNVERIFIED", "CONNECTOR_NOT_CONFIGURED", "PAYLOAD_TOO_LARGE", "REQUEST_TIMEOUT")
CONNECT_PROBLEMS = (
    *("CONNECTOR_ACCOUNT_INVALID", "MESSAGING_REFUSED"),
    *("MESSAGING_BUSY", "MESSAGING_UNREACHABLE", "MESSAGING_UNCERTAIN"),
)
LONGEST_CHALLENGE = 256

Secret = Annotated[str, Meta(min_length=1, max_length=1_000)]
BrandId = Annotated[str, Meta(pattern="^(br_[0-9A-HJKMNP-TV-Z]{26})?$")]


class TakenView(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages of a webhook are answered, were taken before, or are left out."""

    answered: int
    known: int
    left: int


class TelegramAccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """A bot, by the token that Telegram gave its owner."""

    token: Secret
    brand: BrandId = ""


class WhatsAppAccountBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A business number, by its access token and the secret of its app."""

    token: Secret
    app_secret: Secret
    phone_number_id: Annotated[str, Meta(pattern="^[0-9]{1,30}$")]
    verify_token: Annotated[str, Meta(max_length=256)] = ""
    brand: BrandId = ""


class ConnectorView(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An account that this node has; `verifyToken` is shown once, for the platform's console."""

    platform: str
    webhook: str
    brand: str | None
    verify_token: str = ""


class ConnectorsView(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that this node has."""

    items: list[ConnectorView]


class DisconnectedView(msgspec.Struct, frozen=True, kw_only=True):
    """An account that was forgotten; `told` says whether the platform knows."""

    platform: str
    told: bool


class HookRoom:
    """Operations of the connectors."""

    def __init__(self, connectors: Connectors, connecting: Connecting) -> None:
        self._connectors = connectors
        self._connecting = connecting

    @operation(
        "POST",
        "/api/signal/hooks/telegram",
        "Take an update of Telegram's Bot API",
        octets=True,
        returns={200: TakenView},
        problems=HOOK_PROBLEMS,
    )
    async def telegram(self, call: Call, _: None) -> Reply:
        """`X-Telegram-Bot-Api-Secret-Token` is the proof."""
        self._connectors.admit_telegram(call.request.headers.get("x-telegram-bot-api-secret-token", ""))
        return _taken(await self._connectors.take_telegram(await call.octets(LARGEST[Platform.TELEGRAM])))

    @operation(
        "GET",
        "/api/signal/hooks/whatsapp",
        "Confirm a webhook to WhatsApp's Cloud API",
        returns={200: None},
        media={200: "text/plain"},
        problems=("WEBHOOK_UNVERIFIED", "CONNECTOR_NOT_CONFIGURED"),
    )
    async def greet(self, call: Call, _: None) -> Reply:
        """`hub.mode`, `hub.verify_token` and `hub.challenge`, as the platform sends them."""
        query = call.request.query_params
        challenge = query.get("hub.challenge", "")
        if len(challenge) > LONGEST_CHALLENGE or not challenge.isascii() or not challenge.isprintable():
            raise Malformed(ServiceReason.VALIDATION_FAILED, f"hub.challenge has at most {LONGEST_CHALLENGE} letters.")
        answer = self._connectors.greet(query.get("hub.mode", ""), query.get("hub.verify_token", ""), challenge)
        return Reply(content=answer, media="text/plain", headers=UNSTORED)

    @operation(
        "POST",
        "/api/signal/hooks/whatsapp",
        "Take a webhook of WhatsApp's Cloud API",
        octets=True,
        returns={200: TakenView},
        problems=HOOK_PROBLEMS,
    )
    async def whatsapp(self, call: Call, _: None) -> Reply:
        """`X-Hub-Signature-256` over the body, octet for octet, is the proof."""
        tag = self._connectors.admit_whatsapp(call.request.headers.get("x-hub-signature-256", ""))
        return _taken(await self._connectors.take_whatsapp(await call.octets(LARGEST[Platform.WHATSAPP]), tag))

    @operation(
        "GET",
        "/api/signal/connectors",
        "The node's accounts on messaging platforms",
        access=Access.CREDENTIAL,
        returns={200: ConnectorsView},
    )
    async def listed(self, call: Call, _: None) -> Reply:
        """Without their secrets."""
        items = [_view(one) for one in self._connecting.connected(call.known)]
        return Reply(content=ConnectorsView(items=items), headers=UNSTORED)

    @operation(
        "POST",
        "/api/signal/connectors/telegram",
        "Connect a Telegram bot, and have its updates delivered here",
        access=Access.CREDENTIAL,
        body=TelegramAccountBody,
        returns={201: ConnectorView},
        problems=CONNECT_PROBLEMS,
    )
    async def connect_telegram(self, call: Call, body: TelegramAccountBody) -> Reply:
        """The secret token is made here and told to the platform alone."""
        account = Account(platform=Platform.TELEGRAM.value, token=body.token, secret="", brand=body.brand)
        made = await self._connecting.connect(call.known, account)
        return Reply(content=_view(made), status=201, headers=UNSTORED)

    @operation(
        "POST",
        "/api/signal/connectors/whatsapp",
        "Connect a WhatsApp business number",
        access=Access.CREDENTIAL,
        body=WhatsAppAccountBody,
        returns={201: ConnectorView},
        problems=CONNECT_PROBLEMS,
    )
    async def connect_whatsapp(self, call: Call, body: WhatsAppAccountBody) -> Reply:
        """`webhook` and `verifyToken` of the answer are to be entered in the platform's console."""
        account = Account(
            platform=Platform.WHATSAPP.value,
            token=body.token,
            secret=body.app_secret,
            verify_token=body.verify_token,
            number_id=body.phone_number_id,
            brand=body.brand,
        )
        made = await self._connecting.connect(call.known, account)
        return Reply(content=_view(made), status=201, headers=UNSTORED)

    @operation(
        "DELETE",
        "/api/signal/connectors/telegram",
        "Forget the Telegram bot",
        access=Access.CREDENTIAL,
        returns={200: DisconnectedView},
        problems=("NOT_FOUND",),
    )
    async def disconnect_telegram(self, call: Call, _: None) -> Reply:
        """What waits for being sent with it is dropped."""
        return await self._disconnect(call, Platform.TELEGRAM)

    @operation(
        "DELETE",
        "/api/signal/connectors/whatsapp",
        "Forget the WhatsApp business number",
        access=Access.CREDENTIAL,
        returns={200: DisconnectedView},
        problems=("NOT_FOUND",),
    )
    async def disconnect_whatsapp(self, call: Call, _: None) -> Reply:
        """What waits for being sent with it is dropped."""
        return await self._disconnect(call, Platform.WHATSAPP)

    async def _disconnect(self, call: Call, platform: Platform) -> Reply:
        told = await self._connecting.disconnect(call.known, platform)
        return Reply(content=DisconnectedView(platform=platform.value, told=told), headers=UNSTORED)


def _taken(taken: Taken) -> Reply:
    view = TakenView(answered=taken.answered, known=taken.known, left=taken.left)
    return Reply(content=view, headers=UNSTORED)


def _view(one: Connected) -> ConnectorView:
    return ConnectorView(
        platform=one.platform.value, webhook=one.webhook, brand=one.brand or None, verify_token=one.verify_token
    )
