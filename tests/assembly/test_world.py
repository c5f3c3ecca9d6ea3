"""Settings become a resolver, a fetcher and probes, or a refusal that names the setting."""

import pytest

from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.tables import shipped_confusables, shipped_phrases, shipped_suffixes
from frankmark.assembly.world import _timings, open_world
from frankmark.foundation.errors import Malformed
from frankmark.settings import DnsSettings, EvidenceSettings, OutboundSettings, Settings

CLOCK = SystemClock({})


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings(dns=DnsSettings(resolvers=("nowhere",))), "SETTINGS_INVALID: dns.resolvers"),
        (Settings(outbound=OutboundSettings(allow=("127.0.0.1",))), "SETTINGS_INVALID"),
        (Settings(evidence=EvidenceSettings(connect={"a.test": "127.0.0.1"})), "SETTINGS_INVALID: evidence.connect"),
        (Settings(evidence=EvidenceSettings(ct_logs="/nowhere/logs.json")), "SETTINGS_UNREADABLE"),
        (Settings(evidence=EvidenceSettings(rdap_services="/nowhere/dns.json")), "SETTINGS_UNREADABLE"),
    ],
)
async def test_a_setting_that_cannot_be_is_named(settings, code) -> None:
    with pytest.raises(Malformed, match=code):
        open_world(settings, CLOCK)


async def test_the_defaults_and_exceptions_make_a_world() -> None:
    settings = Settings(
        dns=DnsSettings(resolvers=("127.0.0.1:53", "[::1]:53")),
        outbound=OutboundSettings(allow=("http://127.0.0.1:8080",)),
        evidence=EvidenceSettings(rdap={"test": "http://127.0.0.1:8080/"}, connect={"a.test": "[::1]:8443"}),
    )
    world = open_world(settings, CLOCK)
    assert world.resolver is not None
    assert world.registration is not None


async def test_an_operators_own_table_of_registries_takes_the_place_of_the_bundled_one(tmp_path) -> None:
    file = tmp_path / "dns.json"
    file.write_text('{"services":[[["zz"],["https://rdap.example/"]]]}')
    world = open_world(Settings(evidence=EvidenceSettings(rdap_services=str(file))), CLOCK)
    assert world.registration._bootstrap.base("a.zz") == "https://rdap.example/"
    assert world.registration._bootstrap.base("a.com") is None
    file.write_text("[]")
    with pytest.raises(Malformed, match="RDAP_MALFORMED"):
        open_world(Settings(evidence=EvidenceSettings(rdap_services=str(file))), CLOCK)


def test_the_tables_that_ship_are_read_once() -> None:
    assert shipped_suffixes().registrable("a.b.example.co.uk") == "example.co.uk"
    assert shipped_suffixes() is shipped_suffixes()
    assert shipped_confusables() is shipped_confusables()
    assert set(shipped_phrases().languages) == {"en", "es", "fr", "ja"}


@pytest.mark.parametrize(
    ("probes", "kept"), [(1, (21_600_000, 600_000, 3_600_000, 600_000)), (600, (1_000, 1_000, 1_000, 1_000))]
)
def test_findings_are_kept_as_long_as_the_allowed_probes_of_a_domain_demand(probes, kept) -> None:
    rdap, tls = _timings(probes)
    assert (rdap.keep_ms, rdap.retry_ms, tls.keep_ms, tls.retry_ms) == kept
