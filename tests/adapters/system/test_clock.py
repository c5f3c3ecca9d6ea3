"""The machine's clocks, and the shift that only tests get."""

import time
from pathlib import Path

import pytest

from frankmark.adapters.system.clock import TEST_CLOCK, SystemClock
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Unavailable
from frankmark.ports.clock import Clock, Entropy

NEAR_MS = 5_000


def near_ms(clock: Clock, shift_s: int) -> bool:
    return abs(clock.now_ms() - (time.time_ns() // 1_000_000 + shift_s * 1000)) < NEAR_MS


def test_the_true_clock_is_the_machines() -> None:
    clock = SystemClock({})
    assert near_ms(clock, 0)
    assert clock.test_clock is None
    first = clock.steady_ms()
    assert first <= clock.steady_ms()


@pytest.mark.parametrize(
    ("text", "shift_s"), [("0", 0), ("+86400", 86_400), ("-31536000\n", -31_536_000), (" 60 \n", 60)]
)
def test_a_file_shifts_the_time_if_that_is_allowed(tmp_path: Path, text: str, shift_s: int) -> None:
    file = tmp_path / "offset"
    file.write_text(text)
    allowed = SystemClock({TEST_CLOCK: str(file)}, allow_test_clock=True)
    assert near_ms(allowed, shift_s)
    assert allowed.test_clock == file
    assert near_ms(SystemClock({TEST_CLOCK: str(file)}), 0)
    assert near_ms(SystemClock({}, allow_test_clock=True), 0)


def test_the_file_is_read_again_at_each_call_and_the_steady_clock_stays(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    file.write_text("0")
    clock = SystemClock({TEST_CLOCK: str(file)}, allow_test_clock=True)
    steady = clock.steady_ms()
    assert near_ms(clock, 0)
    file.write_text("1000000")
    assert near_ms(clock, 1_000_000)
    assert clock.steady_ms() - steady < NEAR_MS


@pytest.mark.parametrize(
    "content", [b"", b"1.5", b"one", b"99999999999", b"0x10", b"\xff", "٣".encode(), b"1 2", b" " * 64 + b"1"]
)
def test_a_file_of_another_form_is_an_error_and_never_the_true_time(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "offset"
    file.write_bytes(content)
    with pytest.raises(Unavailable) as refused:
        SystemClock({TEST_CLOCK: str(file)}, allow_test_clock=True).now_ms()
    assert refused.value.code is SystemReason.TEST_CLOCK_UNREADABLE


def test_a_missing_file_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        SystemClock({TEST_CLOCK: str(tmp_path / "none")}, allow_test_clock=True).now_ms()


def test_entropy_is_as_long_as_asked_and_never_the_same() -> None:
    entropy: Entropy = SystemEntropy()
    assert entropy.octets(0) == b""
    assert len({entropy.octets(32) for _ in range(100)}) == 100
