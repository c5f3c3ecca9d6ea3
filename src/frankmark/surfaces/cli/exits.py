"""Exit statuses: one table from what was found, and from every error, to what a script can trust."""

from collections.abc import Iterable
from enum import IntEnum

from frankmark.foundation.errors import Error, Fault, Malformed, Misuse, Refused, Unavailable, Unverified

__all__ = ["DISPLAY", "Exit", "exit_of", "failing", "worst"]


class Exit(IntEnum):
    """The closed list of statuses."""

    TRUSTED = 0  # trusted, valid, done
    REFUSED = 1  # the node refused
    USAGE = 2  # the arguments or an input file are not of the form asked for
    CAUTION = 10  # SOSPECHOSO, or valid with a lost property
    BLOCKED = 20  # BLOQUEADO, or invalid
    UNKNOWN = 30  # nothing against and no claim to check, or a key that is not pinned
    UNREACHABLE = 69  # something that is needed cannot be reached
    OURS = 70  # our fault
    INTERRUPTED = 130
    UNREAD = 141  # whoever read the output went away: 128 and SIGPIPE, as a shell says it


DISPLAY: dict[str, Exit] = {
    "trusted": Exit.TRUSTED,
    "caution": Exit.CAUTION,
    "blocked": Exit.BLOCKED,
    "unknown": Exit.UNKNOWN,
}

SEVERITY = (Exit.BLOCKED, Exit.OURS, Exit.UNREACHABLE, Exit.USAGE, Exit.CAUTION, Exit.UNKNOWN)

BY_CODE: dict[str, Exit] = {
    "ISSUER_NOT_PINNED": Exit.UNKNOWN,
    "KEY_NOT_PINNED": Exit.UNKNOWN,
    "KEY_TIME_UNPROVEN": Exit.UNKNOWN,
}


def exit_of(error: Error) -> Exit:
    """The status for an error."""
    known = BY_CODE.get(error.code.value)
    if known is not None:
        return known
    if isinstance(error, Unavailable):
        return Exit.UNREACHABLE
    if isinstance(error, Unverified):
        return Exit.BLOCKED
    if isinstance(error, Malformed):
        return Exit.USAGE
    if isinstance(error, Refused):
        return Exit.REFUSED
    return Exit.OURS if isinstance(error, Misuse) or error.fault is Fault.NODE else Exit.REFUSED


def worst(found: Iterable[Exit]) -> Exit:
    """The status for several targets: the first of 20, 70, 69, 2, 10, 30 that occurs, else the highest, else 0."""
    statuses = set(found)
    ranked = next((status for status in SEVERITY if status in statuses), None)
    return ranked if ranked is not None else max(statuses, default=Exit.TRUSTED)


def failing(found: Exit, least: str | None) -> Exit:
    """The status that `--fail-on` leaves: states below the one it names are 0, everything that went wrong stays.

    Args:
        found: The status.
        least: ``caution``, ``blocked``, or None for no such option.
    """
    quiet = {"caution": {Exit.UNKNOWN}, "blocked": {Exit.UNKNOWN, Exit.CAUTION}}
    return Exit.TRUSTED if found in quiet.get(least or "", ()) else found
