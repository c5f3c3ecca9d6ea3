"""Rate limits: exact windows, callers told apart without keeping their addresses."""

import asyncio

import pytest

from frankmark.adapters.network.limits import MemoryRateLimiter
from frankmark.ports.limits import Rate

HOUR = Rate(name="hour", amount=1000, window_s=3600)
MINUTE = Rate(name="minute", amount=60, window_s=60)


@pytest.fixture
def limiter(clock):
    return MemoryRateLimiter(clock=clock, secret=b"s" * 16)


async def test_request_1001_in_an_hour_is_refused_until_the_first_is_an_hour_old(limiter, clock):
    for number in range(1000):
        (allowance,) = await limiter.take([HOUR], "a")
        assert (allowance.permitted, allowance.remaining) == (True, 999 - number)
        clock.pass_s(1)
    (allowance,) = await limiter.take([HOUR], "a")
    assert (allowance.permitted, allowance.remaining, allowance.reset_s) == (False, 0, 2600)
    clock.pass_s(2600)
    assert (await limiter.take([HOUR], "a"))[0].permitted
    assert not (await limiter.take([HOUR], "a"))[0].permitted


async def test_no_border_of_a_window_lets_more_through(limiter, clock):
    times = []
    for _ in range(600):
        if (await limiter.take([MINUTE], "a"))[0].permitted:
            times.append(clock.steady_ms())
        clock.pass_s(0.7)
    assert all(later - earlier >= 60_000 for earlier, later in zip(times, times[60:], strict=False))
    assert len(times) == 7 * 60


async def test_both_windows_hold_and_a_refused_request_uses_nothing_up(limiter, clock):
    for _ in range(60):
        assert all(allowance.permitted for allowance in await limiter.take([HOUR, MINUTE], "a"))
    for _ in range(5):
        hour, minute = await limiter.take([HOUR, MINUTE], "a")
        assert (hour.permitted, minute.permitted) == (True, False)
        assert (hour.remaining, minute.reset_s) == (940, 60)
    clock.pass_s(60)
    hour, _ = await limiter.take([HOUR, MINUTE], "a")
    assert hour.remaining == 939


async def test_callers_do_not_share(limiter):
    rate = Rate(name="one", amount=1, window_s=10)
    assert (await limiter.take([rate], "a"))[0].permitted
    assert (await limiter.take([rate], "b"))[0].permitted
    assert not (await limiter.take([rate], "a"))[0].permitted


async def test_concurrent_requests_cannot_pass_together(limiter):
    taken = await asyncio.gather(*(limiter.take([MINUTE, HOUR], "a") for _ in range(200)))
    assert sum(all(allowance.permitted for allowance in allowances) for allowances in taken) == 60


async def test_the_number_of_windows_is_bounded_and_the_idlest_goes_first(clock):
    limiter = MemoryRateLimiter(clock=clock, secret=b"s" * 16, capacity=2)
    rate = Rate(name="r", amount=2, window_s=10)
    for caller in ("a", "b", "a", "c"):
        await limiter.take([rate], caller)
    assert not (await limiter.take([rate], "a"))[0].permitted
    assert (await limiter.take([rate], "b"))[0].remaining == 1


def test_a_caller_is_a_keyed_hash_that_changes_every_day(limiter, clock):
    first = limiter.caller_at("192.0.2.1")
    assert first == limiter.caller_at("192.0.2.1") == limiter.caller_at("::ffff:192.0.2.1")
    assert first != limiter.caller_at("192.0.2.2")
    assert first != MemoryRateLimiter(clock=clock, secret=b"t" * 16).caller_at("192.0.2.1")
    clock.pass_s(86_400)
    assert first != limiter.caller_at("192.0.2.1")


def test_a_network_of_version_six_is_one_caller(limiter):
    assert limiter.caller_at("2001:db8:1:2::1") == limiter.caller_at("2001:db8:1:2:ffff::9%eth0")
    assert limiter.caller_at("2001:db8:1:2::1") != limiter.caller_at("2001:db8:1:3::1")


async def test_a_request_that_stands_for_many_counts_as_many_or_not_at_all(limiter, clock):
    assert (await limiter.take([MINUTE], "m", 50))[0].remaining == 10
    (refused,) = await limiter.take([MINUTE], "m", 11)
    assert (refused.permitted, refused.remaining, refused.reset_s) == (False, 10, 60)
    assert (await limiter.take([MINUTE], "m", 10))[0].permitted
    assert not (await limiter.take([MINUTE], "m"))[0].permitted
    clock.pass_s(60)
    assert (await limiter.take([MINUTE], "m", 60))[0].permitted
