"""Fuzz Received: an address in its one form or a reason, and never the one that a forged field below brings."""

from ipaddress import ip_address

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.mail.message import parse
from frankmark.mail.received import handover

TAIL = b" by mx.example.net (Postfix) with ESMTP id 1; now\r\n"
FORGED = b"Received: from good.example (good.example [203.0.113.9])" + TAIL


def one_input(data: bytes) -> None:
    if b"203.0.113.9" in data or b"\n" in data or b"\r" in data:
        return
    try:
        found = handover(parse(b"Received: from " + data + TAIL + FORGED + b"\r\n"), {"mx.example.net"})
    except (Malformed, Unverified):
        return
    if str(ip_address(found.client_ip)) != found.client_ip or found.client_ip == "203.0.113.9":
        raise AssertionError("a client chose its address")
