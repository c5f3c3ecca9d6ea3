"""`ledger head`, `entry`, `proof`, `audit` and `monitor`: what the log says, for anybody to check."""

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error
from frankmark.ports.durability import StoreReason
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import code_of, expect, octets, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.launchers import loaded
from frankmark.surfaces.cli.monitor import monitor

__all__ = ["ledger"]

RECEIPT = "SSF-EV-"


@click.group()
def ledger() -> None:
    """Read the ledger of a node, take proofs away, recompute it, and watch it."""


ledger.add_command(monitor)


@ledger.command()
@click.option("--checkpoint", is_flag=True, help="Print the signed checkpoint itself, nothing else.")
@as_json
@click.pass_context
def head(context: click.Context, *, checkpoint: bool) -> int:
    """Show the newest head: size, root, and how many witnesses cosigned it."""
    desk = desk_of(context)
    found = expect(desk.node.call("GET", "/v1/ledger/head"))
    desk.output.object(found)
    if checkpoint:
        if not desk.output.as_json:
            click.echo(text_of(found, "checkpoint"), nl=False)
        return Exit.TRUSTED
    desk.output.phrase("ledger.head", size=str(found.get("size")), origin=text_of(found, "origin"))
    desk.output.line(f"  {text_of(found, 'root')}")
    desk.output.line(f"  {_finality(found.get('finality'))}")
    refusal = text_of(found, "refusal")
    if refusal:
        desk.output.phrase("ledger.refusal", "blocked", reason=refusal)
        return Exit.CAUTION
    return Exit.TRUSTED


@ledger.command()
@click.argument("tx")
@as_json
@click.pass_context
def entry(context: click.Context, tx: str) -> int:
    """Show the transaction with the hash TX; `--json` prints it whole, as `verify` takes it."""
    desk = desk_of(context)
    found = expect(desk.node.call("GET", path("/v1/ledger/tx", tx)))
    desk.output.object(found)
    desk.output.line(text_of(found, "txHash"), "strong")
    body = found.get("entry")
    for name, value in (body if isinstance(body, dict) else {}).items():
        desk.output.line(f"  {name:<10} {value}")
    desk.output.line(f"  {'finality':<10} {_finality(found.get('finality'))}")
    return Exit.TRUSTED


@ledger.command()
@click.argument("tx")
@click.option(
    "-o", "--output", "target", type=click.Path(dir_okay=False), help="The new file; TX.tlog-proof if absent."
)
@as_json
@click.pass_context
def proof(context: click.Context, tx: str, target: str | None) -> int:
    """Save the offline proof of the transaction TX (c2sp.org/tlog-proof): `frankmark verify` needs no node for it.

    TX may be the id of a Trust Receipt too. Its proof shows, beside the receipt, that it was there before a key ended.
    """
    desk = desk_of(context)
    of_receipt = tx.upper().startswith(RECEIPT)
    where = path("/api/signal/receipts", tx, "proof") if of_receipt else path("/v1/ledger/proof", tx)
    data = octets(desk.node.call("GET", where))
    if target == files.STDIN:
        click.echo(data.decode(), nl=False)
        return Exit.TRUSTED
    name = target or f"{tx if of_receipt else tx.lower()}.tlog-proof"
    files.write_new(name, data)
    desk.output.object({"file": name, "octets": len(data)})
    desk.output.phrase("ledger.proof_of_receipt" if of_receipt else "ledger.proof", file=name)
    return Exit.TRUSTED


@ledger.command()
@as_json
@click.pass_context
def audit(context: click.Context) -> int:
    """Recompute every hash, signature and commitment of this machine's ledger, closed logs too, running or not.

    Exit status: 0 for a sound ledger, 20 if anything is not what it should be.
    """
    desk = desk_of(context)
    desk.output.progress(desk.output.say("ledger.auditing"))
    try:
        with desk.own_node() as node:
            report = expect(node.call("POST", "/api/ledger/audit"))
    except Error as fault:
        if code_of(fault) != StoreReason.STORE_DAMAGED:
            raise
        report = _of_damaged(desk, fault)
    desk.output.object(report)
    logs = _objects(report.get("logs"))
    if len(logs) > 1:
        desk.output.table([[str(one.get("size")), text_of(one, "origin")] for one in logs])
    if report.get("sound") is True:
        desk.output.phrase("ledger.sound", "trusted", size=str(report.get("size")))
        return Exit.TRUSTED
    findings = _objects(report.get("findings"))
    desk.output.phrase("ledger.unsound", "blocked", count=len(findings))
    desk.output.table(
        [
            [text_of(one, "origin") or "-", _place(one.get("index")), text_of(one, "kind"), text_of(one, "detail")]
            for one in findings
        ]
    )
    return Exit.BLOCKED


def _of_damaged(desk: Desk, fault: Error) -> dict[str, Json]:
    """The report on a store that does not open any more: what was changed in it, entry by entry.

    Raises:
        Error: The fault itself, if not even a copy can be read.
    """
    from frankmark.assembly.damage import resealed_copy  # noqa: PLC0415  (only for a store that is damaged)

    try:
        with (
            resealed_copy(desk.data_folder) as copy,
            loaded(desk.launchers.in_process)(desk.settings, copy, desk.environ) as node,
        ):
            report = expect(node.call("POST", "/api/ledger/audit"))
    except (Error, OSError):
        raise fault from None
    found = report.get("findings")
    damage: dict[str, Json] = {"origin": None, "kind": code_of(fault), "index": None, "detail": fault.detail}
    return {**report, "sound": False, "findings": [damage, *(found if isinstance(found, list) else [])]}


def _finality(value: Json) -> str:
    if not isinstance(value, dict):
        return "-"
    return f"{value.get('state')} {value.get('k')}/{value.get('n')}"


def _objects(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _place(index: Json) -> str:
    return str(index) if isinstance(index, int) else "-"
