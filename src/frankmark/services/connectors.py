"""Messages that people forward to the node's bots: a webhook comes in, each message is looked up, an answer goes out.

What the platform delivers is believed only with its secret, is read once, and is gone when this room has read it: kept
are a keyed digest of the delivery, and the answer, sealed, until it is sent. A delivery that was taken before, or that
somebody sends again, changes nothing and causes nothing. Links are looked at, never opened.

A platform delivers again and again what is not acknowledged, and holds back everything after it. So what is the
platform's and cannot be read is acknowledged and left out; only what we could not keep is left for another delivery.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final, Protocol

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.digest import hmac_sha256, labelled, verify_hmac_sha256
from frankmark.foundation.encoding import hex_decode
from frankmark.foundation.errors import Malformed, Refused, Unverified
from frankmark.ports.clock import Clock
from frankmark.ports.limits import Rate, RateLimiter
from frankmark.ports.messaging import Account, Message, Piece
from frankmark.ports.replies import Reply, ReplyStore
from frankmark.protocols.signal.attribution import Extraction, Platform
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.telegram import from_telegram
from frankmark.protocols.signal.whatsapp import from_whatsapp
from frankmark.services.badges import Badges, Stated
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.connector_reasons import ConnectorReason
from frankmark.services.outbox import KEEP_MS, Letterbox, Outbox

__all__ = ["LARGEST", "ConnectorParts", "Connectors", "Lookup", "Taken"]

PART: Final = "webhook"
LARGEST: Final = {Platform.TELEGRAM: 1_048_576, Platform.WHATSAPP: 3_145_728}  # octets of one webhook
DELIVERY: Final = "frankmark-delivery-v1"
CHAT: Final = "frankmark-chat-v1"
SIGNED: Final = "sha256="
REMEMBER_MS: Final = 8 * 86_400_000  # the platforms try again for seven days at most


class Lookup(Protocol):
    """Asks the registry."""

    async def state(self, found: Extraction, brand: str) -> Sequence[Stated]:
        """Look every channel of a message up, each with a receipt.

        Args:
            found: What is in the message, at most 20 channels.
            brand: The brand that is asked about; empty for none.

        Returns:
            One statement a channel, in their order; one without a channel if there is none.

        Raises:
            Unavailable: Nothing could be looked up or kept now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one webhook.

    Attributes:
        answered: Messages whose answer is on its way.
        known: Messages that were taken before.
        left: What there is nothing to say to, or cannot be read.
    """

    answered: int = 0
    known: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorParts:
    """What the work is done with.

    Attributes:
        secret: The node's own secret, under which deliveries are known.
        chat_rate: How many messages of one chat are looked up.
        note: Told what could not be read: the part and the code.
    """

    lookup: Lookup
    badges: Badges
    tables: Tables
    accounts: BotAccounts
    store: ReplyStore
    letterbox: Letterbox
    outbox: Outbox
    limiter: RateLimiter
    chat_rate: Rate
    clock: Clock
    secret: bytes = field(repr=False)
    note: Callable[[str, str], None]


class Connectors:
    """Takes webhooks."""

    def __init__(self, parts: ConnectorParts) -> None:
        self._do = parts
        self._under_way: dict[str, asyncio.Event] = {}

    def greet(self, mode: str, verify_token: str, challenge: str) -> str:
        """Answer WhatsApp's question whether a webhook is wanted (``hub.mode``, ``hub.verify_token``).

        Returns:
            The challenge, which the platform expects back.

        Raises:
            Unverified: `WEBHOOK_UNVERIFIED`.
            Unavailable: `CONNECTOR_NOT_CONFIGURED`.
        """
        account = self._do.accounts.need(Platform.WHATSAPP)
        if mode != "subscribe" or not _same(verify_token, account.verify_token):
            raise _unverified("The verify token is not the one that this node expects.")
        return challenge

    def admit_telegram(self, secret_token: str) -> None:
        """See that a webhook is Telegram's, before its body is read (``X-Telegram-Bot-Api-Secret-Token``).

        Raises:
            Unverified: `WEBHOOK_UNVERIFIED`.
            Unavailable: `CONNECTOR_NOT_CONFIGURED`.
        """
        if not _same(secret_token, self._do.accounts.need(Platform.TELEGRAM).secret):
            raise _unverified("The secret token is not the one that this node gave to the platform.")

    def admit_whatsapp(self, signature: str) -> bytes:
        """See that a webhook may be WhatsApp's, before its body is read (``X-Hub-Signature-256``).

        Returns:
            The tag that the body must have.

        Raises:
            Unverified: `WEBHOOK_UNVERIFIED`.
            Unavailable: `CONNECTOR_NOT_CONFIGURED`.
        """
        self._do.accounts.need(Platform.WHATSAPP)
        try:
            if not signature.startswith(SIGNED):
                raise _unverified("A webhook carries X-Hub-Signature-256.")
            return hex_decode(signature.removeprefix(SIGNED))
        except Malformed:
            raise _unverified("X-Hub-Signature-256 is sha256= and 64 hexadecimal digits.") from None

    async def take_telegram(self, body: bytes) -> Taken:
        """Take the body of a webhook that `admit_telegram` has let in.

        Raises:
            Unavailable: Something could not be kept: the platform delivers it again.
        """
        return await self._take(Platform.TELEGRAM, body, lambda update: from_telegram(update, self._do.tables))

    async def take_whatsapp(self, body: bytes, tag: bytes) -> Taken:
        """Take the body of a webhook, if it has the tag that `admit_whatsapp` gave.

        Raises:
            Unverified: `WEBHOOK_UNVERIFIED`.
            Unavailable: Something could not be kept: the platform delivers it again.
        """
        account = self._do.accounts.need(Platform.WHATSAPP)
        try:
            verify_hmac_sha256(tag, account.secret.encode(), body)
        except Unverified:
            raise _unverified("The signature is not that of the app secret over this body.") from None

        def read(webhook: Json) -> Sequence[Extraction]:
            return from_whatsapp(webhook, self._do.tables, account.number_id)

        return await self._take(Platform.WHATSAPP, body, read)

    async def forget(self) -> int:
        """Forget deliveries that no platform makes again; answers how many."""
        return await self._do.store.forget_taken(self._do.clock.now_ms() - REMEMBER_MS)

    async def _take(self, platform: Platform, body: bytes, read: Callable[[Json], Sequence[Extraction]]) -> Taken:
        account = self._do.accounts.need(platform)
        try:
            found = read(canonical.load(body, max_bytes=LARGEST[platform]))
        except Malformed as wrong:
            self._do.note(PART, wrong.code.value)
            return Taken(left=1)
        answered = known = 0
        for each in found:
            digest = self._digest(DELIVERY, platform, each.delivery)
            if not each.awaited or not each.delivery:
                continue
            async with self._alone(digest):
                if await self._do.store.taken(digest):
                    known += 1
                else:
                    answered += await self._answer(each, digest, account)
        self._do.outbox.wake()
        return Taken(answered=answered, known=known, left=len(found) - answered - known)

    async def _answer(self, found: Extraction, digest: str, account: Account) -> bool:
        """Look a message up and keep the answer to it; says whether there is one."""
        chat = self._digest(CHAT, found.platform, found.chat)
        now_ms = self._do.clock.now_ms()
        allowed = await self._do.limiter.take((self._do.chat_rate,), f"chat:{chat}")
        if not all(each.permitted for each in allowed):
            self._do.note(PART, ConnectorReason.CHAT_LIMITED.value)
            await self._do.store.take(digest, now_ms, None)
            return False
        message = Message(chat=found.chat, reply_to=found.message_id, pieces=await self._words(found, account.brand))
        reply = Reply(
            digest=digest,
            platform=found.platform.value,
            due_ms=now_ms,
            ends_ms=now_ms + KEEP_MS,
            sealed=self._do.letterbox.sealed(message, digest),
        )
        return await self._do.store.take(digest, now_ms, reply)

    async def _words(self, found: Extraction, brand: str) -> tuple[Piece, ...]:
        try:
            found.admitted()
        except Refused:  # too many channels
            return self._do.badges.too_many(found.language)
        return self._do.badges.answer(found.language, found.attribution, await self._do.lookup.state(found, brand))

    @asynccontextmanager
    async def _alone(self, digest: str) -> AsyncIterator[None]:
        """One at a time for each delivery: whoever comes second finds what the first has done."""
        while (other := self._under_way.get(digest)) is not None:
            await other.wait()
        done = self._under_way[digest] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[digest]
            done.set()

    def _digest(self, label: str, platform: Platform, what: str) -> str:
        """A name for something that must not be kept: an id of the platform's may hold a person's number."""
        return hmac_sha256(self._do.secret, labelled(label, f"{platform.value}\x00{what}".encode())).hex()


def _same(given: str, wanted: str) -> bool:
    return compare_digest(given.encode(), wanted.encode())


def _unverified(detail: str) -> Unverified:
    return Unverified(ConnectorReason.WEBHOOK_UNVERIFIED, detail)
