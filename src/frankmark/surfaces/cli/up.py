"""`up`: run a node until it is told to stop."""

import sys
from collections.abc import Callable, Sequence

import click
import msgspec

from frankmark.assembly.client import on_loopback
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.launchers import loaded
from frankmark.surfaces.cli.output import Output
from frankmark.surfaces.cli.passphrases import asking

__all__ = ["up"]


def _agreed(output: Output) -> Callable[[Sequence[str]], bool]:
    """What lists the stamps that carry another name, and asks on a terminal whether to sign them anew."""

    def agreed(domains: Sequence[str]) -> bool:
        output.progress(output.say("up.renamed", count=len(domains)))
        for domain in domains:
            output.progress(f"  {domain}")
        asks = sys.stdin.isatty() and not output.as_json
        return asks and click.confirm(output.say("up.renamed_question"), default=False, err=True)

    return agreed


@click.command()
@click.option("--demo", is_flag=True, help="A node of made-up domains in a folder that is thrown away.")
@click.option("--walk", is_flag=True, help="With --demo: show the main job step by step, then go on serving.")
@click.option("--once", is_flag=True, help="With --walk: end after it; the status says whether every step held.")
@click.option("--data", type=click.Path(file_okay=False), help="The data folder.")
@click.option("--listen", metavar="HOST:PORT", help="Where to answer; port 0 takes a free one.")
@click.option("--print-admin-link", is_flag=True, help="Print the one-time sign-in link although this is no terminal.")
@click.option("--new-origin", is_flag=True, help="Begin a successor log, after a restore that does not remember.")
@as_json
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
    """Run a node. No configuration is needed, and nothing that exists is overwritten.

    With --json it says in one object a line that it has started, and what its operator should know.
    """
    from frankmark.assembly.embedded import NodeOptions  # noqa: PLC0415  (a whole node; not for --help)

    desk = desk_of(context)
    if (walk and not demo) or (once and not walk):
        raise click.UsageError("--walk belongs to --demo, and --once to --walk")
    if walk and desk.output.as_json:
        raise click.UsageError("--walk is for people; it has no --json")
    settings = desk.settings if listen is None else msgspec.structs.replace(desk.settings, listen=listen)
    options = NodeOptions(
        demo=demo,
        new_origin=new_origin,
        loopback=on_loopback(settings.listen),
        prompt=asking(desk.output, may_be_none=True),
        renaming=_agreed(desk.output),
    )
    if demo:
        demonstrate = loaded(desk.launchers.demonstrate)
        status: int = demonstrate(
            settings,
            desk.environ,
            data=data,
            walk=walk,
            once=once,
            print_admin_link=print_admin_link,
            as_json=desk.output.as_json,
        )
        return status
    desk.set_data(data)
    serve = loaded(desk.launchers.serve)
    served: int = serve(
        settings,
        desk.data_folder,
        desk.environ,
        options,
        print_admin_link=print_admin_link,
        as_json=desk.output.as_json,
    )
    return served
