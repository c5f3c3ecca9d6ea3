"""The bodies of the trust routes: ``GET /v1/trust/…``, ``POST /api/trust/check``, ``GET /verify/<token>``.

Wire words such as ``CONFIABLE`` stand here and nowhere else. The page for implementers is ``specs/trust-score.md``.
"""

from collections.abc import Mapping
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.foundation.timestamps import rfc3339_s, s_from_ms
from frankmark.protocols.securestamp.assessment import Assessment, State, Weighed
from frankmark.protocols.securestamp.channels import ChannelOutcome
from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.evidence import Evidence
from frankmark.protocols.securestamp.evidence_file import (
    evidence_from_json,
    evidence_hash,
    lists_json,
    signal_json,
)
from frankmark.protocols.securestamp.examination import Examination
from frankmark.protocols.securestamp.model import Stamp, StampStatus
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName
from frankmark.protocols.securestamp.token import Claims

__all__ = [
    "STATE_WORDS",
    "assessment_bytes",
    "assessment_json",
    "authentication_labels",
    "channel_json",
    "check_body",
    "evidence_of_assessment",
    "trust_body",
    "verify_body",
]

STATE_WORDS: Final[Mapping[State, tuple[str, str]]] = {
    State.TRUSTED: ("CONFIABLE", "TRUSTED"),
    State.SUSPICIOUS: ("SOSPECHOSO", "SUSPICIOUS"),
    State.BLOCKED: ("BLOQUEADO", "BLOCKED"),
}
"""The canonical word and the English one."""

COLLECTION: Final = "Classic"
DAYS_A_YEAR: Final = 365
DAYS_A_MONTH: Final = 30
_COLOURS: Final = {
    Display.TRUSTED: "green",
    Display.CAUTION: "amber",
    Display.BLOCKED: "red",
    Display.UNKNOWN: "grey",
}
# A record that a domain publishes has no result of its own; these are the words that the original interface shows.
_LABELS: Final[Mapping[str, str]] = {
    "-all": "pass",
    "~all": "pass",
    "?all": "neutral",
    "+all": "fail",
    "valid": "pass",
    "revoked": "fail",
    "invalid": "permerror",
    "reject": "pass",
    "quarantine": "pass",
    "none+rua": "pass",
    "absent": "none",
    "pass_unaligned": "fail",
    "fail:reject": "fail",
    "fail:quarantine": "fail",
    "fail:none": "fail",
}


def authentication_labels(evidence: Evidence) -> dict[str, Json]:
    """Say how SPF, DKIM and DMARC stand, in the words of the original interface.

    Args:
        evidence: The evidence.

    Returns:
        ``{"spf","dkim","dmarc"}``; ``unavailable`` where nobody knows.
    """
    labels: dict[str, Json] = {}
    for name in (SignalName.SPF, SignalName.DKIM, SignalName.DMARC):
        value = str(evidence.value(name))
        published = name is SignalName.DMARC and value == "none"  # a policy of p=none is a policy
        labels[name.value] = "pass" if published else _LABELS.get(value, value)
    return labels


def trust_body(
    domain: str, stamp: Stamp | None, labels: Mapping[str, Json], public_url: str, now_ms: int
) -> dict[str, Json]:
    """Render the registry's view of a domain or stamp: ``GET /v1/trust/…``.

    Args:
        domain: The domain as lower-case A-labels.
        stamp: The stamp that counts, or the newest there is; None when the domain is not registered.
        labels: What `authentication_labels` returned.
        public_url: Base URL of the node, without final slash.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The body, one of four forms: active, expired, revoked, none.
    """
    body: dict[str, Json] = {"domain": domain, "stamp": None}
    if stamp is not None and stamp.revocation is not None:
        body["stamp"] = {
            "stampId": stamp.stamp_id,
            "score": 0,
            "status": StampStatus.REVOKED.value,
            "revokedAt": _second(stamp.revocation.at_ms),
            "revocationReason": stamp.revocation.reason.value,
        }
    elif stamp is not None:
        status = stamp.status(now_ms)
        body["stamp"] = {
            "stampId": stamp.stamp_id,
            "score": stamp.score if status is StampStatus.ACTIVE else 0,
            "status": status.value,
            "issuedAt": _second(stamp.issued_ms),
            "expiresAt": _second(stamp.expires_ms),
            "issuedBy": stamp.node_id,
            "signals": dict(labels),
        }
        body["ledgerRef"] = _ledger_ref(public_url, stamp)
    return body | {"verifiedAt": _second(now_ms)}


