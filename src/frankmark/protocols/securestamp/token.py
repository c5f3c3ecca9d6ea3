"""The stamp token: a JSON Web Token (RFC 7519) under ES256, signed by the node that issued the stamp.

::

    {"alg":"ES256","kid":"<node_id>#<RFC 7638 thumbprint>","typ":"JWT"}
    {"stampId":…,"domain":…,"orgId":…,"score":…,"iat":…,"exp":…,"iss":…}        times in seconds

A token proves that a domain is registered. It is public, and no evidence of who sent a message. What it takes to hold,
in this order: the form (`parse_token`), a signature by one of the issuer's keys (`verify_signature`), a key that is
still good, and the time (`verify_time`); `verify_token` does it all. Whether the ledger knows the stamp, and whether
the domain is the one asked about, is for `frankmark.protocols.securestamp.channels`. The page for implementers is
``specs/stamp-token.md``.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from frankmark.foundation import canonical, jws
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.identifiers import is_uuid4
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.mail.address import canonical_domain
from frankmark.protocols.securestamp.reasons import Reason

__all__ = [
    "LIFETIME_S",
    "SKEW_S",
    "Claims",
    "StampToken",
    "VerifiedToken",
    "issue_token",
    "parse_token",
    "verify_domain",
    "verify_signature",
    "verify_time",
    "verify_token",
]

LIFETIME_S: Final = 365 * 86_400
SKEW_S: Final = 300
LONGEST: Final = 4_096
HIGHEST_SCORE: Final = 100
_LATEST_S: Final = 253_402_300_799
_ORG: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ISSUER: Final = re.compile(r"https?://[A-Za-z0-9.:-]{1,253}", re.ASCII)
_TYPE: Final = "JWT"
# The payload as `issue_token` writes it. Most tokens are ours, and this reads them at a third of the cost of a JSON
# parser; whatever it does not match is read as JSON, with the same outcome.
_ISSUED: Final = re.compile(
    r'\{"stampId":"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})","domain":"([a-z0-9.-]{1,253})",'
    r'"orgId":"([A-Za-z0-9_-]{1,64})","score":(100|[1-9]?[0-9]),"iat":(0|[1-9][0-9]{0,10}),'
    r'"exp":(0|[1-9][0-9]{0,10}),"iss":"(https?://[A-Za-z0-9.:-]{1,253})"\}'
)
_REFUSED: Final = {
    FoundationReason.JWS_TOO_LARGE: Reason.TOKEN_TOO_LARGE,
    FoundationReason.JWS_ALGORITHM: Reason.ALGORITHM_REFUSED,
    FoundationReason.JWS_HEADER_REFUSED: Reason.ALGORITHM_REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says. A token that we issue says all of it; of others' only the first three are required.

    Attributes:
        stamp_id: The stamp.
        domain: The domain that it is for, lower-case A-labels.
        exp: When it ends, seconds since the epoch.
        org_id: Who owns the domain; empty if not told.
        score: The score at issuance, never the live one; None if not told.
        iat: The issuer's claim of when it was issued, seconds since the epoch; no proof of time.
        iss: Base URL of the issuing node; empty if not told. It selects nothing but an entry of the trust file.
    """

    stamp_id: str
    domain: str
    exp: int
    org_id: str = ""
    score: int | None = None
    iat: int | None = None
    iss: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampToken:
    """A token that has the form; nothing is proven yet.

    Attributes:
        text: The compact serialisation.
        claims: What it says.
        jws: Its signed parts.
    """

    text: str
    claims: Claims
    jws: Jws


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """A token that a key of its issuer signed, that key being active, and the time within its limits.

    Attributes:
        text: The compact serialisation. It is malleable, as ECDSA is: never the identity of what it says.
        claims: What it says.
        key: Whose signature it is; the key's node must be the one that issued the stamp.
    """

    text: str
    claims: Claims
    key: Jwk


def _complete(claims: Claims) -> bool:
    """Whether claims are whole and hold only characters that stand for themselves in JSON."""
    return (
        is_uuid4(claims.stamp_id)
        and _canonical(claims.domain) == claims.domain
        and _ORG.fullmatch(claims.org_id) is not None
        and _ISSUER.fullmatch(claims.iss) is not None
        and claims.score in range(HIGHEST_SCORE + 1)
        and claims.iat is not None
        and 0 <= claims.iat < claims.exp <= _LATEST_S
    )


