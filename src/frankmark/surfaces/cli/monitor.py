"""`ledger monitor`: does a node show everybody one history? Both heads of two histories are kept, with signatures."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frankmark.assembly import client
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Unavailable
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import code_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, exit_of, worst
from frankmark.surfaces.cli.output import SIGNS
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from frankmark.assembly.monitoring import Watch, Watched
    from frankmark.services.log_monitor import SeenHead

__all__ = ["monitor"]

LARGEST = 1_048_576
FOLDER = "monitor"
STATUS = {
    "first": Exit.TRUSTED,
    "same": Exit.TRUSTED,
    "grown": Exit.TRUSTED,
    "older": Exit.CAUTION,
    "gone": Exit.CAUTION,
    "unproven": Exit.BLOCKED,
    "split": Exit.BLOCKED,
}
SHOWN = {Exit.TRUSTED: "trusted", Exit.CAUTION: "caution", Exit.UNKNOWN: "unknown"}


@click.command()
@click.option("--folder", type=click.Path(file_okay=False), help="Where heads are kept; in the data folder otherwise.")
@click.option(
    "--head", "heads", multiple=True, metavar="FILE", help="A head that reached you on another way; may be repeated."
)
@click.option("--every", type=click.IntRange(1), metavar="SECONDS", help="Look again and again until a history splits.")
@as_json
@click.pass_context
def monitor(context: click.Context, folder: str | None, heads: tuple[str, ...], every: int | None) -> int:
    """Watch all logs of a node: each head must continue the one that was seen before.

    The newest head of every log is kept. Where a head does not continue the one that is kept, or one that somebody
    else was shown, both stay in a file with their signatures: `frankmark verify` shows with it, offline and to anybody
    who believes the log's keys, that its operator signed two histories.

    Exit status: 0 every log continues, 10 an old head is served or a log is gone, 20 two histories or no proof that
    there is one, 30 the log's operator is not in the trust file, 69 the node cannot be reached.
    """
    from frankmark.assembly.monitoring import Watch  # noqa: PLC0415  (this verb only)

    desk = desk_of(context)
    texts = [_text(name) for name in heads]
    place = Path(folder) if folder else desk.data_folder / FOLDER
    watch = Watch(place, client.pins_of(desk.trust_file))
    while True:
        try:
            status = worst(_told(desk, one) for one in _looks(desk, watch, texts))
        except Unavailable as fault:
            if every is None:
                raise
            desk.output.problem(fault)
            status = exit_of(fault)
        if every is None or status is Exit.BLOCKED:
            return status
        time.sleep(every)


def _looks(desk: Desk, watch: "Watch", texts: list[str]) -> "Iterator[Watched]":
    for text in texts:
        yield watch.against(desk.node, text)
    yield from watch.over(desk.node)


def _text(name: str) -> str:
    data = files.read(name, LARGEST)
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        raise Malformed(CliReason.FILE_UNREADABLE, f"{name}: not UTF-8 text") from fault
    return text if "\n\n" in text else text.strip()


def _told(desk: Desk, one: "Watched") -> Exit:
    """Say what came of one log."""
    output, error = desk.output, one.error
    status = exit_of(error) if error is not None else STATUS[str(one.continuation)]
    status = Exit.BLOCKED if status is Exit.USAGE else status
    output.object(
        {
            "log": one.log or None,
            "issuer": one.issuer or None,
            "continuation": one.continuation,
            "served": _head(one.served),
            "known": _head(one.known),
            "evidence": one.evidence or None,
            "error": None if error is None else _fault(error),
        }
    )
    display = SHOWN.get(status, "blocked")
    if error is not None:
        code = code_of(error)
        output.line(f"{SIGNS[display]} {code}: {output.reason(code) or error.detail}", display)
        return status
    size = one.served.size if one.served else 0
    word = output.say(f"monitor.{one.continuation}", size=size, before=one.known.size if one.known else 0)
    output.line(f"{SIGNS[display]} {one.log}  {word}", display)
    if one.evidence:
        output.phrase("monitor.evidence", file=one.evidence)
    return status


def _head(head: "SeenHead | None") -> Json:
    return None if head is None else {"size": head.size, "root": head.root.hex()}


def _fault(error: Error) -> Json:
    return {
        "code": code_of(error),
        "detail": error.detail,
        "fault": error.fault.value,
        "retryable": error.retryable,
    }
