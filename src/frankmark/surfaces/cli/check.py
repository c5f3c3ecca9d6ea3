"""`check`: who sent this, for domains, addresses and messages; a message is looked at here and never leaves."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frankmark.assembly import client
from frankmark.foundation.errors import Error, Malformed, Unavailable
from frankmark.surfaces.cli import files, verdicts
from frankmark.surfaces.cli.answers import code_of, expect, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import DISPLAY, Exit, exit_of, failing, worst
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.mail.message import Message
    from frankmark.services.mailcheck import Envelope, MailCheck, MailVerdict

__all__ = ["check", "fail_on"]

LONGEST = 320  # characters of an address, as the interface takes them
MAIL = ".eml"
NO_SENDER = "INVALID_TARGET"  # what the node knows and this machine does not: which names are public suffixes

fail_on = click.option(
    "--fail-on",
    type=click.Choice(["caution", "blocked"]),
    help="Let only this state, or a worse one, be an exit status other than 0.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How messages are checked.

    Attributes:
        trust: The trust file.
        jwks: Further key sets, ``ISSUER=FILE``.
        envelope: How the messages were handed over; None if nobody says.
    """

    trust: Path
    jwks: Sequence[str]
    envelope: "Envelope | None"


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option("--client-ip", default="", help="The client that handed the message over, for SPF.")
@click.option("--helo", default="", help="What that client called itself.")
@click.option("--mail-from", default="", help="The envelope sender; without it, the null reverse-path.")
@click.option(
    "--trust", "trust_file", type=click.Path(dir_okay=False, exists=True), help="Believe the issuers of this file."
)
@click.option("--jwks", multiple=True, metavar="ISSUER=FILE", help="Believe these keys of an issuer; may be repeated.")
@fail_on
@as_json
@click.pass_context
def check(  # noqa: PLR0913  (one parameter an option)
    context: click.Context,
    *,
    targets: tuple[str, ...],
    client_ip: str,
    helo: str,
    mail_from: str,
    trust_file: str | None,
    jwks: tuple[str, ...],
    fail_on: str | None,
) -> int:
    """Check a domain, an address, a message in a .eml file, or `-` for one on standard input.

    A message is evaluated here: SPF, DKIM, DMARC and its stamp. The node is told the domain of its From field and the
    token that it carries, nothing else. A message without exactly one author, or too large to be read, is blocked.

    Exit status: 0 trusted, 10 caution, 20 blocked, 30 unknown, 69 no node; the gravest of several targets.
    """
    desk = desk_of(context)
    if not targets and sys.stdin.isatty():
        raise click.UsageError("name a domain, an address, a .eml file, or - for a message on standard input")
    asked = Asked(
        trust=Path(trust_file) if trust_file else desk.trust_file,
        jwks=jwks,
        envelope=_envelope(client_ip, helo, mail_from),
    )
    with asyncio.Runner() as runner:
        checking = _Checking(desk, asked, runner)
        return failing(worst(checking.one(target) for target in targets or (files.STDIN,)), fail_on)


def _envelope(client_ip: str, helo: str, mail_from: str) -> "Envelope | None":
    if not client_ip:
        if helo or mail_from:
            raise click.UsageError("--helo and --mail-from belong to --client-ip")
        return None
    from frankmark.services.mailcheck import Envelope  # noqa: PLC0415  (messages only)

    return Envelope(client_ip=client_ip, helo=helo, mail_from=mail_from)


class _Checking:
    """Checks targets one after the other; one that fails does not keep the others from being checked."""

    def __init__(self, desk: Desk, asked: Asked, runner: asyncio.Runner) -> None:
        self._desk = desk
        self._asked = asked
        self._runner = runner
        self._mail: MailCheck | None = None

    def one(self, target: str) -> Exit:
        try:
            return self._message(target) if _is_message(target) else self._sender(target)
        except Error as fault:
            self._desk.output.problem(fault, target=target)
            return Exit.USAGE if code_of(fault) == NO_SENDER else exit_of(fault)

    def _sender(self, target: str) -> Exit:
        asked = _sender_text(target)
        if files.is_file(target):
            self._desk.output.progress(self._desk.output.say("check.file_too", name=target))
        try:
            body = expect(self._desk.node.call("POST", "/api/trust/check", {"target": asked}))
        except Unavailable as fault:
            self._unreachable(target, fault)
            return Exit.UNREACHABLE
        verdicts.sender(self._desk.output, body)
        return _status(text_of(body, "display"))

    def _unreachable(self, target: str, fault: Unavailable) -> None:
        """What is left of a domain when no node answers: nothing is known, and that is what is said."""
        output = self._desk.output
        if not output.as_json:
            output.state("unknown", output.say("check.no_node", domain=target))
        output.problem(fault, target=target)

    def _message(self, target: str) -> Exit:
        from frankmark.mail.message import DEFAULT_LIMITS, parse  # noqa: PLC0415  (messages only)
        from frankmark.services.mailcheck import UNFIT  # noqa: PLC0415  (messages only)

        try:
            verdict = self._judged(parse(files.read(target, DEFAULT_LIMITS.message_bytes)))
        except Malformed as fault:
            if fault.code not in UNFIT | {CliReason.FILE_TOO_LARGE}:
                raise
            verdicts.unfit(self._desk.output, target, fault, self._desk.now_ms)
            return Exit.BLOCKED
        verdicts.message(self._desk.output, target, verdict, self._desk.now_ms)
        return _status(verdict.display.value) if verdict.reachable else Exit.UNREACHABLE

    def _judged(self, message: "Message") -> "MailVerdict":
        if self._mail is None:
            pins = client.pins_of(self._asked.trust, self._asked.jwks)
            clock = client.local_clock(self._desk.settings, self._desk.environ)
            self._mail = client.mail_check(self._desk.settings, clock, pins=pins, node=self._desk.node)
        return self._runner.run(self._mail.check(message, envelope=self._asked.envelope))


def _is_message(target: str) -> bool:
    """Whether a target is a file: it has a path or our ending, or it cannot be the name of a sender."""
    if target == files.STDIN or "/" in target or target.lower().endswith(MAIL):
        return True
    return files.is_file(target) and not _could_be_sender(target)


def _could_be_sender(target: str) -> bool:
    try:
        _sender_text(target)
    except Malformed:
        return False
    return True


def _sender_text(target: str) -> str:
    """A domain or address that a node can be asked about, checked here so that nonsense is not sent anywhere.

    Raises:
        Malformed: `TARGET_UNKNOWN`.
    """
    from frankmark.mail.address import Address, canonical_domain  # noqa: PLC0415  (not for every verb)

    text = target.strip()
    if len(text) > LONGEST:
        raise Malformed(CliReason.TARGET_UNKNOWN, f"a sender has at most {LONGEST} characters")
    try:
        if "@" in text:
            return str(Address.parse(text))
        domain = canonical_domain(text)
    except Malformed as wrong:
        detail = f"neither a domain, an address nor a file: {wrong.detail}"
        raise Malformed(CliReason.TARGET_UNKNOWN, detail) from wrong
    if "." not in domain:
        raise Malformed(CliReason.TARGET_UNKNOWN, "neither a domain with a dot, an address nor a file")
    return domain


def _status(display: str) -> Exit:
    """The status of a state; a state that we do not know is our fault, and never trusted."""
    return DISPLAY.get(display, Exit.OURS)
