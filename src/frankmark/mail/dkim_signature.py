"""The DKIM-Signature field (RFC 6376 §3.5, RFC 8463 §3, RFC 8301 §3.1, RFC 8616 §5): from octets to a value."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from frankmark.foundation.errors import Malformed
from frankmark.mail import taglist
from frankmark.mail.address import canonical_domain
from frankmark.mail.canonicalization import Canonicalization
from frankmark.mail.dkim_key import KeyType
from frankmark.mail.dkim_reasons import DkimReason
from frankmark.mail.message import Field

__all__ = [
    "Algorithm",
    "Signature",
    "algorithm_of",
    "body_length",
    "canonicalizations",
    "field_names",
    "numeral",
    "parse",
    "selector",
    "signing_domain",
]

_NUMERAL = re.compile(r"[0-9]{1,12}")
_LENGTH = re.compile(r"[0-9]{1,76}")
SHORT_LIST = 1_024
_FIELD_NAMES = re.compile(r"[!-9;-~]+(?:[ \t\r\n]*:[ \t\r\n]*[!-9;-~]+)*")
_PLAIN_SELECTOR = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_REQUIRED = frozenset({"v", "a", "b", "bh", "d", "h", "s"})


class Algorithm(StrEnum):
    """The a= tag, as far as it may still be used (RFC 8301 §3.1, RFC 8463 §3)."""

    RSA_SHA256 = "rsa-sha256"
    ED25519_SHA256 = "ed25519-sha256"

    @property
    def key_type(self) -> KeyType:
        """The type of key that makes such signatures."""
        return KeyType.RSA if self is Algorithm.RSA_SHA256 else KeyType.ED25519


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature field.

    Attributes:
        field: The field itself.
        algorithm: a=.
        octets: b=.
        body_hash: bh=.
        header_way: The header's canonicalisation, first half of c=.
        body_way: The body's canonicalisation, second half of c=.
        domain: d= in canonical form.
        selector: s= in lower case.
        identity: i= as it was written; `@` and the domain if it was left out.
        identity_domain: The domain of i= in canonical form.
        names: h= in lower case.
        length: l=, the octets of the canonical body that are signed; None for all.
        signed_at_s: t= in seconds since 1970, or None.
        expires_at_s: x= in seconds since 1970, or None.
    """

    field: Field
    algorithm: Algorithm
    octets: bytes
    body_hash: bytes
    header_way: Canonicalization
    body_way: Canonicalization
    domain: str
    selector: str
    identity: str
    identity_domain: str
    names: tuple[bytes, ...]
    length: int | None
    signed_at_s: int | None
    expires_at_s: int | None


_ALGORITHMS = frozenset[str](Algorithm)
_WAYS = {f"{header}/{body}": (header, body) for header in Canonicalization for body in Canonicalization}


def parse(field: Field) -> Signature:
    """Read one DKIM-Signature field.

    Args:
        field: The field.

    Returns:
        The signature; nothing about it is verified yet.

    Raises:
        Malformed: With a `DkimReason`.
    """
    try:
        return _signature(field, taglist.parse(field.value))
    except Malformed as error:
        code = error.code if isinstance(error.code, DkimReason) else DkimReason.DKIM_SYNTAX
        raise Malformed(code, error.detail) from error


def _signature(field: Field, tags: dict[str, str]) -> Signature:
    if not tags.keys() >= _REQUIRED:
        missing = ", ".join(sorted(_REQUIRED - tags.keys()))
        raise Malformed(DkimReason.DKIM_TAG_MISSING, f"the signature lacks {missing}")
    if tags["v"] != "1":
        raise Malformed(DkimReason.DKIM_VERSION, "v= is 1")
    if "dns/txt" not in _items(tags.get("q", "dns/txt")):
        raise Malformed(DkimReason.DKIM_QUERY_UNKNOWN, "q= names no way to a key that is known here")
    algorithm = algorithm_of(tags["a"])
    header_way, body_way = canonicalizations(tags.get("c", "simple"))
    domain = signing_domain(tags["d"])
    identity = tags.get("i", "@" + domain)
    signed_at_s, expires_at_s = numeral(tags.get("t")), numeral(tags.get("x"))
    if signed_at_s is not None and expires_at_s is not None and expires_at_s <= signed_at_s:
        raise Malformed(DkimReason.DKIM_SYNTAX, "x= is later than t=")
    return Signature(
        field=field,
        algorithm=algorithm,
        octets=_some(taglist.octets(tags["b"])),
        body_hash=_some(taglist.octets(tags["bh"])),
        header_way=header_way,
        body_way=body_way,
        domain=domain,
        selector=selector(tags["s"]),
        identity=identity,
        identity_domain=_identity_domain(identity, domain),
        names=_short_names(tags["h"]) if len(tags["h"]) <= SHORT_LIST else field_names(tags["h"]),
        length=body_length(tags.get("l")),
        signed_at_s=signed_at_s,
        expires_at_s=expires_at_s,
    )


