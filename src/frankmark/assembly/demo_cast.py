"""Who appears in the demonstration: senders with keys made at run time, and the letters that they really sign.

Every name lies under ``test`` (RFC 6761 §6.2), every address in the networks for documentation (RFC 5737).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.keys import Ed25519PrivateKey, RsaPrivateKey
from frankmark.mail.address import canonical_domain
from frankmark.mail.dkim_sign import SigningPlan, sign
from frankmark.mail.message import parse
from frankmark.protocols.securestamp.header import HEADER_NAME, render_header

__all__ = [
    "ACME",
    "BANK",
    "COPY",
    "FORGER",
    "GAZETTE",
    "RECEIVER",
    "SELECTOR",
    "SENDERS",
    "SHOP",
    "TWIN",
    "Cast",
    "Letter",
    "Sender",
]

SELECTOR: Final = "s1"
RECEIVER: Final = "mx.home.test"  # whose Received fields the reader believes
READER: Final = "Bob <bob@home.test>"
RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A domain of the demonstration.

    Attributes:
        domain: A-labels.
        address: The IPv4 address of its mail server.
        policy: What its DMARC record asks for: ``none`` or ``reject``.
        registered_days: Days since it was registered.
        expires_days: Days until the registration ends.
        rsa: Whether it signs with RSA; with Ed25519 otherwise.
    """

    domain: str
    address: str
    policy: str
    registered_days: int
    expires_days: int
    rsa: bool = False


# With p=none, an age below two years and nothing reported yet, the good message needs every one of the three sources.
ACME: Final = Sender(
    domain="acme.test", address="192.0.2.10", policy="none", registered_days=500, expires_days=230, rsa=True
)
BANK: Final = Sender(
    domain="harbourline-savings.test", address="192.0.2.20", policy="reject", registered_days=1500, expires_days=400
)
GAZETTE: Final = Sender(
    domain="gazette.test", address="192.0.2.30", policy="none", registered_days=1100, expires_days=300, rsa=True
)
SHOP: Final = Sender(domain="shop.test", address="192.0.2.40", policy="reject", registered_days=900, expires_days=200)
TWIN: Final = Sender(
    domain=canonical_domain("\u0430cme.test"),  # the first letter is Cyrillic
    address="198.51.100.10",
    policy="reject",
    registered_days=400,
    expires_days=330,
)
COPY: Final = Sender(
    domain="harbour1ine-savings.test",  # a digit for a letter, registered yesterday
    address="198.51.100.20",
    policy="reject",
    registered_days=1,
    expires_days=364,
)
FORGER: Final = Sender(
    domain="parcel-desk.test", address="198.51.100.30", policy="reject", registered_days=200, expires_days=165
)
SENDERS: Final = (ACME, BANK, GAZETTE, SHOP, TWIN, COPY, FORGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message before it is sent.

    Attributes:
        server: Who really hands it over and signs it.
        author: The content of its From field.
        subject: Its subject.
        text: Its body, lines ended by LF.
        stamp: Token and verify URL that it carries; None without a stamp.
    """

    server: Sender
    author: str
    subject: str
    text: str
    stamp: tuple[str, str] | None = None


class Cast:
    """The senders' keys, and their hands.

    Args:
        senders: Who gets a key.
    """

    def __init__(self, senders: Iterable[Sender] = SENDERS) -> None:
        self._keys: Mapping[str, RsaPrivateKey | Ed25519PrivateKey] = {
            sender.domain: RsaPrivateKey.generate(RSA_BITS) if sender.rsa else Ed25519PrivateKey.generate()
            for sender in senders
        }

    def key_record(self, sender: Sender) -> tuple[str, bytes]:
        """Name and text of a sender's DKIM key record (RFC 6376 §3.6.1, RFC 8463 §4)."""
        key = self._keys[sender.domain]
        rsa = isinstance(key, RsaPrivateKey)
        octets = key.public.to_spki() if isinstance(key, RsaPrivateKey) else key.public.to_bytes()
        text = f"v=DKIM1; k={'rsa' if rsa else 'ed25519'}; p={b64_encode(octets)}"
        return f"{SELECTOR}._domainkey.{sender.domain}", text.encode()

    def deliver(self, letter: Letter, now_s: int) -> bytes:
        """A letter as the receiver has it: signed by its server, with what the receiver writes above it.

        Args:
            letter: The letter.
            now_s: Seconds since the epoch.

        Returns:
            The message, lines ended by CRLF.
        """
        server = letter.server
        fields = [
            f"From: {letter.author}",
            f"To: {READER}",
            f"Subject: {letter.subject}",
            f"Date: {formatdate(now_s)}",
            f"Message-ID: <{now_s}.{len(letter.text)}@{server.domain}>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
        ]
        if letter.stamp is not None:
            fields.append(f"{HEADER_NAME}: {render_header(*letter.stamp)}")
        sent = "\r\n".join([*fields, "", *letter.text.split("\n")]).encode()
        plan = SigningPlan(domain=server.domain, selector=SELECTOR)
        signature = sign(parse(sent), self._keys[server.domain], plan, now_s=now_s)
        host = f"mail.{server.domain}"
        received = [
            f"Return-Path: <post@{server.domain}>",
            f"Received: from {host} ({host} [{server.address}])",
            f"\tby {RECEIVER} (Postfix) with ESMTPS id 4D3m0;",
            f"\t{formatdate(now_s)}",
            "",
        ]
        return "\r\n".join(received).encode() + signature + sent
