"""What each collector makes of what its source says, over twins that keep the ports' laws."""

import asyncio
from dataclasses import dataclass, field

import pytest

from frankmark.foundation.dns import Answer, Question, RRType, Status
from frankmark.mail.dkim_domain import COMMON_SELECTORS
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.probe import Handshake, TlsFinding
from frankmark.ports.registration import Registration, RegistryAnswer
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import Published
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, scale_of
from frankmark.services.collectors import Collectors, Sources

NOW = 1_790_000_000_000
DAY = 86_400_000
KEY = b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
FAILURES = [Status.TIMEOUT, Status.SERVFAIL, Status.BOGUS]


class Clock:
    def now_ms(self) -> int:
        return NOW

    def steady_ms(self) -> int:
        return 0


@dataclass
class Table:
    """A resolver over texts by name; `failing` names get that status, all others do not exist."""

    texts: dict[str, list[bytes]] = field(default_factory=dict)
    failing: dict[str, Status] = field(default_factory=dict)
    exchangers: list[tuple[int, str]] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    ttl: int = 60

    async def resolve(self, question: Question) -> Answer:
        self.asked.append(question)
        if question.name in self.failing:
            return Answer(status=self.failing[question.name])
        if question.rrtype is RRType.MX and self.exchangers:
            return Answer(status=Status.OK, exchanges=tuple(self.exchangers), ttl=self.ttl)
        if question.name in self.texts and question.rrtype is RRType.TXT:
            texts = tuple((text,) for text in self.texts[question.name])
            return Answer(status=Status.OK, texts=texts, ttl=self.ttl)
        known = any(name == question.name or name.endswith("." + question.name) for name in self.texts)
        return Answer(status=Status.NODATA if known else Status.NXDOMAIN, ttl=self.ttl)


@dataclass
class Registry:
    found: Registration = field(default_factory=lambda: Registration(answer=RegistryAnswer.UNREACHABLE))
    asked: list[str] = field(default_factory=list)

    async def look_up(self, domain: str) -> Registration:
        self.asked.append(domain)
        return self.found


@dataclass
class Probe:
    found: TlsFinding = field(default_factory=lambda: TlsFinding(handshake=Handshake.UNREACHABLE))
    delay_s: float = 0

    async def probe(self, domain: str) -> TlsFinding:
        assert domain
        await asyncio.sleep(self.delay_s)
        return self.found


async def observe(table: Table, domain="a.test", *, registry=None, probe=None, selectors=(), deadline_ms=500):
    sources = Sources(
        resolver=table,
        registration=registry or Registry(),
        probe=probe or Probe(),
        suffixes=PublicSuffixes.parse("// ===BEGIN ICANN DOMAINS===\ntest\nco.test\n// ===END ICANN DOMAINS===\n"),
        clock=Clock(),
    )
    collectors = Collectors(sources, deadline_ms=deadline_ms)
    observation = await collectors.observe(domain, selectors)
    for signal in observation.signals.values():
        assert scale_of(signal.name, Mode.DOMAIN).knows(signal.value)
        assert signal.present == (signal.reason is None)
    await collectors.close()
    return observation


def value(observation, name: SignalName):
    signal = observation.signals[name]
    return signal.reason if signal.value == UNAVAILABLE else signal.value


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b"v=spf1 ip4:192.0.2.1 -all", "-all"),
        (b"v=spf1 ~all", "~all"),
        (b"v=spf1 a", "?all"),
        (b"v=spf1 +all", "+all"),
        (b"v=spf1 nonsense", "permerror"),
        (b"other", "none"),
    ],
)
async def test_spf_is_what_the_domain_says_to_strangers(record, expected):
    assert value(await observe(Table({"a.test": [record]})), SignalName.SPF) == expected


@pytest.mark.parametrize("status", FAILURES)
async def test_a_name_server_that_fails_leaves_everything_it_was_asked_unavailable(status):
    names = ["a.test", "_dmarc.a.test", "_securestamp.a.test", "s._domainkey.a.test"]
    observation = await observe(Table(failing=dict.fromkeys(names, status)), selectors=["s"])
    for name in (SignalName.SPF, SignalName.DKIM, SignalName.DMARC):
        assert value(observation, name) is Reason.SOURCE_UNAVAILABLE
    assert observation.publication.result is Published.TEMPERROR
    assert (observation.missing, observation.exchangers, observation.ttl_s) == (False, None, 0)


@pytest.mark.parametrize(
    ("texts", "failing", "expected"),
    [
        ({"s1": [KEY]}, {}, "valid"),
        ({"s1": [KEY]}, {"s2": Status.TIMEOUT}, "valid"),
        ({"s1": [b"v=DKIM1; p="]}, {}, "revoked"),
        ({"s1": [b"v=DKIM1; p="]}, {"s2": Status.TIMEOUT}, "revoked"),
        ({}, {"s2": Status.SERVFAIL}, Reason.SOURCE_UNAVAILABLE),
        ({"s1": [b"v=DKIM1; p=AAAA"]}, {}, "invalid"),
        ({}, {}, "none"),
    ],
)
async def test_dkim_is_the_best_that_any_selector_says(texts, failing, expected):
    table = Table(
        {f"{selector}._domainkey.a.test": found for selector, found in texts.items()},
        {f"{selector}._domainkey.a.test": status for selector, status in failing.items()},
    )
    assert value(await observe(table, selectors=["s1", "s2"]), SignalName.DKIM) == expected


