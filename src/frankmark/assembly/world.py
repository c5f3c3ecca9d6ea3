"""The outside world as an operator's settings want it: names, fetches, registries and handshakes."""

from dataclasses import dataclass
from pathlib import Path

from frankmark import __version__
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.rdap import Bootstrap, RdapClient, RdapTiming
from frankmark.adapters.network.tls_probe import GuardedTlsProbe, ProbeTiming, log_names
from frankmark.assembly.resolving import open_resolver
from frankmark.assembly.tables import data_file
from frankmark.foundation.errors import Malformed
from frankmark.ports.clock import Clock
from frankmark.ports.fetch import Fetcher
from frankmark.ports.probe import TlsProbe
from frankmark.ports.registration import RegistrationData
from frankmark.ports.resolver import Resolver
from frankmark.settings import Settings, SettingsReason

__all__ = ["World", "open_world"]

TEN_MINUTES_MS = 600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What services may ask."""

    resolver: Resolver
    fetcher: Fetcher
    registration: RegistrationData
    probe: TlsProbe


def open_world(settings: Settings, clock: Clock) -> World:
    """Everything that the settings say of the outside.

    Raises:
        Malformed: `SETTINGS_INVALID`, `SETTINGS_UNREADABLE`.
    """
    resolver = open_resolver(settings, clock)
    evidence = settings.evidence
    try:
        allow = [endpoint_from(text) for text in settings.outbound.allow]
        instead = {name: _host_port(text) for name, text in evidence.connect.items()}
    except ValueError as fault:
        raise Malformed(SettingsReason.SETTINGS_INVALID, str(fault)) from fault
    dialer = Dialer(
        resolver=resolver, rules=AddressRules(data_file("special_addresses.json").read_bytes()), allow=allow
    )
    tls = trust_context(evidence.ca_file or None)
    fetcher = GuardedFetcher(dialer=dialer, tls=tls, agent=f"frankmark/{__version__}")
    bootstrap = Bootstrap(_table(evidence.rdap_services, "rdap_dns.json"), evidence.rdap)
    logs = _table(evidence.ct_logs, "ct_logs.json")
    rdap_timing, tls_timing = _timings(settings.limits.probes_per_ten_minutes)
    return World(
        resolver=resolver,
        fetcher=fetcher,
        registration=RdapClient(fetcher=fetcher, bootstrap=bootstrap, clock=clock, timing=rdap_timing),
        probe=GuardedTlsProbe(
            dialer=dialer, tls=tls, logs=log_names(logs), clock=clock, instead=instead, timing=tls_timing
        ),
    )


def _timings(probes: int) -> tuple[RdapTiming, ProbeTiming]:
    """How long findings are kept; an operator who allows more probes of a domain gets findings as fresh as that."""
    if probes <= 1:
        return RdapTiming(), ProbeTiming()
    keep_ms = TEN_MINUTES_MS // probes
    return RdapTiming(keep_ms=keep_ms, retry_ms=keep_ms), ProbeTiming(keep_ms=keep_ms, retry_ms=keep_ms)


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        message = f"evidence.connect: {text} is not HOST:PORT"
        raise ValueError(message)
    return host.strip("[]"), int(port)


def _table(name: str, bundled: str) -> bytes:
    """The operator's own table, or the bundled one."""
    if not name:
        return data_file(bundled).read_bytes()
    try:
        return Path(name).read_bytes()
    except OSError as fault:
        raise Malformed(SettingsReason.SETTINGS_UNREADABLE, f"{name}: {fault.strerror}") from fault
