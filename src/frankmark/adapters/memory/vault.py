"""The twin of the key vault: secrets in memory, with switches that break it."""

from frankmark.adapters.memory.switches import Switches

__all__ = ["MemoryVault"]


class MemoryVault:
    """Secrets that end with the process. *Sealed* octets are the secret's own: there is nobody to hide them from."""

    def __init__(self) -> None:
        self.switches = Switches()
        self.secrets: dict[str, bytes] = {}

    def names(self) -> tuple[str, ...]:
        """See `KeyVault.names`."""
        return tuple(sorted(self.secrets))

    def read(self, name: str) -> bytes:
        """See `KeyVault.read`."""
        self.switches.before("read")
        return self.secrets[name]

    def write(self, name: str, secret: bytes) -> None:
        """See `KeyVault.write`."""
        self.switches.before("write")
        self.secrets[name] = secret
        self.switches.after("write")

    def read_sealed(self, name: str) -> bytes:
        """See `KeyVault.read_sealed`."""
        return self.read(name)

    def write_sealed(self, name: str, content: bytes) -> None:
        """See `KeyVault.write_sealed`."""
        self.write(name, content)
