"""Sets of a node's public keys (RFC 7517) with RFC 7638 thumbprints as names and a standing for each key.

A key's name is ``<node_id>#<thumbprint>``, so it cannot be moved to another key. Beside the members of the standard a
key carries ``ss_status`` and, once it is no longer active, the time from which it does not count any more.

A key moves one way: active, then perhaps retired, then perhaps compromised. Several keys are active at once while
tokens of the older ones run out. Whether something was signed before its key's time ended is for a log to prove.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Self

from frankmark.foundation.canonical import Json, dump, load
from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.keys import P256PublicKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.timestamps import parse_rfc3339, rfc3339

__all__ = ["Jwk", "JwkSet", "KeyStatus", "key_id"]

MAX_BYTES: Final = 262_144
MAX_KEYS: Final = 512
_NODE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_SECRET_MEMBERS: Final = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


class KeyStatus(StrEnum):
    """How a key stands; the order is the order in which keys are tried."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


_STANDINGS: Final = frozenset(status.value for status in KeyStatus)


def key_id(node_id: str, key: P256PublicKey) -> str:
    """The name of a node's key: ``<node_id>#<RFC 7638 thumbprint>``.

    Args:
        node_id: 1 to 64 letters, digits, dots, hyphens and underscores; the first a letter or digit.
        key: The public key.

    Returns:
        The name.

    Raises:
        Malformed: `KEY_ID_MALFORMED` if the node id is not of that form.
    """
    if not _NODE_ID.fullmatch(node_id):
        raise Malformed(FoundationReason.KEY_ID_MALFORMED, "a node id of letters, digits, dots, hyphens, underscores")
    return f"{node_id}#{key.thumbprint()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwk:
    """One key of a node and how it stands.

    Attributes:
        kid: ``<node_id>#<thumbprint>`` of `key`.
        key: The public key.
        status: How the key stands.
        retired_at_ms: When it was retired; may be there for a compromised key too.
        compromised_at_ms: From when on others may have used it; there exactly if it is compromised.
    """

    kid: str
    key: P256PublicKey
    status: KeyStatus = KeyStatus.ACTIVE
    retired_at_ms: int | None = None
    compromised_at_ms: int | None = None

    def __post_init__(self) -> None:
        if self.kid != key_id(self.node_id, self.key):
            raise Malformed(FoundationReason.KEY_ID_MISMATCH, "kid is <node_id>#<thumbprint of this very key>")
        retired, compromised = self.retired_at_ms is not None, self.compromised_at_ms is not None
        expected = {
            KeyStatus.ACTIVE: not retired and not compromised,
            KeyStatus.RETIRED: retired and not compromised,
            KeyStatus.COMPROMISED: compromised,
        }
        if not expected[self.status]:
            raise Malformed(FoundationReason.KEY_STATUS, "the times that belong to the key's status, and no others")

    @classmethod
    def of(cls, node_id: str, key: P256PublicKey) -> Self:
        """A new active key of a node."""
        return cls(kid=key_id(node_id, key), key=key)

    @property
    def node_id(self) -> str:
        """The node whose key it is."""
        return self.kid.partition("#")[0]

    @property
    def counts_until_ms(self) -> int | None:
        """The time before which something must be proven to exist to count under this key; none while it is active."""
        return min((time for time in (self.retired_at_ms, self.compromised_at_ms) if time is not None), default=None)

    def json(self) -> dict[str, str]:
        """The members as published."""
        members = {**self.key.jwk(), "kid": self.kid, "use": "sig", "alg": "ES256", "ss_status": self.status.value}
        if self.retired_at_ms is not None:
            members["ss_retired_at"] = rfc3339(self.retired_at_ms)
        if self.compromised_at_ms is not None:
            members["ss_compromised_at"] = rfc3339(self.compromised_at_ms)
        return members

    @classmethod
    def from_json(cls, members: Mapping[str, Json]) -> Self:
        """Take one member of a set; without ``ss_status`` the key is active.

        Raises:
            Malformed: Any ``KEY_…`` code, or `TIMESTAMP_INVALID`.
        """
        kid = members.get("kid")
        if not isinstance(kid, str):
            raise Malformed(FoundationReason.KEY_ID_MALFORMED, "a kid")
        standing = members.get("ss_status", KeyStatus.ACTIVE.value)
        if not isinstance(standing, str) or standing not in _STANDINGS:
            raise Malformed(FoundationReason.KEY_STATUS, "ss_status active, retired or compromised")
        return cls(
            kid=kid,
            key=P256PublicKey.from_jwk(members),
            status=KeyStatus(standing),
            retired_at_ms=_time(members, "ss_retired_at"),
            compromised_at_ms=_time(members, "ss_compromised_at"),
        )


