"""The closed words of the room: what is wrong with a proof, and what a reader is told of one that holds.

A member's value is its wire word. A word is never given a second meaning and never reused.
"""

from enum import StrEnum

__all__ = ["StampedSafeReason"]


class StampedSafeReason(StrEnum):
    """Codes of errors and of warnings."""

    # Check 0: the form.
    JSON_INVALID = "JSON_INVALID"  # not one JSON text in UTF-8 within the limits
    DUPLICATE_KEY = "DUPLICATE_KEY"  # two members of one object with one name
    MISSING_FIELD = "MISSING_FIELD"
    TYPE_INVALID = "TYPE_INVALID"
    NOT_CANONICALIZABLE = "NOT_CANONICALIZABLE"  # a lone surrogate, or a number that no double holds
    HEX_FORMAT = "HEX_FORMAT"  # not lower-case hexadecimal of its length
    MESSAGE_TOO_LONG = "MESSAGE_TOO_LONG"
    TIMESTAMP_INVALID = "TIMESTAMP_INVALID"
    ID_FORMAT = "ID_FORMAT"
    SIGNATURE_FORMAT = "SIGNATURE_FORMAT"
    FILE_META_INVALID = "FILE_META_INVALID"

    # Checks 1 to 5.
    VERSION_UNSUPPORTED = "VERSION_UNSUPPORTED"
    ALG_UNSUPPORTED = "ALG_UNSUPPORTED"
    MESSAGE_HASH_MISMATCH = "MESSAGE_HASH_MISMATCH"
    ID_MISMATCH = "ID_MISMATCH"
    PUBLIC_KEY_INVALID = "PUBLIC_KEY_INVALID"  # no point, a second encoding of one, or one of small order
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    SIG_OVER_TRUNCATED_ID = "SIG_OVER_TRUNCATED_ID"  # signs the short id, which 2^48 work forges

    # Beside the checks: these never make a proof invalid.
    FILE_HASH_MISMATCH = "FILE_HASH_MISMATCH"  # the file at hand is another one
    TA_FORMAT = "TA_FORMAT"
    TA_SIGNATURE_INVALID = "TA_SIGNATURE_INVALID"
    TA_UNTRUSTED_KEY = "TA_UNTRUSTED_KEY"  # not pinned, or pinned for another time
    TA_TIME_MISMATCH = "TA_TIME_MISMATCH"
    TA_WINDOW_INVALID = "TA_WINDOW_INVALID"

    # Warnings.
    TIMEZONE_INVALID = "TIMEZONE_INVALID"
    ALG_ALIAS = "ALG_ALIAS"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    LEVEL_UNPROVEN = "LEVEL_UNPROVEN"  # claims a level that it does not show
    TA_IN_V10 = "TA_IN_V10"
    SIG_INPUT_HEX = "SIG_INPUT_HEX"