async def test_dkim_tries_common_selectors_where_none_is_declared_and_never_more_than_sixteen():
    common, many = Table(), Table()
    await observe(common)
    await observe(many, selectors=[f"s{number}" for number in range(50)])

    def asked(table):
        return {question.name.partition("._domainkey.")[0] for question in table.asked if "_domainkey" in question.name}

    assert asked(common) == set(COMMON_SELECTORS)
    assert asked(many) == {f"s{number}" for number in range(16)}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b"v=DMARC1; p=reject", "reject"),
        (b"v=DMARC1; p=quarantine", "quarantine"),
        (b"v=DMARC1; p=none; rua=mailto:r@a.test", "none+rua"),
        (b"v=DMARC1; p=none", "none"),
        (b"other", "absent"),
    ],
)
async def test_dmarc_is_the_policy_that_applies(record, expected):
    assert value(await observe(Table({"_dmarc.a.test": [record]})), SignalName.DMARC) == expected
    below = await observe(Table({"_dmarc.a.test": [record]}), domain="www.a.test")
    assert value(below, SignalName.DMARC) == expected


@pytest.mark.parametrize(
    ("found", "age", "registration"),
    [
        ({"registered_ms": NOW - 730 * DAY, "expires_ms": NOW + 31 * DAY}, 730, 31),
        ({"registered_ms": NOW + DAY, "expires_ms": NOW - 10}, 0, -1),
        ({"registered_ms": NOW, "expires_ms": None}, 0, "no_expiry"),
        ({"expires_ms": NOW + DAY}, Reason.SOURCE_UNSUPPORTED, 1),
        ({"registered_ms": 0, "expires_ms": NOW + DAY, "statuses": ("client hold",)}, NOW // DAY, "withdrawn"),
        ({"answer": RegistryAnswer.NOT_FOUND}, Reason.SOURCE_UNSUPPORTED, "not_found"),
        ({"answer": RegistryAnswer.UNSUPPORTED}, Reason.SOURCE_UNSUPPORTED, Reason.SOURCE_UNSUPPORTED),
        ({"answer": RegistryAnswer.UNREACHABLE}, Reason.SOURCE_UNAVAILABLE, Reason.SOURCE_UNAVAILABLE),
        ({"registered_ms": -(10**17), "expires_ms": 10**17}, 100_000, 100_000),
    ],
)
async def test_age_and_registration_are_counted_in_days(found, age, registration):
    registry = Registry(Registration(**{"answer": RegistryAnswer.FOUND, "observed_ms": NOW, **found}))
    observation = await observe(Table(), registry=registry)
    assert value(observation, SignalName.DOMAIN_AGE) == age
    assert value(observation, SignalName.REGISTRATION) == registration


@pytest.mark.parametrize(("domain", "asked"), [("mail.shop.co.test", ["shop.co.test"]), ("co.test", [])])
async def test_the_registry_is_asked_about_the_registrable_domain(domain, asked):
    registry = Registry()
    observation = await observe(Table(), domain=domain, registry=registry)
    assert registry.asked == asked
    assert not observation.signals[SignalName.REGISTRATION].present


@pytest.mark.parametrize(
    ("finding", "ssl", "ct"),
    [
        (TlsFinding(handshake=Handshake.VALID, days_left=8, logs=("a", "b", "c")), 8, 3),
        (TlsFinding(handshake=Handshake.VALID, days_left=0), 0, 0),
        (TlsFinding(handshake=Handshake.INVALID), "invalid", 0),
        (TlsFinding(handshake=Handshake.NONE), "none", 0),
        (TlsFinding(handshake=Handshake.UNREACHABLE), Reason.SOURCE_UNAVAILABLE, Reason.SOURCE_UNAVAILABLE),
    ],
)
async def test_tls_gives_days_left_and_the_number_of_logs(finding, ssl, ct):
    observation = await observe(Table(), probe=Probe(finding))
    assert (value(observation, SignalName.SSL), value(observation, SignalName.CT)) == (ssl, ct)


async def test_a_domain_that_does_not_exist_is_missing_and_one_without_mail_is_not():
    missing = await observe(Table())
    assert (missing.missing, missing.exchangers) == (True, False)
    assert missing.publication.result is Published.NONE
    there = await observe(Table({"a.test": [b"x"]}))
    assert (there.missing, there.exchangers) == (False, False)
    mailing = await observe(Table({"a.test": [b"x"]}, exchangers=[(10, "m.test")]))
    assert mailing.exchangers is True
    assert mailing.ttl_s == 60


async def test_what_misses_the_deadline_is_collecting_and_the_rest_counts():
    started = asyncio.get_running_loop().time()
    observation = await observe(Table({"a.test": [b"v=spf1 -all"]}), probe=Probe(delay_s=2), deadline_ms=50)
    assert asyncio.get_running_loop().time() - started < 1
    assert observation.late
    assert value(observation, SignalName.SSL) is value(observation, SignalName.CT) is Reason.COLLECTING
    assert value(observation, SignalName.SPF) == "-all"


async def test_a_dns_that_misses_the_deadline_leaves_the_record_unanswered():
    class Slow(Table):
        async def resolve(self, question: Question) -> Answer:
            await asyncio.sleep(2)
            return await super().resolve(question)

    observation = await observe(Slow(), deadline_ms=50)
    assert observation.publication.result is Published.TEMPERROR
    assert value(observation, SignalName.DMARC) is Reason.COLLECTING
    assert not observation.missing


async def test_a_defect_of_ours_is_not_swallowed():
    class Broken(Probe):
        async def probe(self, domain: str) -> TlsFinding:
            raise RuntimeError(domain)

    with pytest.raises(RuntimeError, match=r"a\.test"):
        await observe(Table(), probe=Broken())
