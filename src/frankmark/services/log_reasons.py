"""The closed enum of codes that transparency logs and the ledger on top of them answer with."""

from enum import StrEnum

__all__ = ["LogReason"]


class LogReason(StrEnum):
    """Why a log did not do what it was asked to."""

    LOG_ROLLED_BACK = "LOG_ROLLED_BACK"  # more was signed than is stored: a backup was restored; start a successor
    LOG_CLOSED = "LOG_CLOSED"  # asked after the end
    LOG_BUSY = "LOG_BUSY"  # more leaves wait than may wait
    LOG_RANGE = "LOG_RANGE"  # an index or a size beyond the published head
    LOG_UNREADABLE = "LOG_UNREADABLE"  # a node that is watched answers something else than a log
    LEAF_TOO_LARGE = "LEAF_TOO_LARGE"
    TOO_MANY_LEAVES = "TOO_MANY_LEAVES"
    INVALID_HASH = "INVALID_HASH"  # neither 64 nor 0x and 64 hexadecimal digits
