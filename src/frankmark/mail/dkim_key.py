"""DKIM key records: reading, judging, fetching (RFC 6376 §3.6, RFC 8463 §4, RFC 8301 §3.2).

A record's octets always mean the same, so a `KeyCache` may keep parsed keys for as long as it likes; how long an
*answer* of the DNS holds is the resolver's business.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.dns import Answer, Lookup, Question, RRType
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.kept import Kept
from frankmark.foundation.keys import Ed25519PublicKey, RsaPublicKey
from frankmark.mail import taglist
from frankmark.mail.dkim_reasons import DkimReason

__all__ = ["FetchedKeys", "KeyCache", "KeyRecord", "KeyType", "fetch_keys", "judge_answer", "key_question", "parse"]

LEAST_RSA_BITS = 1_024
"""RFC 8301 §3.2: signatures by shorter keys are never valid."""
MOST_RSA_BITS = 8_192
"""RFC 8301 §3.2 asks for 4096; beyond 8192 a verification is an attack on the verifier's time."""
MOST_RECORD_BYTES = 8_192
"""A key of 8192 bits is a record of 1.5 KiB."""
MOST_RECORDS = 10
"""RFC 6376 §3.6.2.2 has one record a name; a name with more than this is broken or hostile."""

_FOREVER_MS = 1 << 62


class KeyType(StrEnum):
    """The k= tag."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key that may verify signatures of mail.

    Attributes:
        kind: The type of the key.
        public: The key.
        bits: The length of the RSA modulus; 256 for Ed25519.
        testing: t=y: a message signed with it is treated as if it were not signed (RFC 6376 §3.6.1).
        strict: t=s: the identity's domain must be the signing domain itself, not one below it.
    """

    kind: KeyType
    public: RsaPublicKey | Ed25519PublicKey
    bits: int
    testing: bool
    strict: bool

    def verify(self, signature: bytes, data: bytes) -> None:
        """Verify a signature over `data`.

        Args:
            signature: The octets of b=.
            data: What was hashed, before it was hashed.

        Raises:
            Unverified: `DKIM_SIGNATURE_INVALID` if the signature is not this key's over this data.
        """
        try:
            if isinstance(self.public, RsaPublicKey):
                self.public.verify_pkcs1(signature, data, "sha256")
            else:
                # RFC 8463 §3: PureEdDSA over the SHA-256 hash.
                self.public.verify(signature, hashlib.sha256(data).digest())
        except (Unverified, Malformed) as error:
            raise Unverified(DkimReason.DKIM_SIGNATURE_INVALID, "the signature does not hold") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedKeys:
    """What a look-up of a key brought.

    Attributes:
        keys: The usable keys, in an order that does not depend on the order of the answer.
        reason: Why there is none; None if there is one.
    """

    keys: tuple[KeyRecord, ...] = ()
    reason: DkimReason | None = None


class KeyCache:
    """Parsed key records by their octets, the least recently used forgotten first.

    Args:
        capacity: The most records to keep.
    """

    __slots__ = ("_fetched", "_kept")

    def __init__(self, capacity: int = 4_096) -> None:
        self._kept: Kept[bytes, KeyRecord | DkimReason] = Kept(capacity)
        self._fetched: Kept[tuple[tuple[bytes, ...], ...], FetchedKeys] = Kept(capacity)

    def read(self, record: bytes) -> KeyRecord | DkimReason:
        """The key in a record, or why it holds none."""
        found = self._kept.get(record, 0)
        if found is None:
            found = _read(record)
            self._kept.put(record, found, _FOREVER_MS)
        return found

    def fetched(self, texts: tuple[tuple[bytes, ...], ...]) -> FetchedKeys:
        """What the records of one answer hold together: usable keys, or the reason that tells most."""
        found = self._fetched.get(texts, 0)
        if found is None:
            found = _usable([self.read(record) for record in sorted(b"".join(strings) for strings in texts)])
            self._fetched.put(texts, found, _FOREVER_MS)
        return found

    def __len__(self) -> int:
        return len(self._kept)


def key_question(selector: str, domain: str) -> Question:
    """The question for the key record of a selector.

    Args:
        selector: The selector in canonical form; it may have more than one label.
        domain: The signing domain in canonical form.

    Returns:
        The question.
    """
    return Question(name=f"{selector}._domainkey.{domain}", rrtype=RRType.TXT)


def fetch_keys(selector: str, domain: str, cache: KeyCache) -> Lookup[FetchedKeys]:
    """Look up the keys of a selector.

    Args:
        selector: The selector in canonical form.
        domain: The signing domain in canonical form.
        cache: Parsed keys.

    Returns:
        The usable keys, or why there is none.
    """
    answer = yield key_question(selector, domain)
    return judge_answer(answer, cache)


