"""Why a service says no: codes of the registry's rooms that no protocol names.

A member's value is the wire word; which status and which exit it becomes stands in ``docs/reference/codes.md``.
"""

from enum import StrEnum

__all__ = ["ServiceReason"]


class ServiceReason(StrEnum):
    """Codes of the services."""

    # Who asks.
    AUTH_REQUIRED = "AUTH_REQUIRED"  # nobody said who asks
    INVALID_API_KEY = "INVALID_API_KEY"  # malformed, unknown, ended or revoked
    FORBIDDEN = "FORBIDDEN"  # known, and not allowed
    SESSION_ENDED = "SESSION_ENDED"  # expired, signed out, or its key was revoked
    LINK_INVALID = "LINK_INVALID"  # a one-time link that is used, replaced or expired
    CSRF_INVALID = "CSRF_INVALID"  # a session's mutation without the session's own token
    KEY_LIMIT = "KEY_LIMIT"  # two keys of this organisation and role are active already
    KEY_ENDED = "KEY_ENDED"  # the key to rotate or revoke is not active

    # What is asked.
    NOT_FOUND = "NOT_FOUND"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    INVALID_DOMAIN = "INVALID_DOMAIN"
    INVALID_ADDRESS = "INVALID_ADDRESS"

    REPORTS_FULL = "REPORTS_FULL"  # this node takes no further report within a day

    # Domains.
    DOMAIN_PUBLIC_SUFFIX = "DOMAIN_PUBLIC_SUFFIX"  # nobody's domain, everybody's suffix
    DOMAIN_FREE_MAIL = "DOMAIN_FREE_MAIL"  # everybody's mailbox
    DOMAIN_NOT_VERIFIED = "DOMAIN_NOT_VERIFIED"  # registered, and ownership was not shown
    CHALLENGE_NOT_OPEN = "CHALLENGE_NOT_OPEN"  # none was asked for, or it expired or was used
    CHALLENGE_NOT_ANSWERED = "CHALLENGE_NOT_ANSWERED"  # the answer stands neither in the DNS nor at the URL
    CHALLENGE_UNAVAILABLE = "CHALLENGE_UNAVAILABLE"  # the domain's name servers did not answer
    OWNERSHIP_LAPSED = "OWNERSHIP_LAPSED"  # two re-checks failed: show ownership anew

    # Signal.
    CHANNEL_CLAIMED = "CHANNEL_CLAIMED"  # another brand's perimeter holds the channel, or its anchor
    RECEIPT_NOT_FOUND = "RECEIPT_NOT_FOUND"  # never issued here, or older than they are kept

    # Counter-stamps.
    METHOD_UNAVAILABLE = "METHOD_UNAVAILABLE"  # control of this channel cannot be shown in this way here
    COUNTERSTAMP_OPEN = "COUNTERSTAMP_OPEN"  # the brand has an open counter-stamp on the channel

    # Addresses.
    MAIL_NOT_CONFIGURED = "MAIL_NOT_CONFIGURED"  # this node has no way out for mail
    CODE_WRONG = "CODE_WRONG"
    CODE_NOT_OPEN = "CODE_NOT_OPEN"  # used, expired, or out of tries
    CONTACT_NOT_VERIFIED = "CONTACT_NOT_VERIFIED"  # a contact is an address that was verified before

    # Stamps.
    PUBLIC_URL_INVALID = "PUBLIC_URL_INVALID"  # the node has no name that others could pin
    STAMP_NOT_RENEWABLE = "STAMP_NOT_RENEWABLE"  # revoked or erased
    ATTACHMENT_MALFORMED = "ATTACHMENT_MALFORMED"  # our own octets beside an entry are not ours

    # The node's own keys.
    SIGNING_KEY_UNKNOWN = "SIGNING_KEY_UNKNOWN"
    SIGNING_KEY_LAST = "SIGNING_KEY_LAST"  # the only active key cannot be retired: rotate first
    KEYS_DAMAGED = "KEYS_DAMAGED"  # the key file opens, and does not hold what we wrote
    CLOCK_BEHIND = "CLOCK_BEHIND"  # the clock stands before the time key was made
