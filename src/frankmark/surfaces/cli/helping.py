"""`--help`, usage errors and what a shell offers, in the reader's language.

The English texts stand in the source beside what they explain, and the manual page is made of them. The other
languages have a file of their own, `help.json`: English paragraph → paragraph. It is read only when help is shown.
"""

import copy
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from inspect import cleandoc
from typing import Final

import click
from typing_extensions import override

from frankmark.surfaces.cli.desk import Desk

__all__ = ["HELP_NAMES", "MOST", "Helping", "fault_text", "offered", "paragraphs", "sentence", "speaking"]

MOST, LEAST = 100, 30  # columns
HELP_NAMES: Final = ("-h", "--help")
PLACE: Final = re.compile(r"\\\{\d\\\}")
FIRST: Final = re.compile(r".*?(?:。|[.](?=\s|$))|.+", re.DOTALL)


class Helping(click.Context):
    """A running command that explains itself in the reader's language."""

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        desk = self.find_object(Desk)
        return desk.help_texts if desk is not None else {}

    def say(self, english: str) -> str:
        """A text in the reader's language."""
        return self._texts.get(english, english)

    @override
    def get_help(self) -> str:
        from frankmark.surfaces.cli.wrapping import columns, wrapped  # noqa: PLC0415  (only help waits for it)

        width = max(LEAST, min(MOST, shutil.get_terminal_size().columns)) - 2
        lines = [*self._usage(width), ""]
        for paragraph in paragraphs(self.command.help or ""):
            lines += [*(f"  {line}" for line in wrapped(self.say(paragraph), width - 2)), ""]
        for title, rows in (("Options:", list(self._options())), ("Commands:", list(self._commands()))):
            if rows:
                lines += [self.say(title), *(f"  {line}" for line in columns(rows, width - 2)), ""]
        return "\n".join(lines).rstrip("\n")

    @override
    def get_usage(self) -> str:
        return "\n".join(self._usage(MOST))

    def _usage(self, width: int) -> list[str]:
        """How the command is written."""
        from frankmark.surfaces.cli.wrapping import wrapped  # noqa: PLC0415  (only help waits for it)

        pieces = [self.command_path, *self.command.collect_usage_pieces(self)]
        first, *rest = wrapped(f"{self.say('Usage:')} {' '.join(pieces)}", width - 4)
        return [first, *(f"    {line}" for line in rest)]

    def _options(self) -> Iterator[tuple[str, str]]:
        for option in self.command.get_params(self):
            record = option.get_help_record(self) if isinstance(option, click.Option) else None
            if record is not None and isinstance(option, click.Option):
                english = option.help or ""
                more = record[1].removeprefix(english)
                for word in ("required", "default"):
                    more = more.replace(word, self.say(word))
                yield record[0], self.say(english) + more

    def _commands(self) -> Iterator[tuple[str, str]]:
        group = self.command
        if isinstance(group, click.Group):
            for name in group.list_commands(self):
                command = group.get_command(self, name)
                if command is not None and not command.hidden:
                    yield name, sentence(self.say(next(paragraphs(command.help or ""), "")))


def speaking(command: click.Command) -> click.Command:
    """A command, with those below it, that explains itself so."""
    command.context_class = Helping
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        speaking(one)
    return command


def offered(command: click.Command, texts: Mapping[str, str]) -> click.Command:
    """A copy of a command whose texts are those that a shell shows beside what it offers."""
    made = copy.copy(command)
    first = next(paragraphs(command.help or ""), "")
    made.short_help = sentence(texts.get(first, first))
    made.params = [_explained(one, texts) for one in command.params]
    own = made.get_help_option(click.Context(made, help_option_names=list(HELP_NAMES)))
    if own is not None:
        made.params.append(_explained(own, texts))
        made.add_help_option = False
    if isinstance(made, click.Group):
        made.commands = {name: offered(one, texts) for name, one in made.commands.items()}
    return made


def _explained(parameter: click.Parameter, texts: Mapping[str, str]) -> click.Parameter:
    made = copy.copy(parameter)
    if isinstance(made, click.Option):
        made.help = texts.get(made.help or "", made.help)
    return made


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text, each on one line."""
    return (" ".join(one.split()) for one in re.split(r"\n\s*\n", cleandoc(text)) if one.strip())


def sentence(paragraph: str) -> str:
    """The first sentence of a paragraph."""
    found = FIRST.match(paragraph)
    return found[0] if found else ""


def fault_text(fault: click.UsageError, texts: Mapping[str, str]) -> str:
    """What is wrong with the arguments, and how they are written.

    Args:
        fault: What the parser found.
        texts: English → the reader's language; ``{0}``, ``{1}`` stand for what was typed.

    Returns:
        Lines.
    """
    lines = []
    if fault.ctx is not None:
        hint = _said("Try '{0} --help' for help.", [fault.ctx.command_path], texts)
        lines = [fault.ctx.get_usage(), hint, ""]
    message = fault.format_message()
    return "\n".join([*lines, f"{texts.get('Error:', 'Error:')} {_translated(message, texts)}", ""])


def _translated(message: str, texts: Mapping[str, str]) -> str:
    """A message of the parser, found by its form; one that has none stays as it is."""
    if message in texts:
        return texts[message]
    for english in texts:
        if "{0}" in english and (found := re.fullmatch(PLACE.sub("(.*?)", re.escape(english)), message, re.DOTALL)):
            return _said(english, [_translated(one, texts) for one in found.groups()], texts)
    return message


def _said(english: str, places: Sequence[str], texts: Mapping[str, str]) -> str:
    text = texts.get(english, english)
    return re.sub(r"\{(\d)\}", lambda found: places[int(found[1])], text)
