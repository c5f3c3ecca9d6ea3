"""Sender Policy Framework (RFC 7208, RFC 8616): may this client use this domain in MAIL FROM or HELO?

`check_host` is the function of RFC 7208 §4 as a generator that asks for each look-up. `published_policy` reads what a
domain says about clients that it does not list. Neither raises for what a sender or the DNS does: a failed look-up is
`temperror`, a broken record `permerror`, and both carry a `SpfProblem`.
"""

from dataclasses import dataclass
from typing import Final, NewType

from frankmark.foundation.dns import Lookup
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.mail.address import canonical_domain
from frankmark.mail.spf_evaluation import RFC_LIMITS, Client, Evaluation, SpfLimits, StrangerEvaluation, is_name
from frankmark.mail.spf_reasons import SpfPolicy, SpfProblem, SpfResult

__all__ = [
    "PublishedPolicy",
    "SenderText",
    "SpfOutcome",
    "check_host",
    "mail_from_domain",
    "published_policy",
]

SenderText = NewType("SenderText", str)
"""Visible ASCII that the sender's domain chose. Show it as a quotation of that domain, never as our own words."""

_STRANGER: Final = "192.0.2.1"  # for macros only: it matches nothing, even where a record lists it
_DOMAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_POLICIES: Final = {
    SpfResult.PASS: SpfPolicy.OPEN,
    SpfResult.FAIL: SpfPolicy.HARDFAIL,
    SpfResult.SOFTFAIL: SpfPolicy.SOFTFAIL,
    SpfResult.NEUTRAL: SpfPolicy.NEUTRAL,
    SpfResult.NONE: SpfPolicy.NONE,
    SpfResult.TEMPERROR: SpfPolicy.TEMPERROR,
    SpfResult.PERMERROR: SpfPolicy.PERMERROR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfOutcome:
    """What `check_host` found.

    Attributes:
        result: The result of RFC 7208 §2.6.
        domain: The domain that was checked, as A-labels.
        mechanism: The directive that decided, as its domain published it; empty if none matched.
        explanation: The text of `exp=` for a `fail`; empty if there is none.
        problem: Why the result is `none`, `temperror` or `permerror`.
    """

    result: SpfResult
    domain: str
    mechanism: SenderText = SenderText("")
    explanation: SenderText = SenderText("")
    problem: SpfProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicy:
    """What a domain says about clients that it does not list.

    Attributes:
        policy: The `all` that such a client meets; a valid record without one reads as `?all` (§4.7).
        domain: The domain asked about, as A-labels.
        lookups: Terms that ask the DNS, as many as such a client makes a receiver count.
        problem: Why there is no policy.
    """

    policy: SpfPolicy
    domain: str
    lookups: int = 0
    problem: SpfProblem | None = None


def mail_from_domain(sender: str, helo: str) -> str:
    """The domain of the MAIL FROM identity (RFC 7208 §2.4).

    Args:
        sender: The reverse-path without angle brackets; empty for the null reverse-path.
        helo: What the client said in HELO or EHLO.

    Returns:
        The sender's domain, or `helo` for the null reverse-path.
    """
    return sender.rpartition("@")[2] or helo


def check_host(  # noqa: PLR0913  (the arguments of RFC 7208 §4.1 and the three macros' values it leaves to the caller)
    ip: str,
    domain: str,
    sender: str,
    helo: str,
    *,
    receiver: str = "unknown",
    now_s: int,
    limits: SpfLimits = RFC_LIMITS,
) -> Lookup[SpfOutcome]:
    """Evaluate SPF for one client and one identity (RFC 7208 §4).

    Args:
        ip: The client's address; an IPv4-mapped IPv6 address counts as IPv4.
        domain: The domain to check: `mail_from_domain(sender, helo)`, or `helo` for the HELO identity.
        sender: The reverse-path without angle brackets; without a local-part it counts as postmaster's.
        helo: What the client said in HELO or EHLO.
        receiver: The name of the host that checks, for the macro r.
        now_s: The time in seconds since 1970, for the macro t.
        limits: What the evaluation may cost.

    Returns:
        The outcome.

    Raises:
        Malformed: `CLIENT_ADDRESS`, at the first step, if `ip` is no address.
    """
    client = Client.parse(ip)
    checked = _as_domain(domain)
    values = _identity(sender, checked) | {
        "h": helo,
        "i": client.dotted,
        "v": client.family,
        "c": client.text,
        "r": receiver,
        "t": str(now_s),
    }
    return (yield from _outcome(Evaluation(client, values, limits), checked))


def published_policy(domain: str, *, limits: SpfLimits = RFC_LIMITS) -> Lookup[PublishedPolicy]:
    """Read what a domain says about clients that it does not list.

    The record is evaluated for a stranger. Includes and redirections are followed and every term is counted, because a
    stranger meets them all; hosts are not asked for. So a policy is only given if receivers can evaluate the record to
    its end, and an include that lets everybody pass is found out.

    Args:
        domain: The domain.
        limits: What the evaluation may cost.

    Returns:
        The policy.
    """
    checked = _as_domain(domain)
    client = Client.parse(_STRANGER)
    values = _identity("", checked) | {"h": checked, "i": client.dotted, "v": client.family}
    evaluation = StrangerEvaluation(client, values, limits)
    outcome = yield from _outcome(evaluation, checked)
    return PublishedPolicy(
        policy=_POLICIES[outcome.result], domain=checked, lookups=evaluation.lookups, problem=outcome.problem
    )


def _as_domain(text: str) -> str:
    """A host name as lower-case A-labels (RFC 8616 §4); empty if it is none of two labels or more."""
    name = text.removesuffix(".").lower()
    if not name.isascii():
        try:
            name = canonical_domain(name)
        except Malformed:
            return ""
    return name if "." in name and is_name(name) and _DOMAIN.issuperset(name) else ""


def _identity(sender: str, checked: str) -> dict[str, str]:
    local, _, host = sender.rpartition("@")
    local, host = local or "postmaster", _as_domain(host) or host or checked
    return {"s": f"{local}@{host}", "l": local, "o": host}


def _outcome(evaluation: Evaluation, domain: str) -> Lookup[SpfOutcome]:
    try:
        verdict = yield from evaluation.verdict(domain)
    except Unavailable as failure:
        return SpfOutcome(result=SpfResult.TEMPERROR, domain=domain, problem=SpfProblem(failure.code))
    except Malformed as fault:
        return SpfOutcome(result=SpfResult.PERMERROR, domain=domain, problem=SpfProblem(fault.code))
    return SpfOutcome(
        result=verdict.result,
        domain=domain,
        mechanism=SenderText(verdict.directive),
        explanation=SenderText((yield from evaluation.explain(verdict))),
        problem=verdict.problem,
    )
