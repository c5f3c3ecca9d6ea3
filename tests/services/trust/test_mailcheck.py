"""Messages checked whole: signed and stamped, forged, half understood, and without a node to ask."""

import asyncio
import base64
import threading
from dataclasses import dataclass, field

import pytest

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.foundation.keys.ed25519 import Ed25519PrivateKey
from frankmark.mail.alignment import MechanismResult
from frankmark.mail.dkim_sign import SigningPlan, sign
from frankmark.mail.dmarc import DmarcResult
from frankmark.mail.message import Message, parse
from frankmark.ports.node_api import NodeAnswer
from frankmark.protocols.securestamp.assessment import Rule, State
from frankmark.protocols.securestamp.channels import ChannelName
from frankmark.protocols.securestamp.display import Display
from frankmark.protocols.securestamp.evidence_file import evidence_hash
from frankmark.protocols.securestamp.header import render_header
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import Mode, SignalName
from frankmark.protocols.securestamp.wire import check_body
from frankmark.services.mailcheck import UNFIT, Envelope, EnvelopeSource, MailCheck, MailTrust, SenderReason
from frankmark.services.reasons import ServiceReason
from frankmark.services.trust import TrustQuery, TrustService

ISSUER = "https://node.demo.test"
SEED = b"k" * 32
LETTER = (
    b"From: Ann <ann@good.test>\r\nTo: bob@there.test\r\nSubject: Hello\r\nDate: Mon, 1 Jan 2026 00:00:00 +0000\r\n"
)
BODY = b"\r\nHello Bob.\r\n"
HANDED = Envelope(client_ip="192.0.2.1", helo="mail.good.test", mail_from="ann@good.test")
ATTACKER = Envelope(client_ip="192.0.2.66", helo="mail.evil.test", mail_from="bounce@evil.test")


@dataclass
class Node:
    """A node in another thread's eyes: the trust service behind the interface that a command sees."""

    trust: TrustService
    loop: asyncio.AbstractEventLoop
    asked: list[Json] = field(default_factory=list)
    instead: NodeAnswer | None = None
    gone: bool = False

    def call(self, method: str, path: str, body: Json = None) -> NodeAnswer:
        assert (method, path) == ("POST", "/api/trust/check")
        assert threading.current_thread() is not threading.main_thread()
        self.asked.append(body)
        if self.gone:
            raise Unavailable(ServiceReason.NOT_FOUND, "unreachable")
        if self.instead is not None:
            return self.instead
        query = TrustQuery(target=body["target"], token=body.get("token"))
        answer = asyncio.run_coroutine_threadsafe(self.trust.check(query), self.loop).result()
        shown = check_body(answer.assessment, answer.target.domain, answer.stamp, ISSUER, answer.checked_ms)
        data = canonical.dump(shown)
        return NodeAnswer(status=200, body=canonical.load(data), data=data, headers={})


def signed(letter: bytes, domain: str, now_s: int, seed: bytes = SEED) -> Message:
    message = parse(letter)
    plan = SigningPlan(domain=domain, selector="demo")
    return message.with_field(sign(message, Ed25519PrivateKey.from_seed(seed), plan, now_s=now_s))


@pytest.fixture
async def good(world):
    world.mail_domain("good.test", spf="v=spf1 ip4:192.0.2.1 -all", dmarc="v=DMARC1; p=reject")
    point = base64.b64encode(Ed25519PrivateKey.from_seed(SEED).public.to_bytes())
    for domain in ("good.test", "evil.test"):
        world.dns.zone.put_text(f"demo._domainkey.{domain}", b"v=DKIM1; k=ed25519; p=" + point)
    world.dns.zone.put_text("evil.test", b"v=spf1 ip4:192.0.2.66 -all")
    await world.register()
    await world.stamp()
    world.publish()
    return world


@pytest.fixture
async def node(good):
    return Node(good.trust, asyncio.get_running_loop())


