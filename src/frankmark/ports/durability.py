"""What every durable store may answer instead of keeping its promise."""

from enum import StrEnum

from frankmark.foundation.errors import Unavailable

__all__ = ["Damaged", "StoreReason"]


class StoreReason(StrEnum):
    """Why a store does not do what it was asked to."""

    STORE_FULL = "STORE_FULL"  # no room on the disk; nothing of this write was kept, what was kept before still is
    STORE_LOCKED = "STORE_LOCKED"  # another process holds the data folder
    STORE_DAMAGED = "STORE_DAMAGED"  # octets changed under us; nothing more is read or written
    STORE_UNREACHABLE = "STORE_UNREACHABLE"  # the folder is missing, read-only or not ours
    STORE_SCHEMA_NEWER = "STORE_SCHEMA_NEWER"  # a newer release wrote this store
    STORE_CLOSED = "STORE_CLOSED"  # asked after the end


class Damaged(Unavailable):
    """The store is not what we wrote; waiting does not mend it, a restore does."""

    retryable = False
