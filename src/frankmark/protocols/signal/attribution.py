"""What a message that somebody forwarded to a bot or a business number holds, and what the platform vouches for.

Telegram (Bot API, ``Update``) names the original sender in ``forward_origin``, unless that person hides it. WhatsApp
(Cloud API webhook) never does: there is only the content, and the number of whoever forwarded it, which is never an
artifact. Nothing of a message is kept besides the channels in it, and where to answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from frankmark.foundation.errors import Refused
from frankmark.protocols.signal.model import Artifact, Attribution, Subject
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["MOST_ARTIFACTS", "Extraction", "Platform", "distinct"]

MOST_ARTIFACTS: Final = 20


class Platform(StrEnum):
    """Where a message comes from."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What is in one message.

    Attributes:
        platform: Where it comes from.
        attribution: What ties its channels to whoever wrote it.
        subjects: The channels, each once, the original sender first; at most 21, of which 20 are admitted.
        chat: Where to answer. It may be a person's number: never in any output, receipt or log.
        message_id: The platform's id of the message, for answering it there.
        delivery: What the platform says again when it delivers the same thing again; empty if it says nothing. It may
            hold a person's number as well.
        language: The language of whoever sent it, as far as the platform lets it be known; a BCP 47 tag, or empty.
        awaited: Whether whoever sent it waits for an answer, as nobody does who reacts, joins or lets a bot write.
    """

    platform: Platform
    attribution: Attribution
    subjects: tuple[Subject, ...]
    chat: str = field(repr=False)
    message_id: str = field(repr=False)
    delivery: str = field(default="", repr=False)
    language: str = ""
    awaited: bool = True

    def admitted(self) -> tuple[Subject, ...]:
        """The channels, if there are not too many.

        Returns:
            At most 20.

        Raises:
            Refused: ARTIFACTS_TOO_MANY.
        """
        if len(self.subjects) > MOST_ARTIFACTS:
            raise Refused(SignalReason.ARTIFACTS_TOO_MANY, f"at most {MOST_ARTIFACTS} channels in one message")
        return self.subjects


def distinct(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Leave out what is there already, and stop when there is one too many.

    Args:
        subjects: Channels as they were found.

    Returns:
        At most 21; two whose first reading is the same are one.
    """
    kept: dict[Artifact, Subject] = {}
    for each in subjects:
        kept.setdefault(each.readings[0], each)
        if len(kept) > MOST_ARTIFACTS:
            break
    return tuple(kept.values())
