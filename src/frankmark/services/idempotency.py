"""The same request twice is answered once: for callers that lost an answer and ask again.

An answer is kept for a day under the caller, the route and the key that the caller chose. Answers that hold a secret
must not go through here: what is shown once is kept nowhere.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused
from frankmark.ports.clock import Clock
from frankmark.ports.rows import Remembered
from frankmark.ports.storage import AccessStore
from frankmark.services.reasons import ServiceReason

__all__ = ["Idempotency"]

LONGEST_KEY = 128


@dataclass(slots=True)
class _Turn:
    """Who has the same place under way: one at a time, and gone with the last of them."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    callers: int = 0


class Idempotency:
    """Answers repeated requests from memory.

    Args:
        store: Where answers are kept.
        clock: Tells the time.
    """

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turns: dict[tuple[str, str], _Turn] = {}

    async def once(self, scope: str, key: str, request: bytes, work: Callable[[], Awaitable[bytes]]) -> bytes:
        """Do the work of a request, or answer what it was answered before.

        A request that failed is not remembered: the next one does the work again.

        Args:
            scope: The caller's actor id and the route.
            key: What the caller chose, 1 to 128 printable ASCII characters.
            request: The request's octets.
            work: Does the work; answers the octets to send.

        Returns:
            The answer.

        Raises:
            Refused: `VALIDATION_FAILED` for a key of another form, `IDEMPOTENCY_CONFLICT` for a key that stood under
                another request.
        """
        if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
            raise Refused(ServiceReason.VALIDATION_FAILED, "An idempotency key has 1 to 128 printable characters.")
        digest, place = sha256(request).hex(), (scope, key)
        turn = self._turns.setdefault(place, _Turn())
        turn.callers += 1
        try:
            async with turn.lock:
                kept = await self._kept(Remembered(scope=scope, key=key, digest=digest, answer=b"", at_ms=0), work)
        finally:
            turn.callers -= 1
            if not turn.callers:
                del self._turns[place]
        if kept.digest != digest:
            raise Refused(ServiceReason.IDEMPOTENCY_CONFLICT, "This key stood under another request; choose a new one.")
        return kept.answer

    async def _kept(self, asked: Remembered, work: Callable[[], Awaitable[bytes]]) -> Remembered:
        known = await self._store.remembered(asked.scope, asked.key)
        if known is not None:
            return known
        answered = replace(asked, answer=await work(), at_ms=self._clock.now_ms())
        return await self._store.remember(answered) or answered
