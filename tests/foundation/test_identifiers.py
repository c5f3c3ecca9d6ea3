"""UUIDs and ULIDs: one spelling, made of what is given."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation import identifiers
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

SAMPLE = "f47ac10b-58cc-4372-a567-0e02b2c3d479"


@given(st.binary(min_size=16, max_size=16))
def test_a_uuid_is_version_4_of_the_entropy(entropy: bytes) -> None:
    text = identifiers.uuid4(entropy)
    assert text == str(uuid.UUID(bytes=entropy, version=4))
    assert identifiers.is_uuid4(text)
    assert identifiers.parse_uuid4(text) == text


def test_all_entropy_counts_but_six_bits() -> None:
    assert identifiers.uuid4(b"\xff" * 16) == "ffffffff-ffff-4fff-bfff-ffffffffffff"
    assert identifiers.uuid4(b"\x00" * 16) == "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("entropy", [b"", b"\x00" * 15, b"\x00" * 17])
def test_other_amounts_of_entropy_are_misuse(entropy: bytes) -> None:
    with pytest.raises(Misuse):
        identifiers.uuid4(entropy)


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE.upper(),
        SAMPLE.replace("-", ""),
        f"{{{SAMPLE}}}",
        f"urn:uuid:{SAMPLE}",
        SAMPLE.replace("-4372", "-1372"),
        SAMPLE.replace("-a567", "-c567"),
        SAMPLE.replace("-a567", "-7567"),
        SAMPLE + "\n",
        SAMPLE[:-1],
        SAMPLE[:-1] + "g",
        SAMPLE[:-1] + "\u0669",
        "",
    ],
)
def test_other_uuids_are_refused(text: str) -> None:
    assert not identifiers.is_uuid4(text)
    with pytest.raises(Malformed) as refused:
        identifiers.parse_uuid4(text)
    assert refused.value.code is FoundationReason.UUID_INVALID


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_ulid_holds_its_time(now_ms: int, entropy: bytes) -> None:
    text = identifiers.ulid(now_ms, entropy)
    assert len(text) == 26
    assert identifiers.parse_ulid(text) == text
    assert identifiers.is_ulid(text)
    assert identifiers.ulid_ms(text) == now_ms


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=2, unique=True), st.binary(min_size=10, max_size=10))
def test_ulids_sort_as_their_times(times: list[int], entropy: bytes) -> None:
    early, late = sorted(times)
    assert identifiers.ulid(early, b"\xff" * 10) < identifiers.ulid(late, entropy)


def test_a_ulid_of_known_parts() -> None:
    # The time of the ULID specification's example.
    assert identifiers.ulid(1469918176385, bytes.fromhex("00000000000000000000")) == "01ARYZ6S410000000000000000"
    assert identifiers.ulid(2**48 - 1, b"\xff" * 10) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


@pytest.mark.parametrize(("now_ms", "entropy"), [(-1, b"\x00" * 10), (2**48, b"\x00" * 10), (0, b"\x00" * 9), (0, b"")])
def test_what_does_not_fit_a_ulid_is_misuse(now_ms: int, entropy: bytes) -> None:
    with pytest.raises(Misuse):
        identifiers.ulid(now_ms, entropy)


@pytest.mark.parametrize(
    "text", ["", "0" * 25, "0" * 27, "8" + "0" * 25, "01arz3ndektsv4rrffq69g5fav", "I" * 26, "0" * 25 + "U"]
)
def test_other_ulids_are_refused(text: str) -> None:
    assert not identifiers.is_ulid(text)
    for act in (identifiers.parse_ulid, identifiers.ulid_ms):
        with pytest.raises(Malformed) as refused:
            act(text)
        assert refused.value.code is FoundationReason.ULID_INVALID
