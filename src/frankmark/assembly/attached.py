"""What is attached to a message (RFC 2045, RFC 2183): the octets of each part, decoded; nothing is judged here."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Parts
from itertools import islice

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed
from frankmark.mail import message
from frankmark.mail.message import MessageReason

__all__ = ["Attachment", "attachments_of", "is_message"]

MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One part of a message that holds no further parts.

    Attributes:
        name: Its file name, or ``part-3`` for the third part if it has none.
        media: Its media type in lower case.
        data: Its octets, decoded.
    """

    name: str
    media: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of its octets, 64 lower hex."""
        return sha256(self.data).hex()


def is_message(data: bytes) -> bool:
    """Whether octets are a message with a sender: a header and nothing else before an empty line."""
    try:
        return bool(message.parse(data).named(b"from"))
    except Malformed:
        return False


def attachments_of(data: bytes) -> tuple[Attachment, ...]:
    """The parts of a message, those of messages inside it too.

    Args:
        data: The message.

    Returns:
        Its parts in their order; a message without parts is one part.

    Raises:
        Malformed: `MESSAGE_TOO_LARGE` for more than 1,000 parts, `HEADER_SYNTAX` for parts that nobody can tell apart.
    """
    try:
        found = tuple(islice(_parts(message_from_bytes(data)), MOST_PARTS + 1))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as wrong:
        raise Malformed(MessageReason.HEADER_SYNTAX, "the parts of the message cannot be told apart") from wrong
    if len(found) > MOST_PARTS:
        raise Malformed(MessageReason.MESSAGE_TOO_LARGE, f"a message of at most {MOST_PARTS} parts")
    return found


def _parts(whole: Parts) -> Iterator[Attachment]:
    for number, part in enumerate(whole.walk(), 1):
        payload = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(payload, bytes):
            name = part.get_filename() or f"part-{number}"
            yield Attachment(name=name, media=part.get_content_type(), data=payload)
