"""Fuzz the message reader and the reader of From: no crash, and what was read reads the same again."""

import contextlib

from frankmark.foundation.errors import Malformed
from frankmark.mail.mailbox import author, parse_mailbox
from frankmark.mail.message import MessageLimits, parse

LIMITS = MessageLimits(message_bytes=65_536, header_bytes=16_384, fields=200, line_bytes=4_096)


def one_input(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        parse_mailbox(data)
    try:
        message = parse(data, LIMITS)
    except Malformed:
        return
    again = parse(message.octets)
    if (again.fields, again.body) != (message.fields, message.body):
        raise AssertionError("a message is not read back as it was")
    with contextlib.suppress(Malformed):
        found = author(message)
        if parse_mailbox(f"<{found.address}>".encode()).address != found.address:
            raise AssertionError("an author is not read back as it was")
