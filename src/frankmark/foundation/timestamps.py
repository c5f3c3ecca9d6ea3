"""RFC 3339 text and whole milliseconds or seconds since the Unix epoch; no clock, and no floating point.

Tokens speak seconds, the ledger milliseconds, the interfaces RFC 3339: every conversion between them stands here.
Leap seconds (``:60``) have no place on the Unix time line and are refused. Fractions finer than a millisecond are cut
off, never rounded up, so that a text never lies later than what it says.
"""

import re
from datetime import UTC, datetime, timedelta

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

__all__ = ["ms_from_s", "parse_rfc3339", "parse_rfc3339_s", "rfc3339", "rfc3339_s", "s_from_ms"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_OFFSET_MINUTE = 59
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


def rfc3339(ms: int) -> str:
    """Milliseconds as RFC 3339 text in UTC: ``2026-01-15T10:00:00Z``, with ``.mmm`` only if it is not zero.

    Args:
        ms: Milliseconds since the Unix epoch, within the years 1 to 9999.

    Returns:
        The text, ending in ``Z``.

    Raises:
        Misuse: `TIMESTAMP_INVALID` if the year does not have four digits.
    """
    try:
        instant = _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        raise Misuse(FoundationReason.TIMESTAMP_INVALID, "a time within the years 1 to 9999") from None
    return instant.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")[:-6] + "Z"


def rfc3339_s(s: int) -> str:
    """Seconds since the Unix epoch as RFC 3339 text in UTC; see `rfc3339`."""
    return rfc3339(s * 1000)


def parse_rfc3339(text: str) -> int:
    """An RFC 3339 date-time with any offset as milliseconds.

    Args:
        text: For example ``2026-01-15T10:00:00Z`` or ``2026-01-15T11:00:00.250+01:00``; at most nine fraction digits.

    Returns:
        Milliseconds since the Unix epoch, finer fractions cut off.

    Raises:
        Malformed: `TIMESTAMP_INVALID`, also for leap seconds and for days that do not exist.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise Malformed(FoundationReason.TIMESTAMP_INVALID, "an RFC 3339 date-time such as 2026-01-15T10:00:00Z")
    fraction, sign, offset_hours, offset_minutes = match.group(7, 8, 9, 10)
    year, month, day, hour, minute, second = (int(digits) for digits in match.group(1, 2, 3, 4, 5, 6))
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Malformed(FoundationReason.TIMESTAMP_INVALID, "a day and a time that exist") from None
    ms = (instant - _EPOCH) // _MILLISECOND + int((fraction or "0").ljust(3, "0")[:3])
    if sign is None:
        return ms
    hours, minutes = int(offset_hours), int(offset_minutes)
    if hours > 23 or minutes > _MAX_OFFSET_MINUTE:  # noqa: PLR2004  (hours of a day)
        raise Malformed(FoundationReason.TIMESTAMP_INVALID, "an offset of at most 23:59")
    offset_ms = (hours * 60 + minutes) * 60_000
    return ms - offset_ms if sign == "+" else ms + offset_ms


def parse_rfc3339_s(text: str) -> int:
    """An RFC 3339 date-time as whole seconds since the Unix epoch, fractions cut off; see `parse_rfc3339`."""
    return s_from_ms(parse_rfc3339(text))


def s_from_ms(ms: int) -> int:
    """Milliseconds as whole seconds, cut off towards the past."""
    return ms // 1000


def ms_from_s(s: int) -> int:
    """Seconds as milliseconds."""
    return s * 1000