def judge_answer(answer: Answer, cache: KeyCache) -> FetchedKeys:
    """Read an answer to `key_question`.

    Several records are tried one after the other (RFC 6376 §6.1.2 leaves the choice to the verifier): whoever can
    publish one of them speaks for the domain. If none is usable, the reason that tells most is given.

    Args:
        answer: The answer.
        cache: Parsed keys.

    Returns:
        The usable keys, or why there is none.
    """
    if answer.failed:
        return FetchedKeys(reason=DkimReason.DKIM_KEY_UNAVAILABLE)
    if not answer.texts:
        return FetchedKeys(reason=DkimReason.DKIM_KEY_ABSENT)
    if len(answer.texts) > MOST_RECORDS:
        return FetchedKeys(reason=DkimReason.DKIM_KEY_RECORDS_TOO_MANY)
    return cache.fetched(answer.texts)


def _usable(read: list[KeyRecord | DkimReason]) -> FetchedKeys:
    keys = [each for each in read if isinstance(each, KeyRecord)]
    if not keys:
        return FetchedKeys(reason=_most_telling(read))
    keys.sort(key=lambda key: (key.testing, key.strict))
    return FetchedKeys(keys=tuple(keys))


# From the last reason to the first, a record says more about what the domain meant.
_TELLING = (
    DkimReason.DKIM_KEY_REVOKED,
    DkimReason.DKIM_KEY_TOO_SHORT,
    DkimReason.DKIM_KEY_TOO_LONG,
    DkimReason.DKIM_KEY_HASH_NOT_ALLOWED,
    DkimReason.DKIM_KEY_SERVICE,
    DkimReason.DKIM_KEY_TYPE_UNKNOWN,
    DkimReason.DKIM_KEY_VERSION,
    DkimReason.DKIM_KEY_SYNTAX,
)


def _most_telling(reasons: Iterable[KeyRecord | DkimReason]) -> DkimReason:
    found = set(reasons)
    return next(reason for reason in _TELLING if reason in found)


def parse(record: bytes) -> KeyRecord:
    """Read one key record.

    Args:
        record: The character-strings of one TXT record, joined.

    Returns:
        The key.

    Raises:
        Malformed: With a `DkimReason` that begins ``DKIM_KEY_``.
    """
    if len(record) > MOST_RECORD_BYTES:
        raise Malformed(DkimReason.DKIM_KEY_SYNTAX, f"a key record of {len(record)} octets")
    try:
        tags = taglist.parse(record)
        _check_form(tags)
        der = taglist.octets(tags["p"])
    except Malformed as error:
        code = error.code if isinstance(error.code, DkimReason) else DkimReason.DKIM_KEY_SYNTAX
        raise Malformed(code, error.detail) from error
    if not der:
        raise Malformed(DkimReason.DKIM_KEY_REVOKED, "the key was revoked: p= is empty")
    _check_use(tags)
    kind = tags.get("k", "rsa")
    public, bits = _ed25519(der) if kind == KeyType.ED25519 else _rsa(der)
    flags = _list(tags.get("t", ""))
    return KeyRecord(kind=KeyType(kind), public=public, bits=bits, testing="y" in flags, strict="s" in flags)


def _read(record: bytes) -> KeyRecord | DkimReason:
    try:
        return parse(record)
    except Malformed as error:
        return DkimReason(error.code)


def _list(value: str) -> set[str]:
    return {item.strip(" \t\r\n") for item in value.split(":")}


def _check_form(tags: dict[str, str]) -> None:
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        raise Malformed(DkimReason.DKIM_KEY_VERSION, "v= is DKIM1 and stands first, or is left out")
    if "p" not in tags:
        raise Malformed(DkimReason.DKIM_KEY_SYNTAX, "a key record has p=")


def _check_use(tags: dict[str, str]) -> None:
    if not _list(tags.get("s", "*")) & {"*", "email"}:
        raise Malformed(DkimReason.DKIM_KEY_SERVICE, "s= does not allow e-mail")
    if tags.get("k", "rsa") not in set(KeyType):
        raise Malformed(DkimReason.DKIM_KEY_TYPE_UNKNOWN, "k= is neither rsa nor ed25519")
    if "sha256" not in _list(tags.get("h", "sha256")):
        raise Malformed(DkimReason.DKIM_KEY_HASH_NOT_ALLOWED, "h= does not allow sha256")


def _ed25519(raw: bytes) -> tuple[Ed25519PublicKey, int]:
    try:
        return Ed25519PublicKey.from_bytes(raw), 256
    except Malformed as error:
        raise Malformed(DkimReason.DKIM_KEY_SYNTAX, "p= is no Ed25519 key") from error


def _rsa(der: bytes) -> tuple[RsaPublicKey, int]:
    # RFC 6376 §3.6.1 says RSAPublicKey, its examples are SubjectPublicKeyInfo; both are in use (erratum 3017).
    try:
        key = RsaPublicKey.from_spki(der)
    except Malformed:
        try:
            key = RsaPublicKey.from_pkcs1(der)
        except Malformed as error:
            raise Malformed(DkimReason.DKIM_KEY_SYNTAX, "p= is no RSA key") from error
    if key.bits < LEAST_RSA_BITS:
        raise Malformed(DkimReason.DKIM_KEY_TOO_SHORT, f"{key.bits} bits; RFC 8301 asks for {LEAST_RSA_BITS}")
    if key.bits > MOST_RSA_BITS:
        raise Malformed(DkimReason.DKIM_KEY_TOO_LONG, f"{key.bits} bits; at most {MOST_RSA_BITS} are verified")
    return key, key.bits
