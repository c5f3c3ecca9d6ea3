"""A brand's statement: the signature that alone can confirm a counter-stamp (type ``SSCT-counterstamp``).

::

    payload   {"core":<core hash>,"to":"confirmed","version":<version it moves from>,"log":<node origin>,"iat":…}

It holds for one counter-stamp, one version and one node. The move raises the version, so it is used once.
"""

import re
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Unverified
from frankmark.foundation.jws import Jws
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.members import Members
from frankmark.protocols.signal import signed
from frankmark.protocols.signal.counterstamp import CounterStamp, core_hash
from frankmark.protocols.signal.model import State
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.signed import ObjectType

__all__ = ["FRESH_S", "SKEW_S", "SignedStatement", "Statement", "read", "sign", "verify"]

FRESH_S: Final = 7 * 86_400
SKEW_S: Final = 300
LONGEST: Final = 4_096
_LATEST_S: Final = 253_402_300_799
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a brand states.

    Attributes:
        core: Hash of the counter-stamp's core, lower hex.
        version: The version that it moves from.
        log: Origin of the node's log.
        iat: When it was signed, seconds since the epoch.
    """

    core: str
    version: int
    log: str
    iat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStatement:
    """A statement that has the form; `verify` says whether it holds.

    Attributes:
        statement: What it states.
        key: The key in its header.
        parts: Its signed parts.
    """

    statement: Statement
    key: P256PublicKey
    parts: Jws


def sign(statement: Statement, key: P256PrivateKey) -> str:
    """Sign a statement with the brand's key.

    Args:
        statement: What the brand states.
        key: The key of its newest perimeter.

    Returns:
        The compact serialisation.
    """
    return signed.sign_as_brand(_json(statement), ObjectType.COUNTERSTAMP, key, most=LONGEST)


def read(text: str) -> SignedStatement:
    """Read a signed statement, believing nothing.

    Args:
        text: The compact serialisation, at most 4,096 characters.

    Returns:
        The statement.

    Raises:
        Malformed: TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, COUNTERSTAMP_MALFORMED.
        Unverified: BRAND_KEY_MISMATCH when the kid is not the thumbprint of the key beside it.
    """
    parts, key = signed.by_brand(text, ObjectType.COUNTERSTAMP, most=LONGEST)
    code = SignalReason.COUNTERSTAMP_MALFORMED
    members = Members(signed.payload_of(parts, code), what="a statement", code=code)
    statement = Statement(
        core=members.text("core"),
        version=members.number("version"),
        log=members.text("log"),
        iat=members.number("iat"),
    )
    if members.text("to") != State.CONFIRMED.value:
        raise members.fault("has to: confirmed")
    members.end()
    if not (_HEX64.fullmatch(statement.core) and statement.log and statement.version >= 1):
        raise members.fault("has core, 64 lower-case hexadecimal digits, a log and a version from 1 on")
    if not 0 <= statement.iat <= _LATEST_S:
        raise members.fault("has iat in seconds since the epoch")
    return SignedStatement(statement=statement, key=key, parts=parts)


def verify(document: SignedStatement, case: CounterStamp, *, jkt: str, log: str, now_s: int) -> None:
    """Check that a statement confirms a counter-stamp as it stands, here and now.

    Args:
        document: The statement.
        case: The counter-stamp.
        jkt: Thumbprint of the key of the brand's newest perimeter.
        log: Origin of this node's log.
        now_s: The time, seconds since the epoch.

    Raises:
        Unverified: BRAND_KEY_MISMATCH, SIGNATURE_FALSE; STATEMENT_MISMATCH for another core, version or node;
            STATEMENT_TIME when it is older than seven days, from the future, or from a dispute not later than that.
    """
    if document.key.thumbprint() != jkt:
        raise Unverified(SignalReason.BRAND_KEY_MISMATCH, "signed with another key than the brand's perimeter")
    signed.verify_by_brand(document.parts, document.key)
    stated = document.statement
    if (stated.core, stated.version, stated.log) != (core_hash(case.core), case.version, log):
        raise Unverified(SignalReason.STATEMENT_MISMATCH, "the brand signed about another core, version or node")
    if not now_s - FRESH_S <= stated.iat <= now_s + SKEW_S:
        raise Unverified(SignalReason.STATEMENT_TIME, "signed within the last seven days, and not in the future")
    if case.state is State.DISPUTED and stated.iat <= (case.disputed_at_s or 0):
        raise Unverified(SignalReason.STATEMENT_TIME, "signed after the dispute began")


def _json(statement: Statement) -> dict[str, Json]:
    return {
        "core": statement.core,
        "to": State.CONFIRMED.value,
        "version": statement.version,
        "log": statement.log,
        "iat": statement.iat,
    }
