"""JSON Web Signatures in compact form (RFC 7515) with one algorithm, ES256 (RFC 7518 §3.4).

The key decides the algorithm; the header only has to agree. A token is read by its strictest form: exactly three
segments, each in the one base64url spelling, a signature of 64 octets, a header without duplicate names and without any
parameter that would bring a key along or change what is signed. `parse` proves nothing; `verify` does.

Documents of somebody whose key is published elsewhere may carry it: `sign_with_jwk` and `parse_with_jwk` are the only
entries that know a ``jwk`` (RFC 7515 §4.1.3), in one exact form. Such a key says who to compare with, never whom to
believe.

A token's text is malleable, since ECDSA is: never take it for the identity of what it says.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from frankmark.foundation.canonical import Json, JsonLike, dump, load
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.reasons import FoundationReason

__all__ = ["MAX_TOKEN", "Header", "Jws", "parse", "parse_with_jwk", "sign", "sign_with_jwk", "stated_type", "verify"]

MAX_TOKEN: Final = 8192
_MAX_HEADER: Final = 1024
_SEGMENTS: Final = 3
_SIGNATURE: Final = 64
# Keys come from the verifier's trust file, never from the token; `crit`, `b64` and `zip` change what is signed.
_REFUSED: Final = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"})
_WITH_JWK: Final = frozenset({"alg", "jwk", "kid", "typ"})
_JWK: Final = frozenset({"crv", "kty", "x", "y"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The protected header; `alg` is always ES256.

    Attributes:
        kid: The key's name, a hint until the signature is verified.
        typ: The type, exactly as written.
    """

    kid: str | None
    typ: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A token that is well-formed and not yet verified.

    Attributes:
        header: The protected header.
        payload: The octets that are signed.
        signature: 64 octets R ‖ S.
        signing_input: The ASCII octets of the first two segments with the dot between.
    """

    header: Header
    payload: bytes
    signature: bytes
    signing_input: bytes


def sign(payload: bytes, key: P256PrivateKey, *, kid: str | None, typ: str | None, max_length: int = MAX_TOKEN) -> str:
    """Sign with ES256.

    Args:
        payload: Any octets, at least one.
        key: The signing key.
        kid: The key's name, if the header shall carry one.
        typ: The type, if the header shall carry one.
        max_length: The longest token that its readers take, in characters.

    Returns:
        The compact form; the header is canonical JSON.

    Raises:
        Misuse: `JWS_SEGMENTS` for an empty payload, `JWS_TOO_LARGE` for a token that `parse` would refuse.
    """
    return _signed(_rendered(kid, typ), payload, key, max_length)


def sign_with_jwk(payload: bytes, key: P256PrivateKey, *, typ: str, max_length: int = MAX_TOKEN) -> str:
    """Sign with ES256 and carry the public key along: the header is exactly alg, jwk, kid and typ.

    Args:
        payload: Any octets, at least one.
        key: The signing key; its thumbprint is the kid.
        typ: The type.
        max_length: The longest document that its readers take, in characters.

    Returns:
        The compact form; the header is canonical JSON.

    Raises:
        Misuse: As `sign`.
    """
    public = key.public
    header: dict[str, JsonLike] = {"alg": "ES256", "jwk": public.jwk(), "kid": public.thumbprint(), "typ": typ}
    return _signed(b64url_encode(dump(header)), payload, key, max_length)


def parse(token: str, *, max_length: int = MAX_TOKEN) -> Jws:
    """Take a token apart without believing it.

    Args:
        token: The compact form.
        max_length: The longest accepted, in characters; documents may be longer than tokens.

    Returns:
        Its parts.

    Raises:
        Malformed: `JWS_TOO_LARGE`; `JWS_SEGMENTS` unless there are three that are not empty; `BASE64URL_INVALID`;
            `SIGNATURE_LENGTH`; for the header `JWS_HEADER`, `JWS_HEADER_REFUSED`, `JWS_ALGORITHM` or a ``JSON_…`` code.
    """
    segments = _segments(token, max_length)
    return _jws(segments, _parsed(segments[0]))


def parse_with_jwk(token: str, *, max_length: int = MAX_TOKEN) -> tuple[Jws, P256PublicKey]:
    """Take a document apart that carries its key, without believing it.

    Args:
        token: The compact form.
        max_length: The longest accepted, in characters.

    Returns:
        Its parts, and the key that it carries; the kid is that key's RFC 7638 thumbprint.

    Raises:
        Malformed: As `parse`; `JWS_HEADER` unless the header is exactly alg, jwk, kid and typ and the key exactly crv,
            kty, x and y; `KEY_ID_MISMATCH` if the kid is not the key's thumbprint; any ``KEY_…`` code for the key.
    """
    segments = _segments(token, max_length)
    header, key = _parsed_with_jwk(segments[0])
    return _jws(segments, header), key


def stated_type(token: str, *, max_length: int = MAX_TOKEN) -> str | None:
    """The ``typ`` that a token states, before anything else about it is judged.

    Args:
        token: The compact form.
        max_length: The longest accepted, in characters.

    Returns:
        The type, or None if the header has none.

    Raises:
        Malformed: As `parse` for the segments and for a header that is no JSON object.
    """
    typ = _members(_segments(token, max_length)[0]).get("typ")
    return typ if isinstance(typ, str) else None


def _signed(head: str, payload: bytes, key: P256PrivateKey, max_length: int) -> str:
    if not payload:
        raise Misuse(FoundationReason.JWS_SEGMENTS, "a payload of at least one octet")
    signing_input = f"{head}.{b64url_encode(payload)}"
    token = f"{signing_input}.{b64url_encode(key.sign(signing_input.encode('ascii')))}"
    if len(token) > max_length:
        raise Misuse(FoundationReason.JWS_TOO_LARGE, f"a token of at most {max_length} characters")
    return token


def _segments(token: str, max_length: int) -> tuple[str, str, str]:
    if len(token) > max_length:
        raise Malformed(FoundationReason.JWS_TOO_LARGE, f"a token of at most {max_length} characters")
    segments = token.split(".", _SEGMENTS)
    if len(segments) != _SEGMENTS or not all(segments):
        raise Malformed(FoundationReason.JWS_SEGMENTS, "three segments with dots between, none of them empty")
    head, body, seal = segments
    return head, body, seal


def _jws(segments: tuple[str, str, str], header: Header) -> Jws:
    head, body, seal = segments
    payload = b64url_decode(body)
    signature = b64url_decode(seal)
    if len(signature) != _SIGNATURE:
        raise Malformed(FoundationReason.SIGNATURE_LENGTH, "a signature of 64 octets R ‖ S")
    signing_input = f"{head}.{body}".encode("ascii")
    return Jws(header=header, payload=payload, signature=signature, signing_input=signing_input)


def verify(jws: Jws, key: P256PublicKey) -> None:
    """Check the signature.

    Args:
        jws: A parsed token.
        key: A key that the caller trusts for what the token claims.

    Raises:
        Unverified: `SIGNATURE_INVALID`.
    """
    key.verify(jws.signature, jws.signing_input)


@lru_cache(maxsize=256)
def _rendered(kid: str | None, typ: str | None) -> str:
    members = {"alg": "ES256", "kid": kid, "typ": typ}
    return b64url_encode(dump({name: value for name, value in members.items() if value is not None}))


# A node signs all its tokens with a handful of headers. Failures are not kept, and 256 headers of 1 KiB bound the rest.
@lru_cache(maxsize=256)
def _parsed(segment: str) -> Header:
    members = _members(segment)
    if not _REFUSED.isdisjoint(members):
        names = ", ".join(sorted(_REFUSED))
        raise Malformed(FoundationReason.JWS_HEADER_REFUSED, f"a header without {names}")
    if members.get("alg") != "ES256":
        raise Malformed(FoundationReason.JWS_ALGORITHM, "the algorithm ES256")
    kid, typ = members.get("kid"), members.get("typ")
    if not isinstance(kid, str | None) or not isinstance(typ, str | None):
        raise Malformed(FoundationReason.JWS_HEADER, "kid and typ as strings")
    return Header(kid=kid, typ=typ)


def _parsed_with_jwk(segment: str) -> tuple[Header, P256PublicKey]:
    members = _members(segment)
    jwk, kid, typ = members.get("jwk"), members.get("kid"), members.get("typ")
    if members.get("alg") != "ES256":
        raise Malformed(FoundationReason.JWS_ALGORITHM, "the algorithm ES256")
    if members.keys() != _WITH_JWK or not isinstance(jwk, dict) or jwk.keys() != _JWK:
        raise Malformed(FoundationReason.JWS_HEADER, "exactly alg, jwk, kid and typ, the key as crv, kty, x and y")
    if not isinstance(kid, str) or not isinstance(typ, str):
        raise Malformed(FoundationReason.JWS_HEADER, "kid and typ as strings")
    key = P256PublicKey.from_jwk(jwk)
    if kid != key.thumbprint():
        raise Malformed(FoundationReason.KEY_ID_MISMATCH, "a kid that is the thumbprint of the key beside it")
    return Header(kid=kid, typ=typ), key


def _members(segment: str) -> dict[str, Json]:
    if len(segment) > _MAX_HEADER:
        raise Malformed(FoundationReason.JWS_HEADER, f"a header of at most {_MAX_HEADER} characters")
    members = load(b64url_decode(segment), max_depth=4)
    if not isinstance(members, dict):
        raise Malformed(FoundationReason.JWS_HEADER, "a JSON object as header")
    return members
