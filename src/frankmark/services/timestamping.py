"""The time authority: it signs what time it is and a hash that it was sent, and nothing else (`specs/stampedsafe.md`).

It has keys of its own, which sign nothing else. One attests at a time; when another takes over, the old one's private
half is forgotten, and its public half stays published with the time until which it attested, since what it attested
is believed for ever. Each key is a secret of its own in the vault, ``time-0001`` and so on: canonical JSON
``{"v":1,"kid","pk","notBefore","notAfter","compromisedAt","seed"}``, times in milliseconds, `seed` null once forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from frankmark.foundation import canonical
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.members import Members
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.keys import KeyVault
from frankmark.ports.storage import AuditStore
from frankmark.protocols.stampedsafe.attestation import attest
from frankmark.protocols.stampedsafe.model import Attestation
from frankmark.services.principals import Principal, require
from frankmark.services.reasons import ServiceReason

__all__ = ["TimeAuthority", "TimeKey", "TimeSources"]

PREFIX = "time-"
SEED = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeKey:
    """One key of the authority.

    Attributes:
        name: The secret's name in the vault.
        kid: ``<node_id>#ta-0001`` and so on: no two nodes share one.
        pk: The public half, 64 lower hex.
        not_before_ms: The first time that it attested, milliseconds since the epoch.
        not_after_ms: The last time; None while it attests.
        compromised_ms: From when on others may have used it; None if it is not compromised.
        private: The private half; None once forgotten.
    """

    name: str
    kid: str
    pk: str
    not_before_ms: int
    not_after_ms: int | None = None
    compromised_ms: int | None = None
    private: Ed25519PrivateKey | None = field(default=None, repr=False, compare=False)

    @property
    def pin(self) -> Mapping[str, str]:
        """What a verifier pins of it: the members of a ``time_authority`` entry of a trust file."""
        times = {"notAfter": self.not_after_ms, "compromisedAt": self.compromised_ms}
        ends = {name: rfc3339(ms) for name, ms in times.items() if ms is not None}
        return {"pk": self.pk, "notBefore": rfc3339(self.not_before_ms), **ends}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSources:
    """What a time authority works with.

    Attributes:
        vault: Where the keys lie.
        node_id: Begins every key's id.
        clock: The time that is attested.
        entropy: For new keys.
        audit: Remembers who changed a key.
    """

    vault: KeyVault
    node_id: str
    clock: Clock
    entropy: Entropy
    audit: AuditStore


class TimeAuthority:
    """Attests times for anybody; nothing of what is attested is kept.

    Use `open`; the constructor takes what `open` has read.

    Args:
        sources: What it works with.
        keys: All keys, oldest first; exactly the last one has its private half.
    """

    def __init__(self, sources: TimeSources, keys: tuple[TimeKey, ...]) -> None:
        self._vault = sources.vault
        self._node_id = sources.node_id
        self._clock = sources.clock
        self._entropy = sources.entropy
        self._audit = sources.audit
        self._keys = keys

    @classmethod
    def open(cls, sources: TimeSources) -> Self:
        """Read the keys, or make the first one.

        Raises:
            Refused: `KEYS_DAMAGED` if the vault opens and does not hold what we wrote; what the vault raises.
            Unverified: What the vault raises for a wrong passphrase or a changed file.
        """
        vault = sources.vault
        found = tuple(_read(name, vault.read(name)) for name in vault.names() if name.startswith(PREFIX))
        authority = cls(sources, found)
        if not found or found[-1].private is None:
            authority._begin()
        # A crash between the two writes of a rotation leaves an older key that nobody has ended yet.
        for older in authority.keys[:-1]:
            if older.private is not None:
                authority._end(older, authority.keys[-1].not_before_ms)
        return authority

    @property
    def keys(self) -> tuple[TimeKey, ...]:
        """All keys, the oldest first; the last one attests."""
        return self._keys

    @property
    def pins(self) -> dict[str, dict[str, str]]:
        """What a verifier pins, by key id, as trust documents and trust files name it."""
        return {key.kid: dict(key.pin) for key in self._keys}

    @property
    def attesting(self) -> TimeKey:
        """The key that attests."""
        return self._keys[-1]

    def attest(self, nonce: str) -> Attestation:
        """Attest that a hash was shown now.

        Args:
            nonce: 64 lower hex, the SHA-256 of what is to be attested.

        Returns:
            The attestation; it may be used to make a proof within five minutes.

        Raises:
            Malformed: `TA_FORMAT` unless the nonce is the hex of 32 octets.
            Unavailable: `CLOCK_BEHIND` if the clock stands before the key was made: no verifier would believe it.
        """
        key, now_ms = self.attesting, self._clock.now_ms()
        if key.private is None or now_ms < key.not_before_ms:
            raise Unavailable(ServiceReason.CLOCK_BEHIND, "The node's clock stands before its time key was made.")
        return attest(nonce, now_ms=now_ms, kid=key.kid, key=key.private)

    async def rotate(self, by: Principal | None) -> TimeKey:
        """Let a new key attest from now on; the old one stays published.

        Raises:
            Refused: `FORBIDDEN`.
            Unavailable: `CLOCK_BEHIND`.
        """
        actor, made = require(by), self._succeed()
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "time-key.rotate", made.kid))
        return made

    async def compromise(self, by: Principal | None, kid: str, since_ms: int | None = None) -> TimeKey:
        """Mark a key that others may have used since a time; if it attests, a new one takes over first.

        Args:
            by: Who says so.
            kid: The key.
            since_ms: Milliseconds since the epoch; None for now. An earlier time that is known already stays.

        Raises:
            Refused: `FORBIDDEN`, `SIGNING_KEY_UNKNOWN`.
            Unavailable: `CLOCK_BEHIND`.
        """
        actor = require(by)
        if self._find(kid) is self.attesting:
            self._succeed()
        key = self._find(kid)
        times = (self._clock.now_ms() if since_ms is None else since_ms, key.compromised_ms)
        marked = replace(key, compromised_ms=min(ms for ms in times if ms is not None))
        self._put(marked)
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "time-key.compromise", kid))
        return marked

    def _find(self, kid: str) -> TimeKey:
        for key in self._keys:
            if key.kid == kid:
                return key
        raise Refused(ServiceReason.SIGNING_KEY_UNKNOWN, "This node has no key of that id.")

    def _succeed(self) -> TimeKey:
        """A new key is written before the old one ends, so that a crash leaves one that attests."""
        old = self.attesting
        if self._clock.now_ms() < old.not_before_ms:
            raise Unavailable(ServiceReason.CLOCK_BEHIND, "The node's clock stands before its time key was made.")
        made = self._begin()
        self._end(old, made.not_before_ms)
        return made

    def _begin(self) -> TimeKey:
        number, private = len(self._keys) + 1, Ed25519PrivateKey.from_seed(self._entropy.octets(SEED))
        made = TimeKey(
            name=f"{PREFIX}{number:04}",
            kid=f"{self._node_id}#ta-{number:04}",
            pk=private.public.to_bytes().hex(),
            not_before_ms=self._clock.now_ms(),
            private=private,
        )
        self._put(made)
        return made

    def _end(self, key: TimeKey, at_ms: int) -> None:
        self._put(replace(key, not_after_ms=at_ms, private=None))

    def _put(self, key: TimeKey) -> None:
        self._vault.write(key.name, _document(key))
        others = {one.name: one for one in self._keys}
        self._keys = tuple({**others, key.name: key}.values())


def _document(key: TimeKey) -> bytes:
    seed = None if key.private is None else b64url_encode(key.private.seed)
    return canonical.dump(
        {
            "v": 1,
            "kid": key.kid,
            "pk": key.pk,
            "notBefore": key.not_before_ms,
            "notAfter": key.not_after_ms,
            "compromisedAt": key.compromised_ms,
            "seed": seed,
        }
    )


def _read(name: str, octets: bytes) -> TimeKey:
    try:
        members = Members(canonical.load(octets), what="a time key", code=ServiceReason.KEYS_DAMAGED)
        if members.number("v") != 1:
            raise members.fault("has v 1")
        key = TimeKey(
            name=name,
            kid=members.text("kid"),
            pk=members.text("pk"),
            not_before_ms=members.number("notBefore"),
            not_after_ms=_number(members, "notAfter"),
            compromised_ms=_number(members, "compromisedAt"),
            private=_private(members.take("seed")),
        )
        members.end()
        if key.private is not None and key.private.public.to_bytes().hex() != key.pk:
            raise members.fault("has the public half of its seed")
    except Malformed as wrong:
        detail = "The key files open, and do not hold what this node writes."
        raise Refused(ServiceReason.KEYS_DAMAGED, detail) from wrong
    return key


def _number(members: Members, name: str) -> int | None:
    value = members.take(name)
    if value is not None and type(value) is not int:
        raise members.fault(f"has {name}, an integer or null")
    return value


def _private(seed: canonical.Json) -> Ed25519PrivateKey | None:
    return None if seed is None else Ed25519PrivateKey.from_seed(b64url_decode(str(seed)))
