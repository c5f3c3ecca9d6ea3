"""`signal`: what does the registry say of this channel, and is it one that the brand has declared its own?"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frankmark.assembly.pins import load_pins
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Unavailable, Unverified
from frankmark.protocols.signal.model import ArtifactType, Fact
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import expect, text_of
from frankmark.surfaces.cli.channels import asked_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, exit_of, worst
from frankmark.surfaces.cli.judging import BY_FACT, shown
from frankmark.surfaces.cli.output import SIGNS
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.assembly.offline import Finding

__all__ = ["signal"]

STATUS: Mapping[str, Exit] = {
    Fact.PERTENECE: Exit.TRUSTED,
    Fact.NO_PERTENECE: Exit.CAUTION,
    Fact.DISPUTED: Exit.CAUTION,
    Fact.COUNTERSTAMP: Exit.BLOCKED,
    Fact.UNKNOWN: Exit.UNKNOWN,
}
NOT_PINNED = "ISSUER_NOT_PINNED"
NONCE_OCTETS = 16
Members = dict[str, Json]


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--brand", metavar="ID|DOMAIN", help="The brand that it is said to belong to.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(["url", *(each.value for each in ArtifactType)]),
    help="What TARGET is; told by its form if left out.",
)
@click.option("--nonce", is_flag=True, help="Have a fresh nonce signed into the receipt, so that it is of this moment.")
@click.option("-o", "--output", "sink", metavar="FILE", help="Write the receipt to a new file.")
@as_json
@click.pass_context
def signal(
    context: click.Context,
    *,
    targets: tuple[str, ...],
    brand: str | None,
    kind: str | None,
    nonce: bool,
    sink: str | None,
) -> int:
    """Ask whether a channel belongs to a brand: a domain, a link, a number, a handle, a sender of SMS.

    The node answers a fact of the registry and never what anybody means to do. For each answer it signs a receipt, that
    is verified here by the trust file, and that anybody can verify later with `frankmark verify`.

    Exit status: 0 PERTENECE, 10 NO_PERTENECE or DISPUTED, 20 COUNTERSTAMP, 30 UNKNOWN, 69 the node is unreachable.
    """
    if sink is not None and len(targets) > 1:
        raise click.UsageError("one TARGET with --output")
    asking = _Asking(desk_of(context), brand=brand, kind=kind, nonce=nonce, sink=sink)
    return worst(asking.one(target) for target in targets)


class _Asking:
    """Asks about one channel after another."""

    def __init__(self, desk: Desk, *, brand: str | None, kind: str | None, nonce: bool, sink: str | None) -> None:
        self._desk = desk
        self._brand = brand
        self._kind = kind
        self._nonce = nonce
        self._sink = sink

    def one(self, target: str) -> Exit:
        """Ask about a channel, and say what the registry says."""
        try:
            return self._asked(target)
        except Error as fault:
            self._desk.output.problem(fault, target=target[:200])
            return exit_of(fault)

    def _asked(self, target: str) -> Exit:
        body: Members = {"artifact": asked_of(target, self._kind)}
        if self._brand:
            body["brand"] = self._brand
        nonce = _fresh_nonce() if self._nonce else None
        if nonce is not None:
            body["nonce"] = nonce
        answer = expect(self._desk.node.call("POST", "/api/signal/verify", body))
        found = answer.get("results")
        results = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        if not results:
            raise Unavailable(CliReason.NODE_FAILED, "the node answered no fact")
        findings = [self._receipt(one, nonce) for one in results]
        self._desk.output.object({"target": target, **answer, "receipts": [_checked(finding) for finding in findings]})
        for one, finding in zip(results, findings, strict=True):
            self._tell(one, finding)
        self._desk.output.phrase("channel.disclaimer", "quiet")
        self._keep([text_of(one, "receipt") for one in results])
        return worst(self._status(one, finding) for one, finding in zip(results, findings, strict=True))

    def _receipt(self, result: Members, nonce: str | None) -> "Finding | None":
        """The receipt of a result, verified by the trust file alone; None if the node gave none.

        Raises:
            Unverified: `RECEIPT_MISMATCH`, it is about something else than the answer, or not of this moment.
        """
        from frankmark.assembly.offline import Kind, Thing  # noqa: PLC0415  (where there is a receipt)
        from frankmark.assembly.offline_signal import Brought, judge_signal  # noqa: PLC0415  (as above)

        text = text_of(result, "receipt")
        if not text:
            return None
        brought = Brought(pins=load_pins(self._desk.trust_file), now_ms=self._desk.now_ms)
        finding = judge_signal(Thing(kind=Kind.RECEIPT, data=text.encode()), brought)
        same = all(finding.facts.get(name) == result.get(name) for name in ("artifact", "brand", "fact", "signalLevel"))
        if finding.facts and not (same and finding.facts.get("nonce") == nonce):
            detail = "the receipt says something else than the answer that it came with"
            raise Unverified(CliReason.RECEIPT_MISMATCH, detail)
        return finding

    def _tell(self, result: Members, finding: "Finding | None") -> None:
        output, fact, level = self._desk.output, text_of(result, "fact"), text_of(result, "signalLevel")
        display = BY_FACT.get(fact, "unknown")
        output.line(f"{SIGNS[display]} {fact} {level}  {output.say(f'channel.fact.{fact}')}", display)
        signals = result.get("signals")
        words = [output.say(f"channel.signal.{one}") for one in signals] if isinstance(signals, list) else []
        rows = [
            ["channel.channel", shown(result.get("artifact"))],
            ["channel.brand", shown(result.get("brand"))],
            ["channel.signals", "; ".join(words)],
            ["channel.receipt", text_of(result, "receiptId")],
        ]
        output.table([[output.say(name), text] for name, text in rows if text not in {"", "-"}])
        if finding is None:
            output.phrase("channel.no_receipt")
        elif finding.error is None:
            output.phrase("channel.receipt_holds", iss=finding.issuer)
        elif finding.error.code.value == NOT_PINNED:
            output.phrase("channel.receipt_nobody")
        else:
            code = finding.error.code.value
            output.line(f"  ✕ {code}: {output.reason(code) or finding.error.detail}", "blocked")

    def _status(self, result: Members, finding: "Finding | None") -> Exit:
        """That of the fact; an answer whose receipt does not hold is none."""
        error = None if finding is None else finding.error
        if error is not None and error.code.value != NOT_PINNED:
            return Exit.BLOCKED
        return STATUS.get(text_of(result, "fact"), Exit.UNKNOWN)

    def _keep(self, receipts: list[str]) -> None:
        if self._sink is None:
            return
        file = Path(self._sink)
        for number, text in enumerate((text for text in receipts if text), 1):
            name = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
            files.write_new(str(name), text.encode() + b"\n")
            self._desk.output.progress(self._desk.output.say("channel.kept", file=str(name)))


def _checked(finding: "Finding | None") -> Json:
    if finding is None:
        return None
    return {
        "valid": finding.error is None,
        "reason": None if finding.error is None else finding.error.code.value,
        "issuer": finding.issuer or None,
    }


def _fresh_nonce() -> str:
    from frankmark.assembly.brands import fresh_octets  # noqa: PLC0415  (only with --nonce)

    return fresh_octets(NONCE_OCTETS).hex()
