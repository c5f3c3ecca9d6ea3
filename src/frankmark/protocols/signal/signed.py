"""Signed objects of Signal: compact ES256 JWS (RFC 7515) over canonical JSON (RFC 8785), the type looked at first.

::

    by the node     {"alg":"ES256","kid":"<node_id>#<thumbprint>","typ":…}             SSCT-receipt, SSCT-sth
    by a brand      {"alg":"ES256","jwk":{crv,kty,x,y},"kid":"<thumbprint>","typ":…}   SSCT-perimeter, SSCT-counterstamp

One kind of object is never taken for another, whoever signed it.
"""

from enum import StrEnum
from typing import Final

from frankmark.foundation import canonical, jws
from frankmark.foundation.canonical import Json, JsonLike
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.protocols.signal.reasons import SignalReason

__all__ = [
    "ObjectType",
    "by_brand",
    "by_node",
    "payload_of",
    "sign_as_brand",
    "sign_as_node",
    "unknown_key",
    "verify_by_brand",
    "verify_by_node",
]

MAX_DEPTH: Final = 8
LONGEST: Final = 524_288  # of any kind, so that a long object of another kind is still called that


class ObjectType(StrEnum):
    """The ``typ`` of each kind of signed object."""

    RECEIPT = "SSCT-receipt"
    TREE_HEAD = "SSCT-sth"
    PERIMETER = "SSCT-perimeter"
    COUNTERSTAMP = "SSCT-counterstamp"


def sign_as_node(payload: JsonLike, typ: ObjectType, key: P256PrivateKey, kid: str, *, most: int) -> str:
    """Sign an object of the node's.

    Args:
        payload: What it says.
        typ: Its kind.
        key: The node's signing key.
        kid: Its id, ``<node_id>#<thumbprint>``.
        most: The longest such object, in characters.

    Returns:
        The compact serialisation.

    Raises:
        Misuse: `JWS_TOO_LARGE`.
    """
    return jws.sign(canonical.dump(payload), key, kid=kid, typ=typ.value, max_length=most)


def sign_as_brand(payload: JsonLike, typ: ObjectType, key: P256PrivateKey, *, most: int) -> str:
    """Sign an object of a brand's, the public key in its header; else as `sign_as_node`."""
    return jws.sign_with_jwk(canonical.dump(payload), key, typ=typ.value, max_length=most)


def by_node(text: str, typ: ObjectType, *, most: int) -> Jws:
    """Take an object of a node's apart, believing nothing.

    Args:
        text: The compact serialisation.
        typ: The kind that is expected.
        most: The longest accepted, in characters.

    Returns:
        Its parts.

    Raises:
        Malformed: TYPE_MISMATCH for another kind, SIGNED_OBJECT_MALFORMED.
    """
    _demand_type(text, typ)
    try:
        return jws.parse(text, max_length=most)
    except Error as wrong:
        raise _malformed(typ, wrong) from wrong


def by_brand(text: str, typ: ObjectType, *, most: int) -> tuple[Jws, P256PublicKey]:
    """Take an object of a brand's apart, believing nothing.

    Args:
        text: The compact serialisation.
        typ: The kind that is expected.
        most: The longest accepted, in characters.

    Returns:
        Its parts, and the key in its header, whose thumbprint is the kid.

    Raises:
        Malformed: TYPE_MISMATCH for another kind, SIGNED_OBJECT_MALFORMED.
        Unverified: BRAND_KEY_MISMATCH when the kid is not the thumbprint of the key.
    """
    _demand_type(text, typ)
    try:
        return jws.parse_with_jwk(text, max_length=most)
    except Error as wrong:
        if wrong.code is FoundationReason.KEY_ID_MISMATCH:
            raise Unverified(SignalReason.BRAND_KEY_MISMATCH, "kid is the thumbprint of the key beside it") from wrong
        raise _malformed(typ, wrong) from wrong


def payload_of(parts: Jws, code: SignalReason) -> Json:
    """Read the payload, which is canonical JSON and nothing else.

    Args:
        parts: A parsed object.
        code: The code of an error.

    Returns:
        The value.

    Raises:
        Malformed: `code`, for what is not JSON or is spelt in another way than RFC 8785's.
    """
    try:
        value = canonical.load(parts.payload, max_depth=MAX_DEPTH)
        same = canonical.dump(value) == parts.payload
    except Error as wrong:
        raise Malformed(code, f"the payload is canonical JSON: {wrong.detail}") from wrong
    if not same:
        raise Malformed(code, "the payload is its canonical octets (RFC 8785), none other")
    return value


def verify_by_node(parts: Jws, keys: JwkSet) -> Jwk:
    """Check an object's signature by the key that its header names.

    Args:
        parts: A parsed object.
        keys: All keys of the node, pinned by the verifier.

    Returns:
        The key, whatever its status.

    Raises:
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE.
    """
    key = keys.get(parts.header.kid or "")
    if key is None:
        raise unknown_key()
    verify_by_brand(parts, key.key)
    return key


def verify_by_brand(parts: Jws, key: P256PublicKey) -> None:
    """Check an object's signature.

    Args:
        parts: A parsed object.
        key: The key.

    Raises:
        Unverified: SIGNATURE_FALSE.
    """
    try:
        jws.verify(parts, key)
    except Unverified as wrong:
        raise Unverified(SignalReason.SIGNATURE_FALSE, "the signature does not hold") from wrong


def unknown_key() -> Unverified:
    """Make the error for a key that is not among the pinned ones."""
    return Unverified(SignalReason.KEY_UNKNOWN, "the pinned keys have none of that id")


def _demand_type(text: str, typ: ObjectType) -> None:
    try:
        stated = jws.stated_type(text, max_length=LONGEST)
    except Error as wrong:
        raise _malformed(typ, wrong) from wrong
    if stated != typ:
        raise Malformed(SignalReason.TYPE_MISMATCH, f"an object of the type {typ} is expected")


def _malformed(typ: ObjectType, wrong: Error) -> Malformed:
    return Malformed(SignalReason.SIGNED_OBJECT_MALFORMED, f"no {typ}: {wrong.detail}")
