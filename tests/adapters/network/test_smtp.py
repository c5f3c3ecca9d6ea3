"""Mail out against a real SMTP server on a socket: TLS or nothing, one letter, and what a refusal says."""

import asyncio
import email
import email.policy
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from frankmark.adapters.network.smtp import SmtpPost, SmtpTls, Submission
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.post import Letter, PostReason

LETTER = Letter(recipient="alice@acmecorp.test", subject="Your code", text="The code is ABCDEF.\n.\nBye\n")


class HandClock:
    def now_ms(self) -> int:
        return 1_768_471_200_000

    def steady_ms(self) -> int:
        return 0


@dataclass
class Mailbox:
    """Takes letters, or says no with the answer it is told."""

    letters: list = field(default_factory=list)
    no_recipient: str = ""
    no_data: str = ""

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802  # the library's name
        if self.no_recipient:
            return self.no_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  # the library's name
        if self.no_data:
            return self.no_data
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def trust_in(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@asynccontextmanager
async def served(mailbox: Mailbox, *, starttls=None, implicit=None, smtputf8: bool = True):
    """A server on a free port of loopback."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(mailbox, tls_context=starttls, enable_SMTPUTF8=smtputf8, loop=loop)

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=implicit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # connections that the other side closed end on the next turn of the loop


def post(port: int, tls: SmtpTls, *, trust=None, host: str = "localhost", sender: str = "node@mark.test") -> SmtpPost:
    at = Submission(host=host, port=port, tls=tls, sender=sender, trust=trust, timeout_s=3)
    return SmtpPost(at, HandClock())


def read(mailbox: Mailbox):
    (envelope,) = mailbox.letters
    return envelope, email.message_from_bytes(envelope.content, policy=email.policy.default)


async def test_a_letter_arrives_whole_over_loopback() -> None:
    mailbox = Mailbox()
    async with served(mailbox) as port:
        await post(port, SmtpTls.NONE).send(LETTER)
    envelope, message = read(mailbox)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("node@mark.test", ["alice@acmecorp.test"])
    assert message["From"] == "node@mark.test"
    assert message["To"] == "alice@acmecorp.test"
    assert message["Subject"] == "Your code"
    assert message["Date"] == "Thu, 15 Jan 2026 10:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message["Message-ID"].endswith("@mark.test>")
    assert message.get_content().replace("\r\n", "\n") == LETTER.text


async def test_a_letter_in_japanese_arrives_as_it_was_written() -> None:
    mailbox = Mailbox()
    letter = Letter(recipient="a@b.test", subject="確認コード", text="コードは ABCDEF です。\n", language="ja")
    async with served(mailbox) as port:
        await post(port, SmtpTls.NONE).send(letter)
    envelope, message = read(mailbox)
    assert message["Subject"] == "確認コード"
    assert message.get_content().replace("\r\n", "\n") == letter.text
    assert envelope.content.isascii()


async def test_an_address_beyond_ascii_needs_a_server_that_knows_it() -> None:
    letter = Letter(recipient="bücher@acmecorp.test", subject="x", text="y\n")
    mailbox = Mailbox()
    async with served(mailbox) as port:
        await post(port, SmtpTls.NONE).send(letter)
    assert mailbox.letters[0].rcpt_tos == ["bücher@acmecorp.test"]
    async with served(Mailbox(), smtputf8=False) as port:
        with pytest.raises(Refused) as raised:
            await post(port, SmtpTls.NONE).send(letter)
    assert raised.value.code is PostReason.MAIL_REFUSED


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.IMPLICIT])
async def test_a_letter_goes_over_tls_to_a_server_that_proves_its_name(authority, tls: SmtpTls) -> None:
    mailbox, context = Mailbox(), server_context(authority)
    side = {"starttls": context} if tls is SmtpTls.STARTTLS else {"implicit": context}
    async with served(mailbox, **side) as port:
        await post(port, tls, trust=trust_in(authority)).send(LETTER)
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.IMPLICIT])
@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_server_that_does_not_prove_its_name_gets_no_letter(authority, tls: SmtpTls, wrong: str) -> None:
    mailbox = Mailbox()
    context = server_context(authority, "other.test" if wrong == "name" else "localhost")
    trust = trust_in(authority) if wrong == "name" else ssl.create_default_context()
    side = {"starttls": context} if tls is SmtpTls.STARTTLS else {"implicit": context}
    async with served(mailbox, **side) as port:
        with pytest.raises(Unavailable) as raised:
            await post(port, tls, trust=trust).send(LETTER)
    assert raised.value.code is PostReason.MAIL_UNAVAILABLE
    assert mailbox.letters == []


async def test_a_server_without_starttls_gets_no_letter(authority) -> None:
    mailbox = Mailbox()
    async with served(mailbox) as port:
        with pytest.raises(Refused):
            await post(port, SmtpTls.STARTTLS, trust=trust_in(authority)).send(LETTER)
    assert mailbox.letters == []


@pytest.mark.parametrize("host", ["mail.example.net", "192.0.2.1", "localhost.example.net"])
def test_plain_smtp_is_for_loopback_only(host: str) -> None:
    with pytest.raises(Refused) as raised:
        post(25, SmtpTls.NONE, host=host)
    assert raised.value.code is PostReason.MAIL_REFUSED


@pytest.mark.parametrize("sender", ["", "node", "Node <node@mark.test>", "node@mark.test\r\nX: y"])
def test_letters_need_a_from_address(sender: str) -> None:
    with pytest.raises(Refused) as raised:
        post(25, SmtpTls.NONE, sender=sender)
    assert raised.value.code is PostReason.MAIL_REFUSED


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_known_by_any_of_its_names(host: str) -> None:
    assert post(25, SmtpTls.NONE, host=host)


@pytest.mark.parametrize(
    ("say", "kind", "code"),
    [
        ({"no_recipient": "550 5.1.1 <alice@acmecorp.test> unknown"}, Refused, PostReason.MAIL_REFUSED),
        ({"no_recipient": "451 4.7.1 come back later"}, Unavailable, PostReason.MAIL_UNAVAILABLE),
        ({"no_data": "554 5.7.1 no"}, Refused, PostReason.MAIL_REFUSED),
        ({"no_data": "452 4.3.1 full"}, Unavailable, PostReason.MAIL_UNAVAILABLE),
        ({"no_data": "421 4.3.2 going down"}, Unavailable, PostReason.MAIL_UNAVAILABLE),
    ],
)
async def test_a_final_no_is_told_from_a_later(say: dict[str, str], kind, code) -> None:
    async with served(Mailbox(**say)) as port:
        with pytest.raises(kind) as raised:
            await post(port, SmtpTls.NONE).send(LETTER)
    assert raised.value.code is code
    shown = str(raised.value) + repr(raised.value.__cause__)
    assert "alice" not in shown
    assert raised.value.__suppress_context__


async def test_nobody_at_the_port_is_something_to_try_again() -> None:
    async with served(Mailbox()) as port:
        pass
    with pytest.raises(Unavailable) as raised:
        await post(port, SmtpTls.NONE).send(LETTER)
    assert raised.value.code is PostReason.MAIL_UNAVAILABLE
    assert raised.value.retryable


async def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    at = Submission(host="127.0.0.1", port=port, tls=SmtpTls.NONE, sender="node@mark.test", timeout_s=0.2)
    with pytest.raises(Unavailable):
        await SmtpPost(at, HandClock()).send(LETTER)
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.01)


@pytest.mark.parametrize("subject", ["x\r\nBcc: eve@evil.test", "x\nBcc: eve@evil.test"])
async def test_a_subject_brings_no_header_of_its_own(subject: str) -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader"):
        await post(25, SmtpTls.NONE).send(Letter(recipient="a@b.test", subject=subject, text="y"))
