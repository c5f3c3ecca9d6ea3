"""What a domain's registry says about its registration (RDAP, RFC 9082 and RFC 9083)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

__all__ = ["Registration", "RegistrationData", "RegistryAnswer"]


class RegistryAnswer(StrEnum):
    """How the question to the registry ended. The last two are not answers about the domain."""

    FOUND = "found"
    NOT_FOUND = "not_found"  # the registry knows no such domain
    UNSUPPORTED = "unsupported"  # no RDAP service is known for the top-level domain
    UNREACHABLE = "unreachable"  # no answer in time, a failing server, or an answer that is not RDAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What was learnt.

    Attributes:
        answer: How the question ended.
        registered_ms: When the domain was registered, milliseconds since the epoch; None if not told.
        expires_ms: When the registration ends, milliseconds since the epoch; None if not told.
        statuses: The RDAP status values, lower-case ("client hold", "redemption period").
        observed_ms: When the answer came, milliseconds since the epoch.
    """

    answer: RegistryAnswer
    registered_ms: int | None = None
    expires_ms: int | None = None
    statuses: tuple[str, ...] = ()
    observed_ms: int = 0

    @property
    def withdrawn(self) -> bool:
        """Whether the registry holds the name back: on hold, in redemption, or about to be deleted (RFC 8056 §2)."""
        return any(
            status.endswith(" hold") or status in {"redemption period", "pending delete"} for status in self.statuses
        )


class RegistrationData(Protocol):
    """Asks the registry.

    Law: never raises for what the network does; connects only through the outbound guard; an answer is kept, so that
    the registry is not asked about one domain more than once in ten minutes, whoever asks.
    """

    async def look_up(self, domain: str) -> Registration:
        """The registration of `domain` (a registrable domain, A-labels), within the adapter's time budget."""
        ...
