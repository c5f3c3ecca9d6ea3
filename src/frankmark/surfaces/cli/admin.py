"""`admin link`: how the administrator of a node signs in."""

import click

from frankmark.assembly.asking import base_of_own_node
from frankmark.surfaces.cli.answers import expect, text_of
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit

__all__ = ["admin"]


@click.group()
def admin() -> None:
    """Administer the node on this machine."""


@admin.command()
@as_json
@click.pass_context
def link(context: click.Context) -> int:
    """Make a sign-in link, good for one use within 15 minutes; an older one ends."""
    desk = desk_of(context)
    with desk.own_node() as node:
        made = expect(node.call("POST", "/api/admin/link"), 201)
    url = base_of_own_node(desk.settings, desk.data_folder) + text_of(made, "path")
    desk.output.object({"url": url})
    desk.output.line(url)
    desk.output.progress(desk.output.say("link.once"))
    return Exit.TRUSTED
