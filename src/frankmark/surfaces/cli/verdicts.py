"""How a verdict is shown: the state first, one short reason, then what each part contributed to it."""

from typing import TYPE_CHECKING

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.surfaces.cli.answers import code_of, text_of
from frankmark.surfaces.cli.output import Output

if TYPE_CHECKING:
    from frankmark.mail.dkim import DkimOutcome
    from frankmark.mail.dmarc import DmarcOutcome
    from frankmark.services.mailcheck import MailVerdict, SpfFinding

__all__ = ["headline", "message", "sender", "unfit"]

THOUSANDTHS = 1000
MOST_LOST = 3  # signals that are named when no rule explains a score
# Which of several reasons a reader is told first: what is decided or proven against the sender, before what is missing.
GRAVEST = (
    "ADMIN_LIST",
    "COMPLIANCE_LIST",
    "REVOKED_PHISHING_DETECTED",
    "REVOKED_NODE_COMPROMISE",
    "REVOKED_POLICY_VIOLATION",
    "TYPOSQUAT_CONFIRMED",
    "CAMPAIGN_ACTIVE",
    "DOMAIN_NOT_FOUND",
    "LOOKALIKE_STRONG",
    "SIGNATURE_FALSE",
    "DMARC_FAIL",
    "LOOKALIKE",
    "STAMP_REVOKED",
    "SENDER_OVERRIDE",
)
RESEMBLING = frozenset({"LOOKALIKE_STRONG", "LOOKALIKE"})
Members = dict[str, Json]


def sender(output: Output, body: Members) -> None:
    """Show a node's answer about a domain or an address.

    Args:
        output: Where to.
        body: The body of ``POST /api/trust/check``.
    """
    output.object({"kind": "sender", **body})
    if output.as_json:
        return
    headline(output, body, text_of(body, "domain"))
    _rests_on(output, body)


def message(output: Output, target: str, verdict: "MailVerdict", now_ms: int) -> None:
    """Show the verdict on a message.

    Args:
        output: Where to.
        target: The file, as it was named.
        verdict: The verdict.
        now_ms: The time, milliseconds since the epoch.
    """
    from frankmark.protocols.securestamp.wire import check_body  # noqa: PLC0415  (messages only)

    domain = verdict.author.address.domain
    whole = check_body(verdict.assessment, domain, None, "", now_ms)
    asked = verdict.reachable
    body: Members = {
        "kind": "message",
        "target": target,
        "domain": domain,
        "trustState": whole["trustState"] if asked else None,
        "stateEn": whole["stateEn"] if asked else None,
        "score": whole["score"] if asked else None,
        "level": whole["level"] if asked else None,
        "display": verdict.display.value,
        "reasons": whole["reasons"],
        "nodeReachable": asked,
        "authentication": {
            "spf": _spf(verdict.spf),
            "dkim": [_dkim(each) for each in verdict.dkim],
            "dmarc": _dmarc(verdict.dmarc),
        },
        "channels": whole["channels"],
        "checkedAt": whole["checkedAt"],
        "assessment": whole["assessment"],
    }
    output.object(body)
    if output.as_json:
        return
    headline(output, body, domain)
    if not asked:
        output.phrase("check.local_part")
    _authentication(output, body["authentication"])
    _rests_on(output, body)


def unfit(output: Output, target: str, fault: Error, now_ms: int) -> None:
    """Show the verdict on a message that nobody can judge: nobody was asked, and it is blocked.

    Args:
        output: Where to.
        target: The file, as it was named.
        fault: Why.
        now_ms: The time, milliseconds since the epoch.
    """
    code = code_of(fault)
    nothing: Members = dict.fromkeys(("trustState", "stateEn", "score", "level", "nodeReachable", "authentication"))
    output.object(
        {
            "kind": "message",
            "target": target,
            "domain": None,
            **nothing,
            "display": "blocked",
            "reasons": [code],
            "channels": [],
            "checkedAt": rfc3339(now_ms),
            "assessment": None,
        }
    )
    output.state("blocked", f"{target}  {output.reason(code) or fault.detail}")
    output.line(f"  {code}  {fault.detail}")


def _spf(found: "SpfFinding") -> Members:
    facts, outcome = found.facts, found.outcome
    return {
        "source": found.source.value,
        "result": facts.result.value if facts else None,
        "domain": facts.domain if facts else None,
        "mechanism": str(outcome.mechanism) if outcome and outcome.mechanism else None,
        "problem": outcome.problem.value if outcome and outcome.problem else None,
    }


def _dkim(outcome: "DkimOutcome") -> Members:
    return {
        "result": outcome.result.value,
        "reason": outcome.reason.value,
        "domain": outcome.domain or None,
        "selector": outcome.selector or None,
        "algorithm": outcome.algorithm or None,
        "unsignedOctets": outcome.unsigned_octets,
    }


def _dmarc(outcome: "DmarcOutcome") -> Members:
    published = outcome.published
    return {
        "result": outcome.result.value,
        "policy": published.publication.value,
        "recordDomain": published.record_domain,
        "aligned": [f"{each.mechanism.value}={each.domain}" for each in outcome.aligned],
    }


def headline(output: Output, body: Members, domain: str) -> None:
    """Show state, domain, score and the one reason that matters most, in one line.

    Args:
        output: Where to.
        body: What a node answers about a sender.
        domain: Whom it is about.
    """
    display, score, level = text_of(body, "display"), body.get("score"), text_of(body, "level")
    known = display if output.has(f"display.{display}") else "unknown"
    parts = [domain, f"{score}/100 {level}" if score is not None else "", _why(output, body, domain)]
    output.state(known, "  ".join(part for part in parts if part))


