"""What stands beside a ledger entry: its signature, the asset with its salt, and how the node projects it.

Canonical JSON::

    {"entrySig":…, "asset":{…}|null, "salt":"<base64url of 16 octets>"|null, "node":{…}|null}

The first three are served with the entry. ``node`` is the node's own: who acted, and what a stamp has besides its
asset (token, key id, end). Erasure leaves the signature and three times null, and the entry's hash still verifies.
"""

from dataclasses import dataclass, replace
from typing import Self

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Error, Misuse
from frankmark.services.reasons import ServiceReason

__all__ = ["Attachment", "NodeRecord"]

MEMBERS = {"entrySig", "asset", "salt", "node"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRecord:
    """What the node itself remembers of an entry.

    Attributes:
        actor: Who acted.
        act: What the audit trail calls it.
        org_id: The organisation it concerns.
        subject: For a stamp of one address: the address's lookup.
        token: The stamp token; empty if there is none. `kid` is the key that signed it.
        expires_ms: When the stamp ends; 0 for other entries.
        design: Index of the artwork's design.
    """

    actor: str
    act: str
    org_id: str
    subject: str = ""
    token: str = ""
    kid: str = ""
    expires_ms: int = 0
    design: int = 0

    def json(self) -> dict[str, Json]:
        """The members as they are stored."""
        return {
            "actor": self.actor,
            "act": self.act,
            "orgId": self.org_id,
            "subject": self.subject,
            "token": self.token,
            "kid": self.kid,
            "expires": self.expires_ms,
            "design": self.design,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What stands beside one entry; `asset`, `salt` and `node` are None once erased."""

    entry_sig: str
    asset: Json
    salt: bytes | None
    node: NodeRecord | None

    def render(self) -> bytes:
        """The canonical octets."""
        return canonical.dump(
            {
                "entrySig": self.entry_sig,
                "asset": self.asset,
                "salt": None if self.salt is None else b64url_encode(self.salt),
                "node": None if self.node is None else self.node.json(),
            }
        )

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read what `render` wrote.

        Raises:
            Misuse: `ATTACHMENT_MALFORMED`: we did not write it.
        """
        try:
            return cls._read(canonical.load(octets))
        except (Error, TypeError, KeyError, ValueError) as wrong:
            detail = "What stands beside a ledger entry is not what this node writes."
            raise Misuse(ServiceReason.ATTACHMENT_MALFORMED, detail) from wrong

    @classmethod
    def _read(cls, members: Json) -> Self:
        if not isinstance(members, dict) or members.keys() != MEMBERS:
            raise TypeError
        salt, node = members["salt"], members["node"]
        return cls(
            entry_sig=_text(members["entrySig"]),
            asset=members["asset"],
            salt=None if salt is None else b64url_decode(_text(salt)),
            node=None if node is None else _node(node),
        )

    def erased(self) -> Self:
        """The same with the asset, its salt and the node's own part gone."""
        return replace(self, asset=None, salt=None, node=None)


def _node(members: Json) -> NodeRecord:
    if not isinstance(members, dict):
        raise TypeError
    return NodeRecord(
        actor=_text(members["actor"]),
        act=_text(members["act"]),
        org_id=_text(members["orgId"]),
        subject=_text(members["subject"]),
        token=_text(members["token"]),
        kid=_text(members["kid"]),
        expires_ms=_number(members["expires"]),
        design=_number(members["design"]),
    )


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Json) -> int:
    if type(value) is not int:
        raise TypeError
    return value
