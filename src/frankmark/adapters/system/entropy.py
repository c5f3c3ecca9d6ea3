"""The operating system's generator behind `frankmark.ports.clock.Entropy`."""

import secrets

__all__ = ["SystemEntropy"]


class SystemEntropy:
    """Octets out of the operating system's generator."""

    __slots__ = ()

    def octets(self, count: int) -> bytes:
        """`count` fresh octets, fit for keys, tokens and nonces."""
        return secrets.token_bytes(count)
