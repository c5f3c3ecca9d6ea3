"""Channels judged once: the outcome of a token is kept as long as all that it rests on stays the same.

A signature costs fifty microseconds to verify, and the same record or header comes again with every message of a
sender. An outcome is taken from memory only if the pinned keys are equal, the ledger's stamps that it names are equal
(so a revocation is seen at once), and no instant has passed at which it could change: the token's end, its beginning,
the end of a stamp.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from frankmark.foundation.errors import Error
from frankmark.foundation.kept import Kept
from frankmark.protocols.securestamp.channels import (
    ChannelName,
    ChannelOutcome,
    Verifier,
    judge_header,
    judge_publication,
    judge_token,
)
from frankmark.protocols.securestamp.header import one_header
from frankmark.protocols.securestamp.model import Stamp
from frankmark.protocols.securestamp.record import Publication
from frankmark.protocols.securestamp.token import SKEW_S, Claims, parse_token

__all__ = ["ChannelJudge"]

CAPACITY = 16_384
LONGEST_S = 3_600


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

    def _judged(
        self, key: Hashable, tokens: Iterable[str], verifier: Verifier, judge: Callable[[], ChannelOutcome]
    ) -> ChannelOutcome:
        kept = self._kept.get(key, verifier.now_s)
        if kept is not None and kept.holds(verifier):
            return kept.outcome
        outcome = judge()
        claims = tuple(_claims(tokens))
        stamps = _stamps(claims, verifier)
        until_s = min((edge for edge in _edges(claims, stamps) if edge > verifier.now_s), default=verifier.now_s)
        until_s = min(until_s, verifier.now_s + LONGEST_S)
        judged = _Judged(verifier=verifier, claims=claims, stamps=stamps, until_s=until_s, outcome=outcome)
        self._kept.put(key, judged, until_s)
        return outcome


def _header_tokens(values: Sequence[bytes], senders: Sequence[str]) -> Iterator[str]:
    try:
        header = one_header(values, len(senders))
    except Error:
        return
    if header is not None:
        yield header.token


def _claims(tokens: Iterable[str]) -> Iterator[Claims]:
    for text in tokens:
        try:
            yield parse_token(text).claims
        except Error:
            continue


def _stamps(claims: Sequence[Claims], verifier: Verifier) -> tuple[Stamp | None, ...]:
    known = verifier.stamps or {}
    return tuple(known.get(each.stamp_id) for each in claims)


def _edges(claims: Sequence[Claims], stamps: Sequence[Stamp | None]) -> Iterator[int]:
    """The instants, in seconds, at which an outcome may change by itself."""
    for each in claims:
        yield each.exp + SKEW_S
        if each.iat is not None:
            yield each.iat - SKEW_S
    for stamp in stamps:
        if stamp is not None:
            yield -(-stamp.expires_ms // 1000)
