"""One sender on loopback for the files that measure messages: its keys, its DNS records, and messages that it signed.

The message is 4 KiB, signed with RSA-2048 (relaxed/relaxed), carries a stamp header whose token is signed with P-256,
and comes from an address that SPF allows through one `include`. DMARC says `p=reject`; both identifiers are aligned.
"""

import base64
import time
from dataclasses import dataclass, field

from frankmark.adapters.standin.dns_server import Zone
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey, RsaPrivateKey
from frankmark.mail.dkim_sign import SigningPlan, sign
from frankmark.mail.message import parse
from frankmark.protocols.securestamp.header import render_header
from frankmark.protocols.securestamp.record import owner_name, render_record
from frankmark.protocols.securestamp.token import Claims, issue_token
from frankmark.services.mailcheck import Envelope

DOMAIN, ISSUER, STAMP = "example.com", "https://mark.example.org", "f47ac10b-58cc-4372-a567-0e02b2c3d479"
FROM = f"joe@{DOMAIN}"
CLIENT, HELO = "192.0.2.1", f"mail.{DOMAIN}"
ENVELOPE = Envelope(client_ip=CLIENT, helo=HELO, mail_from=FROM)
SIZE, SIGNED = 4_096, 660  # octets with the signature, and of it
HEADER = (
    f"Return-Path: <{FROM}>\r\n"
    "Received: from mail.example.com (mail.example.com [192.0.2.1])\r\n\tby mx.example.net (Postfix) with ESMTPS id 4SV8"
    "\r\n\tfor <sue@example.net>; Tue, 14 Nov 2023 22:13:20 +0000 (UTC)\r\n"
    "Received: from [198.51.100.7] (port=4321 helo=laptop)\r\n\tby mail.example.com; Tue, 14 Nov 2023 22:13:19 +0000\r\n"
    f"From: Joe SixPack <{FROM}>\r\nTo: Suzie Q <suzie@example.net>\r\nSubject: Is dinner ready?\r\n"
    f"Date: Tue, 14 Nov 2023 22:13:18 +0000\r\nMessage-ID: <20231114221318.46341@{DOMAIN}>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
)
LINES = (
    '<table align=3D"left" border=3D"0" cellpadding=3D"0">\r\n'
    "  <tr><td>We lost the game.  Are you hungry yet?</td></tr>\r\n"
    '\t<p style=3D"margin: 0; padding: 0; font-family: Helvetica, Arial, sans-=\r\nserif">Joe.</p>\r\n'
)


@dataclass(frozen=True)
class Sender:
    """Who signs, and what its DNS says."""

    now_s: int = field(default_factory=lambda: int(time.time()))
    dkim: RsaPrivateKey = field(default_factory=lambda: RsaPrivateKey.generate(2048))
    stamp: P256PrivateKey = field(default_factory=P256PrivateKey.generate)

    @property
    def issuers(self) -> dict[str, JwkSet]:
        return {ISSUER: JwkSet((self._jwk,))}

    @property
    def _jwk(self) -> Jwk:
        return Jwk.of("node-abc", self.stamp.public)

    def token(self, number: int = 0) -> str:
        """A token of the stamp; another number makes another token."""
        issued = self.now_s - 60 - number
        claims = Claims(
            stamp_id=STAMP, domain=DOMAIN, org_id="org_01hwx4", score=92, iat=issued, exp=issued + 8_640_000, iss=ISSUER
        )
        return issue_token(claims, self.stamp, self._jwk.kid)

    def texts(self) -> dict[str, bytes]:
        """The sender's TXT records."""
        return {
            DOMAIN: f"v=spf1 include:_spf.{DOMAIN} -all".encode(),
            f"_spf.{DOMAIN}": b"v=spf1 ip4:192.0.2.0/24 -all",
            f"_dmarc.{DOMAIN}": b"v=DMARC1; p=reject",
            f"rsa._domainkey.{DOMAIN}": b"v=DKIM1; k=rsa; p=" + base64.b64encode(self.dkim.public.to_spki()),
            owner_name(DOMAIN): render_record(STAMP, f"{ISSUER}/verify/{self.token()}").encode(),
        }

    def publish(self, zone: Zone) -> None:
        """Put the records into a zone that holds the domain."""
        for name, text in self.texts().items():
            zone.put_text(name, text)
        zone.put(DOMAIN, "MX", [f"10 mail.{DOMAIN}."])
        zone.put(f"mail.{DOMAIN}", "A", [CLIENT])

    def message(self, number: int = 0) -> bytes:
        """A signed and stamped message; another number gives it another token."""
        token = self.token(number)
        header = f"{HEADER}X-SecureStamp: {render_header(token, f'{ISSUER}/verify/{token}')}\r\n\r\n"
        octets = (header + LINES * ((SIZE - SIGNED - len(header)) // len(LINES))).encode()
        plan = SigningPlan(domain=DOMAIN, selector="rsa")
        return sign(parse(octets), self.dkim, plan, now_s=self.now_s) + octets


def tampered(octets: bytes) -> bytes:
    """The message with one octet of its body changed."""
    return octets.replace(b"lost", b"l0st", 1)
