"""The closed codes of the room: why an input, a signed object or a move is refused.

A member's value is its wire word. None of them says anything about what anybody meant to do.
"""

from enum import StrEnum

__all__ = ["SignalReason"]


class SignalReason(StrEnum):
    """Why Signal refused something."""

    # What is asked about.
    ARTIFACT_TYPE = "ARTIFACT_TYPE"  # not one of the known types
    ARTIFACT_LENGTH = "ARTIFACT_LENGTH"  # empty, or longer than 2,048 characters
    ARTIFACT_URL = "ARTIFACT_URL"  # no URL of http or https with a host
    ARTIFACT_DOMAIN = "ARTIFACT_DOMAIN"  # no name of a host
    ARTIFACT_PUBLIC_SUFFIX = "ARTIFACT_PUBLIC_SUFFIX"  # a name under which anyone may register
    ARTIFACT_SHORTLINK = "ARTIFACT_SHORTLINK"  # a URL with parts that a short link cannot have
    ARTIFACT_NUMBER = "ARTIFACT_NUMBER"  # no E.164 number
    ARTIFACT_HANDLE = "ARTIFACT_HANDLE"  # no Telegram name and no chat id
    ARTIFACT_SENDER = "ARTIFACT_SENDER"  # no alphanumeric sender of SMS
    ARTIFACT_EMAIL = "ARTIFACT_EMAIL"  # no mail address
    ARTIFACTS_TOO_MANY = "ARTIFACTS_TOO_MANY"  # more than 20 in one message
    MESSAGE_MALFORMED = "MESSAGE_MALFORMED"  # not the object that the platform sends

    # Every signed object.
    TYPE_MISMATCH = "TYPE_MISMATCH"  # a signed object of another kind
    SIGNED_OBJECT_MALFORMED = "SIGNED_OBJECT_MALFORMED"  # no compact ES256 JWS of the form asked for
    SIGNATURE_FALSE = "SIGNATURE_FALSE"
    BRAND_KEY_MISMATCH = "BRAND_KEY_MISMATCH"  # header key, kid and the published thumbprint are not one
    KEY_UNKNOWN = "KEY_UNKNOWN"  # the pinned set has no key of that id
    KEY_TIME_UNPROVEN = "KEY_TIME_UNPROVEN"  # its key has ended, and nothing proves that it was signed before

    # The perimeter and the record that says whose it is.
    PERIMETER_MALFORMED = "PERIMETER_MALFORMED"
    PERIMETER_CHANNEL = "PERIMETER_CHANNEL"  # a channel not in its canonical form, twice, or matched as its type cannot
    PERIMETER_TIME = "PERIMETER_TIME"  # ended, not begun, or longer than 400 days
    PERIMETER_SUCCESSION = "PERIMETER_SUCCESSION"  # not the next one: seq, prev, brand or anchor
    BRAND_RECORD_MALFORMED = "BRAND_RECORD_MALFORMED"

    # Counter-stamps.
    COUNTERSTAMP_MALFORMED = "COUNTERSTAMP_MALFORMED"
    VERSION_CONFLICT = "VERSION_CONFLICT"  # the counter-stamp has moved since it was read
    INVALID_TRANSITION = "INVALID_TRANSITION"
    ACTOR_NOT_ALLOWED = "ACTOR_NOT_ALLOWED"  # the move exists, but not for this actor
    CHANNEL_IN_PERIMETER = "CHANNEL_IN_PERIMETER"  # the brand has declared the channel as its own
    CHANNEL_NOT_IN_PERIMETER = "CHANNEL_NOT_IN_PERIMETER"
    EVIDENCE_REQUIRED = "EVIDENCE_REQUIRED"
    REASON_REQUIRED = "REASON_REQUIRED"
    STATEMENT_REQUIRED = "STATEMENT_REQUIRED"  # the brand's signature is not there
    STATEMENT_MISMATCH = "STATEMENT_MISMATCH"  # the brand signed about something else
    STATEMENT_TIME = "STATEMENT_TIME"  # signed too long ago, in the future, or before the dispute
    CONTROL_UNPROVEN = "CONTROL_UNPROVEN"  # whoever disputes has not shown control of the channel
    NOT_DUE = "NOT_DUE"  # neither its end nor the idle limit has come

    # Receipts and logs.
    RECEIPT_MALFORMED = "RECEIPT_MALFORMED"
    TREE_HEAD_MALFORMED = "TREE_HEAD_MALFORMED"
    TREE_HEAD_MISMATCH = "TREE_HEAD_MISMATCH"  # the signed head is not the one that is stated
    INCLUSION_FALSE = "INCLUSION_FALSE"  # the audit path does not lead to the head's root
    LEAF_MALFORMED = "LEAF_MALFORMED"
    OPENING_MALFORMED = "OPENING_MALFORMED"
