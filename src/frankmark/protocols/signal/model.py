"""The words of SSCT-1 and the two things everything is about: an artifact, and what is asked about.

Every word is closed, and its value is what stands on the wire.
"""

from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.canonical import Json

__all__ = [
    "Artifact",
    "ArtifactType",
    "Attribution",
    "Fact",
    "ObservedSignal",
    "Role",
    "SignalLevel",
    "State",
    "Subject",
]


class ArtifactType(StrEnum):
    """Kinds of channel. A URL is none of its own: it is read as a short link and as the domain of its host."""

    DOMAIN = "domain"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SHORTLINK = "shortlink"
    PHONE = "phone"
    SMS_SENDER = "sms_sender"
    EMAIL = "email"


class Fact(StrEnum):
    """What the registry says about a channel; nothing about what anybody means to do with it."""

    PERTENECE = "PERTENECE"  # inside the perimeter that the brand declared and signed
    NO_PERTENECE = "NO_PERTENECE"  # outside it
    COUNTERSTAMP = "COUNTERSTAMP"  # the brand signed against it, and a reviewer confirmed
    DISPUTED = "DISPUTED"  # its owner disputes such a counter-stamp
    UNKNOWN = "UNKNOWN"  # no perimeter is declared


class SignalLevel(StrEnum):
    """How much the registry holds against a channel, L1 the most. Never to be merged with the level of mail."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"


class Attribution(StrEnum):
    """What ties the artifact to whoever wrote the message."""

    PLATFORM_ORIGIN = "platform_origin"  # the platform names the original sender
    CONTENT_ONLY = "content_only"  # forwarded, and the platform does not say whose it was
    DIRECT = "direct"  # given by whoever asks


class ObservedSignal(StrEnum):
    """What can be seen of a channel; the order is the order in which they are listed."""

    LOOKALIKE_DOMAIN = "LOOKALIKE_DOMAIN"
    LOOKALIKE_HANDLE = "LOOKALIKE_HANDLE"
    PUNYCODE = "PUNYCODE"
    SHORT_LINK = "SHORT_LINK"
    NEW_DOMAIN = "NEW_DOMAIN"
    CALLING_CODE_DIFFERS = "CALLING_CODE_DIFFERS"


class State(StrEnum):
    """Where a counter-stamp stands."""

    OBSERVED = "observed"
    UNDER_REVIEW = "under_review"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class Role(StrEnum):
    """In what capacity somebody acts on a counter-stamp."""

    BRAND = "brand"
    REVIEWER = "reviewer"
    OWNER = "owner"  # of the channel
    SYSTEM = "system"  # the node itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A channel in its one spelling; two that are equal are the same channel.

    Attributes:
        type: Its kind.
        value: Its canonical form, as `frankmark.protocols.signal.artifact.canonical` writes it.
    """

    type: ArtifactType
    value: str

    def json(self) -> dict[str, Json]:
        """The members type and value."""
        return {"type": self.type.value, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is asked about: one channel, in the readings that it has.

    Attributes:
        readings: The artifacts that it may be, the most particular first: a URL is a short link and then a domain, a
            Telegram channel a name and then an id. At least one. The answer is about the first that decides.
        signals: What its spelling alone shows.
    """

    readings: tuple[Artifact, ...]
    signals: frozenset[ObservedSignal] = frozenset()
