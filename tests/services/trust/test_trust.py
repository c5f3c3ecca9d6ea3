"""The trust check: what the registry knows, which rules follow, and what is remembered how long."""

from dataclasses import replace

import pytest
from tests.services.trust.conftest import SUFFIXES

from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.keys import P256PrivateKey
from frankmark.ports import rows
from frankmark.ports.behavior import Sums
from frankmark.protocols.securestamp.assessment import Rule, State
from frankmark.protocols.securestamp.channels import ChannelName
from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.facts import Registrar
from frankmark.services.places import Share
from frankmark.services.reasons import ServiceReason
from frankmark.services.trust import TrustQuery, keeping_ms, parents, parse_target

DAY_MS = 86_400_000
OTHER = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
ACT = rows.NewAudit(at_ms=0, actor="admin", org_id="", act="test.act", target="x")


async def check(world, target="good.test", **query):
    return await world.trust.check(TrustQuery(target=target, **query))


def channel(answer, name: ChannelName):
    found = next(each for each in answer.assessment.evidence.lists.channels if each.channel is name)
    return (found.result.value, found.reason)


@pytest.fixture
async def good(world):
    """A registered, stamped and published domain."""
    world.mail_domain("good.test")
    await world.register()
    await world.stamp()
    world.publish()
    return world


