"""The same request twice is answered once: for callers that lost an answer and ask again.

An answer is kept for a day under the caller, the route and the key that the caller chose. Answers that hold a secret
must not go through here: what is shown once is kept nowhere.
"""

import asyncio
from collections.abc import Awaitable, Callable

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Refused
from frankmark.ports.clock import Clock
from frankmark.ports.rows import Remembered
from frankmark.ports.storage import AccessStore
from frankmark.services.reasons import ServiceReason

__all__ = ["Idempotency"]

LONGEST_KEY = 128


class Idempotency:
    """Answers repeated requests from memory.

    Args:
        store: Where answers are kept.
        clock: Tells the time.
    """

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._under_way: dict[tuple[str, str], asyncio.Lock] = {}

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
        lock = self._under_way.setdefault(place, asyncio.Lock())
        try:
            async with lock:
                kept = await self._store.remembered(scope, key)
                if kept is None:
                    answer = await work()
                    now = self._clock.now_ms()
                    row = Remembered(scope=scope, key=key, digest=digest, answer=answer, at_ms=now)
                    kept = await self._store.remember(row) or row
        finally:
            if not lock.locked():
                self._under_way.pop(place, None)
        if kept.digest != digest:
            raise Refused(ServiceReason.IDEMPOTENCY_CONFLICT, "This key stood under another request; choose a new one.")
        return kept.answer