def _why(output: Output, body: Members, domain: str) -> str:
    if body.get("nodeReachable") is False:
        return output.say("check.why_no_node")
    given = body.get("reasons")
    reasons = [str(code) for code in given] if isinstance(given, list) else []
    code = next((code for code in (*GRAVEST, *reasons) if code in reasons and output.reason(code)), "")
    similar = _lists(body).get("lookalike")
    if code in RESEMBLING and isinstance(similar, dict):
        return output.say("check.why_lookalike", domain=domain, target=text_of(similar, "target"))
    if code == "SCORE_LOW":
        return _joined(output.reason(code), output.say("check.lost", signals=_lost(output, body)))
    if code:
        return output.reason(code)
    return output.say("check.why_trusted") if text_of(body, "display") == "trusted" else ""


def _lost(output: Output, body: Members) -> str:
    """The signals that lost the most points, the greatest loss first."""
    signals, lost = _assessment(body).get("signals"), []
    for one in signals if isinstance(signals, list) else ():
        weight, gained = (one.get("weight"), one.get("contribution")) if isinstance(one, dict) else (None, None)
        if isinstance(one, dict) and isinstance(weight, int) and isinstance(gained, int):
            name = text_of(one, "name")
            label = output.say(f"signal.{name}") if output.has(f"signal.{name}") else name
            lost.append((weight * THOUSANDTHS - gained, f"{label} {_points(gained)}/{weight}"))
    greatest = sorted((each for each in lost if each[0] > 0), key=lambda each: -each[0])
    return ", ".join(text for _, text in greatest[:MOST_LOST])


def _authentication(output: Output, told: Json) -> None:
    """What SPF, DKIM and DMARC found in the message itself, and on whose word."""
    if not isinstance(told, dict):
        return
    spf, dmarc = told["spf"], told["dmarc"]
    rows: list[list[str]] = []
    if isinstance(spf, dict):
        word = text_of(spf, "result") or "-"
        source = output.say(f"check.spf_source.{text_of(spf, 'source')}")
        rows.append(["SPF", word, text_of(spf, "domain"), _joined(source, text_of(spf, "problem"))])
    signatures = told["dkim"]
    for one in signatures if isinstance(signatures, list) else ():
        if isinstance(one, dict):
            more = _joined(text_of(one, "selector"), text_of(one, "algorithm"), _unless_good(one))
            rows.append(["DKIM", text_of(one, "result"), text_of(one, "domain"), more])
    if not signatures:
        rows.append(["DKIM", "none", "", ""])
    if isinstance(dmarc, dict):
        aligned = dmarc["aligned"]
        fits = ", ".join(str(one) for one in aligned) if isinstance(aligned, list) else ""
        result, policy = text_of(dmarc, "result"), text_of(dmarc, "policy")
        asks = f"p={policy}" if policy != result else ""
        rows.append(["DMARC", result, text_of(dmarc, "recordDomain"), _joined(asks, fits)])
    output.table(rows)


def _unless_good(one: Members) -> str:
    reason = text_of(one, "reason")
    return "" if reason == "DKIM_VERIFIED" else reason


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def _rests_on(output: Output, body: Members) -> None:
    """Reasons, channels, and the points of each signal."""
    reasons, channels = body.get("reasons"), body.get("channels")
    for code in reasons if isinstance(reasons, list) else ():
        output.line(f"  {_joined(str(code), output.reason(str(code)))}")
    rows = []
    for channel in channels if isinstance(channels, list) else ():
        if isinstance(channel, dict):
            name = text_of(channel, "channel")
            label = output.say(f"channel.{name}") if output.has(f"channel.{name}") else name
            rows.append([label, text_of(channel, "result"), text_of(channel, "reason")])
    output.table(rows)
    output.table(_signals(output, body))
    coverage = _assessment(body).get("coverage")
    if isinstance(coverage, int):
        output.phrase("check.coverage", "quiet", coverage=coverage, algorithm=text_of(_assessment(body), "algorithm"))


def _signals(output: Output, body: Members) -> list[list[str]]:
    assessment = _assessment(body)
    signals, ml, lists = assessment.get("signals"), assessment.get("ml"), _lists(body)
    why = lists.get("unavailable")
    reasons = why if isinstance(why, dict) else {}
    rows = []
    for one in [*(signals if isinstance(signals, list) else []), ml]:
        if not isinstance(one, dict):
            continue
        name, weight, gained = text_of(one, "name"), one.get("weight"), one.get("contribution")
        label = output.say(f"signal.{name}") if output.has(f"signal.{name}") else name
        points = f"{_points(gained)}/{weight}"
        rows.append([label, str(one.get("value")), points, _joined(text_of(one, "source"), text_of(reasons, name))])
    return rows


def _points(contribution: Json) -> str:
    """Thousandths of a point as points: ``8``, ``6.4``."""
    if not isinstance(contribution, int):
        return "-"
    return f"{contribution / THOUSANDTHS:.3f}".rstrip("0").rstrip(".")


def _assessment(body: Members) -> Members:
    found = body.get("assessment")
    return found if isinstance(found, dict) else {}


def _lists(body: Members) -> Members:
    found = _assessment(body).get("lists")
    return found if isinstance(found, dict) else {}