def _second(ms: int) -> str:
    """A time as the original interface shows it: whole seconds, never later than what it says."""
    return rfc3339_s(s_from_ms(ms))


def _ledger_ref(public_url: str, stamp: Stamp) -> str:
    return f"{public_url}/v1/ledger/tx/{stamp.tx_hash}"


def check_body(
    assessment: Assessment, domain: str, stamp: Stamp | None, public_url: str, now_ms: int
) -> dict[str, Json]:
    """Render a sender's view: ``POST /api/trust/check``.

    Args:
        assessment: The assessment.
        domain: The target's domain as lower-case A-labels.
        stamp: The active stamp that counts; None without.
        public_url: Base URL of the node, without final slash.
        now_ms: The time, milliseconds since the epoch.

    Returns:
        The body: the original interface's members, and after ``checkedAt`` our own.
    """
    evidence = assessment.evidence
    word, english = STATE_WORDS[assessment.state]
    shown = display(assessment)
    registry = evidence.value(SignalName.REGISTRY)
    return {
        "target": evidence.target,
        "domain": domain,
        "trustState": word,
        "score": assessment.score,
        "signals": authentication_labels(evidence)
        | {
            "domainAge": _age(evidence),
            "registrationVerified": registry in {"registered", "verified"},
            "domainVerifiedInRegistry": registry == "verified",
        },
        "stamp": None if stamp is None else _artwork(stamp, public_url),
        "checkedAt": _second(now_ms),
        "stateEn": english,
        "color": _COLOURS[shown],
        "level": assessment.level.value,
        "display": shown.value,
        "reasons": [reason.value for reason in _reasons(assessment)],
        "channels": [channel_json(outcome) for outcome in evidence.lists.channels],
        "assessment": assessment_json(assessment),
    }


def _artwork(stamp: Stamp, public_url: str) -> dict[str, Json]:
    return {
        "stampId": stamp.stamp_id,
        "artworkUrl": f"{public_url}/api/stamps/embed?id={stamp.stamp_id}",
        "collectionTitle": COLLECTION,
    }


def _age(evidence: Evidence) -> str:
    days = evidence.value(SignalName.DOMAIN_AGE)
    if not isinstance(days, int):
        return UNAVAILABLE
    if days >= DAYS_A_YEAR:
        return f"{days // DAYS_A_YEAR}y"
    return f"{days // DAYS_A_MONTH}mo" if days >= DAYS_A_MONTH else f"{days}d"


def _reasons(assessment: Assessment) -> tuple[Reason, ...]:
    """Why the rules fired, then what the channels said, then what could not be asked."""
    lists = assessment.evidence.lists
    unasked = [each.signal.reason for each in assessment.signals if each.signal.reason]
    said = [outcome.reason for outcome in lists.channels if outcome.reason]
    return tuple(
        reason
        for reason in dict.fromkeys([*assessment.reasons, *said, *unasked])
        if reason is not Reason.INSUFFICIENT_DATA
    )


def channel_json(outcome: ChannelOutcome) -> dict[str, Json]:
    """Render what one channel said, its name with it."""
    return {
        "channel": outcome.channel.value,
        "result": outcome.result.value,
        "reason": outcome.reason.value if outcome.reason else None,
        "stampId": outcome.stamp_id,
    }


def _weighed_json(weighed: Weighed) -> dict[str, Json]:
    own = signal_json(weighed.signal)
    return {
        "name": own["name"],
        "value": own["value"],
        "weight": weighed.weight,
        "contribution": weighed.contribution,
        "source": own["source"],
        "observedAt": own["observedAt"],
    }