@pytest.fixture
def checking(good, node):
    def make(*, asking: bool = True, issuers=None, receivers=(), authserv_ids=()) -> MailCheck:
        pinned = dict(good.roots.issuers) if issuers is None else issuers
        trust = MailTrust(issuers=pinned, receivers=receivers, authserv_ids=authserv_ids)
        return MailCheck(resolver=good.resolver, node=node if asking else None, trust=trust, clock=good.clock)

    return make


@pytest.fixture
def stamped(good) -> bytes:
    token = good.token()
    return LETTER + b"X-SecureStamp: " + render_header(token, f"{ISSUER}/verify/{token}").encode() + b"\r\n" + BODY


def now_s(world) -> int:
    return world.clock.now_ms() // 1000


def value(verdict, name: SignalName):
    signal = next(each.signal for each in verdict.assessment.signals if each.signal.name is name)
    return signal.reason or signal.value


def channel(verdict, name: ChannelName):
    found = next(each for each in verdict.assessment.evidence.lists.channels if each.channel is name)
    return (found.result.value, found.reason)


async def test_a_good_message_is_trusted_and_each_part_says_what_it_contributed(good, checking, stamped, node):
    verdict = await checking().check(signed(stamped, "good.test", now_s(good)), envelope=HANDED)
    assert verdict.display is Display.TRUSTED
    assert (verdict.assessment.score, verdict.assessment.state) == (92, State.TRUSTED)
    assert verdict.assessment.evidence.mode is Mode.MESSAGE
    assert [value(verdict, name) for name in (SignalName.SPF, SignalName.DKIM, SignalName.DMARC)] == [
        "pass",
        "pass",
        "reject",
    ]
    assert {each.channel.value: each.result.value for each in verdict.assessment.evidence.lists.channels} == {
        "dns": "pass",
        "header": "pass",
        "api": "pass",
    }
    assert {each.signal.name.value: each.contribution for each in verdict.assessment.signals} == {
        "spf": 8_000,
        "dkim": 11_000,
        "dmarc": 11_000,
        "domain_age": 9_000,
        "registration": 5_000,
        "ssl": 6_000,
        "ct": 5_000,
        "registry": 8_000,
        "stamp": 12_000,
        "complaint": 3_500,
        "bounce": 2_000,
        "engagement": 2_000,
    }
    assert str(verdict.author.address) == "ann@good.test"
    assert (verdict.spf.source, verdict.dmarc.result, verdict.reachable) == (
        EnvelopeSource.GIVEN,
        DmarcResult.PASS,
        True,
    )
    assert [set(body) for body in node.asked] == [{"target", "token"}]
    assert node.asked[0]["target"] == "good.test"


async def test_a_forged_message_with_the_victims_public_token_is_blocked(good, checking, stamped):
    forged = signed(stamped, "evil.test", now_s(good))
    verdict = await checking().check(forged, envelope=ATTACKER)
    assert [value(verdict, name) for name in (SignalName.SPF, SignalName.DKIM, SignalName.DMARC)] == [
        "pass_unaligned",
        "pass_unaligned",
        "fail:reject",
    ]
    assert channel(verdict, ChannelName.HEADER) == ("pass", None)  # the token is public, and proves no sender
    assert (verdict.assessment.raw, verdict.assessment.score, verdict.display) == (58, 29, Display.BLOCKED)
    assert Rule.C29 in verdict.assessment.rules
    good.dns.zone.put_text("_dmarc.good.test", b"v=DMARC1; p=none")
    good.clock.pass_s(2)
    verdict = await checking().check(forged, envelope=ATTACKER)
    assert (verdict.assessment.score, value(verdict, SignalName.DMARC)) == (58, "fail:none")


async def test_one_changed_octet_breaks_the_signature(good, checking, stamped):
    message = signed(stamped, "good.test", now_s(good))
    changed = parse(message.octets.replace(b"Hello Bob.", b"Hello Bot."))
    verdict = await checking().check(changed, envelope=HANDED)
    assert value(verdict, SignalName.DKIM) == "fail"
    assert verdict.dmarc.result is DmarcResult.PASS  # SPF is aligned
    elsewhere = await checking().check(changed, envelope=ATTACKER)
    assert elsewhere.display is Display.BLOCKED


