"""Findings of `verify`: in words for people, as one object for programs, and as the status that a script can trust."""

from collections.abc import Mapping

from frankmark.assembly.offline import OF_SIGNAL, Finding, Kind
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error
from frankmark.surfaces.cli.answers import code_of, text_of
from frankmark.surfaces.cli.exits import Exit, exit_of
from frankmark.surfaces.cli.output import SIGNS, Output

__all__ = ["BY_FACT", "finding_object", "shown", "status_of", "tell"]

DISPLAYED = {Exit.TRUSTED: "trusted", Exit.CAUTION: "caution", Exit.UNKNOWN: "unknown"}
BY_FACT = {"PERTENECE": "trusted", "NO_PERTENECE": "caution", "DISPUTED": "caution", "COUNTERSTAMP": "blocked"}
Members = dict[str, Json]


def status_of(finding: Finding) -> Exit:
    """The status of a thing; one that does not even have the form is invalid too."""
    if finding.error is None:
        return Exit.TRUSTED
    found = exit_of(finding.error)
    return Exit.BLOCKED if found is Exit.USAGE else found


def finding_object(named: str, finding: Finding) -> Members:
    """What `--json` prints of a thing."""
    error = finding.error
    told: Members = {
        "target": named,
        "kind": finding.kind.value,
        "valid": error is None,
        "reason": None if error is None else code_of(error),
        "detail": None if error is None else error.detail,
        "issuer": finding.issuer or None,
        "facts": dict(finding.facts),
        "warnings": list(finding.warnings),
    }
    if finding.checks:
        told["checks"] = dict(finding.checks)
    return told


def tell(output: Output, finding: Finding) -> None:
    """Show a finding to people: the verdict first, then why, then what the thing says."""
    error, status = finding.error, status_of(finding)
    display = DISPLAYED.get(status, "blocked")
    word = {"trusted": "valid", "blocked": "invalid"}.get(display, "undecided")
    what = output.say(f"thing.kind.{finding.kind.value}")
    output.line(f"{SIGNS[display]} {output.say(f'thing.{word}')}  {what}  {finding.issuer}".rstrip(), display)
    if error is not None:
        _reason(output, error)
    if finding.kind is Kind.RECEIPT and finding.facts:
        _receipt(output, finding.facts)
    output.table([[name, shown(value)] for name, value in finding.facts.items()])
    for warning in finding.warnings:
        output.line(f"  {warning}")
    if error is None:
        _limits(output, finding)


def shown(value: Json) -> str:
    """A fact on one line."""
    if value is None or value == []:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if not isinstance(value, dict):
        return str(value)
    if {"name", "domain"} <= value.keys():  # a brand's name is never shown without its anchor
        return f"{value['name']} ({value['domain']})"
    if {"type", "value"} <= value.keys():
        match = text_of(value, "match")
        return f"{value['type']} {value['value']}" + (f" ({match})" if match not in {"", "exact"} else "")
    return " ".join(shown(one) for one in value.values())


def _reason(output: Output, error: Error) -> None:
    code = code_of(error)
    output.line(f"  {code}: {output.reason(code) or error.detail}")
    if output.has(f"advice.{code}"):
        output.line(f"  {output.say(f'advice.{code}')}")


def _receipt(output: Output, facts: Mapping[str, Json]) -> None:
    """The fact in words, in the tone of the fact itself and not of the receipt that states it."""
    fact, level = str(facts.get("fact")), str(facts.get("signalLevel"))
    display = BY_FACT.get(fact, "unknown")
    output.line(f"  {SIGNS[display]} {output.say(f'channel.fact.{fact}')}  {fact} {level}", display)


def _limits(output: Output, finding: Finding) -> None:
    """What a valid thing does not say."""
    if finding.kind is Kind.TOKEN and "stampStatus" not in finding.facts:
        output.phrase("thing.token_limits", "quiet")
    elif finding.kind is Kind.RECEIPT:
        output.phrase("channel.disclaimer", "quiet")
    elif finding.kind in OF_SIGNAL or finding.kind is Kind.SPLIT_VIEW:
        output.phrase(f"thing.limits.{finding.kind.value}", "quiet")
