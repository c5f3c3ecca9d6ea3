"""`verify`: is this token, entry, proof, receipt or tree head real, by the keys in the trust file alone?"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import click

from frankmark.assembly import client
from frankmark.assembly.offline import OF_SIGNAL, Finding, Kind, Thing, judge, recognise
from frankmark.assembly.pins import Pins
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.surfaces.cli import files, proofs, signal_things
from frankmark.surfaces.cli.answers import expect, octets, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, exit_of, worst
from frankmark.surfaces.cli.judging import finding_object, status_of, tell
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["verify"]

LARGEST = 2 * 1_048_576
TX = re.compile(r"(?:https?://[^/\s]+/v1/ledger/tx/)?((?:0[xX])?[0-9A-Fa-f]{64})")


@click.command()
@click.argument("things", nargs=-1, required=True, metavar="THING...")
@click.option(
    "--trust", "trust_file", type=click.Path(dir_okay=False, exists=True), help="Believe the issuers of this file."
)
@click.option("--jwks", multiple=True, metavar="ISSUER=FILE", help="Believe these keys of an issuer; may be repeated.")
@click.option(
    "--online", is_flag=True, help="Ask the node whether a stamp was revoked, and the DNS for the key of a brand."
)
@signal_things.options
@proofs.options
@as_json
@click.pass_context
def verify(
    context: click.Context,
    /,
    *,
    things: tuple[str, ...],
    trust_file: str | None,
    jwks: tuple[str, ...],
    online: bool,
    **asked: Any,  # noqa: ANN401  (the options for proofs and for Signal, read in proofs.py and signal_things.py)
) -> int:
    """Verify what others signed, offline: files, texts, URLs, `-`.

    Stamp tokens, ledger entries, offline proofs and tree heads; Trust Receipts, perimeters, statements and openings of
    Signal; StampedSafe proofs, one or many (a JSON array, or one a line); split views that `ledger monitor` kept. Of a
    message the attached proofs and receipts are verified, of a receipt the proofs that are attached as evidence.

    Everything is verified offline, by the keys in the trust file; the host of a URL is never asked. Only the hash of a
    ledger entry, which proves nothing by itself, is looked up at your node first.

    Exit status: 0 valid, 10 valid but the time is not proven as claimed, 20 not valid, 30 the issuer is not in the
    trust file or the time of a key is not proven.
    """
    desk = desk_of(context)
    pins = client.pins_of(Path(trust_file) if trust_file else desk.trust_file, jwks)
    of_signal = signal_things.Brought(pins=pins, online=online, jkts=asked.pop("jkt"), files=asked.pop("proof"))
    asking = cache(lambda: proofs.Asking.of(pins, **asked))
    verifying = _Verifying(desk, pins, of_signal, asking, online=online)
    return worst(verifying.one(thing) for thing in things)


class _Verifying:
    """Verifies one thing after another."""

    def __init__(
        self,
        desk: Desk,
        pins: Pins,
        of_signal: signal_things.Brought,
        asking: Callable[[], proofs.Asking],
        *,
        online: bool,
    ) -> None:
        self._desk = desk
        self._pins = pins
        self._of_signal = of_signal
        self._asking = asking
        self._online = online

    def one(self, named: str) -> Exit:
        """Verify a thing as it was named."""
        try:
            data = _octets(named)
            if data is not None and signal_things.is_message(data):
                return self._attached(named, data)
            return self._whole(named, data)
        except Error as fault:
            self._desk.output.problem(fault, target=named[:200])
            return exit_of(fault)

    def _whole(self, named: str, data: bytes | None) -> Exit:
        if data is not None and proofs.resembles(data) and not signal_things.is_receipt(data):
            return proofs.show(self._desk, named, data, self._asking())
        thing = _thing(self._desk, named, data)
        if thing.kind in OF_SIGNAL or thing.kind is Kind.SPLIT_VIEW:
            return signal_things.show(self._desk, named, thing, self._of_signal, self._asking)
        finding = judge(thing, self._pins, self._desk.now_ms)
        if self._online and finding.error is None and thing.kind is Kind.TOKEN:
            finding = _asked(self._desk, finding)
        self._desk.output.object(finding_object(named, finding))
        tell(self._desk.output, finding)
        return status_of(finding)

    def _attached(self, named: str, data: bytes) -> Exit:
        """Verify what is attached to a message; whom it names is what `check` judges."""
        found = signal_things.attached(data)
        if not found:
            detail = "no proof and no receipt is attached; frankmark check judges the message itself"
            raise Malformed(CliReason.THING_UNKNOWN, detail)
        return worst([self._of_message(named, one) for one in found])

    def _of_message(self, named: str, one: signal_things.Attached) -> Exit:
        target = f"{named}#{one.name}"
        self._desk.output.line(self._desk.output.say("thing.attached", name=one.name), "strong")
        if one.is_proof:
            asking = replace(self._asking(), files=one.beside)
            return proofs.show(self._desk, target, one.data, asking)
        return self._whole(target, one.data)


def _octets(named: str) -> bytes | None:
    """What stands in a file or at standard input, or the text itself; None for what is looked up."""
    if TX.fullmatch(named.strip()):
        return None
    if named == files.STDIN or files.is_file(named):
        return files.read(named, proofs.LARGEST)
    return named.encode("utf-8", "surrogateescape")


def _thing(desk: Desk, named: str, data: bytes | None) -> Thing:
    if data is None:
        tx_hash = named.strip().rpartition("/")[2]
        return Thing(kind=Kind.TRANSACTION, data=octets(desk.node.call("GET", path("/v1/ledger/tx", tx_hash))))
    if len(data) > LARGEST:
        raise Malformed(CliReason.FILE_TOO_LARGE, f"{named[:200]}: more than {LARGEST} octets")
    try:
        return recognise(data)
    except Malformed as fault:
        if named == files.STDIN or files.is_file(named):
            raise
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
    return replace(finding, error=wrong.get(status), facts={**finding.facts, "stampStatus": status or None})
