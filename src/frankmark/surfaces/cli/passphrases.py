"""Asking a person on a terminal for the passphrase of a node's keys."""

import sys
from collections.abc import Callable

import click

from frankmark.surfaces.cli.output import Output

__all__ = ["asking"]


def asking(output: Output, *, may_be_none: bool) -> Callable[[bool], str] | None:
    """What asks for a passphrase, twice for a new one.

    Args:
        output: For the words.
        may_be_none: Whether a new one may be left empty, which means: none.

    Returns:
        Told whether the passphrase is a new one, it answers what was typed; None if standard input is no terminal.
    """
    if not sys.stdin.isatty():
        return None

    def asked(new: bool) -> str:  # noqa: FBT001  (the port's own signature)
        first = "passphrase.new_or_none" if may_be_none else "passphrase.new"
        text: str = click.prompt(
            output.say(first if new else "passphrase.old"),
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=output.say("passphrase.again") if new else False,
            err=True,
        )
        return text

    return asked
