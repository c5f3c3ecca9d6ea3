"""The evidence file: what anybody needs to compute a score again, offline, and the hash that names it.

::

    {algorithm, target, mode, signals[{name, value, source, observedAt}], ml?, lists}
    evidenceHash = SHA-256(JCS(the file))                                       64 lower hex

``lists`` holds what is no signal: block lists, look-alikes, campaigns, the channels' outcomes, revocation, override,
and why a signal is unavailable. Every member is always there, except ``ml``. The page for implementers is
``specs/trust-score.md``.
"""

from typing import Final

from frankmark.foundation import canonical, digest
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.members import Members
from frankmark.foundation.timestamps import parse_rfc3339, rfc3339
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult
from frankmark.protocols.securestamp.evidence import BlockList, Confirmed, Evidence, Lists, Lookalike, Signal
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.signals import Mode, SignalName

__all__ = [
    "evidence_bytes",
    "evidence_from_json",
    "evidence_hash",
    "evidence_json",
    "lists_json",
    "parse_evidence",
    "signal_json",
]

LARGEST: Final = 65_536
DEEPEST: Final = 6
MOST_SIGNALS: Final = 16


def signal_json(signal: Signal) -> dict[str, Json]:
    """Render a signal: ``{name, value, source, observedAt}``."""
    return {
        "name": signal.name.value,
        "value": signal.value,
        "source": signal.source,
        "observedAt": None if signal.observed_ms is None else rfc3339(signal.observed_ms),
    }


def lists_json(evidence: Evidence) -> dict[str, Json]:
    """Render the lists, every member always there; ``unavailable`` says why a signal is not present."""
    lists = evidence.lists
    similar: Json = None
    if lists.lookalike is not None:
        similar = {"target": lists.lookalike.target, "confidence": lists.lookalike.confidence}
    return {
        "blocked": [each.value for each in lists.blocked],
        "campaign": lists.campaign,
        "channels": {
            outcome.channel.value: {
                "result": outcome.result.value,
                "reason": outcome.reason.value if outcome.reason else None,
                "stampId": outcome.stamp_id,
            }
            for outcome in lists.channels
        },
        "confirmed": lists.confirmed.value if lists.confirmed else None,
        "conflict": lists.conflict,
        "kyb": lists.kyb,
        "lookalike": similar,
        "missing": lists.missing,
        "notarised": lists.notarised,
        "override": lists.override,
        "revoked": lists.revoked.value if lists.revoked else None,
        "unavailable": {signal.name.value: signal.reason.value for signal in evidence.signals if signal.reason},
    }


def evidence_json(evidence: Evidence) -> dict[str, Json]:
    """Render evidence as the JSON object that is hashed and kept."""
    body: dict[str, Json] = {
        "algorithm": evidence.algorithm,
        "target": evidence.target,
        "mode": evidence.mode.value,
        "signals": [signal_json(signal) for signal in evidence.signals],
        "lists": lists_json(evidence),
    }
    return body | ({"ml": signal_json(evidence.ml)} if evidence.ml else {})


def evidence_bytes(evidence: Evidence) -> bytes:
    """Render evidence as its canonical octets (RFC 8785)."""
    return canonical.dump(evidence_json(evidence))


def evidence_hash(evidence: Evidence) -> str:
    """Name evidence: SHA-256 of its canonical octets, 64 lower-case hexadecimal digits."""
    return digest.sha256(evidence_bytes(evidence)).hex()


def parse_evidence(data: bytes) -> Evidence:
    """Read an evidence file.

    Args:
        data: JSON of at most 65,536 octets, in any layout.

    Returns:
        The evidence; its `evidence_json` equals what the file holds.

    Raises:
        Malformed: EVIDENCE_MALFORMED, ALGORITHM_UNKNOWN.
    """
    try:
        value = canonical.load(data, max_bytes=LARGEST, max_depth=DEEPEST)
    except Error as wrong:
        raise Malformed(Reason.EVIDENCE_MALFORMED, f"not JSON: {wrong.detail}") from wrong
    return evidence_from_json(value)


