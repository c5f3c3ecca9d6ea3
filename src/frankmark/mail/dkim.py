"""Verification of DKIM signatures (RFC 6376 §6, RFC 8301, RFC 8463), told the DNS answers and the time.

Laws that hold for every message:

- `pass` needs a key that the domain publishes now, a signature by it that covers every From field, and an unchanged
  body, up to l= if it is there; how many octets l= leaves open is in the outcome, for its reader to weigh.
- A look-up that fails ends in `temperror`, never in `pass` and never in `fail`.
- A key in testing mode ends in `neutral`, whatever its signature does (RFC 6376 §3.6.1, t=y: a verifier MUST NOT treat
  such a message differently from an unsigned one); the reason still tells what was found.
- The order of records in an answer changes nothing; the order of fields changes only the order of outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from frankmark.foundation.dns import Lookup, Question
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.mail import canonicalization, dkim_signature, taglist
from frankmark.mail.canonicalization import BodyHashes, Canonicalization, signed_fields
from frankmark.mail.dkim_key import FetchedKeys, KeyCache, KeyRecord, fetch_keys, key_question
from frankmark.mail.dkim_reasons import RESULTS, DkimReason, DkimResult
from frankmark.mail.dkim_signature import Signature
from frankmark.mail.message import Field, Message

__all__ = [
    "DEFAULT_LIMITS",
    "DkimLimits",
    "DkimOutcome",
    "best_result",
    "judge",
    "key_questions",
    "signed_data",
    "try_keys",
    "usable_keys",
    "verify_signatures",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimLimits:
    """How much is verified.

    Attributes:
        signatures: The topmost signatures that are verified; each costs a look-up. Gmail and Exchange stop near 10.
        future_s: How far t= may lie ahead of our clock. RFC 6376 names no figure; OpenDKIM's ClockDrift is 300.
    """

    signatures: int = 10
    future_s: int = 300


DEFAULT_LIMITS = DkimLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimOutcome:
    """What verification found about one signature.

    Attributes:
        reason: Why the result is what it is.
        signature: What the field says; None if it could not be read.
        key: The key that was used; None if verification did not come that far.
        unsigned_octets: How many octets of the canonical body lie beyond l=, open to change by anyone.
    """

    reason: DkimReason
    signature: Signature | None = None
    key: KeyRecord | None = None
    unsigned_octets: int = 0

    @property
    def result(self) -> DkimResult:
        """The result in the words of RFC 8601 §2.7.1."""
        return DkimResult.NEUTRAL if self.testing else RESULTS[self.reason]

    @property
    def testing(self) -> bool:
        """Whether the domain publishes its key with t=y."""
        return self.key is not None and self.key.testing

    @property
    def domain(self) -> str:
        """d= in canonical form; empty if the field could not be read."""
        return self.signature.domain if self.signature else ""

    @property
    def selector(self) -> str:
        """s= in canonical form; empty if the field could not be read."""
        return self.signature.selector if self.signature else ""

    @property
    def identity(self) -> str:
        """i= as it was written or is understood; empty if the field could not be read."""
        return self.signature.identity if self.signature else ""

    @property
    def algorithm(self) -> str:
        """a=; empty if the field could not be read."""
        return self.signature.algorithm.value if self.signature else ""

    @property
    def canonicalization(self) -> str:
        """c= in its long form; empty if the field could not be read."""
        return f"{self.signature.header_way}/{self.signature.body_way}" if self.signature else ""


def verify_signatures(
    message: Message, *, now_s: int, limits: DkimLimits = DEFAULT_LIMITS, cache: KeyCache | None = None
) -> Lookup[tuple[DkimOutcome, ...]]:
    """Verify the DKIM signatures of a message.

    Args:
        message: The message.
        now_s: Seconds since the Unix epoch.
        limits: How much is verified.
        cache: Parsed keys, to be handed in again with the next message.

    Returns:
        One outcome for each DKIM-Signature field, from top to bottom; none for a message without.
    """
    cache = KeyCache() if cache is None else cache
    hashes = BodyHashes(message.body)
    asked: dict[Question, FetchedKeys] = {}
    outcomes = []
    for index, field in enumerate(message.named(b"dkim-signature")):
        if index >= limits.signatures:
            outcomes.append(DkimOutcome(reason=DkimReason.DKIM_TOO_MANY_SIGNATURES))
            continue
        claim = _claim(message, field, now_s, limits)
        if isinstance(claim, Signature):
            question = key_question(claim.selector, claim.domain)
            if question not in asked:
                asked[question] = yield from fetch_keys(claim.selector, claim.domain, cache)
            claim = judge(message, claim, hashes, asked[question])
        outcomes.append(claim)
    return tuple(outcomes)


def key_questions(message: Message, *, now_s: int, limits: DkimLimits = DEFAULT_LIMITS) -> tuple[Question, ...]:
    """The questions that `verify_signatures` will ask, so that a driver may ask them all at once.

    Args:
        message: The message.
        now_s: Seconds since the Unix epoch.
        limits: How much is verified.

    Returns:
        The questions, each once.
    """
    claims = [_claim(message, field, now_s, limits) for field in message.named(b"dkim-signature")[: limits.signatures]]
    return tuple(dict.fromkeys(key_question(c.selector, c.domain) for c in claims if isinstance(c, Signature)))


def best_result(outcomes: Sequence[DkimOutcome]) -> DkimResult:
    """One result for the whole message: one pass is enough (RFC 6376 §6.1); a retry comes before a final failure.

    Args:
        outcomes: What `verify_signatures` returned.

    Returns:
        The best result; `none` if there is no signature.
    """
    found = {outcome.result for outcome in outcomes}
    return next((result for result in _BEST_FIRST if result in found), DkimResult.NONE)


_BEST_FIRST = (
    DkimResult.PASS,
    DkimResult.TEMPERROR,
    DkimResult.FAIL,
    DkimResult.POLICY,
    DkimResult.PERMERROR,
    DkimResult.NEUTRAL,
)


def _claim(message: Message, field: Field, now_s: int, limits: DkimLimits) -> Signature | DkimOutcome:
    """What a field claims, or why it need not be verified."""
    try:
        signature = dkim_signature.parse(field)
    except Malformed as error:
        return DkimOutcome(reason=DkimReason(error.code))
    # RFC 6376 §5.4 and §8.15: a second From field that nobody signed is what the reader's program may show.
    if signature.names.count(b"from") < max(1, len(message.named(b"from"))):
        return DkimOutcome(reason=DkimReason.DKIM_FROM_NOT_SIGNED, signature=signature)
    if signature.expires_at_s is not None and signature.expires_at_s < now_s:
        return DkimOutcome(reason=DkimReason.DKIM_EXPIRED, signature=signature)
    if signature.signed_at_s is not None and signature.signed_at_s > now_s + limits.future_s:
        return DkimOutcome(reason=DkimReason.DKIM_FROM_THE_FUTURE, signature=signature)
    return signature


def judge(message: Message, signature: Signature, hashes: BodyHashes, fetched: FetchedKeys) -> DkimOutcome:
    """Verify one signature that was read, with the keys that were found.

    Args:
        message: The message.
        signature: What the field says.
        hashes: The hashes of the message's body.
        fetched: The signer's keys.

    Returns:
        The outcome.
    """
    keys = usable_keys(signature, fetched)
    if isinstance(keys, DkimReason):
        return DkimOutcome(reason=keys, signature=signature)
    beyond = 0 if signature.length is None else hashes.unsigned(signature.body_way, signature.length)
    if beyond < 0:
        return DkimOutcome(reason=DkimReason.DKIM_BODY_SHORTENED, signature=signature, key=keys[0])
    if hashes.sha256(signature.body_way, signature.length) != signature.body_hash:
        return DkimOutcome(reason=DkimReason.DKIM_BODY_CHANGED, signature=signature, key=keys[0])
    data = signed_data(message, signature.names, signature.header_way, signature.field)
    reason, key = try_keys(keys, signature.octets, data)
    return DkimOutcome(reason=reason, signature=signature, key=key, unsigned_octets=beyond)


def usable_keys(signature: Signature, fetched: FetchedKeys) -> tuple[KeyRecord, ...] | DkimReason:
    """The keys that may have made a signature.

    Args:
        signature: What the field says.
        fetched: The signer's keys.

    Returns:
        At least one key, or why there is none.
    """
    if fetched.reason is not None:
        return fetched.reason
    fitting = [key for key in fetched.keys if key.kind is signature.algorithm.key_type]
    if not fitting:
        return DkimReason.DKIM_KEY_TYPE_DIFFERS
    allowed = tuple(key for key in fitting if not key.strict or signature.identity_domain == signature.domain)
    return allowed or DkimReason.DKIM_KEY_IDENTITY_NOT_ALLOWED


def try_keys(keys: Sequence[KeyRecord], octets: bytes, data: bytes) -> tuple[DkimReason, KeyRecord]:
    """Try keys until one holds.

    Args:
        keys: At least one key.
        octets: The signature.
        data: What was signed.

    Returns:
        The finding, and the key that it is about.
    """
    for key in keys:
        try:
            key.verify(octets, data)
        except Unverified:
            continue
        return DkimReason.DKIM_KEY_IN_TESTING if key.testing else DkimReason.DKIM_VERIFIED, key
    return DkimReason.DKIM_SIGNATURE_INVALID, keys[0]


def signed_data(message: Message, names: Sequence[bytes], way: Canonicalization, field: Field) -> bytes:
    """The octets that a signature signs (RFC 6376 §3.7): the chosen fields, then its own field without b=.

    Args:
        message: The message.
        names: h= in lower case.
        way: The header's canonicalisation.
        field: The signature's own field.

    Returns:
        The octets.
    """
    value = taglist.emptied(field.value, b"b")
    own = Field(raw=field.raw[: -2 - len(field.value)] + value + b"\r\n", name=field.name, value=value)
    return b"".join(canonicalization.fields([*signed_fields(message, names), own], way)).removesuffix(b"\r\n")
