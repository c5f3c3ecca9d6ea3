"""A forged message whose sender keeps the clock running: the name servers of the attacker's own domain never answer."""

import dns.message
import pytest

from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.system.clock import SystemClock
from frankmark.mail.dmarc import DmarcResult
from frankmark.mail.message import parse
from frankmark.protocols.securestamp.assessment import Rule
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.mailcheck import Envelope, MailCheck, MailTrust

SILENT = "evil.test"
BUDGET_MS = 600
LETTER = b"From: Ann <ann@mail.good.test>\r\nSubject: Hello\r\n\r\nHello Bob.\r\n"
SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=evil.test; s=s; h=from; bh=AAAA; b=AAAA\r\n"
FROM_SILENCE = Envelope(client_ip="192.0.2.66", helo="mx.evil.test", mail_from="bounce@evil.test")
FROM_NOWHERE = Envelope(client_ip="192.0.2.66", helo="mx.none.test", mail_from="bounce@none.test")


class Stalling(DnsStandIn):
    """Answers for everybody but one domain, whose questions are left hanging."""

    def respond(self, wire: bytes, *, room: int | None) -> bytes | None:
        name = dns.message.from_wire(wire).question[0].name.to_text(omit_final_dot=True)
        return None if name.endswith(SILENT) else super().respond(wire, room=room)


@pytest.fixture
async def check():
    zone = Zone("test")
    zone.put_text("mail.good.test", b"v=spf1 ip4:192.0.2.1 -all")
    zone.put_text("_dmarc.good.test", b"v=DMARC1; p=reject")
    server, clock = Stalling(zone), SystemClock({})
    await server.start()
    resolver = DnsResolver(ResolverSettings(servers=(Server(address="127.0.0.1", port=server.port),)), clock)
    yield MailCheck(resolver=resolver, node=None, trust=MailTrust(issuers={}), clock=clock, deadline_ms=BUDGET_MS)
    await resolver.close()
    await server.stop()


@pytest.mark.parametrize(
    ("letter", "envelope"),
    [(LETTER, FROM_SILENCE), (SIGNATURE + LETTER, FROM_NOWHERE)],
    ids=["a silent envelope", "a silent signature"],
)
async def test_an_attackers_silent_name_server_does_not_save_a_forgery_from_dmarc(check, letter, envelope):
    verdict = await check.check(parse(letter), envelope=envelope)
    assert verdict.dmarc.result is DmarcResult.FAIL
    assert verdict.assessment.evidence.value(SignalName.DMARC) == "fail:reject"
    assert Rule.C29 in verdict.assessment.rules
