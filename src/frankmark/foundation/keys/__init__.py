"""Keys that exist only if they are sound; `verify` raises, and nothing here returns whether a signature is good.

P-256 with ECDSA (FIPS 186-5, RFC 6979), Ed25519 (RFC 8032), X25519 (RFC 7748), RSA PKCS #1 v1.5 (RFC 8017).
"""

from frankmark.foundation.keys.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from frankmark.foundation.keys.p256 import P256PrivateKey, P256PublicKey
from frankmark.foundation.keys.rsa import RsaPrivateKey, RsaPublicKey
from frankmark.foundation.keys.x25519 import X25519PrivateKey, X25519PublicKey

__all__ = [
    "Ed25519PrivateKey",
    "Ed25519PublicKey",
    "P256PrivateKey",
    "P256PublicKey",
    "RsaPrivateKey",
    "RsaPublicKey",
    "X25519PrivateKey",
    "X25519PublicKey",
]
