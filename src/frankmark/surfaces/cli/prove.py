"""`prove`: make a StampedSafe proof of a text, a file, or both; at level 1 nobody is asked and nothing is sent."""

from typing import TYPE_CHECKING

import click

from frankmark.assembly.pins import load_pins
from frankmark.assembly.proofs import draft_of, local_timezone, trust_of
from frankmark.assembly.tables import shipped_timezones
from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.protocols.stampedsafe.attestation import WINDOW_MS, parse_attestation
from frankmark.protocols.stampedsafe.model import Content, Proof, Report
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import expect
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.proofs import file_of
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.foundation.canonical import Json
    from frankmark.protocols.stampedsafe.proof import Draft

__all__ = ["prove"]

LONGEST = 4 * 280 + 2  # octets of the longest message, and a line end
ATTESTED = 2


@click.command()
@click.argument("text", required=False)
@click.option("-f", "--file", metavar="FILE", help="Prove this file; it is read once and never sent.")
@click.option("--level", type=click.IntRange(1, ATTESTED), default=1, help="2 asks the node's time authority.")
@click.option("--tz", metavar="NAME", help="The time zone to name; the machine's own if left out.")
@click.option("-o", "--output", "sink", metavar="FILE", help="Write the proof to a new file.")
@as_json
@click.pass_context
def prove(
    context: click.Context, *, text: str | None, file: str | None, level: int, tz: str | None, sink: str | None
) -> int:
    """Make a StampedSafe proof of a TEXT of at most 280 characters, `-` for standard input, of a file, or of both.

    The proof is printed. At level 1 the time is this machine's own word and nothing leaves the machine; at level 2 a
    time authority signs the time and a hash, from which nobody learns what is proven. The key that signs is made for
    this one proof and thrown away.

    Exit status: 0 made, 10 made with a time whose authority is not in the trust file, 69 the authority is unreachable.
    """
    desk = desk_of(context)
    zones = shipped_timezones()
    named = local_timezone(desk.environ, zones) if tz is None else tz
    if named not in zones:
        raise Malformed(StampedSafeReason.TIMEZONE_INVALID, f"{named} is no time zone of the IANA database")
    content = Content(message=_message(text), file=None if file is None else file_of(file))
    draft = draft_of(content, named)
    proof = draft.self_attested(desk.now_ms) if level < ATTESTED else _attested(desk, draft)
    data = render_proof(proof)
    report = verify(data, trust_of(load_pins(desk.trust_file).time_authority, zones))
    _demand_sound(report)
    _hand_over(desk, proof, data, sink)
    return _told(desk, proof, report, sink)


def _message(text: str | None) -> str:
    if text != files.STDIN:
        return text or ""
    try:
        return files.read(files.STDIN, LONGEST).decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as fault:
        raise Malformed(CliReason.FILE_UNREADABLE, f"{files.STDIN}: not UTF-8 text") from fault


def _attested(desk: Desk, draft: "Draft") -> Proof:
    """Ask the node's time authority; it sees a hash."""
    answer = expect(desk.node.call("POST", "/api/time", {"nonce": draft.commitment}))
    try:
        attestation = parse_attestation(answer)
        proof = draft.attested(attestation)
    except (Malformed, Refused) as fault:
        raise Unavailable(CliReason.NODE_FAILED, f"the time authority's answer does not hold: {fault}") from fault
    if attestation.exp - attestation.ts > WINDOW_MS:
        raise Unavailable(CliReason.NODE_FAILED, "the time authority's answer may be used for more than five minutes")
    return proof


def _demand_sound(report: Report) -> None:
    """Keep nothing that others would refuse; whether an authority is believed is each verifier's own matter."""
    wrong = [each for each in report.errors if each.code is not StampedSafeReason.TA_UNTRUSTED_KEY]
    if wrong:
        detail = f"the time authority's answer does not hold: {wrong[0].code.value}, {wrong[0].message}"
        raise Unavailable(CliReason.NODE_FAILED, detail)


def _hand_over(desk: Desk, proof: Proof, data: bytes, sink: str | None) -> None:
    if sink is not None:
        files.write_new(sink, data + b"\n")
    if sink is None or desk.output.as_json:
        members: dict[str, Json] = dict(proof.payload)
        desk.output.record({"id": proof.id, "payload": members, "sig": proof.sig, "level": proof.level})


def _told(desk: Desk, proof: Proof, report: Report, sink: str | None) -> Exit:
    """Say on standard error what the proof shows; standard output holds the proof alone."""
    output = desk.output
    made = output.say("proof.made", id=proof.id)
    output.progress(made if sink is None else f"{made} {output.say('proof.written', file=sink)}")
    if proof.level < ATTESTED:
        output.progress(output.say("proof.made_self"))
        return Exit.TRUSTED
    if report.level == ATTESTED:
        output.progress(output.say("proof.made_attested"))
        return Exit.TRUSTED
    output.progress(output.say("proof.made_untrusted"))
    output.progress(output.say("proof.pin_advice"))
    return Exit.CAUTION
