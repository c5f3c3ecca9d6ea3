"""RFC 3339 and whole milliseconds: exact both ways, never rounded up."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation import timestamps
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

FIRST = timestamps.parse_rfc3339("0001-01-01T00:00:00Z")
DAY_MS = 86_400_000
LAST = timestamps.parse_rfc3339("9999-12-31T23:59:59.999Z")


@given(st.integers(FIRST, LAST))
def test_there_and_back(ms: int) -> None:
    text = timestamps.rfc3339(ms)
    assert timestamps.parse_rfc3339(text) == ms
    assert text.endswith("Z")
    assert ("." in text) == (ms % 1000 != 0)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_an_offset_names_the_same_instant(moment: datetime, offset: int) -> None:
    sign, (hours, minutes) = "+" if offset >= 0 else "-", divmod(abs(offset), 60)
    local = moment.replace(tzinfo=None).isoformat()
    ms = timestamps.parse_rfc3339(f"{local}{sign}{hours:02}:{minutes:02}")
    assert ms == timestamps.parse_rfc3339(f"{local}Z") - offset * 60_000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-15T10:00:00Z", 1_768_471_200_000),
        ("2026-01-15T10:00:00.250Z", 1_768_471_200_250),
        ("2026-01-15t11:00:00.25+01:00", 1_768_471_200_250),
        ("2026-01-15T10:00:00.999999999z", 1_768_471_200_999),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1969-12-31T23:59:59.9999Z", -1),
        # RFC 3339 §5.8
        ("1985-04-12T23:20:50.52Z", 482_196_050_520),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
        ("2000-02-29T00:00:00-00:00", 951_782_400_000),
    ],
)
def test_known_instants(text: str, ms: int) -> None:
    assert timestamps.parse_rfc3339(text) == ms
    assert timestamps.parse_rfc3339_s(text) == ms // 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-15",
        "2026-01-15T10:00:00",
        "2026-01-15 10:00:00Z",
        "2026-01-15T10:00Z",
        "2026-01-15T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "1990-12-31T23:59:60Z",
        "2026-01-15T10:00:00.Z",
        "2026-01-15T10:00:00.1234567890Z",
        "2026-01-15T10:00:00,5Z",
        "2026-01-15T10:00:00+0100",
        "2026-01-15T10:00:00+24:00",
        "2026-01-15T10:00:00-00:60",
        "+2026-01-15T10:00:00Z",
        "2026-01-15T10:00:00Z\n",
        "\u0662\u0660\u0662\u0666-01-15T10:00:00Z",
        "20260115T100000Z",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        timestamps.parse_rfc3339(text)
    assert refused.value.code is FoundationReason.TIMESTAMP_INVALID


def test_times_without_a_four_digit_year_are_misuse() -> None:
    for ms in (FIRST - 1, LAST + 1, 10**30, -(10**30)):
        with pytest.raises(Misuse):
            timestamps.rfc3339(ms)


def test_seconds_and_milliseconds_are_cut_off_towards_the_past() -> None:
    assert timestamps.rfc3339_s(1_768_471_200) == "2026-01-15T10:00:00Z"
    assert timestamps.ms_from_s(-3) == -3000
    assert [timestamps.s_from_ms(ms) for ms in (1999, 1000, 999, -1, -1000, -1001)] == [1, 1, 0, -1, -1, -2]


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_is_refused_with_a_code(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert FIRST - DAY_MS < timestamps.parse_rfc3339(text) < LAST + DAY_MS
