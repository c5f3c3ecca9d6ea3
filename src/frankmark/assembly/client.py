"""What a command does on the person's own machine: its clock, whom it believes, and the check of a message.

A command must not pay for more than it uses, so what one verb alone needs is imported where it is used.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from frankmark.adapters.system.clock import SystemClock
from frankmark.ports.clock import Clock
from frankmark.ports.node_api import NodeApi
from frankmark.settings import Settings

if TYPE_CHECKING:
    from frankmark.assembly.pins import Pins
    from frankmark.ports.resolver import Resolver
    from frankmark.services.mailcheck import MailCheck

__all__ = ["local_clock", "local_resolver", "mail_check", "pins_of"]


def local_clock(settings: Settings, environ: Mapping[str, str]) -> Clock:
    """The clock of this process; a test clock counts only where the node's listener is loopback."""
    host = settings.listen.rpartition(":")[0].strip("[]")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return SystemClock(environ, allow_test_clock=loopback)


def local_resolver(settings: Settings, clock: Clock) -> "Resolver":
    """The resolver of the settings.

    Raises:
        Malformed: `SETTINGS_INVALID`.
    """
    # dnspython loads a whole HTTP client for DNS over HTTPS, which is never asked for here: 100 ms of every start.
    import dns._features  # noqa: PLC0415, PLC2701  (must come before the resolver's own imports)

    dns._features.force("doh", False)  # noqa: FBT003, SLF001  (its documented switch has no other door)
    from frankmark.assembly.world import open_resolver  # noqa: PLC0415

    return open_resolver(settings, clock)


def pins_of(file: Path, jwks: Sequence[str] = ()) -> "Pins":
    """Whom a person believes.

    Args:
        file: The trust file.
        jwks: Further key sets, each ``ISSUER=FILE``.

    Returns:
        The pins of both; a key set that is named here replaces the issuer's keys in the file.

    Raises:
        Malformed: `TRUST_FILE_INVALID`.
    """
    from frankmark.assembly.pins import load_pins, with_key_file  # noqa: PLC0415

    pins = load_pins(file)
    for text in jwks:
        pins = with_key_file(pins, text)
    return pins


def mail_check(settings: Settings, clock: Clock, *, pins: "Pins", node: NodeApi | None) -> "MailCheck":
    """A check of messages in this process.

    Args:
        settings: For the resolver, and for whom the operator's own servers are.
        clock: The clock.
        pins: Whom the reader believes.
        node: The node to ask about senders; None to ask nobody.

    Raises:
        Malformed: `SETTINGS_INVALID`.
    """
    from frankmark.services.mailcheck import MailCheck, MailTrust  # noqa: PLC0415

    trust = MailTrust(
        issuers={iss: issuer.keys for iss, issuer in pins.issuers.items()},
        receivers=settings.mail.trusted_receivers,
        authserv_ids=settings.mail.authserv_ids,
    )
    return MailCheck(resolver=local_resolver(settings, clock), node=node, trust=trust, clock=clock)
