"""`up`: run a node until it is told to stop."""

import sys

import click
import msgspec

from frankmark.assembly.client import on_loopback
from frankmark.surfaces.cli.desk import desk_of
from frankmark.surfaces.cli.launchers import loaded

__all__ = ["up"]


@click.command()
@click.option("--demo", is_flag=True, help="A node of made-up domains in a folder that is thrown away.")
@click.option("--walk", is_flag=True, help="With --demo: show the main job step by step, then go on serving.")
@click.option("--once", is_flag=True, help="With --walk: end after it; the status says whether every step held.")
@click.option("--data", type=click.Path(file_okay=False), help="The data folder.")
@click.option("--listen", metavar="HOST:PORT", help="Where to answer; port 0 takes a free one.")
@click.option("--print-admin-link", is_flag=True, help="Print the one-time sign-in link although this is no terminal.")
@click.option("--new-origin", is_flag=True, help="Begin a successor log, after a restore that does not remember.")
@click.pass_context
def up(  # noqa: PLR0913  (one parameter an option)
    context: click.Context,
    *,
    demo: bool,
    walk: bool,
    once: bool,
    data: str | None,
    listen: str | None,
    print_admin_link: bool,
    new_origin: bool,
) -> int:
    """Run a node. No configuration is needed, and nothing that exists is overwritten."""
    from frankmark.assembly.embedded import NodeOptions  # noqa: PLC0415  (a whole node; not for --help)

    desk = desk_of(context)
    if (walk and not demo) or (once and not walk):
        raise click.UsageError("--walk belongs to --demo, and --once to --walk")
    settings = desk.settings if listen is None else msgspec.structs.replace(desk.settings, listen=listen)
    options = NodeOptions(
        demo=demo,
        new_origin=new_origin,
        loopback=on_loopback(settings.listen),
        prompt=_passphrase if sys.stdin.isatty() else None,
    )
    if demo:
        demonstrate = loaded(desk.launchers.demonstrate)
        status: int = demonstrate(
            settings, desk.environ, data=data, walk=walk, once=once, print_admin_link=print_admin_link
        )
        return status
    desk.set_data(data)
    serve = loaded(desk.launchers.serve)
    served: int = serve(settings, desk.data_folder, desk.environ, options, print_admin_link=print_admin_link)
    return served


def _passphrase(new: bool) -> str:  # noqa: FBT001  (the port's own signature)
    """Ask a person for the passphrase of the keys; twice for a new one. Empty means: none."""
    text: str = click.prompt(
        "Passphrase for the keys (empty for none)" if new else "Passphrase for the keys",
        default="",
        show_default=False,
        hide_input=True,
        confirmation_prompt=new,
        err=True,
    )
    return text
