"""Rate limits in memory, on the `limits` library: moving windows, so that no border lets twice the amount through.

The library's own memory storage walks every caller, with a thread hop each, after nearly every request. Ours keeps the
times of a caller in a queue, forgets them as they are asked for, and bounds the number of callers. What is left of a
window is read from the queue itself: the library's statistics ask once more for what is at hand.
"""

import hashlib
import ipaddress
import math
import socket
from collections import OrderedDict, deque
from collections.abc import Sequence
from functools import lru_cache

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from typing_extensions import override

from frankmark.ports.clock import Clock
from frankmark.ports.limits import Allowance, Rate, RateLimiter

__all__ = ["MemoryRateLimiter"]

DAY_MS = 86_400_000
CALLERS = 262_144  # windows that are kept; past that the one idle longest is forgotten
MAPPED = bytes(10) + b"\xff\xff"


class _Windows(MemoryStorage):
    """The times of the requests in each window, oldest first."""

    def __init__(self, clock: Clock, capacity: int) -> None:
        super().__init__()
        self._clock = clock
        self._capacity = capacity
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def now(self) -> float:
        """Seconds of the steady clock."""
        return self._clock.steady_ms() / 1000

    def within(self, key: str, window_s: int, now: float) -> deque[float]:
        """The times in a window that ends now."""
        times = self._times.get(key)
        if times is None:
            return deque()
        gone = now - window_s
        while times and times[0] <= gone:
            times.popleft()
        return times

    @override
    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self.now()
        times = self.within(key, expiry, now)
        if len(times) + amount > limit:
            return False
        times.extend([now] * amount)
        self._times[key] = times
        self._times.move_to_end(key)
        if len(self._times) > self._capacity:
            self._times.popitem(last=False)
        return True

    @override
    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self.now()
        times = self.within(key, expiry, now)
        return (times[0], len(times)) if times else (now, 0)


class MemoryRateLimiter(RateLimiter):
    """Counts in this process.

    Args:
        clock: The true clock: its steady side for the windows, the day for the callers' keys.
        secret: 16 to 64 octets, so that a key says nothing about the address.
        capacity: The most windows to keep.
    """

    def __init__(self, *, clock: Clock, secret: bytes, capacity: int = CALLERS) -> None:
        self._clock = clock
        self._secret = secret
        self._storage = _Windows(clock, capacity)
        self._windows = MovingWindowRateLimiter(self._storage)

    @override
    async def take(self, rates: Sequence[Rate], caller: str, units: int = 1) -> tuple[Allowance, ...]:
        items = [_item(rate) for rate in rates]
        open_ = [True] * len(items)
        if len(items) > 1:  # one window that is full counts nothing by itself; of several, none may count then
            open_ = [await self._windows.test(item, caller, cost=units) for item in items]
        if all(open_):
            open_ = [await self._windows.hit(item, caller, cost=units) for item in items]
        now = self._storage.now()
        windows = [self._storage.within(item.key_for(caller), item.get_expiry(), now) for item in items]
        return tuple(map(_allowance, rates, windows, open_, [now] * len(items)))

    @override
    def caller_at(self, address: str) -> str:
        day = b"%d." % (self._clock.now_ms() // DAY_MS)
        network = _network(address.partition("%")[0])
        return hashlib.blake2b(day + network, key=self._secret, digest_size=16).hexdigest()


@lru_cache(maxsize=256)  # the rates are settings
def _item(rate: Rate) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(rate.amount, rate.window_s, namespace=rate.name)


def _allowance(rate: Rate, times: Sequence[float], permitted: bool, now: float) -> Allowance:  # noqa: FBT001  (mapped)
    left = math.ceil((times[0] if times else now) + rate.window_s - now)
    return Allowance(
        rate=rate,
        permitted=permitted,
        remaining=max(0, rate.amount - len(times)),
        reset_s=min(max(1, left), rate.window_s),
    )


def _network(address: str) -> bytes:
    """What tells callers apart: a version 4 address, also where a version 6 one holds it, or a version 6 /64.

    Raises:
        ValueError: It is no address.
    """
    try:
        return socket.inet_pton(socket.AF_INET, address)
    except OSError:
        octets = ipaddress.IPv6Address(address).packed
    return octets[12:] if octets.startswith(MAPPED) else octets[:8]
