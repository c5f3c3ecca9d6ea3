"""What lies in the vault: the documents of the node's keys, read and written.

``node`` is canonical JSON ``{"v":1,"nodeId","secret","keys":[{"name","status","retired","compromised"}]}``, each
signing key ``{"v":1,"scalar","certificates":[…]}`` with base64url members; ``log`` and ``witness`` are bare seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_decode, b64url_encode, base32_encode
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey
from frankmark.foundation.x509 import Certificate
from frankmark.ports.keys import KeyVault
from frankmark.services.reasons import ServiceReason

__all__ = [
    "LOG",
    "NODE",
    "WITNESS",
    "KeyState",
    "SigningKey",
    "Standing",
    "key_document",
    "node_document",
    "node_id_of",
    "read_state",
]

NODE = "node"
LOG = "log"
WITNESS = "witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one signing key stands, as the vault keeps it."""

    name: str
    status: KeyStatus = KeyStatus.ACTIVE
    retired_ms: int | None = None
    compromised_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One signing key.

    Attributes:
        standing: How it stands.
        jwk: Its public half, as published.
        private: Its private half.
        certificates: Its certificates in DER, oldest first.
    """

    standing: Standing
    jwk: Jwk
    private: P256PrivateKey = field(repr=False)
    certificates: tuple[bytes, ...]


def node_id_of(key: P256PrivateKey) -> str:
    """The id of a node: ``node-`` and 10 characters of base 32 of SHA-256 of its first key's SubjectPublicKeyInfo."""
    return "node-" + base32_encode(sha256(key.public.to_spki()))[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """What the vault holds."""

    node_id: str
    secret: bytes
    log_key: Ed25519PrivateKey
    witness_key: Ed25519PrivateKey
    keys: tuple[SigningKey, ...]
    jwks: JwkSet
    certificates: Mapping[str, Certificate]


def read_state(vault: KeyVault) -> KeyState:
    """Read all keys.

    Raises:
        Refused: `KEYS_DAMAGED` if the files open and do not hold what we write; what the vault raises.
        Unverified: What the vault raises for a wrong passphrase or a changed file.
    """
    try:
        state = _state(vault)
    except (Malformed, TypeError, KeyError, ValueError) as wrong:
        raise _damaged() from wrong
    if not state.jwks.active or node_id_of(state.keys[0].private) != state.node_id:
        raise _damaged()
    return state


def _state(vault: KeyVault) -> KeyState:
    document = _members(vault.read(NODE))
    node_id = _text(document, "nodeId")
    keys = tuple(_signing_key(vault, node_id, _standing(member)) for member in _list(document, "keys"))
    certificates = [Certificate.parse(der) for key in keys for der in key.certificates]
    return KeyState(
        node_id=node_id,
        secret=b64url_decode(_text(document, "secret")),
        log_key=Ed25519PrivateKey.from_seed(vault.read(LOG)),
        witness_key=Ed25519PrivateKey.from_seed(vault.read(WITNESS)),
        keys=keys,
        jwks=JwkSet(tuple(key.jwk for key in keys)),
        certificates={certificate.fingerprint: certificate for certificate in certificates},
    )


def _damaged() -> Refused:
    return Refused(ServiceReason.KEYS_DAMAGED, "The key files open, and do not hold what this node writes.")


def _signing_key(vault: KeyVault, node_id: str, standing: Standing) -> SigningKey:
    document = _members(vault.read(standing.name))
    private = P256PrivateKey.from_scalar(b64url_decode(_text(document, "scalar")))
    jwk = replace(
        Jwk.of(node_id, private.public),
        status=standing.status,
        retired_at_ms=standing.retired_ms,
        compromised_at_ms=standing.compromised_ms,
    )
    ders = tuple(b64url_decode(der) for der in _list(document, "certificates") if isinstance(der, str))
    return SigningKey(standing=standing, jwk=jwk, private=private, certificates=ders)


def key_document(key: P256PrivateKey, certificates: tuple[bytes, ...]) -> bytes:
    """The document of one signing key, a secret."""
    ders: list[Json] = [b64url_encode(der) for der in certificates]
    return canonical.dump({"v": 1, "scalar": b64url_encode(key.to_scalar()), "certificates": ders})


def node_document(node_id: str, secret: bytes, standings: tuple[Standing, ...]) -> bytes:
    """The document of the node itself, a secret."""
    keys: list[Json] = [
        {"name": s.name, "status": s.status.value, "retired": s.retired_ms, "compromised": s.compromised_ms}
        for s in standings
    ]
    return canonical.dump({"v": 1, "nodeId": node_id, "secret": b64url_encode(secret), "keys": keys})


def _standing(member: Json) -> Standing:
    if not isinstance(member, dict):
        raise TypeError
    return Standing(
        name=_text(member, "name"),
        status=KeyStatus(_text(member, "status")),
        retired_ms=_time(member, "retired"),
        compromised_ms=_time(member, "compromised"),
    )


def _members(octets: bytes) -> dict[str, Json]:
    value = canonical.load(octets)
    if not isinstance(value, dict) or value.get("v") != 1:
        raise TypeError
    return value


def _text(members: Mapping[str, Json], name: str) -> str:
    value = members[name]
    if not isinstance(value, str):
        raise TypeError
    return value


def _list(members: Mapping[str, Json], name: str) -> list[Json]:
    value = members[name]
    if not isinstance(value, list):
        raise TypeError
    return value


def _time(members: Mapping[str, Json], name: str) -> int | None:
    value = members[name]
    if value is not None and type(value) is not int:
        raise TypeError
    return value
