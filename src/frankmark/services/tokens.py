"""Channels judged once: the outcome of a token is kept as long as all that it rests on stays the same.

A signature costs fifty microseconds to verify, and the same record or header comes again with every message of a
sender. An outcome is taken from memory only if the pinned keys are equal, the ledger's stamps that it names are equal
(so a revocation is seen at once), and no instant has passed at which it could change: the token's end, its beginning,
the end of a stamp.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from frankmark.foundation.errors import Error
from frankmark.foundation.kept import Kept
from frankmark.protocols.securestamp.channels import (
    ChannelName,
    ChannelOutcome,
    ChannelResult,
    Verifier,
    judge_header,
    judge_publication,
    judge_token,
)
from frankmark.protocols.securestamp.header import one_header
from frankmark.protocols.securestamp.model import EXPIRING_MS, Stamp, StampStatus
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import Publication
from frankmark.protocols.securestamp.token import SKEW_S, Claims, parse_token

__all__ = ["UNASKED", "ChannelJudge", "claims_of", "next_edge_s"]

CAPACITY = 16_384
LONGEST_S = 3_600
UNASKED = ChannelOutcome(channel=ChannelName.HEADER, result=ChannelResult.UNCHECKED)
"""Nothing was brought, so there is nothing to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    verifier: Verifier
    claims: tuple[Claims, ...]
    stamps: tuple[Stamp | None, ...]
    until_s: int
    outcome: ChannelOutcome

    def holds(self, verifier: Verifier) -> bool:
        """Whether another verifier, told what it was told, must come to the same outcome."""
        return (
            self.verifier.now_s <= verifier.now_s < self.until_s
            and self.verifier.issuers == verifier.issuers
            and self.verifier.unreachable == verifier.unreachable
            and (self.verifier.stamps is None) == (verifier.stamps is None)
            and self.stamps == _stamps(self.claims, verifier)
        )


class ChannelJudge:
    """Judges what channels bring, and remembers.

    Args:
        capacity: The most outcomes to keep.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._kept: Kept[Hashable, _Judged] = Kept(capacity)

    def token(self, channel: ChannelName, text: str, domain: str, verifier: Verifier) -> ChannelOutcome:
        """As `judge_token`, for a token without URL."""
        return self._judged(
            (channel, text, domain),
            (text,),
            verifier,
            lambda: judge_token(channel, text, None, domain, verifier),
        )

    def publication(self, publication: Publication, domain: str, verifier: Verifier) -> ChannelOutcome:
        """As `judge_publication`."""
        return self._judged(
            (publication, domain),
            (record.url.token for record in publication.records),
            verifier,
            lambda: judge_publication(publication, domain, verifier),
        )

    def header(self, values: Sequence[bytes], senders: Sequence[str], verifier: Verifier) -> ChannelOutcome:
        """As `judge_header`."""
        return self._judged(
            (tuple(values), tuple(senders)),
            _header_tokens(values, senders),
            verifier,
            lambda: judge_header(values, senders, verifier),
        )

    def shown(self, token: str | None, stamp_id: str | None, domain: str, verifier: Verifier) -> ChannelOutcome:
        """Judge a token and a stamp id that a message brought, as far as a server can.

        Args:
            token: The token; None without.
            stamp_id: The stamp id; None without. A bare id proves nothing, but it can contradict.
            domain: A-labels.
            verifier: Keys, ledger and time.

        Returns:
            The outcome of the header's channel.
        """
        outcome = UNASKED if token is None else self.token(ChannelName.HEADER, token, domain, verifier)
        reason = None if stamp_id is None else _contradiction(stamp_id, outcome, verifier)
        return outcome if reason is None else replace(outcome, result=ChannelResult.FAIL, reason=reason)

    def _judged(
        self, key: Hashable, tokens: Iterable[str], verifier: Verifier, judge: Callable[[], ChannelOutcome]
    ) -> ChannelOutcome:
        kept = self._kept.get(key, verifier.now_s)
        if kept is not None and kept.holds(verifier):
            return kept.outcome
        outcome = judge()
        claims = tuple(claims_of(tokens))
        stamps = _stamps(claims, verifier)
        edge = next_edge_s(claims, stamps, verifier.now_s)
        until_s = verifier.now_s if edge is None else min(edge, verifier.now_s + LONGEST_S)
        judged = _Judged(verifier=verifier, claims=claims, stamps=stamps, until_s=until_s, outcome=outcome)
        self._kept.put(key, judged, until_s)
        return outcome


def _contradiction(stamp_id: str, outcome: ChannelOutcome, verifier: Verifier) -> Reason | None:
    """What is wrong with a stamp id that was named."""
    if outcome.stamp_id is not None:
        return None if outcome.reason is not None or outcome.stamp_id == stamp_id else Reason.STAMP_MISMATCH
    if verifier.stamps is None:
        return None
    stamp = verifier.stamps.get(stamp_id)
    if stamp is None:
        return Reason.STAMP_UNKNOWN
    match stamp.status(verifier.now_s * 1000):
        case StampStatus.REVOKED:
            return Reason.STAMP_REVOKED
        case StampStatus.EXPIRED:
            return Reason.STAMP_EXPIRED
        case StampStatus.ACTIVE:
            return None


def _header_tokens(values: Sequence[bytes], senders: Sequence[str]) -> Iterator[str]:
    try:
        header = one_header(values, len(senders))
    except Error:
        return
    if header is not None:
        yield header.token


def claims_of(tokens: Iterable[str]) -> Iterator[Claims]:
    """What tokens claim; those that have not the form claim nothing."""
    for text in tokens:
        try:
            yield parse_token(text).claims
        except Error:
            continue


def _stamps(claims: Sequence[Claims], verifier: Verifier) -> tuple[Stamp | None, ...]:
    known = verifier.stamps or {}
    return tuple(known.get(each.stamp_id) for each in claims)


def next_edge_s(claims: Iterable[Claims], stamps: Iterable[Stamp | None], now_s: int) -> int | None:
    """The next instant at which tokens or stamps may come to stand otherwise by themselves.

    Args:
        claims: What the tokens claim.
        stamps: The stamps; None for one that nobody knows.
        now_s: The time, seconds since the epoch.

    Returns:
        Seconds since the epoch; None if time changes nothing any more.
    """
    return min((edge for edge in _edges(claims, stamps) if edge > now_s), default=None)


def _edges(claims: Iterable[Claims], stamps: Iterable[Stamp | None]) -> Iterator[int]:
    for each in claims:
        yield each.exp + SKEW_S
        if each.iat is not None:
            yield each.iat - SKEW_S
    for stamp in stamps:
        if stamp is not None:
            yield (stamp.expires_ms - EXPIRING_MS) // 1000 + 1
            yield -(-stamp.expires_ms // 1000)
