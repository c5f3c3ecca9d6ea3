"""What the command itself refuses."""

from enum import StrEnum

__all__ = ["CliReason"]


class CliReason(StrEnum):
    """Codes of the command; their statuses stand in `exits.py`."""

    FILE_UNREADABLE = "FILE_UNREADABLE"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    FILE_EXISTS = "FILE_EXISTS"  # a file that the command was to write is there already
    LOGIN_INVALID = "LOGIN_INVALID"
    NODE_REFUSED = "NODE_REFUSED"  # a node said no without a code
    NODE_FAILED = "NODE_FAILED"  # a node failed, or its answer has another form
    NOT_CONFIRMED = "NOT_CONFIRMED"
    THING_UNKNOWN = "THING_UNKNOWN"
    TARGET_UNKNOWN = "TARGET_UNKNOWN"  # neither a domain, an address nor a file
    NO_NODE = "NO_NODE"  # the data folder holds no node, and this verb makes none
    NO_STAMP = "NO_STAMP"  # the domain has no active stamp of this organisation
    ORGANISATION_UNKNOWN = "ORGANISATION_UNKNOWN"
    NOT_IN_DNS = "NOT_IN_DNS"  # the answer to the challenge was not seen in time
    DNS_UNAVAILABLE = "DNS_UNAVAILABLE"  # the name servers of a brand's domain did not answer
    RECEIPT_MISMATCH = "RECEIPT_MISMATCH"  # a receipt that says something else than the answer that it came with
    TIME_KEY_FOREIGN = "TIME_KEY_FOREIGN"  # a trust document that names a time key of another node
    DOCUMENT_SIGNATURE = "DOCUMENT_SIGNATURE"  # a trust document that is not signed by a key that it names
