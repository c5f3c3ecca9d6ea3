"""A signature with l= after somebody added to the body: it holds, and vouches for nothing that was added."""

import dkim
import pytest

from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.system.clock import SystemClock
from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.keys import RsaPrivateKey
from frankmark.mail.dkim_reasons import DkimResult
from frankmark.mail.dmarc import DmarcResult
from frankmark.mail.message import parse
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.services.mailcheck import Envelope, MailCheck, MailTrust

LETTER = b"From: Ann <ann@good.test>\r\nSubject: Hello\r\n\r\nHello Bob.\r\n"
REPLAYED = Envelope(client_ip="192.0.2.66", helo="mx.evil.test", mail_from="bounce@evil.test")


@pytest.fixture
async def check():
    key = RsaPrivateKey.generate(2048)
    zone = Zone("test")
    zone.put_text("demo._domainkey.good.test", b"v=DKIM1; k=rsa; p=" + b64_encode(key.public.to_spki()).encode())
    zone.put_text("_dmarc.good.test", b"v=DMARC1; p=reject")
    server, clock = DnsStandIn(zone), SystemClock({})
    await server.start()
    resolver = DnsResolver(ResolverSettings(servers=(Server(address="127.0.0.1", port=server.port),)), clock)
    checking = MailCheck(resolver=resolver, node=None, trust=MailTrust(issuers={}), clock=clock)

    async def made(added: bytes, *, length: bool = True):
        fields = [b"from", b"subject"]
        field = dkim.sign(LETTER, b"demo", b"good.test", key.to_pem(), include_headers=fields, length=length)
        return await checking.check(parse(field + LETTER + added), envelope=REPLAYED)

    yield made
    await resolver.close()
    await server.stop()


@pytest.mark.parametrize(
    ("added", "value", "alone"),
    [(b"", "pass", False), (b"Pay here: https://evil.test/\r\n", "policy", True)],
    ids=["nothing added", "a line added"],
)
async def test_what_was_added_beyond_l_is_nobodys_word(check, added, value, alone):
    verdict = await check(added)
    assert [one.result for one in verdict.dkim] == [DkimResult.PASS]
    assert verdict.dmarc.result is DmarcResult.PASS
    assert verdict.assessment.evidence.value(SignalName.DKIM) == value
    assert (Reason.NO_AUTHENTICATION in verdict.assessment.reasons) is alone


async def test_without_l_the_same_line_breaks_the_signature(check):
    verdict = await check(b"Pay here: https://evil.test/\r\n", length=False)
    assert verdict.assessment.evidence.value(SignalName.DKIM) == "fail"
