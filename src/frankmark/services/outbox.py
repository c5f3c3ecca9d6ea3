"""Answers on their way into a chat: tried again while the platform has surely not taken them, and sent once.

An answer waits in the store, sealed, since it holds where it goes. It is claimed before it is sent and forgotten
afterwards. Whatever leaves open whether it was sent, a broken connection or the end of this process, ends it: better no
answer than two. After an hour nobody waits for one any more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.aead import hkdf, seal, unseal
from frankmark.foundation.errors import Error, Misuse
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.messaging import Message, MessagingReason, Messengers, NotTaken, Piece
from frankmark.ports.replies import Reply, ReplyStore
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.connector_reasons import ConnectorReason
from frankmark.services.reasons import ServiceReason

__all__ = ["KEEP_MS", "Letterbox", "Outbox", "backoff_ms"]

PART: Final = "replies"
NONCE: Final = 12
KEY: Final = 32
KEEP_MS: Final = 3_600_000
AT_ONCE: Final = 8
FIRST_MS: Final = 1_000
LONGEST_MS: Final = 300_000
REST_MS: Final = 30_000  # the longest sleep: a clock that is set forward is noticed then
PATIENCE_S: Final = 6.0  # for what is under way when the node stops


class Letterbox:
    """Seals answers and opens them.

    Args:
        secret: The node's own secret.
        entropy: For nonces.
    """

    def __init__(self, secret: bytes, entropy: Entropy) -> None:
        self._key = hkdf("sha256", secret, salt=b"", info=b"frankmark-reply-v1", length=KEY)
        self._entropy = entropy

    def sealed(self, message: Message, digest: str) -> bytes:
        """Seal a message that answers a delivery."""
        nonce = self._entropy.octets(NONCE)
        pieces: list[canonical.JsonLike] = [[piece.text, piece.literal] for piece in message.pieces]
        document = canonical.dump({"chat": message.chat, "replyTo": message.reply_to, "pieces": pieces})
        return nonce + seal(self._key, nonce, document, digest.encode())

    def opened(self, sealed: bytes, digest: str) -> Message:
        """Open a message.

        Raises:
            Unverified: `SEAL_BROKEN`.
            Malformed: `SEAL_TOO_SHORT`.
            Misuse: `ATTACHMENT_MALFORMED` if the seal is whole and its content is not ours.
        """
        found = canonical.load(unseal(self._key, sealed[:NONCE], sealed[NONCE:], digest.encode()))
        match found:
            case {"chat": str(chat), "replyTo": str(reply_to), "pieces": list(pieces)}:
                return Message(chat=chat, reply_to=reply_to, pieces=tuple(map(_piece, pieces)))
            case _:
                raise _not_ours()


def _not_ours() -> Misuse:
    return Misuse(ServiceReason.ATTACHMENT_MALFORMED, "an answer as this node seals it")


def _piece(value: canonical.Json) -> Piece:
    match value:
        case [str(text), bool(literal)]:
            return Piece(text=text, literal=literal)
        case _:
            raise _not_ours()


def backoff_ms(tries: int, wait_ms: int) -> int:
    """How long to wait before the next try: twice as long each time, and never less than the platform asks."""
    return max(wait_ms, min(LONGEST_MS, FIRST_MS << min(tries, 16)))


class Outbox:
    """Sends what waits.

    Args:
        store: Where answers wait.
        letterbox: Opens them.
        accounts: The node's accounts.
        messengers: Makes the lines.
        clock: Tells the time.
        note: Told what could not be sent: the part and the code.
    """

    def __init__(
        self,
        *,
        store: ReplyStore,
        letterbox: Letterbox,
        accounts: BotAccounts,
        messengers: Messengers,
        clock: Clock,
        note: Callable[[str, str], None],
    ) -> None:
        self._store = store
        self._letterbox = letterbox
        self._accounts = accounts
        self._messengers = messengers
        self._clock = clock
        self._note = note
        self._wake = asyncio.Event()
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on."""
        if self._task is None:
            self._task = asyncio.create_task(self._forever())

    def wake(self) -> None:
        """Something new waits."""
        self._wake.set()

    async def stop(self, patience_s: float = PATIENCE_S) -> None:
        """Stop after what is under way, if that takes no longer than so many seconds."""
        if self._task is None:
            return
        self._ending = True
        self._wake.set()
        _, late = await asyncio.wait([self._task], timeout=patience_s)
        for task in late:
            task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def once(self) -> int:
        """Send what is due.

        Returns:
            Milliseconds until the next one is due, at most 30,000; 0 if there is more to do now.
        """
        now_ms = self._clock.now_ms()
        waiting = await self._store.waiting(AT_ONCE)
        due = [reply for reply in waiting if reply.due_ms <= now_ms]
        done = await asyncio.gather(*(self._settle(reply, now_ms) for reply in due), return_exceptions=True)
        for fault in filter(None, done):
            raise fault
        if due:
            return 0
        return min(REST_MS, waiting[0].due_ms - now_ms) if waiting else REST_MS

    async def _forever(self) -> None:
        await self._carefully(self._forget)
        while not self._ending:
            self._wake.clear()
            rest_ms = await self._carefully(self.once)
            if rest_ms:
                try:
                    await asyncio.wait_for(self._wake.wait(), rest_ms / 1000)
                except TimeoutError:
                    continue

    async def _carefully(self, work: Callable[[], Awaitable[int]]) -> int:
        """Work that may fail without ending the others for ever."""
        try:
            return await work()
        except Error as fault:
            self._note(PART, fault.code.value)
        except Exception as fault:  # noqa: BLE001  (a defect must not end the sending for ever)
            self._note(PART, type(fault).__name__)
        return FIRST_MS

    async def _forget(self) -> int:
        for _ in range(await self._store.forget_claimed()):
            self._note(PART, MessagingReason.MESSAGING_UNCERTAIN.value)
        return 0

    async def _settle(self, reply: Reply, now_ms: int) -> None:
        account = self._accounts.get(Platform(reply.platform))
        if account is None or reply.ends_ms <= now_ms:
            late = MessagingReason.MESSAGING_BUSY if account else ConnectorReason.CONNECTOR_NOT_CONFIGURED
            self._note(PART, late.value)
            await self._store.drop(reply.digest)
            return
        if not await self._store.claim(reply.digest):
            return
        try:
            await self._messengers.line(account).send(self._letterbox.opened(reply.sealed, reply.digest))
        except NotTaken as later:
            await self._store.postpone(reply.digest, self._clock.now_ms() + backoff_ms(reply.tries, later.wait_ms))
            return
        except Error as fault:
            self._note(PART, fault.code.value)
        await self._store.drop(reply.digest)
