"""Whom a node believes: itself, as long as it is alone."""

from collections.abc import Mapping

from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.keys import P256PublicKey
from frankmark.services.keyring import Keyring

__all__ = ["OwnRoots"]


class OwnRoots:
    """The node's own keys under its own name.

    Args:
        keyring: The node's keys.
        public_url: Its public URL.
    """

    def __init__(self, keyring: Keyring, public_url: str) -> None:
        self._keyring = keyring
        self._public_url = public_url
        self._made: tuple[JwkSet | None, Mapping[str, JwkSet]] = (None, {})

    def keys(self) -> Mapping[str, JwkSet]:
        """Key sets by issuer; the same object until a key changes."""
        jwks = self._keyring.jwks
        if self._made[0] is not jwks:
            self._made = (jwks, {self._public_url: jwks})
        return self._made[1]

    def node(self, fingerprint: str) -> tuple[str, str]:
        """Node id and base URL of the node with this certificate."""
        return (self._keyring.node_id, self._public_url) if fingerprint in self._keyring.fingerprints else ("", "")

    def issuer(self, fingerprint: str) -> P256PublicKey | None:
        """The key of the certificate with this fingerprint, for the ledger's audit."""
        certificate = self._keyring.fingerprints.get(fingerprint)
        return P256PublicKey.from_spki(certificate.spki) if certificate is not None else None
