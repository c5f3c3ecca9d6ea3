"""What the node itself refuses, before any service is asked."""

from enum import StrEnum

__all__ = ["NodeReason"]


class NodeReason(StrEnum):
    """Codes of the HTTP surface; their statuses stand in `problems.py`."""

    FIELD_REPEATED = "FIELD_REPEATED"
    INTERNAL = "INTERNAL"
    INVALID_JSON = "INVALID_JSON"
    LEAF_NOT_FOUND = "LEAF_NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    MISDIRECTED = "MISDIRECTED"
    NODE_NOT_FOUND = "NODE_NOT_FOUND"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    RATE_LIMITED = "RATE_LIMITED"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    SIGN_IN_NEEDS_TLS = "SIGN_IN_NEEDS_TLS"
    TILE_NOT_FOUND = "TILE_NOT_FOUND"
    TX_NOT_FOUND = "TX_NOT_FOUND"
    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