@pytest.mark.parametrize(
    ("text", "target", "domain"),
    [
        ("Good.TEST.", "good.test", "good.test"),
        ("bücher.test", "xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("News@Good.test", "News@good.test", "good.test"),
    ],
)
def test_reads_targets(text, target, domain):
    parsed = parse_target(text, SUFFIXES)
    assert (parsed.text, parsed.domain) == (target, domain)


@pytest.mark.parametrize("text", ["", "@", "a@", "no spaces.test", "a" * 400, "a..test", "x@y@", "\x00.test"])
async def test_refuses_what_is_neither_domain_nor_address(world, text):
    with pytest.raises(Malformed) as raised:
        await check(world, text)
    assert raised.value.code.value == "INVALID_TARGET"


@pytest.mark.parametrize(
    "text", ["com", "CO.UK", "a@com", "post@co.uk.", "test", "localhost", "nowhere.ck", "\u516c\u53f8.cn", "gov.uk"]
)
async def test_a_name_that_anybody_may_register_under_is_no_sender(world, text):
    with pytest.raises(Malformed) as raised:
        await check(world, text)
    assert raised.value.code.value == "INVALID_TARGET"


@pytest.mark.parametrize("text", ["www.ck", "wordpress.com", "a.co.uk", "b@github.io", "city.kawasaki.jp"])
async def test_a_name_that_somebody_registered_is_a_sender_even_if_others_have_names_below(world, text):
    assert (await check(world, text)).target.text == text


def test_names_the_domains_above():
    assert parents("a.b.c.test") == ("b.c.test", "c.test")
    assert parents("c.test") == parents("test") == ()


async def test_an_ordinary_domain_that_nobody_registered_is_unknown_and_no_alarm(world):
    world.mail_domain("good.test")
    answer = await check(world)
    assert answer.assessment.evidence.value(SignalName.REGISTRY) == "none"
    assert answer.assessment.rules == (Rule.C69,)
    assert answer.assessment.reasons == (Reason.NOT_REGISTERED,)
    assert display(answer.assessment) is Display.UNKNOWN
    assert answer.stamp is None


async def test_registering_and_stamping_count_at_once(world):
    world.mail_domain("good.test")
    assert (await check(world)).assessment.evidence.value(SignalName.REGISTRY) == "none"
    await world.register()
    registered = await check(world)
    assert registered.assessment.evidence.value(SignalName.REGISTRY) == "verified"
    assert registered.assessment.reasons == (Reason.NO_ACTIVE_STAMP,)
    await world.stamp()
    stamped = await check(world)
    assert (stamped.assessment.state, stamped.stamp.stamp_id) == (State.TRUSTED, (await world.stamp()).stamp_id)
    assert stamped.stamp.issuer == "https://node.demo.test"


async def test_a_registration_without_proof_of_ownership_is_worth_less(world):
    world.mail_domain("good.test")
    challenge = rows.Challenge(token="0" * 32, org_id="org_x", domain="good.test", created_ms=0, expires_ms=1)
    await world.records.add_domain(rows.DomainRecord(org_id="org_x", domain="good.test", created_ms=0), challenge, ACT)
    assert (await check(world)).assessment.evidence.value(SignalName.REGISTRY) == "registered"


@pytest.mark.parametrize(
    ("reason", "score", "rule"),
    [("PHISHING_DETECTED", 0, Rule.Z), ("NODE_COMPROMISE", 0, Rule.Z), ("ORG_REQUEST", 69, Rule.C69)],
)
async def test_a_revoked_stamp_counts_at_once_and_for_its_reason(good, reason, score, rule):
    assert (await check(good)).assessment.state is State.TRUSTED
    await good.revoke(reason)
    after = await check(good)
    assert after.assessment.score <= score
    assert rule in after.assessment.rules
    assert after.stamp is None
    assert channel(after, ChannelName.DNS) == ("fail", Reason.STAMP_REVOKED)
    assert channel(after, ChannelName.API) == ("fail", Reason.STAMP_REVOKED)


async def test_a_new_stamp_after_a_revoked_one_counts(good):
    await good.revoke("PHISHING_DETECTED")
    good.clock.pass_s(1)
    await good.stamp(stamp_id=OTHER)
    good.publish(stamp_id=OTHER)
    good.clock.pass_s(1)
    answer = await check(good)
    assert answer.assessment.state is State.TRUSTED
    assert answer.assessment.evidence.lists.revoked is None


async def test_a_stamp_that_ends_soon_or_has_ended(good):
    await good.stamp(expires_ms=good.clock.now_ms() + 13 * DAY_MS)
    assert (await check(good)).assessment.evidence.value(SignalName.STAMP) == "expiring"
    await good.stamp(expires_ms=good.clock.now_ms() - 1)
    expired = await check(good)
    assert expired.assessment.evidence.value(SignalName.STAMP) == "expired"
    assert expired.assessment.score <= 69


async def test_a_stamp_whose_own_token_does_not_hold_is_unproven(good):
    stranger = P256PrivateKey.generate()
    good.key, key = stranger, good.key
    forged = good.token()
    good.key = key
    for token in (forged, "", "no token", good.token(domain="other.test"), good.token(stamp_id=OTHER)):
        await good.stamp(token=token)
        answer = await check(good)
        assert answer.assessment.evidence.value(SignalName.STAMP) == "unproven", token
        assert answer.stamp is not None


async def test_two_owners_of_one_domain_are_a_conflict(good):
    await good.register(org="org_02")
    await good.stamp(stamp_id=OTHER, org_id="org_02", token=good.token(stamp_id=OTHER, org_id="org_02"))
    answer = await check(good)
    assert Reason.STAMP_CONFLICT in answer.assessment.reasons
    assert answer.assessment.score <= 69


async def test_a_stamp_of_one_address_counts_for_that_address_alone(world):
    world.mail_domain("good.test")
    lookup = world.names.lookup("ann@good.test")
    now = world.clock.now_ms()
    row = rows.Address(
        address_id="adr_1",
        org_id="org_a",
        domain="good.test",
        lookup=lookup,
        salt="0" * 32,
        subject_hash="1" * 64,
        created_ms=now,
        code_digest="d" * 64,
        code_expires_ms=now + DAY_MS,
        tries_left=5,
    )
    await world.records.add_address(row, ACT)
    assert await world.records.try_address_code("adr_1", "d" * 64, replace(ACT, at_ms=now)) is not None
    await world.stamp(subject=lookup, token="")
    own = await check(world, "ann@good.test")
    assert own.assessment.evidence.value(SignalName.REGISTRY) == "verified"
    assert own.assessment.evidence.value(SignalName.STAMP) == "active"
    assert own.assessment.state is State.TRUSTED
    for other in ("bob@good.test", "good.test"):
        assert (await check(world, other)).assessment.evidence.value(SignalName.STAMP) == "none"


@pytest.mark.parametrize("listed", ["good.test", "www.good.test"])
@pytest.mark.parametrize("block_list", list(rows.BlockList))
async def test_a_block_list_leaves_nothing(good, listed, block_list):
    block = rows.Block(listed_on=block_list, domain="good.test", note="", actor="admin", created_ms=0)
    await good.records.add_block(block, ACT)
    answer = await check(good, listed)
    assert (answer.assessment.score, Rule.Z in answer.assessment.rules) == (0, True)
    await good.records.drop_block(block_list, "good.test", ACT)
    assert (await check(good, listed)).assessment.score > 0


async def test_an_override_replaces_the_score_of_one_address(good):
    override = rows.SenderOverride(
        lookup=good.names.lookup("ann@good.test"), domain="good.test", score=40, note="", actor="admin", set_ms=0
    )
    await good.records.set_override(override, ACT)
    assert (await check(good, "ann@good.test")).assessment.score == 40
    assert (await check(good, "bob@good.test")).assessment.score == 87
    assert (await check(good)).assessment.score == 87


async def test_a_store_that_cannot_be_read_trusts_nobody(good):
    assert (await check(good)).assessment.state is State.TRUSTED
    good.records.switches.refuse("domain_holders", Unavailable(ServiceReason.NOT_FOUND, "broken"), times=2)
    answer = await check(good)
    assert answer.assessment.state is State.SUSPICIOUS
    assert Reason.REGISTRY_UNAVAILABLE in answer.assessment.reasons
    assert channel(await check(good, stamp_id=OTHER), ChannelName.HEADER) == ("unchecked", None)


async def test_a_token_that_a_message_brought_is_judged(good):
    assert channel(await check(good, token=good.token()), ChannelName.HEADER) == ("pass", None)
    wrong = await check(good, token=good.token(domain="other.test"))
    assert channel(wrong, ChannelName.HEADER) == ("fail", Reason.DOMAIN_MISMATCH)
    assert wrong.assessment.score == 69
    assert channel(await check(good, token="x"), ChannelName.HEADER)[0] == "fail"
    assert (await check(good)).assessment.score == 87  # such questions are not remembered


@pytest.mark.parametrize(
    ("token", "stamp_id", "expected"),
    [
        (False, "own", ("unchecked", None)),
        (False, OTHER, ("fail", Reason.STAMP_UNKNOWN)),
        (True, "own", ("pass", None)),
        (True, OTHER, ("fail", Reason.STAMP_MISMATCH)),
    ],
)
async def test_a_bare_stamp_id_proves_nothing_and_may_contradict(good, token, stamp_id, expected):
    own = (await check(good)).stamp.stamp_id
    named = own if stamp_id == "own" else stamp_id
    answer = await check(good, token=good.token() if token else None, stamp_id=named)
    assert channel(answer, ChannelName.HEADER) == expected


async def test_a_named_stamp_that_is_revoked_or_expired(good):
    own = (await check(good)).stamp.stamp_id
    await good.stamp(expires_ms=good.clock.now_ms() - 1)
    assert channel(await check(good, stamp_id=own), ChannelName.HEADER)[1] is Reason.STAMP_EXPIRED
    await good.revoke("ORG_REQUEST")
    assert channel(await check(good, stamp_id=own), ChannelName.HEADER)[1] is Reason.STAMP_REVOKED


async def test_a_token_of_an_issuer_that_nobody_pinned_is_neither_pass_nor_fail(good):
    foreign = good.token(iss="https://elsewhere.example")
    answer = await check(good, token=foreign, stamp_id=OTHER)
    assert channel(answer, ChannelName.HEADER) == ("none", Reason.ISSUER_NOT_PINNED)
    assert answer.assessment.state is State.TRUSTED


async def test_a_key_that_is_retired_is_seen_at_once(good):
    assert (await check(good)).assessment.state is State.TRUSTED
    (issuer, keys), now = next(iter(good.roots.issuers.items())), good.clock.now_ms()
    retired = replace(keys.keys[0], status=KeyStatus.RETIRED, retired_at_ms=now)
    fresh = Jwk.of("node-demo", P256PrivateKey.generate().public)
    good.roots.issuers = {issuer: JwkSet((retired, fresh))}
    answer = await check(good)
    assert answer.assessment.state is State.SUSPICIOUS
    assert channel(answer, ChannelName.DNS) == ("fail", Reason.KEY_RETIRED)


async def test_a_domain_that_does_not_exist_is_blocked(world):
    answer = await check(world, "nobody.test")
    assert Reason.DOMAIN_NOT_FOUND in answer.assessment.reasons
    assert answer.assessment.state is State.BLOCKED


async def test_receivers_reports_count_from_a_hundred_messages_on(good):
    class Reports:
        sums_now = Sums(received=99, complained=99, bounced=99, kept=0)

        async def sums(self, domain: str, now_ms: int) -> Sums:
            assert (domain, now_ms) == ("good.test", good.clock.now_ms())
            return self.sums_now

    reports = Reports()
    registrar = Registrar(records=good.records, roots=good.roots, names=good.names, behavior=reports)
    good.trust._parts = replace(good.trust._parts, registrar=registrar)
    assert (await check(good)).assessment.score == 87
    reports.sums_now = Sums(received=1000, complained=2, bounced=30, kept=200)
    evidence = (await check(good)).assessment.evidence
    assert [evidence.value(name) for name in (SignalName.COMPLAINT, SignalName.BOUNCE, SignalName.ENGAGEMENT)] == [
        20,
        30,
        200,
    ]
    reports.sums_now = Sums(received=100, complained=100, bounced=100, kept=100)
    assert (await check(good)).assessment.score < 87


async def test_an_assessment_is_remembered_while_nothing_changes(good):
    first = await check(good)
    asked = len(good.dns.asked)
    again = await check(good)
    assert again.assessment is first.assessment
    assert len(good.dns.asked) == asked
    assert first.fresh_ms == 1000
    good.clock.pass_s(1)
    assert (await check(good)).assessment is not first.assessment
    assert len(good.dns.asked) > asked


async def test_how_long_an_observation_is_kept(good):
    observation = (await good.trust._look("good.test", ("demo",), Share.KNOWN))[0].observation
    assert keeping_ms(observation) == 1_000
    assert keeping_ms(replace(observation, ttl_s=86_400)) == 300_000
    assert keeping_ms(replace(observation, ttl_s=0)) == 10_000
    assert keeping_ms(replace(observation, late=True)) == 1_000


async def test_a_look_alike_of_a_registered_domain_is_shown_as_one(good):
    good.mail_domain("g00d.test")
    answer = await check(good, "g00d.test")
    lookalike = answer.assessment.evidence.lists.lookalike
    assert (lookalike.target, lookalike.confidence) == ("good.test", 510)
    await good.register("acmecorporation.test")
    good.clock.pass_s(31)
    good.mail_domain("acmec0rporation.test")
    strong = await check(good, "acmec0rporation.test")
    assert Rule.K in strong.assessment.rules
    assert display(strong.assessment) is not Display.UNKNOWN
    await good.trust._parts.lookalikes.close()
    noted = await good.records.candidates_of("acmec0rporation.test")
    assert [(row.target, row.distance) for row in noted] == [("acmecorporation.test", 1)]

    await good.records.decide_candidate(replace(noted[0], status=rows.CandidateStatus.FALSE_POSITIVE), ACT)
    cleared = await check(good, "acmec0rporation.test")
    assert Rule.K not in cleared.assessment.rules
    await good.records.decide_candidate(replace(noted[0], status=rows.CandidateStatus.CONFIRMED), ACT)
    confirmed = await check(good, "acmec0rporation.test")
    assert Reason.TYPOSQUAT_CONFIRMED in confirmed.assessment.reasons
    assert confirmed.assessment.score <= 29


async def test_a_newly_registered_brand_is_compared_with_what_is_already_remembered(good):
    good.mail_domain("acmec0rporation.test")
    good.clock.pass_s(31)
    good.dns.zone.ttl = 3600
    good.mail_domain("acmec0rporation.test")
    assert (await check(good, "acmec0rporation.test")).assessment.evidence.lists.lookalike is None
    asked = len(good.dns.asked)
    await good.register("acmecorporation.test")
    good.clock.pass_s(31)
    assert (await check(good, "acmec0rporation.test")).assessment.evidence.lists.lookalike is not None
    assert len(good.dns.asked) == asked


async def test_a_quoted_local_part_is_answered(good):
    answer = await check(good, '"ann lee"@Good.test')
    assert answer.assessment.evidence.target == '"ann lee"@good.test'


async def test_a_reviewers_word_about_a_domain_holds_for_the_names_below_it(good):
    await good.register("acmecorporation.test")
    good.clock.pass_s(31)
    good.mail_domain("mail.acmec0rporation.test")
    await check(good, "mail.acmec0rporation.test")
    await good.trust._parts.lookalikes.close()
    (noted,) = await good.records.candidates_of("acmec0rporation.test")
    await good.records.decide_candidate(replace(noted, status=rows.CandidateStatus.CONFIRMED), ACT)
    confirmed = await check(good, "mail.acmec0rporation.test")
    assert Reason.TYPOSQUAT_CONFIRMED in confirmed.assessment.reasons
