"""Where the node's secrets lie: named, sealed, and never in the clear outside the process."""

from collections.abc import Sequence
from typing import Protocol

__all__ = ["KeyVault"]


class KeyVault(Protocol):
    """Named secrets of at most 16 KiB.

    Laws: a write is durable when it returns, and whole or not there at all. A secret that was changed, moved or sealed
    by somebody else raises `Unverified`. What `read_sealed` answers opens with the passphrase alone, so that it may go
    into a backup.
    """

    def names(self) -> Sequence[str]:
        """The names of all secrets, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """The secret of that name."""
        ...

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret; an older one of that name is gone afterwards."""
        ...

    def read_sealed(self, name: str) -> bytes:
        """The sealed octets of a secret, as they lie on the disk."""
        ...

    def write_sealed(self, name: str, content: bytes) -> None:
        """Put sealed octets back, after they have opened."""
        ...
