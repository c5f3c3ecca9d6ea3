"""`verify`: is this token, entry, proof or tree head real, by the keys in the trust file alone?"""

import re
from pathlib import Path

import click

from frankmark.assembly import client
from frankmark.assembly.offline import Finding, Kind, Thing, judge, recognise
from frankmark.assembly.pins import Pins
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import code_of, expect, octets, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, exit_of, worst
from frankmark.surfaces.cli.output import SIGNS

__all__ = ["verify"]

LARGEST = 2 * 1_048_576
TX = re.compile(r"(?:https?://[^/\s]+/v1/ledger/tx/)?((?:0[xX])?[0-9A-Fa-f]{64})")
DISPLAYED = {Exit.TRUSTED: "trusted", Exit.CAUTION: "caution", Exit.UNKNOWN: "unknown"}


@click.command()
@click.argument("things", nargs=-1, required=True, metavar="THING...")
@click.option(
    "--trust", "trust_file", type=click.Path(dir_okay=False, exists=True), help="Believe the issuers of this file."
)
@click.option("--jwks", multiple=True, metavar="ISSUER=FILE", help="Believe these keys of an issuer; may be repeated.")
@click.option("--online", is_flag=True, help="Ask the node, too, whether a stamp was revoked.")
@as_json
@click.pass_context
def verify(
    context: click.Context, *, things: tuple[str, ...], trust_file: str | None, jwks: tuple[str, ...], online: bool
) -> int:
    """Verify stamp tokens, ledger entries, offline proofs and tree heads: files, texts, URLs, or `-`.

    Everything is verified offline, by the keys in the trust file; the host of a URL is never asked. Only the hash of a
    ledger entry, which proves nothing by itself, is looked up at your node first.

    Exit status: 0 valid, 20 not valid, 30 the issuer is not in the trust file or the time is not proven.
    """
    desk = desk_of(context)
    pins = client.pins_of(Path(trust_file) if trust_file else desk.trust_file, jwks)
    return worst(_one(desk, thing, pins, online=online) for thing in things)


def _one(desk: Desk, named: str, pins: Pins, *, online: bool) -> Exit:
    try:
        thing = _thing(desk, named)
        finding = judge(thing, pins, desk.now_ms)
        if online and finding.error is None and thing.kind is Kind.TOKEN:
            finding = _asked(desk, finding)
    except Error as fault:
        desk.output.problem(fault, target=named[:200])
        return exit_of(fault)
    return _show(desk, named, finding)


def _thing(desk: Desk, named: str) -> Thing:
    looked_up = TX.fullmatch(named.strip())
    if looked_up is not None:
        return Thing(kind=Kind.TRANSACTION, data=octets(desk.node.call("GET", path("/v1/ledger/tx", looked_up[1]))))
    if named == files.STDIN or files.is_file(named):
        return recognise(files.read(named, LARGEST))
    try:
        return recognise(named.encode("utf-8", "surrogateescape"))
    except Malformed as fault:
        raise Malformed(fault.code, f"no file of that name, and {fault.detail}") from fault


def _asked(desk: Desk, finding: Finding) -> Finding:
    """The finding, with what the node knows of the stamp; a ledger is the only one that knows of revocation."""
    told = expect(desk.node.call("GET", path("/v1/trust", str(finding.facts["stampId"]))))
    stamp = told.get("stamp")
    status = text_of(stamp, "status") if isinstance(stamp, dict) else ""
    wrong = {
        "": Unverified(Reason.STAMP_UNKNOWN, "the ledger has no such stamp"),
        "revoked": Unverified(Reason.STAMP_REVOKED, "the stamp is revoked"),
        "expired": Unverified(Reason.STAMP_EXPIRED, "the stamp has expired"),
    }
    return Finding(
        kind=finding.kind,
        error=wrong.get(status),
        issuer=finding.issuer,
        facts={**finding.facts, "stampStatus": status or None},
        warnings=finding.warnings,
    )


def _show(desk: Desk, named: str, finding: Finding) -> Exit:
    error, output = finding.error, desk.output
    status = Exit.TRUSTED if error is None else _status(error)
    told = {
        "target": named,
        "kind": finding.kind.value,
        "valid": error is None,
        "reason": None if error is None else code_of(error),
        "detail": None if error is None else error.detail,
        "issuer": finding.issuer or None,
        "facts": dict(finding.facts),
        "warnings": list(finding.warnings),
    }
    output.object(told)
    display = DISPLAYED.get(status, "blocked")
    word = {"trusted": "valid", "blocked": "invalid"}.get(display, "undecided")
    what = output.say(f"thing.kind.{finding.kind.value}")
    output.line(f"{SIGNS[display]} {output.say(f'thing.{word}')}  {what}  {finding.issuer}".rstrip(), display)
    if error is not None:
        code = code_of(error)
        output.line(f"  {code}: {output.reason(code) or error.detail}")
        if output.has(f"advice.{code}"):
            output.line(f"  {output.say(f'advice.{code}')}")
    output.table([[name, "-" if value is None else str(value)] for name, value in finding.facts.items()])
    for warning in finding.warnings:
        output.line(f"  {warning}")
    if error is None and finding.kind is Kind.TOKEN and "stampStatus" not in finding.facts:
        output.phrase("thing.token_limits", "quiet")
    return status


def _status(error: Error) -> Exit:
    """The status of a thing that is not shown to be valid; one that does not even have the form is invalid too."""
    found = exit_of(error)
    return Exit.BLOCKED if found is Exit.USAGE else found
