"""Whether something was signed while its key still counted.

A time inside a signed object proves nothing: whoever holds the key can write any. Under a key that is retired or
compromised only a log can tell, by an inclusion proof under a head that witnesses cosigned before the key's time ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from frankmark.foundation.errors import Error, Unverified
from frankmark.foundation.jwks import Jwk
from frankmark.foundation.merkle import leaf_hash
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["LogTrust", "TimeProof", "verify_key_time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTrust:
    """Whom a verifier believes about a log; pinned beforehand, never taken from what is verified.

    Attributes:
        origin: The log's name.
        log_keys: Keys of the log.
        witnesses: Cosignature keys that count.
        quorum: How many of them are asked for; at least one always is.
    """

    origin: str
    log_keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...]
    quorum: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeProof:
    """A proof that a log held something, and whom to believe about that log.

    Attributes:
        proof: The inclusion proof with its cosigned head.
        trust: Pinned keys.
    """

    proof: TlogProof
    trust: LogTrust


def verify_key_time(keys: Iterable[Jwk], leaf: bytes, time: TimeProof | None) -> None:
    """Check that something existed before the first of its keys stopped counting.

    Args:
        keys: Every key that it rests on.
        leaf: The leaf that the log holds for it.
        time: The proof; not needed while all keys are active.

    Raises:
        Unverified: KEY_TIME_UNPROVEN.
    """
    ends = [key.counts_until_ms for key in keys if key.counts_until_ms is not None]
    if not ends:
        return
    if time is None or _witnessed_before(min(ends), leaf, time) < max(1, time.trust.quorum):
        raise Unverified(
            SignalReason.KEY_TIME_UNPROVEN, "its key has ended, and no witnessed head proves that it was signed before"
        )


def _witnessed_before(end_ms: int, leaf: bytes, time: TimeProof) -> int:
    """How many witnesses saw the leaf before a time, milliseconds since the epoch."""
    trust = time.trust
    try:
        cosigned = time.proof.verify(
            leaf_hash(leaf),
            origin=trust.origin,
            log_keys=trust.log_keys,
            witnesses=trust.witnesses,
            quorum=trust.quorum,
        )
    except Error:
        return 0
    return sum(0 < time_s * 1000 < end_ms for time_s in cosigned.values())
