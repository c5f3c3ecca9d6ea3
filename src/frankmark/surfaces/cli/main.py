"""The command: verbs are loaded when they are called, and every way out has a status that a script can trust.

What goes wrong on purpose (`Error`) is printed with its code and ends with the status of `exits.py`. What goes wrong by
our own fault ends with 70, never with 1, which says that a node refused.
"""

import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import click
from click.shell_completion import shell_complete
from typing_extensions import override

from frankmark import __version__
from frankmark.foundation.errors import Error
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.exits import Exit, exit_of
from frankmark.surfaces.cli.helping import HELP_NAMES, MOST, Helping, fault_text, offered, speaking
from frankmark.surfaces.cli.launchers import Launchers, loaded

__all__ = ["COMPLETION", "PROGRAM", "Verbs", "program", "run"]

PROGRAM = "frankmark"
COMPLETION = "_FRANKMARK_COMPLETE"


class Verbs(click.Group):
    """A group whose commands are imported when they are named.

    Args:
        places: Verb → ``module:attribute``.
        texts: What a shell is told of them, English → the person's language; None if no shell asks.
        rest: Click's own arguments.
    """

    context_class: type[click.Context] = Helping

    def __init__(self, places: Mapping[str, str], texts: Mapping[str, str] | None, **rest: Any) -> None:  # noqa: ANN401  (click's own)
        super().__init__(**rest)
        self._places = places
        self._texts = texts

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._places)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._places.get(cmd_name)
        if place is None:
            return None
        command = speaking(loaded(place))
        return command if self._texts is None else offered(command, self._texts)


def run(arguments: Sequence[str], launchers: Launchers, environ: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.
        launchers: Where things stand.
        environ: The environment; the process's own if None.

    Returns:
        The exit status.
    """
    for stream in (sys.stdout, sys.stderr):  # a name that no encoding holds is no reason to say nothing
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    desk = Desk(environ=os.environ if environ is None else environ, launchers=launchers)
    return _status(desk, arguments)


def program(desk: Desk) -> click.Group:
    """The command with all its verbs, none of them loaded yet."""
    return Verbs(
        desk.launchers.verbs,
        desk.help_texts if desk.environ.get(COMPLETION) else None,
        name=PROGRAM,
        help="Declare who you are, seal what you send, check what you got.",
        params=[
            click.Option(["--config"], type=click.Path(dir_okay=False), help="The settings file."),
            click.Option(["--data"], type=click.Path(file_okay=False), help="The data folder."),
            click.Option(["-q", "--quiet"], is_flag=True, help="No progress on standard error."),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help="Print the release.",
            ),
        ],
        callback=lambda config, data, quiet: desk.set_up(config=config, data=data, quiet=quiet),
        context_settings={"help_option_names": list(HELP_NAMES), "max_content_width": MOST},
    )


def _invoked(group: click.Group, arguments: Sequence[str], desk: Desk) -> object:
    """What the verb returns. Click's own `main` would make a 1 of a broken pipe, and 1 says that a node refused."""
    asked = desk.environ.get(COMPLETION)
    if asked:
        return shell_complete(group, {}, PROGRAM, COMPLETION, asked)
    with group.make_context(PROGRAM, list(arguments), obj=desk) as context:
        return group.invoke(context)


def _status(desk: Desk, arguments: Sequence[str]) -> int:
    try:
        return _answered(desk, arguments)
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone before the end: nobody was told the whole answer, so none is claimed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNREAD
    except Exception:  # noqa: BLE001  (uncaught failure is our fault and says so with 70)
        traceback.print_exc()
        sys.stderr.write("frankmark: INTERNAL: this is a defect of ours; please report the lines above\n")
        return Exit.OURS


def _answered(desk: Desk, arguments: Sequence[str]) -> int:
    """The status of a verb that ended as it may; saying why it did not end well may itself fail."""
    try:
        status = _invoked(program(desk), arguments, desk)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as fault:
        _show(fault, desk)
        return Exit.USAGE
    except Error as fault:
        desk.output.problem(fault)
        return exit_of(fault)
    return status if isinstance(status, int) else Exit.TRUSTED


def _show(fault: click.ClickException, desk: Desk) -> None:
    """Say what is wrong with the arguments; a group without a verb shows its help."""
    if isinstance(fault, click.UsageError) and not isinstance(fault, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(fault_text(fault, desk.help_texts))
    else:
        fault.show()


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click calls)
    if value:
        click.echo(f"frankmark {__version__}")
        context.exit()
