"""The node's own keys: who it is, what it signs with, and how a new key takes over from an old one.

Several signing keys are active at once: a new one signs from its first day, the old one stays active until its last
token is issued anew or has expired, and is retired before that only on an explicit command. Each signing key carries
its self-signed certificates with ``role=node``; ledger entries name the newest one.

Secrets in the vault: ``node`` (who we are and how each key stands; it is written last, so that a crash leaves the old
state), ``es256-0001`` and so on, ``log`` and ``witness`` (Ed25519 seeds).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.jwks import JwkSet, KeyStatus
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey
from frankmark.foundation.x509 import Certificate, NodeSubject, node_certificate
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.keys import KeyVault
from frankmark.services.key_documents import (
    LOG,
    NODE,
    WITNESS,
    KeyState,
    SigningKey,
    Standing,
    key_document,
    node_document,
    node_id_of,
    read_state,
)
from frankmark.services.reasons import ServiceReason

__all__ = ["Keyring"]

SEED = 32
SERIAL = 16
RENEW_S = 30 * 86_400  # a certificate is renewed so long before it ends


class Keyring:
    """The keys of one node, opened once a process.

    Use `open`; the constructor takes what `open` has read.
    """

    def __init__(self, vault: KeyVault, clock: Clock, entropy: Entropy, state: KeyState) -> None:
        self._vault = vault
        self._clock = clock
        self._entropy = entropy
        self._state = state

    @classmethod
    def open(cls, vault: KeyVault, clock: Clock, entropy: Entropy) -> Self:
        """Read the keys, or make them at the first start.

        Raises:
            Refused: `KEYS_DAMAGED` if the vault opens and does not hold what we wrote; what the vault raises.
            Unverified: What the vault raises for a wrong passphrase or a changed file.
        """
        if NODE in vault.names():
            return cls(vault, clock, entropy, read_state(vault))
        first = _fresh_key(entropy)
        name = _name(1)
        vault.write(name, key_document(first, ()))
        vault.write(LOG, entropy.octets(SEED))
        vault.write(WITNESS, entropy.octets(SEED))
        vault.write(NODE, node_document(node_id_of(first), entropy.octets(SEED), (Standing(name=name),)))
        return cls(vault, clock, entropy, read_state(vault))

    @property
    def node_id(self) -> str:
        """Who we are; it never changes."""
        return self._state.node_id

    @property
    def secret(self) -> bytes:
        """32 octets under which addresses are looked up: a secret."""
        return self._state.secret

    @property
    def log_key(self) -> Ed25519PrivateKey:
        """Signs checkpoints of the node's logs."""
        return self._state.log_key

    @property
    def witness_key(self) -> Ed25519PrivateKey:
        """Cosigns checkpoints, our own among them."""
        return self._state.witness_key

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All signing keys, oldest first."""
        return self._state.keys

    @property
    def signing(self) -> SigningKey:
        """The newest active key: what is signed now is signed with it."""
        return next(key for key in reversed(self._state.keys) if key.standing.status is KeyStatus.ACTIVE)

    @property
    def jwks(self) -> JwkSet:
        """The public halves, as published; the same object until a key changes."""
        return self._state.jwks

    @property
    def fingerprints(self) -> Mapping[str, Certificate]:
        """Every certificate we ever had, by its SHA-256 fingerprint."""
        return self._state.certificates

    def certificate(self, host: str) -> Certificate:
        """The certificate of the signing key; made anew for the host when there is none or it ends within 30 days.

        Args:
            host: The host name of the node's public URL.

        Returns:
            The certificate whose fingerprint ledger entries name.
        """
        now_s, key = self._clock.now_ms() // 1000, self.signing
        if key.certificates:
            newest = self._state.certificates[sha256(key.certificates[-1]).hex()]
            if host in newest.dns_names and newest.not_before_s <= now_s < newest.not_after_s - RENEW_S:
                return newest
        subject = NodeSubject(node_id=self.node_id, domain=host, organization=self.node_id, country="ZZ")
        serial = self._entropy.octets(SERIAL)
        made = node_certificate(key.private, subject, not_before_s=now_s, serial=serial)
        self._vault.write(key.standing.name, key_document(key.private, (*key.certificates, made)))
        self._state = read_state(self._vault)
        return Certificate.parse(made)

    def rotate(self) -> SigningKey:
        """Make a new key that signs from now on; the others stay as they stand."""
        name = _name(len(self._state.keys) + 1)
        self._vault.write(name, key_document(_fresh_key(self._entropy), ()))
        self._stand((*(key.standing for key in self._state.keys), Standing(name=name)))
        return self.signing

    def retire(self, kid: str) -> SigningKey:
        """Retire an active key; tokens that it signed fail from now on.

        Raises:
            Refused: `SIGNING_KEY_UNKNOWN` if it is none of our active keys, `SIGNING_KEY_LAST` if it is the only one.
        """
        key = self._active(kid)
        return self._change(key, replace(key.standing, status=KeyStatus.RETIRED, retired_ms=self._clock.now_ms()))

    def compromise(self, kid: str, since_ms: int) -> SigningKey:
        """Mark a key that others may have used since a time; if it is the only active one, a new one is made first.

        Raises:
            Refused: `SIGNING_KEY_UNKNOWN`.
        """
        key = self.find(kid)
        if self.signing is key:
            self.rotate()
            key = self.find(kid)
        known = key.standing.compromised_ms
        since = since_ms if known is None else min(known, since_ms)
        return self._change(key, replace(key.standing, status=KeyStatus.COMPROMISED, compromised_ms=since))

    def find(self, kid: str) -> SigningKey:
        """The key of that name, however it stands.

        Raises:
            Refused: `SIGNING_KEY_UNKNOWN`.
        """
        for key in self._state.keys:
            if key.jwk.kid == kid:
                return key
        raise Refused(ServiceReason.SIGNING_KEY_UNKNOWN, "This node has no key of that id.")

    def _active(self, kid: str) -> SigningKey:
        key = self.find(kid)
        if key.standing.status is not KeyStatus.ACTIVE:
            raise Refused(ServiceReason.SIGNING_KEY_UNKNOWN, "This key is not active.")
        if len(self.jwks.active) == 1:
            raise Refused(ServiceReason.SIGNING_KEY_LAST, "This is the only active key; rotate first.")
        return key

    def _change(self, key: SigningKey, standing: Standing) -> SigningKey:
        self._stand(tuple(standing if one is key else one.standing for one in self._state.keys))
        return self.find(key.jwk.kid)

    def _stand(self, standings: tuple[Standing, ...]) -> None:
        self._vault.write(NODE, node_document(self.node_id, self.secret, standings))
        self._state = read_state(self._vault)


def _fresh_key(entropy: Entropy) -> P256PrivateKey:
    while True:
        try:
            return P256PrivateKey.from_scalar(entropy.octets(32))
        except Malformed:  # not below the group's order, once in 2 to the power of 32
            continue


def _name(number: int) -> str:
    return f"es256-{number:04}"