@dataclass(frozen=True, slots=True)
class JwkSet:
    """Keys with distinct names, in the order in which they were published.

    Attributes:
        keys: At most 512.
    """

    keys: tuple[Jwk, ...] = ()
    _by_id: Mapping[str, Jwk] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {key.kid: key for key in self.keys}
        if len(by_id) != len(self.keys):
            raise Malformed(FoundationReason.KEY_ID_DUPLICATE, "each kid once")
        if len(by_id) > MAX_KEYS:
            raise Malformed(FoundationReason.KEY_SET_TOO_LARGE, f"at most {MAX_KEYS} keys")
        object.__setattr__(self, "_by_id", by_id)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a published set; see `from_json`."""
        return cls.from_json(load(data, max_bytes=MAX_BYTES, max_depth=8))

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """Take a set that is already parsed.

        Keys of another type or curve are left out, as RFC 7517 §5 asks, so that a node may add kinds to come. A set
        that shows secret members is refused whole.

        Raises:
            Malformed: `KEY_SET_MALFORMED`, `KEY_SET_TOO_LARGE`, `KEY_NOT_PUBLIC`, or what `Jwk.from_json` raises.
        """
        keys = value.get("keys") if isinstance(value, dict) else None
        if not isinstance(keys, list):
            raise Malformed(FoundationReason.KEY_SET_MALFORMED, 'an object with a list "keys"')
        if len(keys) > MAX_KEYS:
            raise Malformed(FoundationReason.KEY_SET_TOO_LARGE, f"at most {MAX_KEYS} keys")
        return cls(tuple(Jwk.from_json(members) for members in _ours(keys)))

    def json(self) -> dict[str, list[dict[str, str]]]:
        """The set as published."""
        return {"keys": [key.json() for key in self.keys]}

    def dump(self) -> bytes:
        """The set as published, in canonical JSON."""
        return dump(self.json())

    def get(self, kid: str) -> Jwk | None:
        """The key of that name, if it is in the set."""
        return self._by_id.get(kid)

    def find(self, kid: str) -> Jwk:
        """The key of that name.

        Raises:
            Unverified: `KEY_UNKNOWN`.
        """
        key = self.get(kid)
        if key is None:
            raise Unverified(FoundationReason.KEY_UNKNOWN, "a kid that is in the pinned set")
        return key

    def standing(self, status: KeyStatus) -> tuple[Jwk, ...]:
        """The keys that stand so."""
        return tuple(key for key in self.keys if key.status is status)

    @property
    def active(self) -> tuple[Jwk, ...]:
        """The keys that sign."""
        return self.standing(KeyStatus.ACTIVE)

    @property
    def retired(self) -> tuple[Jwk, ...]:
        """The keys that were taken out of use in good order."""
        return self.standing(KeyStatus.RETIRED)

    @property
    def compromised(self) -> tuple[Jwk, ...]:
        """The keys that others may have used."""
        return self.standing(KeyStatus.COMPROMISED)

    def of_node(self, node_id: str) -> Self:
        """The keys of one node."""
        return replace(self, keys=tuple(key for key in self.keys if key.node_id == node_id))

    def add(self, key: Jwk) -> Self:
        """The set with one more key at its end."""
        return replace(self, keys=(*self.keys, key))

    def retire(self, kid: str, at_ms: int) -> Self:
        """The set with an active key retired.

        Raises:
            Unverified: `KEY_UNKNOWN`.
            Misuse: `KEY_STATUS` if it is not active.
        """
        key = self.find(kid)
        if key.status is not KeyStatus.ACTIVE:
            raise Misuse(FoundationReason.KEY_STATUS, "only an active key is retired")
        return self._with(replace(key, status=KeyStatus.RETIRED, retired_at_ms=at_ms))

    def compromise(self, kid: str, at_ms: int) -> Self:
        """The set with a key marked as compromised; an earlier time than the one known takes its place.

        Raises:
            Unverified: `KEY_UNKNOWN`.
        """
        key = self.find(kid)
        since = at_ms if key.compromised_at_ms is None else min(at_ms, key.compromised_at_ms)
        return self._with(replace(key, status=KeyStatus.COMPROMISED, compromised_at_ms=since))

    def _with(self, changed: Jwk) -> Self:
        return replace(self, keys=tuple(changed if key.kid == changed.kid else key for key in self.keys))


def _ours(keys: list[Json]) -> Iterable[dict[str, Json]]:
    for members in keys:
        if not isinstance(members, dict):
            raise Malformed(FoundationReason.KEY_SET_MALFORMED, "each key a JSON object")
        if not _SECRET_MEMBERS.isdisjoint(members):
            raise Malformed(FoundationReason.KEY_NOT_PUBLIC, "a set of public keys without secret members")
        if (members.get("kty"), members.get("crv")) == ("EC", "P-256"):
            yield members


def _time(members: Mapping[str, Json], name: str) -> int | None:
    text = members.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise Malformed(FoundationReason.TIMESTAMP_INVALID, f"{name} as RFC 3339 text")
    return parse_rfc3339(text)
