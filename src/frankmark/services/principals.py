"""Who asks, and what the answer depends on: principals, roles, and the one rule that says no."""

from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.errors import Refused, Unverified
from frankmark.ports.rows import NewAudit
from frankmark.services.reasons import ServiceReason

__all__ = ["LOCAL_ADMIN", "NODE", "OF_ORGANISATIONS", "Principal", "Role", "require", "require_organisation"]


class Role(StrEnum):
    """What a principal is for. `ADMIN` may do everything."""

    ADMIN = "admin"
    COMPLIANCE = "compliance"
    REVIEWER = "reviewer"
    ORG = "org"
    RECEIVER = "receiver"
    READER = "reader"


OF_ORGANISATIONS = frozenset({Role.ORG, Role.RECEIVER, Role.READER})
"""Roles that a key of an organisation may have; the others belong to the node's own people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks.

    Attributes:
        actor: A key id, ``admin`` or ``node``: what the audit trail holds.
        org_id: The organisation it acts for; empty for the node's own people.
        role: What it may do.
    """

    actor: str
    org_id: str
    role: Role

    def act(self, at_ms: int, name: str, target: str, *, org_id: str | None = None, detail: str = "{}") -> NewAudit:
        """An act of this principal, for the audit trail."""
        owner = self.org_id if org_id is None else org_id
        return NewAudit(at_ms=at_ms, actor=self.actor, org_id=owner, act=name, target=target, detail=detail)


LOCAL_ADMIN = Principal(actor="admin", org_id="", role=Role.ADMIN)
"""Whoever can read the data folder: the command on the node's own machine, and the one-time link that it makes."""

NODE = Principal(actor="node", org_id="", role=Role.ADMIN)
"""The node itself: renewals, re-checks, score changes."""


def require(principal: Principal | None, *roles: Role) -> Principal:
    """Let pass who has one of the roles, or is an administrator.

    Args:
        principal: Who asks; None if nobody said.
        roles: The roles that may.

    Returns:
        The principal.

    Raises:
        Unverified: `AUTH_REQUIRED`.
        Refused: `FORBIDDEN`.
    """
    if principal is None:
        raise Unverified(ServiceReason.AUTH_REQUIRED, "This needs an API key or a session.")
    if principal.role is not Role.ADMIN and principal.role not in roles:
        raise Refused(ServiceReason.FORBIDDEN, f"This needs the role {' or '.join(roles) or Role.ADMIN}.")
    return principal


def require_organisation(principal: Principal | None, org_id: str, *roles: Role) -> Principal:
    """Let pass who has one of the roles for this very organisation, or is an administrator.

    Args:
        principal: Who asks; None if nobody said.
        org_id: The organisation that is acted for.
        roles: The roles that may; `Role.ORG` unless given.

    Returns:
        The principal.

    Raises:
        Unverified: `AUTH_REQUIRED`.
        Refused: `FORBIDDEN`, for another organisation too.
    """
    allowed = require(principal, *(roles or (Role.ORG,)))
    if allowed.role is not Role.ADMIN and allowed.org_id != org_id:
        raise Refused(ServiceReason.FORBIDDEN, "A key acts for its own organisation only.")
    return allowed
