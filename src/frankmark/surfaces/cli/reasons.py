"""What the command itself refuses."""

from enum import StrEnum

__all__ = ["CliReason"]


class CliReason(StrEnum):
    """Codes of the command; their statuses stand in `exits.py`."""

    FILE_UNREADABLE = "FILE_UNREADABLE"
    LOGIN_INVALID = "LOGIN_INVALID"
    NODE_REFUSED = "NODE_REFUSED"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    THING_UNKNOWN = "THING_UNKNOWN"