def issue_token(claims: Claims, key: P256PrivateKey, kid: str) -> str:
    """Issue a token.

    Args:
        claims: All of them.
        key: The node's signing key.
        kid: Its id, ``<node_id>#<thumbprint>``.

    Returns:
        The compact serialisation.

    Raises:
        Misuse: TOKEN_MALFORMED, a claim is missing or not of its form.
    """
    if not _complete(claims):
        raise Misuse(Reason.TOKEN_MALFORMED, "a token is issued with all seven claims, each in its form")
    # In the order of the published examples, not in canonical order: the payload of a JWS is octets, whatever they are.
    payload = (
        f'{{"stampId":"{claims.stamp_id}","domain":"{claims.domain}","orgId":"{claims.org_id}",'
        f'"score":{claims.score},"iat":{claims.iat},"exp":{claims.exp},"iss":"{claims.iss}"}}'
    )
    return jws.sign(payload.encode("ascii"), key, kid=kid, typ=_TYPE)


@lru_cache(maxsize=16)  # one question looks at the same token from several sides
def parse_token(text: str) -> StampToken:
    """Take a token apart, believing nothing.

    Args:
        text: The compact serialisation.

    Returns:
        Its parts.

    Raises:
        Malformed: TOKEN_TOO_LARGE, TOKEN_MALFORMED, ALGORITHM_REFUSED; TYPE_MISMATCH for a signed object of another
            kind.
    """
    if len(text) > LONGEST:
        raise Malformed(Reason.TOKEN_TOO_LARGE, f"a stamp token of at most {LONGEST} characters")
    try:
        parts = jws.parse(text)
        if parts.header.typ not in {_TYPE, None}:
            raise Malformed(Reason.TYPE_MISMATCH, "a stamp token has the type JWT, or none")
        claims = _read(parts.payload)
    except Error as wrong:
        if isinstance(wrong.code, Reason):
            raise
        code = _REFUSED.get(FoundationReason(wrong.code), Reason.TOKEN_MALFORMED)
        raise Malformed(code, f"no token: {wrong.detail}") from wrong
    return StampToken(text=text, claims=claims, jws=parts)


def _read(payload: bytes) -> Claims:
    issued = _ISSUED.fullmatch(payload.decode("latin-1"))
    if issued is None:
        return _claims(canonical.load(payload, max_bytes=LONGEST, max_depth=4))
    stamp_id, domain, org_id, score, iat, exp, iss = issued.groups()
    return Claims(
        stamp_id=stamp_id,
        domain=_domain(domain),
        exp=_second(int(exp)),
        org_id=org_id,
        score=int(score),
        iat=_second(int(iat)),
        iss=iss,
    )


@lru_cache(maxsize=4_096)
def _canonical(domain: str) -> str | None:
    try:
        return canonical_domain(domain)
    except Malformed:
        return None


def _domain(text: str) -> str:
    domain = _canonical(text)
    if domain is None:
        raise Malformed(Reason.TOKEN_MALFORMED, "domain is a domain name")
    return domain


def _claims(members: Json) -> Claims:
    if not isinstance(members, dict) or not members.keys() >= {"stampId", "domain", "exp"}:
        raise Malformed(Reason.TYPE_MISMATCH, "a stamp token claims stampId, domain and exp")
    stamp_id, domain, exp = members["stampId"], members["domain"], members["exp"]
    org_id, iss = members.get("orgId", ""), members.get("iss", "")
    score, iat = members.get("score"), members.get("iat")
    if not (isinstance(stamp_id, str) and isinstance(domain, str) and isinstance(org_id, str) and isinstance(iss, str)):
        raise Malformed(Reason.TOKEN_MALFORMED, "stampId, domain, orgId and iss are strings")
    if not is_uuid4(stamp_id):
        raise Malformed(Reason.TOKEN_MALFORMED, "stampId is a UUID of version 4 in lower case")
    if org_id and not _ORG.fullmatch(org_id):
        raise Malformed(Reason.TOKEN_MALFORMED, "orgId is 1 to 64 letters, digits, _ and -")
    if not (iss.isascii() and iss.isprintable()):  # what nobody can show is nobody's name
        raise Malformed(Reason.TOKEN_MALFORMED, "iss is printable ASCII")
    return Claims(
        stamp_id=stamp_id,
        domain=_domain(domain),
        exp=_second(exp),
        org_id=org_id,
        score=None if score is None else _whole(score, HIGHEST_SCORE),
        iat=None if iat is None else _second(iat),
        iss=iss,
    )


