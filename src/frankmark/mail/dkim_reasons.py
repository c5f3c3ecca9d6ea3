"""What can be said about a DKIM signature, and why: two closed lists and the one table between them.

The results are those of RFC 8601 §2.7.1. Which reason leads to which result follows RFC 6376 §3.9 and §6.1 (what is
permanent), RFC 8301 (historic algorithms and short keys are permanent failures) and RFC 8601 (a signature that cannot
be read is neutral; one that can be read and can never hold is a permanent error).
"""

from enum import StrEnum
from types import MappingProxyType

__all__ = ["RESULTS", "DkimReason", "DkimResult"]


class DkimResult(StrEnum):
    """RFC 8601 §2.7.1."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 (the word of RFC 8601)
    FAIL = "fail"
    POLICY = "policy"
    NEUTRAL = "neutral"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class DkimReason(StrEnum):
    """Why a signature, or a key record, was judged as it was."""

    DKIM_VERIFIED = "DKIM_VERIFIED"

    DKIM_BODY_CHANGED = "DKIM_BODY_CHANGED"
    DKIM_BODY_SHORTENED = "DKIM_BODY_SHORTENED"
    DKIM_SIGNATURE_INVALID = "DKIM_SIGNATURE_INVALID"

    DKIM_TOO_MANY_SIGNATURES = "DKIM_TOO_MANY_SIGNATURES"
    DKIM_KEY_IN_TESTING = "DKIM_KEY_IN_TESTING"

    DKIM_SYNTAX = "DKIM_SYNTAX"
    DKIM_VERSION = "DKIM_VERSION"
    DKIM_TAG_MISSING = "DKIM_TAG_MISSING"
    DKIM_ALGORITHM_UNKNOWN = "DKIM_ALGORITHM_UNKNOWN"
    DKIM_CANONICALIZATION_UNKNOWN = "DKIM_CANONICALIZATION_UNKNOWN"
    DKIM_QUERY_UNKNOWN = "DKIM_QUERY_UNKNOWN"

    DKIM_ALGORITHM_RETIRED = "DKIM_ALGORITHM_RETIRED"
    DKIM_IDENTITY_OUTSIDE_DOMAIN = "DKIM_IDENTITY_OUTSIDE_DOMAIN"
    DKIM_FROM_NOT_SIGNED = "DKIM_FROM_NOT_SIGNED"
    DKIM_EXPIRED = "DKIM_EXPIRED"
    DKIM_FROM_THE_FUTURE = "DKIM_FROM_THE_FUTURE"

    DKIM_KEY_UNAVAILABLE = "DKIM_KEY_UNAVAILABLE"
    DKIM_KEY_ABSENT = "DKIM_KEY_ABSENT"
    DKIM_KEY_RECORDS_TOO_MANY = "DKIM_KEY_RECORDS_TOO_MANY"
    DKIM_KEY_SYNTAX = "DKIM_KEY_SYNTAX"
    DKIM_KEY_VERSION = "DKIM_KEY_VERSION"
    DKIM_KEY_SERVICE = "DKIM_KEY_SERVICE"
    DKIM_KEY_TYPE_UNKNOWN = "DKIM_KEY_TYPE_UNKNOWN"
    DKIM_KEY_TYPE_DIFFERS = "DKIM_KEY_TYPE_DIFFERS"
    DKIM_KEY_HASH_NOT_ALLOWED = "DKIM_KEY_HASH_NOT_ALLOWED"
    DKIM_KEY_IDENTITY_NOT_ALLOWED = "DKIM_KEY_IDENTITY_NOT_ALLOWED"
    DKIM_KEY_TOO_SHORT = "DKIM_KEY_TOO_SHORT"
    DKIM_KEY_TOO_LONG = "DKIM_KEY_TOO_LONG"
    DKIM_KEY_REVOKED = "DKIM_KEY_REVOKED"


_UNLIKE_PERMANENT = {
    DkimReason.DKIM_VERIFIED: DkimResult.PASS,
    DkimReason.DKIM_BODY_CHANGED: DkimResult.FAIL,
    DkimReason.DKIM_BODY_SHORTENED: DkimResult.FAIL,
    DkimReason.DKIM_SIGNATURE_INVALID: DkimResult.FAIL,
    DkimReason.DKIM_TOO_MANY_SIGNATURES: DkimResult.POLICY,
    DkimReason.DKIM_KEY_IN_TESTING: DkimResult.NEUTRAL,
    DkimReason.DKIM_SYNTAX: DkimResult.NEUTRAL,
    DkimReason.DKIM_VERSION: DkimResult.NEUTRAL,
    DkimReason.DKIM_TAG_MISSING: DkimResult.NEUTRAL,
    DkimReason.DKIM_ALGORITHM_UNKNOWN: DkimResult.NEUTRAL,
    DkimReason.DKIM_CANONICALIZATION_UNKNOWN: DkimResult.NEUTRAL,
    DkimReason.DKIM_QUERY_UNKNOWN: DkimResult.NEUTRAL,
    DkimReason.DKIM_KEY_UNAVAILABLE: DkimResult.TEMPERROR,
}

RESULTS = MappingProxyType({reason: _UNLIKE_PERMANENT.get(reason, DkimResult.PERMERROR) for reason in DkimReason})
"""The result of each reason; what is not listed otherwise is a permanent error."""