async def test_dkim_alone_is_enough_where_nobody_says_who_handed_it_over(good, checking, stamped):
    verdict = await checking().check(signed(stamped, "good.test", now_s(good)))
    assert value(verdict, SignalName.SPF) is Reason.NO_TRUSTED_RECEIVED
    assert verdict.spf.source is EnvelopeSource.NOBODY
    assert verdict.dmarc.result is DmarcResult.PASS
    assert verdict.display is Display.TRUSTED


async def test_without_any_proof_nobody_is_trusted_and_dmarc_fails_for_nobody(good, checking, stamped):
    verdict = await checking().check(parse(stamped))
    assert value(verdict, SignalName.DKIM) == "none"
    assert value(verdict, SignalName.DMARC) is Reason.NO_TRUSTED_RECEIVED
    assert verdict.assessment.score <= 69
    assert verdict.display is Display.CAUTION
    assert good.clock.now_ms()


RECEIVED = (
    b"Received: from mail.good.test (mail.good.test [192.0.2.1])\r\n"
    b"\tby mx.there.test (Postfix) with ESMTPS id 4 for <bob@there.test>; Mon, 1 Jan 2026 00:00:00 +0000\r\n"
)


async def test_a_trusted_receiver_says_who_handed_it_over(checking):
    letter = b"Return-Path: <ann@good.test>\r\n" + RECEIVED + LETTER + BODY
    verdict = await checking(receivers=["mx.there.test"]).check(parse(letter))
    assert (verdict.spf.source, value(verdict, SignalName.SPF)) == (EnvelopeSource.RECEIVED, "pass")
    assert (await checking().check(parse(letter))).spf.source is EnvelopeSource.NOBODY
    without_path = await checking(receivers=["mx.there.test"]).check(parse(RECEIVED + LETTER + BODY))
    assert without_path.spf.source is EnvelopeSource.NOBODY


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (b"spf=pass smtp.mailfrom=ann@good.test", "pass"),
        (b"spf=pass smtp.mailfrom=good.test", "pass"),
        (b"spf=pass smtp.mailfrom=bounce@evil.test", "pass_unaligned"),
        (b"spf=softfail smtp.mailfrom=ann@good.test", "softfail"),
        (b"spf=policy smtp.mailfrom=ann@good.test", "fail"),
        (b"spf=temperror smtp.mailfrom=ann@good.test", Reason.SOURCE_UNAVAILABLE),
        (b"spf=pass smtp.helo=mail.good.test", Reason.NO_TRUSTED_RECEIVED),
        (b"spf=wonderful smtp.mailfrom=ann@good.test", Reason.NO_TRUSTED_RECEIVED),
        (b"dkim=pass header.d=good.test", Reason.NO_TRUSTED_RECEIVED),
        (b"spf=pass smtp.mailfrom=ann@..", "pass_unaligned"),
    ],
)
async def test_the_readers_own_server_reports_spf(checking, results, expected):
    letter = parse(b"Authentication-Results: mx.there.test; " + results + b"\r\n" + LETTER + BODY)
    verdict = await checking(authserv_ids=["mx.there.test"]).check(letter)
    assert value(verdict, SignalName.SPF) == expected
    assert (await checking().check(letter)).spf.source is EnvelopeSource.NOBODY


async def test_a_message_without_one_author_is_not_judged(checking):
    for letter in (b"Subject: x\r\n\r\nx", b"From: a@good.test, b@good.test\r\n\r\nx", LETTER + LETTER + BODY):
        with pytest.raises(Malformed):
            await checking().check(parse(letter))


NOBODYS = NodeAnswer(status=400, body={"code": "INVALID_TARGET", "status": 400}, data=b"", headers={})


@pytest.mark.parametrize("sender", ["com", "co.uk", "localhost", "kawasaki.jp"])
async def test_a_message_from_a_name_under_which_anybody_registers_is_from_nobody(checking, node, sender):
    node.instead = NOBODYS
    message = parse(f"From: Bank <service@{sender}>\r\n\r\nHello.\r\n".encode())
    with pytest.raises(Malformed) as raised:
        await checking().check(message, envelope=ATTACKER)
    assert raised.value.code is SenderReason.FROM_NOBODYS_DOMAIN
    assert raised.value.code.value in UNFIT


