"""Rate limits in memory, on the `limits` library: moving windows, so that no border lets twice the amount through.

The library's own memory storage walks every caller, with a thread hop each, after nearly every request. Ours keeps the
times of a caller in a queue, forgets them as they are asked for, and bounds the number of callers.
"""

import hashlib
import hmac
import ipaddress
import math
from collections import OrderedDict, deque
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from typing_extensions import override

from frankmark.ports.clock import Clock
from frankmark.ports.limits import Allowance, Rate, RateLimiter

__all__ = ["MemoryRateLimiter"]

DAY_MS = 86_400_000
CALLERS = 262_144  # windows that are kept; past that the one idle longest is forgotten


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

    def _within(self, key: str, window_s: int) -> deque[float]:
        times = self._times.get(key)
        if times is None:
            return deque()
        gone = self.now() - window_s
        while times and times[0] <= gone:
            times.popleft()
        return times

    @override
    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        times = self._within(key, expiry)
        if len(times) + amount > limit:
            return False
        times.extend([self.now()] * amount)
        self._times[key] = times
        self._times.move_to_end(key)
        if len(self._times) > self._capacity:
            self._times.popitem(last=False)
        return True

    @override
    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        times = self._within(key, expiry)
        return (times[0], len(times)) if times else (self.now(), 0)


class MemoryRateLimiter(RateLimiter):
    """Counts in this process.

    Args:
        clock: The true clock: its steady side for the windows, the day for the callers' keys.
        secret: At least 16 octets, so that a key says nothing about the address.
        capacity: The most windows to keep.
    """

    def __init__(self, *, clock: Clock, secret: bytes, capacity: int = CALLERS) -> None:
        self._clock = clock
        self._secret = secret
        self._storage = _Windows(clock, capacity)
        self._windows = MovingWindowRateLimiter(self._storage)

    @override
    async def take(self, rates: Sequence[Rate], caller: str, units: int = 1) -> tuple[Allowance, ...]:
        items = [RateLimitItemPerSecond(rate.amount, rate.window_s, namespace=rate.name) for rate in rates]
        open_ = [await self._windows.test(item, caller, cost=units) for item in items]
        if all(open_):
            open_ = [await self._windows.hit(item, caller, cost=units) for item in items]
        return tuple(
            [
                await self._allowance(rate, item, caller, permitted=permitted)
                for rate, item, permitted in zip(rates, items, open_, strict=True)
            ]
        )

    async def _allowance(self, rate: Rate, item: RateLimitItemPerSecond, caller: str, *, permitted: bool) -> Allowance:
        stats = await self._windows.get_window_stats(item, caller)
        left = math.ceil(stats.reset_time - self._storage.now())
        return Allowance(
            rate=rate, permitted=permitted, remaining=max(0, stats.remaining), reset_s=min(max(1, left), rate.window_s)
        )

    @override
    def caller_at(self, address: str) -> str:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        octets = parsed.packed[:8] if parsed.version == 6 else parsed.packed  # noqa: PLR2004  (IP versions are numbers)
        day = str(self._clock.now_ms() // DAY_MS).encode()
        return hmac.digest(self._secret, day + b"." + octets, hashlib.sha256).hex()[:32]
