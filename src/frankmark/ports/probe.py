"""What a TLS handshake with a domain's web server shows: its certificate, and the logs that promise to hold it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

__all__ = ["Handshake", "TlsFinding", "TlsProbe"]


class Handshake(StrEnum):
    """How the handshake ended. `UNREACHABLE` says nothing about the certificate, the others do."""

    VALID = "valid"  # TLS 1.2 or newer, chain and host name hold now
    INVALID = "invalid"  # a handshake took place, and the chain, the name, the time or the version does not hold
    NONE = "none"  # the domain has no address, or its host answers and refuses the port: there is no TLS to judge
    UNREACHABLE = "unreachable"  # no answer in time, or a failing network


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFinding:
    """The outcome of one probe.

    Attributes:
        handshake: How it ended.
        days_left: Whole days until the leaf certificate expires; 0 unless `VALID`.
        version: The protocol version as TLS names it ("TLSv1.3"); empty unless `VALID`.
        logs: Names of the distinct certificate-transparency logs with a verified SCT in the leaf certificate.
        observed_ms: When the probe ended, milliseconds since the epoch.
        fingerprint: Lower-case hex SHA-256 of the leaf certificate; empty unless `VALID`.
    """

    handshake: Handshake
    days_left: int = 0
    version: str = ""
    logs: tuple[str, ...] = ()
    observed_ms: int = 0
    fingerprint: str = ""


class TlsProbe(Protocol):
    """Shakes hands with a domain's web server.

    Law: never raises for what the network does; connects only through the outbound guard; a finding is kept, so that
    one domain is not probed more than once in ten minutes, whoever asks.
    """

    async def probe(self, domain: str) -> TlsFinding:
        """The finding for `domain` (A-labels), at the latest when the probe's time budget has passed."""
        ...
