"""Mail out by submission: SMTP (RFC 5321) to one server that the operator named, over TLS (RFC 3207, RFC 8314).

Plain SMTP is spoken to loopback only. A server that offers no STARTTLS, or whose certificate does not prove its name,
gets no letter. Nothing here logs, and no error names an address.
"""

import asyncio
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from ipaddress import ip_address

from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.mail.address import Address
from frankmark.ports.clock import Clock
from frankmark.ports.post import Letter, PostReason

__all__ = ["SmtpPost", "SmtpTls", "Submission"]

TIMEOUT_S = 20.0
SEVEN_BIT = SMTP.clone(cte_type="7bit")  # not every server on the way takes eight
TEMPORARY = range(400, 500)


class SmtpTls(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The operator's submission server.

    Attributes:
        host: Its name, which its certificate proves.
        port: Its port.
        tls: How the connection is protected; `NONE` for loopback only.
        sender: The From address, also the envelope's.
        trust: Which authorities may prove the name; the system's unless given.
        timeout_s: For each step of the conversation.
    """

    host: str
    port: int
    tls: SmtpTls
    sender: str
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S


class SmtpPost:
    """Hands letters to a submission server, each over a connection of its own.

    Args:
        submission: The server.
        clock: Dates the letters.

    Raises:
        Refused: `MAIL_REFUSED` for plain SMTP to a host that is not loopback, and for a sender that is no address.
    """

    def __init__(self, submission: Submission, clock: Clock) -> None:
        if submission.tls is SmtpTls.NONE and not _loopback(submission.host):
            raise Refused(PostReason.MAIL_REFUSED, "SMTP without TLS is spoken to loopback only; set [smtp] tls.")
        try:
            Address.parse(submission.sender)
        except Malformed:
            raise Refused(PostReason.MAIL_REFUSED, "The letters need a From address; set [smtp] from.") from None
        self._submission = submission
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        """See `PostOffice.send`."""
        await asyncio.to_thread(self._deliver, self._message(letter), letter.recipient)

    def _message(self, letter: Letter) -> EmailMessage:
        sender = self._submission.sender
        plain = letter.recipient.isascii() and sender.isascii()
        message = EmailMessage(policy=SEVEN_BIT if plain else SMTPUTF8)
        message["From"] = sender
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC))
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
        message.set_content(letter.text)
        message["Content-Language"] = letter.language
        return message

    def _deliver(self, message: EmailMessage, recipient: str) -> None:
        try:
            with self._connected() as server:
                server.send_message(message, from_addr=self._submission.sender, to_addrs=[recipient])
        except (smtplib.SMTPException, OSError) as problem:
            raise _told(problem) from None  # the chain would carry the address

    def _connected(self) -> smtplib.SMTP:
        at = self._submission
        trust = at.trust or ssl.create_default_context()
        if at.tls is SmtpTls.IMPLICIT:
            return smtplib.SMTP_SSL(at.host, at.port, timeout=at.timeout_s, context=trust)
        server = smtplib.SMTP(at.host, at.port, timeout=at.timeout_s)
        if at.tls is SmtpTls.STARTTLS:
            try:
                server.starttls(context=trust)
            except BaseException:
                with suppress(OSError):
                    server.close()
                raise
        return server


def _told(problem: Exception) -> Error:
    """Our words for what went wrong: a final no of the server, or something to try again."""
    codes: list[int] = []
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
    elif isinstance(problem, smtplib.SMTPResponseException):
        codes = [problem.smtp_code]
    final = [code for code in codes if code not in TEMPORARY and code > 0]
    if final or isinstance(problem, smtplib.SMTPNotSupportedError):
        said = f" with code {final[0]}" if final else ": it lacks an extension that the letter needs"
        return Refused(PostReason.MAIL_REFUSED, f"The submission server refused the letter{said}.")
    kind = type(problem).__name__
    return Unavailable(PostReason.MAIL_UNAVAILABLE, f"The submission server cannot take the letter now ({kind}).")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
