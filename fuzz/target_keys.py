"""Any octets as keys and signatures of every kind: a refusal with a code, or a key that comes back; none verifies."""

from contextlib import suppress

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import (
    Ed25519PublicKey,
    P256PublicKey,
    RsaPrivateKey,
    RsaPublicKey,
    X25519PrivateKey,
    X25519PublicKey,
)

MINE = X25519PrivateKey.from_bytes(bytes(range(32)))
FORMS = [
    (P256PublicKey.from_point, P256PublicKey.point),
    (P256PublicKey.from_spki, P256PublicKey.to_spki),
    (Ed25519PublicKey.from_bytes, Ed25519PublicKey.to_bytes),
    (X25519PublicKey.from_bytes, X25519PublicKey.to_bytes),
    (RsaPublicKey.from_pkcs1, RsaPublicKey.to_pkcs1),
]


def one_input(data: bytes) -> None:
    for take, give in FORMS:
        try:
            key = take(data)
        except Malformed:
            continue
        if give(key) != data:
            raise AssertionError("a key has one encoding")
    for take in (RsaPublicKey.from_spki, RsaPrivateKey.from_pem):
        with suppress(Malformed):
            take(data)
    with suppress(Malformed, Unverified):
        Ed25519PublicKey.from_bytes(data[:32]).verify(data[32:96], data[96:])
    with suppress(Malformed, Unverified):
        MINE.exchange(X25519PublicKey.from_bytes(data))