def assessment_json(assessment: Assessment) -> dict[str, Json]:
    """Render an assessment; together with ``lists`` it holds all its evidence.

    Args:
        assessment: The assessment.

    Returns:
        The object; contributions are thousandths of a point.
    """
    evidence = assessment.evidence
    return {
        "algorithm": evidence.algorithm,
        "target": evidence.target,
        "mode": evidence.mode.value,
        "score": assessment.score,
        "state": STATE_WORDS[assessment.state][0],
        "dimensions": [
            {"name": each.name, "weight": each.weight, "score": each.score, "contribution": each.contribution}
            for each in assessment.dimensions
        ],
        "signals": [_weighed_json(each) for each in assessment.signals],
        "ml": _weighed_json(assessment.ml) if assessment.ml else None,
        "rules": [rule.value for rule in assessment.rules],
        "coverage": assessment.coverage,
        "lists": lists_json(evidence),
        "evidenceHash": evidence_hash(evidence),
    }


def assessment_bytes(assessment: Assessment) -> bytes:
    """Render an assessment as canonical octets (RFC 8785), the same for everybody who computes it."""
    return canonical.dump(assessment_json(assessment))


def evidence_of_assessment(value: Json) -> Evidence:
    """Take the evidence out of a rendered assessment, so that a device can complete it and compute again.

    Args:
        value: What `assessment_json` rendered, as `canonical.load` gives it.

    Returns:
        The evidence; its hash is the assessment's ``evidenceHash``.

    Raises:
        Malformed: EVIDENCE_MALFORMED, ALGORITHM_UNKNOWN; also when the hash is another.
    """
    wrong = Malformed(Reason.EVIDENCE_MALFORMED, "not an assessment that holds its evidence")
    if not isinstance(value, dict):
        raise wrong
    file: dict[str, Json] = {name: value.get(name) for name in ("algorithm", "target", "mode", "lists")}
    signals, ml = value.get("signals"), value.get("ml")
    if not isinstance(signals, list):
        raise wrong
    file["signals"] = [_unweighed(each) for each in signals]
    evidence = evidence_from_json(file if ml is None else file | {"ml": _unweighed(ml)})
    if value.get("evidenceHash") != evidence_hash(evidence):
        raise wrong
    return evidence


def _unweighed(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if name not in {"weight", "contribution"}}


def verify_body(examination: Examination, public_url: str) -> dict[str, Json]:
    """Render the public look at a token: ``GET /verify/<token>`` for programs.

    Args:
        examination: What was found.
        public_url: Base URL of the node, without final slash.

    Returns:
        ``{valid, reason, status, checks{signature, exp, stampKnown, revoked, domain}, stamp, ledgerRef}``; a check that
        nobody could make is null.
    """
    stamp, claims = examination.stamp, examination.claims
    return {
        "valid": examination.valid,
        "reason": examination.reason.value if examination.reason else None,
        "status": _status(examination),
        "checks": {
            "signature": examination.signature,
            "exp": examination.unexpired,
            "stampKnown": examination.stamp_known,
            "revoked": examination.revoked,
            "domain": examination.domain,
        },
        "stamp": None if claims is None else _claimed(claims, stamp),
        "ledgerRef": None if stamp is None else _ledger_ref(public_url, stamp),
    }


def _status(examination: Examination) -> str | None:
    """What the token is worth as a stamp: an old one stays readable for ever, with its status."""
    if examination.revoked:
        return StampStatus.REVOKED.value
    if examination.unexpired is False:
        return StampStatus.EXPIRED.value
    return StampStatus.ACTIVE.value if examination.valid else None


def _claimed(claims: Claims, stamp: Stamp | None) -> dict[str, Json]:
    return {
        "stampId": claims.stamp_id,
        "domain": claims.domain,
        "orgId": claims.org_id or None,
        "scoreAtIssuance": claims.score,
        "issuedAt": None if claims.iat is None else rfc3339_s(claims.iat),
        "expiresAt": rfc3339_s(claims.exp),
        "issuedBy": None if stamp is None else stamp.node_id,
    }