def _items(value: str) -> list[str]:
    return [item.strip(" \t\r\n") for item in value.split(":")]


def _some(octets: bytes) -> bytes:
    if not octets:
        raise Malformed(DkimReason.DKIM_SYNTAX, "b= and bh= are not empty")
    return octets


def algorithm_of(value: str) -> Algorithm:
    """Read a=.

    Args:
        value: The value of the tag.

    Returns:
        The algorithm.

    Raises:
        Malformed: `DKIM_ALGORITHM_RETIRED` for rsa-sha1, `DKIM_ALGORITHM_UNKNOWN` for what is not in RFC 8463.
    """
    if value in _ALGORITHMS:
        return Algorithm(value)
    if value == "rsa-sha1":
        raise Malformed(DkimReason.DKIM_ALGORITHM_RETIRED, "rsa-sha1 verifies nothing since RFC 8301")
    raise Malformed(DkimReason.DKIM_ALGORITHM_UNKNOWN, "a= is rsa-sha256 or ed25519-sha256")


def canonicalizations(value: str) -> tuple[Canonicalization, Canonicalization]:
    """Read c=.

    Args:
        value: The value of the tag.

    Returns:
        The ways of the header and of the body; the body's is simple if it is left out.

    Raises:
        Malformed: `DKIM_CANONICALIZATION_UNKNOWN`.
    """
    if value in _WAYS:
        return _WAYS[value]
    header, slash, body = value.partition("/")
    try:
        return Canonicalization(header), Canonicalization(body if slash else "simple")
    except ValueError as error:
        raise Malformed(DkimReason.DKIM_CANONICALIZATION_UNKNOWN, "c= names simple and relaxed") from error


def signing_domain(value: str) -> str:
    """Read d=.

    Args:
        value: The value of the tag.

    Returns:
        The domain in canonical form.

    Raises:
        Malformed: `DKIM_SYNTAX` if it is no domain name.
    """
    return _labels(value, "d= is no domain name", underscores=False)


def selector(value: str) -> str:
    """Read s=.

    Args:
        value: The value of the tag.

    Returns:
        The selector in lower case, A-labels for U-labels (RFC 8616 §5).

    Raises:
        Malformed: `DKIM_SYNTAX` if it is no sequence of labels.
    """
    low = value.lower()
    # Underscores are no part of RFC 5321's sub-domain; they are in daily use and harm nobody.
    if _PLAIN_SELECTOR.fullmatch(low):
        return low
    return _labels(value, "s= is no sequence of labels", underscores=True)


def _labels(value: str, sentence: str, *, underscores: bool) -> str:
    # RFC 6376 §3.5 has no final dot, which a typed domain name may have.
    if value.endswith("."):
        raise Malformed(DkimReason.DKIM_SYNTAX, sentence)
    try:
        return canonical_domain(value, underscores=underscores)
    except Malformed as error:
        raise Malformed(DkimReason.DKIM_SYNTAX, sentence) from error


def field_names(value: str) -> tuple[bytes, ...]:
    """Read h=.

    Args:
        value: The value of the tag.

    Returns:
        The names in lower case, in their order.

    Raises:
        Malformed: `DKIM_SYNTAX`.
    """
    if not _FIELD_NAMES.fullmatch(value):
        raise Malformed(DkimReason.DKIM_SYNTAX, "h= is a list of field names")
    return tuple(item.encode().lower() for item in _items(value))


# A signer signs the same fields of all its messages; the length bounds what strangers' lists can hold of our memory.
_short_names = lru_cache(maxsize=256)(field_names)


def numeral(value: str | None) -> int | None:
    """Read t= or x=, a count of at most twelve digits.

    Args:
        value: The value of the tag, or None if it was left out.

    Returns:
        The number, or None.

    Raises:
        Malformed: `DKIM_SYNTAX`.
    """
    if value is None:
        return None
    if not _NUMERAL.fullmatch(value):
        raise Malformed(DkimReason.DKIM_SYNTAX, "t= and x= are numbers of at most 12 digits")
    return int(value)


def body_length(value: str | None) -> int | None:
    """Read l=.

    Args:
        value: The value of the tag, or None if it was left out.

    Returns:
        The number of octets, or None.

    Raises:
        Malformed: `DKIM_SYNTAX`.
    """
    if value is None:
        return None
    if not _LENGTH.fullmatch(value):
        raise Malformed(DkimReason.DKIM_SYNTAX, "l= is a number of at most 76 digits")
    return int(value)


def _identity_domain(identity: str, domain: str) -> str:
    at = identity.rfind("@")
    if at < 0:
        raise Malformed(DkimReason.DKIM_SYNTAX, "i= is an address without or with a local part")
    if identity[at + 1 :] == domain:
        return domain
    below = signing_domain(identity[at + 1 :])
    if below != domain and not below.endswith("." + domain):
        raise Malformed(DkimReason.DKIM_IDENTITY_OUTSIDE_DOMAIN, "i= is neither in d= nor below it")
    return below
