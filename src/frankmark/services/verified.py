"""Stamp tokens verified once: a signature is checked the first time, everything that can change is checked every time.

What is remembered is arithmetic: that a text has the form of a token, what it claims, and which key of a set signed it.
None of that ever becomes another truth. The keys and their standing come with the set that the caller hands over, the
time with the caller's clock, and the stamp's standing with the caller's own reading of the ledger; nothing of the three
is kept, so there is nothing to invalidate::

    tokens = VerifiedTokens()
    token = tokens.verify(text, keys, now_s)                  # as verify_token: form, signature, key, time
    token = tokens.verify(text, keys, now_s, stamps=by_id)    # and what the ledger says of its stamp

Only what an active key of an issuer has signed is kept, so that strangers cannot fill the memory with what they invent.
"""

from collections.abc import Mapping
from typing import Final

from frankmark.foundation.errors import Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.kept import Kept
from frankmark.protocols.securestamp.channels import ledger_fault
from frankmark.protocols.securestamp.model import Stamp
from frankmark.protocols.securestamp.token import SKEW_S, StampToken, VerifiedToken, verify_time, verify_token

__all__ = ["VerifiedTokens"]

CAPACITY: Final = 16_384


class VerifiedTokens:
    """Verifies tokens, and remembers those that an issuer's active key has signed.

    Args:
        capacity: The most tokens to remember; one more drops the least recently used.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._kept: Kept[str, tuple[JwkSet, VerifiedToken]] = Kept(capacity)

    def verify(
        self, token: str | StampToken, keys: JwkSet, now_s: int, *, stamps: Mapping[str, Stamp] | None = None
    ) -> VerifiedToken:
        """Verify a token: form, signature, the key's standing, time; and the ledger, where it is at hand.

        Args:
            token: The token.
            keys: All keys of the issuing node, as they stand now.
            now_s: The time, seconds since the epoch.
            stamps: The ledger's stamps by stamp id, as they stand now; None to judge the token by itself.

        Returns:
            The token, verified.

        Raises:
            Malformed: As `verify_token`.
            Unverified: As `verify_token`; STAMP_UNKNOWN, STAMP_MISMATCH, STAMP_REVOKED, STAMP_EXPIRED by the ledger.
        """
        text = token if isinstance(token, str) else token.text
        kept = self._kept.get(text, now_s)
        if kept is not None and (kept[0] is keys or kept[0] == keys):
            verified = kept[1]
            verify_time(verified.claims, now_s)
        else:
            verified = verify_token(token, keys, now_s)
            self._kept.put(text, (keys, verified), verified.claims.exp + SKEW_S)
        fault = None if stamps is None else ledger_fault(verified, stamps, now_s)
        if fault is not None:
            raise Unverified(fault, "the ledger's stamp does not bear the token out")
        return verified

    def __len__(self) -> int:
        return len(self._kept)
