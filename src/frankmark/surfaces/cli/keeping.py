"""`backup`, `restore` and `migrate`: a node's data, kept and put back."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frankmark.foundation.errors import Malformed
from frankmark.surfaces.cli.answers import expect, text_of
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.foundation.canonical import JsonLike

__all__ = ["backup", "migrate", "restore"]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False))
@as_json
@click.pass_context
def backup(context: click.Context, file: str) -> int:
    """Write a backup of this machine's node, running or not, to the new FILE.

    It holds a snapshot of the store and the sealed keys, never the file that opens them: keep `DATA/keys/unlock`, or
    your passphrase, apart.
    """
    desk = desk_of(context)
    target = os.path.abspath(file)  # noqa: PTH100  (the node resolves nothing: links stay as they are named)
    folder = os.path.dirname(target)  # noqa: PTH120  (text, as above)
    if not os.path.isdir(folder):  # noqa: PTH112  (text, as above)
        raise Malformed(CliReason.FILE_UNREADABLE, f"{folder}: no such folder")
    with desk.own_node() as node:
        made = expect(node.call("POST", "/api/backup", {"target": target}), 201)
    desk.output.object({"file": target, **made})
    desk.output.phrase("backup.done", "trusted", file=target, octets=str(made.get("storeOctets")))
    if made.get("unlockNeeded"):
        desk.output.phrase("backup.unlock", "caution", file=str(desk.data_folder / "keys" / "unlock"))
    return Exit.TRUSTED


@click.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and compare everything, change nothing.")
@click.option("--new-origin", is_flag=True, help="Begin a successor log, where what was signed last is not remembered.")
@as_json
@click.pass_context
def restore(context: click.Context, file: str, *, dry_run: bool, new_origin: bool) -> int:
    """Put the backup FILE into a data folder without a node."""
    from frankmark.assembly import keeping  # noqa: PLC0415  (it brings a whole node with it)

    desk = desk_of(context)
    facts = asyncio.run(keeping.examine(file))
    told: dict[str, JsonLike] = {
        "nodeId": facts.node_id,
        "release": facts.release,
        "createdAt": facts.created_at,
        "unlockNeeded": facts.unlock_needed,
        "keys": list(facts.keys),
        "storeOctets": facts.store_octets,
        "restored": not dry_run,
        "needsNewOrigin": None,
        "origin": None,
    }
    needs = False
    if not dry_run:
        needs = asyncio.run(keeping.restore(file, desk.data_folder)).needs_new_origin
        told["needsNewOrigin"] = needs and not new_origin
    if needs and new_origin:
        told["origin"] = asyncio.run(keeping.begin_successor(desk.settings, desk.data_folder, desk.environ))
    desk.output.object(told)
    desk.output.phrase("restore.facts", node=facts.node_id, at=facts.created_at, release=facts.release)
    desk.output.phrase("restore.sound" if dry_run else "restore.done", "trusted", data=str(desk.data_folder))
    if told["origin"] is not None:
        desk.output.phrase("restore.origin", origin=str(told["origin"]))
    if told["needsNewOrigin"]:
        desk.output.phrase("restore.new_origin", "caution")
    if facts.unlock_needed:
        desk.output.phrase("restore.unlock", file=str(desk.data_folder / "keys" / "unlock"))
    return Exit.TRUSTED


@click.command()
@as_json
@click.pass_context
def migrate(context: click.Context) -> int:
    """Bring the store to this release; a copy from before is kept beside it. A node does the same when it starts."""
    desk = desk_of(context)
    before = _copies(desk.data_folder)
    with desk.own_node() as node:
        version = text_of(expect(node.call("GET", "/version")), "version")
    made = sorted(str(one) for one in _copies(desk.data_folder) - before)
    desk.output.object({"data": str(desk.data_folder), "version": version, "copies": list(made)})
    desk.output.phrase("migrate.done", "trusted", data=str(desk.data_folder), version=version)
    for one in made:
        desk.output.phrase("migrate.copy", file=one)
    return Exit.TRUSTED


def _copies(data: Path) -> set[Path]:
    return set(data.glob("backup-before-*"))
