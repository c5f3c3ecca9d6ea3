"""The manual page, written out of the command itself (man-pages(7), groff_man(7)); nothing in it is typed twice."""

import re
from collections.abc import Iterator

import click

__all__ = ["manual"]

STATUSES = (
    ("0", "trusted, valid, or done"),
    ("1", "the node refused"),
    ("2", "the arguments, or an input file, are not of the form asked for"),
    ("10", "caution; valid with a lost property"),
    ("20", "blocked; not valid"),
    ("30", "unknown: nothing against and no claim to check, or the issuer is not in the trust file"),
    ("69", "something that is needed cannot be reached"),
    ("70", "our fault"),
    ("130", "interrupted"),
    ("141", "whoever read the output went away"),
)
VARIABLES = (
    ("FRANKMARK_API_BASE", "The node that is asked, instead of the one of the login or of this machine."),
    ("FRANKMARK_API_KEY", "The API key, instead of the stored one."),
    ("SS_API_BASE, SS_API_KEY", "Read where the two above are not set."),
    ("FRANKMARK_CONFIG", "The folder of frankmark.toml, trust.toml and the login."),
    ("FRANKMARK_DATA", "The data folder of a node."),
    ("FRANKMARK_RESOLVER", "The DNS servers, HOST:PORT[,...]."),
    ("FRANKMARK_PASSPHRASE_FILE", "A file, mode 0600, with the passphrase of a node's keys."),
    ("FRANKMARK_SECTION_KEY", "Any setting; see frankmark config show."),
    ("LC_ALL, LC_MESSAGES, LANG", "The language: English, Spanish, French or Japanese."),
    ("NO_COLOR", "No colour, whatever the terminal can do."),
)
FILES = (
    ("~/.config/frankmark/frankmark.toml", "Settings; none are needed."),
    ("~/.config/frankmark/trust.toml", "Whose stamps are believed."),
    ("~/.config/frankmark/login.json", "The stored API key, mode 0600."),
    ("~/.local/share/frankmark/", "A node's data."),
)
EXAMPLES = (
    (
        "Let a mail filter decide:",
        "frankmark check m.eml; case $? in 0|10|30) deliver;; 20) quarantine;; *) defer;; esac",
    ),
    ("Check many senders:", "frankmark batch --json senders.txt > answers.jsonl"),
    (
        "Take a proof away and verify it without any network:",
        "frankmark ledger proof TX && frankmark verify TX.tlog-proof",
    ),
)


def manual(program: click.Group, version: str) -> str:
    """The whole page.

    Args:
        program: The command with its verbs.
        version: The release.

    Returns:
        A roff document of ASCII characters.
    """
    with click.Context(program, info_name="frankmark") as context:
        lines = [
            f'.TH FRANKMARK 1 "" "frankmark {_text(version)}" "User Commands"',
            *_section("NAME"),
            r"frankmark \- declare who you are, seal what you send, check what you got",
            *_section("SYNOPSIS"),
            r"\fBfrankmark\fR [\fIOPTIONS\fR] \fIVERB\fR [\fIARGUMENTS\fR]",
            *_section("DESCRIPTION"),
            *_paragraphs(
                "Domains declare who they are with a stamp, and anybody checks it: a sender, a message, a token, a "
                "ledger entry. What can be verified by itself is verified offline, by the keys in the trust file.\n\n"
                "Answers go to standard output, progress and errors to standard error. Every verb takes --json: one "
                "object a line, in a form that does not change."
            ),
            *_options(program, context),
            *_section("VERBS"),
            *_commands(program, context),
            *_section("EXIT STATUS"),
            *_listed(STATUSES),
            "Of several targets the first that occurs of 20, 70, 69, 2, 10, 30, 0 counts.",
            *_section("ENVIRONMENT"),
            *_listed(VARIABLES),
            *_section("FILES"),
            *_listed(FILES),
            *_section("EXAMPLES"),
            *_examples(),
        ]
    return "\n".join(lines) + "\n"


def _section(name: str) -> list[str]:
    return [f".SH {name}"]


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        with click.Context(command, info_name=name, parent=context) as inner:
            if isinstance(command, click.Group):
                yield from _commands(command, inner)
            else:
                yield from _command(command, inner)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    named = context.command_path
    arguments = " ".join(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")
    yield f'.SS "{_text(f"{named} {arguments}".strip())}"'
    yield from _paragraphs(command.help or "")
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for option in command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None and not {"--help", "--json"}.intersection(option.opts):
            yield ".TP"
            yield rf"\fB{_text(record[0])}\fR"
            yield _line(record[1]) if record[1] else r"\&"


def _listed(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", rf"\fB{_text(name)}\fR", _line(text))
    yield ".PP"


def _examples() -> Iterator[str]:
    for what, command in EXAMPLES:
        yield from (".PP", _line(what), ".PP", ".RS 4", ".nf", _line(command), ".fi", ".RE")


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs, each a line; words in back quotes are bold."""
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if number:
            yield ".PP"
        yield _line(" ".join(paragraph.split()))


def _line(text: str) -> str:
    """One line of text that roff does not take for a request."""
    marked = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", _text(text))
    return rf"\&{marked}" if marked[:1] in {".", "'"} else marked


def _text(text: str) -> str:
    """Text with the characters that mean something to roff escaped."""
    return text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
