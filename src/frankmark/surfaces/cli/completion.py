"""`completion`: what a shell needs to complete verbs, options and files of this command."""

import click
from click.shell_completion import ShellComplete, get_completion_class

from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.main import COMPLETION, PROGRAM

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@as_json
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell, to be loaded from its start-up file.

    bash: eval "$(frankmark completion bash)"; zsh: the same with zsh; fish: frankmark completion fish | source
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    root = context.find_root().command
    # The base's own source: bash's first runs bash to look at its version, and printing a script needs no shell.
    script = ShellComplete.source(kind(root, {}, PROGRAM, COMPLETION))
    output = desk_of(context).output
    output.object({"shell": shell, "script": script})
    if not output.as_json:
        click.echo(script)
    return Exit.TRUSTED
