"""Every code of the foundation is shown by a vector or a test, and its value is its name."""

from pathlib import Path

from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.reasons import FoundationReason

TESTS = Path(__file__).parents[1]
SHOWN = [
    *TESTS.glob("foundation/**/test_*.py"),
    *TESTS.glob("vectors/test_*.py"),
    *TESTS.glob("adapters/system/test_*.py"),
]
VECTORS = [TESTS.parent / "vectors" / f"{suite}.json" for suite in ("canonical", "jws", "jwks")]


def test_a_value_is_its_name() -> None:
    for reason in (*FoundationReason, *SystemReason):
        assert reason.value == reason.name


def test_every_code_is_shown() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*SHOWN, *VECTORS])
    for reason in (*FoundationReason, *SystemReason):
        assert reason.value in text, f"nothing shows {reason.value}"
