"""The three channels that can carry a stamp, and what each of them said (DNS record, message header, registry).

A channel's outcome names the channel, and holds everything that the score's rules and a reader need: `judge_token` is
the one place where a token, whichever channel brought it, is held against keys, ledger and domain.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.protocols.securestamp.header import StampHeader, one_header
from frankmark.protocols.securestamp.model import Stamp, StampStatus
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import Publication, Published, StampRecord
from frankmark.protocols.securestamp.taglist import VerifyUrl
from frankmark.protocols.securestamp.token import StampToken, VerifiedToken, parse_token, verify_domain, verify_token

__all__ = [
    "ChannelName",
    "ChannelOutcome",
    "ChannelResult",
    "Verifier",
    "issuer_of",
    "judge_header",
    "judge_publication",
    "judge_registry",
    "judge_token",
    "ledger_fault",
]


class ChannelName(StrEnum):
    """Which way a stamp came."""

    DNS = "dns"
    HEADER = "header"
    API = "api"


class ChannelResult(StrEnum):
    """What came of it, in the words of RFC 8601 where they fit."""

    PASS = "pass"  # noqa: S105  (a result, no secret)
    FAIL = "fail"  # something is claimed that does not hold
    NONE = "none"  # nothing is claimed, or nothing that this verifier could judge
    PERMERROR = "permerror"  # what is published does not have the form
    TEMPERROR = "temperror"  # the question was not answered
    UNCHECKED = "unchecked"  # there was nothing to ask: a domain has no header


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOutcome:
    """What one channel said.

    Attributes:
        channel: Which.
        result: What came of it.
        reason: Why, unless it passed or there is nothing; a warning when it passed.
        stamp_id: The stamp that it names, if any.
    """

    channel: ChannelName
    result: ChannelResult
    reason: Reason | None = None
    stamp_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """What a verifier was told before it looked at anything.

    Attributes:
        issuers: Keys by issuer, as pinned in the trust file: base URL without final slash → key set.
        unreachable: Issuers that are pinned, and whose keys cannot be had now.
        stamps: The ledger's stamps by stamp id, as far as they can matter here; None when no ledger is at hand, and a
            token is then judged by itself.
        now_s: The time, seconds since the epoch.
        verify: As `verify_token`, which it is unless something that remembers signatures takes its place.
    """

    issuers: Mapping[str, JwkSet]
    now_s: int
    stamps: Mapping[str, Stamp] | None
    unreachable: frozenset[str] = frozenset()
    verify: Callable[[StampToken, JwkSet, int], VerifiedToken] = field(default=verify_token, compare=False, repr=False)


# A reason that proves nothing against anybody: this verifier knows too little to judge.
_UNJUDGED: Final = frozenset({Reason.ISSUER_NOT_PINNED})
_STANDING: Final = {
    StampStatus.ACTIVE: None,
    StampStatus.REVOKED: Reason.STAMP_REVOKED,
    StampStatus.EXPIRED: Reason.STAMP_EXPIRED,
}


def judge_token(
    channel: ChannelName, text: str, url: VerifyUrl | None, domain: str, verifier: Verifier
) -> ChannelOutcome:
    """Judge a token that a channel brought.

    Args:
        channel: Which.
        text: The token.
        url: The verify URL beside it, if there is one.
        domain: The domain that it should be for.
        verifier: What the verifier knows.

    Returns:
        `PASS`, `FAIL` with the reason, or `NONE` with `ISSUER_NOT_PINNED`.
    """
    stamp_id: str | None = None
    try:
        token = parse_token(text)
        stamp_id = token.claims.stamp_id
        reason = _first_fault(token, url, domain, verifier)
    except Error as wrong:
        reason = Reason(wrong.code)
    if reason is None:
        return ChannelOutcome(channel=channel, result=ChannelResult.PASS, stamp_id=stamp_id)
    result = ChannelResult.NONE if reason in _UNJUDGED else ChannelResult.FAIL
    return ChannelOutcome(channel=channel, result=result, reason=reason, stamp_id=stamp_id)


def _first_fault(token: StampToken, url: VerifyUrl | None, domain: str, verifier: Verifier) -> Reason | None:
    """The first thing about a token that does not hold; what a signature can settle comes before what it cannot."""
    issuer = issuer_of(token, verifier)
    if issuer is None:
        return Reason.ISSUER_NOT_PINNED
    if issuer in verifier.unreachable:
        return Reason.KEY_UNREACHABLE
    verified = verifier.verify(token, verifier.issuers[issuer], verifier.now_s)
    if url is not None and url.origin not in verifier.issuers:
        return Reason.UNTRUSTED_ISSUER
    verify_domain(token.claims, domain)
    return None if verifier.stamps is None else ledger_fault(verified, verifier.stamps, verifier.now_s)


def issuer_of(token: StampToken, verifier: Verifier) -> str | None:
    """Find the pinned issuer that a token is from.

    Args:
        token: The token; one without ``iss`` is placed by its key's id, else by its stamp, else by being pinned alone.
        verifier: What the verifier knows.

    Returns:
        The issuer, or None when none of the pinned ones can be it.
    """
    pinned = verifier.issuers.keys() | verifier.unreachable
    if token.claims.iss:
        issuer = token.claims.iss.rstrip("/")
        return issuer if issuer in pinned else None
    kid = token.jws.header.kid
    if kid is not None:
        return next((issuer for issuer, keys in verifier.issuers.items() if keys.get(kid)), None)
    stamp = (verifier.stamps or {}).get(token.claims.stamp_id)
    if stamp is not None and stamp.issuer in pinned:
        return stamp.issuer
    return next(iter(pinned)) if len(pinned) == 1 else None


def ledger_fault(token: VerifiedToken, stamps: Mapping[str, Stamp], now_s: int) -> Reason | None:
    """What the ledger holds against a token.

    Args:
        token: The token, verified.
        stamps: The ledger's stamps by stamp id.
        now_s: The time, seconds since the epoch.

    Returns:
        `STAMP_UNKNOWN`, `STAMP_MISMATCH`, `STAMP_REVOKED` or `STAMP_EXPIRED`; None if the stamp is active and the same.
    """
    stamp = stamps.get(token.claims.stamp_id)
    if stamp is None:
        return Reason.STAMP_UNKNOWN
    claimed = (token.claims.domain, token.claims.org_id or stamp.org_id, token.key.node_id)
    if claimed != (stamp.domain, stamp.org_id, stamp.node_id):
        return Reason.STAMP_MISMATCH
    return _STANDING[stamp.status(now_s * 1000)]


def judge_publication(publication: Publication, domain: str, verifier: Verifier) -> ChannelOutcome:
    """Judge what a domain publishes in the DNS.

    Each record stands alone. Of those that pass the newest stamp counts; if none passes, the first record speaks.

    Args:
        publication: What was found.
        domain: The domain that publishes.
        verifier: What the verifier knows.

    Returns:
        The outcome of the channel.
    """
    if publication.result is Published.FOUND:
        return _newest([_judge_record(record, domain, verifier) for record in publication.records], verifier)
    return ChannelOutcome(
        channel=ChannelName.DNS, result=ChannelResult(publication.result.value), reason=publication.reason
    )


def _judge_record(record: StampRecord, domain: str, verifier: Verifier) -> ChannelOutcome:
    outcome = judge_token(ChannelName.DNS, record.url.token, record.url, domain, verifier)
    if outcome.stamp_id not in {None, record.stamp_id}:
        return ChannelOutcome(
            channel=ChannelName.DNS,
            result=ChannelResult.PERMERROR,
            reason=Reason.STAMP_MISMATCH,
            stamp_id=record.stamp_id,
        )
    return outcome


def _newest(outcomes: Sequence[ChannelOutcome], verifier: Verifier) -> ChannelOutcome:
    passed = [outcome for outcome in outcomes if outcome.result is ChannelResult.PASS]
    stamps = verifier.stamps or {}

    def issued(outcome: ChannelOutcome) -> int:
        stamp = stamps.get(outcome.stamp_id or "")
        return stamp.issued_ms if stamp else 0

    return max(passed, key=issued) if passed else outcomes[0]


def judge_header(values: Sequence[bytes], senders: Sequence[str], verifier: Verifier) -> ChannelOutcome:
    """Judge a message's header.

    Args:
        values: The bodies of all its ``X-SecureStamp`` fields.
        senders: The domains of all its From addresses, one an address.
        verifier: What the verifier knows.

    Returns:
        The outcome of the channel; `Reason.VERIFY_MISSING` is a warning when it passed.
    """
    try:
        header: StampHeader | None = one_header(values, len(senders))
    except Error as wrong:
        return ChannelOutcome(channel=ChannelName.HEADER, result=ChannelResult.FAIL, reason=Reason(wrong.code))
    if header is None:
        return ChannelOutcome(channel=ChannelName.HEADER, result=ChannelResult.NONE)
    outcome = judge_token(ChannelName.HEADER, header.token, header.verify, senders[0], verifier)
    if outcome.result is ChannelResult.PASS and header.warnings:
        return ChannelOutcome(
            channel=ChannelName.HEADER,
            result=ChannelResult.PASS,
            reason=header.warnings[0],
            stamp_id=outcome.stamp_id,
        )
    return outcome


def judge_registry(stamps: Iterable[Stamp], domain: str, now_ms: int) -> ChannelOutcome:
    """Judge what the registry holds for a domain.

    Args:
        stamps: The domain's stamps, in any order; those of one address only do not count here.
        domain: The domain as lower-case A-labels.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        `PASS` with the newest active stamp, `FAIL` when the newest is revoked or expired, else `NONE`.
    """
    own = [stamp for stamp in stamps if stamp.domain == domain and not stamp.subject_hash]
    if not own:
        return ChannelOutcome(channel=ChannelName.API, result=ChannelResult.NONE)
    stamp = max(own, key=lambda each: (each.status(now_ms) is StampStatus.ACTIVE, each.issued_ms))
    reason = _STANDING[stamp.status(now_ms)]
    result = ChannelResult.FAIL if reason else ChannelResult.PASS
    return ChannelOutcome(channel=ChannelName.API, result=result, reason=reason, stamp_id=stamp.stamp_id)