def evidence_from_json(value: Json) -> Evidence:
    """Read the object of an evidence file.

    Args:
        value: As `canonical.load` gives it.

    Returns:
        The evidence.

    Raises:
        Malformed: EVIDENCE_MALFORMED, ALGORITHM_UNKNOWN.
    """
    members = Members(value, what="the evidence", code=Reason.EVIDENCE_MALFORMED)
    lists = members.object("lists")
    why = lists.object("unavailable")
    evidence = Evidence(
        algorithm=members.text("algorithm"),
        target=members.text("target"),
        mode=members.word("mode", Mode),
        signals=tuple(_signal(each, why) for each in members.list("signals", MOST_SIGNALS)),
        ml=_signal(members.take("ml"), None) if members.has("ml") else None,
        lists=_lists(lists),
    )
    why.end()
    members.end()
    if evidence_json(evidence) != value:
        raise members.fault("writes each time as RFC 3339 does in UTC, without a fraction of zero")
    return evidence


def _signal(value: Json, why: Members | None) -> Signal:
    members = Members(value, what="a signal", code=Reason.EVIDENCE_MALFORMED)
    name = members.word("name", SignalName)
    observed, worth = members.take("observedAt"), members.take("value")
    if not isinstance(worth, str) and type(worth) is not int:
        raise members.fault("has a word or an integer as its value")
    signal = Signal(
        name=name,
        value=worth,
        source=members.text("source"),
        observed_ms=None if observed is None else _moment(observed, members),
        reason=why.word(name, Reason) if why is not None and why.has(name) else None,
    )
    members.end()
    return signal


def _moment(value: Json, members: Members) -> int:
    if isinstance(value, str):
        try:
            return parse_rfc3339(value)
        except Malformed as wrong:
            raise members.fault("has a time of RFC 3339 as observedAt") from wrong
    raise members.fault("has a time or null as observedAt")


def _lists(members: Members) -> Lists:
    override = members.take("override")
    if override is not None and type(override) is not int:
        raise members.fault("has a score or null as override")
    channels = members.object("channels")
    lists = Lists(
        blocked=tuple(_block_list(each, members) for each in members.list("blocked", len(BlockList))),
        channels=tuple(_outcome(name, channels.object(name)) for name in ChannelName if channels.has(name)),
        lookalike=_lookalike(members.take("lookalike")),
        confirmed=members.word_or_none("confirmed", Confirmed),
        campaign=members.truth("campaign"),
        conflict=members.truth("conflict"),
        missing=members.truth("missing"),
        revoked=members.word_or_none("revoked", RevocationReason),
        override=override,
        notarised=members.truth("notarised"),
        kyb=members.truth("kyb"),
    )
    channels.end()
    members.end()
    return lists


def _block_list(value: Json, members: Members) -> BlockList:
    if not isinstance(value, str) or value not in set(BlockList):
        raise members.fault(f"has blocked out of {', '.join(BlockList)}")
    return BlockList(value)


def _outcome(name: ChannelName, members: Members) -> ChannelOutcome:
    stamp_id = members.take("stampId")
    if stamp_id is not None and not isinstance(stamp_id, str):
        raise members.fault("has a string or null as stampId")
    outcome = ChannelOutcome(
        channel=name,
        result=members.word("result", ChannelResult),
        reason=members.word_or_none("reason", Reason),
        stamp_id=stamp_id,
    )
    members.end()
    return outcome


def _lookalike(value: Json) -> Lookalike | None:
    if value is None:
        return None
    members = Members(value, what="a look-alike", code=Reason.EVIDENCE_MALFORMED)
    found = Lookalike(target=members.text("target"), confidence=members.number("confidence"))
    members.end()
    return found
