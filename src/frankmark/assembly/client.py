"""What a command does on the person's own machine: its clock, whom it believes, and the check of a message.

A command must not pay for more than it uses, so what one verb alone needs is imported where it is used.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.resolving import open_resolver
from frankmark.foundation.errors import Malformed
from frankmark.ports.clock import Clock
from frankmark.ports.node_api import NodeApi
from frankmark.settings import Settings

if TYPE_CHECKING:
    from frankmark.assembly.pins import Pins
    from frankmark.foundation.jwks import JwkSet
    from frankmark.services.mailcheck import MailCheck

__all__ = ["local_clock", "mail_check", "on_loopback", "pins_of"]


def on_loopback(listen: str) -> bool:
    """Whether HOST:PORT is on this machine alone."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_clock(settings: Settings, environ: Mapping[str, str]) -> Clock:
    """The clock of this process; a test clock counts only where the node's listener is loopback."""
    return SystemClock(environ, allow_test_clock=on_loopback(settings.listen))


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
    from frankmark.assembly.pins import Issuer, PinReason, load_pins  # noqa: PLC0415

    pins = load_pins(file)
    for text in jwks:
        iss, equals, name = text.partition("=")
        if not equals or not iss or not name:
            raise Malformed(PinReason.TRUST_FILE_INVALID, f"{text}: a key set is named ISSUER=FILE")
        known = pins.issuer(iss)
        keys = _key_set(name)
        pins = pins.with_issuer(Issuer(iss=iss, keys=keys) if known is None else replace(known, keys=keys))
    return pins


def _key_set(name: str) -> "JwkSet":
    from frankmark.assembly.pins import PinReason  # noqa: PLC0415
    from frankmark.foundation.jwks import JwkSet  # noqa: PLC0415

    try:
        return JwkSet.parse(Path(name).read_bytes())
    except OSError as fault:
        raise Malformed(PinReason.TRUST_FILE_INVALID, f"{name}: {fault.strerror}") from fault


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
    resolver = open_resolver(settings, clock)
    return MailCheck(resolver=resolver, node=node, trust=trust, clock=clock, deadline_ms=settings.dns.deadline_ms)
