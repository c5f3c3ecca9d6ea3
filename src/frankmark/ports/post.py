"""Mail out: letters of the node to one person each."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["Letter", "PostOffice", "PostReason"]


class PostReason(StrEnum):
    """Why a letter did not go out."""

    MAIL_UNAVAILABLE = "MAIL_UNAVAILABLE"  # the submission server cannot be reached, or asks to try again
    MAIL_REFUSED = "MAIL_REFUSED"  # the submission server refuses the letter for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A plain-text letter.

    Attributes:
        recipient: One canonical addr-spec.
        subject: One line.
        text: The body; lines end with a line feed.
        language: The language it is written in, a tag such as ``es``.
    """

    recipient: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    language: str = "en"


class PostOffice(Protocol):
    """Takes letters.

    Law: when `send` returns, the submission server has taken the letter. A letter that raised may have gone out all
    the same, as mail knows no better. No address appears in an error.
    """

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the submission server.

        Raises:
            Unavailable: `MAIL_UNAVAILABLE`.
            Refused: `MAIL_REFUSED`.
        """
        ...
