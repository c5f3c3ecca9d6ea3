"""How old a domain is, as far as its registry says so in time.

An answer about a channel waits a second at most; what comes later is there for the next one who asks. Only so many
questions are under way at once, since anybody may ask about any name.
"""

import asyncio
from typing import Final

from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock
from frankmark.ports.registration import Registration, RegistrationData

__all__ = ["DomainAges"]

PATIENCE_S: Final = 1.0
AT_ONCE: Final = 16
DAY_MS: Final = 86_400_000


class DomainAges:
    """Asks registries.

    Args:
        registration: Asks them, and remembers what they said.
        suffixes: Which names are registrable.
        clock: Tells the time.
    """

    def __init__(self, registration: RegistrationData, suffixes: PublicSuffixes, clock: Clock) -> None:
        self._registration = registration
        self._suffixes = suffixes
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[Registration]] = {}

    async def days(self, domain: str) -> int | None:
        """Whole days since the registrable part of a domain was registered; None if nobody says so in time."""
        name = self._suffixes.registrable(domain)
        task = None if name is None else self._task(name)
        if task is None:
            return None
        await asyncio.wait((task,), timeout=PATIENCE_S)
        if not task.done() or task.cancelled() or task.exception() is not None:
            return None
        registered_ms = task.result().registered_ms
        return None if registered_ms is None else max(0, self._clock.now_ms() - registered_ms) // DAY_MS

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _task(self, name: str) -> asyncio.Task[Registration] | None:
        known = self._under_way.get(name)
        if known is None and len(self._under_way) < AT_ONCE:
            known = self._under_way[name] = asyncio.create_task(self._registration.look_up(name))
            known.add_done_callback(lambda _: self._under_way.pop(name, None))
        return known
