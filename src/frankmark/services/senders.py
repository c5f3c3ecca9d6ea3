"""How a mail address is found without being kept: a keyed digest of its canonical form."""

from dataclasses import dataclass, field

from frankmark.foundation.digest import hmac_sha256, labelled
from frankmark.mail.address import Address

__all__ = ["SenderNames", "sender_lookup"]

LABEL = "frankmark-sender-v1"


def sender_lookup(secret: bytes, address: Address) -> str:
    """The name under which a node keeps what it knows of an address.

    Args:
        secret: The node's own secret; without it the digest of a guessed address cannot be made.
        address: The address. Case in its local part counts, as its domain alone knows whether it does.

    Returns:
        HMAC-SHA256 as 64 lower hex characters.
    """
    return hmac_sha256(secret, labelled(LABEL, str(address).encode())).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderNames:
    """Knows under which name a mail address is kept."""

    secret: bytes = field(repr=False)

    def lookup(self, address: str) -> str:
        """The name of an address that is written as an addr-spec.

        Raises:
            Malformed: The text is no address.
        """
        return sender_lookup(self.secret, Address.parse(address))