async def test_the_keeper_of_such_a_name_is_unknown_if_it_shows_that_it_wrote(good, checking, node):
    node.instead = NOBODYS
    point = base64.b64encode(Ed25519PrivateKey.from_seed(SEED).public.to_bytes())
    good.dns.zone.put_text("demo._domainkey.test", b"v=DKIM1; k=ed25519; p=" + point)
    good.dns.zone.put_text("_dmarc.test", b"v=DMARC1; p=reject; psd=y")
    letter = b"From: Clerk <clerk@test>\r\n" + BODY
    verdict = await checking().check(signed(letter, "test", now_s(good)))
    assert (verdict.dmarc.result, verdict.display, verdict.reachable) == (DmarcResult.PASS, Display.UNKNOWN, True)
    for forged in (parse(letter), signed(letter, "evil.test", now_s(good))):
        with pytest.raises(Malformed) as raised:
            await checking().check(forged, envelope=ATTACKER)
        assert raised.value.code is SenderReason.FROM_NOBODYS_DOMAIN


async def test_an_envelope_with_no_address_is_a_mistake_of_whoever_asks(checking):
    with pytest.raises(Malformed):
        await checking().check(parse(LETTER + BODY), envelope=Envelope(client_ip="x", helo="h", mail_from=""))


async def test_the_null_reverse_path_counts_as_helos_postmaster(good, checking):
    good.dns.zone.put_text("mail.good.test", b"v=spf1 ip4:192.0.2.1 -all")
    bounce = Envelope(client_ip="192.0.2.1", helo="mail.good.test", mail_from="")
    verdict = await checking().check(parse(LETTER + BODY), envelope=bounce)
    assert verdict.spf.facts.domain == "mail.good.test"
    assert value(verdict, SignalName.SPF) == "pass"


async def test_strict_alignment_wants_the_very_domain(good, checking):
    good.dns.zone.put_text("_dmarc.good.test", b"v=DMARC1; p=reject; aspf=s")
    good.dns.zone.put_text("mail.good.test", b"v=spf1 ip4:192.0.2.1 -all")
    below = Envelope(client_ip="192.0.2.1", helo="h.test", mail_from="ann@mail.good.test")
    assert value(await checking().check(parse(LETTER + BODY), envelope=below), SignalName.SPF) == "pass_unaligned"


async def test_without_a_node_the_local_part_is_there_and_nothing_is_shown_as_trusted(good, checking, stamped, node):
    message = signed(stamped, "good.test", now_s(good))
    node.gone = True
    for check in (checking(), checking(asking=False)):
        verdict = await check.check(message, envelope=HANDED)
        assert (verdict.reachable, verdict.display) == (False, Display.UNKNOWN)
        assert verdict.assessment.state is not State.TRUSTED
        assert value(verdict, SignalName.DKIM) == "pass"
        assert value(verdict, SignalName.REGISTRY) is Reason.REGISTRY_UNAVAILABLE
        assert channel(verdict, ChannelName.HEADER) == ("pass", None)
        assert channel(verdict, ChannelName.API) == ("temperror", Reason.REGISTRY_UNAVAILABLE)


@pytest.mark.parametrize("status", [200, 429, 500])
@pytest.mark.parametrize("body", [None, [], {}, {"assessment": None}, {"assessment": {"mode": "domain"}}])
async def test_a_node_that_answers_something_else_is_as_good_as_none(checking, stamped, node, status, body):
    node.instead = NodeAnswer(status=status, body=body, data=b"", headers={})
    verdict = await checking().check(parse(stamped))
    assert not verdict.reachable


async def test_a_node_that_answers_about_another_domain_is_not_believed(good, checking, stamped, node):
    other = await good.trust.check(TrustQuery(target="evil.test"))
    body = check_body(other.assessment, "evil.test", None, ISSUER, other.checked_ms)
    node.instead = NodeAnswer(status=200, body=canonical.load(canonical.dump(body)), data=b"", headers={})
    assert not (await checking().check(parse(stamped))).reachable


