"""Answers into a chat of a messaging platform, through its API.

A person must never be told the same thing twice by us. So what may be sent again and what may not is part of the law:
only what the platform has surely not taken.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from frankmark.foundation.errors import Unavailable

__all__ = ["Account", "Message", "MessagingReason", "Messenger", "Messengers", "NotTaken", "Piece"]


class MessagingReason(StrEnum):
    """Why an answer did not go out."""

    MESSAGING_BUSY = "MESSAGING_BUSY"  # the platform asks to come again: too many requests, or a fault of its own
    MESSAGING_UNREACHABLE = "MESSAGING_UNREACHABLE"  # no connection to the platform's API: nothing was sent
    MESSAGING_UNCERTAIN = "MESSAGING_UNCERTAIN"  # sent, and no answer came back: never sent again
    MESSAGING_REFUSED = "MESSAGING_REFUSED"  # the platform says no for good: the token, the chat, the message


class NotTaken(Unavailable):
    """The platform has surely not taken the message: the same may be sent again.

    Args:
        code: `MESSAGING_BUSY` or `MESSAGING_UNREACHABLE`.
        detail: One sentence, without chat and text.
        wait_ms: How long the platform asks to wait; 0 if it does not say.
    """

    def __init__(self, code: MessagingReason, detail: str, *, wait_ms: int = 0) -> None:
        super().__init__(code, detail)
        self.wait_ms = wait_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The node's account on a platform; `str` and `repr` show no secret.

    Attributes:
        platform: ``telegram`` or ``whatsapp``.
        token: The token of the bot, or the access token of the business account.
        secret: What proves that a webhook is the platform's: Telegram's secret token, WhatsApp's app secret.
        verify_token: What WhatsApp says when it asks for the first time whether a webhook is wanted; else empty.
        number_id: The id of the business number at WhatsApp; else empty.
        brand: The brand whose perimeter messages are compared with; empty: whichever holds the channel.
    """

    platform: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    verify_token: str = field(default="", repr=False)
    number_id: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text.

    Attributes:
        text: The text.
        literal: Whether it is shown as it stands, and never becomes something to tap on.
    """

    text: str
    literal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An answer to one message, or the first one in a chat.

    Attributes:
        chat: Where it goes; it may be a person's number.
        reply_to: The platform's id of the message that is answered; empty for none.
        pieces: The text; at most 4,096 UTF-16 code units together.
    """

    chat: str = field(repr=False)
    reply_to: str = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)


class Messenger(Protocol):
    """The line to a platform's API with one account.

    Law: when a method returns, the platform has done what was asked. Neither chat, number, text nor token stand in an
    error. No link in a message is followed for a preview.
    """

    async def send(self, message: Message) -> None:
        """Send an answer.

        Raises:
            NotTaken: `MESSAGING_BUSY`, `MESSAGING_UNREACHABLE`: it may be sent again.
            Unavailable: `MESSAGING_UNCERTAIN`: it may have been taken.
            Refused: `MESSAGING_REFUSED`.
        """
        ...

    async def receive_at(self, url: str) -> None:
        """Have the platform deliver messages to a URL with the account's secret; where only its console can, nothing.

        Args:
            url: An https URL; empty ends the deliveries.

        Raises:
            NotTaken, Unavailable, Refused: As for `send`.
        """
        ...


class Messengers(Protocol):
    """Makes lines."""

    def line(self, account: Account) -> Messenger:
        """The line of an account; nothing is connected yet."""
        ...
