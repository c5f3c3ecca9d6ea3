"""The closed words of the room: why a form, a proof or a transition does not hold, and what a verdict rests on.

A member's value is its wire word. A word is never given a second meaning and never reused.
"""

from enum import StrEnum

__all__ = ["Reason", "RevocationReason", "ScoreChangeReason"]


class RevocationReason(StrEnum):
    """Why a stamp was revoked."""

    PHISHING_DETECTED = "PHISHING_DETECTED"
    ORG_REQUEST = "ORG_REQUEST"
    POLICY_VIOLATION = "POLICY_VIOLATION"
    NODE_COMPROMISE = "NODE_COMPROMISE"
    EXPIRED = "EXPIRED"


class ScoreChangeReason(StrEnum):
    """Why a domain's score changed."""

    DMARC_ADDED = "DMARC_ADDED"
    PHISHING_CAMPAIGN = "PHISHING_CAMPAIGN"
    TYPOSQUATTING_CLUSTER = "TYPOSQUATTING_CLUSTER"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    SIGNAL_DRIFT = "SIGNAL_DRIFT"


class Reason(StrEnum):
    """Every other word: codes of errors, reasons of channels and rules."""

    # The tag list of the DNS record and of the header.
    TAG_LIST_TOO_LARGE = "TAG_LIST_TOO_LARGE"  # more octets or tags than a stamp can need
    TAG_LIST_MALFORMED = "TAG_LIST_MALFORMED"  # not a list of name=value
    TAG_DUPLICATE = "TAG_DUPLICATE"  # one name twice
    TAG_MISSING = "TAG_MISSING"  # a required tag is not there
    VERSION_UNSUPPORTED = "VERSION_UNSUPPORTED"  # v is not 1, is absent, or is not first in a DNS record
    STAMP_ID_MALFORMED = "STAMP_ID_MALFORMED"  # id is not a UUID of version 4 in lower case
    URL_MALFORMED = "URL_MALFORMED"  # not an https URL whose last path segment is a token
    RECORDS_TOO_MANY = "RECORDS_TOO_MANY"  # more than four records at one owner name
    HEADERS_TOO_MANY = "HEADERS_TOO_MANY"  # more than one X-SecureStamp in a message
    FROM_AMBIGUOUS = "FROM_AMBIGUOUS"  # no From address, or several
    VERIFY_MISSING = "VERIFY_MISSING"  # a warning: the header has no verify tag
    DNS_UNAVAILABLE = "DNS_UNAVAILABLE"  # the name servers did not answer, or DNSSEC validation failed

    # The stamp token.
    TOKEN_TOO_LARGE = "TOKEN_TOO_LARGE"  # noqa: S105  (a wire word, no secret)
    TOKEN_MALFORMED = "TOKEN_MALFORMED"  # noqa: S105  (a wire word, no secret)
    TOKEN_MISMATCH = "TOKEN_MISMATCH"  # noqa: S105  (the token in verify is not the one in token)
    TYPE_MISMATCH = "TYPE_MISMATCH"  # a signed object of another kind
    ALGORITHM_REFUSED = "ALGORITHM_REFUSED"  # anything but ES256, or a header that names keys of its own
    SIGNATURE_FALSE = "SIGNATURE_FALSE"  # false under every active and every retired key of the issuer
    KEY_UNKNOWN = "KEY_UNKNOWN"  # the issuer has no key of that id
    KEY_UNREACHABLE = "KEY_UNREACHABLE"  # the issuer's keys cannot be had now
    KEY_RETIRED = "KEY_RETIRED"
    KEY_COMPROMISED = "KEY_COMPROMISED"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105  (a wire word, no secret)
    TOKEN_NOT_YET_VALID = "TOKEN_NOT_YET_VALID"  # noqa: S105  (issued in the future by more than the skew)
    UNTRUSTED_ISSUER = "UNTRUSTED_ISSUER"  # the URL's host is not among the trust roots
    ISSUER_NOT_PINNED = "ISSUER_NOT_PINNED"  # nobody told this verifier the issuer's keys: neither pass nor fail
    DOMAIN_MISMATCH = "DOMAIN_MISMATCH"  # the token is for another domain than the From address
    STAMP_MISMATCH = "STAMP_MISMATCH"  # id and token name different stamps, or ledger and token different owners
    STAMP_UNKNOWN = "STAMP_UNKNOWN"  # the ledger has no such stamp
    STAMP_REVOKED = "STAMP_REVOKED"
    STAMP_EXPIRED = "STAMP_EXPIRED"

    # The ledger's entries and assets, and what may follow what.
    ENTRY_MALFORMED = "ENTRY_MALFORMED"  # not the canonical bytes of an entry
    ENTRY_SIGNATURE = "ENTRY_SIGNATURE"  # the entry's signature is missing or false
    ASSET_MALFORMED = "ASSET_MALFORMED"  # a member missing, unknown, or of the wrong form
    ASSET_MISMATCH = "ASSET_MISMATCH"  # asset and entry do not belong together
    DOMAIN_NOT_NORMALISED = "DOMAIN_NOT_NORMALISED"  # not lower-case A-labels without scheme and final dot
    SCORE_OUT_OF_RANGE = "SCORE_OUT_OF_RANGE"
    TIMESTAMP_OUT_OF_RANGE = "TIMESTAMP_OUT_OF_RANGE"
    STAMP_ALREADY_ACTIVE = "STAMP_ALREADY_ACTIVE"  # the organisation has an active stamp for the domain
    INVALID_TRANSITION = "INVALID_TRANSITION"  # revoking what is revoked, or was never issued

    # Evidence.
    EVIDENCE_MALFORMED = "EVIDENCE_MALFORMED"
    ALGORITHM_UNKNOWN = "ALGORITHM_UNKNOWN"  # no scoring algorithm of that name
    COLLECTING = "COLLECTING"  # missed the deadline; being collected in the background
    NO_TRUSTED_RECEIVED = "NO_TRUSTED_RECEIVED"  # nothing trusted says which client handed the message in
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"  # asked, and not answered
    SOURCE_UNSUPPORTED = "SOURCE_UNSUPPORTED"  # there is nobody to ask
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"  # fewer than 100 messages observed

    # The hard rules of the score.
    NO_AUTHENTICATION = "NO_AUTHENTICATION"  # neither SPF nor DKIM passes
    AUTHENTICATION_UNAVAILABLE = "AUTHENTICATION_UNAVAILABLE"  # neither passes, and one of them could not be asked
    NOT_REGISTERED = "NOT_REGISTERED"
    REGISTRY_UNAVAILABLE = "REGISTRY_UNAVAILABLE"  # no node could be asked whether it is registered
    NO_ACTIVE_STAMP = "NO_ACTIVE_STAMP"
    COVERAGE_LOW = "COVERAGE_LOW"  # signals of less than half the weight are present
    CHANNELS_DISAGREE = "CHANNELS_DISAGREE"  # DNS, header and ledger name different stamps
    STAMP_CONFLICT = "STAMP_CONFLICT"  # two organisations hold an active stamp for the domain
    CONFIRMED_ELSEWHERE = "CONFIRMED_ELSEWHERE"  # another node confirmed that the domain imitates
    LOOKALIKE = "LOOKALIKE"  # resembles a registered domain, confidence 0.700 to 0.899
    LOOKALIKE_STRONG = "LOOKALIKE_STRONG"  # the same, 0.900 and above
    DMARC_FAIL = "DMARC_FAIL"  # and the domain asks to reject or quarantine
    TYPOSQUAT_CONFIRMED = "TYPOSQUAT_CONFIRMED"
    CAMPAIGN_ACTIVE = "CAMPAIGN_ACTIVE"
    DOMAIN_NOT_FOUND = "DOMAIN_NOT_FOUND"  # the From domain does not exist
    ADMIN_LIST = "ADMIN_LIST"
    COMPLIANCE_LIST = "COMPLIANCE_LIST"
    REVOKED_PHISHING_DETECTED = "REVOKED_PHISHING_DETECTED"
    REVOKED_NODE_COMPROMISE = "REVOKED_NODE_COMPROMISE"
    REVOKED_POLICY_VIOLATION = "REVOKED_POLICY_VIOLATION"
    SENDER_OVERRIDE = "SENDER_OVERRIDE"
    SCORE_LOW = "SCORE_LOW"  # no rule fired; the signals by themselves do not bring enough
    ML_LIFT_REFUSED = "ML_LIFT_REFUSED"  # the device's number would have lifted the state
