"""How a mail address is found without being kept, by a keyed digest; and how often one was asked about."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from frankmark.foundation.digest import hmac_sha256, labelled
from frankmark.foundation.errors import Unavailable
from frankmark.mail.address import Address
from frankmark.ports.clock import Clock
from frankmark.ports.rows import SenderCount
from frankmark.ports.storage import ReviewStore

__all__ = ["SenderNames", "SenderTally", "sender_lookup"]

LABEL = "frankmark-sender-v1"


def sender_lookup(secret: bytes, address: Address) -> str:
    """The name under which a node keeps what it knows of an address.

    Args:
        secret: The node's own secret; without it the digest of a guessed address cannot be made.
        address: The address. Case in its local part counts, as its domain alone knows whether it does.

    Returns:
        HMAC-SHA256 as 64 lower hex characters.
    """
    return hmac_sha256(secret, labelled(LABEL, str(address).encode())).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderNames:
    """Knows under which name a mail address is kept."""

    secret: bytes = field(repr=False)

    def lookup(self, address: str) -> str:
        """The name of an address that is written as an addr-spec.

        Raises:
            Malformed: The text is no address.
        """
        return sender_lookup(self.secret, Address.parse(address))


class SenderTally:
    """Counts questions about addresses, behind whoever asks: nobody waits, and one write takes what came meanwhile.

    Args:
        store: Where the counts are kept; while it fails, what was counted waits for the next question.
        names: Under which name.
        clock: For when an address was asked about last.
    """

    def __init__(self, store: ReviewStore, names: SenderNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock
        self._waiting: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    def count(self, address: Address) -> None:
        """Count one question.

        Args:
            address: One whose score a reviewer replaced; of others nothing is kept, so that strangers cause no rows.
        """
        self._waiting[sender_lookup(self._names.secret, address)] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Wait until everything is kept that can be."""
        if self._task is not None:
            await self._task

    async def _keep(self) -> None:
        with suppress(Unavailable):
            while self._waiting:
                lookup, seen = next(iter(self._waiting.items()))
                await self._store.add_sender_count(SenderCount(lookup=lookup, seen=seen, last_ms=self._clock.now_ms()))
                self._waiting -= Counter({lookup: seen})
