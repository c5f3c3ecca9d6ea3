"""The DNS as an operator's settings want it."""

from typing import TYPE_CHECKING

from frankmark.foundation.errors import Malformed
from frankmark.ports.clock import Clock
from frankmark.settings import Settings, SettingsReason

if TYPE_CHECKING:
    from frankmark.adapters.network.resolver import DnsResolver

__all__ = ["open_resolver"]


def open_resolver(settings: Settings, clock: Clock) -> "DnsResolver":
    """The resolver of the settings, the system's servers where none are named.

    Raises:
        Malformed: `SETTINGS_INVALID`.
    """
    # dnspython loads a whole HTTP client for DNS over HTTPS, which nothing here asks for: 100 ms of every command.
    import dns._features  # noqa: PLC0415  (its switch has no other door, and comes before its queries)

    dns._features.force("doh", enabled=False)  # noqa: SLF001  (as above)
    from frankmark.adapters.network.resolver import (  # noqa: PLC0415  (after the switch)
        DnsResolver,
        ResolverSettings,
        servers_from,
        system_servers,
    )

    dns_settings = settings.dns
    try:
        servers = servers_from(",".join(dns_settings.resolvers)) if dns_settings.resolvers else system_servers()
    except ValueError as fault:
        raise Malformed(SettingsReason.SETTINGS_INVALID, f"dns.resolvers: {fault}") from fault
    options = ResolverSettings(
        servers=servers,
        validating=dns_settings.validating,
        deadline_ms=dns_settings.deadline_ms,
        ttl_floor_s=dns_settings.minimum_ttl_s,
    )
    return DnsResolver(options, clock)
