"""Why a connector says no."""

from enum import StrEnum

__all__ = ["ConnectorReason"]


class ConnectorReason(StrEnum):
    """Codes of the connectors to messaging platforms."""

    CONNECTOR_NOT_CONFIGURED = "CONNECTOR_NOT_CONFIGURED"  # this node has no account on that platform
    CONNECTOR_ACCOUNT_INVALID = "CONNECTOR_ACCOUNT_INVALID"  # a token or an id that the platform does not give out
    CHAT_LIMITED = "CHAT_LIMITED"  # one chat has more looked up than it may; a word of the log, answered to nobody
    WEBHOOK_UNVERIFIED = "WEBHOOK_UNVERIFIED"  # whoever delivers has not shown that it is the platform