def _whole(value: Json, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(Reason.TOKEN_MALFORMED, f"score, iat and exp are whole numbers up to {most}")
    return value


def _second(value: Json) -> int:
    return _whole(value, _LATEST_S)


def verify_signature(token: StampToken, keys: JwkSet) -> Jwk:
    """Find the key of the issuer that a token is signed with.

    Its ``kid``, if it has one, says where to begin. Active keys come first, then retired, then compromised ones.

    Args:
        token: The token.
        keys: All keys of the issuing node, pinned by the verifier.

    Returns:
        The key, whatever its status.

    Raises:
        Unverified: KEY_UNKNOWN when its ``kid`` is none of the issuer's; SIGNATURE_FALSE when it is signed with none
            of the keys.
    """
    kid = token.jws.header.kid
    if kid is not None:
        named = keys.get(kid)
        if named is None:
            raise Unverified(Reason.KEY_UNKNOWN, "the issuer has no key of that id")
        if _signed(token.jws, named):
            return named
    for status in KeyStatus:
        for key in keys.keys:
            if key.status is status and key.kid != kid and _signed(token.jws, key):
                return key
    raise Unverified(Reason.SIGNATURE_FALSE, "the signature is false under every key of the issuer")


def _signed(parts: Jws, key: Jwk) -> bool:
    try:
        jws.verify(parts, key.key)
    except Unverified:
        return False
    return True


def verify_time(claims: Claims, now_s: int, skew_s: int = SKEW_S) -> None:
    """Check that a token is neither expired nor from the future.

    Args:
        claims: What it says.
        now_s: The time, seconds since the epoch.
        skew_s: By how many seconds two honest clocks may differ.

    Raises:
        Unverified: TOKEN_EXPIRED, TOKEN_NOT_YET_VALID.
    """
    if now_s >= claims.exp + skew_s:
        raise Unverified(Reason.TOKEN_EXPIRED, "the token has expired")
    if claims.iat is not None and claims.iat > now_s + skew_s:
        raise Unverified(Reason.TOKEN_NOT_YET_VALID, "the token is issued in the future")


def verify_domain(claims: Claims, domain: str) -> None:
    """Check that a token is for a domain: exactly this one, none above or below it.

    Args:
        claims: What it says.
        domain: The domain in any spelling.

    Raises:
        Unverified: DOMAIN_MISMATCH.
    """
    if _canonical(domain) != claims.domain:
        raise Unverified(Reason.DOMAIN_MISMATCH, f"the token is for {claims.domain}")


def verify_token(token: str | StampToken, keys: JwkSet, now_s: int, *, skew_s: int = SKEW_S) -> VerifiedToken:
    """Verify a token: form, signature, the key's standing, time.

    Args:
        token: The token.
        keys: All keys of the issuing node, pinned by the verifier.
        now_s: The time, seconds since the epoch.
        skew_s: By how many seconds two honest clocks may differ.

    Returns:
        The token, now verified.

    Raises:
        Malformed: As `parse_token`.
        Unverified: KEY_UNKNOWN, SIGNATURE_FALSE, KEY_COMPROMISED, KEY_RETIRED, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID.
    """
    parsed = parse_token(token) if isinstance(token, str) else token
    key = verify_signature(parsed, keys)
    if key.status is KeyStatus.COMPROMISED:
        raise Unverified(Reason.KEY_COMPROMISED, "the key that signed the token is compromised")
    if key.status is KeyStatus.RETIRED:
        raise Unverified(Reason.KEY_RETIRED, "the key that signed the token is retired: the token is to be renewed")
    verify_time(parsed.claims, now_s, skew_s)
    return VerifiedToken(text=parsed.text, claims=parsed.claims, key=key)
