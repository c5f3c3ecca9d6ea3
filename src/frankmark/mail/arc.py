"""Validation of Authenticated Received Chains (RFC 8617 §5.2), told the DNS answers and the time.

A chain that passes says that the handlers named in its seals passed the message on, and what each of them found. It
says nothing about whether any of them deserves belief: that is for whoever configures trusted sealers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.dns import Lookup, Question
from frankmark.foundation.errors import Malformed
from frankmark.mail import canonicalization, taglist
from frankmark.mail.arc_set import ArcReason, ArcSet, ChainValue, collect
from frankmark.mail.canonicalization import BodyHashes, Canonicalization
from frankmark.mail.dkim import judge, try_keys, usable_keys
from frankmark.mail.dkim_key import FetchedKeys, KeyCache, fetch_keys, key_question
from frankmark.mail.dkim_reasons import DkimReason
from frankmark.mail.dkim_signature import Signature
from frankmark.mail.message import Field, Message

__all__ = ["ArcOutcome", "ArcReason", "ArcResult", "validate_chain"]


class ArcResult(StrEnum):
    """RFC 8617 §4.4 and §10.1; `temperror` is ours, for a key that could not be fetched."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 (the word of RFC 8617)
    FAIL = "fail"
    TEMPERROR = "temperror"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcOutcome:
    """What validation found about a chain.

    Attributes:
        reason: Why the result is what it is.
        sets: The chain from instance 1 to the last; empty if it could not be read.
        instance: The set that the reason is about; 0 if it is about none.
        cause: What is wrong with that set's signature; None if that is not the reason.
        unsigned_octets: How many octets of the body the last ARC-Message-Signature leaves open by its l=.
    """

    reason: ArcReason
    sets: tuple[ArcSet, ...] = ()
    instance: int = 0
    cause: DkimReason | None = None
    unsigned_octets: int = 0

    @property
    def result(self) -> ArcResult:
        """The chain's validation status."""
        special = {
            ArcReason.ARC_ABSENT: ArcResult.NONE,
            ArcReason.ARC_VERIFIED: ArcResult.PASS,
            ArcReason.ARC_KEY_UNAVAILABLE: ArcResult.TEMPERROR,
        }
        return special.get(self.reason, ArcResult.FAIL)


def validate_chain(message: Message, *, now_s: int, cache: KeyCache | None = None) -> Lookup[ArcOutcome]:
    """Validate the chain of a message.

    Args:
        message: The message.
        now_s: Seconds since the Unix epoch.
        cache: Parsed keys, to be handed in again with the next message.

    Returns:
        The outcome; `none` for a message without ARC fields.
    """
    try:
        sets = collect(message)
    except Malformed as error:
        return ArcOutcome(reason=ArcReason(error.code))
    if not sets:
        return ArcOutcome(reason=ArcReason.ARC_ABSENT)
    wrong = _chain_values(sets)
    if wrong is not None:
        return wrong
    return (yield from _signatures(message, sets, now_s, KeyCache() if cache is None else cache))


def _chain_values(sets: tuple[ArcSet, ...]) -> ArcOutcome | None:
    """RFC 8617 §5.2 steps 2 and 3."""
    if sets[-1].chain_value is ChainValue.FAIL:
        return ArcOutcome(reason=ArcReason.ARC_CHAIN_FAILED_BEFORE, sets=sets, instance=sets[-1].instance)
    for each in sets:
        if each.chain_value is not (ChainValue.NONE if each.instance == 1 else ChainValue.PASS):
            return ArcOutcome(reason=ArcReason.ARC_CHAIN_VALUE, sets=sets, instance=each.instance)
    return None


def _signatures(message: Message, sets: tuple[ArcSet, ...], now_s: int, cache: KeyCache) -> Lookup[ArcOutcome]:
    """RFC 8617 §5.2 steps 4 and 6: the last message signature, then every seal from the last to the first."""
    asked: dict[Question, FetchedKeys] = {}
    last = sets[-1]
    cause, beyond = _expired(last.message_signature, now_s), 0
    if cause is None:
        keys = yield from _keys(last.message_signature, asked, cache)
        outcome = judge(message, last.message_signature, BodyHashes(message.body), keys)
        cause, beyond = outcome.reason, outcome.unsigned_octets
    if cause is not DkimReason.DKIM_VERIFIED:
        return _failed(ArcReason.ARC_MESSAGE_CHANGED, sets, last.instance, cause)
    sealed = _sealed(sets)
    for each in reversed(sets):
        keys = yield from _keys(each.seal, asked, cache)
        cause = _seal(each.seal, keys, sealed[each.instance])
        if cause is not DkimReason.DKIM_VERIFIED:
            return _failed(ArcReason.ARC_SEAL_BROKEN, sets, each.instance, cause)
    return ArcOutcome(reason=ArcReason.ARC_VERIFIED, sets=sets, instance=last.instance, unsigned_octets=beyond)


def _expired(signature: Signature, now_s: int) -> DkimReason | None:
    expired = signature.expires_at_s is not None and signature.expires_at_s < now_s
    return DkimReason.DKIM_EXPIRED if expired else None


def _keys(signature: Signature, asked: dict[Question, FetchedKeys], cache: KeyCache) -> Lookup[FetchedKeys]:
    question = key_question(signature.selector, signature.domain)
    if question not in asked:
        asked[question] = yield from fetch_keys(signature.selector, signature.domain, cache)
    return asked[question]


def _failed(reason: ArcReason, sets: tuple[ArcSet, ...], instance: int, cause: DkimReason) -> ArcOutcome:
    if cause is DkimReason.DKIM_KEY_UNAVAILABLE:
        reason = ArcReason.ARC_KEY_UNAVAILABLE
    return ArcOutcome(reason=reason, sets=sets, instance=instance, cause=cause)


def _seal(seal: Signature, fetched: FetchedKeys, data: bytes) -> DkimReason:
    keys = usable_keys(seal, fetched)
    return keys if isinstance(keys, DkimReason) else try_keys(keys, seal.octets, data)[0]


def _sealed(sets: Sequence[ArcSet]) -> dict[int, bytes]:
    """What each seal signs (RFC 8617 §5.1.1): all sets up to its own, in order, itself last and without b=."""
    relaxed = Canonicalization.RELAXED
    before = b""
    sealed = {}
    for each in sets:
        seal = each.seal.field
        bare = Field(raw=seal.raw, name=seal.name, value=taglist.emptied(seal.value, b"b"))
        first = canonicalization.field(each.results, relaxed) + canonicalization.field(
            each.message_signature.field, relaxed
        )
        sealed[each.instance] = before + first + canonicalization.field(bare, relaxed).removesuffix(b"\r\n")
        before += first + canonicalization.field(seal, relaxed)
    return sealed
