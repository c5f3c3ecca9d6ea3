"""The public look at one token: which checks it passes, and what it is worth, for anybody and without credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.errors import Error
from frankmark.protocols.securestamp.channels import ChannelName, Verifier, issuer_of, judge_token
from frankmark.protocols.securestamp.model import Stamp, StampStatus
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.token import Claims, StampToken, parse_token, verify_signature, verify_time

__all__ = ["Examination", "examine_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found. A check that nobody could make is None.

    Attributes:
        valid: Whether everything holds, now.
        reason: The first thing that does not; None when valid.
        signature: Whether a key of the issuer signed it, whatever the key's standing.
        unexpired: Whether it is within its time.
        stamp_known: Whether the ledger has its stamp.
        revoked: Whether that stamp is revoked.
        domain: Whether its domain and owner are the stamp's, and its domain the one asked about, if any was.
        claims: What it says; None when it has no form.
        stamp: The ledger's stamp, if there is one.
    """

    valid: bool
    reason: Reason | None
    signature: bool | None = None
    unexpired: bool | None = None
    stamp_known: bool | None = None
    revoked: bool | None = None
    domain: bool | None = None
    claims: Claims | None = None
    stamp: Stamp | None = None


_NOTHING: Final[Mapping[str, Stamp]] = {}


def examine_token(text: str, verifier: Verifier, domain: str | None = None) -> Examination:
    """Look at a token from all sides, instead of stopping at the first fault.

    Args:
        text: The token.
        verifier: What the verifier knows.
        domain: The domain that it should be for; None when nobody asked about one.

    Returns:
        What was found.
    """
    try:
        token = parse_token(text)
    except Error as wrong:
        return Examination(valid=False, reason=Reason(wrong.code))
    claims = token.claims
    outcome = judge_token(ChannelName.API, text, None, domain or claims.domain, verifier)
    stamp = (verifier.stamps or _NOTHING).get(claims.stamp_id)
    return Examination(
        valid=outcome.reason is None,
        reason=outcome.reason,
        signature=_signature(token, verifier),
        unexpired=_unexpired(claims, verifier.now_s),
        stamp_known=None if verifier.stamps is None else stamp is not None,
        revoked=None if stamp is None else stamp.status(verifier.now_s * 1000) is StampStatus.REVOKED,
        domain=None
        if stamp is None
        else stamp.domain == claims.domain and outcome.reason is not Reason.DOMAIN_MISMATCH,
        claims=claims,
        stamp=stamp,
    )


def _signature(token: StampToken, verifier: Verifier) -> bool | None:
    issuer = issuer_of(token, verifier)
    if issuer is None or issuer in verifier.unreachable:
        return None
    try:
        verify_signature(token, verifier.issuers[issuer])
    except Error:
        return False
    return True


def _unexpired(claims: Claims, now_s: int) -> bool:
    try:
        verify_time(claims, now_s)
    except Error:
        return False
    return True
