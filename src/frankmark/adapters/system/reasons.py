"""The closed enum of codes that the system adapters raise."""

from enum import StrEnum

__all__ = ["SystemReason"]


class SystemReason(StrEnum):
    """Why the machine's files or clock were refused."""

    KEY_MISSING = "KEY_MISSING"
    KEY_NAME_INVALID = "KEY_NAME_INVALID"
    KEY_FILE_MODE = "KEY_FILE_MODE"
    KEY_FILE_MALFORMED = "KEY_FILE_MALFORMED"
    KEY_FILE_TAMPERED = "KEY_FILE_TAMPERED"
    PASSPHRASE_WRONG = "PASSPHRASE_WRONG"  # noqa: S105  (the name of a refusal, not a secret)
    PASSPHRASE_MISSING = "PASSPHRASE_MISSING"  # noqa: S105  (as above)
    PASSPHRASE_UNUSABLE = "PASSPHRASE_UNUSABLE"  # noqa: S105  (as above)
    TEST_CLOCK_UNREADABLE = "TEST_CLOCK_UNREADABLE"