async def test_a_revoked_stamp_fails_although_its_token_still_holds_here(good, checking, stamped):
    await good.revoke("ORG_REQUEST")
    verdict = await checking().check(signed(stamped, "good.test", now_s(good)), envelope=HANDED)
    assert channel(verdict, ChannelName.HEADER) == ("fail", Reason.STAMP_REVOKED)
    assert channel(verdict, ChannelName.DNS) == ("fail", Reason.STAMP_REVOKED)
    assert verdict.assessment.score <= 69


async def test_a_reader_who_pinned_nobody_is_told_so(good, checking, stamped):
    verdict = await checking(issuers={}).check(signed(stamped, "good.test", now_s(good)), envelope=HANDED)
    assert channel(verdict, ChannelName.HEADER) == ("none", Reason.ISSUER_NOT_PINNED)


async def test_a_header_that_cannot_be_read_fails_and_is_not_sent(good, checking, node):
    letter = LETTER + b"X-SecureStamp: v=2; token=x\r\n" + BODY
    verdict = await checking().check(signed(letter, "good.test", now_s(good)), envelope=HANDED)
    assert channel(verdict, ChannelName.HEADER) == ("fail", Reason.VERSION_UNSUPPORTED)
    assert node.asked == [{"target": "good.test"}]


async def test_two_stamp_headers_are_one_too_many(good, checking, stamped, node):
    field_of = next(each.raw for each in parse(stamped).fields if each.name == b"X-SecureStamp")
    verdict = await checking().check(signed(field_of + stamped, "good.test", now_s(good)), envelope=HANDED)
    assert channel(verdict, ChannelName.HEADER) == ("fail", Reason.HEADERS_TOO_MANY)
    assert node.asked == [{"target": "good.test"}]


async def test_the_devices_number_never_leaves_it_and_lowers_the_score(good, checking, stamped, node):
    message = signed(stamped, "good.test", now_s(good))
    plain = await checking().check(message, envelope=HANDED)
    suspicious = await checking().check(message, envelope=HANDED, fraud=1000)
    assert (plain.assessment.score, suspicious.assessment.score) == (92, 83)
    assert suspicious.assessment.ml.signal.source == "device"
    assert "1000" not in str(node.asked)


async def test_two_devices_come_to_the_same_octets(good, checking, stamped):
    message = signed(stamped, "good.test", now_s(good))
    first, second = [await checking().check(message, envelope=HANDED) for _ in range(2)]
    assert evidence_hash(first.assessment.evidence) == evidence_hash(second.assessment.evidence)


async def test_a_dns_that_fails_leaves_doubt_and_never_a_pass(good, checking, stamped):
    message = signed(stamped, "good.test", now_s(good))
    good.clock.pass_s(2)
    await good.dns.stop()
    verdict = await checking(asking=False).check(message, envelope=HANDED)
    for name in (SignalName.SPF, SignalName.DKIM, SignalName.DMARC):
        assert value(verdict, name) is Reason.SOURCE_UNAVAILABLE
    assert verdict.spf.facts.result is MechanismResult.TEMPERROR
    assert channel(verdict, ChannelName.DNS) == ("temperror", Reason.DNS_UNAVAILABLE)


async def test_alignment_that_cannot_be_found_out_is_doubt(good, checking):
    """The walk for the sender's organisation needs a name that does not answer."""
    good.dns.zone.put_text("mail.good.test", b"v=spf1 ip4:192.0.2.1 -all")
    below = Envelope(client_ip="192.0.2.1", helo="h.test", mail_from="ann@mail.good.test")
    answering = good.dns.respond
    good.dns.respond = lambda wire, *, room: (
        None if b"\x06_dmarc\x04mail\x04good" in wire else answering(wire, room=room)
    )
    verdict = await checking(asking=False).check(parse(LETTER + BODY), envelope=below)
    assert value(verdict, SignalName.SPF) is Reason.SOURCE_UNAVAILABLE
    assert verdict.dmarc.result is DmarcResult.TEMPERROR
